"""The 2D flow step over subgrid tables: coarse cells that keep the storage and the conveyance of a fine terrain.

Same layout and equations as ``twin.kernels.flow``. ``v`` is the volume of a cell over its whole area [m], ``e`` its
level above its own lowest ground [m]. Tables have knots at squares, (k / K)^2 of their top, because storage and
conveyance change fastest where there is little water:

* ``cell_level[i, j, k]``: e at the volume ``cell_top[i, j] (k / K)^2``; above it the open share ``cell_open`` fills.
* ``area_x[i, j, k]`` and ``carry_x[i, j, k]``: mean depth H [m] and conveyance C [m2/s] (q = C sqrt(S)) of the west
  face at the level ``top_x[i, j] (k / K)^2`` above its lowest ground; ``low_x`` is that ground above the lowest of the
  cell before it, ``step_x`` the lowest of the cell before less that of the cell behind. A top of 0 is a wall.

The friction of a face is g dt H / C^2: no power is left in the loop. Idea of the tables: van Ormondt et al. 2025,
doi:10.5194/gmd-18-843-2025.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels._jit import jit
from twin.quantities import BoolArray, Float32Array, Int32Array

f32 = np.float32
Scalar = Any
_FAST = {"nnan", "ninf", "nsz", "arcp", "contract"}


@jit(fastmath=_FAST, error_model="numpy")
def _face(i: Scalar, j: Scalar, step: Scalar, low: Scalar, top: Scalar, areas: Float32Array, carries: Float32Array,
        e0: Scalar, e1: Scalar, q: Scalar, before: Scalar, behind: Scalar, across: Scalar, dt: Scalar, dx: Scalar,
        theta: Scalar, film_m: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Give the new flow of a face [m2/s], its speed [m/s] and its greatest depth [m]."""
    w = max(e0, e1 - step) - low
    if not (top > f32(0) and w > film_m):
        return f32(0), f32(0), f32(0)
    knots = areas.shape[2] - 1
    share = w / top
    k = min(int(np.sqrt(share) * f32(knots)), knots - 1)
    # Between knots linear in the level; beyond the last one as steep as between the last two.
    lower, upper = f32(k * k), f32((k + 1) * (k + 1))
    f = (share * f32(knots * knots) - lower) / (upper - lower)
    area = areas[i, j, k] + f * (areas[i, j, k + 1] - areas[i, j, k])
    carry = carries[i, j, k] + f * (carries[i, j, k + 1] - carries[i, j, k])
    if not (area > film_m and carry > f32(0)):
        return f32(0), f32(0), f32(0)
    gdt = f32(9.80665) * dt
    drive = gdt / dx * area * (step + (e0 - e1))
    qb = q + (f32(1) - theta) * (f32(0.5) * (before + behind) - q)
    b = (qb if qb * drive >= f32(0) else q) + drive
    a = gdt * area / (carry * carry)
    bt = across * (f32(1) + a * np.sqrt(q * q + across * across))
    new = f32(2) * b / (f32(1) + np.sqrt(f32(1) + f32(4) * a * np.sqrt(b * b + bt * bt)))
    return new, abs(new) / area, w


@jit(fastmath=_FAST, error_model="numpy")
def _level(i: Scalar, j: Scalar, v: Scalar, top: Scalar, share: Scalar, levels: Float32Array) -> Scalar:
    """Give the level of a cell above its lowest ground from its volume [m]."""
    if v <= f32(0) or share <= f32(0):
        return f32(0)
    knots = levels.shape[2] - 1
    if v >= top:
        return levels[i, j, knots] + (v - top) / share
    u = np.sqrt(v / top) * f32(knots)
    k = min(int(u), knots - 1)
    f = u - f32(k)
    return levels[i, j, k] + f * (levels[i, j, k + 1] - levels[i, j, k])


@jit(parallel=True, nogil=True, fastmath=_FAST, error_model="numpy")
def levels_of(v: Float32Array, e: Float32Array, cell_top: Float32Array, cell_open: Float32Array,
        cell_level: Float32Array) -> None:
    """Fill the levels of all cells from their volumes."""
    rows, columns = v.shape[0] - 2, v.shape[1] - 2
    for i in numba.prange(1, rows + 1):
        for j in range(1, columns + 1):
            e[i, j] = _level(i, j, v[i, j], cell_top[i, j], cell_open[i, j], cell_level)


@jit(parallel=True, nogil=True, fastmath=_FAST, error_model="numpy")
def sweep(job_strip: Int32Array, job_first: Int32Array, span_c0: Int32Array, span_c1: Int32Array, v: Float32Array,
        e: Float32Array, qx: Float32Array, qy: Float32Array, step_x: Float32Array, low_x: Float32Array,
        top_x: Float32Array, area_x: Float32Array, carry_x: Float32Array, step_y: Float32Array, low_y: Float32Array,
        top_y: Float32Array, area_y: Float32Array, carry_y: Float32Array, cell_top: Float32Array,
        cell_open: Float32Array, cell_level: Float32Array, v2: Float32Array, e2: Float32Array, qx2: Float32Array,
        qy2: Float32Array, weight: Float32Array, carry: Float32Array, overdrawn: BoolArray, tops: Float32Array,
        strip_rows: int, dt: Scalar, dx: Scalar, rain_m: Scalar, theta: Scalar, film_m: Scalar) -> None:
    """Make one step of all active spans; ``tops[job]`` gets the greatest speed and depth of a face."""
    jobs = len(job_strip)
    rows = v.shape[0] - 2
    dt_dx = dt / dx
    for job in numba.prange(jobs):
        fastest, deepest = f32(0), f32(0)
        first = 1 + job_strip[job] * strip_rows
        last = min(first + strip_rows, rows + 1)
        for i in range(first, last):
            for span in range(job_first[job], job_first[job + 1]):
                for j in range(span_c0[span], span_c1[span]):
                    across = f32(0.25) * ((qy[i, j - 1] + qy[i, j]) + (qy[i + 1, j - 1] + qy[i + 1, j]))
                    flow, speed, depth = _face(i, j, step_x[i, j], low_x[i, j], top_x[i, j], area_x, carry_x,
                                               e[i, j - 1], e[i, j], qx[i, j], qx[i, j - 1], qx[i, j + 1], across,
                                               dt, dx, theta, film_m)
                    qx2[i, j] = flow
                    fastest, deepest = max(fastest, speed), max(deepest, depth)
                    across = f32(0.25) * ((qx[i - 1, j] + qx[i - 1, j + 1]) + (qx[i, j] + qx[i, j + 1]))
                    flow, speed, depth = _face(i, j, step_y[i, j], low_y[i, j], top_y[i, j], area_y, carry_y,
                                               e[i - 1, j], e[i, j], qy[i, j], qy[i - 1, j], qy[i + 1, j], across,
                                               dt, dx, theta, film_m)
                    qy2[i, j] = flow
                    fastest, deepest = max(fastest, speed), max(deepest, depth)
        tops[job, 0], tops[job, 1] = fastest, deepest
    for job in numba.prange(jobs):
        first = 1 + job_strip[job] * strip_rows
        for i in range(first, min(first + strip_rows, rows + 1)):
            least = f32(0)
            for span in range(job_first[job], job_first[job + 1]):
                for j in range(span_c0[span], span_c1[span]):
                    more = (dt_dx * ((qx2[i, j] - qx2[i, j + 1]) + (qy2[i, j] - qy2[i + 1, j]))
                            + (weight[i, j] * rain_m + carry[i, j]))
                    new = v[i, j] + more
                    # A rounding below zero is owed to the next step; only a true overdraft is repaired.
                    if new < f32(0) and new > f32(-1e-6):
                        new = f32(0)
                    carry[i, j] = more - (new - v[i, j])
                    v2[i, j] = new
                    least = min(least, new)
                    e2[i, j] = _level(i, j, new, cell_top[i, j], cell_open[i, j], cell_level)
            overdrawn[i] = least < f32(0)
