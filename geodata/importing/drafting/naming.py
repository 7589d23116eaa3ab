"""The id of each record: a column, a few that are unique together, or the record's content."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.linking import keys_of
from geodata.importing.drafting.seen import Column
from twin.quantities import BoolArray

#: Share of the records that an id must tell apart.
_ALONE, _TOGETHER = 0.98, 0.995
#: Columns that are tried together.
_MOST_COLUMNS, _AT_ONCE = 8, 3
#: Lines that are named.
_NAMED = 8
#: Longer texts are descriptions.
_LONGEST = 24


def find_id(guess: Guess) -> None:
    """Find the id of a layer's records where no link has decided it; empty is ``content``."""
    copies = guess.seen.copies
    if guess.id:
        _say_copies(guess, copies)
        _said_of(guess, guess.id, ~copies)
        return
    for column in keys_of(guess):
        unique = len(set(column.texts[~copies]) - {None}) / max(int((~copies).sum()), 1)
        named = bool(column.means & {"id", "row"}) or column.name.casefold().endswith("id") \
            or (unique == 1.0 and guess.kind in column.means)  # "PL", "Armoire": their numbers
        if unique >= _ALONE and (named or (unique == 1.0 and _are_codes(column))) \
                and not column.means & {"name", "street"}:
            guess.id = [column.name]
            _say_copies(guess, copies)
            _said_of(guess, guess.id, ~copies)
            if "row" in column.means:
                guess.unsure("id", "{column} is a number of a row: it may be another next year", column=column.name)
            return
    guess.id = _together(guess, ~copies)
    _say_copies(guess, copies)
    if guess.id:
        _said_of(guess, guess.id, ~copies)
        return
    guess.unsure("id", "no column tells all records apart: ids are made from what each says")


def _are_codes(column: Column) -> bool:
    """Say whether the values look like codes, not like numbers or descriptions."""
    short = sum(" " not in value and len(value) <= _LONGEST for value in column.counts)
    return not column.is_numeric and short >= 0.95 * len(column.counts)


def _say_copies(guess: Guess, copies: BoolArray) -> None:
    """Say which records repeat another in every column: they are dropped, and which they are stands in the draft."""
    lines = guess.seen.table.record[copies]
    if not len(lines):
        return
    more = " …" if len(lines) > _NAMED else ""
    said = ", ".join(lines[:_NAMED]) + more
    if not guess.id:  # two lanterns of one mast read alike where nothing numbers them
        guess.unsure_of("id", "{n} record says in every column what one before it says, and is numbered ({lines}). If "
                        "it is the same thing twice, say {form}",
                        "{n} records say in every column what one before them says, and are numbered ({lines}). If "
                        "they are the same things twice, say {form}", len(lines), lines=said,
                        form="{content: true, duplicates: drop_copies}")
        return
    guess.has_copies = True
    guess.unsure_of("id", "{n} record says in every column what one before it says, and is dropped ({lines}). If it is "
                    "an asset of its own, say duplicates: suffix",
                    "{n} records say in every column what one before them says, and are dropped ({lines}). If they are "
                    "assets of their own, say duplicates: suffix", len(lines), lines=said)


def _said_of(guess: Guess, columns: list[str], rest: BoolArray) -> None:
    rows = _ids(guess, columns, rest)
    repeated = len(rows) - len({row for row in rows if None not in row})
    blank = sum(1 for row in rows if None in row)
    if repeated:
        guess.unsure_of("id", "{n} record shares its id with another or has none; told apart by what it says",
                        "{n} records share theirs with another or have none; told apart by what they say",
                        max(repeated, blank))


def _ids(guess: Guess, columns: list[str], rest: BoolArray) -> list[tuple[str | None, ...]]:
    return list(zip(*(guess.seen.columns[name].texts[rest] for name in columns), strict=True))


def _distinct(guess: Guess, columns: list[str], rest: BoolArray) -> int:
    return len({row for row in _ids(guess, columns, rest) if None not in row})


def _together(guess: Guess, rest: BoolArray) -> list[str]:
    """Give the fewest columns that tell the records apart together."""
    tried = [column.name for column in guess.seen.columns.values() if _can_be_part(guess, column)][:_MOST_COLUMNS]
    for size in range(2, _AT_ONCE + 1):
        found = [(_distinct(guess, list(names), rest), names) for names in combinations(tried, size)]
        best = max(found, key=lambda item: item[0], default=(0, ()))
        if best[0] >= _TOGETHER * rest.sum() and len(guess.seen) > 1:
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
