"""What the scenario and facts declare (rules 5 and 11 of the design)."""

from __future__ import annotations

from twin.kernels.supply.codes import (
    A_CUT,
    A_DRY,
    A_FAIL,
    A_IN_SERVICE,
    A_OUT,
    A_RESTORE,
    CONNECTED,
    CUT,
    FACT_IN,
    FACT_OUT,
    FAIL,
    FAILED,
    FAILURE,
    FLOODED,
    INTACT,
    M_CUT,
    M_FAILED,
    NO_FACT,
    SCENARIO,
    SECOND,
    SOUND,
    SWITCH,
    TOUCH,
    W_CLEARED,
    W_CUT,
    W_FAILED,
    W_REPORTED,
)
from twin.kernels.supply.damage import begin_repair, flood, is_under_repair, note_cleared, undo_repair
from twin.kernels.supply.log import emit, move
from twin.kernels.supply.marks import mark
from twin.kernels.supply.tables import Graph, Tables, helper


@helper
def note_contradiction(tables: Tables, t: int, index: int) -> None:
    """Note the first moment at which the computation says otherwise than a fact."""
    if tables.contradicted_s[index] < 0:
        tables.contradicted_s[index] = t


@helper
def declare(graph: Graph, tables: Tables, t: int, a: int, action: int, index: int) -> None:
    """Do what the scenario or a fact says of one asset."""
    assets = tables.assets
    if action == A_FAIL:
        if tables.assets[a].failure == INTACT:
            move(graph.moves, tables.assets, tables.counts, FAILURE, a, W_FAILED)
            assets[a].failure_row = emit(tables.events, tables.counts, t, W_FAILED, a, -1, SCENARIO, 0, 0)
            tables.events[assets[a].failure_row].other = index
    elif action == A_CUT:
        if tables.assets[a].switch == CONNECTED:
            move(graph.moves, tables.assets, tables.counts, SWITCH, a, W_CUT)
            assets[a].cut_row = emit(tables.events, tables.counts, t, W_CUT, a, -1, SCENARIO, 0, 0)
            tables.events[assets[a].cut_row].other = index
    elif action == A_RESTORE:
        if tables.assets[a].failure == FAILED or tables.assets[a].switch == CUT:
            row = emit(tables.events, tables.counts, t, W_CLEARED, a, -1, SCENARIO, 0, 0)
            tables.events[row].other = index
            if tables.assets[a].failure == FAILED:
                move(graph.moves, tables.assets, tables.counts, FAILURE, a, W_CLEARED)
                note_cleared(tables, t, a, M_FAILED, row, a)
            if tables.assets[a].switch == CUT:
                move(graph.moves, tables.assets, tables.counts, SWITCH, a, W_CLEARED)
                note_cleared(tables, t, a, M_CUT, row, a)
    else:
        row = emit(tables.events, tables.counts, t, W_REPORTED, a, -1, SCENARIO, 0, 0)
        tables.events[row].other = index
        if action != A_DRY and assets[a].fact == FACT_OUT:
            note_cleared(tables, t, a, M_FAILED, row, a)
        if action in (A_OUT, A_IN_SERVICE):
            assets[a].fact = FACT_OUT if action == A_OUT else FACT_IN
            assets[a].fact_row = row
            assets[a].fact_index = index
        elif action == A_DRY:
            assets[a].dry_fact = 1
            assets[a].dry_index = index
            if assets[a].wet & TOUCH and tables.contradicted_s[index] < 0:
                tables.contradicted_s[index] = t
            if tables.assets[a].damage == FLOODED:
                begin_repair(graph, tables, t, a, row)
        else:
            assets[a].fact = NO_FACT
            if assets[a].dry_fact:
                assets[a].dry_fact = 0
                if assets[a].wet & FAIL and tables.assets[a].damage == SOUND:
                    flood(graph, tables, t, a, row, SCENARIO, SECOND)
                elif assets[a].wet & (TOUCH | FAIL) and is_under_repair(tables, a):
                    undo_repair(graph, tables, t, a, row, SCENARIO, SECOND)
    mark(graph, tables, a)
