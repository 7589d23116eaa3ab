"""From one instant to the next: everything that water, time and supply do to the city."""

from __future__ import annotations

from twin.kernels.jit import LEAN, jit
from twin.kernels.supply.codes import (
    CALLED_COUNT,
    CALLS,
    CONTRIBUTORS,
    CROSSING,
    DECLARED,
    DONE,
    ERROR_ASSET,
    EVENTS,
    FIRST,
    HIGHEST,
    INSTANT,
    INSTANTS,
    INVALID,
    LOWEST,
    NEEDS_ROOM,
    NEVER,
    NUMBER,
    OUTAGES,
    PROTECT,
    REPAIRING,
    SCENARIO,
    SORT_SHIFT,
    THIRD,
    TIME_SHIFT,
    TIMERS,
    TRIGGER,
    WATCHED,
)
from twin.kernels.supply.damage import cross, end_repair, ring, trip
from twin.kernels.supply.declared import declare
from twin.kernels.supply.settling import settle, supervise
from twin.kernels.supply.tables import Graph, Tables, helper, wide
from twin.kernels.supply.timers import pop
from twin.quantities import BoolArray, Int8Array, Int32Array, Int64Array


@helper
def has_room(graph: Graph, tables: Tables, crossings: int, declared: int) -> bool:
    """Tell whether the logs can take whatever one instant may bring."""
    assets, edges = len(tables.assets), len(graph.edges)
    events = 8 * assets + len(tables.groups) + 3 * crossings + 3 * declared
    return bool(tables.counts[EVENTS] + events <= len(tables.events)
                and tables.counts[CONTRIBUTORS] + edges + 2 * assets + len(graph.circuits) <= len(tables.contributors)
                and tables.counts[OUTAGES] + assets <= len(tables.outages)
                and tables.counts[TIMERS] + 4 * assets + edges <= len(tables.timers))


@helper
def end_all(graph: Graph, tables: Tables, t: int, reset_s: int, mended: Int32Array) -> None:
    """End the repairs that somebody ends in this second."""
    for k in range(len(mended)):
        if tables.assets[mended[k]].damage == REPAIRING:
            end_repair(graph, tables, t, reset_s, wide(mended[k]))


@jit(nogil=True, **LEAN)
def advance(graph: Graph, tables: Tables, crossing_time_s: Int64Array, crossing_asset: Int32Array,
            crossing_level: Int8Array, crossing_is_up: BoolArray, declared_s: Int64Array, declared_asset: Int32Array,
            declared_action: Int8Array, first_declared: int, mended_s: int, mended: Int32Array, reset_s: int,
            until_s: int) -> int:
    """Let every instant up to and with ``until_s`` happen.

    Parameters
    ----------
    graph, tables
        The supply graph, and everything that changes.
    crossing_time_s, crossing_asset, crossing_level, crossing_is_up
        Crossings of the water, (X,), sorted by time, level, asset; ``counts[CROSSING]`` is the next.
    declared_s, declared_asset, declared_action
        What scenario and facts declare, (D,), sorted by time, asset; ``counts[DECLARED]`` is the next.
    first_declared
        Number of the first of these among all that was ever declared.
    mended_s, mended
        A second, and the assets whose repair somebody ends in it; ``NEVER`` and none where crews are unlimited.
    reset_s
        Seconds from the last repaired lamp of a circuit until its protection is closed again.
    until_s
        Last second to live through.

    Returns
    -------
    int
        ``DONE``; ``NEEDS_ROOM``: nothing happened in the instant that is next, make the logs larger and call again;
        ``INVALID``: a move that the table does not allow, in ``counts[ERROR_...]``; ``CALLS``: in the instant just
        lived through repairs were called for or called off, ``called[:counts[CALLED_COUNT]]``.
    """
    counts = tables.counts
    while True:
        i, d = counts[CROSSING], counts[DECLARED]
        t = NEVER
        if i < len(crossing_time_s):
            t = min(t, crossing_time_s[i])
        if d < len(declared_s):
            t = min(t, declared_s[d])
        if counts[TIMERS] > 0:
            t = min(t, tables.timers[0] >> TIME_SHIFT)
        if counts[HIGHEST] >= 0:
            t = min(t, 0)
        t = min(t, mended_s)
        if t > until_s:
            return DONE
        next_i = i
        while next_i < len(crossing_time_s) and crossing_time_s[next_i] == t:
            next_i += 1
        next_d = d
        while next_d < len(declared_s) and declared_s[next_d] == t:
            next_d += 1
        if not has_room(graph, tables, next_i - i, next_d - d):
            return NEEDS_ROOM
        counts[INSTANT] = counts[EVENTS]
        counts[TRIGGER] = -1
        counts[INSTANTS] += 1
        counts[CALLED_COUNT] = 0
        for k in range(i, next_i):
            cross(graph, tables, t, wide(crossing_asset[k]), 1 << wide(crossing_level[k]), crossing_is_up[k])
        counts[CROSSING] = next_i
        trip(graph, tables, t, PROTECT, FIRST)
        for k in range(d, next_d):
            declare(graph, tables, t, wide(declared_asset[k]), wide(declared_action[k]), first_declared + k)
        counts[DECLARED] = next_d
        trip(graph, tables, t, SCENARIO, THIRD)
        while counts[TIMERS] > 0 and tables.timers[0] >> TIME_SHIFT == t:
            key = pop(tables)
            ring(graph, tables, t, reset_s, (key >> SORT_SHIFT) & 3, key & NUMBER)
        if t == mended_s:
            end_all(graph, tables, t, reset_s, mended)
            mended_s = NEVER
        level = counts[LOWEST]
        while level <= counts[HIGHEST]:
            while tables.heads[level] >= 0:
                c = wide(tables.heads[level])
                tables.heads[level] = tables.marks[c].next
                tables.marks[c].is_marked = 0
                settle(graph, tables, t, c)
            level += 1
        counts[LOWEST], counts[HIGHEST] = NEVER, -1
        for k in range(counts[WATCHED]):
            a = wide(tables.lists[k].watch)
            tables.scratch[a].is_watched = 0
            supervise(graph, tables, t, a)
        counts[WATCHED] = 0
        if counts[ERROR_ASSET] >= 0:
            return INVALID
        if counts[CALLED_COUNT] > 0:
            return CALLS
