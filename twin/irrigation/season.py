"""A season: zones, weather, programmes, locks and observations to the water of each zone on each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np

from twin.errors import InputError
from twin.irrigation.calendar import Calendar
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.orders import DroughtOrder
from twin.irrigation.schedule import Timetable, timetable_of
from twin.irrigation.weather import ForecastRain, Note, ObservedRain, Reference
from twin.irrigation.zones import Programme, Trigger, Zone, check_zones, ground_of, plants_of
from twin.kernels.soil import tables
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array


class Watering(IntEnum):
    """What a programme did on a day."""

    NO_DAY = tables.NO_DAY  #: no day of the programme
    NOT_NEEDED = tables.NOT_NEEDED
    WATERED = tables.WATERED
    CUT_SHORT = tables.CUT_SHORT  #: watered less than wanted
    LOCKED = tables.LOCKED
    REFUSED = tables.REFUSED  #: by an order
    HELD = tables.HELD  #: for rain that is expected
    DRAINING = tables.DRAINING  #: after a flood, still too wet
    BY_HAND = tables.BY_HAND
    METERED = tables.METERED  #: the meter says what was given
    STUCK = tables.STUCK  #: its valve stayed open as the controller was lost

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


class PointSort(IntEnum):
    """What a single value of a zone on a day is."""

    PROBED = tables.PROBED  #: depletion by a probe [mm]
    READ_OFF = tables.READ_OFF  #: gross depth by a meter [mm]
    GIVEN = tables.GIVEN  #: gross depth asked for by hand [mm]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One observation, or one watering by hand."""

    zone: int
    #: Number of the day.
    day: int
    sort: PointSort
    mm: float
    #: Probe, meter or person.
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carried:
    """What a season leaves to the next, by zone, (Z,)."""

    #: [mm].
    depletion_mm: FloatArray
    layer_mm: FloatArray
    wetted: FloatArray
    since_mm: FloatArray
    #: Was flooded, and not yet past the allowed depletion.
    is_draining: BoolArray
    #: Day of the season on which it was last watered; negative before it; ``NEVER`` where that is not known.
    watered_day: Int32Array

    @staticmethod
    def full(zones: int) -> Carried:
        """Give zones at field capacity, as after a wet winter."""
        return Carried(depletion_mm=np.zeros(zones), layer_mm=np.zeros(zones), wetted=np.ones(zones),
                     since_mm=np.zeros(zones), is_draining=np.zeros(zones, bool),
                     watered_day=np.full(zones, NEVER, np.int32))


#: No day on which a zone was watered is known.
NEVER = -1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Station:
    """Weather of one more station of a season, by days, (D,)."""

    name: str
    rain: ObservedRain
    reference: Reference


@dataclass(frozen=True, kw_only=True, eq=False)
class Season:
    """All that a season's water hangs on."""

    calendar: Calendar
    zones: Sequence[Zone]
    programmes: Sequence[Programme]
    rain: ObservedRain
    reference: Reference
    state: Carried
    locks: Locks = field(default_factory=lambda: Locks(()))
    orders: Sequence[DroughtOrder] = ()
    forecasts: Sequence[ForecastRain] = ()
    points: Sequence[Point] = ()
    #: Name of the station of ``rain`` and ``reference``; empty where it has none.
    station: str = ""
    #: Stations beside the one of ``rain`` and ``reference``.
    stations: Sequence[Station] = ()
    #: Station of each zone, (Z,): 0 is that of ``rain`` and ``reference``, then ``stations``; empty: 0 for all.
    station_of: Int32Array = field(default_factory=lambda: np.zeros(0, np.int32))
    #: What every reader must be told: defaults in use, fall-backs, gaps.
    notes: Sequence[Note] = ()
    #: Counts of defaults by what they stand for.
    defaults: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def weathers(self) -> tuple[tuple[ObservedRain, Reference], ...]:
        """Rain and reference evapotranspiration of each station, the first one's first."""
        return ((self.rain, self.reference), *((one.rain, one.reference) for one in self.stations))

    @cached_property
    def stations_of(self) -> Int32Array:
        """Station of each zone, (Z,)."""
        return self.station_of if len(self.station_of) else np.zeros(len(self.zones), np.int32)

    @property
    def station_names(self) -> list[str]:
        """Names of the stations, the first one's first."""
        return [self.station, *(one.name for one in self.stations)]

    def rain_of(self, zone: int) -> FloatArray:
        """Give the rain of a zone's station by days, (D,) [mm]."""
        return self.weathers[int(self.stations_of[zone])][0].mm

    def eto_of(self, zone: int) -> FloatArray:
        """Give the reference evapotranspiration at a zone's station by days, (D,) [mm]."""
        return self.weathers[int(self.stations_of[zone])][1].eto_mm

    @cached_property
    def rain_mm(self) -> FloatArray:
        """Rain of each zone by days, (Z, D); where there is one station, (1, D)."""
        if not self.stations:
            return self.rain.mm[None, :]
        return np.stack([rain.mm for rain, _ in self.weathers])[self.stations_of]

    def fallbacks(self) -> dict[str, int]:
        """Give on how many days each fall-back stood for a quantity, over all stations."""
        found: dict[str, int] = {}
        for _, reference in self.weathers:
            for name, n in reference.counts().items():
                found[name] = found.get(name, 0) + n
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Balance:
    """The water of each zone on each day."""

    season: Season
    timetable: Timetable
    #: Columns by zone and day, (Z, D).
    columns: tables.DayColumns
    #: Evening of the last day.
    state: Carried

    @cached_property
    def net_mm(self) -> FloatArray:
        """What of the watering reached the ground, (Z, D)."""
        eff = [z.efficiency or (self.season.programmes[z.programme].efficiency if z.programme != NONE else 1.0)
               for z in self.season.zones]
        return np.asarray(self.columns.gross_mm * np.array(eff)[:, None])

    @cached_property
    def gross_m3(self) -> FloatArray:
        """What was given, (Z, D) [m³]."""
        return np.asarray(self.columns.gross_mm * np.array([z.area_m2 for z in self.season.zones])[:, None] / 1000.0)

    def lock_of(self, zone: int, day: int) -> Lock | None:
        """Give the lock that kept a zone from its watering on a day."""
        row = int(self.columns.lock[zone, day])
        return None if row == NONE else self.season.locks.rows[row]

    def order_of(self, zone: int, day: int) -> DroughtOrder | None:
        """Give the order that moved or refused a zone's programme on a day."""
        s = int(self.timetable.of_zone[zone])
        row = NONE if s == NONE else int(self.timetable.order[s, day])
        return None if row == NONE else self.season.orders[row]

    def forecast_of(self, zone: int, day: int) -> ForecastRain | None:
        """Give the forecast that held a zone's watering back on a day."""
        s = int(self.timetable.of_zone[zone])
        row = NONE if s == NONE else int(self.timetable.forecast[s, day])
        return None if row == NONE else self.season.forecasts[row]

    def probed_day(self, zone: int, day: int) -> int:
        """Give the last day, up to one, on which a probe was read in a zone; -1: none."""
        return max((d for d in self._probed.get(zone, ()) if d <= day), default=NONE)

    @cached_property
    def _probed(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for point in self.season.points:
            if point.sort is PointSort.PROBED:
                found.setdefault(point.zone, []).append(point.day)
        return found

    def window(self, zone: int, day: int) -> tuple[int, int] | None:
        """Give the window of a zone's programme on a day, begin and end [s]; None on a day that is none of its own."""
        s, columns = int(self.timetable.of_zone[zone]), self.timetable.columns
        if s == NONE or not columns.is_day[s, day]:
            return None
        return int(columns.from_s[s, day]), int(columns.from_s[s, day] + columns.lasts_s[s, day])

    def residual_mm(self) -> FloatArray:
        """Give what the balance of each zone and day does not account for, (Z, D): nothing but rounding."""
        c = self.columns
        before = np.concatenate([self.season.state.depletion_mm[:, None], c.depletion_mm[:, :-1]], axis=1)
        rain = self.season.rain_mm - c.runoff_mm
        return np.asarray(before + c.corrected_mm - rain - self.net_mm - c.flood_mm + c.eta_mm + c.drained_mm
                          - c.depletion_mm)


def balance(season: Season) -> Balance:
    """Run a season.

    Raises
    ------
    InputError
        A zone that cannot be computed; weather that does not cover the days; a fixed depth that takes longer than its
        window; a point outside of the season.
    """
    from twin.kernels.soil.balance import run_season  # of seasons alone: a run without one loads no kernel of the soil

    n, d = len(season.zones), season.calendar.days
    check_zones(season.zones)
    _check(season)
    timetable = timetable_of(season.zones, season.programmes, season.orders, season.forecasts, season.calendar)
    plants, plant_of = plants_of(season.zones, season.calendar, [reference for _, reference in season.weathers],
                                 season.stations_of)
    ground = ground_of(season.zones, season.programmes, plant_of, timetable.of_zone, season.stations_of)
    midnights = season.calendar.start_s
    shape = (len(season.weathers), d)
    days = tables.Days(start_s=np.broadcast_to(midnights[:-1], shape), end_s=np.broadcast_to(midnights[1:], shape),
                       eto_mm=np.stack([reference.eto_mm for _, reference in season.weathers]),
                       rain_mm=np.stack([rain.mm for rain, _ in season.weathers]))
    given, packed = season.state, tables.records
    state = packed(tables.StateColumns(*(getattr(given, name) for name in tables.StateColumns._fields)))
    table = tables.empty_days(n, d)
    run_season(packed(ground), packed(plants), packed(days), packed(timetable.columns),
               packed(season.locks.packed(int(midnights[-1]))), packed(_packed(season.points)), state, table)
    columns = tables.DayColumns(*(table[name] for name in tables.DayColumns._fields))
    watered = columns.gross_mm > 0
    last = np.where(watered.any(axis=1), d - 1 - np.argmax(watered[:, ::-1], axis=1), given.watered_day)
    return Balance(season=season, timetable=timetable, columns=columns, state=Carried(
        **{name: state[name].copy() for name in tables.StateColumns._fields}, watered_day=last.astype(np.int32)))


def _check(season: Season) -> None:
    days = season.calendar.days
    columns = [(f"weather.{name}", column) for rain, reference in season.weathers
               for name, column in (("rain", rain.mm), ("eto", reference.eto_mm))]
    for name, column in columns:
        if len(column) != days or not np.isfinite(column).all() or (column < 0).any():
            raise InputError(field=name, found=f"{len(column)} days, some without a number or below 0"
                             if len(column) == days else f"{len(column)} days", expected=f"a value for each of {days}")
    of = season.stations_of
    if len(of) != len(season.zones) or (len(of) and not 0 <= of.min() <= of.max() <= len(season.stations)):
        raise InputError(field="stations", found="zones of a station that lacks", expected="a station for each zone")
    for programme in season.programmes:
        check_programme(programme)
    for point in season.points:
        if not 0 <= point.day < days:
            raise InputError(field="observations", ids=[season.zones[point.zone].id],
                             found=str(season.calendar.day(point.day)),
                             expected=f"a day from {season.calendar.first} to {season.calendar.last}")


def check_programme(programme: Programme) -> None:
    """Refuse a programme that no controller can run.

    Raises
    ------
    InputError
        A rate of 0, an efficiency beyond 0 to 1, no day, a fixed depth that takes longer than its window.
    """
    from twin.kernels.soil.watering import fitted

    field = f"programmes.{programme.name}"
    if not programme.rate_mm_h > 0.0:
        raise InputError(field=f"{field}.rate_mm_h", found=f"{programme.rate_mm_h:g}", expected="more than 0")
    if not 0.0 < programme.efficiency <= 1.0:
        raise InputError(field=f"{field}.efficiency", found=f"{programme.efficiency:g}",
                         expected="more than 0, at most 1")
    if not programme.days:
        raise InputError(field=f"{field}.days", found="no day", expected="one day of the week or more")
    if programme.trigger is Trigger.FIXED:
        wanted_s = round(programme.amount / programme.rate_mm_h * 3600.0)
        run_s, _ = fitted(wanted_s, programme.lasts_min * 60, programme.cycle_s, programme.soak_s)
        if run_s < wanted_s:
            raise InputError(field=f"{field}.hours", found=f"{wanted_s / 60:.0f} min of watering, with its pauses, "
                             f"in a window of {programme.lasts_min} min",
                             expected="a programme no longer than its window",
                             remedy="Give it more hours, fewer pauses or less water.")


def _packed(points: Sequence[Point]) -> tables.PointColumns:
    ordered = sorted(points, key=lambda p: (p.zone, p.day, p.sort))
    return tables.PointColumns(
        zone=np.array([p.zone for p in ordered], np.int32), day=np.array([p.day for p in ordered], np.int32),
        sort=np.array([p.sort for p in ordered], np.int8), value=np.array([p.mm for p in ordered], float))


def without_locks(season: Season) -> Season:
    """Give the same season with a controller that waters through every lock but water stays where it was.

    What it would give more is what the suspensions saved.
    """
    from dataclasses import replace

    water = tuple(lock for lock in season.locks.rows if lock.reason is Reason.UNDER_WATER)
    return replace(season, locks=Locks(water, blocks=False))
