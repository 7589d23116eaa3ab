"""The kernel of the run: from one instant to the next, everything that water, time and supply do to the city.

``advance`` goes from instant to instant (a crossing, something declared, a timer) without coming back to Python. Each
instant costs what changes in it: assets whose own condition changed mark their component of the supply graph, marked
components are settled in order of level, and a component that changed marks those that it feeds.

Everything is integers in a few wide tables: the columns of the state are columns of ``Tables.assets``, those of the
supply graph columns of ``Graph``, by the constants below. A row holds all that an instant needs of its asset, so a
settled asset costs a few cache lines, and a helper is handed two tuples of tables. ``docs/mechanics.md`` says what the
rules are; ``twin/engine/state.py`` names the columns for people.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Int8Array, Int32Array, Int64Array

#: Integers, (rows, columns).
Table = Any



def _numbers(count: int) -> list[int]:
    """Give 0, 1, 2 ... as numpy integers: numba else compiles a helper anew for each constant it is called with."""
    return cast(list[int], [np.int64(number) for number in range(count)])


# Columns of an asset's state: codes of its regions, water and facts first,
(SERVICE, DAMAGE, PROTECTION, FACT, FAILURE, SWITCH, SUPPLY, SUPERVISION, WET, DRY_FACT, WAS_DEAD, DEAD,
 # then times: end of repair, reset, empty buffer (-1 none), last return to service, last clearing,
 REPAIR_END, RESET_AT, BUFFER_END, CAME, CLEARED,
 # what cleared then; the wet lamps of a circuit and those that opened and last left it; the last outage,
 CLEARED_BY, CLEARED_ROW, CLEARED_ASSET, WET_LAMPS, TRIP_LAMP, LAST_LAMP, OUTAGE,
 # and the rows of the events that last changed each region, with the numbers of the facts that hold.
 DAMAGE_ROW, REPAIR_ROW, TRIP_ROW, FAILURE_ROW, CUT_ROW, FACT_ROW, FACT_INDEX, DRY_INDEX, SUPPLY_ROW, OUT_ROW,
 IN_ROW, WATCH_ROW, LAMP_ROW) = _numbers(37)
STATE_COLUMNS = 37
# Columns of a group's state: edge in use (-1 none) and last used; when and by which event the last was lost.
IN_USE, LAST_USED, LOST, LOST_ROW, IS_SERVED = _numbers(5)
GROUP_COLUMNS = 5
# Scratch columns, by asset or by component.
(ROUND, MISSING, DRY_ROUND, DRY_MISSING, QUEUE, PENDING, CHOSEN, OPTION, NEXT, HEAD, WATCH, IS_MARKED,
 IS_WATCHED) = _numbers(13)
SCRATCH = 13
# Columns of the graph: by asset (first group, first group fed, component, first circuit it may trip, durations),
# component (first member, level), rank (member); by group; by edge.
(GROUPS, FEEDS, COMPONENT, CIRCUITS, BUFFER, REPAIR_LIVE, REPAIR_DEAD, MEMBERS, LEVEL, MEMBER) = _numbers(10)
ASSET_COLUMNS = 10
EDGES, CONSUMER, IS_CONTROL = _numbers(3)
SUPPLIER, TRANSFER, FED_GROUP = _numbers(3)
# Counters.
(EVENTS, CONTRIBUTORS, OUTAGES, TIMERS, CROSSING, DECLARED, LOWEST, HIGHEST, WATCHED, PAIRS, TRIGGER, INSTANT, INSTANTS,
 ERROR_ASSET, ERROR_STATE, ERROR_WHAT) = _numbers(16)
COUNTERS = 16

# States, as in twin.engine.state.AssetState.
(SOUND, FLOODED, REPAIRING, CLOSED, TRIPPED, FED, ON_BUFFER, UNFED, IN_SERVICE, OUT, SUPERVISED, UNSUPERVISED, INTACT,
 FAILED, CONNECTED, CUT) = _numbers(16)
# Events, as in twin.results.trace.What.
(W_TOUCHED, W_FLOODED, W_RECEDED, W_WATER_LEFT, W_TRIPPED, W_FAILED, W_CUT, W_REPORTED, W_SUPPLY_LOST,
 W_BUFFER_STARTED, W_BUFFER_EMPTIED, W_TRANSFERRED, W_REPAIR_STARTED, W_REPAIR_UNDONE, W_MENDED, W_RESET, W_RESTORED,
 W_UNSUPERVISED, W_SUPERVISED, W_FED, W_CLEARED) = _numbers(21)
# Mechanisms, as in twin.results.outages.Mechanism.
M_FLOODED, M_TRIPPED, M_SUPPLY_LOST, M_BUFFER_EMPTY, M_CUT, M_FAILED = _numbers(6)
# Actions, as in twin.world.plan.Action.
A_FAIL, A_CUT, A_RESTORE, A_OUT, A_IN_SERVICE, A_DRY, A_END = _numbers(7)
# Levels of water, as in twin.water.exposure.Level: bits of WET.
TOUCH, FAIL, RECEDE = 1, 2, 4
# Facts.
NO_FACT, FACT_OUT, FACT_IN = _numbers(3)
# Phases of an instant, in order.
WATER, PROTECT, SCENARIO, LOSS, REPAIR, DISPATCH = _numbers(6)
# Rounds within the first three phases.
FIRST, SECOND, THIRD = _numbers(3)
# Timers, in order within a second; a timer is one integer: time, sort, number.
T_REPAIR, T_RESET, T_BUFFER, T_TRANSFER = _numbers(4)
TIME_SHIFT, _SORT_SHIFT, _NUMBER = 34, 32, (1 << 32) - 1
# Columns of the event log and of the outage log.
E_TIME, E_WHAT, E_ASSET, E_CAUSE, E_PHASE, E_LEVEL, E_ROUND, E_OTHER = _numbers(8)
E_COLUMNS = 8
O_ASSET, O_START, O_END, O_BY, O_CAUSE, O_ROOT, O_ROOT_BY, O_HELD_BY, O_HELD, O_EVENT = _numbers(10)
O_COLUMNS = 10
#: Sorts after every level and round; no row.
LAST, NOWHERE = cast(tuple[int, int], (np.int64(1 << 30), np.int64(-1)))
#: Before all time.
LONG_AGO = -(1 << 30)
_NEVER = 1 << 60
# How a cycle grows: without its own buffers, or with them; which suppliers may explain a loss.
DRY, BUFFERED = _numbers(2)
PREFERRED, EACH = _numbers(2)
# What ``advance`` comes back with.
DONE, NEEDS_ROOM, INVALID = _numbers(3)


class Graph(NamedTuple):
    """The supply graph in compressed rows, its components in order, and durations; never changed."""

    #: (A + 1, ASSET_COLUMNS); where a column ends by the next row, the last row holds the end.
    assets: Table
    #: (G + 1, 3)
    groups: Table
    #: (E, 3)
    edges: Table
    #: Circuits that an asset may trip, those with an RCD that feed it power: rows of the first circuits above.
    circuits: Int32Array
    #: Next state of each state at each event, -1 where there is no such move, (states, events).
    moves: Int8Array


class Tables(NamedTuple):
    """All that changes: the state of assets, groups and edges, the logs, and scratch."""

    #: (A, STATE_COLUMNS)
    assets: Table
    #: (G, GROUP_COLUMNS)
    groups: Table
    #: Last moment for which a transfer's timer was set, (E,).
    edge_timer_s: Int32Array
    #: Logs, of which the first rows are written: (.., E_COLUMNS), (.., 2) event and contributor, (.., O_COLUMNS).
    events: Table
    contributors: Table
    outages: Table
    #: Binary heap.
    timers: Int64Array
    scratch: Table
    #: Circuit and event for the protection phase.
    pairs: Table
    #: First moment at which the computation says otherwise than each declared fact, (D,); -1 never.
    contradicted_s: Int64Array
    counts: Int64Array


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _wide(value: Any) -> int:
    """Give a cell as a wide integer: one compiled body of each function then serves every caller."""
    return np.int64(value)  # type: ignore[return-value]


@jit("int64(int32[:,::1], int64[::1], int64, int64, int64, int64, int64, int64, int64)", no_cpython_wrapper=True,
     no_cfunc_wrapper=True)
def _emit(events: Table, counts: Int64Array, t: int, what: int, asset: int, cause: int, phase: int, level: int,
          turn: int) -> int:
    row = int(counts[EVENTS])
    event = events[row]
    event[E_TIME] = t
    event[E_WHAT] = what
    event[E_ASSET] = asset
    event[E_CAUSE] = cause
    event[E_PHASE] = phase
    event[E_LEVEL] = level
    event[E_ROUND] = turn
    event[E_OTHER] = -1
    counts[EVENTS] = row + 1
    if phase <= SCENARIO:
        counts[TRIGGER] = row
    return row


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _contribute(tables: Tables, row: int, contributor: int) -> None:
    n = tables.counts[CONTRIBUTORS]
    tables.contributors[n, 0] = row
    tables.contributors[n, 1] = contributor
    tables.counts[CONTRIBUTORS] = n + 1


@jit("void(int8[:,::1], int32[:,::1], int64[::1], int64, int64, int64)", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _move(moves: Int8Array, assets: Table, counts: Int64Array, region: int, asset: int, what: int) -> None:
    """Move one region of an asset's state as the table allows; else leave it and say so."""
    state = assets[asset, region]
    after = moves[state, what]
    if after < 0:
        # The first is what went wrong; others may follow from it.
        if counts[ERROR_ASSET] < 0:
            counts[ERROR_ASSET] = asset
            counts[ERROR_STATE] = state
            counts[ERROR_WHAT] = what
    else:
        assets[asset, region] = after


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _push(tables: Tables, t: int, sort: int, number: int) -> None:
    """Set a timer: a binary heap, earliest first."""
    heap = tables.timers
    i = tables.counts[TIMERS]
    tables.counts[TIMERS] = i + 1
    key = (np.int64(t) << TIME_SHIFT) | (np.int64(sort) << _SORT_SHIFT) | np.int64(number)
    while i > 0:
        parent = (i - 1) >> 1
        if heap[parent] <= key:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = key


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _pop(tables: Tables) -> int:
    heap = tables.timers
    n = tables.counts[TIMERS] - 1
    tables.counts[TIMERS] = n
    top = int(heap[0])
    key = heap[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = key
    return top


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _mark(graph: Graph, tables: Tables, asset: int) -> None:
    """Have the component of an asset settled in this instant."""
    c = _wide(graph.assets[asset, COMPONENT])
    if tables.scratch[c, IS_MARKED]:
        return
    tables.scratch[c, IS_MARKED] = 1
    level = _wide(graph.assets[c, LEVEL])
    tables.scratch[c, NEXT] = tables.scratch[level, HEAD]
    tables.scratch[level, HEAD] = c
    counts = tables.counts
    counts[LOWEST] = min(counts[LOWEST], level)
    counts[HIGHEST] = max(counts[HIGHEST], level)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _watch(tables: Tables, asset: int) -> None:
    """Have the control groups of an asset looked at when all is settled."""
    if not tables.scratch[asset, IS_WATCHED]:
        tables.scratch[asset, IS_WATCHED] = 1
        tables.scratch[tables.counts[WATCHED], WATCH] = asset
        tables.counts[WATCHED] += 1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _mark_consumers(graph: Graph, tables: Tables, asset: int) -> None:
    own = graph.assets[asset, COMPONENT]
    for k in range(graph.assets[asset, FEEDS], graph.assets[asset + 1, FEEDS]):
        g = _wide(graph.edges[k, FED_GROUP])
        b = _wide(graph.groups[g, CONSUMER])
        if graph.groups[g, IS_CONTROL]:
            _watch(tables, b)
        elif graph.assets[b, COMPONENT] != own:
            _mark(graph, tables, b)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _own(assets: Table, asset: int) -> int:
    """Give the first condition of its own that keeps an asset down, facts included; -1 for none."""
    if assets[asset, DAMAGE] != SOUND:
        return M_FLOODED
    if assets[asset, PROTECTION] == TRIPPED:
        return M_TRIPPED
    if assets[asset, FACT] == FACT_OUT or assets[asset, FAILURE] == FAILED:
        return M_FAILED
    if assets[asset, SWITCH] == CUT:
        return M_CUT
    return -1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _cleared(tables: Tables, t: int, asset: int, mechanism: int, row: int, by: int) -> None:
    """Keep what cleared at an asset in this instant: the first in the order of ``_own`` counts."""
    _rank = (0, 1, 5, 5, 3, 2)
    if tables.assets[asset, CLEARED] == t and _rank[tables.assets[asset, CLEARED_BY]] <= _rank[mechanism]:
        return
    tables.assets[asset, CLEARED] = t
    tables.assets[asset, CLEARED_BY] = mechanism
    tables.assets[asset, CLEARED_ROW] = row
    tables.assets[asset, CLEARED_ASSET] = by


# Water and repair


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _drown(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    """Put an asset's live parts in water, and note the circuits that it trips."""
    _move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_FLOODED)
    row = _emit(tables.events, tables.counts, t, W_FLOODED, a, cause, phase, level, 0)
    tables.assets[a, DAMAGE_ROW] = row
    tables.assets[a, WAS_DEAD] = tables.assets[a, DEAD]
    _mark(graph, tables, a)
    for k in range(graph.assets[a, CIRCUITS], graph.assets[a + 1, CIRCUITS]):
        circuit = _wide(graph.circuits[k])
        tables.assets[circuit, WET_LAMPS] += 1
        tables.assets[circuit, RESET_AT] = -1
        n = tables.counts[PAIRS]
        tables.pairs[n, 0] = circuit
        tables.pairs[n, 1] = row
        tables.counts[PAIRS] = n + 1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _trip(graph: Graph, tables: Tables, t: int, phase: int, level: int) -> None:
    """Open the protection of the circuits noted; further lamps of the same second contribute."""
    for k in range(tables.counts[PAIRS]):
        circuit = _wide(tables.pairs[k, 0])
        cause = _wide(tables.pairs[k, 1])
        if tables.assets[circuit, PROTECTION] == CLOSED:
            _move(graph.moves, tables.assets, tables.counts, PROTECTION, circuit, W_TRIPPED)
            tables.assets[circuit, TRIP_ROW] = _emit(tables.events, tables.counts, t, W_TRIPPED, circuit, cause, phase,
                                                     level, 0)
            tables.assets[circuit, TRIP_LAMP] = tables.events[cause, E_ASSET]
            _mark(graph, tables, circuit)
        elif tables.assets[circuit, TRIP_ROW] >= tables.counts[INSTANT]:
            _contribute(tables, _wide(tables.assets[circuit, TRIP_ROW]), cause)
    tables.counts[PAIRS] = 0


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _start_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int) -> None:
    _move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_REPAIR_STARTED)
    lasts_s = graph.assets[a, REPAIR_DEAD] if tables.assets[a, WAS_DEAD] else graph.assets[a, REPAIR_LIVE]
    # A repair that takes no time is over in the same instant: its start stands before its end.
    phase, level = (DISPATCH, 0) if lasts_s > 0 else (REPAIR, -3)
    row = _emit(tables.events, tables.counts, t, W_REPAIR_STARTED, a, cause, phase, level, 0)
    _contribute(tables, row, _wide(tables.assets[a, DAMAGE_ROW]))
    tables.events[row, E_OTHER] = tables.assets[a, WAS_DEAD]
    tables.assets[a, REPAIR_ROW] = row
    tables.assets[a, REPAIR_END] = t + lasts_s
    _push(tables, t + lasts_s, T_REPAIR, a)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _undo_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    _move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_REPAIR_UNDONE)
    _emit(tables.events, tables.counts, t, W_REPAIR_UNDONE, a, cause, phase, level, 0)
    tables.assets[a, REPAIR_END] = -1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _cross(graph: Graph, tables: Tables, t: int, a: int, bit: int, is_up: bool) -> None:
    """Let the water pass one level of an asset."""
    assets = tables.assets
    if is_up:
        assets[a, WET] |= bit
    else:
        assets[a, WET] &= ~bit
    if assets[a, DRY_FACT]:
        # Seen dry: the computed water is kept in mind and does nothing, until the fact ends.
        fact = _wide(assets[a, DRY_INDEX])
        if is_up and bit == TOUCH and tables.contradicted_s[fact] < 0:
            tables.contradicted_s[fact] = t
        return
    if bit == TOUCH:
        row = _emit(tables.events, tables.counts, t, W_TOUCHED if is_up else W_WATER_LEFT, a, -1, WATER, 0, 0)
        if is_up and assets[a, DAMAGE] == REPAIRING:
            _undo_repair(graph, tables, t, a, row, WATER, FIRST)
        return
    if is_up:
        if bit == FAIL:
            if assets[a, DAMAGE] == SOUND:
                _drown(graph, tables, t, a, NOWHERE, WATER, FIRST)
            elif assets[a, DAMAGE] == REPAIRING:
                _undo_repair(graph, tables, t, a, NOWHERE, WATER, FIRST)
    elif assets[a, DAMAGE] == FLOODED and not assets[a, WET] & (FAIL | RECEDE):
        _start_repair(graph, tables, t, a, _emit(tables.events, tables.counts, t, W_RECEDED, a, -1, WATER, 0, 0))


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _ring(graph: Graph, tables: Tables, t: int, reset_s: int, sort: int, number: int) -> None:
    """Act on a timer that is due, unless it was overtaken."""
    assets = tables.assets
    if sort == T_REPAIR:
        if assets[number, DAMAGE] != REPAIRING or assets[number, REPAIR_END] != t:
            return
        _move(graph.moves, assets, tables.counts, DAMAGE, number, W_MENDED)
        assets[number, REPAIR_END] = -1
        row = _emit(tables.events, tables.counts, t, W_MENDED, number, _wide(assets[number, REPAIR_ROW]), REPAIR, -2,
                    0)
        _cleared(tables, t, number, M_FLOODED, row, number)
        _mark(graph, tables, number)
        for k in range(graph.assets[number, CIRCUITS], graph.assets[number + 1, CIRCUITS]):
            circuit = _wide(graph.circuits[k])
            assets[circuit, WET_LAMPS] -= 1
            assets[circuit, LAST_LAMP] = number
            if assets[circuit, WET_LAMPS] == 0 and assets[circuit, PROTECTION] == TRIPPED:
                assets[circuit, RESET_AT] = t + reset_s
                assets[circuit, LAMP_ROW] = row
                _push(tables, t + reset_s, T_RESET, circuit)
    elif sort == T_RESET:
        if assets[number, RESET_AT] != t or assets[number, PROTECTION] != TRIPPED:
            return
        _move(graph.moves, assets, tables.counts, PROTECTION, number, W_RESET)
        assets[number, RESET_AT] = -1
        lamp = _wide(assets[number, LAST_LAMP])
        cause = _wide(assets[number, LAMP_ROW])
        row = _emit(tables.events, tables.counts, t, W_RESET, number, cause, REPAIR, -1, 0)
        _cleared(tables, t, number, M_TRIPPED, row, lamp)
        _mark(graph, tables, number)
    elif sort == T_BUFFER:
        if assets[number, BUFFER_END] == t:
            _mark(graph, tables, number)
    else:
        # A transfer is done: the group is looked at again. ``number`` is the consumer.
        _mark(graph, tables, number)
        _watch(tables, number)


# Scenario and facts


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _declare(graph: Graph, tables: Tables, t: int, a: int, action: int, index: int) -> None:
    """Do what the scenario or a fact says of one asset."""
    assets = tables.assets
    if action == A_FAIL:
        if assets[a, FAILURE] == INTACT:
            _move(graph.moves, assets, tables.counts, FAILURE, a, W_FAILED)
            assets[a, FAILURE_ROW] = _emit(tables.events, tables.counts, t, W_FAILED, a, -1, SCENARIO, 0, 0)
            tables.events[assets[a, FAILURE_ROW], E_OTHER] = index
    elif action == A_CUT:
        if assets[a, SWITCH] == CONNECTED:
            _move(graph.moves, assets, tables.counts, SWITCH, a, W_CUT)
            assets[a, CUT_ROW] = _emit(tables.events, tables.counts, t, W_CUT, a, -1, SCENARIO, 0, 0)
            tables.events[assets[a, CUT_ROW], E_OTHER] = index
    elif action == A_RESTORE:
        if assets[a, FAILURE] == FAILED or assets[a, SWITCH] == CUT:
            row = _emit(tables.events, tables.counts, t, W_CLEARED, a, -1, SCENARIO, 0, 0)
            tables.events[row, E_OTHER] = index
            if assets[a, FAILURE] == FAILED:
                _move(graph.moves, assets, tables.counts, FAILURE, a, W_CLEARED)
                _cleared(tables, t, a, M_FAILED, row, a)
            if assets[a, SWITCH] == CUT:
                _move(graph.moves, assets, tables.counts, SWITCH, a, W_CLEARED)
                _cleared(tables, t, a, M_CUT, row, a)
    else:
        row = _emit(tables.events, tables.counts, t, W_REPORTED, a, -1, SCENARIO, 0, 0)
        tables.events[row, E_OTHER] = index
        if action != A_DRY and assets[a, FACT] == FACT_OUT:
            _cleared(tables, t, a, M_FAILED, row, a)
        if action in (A_OUT, A_IN_SERVICE):
            assets[a, FACT] = FACT_OUT if action == A_OUT else FACT_IN
            assets[a, FACT_ROW] = row
            assets[a, FACT_INDEX] = index
        elif action == A_DRY:
            assets[a, DRY_FACT] = 1
            assets[a, DRY_INDEX] = index
            if assets[a, WET] & TOUCH and tables.contradicted_s[index] < 0:
                tables.contradicted_s[index] = t
            if assets[a, DAMAGE] == FLOODED:
                _start_repair(graph, tables, t, a, row)
        else:
            assets[a, FACT] = NO_FACT
            if assets[a, DRY_FACT]:
                assets[a, DRY_FACT] = 0
                if assets[a, WET] & FAIL and assets[a, DAMAGE] == SOUND:
                    _drown(graph, tables, t, a, row, SCENARIO, SECOND)
                elif assets[a, WET] & (TOUCH | FAIL) and assets[a, DAMAGE] == REPAIRING:
                    _undo_repair(graph, tables, t, a, row, SCENARIO, SECOND)
    _mark(graph, tables, a)


# Supply


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _may_use(graph: Graph, tables: Tables, t: int, g: int, e: int) -> bool:
    """Tell whether a group may take edge ``e`` at ``t``: in use, without delay, or its transfer done."""
    if graph.edges[e, TRANSFER] == 0:
        return True
    used = _wide(tables.groups[g, IN_USE])
    if e == used:
        return True
    if used >= 0 and e > used:
        return False
    s = _wide(graph.edges[e, SUPPLIER])
    if tables.assets[s, SERVICE] != IN_SERVICE:
        return False
    return bool(max(tables.groups[g, LOST], tables.assets[s, CAME]) + graph.edges[e, TRANSFER] <= t)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _has_buffer_left(graph: Graph, tables: Tables, t: int, a: int) -> bool:
    return bool(graph.assets[a, BUFFER] > 0 and tables.assets[a, BUFFER_END] > t)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _serve(graph: Graph, tables: Tables, t: int, c: int, g: int, e: int) -> None:
    """Serve a group by one edge, if that may be used and its supplier delivers."""
    s = _wide(graph.edges[e, SUPPLIER])
    if graph.assets[s, COMPONENT] == c:
        delivers = tables.scratch[s, ROUND] >= 0
    else:
        delivers = tables.assets[s, SERVICE] == IN_SERVICE
    if delivers and _may_use(graph, tables, t, g, e):
        tables.groups[g, IS_SERVED] = 1
        tables.scratch[graph.groups[g, CONSUMER], MISSING] -= 1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _come_in(graph: Graph, tables: Tables, t: int, a: int, turn: int, tail: int, with_buffers: int) -> int:
    """Have an asset deliver from this round on, if it can; give the length of the queue."""
    scratch = tables.scratch
    if scratch[a, ROUND] >= 0:
        return tail
    if tables.assets[a, FACT] != FACT_IN and (_own(tables.assets, a) >= 0 or (scratch[a, MISSING] > 0 and not (
            with_buffers and _has_buffer_left(graph, tables, t, a)))):
        return tail
    scratch[a, ROUND] = turn
    scratch[tail, QUEUE] = a
    return tail + 1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _grow(graph: Graph, tables: Tables, t: int, c: int, with_buffers: int) -> int:
    """Find the least set of a component's members that deliver, round by round; give how many.

    Within a cycle, preferred suppliers come first: only where they feed nothing more does the next rank count. Leaves
    each member's round (-1 out), its number of unserved groups, and the members in order of round.
    """
    scratch = tables.scratch
    first, last = _wide(graph.assets[c, MEMBERS]), _wide(graph.assets[c + 1, MEMBERS])
    most = 1
    for k in range(first, last):
        a = _wide(graph.assets[k, MEMBER])
        scratch[a, ROUND] = -1
        scratch[a, MISSING] = 0
        for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
            if not graph.groups[g, IS_CONTROL]:
                scratch[a, MISSING] += 1
                tables.groups[g, IS_SERVED] = 0
                most = max(most, _wide(graph.groups[g + 1, EDGES] - graph.groups[g, EDGES]))
    head = 0
    tail = 0
    turn = 0
    for rank in range(most):
        for k in range(first, last):
            a = _wide(graph.assets[k, MEMBER])
            for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
                e = _wide(graph.groups[g, EDGES]) + rank
                if e < graph.groups[g + 1, EDGES] and not graph.groups[g, IS_CONTROL] and not tables.groups[
                        g, IS_SERVED]:
                    _serve(graph, tables, t, c, g, e)
        for k in range(first, last):
            tail = _come_in(graph, tables, t, _wide(graph.assets[k, MEMBER]), turn, tail, with_buffers)
        while head < tail and last - first > 1:
            a = _wide(scratch[head, QUEUE])
            head += 1
            for k in range(graph.assets[a, FEEDS], graph.assets[a + 1, FEEDS]):
                g = _wide(graph.edges[k, FED_GROUP])
                b = _wide(graph.groups[g, CONSUMER])
                if graph.assets[b, COMPONENT] != c or graph.groups[g, IS_CONTROL]:
                    continue
                begin = _wide(graph.groups[g, EDGES])
                for e in range(begin, min(begin + rank + 1, _wide(graph.groups[g + 1, EDGES]))):
                    if graph.edges[e, SUPPLIER] == a and not tables.groups[g, IS_SERVED]:
                        _serve(graph, tables, t, c, g, e)
                tail = _come_in(graph, tables, t, b, _wide(scratch[a, ROUND]) + 1, tail, with_buffers)
        if tail > 0:
            turn = _wide(scratch[scratch[tail - 1, QUEUE], ROUND]) + 1
    return tail


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _new_supply(graph: Graph, tables: Tables, t: int, a: int) -> int:
    if _has_buffer_left(graph, tables, t, a):
        return ON_BUFFER
    return UNFED if tables.scratch[a, MISSING] > 0 else FED


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _open(tables: Tables, t: int, a: int, mechanism: int, cause: int, root: int, root_mechanism: int,
          event: int) -> None:
    row = int(tables.counts[OUTAGES])
    outage = tables.outages[row]
    outage[O_ASSET] = a
    outage[O_START] = t
    outage[O_END] = -1
    outage[O_BY] = mechanism
    outage[O_CAUSE] = cause
    outage[O_ROOT] = root
    outage[O_ROOT_BY] = root_mechanism
    outage[O_HELD_BY] = -1
    outage[O_HELD] = -1
    outage[O_EVENT] = event
    tables.counts[OUTAGES] = row + 1
    tables.assets[a, OUTAGE] = row
    tables.assets[a, OUT_ROW] = event


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _go_out(graph: Graph, tables: Tables, a: int, what: int) -> None:
    _move(graph.moves, tables.assets, tables.counts, SERVICE, a, what)
    _mark_consumers(graph, tables, a)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _open_own(graph: Graph, tables: Tables, t: int, a: int, mechanism: int) -> None:
    """Open an outage that is an asset's own."""
    assets = tables.assets
    if mechanism == M_FLOODED:
        _open(tables, t, a, mechanism, a, a, mechanism, _wide(assets[a, DAMAGE_ROW]))
        _go_out(graph, tables, a, W_FLOODED)
    elif mechanism == M_TRIPPED:
        lamp = _wide(assets[a, TRIP_LAMP])
        _open(tables, t, a, mechanism, lamp, lamp, M_FLOODED, _wide(assets[a, TRIP_ROW]))
        _go_out(graph, tables, a, W_TRIPPED)
    elif mechanism == M_FAILED:
        row = _wide(assets[a, FACT_ROW] if assets[a, FACT] == FACT_OUT else assets[a, FAILURE_ROW])
        _open(tables, t, a, mechanism, a, a, mechanism, row)
        _go_out(graph, tables, a, W_FAILED)
    else:
        _open(tables, t, a, mechanism, a, a, mechanism, _wide(assets[a, CUT_ROW]))
        _go_out(graph, tables, a, W_CUT)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _is_out(graph: Graph, tables: Tables, c: int, s: int) -> bool:
    """Tell whether a supplier is out at the end of this instant, its own component being grown."""
    if graph.assets[s, COMPONENT] == c:
        return bool(tables.scratch[s, ROUND] < 0)
    return bool(tables.assets[s, SERVICE] != IN_SERVICE)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _option(graph: Graph, tables: Tables, c: int, a: int, ranks: int) -> int:
    """Give the edge whose supplier's outage explains a loss: first group that is out, preferred supplier.

    Gives -1 where none is out, -2 where the first (or, for ``EACH``, each) is itself still to be explained.
    """
    found = -1
    for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
        if graph.groups[g, IS_CONTROL] or tables.groups[g, IS_SERVED]:
            continue
        for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
            s = _wide(graph.edges[e, SUPPLIER])
            if _is_out(graph, tables, c, s):
                if tables.assets[s, SERVICE] != IN_SERVICE:
                    return e
                found = -2
                if ranks == PREFERRED:
                    return found
    return found


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _group_of(graph: Graph, a: int, e: int) -> int:
    for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
        if graph.groups[g, EDGES] <= e < graph.groups[g + 1, EDGES]:
            return g
    return -1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _lose(graph: Graph, tables: Tables, t: int, c: int, a: int, e: int, turn: int) -> None:
    """Note the loss of an asset's supply, explained by edge ``e`` (below 0: by none), and open its outage."""
    assets = tables.assets
    old = assets[a, SUPPLY]
    new = _new_supply(graph, tables, t, a)
    has_buffer = graph.assets[a, BUFFER] > 0
    what = W_SUPPLY_LOST
    if has_buffer:
        what = W_BUFFER_STARTED if new == ON_BUFFER else W_BUFFER_EMPTIED
    if new != old:
        tipped = int(tables.counts[TRIGGER])
        g = _group_of(graph, a, e) if e >= 0 else -1
        if g >= 0:
            tipped = -1
            for k in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                s = _wide(graph.edges[k, SUPPLIER])
                if assets[s, SERVICE] != IN_SERVICE:
                    tipped = max(tipped, _wide(assets[s, OUT_ROW]))
        cause = _wide(assets[a, SUPPLY_ROW]) if old == ON_BUFFER else tipped
        row = _emit(tables.events, tables.counts, t, what, a, cause, LOSS, _wide(graph.assets[c, LEVEL]), turn)
        if g >= 0:
            for k in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                s = _wide(graph.edges[k, SUPPLIER])
                if assets[s, SERVICE] != IN_SERVICE and assets[s, OUT_ROW] != cause:
                    _contribute(tables, row, _wide(assets[s, OUT_ROW]))
        assets[a, SUPPLY_ROW] = row
        _move(graph.moves, assets, tables.counts, SUPPLY, a, what)
    if assets[a, SERVICE] == IN_SERVICE and tables.scratch[a, ROUND] < 0:
        mechanism = M_BUFFER_EMPTY if has_buffer else M_SUPPLY_LOST
        cause = a
        root = a
        root_mechanism = mechanism
        if e >= 0:
            cause = _wide(graph.edges[e, SUPPLIER])
        else:
            for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
                if not graph.groups[g, IS_CONTROL] and not tables.groups[g, IS_SERVED]:
                    cause = _wide(graph.edges[graph.groups[g, EDGES], SUPPLIER])
                    break
        outage = _wide(assets[cause, OUTAGE])
        if outage >= 0 and cause != a:
            root = _wide(tables.outages[outage, O_ROOT])
            root_mechanism = _wide(tables.outages[outage, O_ROOT_BY])
        _open(tables, t, a, mechanism, cause, root, root_mechanism, _wide(assets[a, SUPPLY_ROW]))
        _go_out(graph, tables, a, what)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _lose_all(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Explain the losses of a component: round by round, each by an outage that is already explained.

    Where a cycle leaves none, the lowest row that has any explained supplier goes first; where there is none at all
    (a ring that was never fed), the lowest row stands for itself.
    """
    scratch = tables.scratch
    assets = tables.assets
    pending = 0
    for k in range(graph.assets[c, MEMBERS], graph.assets[c + 1, MEMBERS]):
        a = _wide(graph.assets[k, MEMBER])
        old = assets[a, SUPPLY]
        new = _new_supply(graph, tables, t, a)
        if (new == UNFED and old != UNFED) or (new == ON_BUFFER and old == FED) or (
                assets[a, SERVICE] == IN_SERVICE and scratch[a, ROUND] < 0):
            scratch[pending, PENDING] = a
            pending += 1
    turn = 1
    while pending > 0:
        chosen = 0
        left = 0
        for k in range(pending):
            a = _wide(scratch[k, PENDING])
            e = _option(graph, tables, c, a, PREFERRED)
            if e >= 0:
                scratch[chosen, CHOSEN] = a
                scratch[chosen, OPTION] = e
                chosen += 1
            else:
                scratch[left, PENDING] = a
                left += 1
        if chosen == 0:
            pick = 0
            option = -1
            for k in range(pending):
                e = _option(graph, tables, c, _wide(scratch[k, PENDING]), EACH)
                if e >= 0:
                    pick = k
                    option = e
                    break
            scratch[0, CHOSEN] = scratch[pick, PENDING]
            scratch[0, OPTION] = option
            chosen = 1
            for k in range(pick, pending - 1):
                scratch[k, PENDING] = scratch[k + 1, PENDING]
            left = pending - 1
        for k in range(chosen):
            _lose(graph, tables, t, c, _wide(scratch[k, CHOSEN]), _wide(scratch[k, OPTION]), turn)
        pending = left
        turn += 1


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _gain(graph: Graph, tables: Tables, t: int, c: int, a: int) -> None:
    """Note that supply is back at an asset, or that it delivers again, and close its outage."""
    assets = tables.assets
    old = assets[a, SUPPLY]
    is_fed_again = old != FED and _new_supply(graph, tables, t, a) == FED
    is_restored = assets[a, SERVICE] != IN_SERVICE and tables.scratch[a, ROUND] >= 0
    if not is_fed_again and not is_restored:
        return
    turn = max(_wide(tables.scratch[a, ROUND]), 0)
    cause = _wide(assets[a, SUPPLY_ROW])
    held = -1
    if is_fed_again:
        # The first group that came back, and the supplier it came back by.
        is_found = False
        for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
            if is_found or graph.groups[g, IS_CONTROL] or tables.groups[g, IN_USE] >= 0 or not tables.groups[
                    g, IS_SERVED]:
                continue
            for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                s = _wide(graph.edges[e, SUPPLIER])
                if assets[s, SERVICE] != IN_SERVICE or not _may_use(graph, tables, t, g, e):
                    continue
                if graph.assets[s, COMPONENT] == c and tables.scratch[s, ROUND] >= turn:
                    continue
                is_found = True
                if assets[s, CAME] == t:
                    cause = _wide(assets[s, IN_ROW])
                    held = _wide(tables.outages[assets[s, OUTAGE], O_HELD])
                else:
                    # A transfer ended: it was the loss, not a return, that set it off.
                    cause = max(_wide(tables.groups[g, LOST_ROW]), _wide(assets[s, IN_ROW]))
                break
        _move(graph.moves, assets, tables.counts, SUPPLY, a, W_FED)
        if not is_restored:
            row = _emit(tables.events, tables.counts, t, W_FED, a, cause, REPAIR, _wide(graph.assets[c, LEVEL]), turn)
            assets[a, SUPPLY_ROW] = row
            return
    outage = tables.outages[assets[a, OUTAGE]]
    if assets[a, CLEARED] == t:
        outage[O_HELD_BY] = assets[a, CLEARED_BY]
        outage[O_HELD] = assets[a, CLEARED_ASSET]
        cause = _wide(assets[a, CLEARED_ROW])
    elif assets[a, FACT] == FACT_IN and not is_fed_again:
        own = _own(assets, a)
        outage[O_HELD_BY] = own if own >= 0 else (M_BUFFER_EMPTY if graph.assets[a, BUFFER] > 0 else M_SUPPLY_LOST)
        outage[O_HELD] = outage[O_ROOT] if own < 0 else (assets[a, TRIP_LAMP] if own == M_TRIPPED else a)
        cause = _wide(assets[a, FACT_ROW])
    else:
        outage[O_HELD_BY] = M_BUFFER_EMPTY if graph.assets[a, BUFFER] > 0 else M_SUPPLY_LOST
        outage[O_HELD] = held if held >= 0 else outage[O_ROOT]
    outage[O_END] = t
    row = _emit(tables.events, tables.counts, t, W_RESTORED, a, cause, REPAIR, _wide(graph.assets[c, LEVEL]), turn)
    assets[a, IN_ROW] = row
    assets[a, CAME] = t
    _move(graph.moves, assets, tables.counts, SERVICE, a, W_RESTORED)
    _mark_consumers(graph, tables, a)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _is_before(graph: Graph, tables: Tables, s: int, a: int) -> bool:
    """Tell whether a supplier stands without the asset that it feeds: outside its cycle, or of an earlier round."""
    if graph.assets[s, COMPONENT] != graph.assets[a, COMPONENT]:
        return True
    scratch = tables.scratch
    is_forced = tables.assets[a, FACT] == FACT_IN or tables.assets[a, SERVICE] != IN_SERVICE
    if scratch[a, DRY_MISSING] == 0:
        # Fed without the buffers of the cycle: it uses those that are so too.
        return bool(scratch[s, DRY_ROUND] >= 0 and (is_forced or scratch[s, DRY_ROUND] < scratch[a, DRY_ROUND]))
    return bool(is_forced or scratch[s, ROUND] < scratch[a, ROUND])


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _update_group(graph: Graph, tables: Tables, t: int, g: int, level: int) -> None:
    """Have a group take the supplier that it now uses, and set timers for those whose transfer runs.

    Within a cycle what is in use never rests on itself, nor on a buffer where it need not.
    """
    groups = tables.groups
    a = _wide(graph.groups[g, CONSUMER])
    old = _wide(groups[g, IN_USE])
    new = -1
    for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
        s = _wide(graph.edges[e, SUPPLIER])
        if tables.assets[s, SERVICE] == IN_SERVICE and _may_use(graph, tables, t, g, e) and (
                graph.groups[g, IS_CONTROL] or _is_before(graph, tables, s, a)):
            new = e
            break
    is_lost = old >= 0 and new != old and not 0 <= new < old
    if is_lost:
        groups[g, LOST] = t
        groups[g, LOST_ROW] = tables.assets[graph.edges[old, SUPPLIER], OUT_ROW]
    groups[g, IN_USE] = new
    if new >= 0:
        if groups[g, LAST_USED] != new and not graph.groups[g, IS_CONTROL]:
            s = _wide(graph.edges[new, SUPPLIER])
            cause = _wide(tables.assets[s, IN_ROW])
            if is_lost:
                cause = max(cause, _wide(tables.assets[graph.edges[old, SUPPLIER], OUT_ROW]))
            elif old < 0:
                cause = max(cause, _wide(groups[g, LOST_ROW]))
            row = _emit(tables.events, tables.counts, t, W_TRANSFERRED, a, cause, REPAIR, level, LAST)
            tables.events[row, E_OTHER] = s
        groups[g, LAST_USED] = new
    for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
        if e == new:
            break
        s = _wide(graph.edges[e, SUPPLIER])
        if graph.edges[e, TRANSFER] > 0 and tables.assets[s, SERVICE] == IN_SERVICE:
            ready_s = max(tables.groups[g, LOST], tables.assets[s, CAME]) + graph.edges[e, TRANSFER]
            if ready_s > t and tables.edge_timer_s[e] != ready_s:
                tables.edge_timer_s[e] = ready_s
                _push(tables, ready_s, T_TRANSFER, a)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _note_contradiction(tables: Tables, t: int, index: int) -> None:
    if tables.contradicted_s[index] < 0:
        tables.contradicted_s[index] = t


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _check_fact(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Note the first moment at which the computation says otherwise than a fact."""
    assets = tables.assets
    fact = assets[a, FACT]
    if fact == NO_FACT:
        return
    assets[a, FACT] = NO_FACT
    is_computed_in = _own(assets, a) < 0 and _new_supply(graph, tables, t, a) != UNFED
    assets[a, FACT] = fact
    if is_computed_in == (fact == FACT_OUT):
        _note_contradiction(tables, t, _wide(assets[a, FACT_INDEX]))


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _settle(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Bring one component to its least fixed point, its suppliers being settled."""
    first, last = graph.assets[c, MEMBERS], graph.assets[c + 1, MEMBERS]
    scratch = tables.scratch
    grown = _grow(graph, tables, t, c, DRY)
    has_buffer = False
    for k in range(first, last):
        a = _wide(graph.assets[k, MEMBER])
        scratch[a, DRY_ROUND] = scratch[a, ROUND]
        scratch[a, DRY_MISSING] = scratch[a, MISSING]
        if graph.assets[a, BUFFER] > 0:
            has_buffer = True
            # Who is fed without any buffer of its own cycle is full; the others drain.
            if scratch[a, MISSING] == 0:
                tables.assets[a, BUFFER_END] = -1
            elif tables.assets[a, BUFFER_END] < 0:
                tables.assets[a, BUFFER_END] = t + graph.assets[a, BUFFER]
                _push(tables, t + graph.assets[a, BUFFER], T_BUFFER, a)
    if has_buffer:
        grown = _grow(graph, tables, t, c, BUFFERED)
    is_any_out = grown < last - first
    for k in range(first, last):
        a = _wide(graph.assets[k, MEMBER])
        _check_fact(graph, tables, t, a)
        if tables.assets[a, SERVICE] == IN_SERVICE and scratch[a, ROUND] < 0:
            own = _own(tables.assets, a)
            if own >= 0:
                _open_own(graph, tables, t, a, own)
        is_any_out = is_any_out or scratch[a, MISSING] > 0
    if is_any_out or has_buffer:
        _lose_all(graph, tables, t, c)
    for k in range(grown):
        _gain(graph, tables, t, c, _wide(scratch[k, QUEUE]))
    if grown < last - first:
        for k in range(first, last):
            if scratch[graph.assets[k, MEMBER], ROUND] < 0:
                _gain(graph, tables, t, c, _wide(graph.assets[k, MEMBER]))
    for k in range(first, last):
        a = _wide(graph.assets[k, MEMBER])
        for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
            if not graph.groups[g, IS_CONTROL]:
                _update_group(graph, tables, t, g, _wide(graph.assets[c, LEVEL]))


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _supervise(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Look at the control groups of an asset: losing one leaves it unsupervised."""
    cause = -1
    is_lost = False
    has_control = False
    for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
        if not graph.groups[g, IS_CONTROL]:
            continue
        has_control = True
        _update_group(graph, tables, t, g, LAST)
        used = _wide(tables.groups[g, IN_USE])
        if used < 0:
            is_lost = True
            for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                if tables.assets[graph.edges[e, SUPPLIER], SERVICE] != IN_SERVICE:
                    cause = max(cause, _wide(tables.assets[graph.edges[e, SUPPLIER], OUT_ROW]))
        elif not is_lost:
            cause = max(cause, _wide(tables.assets[graph.edges[used, SUPPLIER], IN_ROW]))
    if has_control and is_lost != (tables.assets[a, SUPERVISION] == UNSUPERVISED):
        what = W_UNSUPERVISED if is_lost else W_SUPERVISED
        if not is_lost:
            cause = max(cause, _wide(tables.assets[a, WATCH_ROW]))
        _move(graph.moves, tables.assets, tables.counts, SUPERVISION, a, what)
        phase = LOSS if is_lost else REPAIR
        tables.assets[a, WATCH_ROW] = _emit(tables.events, tables.counts, t, what, a, cause, phase, LAST, 0)


@jit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _has_room(graph: Graph, tables: Tables, crossings: int, declared: int) -> bool:
    """Tell whether the logs can take whatever one instant may bring."""
    assets, edges = len(tables.assets), len(graph.edges)
    events = 8 * assets + len(tables.groups) + 3 * crossings + 3 * declared
    return bool(tables.counts[EVENTS] + events <= len(tables.events)
                and tables.counts[CONTRIBUTORS] + edges + 2 * assets + len(graph.circuits) <= len(tables.contributors)
                and tables.counts[OUTAGES] + assets <= len(tables.outages)
                and tables.counts[TIMERS] + 4 * assets + edges <= len(tables.timers))


@jit()
def advance(graph: Graph, tables: Tables, crossing_time_s: Int64Array, crossing_asset: Int32Array,
            crossing_level: Int8Array, crossing_is_up: BoolArray, declared_s: Int64Array, declared_asset: Int32Array,
            declared_action: Int8Array, first_declared: int, reset_s: int, until_s: int) -> int:
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
    reset_s
        Seconds from the last mended lamp of a circuit until its protection is closed again.
    until_s
        Last second to live through.

    Returns
    -------
    int
        ``DONE``; ``NEEDS_ROOM``: nothing happened in the instant that is next, make the logs larger and call again;
        ``INVALID``: a move that the table does not allow, in ``counts[ERROR_...]``.
    """
    counts = tables.counts
    while True:
        i, d = counts[CROSSING], counts[DECLARED]
        t = _NEVER
        if i < len(crossing_time_s):
            t = min(t, crossing_time_s[i])
        if d < len(declared_s):
            t = min(t, declared_s[d])
        if counts[TIMERS] > 0:
            t = min(t, tables.timers[0] >> TIME_SHIFT)
        if counts[HIGHEST] >= 0:
            t = min(t, 0)
        if t > until_s:
            return DONE
        next_i = i
        while next_i < len(crossing_time_s) and crossing_time_s[next_i] == t:
            next_i += 1
        next_d = d
        while next_d < len(declared_s) and declared_s[next_d] == t:
            next_d += 1
        if not _has_room(graph, tables, next_i - i, next_d - d):
            return NEEDS_ROOM
        counts[INSTANT] = counts[EVENTS]
        counts[TRIGGER] = -1
        counts[INSTANTS] += 1
        for k in range(i, next_i):
            _cross(graph, tables, t, _wide(crossing_asset[k]), 1 << _wide(crossing_level[k]), crossing_is_up[k])
        counts[CROSSING] = next_i
        _trip(graph, tables, t, PROTECT, FIRST)
        for k in range(d, next_d):
            _declare(graph, tables, t, _wide(declared_asset[k]), _wide(declared_action[k]), first_declared + k)
        counts[DECLARED] = next_d
        _trip(graph, tables, t, SCENARIO, THIRD)
        while counts[TIMERS] > 0 and tables.timers[0] >> TIME_SHIFT == t:
            key = _pop(tables)
            _ring(graph, tables, t, reset_s, (key >> _SORT_SHIFT) & 3, key & _NUMBER)
        level = counts[LOWEST]
        while level <= counts[HIGHEST]:
            while tables.scratch[level, HEAD] >= 0:
                c = _wide(tables.scratch[level, HEAD])
                tables.scratch[level, HEAD] = tables.scratch[c, NEXT]
                tables.scratch[c, IS_MARKED] = 0
                _settle(graph, tables, t, c)
            level += 1
        counts[LOWEST], counts[HIGHEST] = _NEVER, -1
        for k in range(counts[WATCHED]):
            a = _wide(tables.scratch[k, WATCH])
            tables.scratch[a, IS_WATCHED] = 0
            _supervise(graph, tables, t, a)
        counts[WATCHED] = 0
        if counts[ERROR_ASSET] >= 0:
            return INVALID


@jit()
def hold(graph: Graph, assets: Table, groups: Table, outages: Table) -> None:
    """Fill in what holds each outage that is open at the horizon: own condition first, else along the supply."""
    for o in range(len(outages)):
        if outages[o, O_END] >= 0:
            continue
        a = _wide(outages[o, O_ASSET])
        by = -1
        holder = -1
        steps = 0
        met = a
        while holder < 0:
            own = _own(assets, a)
            if by < 0:
                by = own if own >= 0 else (M_BUFFER_EMPTY if graph.assets[a, BUFFER] > 0 else M_SUPPLY_LOST)
            if own == M_TRIPPED:
                # Lamps still wet: the one that opened it stands for them; all mended: the last of them.
                holder = _wide(assets[a, TRIP_LAMP] if assets[a, WET_LAMPS] > 0 else assets[a, LAST_LAMP])
            elif own >= 0:
                holder = a
            else:
                above = -1
                for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
                    if above >= 0 or graph.groups[g, IS_CONTROL] or groups[g, IN_USE] >= 0:
                        continue
                    for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                        if assets[graph.edges[e, SUPPLIER], SERVICE] != IN_SERVICE:
                            above = _wide(graph.edges[e, SUPPLIER])
                            break
                if above < 0 or above == met:
                    # A transfer runs, or a cycle holds itself down: what opened it stands for what holds it.
                    holder = _wide(outages[o, O_ROOT])
                else:
                    # Brent's way to notice a cycle: remember where one was after 1, 2, 4, 8 ... steps.
                    steps += 1
                    if steps & (steps - 1) == 0:
                        met = a
                    a = above
        outages[o, O_HELD_BY] = by
        outages[o, O_HELD] = holder
