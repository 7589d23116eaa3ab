"""From a fine terrain to the tables of coarse cells: how much a cell holds and what a face carries, by level.

Fine rasters are (R * n, C * n) for cells of n x n; tables are padded as in ``twin.kernels.flow.arrays``. Heights go in
as float64 above the terrain's datum; what comes out counts from the lowest ground of a cell or a face. ``axis`` is 0
for flow along rows (west faces) and 1 for flow along columns (north faces).
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from twin.kernels.flow.arrays import LAST_KNOT, ROOT_G, Scalar
from twin.kernels.flow.face import knot
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int64Array

#: Tables reach this far above the highest ground of a cell, and of a face [m]: a flat one has a table too.
ABOVE_CELL_M = 0.01
ABOVE_FACE_M = 1.0
#: Most knots lie below this height above the lowest ground [m]: one quay wall must not take them from the kerb.
TABLED_M = 3.0
#: By how much bumps raise the roughness of the shallowest water; see ``cell_roughness``.
BUMPS = 1.0
#: Mean depths at which the roughness of a cell is taken [m].
DEPTHS_M = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@jit(parallel=True, nogil=True, error_model="numpy")
def cell_tables(z: FloatArray, filled: Float32Array, is_open: BoolArray, n: Scalar, datum: FloatArray,
        pocket: Float32Array, share: Float32Array, top: Float32Array, full: Float32Array, knots: Float32Array) -> None:
    """Fill the datum (R, C), and pocket, share, top, full and knots (padded) of every cell."""
    rows, columns = datum.shape
    for i in numba.prange(rows):
        heights = np.empty(n * n)
        for j in range(columns):
            count, held = 0, 0.0
            for r in range(i * n, (i + 1) * n):
                for c in range(j * n, (j + 1) * n):
                    if is_open[r, c]:
                        heights[count] = z[r, c] + filled[r, c]
                        count += 1
                        held += filled[r, c]
            if count == 0:
                continue
            ground = np.sort(heights[:count])
            lowest = ground[0]
            relief = ground[count - 1] - lowest
            highest = relief + ABOVE_CELL_M
            datum[i, j] = lowest
            pocket[i + 1, j + 1] = held / (n * n)
            under, below = 0.0, 0.0
            for k in range(count):
                under += max(min(relief, TABLED_M) + ABOVE_CELL_M - (ground[k] - lowest), 0.0)
                below += highest - (ground[k] - lowest)
            reach, whole = under / (n * n), below / (n * n)
            top[i + 1, j + 1], full[i + 1, j + 1], share[i + 1, j + 1] = reach, whole, count / (n * n)
            # Walk up the heights once: at each the water is known, and between two it is linear in the level.
            wet, level, water = 0, 0.0, 0.0
            for k in range(1, LAST_KNOT):
                wanted = knot(reach, whole, k)
                while wet < count:
                    step = ground[wet] - lowest
                    at_step = water + (step - level) * wet / (n * n)
                    if at_step > wanted:
                        break
                    level, water = step, at_step
                    wet += 1
                knots[i + 1, j + 1, k] = level + (wanted - water) * (n * n) / wet
            knots[i + 1, j + 1, LAST_KNOT] = highest


@jit(parallel=True, nogil=True, error_model="numpy")
def lower_half(z: FloatArray, is_open: BoolArray, values: FloatArray, n: Scalar, out: FloatArray) -> None:
    """Fill the sum of ``values`` over the lower half of each cell's open ground, per fine cell of the whole, (R, C)."""
    rows, columns = out.shape
    for i in numba.prange(rows):
        heights, found = np.empty(n * n), np.empty(n * n)
        for j in range(columns):
            count = 0
            for r in range(i * n, (i + 1) * n):
                for c in range(j * n, (j + 1) * n):
                    if is_open[r, c]:
                        heights[count], found[count] = z[r, c], values[r, c]
                        count += 1
            order = np.argsort(heights[:count])
            total = 0.0
            for k in range(count // 2):
                total += found[order[k]]
            if count % 2:
                total += 0.5 * found[order[count // 2]]
            out[i, j] = total / (n * n)


@jit(parallel=True, nogil=True, error_model="numpy")
def cell_falls(z: FloatArray, filled: Float32Array, is_open: BoolArray, n: Scalar, fall: Float32Array) -> None:
    """Fill the mean rise of the ground of each cell by fine row and fine column, (R, C, 2) [m].

    It is that of the plane of least squares through its open ground; 0 where that does not spread both ways.
    """
    rows, columns = fall.shape[:2]
    for i in numba.prange(rows):
        for j in range(columns):
            count, mean_r, mean_c, mean_z = 0, 0.0, 0.0, 0.0
            for r in range(i * n, (i + 1) * n):
                for c in range(j * n, (j + 1) * n):
                    if is_open[r, c]:
                        count += 1
                        mean_r += r
                        mean_c += c
                        mean_z += z[r, c] + filled[r, c]
            if count < 3:
                continue
            mean_r, mean_c, mean_z = mean_r / count, mean_c / count, mean_z / count
            rr, rc, cc, rz, cz = 0.0, 0.0, 0.0, 0.0, 0.0
            for r in range(i * n, (i + 1) * n):
                for c in range(j * n, (j + 1) * n):
                    if is_open[r, c]:
                        a, b, height = r - mean_r, c - mean_c, z[r, c] + filled[r, c] - mean_z
                        rr += a * a
                        rc += a * b
                        cc += b * b
                        rz += a * height
                        cz += b * height
            spread = rr * cc - rc * rc
            if spread > 1e-9 * max(rr * cc, 1e-9):
                fall[i, j, 0] = (rz * cc - cz * rc) / spread
                fall[i, j, 1] = (cz * rr - rz * rc) / spread


@jit(inline="always", error_model="numpy")
def _at(raster: Any, axis: Scalar, across: Scalar, along: Scalar) -> Scalar:
    """Give a value by its place across and along the flow."""
    return raster[across, along] if axis == 0 else raster[along, across]


@jit(error_model="numpy")
def levels_tabled(relief: Scalar) -> tuple[Scalar, Scalar]:
    """Give how far above its lowest ground the table of a face has fine knots, and how far any [m]."""
    return min(relief, TABLED_M) + ABOVE_FACE_M, relief + ABOVE_FACE_M


@jit(error_model="numpy")
def profile_table(bed: FloatArray, rough: FloatArray, lowest: Scalar, top: Scalar, full: Scalar, depths: FloatArray,
        roughs: FloatArray) -> None:
    """Fill mean depth and ``sqrt(g) n`` of a profile at its knots; inf in ``bed`` carries nothing."""
    count = len(bed)
    for k in range(1, LAST_KNOT + 1):
        level = knot(top, full, k)
        depth, carried = 0.0, 0.0
        for r in range(count):
            over = level - (bed[r] - lowest)
            if over > 0.0:
                depth += over / count
                carried += over ** (5.0 / 3.0) / rough[r] / count
        depths[k] = depth
        roughs[k] = ROOT_G * depth ** (5.0 / 3.0) / carried
    roughs[0] = roughs[1]


@jit(error_model="numpy")
def _bed_between(z: FloatArray, is_open: BoolArray, axis: Scalar, across: Scalar, edge: Scalar) -> Scalar:
    """Give the bed where a fine row crosses a face before the fine cell ``edge``; inf where a wall closes it.

    It is the higher of the two fine cells that touch there; what a levee inside a cell parts from the pool of the cell
    is as high as the levee already (``flow_pools``).
    """
    if not (_at(is_open, axis, across, edge - 1) and _at(is_open, axis, across, edge)):
        return np.inf
    return max(_at(z, axis, across, edge - 1), _at(z, axis, across, edge))


@jit(error_model="numpy")
def beds_between(z: FloatArray, is_open: BoolArray, axis: Int64Array, row: Int64Array, col: Int64Array, n: Scalar,
        out: FloatArray) -> None:
    """Fill the bed along some faces, (F, n) [m]; ``row, col`` is the cell behind each, inf is a wall."""
    for k in range(len(axis)):
        for m in range(n):
            if axis[k] == 0:
                out[k, m] = _bed_between(z, is_open, 0, row[k] * n + m, col[k] * n)
            else:
                out[k, m] = _bed_between(z, is_open, 1, col[k] * n + m, row[k] * n)


@jit(error_model="numpy")
def beds_at_edge(z: FloatArray, is_open: BoolArray, axis: Scalar, at: Scalar, out: FloatArray) -> None:
    """Fill the bed along an edge of the domain at the fine cells ``at``, (L,) [m]; inf is a wall."""
    for across in range(len(out)):
        out[across] = _at(z, axis, across, at) if _at(is_open, axis, across, at) else np.inf


@jit(error_model="numpy")
def _profile(z: FloatArray, is_open: BoolArray, roughness: FloatArray, n: Scalar, axis: Scalar, i: Scalar, j: Scalar,
        fall: Float32Array, height: FloatArray, doubt: FloatArray, part: FloatArray, manning: FloatArray) -> Scalar:
    """Fill the profile across a cell for flow along it: height over its plane [m], open part and Manning's n.

    What lies within twice the error of a row's mean is no profile: noise makes no gutter.

    Returns
    -------
    Mean rise of the ground from one fine cell to the next, in the direction in which it rises less [m]: the bumps that
    shallow water must climb or go round.
    """
    ups, downs, steps = 0.0, 0.0, 0
    first_across, first_along = (i * n, j * n) if axis == 0 else (j * n, i * n)
    by_across, by_along = (fall[i, j, 0], fall[i, j, 1]) if axis == 0 else (fall[i, j, 1], fall[i, j, 0])
    for r in range(n):
        across = first_across + r
        count, first, total, squares, rough = 0, 0.0, 0.0, 0.0, 0.0
        for c in range(n):
            along = first_along + c
            if not _at(is_open, axis, across, along):
                continue
            over = _at(z, axis, across, along) - by_across * r - by_along * c
            if count == 0:
                first = over
            total += over - first
            squares += (over - first) ** 2
            rough += _at(roughness, axis, across, along)
            count += 1
            if c > 0 and _at(is_open, axis, across, along - 1):
                rise = _at(z, axis, across, along) - _at(z, axis, across, along - 1)
                ups += max(rise, 0.0)
                downs -= min(rise, 0.0)
                steps += 1
        part[r] = count / n
        height[r], doubt[r], manning[r] = 0.0, 0.0, 0.05
        if count:
            mean = total / count
            height[r] = first + mean
            manning[r] = rough / count
            doubt[r] = 2.0 * np.sqrt(max(squares / count - mean * mean, 0.0) / count)
    middle, weight = 0.0, 0.0
    for r in range(n):
        middle += height[r] * part[r]
        weight += part[r]
    middle = middle / weight if weight > 0.0 else 0.0
    for r in range(n):
        off = height[r] - middle
        height[r] = max(abs(off) - doubt[r], 0.0) * (1.0 if off > 0.0 else -1.0)
    return min(ups, downs) / max(steps, 1)


@jit(parallel=True, nogil=True, error_model="numpy")
def cell_roughness(z: FloatArray, is_open: BoolArray, roughness: FloatArray, n: Scalar, axis: Scalar,
        fall: Float32Array, rough: Float32Array) -> None:
    """Fill Manning's n of each cell for flow along ``axis`` at the mean depths ``DEPTHS_M``, (R, C, S).

    Two things part it from that of the ground. Water gathers where the profile is low: n = H^(5/3) / C with C the mean
    of d^(5/3) / n over the profile. And shallow water goes up and round bumps: n is raised by ``BUMPS`` B / (B + H), B
    the mean rise of the ground from fine cell to fine cell. Planes of 0.2 to 3 % with noise of 1 to 4 cm, computed on
    the fine cells, ask for 1.4 to 2.9 there; a district with slopes both ways, where water finds ways round, for 0 to
    1. It is 1: docs/verification.md says what that leaves.
    """
    rows, columns = rough.shape[:2]
    for i in numba.prange(rows):
        height, doubt, part, manning = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
        for j in range(columns):
            bumps = _profile(z, is_open, roughness, n, axis, i, j, fall, height, doubt, part, manning)
            low, whole = np.inf, 0.0
            for r in range(n):
                if part[r] > 0.0:
                    low = min(low, height[r])
                    whole += part[r] / n
            if whole == 0.0:
                continue
            level = low
            for s in range(len(DEPTHS_M)):
                wanted = DEPTHS_M[s]
                # Newton's steps on a convex sum of straight pieces, up from the level of the depth before.
                for _ in range(20):
                    held, wet = 0.0, 0.0
                    for r in range(n):
                        if part[r] > 0.0 and height[r] <= level:
                            held += (level - height[r]) * part[r] / n
                            wet += part[r] / n
                    if abs(wanted - held) <= 1e-6:
                        break
                    level += (wanted - held) / wet
                carried = 0.0
                for r in range(n):
                    if part[r] > 0.0 and height[r] < level:
                        carried += (level - height[r]) ** (5.0 / 3.0) / manning[r] * part[r] / n
                rough[i, j, s] = wanted ** (5.0 / 3.0) / carried * (1.0 + BUMPS * bumps / (bumps + wanted))


@jit(error_model="numpy")
def _fit_roughness(curve: FloatArray) -> tuple[Scalar, Scalar, Scalar]:
    """Give rough, more and most of ``rough + more min(1 / H, most)`` through Manning's n at ``DEPTHS_M``.

    The deepest value holds exactly; of some bounds the one is taken whose straight fit is best.
    """
    count = len(DEPTHS_M)
    last, deepest = curve[count - 1], 1.0 / DEPTHS_M[count - 1]
    best, best_more, best_most = np.inf, 0.0, 1.0
    most = 1000.0
    while most > 2.0:
        over, under = 0.0, 0.0
        for s in range(count):
            g = min(1.0 / DEPTHS_M[s], most) - deepest
            over += g * (curve[s] - last)
            under += g * g
        slope = over / under
        error = 0.0
        for s in range(count):
            error += (slope * (min(1.0 / DEPTHS_M[s], most) - deepest) - (curve[s] - last)) ** 2
        if error < best:
            best, best_more, best_most = error, slope, most
        most /= 1.6
    # A fit may not fall below a fifth of the deep value where hardly any water is.
    best_more = max(best_more, -0.8 * last / (best_most - deepest))
    return last - best_more * deepest, best_more, best_most


@jit(parallel=True, nogil=True, error_model="numpy")
def face_tables(z: FloatArray, is_open: BoolArray, n: Scalar, axis: Scalar, datum: FloatArray, manning: Float32Array,
        low0: Float32Array, low1: Float32Array, top: Float32Array, full: Float32Array, share: Float32Array,
        depths: Float32Array, rough: Float32Array, more: Float32Array, most: Float32Array) -> None:
    """Fill the tables of the faces between cells; the padded outputs start as walls.

    ``z`` is the ground without small hollows; ``manning``: see ``cell_roughness``, a face has the mean of its cells.
    """
    rows, columns = datum.shape
    for i in numba.prange(axis, rows):
        bed = np.empty(n)
        curve = np.empty(len(DEPTHS_M))
        for j in range(1 - axis, columns):
            i0, j0 = i - axis, j - (1 - axis)
            lowest, highest = np.inf, -np.inf
            for m in range(n):
                bed[m] = _bed_between(z, is_open, axis, (i if axis == 0 else j) * n + m, (j if axis == 0 else i) * n)
                if bed[m] < np.inf:
                    lowest, highest = min(lowest, bed[m]), max(highest, bed[m])
            if lowest == np.inf:
                continue
            reach, whole = levels_tabled(highest - lowest)
            carrying = 0
            for m in range(n):
                carrying += bed[m] < np.inf
            low0[i + 1, j + 1], low1[i + 1, j + 1] = lowest - datum[i0, j0], lowest - datum[i, j]
            top[i + 1, j + 1], full[i + 1, j + 1], share[i + 1, j + 1] = reach, whole, carrying / n
            for k in range(1, LAST_KNOT + 1):
                depth = 0.0
                for m in range(n):
                    depth += max(knot(reach, whole, k) - (bed[m] - lowest), 0.0) / n
                depths[i + 1, j + 1, k] = depth
            for s in range(len(DEPTHS_M)):
                curve[s] = 0.5 * (manning[i0, j0, s] + manning[i, j, s])
            a, b, c = _fit_roughness(curve)
            rough[i + 1, j + 1], more[i + 1, j + 1], most[i + 1, j + 1] = ROOT_G * a, ROOT_G * b, c
