"""The depth over time of single assets in the water of a river stage that stands otherwise, cell by cell."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import LEAN, jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int32Array, Int64Array


@jit(nogil=True, **LEAN)
def night_series(offsets: Int64Array, members: Int32Array, station: Int32Array, height_m: Float32Array,
                 spill_m: Float32Array, open_m: Float32Array, guard_m: Float32Array, level_m: FloatArray,
                 lowest_m: FloatArray, highest_m: FloatArray, times_s: Int64Array, drain_m_s: float, scale: float,
                 higher_m: FloatArray, scratch: Int32Array, row: Int32Array, first: Int32Array, ends: Int64Array,
                 depth_um: Int32Array, is_unknown: BoolArray) -> int:
    """Write the depths of each asset that gets wet, from its first frame with water to its last, one after the other.

    Parameters
    ----------
    offsets, members
        Cells of each asset, (A + 1,) and (M,): places in the columns of the cells.
    station, height_m, spill_m, open_m, guard_m
        The cells, as for ``twin.kernels.water.spill.depths_at``, (C,); station -1: not computed.
    level_m
        Level at each station and frame, (K, T) [m], relative.
    lowest_m, highest_m
        Lowest and highest level of each station, (K,) [m].
    times_s, drain_m_s
        Times of the frames, (T,), and the rate at which cut-off water drains [m/s].
    scale
        The rise above the lowest level of a station is multiplied by this.
    higher_m
        By how much the water stands higher at each asset, (A,) [m].
    scratch
        Room for one asset, (T,).
    row, first, ends
        Out, by wet asset: its row, its first frame with water, where its depths end, (A,) each.
    depth_um
        Out: depths of all wet assets [µm].
    is_unknown
        Out: at some frame the depth of a dry cell is unknown, (A,).

    Returns
    -------
    int
        Number of wet assets; -1 where ``depth_um`` has too little room.
    """
    frames = len(times_s)
    count, used = 0, 0
    for a in range(len(offsets) - 1):
        is_unknown[a] = False
        lowest, highest = frames, -1
        for m in range(offsets[a], offsets[a + 1]):
            i = members[m]
            k = station[i]
            if k < 0 or np.isnan(height_m[i]):
                continue
            spill, height = np.float64(spill_m[i]), np.float64(height_m[i])
            top = highest_m[k] + (scale - 1.0) * (highest_m[k] - lowest_m[k]) + higher_m[a]
            is_guarded = len(guard_m) > 0 and top >= guard_m[i] and top >= open_m[i]
            if top < spill and not is_guarded:
                continue
            if highest < 0:
                scratch[:] = 0
                highest = 0
            since_s, before = np.nan, -np.inf
            for t in range(frames):
                level = level_m[k, t]
                level = level + (scale - 1.0) * (level - lowest_m[k]) + higher_m[a]
                depth = 0.0
                if level >= spill:
                    since_s = np.float64(times_s[t])
                    depth = max(level - height, 0.0)
                else:
                    if before >= spill:
                        since_s = times_s[t - 1] + (before - spill) / (before - level) * (times_s[t] - times_s[t - 1])
                    if not np.isnan(since_s):
                        depth = max(spill - drain_m_s * (times_s[t] - since_s) - height, 0.0)
                    if is_guarded and depth == 0.0 and level >= guard_m[i] and level >= open_m[i]:
                        is_unknown[a] = True
                before = level
                # As a float32 in between: so frames hold it.
                deep = np.int32(np.float64(np.float32(depth)) * 1e6 + 0.5)
                scratch[t] = max(scratch[t], deep)
                if deep > 0:
                    lowest, highest = min(lowest, t), max(highest, t)
        if lowest == frames:
            continue
        if used + highest - lowest + 1 > len(depth_um):
            return -1
        for t in range(lowest, highest + 1):
            depth_um[used] = scratch[t]
            used += 1
        row[count], first[count], ends[count] = a, lowest, used
        count += 1
    return count
