"""Depth over time of single assets: put together from frames, and what it crosses.

Depths are whole micrometres (int32). Linear interpolation between two frames at whole seconds is then a ratio of
integers, and "the first whole second with depth at or above the level" is a division that rounds up: exact, the same
on every machine.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import LEAN, jit
from twin.quantities import BoolArray, Int8Array, Int32Array, Int64Array


@jit(nogil=True, **LEAN)
def keep_wet(depth_um: Int32Array, is_active: BoolArray, lanes: int, number: int, first: Int32Array, last: Int32Array,
             blocks: Int32Array, of_block: Int32Array) -> int:
    """Copy the chunks of a frame in which there is water, and note the first and the last frame of each asset.

    Parameters
    ----------
    depth_um
        Depth at the frame, (chunks * lanes,) [µm].
    is_active
        Chunks that may hold water, (chunks,).
    lanes
        Assets in a chunk.
    number
        Number of the frame; they come in order of time.
    first, last
        In and out: first and last frame with water by place of the asset, (chunks * lanes,); -1 while it is dry.
    blocks, of_block
        Out: the chunks, (chunks, lanes), and which each is, (chunks,).

    Returns
    -------
    int
        Chunks copied.
    """
    count, frame = 0, np.int32(number)
    for chunk in range(len(is_active)):
        if not is_active[chunk]:
            continue
        begin, end = chunk * lanes, (chunk + 1) * lanes
        depth, block, since, until = depth_um[begin:end], blocks[count], first[begin:end], last[begin:end]
        is_any_wet = False
        # Without a branch: several assets at a time.
        for lane in range(lanes):
            is_wet = depth[lane] > 0
            is_any_wet |= is_wet
            block[lane] = depth[lane]
            since[lane] = frame if is_wet and since[lane] < 0 else since[lane]
            until[lane] = frame if is_wet else until[lane]
        if is_any_wet:
            of_block[count] = chunk
            count += 1
    return count


@jit(nogil=True, **LEAN)
def fill_series(blocks: Int32Array, of_block: Int32Array, numbers: Int64Array, order: Int64Array, lanes: int,
                begins: Int64Array, depth_um: Int32Array) -> None:
    """Write the depths of some frames into the series of the assets, which stand one after the other.

    Parameters
    ----------
    blocks, of_block
        As ``keep_wet`` gave them, those of several frames one after the other, (N, lanes) and (N,).
    numbers
        Number of the frame of each, (N,).
    order
        In which they are written, (N,).
    lanes
        Assets in a chunk.
    begins
        Where the depths of each place would begin if its first frame were number 0, (chunks * lanes,).
    depth_um
        Out, zeroed: depths of all, [µm]. An asset without a block at a frame is dry.
    """
    for i in range(len(order)):
        k = order[i]
        begin = np.int64(of_block[k]) * lanes
        block, places = blocks[k], begins[begin:begin + lanes]
        for lane in range(lanes):
            if block[lane] > 0:
                depth_um[places[lane] + numbers[k]] = block[lane]


@jit(nogil=True, **LEAN)
def crossings_of(first: Int32Array, offsets: Int64Array, depth_um: Int32Array, knot_s: Int64Array,
                 knot_frame: Int32Array, levels_um: Int32Array, duration_s: int, begin: int,
                 peak_um: Int32Array, peak_time_s: Int64Array, open_um: Int32Array, open_time_s: Int64Array,
                 is_open: BoolArray, out_time_s: Int64Array, out_row: Int32Array, out_level: Int8Array,
                 out_is_up: BoolArray, out_peak_um: Int32Array, out_peak_time_s: Int64Array,
                 count: Int64Array) -> int:
    """Write every crossing of every level, series by series, and the peak of each.

    Parameters
    ----------
    first, offsets, depth_um
        Series: row ``w`` has the depths ``depth_um[offsets[w]:offsets[w + 1]]`` at the frames from ``first[w]`` on,
        and is dry at all others [µm].
    knot_s, knot_frame
        Moments between which depth is linear, (K,) [s], strictly increasing, and the frame that holds at each; -1
        dry.
    levels_um
        Touch, fail and recede level, (3, W) [µm].
    duration_s
        Horizon [s]. A crossing counts from 0 to the second before it.
    begin
        Series to begin with; not 0 when an earlier call ran out of room.
    peak_um, peak_time_s
        Out: peak within the closed horizon, and the second in which it is first reached; 0 and -1 where dry, (W,).
    open_um, open_time_s, is_open
        Out: peak and its time of a wet period that lasts to the horizon, and whether there is one, (W,).
    out_time_s, out_row, out_level, out_is_up, out_peak_um, out_peak_time_s
        Out: the crossings; the peak of the wet period that it ends stands beside a fall below the touch level.
    count
        In and out: crossings written, (1,).

    Returns
    -------
    int
        The series at which the room ran out, or the number of series.
    """
    n = count[0]
    for w in range(begin, len(first)):
        rows = offsets[w + 1] - offsets[w]
        # Between two knots an asset crosses each level at most once, and each of three at the start.
        if n + 3 * (rows + 3) + 3 > len(out_time_s):
            count[0] = n
            return w
        above = 0
        period_um, period_time_s = np.int64(0), np.int64(-1)
        highest_um, highest_s = np.int64(0), np.int64(-1)
        is_first = True
        for i in range(len(knot_s) - 1):
            t0, t1 = knot_s[i], knot_s[i + 1]
            start_s, end_s = max(t0, np.int64(0)), min(t1, np.int64(duration_s))
            if start_s >= end_s:
                continue
            k0, k1 = np.int64(knot_frame[i]) - first[w], np.int64(knot_frame[i + 1]) - first[w]
            d0 = np.int64(depth_um[offsets[w] + k0]) if knot_frame[i] >= 0 and 0 <= k0 < rows else np.int64(0)
            d1 = np.int64(depth_um[offsets[w] + k1]) if knot_frame[i + 1] >= 0 and 0 <= k1 < rows else np.int64(0)
            if d0 == 0 and d1 == 0:
                is_first = False
                continue
            span = t1 - t0
            at_start = (d0 * span + (d1 - d0) * (start_s - t0)) // span if start_s > t0 else d0
            at_end = (d0 * span + (d1 - d0) * (end_s - t0)) // span if end_s < t1 else d1
            was_above = above
            if is_first:
                is_first = False
                for level in range(3):
                    if d0 * span + (d1 - d0) * (start_s - t0) >= np.int64(levels_um[level, w]) * span:
                        was_above |= 1 << level
                        out_time_s[n], out_row[n], out_level[n], out_is_up[n] = start_s, w, level, True
                        out_peak_um[n], out_peak_time_s[n] = 0, -1
                        n += 1
                if at_start > highest_um:
                    highest_um, highest_s = at_start, start_s
                if was_above & 1:
                    period_um, period_time_s = at_start, start_s
            is_above = was_above
            last_s = end_s - (1 if end_s == duration_s else 0)
            for level in range(3):
                threshold = np.int64(levels_um[level, w])
                bit = 1 << level
                if d1 >= threshold and not was_above & bit:
                    time = t0 + ((threshold - d0) * span + (d1 - d0) - 1) // (d1 - d0)
                    if time <= last_s:
                        is_above |= bit
                        out_time_s[n], out_row[n], out_level[n], out_is_up[n] = time, w, level, True
                        out_peak_um[n], out_peak_time_s[n] = 0, -1
                        n += 1
                        if level == 0:
                            period_um, period_time_s = at_end, end_s
                elif d1 < threshold and was_above & bit:
                    time = t0 + ((d0 - threshold) * span) // (d0 - d1) + 1
                    if time <= last_s:
                        is_above &= ~bit
                        out_time_s[n], out_row[n], out_level[n], out_is_up[n] = time, w, level, False
                        out_peak_um[n], out_peak_time_s[n] = 0, -1
                        if level == 0:
                            out_peak_um[n], out_peak_time_s[n] = period_um, period_time_s
                        n += 1
            if is_above & 1 and at_end > period_um:
                period_um, period_time_s = at_end, end_s
            if at_end > highest_um:
                highest_um, highest_s = at_end, end_s
            above = is_above
        peak_um[w], peak_time_s[w] = highest_um, highest_s
        open_um[w], open_time_s[w], is_open[w] = period_um, period_time_s, above & 1 > 0
    count[0] = n
    return len(first)
