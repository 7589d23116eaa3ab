"""Conditions: which records a mapping asks for, and whether what it asks can be meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.importing.columns import read_text
from geodata.importing.schema import Condition, TableSpec
from geodata.inputs.patterns import pattern_of
from geodata.tables.table import Table
from geodata.tables.values import fold, numbers, texts
from twin.quantities import BoolArray, TextArray

#: Values of a column that are named where none of them was asked for.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """The records that ``where`` asks for."""

    #: (N,).
    mask: BoolArray
    #: Conditions that divide nothing, values that no record has.
    notes: tuple[str, ...] = ()
    #: A ``where`` that keeps nothing.
    warnings: tuple[str, ...] = ()


def chosen(table: Table, spec: TableSpec) -> Chosen:
    """Give the records that ``where`` asks for: any of its sets, all conditions of a set.

    Raises
    ------
    InputError
        A column that the table lacks.
    """
    n = len(table)
    if not spec.where:
        return Chosen(mask=np.ones(n, dtype=bool))
    result = np.zeros(n, dtype=bool)
    notes: list[str] = []
    held: dict[str, str] = {}
    for every in spec.where:
        holds = np.ones(n, dtype=bool)
        for column, condition in every.items():
            values = read_text(table, spec, column, f"where.{column}")
            holds &= _holds(values, condition)
            notes += _strange(column, condition, values)
            held[column] = _listed(values)
        result |= holds
    warnings = []
    if n and not result.any():
        said = "; ".join(f"{column} holds {values}" for column, values in held.items())
        warnings.append(f"where keeps none of {n:,} records ({said})")
    elif n and result.all():
        notes.append(f"where keeps all {n:,} records")
    return Chosen(mask=result, notes=tuple(dict.fromkeys(notes)), warnings=tuple(warnings))


def _holds(values: TextArray, condition: Condition) -> BoolArray:
    present = np.array([value is not None for value in values], dtype=bool)
    holds = np.ones(len(values), dtype=bool)
    if condition.present is not None:
        holds &= present == condition.present
    for wanted, is_in in ((condition.is_in, True), (condition.is_not, False)):
        if wanted is not None:
            accepted = {None if item is None else fold(_yaml_text(item)) for item in wanted}
            met = {value: (None if value is None else fold(value)) in accepted for value in set(values)}
            holds &= np.array([met[value] for value in values], dtype=bool) == is_in
    if condition.matches is not None:
        search = pattern_of(condition.matches).search
        holds &= np.array([value is not None and search(value) is not None for value in values], dtype=bool)
    if condition.above is not None or condition.below is not None:
        value = numbers(values).value
        with np.errstate(invalid="ignore"):
            if condition.above is not None:
                holds &= value > condition.above
            if condition.below is not None:
                holds &= value < condition.below
    return holds


def _strange(column: str, condition: Condition, values: TextArray) -> list[str]:
    """Say what of a condition no record can meet."""
    notes = []
    known = {None if value is None else fold(value) for value in values}
    for wanted in (condition.is_in, condition.is_not):
        notes += [f"where.{column}: no record holds '{_yaml_text(item)}'" for item in wanted or []
                  if item is not None and len(values) and fold(_yaml_text(item)) not in known]
    if condition.above is not None or condition.below is not None:
        unreadable = int(numbers(values).unreadable.sum())
        if unreadable:
            notes.append(f"where.{column}: {unreadable:,} values are no numbers; their records are not asked for")
    return notes


def _listed(values: TextArray) -> str:
    counts = Counter("(blank)" if value is None else str(value) for value in values)
    said = [f"{value} ×{count:,}" for value, count in counts.most_common(_NAMED)]
    return ", ".join(said) + (" …" if len(counts) > _NAMED else "")


def _yaml_text(value: Any) -> str:
    text = texts(np.array([value], dtype=object))[0]
    return text or ""
