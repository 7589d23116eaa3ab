"""Feeds: which supplier each group of alternatives uses, from when on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import BoolArray, Int32Array, Int64Array, column
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
    from twin.kernels.supply.order import first_uses

    graph = graph_of(city)
    cycle, _ = graph.cycle_of()
    first = first_uses(*graph.rows, cycle)
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
