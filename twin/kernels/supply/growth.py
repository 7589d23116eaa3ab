"""Who is served: the least fixed point of a component of the supply graph (rule 4 of the design)."""

from __future__ import annotations

from twin.kernels.supply.codes import FACT_IN, FED, IN_SERVICE, ON_BUFFER, T_BUFFER, UNFED
from twin.kernels.supply.damage import own_condition
from twin.kernels.supply.tables import Graph, Tables, helper, wide
from twin.kernels.supply.timers import push


@helper
def may_use(graph: Graph, tables: Tables, t: int, g: int, e: int) -> bool:
    """Tell whether a group may take edge ``e`` at ``t``: in use, without delay, or its transfer done."""
    if graph.edges[e].transfer == 0:
        return True
    used = wide(tables.groups[g].in_use)
    if e == used:
        return True
    if used >= 0 and e > used:
        return False
    s = wide(graph.edges[e].supplier)
    if tables.assets[s].service != IN_SERVICE:
        return False
    return bool(max(tables.groups[g].lost, tables.assets[s].came) + graph.edges[e].transfer <= t)


@helper
def has_buffer_left(graph: Graph, tables: Tables, t: int, a: int) -> bool:
    """Tell whether an asset lives on its battery or tank."""
    return bool(graph.assets[a].buffer > 0 and tables.assets[a].buffer_end > t)


@helper
def serve(graph: Graph, tables: Tables, t: int, c: int, g: int, e: int) -> None:
    """Serve a group by one edge, if that may be used and its supplier delivers."""
    s = wide(graph.edges[e].supplier)
    if graph.assets[s].component == c:
        delivers = tables.scratch[s].round >= 0
    else:
        delivers = tables.assets[s].service == IN_SERVICE
    if delivers and may_use(graph, tables, t, g, e):
        tables.groups[g].is_served = 1
        tables.scratch[graph.groups[g].consumer].missing -= 1


@helper
def come_in(graph: Graph, tables: Tables, t: int, a: int, turn: int, tail: int, with_buffers: int) -> int:
    """Have an asset deliver from this round on, if it can; give the length of the queue."""
    if tables.scratch[a].round >= 0:
        return tail
    if tables.assets[a].fact != FACT_IN and (own_condition(tables, a) >= 0 or (tables.scratch[a].missing > 0 and not (
            with_buffers and has_buffer_left(graph, tables, t, a)))):
        return tail
    tables.scratch[a].round = turn
    tables.lists[tail].queue = a
    return tail + 1


@helper
def grow(graph: Graph, tables: Tables, t: int, c: int, with_buffers: int) -> int:
    """Find the least set of a component's members that deliver, round by round; give how many.

    Within a cycle, preferred suppliers come first: only where they feed nothing more does the next rank count. Leaves
    each member's round (-1 out), its number of unserved groups, and the members in order of round.
    """
    first, last = wide(graph.components[c].members), wide(graph.components[c + 1].members)
    most = 1
    for k in range(first, last):
        a = wide(graph.assets[k].member)
        tables.scratch[a].round = -1
        tables.scratch[a].missing = 0
        for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
            if not graph.groups[g].is_control:
                tables.scratch[a].missing += 1
                tables.groups[g].is_served = 0
                most = max(most, wide(graph.groups[g + 1].edges - graph.groups[g].edges))
    head, tail, turn = wide(0), wide(0), wide(0)
    for rank in range(most):
        for k in range(first, last):
            a = wide(graph.assets[k].member)
            for g in range(graph.assets[a].groups, graph.assets[a + 1].groups):
                e = wide(graph.groups[g].edges) + rank
                if e < graph.groups[g + 1].edges and not graph.groups[g].is_control and not tables.groups[g].is_served:
                    serve(graph, tables, t, c, wide(g), e)
        for k in range(first, last):
            tail = come_in(graph, tables, t, wide(graph.assets[k].member), turn, tail, with_buffers)
        while head < tail and last - first > 1:
            a = wide(tables.lists[head].queue)
            head += 1
            for k in range(graph.assets[a].feeds, graph.assets[a + 1].feeds):
                g = wide(graph.edges[k].fed_group)
                b = wide(graph.groups[g].consumer)
                if graph.assets[b].component != c or graph.groups[g].is_control:
                    continue
                begin = wide(graph.groups[g].edges)
                for e in range(begin, min(begin + rank + 1, wide(graph.groups[g + 1].edges))):
                    if graph.edges[e].supplier == a and not tables.groups[g].is_served:
                        serve(graph, tables, t, c, wide(g), e)
                tail = come_in(graph, tables, t, b, wide(tables.scratch[a].round) + 1, tail, with_buffers)
        if tail > 0:
            turn = wide(tables.scratch[tables.lists[tail - 1].queue].round) + 1
    return tail


@helper
def new_supply(graph: Graph, tables: Tables, t: int, a: int) -> int:
    """Give the state of an asset's supply at the end of this instant, its component being grown."""
    if has_buffer_left(graph, tables, t, a):
        return ON_BUFFER
    return UNFED if tables.scratch[a].missing > 0 else FED


@helper
def drain(graph: Graph, tables: Tables, t: int, c: int) -> int:
    """Have members of a component that nothing else feeds live on their buffers; give how many then deliver.

    Call it after ``grow`` without buffers, whose outcome it keeps as ``dry_round`` and ``dry_missing``. Who is fed
    without any buffer of its own ring is full again. In a ring one buffer more is drawn on at a time, the lowest row
    first, and only by a member that those already in use do not feed: boxes that feed each other last as long
    together as one after the other.
    """
    first, last = wide(graph.components[c].members), wide(graph.components[c + 1].members)
    for k in range(first, last):
        a = wide(graph.assets[k].member)
        if graph.assets[a].buffer > 0 and tables.scratch[a].missing == 0:
            tables.assets[a].buffer_end = -1
    grown = grow(graph, tables, t, c, wide(True))
    k = first
    while k < last:
        a = wide(graph.assets[k].member)
        k += 1
        if graph.assets[a].buffer > 0 and tables.assets[a].buffer_end < 0 and tables.scratch[a].missing > 0:
            tables.assets[a].buffer_end = t + graph.assets[a].buffer
            push(tables, t + graph.assets[a].buffer, T_BUFFER, a)
            grown = grow(graph, tables, t, c, wide(True))
            k = first
    return grown
