"""One component, or one asset's control, brought to rest in an instant."""

from __future__ import annotations

from twin.kernels.supply.codes import (
    FACT_OUT,
    IN_SERVICE,
    LAST,
    LOSS,
    NO_FACT,
    REPAIR,
    SUPERVISION,
    UNFED,
    UNSUPERVISED,
    W_SUPERVISED,
    W_UNSUPERVISED,
)
from twin.kernels.supply.damage import own_condition
from twin.kernels.supply.declared import note_contradiction
from twin.kernels.supply.gains import gain, update_group
from twin.kernels.supply.growth import drain, grow, new_supply
from twin.kernels.supply.log import emit, move
from twin.kernels.supply.losses import lose_all, open_own
from twin.kernels.supply.tables import Graph, Tables, helper, wide


@helper
def check_fact(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Note the first moment at which the computation says otherwise than a fact."""
    assets = tables.assets
    fact = assets[a].fact
    if fact == NO_FACT:
        return
    assets[a].fact = NO_FACT
    is_computed_in = own_condition(tables, a) < 0 and new_supply(graph, tables, t, a) != UNFED
    assets[a].fact = fact
    if is_computed_in == (fact == FACT_OUT):
        note_contradiction(tables, t, wide(assets[a].fact_index))


@helper
def settle(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Bring one component to its least fixed point, its suppliers being settled."""
    first, last = graph.components[c].members, graph.components[c + 1].members
    grown = grow(graph, tables, t, c, wide(False))
    has_buffer = False
    for k in range(first, last):
        a = wide(graph.assets[k].member)
        tables.scratch[a].dry_round = tables.scratch[a].round
        tables.scratch[a].dry_missing = tables.scratch[a].missing
        has_buffer = has_buffer or graph.assets[a].buffer > 0
    if has_buffer:
        grown = drain(graph, tables, t, c)
    is_any_out = grown < last - first
    for k in range(first, last):
        a = wide(graph.assets[k].member)
        check_fact(graph, tables, t, a)
        if tables.assets[a].service == IN_SERVICE and tables.scratch[a].round < 0:
            own = own_condition(tables, a)
            if own >= 0:
                open_own(graph, tables, t, a, own)
        is_any_out = is_any_out or tables.scratch[a].missing > 0
    if is_any_out or has_buffer:
        lose_all(graph, tables, t, c)
    for k in range(grown):
        gain(graph, tables, t, c, wide(tables.lists[k].queue))
    if grown < last - first:
        for k in range(first, last):
            if tables.scratch[graph.assets[k].member].round < 0:
                gain(graph, tables, t, c, wide(graph.assets[k].member))
    for k in range(first, last):
        a = wide(graph.assets[k].member)
        for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
            if not graph.groups[g].is_control:
                update_group(graph, tables, t, g, wide(graph.components[c].level))


@helper
def supervise(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Look at the control groups of an asset: losing one leaves it unsupervised."""
    cause = -1
    is_lost = False
    has_control = False
    for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
        if not graph.groups[g].is_control:
            continue
        has_control = True
        update_group(graph, tables, t, g, LAST)
        used = wide(tables.groups[g].in_use)
        if used < 0:
            is_lost = True
            for e in range(graph.groups[g].edges, graph.groups[g + 1].edges):
                if tables.assets[graph.edges[e].supplier].service != IN_SERVICE:
                    cause = max(cause, wide(tables.assets[graph.edges[e].supplier].out_row))
        elif not is_lost:
            cause = max(cause, wide(tables.assets[graph.edges[used].supplier].in_row))
    if has_control and is_lost != (tables.assets[a].supervision == UNSUPERVISED):
        what = W_UNSUPERVISED if is_lost else W_SUPERVISED
        if not is_lost:
            cause = max(cause, wide(tables.assets[a].watch_row))
        move(graph.moves, tables.assets, tables.counts, SUPERVISION, a, what)
        phase = LOSS if is_lost else REPAIR
        tables.assets[a].watch_row = emit(tables.events, tables.counts, t, what, a, cause, phase, LAST, 0)
