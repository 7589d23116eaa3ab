"""Fill and spill the slow way: ponds as sets of cells, each grown anew from its cells to find its lip."""

from __future__ import annotations

import heapq
import math


def fill_spill(height, water, open_edges=True):
    """Depth of each cell and the water that left, for cells of side 1.

    ``height`` and ``water`` are lists of rows, None a void. A pond is a set of cells that hang together; it grows
    cell by cell, the lowest beside it next, until that one lets water go: its lip.
    """
    rows, columns = len(height), len(height[0])
    cells = [(r, c) for r in range(rows) for c in range(columns) if height[r][c] is not None]

    def rank(cell):
        return height[cell[0]][cell[1]], cell

    def beside(cell):
        r, c = cell
        return [(a, b) for a, b in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1))
                if 0 <= a < rows and 0 <= b < columns and height[a][b] is not None]

    def at_edge(cell):
        return open_edges and (cell[0] in (0, rows - 1) or cell[1] in (0, columns - 1))

    def descend(cell):
        """Lowest cell on the way down, None where the way leads out."""
        while True:
            lower = [other for other in beside(cell) if rank(other) < rank(cell)]
            if not lower:
                return None if at_edge(cell) else cell
            cell = min(lower, key=rank)

    def grow(pond):
        """Cells up to the lip of a pond, the lip, and where it leads to (no lip: None, None)."""
        region = set(pond)
        front = [(rank(other), other) for cell in pond for other in beside(cell) if other not in region]
        # The lip that joined two halves may let water go a third way.
        for cell in sorted(pond, key=rank):
            way = beyond(cell, region)
            if way != "none":
                return region - {cell}, cell, way
        heapq.heapify(front)
        while front:
            _, cell = heapq.heappop(front)
            way = beyond(cell, region)
            if way != "none":
                return region - {cell}, cell, way
            if cell in region:
                continue
            region.add(cell)
            for other in beside(cell):
                if other not in region:
                    heapq.heappush(front, (rank(other), other))
        return region, None, None

    def beyond(cell, region):
        if at_edge(cell):
            return None
        lower = [other for other in beside(cell) if other not in region and rank(other) < rank(cell)]
        return descend(min(lower, key=rank)) if lower else "none"

    def room(pond):
        region, lip, _ = grow(pond)
        if lip is None:
            return math.inf
        return math.fsum(height[lip[0]][lip[1]] - height[r][c] for r, c in region)

    pond_of, held, full, left = {}, {}, set(), 0.0
    for source in cells:
        rest, at = water[source[0]][source[1]], descend(source)
        while rest > 0:
            if at is None:
                left += rest
                break
            pond = pond_of.get(at)
            if pond is None:
                pond = frozenset([at])
                pond_of[at], held[pond] = pond, 0.0
            if pond not in full:
                space = room(pond) - held[pond]
                if rest < space:
                    held[pond] += rest
                    break
                rest -= space
                held[pond] += space
                full.add(pond)
            region, lip, way = grow(pond)
            other = pond_of.get(way)
            if other in full and grow(other)[1] == lip and pond_of.get(grow(other)[2]) == pond:
                joined = frozenset(region | grow(other)[0] | {lip})
                held[joined] = held.pop(pond) + held.pop(other)
                for key in list(pond_of):
                    if pond_of[key] in (pond, other):
                        pond_of[key] = joined
                way = at
            at = way
    depth = [[None if z is None else 0.0 for z in row] for row in height]
    for pond, volume in held.items():
        region = sorted(grow(pond)[0] | pond, key=rank)
        heights = [height[r][c] for r, c in region]
        for k in range(len(region), 0, -1):
            level = (volume + math.fsum(heights[:k])) / k
            if level >= heights[k - 1]:
                break
        for r, c in region:
            depth[r][c] = max(level - height[r][c], 0.0)
    return depth, left
