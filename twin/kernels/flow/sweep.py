"""One step of flat cells: faces, then depths, strip by strip, on active spans of rows.

Every number is written by one thread and maxima are reduced as integers, so results do not depend on the number of
threads.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels.flow.arrays import FAST, ROUNDING_M, STRIP_ROWS, Fields, Flat, G, Scalar, Spans, f32
from twin.kernels.flow.face import advected, bits, flat_face
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int32Array


# The row loop works on views that start at the same column: with indices like j-1 numba tests for negative ones, and
# LLVM then gathers where it could load (measured: 115 against 317 million faces a second and thread).
@jit(fastmath=FAST, error_model="numpy")
def _faces(i: Scalar, c0: Scalar, c1: Scalar, di: Scalar, dj: Scalar, h: Float32Array, q: Float32Array,
        across: Float32Array, dz: Float32Array, rough: Float32Array, q2: Float32Array, u: Any, u2: Any,
        quarter_dt: Scalar, g_dt_dx: Scalar, theta: Scalar, film_m: Scalar, dt: Scalar, dt_dx: Scalar) -> Scalar:
    """Make the faces of columns c0..c1-1 of row ``i``; gives the greatest speed as bits.

    The cell before a face stands ``di`` rows and ``dj`` columns back: 0 and 1 for west faces, 1 and 0 for north faces.
    ``q`` are the flows along, ``across`` those across. Velocities are None without advection.
    """
    h0, h1, step, new = h[i - di, c0 - dj:c1 - dj], h[i, c0:c1], dz[i, c0:c1], q2[i, c0:c1]
    rough0, rough1 = rough[i - di, c0 - dj:c1 - dj], rough[i, c0:c1]
    own, before, behind = q[i, c0:c1], q[i - di, c0 - dj:c1 - dj], q[i + di, c0 + dj:c1 + dj]
    a0, a1 = across[i - di, c0 - dj:c1 - dj], across[i, c0:c1]
    a2, a3 = across[i - di + dj, c0 - dj + di:c1 - dj + di], across[i + dj, c0 + di:c1 + di]
    top = np.int32(0)
    if u is not None:
        now, u0, u1 = u[i, c0:c1], u[i - di, c0 - dj:c1 - dj], u[i + di, c0 + dj:c1 + dj]
        side0, side1, then = u[i - dj, c0 - di:c1 - di], u[i + dj, c0 + di:c1 + di], u2[i, c0:c1]
    for k in range(c1 - c0):
        q_across = f32(0.25) * ((a0[k] + a1[k]) + (a2[k] + a3[k]))
        taken = f32(0)
        if u is not None:
            hf = max(h0[k] + min(step[k], f32(0)), h1[k] - max(step[k], f32(0)))
            taken = advected(own[k], before[k], behind[k], now[k], u0[k], u1[k], q_across, side0[k], side1[k], hf, dt,
                             dt_dx)
        flow, speed = flat_face(step[k], h0[k], h1[k], own[k], before[k], behind[k], q_across, rough0[k] + rough1[k],
                                quarter_dt, g_dt_dx, theta, film_m, taken)
        new[k] = flow
        if u is not None:
            then[k] = speed if flow > f32(0) else -speed
        top = max(top, bits(speed))
    return top


@jit(fastmath=FAST, error_model="numpy")
def depths(i: Scalar, c0: Scalar, c1: Scalar, h: Float32Array, qx2: Float32Array, qy2: Float32Array,
        h2: Float32Array, weight: Float32Array, carry: Float32Array, dt_dx: Scalar,
        rain_m: Scalar) -> tuple[Scalar, Scalar]:
    """Give row ``i`` its new water; gives the greatest and the least as bits (below zero: overdrawn).

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
        pattern = bits(depth)
        top = max(top, pattern)
        low = min(low, pattern)
    return top, low


@jit(parallel=True, fastmath=FAST, error_model="numpy", nogil=True)
def sweep(spans: Spans, old: Fields, new: Fields, flat: Flat, ux: Any, uy: Any, ux2: Any, uy2: Any,
        weight: Float32Array, carry: Float32Array, overdrawn: BoolArray, tops: Int32Array, dt: Scalar, dx: Scalar,
        rain_m: Scalar, theta: Scalar, film_m: Scalar) -> None:
    """Make one step of all active spans; ``tops[job]`` gets the greatest speed and depth as bits."""
    g_dt_dx, dt_dx, quarter_dt = G * dt / dx, dt / dx, f32(0.25) * dt
    h, qx, qy, h2, qx2, qy2 = old.h, old.qx, old.qy, new.h, new.qx, new.qy
    dzx, dzy, rough = flat.step_x, flat.step_y, flat.rough
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    rows = h.shape[0] - 2
    jobs = len(strip)
    # The first face row of a strip is read by the strip above it as well: made first, so that nobody waits.
    for job in numba.prange(jobs):
        i = 1 + strip[job] * STRIP_ROWS
        speed = np.int32(0)
        for span in range(first_span[job], first_span[job + 1]):
            speed = max(speed, _faces(i, begin[span], end[span], 1, 0, h, qy, qx, dzy, rough, qy2, uy, uy2, quarter_dt,
                                      g_dt_dx, theta, film_m, dt, dt_dx))
        tops[job, 0] = speed
    for job in numba.prange(jobs):
        first = 1 + strip[job] * STRIP_ROWS
        last = min(first + STRIP_ROWS, rows + 1)
        speed, depth = tops[job, 0], np.int32(0)
        for i in range(first, last):
            least = np.int32(0)
            for span in range(first_span[job], first_span[job + 1]):
                c0, c1 = begin[span], end[span]
                speed = max(speed, _faces(i, c0, c1, 0, 1, h, qx, qy, dzx, rough, qx2, ux, ux2, quarter_dt, g_dt_dx,
                                          theta, film_m, dt, dt_dx))
                if i + 1 < last:
                    speed = max(speed, _faces(i + 1, c0, c1, 1, 0, h, qy, qx, dzy, rough, qy2, uy, uy2, quarter_dt,
                                              g_dt_dx, theta, film_m, dt, dt_dx))
                top, low = depths(i, c0, c1, h, qx2, qy2, h2, weight, carry, dt_dx, rain_m)
                depth = max(depth, top)
                least = min(least, low)
            overdrawn[i] = least < 0
        tops[job, 0] = speed
        tops[job, 1] = depth
