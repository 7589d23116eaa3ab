"""The id of each record: a column, a few that are unique together, or the record's content."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.linking import keys_of
from geodata.importing.drafting.seen import Column

#: Share of the records that an id must tell apart.
_ALONE, _TOGETHER = 0.98, 0.995
#: Columns that are tried together.
_MOST_COLUMNS, _AT_ONCE = 8, 3
#: Longer texts are descriptions.
_LONGEST = 24


def find_id(guess: Guess) -> None:
    """Find the id of a layer's records where no link has decided it; empty is ``content``."""
    if guess.id:
        _said_of(guess, guess.id)
        return
    for column in keys_of(guess):
        named = bool(column.means & {"id", "row"}) or column.name.casefold().endswith("id")
        if column.unique >= _ALONE and (named or _are_codes(column)) and not column.means & {"name", "street"}:
            guess.id = [column.name]
            _said_of(guess, guess.id)
            if "row" in column.means:
                guess.unsure("id", "{column} is a number of a row: it may be another next year", column=column.name)
            return
    guess.id = _together(guess)
    if guess.id:
        _said_of(guess, guess.id)
        return
    guess.unsure("id", "no column tells all records apart: ids are made from what each says")


def _are_codes(column: Column) -> bool:
    """Say whether the values look like codes, not like numbers or descriptions."""
    short = sum(" " not in value and len(value) <= _LONGEST for value in column.counts)
    return not column.is_numeric and column.unique == 1.0 and short >= 0.95 * len(column.counts)


def _said_of(guess: Guess, columns: list[str]) -> None:
    repeated = len(guess.seen) - _distinct(guess, columns)
    blank = sum(1 for row in zip(*(guess.seen.columns[name].texts for name in columns), strict=True) if None in row)
    if repeated:
        guess.unsure("id", "{count} records share theirs with another or have none; told apart by what they say",
                     count=f"{max(repeated, blank):,}")


def _distinct(guess: Guess, columns: list[str]) -> int:
    rows = zip(*(guess.seen.columns[name].texts for name in columns), strict=True)
    return len({row for row in rows if None not in row})


def _together(guess: Guess) -> list[str]:
    """Give the fewest columns that tell the records apart together."""
    tried = [column.name for column in guess.seen.columns.values() if _can_be_part(guess, column)][:_MOST_COLUMNS]
    for size in range(2, _AT_ONCE + 1):
        found = [(_distinct(guess, list(names)), names) for names in combinations(tried, size)]
        best = max(found, key=lambda item: item[0], default=(0, ()))
        if best[0] >= _TOGETHER * len(guess.seen) and len(guess.seen) > 1:
            order = [*_linked(guess), *guess.seen.columns]
            return sorted(best[1], key=order.index)
    return []


def _can_be_part(guess: Guess, column: Column) -> bool:
    if isinstance(guess.position, dict) and column.name in guess.position.values():
        return False
    if column.present < 0.99 * len(guess.seen) or len(column.counts) < 2:
        return False
    if column.is_numeric and not column.is_whole:
        return False
    is_known = bool(column.means & {"id", "row", "cabinet", "circuit", "substation"}) or column.name in _linked(guess)
    return is_known and float(np.median([len(value) for value in column.counts])) <= _LONGEST


def _linked(guess: Guess) -> list[str]:
    """Give the columns that links use."""
    names: list[str] = []
    for link in guess.links:
        for one in link.get("first_of", [link]):
            if "from" in one:
                names += list(one["on"])
                continue
            names += [one["by"]] if isinstance(one.get("by"), str) else list(one.get("match", {}))
    return list(dict.fromkeys(names))
