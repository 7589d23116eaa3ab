"""Timers: a binary heap of whole numbers, earliest first."""

from __future__ import annotations

import numpy as np

from twin.kernels.supply.codes import SORT_SHIFT, TIME_SHIFT, TIMERS
from twin.kernels.supply.tables import Tables, helper


@helper
def push(tables: Tables, t: int, sort: int, number: int) -> None:
    """Set a timer: a binary heap, earliest first."""
    heap = tables.timers
    i = tables.counts[TIMERS]
    tables.counts[TIMERS] = i + 1
    key = (np.int64(t) << TIME_SHIFT) | (np.int64(sort) << SORT_SHIFT) | np.int64(number)
    while i > 0:
        parent = (i - 1) >> 1
        if heap[parent] <= key:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = key


@helper
def pop(tables: Tables) -> int:
    """Give the timer that is due first, and take it off."""
    heap = tables.timers
    n = tables.counts[TIMERS] - 1
    tables.counts[TIMERS] = n
    top = int(heap[0])
    key = heap[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = key
    return top
