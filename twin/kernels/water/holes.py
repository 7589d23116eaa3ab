"""Holes in a grid of depths, filled from what stands beside them."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int64Array


@jit(nogil=True)
def fill_holes(depth_m: Float32Array, cells: Int64Array, is_inner: BoolArray, rows: int, columns: int) -> int:
    """Give missing cells the largest depth among their eight neighbours, ring by ring inward, in place.

    In the first round every cell of the list may take from cells that have a value of their own; in the rounds after
    it only inner cells, from whatever has one by then.

    Parameters
    ----------
    depth_m
        Depth of each cell, (rows * columns,) [m]; NaN missing. In and out.
    cells, is_inner
        Cells that may be filled, (K,), and which of them lie within a footprint.
    rows, columns
        Size of the grid.

    Returns
    -------
    int
        Number of cells that were filled with water.
    """
    open_ = np.empty(len(cells), np.int64)
    left = 0
    for k in range(len(cells)):
        if np.isnan(depth_m[cells[k]]):
            open_[left] = k
            left += 1
    found = np.empty(left, np.float32)
    wet, is_first = 0, True
    while left:
        kept = filled = 0
        for i in range(left):
            cell = cells[open_[i]]
            row, column = cell // columns, cell % columns
            best = np.float32(np.nan)
            if is_first or is_inner[open_[i]]:
                for r in range(max(row - 1, 0), min(row + 2, rows)):
                    for c in range(max(column - 1, 0), min(column + 2, columns)):
                        beside = depth_m[r * columns + c]
                        if not np.isnan(beside) and not best >= beside:
                            best = beside
            found[i] = best
        for i in range(left):
            if np.isnan(found[i]):
                open_[kept] = open_[i]
                kept += 1
            else:
                depth_m[cells[open_[i]]] = found[i]
                wet += found[i] > 0
                filled += 1
        left = kept
        if not filled:
            break
        is_first = False
    return wet
