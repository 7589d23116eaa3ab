"""Water at an asset, the trips it causes, and repair (rules 3, 5 and 6 of the design)."""

from __future__ import annotations

from twin.kernels.supply.codes import (
    CALLED,
    CALLED_COUNT,
    CLOSED,
    CUT,
    DAMAGE,
    DISPATCH,
    FACT_OUT,
    FAIL,
    FAILED,
    FIRST,
    FLOODED,
    INSTANT,
    M_CUT,
    M_FAILED,
    M_FLOODED,
    M_TRIPPED,
    NOWHERE,
    PAIRS,
    PROTECTION,
    RECEDE,
    REPAIR,
    REPAIRING,
    SOUND,
    T_BUFFER,
    T_REPAIR,
    T_RESET,
    TOUCH,
    TRIPPED,
    W_CALLED,
    W_FLOODED,
    W_RECEDED,
    W_REPAIR_STARTED,
    W_REPAIR_UNDONE,
    W_REPAIRED,
    W_RESET,
    W_TOUCHED,
    W_TRIPPED,
    W_WATER_LEFT,
    WATER,
)
from twin.kernels.supply.log import contribute, emit, move
from twin.kernels.supply.marks import mark, watch
from twin.kernels.supply.tables import Graph, Tables, helper, wide
from twin.kernels.supply.timers import push


@helper
def own_condition(tables: Tables, asset: int) -> int:
    """Give the first condition of its own that keeps an asset down, facts included; -1 for none."""
    if tables.assets[asset].damage != SOUND:
        return M_FLOODED
    if tables.assets[asset].protection == TRIPPED:
        return M_TRIPPED
    if tables.assets[asset].fact == FACT_OUT or tables.assets[asset].failure == FAILED:
        return M_FAILED
    if tables.assets[asset].switch == CUT:
        return M_CUT
    return -1


@helper
def note_cleared(tables: Tables, t: int, asset: int, mechanism: int, row: int, by: int) -> None:
    """Keep what cleared at an asset in this instant: the first in the order of ``own_condition`` counts."""
    _rank = (0, 1, 5, 5, 3, 2)
    if tables.assets[asset].cleared == t and _rank[tables.assets[asset].cleared_by] <= _rank[mechanism]:
        return
    tables.assets[asset].cleared = t
    tables.assets[asset].cleared_by = mechanism
    tables.assets[asset].cleared_row = row
    tables.assets[asset].cleared_asset = by


@helper
def is_under_repair(tables: Tables, a: int) -> bool:
    """Tell whether the water has left an asset whose repair runs, or waits for crews."""
    return bool(tables.assets[a].damage == REPAIRING or tables.assets[a].damage == CALLED)


@helper
def begin_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int) -> None:
    """Start a repair where crews are unlimited, else call for them."""
    if graph.assets[a].needs_crew:
        move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_CALLED)
        row = emit(tables.events, tables.counts, t, W_CALLED, a, cause, DISPATCH, 0, 0)
        contribute(tables, row, wide(tables.assets[a].damage_row))
        tables.events[row].other = tables.assets[a].was_dead
        tables.assets[a].repair_row = row
        call(tables, a)
    else:
        start_repair(graph, tables, t, a, cause)


@helper
def call(tables: Tables, number: int) -> None:
    """Have the engine told of an asset whose repair is called for; of one that is called off as ``-1 - asset``."""
    tables.lists[tables.counts[CALLED_COUNT]].called = number
    tables.counts[CALLED_COUNT] += 1


@helper
def start_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int) -> None:
    """Start a repair that ends by itself after its stages."""
    move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_REPAIR_STARTED)
    lasts_s = graph.assets[a].repair_dead if tables.assets[a].was_dead else graph.assets[a].repair_live
    # A repair that takes no time is over in the same instant: its start stands before its end.
    phase, level = (DISPATCH, 0) if lasts_s > 0 else (REPAIR, -3)
    row = emit(tables.events, tables.counts, t, W_REPAIR_STARTED, a, cause, phase, level, 0)
    contribute(tables, row, wide(tables.assets[a].damage_row))
    tables.events[row].other = tables.assets[a].was_dead
    tables.assets[a].repair_row = row
    tables.assets[a].repair_end = t + lasts_s
    push(tables, t + lasts_s, T_REPAIR, a)


@helper
def undo_repair(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    """Have a repair start over once the water has left again."""
    move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_REPAIR_UNDONE)
    emit(tables.events, tables.counts, t, W_REPAIR_UNDONE, a, cause, phase, level, 0)
    tables.assets[a].repair_end = -1
    if graph.assets[a].needs_crew:
        call(tables, -1 - a)


@helper
def flood(graph: Graph, tables: Tables, t: int, a: int, cause: int, phase: int, level: int) -> None:
    """Put an asset's live parts in water, and note the circuits that it trips."""
    move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_FLOODED)
    row = emit(tables.events, tables.counts, t, W_FLOODED, a, cause, phase, level, 0)
    tables.assets[a].damage_row = row
    tables.assets[a].was_dead = tables.assets[a].dead
    mark(graph, tables, a)
    for k in range(graph.assets[a].circuits, graph.assets[a + 1].circuits):
        circuit = wide(graph.circuits[k])
        tables.assets[circuit].wet_lamps += 1
        tables.assets[circuit].reset_at = -1
        n = tables.counts[PAIRS]
        tables.pairs[n, 0] = circuit
        tables.pairs[n, 1] = row
        tables.counts[PAIRS] = n + 1


@helper
def trip(graph: Graph, tables: Tables, t: int, phase: int, level: int) -> None:
    """Open the protection of the circuits noted; further lamps of the same second contribute."""
    for k in range(tables.counts[PAIRS]):
        circuit = wide(tables.pairs[k, 0])
        cause = wide(tables.pairs[k, 1])
        if tables.assets[circuit].protection == CLOSED:
            move(graph.moves, tables.assets, tables.counts, PROTECTION, circuit, W_TRIPPED)
            tables.assets[circuit].trip_row = emit(tables.events, tables.counts, t, W_TRIPPED, circuit, cause, phase,
                                                   level, 0)
            tables.assets[circuit].trip_lamp = tables.events[cause].asset
            mark(graph, tables, circuit)
        elif tables.assets[circuit].trip_row >= tables.counts[INSTANT]:
            contribute(tables, wide(tables.assets[circuit].trip_row), cause)
    tables.counts[PAIRS] = 0


@helper
def cross(graph: Graph, tables: Tables, t: int, a: int, bit: int, is_up: bool) -> None:
    """Let the water pass one level of an asset."""
    assets = tables.assets
    if is_up:
        assets[a].wet |= bit
    else:
        assets[a].wet &= ~bit
    if assets[a].dry_fact:
        # Seen dry: the computed water is kept in mind and does nothing, until the fact ends.
        fact = wide(assets[a].dry_index)
        if is_up and bit == TOUCH and tables.contradicted_s[fact] < 0:
            tables.contradicted_s[fact] = t
        return
    if bit == TOUCH:
        row = emit(tables.events, tables.counts, t, W_TOUCHED if is_up else W_WATER_LEFT, a, -1, WATER, 0, 0)
        if is_up and is_under_repair(tables, a):
            undo_repair(graph, tables, t, a, row, WATER, FIRST)
        return
    if is_up:
        if bit == FAIL:
            if tables.assets[a].damage == SOUND:
                flood(graph, tables, t, a, NOWHERE, WATER, FIRST)
            elif is_under_repair(tables, a):
                undo_repair(graph, tables, t, a, NOWHERE, WATER, FIRST)
    elif tables.assets[a].damage == FLOODED and not assets[a].wet & (FAIL | RECEDE):
        begin_repair(graph, tables, t, a, emit(tables.events, tables.counts, t, W_RECEDED, a, -1, WATER, 0, 0))


@helper
def end_repair(graph: Graph, tables: Tables, t: int, reset_s: int, a: int) -> None:
    """Have an asset be sound again, and the circuits it tripped closed once the last of their lamps is."""
    assets = tables.assets
    move(graph.moves, tables.assets, tables.counts, DAMAGE, a, W_REPAIRED)
    assets[a].repair_end = -1
    row = emit(tables.events, tables.counts, t, W_REPAIRED, a, wide(assets[a].repair_row), REPAIR, -2, 0)
    note_cleared(tables, t, a, M_FLOODED, row, a)
    mark(graph, tables, a)
    for k in range(graph.assets[a].circuits, graph.assets[a + 1].circuits):
        circuit = wide(graph.circuits[k])
        assets[circuit].wet_lamps -= 1
        assets[circuit].last_lamp = a
        if assets[circuit].wet_lamps == 0 and tables.assets[circuit].protection == TRIPPED:
            assets[circuit].reset_at = t + reset_s
            assets[circuit].lamp_row = row
            push(tables, t + reset_s, T_RESET, circuit)


@helper
def ring(graph: Graph, tables: Tables, t: int, reset_s: int, sort: int, number: int) -> None:
    """Act on a timer that is due, unless it was overtaken."""
    assets = tables.assets
    if sort == T_REPAIR:
        if tables.assets[number].damage == REPAIRING and assets[number].repair_end == t:
            end_repair(graph, tables, t, reset_s, number)
    elif sort == T_RESET:
        if assets[number].reset_at != t or tables.assets[number].protection != TRIPPED:
            return
        move(graph.moves, tables.assets, tables.counts, PROTECTION, number, W_RESET)
        assets[number].reset_at = -1
        lamp = wide(assets[number].last_lamp)
        cause = wide(assets[number].lamp_row)
        row = emit(tables.events, tables.counts, t, W_RESET, number, cause, REPAIR, -1, 0)
        note_cleared(tables, t, number, M_TRIPPED, row, lamp)
        mark(graph, tables, number)
    elif sort == T_BUFFER:
        if assets[number].buffer_end == t:
            mark(graph, tables, number)
    else:
        # A transfer is done: the group is looked at again. ``number`` is the consumer.
        mark(graph, tables, number)
        watch(tables, number)
