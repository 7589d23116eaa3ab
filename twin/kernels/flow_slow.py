"""What the flow model does on a slower clock: losses into ground and drains, maxima, sums, the tiles that are wet.

Same padded layout as ``twin.kernels.flow``. Sums are made per row in float64 and added up in row order by the caller,
so they do not depend on the number of threads.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from twin.kernels._jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray

UInt8Array = NDArray[np.uint8]

f32 = np.float32


# The row loops have no branch and may add in any order (the same for every run): so they are vectorised.
@jit(fastmath=True, error_model="numpy")
def _soak_row(h: Float32Array, carry: Float32Array, kinds: UInt8Array, soaked: Float32Array,
        conductivity_m_s: FloatArray, suction_m: FloatArray, span_s: float) -> float:
    """Let a row soak; gives the metres taken."""
    rates, draws = np.empty(len(h)), np.empty(len(h))
    # Looked up in a loop of its own: an index out of a table keeps the other from being vectorised.
    for k in range(len(h)):
        rates[k] = conductivity_m_s[kinds[k]] * span_s
        draws[k] = suction_m[kinds[k]]
    total = 0.0
    for k in range(len(h)):
        depth, before, rate = np.float64(h[k]), np.float64(soaked[k]), rates[k]
        a = before + rate
        after = 0.5 * (a + np.sqrt(a * a + 4.0 * rate * draws[k]))
        soak = max(min(after - before if rate > 0.0 else 0.0, depth), 0.0)
        soaked[k] = f32(before + soak)
        kept = (depth - soak) + np.float64(carry[k])
        new = f32(max(kept, 0.0))
        carry[k] = f32(kept - np.float64(new))
        h[k] = new
        total += soak
    return total


@jit(fastmath=True, error_model="numpy")
def _drain_row(h: Float32Array, carry: Float32Array, drain_m_s: Float32Array, span_s: float) -> float:
    """Let a row drain; gives the metres taken."""
    total = 0.0
    for k in range(len(h)):
        depth = np.float64(h[k])
        drain = max(min(np.float64(drain_m_s[k]) * span_s, depth), 0.0)
        kept = (depth - drain) + np.float64(carry[k])
        new = f32(max(kept, 0.0))
        carry[k] = f32(kept - np.float64(new))
        h[k] = new
        total += drain
    return total


@jit(parallel=True, nogil=True, error_model="numpy")
def lose(h: Float32Array, other: Float32Array, carry: Float32Array, loss_class: UInt8Array,
        conductivity_m_s: FloatArray, suction_m: FloatArray, soaked: Float32Array, drain_m_s: Float32Array,
        taken: FloatArray, span_s: float) -> None:
    """Take infiltration and drainage of ``span_s`` seconds out of every cell; ``taken`` (rows, 2) gets the metres.

    Infiltration is Green-Ampt, F' = K (1 + S/F), one implicit step: F1 = (A + sqrt(A^2 + 4 K dt S)) / 2 with
    A = F + K dt. Suction 0 gives the constant rate K. What is not there is not taken. Source: Green & Ampt 1911;
    Chow, Maidment & Mays 1988, eq. 4.3.5.

    loss_class    Row of ``conductivity_m_s`` and ``suction_m`` (suction head times free pore space [m]) of each cell.
    soaked        Water in the ground so far [m], changed.
    drain_m_s     Capacity of the drains of each cell, or an array without cells for none.
    """
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for i in numba.prange(1, rows + 1):
        kinds, ground = loss_class[i, 1:columns + 1], soaked[i, 1:columns + 1]
        if drain_m_s.size > 0:
            taken[i - 1, 1] = _drain_row(h[i, 1:columns + 1], carry[i, 1:columns + 1], drain_m_s[i, 1:columns + 1],
                                         span_s)
        taken[i - 1, 0] = _soak_row(h[i, 1:columns + 1], carry[i, 1:columns + 1], kinds, ground, conductivity_m_s,
                                    suction_m, span_s)
        other[i, 1:columns + 1] = h[i, 1:columns + 1]


@jit(fastmath=True, error_model="numpy")
def _survey_row(h: Float32Array, carry: Float32Array, peak: Float32Array, arrival: Float32Array, now_s: float,
        wet_m: float) -> float:
    """Note maxima and arrivals of a row; gives the metres held."""
    total = 0.0
    for k in range(len(h)):
        depth = h[k]
        total += np.float64(depth) + np.float64(carry[k])
        peak[k] = max(peak[k], depth)
        arrival[k] = f32(now_s) if (depth >= f32(wet_m)) & (arrival[k] < f32(0)) else arrival[k]
    return total


@jit(parallel=True, nogil=True, error_model="numpy")
def survey(h: Float32Array, carry: Float32Array, peak: Float32Array, arrival: Float32Array, stored: FloatArray,
        now_s: float, wet_m: float) -> None:
    """Note the greatest depth and the first time at ``wet_m`` of every cell.

    ``stored`` (rows,) gets the metres held in each row.
    """
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for i in numba.prange(1, rows + 1):
        stored[i - 1] = _survey_row(h[i, 1:columns + 1], carry[i, 1:columns + 1], peak[i - 1], arrival[i - 1],
                                    now_s, wet_m)


@jit(parallel=True, nogil=True, error_model="numpy")
def wet_tiles(h: Float32Array, wet: BoolArray, strip_rows: int, tile_columns: int, film_m: float) -> None:
    """Mark the tiles in which water can move: some depth above ``film_m``. ``wet`` (strips, tiles) is changed."""
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    for strip in numba.prange(wet.shape[0]):
        for tile in range(wet.shape[1]):
            found = False
            for i in range(1 + strip * strip_rows, min(1 + (strip + 1) * strip_rows, rows + 1)):
                for j in range(1 + tile * tile_columns, min(1 + (tile + 1) * tile_columns, columns + 1)):
                    if h[i, j] > f32(film_m):
                        found = True
                        break
                if found:
                    break
            wet[strip, tile] = found


@jit(parallel=True, nogil=True, error_model="numpy")
def rest_tiles(leaving: BoolArray, h: Float32Array, qx: Float32Array, qy: Float32Array, h2: Float32Array,
        qx2: Float32Array, qy2: Float32Array, ux: Float32Array, uy: Float32Array, ux2: Float32Array,
        uy2: Float32Array, strip_rows: int, tile_columns: int) -> None:
    """Lay tiles to rest that a sweep will no longer touch: no flow, and the same depth in both states."""
    rows, columns = h.shape[0] - 2, h.shape[1] - 2
    with_velocity = ux.size > 1
    for strip in numba.prange(leaving.shape[0]):
        for tile in range(leaving.shape[1]):
            if not leaving[strip, tile]:
                continue
            for i in range(1 + strip * strip_rows, min(1 + (strip + 1) * strip_rows, rows + 1)):
                for j in range(1 + tile * tile_columns, min(1 + (tile + 1) * tile_columns, columns + 1)):
                    h2[i, j] = h[i, j]
                    qx[i, j] = f32(0)
                    qy[i, j] = f32(0)
                    qx2[i, j] = f32(0)
                    qy2[i, j] = f32(0)
                    if with_velocity:
                        ux[i, j] = f32(0)
                        uy[i, j] = f32(0)
                        ux2[i, j] = f32(0)
                        uy2[i, j] = f32(0)
