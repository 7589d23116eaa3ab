"""The kernel of the run: from one instant to the next, everything that water, time and supply do to the city.

``advance`` goes from instant to instant (a crossing, something declared, a timer) without coming back to Python. Each
instant costs what changes in it: assets whose own condition changed mark their component of the supply graph, marked
components are settled in order of level, and a component that changed marks those that it feeds.

The tables are passed as they are: a column of the state is a row of ``codes`` (int8), ``rows`` (int32) or ``times``
(int64), named by the constants below. ``docs/mechanics.md`` says what the rules are; ``twin/state.py`` names the
columns for people.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.kernels._jit import jit
from twin.quantities import BoolArray, Int8Array, Int32Array, Int64Array

# Columns of codes.
(WET, DRY_FACT, DAMAGE, WAS_DEAD, PROTECTION, FAILURE, SWITCH, FACT, SUPPLY, SUPERVISION, DEAD, SERVICE,
 CLEARED_BY) = range(13)
CODES = 13
# Columns of rows: the wet lamps of a circuit, the lamps that opened and last left it, the last outage, and the rows of
# the events that last changed each region of an asset.
(WET_LAMPS, TRIP_LAMP, LAST_LAMP, OUTAGE, DAMAGE_ROW, REPAIR_ROW, TRIP_ROW, FAILURE_ROW, CUT_ROW, FACT_ROW, FACT_INDEX,
 DRY_INDEX, SUPPLY_ROW, OUT_ROW, IN_ROW, CLEARED_ROW, CLEARED_ASSET, WATCH_ROW) = range(18)
ROWS = 18
# Columns of times.
REPAIR_END, RESET_AT, BUFFER_END, CAME, CLEARED = range(5)
TIMES = 5
# Columns of groups: edge in use (-1 none) and edge last used; row of the loss of the last.
IN_USE, LAST_USED, LOST_ROW = range(3)
# Scratch columns.
ROUND, MISSING, QUEUE, PENDING, CHOSEN, OPTION, NEXT, HEAD, WATCH = range(9)
SCRATCH = 9
# Counters.
(EVENTS, CONTRIBUTORS, OUTAGES, TIMERS, CROSSING, DECLARED, LOWEST, HIGHEST, WATCHED, PAIRS, TRIGGER, INSTANT, INSTANTS,
 ERROR_ASSET, ERROR_STATE, ERROR_WHAT) = range(16)
COUNTERS = 16

# States, as in twin.state.AssetState.
(SOUND, FLOODED, REPAIRING, CLOSED, TRIPPED, FED, ON_BUFFER, UNFED, IN_SERVICE, OUT, SUPERVISED, UNSUPERVISED, INTACT,
 FAILED, CONNECTED, CUT) = range(16)
# Events, as in twin.trace.What.
(W_TOUCHED, W_FLOODED, W_RECEDED, W_WATER_LEFT, W_TRIPPED, W_FAILED, W_CUT, W_REPORTED, W_SUPPLY_LOST,
 W_BUFFER_STARTED, W_BUFFER_EMPTIED, W_TRANSFERRED, W_REPAIR_STARTED, W_REPAIR_UNDONE, W_MENDED, W_RESET, W_RESTORED,
 W_UNSUPERVISED, W_SUPERVISED, W_FED, W_CLEARED) = range(21)
# Mechanisms, as in twin.outages.Mechanism.
M_FLOODED, M_TRIPPED, M_SUPPLY_LOST, M_BUFFER_EMPTY, M_CUT, M_FAILED = range(6)
# Actions, as in twin.plan.Action.
A_FAIL, A_CUT, A_RESTORE, A_OUT, A_IN_SERVICE, A_DRY, A_END = range(7)
# Levels of water, as in twin.exposure.Level: bits of WET.
TOUCH, FAIL, RECEDE = 1, 2, 4
# Facts.
NO_FACT, FACT_OUT, FACT_IN = range(3)
# Phases of an instant, in order.
WATER, PROTECT, SCENARIO, LOSS, REPAIR, DISPATCH = range(6)
# Timers, in order within a second; a timer is one integer: time, sort, number.
T_REPAIR, T_RESET, T_BUFFER, T_TRANSFER = range(4)
TIME_SHIFT, _SORT_SHIFT, _NUMBER = 34, 32, (1 << 32) - 1
# Columns of the event log and of the outage log.
E_TIME, E_WHAT, E_ASSET, E_CAUSE, E_PHASE, E_LEVEL, E_ROUND, E_OTHER = range(8)
E_COLUMNS = 8
O_ASSET, O_START, O_END, O_BY, O_CAUSE, O_ROOT, O_ROOT_BY, O_HELD_BY, O_HELD, O_EVENT = range(10)
O_COLUMNS = 10
#: Sorts after every level and round.
LAST = 1 << 30
#: Before all time.
LONG_AGO = -(1 << 40)
_NEVER = 1 << 60
# What ``advance`` comes back with.
DONE, NEEDS_ROOM, INVALID = range(3)


class Graph(NamedTuple):
    """The supply graph in compressed rows, its components in order, and durations; never changed."""

    group_offsets: Int32Array
    edge_offsets: Int32Array
    group_asset: Int32Array
    is_control: BoolArray
    supplier: Int32Array
    transfer_s: Int64Array
    out_offsets: Int32Array
    out_group: Int32Array
    component: Int32Array
    level: Int32Array
    member_offsets: Int32Array
    members: Int32Array
    #: Circuits that each asset may trip: those with an RCD that feed it power.
    circuit_offsets: Int32Array
    circuits: Int32Array
    buffer_s: Int64Array
    repair_s: Int64Array
    repair_dead_s: Int64Array
    #: Next state of each state at each event, -1 where there is no such move, (states, events).
    moves: Int8Array


class Tables(NamedTuple):
    """All that changes: the state's columns, the logs, and scratch."""

    codes: Any
    rows: Any
    times: Any
    groups: Any
    lost_s: Int64Array
    edge_timer_s: Int64Array
    events: Any
    contributors: Any
    outages: Any
    timers: Int64Array
    scratch: Any
    marks: Any
    is_served: Int8Array
    pairs: Any
    #: First moment at which the computation says otherwise than each declared fact, (D,); -1 never.
    contradicted_s: Int64Array
    counts: Int64Array


@jit()
def _emit(tables: Tables, t: int, what: int, asset: int, cause: int, phase: int, level: int, turn: int) -> int:
    row = int(tables.counts[EVENTS])
    event = tables.events[row]
    event[E_TIME] = t
    event[E_WHAT] = what
    event[E_ASSET] = asset
    event[E_CAUSE] = cause
    event[E_PHASE] = phase
    event[E_LEVEL] = level
    event[E_ROUND] = turn
    event[E_OTHER] = -1
    tables.counts[EVENTS] = row + 1
    if phase <= SCENARIO:
        tables.counts[TRIGGER] = row
    return row


@jit()
def _contribute(tables: Tables, row: int, contributor: int) -> None:
    n = tables.counts[CONTRIBUTORS]
    tables.contributors[n, 0] = row
    tables.contributors[n, 1] = contributor
    tables.counts[CONTRIBUTORS] = n + 1


@jit()
def _move(graph: Graph, tables: Tables, region: int, asset: int, what: int) -> None:
    """Move one region of an asset's state as the table allows; else leave it and say so."""
    state = tables.codes[region, asset]
    after = graph.moves[state, what]
    if after < 0:
        tables.counts[ERROR_ASSET] = asset
        tables.counts[ERROR_STATE] = state
        tables.counts[ERROR_WHAT] = what
    else:
        tables.codes[region, asset] = after


@jit()
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


@jit()
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


@jit()
def _mark(graph: Graph, tables: Tables, asset: int) -> None:
    """Have the component of an asset settled in this instant."""
    c = graph.component[asset]
    if tables.marks[0, c]:
        return
    tables.marks[0, c] = 1
    level = graph.level[c]
    tables.scratch[NEXT, c] = tables.scratch[HEAD, level]
    tables.scratch[HEAD, level] = c
    counts = tables.counts
    counts[LOWEST] = min(counts[LOWEST], level)
    counts[HIGHEST] = max(counts[HIGHEST], level)


@jit()
def _watch(tables: Tables, asset: int) -> None:
    """Have the control groups of an asset looked at when all is settled."""
    if not tables.marks[1, asset]:
        tables.marks[1, asset] = 1
        tables.scratch[WATCH, tables.counts[WATCHED]] = asset
        tables.counts[WATCHED] += 1


@jit()
def _mark_consumers(graph: Graph, tables: Tables, asset: int) -> None:
    own = graph.component[asset]
    for k in range(graph.out_offsets[asset], graph.out_offsets[asset + 1]):
        g = graph.out_group[k]
        b = graph.group_asset[g]
        if graph.is_control[g]:
            _watch(tables, b)
        elif graph.component[b] != own:
            _mark(graph, tables, b)


@jit()
def _own(codes: Any, asset: int) -> int:
    """Give the first condition of its own that keeps an asset down, facts included; -1 for none."""
    if codes[DAMAGE, asset] != SOUND:
        return M_FLOODED
    if codes[PROTECTION, asset] == TRIPPED:
        return M_TRIPPED
    if codes[FACT, asset] == FACT_OUT or codes[FAILURE, asset] == FAILED:
        return M_FAILED
    if codes[SWITCH, asset] == CUT:
        return M_CUT
    return -1


@jit()
def _cleared(tables: Tables, t: int, asset: int, mechanism: int, row: int, by: int) -> None:
    """Keep what cleared at an asset in this instant: the first in the order of ``_own`` counts."""
    _rank = (0, 1, 5, 5, 3, 2)
    if tables.times[CLEARED, asset] == t and _rank[tables.codes[CLEARED_BY, asset]] <= _rank[mechanism]:
        return
    tables.times[CLEARED, asset] = t
    tables.codes[CLEARED_BY, asset] = mechanism
    tables.rows[CLEARED_ROW, asset] = row
    tables.rows[CLEARED_ASSET, asset] = by


# Water and repair


@jit()
def _drown(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    """Put an asset's live parts in water, and note the circuits that it trips."""
    _move(graph, tables, DAMAGE, a, W_FLOODED)
    row = _emit(tables, t, W_FLOODED, a, cause, phase, level, 0)
    tables.rows[DAMAGE_ROW, a] = row
    tables.codes[WAS_DEAD, a] = tables.codes[DEAD, a]
    _mark(graph, tables, a)
    for k in range(graph.circuit_offsets[a], graph.circuit_offsets[a + 1]):
        circuit = graph.circuits[k]
        tables.rows[WET_LAMPS, circuit] += 1
        tables.times[RESET_AT, circuit] = -1
        n = tables.counts[PAIRS]
        tables.pairs[n, 0] = circuit
        tables.pairs[n, 1] = row
        tables.counts[PAIRS] = n + 1


@jit()
def _trip(graph: Graph, tables: Tables, t: int, phase: int, level: int) -> None:
    """Open the protection of the circuits noted; further lamps of the same second contribute."""
    for k in range(tables.counts[PAIRS]):
        circuit = tables.pairs[k, 0]
        cause = tables.pairs[k, 1]
        if tables.codes[PROTECTION, circuit] == CLOSED:
            _move(graph, tables, PROTECTION, circuit, W_TRIPPED)
            tables.rows[TRIP_ROW, circuit] = _emit(tables, t, W_TRIPPED, circuit, cause, phase, level, 0)
            tables.rows[TRIP_LAMP, circuit] = tables.events[cause, E_ASSET]
            _mark(graph, tables, circuit)
        elif tables.rows[TRIP_ROW, circuit] >= tables.counts[INSTANT]:
            _contribute(tables, tables.rows[TRIP_ROW, circuit], cause)
    tables.counts[PAIRS] = 0


@jit()
def _start_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int) -> None:
    _move(graph, tables, DAMAGE, a, W_REPAIR_STARTED)
    lasts_s = graph.repair_dead_s[a] if tables.codes[WAS_DEAD, a] else graph.repair_s[a]
    # A repair that takes no time is over in the same instant: its start stands before its end.
    row = _emit(tables, t, W_REPAIR_STARTED, a, cause, DISPATCH if lasts_s > 0 else REPAIR, 0 if lasts_s > 0 else -3, 0)
    _contribute(tables, row, tables.rows[DAMAGE_ROW, a])
    tables.events[row, E_OTHER] = tables.codes[WAS_DEAD, a]
    tables.rows[REPAIR_ROW, a] = row
    tables.times[REPAIR_END, a] = t + lasts_s
    _push(tables, t + lasts_s, T_REPAIR, a)


@jit()
def _undo_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    _move(graph, tables, DAMAGE, a, W_REPAIR_UNDONE)
    _emit(tables, t, W_REPAIR_UNDONE, a, cause, phase, level, 0)
    tables.times[REPAIR_END, a] = -1


@jit()
def _cross(graph: Graph, tables: Tables, t: int, a: int, bit: int, is_up: bool) -> None:
    """Let the water pass one level of an asset."""
    codes = tables.codes
    if is_up:
        codes[WET, a] |= bit
    else:
        codes[WET, a] &= ~bit
    if codes[DRY_FACT, a]:
        # Seen dry: the computed water is kept in mind and does nothing, until the fact ends.
        fact = tables.rows[DRY_INDEX, a]
        if is_up and bit == TOUCH and tables.contradicted_s[fact] < 0:
            tables.contradicted_s[fact] = t
        return
    if bit == TOUCH:
        row = _emit(tables, t, W_TOUCHED if is_up else W_WATER_LEFT, a, -1, WATER, 0, 0)
        if is_up and codes[DAMAGE, a] == REPAIRING:
            _undo_repair(graph, tables, t, a, row, WATER, 0)
        return
    if is_up:
        if bit == FAIL:
            if codes[DAMAGE, a] == SOUND:
                _drown(graph, tables, t, a, -1, WATER, 0)
            elif codes[DAMAGE, a] == REPAIRING:
                _undo_repair(graph, tables, t, a, -1, WATER, 0)
    elif codes[DAMAGE, a] == FLOODED and not codes[WET, a] & (FAIL | RECEDE):
        _start_repair(graph, tables, t, a, _emit(tables, t, W_RECEDED, a, -1, WATER, 0, 0))


@jit()
def _ring(graph: Graph, tables: Tables, t: int, reset_s: int, sort: int, number: int) -> None:
    """Act on a timer that is due, unless it was overtaken."""
    times = tables.times
    if sort == T_REPAIR:
        if tables.codes[DAMAGE, number] != REPAIRING or times[REPAIR_END, number] != t:
            return
        _move(graph, tables, DAMAGE, number, W_MENDED)
        times[REPAIR_END, number] = -1
        row = _emit(tables, t, W_MENDED, number, tables.rows[REPAIR_ROW, number], REPAIR, -2, 0)
        _cleared(tables, t, number, M_FLOODED, row, number)
        _mark(graph, tables, number)
        for k in range(graph.circuit_offsets[number], graph.circuit_offsets[number + 1]):
            circuit = graph.circuits[k]
            tables.rows[WET_LAMPS, circuit] -= 1
            tables.rows[LAST_LAMP, circuit] = number
            if tables.rows[WET_LAMPS, circuit] == 0 and tables.codes[PROTECTION, circuit] == TRIPPED:
                times[RESET_AT, circuit] = t + reset_s
                tables.rows[CLEARED_ROW, circuit] = row
                _push(tables, t + reset_s, T_RESET, circuit)
    elif sort == T_RESET:
        if times[RESET_AT, number] != t or tables.codes[PROTECTION, number] != TRIPPED:
            return
        _move(graph, tables, PROTECTION, number, W_RESET)
        times[RESET_AT, number] = -1
        lamp = tables.rows[LAST_LAMP, number]
        cause = tables.rows[CLEARED_ROW, number]
        row = _emit(tables, t, W_RESET, number, cause, REPAIR, -1, 0)
        _cleared(tables, t, number, M_TRIPPED, row, lamp)
        _mark(graph, tables, number)
    elif sort == T_BUFFER:
        if times[BUFFER_END, number] == t:
            _mark(graph, tables, number)
    else:
        # A transfer is done: the group is looked at again. ``number`` is the consumer.
        _mark(graph, tables, number)
        _watch(tables, number)


# Scenario and facts


@jit()
def _declare(graph: Graph, tables: Tables, t: int, a: int, action: int, index: int) -> None:
    """Do what the scenario or a fact says of one asset."""
    codes = tables.codes
    rows = tables.rows
    if action == A_FAIL:
        if codes[FAILURE, a] == INTACT:
            _move(graph, tables, FAILURE, a, W_FAILED)
            rows[FAILURE_ROW, a] = _emit(tables, t, W_FAILED, a, -1, SCENARIO, 0, 0)
            tables.events[rows[FAILURE_ROW, a], E_OTHER] = index
    elif action == A_CUT:
        if codes[SWITCH, a] == CONNECTED:
            _move(graph, tables, SWITCH, a, W_CUT)
            rows[CUT_ROW, a] = _emit(tables, t, W_CUT, a, -1, SCENARIO, 0, 0)
            tables.events[rows[CUT_ROW, a], E_OTHER] = index
    elif action == A_RESTORE:
        if codes[FAILURE, a] == FAILED or codes[SWITCH, a] == CUT:
            row = _emit(tables, t, W_CLEARED, a, -1, SCENARIO, 0, 0)
            tables.events[row, E_OTHER] = index
            if codes[FAILURE, a] == FAILED:
                _move(graph, tables, FAILURE, a, W_CLEARED)
                _cleared(tables, t, a, M_FAILED, row, a)
            if codes[SWITCH, a] == CUT:
                _move(graph, tables, SWITCH, a, W_CLEARED)
                _cleared(tables, t, a, M_CUT, row, a)
    else:
        row = _emit(tables, t, W_REPORTED, a, -1, SCENARIO, 0, 0)
        tables.events[row, E_OTHER] = index
        if action != A_DRY and codes[FACT, a] == FACT_OUT:
            _cleared(tables, t, a, M_FAILED, row, a)
        if action in (A_OUT, A_IN_SERVICE):
            codes[FACT, a] = FACT_OUT if action == A_OUT else FACT_IN
            rows[FACT_ROW, a] = row
            rows[FACT_INDEX, a] = index
        elif action == A_DRY:
            codes[DRY_FACT, a] = 1
            rows[DRY_INDEX, a] = index
            if codes[WET, a] & TOUCH and tables.contradicted_s[index] < 0:
                tables.contradicted_s[index] = t
            if codes[DAMAGE, a] == FLOODED:
                _start_repair(graph, tables, t, a, row)
        else:
            codes[FACT, a] = NO_FACT
            if codes[DRY_FACT, a]:
                codes[DRY_FACT, a] = 0
                if codes[WET, a] & FAIL and codes[DAMAGE, a] == SOUND:
                    _drown(graph, tables, t, a, row, SCENARIO, 1)
                elif codes[WET, a] & (TOUCH | FAIL) and codes[DAMAGE, a] == REPAIRING:
                    _undo_repair(graph, tables, t, a, row, SCENARIO, 1)
    _mark(graph, tables, a)


# Supply


@jit()
def _may_use(graph: Graph, tables: Tables, t: int, g: int, e: int) -> bool:
    """Tell whether a group may take edge ``e`` at ``t``: in use, without delay, or its transfer done."""
    if graph.transfer_s[e] == 0:
        return True
    used = tables.groups[IN_USE, g]
    if e == used:
        return True
    if used >= 0 and e > used:
        return False
    s = graph.supplier[e]
    if tables.codes[SERVICE, s] != IN_SERVICE:
        return False
    return bool(max(tables.lost_s[g], tables.times[CAME, s]) + graph.transfer_s[e] <= t)


@jit()
def _has_buffer_left(graph: Graph, tables: Tables, t: int, a: int) -> bool:
    return bool(graph.buffer_s[a] > 0 and tables.times[BUFFER_END, a] > t)


@jit()
def _grow(graph: Graph, tables: Tables, t: int, c: int, with_buffers: bool) -> int:
    """Find the least set of a component's members that deliver, round by round; give how many.

    Leaves each member's round (-1 out), its number of unserved groups, and the members in order of round.
    """
    scratch = tables.scratch
    first, last = graph.member_offsets[c], graph.member_offsets[c + 1]
    tail = 0
    for k in range(first, last):
        a = graph.members[k]
        missing = 0
        for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
            if graph.is_control[g]:
                continue
            is_served = 0
            for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                s = graph.supplier[e]
                if graph.component[s] != c and tables.codes[SERVICE, s] == IN_SERVICE and _may_use(
                        graph, tables, t, g, e):
                    is_served = 1
                    break
            tables.is_served[g] = is_served
            missing += 1 - is_served
        scratch[MISSING, a] = missing
        scratch[ROUND, a] = -1
        fact = tables.codes[FACT, a]
        if fact == FACT_IN or (_own(tables.codes, a) < 0 and (
                missing == 0 or (with_buffers and _has_buffer_left(graph, tables, t, a)))):
            scratch[ROUND, a] = 0
            scratch[QUEUE, tail] = a
            tail += 1
    if last - first == 1:
        return tail
    head = 0
    while head < tail:
        a = scratch[QUEUE, head]
        head += 1
        for k in range(graph.out_offsets[a], graph.out_offsets[a + 1]):
            g = graph.out_group[k]
            b = graph.group_asset[g]
            if graph.component[b] != c or graph.is_control[g] or tables.is_served[g]:
                continue
            for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                if graph.supplier[e] == a and _may_use(graph, tables, t, g, e):
                    tables.is_served[g] = 1
                    scratch[MISSING, b] -= 1
                    break
            if scratch[MISSING, b] == 0 and scratch[ROUND, b] < 0 and _own(tables.codes, b) < 0:
                scratch[ROUND, b] = scratch[ROUND, a] + 1
                scratch[QUEUE, tail] = b
                tail += 1
    return tail


@jit()
def _new_supply(graph: Graph, tables: Tables, t: int, a: int) -> int:
    if _has_buffer_left(graph, tables, t, a):
        return ON_BUFFER
    return UNFED if tables.scratch[MISSING, a] > 0 else FED


@jit()
def _open(tables: Tables, t: int, a: int, mechanism: int, cause: int, root: int, root_mechanism: int,
          event: int) -> None:
    row = tables.counts[OUTAGES]
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
    tables.rows[OUTAGE, a] = row
    tables.rows[OUT_ROW, a] = event


@jit()
def _go_out(graph: Graph, tables: Tables, a: int, what: int) -> None:
    _move(graph, tables, SERVICE, a, what)
    _mark_consumers(graph, tables, a)


@jit()
def _open_own(graph: Graph, tables: Tables, t: int, a: int, mechanism: int) -> None:
    """Open an outage that is an asset's own."""
    rows = tables.rows
    if mechanism == M_FLOODED:
        _open(tables, t, a, mechanism, a, a, mechanism, rows[DAMAGE_ROW, a])
        _go_out(graph, tables, a, W_FLOODED)
    elif mechanism == M_TRIPPED:
        lamp = rows[TRIP_LAMP, a]
        _open(tables, t, a, mechanism, lamp, lamp, M_FLOODED, rows[TRIP_ROW, a])
        _go_out(graph, tables, a, W_TRIPPED)
    elif mechanism == M_FAILED:
        row = rows[FACT_ROW, a] if tables.codes[FACT, a] == FACT_OUT else rows[FAILURE_ROW, a]
        _open(tables, t, a, mechanism, a, a, mechanism, row)
        _go_out(graph, tables, a, W_FAILED)
    else:
        _open(tables, t, a, mechanism, a, a, mechanism, rows[CUT_ROW, a])
        _go_out(graph, tables, a, W_CUT)


@jit()
def _is_out(graph: Graph, tables: Tables, c: int, s: int) -> bool:
    """Tell whether a supplier is out at the end of this instant, its own component being grown."""
    if graph.component[s] == c:
        return bool(tables.scratch[ROUND, s] < 0)
    return bool(tables.codes[SERVICE, s] != IN_SERVICE)


@jit()
def _option(graph: Graph, tables: Tables, c: int, a: int, only_first: bool) -> int:
    """Give the edge whose supplier's outage explains a loss: first group that is out, preferred supplier.

    Gives -1 where none is out, -2 where the first (or, unless ``only_first``, each) is itself still to be explained.
    """
    found = -1
    for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
        if graph.is_control[g] or tables.is_served[g]:
            continue
        for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
            s = graph.supplier[e]
            if _is_out(graph, tables, c, s):
                if tables.codes[SERVICE, s] != IN_SERVICE:
                    return e
                found = -2
                if only_first:
                    return found
    return found


@jit()
def _group_of(graph: Graph, a: int, e: int) -> int:
    for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
        if graph.edge_offsets[g] <= e < graph.edge_offsets[g + 1]:
            return g
    return -1


@jit()
def _lose(graph: Graph, tables: Tables, t: int, c: int, a: int, e: int, turn: int) -> None:
    """Note the loss of an asset's supply, explained by edge ``e`` (below 0: by none), and open its outage."""
    codes = tables.codes
    rows = tables.rows
    old = codes[SUPPLY, a]
    new = _new_supply(graph, tables, t, a)
    has_buffer = graph.buffer_s[a] > 0
    what = W_SUPPLY_LOST
    if has_buffer:
        what = W_BUFFER_STARTED if new == ON_BUFFER else W_BUFFER_EMPTIED
    if new != old:
        tipped = tables.counts[TRIGGER]
        g = _group_of(graph, a, e) if e >= 0 else -1
        if g >= 0:
            tipped = -1
            for k in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                s = graph.supplier[k]
                if codes[SERVICE, s] != IN_SERVICE:
                    tipped = max(tipped, rows[OUT_ROW, s])
        cause = rows[SUPPLY_ROW, a] if old == ON_BUFFER else tipped
        row = _emit(tables, t, what, a, cause, LOSS, graph.level[c], turn)
        if g >= 0:
            for k in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                s = graph.supplier[k]
                if codes[SERVICE, s] != IN_SERVICE and rows[OUT_ROW, s] != cause:
                    _contribute(tables, row, rows[OUT_ROW, s])
        rows[SUPPLY_ROW, a] = row
        _move(graph, tables, SUPPLY, a, what)
    if codes[SERVICE, a] == IN_SERVICE and tables.scratch[ROUND, a] < 0:
        mechanism = M_BUFFER_EMPTY if has_buffer else M_SUPPLY_LOST
        cause = a
        root = a
        root_mechanism = mechanism
        if e >= 0:
            cause = graph.supplier[e]
        else:
            for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
                if not graph.is_control[g] and not tables.is_served[g]:
                    cause = graph.supplier[graph.edge_offsets[g]]
                    break
        outage = rows[OUTAGE, cause]
        if outage >= 0 and cause != a:
            root = tables.outages[outage, O_ROOT]
            root_mechanism = tables.outages[outage, O_ROOT_BY]
        _open(tables, t, a, mechanism, cause, root, root_mechanism, rows[SUPPLY_ROW, a])
        _go_out(graph, tables, a, what)


@jit()
def _lose_all(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Explain the losses of a component: round by round, each by an outage that is already explained.

    Where a cycle leaves none, the lowest row that has any explained supplier goes first; where there is none at all
    (a ring that was never fed), the lowest row stands for itself.
    """
    scratch = tables.scratch
    codes = tables.codes
    pending = 0
    for k in range(graph.member_offsets[c], graph.member_offsets[c + 1]):
        a = graph.members[k]
        old = codes[SUPPLY, a]
        new = _new_supply(graph, tables, t, a)
        if (new == UNFED and old != UNFED) or (new == ON_BUFFER and old == FED) or (
                codes[SERVICE, a] == IN_SERVICE and scratch[ROUND, a] < 0):
            scratch[PENDING, pending] = a
            pending += 1
    turn = 1
    while pending > 0:
        chosen = 0
        left = 0
        for k in range(pending):
            a = scratch[PENDING, k]
            e = _option(graph, tables, c, a, True)
            if e >= 0:
                scratch[CHOSEN, chosen] = a
                scratch[OPTION, chosen] = e
                chosen += 1
            else:
                scratch[PENDING, left] = a
                left += 1
        if chosen == 0:
            pick = 0
            option = -1
            for k in range(pending):
                e = _option(graph, tables, c, scratch[PENDING, k], False)
                if e >= 0:
                    pick = k
                    option = e
                    break
            scratch[CHOSEN, 0] = scratch[PENDING, pick]
            scratch[OPTION, 0] = option
            chosen = 1
            for k in range(pick, pending - 1):
                scratch[PENDING, k] = scratch[PENDING, k + 1]
            left = pending - 1
        for k in range(chosen):
            _lose(graph, tables, t, c, scratch[CHOSEN, k], scratch[OPTION, k], turn)
        pending = left
        turn += 1


@jit()
def _gain(graph: Graph, tables: Tables, t: int, c: int, a: int) -> None:
    """Note that supply is back at an asset, or that it delivers again, and close its outage."""
    codes = tables.codes
    rows = tables.rows
    old = codes[SUPPLY, a]
    is_fed_again = old != FED and _new_supply(graph, tables, t, a) == FED
    is_restored = codes[SERVICE, a] != IN_SERVICE and tables.scratch[ROUND, a] >= 0
    if not is_fed_again and not is_restored:
        return
    turn = max(tables.scratch[ROUND, a], 0)
    cause = rows[SUPPLY_ROW, a]
    held = -1
    if is_fed_again:
        # The first group that came back, and the supplier it came back by.
        is_found = False
        for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
            if is_found or graph.is_control[g] or tables.groups[IN_USE, g] >= 0 or not tables.is_served[g]:
                continue
            for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                s = graph.supplier[e]
                if codes[SERVICE, s] != IN_SERVICE or not _may_use(graph, tables, t, g, e):
                    continue
                if graph.component[s] == c and tables.scratch[ROUND, s] >= turn:
                    continue
                is_found = True
                if tables.times[CAME, s] == t:
                    cause = rows[IN_ROW, s]
                    held = tables.outages[rows[OUTAGE, s], O_HELD]
                else:
                    # A transfer ended: it was the loss, not a return, that set it off.
                    cause = max(tables.groups[LOST_ROW, g], rows[IN_ROW, s])
                break
        _move(graph, tables, SUPPLY, a, W_FED)
        if not is_restored:
            row = _emit(tables, t, W_FED, a, cause, REPAIR, graph.level[c], turn)
            rows[SUPPLY_ROW, a] = row
            return
    outage = tables.outages[rows[OUTAGE, a]]
    if tables.times[CLEARED, a] == t:
        outage[O_HELD_BY] = codes[CLEARED_BY, a]
        outage[O_HELD] = rows[CLEARED_ASSET, a]
        cause = rows[CLEARED_ROW, a]
    elif codes[FACT, a] == FACT_IN and not is_fed_again:
        own = _own(codes, a)
        outage[O_HELD_BY] = own if own >= 0 else (M_BUFFER_EMPTY if graph.buffer_s[a] > 0 else M_SUPPLY_LOST)
        outage[O_HELD] = outage[O_ROOT] if own < 0 else (rows[TRIP_LAMP, a] if own == M_TRIPPED else a)
        cause = rows[FACT_ROW, a]
    else:
        outage[O_HELD_BY] = M_BUFFER_EMPTY if graph.buffer_s[a] > 0 else M_SUPPLY_LOST
        outage[O_HELD] = held if held >= 0 else outage[O_ROOT]
    outage[O_END] = t
    row = _emit(tables, t, W_RESTORED, a, cause, REPAIR, graph.level[c], turn)
    rows[IN_ROW, a] = row
    tables.times[CAME, a] = t
    _move(graph, tables, SERVICE, a, W_RESTORED)
    _mark_consumers(graph, tables, a)


@jit()
def _update_group(graph: Graph, tables: Tables, t: int, g: int, level: int) -> None:
    """Have a group take the supplier that it now uses, and set timers for those whose transfer runs."""
    groups = tables.groups
    a = graph.group_asset[g]
    old = groups[IN_USE, g]
    new = -1
    for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
        if tables.codes[SERVICE, graph.supplier[e]] == IN_SERVICE and _may_use(graph, tables, t, g, e):
            new = e
            break
    is_lost = old >= 0 and tables.codes[SERVICE, graph.supplier[old]] != IN_SERVICE
    if is_lost and not 0 <= new < old:
        tables.lost_s[g] = t
        groups[LOST_ROW, g] = tables.rows[OUT_ROW, graph.supplier[old]]
    groups[IN_USE, g] = new
    if new >= 0:
        if groups[LAST_USED, g] != new and not graph.is_control[g]:
            s = graph.supplier[new]
            cause = tables.rows[IN_ROW, s]
            if is_lost:
                cause = max(cause, tables.rows[OUT_ROW, graph.supplier[old]])
            elif old < 0:
                cause = max(cause, groups[LOST_ROW, g])
            row = _emit(tables, t, W_TRANSFERRED, a, cause, REPAIR, level, LAST)
            tables.events[row, E_OTHER] = s
        groups[LAST_USED, g] = new
    for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
        if e == new:
            break
        s = graph.supplier[e]
        if graph.transfer_s[e] > 0 and tables.codes[SERVICE, s] == IN_SERVICE:
            ready_s = max(tables.lost_s[g], tables.times[CAME, s]) + graph.transfer_s[e]
            if ready_s > t and tables.edge_timer_s[e] != ready_s:
                tables.edge_timer_s[e] = ready_s
                _push(tables, ready_s, T_TRANSFER, a)


@jit()
def _note_contradiction(tables: Tables, t: int, index: int) -> None:
    if tables.contradicted_s[index] < 0:
        tables.contradicted_s[index] = t


@jit()
def _check_fact(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Note the first moment at which the computation says otherwise than a fact."""
    codes = tables.codes
    fact = codes[FACT, a]
    if fact == NO_FACT:
        return
    codes[FACT, a] = NO_FACT
    is_computed_in = _own(codes, a) < 0 and _new_supply(graph, tables, t, a) != UNFED
    codes[FACT, a] = fact
    if is_computed_in == (fact == FACT_OUT):
        _note_contradiction(tables, t, tables.rows[FACT_INDEX, a])


@jit()
def _settle(graph: Graph, tables: Tables, t: int, c: int) -> None:
    """Bring one component to its least fixed point, its suppliers being settled."""
    first, last = graph.member_offsets[c], graph.member_offsets[c + 1]
    scratch = tables.scratch
    grown = _grow(graph, tables, t, c, False)
    has_buffer = False
    for k in range(first, last):
        a = graph.members[k]
        if graph.buffer_s[a] > 0:
            has_buffer = True
            # Who is fed without any buffer of its own cycle is full; the others drain.
            if scratch[MISSING, a] == 0:
                tables.times[BUFFER_END, a] = -1
            elif tables.times[BUFFER_END, a] < 0:
                tables.times[BUFFER_END, a] = t + graph.buffer_s[a]
                _push(tables, t + graph.buffer_s[a], T_BUFFER, a)
    if has_buffer:
        grown = _grow(graph, tables, t, c, True)
    is_any_out = grown < last - first
    for k in range(first, last):
        a = graph.members[k]
        _check_fact(graph, tables, t, a)
        if tables.codes[SERVICE, a] == IN_SERVICE and scratch[ROUND, a] < 0:
            own = _own(tables.codes, a)
            if own >= 0:
                _open_own(graph, tables, t, a, own)
        is_any_out = is_any_out or scratch[MISSING, a] > 0
    if is_any_out or has_buffer:
        _lose_all(graph, tables, t, c)
    for k in range(grown):
        _gain(graph, tables, t, c, scratch[QUEUE, k])
    if grown < last - first:
        for k in range(first, last):
            if scratch[ROUND, graph.members[k]] < 0:
                _gain(graph, tables, t, c, graph.members[k])
    for k in range(first, last):
        a = graph.members[k]
        for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
            if not graph.is_control[g]:
                _update_group(graph, tables, t, g, graph.level[c])


@jit()
def _supervise(graph: Graph, tables: Tables, t: int, a: int) -> None:
    """Look at the control groups of an asset: losing one leaves it unsupervised."""
    cause = -1
    is_lost = False
    has_control = False
    for g in range(graph.group_offsets[a], graph.group_offsets[a + 1]):
        if not graph.is_control[g]:
            continue
        has_control = True
        _update_group(graph, tables, t, g, LAST)
        used = tables.groups[IN_USE, g]
        if used < 0:
            is_lost = True
            for e in range(graph.edge_offsets[g], graph.edge_offsets[g + 1]):
                if tables.codes[SERVICE, graph.supplier[e]] != IN_SERVICE:
                    cause = max(cause, tables.rows[OUT_ROW, graph.supplier[e]])
        elif not is_lost:
            cause = max(cause, tables.rows[IN_ROW, graph.supplier[used]])
    if has_control and is_lost != (tables.codes[SUPERVISION, a] == UNSUPERVISED):
        what = W_UNSUPERVISED if is_lost else W_SUPERVISED
        if not is_lost:
            cause = max(cause, tables.rows[WATCH_ROW, a])
        _move(graph, tables, SUPERVISION, a, what)
        tables.rows[WATCH_ROW, a] = _emit(tables, t, what, a, cause, LOSS if is_lost else REPAIR, LAST, 0)


@jit()
def _has_room(graph: Graph, tables: Tables, crossings: int, declared: int) -> bool:
    """Tell whether the logs can take whatever one instant may bring."""
    assets, edges = len(graph.component), len(graph.supplier)
    events = 8 * assets + len(graph.group_asset) + 3 * crossings + 3 * declared
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
            _cross(graph, tables, t, crossing_asset[k], 1 << crossing_level[k], crossing_is_up[k])
        counts[CROSSING] = next_i
        _trip(graph, tables, t, PROTECT, 0)
        for k in range(d, next_d):
            _declare(graph, tables, t, declared_asset[k], declared_action[k], first_declared + k)
        counts[DECLARED] = next_d
        _trip(graph, tables, t, SCENARIO, 2)
        while counts[TIMERS] > 0 and tables.timers[0] >> TIME_SHIFT == t:
            key = _pop(tables)
            _ring(graph, tables, t, reset_s, (key >> _SORT_SHIFT) & 3, key & _NUMBER)
        level = counts[LOWEST]
        while level <= counts[HIGHEST]:
            while tables.scratch[HEAD, level] >= 0:
                c = tables.scratch[HEAD, level]
                tables.scratch[HEAD, level] = tables.scratch[NEXT, c]
                tables.marks[0, c] = 0
                _settle(graph, tables, t, c)
            level += 1
        counts[LOWEST], counts[HIGHEST] = _NEVER, -1
        for k in range(counts[WATCHED]):
            a = tables.scratch[WATCH, k]
            tables.marks[1, a] = 0
            _supervise(graph, tables, t, a)
        counts[WATCHED] = 0
        if counts[ERROR_ASSET] >= 0:
            return INVALID
