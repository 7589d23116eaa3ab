"""What an instant has to look at again: components of the graph, and assets whose control may have changed."""

from __future__ import annotations

from twin.kernels.supply.codes import HIGHEST, LOWEST, WATCHED
from twin.kernels.supply.tables import Graph, Tables, helper, wide


@helper
def mark(graph: Graph, tables: Tables, asset: int) -> None:
    """Have the component of an asset settled in this instant."""
    c = wide(graph.assets[asset].component)
    if tables.marks[c].is_marked:
        return
    tables.marks[c].is_marked = 1
    level = wide(graph.components[c].level)
    tables.marks[c].next = tables.heads[level]
    tables.heads[level] = c
    counts = tables.counts
    counts[LOWEST] = min(counts[LOWEST], level)
    counts[HIGHEST] = max(counts[HIGHEST], level)


@helper
def watch(tables: Tables, asset: int) -> None:
    """Have the control groups of an asset looked at when all is settled."""
    if not tables.scratch[asset].is_watched:
        tables.scratch[asset].is_watched = 1
        tables.lists[tables.counts[WATCHED]].watch = asset
        tables.counts[WATCHED] += 1


@helper
def mark_consumers(graph: Graph, tables: Tables, asset: int) -> None:
    """Have what an asset feeds looked at, outside its own component."""
    own = graph.assets[asset].component
    for k in range(graph.assets[asset].feeds, graph.assets[asset + 1].feeds):
        g = wide(graph.edges[k].fed_group)
        b = wide(graph.groups[g].consumer)
        if graph.groups[g].is_control:
            watch(tables, b)
        elif graph.assets[b].component != own:
            mark(graph, tables, b)
