"""What keeps an asset out at a moment: the event in force, and the chain of suppliers up to its end (rule 4).

An outage that opened for one reason may be held by another: a cabinet dead since its substation failed, and in water
since. Causes, roots and holders are what is in force, not what once began.
"""

from __future__ import annotations

from twin.kernels.supply.codes import FACT_OUT, IN_SERVICE, M_CUT, M_FAILED, M_FLOODED, M_TRIPPED, SEARCH
from twin.kernels.supply.damage import own_condition
from twin.kernels.supply.tables import Graph, Tables, helper, wide


@helper
def row_in_force(tables: Tables, a: int) -> int:
    """Give the event that keeps an asset out at this moment; it may have come after the one that took it out."""
    own = own_condition(tables, a)
    if own == M_FLOODED:
        return wide(tables.assets[a].damage_row)
    if own == M_TRIPPED:
        return wide(tables.assets[a].trip_row)
    if own == M_FAILED:
        return wide(tables.assets[a].fact_row if tables.assets[a].fact == FACT_OUT else tables.assets[a].failure_row)
    if own == M_CUT:
        return wide(tables.assets[a].cut_row)
    return wide(tables.assets[a].supply_row)


@helper
def tipping_row(graph: Graph, tables: Tables, t: int, g: int) -> int:
    """Give the event that tipped the balance for a group: the last of its suppliers that went out in this instant.

    Where none did (a changeover that never came), the last event of those that keep them out.
    """
    tipped = -1
    latest = -1
    for k in range(graph.groups[g].edges, graph.groups[g + 1].edges):
        s = wide(graph.edges[k].supplier)
        if tables.assets[s].service != IN_SERVICE:
            latest = max(latest, row_in_force(tables, s))
            if tables.outages[tables.assets[s].outage].start == t:
                tipped = max(tipped, wide(tables.assets[s].out_row))
    return tipped if tipped >= 0 else latest


@helper
def is_end(graph: Graph, tables: Tables, t: int, ring: int, s: int) -> bool:
    """Tell whether a chain may leave a ring at ``s``: outside it, down by itself, or given its root at ``t``."""
    return bool(graph.assets[s].component != ring or own_condition(tables, s) >= 0
                or tables.outages[tables.assets[s].outage].start == t)


@helper
def way_up(graph: Graph, tables: Tables, t: int, c: int, a: int) -> int:
    """Give the supplier whose outage keeps an asset without supply; -1 where there is none.

    The preferred supplier of the first group that is out. Where the chain of these closes on itself, in a ring, the
    next alternative counts, depth first: what holds a ring down is never of that ring unless it is down by itself.
    In the component ``c`` that is being settled what counts is who is served now, elsewhere what is in use.
    """
    ring = graph.assets[a].component
    is_here = ring == c
    tables.counts[SEARCH] += 1
    search = tables.counts[SEARCH]
    depth = 0
    tables.lists[0].stack = a
    tables.lists[0].cursor = graph.groups[graph.assets[a].groups].edges
    tables.scratch[a].seen = search
    while depth >= 0:
        m = wide(tables.lists[depth].stack)
        goes_deeper = False
        for g in range(graph.assets[m].groups, graph.assets[m + 1].groups):
            last = graph.groups[g + 1].edges
            if last <= tables.lists[depth].cursor or goes_deeper or graph.groups[g].is_control or (
                    tables.groups[g].is_served if is_here else tables.groups[g].in_use >= 0):
                continue
            for e in range(max(wide(graph.groups[g].edges), wide(tables.lists[depth].cursor)), last):
                s = wide(graph.edges[e].supplier)
                if tables.assets[s].service == IN_SERVICE or tables.scratch[s].seen == search:
                    continue
                if is_end(graph, tables, t, ring, s):
                    return s
                tables.scratch[s].seen = search
                tables.lists[depth].cursor = e + 1
                depth += 1
                tables.lists[depth].stack = s
                tables.lists[depth].cursor = graph.groups[graph.assets[s].groups].edges
                goes_deeper = True
                break
        if not goes_deeper:
            depth -= 1
    return -1


@helper
def root_in_force(graph: Graph, tables: Tables, t: int, c: int, a: int) -> tuple[int, int]:
    """Give what keeps an asset out at this moment at the end of the chain, and how: asset and mechanism.

    An outage that opened in this instant has just been given its root. Where the chain ends in a changeover that
    runs, or in a ring that no source ever fed, the root stands that the outage opened with.
    """
    while True:
        own = own_condition(tables, a)
        outage = wide(tables.assets[a].outage)
        if own == M_TRIPPED:
            return wide(tables.assets[a].trip_lamp), M_FLOODED
        if own >= 0:
            return a, own
        if tables.outages[outage].start == t:
            break
        above = way_up(graph, tables, t, c, a)
        if above < 0:
            break
        a = above
    return wide(tables.outages[outage].root), wide(tables.outages[outage].root_by)
