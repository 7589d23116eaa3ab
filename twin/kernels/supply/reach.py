"""What each of many changes can reach: all that hangs on it, and the circuits that what it reaches may trip."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Int32Array, Int64Array


@jit()
def reach_each(group_offsets: Int32Array, edge_offsets: Int32Array, group_asset: Int32Array, is_control: BoolArray,
               supplier: Int32Array, out_offsets: Int32Array, out_group: Int32Array, trip_offsets: Int32Array,
               tripped: Int32Array, seed_offsets: Int64Array, seeds: Int32Array) -> tuple[Int64Array, Int32Array]:
    """Give the rows that each change reaches, in compressed rows: offsets (N + 1,) and rows, in order of discovery.

    ``seeds[seed_offsets[i]:seed_offsets[i + 1]]`` is where change ``i`` is made; a wet asset ``a`` opens the circuits
    ``tripped[trip_offsets[a]:trip_offsets[a + 1]]``. The cost is that of what is reached, not of the city.
    """
    count = len(seed_offsets) - 1
    seen = np.full(len(group_offsets) - 1, -1, np.int32)
    offsets = np.zeros(count + 1, np.int64)
    rows = np.empty(max(1024, 4 * len(seeds)), np.int32)
    tail = 0
    for i in range(count):
        head = tail
        for k in range(seed_offsets[i], seed_offsets[i + 1]):
            if seen[seeds[k]] != i:
                seen[seeds[k]] = i
                if tail == len(rows):
                    rows = np.append(rows, np.empty(len(rows), np.int32))
                rows[tail] = seeds[k]
                tail += 1
        while head < tail:
            a = rows[head]
            head += 1
            below = out_offsets[a + 1] - out_offsets[a]
            for k in range(below + trip_offsets[a + 1] - trip_offsets[a]):
                if k < below:
                    g = out_group[out_offsets[a] + k]
                    if is_control[g]:
                        continue
                    b = group_asset[g]
                else:
                    b = tripped[trip_offsets[a] + k - below]
                if seen[b] != i:
                    seen[b] = i
                    if tail == len(rows):
                        rows = np.append(rows, np.empty(len(rows), np.int32))
                    rows[tail] = b
                    tail += 1
        offsets[i + 1] = tail
    return offsets, rows[:tail].copy()
