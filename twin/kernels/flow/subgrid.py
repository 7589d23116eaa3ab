"""One step of coarse cells over a fine terrain: levels, faces, water.

Two rules make the coarse step true to the fine one:

* **Who runs, runs as deep as he is.** A level surface in a cell on a slope stands in its lowest corner and would leave
  too fast. So the mean depth with which a face draws on the cell above it is no more than that cell's mean depth above
  its pockets: on a slope this is the kinematic film, in a pond it changes nothing. Backwater from below counts in full.
* **A sliver does not set the step.** A cell that is wet only along a bank answers faster than the step can follow.
  Where a wave over a face would outrun the step, the face gets the inertia that it needs to stay behind; steady flow
  and still water are untouched.

Idea of tables of storage and conveyance: van Ormondt et al. 2025, doi:10.5194/gmd-18-843-2025.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels.flow.arrays import (
    FAST,
    LAST_KNOT,
    STRIP_ROWS,
    TILE_COLUMNS,
    Conveyance,
    Fields,
    G,
    Scalar,
    Spans,
    Storage,
    f32,
)
from twin.kernels.flow.face import advected, bits, inverse_cube_root, knot, knot_below, root_flow
from twin.kernels.flow.sweep import depths
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int32Array

Row = Any
#: Beyond any water and any level; an infinite number is not allowed where maths is fast.
_EVER = f32(1e30)


@jit(error_model="numpy")
def piece_of_cell(storage: Storage, i: Scalar, j: Scalar, free: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """Give the piece of a cell's table that holds at its free water: at, slope, begin, end."""
    top, full, share = storage.top[i, j], storage.full[i, j], storage.share[i, j]
    if share <= f32(0):
        return f32(0), f32(0), -_EVER, _EVER
    k = knot_below(free, top, full)
    if k == LAST_KNOT:
        return storage.knots[i, j, k] - full / share, f32(1) / share, full, _EVER
    begin, end = knot(top, full, k), knot(top, full, k + 1)
    slope = (storage.knots[i, j, k + 1] - storage.knots[i, j, k]) / (end - begin)
    return storage.knots[i, j, k] - slope * begin, slope, begin if k > 0 else -_EVER, end


@jit(error_model="numpy")
def level_of(storage: Storage, i: Scalar, j: Scalar, h: Scalar) -> tuple[Scalar, Scalar]:
    """Give the level over the datum of a cell that holds ``h`` [m], and the part of it that is wet."""
    free = max(h - storage.pocket[i, j], f32(0))
    at, slope, _, _ = piece_of_cell(storage, i, j, free)
    return max(at + slope * free, f32(0)), (f32(1) / slope if slope > f32(0) else f32(1))


@jit(error_model="numpy")
def water_of(storage: Storage, i: Scalar, j: Scalar, level: Scalar) -> Scalar:
    """Give the water of a cell at a level over its datum [m], its pockets full: the inverse of ``level_of``."""
    top, full, share = storage.top[i, j], storage.full[i, j], storage.share[i, j]
    pocket, knots = storage.pocket[i, j], storage.knots[i, j]
    if share <= f32(0):
        return f32(0)
    if level <= f32(0):
        return pocket
    if level >= knots[LAST_KNOT]:
        return pocket + full + (level - knots[LAST_KNOT]) * share
    k = np.searchsorted(knots, level, side="right") - 1
    low, high = knot(top, full, k), knot(top, full, k + 1)
    return pocket + low + (level - knots[k]) / (knots[k + 1] - knots[k]) * (high - low)


@jit(error_model="numpy")
def _next_piece_of_cell(storage: Storage, i: Scalar, j: Scalar, free: Scalar) -> None:
    """Take up the piece that holds at the free water of a cell."""
    at, slope, begin, end = piece_of_cell(storage, i, j, free)
    storage.at[i, j], storage.slope[i, j], storage.begin[i, j], storage.end[i, j] = at, slope, begin, end
    storage.wet[i, j] = f32(1) / slope if slope > f32(0) else f32(1)


@jit(error_model="numpy")
def _next_piece_of_face(face: Conveyance, i: Scalar, j: Scalar, w: Scalar) -> None:
    """Take up the piece of a face that holds at the level ``w`` over its lowest ground."""
    top, full, depth = face.top[i, j], face.full[i, j], face.depths[i, j]
    if top <= f32(0):
        face.at[i, j], face.slope[i, j], face.begin[i, j], face.end[i, j] = f32(0), f32(0), -_EVER, _EVER
        return
    k = knot_below(w, top, full)
    if k == LAST_KNOT:
        face.slope[i, j], face.at[i, j] = face.share[i, j], depth[k] - face.share[i, j] * full
        face.begin[i, j], face.end[i, j] = full, _EVER
        return
    begin, end = knot(top, full, k), knot(top, full, k + 1)
    slope = (depth[k + 1] - depth[k]) / (end - begin)
    face.slope[i, j], face.at[i, j] = slope, depth[k] - slope * begin
    face.begin[i, j], face.end[i, j] = begin if k > 0 else -_EVER, end


@jit(fastmath=FAST, error_model="numpy")
def _levels(h: Row, pocket: Row, at: Row, slope: Row, begin: Row, end: Row, level: Row, free: Row,
        left: Row) -> Scalar:
    """Give a row of levels and of free water; gives whether any cell has left its piece, and marks those."""
    some = np.int32(0)
    for k in range(len(level)):
        above = max(h[k] - pocket[k], f32(0))
        free[k] = above
        level[k] = at[k] + slope[k] * above
        gone = np.int32(1) if (above < begin[k]) | (above >= end[k]) else np.int32(0)
        left[k] = gone
        some = max(some, gone)
    return some


@jit(error_model="numpy")
def _level_row(storage: Storage, h: Float32Array, level: Float32Array, free: Float32Array, left: Int32Array, i: Scalar,
        c0: Scalar, c1: Scalar) -> None:
    """Give columns c0..c1-1 of row ``i`` their levels and free water."""
    some = _levels(h[i, c0:c1], storage.pocket[i, c0:c1], storage.at[i, c0:c1], storage.slope[i, c0:c1],
                   storage.begin[i, c0:c1], storage.end[i, c0:c1], level[i, c0:c1], free[i, c0:c1], left[c0:c1])
    if some == 0:
        return
    # Again as a loop over the block, not cell by cell: every lane then is rounded alike, whoever left its piece.
    for b0 in range(c0, c1, TILE_COLUMNS):
        b1 = min(b0 + TILE_COLUMNS, c1)
        if np.sum(left[b0:b1]) > 0:
            for j in range(b0, b1):
                if left[j] != 0:
                    _next_piece_of_cell(storage, i, j, free[i, j])
            _levels(h[i, b0:b1], storage.pocket[i, b0:b1], storage.at[i, b0:b1], storage.slope[i, b0:b1],
                    storage.begin[i, b0:b1], storage.end[i, b0:b1], level[i, b0:b1], free[i, b0:b1], left[b0:b1])


@jit(parallel=True, fastmath=FAST, nogil=True, error_model="numpy")
def all_levels(storage: Storage, h: Float32Array, level: Float32Array, free: Float32Array, left: Int32Array) -> None:
    """Give every cell its level; ``left`` (jobs, C + 2) is scratch."""
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for job in numba.prange(-(-rows // STRIP_ROWS)):
        for i in range(1 + job * STRIP_ROWS, min(1 + (job + 1) * STRIP_ROWS, rows + 1)):
            _level_row(storage, h, level, free, left[job], i, 1, columns + 1)


@jit(fastmath=FAST, error_model="numpy")
def _faces(i: Scalar, c0: Scalar, c1: Scalar, di: Scalar, dj: Scalar, face: Conveyance, level: Float32Array,
        free: Float32Array, wet: Float32Array, q: Float32Array, across: Float32Array, q2: Float32Array,
        left_row: Int32Array, u: Any, u2: Any, dt: Scalar, dt_dx: Scalar, g_dt_dx: Scalar, reach: Scalar,
        theta: Scalar, film_m: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Make the faces of columns c0..c1-1 of row ``i``, as ``flow_sweep._faces``.

    Gives the greatest speed and level over a face as bits, and whether any face left its piece; those are marked in
    ``left_row`` and have no flow yet. ``reach``: the depth whose wave goes as far as the step allows [m]; see the rule
    of slivers above.
    """
    level0, level1 = level[i - di, c0 - dj:c1 - dj], level[i, c0:c1]
    free0, free1 = free[i - di, c0 - dj:c1 - dj], free[i, c0:c1]
    wet0, wet1 = wet[i - di, c0 - dj:c1 - dj], wet[i, c0:c1]
    low0, low1, begin, end = face.low0[i, c0:c1], face.low1[i, c0:c1], face.begin[i, c0:c1], face.end[i, c0:c1]
    piece_at, piece_slope = face.at[i, c0:c1], face.slope[i, c0:c1]
    rough0, more, most = face.rough[i, c0:c1], face.more[i, c0:c1], face.most[i, c0:c1]
    own, before, behind = q[i, c0:c1], q[i - di, c0 - dj:c1 - dj], q[i + di, c0 + dj:c1 + dj]
    a0, a1 = across[i - di, c0 - dj:c1 - dj], across[i, c0:c1]
    a2, a3 = across[i - di + dj, c0 - dj + di:c1 - dj + di], across[i + dj, c0 + di:c1 + di]
    new, left = q2[i, c0:c1], left_row[c0:c1]
    if u is not None:
        now, u0, u1 = u[i, c0:c1], u[i - di, c0 - dj:c1 - dj], u[i + di, c0 + dj:c1 + dj]
        side0, side1, then = u[i - dj, c0 - di:c1 - di], u[i + dj, c0 + di:c1 + di], u2[i, c0:c1]
    fastest, deepest, some = np.int32(0), np.int32(0), np.int32(0)
    for k in range(c1 - c0):
        w0, w1 = level0[k] - low0[k], level1[k] - low1[k]
        high, low = max(w0, w1), min(w0, w1)
        gone = (high < begin[k]) | (high >= end[k])
        film = free0[k] if w0 >= w1 else free1[k]
        slope, at = piece_slope[k], piece_at[k]
        deep = max(min(at + slope * high, film), at + slope * low)
        hs = max(deep, film_m)
        moved = min(hs, reach * min(wet0[k], wet1[k]))
        r = inverse_cube_root(hs)
        per_depth = r * r * r
        rough = rough0[k] + more[k] * min(per_depth, most[k])
        a = dt * rough * rough * moved * (per_depth * per_depth * per_depth * r)
        q_across = f32(0.25) * ((a0[k] + a1[k]) + (a2[k] + a3[k]))
        drive = g_dt_dx * moved * (w0 - w1)
        if u is not None:
            drive -= moved * per_depth * advected(own[k], before[k], behind[k], now[k], u0[k], u1[k], q_across,
                                                  side0[k], side1[k], deep, dt, dt_dx)
        flow = root_flow(own[k], before[k], behind[k], q_across, drive, a, theta)
        # Who holds no more than the film gives nothing, however deep it stands in his corner: so a tile may rest.
        flow = flow if (deep > film_m) & (film > film_m) & ~gone else f32(0)
        new[k] = flow
        left[k] = np.int32(1) if gone else np.int32(0)
        some = max(some, left[k])
        speed = abs(flow) * per_depth
        if u is not None:
            then[k] = speed if flow > f32(0) else -speed
        fastest = max(fastest, bits(speed))
        deepest = max(deepest, bits(high if deep > film_m else f32(0)))
    return fastest, deepest, some


@jit(error_model="numpy")
def _face_row(i: Scalar, c0: Scalar, c1: Scalar, di: Scalar, dj: Scalar, face: Conveyance, level: Float32Array,
        free: Float32Array, wet: Float32Array, q: Float32Array, across: Float32Array, q2: Float32Array,
        left: Int32Array, u: Any, u2: Any, dt: Scalar, dt_dx: Scalar, g_dt_dx: Scalar, reach: Scalar, theta: Scalar,
        film_m: Scalar) -> tuple[Scalar, Scalar]:
    """Make the faces of columns c0..c1-1 of row ``i``, whoever leaves its piece; gives greatest speed and level."""
    fastest, deepest, some = _faces(i, c0, c1, di, dj, face, level, free, wet, q, across, q2, left, u, u2, dt, dt_dx,
                                    g_dt_dx, reach, theta, film_m)
    if some == 0:
        return fastest, deepest
    # Again as a loop over the block, not face by face: every lane then is rounded alike, whoever left its piece.
    for b0 in range(c0, c1, TILE_COLUMNS):
        b1 = min(b0 + TILE_COLUMNS, c1)
        if np.sum(left[b0:b1]) == 0:
            continue
        for j in range(b0, b1):
            if left[j] != 0:
                _next_piece_of_face(face, i, j, max(level[i - di, j - dj] - face.low0[i, j],
                                                    level[i, j] - face.low1[i, j]))
        speed, depth, some = _faces(i, b0, b1, di, dj, face, level, free, wet, q, across, q2, left, u, u2, dt, dt_dx,
                                    g_dt_dx, reach, theta, film_m)
        fastest, deepest = max(fastest, speed), max(deepest, depth)
    return fastest, deepest


@jit(parallel=True, fastmath=FAST, error_model="numpy", nogil=True)
def sweep_subgrid(spans: Spans, old: Fields, new: Fields, storage: Storage, x: Conveyance, y: Conveyance,
        level: Float32Array, free: Float32Array, left: Int32Array, ux: Any, uy: Any, ux2: Any, uy2: Any,
        weight: Float32Array, carry: Float32Array, overdrawn: BoolArray, tops: Int32Array, dt: Scalar, dx: Scalar,
        rain_m: Scalar, theta: Scalar, film_m: Scalar, reach: Scalar) -> None:
    """Make one step of all active spans; ``tops[job]`` gets the greatest speed and level over a face as bits.

    Storage, conveyance, levels and scratch are those of ``Subgrid``, one by one: numba hands no tuple inside a tuple to
    its threads.
    """
    g_dt_dx, dt_dx = G * dt / dx, dt / dx
    h, qx, qy, h2, qx2, qy2 = old.h, old.qx, old.qy, new.h, new.qx, new.qy
    wet = storage.wet
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    rows = h.shape[0] - 2
    jobs = len(strip)
    for job in numba.prange(jobs):
        first = 1 + strip[job] * STRIP_ROWS
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            for span in range(first_span[job], first_span[job + 1]):
                _level_row(storage, h, level, free, left[job], i, begin[span], end[span])
    for job in numba.prange(jobs):
        first = 1 + strip[job] * STRIP_ROWS
        fastest, deepest = np.int32(0), np.int32(0)
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            for span in range(first_span[job], first_span[job + 1]):
                c0, c1 = begin[span], end[span]
                speed, depth = _face_row(i, c0, c1, 0, 1, x, level, free, wet, qx, qy, qx2, left[job], ux, ux2, dt,
                                         dt_dx, g_dt_dx, reach, theta, film_m)
                fastest, deepest = max(fastest, speed), max(deepest, depth)
                speed, depth = _face_row(i, c0, c1, 1, 0, y, level, free, wet, qy, qx, qy2, left[job], uy, uy2, dt,
                                         dt_dx, g_dt_dx, reach, theta, film_m)
                fastest, deepest = max(fastest, speed), max(deepest, depth)
        tops[job, 0], tops[job, 1] = fastest, deepest
    for job in numba.prange(jobs):
        first = 1 + strip[job] * STRIP_ROWS
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            least = np.int32(0)
            for span in range(first_span[job], first_span[job + 1]):
                _, low = depths(i, begin[span], end[span], h, qx2, qy2, h2, weight, carry, dt_dx, rain_m)
                least = min(least, low)
            overdrawn[i] = least < 0
