"""Columns: the values of the fields that a mapping asks for, unit by unit and reason by reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.importing.dates import dates
from geodata.importing.quantity_text import with_units
from geodata.importing.schema import FieldSpec, TableSpec
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.table import Table
from geodata.tables.values import (
    UNITS,
    extracted,
    factor,
    fold,
    loose,
    mapped,
    numbers,
    texts,
    unit_of,
    without_nulls,
)
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, TextArray


def nulls_of(spec: TableSpec, column: str | None = None) -> tuple[str, ...]:
    """Give the texts that mean "no value" in a column: the usual ones, the layer's, the column's own."""
    given = (*spec.no_value.get("*", ()), *(spec.no_value.get(column, ()) if column else ()))
    return tuple(dict.fromkeys((*NULL_TEXTS, *given)))


def read_text(table: Table, spec: TableSpec, column: str, field_path: str) -> TextArray:
    """Give a column as clean texts without the layer's null values."""
    return without_nulls(table.text(column, field_path=field_path), nulls_of(spec, column))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FieldValues:
    """One field of all records: numbers (NaN none) or texts (None none), and what was met on the way."""

    values: Any
    tallies: tuple[tuple[str, str, BoolArray], ...]

    def as_texts(self) -> TextArray:
        """Give texts, empty where there is none."""
        return np.array(["" if value is None else str(value) for value in texts(self.values)] or [], dtype=object)

    def as_numbers(self) -> FloatArray:
        """Give numbers, NaN where there is none."""
        if self.values.dtype.kind == "f":
            return np.asarray(self.values)
        return numbers(texts(self.values)).value


#: Gives the records and the declaration of another layer by name.
Others = Callable[[str], tuple[Table, TableSpec]]


def field_values(table: Table, layer: TableSpec, name: str, spec: FieldSpec, *, is_number: bool | None = None,
                 allowed: tuple[str, ...] = (), others: Others | None = None) -> FieldValues:
    """Give the values of one field as the mapping declares it.

    Parameters
    ----------
    table, layer
        The records, and the declaration with the layer's null values.
    name
        The field: its suffix says its unit.
    spec
        Where the values come from.
    is_number
        Whether the field holds numbers; found from its unit and type when not said.
    allowed
        For a field with a fixed vocabulary: the words it knows. Others are doubtful and left empty.
    others
        Other layers, for values that are looked up there.

    Raises
    ------
    InputError
        A missing column, a unit that measures something else, a pattern that is none.
    """
    path = f"fields.{name}"
    unit = unit_of(name)
    is_number = bool(unit or spec.type == "number" or spec.unit) if is_number is None else is_number
    tallies: list[tuple[str, str, BoolArray]] = []
    n = len(table)
    if spec.value is not None:
        values = np.empty(n, dtype=object)
        values[:] = spec.value
        if is_number:
            return FieldValues(values=np.full(n, _constant(table, spec, path)), tallies=())
        return FieldValues(values=values, tallies=())
    columns = [spec.column] if spec.column is not None else spec.columns
    if spec.looked_up_in is None:
        parts = [read_text(table, layer, column, path) for column in columns]
    else:
        parts, lost, several, varied = looked_up(table, layer, spec.looked_up_in, spec.match, columns, path, others)
        tallies.append(("mended", f"{name}: met its record in {spec.looked_up_in} but for case, spaces or leading "
                        "zeros", varied))
        tallies.append(("doubtful", f"{name}: no such record in {spec.looked_up_in}; left empty", lost))
        tallies.append(("doubtful", f"{name}: records in {spec.looked_up_in} that differ; the first counts", several))
    parts = [without_nulls(part, spec.no_value) for part in parts]
    if len(parts) == 1:
        text = parts[0]
    else:
        text = np.array([spec.separator.join(part for part in row if part) or None
                         for row in zip(*parts, strict=True)] or [], dtype=object)
    if spec.pattern is not None:
        text, missed = extracted(text, spec.pattern)
        tallies.append(("doubtful", f"{name}: the pattern is not in the text; left empty", missed))
    if spec.map:
        text, unknown, varied = mapped(text, spec.map, spec.otherwise, keep_unknown=not allowed)
        tallies.append(("mended", f"{name}: met its map but for case or spaces", varied))
        if allowed:
            tallies.append(("doubtful", f"{name}: a value that the map lacks; left to the default", unknown))
    if allowed:
        words = {fold(word): word for word in allowed}
        known = np.array([None if value is None else words.get(fold(str(value))) for value in text] or [], dtype=object)
        strange = np.array([v is not None and k is None for v, k in zip(text, known, strict=True)], dtype=bool)
        if spec.map and strange.any():
            raise InputError(file=table.file, field=f"{path}.map", found=f"'{text[strange][0]}'",
                             expected=f"one of {', '.join(allowed)}")
        tallies.append(("doubtful", f"{name}: none of {', '.join(allowed)}; left to the default", strange))
        return FieldValues(values=known, tallies=tuple(tallies))
    if spec.type == "date":
        when = dates(texts(text), name)
        return FieldValues(values=when.value, tallies=(*tallies, *when.tallies))
    if not is_number:
        return FieldValues(values=texts(text) if spec.map else text, tallies=tuple(tallies))
    said = texts(text) if spec.map else text
    decimal = spec.decimal or getattr(layer.csv, "decimal", None)
    read = numbers(said, decimal)
    scale = _scale(table, spec, columns, name, unit)
    # what stands with its unit ("40 cm") counts in it, whatever the column counts in
    value, is_read, units = with_units(said, read, unit, decimal)
    tallies.append(("mended", f"{name}: read with the unit that stands beside the number ({units})", is_read))
    tallies.append(("doubtful", f"{name}: no number; left empty", read.unreadable & ~is_read))
    tallies.append(("doubtful", f"{name}: comma read as decimal sign, could be thousands; state 'decimal'",
                    read.ambiguous))
    return FieldValues(values=np.where(is_read, value, read.value * scale), tallies=tuple(tallies))


def _constant(table: Table, spec: FieldSpec, path: str) -> float:
    try:
        return float(spec.value)
    except (TypeError, ValueError):
        raise InputError(file=table.file, field=f"{path}.value", found=repr(spec.value), expected="a number") from None


def looked_up(table: Table, layer: TableSpec, where: str, on: Mapping[str, str], columns: list[str], path: str,
              others: Others | None) -> tuple[list[TextArray], BoolArray, BoolArray, BoolArray]:
    """Give columns of another layer or table for each record of this one.

    Parameters
    ----------
    table, layer
        The records.
    where
        Name of the other layer or table.
    on
        Own column -> its column; both must hold the same, but for case, spaces and leading zeros.
    columns
        Its columns that are wanted.
    path
        Key of the mapping, for messages.
    others
        Gives layers and tables by name.

    Returns
    -------
    tuple
        The columns; the mask of records without a partner there; of those with several that say different things,
        whose first counts; of those that met it only but for case, spaces or leading zeros.
    """
    assert others is not None
    other, other_spec = others(where)
    mine = list(zip(*(read_text(table, layer, own, path) for own in on), strict=True))
    theirs = zip(*(read_text(other, other_spec, column, path) for column in on.values()), strict=True)
    found = [read_text(other, other_spec, column, path) for column in columns]
    said = list(zip(*found, strict=True))
    row_of: dict[Any, int] = {}
    loose_row_of: dict[Any, int] = {}
    differing = set()
    for row, key in enumerate(theirs):
        if said[row_of.setdefault(key, row)] != said[row]:
            differing.add(key)
        if None not in key:
            loose_row_of.setdefault(loose(key), row)
    exact = np.array([row_of.get(key, -1) for key in mine], dtype=np.int64)
    rows = np.array([row if row >= 0 or None in key else loose_row_of.get(loose(key), -1)
                     for key, row in zip(mine, exact.tolist(), strict=True)], dtype=np.int64)
    values = [np.array([None if row < 0 else column[row] for row in rows] or [], dtype=object) for column in found]
    return values, rows < 0, np.array([key in differing for key in mine], dtype=bool), (exact < 0) & (rows >= 0)


def _scale(table: Table, spec: FieldSpec, columns: list[str], name: str, unit: str | None) -> float:
    if spec.looked_up_in is not None:
        columns = []
    stated = spec.unit or next((table.units[known] for column in columns
                                if (known := table.name_of(column)) in table.units), None)
    if stated is None or unit is None or stated not in UNITS:
        return 1.0
    scale = factor(stated, unit)
    if scale is None:
        raise InputError(file=table.file, field=f"fields.{name}", found=f"unit '{stated}'",
                         expected=f"a unit of {UNITS[unit][0]} ({', '.join(u for u in UNITS if factor(u, unit))})")
    return scale
