"""Frames of depth: what a stored value means, and the picture of the water while frames go by."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int16Array, Int64Array

#: A depth beyond this, up or down, is no water: a damaged file, or another quantity [m].
DEEPEST_M = 1000.0
#: What ``clean`` counts: declared missing, codes that no header declares, values beyond belief, values below 0, dry,
#: wet, wet in whole numbers of the file's unit; and of the stored values, those next to nothing and those that are 0.
MISSING, CODE, ABSURD, NEGATIVE, DRY, WET, WHOLE, TINY, NOUGHT = range(9)
#: Least number that 32 bits hold with its exponent: what is closer to 0 has lost some of its bits (IEEE 754).
LEAST_NORMAL = 2.0**-126
#: Whole numbers up to this are counted one by one.
WHOLES = 256
#: Values are looked at in blocks of this many: most of a city is dry, and a dry block costs one look.
BLOCK = 256


@jit(nogil=True)
def is_nought(values: Float32Array) -> bool:
    """Tell whether all of a block is 0."""
    found = False
    for i in range(len(values)):
        found |= values[i] != 0.0
    return not found


@jit(nogil=True)
def _is_code(value: float, codes: FloatArray) -> bool:
    """Tell whether a value is a code for missing; those near the end of a type's range are written in many ways."""
    if np.isinf(value):
        return True
    for k in range(len(codes)):
        if value == codes[k] or (abs(codes[k]) > 1e19 and abs(value / codes[k] - 1.0) < 1e-3):
            return True
    return False


@jit(nogil=True)
def _clean(values: Float32Array, nodata: float, scale: float, offset: float, unit_m: float, codes: FloatArray,
           counts: Int64Array, wholes: Int64Array, lowest_highest: FloatArray) -> None:
    """Do what ``clean`` does, for one block."""
    missing = dry = wet = whole = tiny = nought = 0
    low, high = lowest_highest[0], lowest_highest[1]
    is_zero_dry = nodata != 0.0 and offset == 0.0
    for i in range(len(values)):
        value = values[i]
        if value == 0.0:
            nought += 1
            if is_zero_dry:
                dry += 1
                continue
        elif -LEAST_NORMAL < value < LEAST_NORMAL:
            tiny += 1
        if np.isnan(value) or value == nodata:
            missing += 1
            values[i] = np.nan
            continue
        # Most values are too small for any code: looking through the list for each would cost more than all the rest.
        if (value > 90.0 or value < -90.0) and _is_code(value, codes):
            counts[CODE] += 1
            values[i] = np.nan
            continue
        unpacked = value * scale + offset
        depth = unpacked * unit_m
        if not abs(depth) < DEEPEST_M:
            if counts[ABSURD] == 0:
                lowest_highest[2] = depth
            counts[ABSURD] += 1
            values[i] = np.nan
            continue
        low, high = min(low, depth), max(high, depth)
        if depth > 0.0:
            wet += 1
            if unpacked == np.floor(unpacked):
                whole += 1
                wholes[min(int(unpacked), WHOLES - 1)] += 1
            values[i] = depth
        else:
            if depth < 0.0:
                counts[NEGATIVE] += 1
            else:
                dry += 1
            values[i] = 0.0
    counts[MISSING] += missing
    counts[DRY] += dry
    counts[WET] += wet
    counts[WHOLE] += whole
    counts[TINY] += tiny
    counts[NOUGHT] += nought
    lowest_highest[0], lowest_highest[1] = low, high


@jit(nogil=True)
def clean(values: Float32Array, nodata: float, scale: float, offset: float, unit_m: float, codes: FloatArray,
          counts: Int64Array, wholes: Int64Array, lowest_highest: FloatArray) -> None:
    """Turn stored values into depths in place [m]: NaN missing, 0 dry; count what they were.

    Parameters
    ----------
    values
        As read, (N,).
    nodata
        Stored value that the file declares as missing; NaN where it declares none.
    scale, offset
        How stored values are unpacked: value * scale + offset, in the file's unit.
    unit_m
        Metres in one unit.
    codes
        Values that mean "missing" in many files though no header says so, (K,); none between -90 and 90.
    counts
        In and out: how many values of each sort, (9,): see ``MISSING`` and the others.
    wholes
        In and out: how many wet values are each whole number, the last one counts those above, (WHOLES,).
    lowest_highest
        In and out: lowest and highest value that is believed, first one that is not, (3,) [m].
    """
    for begin in range(0, len(values), BLOCK):
        block = values[begin:begin + BLOCK]
        if nodata != 0.0 and offset == 0.0 and is_nought(block):
            counts[NOUGHT] += len(block)
            counts[DRY] += len(block)
        else:
            _clean(block, nodata, scale, offset, unit_m, codes, counts, wholes, lowest_highest)


@jit(nogil=True)
def accumulate(depth_m: Float32Array, peak_m: Float32Array, first: Int16Array, last: Int16Array, unknown: BoolArray,
               steps_m: Float32Array, frame: int) -> None:
    """Take a frame into the picture of the water.

    Parameters
    ----------
    depth_m
        The frame, (N,) [m]; NaN unknown.
    peak_m, first, last, unknown
        In and out: peak so far (N,), first and last frame at each step (3, N), ever unknown (N,).
    steps_m
        The steps, increasing, (3,) [m].
    frame
        Number of the frame.
    """
    now = np.int16(frame)
    for begin in range(0, len(depth_m), BLOCK):
        depth = depth_m[begin:begin + BLOCK]
        if is_nought(depth):
            continue
        # One thing after the other: each of these loops then takes several cells at a time.
        peak, is_unknown = peak_m[begin:begin + BLOCK], unknown[begin:begin + BLOCK]
        for i in range(len(depth)):
            is_unknown[i] |= depth[i] != depth[i]
            peak[i] = depth[i] if depth[i] > peak[i] else peak[i]
        for s in range(len(steps_m)):
            step_m, since, until = steps_m[s], first[s, begin:begin + BLOCK], last[s, begin:begin + BLOCK]
            for i in range(len(depth)):
                is_above = depth[i] >= step_m
                since[i] = now if is_above and since[i] < 0 else since[i]
                until[i] = now if is_above else until[i]
