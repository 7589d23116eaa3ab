"""What hangs together on a raster: rings that grow from seeds over the sides of cells."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array


@jit(nogil=True, error_model="numpy")
def rings(seeds: BoolArray, passable: BoolArray, ring: Int32Array) -> Int64Array:
    """Fill ``ring``: 0 in seeds, k in passable cells k sides away from one over passable cells, -1 elsewhere.

    Returns
    -------
    Flat indices of the cells reached, seeds left out, nearest first.
    """
    rows, columns = seeds.shape
    count = 0
    for i in range(rows):
        for j in range(columns):
            ring[i, j] = 0 if seeds[i, j] else -1
            if passable[i, j] and not seeds[i, j]:
                count += 1
    order = np.empty(count, np.int64)
    done = 0
    for i in range(rows):
        for j in range(columns):
            if ring[i, j] == -1 and passable[i, j] and (
                    (i > 0 and seeds[i - 1, j]) or (i + 1 < rows and seeds[i + 1, j])
                    or (j > 0 and seeds[i, j - 1]) or (j + 1 < columns and seeds[i, j + 1])):
                ring[i, j] = 1
                order[done] = i * columns + j
                done += 1
    at = 0
    while at < done:
        i, j = order[at] // columns, order[at] % columns
        at += 1
        for k in range(4):
            r, c = i + (k == 0) - (k == 1), j + (k == 2) - (k == 3)
            if 0 <= r < rows and 0 <= c < columns and ring[r, c] == -1 and passable[r, c]:
                ring[r, c] = ring[i, j] + 1
                order[done] = r * columns + c
                done += 1
    return order[:done]


@jit(nogil=True, error_model="numpy")
def hand_inwards(order: Int64Array, ring: Int32Array, load: FloatArray) -> None:
    """Let every cell of ``order``, the farthest first, hand its load to the cells beside it that are a ring nearer."""
    rows, columns = ring.shape
    for at in range(len(order) - 1, -1, -1):
        i, j = order[at] // columns, order[at] % columns
        takers = 0
        for k in range(4):
            r, c = i + (k == 0) - (k == 1), j + (k == 2) - (k == 3)
            if 0 <= r < rows and 0 <= c < columns and ring[r, c] == ring[i, j] - 1:
                takers += 1
        for k in range(4):
            r, c = i + (k == 0) - (k == 1), j + (k == 2) - (k == 3)
            if 0 <= r < rows and 0 <= c < columns and ring[r, c] == ring[i, j] - 1:
                load[r, c] += load[i, j] / takers
        load[i, j] = 0.0
