"""What a city file says of its irrigated zones: soil, plants, area, slope, heads; columns that an import kept.

A mapping writes them as fields of its layer of zones (``fields: {soil: SOL, rate_mm_h: PLUVIO}``); the city file holds
them as ``src_soil``, ``src_rate_mm_h`` and so on. An empty value is one that nobody stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.city.model import CityFile
from twin.errors import InputError
from twin.irrigation.data import soils, vegetation
from twin.world.kinds import Role

#: Columns of numbers, with what their values must be: above the first, at most the second.
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "area_m2": (0.0, 1e8), "slope_percent": (-1e-9, 100.0), "rate_mm_h": (0.0, 1000.0), "efficiency": (0.0, 1.0),
    "root_m": (0.0, 10.0), "taw_mm": (0.0, 1000.0), "curve_number": (0.0, 100.0)}
_PREFIX = "src_"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRecord:
    """One zone as the city file has it; None for what it does not state."""

    soil: str | None = None
    vegetation: str | None = None
    #: Weather station by name.
    station: str | None = None
    area_m2: float | None = None
    #: Mean slope of the ground [%].
    slope_percent: float | None = None
    #: Precipitation rate of its heads [mm/h], and the share that reaches the ground.
    rate_mm_h: float | None = None
    efficiency: float | None = None
    root_m: float | None = None
    taw_mm: float | None = None
    curve_number: float | None = None


def zone_records(city_file: CityFile) -> dict[int, ZoneRecord]:
    """Give what the city file says of each zone, by the row of its asset; zones of which it says nothing are left out.

    Raises
    ------
    InputError
        A soil or plants that there are not, a number out of range; all zones at fault are named.
    """
    assets, told = city_file.city.assets, dict[int, dict[str, Any]]()
    waters = assets.of_role(Role.WATERS)
    for kind, columns in city_file.extra.items():
        rows = np.flatnonzero(assets.of_kind(kind))
        if not len(rows) or not waters[rows[0]]:
            continue
        for name in (*_NUMBERS, "soil", "vegetation", "station"):
            values = columns.get(_PREFIX + name)
            if values is None:
                continue
            read = _numbers if name in _NUMBERS else _words
            for row, value in read(name, values, rows, city_file).items():
                told.setdefault(row, {})[name] = value
    return {row: ZoneRecord(**entry) for row, entry in told.items()}


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value)) or str(value).strip() == ""


def _numbers(name: str, values: Any, rows: Any, city_file: CityFile) -> dict[int, float]:
    low, high = _NUMBERS[name]
    found: dict[int, float] = {}
    wrong: list[tuple[str, Any]] = []
    for row, value in zip(rows.tolist(), values, strict=True):
        if _empty(value):
            continue
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            number = float("nan")
        if low < number <= high:
            found[row] = number
        else:
            wrong.append((str(city_file.city.assets.id[row]), value))
    if wrong:
        raise InputError(file=city_file.city.name, field=f"zone.{_PREFIX}{name}", ids=[zone for zone, _ in wrong],
                         found=f"'{wrong[0][1]}'", expected=f"{'0 or more' if low < 0 else 'more than 0'}, at most "
                         f"{high:g}, or empty")
    return found


def _words(name: str, values: Any, rows: Any, city_file: CityFile) -> dict[int, str]:
    known = None if name == "station" else tuple(soils() if name == "soil" else vegetation())
    found = {row: str(value).strip() for row, value in zip(rows.tolist(), values, strict=True) if not _empty(value)}
    strange = {} if known is None else {row: word for row, word in found.items() if word not in known}
    if known is not None and strange:
        raise InputError(file=city_file.city.name, field=f"zone.{_PREFIX}{name}",
                         ids=[str(city_file.city.assets.id[row]) for row in strange],
                         found=f"'{next(iter(strange.values()))}'", expected=f"one of {', '.join(known)}, or empty",
                         remedy="A mapping translates words: `map: {Limon: loam}` under the field.")
    return found
