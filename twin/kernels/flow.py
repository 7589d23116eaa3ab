"""The 2D flow step: local inertia with implicit vector friction (LIE-IV), float32, fused, on active spans of rows.

Layout. Fields are padded by one ghost cell on each side: cell ``(i, j)`` has ``i`` in 1..R and ``j`` in 1..C.
``qx[i, j]`` is the flow per metre of width [m2/s] through the west face of the cell, positive to the east; ``qy[i, j]``
through its north face, positive to the south. ``dzx[i, j] = z[i, j-1] - z[i, j]`` and ``dzy[i, j] = z[i-1, j] -
z[i, j]`` are bed steps made in float64: no absolute height enters, so a datum at 2000 m costs no precision. A step of
``CLOSED`` is a wall. ``rough`` is sqrt(g) n; a face has the mean of its two cells.

Order of a step: faces and depths in one sweep over the old state (``_sweep``), special faces (edges, barriers), sources
and transfers, repair of overdrawn cells. Every number is written by one thread and maxima are reduced as integers, so
results do not depend on the number of threads.

Equations: docs/verification.md. Weighting of faces: de Almeida & Bates 2013, doi:10.1002/wrcr.20366.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from twin.kernels._jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int32Array

f32 = np.float32
#: A number inside a kernel: numba makes it float32, float64 or an integer from what it is handed.
Scalar = Any
G = f32(9.80665)
#: Rows of a strip and columns of a tile: the unit of activity and of parallel work.
STRIP_ROWS = 32
TILE_COLUMNS = 64
#: A bed step beyond half of this is a wall.
CLOSED = f32(1e6)
_WALL = f32(5e5)
#: Kinds of special faces.
FLOW, STAGE, NORMAL, BARRIER = 1, 2, 3, 4
#: Kinds of transfers between cells.
PUMP, CULVERT, GULLY = 1, 2, 3
#: How an ``advance`` ends.
REACHED, COLLAPSED, NOT_FINITE = 0, 1, 2
#: Places in ``clock``.
TIME, SPEED, DEPTH, STEPS, STATUS, DT_LEAST, RAIN_MADE, CREATED, REPAIRS, CELLS, DT_LAST = range(11)
#: Broad-crested weir [m^0.5/s] and Villemonte's submergence, doi:10.1061/(ASCE)0733-9429; orifice coefficient.
WEIR = 1.7
ORIFICE = 0.6
#: A depth below zero by less is rounding, not an overdraft [m].
ROUNDING_M = 1e-6
#: No reassociation: the compensated sums of rain depend on the order written.
_FAST = {"nnan", "ninf", "nsz", "arcp", "contract"}


@intrinsic  # type: ignore[untyped-decorator]
def _bits(context: Any, x: Any) -> Any:
    """Give the bit pattern of a float32 as int32."""
    def build(c: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))
    return types.int32(types.float32), build


@intrinsic  # type: ignore[untyped-decorator]
def _float(context: Any, x: Any) -> Any:
    """Give the float32 of a bit pattern."""
    def build(c: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())
    return types.float32(types.int32), build


@jit(inline="always", fastmath=_FAST, error_model="numpy")
def _inverse_cube_root(x: Scalar) -> Scalar:
    """Give x^(-1/3) to 2e-5 without a pow: a guess from the bits, then two Newton steps."""
    y = _float(np.int32(0x54A2FA8C) - np.int32(f32(_bits(x)) * f32(0.33333334)))
    y = y * (f32(4 / 3) - f32(1 / 3) * x * y * y * y)
    return y * (f32(4 / 3) - f32(1 / 3) * x * y * y * y)


@jit(inline="always", fastmath=_FAST, error_model="numpy")
def _face(dz: Scalar, h0: Scalar, h1: Scalar, q: Scalar, q_before: Scalar, q_behind: Scalar, q_across: Scalar,
        rough_twice: Scalar, quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar, film_m: Scalar,
        advected: Scalar) -> tuple[Scalar, Scalar]:
    """Give the new flow of a face [m2/s] and its speed [m/s]: the exact root of q (1 + a |Q|) = b.

    ``advected`` is what advection takes from the flow in this step [m2/s].
    """
    hf = max(h0 + min(dz, f32(0)), h1 - max(dz, f32(0)))
    hs = max(hf, film_m)
    qb = q + (f32(1) - theta) * (f32(0.5) * (q_before + q_behind) - q)
    drive = g_dt_dx * hs * (dz + (h0 - h1)) - advected
    b = (qb if qb * drive >= f32(0) else q) + drive
    r = _inverse_cube_root(hs)
    per_depth = r * r * r
    a = quarter_dt * rough_twice * rough_twice * per_depth * per_depth * r
    bt = q_across * (f32(1) + a * np.sqrt(q * q + q_across * q_across))
    big = np.sqrt(b * b + bt * bt)
    new = f32(2) * b / (f32(1) + np.sqrt(f32(1) + f32(4) * a * big))
    new = new if hf > film_m else f32(0)
    new = new if abs(dz) < _WALL else f32(0)
    return new, abs(new) * per_depth


# The row loops work on views that start at the same column: with indices like j-1 numba tests for negative ones, and
# LLVM then gathers where it could load (measured: 115 against 317 million faces a second and thread).
@jit(fastmath=_FAST, error_model="numpy")
def _faces_x(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx: Float32Array, qy: Float32Array, dzx: Float32Array,
        rough: Float32Array, qx2: Float32Array, quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar,
        film_m: Scalar) -> Scalar:
    """Make the west faces of columns c0..c1-1 of row ``i``; gives the greatest speed as bits."""
    h0, h1, dz, new = h[i, c0 - 1:c1 - 1], h[i, c0:c1], dzx[i, c0:c1], qx2[i, c0:c1]
    q, before, behind = qx[i, c0:c1], qx[i, c0 - 1:c1 - 1], qx[i, c0 + 1:c1 + 1]
    nw, ne, sw, se = qy[i, c0 - 1:c1 - 1], qy[i, c0:c1], qy[i + 1, c0 - 1:c1 - 1], qy[i + 1, c0:c1]
    g0, g1 = rough[i, c0 - 1:c1 - 1], rough[i, c0:c1]
    top = np.int32(0)
    for k in range(c1 - c0):
        across = f32(0.25) * ((nw[k] + ne[k]) + (sw[k] + se[k]))
        flow, speed = _face(dz[k], h0[k], h1[k], q[k], before[k], behind[k], across, g0[k] + g1[k],
                            quarter_dt, g_dt_dx, theta, film_m, f32(0))
        new[k] = flow
        bits = _bits(speed)
        top = max(top, bits)
    return top


@jit(fastmath=_FAST, error_model="numpy")
def _faces_y(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx: Float32Array, qy: Float32Array, dzy: Float32Array,
        rough: Float32Array, qy2: Float32Array, quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar,
        film_m: Scalar) -> Scalar:
    """Make the north faces of columns c0..c1-1 of row ``i``; gives the greatest speed as bits."""
    h0, h1, dz, new = h[i - 1, c0:c1], h[i, c0:c1], dzy[i, c0:c1], qy2[i, c0:c1]
    q, before, behind = qy[i, c0:c1], qy[i - 1, c0:c1], qy[i + 1, c0:c1]
    nw, ne, sw, se = qx[i - 1, c0:c1], qx[i - 1, c0 + 1:c1 + 1], qx[i, c0:c1], qx[i, c0 + 1:c1 + 1]
    g0, g1 = rough[i - 1, c0:c1], rough[i, c0:c1]
    top = np.int32(0)
    for k in range(c1 - c0):
        across = f32(0.25) * ((nw[k] + ne[k]) + (sw[k] + se[k]))
        flow, speed = _face(dz[k], h0[k], h1[k], q[k], before[k], behind[k], across, g0[k] + g1[k],
                            quarter_dt, g_dt_dx, theta, film_m, f32(0))
        new[k] = flow
        bits = _bits(speed)
        top = max(top, bits)
    return top


@jit(inline="always", fastmath=_FAST, error_model="numpy")
def _advected(q: Scalar, q0: Scalar, q1: Scalar, u: Scalar, u0: Scalar, u1: Scalar, across: Scalar, side0: Scalar,
        side1: Scalar, hf: Scalar, dt: Scalar, dt_dx: Scalar) -> Scalar:
    """Give what upwind advection takes from a face in a step [m2/s]; at most hf times 1 m/s2, as SFINCS bounds it."""
    before, behind = f32(0.5) * (q0 + q), f32(0.5) * (q + q1)
    from_before = before * (u - u0) + f32(0.5) * (u0 + u) * (q - q0)
    from_behind = behind * (u1 - u) + f32(0.5) * (u + u1) * (q1 - q)
    taken = (from_before if before > f32(0) else f32(0)) + (from_behind if behind < f32(0) else f32(0))
    taken = dt_dx * (taken + (across * (u - side0) if across > f32(0) else across * (side1 - u)))
    most = dt * max(hf, f32(0))
    return min(max(taken, -most), most)


@jit(fastmath=_FAST, error_model="numpy")
def _faces_x_advected(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx: Float32Array, qy: Float32Array,
        dzx: Float32Array, rough: Float32Array, qx2: Float32Array, ux: Float32Array, ux2: Float32Array,
        quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar, film_m: Scalar, dt: Scalar, dt_dx: Scalar) -> Scalar:
    """As ``_faces_x`` with advection; ``ux2`` gets the velocity of each face."""
    h0, h1, dz, new = h[i, c0 - 1:c1 - 1], h[i, c0:c1], dzx[i, c0:c1], qx2[i, c0:c1]
    q, before, behind = qx[i, c0:c1], qx[i, c0 - 1:c1 - 1], qx[i, c0 + 1:c1 + 1]
    nw, ne, sw, se = qy[i, c0 - 1:c1 - 1], qy[i, c0:c1], qy[i + 1, c0 - 1:c1 - 1], qy[i + 1, c0:c1]
    g0, g1, u2 = rough[i, c0 - 1:c1 - 1], rough[i, c0:c1], ux2[i, c0:c1]
    u, u0, u1, up, down = (ux[i, c0:c1], ux[i, c0 - 1:c1 - 1], ux[i, c0 + 1:c1 + 1], ux[i - 1, c0:c1],
                           ux[i + 1, c0:c1])
    top = np.int32(0)
    for k in range(c1 - c0):
        across = f32(0.25) * ((nw[k] + ne[k]) + (sw[k] + se[k]))
        hf = max(h0[k] + min(dz[k], f32(0)), h1[k] - max(dz[k], f32(0)))
        taken = _advected(q[k], before[k], behind[k], u[k], u0[k], u1[k], across, up[k], down[k], hf, dt, dt_dx)
        flow, speed = _face(dz[k], h0[k], h1[k], q[k], before[k], behind[k], across, g0[k] + g1[k],
                            quarter_dt, g_dt_dx, theta, film_m, taken)
        new[k] = flow
        u2[k] = speed if flow > f32(0) else -speed
        bits = _bits(speed)
        top = max(top, bits)
    return top


@jit(fastmath=_FAST, error_model="numpy")
def _faces_y_advected(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx: Float32Array, qy: Float32Array,
        dzy: Float32Array, rough: Float32Array, qy2: Float32Array, uy: Float32Array, uy2: Float32Array,
        quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar, film_m: Scalar, dt: Scalar, dt_dx: Scalar) -> Scalar:
    """As ``_faces_y`` with advection; ``uy2`` gets the velocity of each face."""
    h0, h1, dz, new = h[i - 1, c0:c1], h[i, c0:c1], dzy[i, c0:c1], qy2[i, c0:c1]
    q, before, behind = qy[i, c0:c1], qy[i - 1, c0:c1], qy[i + 1, c0:c1]
    nw, ne, sw, se = qx[i - 1, c0:c1], qx[i - 1, c0 + 1:c1 + 1], qx[i, c0:c1], qx[i, c0 + 1:c1 + 1]
    g0, g1, u2 = rough[i - 1, c0:c1], rough[i, c0:c1], uy2[i, c0:c1]
    u, u0, u1, left, right = (uy[i, c0:c1], uy[i - 1, c0:c1], uy[i + 1, c0:c1], uy[i, c0 - 1:c1 - 1],
                              uy[i, c0 + 1:c1 + 1])
    top = np.int32(0)
    for k in range(c1 - c0):
        across = f32(0.25) * ((nw[k] + ne[k]) + (sw[k] + se[k]))
        hf = max(h0[k] + min(dz[k], f32(0)), h1[k] - max(dz[k], f32(0)))
        taken = _advected(q[k], before[k], behind[k], u[k], u0[k], u1[k], across, left[k], right[k], hf, dt, dt_dx)
        flow, speed = _face(dz[k], h0[k], h1[k], q[k], before[k], behind[k], across, g0[k] + g1[k],
                            quarter_dt, g_dt_dx, theta, film_m, taken)
        new[k] = flow
        u2[k] = speed if flow > f32(0) else -speed
        bits = _bits(speed)
        top = max(top, bits)
    return top


@jit(fastmath=_FAST, error_model="numpy")
def _depths(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx2: Float32Array, qy2: Float32Array,
        h2: Float32Array, weight: Float32Array, carry: Float32Array, dt_dx: Scalar,
        rain_m: Scalar) -> tuple[Scalar, Scalar]:
    """Give row ``i`` its new depths; gives the greatest and the least as bits (below zero: overdrawn).

    What float32 cannot add to a depth is kept in ``carry`` for the next step: a drizzle on a deep pond counts.
    """
    old, new, share, kept = h[i, c0:c1], h2[i, c0:c1], weight[i, c0:c1], carry[i, c0:c1]
    west, east, north, south = qx2[i, c0:c1], qx2[i, c0 + 1:c1 + 1], qy2[i, c0:c1], qy2[i + 1, c0:c1]
    top, low = np.int32(0), np.int32(0)
    for k in range(c1 - c0):
        more = dt_dx * ((west[k] - east[k]) + (north[k] - south[k])) + (share[k] * rain_m + kept[k])
        depth = old[k] + more
        # A rounding below zero is owed to the next step; only a true overdraft is repaired.
        depth = f32(0) if (depth < f32(0)) & (depth > -f32(ROUNDING_M)) else depth
        kept[k] = more - (depth - old[k])
        new[k] = depth
        bits = _bits(depth)
        top = max(top, bits)
        low = min(low, bits)
    return top, low


@jit(parallel=True, fastmath=_FAST, error_model="numpy", nogil=True)
def _sweep(job_strip: Int32Array, job_first: Int32Array, span_c0: Int32Array, span_c1: Int32Array,
        h: Float32Array, qx: Float32Array, qy: Float32Array, dzx: Float32Array, dzy: Float32Array,
        rough: Float32Array, h2: Float32Array, qx2: Float32Array, qy2: Float32Array, weight: Float32Array,
        carry: Float32Array, overdrawn: BoolArray, tops: Int32Array, rows: Scalar, dt: Scalar, dx: Scalar,
        rain_m: Scalar, theta: Scalar, film_m: Scalar,
        ux: Float32Array, uy: Float32Array, ux2: Float32Array, uy2: Float32Array, advection: Scalar) -> None:
    """Make one step of all active spans; ``tops[job]`` gets the greatest speed and depth as bits."""
    g_dt_dx, dt_dx, quarter_dt = G * dt / dx, dt / dx, f32(0.25) * dt
    jobs = len(job_strip)
    # The first face row of a strip is read by the strip above it as well: made first, so that nobody waits.
    for job in numba.prange(jobs):
        i = 1 + job_strip[job] * STRIP_ROWS
        speed = np.int32(0)
        for span in range(job_first[job], job_first[job + 1]):
            c0, c1 = span_c0[span], span_c1[span]
            if advection:
                s = _faces_y_advected(i, c0, c1, h, qx, qy, dzy, rough, qy2, uy, uy2, quarter_dt, g_dt_dx, theta,
                                      film_m, dt, dt_dx)
            else:
                s = _faces_y(i, c0, c1, h, qx, qy, dzy, rough, qy2, quarter_dt, g_dt_dx, theta, film_m)
            speed = max(speed, s)
        tops[job, 0] = speed
    for job in numba.prange(jobs):
        first = 1 + job_strip[job] * STRIP_ROWS
        last = min(first + STRIP_ROWS, rows + 1)
        speed, depth = tops[job, 0], np.int32(0)
        for i in range(first, last):
            least = np.int32(0)
            for span in range(job_first[job], job_first[job + 1]):
                c0, c1 = span_c0[span], span_c1[span]
                if advection:
                    s = _faces_x_advected(i, c0, c1, h, qx, qy, dzx, rough, qx2, ux, ux2, quarter_dt, g_dt_dx, theta,
                                          film_m, dt, dt_dx)
                else:
                    s = _faces_x(i, c0, c1, h, qx, qy, dzx, rough, qx2, quarter_dt, g_dt_dx, theta, film_m)
                speed = max(speed, s)
                if i + 1 < last:
                    if advection:
                        s = _faces_y_advected(i + 1, c0, c1, h, qx, qy, dzy, rough, qy2, uy, uy2, quarter_dt, g_dt_dx,
                                              theta, film_m, dt, dt_dx)
                    else:
                        s = _faces_y(i + 1, c0, c1, h, qx, qy, dzy, rough, qy2, quarter_dt, g_dt_dx, theta, film_m)
                    speed = max(speed, s)
                top, low = _depths(i, c0, c1, h, qx2, qy2, h2, weight, carry, dt_dx, rain_m)
                depth = max(depth, top)
                least = min(least, low)
            overdrawn[i] = least < 0
        tops[job, 0] = speed
        tops[job, 1] = depth


@jit(error_model="numpy")
def _value(times: FloatArray, values: FloatArray, first: Scalar, last: Scalar, t: Scalar) -> Scalar:
    """Give a series at ``t``: linear between rows, its ends held."""
    k = first + np.searchsorted(times[first:last], t, side="right")
    if k == first:
        return values[first]
    if k == last:
        return values[last - 1]
    return values[k - 1] + (values[k] - values[k - 1]) * (t - times[k - 1]) / (times[k] - times[k - 1])


@jit(error_model="numpy")
def _integral(times: FloatArray, values: FloatArray, first: Scalar, last: Scalar, t: Scalar) -> Scalar:
    """Give the integral of a series from its first time to ``t``; nothing before it, the last value held after it."""
    total = 0.0
    for k in range(first, last):
        if t <= times[k]:
            break
        end = times[k + 1] if k + 1 < last else t
        if t >= end:
            after = values[k + 1] if k + 1 < last else values[k]
            total += 0.5 * (values[k] + after) * (end - times[k])
        else:
            slope = (values[k + 1] - values[k]) / (end - times[k])
            total += (values[k] + 0.5 * slope * (t - times[k])) * (t - times[k])
    return total


@jit(error_model="numpy")
def _add(h2: Float32Array, carry: Float32Array, i: Scalar, j: Scalar, depth: Scalar) -> None:
    """Add a small depth to a cell without losing what float32 cannot hold."""
    whole = f32(depth + np.float64(carry[i, j]))
    new = h2[i, j] + whole
    carry[i, j] = f32(depth + np.float64(carry[i, j]) - (np.float64(new) - np.float64(h2[i, j])))
    h2[i, j] = new


@jit(fastmath=_FAST, error_model="numpy")
def _weir(over0: Scalar, over1: Scalar) -> Scalar:
    """Give the flow over a wall from the heads above its crest [m2/s]: broad-crested, drowned after Villemonte 1947."""
    high, low = max(over0, over1), max(min(over0, over1), 0.0)
    if high <= 0.0:
        return 0.0
    flow = WEIR * high ** 1.5 * (1.0 - (low / high) ** 1.5) ** 0.385
    return flow if over0 >= over1 else -flow


@jit(error_model="numpy")
def _special(face_axis: Int32Array, face_i: Int32Array, face_j: Int32Array, face_kind: Int32Array,
        face_side: Int32Array, face_series: Int32Array, face_a: FloatArray, face_b: FloatArray,
        face_from: FloatArray, face_to: FloatArray, series_first: Int32Array, series_t: FloatArray,
        series_v: FloatArray, h: Float32Array, qx: Float32Array, qy: Float32Array, rough: Float32Array,
        h2: Float32Array, qx2: Float32Array, qy2: Float32Array, ux2: Float32Array, uy2: Float32Array,
        clock: FloatArray, dt: Scalar, dx: Scalar, film_m: Scalar, advection: Scalar) -> None:
    """Give edges and barriers their flow, and the cells beside them the water.

    ``face_side``: +1 when the domain lies behind the face (west and north edges), -1 before it, 0 for barriers.
    ``face_a, face_b``: share per metre (FLOW), bed height (STAGE), slope (NORMAL), crest above either bed (BARRIER).
    """
    dt_dx = f32(dt / dx)
    t = clock[0]
    for k in range(len(face_i)):
        axis, i, j, side = face_axis[k], face_i[k], face_j[k], face_side[k]
        kind, series = face_kind[k], face_series[k]
        i0, j0 = (i, j - 1) if axis == 0 else (i - 1, j)
        old = np.float64(qx[i, j] if axis == 0 else qy[i, j])
        h0, h1 = np.float64(h[i0, j0]), np.float64(h[i, j])
        root = np.float64(rough[i, j])
        if side < 0:
            root = np.float64(rough[i0, j0])
        elif side == 0:
            root = 0.5 * (root + np.float64(rough[i0, j0]))
        friction = root * root
        new, deep = 0.0, 0.0
        if kind == FLOW:
            first, last = series_first[series], series_first[series + 1]
            volume = (_integral(series_t, series_v, first, last, t + dt)
                      - _integral(series_t, series_v, first, last, t))
            new = side * face_a[k] * volume / dt
        elif kind == NORMAL:
            inside = h1 if side > 0 else h0
            if inside > film_m and friction > 0.0:
                new = -side * inside ** (5.0 / 3.0) * np.sqrt(face_a[k] * 9.80665 / friction)
                deep = inside
        elif kind == BARRIER and face_from[k] <= t < face_to[k]:
            new = _weir(h0 - face_a[k], h1 - face_b[k])
        else:
            step = face_b[k] - face_a[k] if kind == BARRIER else 0.0
            if kind == STAGE:
                outside = _value(series_t, series_v, series_first[series], series_first[series + 1], t + dt) - face_a[k]
                outside = max(outside, 0.0)
                h0, h1 = (outside, h1) if side > 0 else (h0, outside)
            deep = max(h0 + min(step, 0.0), h1 - max(step, 0.0))
            if deep > film_m:
                b = old + 9.80665 * deep * dt / dx * (step + h0 - h1)
                a = friction * dt / deep ** (7.0 / 3.0)
                new = 2.0 * b / (1.0 + np.sqrt(1.0 + 4.0 * a * abs(b)))
        flow = f32(new)
        if axis == 0:
            qx2[i, j] = flow
        else:
            qy2[i, j] = flow
        if advection and side != 0:
            beside = max(np.float64(h[i, j] if side > 0 else h[i0, j0]), film_m)
            if axis == 0:
                ux2[i, j] = f32(new / beside)
            else:
                uy2[i, j] = f32(new / beside)
        if side >= 0:
            h2[i, j] += dt_dx * flow
        if side <= 0:
            h2[i0, j0] -= dt_dx * flow
        if deep > 0.0:
            clock[SPEED] = max(clock[SPEED], abs(new) / deep)
            clock[DEPTH] = max(clock[DEPTH], deep)


@jit(error_model="numpy")
def sources(source_i: Int32Array, source_j: Int32Array, source_share: FloatArray, source_series: Int32Array,
        series_first: Int32Array, series_t: FloatArray, series_v: FloatArray, h2: Float32Array,
        carry: Float32Array, made: FloatArray, t: Scalar, dt: Scalar, dx: Scalar) -> None:
    """Pour each series into its cells; ``made[s]`` adds the volume poured [m3]."""
    for k in range(len(source_i)):
        series = source_series[k]
        first, last = series_first[series], series_first[series + 1]
        volume = source_share[k] * (_integral(series_t, series_v, first, last, t + dt)
                                    - _integral(series_t, series_v, first, last, t))
        if volume > 0.0:
            _add(h2, carry, source_i[k], source_j[k], volume / (dx * dx))
            made[series] += volume


@jit(error_model="numpy")
def _transfers(move_kind: Int32Array, move_i: Int32Array, move_j: Int32Array, move_to_i: Int32Array,
        move_to_j: Int32Array, move_number: FloatArray, move_on: BoolArray, moved: FloatArray, h2: Float32Array,
        carry: Float32Array, t: Scalar, dt: Scalar, dx: Scalar) -> None:
    """Let pumps, culverts and gullies carry water from cell to cell, or out (``move_to_i`` -1).

    ``move_number`` (M, 8): capacity [m3/s], start and stop depth [m] or area [m2] and sill [m], bed of both ends [m],
    from and to [s], flap (1: only onwards). ``moved[m]`` adds the volume onwards less that back [m3].
    """
    area = dx * dx
    for m in range(len(move_kind)):
        if not move_number[m, 5] <= t < move_number[m, 6]:
            continue
        i, j, to_i, to_j = move_i[m], move_j[m], move_to_i[m], move_to_j[m]
        depth = max(np.float64(h2[i, j]), 0.0)
        capacity = move_number[m, 0]
        if move_kind[m] == CULVERT:
            other = max(np.float64(h2[to_i, to_j]), 0.0)
            sill0, sill1 = move_number[m, 3] + move_number[m, 2], move_number[m, 4] + move_number[m, 2]
            head = max(move_number[m, 3] + depth, sill0, sill1) - max(move_number[m, 4] + other, sill0, sill1)
            if head < 0.0 and move_number[m, 7] > 0.0:
                continue
            flow = min(ORIFICE * move_number[m, 1] * np.sqrt(2.0 * 9.80665 * abs(head)), capacity)
            # Half of what would level both ends at most: a culvert between two small pools must not swing.
            volume = min(flow * dt, 0.5 * abs(head) * area, 0.5 * (depth if head > 0.0 else other) * area)
            volume = volume if head > 0.0 else -volume
        else:
            if move_kind[m] == PUMP:
                move_on[m] = depth >= move_number[m, 1] or (move_on[m] and depth > move_number[m, 2])
                if not move_on[m]:
                    continue
            volume = min(capacity * dt, depth * area)
        if volume == 0.0:
            continue
        _add(h2, carry, i, j, -volume / area)
        if to_i >= 0:
            _add(h2, carry, to_i, to_j, volume / area)
        moved[m] += volume


@jit(error_model="numpy")
def repair(overdrawn: BoolArray, h2: Float32Array, carry: Float32Array, qx2: Float32Array, qy2: Float32Array,
        clock: FloatArray, dt: Scalar, dx: Scalar) -> None:
    """Give overdrawn cells back what they had not: their outflows are scaled until none is below zero.

    Cells are taken in order of rows; a neighbour that falls below zero by it is taken in the next round.
    """
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


@jit(nogil=True, error_model="numpy")
def advance(job_strip: Int32Array, job_first: Int32Array, span_c0: Int32Array, span_c1: Int32Array,
        face_axis: Int32Array, face_i: Int32Array, face_j: Int32Array, face_kind: Int32Array,
        face_side: Int32Array, face_series: Int32Array, face_a: FloatArray, face_b: FloatArray,
        face_from: FloatArray, face_to: FloatArray, source_i: Int32Array, source_j: Int32Array,
        source_share: FloatArray, source_series: Int32Array, series_first: Int32Array, series_t: FloatArray,
        series_v: FloatArray, move_kind: Int32Array, move_i: Int32Array, move_j: Int32Array,
        move_to_i: Int32Array, move_to_j: Int32Array, move_number: FloatArray, move_on: BoolArray,
        h: Float32Array, qx: Float32Array, qy: Float32Array, h2: Float32Array, qx2: Float32Array,
        qy2: Float32Array, dzx: Float32Array, dzy: Float32Array, rough: Float32Array, weight: Float32Array,
        carry: Float32Array, rain_t: FloatArray, rain_m: FloatArray, clock: FloatArray, made: FloatArray,
        passed: FloatArray, moved: FloatArray, overdrawn: BoolArray, tops: Int32Array, stop: Scalar,
        slow_at: Scalar, slow_s: Scalar, most_steps: Scalar, dx: Scalar, theta: Scalar, film_m: Scalar,
        dt_most: Scalar, dt_least: Scalar,
        cfl: Scalar, ux: Float32Array, uy: Float32Array, ux2: Float32Array, uy2: Float32Array,
        advection: Scalar) -> Scalar:
    """Step from ``clock[TIME]`` to ``stop``, or until the slow clock is due, or over ``most_steps`` steps.

    Gives the number of steps. The slow clock is due when the next step would end more than ``slow_s`` after
    ``slow_at``.

    After an odd number the caller swaps ``h, qx, qy, ux, uy`` with ``h2, qx2, qy2, ux2, uy2``. The velocities of faces
    ``ux, uy`` are kept with ``advection`` alone.

    job_strip, job_first, span_c0, span_c1
        Work of a sweep: job ``k`` is the strip ``job_strip[k]`` with the spans ``job_first[k]`` to ``job_first[k+1]``,
        each the columns ``span_c0`` to ``span_c1 - 1``.
    rain_t, rain_m
        Rain fallen up to each time [m], linear between.
    clock
        (11,) see the names above; ``passed`` (F,) volume through each special face along its axis [m3].
    """
    rows = h.shape[0] - 2
    steps = 0
    f_dx, f_theta, f_film = f32(dx), f32(theta), f32(film_m)
    while steps < most_steps and clock[TIME] < stop:
        t = clock[TIME]
        wave = np.sqrt(9.80665 * clock[DEPTH])
        wave = wave + clock[SPEED] if advection else max(wave, 5.0 / 3.0 * clock[SPEED])
        limit = cfl * dx / wave if wave > 0.0 else dt_most
        if not limit < np.inf:
            clock[STATUS] = NOT_FINITE
            return steps
        if limit < dt_least:
            clock[STATUS] = COLLAPSED
            return steps
        dt = min(limit, dt_most)
        if t > slow_at and t + dt > slow_at + slow_s:
            return steps
        # Near the stop the rest is cut into equal steps. Steps that swing to and fro feed energy into waves that the
        # scheme itself keeps neutral (seen in EA1s), so nothing else bends them.
        left = stop - t
        if left < 4.0 * dt:
            dt = left / np.ceil(left / dt)
        # Rain that is due less what was given so far in float32: nothing drifts over a million steps.
        due = np.interp(t + dt, rain_t, rain_m) - clock[RAIN_MADE] if len(rain_t) else 0.0
        rain = f32(due) if due > 0.0 else f32(0)
        clock[RAIN_MADE] += np.float64(rain)
        # The sweep does not write the faces behind the last row and column: what they held two steps ago is old.
        for k in range(len(face_i)):
            if face_axis[k] == 0:
                qx2[face_i[k], face_j[k]] = f32(0)
            else:
                qy2[face_i[k], face_j[k]] = f32(0)
        _sweep(job_strip, job_first, span_c0, span_c1, h, qx, qy, dzx, dzy, rough, h2, qx2, qy2, weight, carry,
               overdrawn, tops, rows, f32(dt), f_dx, rain, f_theta, f_film, ux, uy, ux2, uy2, advection)
        speed, depth = np.int32(0), np.int32(0)
        for job in range(len(job_strip)):
            speed, depth = max(speed, tops[job, 0]), max(depth, tops[job, 1])
        clock[SPEED], clock[DEPTH] = np.float64(_float(speed)), np.float64(_float(depth))
        if len(face_i):
            _special(face_axis, face_i, face_j, face_kind, face_side, face_series, face_a, face_b, face_from, face_to,
                     series_first, series_t, series_v, h, qx, qy, rough, h2, qx2, qy2, ux2, uy2, clock, dt, dx,
                     film_m, advection)
            for k in range(len(face_i)):
                i, j = face_i[k], face_j[k]
                overdrawn[i] |= h2[i, j] < f32(0)
                if face_axis[k] == 0:
                    overdrawn[i] |= h2[i, j - 1] < f32(0)
                else:
                    overdrawn[i - 1] |= h2[i - 1, j] < f32(0)
        repair(overdrawn, h2, carry, qx2, qy2, clock, dt, dx)
        for k in range(len(face_i)):
            q = qx2[face_i[k], face_j[k]] if face_axis[k] == 0 else qy2[face_i[k], face_j[k]]
            passed[k] += np.float64(q) * np.float64(f32(dt)) * dx
        sources(source_i, source_j, source_share, source_series, series_first, series_t, series_v, h2, carry, made,
                 t, dt, dx)
        _transfers(move_kind, move_i, move_j, move_to_i, move_to_j, move_number, move_on, moved, h2, carry, t, dt, dx)
        h, h2, qx, qx2, qy, qy2 = h2, h, qx2, qx, qy2, qy
        ux, ux2, uy, uy2 = ux2, ux, uy2, uy
        clock[TIME] = stop if dt == left else t + dt
        clock[STEPS] += 1.0
        clock[DT_LAST] = dt
        clock[DT_LEAST] = min(clock[DT_LEAST], limit)
        steps += 1
    return steps
