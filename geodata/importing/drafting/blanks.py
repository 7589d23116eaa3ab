"""Cells that stand blank under what they repeat, as merged cells do in a sheet that was saved as text."""

from __future__ import annotations

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.seen import Column, Seen
from geodata.importing.filled_down import filled_down
from twin.quantities import BoolArray

#: What a heading over several records can name; an owner or a remark that is blank is more likely not known.
_HEADINGS = {"street", "district", "cabinet", "circuit", "substation", "service_box"}
#: Fewer records than this show no pattern.
_FEWEST = 6
#: Share of a column that is blank at least, of its values that stand once, and of those followed by another at most.
_BLANK, _ONCE, _CROWDED = 0.5, 0.9, 0.4


def find_fills(guess: Guess) -> None:
    """Fill columns down that say something for the records below it, and say so."""
    if guess.is_told or len(guess.seen) < _FEWEST:
        return
    for name, column in list(guess.seen.columns.items()):
        if not _is_heading(column, guess.seen):
            continue
        blank = len(column.texts) - column.present
        guess.fill[name] = "down"
        guess.seen.table = filled_down(guess.seen.table, [name])
        guess.seen.columns[name] = Column(name=name, texts=guess.seen.table.text(name))
        guess.unsure("fill", "{column} is blank on {n} {n?line/lines} below a value, as merged cells leave it: each "
                     "says what stands above it. Take this out if blank means none", column=name, n=f"{blank:,}")


def _is_heading(column: Column, seen: Seen) -> bool:
    """Say whether a column says something at the head of the records that it holds for, and not here and there.

    Each value stands once; or another column says one thing from each value to the next, as the cabinet of its lamps.
    """
    there = np.array([value is not None for value in column.texts], dtype=bool)
    if not there[0] or there.mean() > 1 - _BLANK or not column.means & _HEADINGS:
        return False
    if (there[:-1] & there[1:]).sum() > _CROWDED * column.present:
        return False
    return len(column.counts) >= _ONCE * column.present or any(
        _goes_along(there, other) for other in seen.columns.values() if other is not column)


def _goes_along(there: BoolArray, other: Column) -> bool:
    """Say whether another column changes where this one says something, and nowhere else."""
    changes = np.r_[True, other.texts[1:] != other.texts[:-1]]
    both = (there & changes).sum()
    return bool(min(both / there.sum(), both / changes.sum()) >= _ONCE)
