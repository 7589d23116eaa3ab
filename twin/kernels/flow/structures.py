"""What happens at single places in a step: edges and barriers, inflows, pumps and culverts, overdrawn cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.kernels.flow.arrays import (
    CREATED,
    CULVERT,
    DEPTH,
    FLOW,
    LAST_KNOT,
    NORMAL,
    PUMP,
    REPAIRS,
    ROUNDING_M,
    SPEED,
    STAGE,
    TIME,
    Fields,
    Moves,
    Scalar,
    Series,
    Sources,
    Special,
    Tally,
    f32,
)
from twin.kernels.flow.downscale import runs_at
from twin.kernels.flow.face import knot, knot_below
from twin.kernels.flow.subgrid import level_of
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray

#: Broad-crested weir [m^0.5/s] and Villemonte's submergence, doi:10.1061/(ASCE)0733-9429; orifice coefficient.
WEIR = 1.7
ORIFICE = 0.6


@jit(error_model="numpy")
def _value(series: Series, s: Scalar, t: Scalar) -> Scalar:
    """Give series ``s`` at ``t``: linear between rows, its ends held."""
    first, last = series.first[s], series.first[s + 1]
    times, values = series.times_s, series.values
    k = first + np.searchsorted(times[first:last], t, side="right")
    if k == first:
        return values[first]
    if k == last:
        return values[last - 1]
    return values[k - 1] + (values[k] - values[k - 1]) * (t - times[k - 1]) / (times[k] - times[k - 1])


@jit(error_model="numpy")
def _between(series: Series, s: Scalar, t: Scalar, dt: Scalar) -> Scalar:
    """Give the integral of series ``s`` from ``t`` to ``t + dt``: nothing before it, its last value held after it."""
    first, last = series.first[s], series.first[s + 1]
    times, values = series.times_s, series.values
    end = t + dt
    now = max(t, times[first])
    k = first + np.searchsorted(times[first:last], now, side="right") - 1
    total = 0.0
    while now < end:
        if k + 1 >= last:
            return total + values[last - 1] * (end - now)
        until = min(times[k + 1], end)
        slope = (values[k + 1] - values[k]) / (times[k + 1] - times[k])
        total += (values[k] + slope * (0.5 * (now + until) - times[k])) * (until - now)
        now = until
        k += 1
    return total


@jit(error_model="numpy")
def _weir(over0: Scalar, over1: Scalar) -> Scalar:
    """Give the flow over a wall from the heads above its crest [m2/s]: broad-crested, drowned after Villemonte 1947."""
    high, low = max(over0, over1), max(min(over0, over1), 0.0)
    if high <= 0.0:
        return 0.0
    flow = WEIR * high ** 1.5 * (1.0 - (low / high) ** 1.5) ** 0.385
    return flow if over0 >= over1 else -flow


@jit(error_model="numpy")
def _over_barrier(crest0: FloatArray, crest1: FloatArray, level0: Scalar, level1: Scalar, q: Scalar,
        g_dt_dx: Scalar) -> Scalar:
    """Give the new flow over the places of a barrier [m2/s] from the levels beside it and the flow that there was.

    The water over the crest has inertia like any other, and so much friction that a steady flow is the weir's. A weir
    alone answers the faster the nearer the levels are to each other: drowned, it would pump energy into the waves.
    """
    places = len(crest0)
    weir, drive = 0.0, 0.0
    for m in range(places):
        if crest0[m] < np.inf:
            over0, over1 = level0 - crest0[m], level1 - crest1[m]
            weir += _weir(over0, over1) / places
            drive += g_dt_dx * max(over0, over1, 0.0) * (over0 - over1) / places
    if weir == 0.0:
        return 0.0
    b = drive + (q if q * drive > 0.0 else 0.0)
    return 2.0 * b / (1.0 + np.sqrt(1.0 + 4.0 * abs(drive) / weir**2 * abs(b)))


@jit(error_model="numpy")
def _carries(special: Special, k: Scalar, w: Scalar) -> tuple[Scalar, Scalar]:
    """Give mean depth and ``sqrt(g) n`` of a special face at the level ``w`` over its lowest ground."""
    top, full = special.top[k], special.full[k]
    if w <= 0.0 or top <= 0.0:
        return 0.0, 1.0
    if w >= full:
        return special.depths[k, LAST_KNOT] + (w - full) * special.share[k], special.roughs[k, LAST_KNOT]
    at = knot_below(w, top, full)
    low, high = knot(top, full, at), knot(top, full, at + 1)
    part = (w - low) / (high - low)
    return (special.depths[k, at] + part * (special.depths[k, at + 1] - special.depths[k, at]),
            special.roughs[k, at] + part * (special.roughs[k, at + 1] - special.roughs[k, at]))


@jit(error_model="numpy")
def _cover(storage: Any, i: Scalar, j: Scalar) -> Scalar:
    """Give the part of a cell that water can cover."""
    if storage is not None:
        return max(np.float64(storage.share[i, j]), 0.01)
    return 1.0


@jit(error_model="numpy")
def step_for_places(special: Special, sources: Sources, moves: Moves, series: Series, storage: Any, t: Scalar,
        dt: Scalar, dx: Scalar, cfl: Scalar) -> Scalar:
    """Give the step [s] that the water at single places allows, ``dt`` at most.

    A level behind an edge sends waves before any water is inside. What is poured into a cell in a step must not stand
    deeper there than its wave can leave: dt <= cfl dx / sqrt(g q dt / A), solved for dt; A is the ground that water can
    cover. ``storage`` is None where cells are flat.
    """
    for k in range(len(special.i)):
        if special.kind[k] == STAGE:
            outside = max(_value(series, special.series[k], t), _value(series, special.series[k], t + dt))
            deep = outside - special.number[k] - (special.low1[k] if special.side[k] > 0 else special.low0[k])
            if deep > 0.0:
                dt = min(dt, cfl * dx / np.sqrt(9.80665 * deep))
    most = 0.0
    for k in range(len(special.i)):
        if special.kind[k] == FLOW:
            rate = max(_value(series, special.series[k], t), _value(series, special.series[k], t + dt))
            i, j = special.i[k], special.j[k]
            if special.side[k] < 0:
                i, j = i - special.axis[k], j - (1 - special.axis[k])
            most = max(most, special.number[k] * dx * rate / _cover(storage, i, j))
    for k in range(len(sources.i)):
        rate = max(_value(series, sources.series[k], t), _value(series, sources.series[k], t + dt))
        most = max(most, sources.share[k] * rate / _cover(storage, sources.i[k], sources.j[k]))
    for m in range(len(moves.kind)):
        if moves.kind[m] == PUMP and moves.to_i[m] >= 0 and moves.from_s[m] <= t < moves.to_s[m]:
            most = max(most, moves.capacity_m3_s[m] / _cover(storage, moves.to_i[m], moves.to_j[m]))
    if most > 0.0:
        dt = min(dt, (cfl * dx) ** (2.0 / 3.0) * (dx * dx / (9.80665 * most)) ** (1.0 / 3.0))
    return dt


@jit(error_model="numpy")
def special_faces(special: Special, series: Series, level: Float32Array, free: Float32Array, old: Fields, new: Fields,
        tally: Tally, ux2: Any, uy2: Any, dt: Scalar, dx: Scalar, film_m: Scalar) -> None:
    """Give edges and standing barriers their flow, and the cells beside them the water.

    ``level`` and ``free`` are those of ``Subgrid``; of a flat cell both are its depth.
    """
    dt_dx = f32(dt / dx)
    clock = tally.clock
    t = clock[TIME]
    for k in range(len(special.i)):
        axis, i, j, side, kind = special.axis[k], special.i[k], special.j[k], special.side[k], special.kind[k]
        i0, j0 = (i, j - 1) if axis == 0 else (i - 1, j)
        # Levels over the lowest ground of the face; at an edge only one side has a cell.
        w0, w1 = np.float64(level[i0, j0]) - special.low0[k], np.float64(level[i, j]) - special.low1[k]
        inside = w1 if side > 0 else w0
        film = np.float64(free[i, j] if side > 0 else free[i0, j0])
        flow, deep = 0.0, 0.0
        if kind == FLOW:
            flow = side * special.number[k] * _between(series, special.series[k], t, dt) / dt
        elif kind == NORMAL:
            depth, rough = _carries(special, k, inside)
            deep = min(depth, film)
            if deep > film_m:
                root = np.cbrt(deep)
                flow = -side * deep * root * root * np.sqrt(special.number[k] * 9.80665) / rough
        elif kind == STAGE:
            low = special.low1[k] if side > 0 else special.low0[k]
            outside = max(_value(series, special.series[k], t + dt) - special.number[k], 0.0) - low
            w0, w1 = (outside, w1) if side > 0 else (w0, outside)
            deep, rough = _carries(special, k, max(w0, w1))
            if inside > outside:
                deep = max(min(deep, film), _carries(special, k, outside)[0])
            if deep > film_m:
                q = np.float64(old.qx[i, j] if axis == 0 else old.qy[i, j])
                b = q + 9.80665 * deep * dt / dx * (w0 - w1)
                a = rough * rough * dt / deep ** (7.0 / 3.0)
                flow = 2.0 * b / (1.0 + np.sqrt(1.0 + 4.0 * a * abs(b)))
        elif not special.from_s[k] <= t < special.to_s[k]:
            continue
        else:
            q = np.float64(old.qx[i, j] if axis == 0 else old.qy[i, j])
            flow = _over_barrier(special.crest0[k], special.crest1[k], np.float64(level[i0, j0]),
                                 np.float64(level[i, j]), q, 9.80665 * dt / dx)
        q2 = f32(flow)
        if axis == 0:
            new.qx[i, j] = q2
        else:
            new.qy[i, j] = q2
        if ux2 is not None and side != 0:
            beside = deep if deep > 0.0 else _carries(special, k, inside)[0]
            velocity = f32(flow / max(beside, film_m))
            if axis == 0:
                ux2[i, j] = velocity
            else:
                uy2[i, j] = velocity
        if side >= 0:
            new.h[i, j] += dt_dx * q2
        if side <= 0:
            new.h[i0, j0] -= dt_dx * q2
        if deep > 0.0:
            clock[SPEED] = max(clock[SPEED], abs(flow) / deep)
            clock[DEPTH] = max(clock[DEPTH], deep)


@jit(error_model="numpy")
def clear_special(special: Special, new: Fields) -> None:
    """Forget what special faces let through two steps ago: a sweep writes none behind the last row and column."""
    for k in range(len(special.i)):
        if special.axis[k] == 0:
            new.qx[special.i[k], special.j[k]] = f32(0)
        else:
            new.qy[special.i[k], special.j[k]] = f32(0)


@jit(error_model="numpy")
def mark_special(special: Special, h2: Float32Array, overdrawn: BoolArray) -> None:
    """Mark the rows in which a special face has drawn more than there was."""
    for k in range(len(special.i)):
        i, j = special.i[k], special.j[k]
        overdrawn[i] |= h2[i, j] < f32(0)
        if special.axis[k] == 0:
            overdrawn[i] |= h2[i, j - 1] < f32(0)
        else:
            overdrawn[i - 1] |= h2[i - 1, j] < f32(0)


@jit(error_model="numpy")
def count_special(special: Special, new: Fields, passed: FloatArray, dt: Scalar, dx: Scalar) -> None:
    """Add what went through special faces to ``passed``, along the axis and against it [m3]."""
    for k in range(len(special.i)):
        q = new.qx[special.i[k], special.j[k]] if special.axis[k] == 0 else new.qy[special.i[k], special.j[k]]
        passed[k, 0 if q > f32(0) else 1] += np.float64(q) * np.float64(f32(dt)) * dx


@jit(error_model="numpy")
def _add(h2: Float32Array, carry: Float32Array, i: Scalar, j: Scalar, depth: Scalar) -> None:
    """Add a little water to a cell without losing what float32 cannot hold."""
    whole = f32(depth + np.float64(carry[i, j]))
    new = h2[i, j] + whole
    carry[i, j] = f32(depth + np.float64(carry[i, j]) - (np.float64(new) - np.float64(h2[i, j])))
    h2[i, j] = new


@jit(error_model="numpy")
def pour(sources: Sources, series: Series, h2: Float32Array, carry: Float32Array, made: FloatArray, t: Scalar,
        dt: Scalar, dx: Scalar) -> None:
    """Pour each series into its cells; ``made[s]`` adds the volume poured [m3]."""
    for k in range(len(sources.i)):
        s = sources.series[k]
        volume = sources.share[k] * _between(series, s, t, dt)
        if volume > 0.0:
            _add(h2, carry, sources.i[k], sources.j[k], volume / (dx * dx))
            made[s] += volume


@jit(error_model="numpy")
def _stands(grid: Any, h2: Float32Array, i: Scalar, j: Scalar, ground: Scalar) -> tuple[Scalar, Scalar]:
    """Give the level of the water over a place in a cell [m over its datum] and the part of the cell that is wet.

    ``ground`` is that of the place. A coarse cell on a slope holds what runs through it in its lowest corner: there the
    water over a place is no deeper than the film that runs.
    """
    water: Scalar = max(h2[i, j], f32(0))
    if grid is None:
        return np.float64(water), 1.0
    storage = grid.storage
    level, wet = level_of(storage, i, j, water)
    share = np.float64(storage.share[i, j])
    free = max(np.float64(water) - np.float64(storage.pocket[i, j]), 0.0)
    runs = runs_at(i, j, grid.x, grid.y, grid.fall_x, grid.fall_y, grid.level)
    stands = max(np.float64(level) - ground, 0.0)
    over = stands - runs * max(stands - free / max(share, 1e-6), 0.0)
    return (ground + over if over > 0.0 else min(np.float64(level), ground),
            np.float64(wet) + runs * (share - np.float64(wet)))


@jit(error_model="numpy")
def move(moves: Moves, grid: Any, h2: Float32Array, carry: Float32Array, moved: FloatArray, t: Scalar, dt: Scalar,
        dx: Scalar) -> None:
    """Let pumps, culverts and gullies carry water from cell to cell, or out.

    ``grid`` is None where cells are flat. ``moved[m]`` adds the volume onwards less that back [m3].
    """
    area = dx * dx
    for m in range(len(moves.kind)):
        if not moves.from_s[m] <= t < moves.to_s[m]:
            continue
        i, j, to_i, to_j = moves.i[m], moves.j[m], moves.to_i[m], moves.to_j[m]
        water = max(np.float64(h2[i, j]), 0.0)
        level, wet = _stands(grid, h2, i, j, moves.ground[m])
        if moves.kind[m] == CULVERT:
            other, wet_there = _stands(grid, h2, to_i, to_j, moves.to_ground[m])
            there = max(np.float64(h2[to_i, to_j]), 0.0)
            sill0, sill1 = moves.ground[m] + moves.second[m], moves.datum[m] + moves.to_ground[m] + moves.second[m]
            head = max(level, sill0, sill1) - max(moves.datum[m] + other, sill0, sill1)
            if head < 0.0 and moves.flap[m]:
                continue
            flow = min(ORIFICE * moves.first[m] * np.sqrt(2.0 * 9.80665 * abs(head)), moves.capacity_m3_s[m])
            # Half of what would level both ends at most: a culvert between two small pools must not swing.
            volume = min(flow * dt, 0.5 * abs(head) * min(wet, wet_there) * area,
                         0.5 * (water if head > 0.0 else there) * area)
            volume = volume if head > 0.0 else -volume
        else:
            if moves.kind[m] == PUMP:
                depth = level - moves.ground[m]
                moves.on[m] = depth >= moves.first[m] or (moves.on[m] and depth > moves.second[m])
                if not moves.on[m]:
                    continue
            volume = min(moves.capacity_m3_s[m] * dt, water * area)
        if volume == 0.0:
            continue
        _add(h2, carry, i, j, -volume / area)
        if to_i >= 0:
            _add(h2, carry, to_i, to_j, volume / area)
        moved[m] += volume


@jit(error_model="numpy")
def repair(overdrawn: BoolArray, new: Fields, carry: Float32Array, clock: FloatArray, dt: Scalar, dx: Scalar) -> None:
    """Give overdrawn cells back what they had not: their outflows are scaled until none is below zero.

    Cells are taken in order of rows; a neighbour that falls below zero by it is taken in the next round.
    """
    h2, qx2, qy2 = new.h, new.qx, new.qy
    rows, columns = h2.shape[0] - 2, h2.shape[1] - 2
    dt_dx = dt / dx
    for _ in range(200):
        found = False
        for i in range(1, rows + 1):
            if not overdrawn[i]:
                continue
            overdrawn[i] = False
            for j in range(1, columns + 1):
                if h2[i, j] >= f32(0):
                    continue
                found = True
                lack = -np.float64(h2[i, j]) / dt_dx
                west, east = max(-np.float64(qx2[i, j]), 0.0), max(np.float64(qx2[i, j + 1]), 0.0)
                north, south = max(-np.float64(qy2[i, j]), 0.0), max(np.float64(qy2[i + 1, j]), 0.0)
                out = west + east + north + south
                h2[i, j] = f32(0)
                clock[REPAIRS] += 1.0
                cut = min(lack / out, 1.0) if out > 0.0 else 0.0
                missing = max(lack - out * cut, 0.0) * dt_dx
                if missing < ROUNDING_M:
                    # No more than the rounding of the step: owed to the next one.
                    carry[i, j] -= f32(missing)
                else:
                    clock[CREATED] += missing * dx * dx
                if west > 0.0:
                    qx2[i, j] = f32(-west * (1.0 - cut))
                    if j > 1:
                        h2[i, j - 1] -= f32(west * cut * dt_dx)
                        overdrawn[i] |= h2[i, j - 1] < f32(0)
                if east > 0.0:
                    qx2[i, j + 1] = f32(east * (1.0 - cut))
                    if j < columns:
                        h2[i, j + 1] -= f32(east * cut * dt_dx)
                        overdrawn[i] |= h2[i, j + 1] < f32(0)
                if north > 0.0:
                    qy2[i, j] = f32(-north * (1.0 - cut))
                    if i > 1:
                        h2[i - 1, j] -= f32(north * cut * dt_dx)
                        overdrawn[i - 1] |= h2[i - 1, j] < f32(0)
                if south > 0.0:
                    qy2[i + 1, j] = f32(south * (1.0 - cut))
                    if i < rows:
                        h2[i + 1, j] -= f32(south * cut * dt_dx)
                        overdrawn[i + 1] |= h2[i + 1, j] < f32(0)
        if not found:
            return
