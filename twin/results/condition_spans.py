"""Conditions: what each asset is over time, in pieces that are one thing each; what pages and lists over time read.

At one second it is the question of ``twin.results.moment``, and the answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.quantities import NONE, BoolArray, Int8Array, Int32Array, Int64Array, column
from twin.results.outages import Outages
from twin.results.reserves import Reserves
from twin.results.spans import Spans
from twin.results.watering import Suspensions
from twin.world.city import City
from twin.world.graph import graph_of, without_supplier

_NEVER = np.iinfo(np.int64).max


class Condition(IntEnum):
    """What an asset is at a moment, the worst that holds first; one word, everywhere."""

    OUT = 0  #: without service
    SUSPENDED = 1  #: a zone under water: it waters nothing, whatever its supply does
    MAY_BE_OUT = 2  #: without service or not: the answer lies within the errors
    ON_RESERVE = 3  #: it lives on its battery or tank
    LAST_FEED = 4  #: in service on the last of its alternative suppliers
    NO_SUPPLIER = 5  #: counted as fed, no supplier known
    IN_SERVICE = 6

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditions:
    """All that is not plainly in service, (C,) each, sorted by asset, then start; those of an asset do not overlap."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not over at the horizon.
    end_s: Int64Array
    #: ``Condition``.
    condition: Int8Array
    #: Row in ``outages`` and in ``doubts`` that says so; -1 for none.
    outage: Int32Array
    doubt: Int32Array
    #: When the reserve is empty; -1 where it is none.
    reserve_ends_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)


#: Asset, start, end (``_NEVER``: open), condition, outage, doubt, end of reserve.
_Row = tuple[int, int, int, int, int, int, int]


def conditions_of(city: City, outages: Outages, spans: Spans, reserves: Reserves, suspensions: Suspensions
                  ) -> Conditions:
    """Give what each asset is over a run, where it is not plainly in service."""
    lower = [_reserves(reserves), _last_feeds(city, outages), _supplierless(city)]
    suspended = _suspended(suspensions)
    # Pieces of one asset's own spans do not overlap: only those beside another condition are cut.
    mixed = np.isin(spans.asset, np.unique([row[0] for layer in (suspended, *lower) for row in layer]))
    sure, may = (_spans(spans, mixed & (spans.is_sure == is_sure)) for is_sure in (True, False))
    rows: list[_Row] = []
    covered: dict[int, list[tuple[int, int]]] = {}
    for layer in (sure, suspended, may, *lower):
        pieces = [piece for row in layer for piece in _left(row, covered.get(row[0], ()))]
        rows += pieces
        for row in pieces:
            covered.setdefault(row[0], []).append((row[1], row[2]))
    table = np.array([*rows, *_spans(spans, ~mixed)], np.int64).reshape(-1, 7)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return Conditions(
        asset=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
        end_s=column(np.where(table[:, 2] == _NEVER, NONE, table[:, 2]), np.int64),
        condition=column(table[:, 3], np.int8), outage=column(table[:, 4], np.int32),
        doubt=column(table[:, 5], np.int32), reserve_ends_s=column(table[:, 6], np.int64))


def covering(found: Conditions, count: int, horizon_s: int) -> tuple[Int32Array, Int64Array, Int64Array, Int8Array]:
    """Give what each of ``count`` assets is over the whole run, plain service included: asset, start, end, condition.

    Columns are (I,) each; those of one asset follow each other from 0 to the horizon, which is the end of the last.
    """
    end_s = np.where(found.end_s == NONE, horizon_s, found.end_s)
    follows = np.append(False, found.asset[1:] == found.asset[:-1]) if len(found) else np.empty(0, bool)
    # Before each row, from the end of the one before or from the start, and behind the last of each asset.
    before_s = np.where(follows, np.append(0, end_s[:-1]), 0) if len(found) else np.empty(0, np.int64)
    reached_s = np.zeros(count, np.int64)
    np.maximum.at(reached_s, found.asset, end_s)
    asset = np.concatenate([found.asset, found.asset, np.arange(count, dtype=np.int32)])
    start_s = np.concatenate([found.start_s, before_s, reached_s])
    ends_s = np.concatenate([end_s, found.start_s, np.full(count, horizon_s)])
    condition = np.concatenate([found.condition, np.full(len(found) + count, Condition.IN_SERVICE, np.int8)])
    rows = np.flatnonzero(ends_s > start_s)
    rows = rows[np.lexsort((start_s[rows], asset[rows]))]
    return (column(asset[rows], np.int32), column(start_s[rows], np.int64), column(ends_s[rows], np.int64),
            column(condition[rows], np.int8))


def _left(row: _Row, covered: Iterable[tuple[int, int]]) -> Iterator[_Row]:
    """Give the pieces of a row that no worse condition covers."""
    asset, at_s, end_s, *rest = row
    for first_s, last_s in sorted(covered):
        if last_s <= at_s or first_s >= end_s:
            continue
        if at_s < first_s:
            yield (asset, at_s, first_s, *rest)  # type: ignore[misc]
        at_s = last_s
    if at_s < end_s:
        yield (asset, at_s, end_s, *rest)  # type: ignore[misc]


def _open(end_s: Int64Array) -> list[int]:
    return [int(end) for end in np.where(end_s == NONE, _NEVER, end_s)]


def _spans(s: Spans, chosen: BoolArray) -> list[_Row]:
    condition = np.where(s.is_sure, Condition.OUT, Condition.MAY_BE_OUT)
    columns = (s.asset, s.start_s, np.where(s.end_s == NONE, _NEVER, s.end_s), condition, s.outage, s.doubt,
               np.full(len(s), NONE))
    return list(zip(*(values[chosen].tolist() for values in columns), strict=True))


def _suspended(s: Suspensions) -> list[_Row]:
    mine = np.flatnonzero(s.by_water)
    return [(asset, start, end, Condition.SUSPENDED, NONE, NONE, NONE) for asset, start, end in zip(
        s.asset[mine].tolist(), s.start_s[mine].tolist(), _open(s.end_s[mine]), strict=True)]


def _reserves(r: Reserves) -> list[_Row]:
    return [(asset, start, end, Condition.ON_RESERVE, NONE, NONE, until) for asset, start, end, until in zip(
        r.asset.tolist(), r.start_s.tolist(), _open(r.end_s), r.until_s.tolist(), strict=True) if start < end]


def _last_feeds(city: City, o: Outages) -> list[_Row]:
    """Give when one alone of several alternatives of a group is in service."""
    graph = graph_of(city)
    several = np.flatnonzero(~graph.is_control & (np.diff(graph.edge_offsets) > 1))
    rows: list[_Row] = []
    order = np.argsort(o.asset, kind="stable")
    for group in several.tolist():
        suppliers = graph.supplier[graph.edge_offsets[group]:graph.edge_offsets[group + 1]]
        change: dict[int, int] = {0: len(suppliers)}
        for supplier in suppliers.tolist():
            first, last = np.searchsorted(o.asset[order], [supplier, supplier + 1])
            mine = order[first:last]
            for start, end in zip(o.start_s[mine].tolist(), _open(o.end_s[mine]), strict=True):
                change[start] = change.get(start, 0) - 1
                change[end] = change.get(end, 0) + 1
        able, since = 0, NONE
        for at in sorted(change):
            able += change[at]
            if able == 1 and since == NONE:
                since = at
            elif able != 1 and since != NONE:
                rows.append((int(graph.group_asset[group]), since, at, Condition.LAST_FEED, NONE, NONE, NONE))
                since = NONE
        if since not in (NONE, _NEVER):
            rows.append((int(graph.group_asset[group]), since, _NEVER, Condition.LAST_FEED, NONE, NONE, NONE))
    return _united(rows)


def _united(rows: list[_Row]) -> list[_Row]:
    """Join rows of one asset that overlap or follow on one another."""
    found: list[_Row] = []
    for row in sorted(rows):
        if found and found[-1][0] == row[0] and row[1] <= found[-1][2]:
            found[-1] = (*found[-1][:2], max(found[-1][2], row[2]), *found[-1][3:])
        elif row[1] < row[2]:
            found.append(row)
    return found


def _supplierless(city: City) -> list[_Row]:
    return [(asset, 0, _NEVER, Condition.NO_SUPPLIER, NONE, NONE, NONE)
            for asset in np.flatnonzero(without_supplier(city)).tolist()]
