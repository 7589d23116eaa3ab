"""What the flow model does on a slower clock: losses into ground and drains, maxima, sums, the tiles that are wet.

Same padded layout as ``twin.kernels.flow.arrays``. Sums are made per span in float64 and added up in their order by the
caller, so they do not depend on the number of threads.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels.flow.arrays import STRIP_ROWS, TILE_COLUMNS, Fields, Scalar, Spans, f32
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray

Row = Any


# The row loop has no branch and may add in any order (the same for every run): so it is vectorised.
@jit(inline="always", fastmath=True, error_model="numpy")
def _settle(h: Row, carry: Row, other: Row, rate: Row, suction: Row, soaked: Row, drain: Row, peak: Row, arrival: Row,
        span_s: Scalar, now_s: Scalar, wet_m: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Settle a row; gives the metres held, soaked and drained. What is not asked for is None."""
    held, soaked_m, drained_m = 0.0, 0.0, 0.0
    for k in range(len(h)):
        depth = h[k]
        more = carry[k]
        if drain is not None:
            drained = min(drain[k] * span_s, depth)
            drained_m += np.float64(drained)
            depth -= drained
            more -= drained
        if rate is not None:
            before, most = soaked[k], rate[k] * span_s
            # F1 = F + dF with dF (F + dF - K dt) = K dt (F + S), solved without a difference of near numbers.
            t, c = before - most, f32(4) * most * (before + suction[k])
            root = np.sqrt(t * t + c)
            wanted = f32(0.5) * (c / max(t + root, f32(1e-30)) if t > f32(0) else root - t)
            soak = min(wanted, depth)
            soaked[k] = before + soak
            soaked_m += np.float64(soak)
            more -= soak
        # In float64, so that a loop which may add in any order does not cancel what is kept against what is left.
        whole = np.float64(h[k]) + np.float64(more)
        new = f32(max(whole, 0.0))
        more = f32(whole - np.float64(new))
        if rate is not None or drain is not None:
            h[k] = new
            carry[k] = more
            other[k] = new
        if peak is not None:
            peak[k] = max(peak[k], new)
            arrival[k] = now_s if (new >= wet_m) & (arrival[k] < f32(0)) else arrival[k]
        held += whole
    return held, soaked_m, drained_m


@jit(parallel=True, nogil=True, fastmath=True, error_model="numpy")
def settle(spans: Spans, h: Float32Array, other: Float32Array, carry: Float32Array, rate: Any, suction: Any,
        soaked: Any, drain: Any, peak: Any, arrival: Any, span_s: Scalar, now_s: Scalar, wet_m: Scalar,
        sums: FloatArray) -> None:
    """Take the losses of ``span_s`` seconds, and note greatest depth and first time at ``wet_m``.

    Infiltration is Green-Ampt, F' = K (1 + S/F), one implicit step. Suction 0 gives the constant rate K. What is not
    there is not taken. Source: Green & Ampt 1911; Chow, Maidment & Mays 1988, eq. 4.3.5.

    rate, suction    Conductivity [m/s], and suction head times free pore space [m] of each cell; None for no soil.
    soaked           Water in the ground so far [m], changed.
    drain            Capacity of the drains of each cell [m/s]; None for no drains.
    peak, arrival    (R, C), changed; None where the caller notes them.
    sums             (spans, 3): metres held, soaked and drained.
    """
    strip, first_span, begin, end = spans.strip, spans.first, spans.begin, spans.end
    rows = h.shape[0] - 2
    for job in numba.prange(len(strip)):
        first = 1 + strip[job] * STRIP_ROWS
        for span in range(first_span[job], first_span[job + 1]):
            c0, c1 = begin[span], end[span]
            held, soaked_m, drained_m = 0.0, 0.0, 0.0
            for i in range(first, min(first + STRIP_ROWS, rows + 1)):
                a, b, c = _settle(
                    h[i, c0:c1], carry[i, c0:c1], other[i, c0:c1], None if rate is None else rate[i, c0:c1],
                    None if rate is None else suction[i, c0:c1], None if rate is None else soaked[i, c0:c1],
                    None if drain is None else drain[i, c0:c1],
                    None if peak is None else peak[i - 1, c0 - 1:c1 - 1],
                    None if peak is None else arrival[i - 1, c0 - 1:c1 - 1], span_s, now_s, wet_m)
                held, soaked_m, drained_m = held + a, soaked_m + b, drained_m + c
            sums[span, 0], sums[span, 1], sums[span, 2] = held, soaked_m, drained_m


@jit(parallel=True, nogil=True, error_model="numpy")
def wet_tiles(h: Float32Array, wet: BoolArray, film_m: float) -> None:
    """Mark the tiles in which water can move: some depth above ``film_m``. ``wet`` (strips, tiles) is changed."""
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for strip in numba.prange(wet.shape[0]):
        for tile in range(wet.shape[1]):
            found = False
            for i in range(1 + strip * STRIP_ROWS, min(1 + (strip + 1) * STRIP_ROWS, rows + 1)):
                for j in range(1 + tile * TILE_COLUMNS, min(1 + (tile + 1) * TILE_COLUMNS, columns + 1)):
                    if h[i, j] > f32(film_m):
                        found = True
                        break
                if found:
                    break
            wet[strip, tile] = found


@jit(parallel=True, nogil=True, error_model="numpy")
def rest_tiles(leaving: BoolArray, old: Fields, new: Fields, ux: Any, uy: Any, ux2: Any, uy2: Any,
        carry: Float32Array, held: FloatArray) -> None:
    """Lay tiles to rest that a sweep will no longer touch: no flow, and the same water in both states.

    ``held`` (strips, tiles) gets the metres that rest in each.
    """
    h, qx, qy, h2, qx2, qy2 = old.h, old.qx, old.qy, new.h, new.qx, new.qy
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for strip in numba.prange(leaving.shape[0]):
        for tile in range(leaving.shape[1]):
            if not leaving[strip, tile]:
                continue
            total = 0.0
            for i in range(1 + strip * STRIP_ROWS, min(1 + (strip + 1) * STRIP_ROWS, rows + 1)):
                for j in range(1 + tile * TILE_COLUMNS, min(1 + (tile + 1) * TILE_COLUMNS, columns + 1)):
                    total += np.float64(h[i, j]) + np.float64(carry[i, j])
                    h2[i, j] = h[i, j]
                    qx[i, j], qy[i, j], qx2[i, j], qy2[i, j] = f32(0), f32(0), f32(0), f32(0)
                    if ux is not None:
                        ux[i, j], uy[i, j], ux2[i, j], uy2[i, j] = f32(0), f32(0), f32(0), f32(0)
            held[strip, tile] = total
