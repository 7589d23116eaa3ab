"""Footprints: the cells that an outline touches and those that an area covers.

Coordinates are in cells (column right, row down, a cell is the closed square between whole numbers): an outline that
runs along the edge between two cells touches both.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, FloatArray, Int64Array


@jit(nogil=True)
def _segment_cells(c0: float, r0: float, c1: float, r1: float, rows: int, columns: int, out: Int64Array,
                   count: int) -> int:
    """Write the cells that a segment touches from ``out[count]`` on; where ``out`` is full they are only counted."""
    if c0 > c1:
        c0, r0, c1, r1 = c1, r1, c0, r0
    low_c, high_c = int(np.floor(c0)), int(np.floor(c1))
    if c0 == low_c:
        low_c -= 1
    for column in range(low_c, high_c + 1):
        # The part of the segment within this column of cells.
        left, right = max(c0, float(column)), min(c1, column + 1.0)
        if c1 > c0:
            from_r = r0 + (r1 - r0) * (left - c0) / (c1 - c0)
            to_r = r0 + (r1 - r0) * (right - c0) / (c1 - c0)
        else:
            from_r, to_r = r0, r1
        low, high = min(from_r, to_r), max(from_r, to_r)
        low_r, high_r = int(np.floor(low)), int(np.floor(high))
        if low == low_r:
            low_r -= 1
        for row in range(low_r, high_r + 1):
            if 0 <= row < rows and 0 <= column < columns:
                if count < len(out):
                    out[count] = np.int64(row) * columns + column
                count += 1
    return count


@jit(nogil=True)
def _sort(values: FloatArray, n: int) -> None:
    """Sort the first values in place, by Shell's method: numpy's takes a second to compile, and these are few."""
    gap = n // 2
    while gap > 0:
        for k in range(gap, n):
            value = values[k]
            place = k
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
        gap //= 2


@jit(nogil=True)
def _inner_cells(ring_ends: Int64Array, first_ring: int, last_ring: int, column: FloatArray, row: FloatArray,
                 rows: int, columns: int, out: Int64Array, count: int) -> int:
    """Write the cells whose centre lies inside the rings (even-odd), from ``out[count]`` on."""
    first, last = ring_ends[first_ring], ring_ends[last_ring]
    if first == last:
        return count
    low, high = row[first], row[first]
    for p in range(first, last):
        low, high = min(low, row[p]), max(high, row[p])
    low_r = max(0, int(np.floor(low - 0.5)))
    high_r = min(rows - 1, int(np.ceil(high)))
    hits = np.empty(last - first, np.float64)
    for r in range(low_r, high_r + 1):
        middle = r + 0.5
        n = 0
        for ring in range(first_ring, last_ring):
            for p in range(ring_ends[ring], ring_ends[ring + 1] - 1):
                y0, y1 = row[p], row[p + 1]
                if (y0 <= middle) != (y1 <= middle):
                    hits[n] = column[p] + (column[p + 1] - column[p]) * (middle - y0) / (y1 - y0)
                    n += 1
        _sort(hits, n)
        for pair in range(n // 2):
            from_c = max(0, int(np.ceil(hits[2 * pair] - 0.5)))
            to_c = min(columns - 1, int(np.floor(hits[2 * pair + 1] - 0.5)))
            for c in range(from_c, to_c + 1):
                if count < len(out):
                    out[count] = np.int64(r) * columns + c
                count += 1
    return count


@jit(nogil=True)
def touched_cells(shape_ends: Int64Array, ring_ends: Int64Array, column: FloatArray, row: FloatArray,
                  is_area: BoolArray, rows: int, columns: int, ends: Int64Array, cells: Int64Array) -> int:
    """Write the cells of many shapes, as they are met: a cell may come several times.

    Parameters
    ----------
    shape_ends
        Rings of shape ``s``: ``shape_ends[s]`` to ``shape_ends[s + 1]``, (S + 1,).
    ring_ends
        Points of ring ``r``: ``ring_ends[r]`` to ``ring_ends[r + 1]``, (R + 1,); rings are closed.
    column, row
        Points, (P,) [cells].
    is_area
        True: inner cells too; False: those of the outline alone, (S,).
    rows, columns
        Size of the grid.
    ends
        Written: cells of shape ``s`` are ``ends[s]`` to ``ends[s + 1]``, (S + 1,).
    cells
        Written as far as it goes, (..,).

    Returns
    -------
    int
        How many cells there are: where that is more than ``cells`` holds, call again with a longer one.
    """
    n = 0
    ends[0] = 0
    for s in range(len(is_area)):
        for ring in range(shape_ends[s], shape_ends[s + 1]):
            for p in range(ring_ends[ring], ring_ends[ring + 1] - 1):
                n = _segment_cells(column[p], row[p], column[p + 1], row[p + 1], rows, columns, cells, n)
        if is_area[s] and shape_ends[s + 1] > shape_ends[s]:
            n = _inner_cells(ring_ends, shape_ends[s], shape_ends[s + 1], column, row, rows, columns, cells, n)
        ends[s + 1] = n
    return n
