"""River stage the slow way: a heap for the spill levels, and one flood fill per level."""

from __future__ import annotations

import heapq


def neighbours(row, column, rows, columns):
    for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
        if 0 <= r < rows and 0 <= c < columns:
            yield r, c


def spill_levels(height, seeds, conduits=(), lowest=-10**9):
    """Least level at which water from the seeds reaches each cell; ``height`` is a list of rows, None where void.

    ``conduits`` are (cell, cell, sill) with cells as (row, column). Plain priority flood over a heap.
    """
    rows, columns = len(height), len(height[0])
    levels = {}
    heap = [(lowest, seed) for seed in seeds]
    heapq.heapify(heap)
    while heap:
        level, cell = heapq.heappop(heap)
        if cell in levels:
            continue
        levels[cell] = level
        for other in neighbours(*cell, rows, columns):
            if other not in levels and height[other[0]][other[1]] is not None:
                heapq.heappush(heap, (max(level, height[other[0]][other[1]]), other))
        for one, two, sill in conduits:
            for here, there in ((one, two), (two, one)):
                if cell == here and there not in levels and height[there[0]][there[1]] is not None:
                    heapq.heappush(heap, (max(level, sill, height[there[0]][there[1]]), there))
    return levels


def nearest(rows, columns, seeds, dy, dx):
    """Seeds nearest to each cell, all of those at the least distance."""
    found = {}
    for r in range(rows):
        for c in range(columns):
            distances = {seed: ((r - seed[0]) * dy) ** 2 + ((c - seed[1]) * dx) ** 2 for seed in seeds}
            least = min(distances.values())
            found[r, c] = {seed for seed, d in distances.items() if d <= least * (1 + 1e-9) + 1e-9}
    return found
