"""Soils and land classes: the tables that stand in twin/data, with unit and source in every row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from twin.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Soil:
    """What a soil takes in after Green and Ampt."""

    name: str
    #: Saturated hydraulic conductivity [m/s].
    conductivity_m_s: float
    #: Suction head at the wetting front [m].
    suction_m: float
    #: Effective porosity [-].
    porosity: float
    source: str

    def storage_m(self, saturation: float) -> float:
        """Give suction times free pore space, the S of Green-Ampt [m]; ``saturation`` 0 dry to 1 full."""
        return self.suction_m * self.porosity * (1.0 - saturation)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandClass:
    """How rough a kind of ground is, and whether water gets into it."""

    name: str
    #: Manning's n [s/m^(1/3)].
    roughness: float
    #: ``yes``: nothing soaks in, drains stand there; ``water``: nothing soaks in, no drains; ``no``.
    sealed: str
    source: str


def table_rows(name: str) -> list[dict[str, str]]:
    """Give the rows of a table in ``twin/data``; lines of comment are passed over."""
    with (files("twin") / "data" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@cache
def soils() -> dict[str, Soil]:
    """Give the soils of ``soils.csv`` by name."""
    return {row["soil"]: Soil(name=row["soil"], conductivity_m_s=float(row["conductivity_mm_h"]) / 3.6e6,
                              suction_m=float(row["suction_mm"]) / 1000.0, porosity=float(row["porosity"]),
                              source=row["source"]) for row in table_rows("soils.csv")}


def soil(name: str) -> Soil:
    """Give one soil.

    Raises
    ------
    InputError
        No such soil.

    Examples
    --------
    >>> round(soil("loam").conductivity_m_s * 3.6e6, 1)
    3.4
    """
    if name not in soils():
        raise InputError(field="soil", found=f"'{name}'", expected="one of " + ", ".join(soils()))
    return soils()[name]


@cache
def land_classes() -> dict[str, LandClass]:
    """Give the classes of ``land_classes.csv`` by name."""
    return {row["land"]: LandClass(name=row["land"], roughness=float(row["manning_n"]), sealed=row["sealed"],
                                   source=row["source"]) for row in table_rows("land_classes.csv")}
