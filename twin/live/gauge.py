"""Gauge: readings that cannot be the river's, and drop out before anything is held against them."""

from __future__ import annotations

from enum import Enum

import numpy as np

from twin.quantities import FloatArray

#: A level does not move faster than this [m per 10 min].
MOST_STEP_M, STEP_S = 0.5, 600
#: The same value this often in a row, while others moved, is a stuck gauge.
STUCK = 12


class Fault(Enum):
    """Why a reading drops out."""

    NONE = ""
    STEP = "step"
    RANGE = "range"
    STUCK = "stuck"


def faults(times_s: FloatArray, level_m: FloatArray, *, lowest_m: float = -np.inf, highest_m: float = np.inf,
           stuck: int = STUCK) -> list[Fault]:
    """Give what is wrong with each reading, in order of time.

    Parameters
    ----------
    times_s, level_m
        Readings, (N,), strictly increasing times.
    lowest_m, highest_m
        What the gauge can read: its foot, its top.
    stuck
        Equal readings in a row from which on all of them drop out but the first.

    Examples
    --------
    >>> [one.value for one in faults(np.array([0., 600, 1200, 1800]), np.array([2.0, 2.1, 3.4, 2.2]))]
    ['', '', 'step', '']
    """
    found = [Fault.NONE] * len(level_m)
    last = -1
    for i in range(len(level_m)):
        if not lowest_m <= level_m[i] <= highest_m:
            found[i] = Fault.RANGE
        elif last >= 0 and abs(level_m[i] - level_m[last]) > _most_m(times_s[i] - times_s[last]):
            found[i] = Fault.STEP
        else:
            last = i
    begin = 0
    for i in range(1, len(level_m) + 1):
        if i < len(level_m) and level_m[i] == level_m[begin]:
            continue
        if i - begin >= stuck:
            found[begin + 1:i] = [Fault.STUCK] * (i - begin - 1)
        begin = i
    return found


def _most_m(apart_s: float) -> float:
    return MOST_STEP_M * max(1.0, apart_s / STEP_S)
