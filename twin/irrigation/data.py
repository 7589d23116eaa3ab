"""Soils, plants and curve numbers as data, each with its source; CSV files in ``twin/data``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from twin.errors import InputError
from twin.flood.tables import table_rows

#: Suction at field capacity and at the wilting point [kPa]. Source: FAO-56 chapter 8; Richards & Weaver 1944.
FIELD_CAPACITY_KPA, WILTING_KPA = 33.0, 1500.0
#: Depth of the layer that evaporation dries [m]. Source: FAO-56, chapter 7: 0.10 to 0.15 m.
EVAPORATING_LAYER_M = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundSoil:
    """One soil of an irrigated zone."""

    name: str
    #: Water content at field capacity and at the wilting point [m³/m³].
    field_capacity: float
    wilting_point: float
    #: Readily evaporable water of the surface layer [mm].
    rew_mm: float
    #: Saturated hydraulic conductivity [mm/h].
    conductivity_mm_h: float
    #: Hydrologic soil group, A to D.
    group: str
    source: str
    is_assumption: bool

    @property
    def available_mm_m(self) -> float:
        """Water between field capacity and wilting point in a metre of soil [mm]."""
        return 1000.0 * (self.field_capacity - self.wilting_point)

    @property
    def tew_mm(self) -> float:
        """Total evaporable water of the surface layer [mm]. FAO-56 eq. 73."""
        return 1000.0 * (self.field_capacity - 0.5 * self.wilting_point) * EVAPORATING_LAYER_M

    def water_content(self, tension_kpa: float) -> float:
        """Give the water content at a matric tension: the power law through field capacity and wilting point.

        Source: Campbell 1974, doi:10.1097/00010694-197406000-00001 (ψ = a θ^-b).

        Examples
        --------
        >>> round(soils()["loam"].water_content(33.0), 3), round(soils()["loam"].water_content(1500.0), 3)
        (0.25, 0.12)
        """
        from math import log

        slope = log(WILTING_KPA / FIELD_CAPACITY_KPA) / log(self.field_capacity / self.wilting_point)
        return float(self.field_capacity * (max(tension_kpa, 1e-3) / FIELD_CAPACITY_KPA) ** (-1.0 / slope))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vegetation:
    """What grows on a zone."""

    name: str
    #: ``lawn``, ``sports_field``, ``bed``, ``shrubs`` or ``young_trees``: what orders speak of.
    use: str
    #: Single and basal crop coefficient in mid-season.
    kc: float
    kcb: float
    height_m: float
    root_m: float
    #: Share of available water that may be used without stress, at ETc 5 mm a day.
    p: float
    #: Share of ground that it covers.
    cover: float
    #: Days under water that it is expected to bear in warm water.
    tolerance_d: int
    source: str
    is_assumption: bool
    tolerance_source: str


@cache
def soils() -> dict[str, GroundSoil]:
    """Give the soils of ``irrigation_soils.csv`` by name."""
    conductivity = {row["soil"]: float(row["conductivity_mm_h"]) for row in table_rows("soils.csv")}
    return {row["soil"]: GroundSoil(
        name=row["soil"], field_capacity=float(row["field_capacity"]), wilting_point=float(row["wilting_point"]),
        rew_mm=float(row["rew_mm"]), conductivity_mm_h=conductivity[row["conductivity_of"]], group=row["group"],
        source=row["source"], is_assumption=row["assumption"] == "1") for row in table_rows("irrigation_soils.csv")}


@cache
def vegetation() -> dict[str, Vegetation]:
    """Give the plants of ``vegetation.csv`` by name."""
    numbers = ("kc", "kcb", "height_m", "root_m", "p", "cover")
    return {row["vegetation"]: Vegetation(
        name=row["vegetation"], use=row["use"], tolerance_d=int(row["tolerance_d"]), source=row["source"],
        is_assumption=row["assumption"] == "1", tolerance_source=row["tolerance_source"],
        **{name: float(row[name]) for name in numbers}) for row in table_rows("vegetation.csv")}


@cache
def curve_numbers() -> dict[tuple[str, str], float]:
    """Give the curve number of open space by condition and hydrologic soil group."""
    return {(row["condition"], group): float(row[group]) for row in table_rows("curve_numbers.csv") for group in "ABCD"}


def on_slope(curve_number: float, slope_percent: float) -> float:
    """Give a curve number for a slope; tables hold for about 5 %, gentler ground keeps its number.

    Source: Williams 1995 (EPIC), as in SWAT 2009 theoretical documentation, eq. 2:1.1.6 and 2:1.1.12:
    CN3 = CN exp(0.00673 (100 - CN)); CN + (CN3 - CN) / 3 (1 - 2 exp(-13.86 slope)).

    Examples
    --------
    >>> on_slope(61.0, 5.0), round(on_slope(61.0, 20.0), 1)
    (61.0, 66.3)
    """
    from math import exp

    wet = curve_number * exp(0.00673 * (100.0 - curve_number))
    return max(curve_number, curve_number + (wet - curve_number) / 3.0 * (1.0 - 2.0 * exp(-0.1386 * slope_percent)))


def retention_mm(curve_number: float) -> float:
    """Give S [mm], what the ground holds back of rain: 254 (100 / CN - 1). Source: TR-55, in mm.

    Examples
    --------
    >>> retention_mm(80.0)
    63.5
    """
    if not 0.0 < curve_number <= 100.0:
        raise InputError(field="curve_number", found=f"{curve_number:g}", expected="more than 0, at most 100")
    return 25400.0 / curve_number - 254.0
