"""Units of weather by the words that files use, and what a value can be on Earth."""

from __future__ import annotations

import re
from typing import NamedTuple

from twin.errors import InputError
from twin.quantities import FloatArray


class _Unit(NamedTuple):
    """How a unit becomes the twin's: value * factor + offset."""

    factor: float
    offset: float = 0.0


_TEMPERATURE = {"degC": _Unit(1.0), "K": _Unit(1.0, -273.15), "degF": _Unit(5.0 / 9.0, -160.0 / 9.0),
                "0.1degC": _Unit(0.1)}
_DEPTH = {"mm": _Unit(1.0), "cm": _Unit(10.0), "in": _Unit(25.4), "l/m2": _Unit(1.0), "kg/m2": _Unit(1.0),
          "0.1mm": _Unit(0.1), "mm/h": _Unit(1.0), "mm/day": _Unit(1.0)}
_HUMIDITY = {"%": _Unit(1.0), "1": _Unit(100.0)}
#: Units by quantity: the first is the twin's own. W/m2 is a mean over the day or the hour.
QUANTITIES: dict[str, dict[str, _Unit]] = {
    "temperature": _TEMPERATURE, "rain": _DEPTH, "eto": {k: _DEPTH[k] for k in ("mm", "mm/day", "cm", "in", "0.1mm")},
    "wind": {"m/s": _Unit(1.0), "km/h": _Unit(1 / 3.6), "kt": _Unit(1852 / 3600), "mph": _Unit(0.44704)},
    "radiation": {"MJ/m2": _Unit(1.0), "J/cm2": _Unit(0.01), "kJ/m2": _Unit(0.001), "kWh/m2": _Unit(3.6),
                  "Wh/m2": _Unit(0.0036), "W/m2": _Unit(0.0864)},
    "humidity": _HUMIDITY}
#: What a value can be on Earth, in the twin's unit.
_BOUNDS = {"temperature": (-70.0, 60.0), "rain": (0.0, 1900.0), "eto": (0.0, 25.0), "wind": (0.0, 75.0),
           "radiation": (0.0, 45.0), "humidity": (0.0, 106.0)}
_QUANTITY_OF = {"t_min": "temperature", "t_max": "temperature", "temperature": "temperature", "dew": "temperature",
                "rh_mean": "humidity", "rh_min": "humidity", "rh_max": "humidity"}
_SPELT = {"°c": "degC", "c": "degC", "celsius": "degC", "degc": "degC", "deg c": "degC", "k": "K", "kelvin": "K",
          "°f": "degF", "degf": "degF", "f": "degF", "m/s": "m/s", "m s-1": "m/s", "m.s-1": "m/s", "ms-1": "m/s",
          "km/h": "km/h", "kmh": "km/h", "kph": "km/h", "kt": "kt", "kts": "kt", "knots": "kt", "mph": "mph",
          "mm": "mm", "cm": "cm", "in": "in", "inch": "in", "l/m2": "l/m2", "l/m²": "l/m2", "kg/m2": "kg/m2",
          "mm/h": "mm/h", "mm/hr": "mm/h", "mm h-1": "mm/h", "mm/day": "mm/day", "mm/d": "mm/day", "mm/j": "mm/day",
          "1/10 mm": "0.1mm", "0.1mm": "0.1mm", "1/10 °c": "0.1degC", "0.1degc": "0.1degC", "%": "%", "percent": "%",
          "1": "1", "mj/m2": "MJ/m2", "mj/m²": "MJ/m2", "mj/m2/day": "MJ/m2", "mj m-2": "MJ/m2", "j/cm2": "J/cm2",
          "j/cm²": "J/cm2", "kj/m2": "kJ/m2", "kj/m²": "kJ/m2", "kwh/m2": "kWh/m2", "kwh/m²": "kWh/m2",
          "wh/m2": "Wh/m2", "wh/m²": "Wh/m2", "w/m2": "W/m2", "w/m²": "W/m2"}
_IN_HEADER = re.compile(r"[(\[]\s*([^)\]]+?)\s*[)\]]\s*$")


def quantity_of(name: str) -> str:
    """Give what a column of ``ColumnsSpec`` measures."""
    return _QUANTITY_OF.get(name, name)


def unit_word(text: str) -> str | None:
    """Give a unit of weather in its one spelling; None for another word.

    Examples
    --------
    >>> unit_word("J/cm²"), unit_word(" °C "), unit_word("bananas")
    ('J/cm2', 'degC', None)
    """
    return _SPELT.get(" ".join(text.split()).casefold())


def unit_of(name: str, stated: str | None, header: str, row: str | None, *, file: str, field: str) -> str:
    """Give the unit of a column: as stated, else as its header or the row under it says.

    Raises
    ------
    InputError
        None of the three says one; a word that is no unit of this quantity; two that contradict each other.
    """
    known = QUANTITIES[quantity_of(name)]
    match = _IN_HEADER.search(header)
    in_file = unit_word(row or "") or (unit_word(match[1]) if match else None)
    said = unit_word(stated) if stated is not None else None
    if stated is not None and said not in known:
        raise InputError(file=file, field=f"{field}.unit", found=f"'{stated}'", expected=f"one of {', '.join(known)}")
    if said is not None and in_file is not None and in_file != said:
        raise InputError(file=file, field=f"{field}.unit", found=f"{in_file}, by the file itself", expected=said,
                         remedy=f"Say `unit: {in_file}`, or leave `unit` out.")
    unit = said or in_file
    if unit is None or unit not in known:
        raise InputError(file=file, field=f"{field}.unit", found=f"no unit of '{header}'" if unit is None else unit,
                         expected=f"one of {', '.join(known)}",
                         remedy=f"Say it: `{name}: {{column: {header}, unit: {next(iter(known))}}}`.")
    return unit


def converted(name: str, values: FloatArray, unit: str, *, hours: float) -> FloatArray:
    """Give values in the twin's unit; a mean power over ``hours`` becomes the energy of that time."""
    made = QUANTITIES[quantity_of(name)][unit]
    share = hours / 24.0 if unit == "W/m2" else 1.0
    return values * made.factor * share + made.offset


def bounds(name: str) -> tuple[float, float]:
    """Give what a value can be on Earth, in the twin's unit."""
    return _BOUNDS[quantity_of(name)]
