"""Zones: what grows where, on which soil, and how it is watered; packed into the columns of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.errors import InputError
from twin.irrigation.calendar import Calendar
from twin.irrigation.data import GroundSoil, Vegetation, retention_mm
from twin.irrigation.evapotranspiration import kc_max
from twin.irrigation.weather import Reference
from twin.kernels.soil.tables import Ground, Plants
from twin.quantities import Int32Array


class Trigger(IntEnum):
    """What starts a programme."""

    DEPLETION = 0  #: the depletion passes a share of the allowed one; it is filled up
    FIXED = 1  #: the same depth on each of its days
    REPLACE_ET = 2  #: a share of what evaporated, less rain, since the last watering


class Valve(IntEnum):
    """What a valve does when its controller is lost while it is open."""

    NORMALLY_CLOSED = 0  #: it closes
    LATCHING = 1  #: it stays open until the controller is back


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Rain that is expected holds watering back."""

    #: Rain that counts [mm], summed over the days within sight.
    above_mm: float
    #: Days looked at, the day itself included.
    within_d: int
    #: Days of the programme that are left out at most, one after the other.
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a controller is told to do."""

    name: str
    #: Days of the week, 0: Monday.
    days: frozenset[int]
    #: Beginning of its window [minutes of the day] and its length [minutes].
    from_min: int
    lasts_min: int
    rate_mm_h: float
    efficiency: float
    trigger: Trigger
    #: Share of the allowed depletion, gross depth [mm], or share of ETc.
    amount: float
    #: Share of the depletion that is filled up.
    refill: float = 1.0
    most_mm: float = np.inf
    cycle_s: int = 0
    soak_s: int = 0
    valve: Valve = Valve.NORMALLY_CLOSED
    #: Whether a programme in forbidden hours moves to the first that are allowed; else it is refused.
    moves: bool = True
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One zone that is watered."""

    id: str
    name: str
    area_m2: float
    soil: GroundSoil
    vegetation: Vegetation
    #: Row of its programme; -1: none.
    programme: int
    curve_number: float
    #: Available water of the root zone [mm] in place of the soil's and the roots'; None: these.
    taw_mm: float | None = None
    root_m: float | None = None
    kc: float | None = None
    #: Coefficients by month, January first, in place of ``kc``.
    kc_by_month: tuple[float, ...] | None = None
    is_dual: bool = False
    #: Share of its ground that watering wets.
    wetted: float = 1.0
    #: Of its own heads [mm/h, share]; None: the programme's.
    rate_mm_h: float | None = None
    efficiency: float | None = None
    #: Its controller's id and the word people use; empty where the city has none.
    controller: str = ""
    #: Names of the values that nobody stated and a default stands for.
    defaulted: tuple[str, ...] = ()

    @property
    def roots_m(self) -> float:
        """Depth of the roots [m]."""
        return self.vegetation.root_m if self.root_m is None else self.root_m

    @property
    def total_mm(self) -> float:
        """TAW [mm]."""
        return self.soil.available_mm_m * self.roots_m if self.taw_mm is None else self.taw_mm

    def depletion_of(self, water_content: float) -> float:
        """Give the depletion [mm] at a water content [m³/m³] of the root zone, within 0 and TAW."""
        share = (self.soil.field_capacity - water_content) / (self.soil.field_capacity - self.soil.wilting_point)
        return float(min(max(share, 0.0), 1.0) * self.total_mm)

    def _plant(self) -> tuple[object, ...]:
        plain = self.vegetation.kcb if self.is_dual else self.vegetation.kc
        return (self.vegetation.name, plain if self.kc is None else self.kc, self.kc_by_month, self.roots_m,
                self.is_dual)


def check_zones(zones: Sequence[Zone]) -> None:
    """Refuse zones that cannot be computed.

    Raises
    ------
    InputError
        An area, TAW, root depth, coefficient, rate or efficiency of 0 or less.
    """
    for zone in zones:
        for name, value in (("area_m2", zone.area_m2), ("taw_mm", zone.total_mm), ("root_m", zone.roots_m),
                            ("kc", 1.0 if zone.kc is None else zone.kc),
                            ("rate_mm_h", 1.0 if zone.rate_mm_h is None else zone.rate_mm_h),
                            ("efficiency", 1.0 if zone.efficiency is None else zone.efficiency)):
            if not value > 0.0:
                raise InputError(field=f"zones.{zone.id}.{name}", ids=[zone.id], found=f"{value:g}",
                                 expected="more than 0")


def ground_of(zones: Sequence[Zone], programmes: Sequence[Programme], plant: Int32Array, schedule: Int32Array,
              station: Int32Array) -> Ground:
    """Pack zones and their programmes into columns."""
    none = Programme(name="", days=frozenset(), from_min=0, lasts_min=0, rate_mm_h=1.0, efficiency=1.0,
                     trigger=Trigger.DEPLETION, amount=1.0)
    of = [programmes[zone.programme] if zone.programme >= 0 else none for zone in zones]
    soils = [zone.soil for zone in zones]
    return Ground(
        plant=plant, schedule=schedule, station=station,
        available_mm_m=np.array([zone.total_mm / zone.roots_m for zone in zones]),
        retention_mm=np.array([retention_mm(zone.curve_number) for zone in zones]),
        ksat_mm_h=np.array([soil.conductivity_mm_h for soil in soils]),
        is_dual=np.array([zone.is_dual for zone in zones], bool), tew_mm=np.array([soil.tew_mm for soil in soils]),
        rew_mm=np.array([soil.rew_mm for soil in soils]), wetted=np.array([zone.wetted for zone in zones]),
        rate_mm_h=np.array([zone.rate_mm_h or p.rate_mm_h for zone, p in zip(zones, of, strict=True)]),
        efficiency=np.array([zone.efficiency or p.efficiency for zone, p in zip(zones, of, strict=True)]),
        trigger=np.array([p.trigger for p in of], np.int8), amount=np.array([p.amount for p in of], float),
        refill=np.array([p.refill for p in of]), most_mm=np.array([p.most_mm for p in of]),
        cycle_s=np.array([p.cycle_s for p in of], np.int64), soak_s=np.array([p.soak_s for p in of], np.int64),
        is_latching=np.array([p.valve == Valve.LATCHING for p in of], bool))


def plants_of(zones: Sequence[Zone], calendar: Calendar, references: Sequence[Reference], station: Int32Array
              ) -> tuple[Plants, Int32Array]:
    """Give the plants that zones differ by, each at its station, (V, D), and the plant of each zone, (Z,)."""
    found: dict[tuple[object, ...], tuple[int, Zone, int]] = {}
    row_of = np.array([found.setdefault((at, *zone._plant()), (len(found), zone, at))[0]
                       for zone, at in zip(zones, station.tolist(), strict=True)], np.int32)
    kinds = [(zone, references[at]) for _, zone, at in found.values()]
    months = np.array([calendar.day(d).month - 1 for d in range(calendar.days)])
    shape = (max(len(kinds), 1), calendar.days)
    plants = Plants(*(np.ones(shape) for _ in Plants._fields))
    for v, (zone, reference) in enumerate(kinds):
        grown = zone.vegetation
        plain = grown.kcb if zone.is_dual else grown.kc
        plants.kc[v] = np.array(zone.kc_by_month)[months] if zone.kc_by_month else plain if zone.kc is None else zone.kc
        plants.root_m[v], plants.depletion[v] = zone.roots_m, grown.p
        plants.kc_max[v] = kc_max(plants.kc[v], reference.wind_m_s, reference.rh_min, grown.height_m)
        plants.exposed[v] = max(1.0 - grown.cover, 0.01)
    return plants, row_of
