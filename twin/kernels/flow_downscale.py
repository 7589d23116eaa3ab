"""From coarse cells back to the fine terrain: what stands level, and what runs over the ground as a film.

Water of a cell that cannot run off stands level: up to the lowest place where it would leave over a face, or to the
water beyond that face. The rest is on its way: its surface falls as the ground of the cell falls, so it lies in the
street rather than on the pavement. In a pond all of it stands; on a slope nearly all of it runs; between the two the
surface tilts by the part that runs.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels._jit import jit
from twin.kernels.flow_arrays import FAST, STRIP_ROWS, Conveyance, Scalar, Spans, Storage, f32
from twin.kernels.flow_subgrid import level_of, water_of
from twin.quantities import BoolArray, Float32Array, FloatArray

Row = Any


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _over_face(level: Scalar, own: Scalar, beyond: Scalar, low_beyond: Scalar) -> Scalar:
    """Give the level below which nothing leaves over a face: its bed, or the water beyond where that is higher."""
    return min(level, own + max(beyond - low_beyond, f32(0)))


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _held(i: Scalar, c0: Scalar, c1: Scalar, x: Conveyance, y: Conveyance, level: Float32Array, out: Row) -> None:
    """Give the level up to which the water of each cell of a row stands [m over its datum]."""
    own, west, east = level[i, c0:c1], level[i, c0 - 1:c1 - 1], level[i, c0 + 1:c1 + 1]
    north, south = level[i - 1, c0:c1], level[i + 1, c0:c1]
    west0, west1, east0, east1 = (x.low0[i, c0:c1], x.low1[i, c0:c1], x.low0[i, c0 + 1:c1 + 1],
                                  x.low1[i, c0 + 1:c1 + 1])
    north0, north1, south0, south1 = y.low0[i, c0:c1], y.low1[i, c0:c1], y.low0[i + 1, c0:c1], y.low1[i + 1, c0:c1]
    for k in range(c1 - c0):
        held = _over_face(own[k], west1[k], west[k], west0[k])
        held = _over_face(held, east0[k], east[k], east1[k])
        held = _over_face(held, north1[k], north[k], north0[k])
        out[k] = max(_over_face(held, south0[k], south[k], south1[k]), f32(0))


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _note(h: Row, level: Row, held: Row, share: Row, wet: Row, hollow: Row, peak_h: Row, peak_held: Row, arrival: Row,
        covered: Row, now_s: Scalar, wet_m: Scalar) -> None:
    """Note the greatest water of a row, the level that held it, the first time at ``wet_m``, and the part under water.

    Standing water covers what its level reaches, running water all the open ground; pockets are covered in any case.
    """
    for k in range(len(h)):
        more = h[k] > peak_h[k]
        peak_held[k] = held[k] if more else peak_held[k]
        peak_h[k] = max(h[k], peak_h[k])
        deepest = min(level[k], held[k] + h[k] / max(share[k], f32(1e-6)))
        arrival[k] = now_s if (deepest >= wet_m) & (arrival[k] < f32(0)) else arrival[k]
        stands = held[k] / max(level[k], f32(1e-9))
        covered[k] = max(hollow[k], stands * wet[k] + (f32(1) - stands) * share[k] if level[k] > f32(0) else f32(0))


@jit(parallel=True, fastmath=FAST, nogil=True, error_model="numpy")
def note_peaks(spans: Spans, storage: Storage, x: Conveyance, y: Conveyance, level: Float32Array, h: Float32Array,
        hollow: Float32Array, held: Float32Array, peak_h: Float32Array, peak_held: Float32Array,
        arrival: Float32Array, covered: Float32Array, now_s: Scalar, wet_m: Scalar) -> None:
    """Note peaks, arrivals and the part of each cell under water; the levels are those of ``h``. All are padded.

    hollow      Part of each cell that its pockets cover.
    held        Scratch.
    peak_held   Level up to which the greatest water stood.
    """
    share, wet = storage.share, storage.wet
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    rows = h.shape[0] - 2
    for job in numba.prange(len(strip)):
        first = 1 + strip[job] * STRIP_ROWS
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            for span in range(first_span[job], first_span[job + 1]):
                c0, c1 = begin[span], end[span]
                _held(i, c0, c1, x, y, level, held[i, c0:c1])
                _note(h[i, c0:c1], level[i, c0:c1], held[i, c0:c1], share[i, c0:c1], wet[i, c0:c1], hollow[i, c0:c1],
                      peak_h[i, c0:c1], peak_held[i, c0:c1], arrival[i, c0:c1], covered[i, c0:c1], now_s, wet_m)


@jit(parallel=True, fastmath=FAST, nogil=True, error_model="numpy")
def held_levels(x: Conveyance, y: Conveyance, level: Float32Array, held: Float32Array) -> None:
    """Fill the level up to which the water of each cell stands [m over its datum], padded."""
    rows, columns = level.shape[0] - 2, level.shape[1] - 2
    for i in numba.prange(1, rows + 1):
        _held(i, 1, columns + 1, x, y, level, held[i, 1:columns + 1])


@jit(parallel=True, fastmath=FAST, nogil=True, error_model="numpy")
def wetted(whole: Float32Array, lower: Float32Array, covered: Float32Array, share: Float32Array, rained: Any,
        out: Float32Array) -> None:
    """Fill what ground or drains of each cell take now: all of it where rain fell, else what water covers.

    Water covers the low ground first, and ``lower`` is what the lower half of the open ground takes: straight between
    none, half and all. ``rained`` is None where no rain fell.
    """
    for i in numba.prange(whole.shape[0]):
        for j in range(whole.shape[1]):
            part = min(covered[i, j] / max(share[i, j], f32(1e-6)), f32(1))
            if rained is not None:
                part = f32(1) if rained[i, j] > f32(0) else part
            half = f32(2) * part
            out[i, j] = (half * lower[i, j] if part < f32(0.5)
                         else lower[i, j] + (half - f32(1)) * (whole[i, j] - lower[i, j]))


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
            # Deep water that a neighbour a few millimetres lower sets in motion does not lie along its bank.
            surface = np.float64(level_of(storage, i + 1, j + 1, f32(water))[0])
            tilt = 1.0 - level / surface if surface > level else 0.0
            for k in range(count):
                trend[k] *= tilt
            if free - (water_of(storage, i + 1, j + 1, f32(level)) - pocket) > 1e-5:
                running = _running_level(ground, trend, count, level, free * n * n)
            full = min(water / pocket, 1.0) if pocket > 0.0 else 0.0
            for k in range(count):
                depth = max(max(running + trend[k], level) - ground[k], 0.0)
                out[row[k], column[k]] = depth + full * filled[row[k], column[k]]
