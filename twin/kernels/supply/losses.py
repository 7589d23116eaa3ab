"""Losses of supply, each with its cause and its root (rule 4 of the design)."""

from __future__ import annotations

from twin.kernels.supply.chains import root_in_force, row_in_force, tipping_row
from twin.kernels.supply.codes import (
    EACH,
    FACT_OUT,
    FED,
    IN_SERVICE,
    LOSS,
    M_BUFFER_EMPTY,
    M_FAILED,
    M_FLOODED,
    M_SUPPLY_LOST,
    M_TRIPPED,
    ON_BUFFER,
    PREFERRED,
    SERVICE,
    SUPPLY,
    TRIGGER,
    UNFED,
    W_BUFFER_EMPTIED,
    W_BUFFER_STARTED,
    W_CUT,
    W_FAILED,
    W_FLOODED,
    W_SUPPLY_LOST,
    W_TRIPPED,
)
from twin.kernels.supply.growth import new_supply
from twin.kernels.supply.log import contribute, emit, move, open_outage
from twin.kernels.supply.marks import mark_consumers
from twin.kernels.supply.tables import Graph, Tables, helper, wide


@helper
def go_out(graph: Graph, tables: Tables, a: int, what: int) -> None:
    """Take an asset out of service, and have those that it feeds looked at."""
    move(graph.moves, tables.assets, tables.counts, SERVICE, a, what)
    mark_consumers(graph, tables, a)


@helper
def open_own(graph: Graph, tables: Tables, t: int, a: int, mechanism: int) -> None:
    """Open an outage that is an asset's own."""
    assets = tables.assets
    if mechanism == M_FLOODED:
        open_outage(tables, t, a, mechanism, a, a, mechanism, wide(assets[a].damage_row))
        go_out(graph, tables, a, W_FLOODED)
    elif mechanism == M_TRIPPED:
        lamp = wide(assets[a].trip_lamp)
        open_outage(tables, t, a, mechanism, lamp, lamp, M_FLOODED, wide(assets[a].trip_row))
        go_out(graph, tables, a, W_TRIPPED)
    elif mechanism == M_FAILED:
        row = wide(assets[a].fact_row if assets[a].fact == FACT_OUT else assets[a].failure_row)
        open_outage(tables, t, a, mechanism, a, a, mechanism, row)
        go_out(graph, tables, a, W_FAILED)
    else:
        open_outage(tables, t, a, mechanism, a, a, mechanism, wide(assets[a].cut_row))
        go_out(graph, tables, a, W_CUT)


@helper
def is_out(graph: Graph, tables: Tables, c: int, s: int) -> bool:
    """Tell whether a supplier is out at the end of this instant, its own component being grown."""
    if graph.assets[s].component == c:
        return bool(tables.scratch[s].round < 0)
    return bool(tables.assets[s].service != IN_SERVICE)


@helper
def option(graph: Graph, tables: Tables, c: int, a: int, ranks: int) -> int:
    """Give the edge whose supplier's outage explains a loss: first group that is out, preferred supplier.

    Gives -1 where none is out, -2 where the first (or, for ``EACH``, each) is itself still to be explained.
    """
    found = -1
    for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
        if graph.groups[g].is_control or tables.groups[g].is_served:
            continue
        for e in range(graph.groups[g].edges, graph.groups[g + 1].edges):
            s = wide(graph.edges[e].supplier)
            if is_out(graph, tables, c, s):
                if tables.assets[s].service != IN_SERVICE:
                    return e
                found = -2
                if ranks == PREFERRED:
                    return found
    return found


@helper
def group_of(graph: Graph, a: int, e: int) -> int:
    """Give the group of an asset that an edge is of; -1 for none."""
    for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
        if graph.groups[g].edges <= e < graph.groups[g + 1].edges:
            return g
    return -1


@helper
def lose(graph: Graph, tables: Tables, t: int, c: int, a: int, e: int, turn: int) -> None:
    """Note the loss of an asset's supply, explained by edge ``e`` (below 0: by none), and open its outage."""
    assets = tables.assets
    old = tables.assets[a].supply
    new = new_supply(graph, tables, t, a)
    has_buffer = graph.assets[a].buffer > 0
    what = W_SUPPLY_LOST
    if has_buffer:
        what = W_BUFFER_STARTED if new == ON_BUFFER else W_BUFFER_EMPTIED
    if new != old:
        tipped = int(tables.counts[TRIGGER])
        g = group_of(graph, a, e) if e >= 0 else -1
        if g >= 0:
            tipped = tipping_row(graph, tables, t, g)
        cause = wide(assets[a].supply_row) if old == ON_BUFFER else tipped
        row = emit(tables.events, tables.counts, t, what, a, cause, LOSS, wide(graph.components[c].level), turn)
        if g >= 0:
            for k in range(graph.groups[g].edges, graph.groups[g + 1].edges):
                s = wide(graph.edges[k].supplier)
                if tables.assets[s].service != IN_SERVICE and row_in_force(tables, s) != cause:
                    contribute(tables, row, row_in_force(tables, s))
        assets[a].supply_row = row
        move(graph.moves, tables.assets, tables.counts, SUPPLY, a, what)
    if tables.assets[a].service == IN_SERVICE and tables.scratch[a].round < 0:
        mechanism = M_BUFFER_EMPTY if has_buffer else M_SUPPLY_LOST
        cause = a
        root = a
        root_mechanism = mechanism
        if e >= 0:
            cause = wide(graph.edges[e].supplier)
        else:
            for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
                if not graph.groups[g].is_control and not tables.groups[g].is_served:
                    cause = wide(graph.edges[graph.groups[g].edges].supplier)
                    break
        if assets[cause].outage >= 0 and cause != a:
            root, root_mechanism = root_in_force(graph, tables, t, c, cause)
        open_outage(tables, t, a, mechanism, cause, root, root_mechanism, wide(assets[a].supply_row))
        go_out(graph, tables, a, what)


@helper
def lose_all(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Explain the losses of a component: round by round, each by an outage that is already explained.

    Where a cycle leaves none, the lowest row that has any explained supplier goes first; where there is none at all
    (a ring that was never fed), the lowest row stands for itself.
    """
    pending = 0
    for k in range(graph.components[c].members, graph.components[c + 1].members):
        a = wide(graph.assets[k].member)
        old = tables.assets[a].supply
        new = new_supply(graph, tables, t, a)
        if (new == UNFED and old != UNFED) or (new == ON_BUFFER and old == FED) or (
                tables.assets[a].service == IN_SERVICE and tables.scratch[a].round < 0):
            tables.lists[pending].pending = a
            pending += 1
    turn = wide(1)
    while pending > 0:
        chosen = 0
        left = 0
        for k in range(pending):
            a = wide(tables.lists[k].pending)
            e = option(graph, tables, c, a, PREFERRED)
            if e >= 0:
                tables.lists[chosen].chosen = a
                tables.lists[chosen].option = e
                chosen += 1
            else:
                tables.lists[left].pending = a
                left += 1
        if chosen == 0:
            pick = 0
            best = -1
            for k in range(pending):
                e = option(graph, tables, c, wide(tables.lists[k].pending), EACH)
                if e >= 0:
                    pick = k
                    best = e
                    break
            tables.lists[0].chosen = tables.lists[pick].pending
            tables.lists[0].option = best
            chosen = 1
            for k in range(pick, pending - 1):
                tables.lists[k].pending = tables.lists[k + 1].pending
            left = pending - 1
        for k in range(chosen):
            lose(graph, tables, t, c, wide(tables.lists[k].chosen), wide(tables.lists[k].option), turn)
        pending = left
        turn += 1
