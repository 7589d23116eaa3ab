"""Supply that is back, and the supplier that a group takes (rule 4 of the design)."""

from __future__ import annotations

from twin.kernels.supply.codes import (
    FACT_IN,
    FED,
    IN_SERVICE,
    LAST,
    M_BUFFER_EMPTY,
    M_SUPPLY_LOST,
    M_TRIPPED,
    REPAIR,
    SERVICE,
    SUPPLY,
    T_TRANSFER,
    W_FED,
    W_RESTORED,
    W_TRANSFERRED,
)
from twin.kernels.supply.damage import own_condition
from twin.kernels.supply.growth import may_use, new_supply
from twin.kernels.supply.log import emit, move
from twin.kernels.supply.marks import mark_consumers
from twin.kernels.supply.tables import Graph, Tables, helper, wide
from twin.kernels.supply.timers import push


@helper
def gain(graph: Graph, tables: Tables, t: int, c: int, a: int) -> None:
    """Note that supply is back at an asset, or that it delivers again, and close its outage."""
    assets = tables.assets
    old = tables.assets[a].supply
    is_fed_again = old != FED and new_supply(graph, tables, t, a) == FED
    is_restored = tables.assets[a].service != IN_SERVICE and tables.scratch[a].round >= 0
    if not is_fed_again and not is_restored:
        return
    turn = max(wide(tables.scratch[a].round), 0)
    cause = wide(assets[a].supply_row)
    held = -1
    if is_fed_again:
        # The first group that came back, and the supplier it came back by.
        is_found = False
        for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
            if is_found or graph.groups[g].is_control or tables.groups[g].in_use >= 0 or not tables.groups[g].is_served:
                continue
            for e in range(graph.groups[g].edges, graph.groups[g + 1].edges):
                s = wide(graph.edges[e].supplier)
                if tables.assets[s].service != IN_SERVICE or not may_use(graph, tables, t, wide(g), wide(e)):
                    continue
                if graph.assets[s].component == c and tables.scratch[s].round >= turn:
                    continue
                is_found = True
                if assets[s].came == t:
                    cause = wide(assets[s].in_row)
                    held = wide(tables.outages[assets[s].outage].held)
                else:
                    # A transfer ended: it was the loss, not a return, that set it off.
                    cause = max(wide(tables.groups[g].lost_row), wide(assets[s].in_row))
                break
        move(graph.moves, tables.assets, tables.counts, SUPPLY, a, W_FED)
        if not is_restored:
            row = emit(tables.events, tables.counts, t, W_FED, a, cause, REPAIR, wide(graph.components[c].level), turn)
            assets[a].supply_row = row
            return
    outage = tables.outages[assets[a].outage]
    if assets[a].cleared == t:
        outage.held_by = assets[a].cleared_by
        outage.held = assets[a].cleared_asset
        cause = wide(assets[a].cleared_row)
    elif assets[a].fact == FACT_IN and not is_fed_again:
        own = own_condition(tables, a)
        outage.held_by = own if own >= 0 else (M_BUFFER_EMPTY if graph.assets[a].buffer > 0 else M_SUPPLY_LOST)
        outage.held = outage.root if own < 0 else (assets[a].trip_lamp if own == M_TRIPPED else a)
        cause = wide(assets[a].fact_row)
    else:
        outage.held_by = M_BUFFER_EMPTY if graph.assets[a].buffer > 0 else M_SUPPLY_LOST
        outage.held = held if held >= 0 else outage.root
    outage.end = t
    row = emit(tables.events, tables.counts, t, W_RESTORED, a, cause, REPAIR, wide(graph.components[c].level), turn)
    assets[a].in_row = row
    assets[a].came = t
    move(graph.moves, tables.assets, tables.counts, SERVICE, a, W_RESTORED)
    mark_consumers(graph, tables, a)


@helper
def is_before(graph: Graph, tables: Tables, s: int, a: int) -> bool:
    """Tell whether a supplier stands without the asset that it feeds: outside its cycle, or of an earlier round."""
    if graph.assets[s].component != graph.assets[a].component:
        return True
    is_forced = tables.assets[a].fact == FACT_IN or tables.assets[a].service != IN_SERVICE
    if tables.scratch[a].dry_missing == 0:
        # Fed without the buffers of the cycle: it uses those that are so too.
        return bool(tables.scratch[s].dry_round >= 0 and (
            is_forced or tables.scratch[s].dry_round < tables.scratch[a].dry_round))
    return bool(is_forced or tables.scratch[s].round < tables.scratch[a].round)


@helper
def update_group(graph: Graph, tables: Tables, t: int, g: int, level: int) -> None:
    """Have a group take the supplier that it now uses, and set timers for those whose transfer runs.

    Within a cycle what is in use never rests on itself, nor on a buffer where it need not.
    """
    groups = tables.groups
    a = wide(graph.groups[g].consumer)
    old = wide(groups[g].in_use)
    new = -1
    for e in range(graph.groups[g].edges, graph.groups[g + 1].edges):
        s = wide(graph.edges[e].supplier)
        if tables.assets[s].service == IN_SERVICE and may_use(graph, tables, t, wide(g), wide(e)) and (
                graph.groups[g].is_control or is_before(graph, tables, s, a)):
            new = e
            break
    is_lost = old >= 0 and new != old and not 0 <= new < old
    if is_lost:
        groups[g].lost = t
        groups[g].lost_row = tables.assets[graph.edges[old].supplier].out_row
    groups[g].in_use = new
    if new >= 0:
        if groups[g].last_used != new and not graph.groups[g].is_control:
            s = wide(graph.edges[new].supplier)
            cause = wide(tables.assets[s].in_row)
            if is_lost:
                cause = max(cause, wide(tables.assets[graph.edges[old].supplier].out_row))
            elif old < 0:
                cause = max(cause, wide(groups[g].lost_row))
            row = emit(tables.events, tables.counts, t, W_TRANSFERRED, a, cause, REPAIR, level, LAST)
            tables.events[row].other = s
        groups[g].last_used = new
    for e in range(graph.groups[g].edges, graph.groups[g + 1].edges):
        if e == new:
            break
        s = wide(graph.edges[e].supplier)
        if graph.edges[e].transfer > 0 and tables.assets[s].service == IN_SERVICE:
            ready_s = max(tables.groups[g].lost, tables.assets[s].came) + graph.edges[e].transfer
            if ready_s > t and tables.edge_timer_s[e] != ready_s:
                tables.edge_timer_s[e] = ready_s
                push(tables, ready_s, T_TRANSFER, a)
