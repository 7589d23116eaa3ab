"""Values: texts as files hold them, turned into clean text, numbers and dates, column by column."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.inputs.patterns import pattern_of
from twin.quantities import BoolArray, FloatArray, TextArray

#: Unit -> (what it measures, how many of the base unit it is). Source: SI brochure; NIST SP 811 for feet.
UNITS: dict[str, tuple[str, float]] = {
    "m": ("length", 1.0), "dm": ("length", 0.1), "cm": ("length", 0.01), "mm": ("length", 0.001),
    "km": ("length", 1000.0), "ft": ("length", 0.3048), "us-ft": ("length", 1200 / 3937), "in": ("length", 0.0254),
    "s": ("time", 1.0), "min": ("time", 60.0), "h": ("time", 3600.0), "d": ("time", 86400.0), "ms": ("time", 0.001),
    "W": ("power", 1.0), "kW": ("power", 1000.0),
    "V": ("voltage", 1.0), "kV": ("voltage", 1000.0),
    "A": ("current", 1.0),
    "m3/s": ("flow", 1.0), "l/s": ("flow", 0.001),
    "m2": ("area", 1.0), "ha": ("area", 10_000.0), "l": ("volume", 0.001), "m3": ("volume", 1.0),
    "1": ("count", 1.0),
}
#: Last part of a field's name -> its unit (``touch_m``, ``flow_m3_s``).
_SUFFIX = {"_m3_s": "m3/s", "_l_s": "l/s", "_mm": "mm", "_cm": "cm", "_km": "km", "_m": "m", "_s": "s", "_min": "min",
           "_h": "h", "_w": "W", "_kw": "kW", "_v": "V", "_kv": "kV", "_a": "A", "_m2": "m2", "_ha": "ha",
           "_l": "l", "_m3": "m3"}
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+$")


def unit_of(field: str) -> str | None:
    """Give the unit that a field's name carries, or ``None``.

    Examples
    --------
    >>> unit_of("touch_m"), unit_of("flow_m3_s"), unit_of("name")
    ('m', 'm3/s', None)
    """
    for suffix in sorted(_SUFFIX, key=len, reverse=True):
        if field.endswith(suffix) and len(field) > len(suffix):
            return _SUFFIX[suffix]
    return None


def factor(unit: str, into: str) -> float | None:
    """Give by what a value in ``unit`` is multiplied to be in ``into``; ``None`` where they measure other things."""
    (what, size), (wanted, base) = UNITS[unit], UNITS[into]
    return size / base if what == wanted else None


def texts(values: Any) -> TextArray:
    """Give a column as stripped texts, ``None`` where nothing stands, whole floats without their ``.0``."""
    array = np.asarray(values)
    if array.dtype.kind == "O":
        result = np.empty(len(array), dtype=object)
        result[:] = [_one(value) for value in array]
        return result
    if array.dtype.kind == "f":
        whole = np.isfinite(array) & (array == np.floor(array)) & (np.abs(array) < 2**53)
        return np.array([None if np.isnan(v) else str(int(v)) if w else repr(float(v))
                         for v, w in zip(array, whole, strict=True)], dtype=object)
    if array.dtype.kind == "M":
        return np.array([None if np.isnat(v) else str(v) for v in array], dtype=object)
    if array.dtype.kind == "b":
        return np.where(array, "true", "false").astype(object)
    return array.astype(str).astype(object)


def _one(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, np.ndarray | list | tuple):
        said = [None if item is None else _one(item) for item in value]
        return json.dumps(said, ensure_ascii=False) if said else None
    return str(value)


def items_of(text: str) -> list[str]:
    """Give the items of a text that is a list, as readers write lists of a file; of any other the text itself.

    Examples
    --------
    >>> items_of('["A1", "A2"]'), items_of("A1"), items_of("[A1]")
    (['A1', 'A2'], ['A1'], ['[A1]'])
    """
    if not text.startswith("["):
        return [text]
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    if not isinstance(value, list) or any(isinstance(item, list | dict) for item in value):
        return [text]
    return [said for item in value if (said := _one(item)) is not None]


def without_nulls(column: TextArray, null: Iterable[str]) -> TextArray:
    """Give the column with ``None`` for every text that means "no value"."""
    empty = {text.strip() for text in null}
    return np.array([None if value is None or value in empty else value for value in column], dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers and what could not be read as one."""

    value: FloatArray
    unreadable: BoolArray
    #: Values such as ``1,234`` that read as thousands or as decimals alike.
    ambiguous: BoolArray


def numbers(column: TextArray, decimal: str | None = None) -> Numbers:
    """Give a column of texts as numbers.

    Parameters
    ----------
    column
        Texts, (N,); ``None`` gives NaN.
    decimal
        Decimal sign; when not stated a comma counts as one unless every comma of the column stands before three
        digits and a point stands elsewhere in the same value (``1,234.5``).
    """
    present = np.array([value is not None for value in column], dtype=bool)
    packed = np.array([None if value is None else _SPACES.sub("", value).replace("\u2212", "-")
                       for value in column] or [], dtype=object)
    has_comma = np.array([value is not None and "," in value for value in packed], dtype=bool)
    ambiguous = np.zeros(len(column), dtype=bool)
    if has_comma.any():
        if decimal is None:
            commas = packed[has_comma]
            if any("." in value for value in commas):
                # both signs in one value: the last is the decimal one
                comma_last = sum(value.rfind(",") > value.rfind(".") for value in commas)
                decimal = "," if 2 * comma_last > len(commas) else "."
            else:
                decimal = ","
                if all(_THOUSANDS.match(value) for value in commas):
                    ambiguous = has_comma
        if decimal == ",":
            packed = np.array([value.replace(".", "").replace(",", ".") if value is not None and comma else value
                               for value, comma in zip(packed, has_comma, strict=True)], dtype=object)
        else:
            packed = np.array([None if value is None else value.replace(",", "") for value in packed], dtype=object)
    value = np.array([_float(text) for text in packed], dtype=np.float64)
    return Numbers(value=value, unreadable=present & np.isnan(value), ambiguous=ambiguous)


def _float(text: str | None) -> float:
    if text is None or "_" in text:  # Python reads 1_000 as a number; people do not
        return math.nan
    try:
        return float(text)
    except ValueError:
        return math.nan


def mapped(column: TextArray, table: Mapping[str, Any], otherwise: Any = None, *,
           keep_unknown: bool = False) -> tuple[TextArray, BoolArray, BoolArray]:
    """Give the values meant, the mask of values that the table lacks, and of those met but for case or spaces."""
    folded = {fold(key): value for key, value in table.items()}
    meant = {value for value in table.values() if isinstance(value, str)}
    distinct = {value for value in column if value is not None}
    meaning: dict[str, tuple[Any, bool, bool]] = {}
    for value in distinct:
        if value not in table and keep_unknown and value in meant:
            meaning[value] = (value, False, False)
        elif value in table:
            meaning[value] = (table[value], False, False)
        elif fold(value) in folded:
            meaning[value] = (folded[fold(value)], False, True)
        else:
            meaning[value] = (value if keep_unknown and otherwise is None else otherwise, otherwise is None, False)
    nothing = (table.get(""), False, False)
    rows = [nothing if value is None else meaning[value] for value in column]
    result = np.empty(len(column), dtype=object)
    result[:] = [row[0] for row in rows]
    return (result, np.array([row[1] for row in rows], dtype=bool),
            np.array([row[2] for row in rows], dtype=bool))


def fold(value: str) -> str:
    """Give a text without what people vary: case, spaces around and doubled."""
    return " ".join(value.split()).casefold()


def loose(parts: Sequence[str]) -> tuple[str, ...]:
    """Give a name, of one or several columns, without what people vary: case, spaces, leading zeros of numbers."""
    folded = (fold(part).removesuffix(".0") for part in parts)
    return tuple(text.lstrip("0") or "0" if text.isdigit() else text for text in folded)


#: Letters, a number, letters, whatever stands between.
_NUMBERED = re.compile(r"([^\W\d_]+)[\W_]*0*(\d+)[\W_]*([^\W\d_]*)")


def letter_and_number(name: str) -> tuple[str, ...]:
    """Give a numbered name by its first letter, its number and what follows; empty for another name.

    Examples
    --------
    >>> letter_and_number("ARM 050") == letter_and_number("a-50"), letter_and_number("A-5 bis"), letter_and_number("50")
    (True, ('a', '5', 'bis'), ())
    """
    hit = _NUMBERED.fullmatch(name.strip().casefold())
    return (hit[1][0], hit[2], hit[3]) if hit is not None else ()


def alike_by_number(names: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Give the names that alone have their letter and number, by these.

    Examples
    --------
    >>> alike_by_number(["A-001", "A-002", "AB-2", "depot"])
    {('a', '1', ''): 'A-001'}
    """
    found: dict[tuple[str, ...], set[str]] = {}
    for name in names:
        if sign := letter_and_number(name):
            found.setdefault(sign, set()).add(name)
    return {sign: next(iter(names)) for sign, names in found.items() if len(names) == 1}


def extracted(column: TextArray, pattern: str) -> tuple[TextArray, BoolArray]:
    """Give the first group (or the whole) of a regular expression in each text, and where it did not match."""
    search = pattern_of(pattern).search
    distinct = {value: search(value) for value in set(column) if value is not None}  # inventories repeat themselves
    found = [distinct.get(value) for value in column]
    result = np.array([None if hit is None else (hit.group(1) if hit.re.groups else hit.group(0)) for hit in found],
                      dtype=object)
    missed = np.array([value is not None and hit is None for value, hit in zip(column, found, strict=True)], dtype=bool)
    return result, missed
