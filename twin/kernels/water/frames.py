"""Frames of depth: what a stored value means, and the picture of the water while frames go by."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int16Array

#: A depth beyond this is a sentinel that no header declares, not water [m].
DEEPEST_M = 1000.0


@jit(nogil=True)
def clean(values: Float32Array, nodata: float, scale: float, missing: float) -> None:
    """Turn stored values into depths in place [m]: sentinels become ``missing``, negative depths dry.

    Parameters
    ----------
    values
        As read, (N,).
    nodata
        Value that the file declares as missing; NaN where it declares none.
    scale
        Metres in one unit.
    missing
        What a missing value becomes: NaN unknown, 0 dry.
    """
    for i in range(len(values)):
        value = values[i]
        if value == 0.0 and nodata != 0.0:
            continue
        if not (value > -1e30 and value * scale < DEEPEST_M) or value == nodata \
                or value in (-9999.0, -99999.0, -32768.0):
            values[i] = missing
        elif value < 0.0:
            values[i] = 0.0
        else:
            values[i] = value * scale


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
