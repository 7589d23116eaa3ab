"""Feeds: which supplier each group of alternatives uses, from when on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.outages import Outages
from twin.results.trace import Trace
from twin.world.city import City
from twin.world.graph import SupplyGraph, graph_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feeds:
    """What each group uses: its supplier at the start, and each one that took over, (U,), in order of time.

    A group whose supplier is out has none at that moment, until it is back or another takes over.
    """

    #: Edge that each group uses at the start, (G,).
    first: Int32Array
    #: From when on a group uses another edge, (U,) each.
    start_s: Int64Array
    group: Int32Array
    edge: Int32Array

    def at(self, t_s: int, graph: SupplyGraph, is_out: BoolArray) -> Int32Array:
        """Give the edge in use by each group at a second, (G,); -1 where its supplier is out.

        Parameters
        ----------
        t_s
            Second from the start.
        graph
            The city's supply graph.
        is_out
            Who is out at that second, (A,).
        """
        used = self.first.copy()
        until = int(np.searchsorted(self.start_s, t_s, side="right"))
        used[self.group[:until]] = self.edge[:until]
        # Control makes no changeover: a group takes the most preferred that is in service.
        for g in np.flatnonzero(graph.is_control):
            edges = np.arange(graph.edge_offsets[g], graph.edge_offsets[g + 1])
            able = edges[~is_out[graph.supplier[edges]]]
            used[g] = able[0] if len(able) else edges[0]
        return np.where(is_out[graph.supplier[used]], -1, used).astype(np.int32) if len(used) else used


def feeds_of(city: City, trace: Trace) -> Feeds:
    """Give what each group uses over time, as the trace says.

    Parameters
    ----------
    city
        The city that was run.
    trace
        What happened.
    """
    graph = graph_of(city)
    first = graph.first_uses
    rows = np.flatnonzero(trace.what == What.TRANSFERRED)
    n = max(len(city.assets), 1)
    # The edges into the asset from the supplier that took over: one, but for a supplier in two groups of an asset.
    keys = graph.group_asset[graph.group_of_edge].astype(np.int64) * n + graph.supplier
    order = np.argsort(keys, kind="stable")
    wanted = trace.asset[rows].astype(np.int64) * n + trace.other[rows]
    begin, end = (np.searchsorted(keys[order], wanted, side=side) for side in ("left", "right"))
    counts = end - begin
    edge = order[np.repeat(begin, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)]
    return Feeds(first=column(first, np.int32), start_s=column(np.repeat(trace.time_s[rows], counts), np.int64),
                 group=column(graph.group_of_edge[edge], np.int32), edge=column(edge, np.int32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fed:
    """Which supplier feeds each asset by its first needed group, over time; who is fed alike shares a list.

    The list of asset ``a`` is rows ``offsets[list_of[a]]:offsets[list_of[a] + 1]`` of the columns, in order of time;
    where no row covers a second, no supplier in use is in service. The first list is empty: no supplier.
    """

    list_of: Int32Array
    offsets: Int64Array
    start_s: Int64Array
    #: -1: not over at the horizon.
    end_s: Int64Array
    supplier: Int32Array

    def at(self, asset: int, t_s: int) -> int:
        """Give the supplier in use at a second; -1 for none."""
        number = int(self.list_of[asset])
        for row in range(int(self.offsets[number]), int(self.offsets[number + 1])):
            if self.start_s[row] <= t_s and (self.end_s[row] == NONE or t_s < self.end_s[row]):
                return int(self.supplier[row])
        return NONE


def fed_over(city: City, feeds: Feeds, outages: Outages) -> Fed:
    """Give who feeds whom over a run: what each first needed group uses, less the outages of that supplier."""
    graph = graph_of(city)
    needed = np.flatnonzero(~graph.is_control)[::-1]
    group = np.full(len(city.assets), NONE, np.int64)
    group[graph.group_asset[needed]] = needed
    order = np.argsort(outages.asset, kind="stable")
    sorted_assets = outages.asset[order]
    changes: dict[int, list[int]] = {}
    for row, g in enumerate(feeds.group.tolist()):
        changes.setdefault(g, []).append(row)
    numbers: dict[tuple[tuple[int, int], ...], int] = {(): 0}
    rows: list[tuple[int, int, int]] = []
    offsets, list_of = [0, 0], np.zeros(len(city.assets), np.int32)
    for asset in np.flatnonzero(group != NONE).tolist():
        g = int(group[asset])
        used = ((0, int(graph.supplier[feeds.first[g]])),
                *((int(feeds.start_s[row]), int(graph.supplier[feeds.edge[row]])) for row in changes.get(g, ())))
        if used not in numbers:
            numbers[used] = len(numbers)
            rows += _less_outages(used, outages, order, sorted_assets)
            offsets.append(len(rows))
        list_of[asset] = numbers[used]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return Fed(list_of=column(list_of, np.int32), offsets=column(offsets, np.int64),
               start_s=column(table[:, 0], np.int64), end_s=column(table[:, 1], np.int64),
               supplier=column(table[:, 2], np.int32))


def _less_outages(used: tuple[tuple[int, int], ...], outages: Outages, order: Int64Array,
                  sorted_assets: Int32Array) -> list[tuple[int, int, int]]:
    found = []
    for place, (start_s, supplier) in enumerate(used):
        until_s = used[place + 1][0] if place + 1 < len(used) else NONE
        first, last = np.searchsorted(sorted_assets, [supplier, supplier + 1])
        at_s: int = start_s
        for row in order[first:last].tolist():
            begin_s, end_s = int(outages.start_s[row]), int(outages.end_s[row])
            if end_s != NONE and end_s <= at_s:
                continue
            if until_s != NONE and begin_s >= until_s:
                break
            if at_s < begin_s:
                found.append((at_s, begin_s, supplier))
            at_s = end_s
            if end_s == NONE:
                break
        if at_s != NONE and (until_s == NONE or at_s < until_s):
            found.append((at_s, until_s, supplier))
    return found
