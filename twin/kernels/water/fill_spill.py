"""Kernels of fill and spill: the tree of hollows, the water poured into it, the level of each pond.

After Barnes, Callaghan and Wickert 2021 (Fill-Spill-Merge, doi:10.5194/esurf-9-105-2021), over the sides of cells.
Cells stand in one strict order, by height and then by index, so that level ground needs no rule of its own. The tree is
built as the ground drowns from below: a cell without a lower neighbour begins a hollow, a cell between two hollows is
their lip and begins the hollow of both.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import FloatArray, Int64Array

#: The hollow that stands for everything beyond the open edges; it never fills.
OUTSIDE = 0


@jit("int64(int64[::1], int64)", nogil=True)
def _top(parent: Int64Array, node: int) -> int:
    """Give the node at the top of the chain, and shorten the chain."""
    top = node
    while parent[top] != top:
        top = parent[top]
    while parent[node] != top:
        parent[node], node = top, parent[node]
    return top


@jit(nogil=True)
def hollows(height_m: FloatArray, order: Int64Array, rows: int, columns: int, open_edges: bool
            ) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array, Int64Array, FloatArray, FloatArray, FloatArray,
                       Int64Array]:
    """Build the tree of hollows.

    Parameters
    ----------
    height_m
        Height of each cell, (rows * columns,) [m]; NaN in voids, which are walls.
    order
        Cells that are no voids, by height and then by index, (N,).
    rows, columns
        Size of the grid.
    open_edges
        Whether water leaves over the outer edge of the grid.

    Returns
    -------
    tuple
        By cell, (rows * columns,): the innermost hollow that its rain runs to; the hollow that it is part of (the
        smallest whose water can cover it), -1 in voids. By hollow, (H,), 0 the outside: its parent (-1 none); the
        other one of its parent's two halves (-1 none); the innermost hollow that it spills into; its floor and its
        lip [m] (a lip at infinity: it never spills); the depth summed over its cells from floor to lip
        [m]; its cells at its floor.
    """
    n = rows * columns
    leaf = np.full(n, -1, np.int64)
    part = np.full(n, -1, np.int64)
    # Hollows without an inner one, the lips that join them (fewer), and the outside.
    most = 1
    for i in order:
        row, column = i // columns, i % columns
        z = height_m[i]
        if not ((row > 0 and height_m[i - columns] <= z) or (column > 0 and height_m[i - 1] <= z)
                or (column < columns - 1 and height_m[i + 1] < z) or (row < rows - 1 and height_m[i + columns] < z)):
            most += 2
    parent = np.full(most, -1, np.int64)
    sibling = np.full(most, -1, np.int64)
    target = np.zeros(most, np.int64)
    floor_m, lip_m = np.zeros(most), np.full(most, np.inf)
    capacity_m = np.zeros(most)
    at_floor = np.zeros(most, np.int64)
    # While it is built: the hollow that now holds a hollow, the level, and the cells below it.
    joined = np.arange(most)
    level_m = np.zeros(most)
    size = np.zeros(most, np.int64)
    count = 1
    near = np.empty(4, np.int64)
    groups, ways = np.empty(5, np.int64), np.empty(5, np.int64)
    for i in order:
        z = height_m[i]
        row, column = i // columns, i % columns
        # Neighbours that are under water already, from the lowest up.
        found = 0
        for side in range(4):
            if side == 0 and row > 0:
                other = i - columns
            elif side == 1 and column > 0:
                other = i - 1
            elif side == 2 and column < columns - 1:
                other = i + 1
            elif side == 3 and row < rows - 1:
                other = i + columns
            else:
                continue
            if part[other] < 0:
                continue
            k = found
            while k > 0 and (height_m[near[k - 1]] > height_m[other]
                             or (height_m[near[k - 1]] == height_m[other] and near[k - 1] > other)):
                near[k] = near[k - 1]
                k -= 1
            near[k] = other
            found += 1
        edge = open_edges and (row == 0 or column == 0 or row == rows - 1 or column == columns - 1)
        meeting = 0
        if edge:
            groups[0], ways[0] = OUTSIDE, OUTSIDE
            meeting = 1
        for k in range(found):
            group = _top(joined, part[near[k]])
            known = False
            for j in range(meeting):
                known = known or groups[j] == group
            if not known:
                groups[meeting], ways[meeting] = group, leaf[near[k]]
                meeting += 1
        leaf[i] = leaf[near[0]] if found else OUTSIDE
        if meeting == 0:
            leaf[i] = part[i] = count
            floor_m[count] = level_m[count] = z
            size[count] = at_floor[count] = 1
            count += 1
            continue
        for j in range(meeting):
            one = groups[j]
            if one != OUTSIDE:
                capacity_m[one] += size[one] * (z - level_m[one])
                level_m[one] = z
        here = groups[0]
        for j in range(1, meeting):
            other = groups[j]
            target[here], target[other] = ways[j], ways[0]
            if here != OUTSIDE:
                lip_m[here] = z
            if other != OUTSIDE:
                lip_m[other] = z
            if OUTSIDE in (here, other):
                joined[here] = joined[other] = OUTSIDE
                here = OUTSIDE
                continue
            parent[here] = parent[other] = count
            sibling[here], sibling[other] = other, here
            joined[here] = joined[other] = count
            floor_m[count] = level_m[count] = z
            size[count] = size[here] + size[other]
            at_floor[count] = size[count] + 1
            here = count
            count += 1
        part[i] = here
        if here != OUTSIDE:
            size[here] += 1
    return (leaf, part, parent[:count], sibling[:count], target[:count], floor_m[:count], lip_m[:count],
            capacity_m[:count], at_floor[:count])


@jit(nogil=True)
def pour(inflow_m: FloatArray, parent: Int64Array, sibling: Int64Array, target: Int64Array, lip_m: FloatArray,
         capacity_m: FloatArray) -> tuple[FloatArray, Int64Array, FloatArray]:
    """Pour water into the innermost hollows, one after another, and let it spill on.

    Parameters
    ----------
    inflow_m
        Water that runs to each hollow, as depth summed over cells, (H,) [m].
    parent, sibling, target, lip_m, capacity_m
        As from :func:`hollows`.

    Returns
    -------
    tuple
        Water that each hollow holds above its floor, (H,) [m]; the pond that it is part of, (H,), -1 where it stands
        dry; water that left from each innermost hollow's inflow, (H,) [m].
    """
    count = len(inflow_m)
    water_m, left_m = np.zeros(count), np.zeros(count)
    pond = np.arange(count)
    full = np.zeros(count, np.bool_)
    begun = np.zeros(count, np.bool_)
    for source in range(1, count):
        rest = inflow_m[source]
        node = source
        while rest > 0.0:
            node = _top(pond, node)
            if node == OUTSIDE:
                left_m[source] = rest
                break
            begun[node] = True
            if not full[node]:
                room = capacity_m[node] - water_m[node]
                if np.isinf(lip_m[node]) or rest < room:
                    water_m[node] += rest
                    break
                rest -= room
                water_m[node] = capacity_m[node]
                full[node] = True
            if sibling[node] >= 0 and full[sibling[node]]:
                # Both halves stand at the lip between them: one pond from here on.
                pond[node] = pond[sibling[node]] = node = parent[node]
                begun[node] = True
            else:
                node = target[node]
    for node in range(count):
        pond[node] = _top(pond, node)
    for node in range(count):
        if not begun[node]:
            pond[node] = -1
    return water_m, pond, left_m


@jit(nogil=True)
def pond_depths(height_m: FloatArray, order: Int64Array, part: Int64Array, floor_m: FloatArray, lip_m: FloatArray,
                capacity_m: FloatArray, at_floor: Int64Array, water_m: FloatArray, pond: Int64Array) -> FloatArray:
    """Give the depth of each cell under the level of its pond, (rows * columns,) [m]; NaN in voids.

    Parameters
    ----------
    height_m, order, part, floor_m, lip_m, capacity_m, at_floor
        As for and from :func:`hollows`.
    water_m, pond
        As from :func:`pour`.
    """
    count = len(water_m)
    level_m, rest_m, size = floor_m.copy(), water_m.copy(), at_floor.copy()
    # Which cells were there when the hollow began is in ``at_floor``: only those above its floor count here.
    started = np.zeros(count, np.bool_)
    for i in order:
        node = part[i]
        if node == OUTSIDE or pond[node] != node or rest_m[node] <= 0.0:
            continue
        if not started[node]:
            started[node] = True  # the lowest cell, or the lip between its halves
            continue
        need = size[node] * (height_m[i] - level_m[node])
        if rest_m[node] <= need:
            level_m[node] += rest_m[node] / size[node]
            rest_m[node] = 0.0
            continue
        rest_m[node] -= need
        level_m[node] = height_m[i]
        size[node] += 1
    for node in range(1, count):
        if rest_m[node] > 0.0:
            level_m[node] += rest_m[node] / size[node]
        if water_m[node] >= capacity_m[node] and not np.isinf(lip_m[node]):
            level_m[node] = lip_m[node]
    depth_m = np.full(len(height_m), np.nan)
    for i in order:
        node = part[i]
        wet = node != OUTSIDE and pond[node] > 0
        depth_m[i] = max(level_m[pond[node]] - height_m[i], 0.0) if wet else 0.0
    return depth_m
