"""Tables that join two others: lists of links, whose one column names consumers and whose other names suppliers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from geodata.importing.drafting.guess import Guess
from geodata.importing.drafting.linking import keys_of
from geodata.importing.drafting.seen import Column
from geodata.tables.values import loose

#: Suppliers before what they feed, as in :mod:`linking`.
_RANK = {"substation": 0, "service_box": 1, "cabinet": 2, "circuit": 3}
_LAST = 9
#: Share of a column's values that must be ids of the table that it names, and of that table's records it must name.
_MET, _NAMED = 0.8, 0.5
#: Numbers from 1 meet each other by chance: fewer different names than this say nothing.
_DISTINCT = 3


class _Join(NamedTuple):
    consumer: Guess
    #: The id of the consumer, and the column of the list that names it; the same of the supplier.
    key: Column
    ours: Column
    supplier: Guess
    their_key: Column
    theirs: Column
    score: float


def find_joins(guesses: Sequence[Guess]) -> None:
    """Find lists of links among the tables without positions; what they join has its link through them."""
    for table in guesses:
        if table.is_told or np.isfinite(table.degrees).any() or len(table.seen.columns) < 2 or table.context:
            continue
        found = max(_joins(table, guesses), key=lambda join: join.score, default=None)
        if found is not None:
            _take(table, found)


def _joins(table: Guess, guesses: Sequence[Guess]) -> Iterator[_Join]:
    known = [guess for guess in guesses if guess is not table and guess.kind and not guess.is_told]
    for consumer in known:
        if consumer.links or not np.isfinite(consumer.degrees).any():
            continue
        for key, ours, met in _named(table, consumer):
            for supplier in known:
                if _RANK.get(supplier.kind, _LAST) >= _RANK.get(consumer.kind, _LAST):
                    continue
                for their_key, theirs, met_too in _named(table, supplier):
                    if theirs is not ours:
                        yield _Join(consumer, key, ours, supplier, their_key, theirs, met + met_too)


def _named(table: Guess, other: Guess) -> Iterator[tuple[Column, Column, float]]:
    """Give the ids of a table with the columns of a list that hold them, and how well they do."""
    for key in keys_of(other):
        ids = {loose((value,)) for value in key.counts}
        for column in table.seen.columns.values():
            said = {loose((value,)) for value in column.counts}
            met = len(said & ids)
            speaks = bool({other.kind} & column.means) or column.name.casefold() == key.name.casefold()
            by_letters = not key.is_numeric and met >= _DISTINCT
            if met >= _MET * len(said) and met >= min(_NAMED * len(ids), _DISTINCT) and (speaks or by_letters):
                yield key, column, met / max(len(said), 1) + 0.5 * speaks + met / max(len(ids), 1)


def _take(table: Guess, join: _Join) -> None:
    consumer, supplier = join.consumer, join.supplier
    table.kind = ""
    table.kind_column, table.kind_map, table.remarks = "", {}, {}
    table.is_list = True
    consumer.id, supplier.id = consumer.id or [join.key.name], supplier.id or [join.their_key.name]
    link: dict[str, object] = {"kind": supplier.kind, "by": join.theirs.name, "from": table.name,
                               "on": {join.key.name: join.ours.name}}
    if supplier.kind_map or supplier.id != [join.their_key.name]:
        return  # its ids are another's: no link that could be written down
    consumer.unsure("supplied_by", "{table} joins them: its {ours} is {key} here, its {theirs} names the {kind}",
                    table=table.name, ours=join.ours.name, key=join.key.name, theirs=join.theirs.name,
                    kind=supplier.kind)
    pairs = {pair for pair in zip(join.ours.texts, join.theirs.texts, strict=True) if None not in pair}
    if len(pairs) > len({ours for ours, _ in pairs}):
        link["choose"] = "alternatives"
        consumer.unsure("supplied_by", "{table} names several for some: taken as alternatives; say choose: all where "
                        "each is needed", table=table.name)
    consumer.links = [link]
