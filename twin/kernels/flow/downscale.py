"""From coarse cells back to the fine terrain: what stands level, and what runs over the ground as a film.

Water of a cell that cannot run off stands level, up to the lowest place where it would leave over a face. The surface
of the rest falls as the levels fall from cell to cell, and no more than the ground of the cell: in a pond it is level,
in a film on a slope it follows the ground, and in a valley it falls along the valley and is level across.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from twin.kernels.flow.arrays import FAST, STRIP_ROWS, Conveyance, Scalar, Spans, Storage, f32
from twin.kernels.flow.subgrid import water_of
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray

Row = Any


class Surface(NamedTuple):
    """How the water of each cell lies, (R + 2, C + 2)."""

    #: Level up to which it stands, over the datum [m].
    stands: Float32Array
    #: Part of the ground's fall that the rest of it has, along columns and along rows, 0 to 1.
    tilt_x: Float32Array
    tilt_y: Float32Array


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _tilt(fall: Scalar, level: Scalar, before: Scalar, behind: Scalar, before_low: Scalar, own_before: Scalar,
        own_behind: Scalar, behind_low: Scalar) -> Scalar:
    """Give the part of the ground's ``fall`` over a cell that its surface has, by the level of the cell downhill.

    ``own_before`` is the bed of the face before the cell over its datum, ``before_low`` over that of the cell beyond.
    As much as lies below the bed of the face stands.
    """
    down, low, low_down = (before, own_before, before_low) if fall > f32(0) else (behind, own_behind, behind_low)
    over = level - low
    drop = over - (down - low_down)
    part = min(max(drop / max(abs(fall), f32(1e-6)), f32(0)), f32(1))
    return part * min(max(over / max(level, f32(1e-9)), f32(0)), f32(1))


@jit(fastmath=FAST, error_model="numpy")
def _surface_row(i: Scalar, c0: Scalar, c1: Scalar, x: Conveyance, y: Conveyance, fall_x: Float32Array,
        fall_y: Float32Array, level: Float32Array, stands: Row, tilt_x: Row, tilt_y: Row) -> None:
    """Fill how the water of a row lies."""
    own, west, east = level[i, c0:c1], level[i, c0 - 1:c1 - 1], level[i, c0 + 1:c1 + 1]
    north, south = level[i - 1, c0:c1], level[i + 1, c0:c1]
    west0, west1, east0, east1 = (x.low0[i, c0:c1], x.low1[i, c0:c1], x.low0[i, c0 + 1:c1 + 1],
                                  x.low1[i, c0 + 1:c1 + 1])
    north0, north1, south0, south1 = y.low0[i, c0:c1], y.low1[i, c0:c1], y.low0[i + 1, c0:c1], y.low1[i + 1, c0:c1]
    along, down = fall_x[i, c0:c1], fall_y[i, c0:c1]
    for k in range(c1 - c0):
        spill = min(west1[k], east0[k], north1[k], south0[k])
        stands[k] = max(min(own[k], spill), f32(0))
        tilt_x[k] = _tilt(along[k], own[k], west[k], east[k], west0[k], west1[k], east0[k], east1[k])
        tilt_y[k] = _tilt(down[k], own[k], north[k], south[k], north0[k], north1[k], south0[k], south1[k])


@jit(inline="always", fastmath=FAST, error_model="numpy")
def _runs(fall_x: Scalar, fall_y: Scalar, tilt_x: Scalar, tilt_y: Scalar) -> Scalar:
    """Give how far the surface of a cell falls as its ground does: 0 in a pond, 1 in a film on a slope."""
    xx, yy = fall_x * fall_x, fall_y * fall_y
    return (tilt_x * tilt_x * xx + tilt_y * tilt_y * yy) / max(xx + yy, f32(1e-12))


@jit(error_model="numpy")
def runs_at(i: Scalar, j: Scalar, x: Conveyance, y: Conveyance, fall_x: Float32Array, fall_y: Float32Array,
        level: Float32Array) -> Scalar:
    """Give ``_runs`` of one cell, from the levels around it."""
    along, down, own = fall_x[i, j], fall_y[i, j], level[i, j]
    tilt_x = _tilt(along, own, level[i, j - 1], level[i, j + 1], x.low0[i, j], x.low1[i, j], x.low0[i, j + 1],
                   x.low1[i, j + 1])
    tilt_y = _tilt(down, own, level[i - 1, j], level[i + 1, j], y.low0[i, j], y.low1[i, j], y.low0[i + 1, j],
                   y.low1[i + 1, j])
    return np.float64(_runs(along, down, tilt_x, tilt_y))


class Peak(NamedTuple):
    """The most of something in each cell so far, and the water then and how it lay, (R + 2, C + 2) [m]."""

    most: Float32Array
    h: Float32Array
    stands: Float32Array
    tilt_x: Float32Array
    tilt_y: Float32Array


@jit(fastmath=FAST, error_model="numpy")
def _note(h: Row, level: Row, share: Row, wet: Row, hollow: Row, fall_x: Row, fall_y: Row, stands: Row, tilt_x: Row,
        tilt_y: Row, deepest: Row, arrival: Row, covered: Row, now_s: Scalar, wet_m: Scalar) -> None:
    """Note the depth of the deepest place of the cells of a row, its first time at ``wet_m``, and the part under water.

    Standing water covers what its level reaches, running water all the open ground; pockets are covered in any case.
    """
    for k in range(len(h)):
        runs = _runs(fall_x[k], fall_y[k], tilt_x[k], tilt_y[k])
        film = min(level[k], stands[k] + h[k] / max(share[k], f32(1e-6)))
        deep = level[k] - runs * (level[k] - film)
        deepest[k] = deep
        arrival[k] = now_s if (deep >= wet_m) & (arrival[k] < f32(0)) else arrival[k]
        lies = wet[k] + runs * (share[k] - wet[k]) if level[k] > f32(0) else f32(0)
        covered[k] = max(hollow[k], lies)


@jit(fastmath=FAST, error_model="numpy")
def _keep(value: Row, h: Row, stands: Row, tilt_x: Row, tilt_y: Row, most: Row, most_h: Row, most_stands: Row,
        most_x: Row, most_y: Row) -> None:
    """Keep how the water of a row lay when ``value`` was greatest."""
    some = np.int32(0)
    for k in range(len(value)):
        some = max(some, np.int32(1) if value[k] > most[k] else np.int32(0))
    if some == 0:
        return
    for k in range(len(value)):
        more = value[k] > most[k]
        most[k] = max(value[k], most[k])
        most_h[k] = h[k] if more else most_h[k]
        most_stands[k] = stands[k] if more else most_stands[k]
        most_x[k] = tilt_x[k] if more else most_x[k]
        most_y[k] = tilt_y[k] if more else most_y[k]


@jit(parallel=True, nogil=True, error_model="numpy")
def note_peaks(spans: Spans, storage: Storage, x: Conveyance, y: Conveyance, fall_x: Float32Array,
        fall_y: Float32Array, level: Float32Array, h: Float32Array, hollow: Float32Array, surface: Surface,
        deepest: Float32Array, fullest: Peak, highest: Peak, arrival: Float32Array, covered: Float32Array,
        now_s: Scalar, wet_m: Scalar) -> None:
    """Note peaks, arrivals and the part of each cell under water; the levels are those of ``h``. All are padded.

    A cell is noted when it held the most water, and when its deepest place was deepest: less water that stands can be
    deeper than more that runs.

    hollow             Part of each cell that its pockets cover.
    surface, deepest   Scratch.
    """
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    share, wet = storage.share, storage.wet
    stands, tilt_x, tilt_y = surface.stands, surface.tilt_x, surface.tilt_y
    rows = h.shape[0] - 2
    for job in numba.prange(len(strip)):
        first = 1 + strip[job] * STRIP_ROWS
        for i in range(first, min(first + STRIP_ROWS, rows + 1)):
            for span in range(first_span[job], first_span[job + 1]):
                a, b = begin[span], end[span]
                _surface_row(i, a, b, x, y, fall_x, fall_y, level, stands[i, a:b], tilt_x[i, a:b], tilt_y[i, a:b])
                _note(h[i, a:b], level[i, a:b], share[i, a:b], wet[i, a:b], hollow[i, a:b], fall_x[i, a:b],
                      fall_y[i, a:b], stands[i, a:b], tilt_x[i, a:b], tilt_y[i, a:b], deepest[i, a:b],
                      arrival[i, a:b], covered[i, a:b], now_s, wet_m)
                _keep(h[i, a:b], h[i, a:b], stands[i, a:b], tilt_x[i, a:b], tilt_y[i, a:b], fullest.most[i, a:b],
                      fullest.h[i, a:b], fullest.stands[i, a:b], fullest.tilt_x[i, a:b], fullest.tilt_y[i, a:b])
                _keep(deepest[i, a:b], h[i, a:b], stands[i, a:b], tilt_x[i, a:b], tilt_y[i, a:b], highest.most[i, a:b],
                      highest.h[i, a:b], highest.stands[i, a:b], highest.tilt_x[i, a:b], highest.tilt_y[i, a:b])


@jit(parallel=True, nogil=True, error_model="numpy")
def surfaces(x: Conveyance, y: Conveyance, fall_x: Float32Array, fall_y: Float32Array, level: Float32Array,
        surface: Surface) -> None:
    """Fill how the water of each cell lies."""
    rows, columns = level.shape[0] - 2, level.shape[1] - 2
    stands, tilt_x, tilt_y = surface.stands, surface.tilt_x, surface.tilt_y
    for i in numba.prange(1, rows + 1):
        _surface_row(i, 1, columns + 1, x, y, fall_x, fall_y, level, stands[i, 1:columns + 1],
                     tilt_x[i, 1:columns + 1], tilt_y[i, 1:columns + 1])


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
        fall_x: Float32Array, fall_y: Float32Array, storage: Storage, h: Float32Array, surface: Surface,
        out: Float32Array) -> None:
    """Fill the depth of every fine cell [m] from the water of the coarse ones and how it lies; 0 in walls.

    filled           How far the ground of hollows inside a coarse cell was raised [m].
    fall_x, fall_y   Rise of the ground over a coarse cell by column and by row, padded [m].
    """
    rows, columns = datum.shape
    fine_rows, fine_columns = out.shape
    stands, tilt_x, tilt_y = surface.stands, surface.tilt_x, surface.tilt_y
    for i in numba.prange(rows):
        ground, trend = np.empty(n * n), np.empty(n * n)
        row, column = np.empty(n * n, np.int64), np.empty(n * n, np.int64)
        for j in range(columns):
            water, level = np.float64(h[i + 1, j + 1]), np.float64(stands[i + 1, j + 1])
            pocket = np.float64(storage.pocket[i + 1, j + 1])
            if storage.share[i + 1, j + 1] <= f32(0) or water <= 0.0:
                continue
            by_row = np.float64(fall_y[i + 1, j + 1]) * np.float64(tilt_y[i + 1, j + 1]) / n
            by_column = np.float64(fall_x[i + 1, j + 1]) * np.float64(tilt_x[i + 1, j + 1]) / n
            count = 0
            for r in range(i * n, min((i + 1) * n, fine_rows)):
                for c in range(j * n, min((j + 1) * n, fine_columns)):
                    if is_open[r, c]:
                        ground[count] = z[r, c] + filled[r, c] - datum[i, j]
                        trend[count] = by_row * (r - i * n) + by_column * (c - j * n)
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


@jit(parallel=True, nogil=True, error_model="numpy")
def wet_apart(terrain: FloatArray, apart: BoolArray, n: Scalar, out: Float32Array) -> None:
    """Give places that are apart from the pool of their cell the water beside them; ``out`` is changed [m].

    They lie behind a levee or a row of houses inside the cell. What stands beside them, in other cells and on their
    side, stands on them as high, and no deeper than there.
    """
    rows, columns = out.shape
    across = -(-columns // n)
    for block in numba.prange(-(-rows // n) * across):
        r0, c0 = block // across * n, block % across * n
        r1, c1 = min(r0 + n, rows), min(c0 + n, columns)
        changed = True
        while changed:
            changed = False
            for r in range(r0, r1):
                for c in range(c0, c1):
                    if not apart[r, c]:
                        continue
                    for k in range(4):
                        i, j = r + (k == 0) - (k == 1), c + (k == 2) - (k == 3)
                        if not (0 <= i < rows and 0 <= j < columns) or out[i, j] <= f32(0):
                            continue
                        inside = r0 <= i < r1 and c0 <= j < c1
                        # Beyond the cell only what is no place of this sort: others are being filled elsewhere.
                        if inside != apart[i, j]:
                            continue
                        depth = f32(min(np.float64(out[i, j]), terrain[i, j] + np.float64(out[i, j]) - terrain[r, c]))
                        if depth > out[r, c]:
                            out[r, c] = depth
                            changed = True
