"""The log of a run: events and who else contributed, moves of a state, outages opened."""

from __future__ import annotations

import numba
from numba import types

from twin.kernels.jit import LEAN, jit
from twin.kernels.supply.codes import (
    CONTRIBUTORS,
    DAMAGE,
    ERROR_ASSET,
    ERROR_STATE,
    ERROR_WHAT,
    EVENTS,
    FAILURE,
    OUTAGES,
    PROTECTION,
    SCENARIO,
    SERVICE,
    SUPPLY,
    SWITCH,
    TRIGGER,
)
from twin.kernels.supply.tables import ASSET, EVENT, Records, Tables, helper, wide
from twin.quantities import Int8Array, Int64Array

_EVENTS = numba.from_dtype(EVENT)[::1]


@jit(types.int64(_EVENTS, types.int64[::1], *[types.int64] * 7), no_cpython_wrapper=True, no_cfunc_wrapper=True,
     **LEAN)
def emit(events: Records, counts: Int64Array, t: int, what: int, asset: int, cause: int, phase: int, level: int,
         turn: int) -> int:
    """Write an event and give its row."""
    row = int(counts[EVENTS])
    event = events[row]
    event.time = t
    event.what = what
    event.asset = asset
    event.cause = cause
    event.phase = phase
    event.level = level
    event.round = turn
    event.other = -1
    counts[EVENTS] = row + 1
    if phase <= SCENARIO:
        counts[TRIGGER] = row
    return row


@helper
def contribute(tables: Tables, row: int, contributor: int) -> None:
    """Add an event without which another would not have happened."""
    n = tables.counts[CONTRIBUTORS]
    tables.contributors[n, 0] = row
    tables.contributors[n, 1] = contributor
    tables.counts[CONTRIBUTORS] = n + 1


@helper
def state_of(assets: Records, region: int, asset: int) -> int:
    """Give the state of one region of an asset."""
    one = assets[asset]
    if region == SERVICE:
        return wide(one.service)
    if region == SUPPLY:
        return wide(one.supply)
    if region == DAMAGE:
        return wide(one.damage)
    if region == PROTECTION:
        return wide(one.protection)
    if region == FAILURE:
        return wide(one.failure)
    return wide(one.switch if region == SWITCH else one.supervision)


@helper
def put_state(assets: Records, region: int, asset: int, state: int) -> None:
    """Put one region of an asset into a state."""
    one = assets[asset]
    if region == SERVICE:
        one.service = state
    elif region == SUPPLY:
        one.supply = state
    elif region == DAMAGE:
        one.damage = state
    elif region == PROTECTION:
        one.protection = state
    elif region == FAILURE:
        one.failure = state
    elif region == SWITCH:
        one.switch = state
    else:
        one.supervision = state


@jit(types.void(types.int8[:, ::1], numba.from_dtype(ASSET)[::1], types.int64[::1], *[types.int64] * 3),
     no_cpython_wrapper=True, no_cfunc_wrapper=True, **LEAN)
def move(moves: Int8Array, assets: Records, counts: Int64Array, region: int, asset: int, what: int) -> None:
    """Move one region of an asset's state as the table allows; else leave it and say so."""
    state = state_of(assets, region, asset)
    after = moves[state, what]
    if after < 0:
        # The first is what went wrong; others may follow from it.
        if counts[ERROR_ASSET] < 0:
            counts[ERROR_ASSET] = asset
            counts[ERROR_STATE] = state
            counts[ERROR_WHAT] = what
    else:
        put_state(assets, region, asset, after)


@helper
def open_outage(tables: Tables, t: int, a: int, mechanism: int, cause: int, root: int, root_mechanism: int,
                event: int) -> None:
    """Write the row of an outage that begins."""
    row = int(tables.counts[OUTAGES])
    outage = tables.outages[row]
    outage.asset = a
    outage.start = t
    outage.end = -1
    outage.by = mechanism
    outage.cause = cause
    outage.root = root
    outage.root_by = root_mechanism
    outage.held_by = -1
    outage.held = -1
    outage.event = event
    tables.counts[OUTAGES] = row + 1
    tables.assets[a].outage = row
    tables.assets[a].out_row = event
