"""Kernels on the supply graph: cycles and their order, and who is fed when nothing but given assets is down.

A graph is in compressed rows: asset ``a`` needs groups ``group_offsets[a]:group_offsets[a + 1]``, group ``g`` may be
fed by edges ``edge_offsets[g]:edge_offsets[g + 1]`` from ``supplier[e]``, in order of preference; groups of
``control`` (``is_control``) darken nothing and are passed over. ``out_group[out_offsets[a]:out_offsets[a + 1]]`` are
the groups that asset ``a`` may feed.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Int32Array


@jit()
def components(out_offsets: Int32Array, out_group: Int32Array, group_asset: Int32Array,
               is_control: BoolArray) -> tuple[Int32Array, int]:
    """Give the cycle that each asset belongs to, (A,): equal numbers feed each other, directly or through others.

    Tarjan's algorithm without recursion. A supplier's component has a higher number than those that it feeds.

    Source: Tarjan, R., Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972), doi:10.1137/0201010.
    """
    assets = len(out_offsets) - 1
    component = np.full(assets, -1, np.int32)
    index = np.full(assets, -1, np.int32)
    low = np.empty(assets, np.int32)
    cursor = out_offsets[:-1].copy()
    stack = np.empty(assets, np.int32)
    path = np.empty(assets, np.int32)
    stacked = 0
    visited = 0
    count = 0
    for first in range(assets):
        if index[first] >= 0:
            continue
        depth = 0
        path[0] = first
        index[first] = low[first] = visited
        visited += 1
        stack[stacked] = first
        stacked += 1
        while depth >= 0:
            a = path[depth]
            if cursor[a] < out_offsets[a + 1]:
                g = out_group[cursor[a]]
                cursor[a] += 1
                if is_control[g]:
                    continue
                b = group_asset[g]
                if index[b] < 0:
                    index[b] = low[b] = visited
                    visited += 1
                    stack[stacked] = b
                    stacked += 1
                    depth += 1
                    path[depth] = b
                elif component[b] < 0:
                    low[a] = min(low[a], index[b])
                continue
            if low[a] == index[a]:
                while True:
                    stacked -= 1
                    b = stack[stacked]
                    component[b] = count
                    if b == a:
                        break
                count += 1
            depth -= 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[a])
    return component, count


@jit()
def levels(component: Int32Array, count: int, group_offsets: Int32Array, edge_offsets: Int32Array,
           supplier: Int32Array, is_control: BoolArray) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Give the rank of each component and its members.

    Returns
    -------
    level
        Longest way from a source, (C,): a component's suppliers outside it have lower levels.
    member_offsets, members
        Assets of each component in order of row, (C + 1,) and (A,).
    """
    assets = len(component)
    member_offsets = np.zeros(count + 1, np.int32)
    for a in range(assets):
        member_offsets[component[a] + 1] += 1
    for c in range(count):
        member_offsets[c + 1] += member_offsets[c]
    members = np.empty(assets, np.int32)
    place = member_offsets[:-1].copy()
    for a in range(assets):
        members[place[component[a]]] = a
        place[component[a]] += 1
    level = np.zeros(count, np.int32)
    # Suppliers have higher component numbers: coming down, their levels are final before they are read.
    for c in range(count - 1, -1, -1):
        for k in range(member_offsets[c], member_offsets[c + 1]):
            a = members[k]
            for g in range(group_offsets[a], group_offsets[a + 1]):
                if is_control[g]:
                    continue
                for e in range(edge_offsets[g], edge_offsets[g + 1]):
                    other = component[supplier[e]]
                    if other != c and level[other] + 1 > level[c]:
                        level[c] = level[other] + 1
    return level, member_offsets, members


@jit()
def fed(group_offsets: Int32Array, edge_offsets: Int32Array, group_asset: Int32Array, is_control: BoolArray,
        supplier: Int32Array, out_offsets: Int32Array, out_group: Int32Array, is_down: BoolArray) -> BoolArray:
    """Give who delivers its service when only ``is_down`` (A,) is down: the least fixed point, (A,).

    Buffers and transfer delays are left out: a ring cut off from every source is not fed.
    """
    assets = len(is_down)
    is_fed = np.zeros(assets, np.bool_)
    is_served = np.zeros(len(is_control), np.bool_)
    missing = np.zeros(assets, np.int32)
    queue = np.empty(assets, np.int32)
    tail = 0
    for a in range(assets):
        for g in range(group_offsets[a], group_offsets[a + 1]):
            if not is_control[g]:
                missing[a] += 1
        if missing[a] == 0 and not is_down[a]:
            is_fed[a] = True
            queue[tail] = a
            tail += 1
    head = 0
    while head < tail:
        a = queue[head]
        head += 1
        for k in range(out_offsets[a], out_offsets[a + 1]):
            g = out_group[k]
            if is_control[g] or is_served[g]:
                continue
            is_served[g] = True
            b = group_asset[g]
            missing[b] -= 1
            if missing[b] == 0 and not is_down[b]:
                is_fed[b] = True
                queue[tail] = b
                tail += 1
    return is_fed


@jit()
def first_uses(group_offsets: Int32Array, edge_offsets: Int32Array, group_asset: Int32Array, is_control: BoolArray,
               supplier: Int32Array, out_offsets: Int32Array, out_group: Int32Array,
               component: Int32Array) -> Int32Array:
    """Give the edge that each group uses before anything happens, (G,), so that nothing holds itself up.

    Suppliers outside an asset's cycle are taken as in service. Within it assets come in round by round, first over
    preferred suppliers alone; where those feed nothing more, over the next in order of preference. A group uses the
    most preferred supplier that is outside its cycle or came in an earlier round than its asset; the groups of what
    is never fed, and of control, their preferred one. ``docs/mechanics.md`` has the reasons.
    """
    assets = len(out_offsets) - 1
    turn_of = np.full(assets, -1, np.int32)
    missing = np.zeros(assets, np.int32)
    is_served = np.zeros(len(is_control), np.bool_)
    coming = np.empty(assets, np.int32)
    count = 0
    most = 1
    for g in range(len(is_control)):
        most = max(most, edge_offsets[g + 1] - edge_offsets[g])
        if not is_control[g]:
            missing[group_asset[g]] += 1
    first = 0
    turn = 0
    for rank in range(most):
        for g in range(len(is_control)):
            e = edge_offsets[g] + rank
            if e < edge_offsets[g + 1] and not is_control[g] and not is_served[g] and (
                    component[supplier[e]] != component[group_asset[g]] or turn_of[supplier[e]] >= 0):
                is_served[g] = True
                missing[group_asset[g]] -= 1
        turn += 1
        for a in range(assets):
            if turn_of[a] < 0 and missing[a] == 0:
                turn_of[a] = turn
                coming[count] = a
                count += 1
        while first < count:
            last = count
            turn += 1
            while first < last:
                a = coming[first]
                first += 1
                for k in range(out_offsets[a], out_offsets[a + 1]):
                    g = out_group[k]
                    b = group_asset[g]
                    if is_control[g] or is_served[g] or component[a] != component[b]:
                        continue
                    for e in range(edge_offsets[g], min(edge_offsets[g] + rank + 1, edge_offsets[g + 1])):
                        if supplier[e] == a:
                            is_served[g] = True
                            missing[b] -= 1
                            break
                    if missing[b] == 0 and turn_of[b] < 0:
                        turn_of[b] = turn
                        coming[count] = b
                        count += 1
    used = edge_offsets[:-1].copy()
    for g in range(len(is_control)):
        a = group_asset[g]
        if turn_of[a] < 0 or is_control[g]:
            continue
        for e in range(edge_offsets[g], edge_offsets[g + 1]):
            if component[supplier[e]] != component[a] or 0 <= turn_of[supplier[e]] < turn_of[a]:
                used[g] = e
                break
    return used


@jit()
def reach_down(group_offsets: Int32Array, edge_offsets: Int32Array, group_asset: Int32Array, is_control: BoolArray,
               supplier: Int32Array, out_offsets: Int32Array, out_group: Int32Array, seeds: BoolArray) -> BoolArray:
    """Give what lies below some assets, themselves included, (A,)."""
    found = seeds.copy()
    queue = np.empty(len(seeds), np.int32)
    tail = 0
    for a in range(len(seeds)):
        if seeds[a]:
            queue[tail] = a
            tail += 1
    head = 0
    while head < tail:
        a = queue[head]
        head += 1
        for k in range(out_offsets[a], out_offsets[a + 1]):
            b = group_asset[out_group[k]]
            if not is_control[out_group[k]] and not found[b]:
                found[b] = True
                queue[tail] = b
                tail += 1
    return found


@jit()
def reach_up(group_offsets: Int32Array, edge_offsets: Int32Array, group_asset: Int32Array, is_control: BoolArray,
             supplier: Int32Array, out_offsets: Int32Array, out_group: Int32Array, seeds: BoolArray) -> BoolArray:
    """Give what lies above some assets, themselves included, (A,)."""
    found = seeds.copy()
    queue = np.empty(len(seeds), np.int32)
    tail = 0
    for a in range(len(seeds)):
        if seeds[a]:
            queue[tail] = a
            tail += 1
    head = 0
    while head < tail:
        a = queue[head]
        head += 1
        for g in range(group_offsets[a], group_offsets[a + 1]):
            if is_control[g]:
                continue
            for e in range(edge_offsets[g], edge_offsets[g + 1]):
                if not found[supplier[e]]:
                    found[supplier[e]] = True
                    queue[tail] = supplier[e]
                    tail += 1
    return found
