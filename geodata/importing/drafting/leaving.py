"""Columns that a draft does not take up, and why: they stay beside the assets as they are, and mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from geodata.importing.drafting.filling import NO, YES, height_of, told_of, watts_of
from geodata.importing.drafting.guess import Guess, Remark
from geodata.importing.drafting.seen import Column
from geodata.importing.report import is_nothing
from geodata.tables.values import fold

#: Kinds whose height is that of a mast or of a roof, and says nothing of the water.
_TALL = ("lamp", "building", "site")


def leave_columns(guess: Guess) -> None:
    """Note the columns of an asset layer that nothing reads: those that mean something with why, the others by name."""
    if not guess.kind or guess.is_told:
        return
    taken = set(_taken(guess))
    rest = []
    for column in guess.seen.columns.values():
        if column.name in taken:
            continue
        why = _why(guess, column)
        if why is None:
            rest.append(column.name)
        else:
            guess.left.append(why)
    if rest:
        guess.left.append((Remark(text="not taken up, kept as they are: {names}",
                                  values={"names": ", ".join(rest)}), {}))


def _taken(guess: Guess) -> Iterator[str]:
    """Give the columns that the mapping of a layer reads."""
    yield from guess.position.values() if isinstance(guess.position, dict) else ()
    yield from (*guess.id, guess.kind_column, guess.lanterns, *guess.lent)
    for field in guess.fields.values():
        yield from [field] if isinstance(field, str) else field if isinstance(field, list) else [field["column"]]
    for link in guess.links:
        for one in link.get("first_of", [link]):
            by = one.get("by", [])
            yield from one["on"] if "from" in one else [by] if isinstance(by, str) else by
            yield from () if "from" in one else one.get("match", ())
    for derived in guess.derived:
        yield from derived["distinct"]


def _why(guess: Guess, column: Column) -> tuple[Remark, dict[str, Any]] | None:
    """Give why a column that seems to say something is not read, with the line that would read it; None of others."""
    if guess.kind == "lamp" and "power" in column.means and "power_w" not in guess.fields:
        pattern, strange = watts_of(column)
        return _remark("{column} is not read as watts: {n} of {all} values bear none ({values})", column, strange), \
            {"power_w": {"column": column.name, "pattern": pattern, "unit": "W"}}
    if "fail" in column.means and "fail_m" not in guess.fields:
        height = height_of(column)
        if height.strange:
            return _remark("{column} is not read as a height: {n} of {all} values are none ({values})", column,
                           height.strange), {"fail_m": {"column": column.name, "unit": height.unit or "cm"}}
        return Remark(text="{column} is not read as a height: nothing says its unit; m, cm or mm?", is_unsure=True,
                      values={"column": column.name}), {"fail_m": {"column": column.name, "unit": "cm"}}
    if "height" in column.means and "fail_m" not in guess.fields and guess.kind not in _TALL \
            and (height := height_of(column)).read:
        return Remark(text="{column} is not read: if it is the height above ground of the lowest live part, and not "
                      "that of the whole thing, take this line", is_unsure=True, values={"column": column.name}), \
            {"fail_m": {"column": column.name, "unit": height.unit or "cm"}}
    if "protection" in column.means:
        strange = Counter({value: count for value, count in column.counts.items()
                           if fold(value) not in YES | NO and not is_nothing(value)})
        if strange:
            return _remark("{column} is not read as a protection: {n} of {all} values are neither yes nor no "
                           "({values})", column, strange), {}
    return None


def _remark(text: str, column: Column, strange: Counter[str]) -> Remark:
    return Remark(text=text, is_unsure=True, values={"column": column.name, **told_of(strange, column)})
