"""From coarse cells back to the fine terrain: what stands level, and what runs over the ground as a film.

Water of a cell that cannot run off stands level: up to the lowest place where it would leave over a face, or to the
water beyond that face. The rest is on its way: its surface falls as the ground of the cell falls, so it lies in the
street rather than on the pavement. In a pond all of it stands; on a slope nearly all of it runs.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels._jit import jit
from twin.kernels.flow_arrays import FAST, STRIP_ROWS, Conveyance, Scalar, Spans, Storage, f32
from twin.kernels.flow_subgrid import water_of
from twin.quantities import BoolArray, Float32Array, FloatArray

Row = Any


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _held_level(level: Scalar, own: Scalar, beyond: Scalar, low_beyond: Scalar) -> Scalar:
    """Give the level below which nothing leaves over a face: its bed, or the water beyond where that is higher."""
    return min(level, own + max(beyond - low_beyond, f32(0)))


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _note(h: Row, level: Row, west: Row, east: Row, north: Row, south: Row, west_own: Row, west_low: Row, east_own: Row,
        east_low: Row, north_own: Row, north_low: Row, south_own: Row, south_low: Row, share: Row, wet: Row,
        hollow: Row, peak_h: Row, peak_level: Row, arrival: Row, covered: Row, now_s: Scalar, wet_m: Scalar) -> None:
    """Note the greatest water of a row, the level that held it, the first time at ``wet_m``, and the part under water.

    Standing water covers what its level reaches, running water all the open ground; pockets are covered in any case.
    """
    for k in range(len(h)):
        held = _held_level(level[k], west_own[k], west[k], west_low[k])
        held = _held_level(held, east_own[k], east[k], east_low[k])
        held = _held_level(held, north_own[k], north[k], north_low[k])
        held = max(_held_level(held, south_own[k], south[k], south_low[k]), f32(0))
        more = h[k] > peak_h[k]
        peak_level[k] = held if more else peak_level[k]
        peak_h[k] = max(h[k], peak_h[k])
        deepest = min(level[k], held + h[k] / max(share[k], f32(1e-6)))
        arrival[k] = now_s if (deepest >= wet_m) & (arrival[k] < f32(0)) else arrival[k]
        stands = held / max(level[k], f32(1e-9))
        covered[k] = max(hollow[k], stands * wet[k] + (f32(1) - stands) * share[k] if level[k] > f32(0) else f32(0))


@jit(parallel=True, fastmath=FAST, nogil=True, error_model="numpy")
def note_peaks(spans: Spans, storage: Storage, x: Conveyance, y: Conveyance, level: Float32Array, h: Float32Array,
        hollow: Float32Array, peak_h: Float32Array, peak_level: Float32Array, arrival: Float32Array,
        covered: Float32Array, now_s: Scalar, wet_m: Scalar) -> None:
    """Note peaks, arrivals and the part of each cell under water; the levels are those of ``h``. All are padded."""
    share, wet = storage.share, storage.wet
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    rows = h.shape[0] - 2
    for job in numba.prange(len(strip)):
        first = 1 + strip[job] * STRIP_ROWS
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            for span in range(first_span[job], first_span[job + 1]):
                c0, c1 = begin[span], end[span]
                _note(h[i, c0:c1], level[i, c0:c1], level[i, c0 - 1:c1 - 1], level[i, c0 + 1:c1 + 1],
                      level[i - 1, c0:c1], level[i + 1, c0:c1], x.low1[i, c0:c1], x.low0[i, c0:c1],
                      x.low0[i, c0 + 1:c1 + 1], x.low1[i, c0 + 1:c1 + 1], y.low1[i, c0:c1], y.low0[i, c0:c1],
                      y.low0[i + 1, c0:c1], y.low1[i + 1, c0:c1], share[i, c0:c1], wet[i, c0:c1],
                      hollow[i, c0:c1], peak_h[i, c0:c1], peak_level[i, c0:c1], arrival[i, c0:c1], covered[i, c0:c1],
                      now_s, wet_m)


@jit(parallel=True, nogil=True, error_model="numpy")
def held_levels(x: Conveyance, y: Conveyance, level: Float32Array, held: Float32Array) -> None:
    """Fill the level up to which the water of each cell stands [m over its datum], padded."""
    rows, columns = level.shape[0] - 2, level.shape[1] - 2
    for i in numba.prange(1, rows + 1):
        for j in range(1, columns + 1):
            stands = _held_level(level[i, j], x.low1[i, j], level[i, j - 1], x.low0[i, j])
            stands = _held_level(stands, x.low0[i, j + 1], level[i, j + 1], x.low1[i, j + 1])
            stands = _held_level(stands, y.low1[i, j], level[i - 1, j], y.low0[i, j])
            held[i, j] = max(_held_level(stands, y.low0[i + 1, j], level[i + 1, j], y.low1[i + 1, j]), f32(0))


@jit(error_model="numpy")
def _running_level(ground: FloatArray, fall: FloatArray, count: Scalar, stands: Scalar, water: Scalar) -> Scalar:
    """Give how high a surface that falls with the ground must lie for a cell to hold ``water`` in all [m].

    Water also stands level up to ``stands``. Newton's steps from above: what is held is convex in the level and made of
    straight pieces, so a few of them end on it.
    """
    high = -np.inf
    for k in range(count):
        high = max(high, ground[k] - fall[k])
    high += water / count
    for _ in range(20):
        held, wet = 0.0, 0
        for k in range(count):
            surface = high + fall[k]
            held += max(max(surface, stands) - ground[k], 0.0)
            wet += surface > max(ground[k], stands)
        if wet == 0 or held - water <= 1e-6 * water:
            break
        high -= (held - water) / wet
    return high


@jit(parallel=True, nogil=True, error_model="numpy")
def fine_depths(z: FloatArray, filled: Float32Array, is_open: BoolArray, n: Scalar, datum: FloatArray,
        fall: Float32Array, storage: Storage, h: Float32Array, held: Float32Array, out: Float32Array) -> None:
    """Fill the depth of every fine cell [m] from the water and the held level of the coarse ones; 0 in walls.

    filled    How far the ground of hollows inside a coarse cell was raised [m].
    fall      Mean rise of the ground of a coarse cell by fine row and by fine column, (R, C, 2) [m].
    """
    rows, columns = datum.shape
    fine_rows, fine_columns = out.shape
    for i in numba.prange(rows):
        ground, trend = np.empty(n * n), np.empty(n * n)
        row, column = np.empty(n * n, np.int64), np.empty(n * n, np.int64)
        for j in range(columns):
            water, level = np.float64(h[i + 1, j + 1]), np.float64(held[i + 1, j + 1])
            pocket = np.float64(storage.pocket[i + 1, j + 1])
            if storage.share[i + 1, j + 1] <= f32(0) or water <= 0.0:
                continue
            count = 0
            for r in range(i * n, min((i + 1) * n, fine_rows)):
                for c in range(j * n, min((j + 1) * n, fine_columns)):
                    if is_open[r, c]:
                        ground[count] = z[r, c] + filled[r, c] - datum[i, j]
                        trend[count] = fall[i, j, 0] * (r - i * n) + fall[i, j, 1] * (c - j * n)
                        row[count], column[count] = r, c
                        count += 1
            free = max(water - pocket, 0.0)
            running = -np.inf
            if free - (water_of(storage, i + 1, j + 1, f32(level)) - pocket) > 1e-5:
                running = _running_level(ground, trend, count, level, free * n * n)
            full = min(water / pocket, 1.0) if pocket > 0.0 else 0.0
            for k in range(count):
                depth = max(max(running + trend[k], level) - ground[k], 0.0)
                out[row[k], column[k]] = depth + full * filled[row[k], column[k]]
