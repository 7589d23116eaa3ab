"""The ground of coarse cells made fit for tables: one pool in a cell, and no small hollows.

Fine rasters are (R * n, C * n) for cells of n x n. Heights are float64.
"""

from __future__ import annotations

import numba
import numpy as np

from twin.kernels.flow.arrays import Scalar
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray

#: Ground that rises this far above what it parts is a crest, not roughness [m].
CREST_M = 0.25


@jit(error_model="numpy")
def _settle_levels(ground: FloatArray, level: FloatArray) -> None:
    """Lower the levels of a window until each is the least at which water from the places given gets there.

    Over sides; ``ground`` is inf in walls. ``level`` starts as the ground where water comes from, or goes to, and inf
    elsewhere. Planchon & Darboux 2002, doi:10.1016/S0341-8162(01)00164-3: in turns from the four corners until nothing
    changes.
    """
    size = level.shape[0]
    changed, turn = True, 0
    while changed:
        changed = False
        for a in range(size):
            for b in range(size):
                r, c = a if turn < 2 else size - 1 - a, b if turn % 2 == 0 else size - 1 - b
                if level[r, c] == ground[r, c]:
                    continue
                least = np.inf
                for k in range(4):
                    i, j = r + (k == 0) - (k == 1), c + (k == 2) - (k == 3)
                    if 0 <= i < size and 0 <= j < size:
                        least = min(least, level[i, j])
                least = max(least, ground[r, c])
                if least < level[r, c]:
                    level[r, c] = least
                    changed = True
        turn = (turn + 1) % 4


@jit(error_model="numpy")
def _levels_from(ground: FloatArray, start: Scalar, level: FloatArray) -> None:
    """Fill how high water from the place ``start`` must stand to get to each place of a cell, (n, n); inf: never."""
    n = ground.shape[0]
    level[...] = np.inf
    level[start // n, start % n] = ground[start // n, start % n]
    _settle_levels(ground, level)


@jit(error_model="numpy")
def _lowest(ground: FloatArray, level: FloatArray, below: Scalar) -> Scalar:
    """Give the lowest place of those that water gets to without standing at ``below`` or higher; -1: none."""
    n = ground.shape[0]
    best, height = -1, np.inf
    for k in range(n * n):
        if level[k // n, k % n] < below and ground[k // n, k % n] < height:
            best, height = k, ground[k // n, k % n]
    return best


@jit(error_model="numpy")
def _pool(ground: FloatArray, kept: BoolArray, level: FloatArray) -> Scalar:
    """Give the lowest place of the pool of a cell: of its largest open piece, or of where a place is kept."""
    n = ground.shape[0]
    seen = np.zeros((n, n), np.bool_)
    best, most = -1, 0
    for k in range(n * n):
        r, c = k // n, k % n
        if ground[r, c] == np.inf:
            continue
        if kept[r, c]:
            _levels_from(ground, k, level)
            return _lowest(ground, level, ground[r, c] + CREST_M)
        if not seen[r, c]:
            _levels_from(ground, k, level)
            count = 0
            for m in range(n * n):
                if level[m // n, m % n] < np.inf:
                    seen[m // n, m % n] = True
                    count += 1
            if count > most:
                best, most = _lowest(ground, level, np.inf), count
    return best


@jit(parallel=True, nogil=True, error_model="numpy")
def keep_one_pool(z: FloatArray, is_open: BoolArray, kept: BoolArray, n: Scalar, ground: FloatArray,
        passable: BoolArray) -> None:
    """Leave each coarse cell one pool, so that no water passes a levee or a row of houses inside a cell.

    The pool is that of the lowest place of the largest open piece of the cell, or of a place that is ``kept``. Places
    of the cell behind a crest, ``CREST_M`` or more above them, are raised to it: water gets there over it alone. Other
    pieces are walls. ``ground`` and ``passable`` start as ``z`` and ``is_open``, and are changed.
    """
    across = z.shape[1] // n
    for block in numba.prange((z.shape[0] // n) * across):
        r0, c0 = block // across * n, block % across * n
        lowest, highest, walls = np.inf, -np.inf, 0
        cell, level, here = np.empty((n, n)), np.empty((n, n)), np.empty((n, n), np.bool_)
        for r in range(n):
            for c in range(n):
                is_free = is_open[r0 + r, c0 + c]
                cell[r, c], here[r, c] = z[r0 + r, c0 + c] if is_free else np.inf, kept[r0 + r, c0 + c]
                walls += not is_free
                if is_free:
                    lowest, highest = min(lowest, cell[r, c]), max(highest, cell[r, c])
        if walls == n * n or (walls == 0 and highest - lowest < CREST_M):
            continue
        _levels_from(cell, _pool(cell, here, level), level)
        for r in range(n):
            for c in range(n):
                if level[r, c] == np.inf:
                    passable[r0 + r, c0 + c] = False
                elif level[r, c] - cell[r, c] >= CREST_M:
                    ground[r0 + r, c0 + c] = level[r, c]


@jit(error_model="numpy")
def _spill_levels(z: FloatArray, is_open: BoolArray, rows: Scalar, columns: Scalar, r0: Scalar, c0: Scalar,
        ground: FloatArray, level: FloatArray) -> None:
    """Fill ground and the level at which each fine cell of a window spills to its rim; inf in walls and outside.

    The rim of the domain (``rows`` x ``columns``) lets water go.
    """
    size = level.shape[0]
    for r in range(size):
        for c in range(size):
            i, j = r0 + r, c0 + c
            ground[r, c], level[r, c] = np.inf, np.inf
            if 0 <= i < rows and 0 <= j < columns and is_open[i, j]:
                ground[r, c] = z[i, j]
                rim = r == 0 or c == 0 or r == size - 1 or c == size - 1
                if rim or i == 0 or j == 0 or i == rows - 1 or j == columns - 1:
                    level[r, c] = z[i, j]
    _settle_levels(ground, level)


@jit(parallel=True, nogil=True, error_model="numpy")
def fill_hollows(z: FloatArray, is_open: BoolArray, kept: BoolArray, rows: Scalar, columns: Scalar, n: Scalar,
        filled: Float32Array) -> None:
    """Fill how far each fine cell must be raised so that its coarse cell has no small hollow inside [m].

    A hollow is small where it spills within half a cell around and covers no more than a quarter of a cell. Larger ones
    are ponds, and left to the coarse cells; so are those with a place that is ``kept``, the sump of a pump. The domain
    has ``rows`` x ``columns`` fine cells; what the rasters hold beyond it only fills up whole cells.
    """
    half = max(n // 2, 1)
    size = n + 2 * half
    across = z.shape[1] // n
    for block in numba.prange((z.shape[0] // n) * across):
        r0, c0 = block // across * n - half, block % across * n - half
        ground, level = np.empty((size, size)), np.empty((size, size))
        _spill_levels(z, is_open, rows, columns, r0, c0, ground, level)
        seen = np.zeros((size, size), np.bool_)
        wait = np.empty((size * size, 2), np.int64)
        for r in range(half, half + n):
            for c in range(half, half + n):
                if seen[r, c] or not ground[r, c] < level[r, c] < np.inf:
                    continue
                # All of the hollow, cell by cell.
                wait[0, 0], wait[0, 1] = r, c
                seen[r, c] = True
                at, count, is_kept = 0, 1, False
                while at < count:
                    is_kept |= kept[r0 + wait[at, 0], c0 + wait[at, 1]]
                    for k in range(4):
                        a, b = wait[at, 0] + (k == 0) - (k == 1), wait[at, 1] + (k == 2) - (k == 3)
                        if (0 <= a < size and 0 <= b < size and not seen[a, b]
                                and ground[a, b] < level[a, b] < np.inf):
                            seen[a, b] = True
                            wait[count, 0], wait[count, 1] = a, b
                            count += 1
                    at += 1
                if is_kept or count > max(n * n // 4, 1):
                    continue
                for k in range(count):
                    a, b = wait[k, 0], wait[k, 1]
                    if half <= a < half + n and half <= b < half + n:
                        filled[r0 + a, c0 + b] = level[a, b] - ground[a, b]
