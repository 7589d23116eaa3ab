"""Frames of depth: what a stored value means, and the picture of the water while frames go by."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int16Array, Int64Array

#: A depth beyond this, up or down, is no water: a damaged file, or another quantity [m].
DEEPEST_M = 1000.0
#: What ``clean`` counts: declared missing, codes that no header declares, values beyond belief, values below 0, dry,
#: wet, and wet in whole numbers of the file's unit.
MISSING, CODE, ABSURD, NEGATIVE, DRY, WET, WHOLE = range(7)
#: Whole numbers up to this are counted one by one.
WHOLES = 256


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
        Values that mean "missing" in many files though no header says so, (K,).
    counts
        In and out: how many values of each sort, (7,): see ``MISSING`` and the others.
    wholes
        In and out: how many wet values are each whole number, the last one counts those above, (WHOLES,).
    lowest_highest
        In and out: lowest and highest value that is believed, first one that is not, (3,) [m].
    """
    for i in range(len(values)):
        value = values[i]
        if value == 0.0 and nodata != 0.0 and offset == 0.0:
            counts[DRY] += 1
            continue
        if np.isnan(value) or value == nodata:
            counts[MISSING] += 1
            values[i] = np.nan
            continue
        is_code = np.isinf(value)
        for k in range(len(codes)):
            if value == codes[k] or (abs(codes[k]) > 1e19 and abs(value / codes[k] - 1.0) < 1e-3):
                is_code = True
                break
        if is_code:
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
        lowest_highest[0] = min(lowest_highest[0], depth)
        lowest_highest[1] = max(lowest_highest[1], depth)
        if depth <= 0.0:
            counts[NEGATIVE if depth < 0.0 else DRY] += 1
            values[i] = 0.0
            continue
        counts[WET] += 1
        if unpacked == np.floor(unpacked):
            counts[WHOLE] += 1
            wholes[min(int(unpacked), WHOLES - 1)] += 1
        values[i] = depth


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
    for i in range(len(depth_m)):
        depth = depth_m[i]
        if depth == 0.0:
            continue
        if np.isnan(depth):
            unknown[i] = True
            continue
        peak_m[i] = max(peak_m[i], depth)
        for s in range(len(steps_m)):
            if depth < steps_m[s]:
                break
            if first[s, i] < 0:
                first[s, i] = frame
            last[s, i] = frame
