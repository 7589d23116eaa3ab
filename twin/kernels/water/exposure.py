"""Exposure, frame by frame: the depth of each asset, and which levels it crossed since the frame before.

Depths are whole micrometres (int32). Linear interpolation between two frames at whole seconds is then a ratio of
integers, and "the first whole second with depth at or above the level" is a division that rounds up: exact, the same
on every machine and for any number of threads. An asset without cells keeps depth 0.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, Int8Array, Int32Array, Int64Array

#: A level that nothing reaches [µm].
NEVER_UM = 2**31 - 1
#: Deeper than any flood: a value above it is taken as unknown, not as water [µm].
DEEPEST_UM = 2_000_000_000
#: Assets are worked through in chunks, cells in blocks of this many: dry ones cost nothing.
CHUNK = 256
#: How much of an asset is unknown at a frame: nothing, some of its cells, all of them.
KNOWN, SOME, ALL = 0, 1, 2


@jit(nogil=True)
def asset_depths(offsets: Int64Array, members: Int32Array, lowest: Int32Array, highest: Int32Array,
                 depth_m: Float32Array, depth_um: Int32Array, unknown: Int8Array, is_active: BoolArray) -> None:
    """Fill the depth of each asset at one frame: the largest among its cells.

    Parameters
    ----------
    offsets, members
        Cells of each asset, (A + 1,) and (M,): positions in ``depth_m``.
    lowest, highest
        Least and greatest position among the cells of each chunk of assets; -1 where it has none.
    depth_m
        Depth at the cells, (C,) [m]; NaN unknown.
    depth_um, unknown
        Out: depth [µm], 0 where unknown, and ``KNOWN``, ``SOME`` or ``ALL``, (A,) each.
    is_active
        Out: whether a chunk may hold an asset that is not simply dry.
    """
    blocks = len(depth_m) // CHUNK + 1
    # Blocks before each one in which some cell is not dry.
    stirred = np.zeros(blocks + 1, np.int32)
    for block in range(blocks):
        is_dry = True
        for k in range(block * CHUNK, min((block + 1) * CHUNK, len(depth_m))):
            is_dry &= depth_m[k] <= 0
        stirred[block + 1] = stirred[block] + (not is_dry)
    for chunk in range(len(lowest)):
        begin, end = chunk * CHUNK, min((chunk + 1) * CHUNK, len(depth_um))
        is_active[chunk] = lowest[chunk] >= 0 and \
            stirred[highest[chunk] // CHUNK + 1] > stirred[lowest[chunk] // CHUNK]
        if not is_active[chunk]:
            depth_um[begin:end] = 0
            unknown[begin:end] = KNOWN
            continue
        for asset in range(begin, end):
            first, last = offsets[asset], offsets[asset + 1]
            deepest = np.int32(0)
            missing = 0
            for m in range(first, last):
                metres = depth_m[members[m]]
                if metres > 0:
                    micrometres = np.float64(metres) * 1e6 + 0.5
                    if micrometres >= DEEPEST_UM:
                        missing += 1
                    elif micrometres > deepest:
                        deepest = np.int32(micrometres)
                elif metres != metres:
                    missing += 1
            depth_um[asset] = deepest
            unknown[asset] = KNOWN if missing == 0 else (ALL if missing == last - first else SOME)


@jit(nogil=True)
def crossings_between(
        before_um: Int32Array, now_um: Int32Array, before_unknown: Int8Array, now_unknown: Int8Array,
        was_active: BoolArray, is_active: BoolArray,
        levels_um: Int32Array, above: Int8Array, peak_um: Int32Array, peak_time_s: Int64Array,
        period_um: Int32Array, period_time_s: Int64Array, unknown_s: Int64Array, ever: Int8Array,
        out_time_s: Int64Array, out_asset: Int32Array, out_level: Int8Array, out_is_up: BoolArray,
        out_peak_um: Int32Array, out_peak_time_s: Int64Array, count: Int64Array,
        first_asset: int, t0_s: int, t1_s: int, start_s: int, end_s: int, last_s: int,
        is_first: bool) -> int:
    """Write the crossings between two frames and keep the running figures of each asset.

    Parameters
    ----------
    before_um, now_um, before_unknown, now_unknown
        Depth [µm] and state of knowledge at the two frames, (A,) each.
    was_active, is_active
        Chunks that may hold an asset that is not simply dry, at the two frames.
    levels_um
        Touch, fail and recede level [µm], (3, A), ``NEVER_UM`` where there is none.
    above
        In and out: bit ``level`` is set while the asset is at or above that level, (A,).
    peak_um, peak_time_s, period_um, period_time_s
        In and out: peak so far and peak of the present wet period, with the time of each, (A,).
    unknown_s, ever
        In and out: seconds of unknown depth; bit 0 some cell unknown, bit 1 all unknown, (A,).
    out_time_s, out_asset, out_level, out_is_up, out_peak_um, out_peak_time_s
        Out: the crossings; the peaks stand beside the falls, 0 and -1 elsewhere.
    count
        In and out: rows written, (1,).
    first_asset
        Where to begin; not 0 when an earlier call ran out of rows.
    t0_s, t1_s
        Times of the two frames, ``t0_s < t1_s`` [s].
    start_s, end_s
        The part of it that lies in the horizon, ``t0_s <= start_s < end_s <= t1_s``.
    last_s
        Last second at which a crossing counts: ``end_s``, but one less where that is the horizon's last instant.
    is_first
        True for the first interval: levels reached at ``start_s`` are crossed there.

    Returns
    -------
    int
        The asset at which the rows ran out, or the number of assets.
    """
    span = np.int64(t1_s - t0_s)
    # At the first interval an asset may write three crossings at its start and three more within.
    room = len(out_time_s) - 6
    rows = count[0]
    for chunk in range(first_asset // CHUNK, len(is_active)):
        if not (was_active[chunk] or is_active[chunk]):
            continue
        for asset in range(max(first_asset, chunk * CHUNK), min((chunk + 1) * CHUNK, len(now_um))):
            if rows > room:
                count[0] = rows
                return asset
            d0, d1 = np.int64(before_um[asset]), np.int64(now_um[asset])
            lacks0, lacks1 = before_unknown[asset], now_unknown[asset]
            if d0 == 0 and d1 == 0 and not lacks0 | lacks1:
                continue
            if lacks0 | lacks1:
                ever[asset] |= 1
                if max(lacks0, lacks1) == ALL:
                    unknown_s[asset] += end_s - start_s
                    ever[asset] |= 2
            if d0 == 0 and d1 == 0:
                continue
            at_start = (d0 * span + (d1 - d0) * (start_s - t0_s)) // span if start_s > t0_s else d0
            at_end = (d0 * span + (d1 - d0) * (end_s - t0_s)) // span if end_s < t1_s else d1
            was_above = above[asset]
            if is_first:
                for level in range(3):
                    threshold = np.int64(levels_um[level, asset])
                    if d0 * span + (d1 - d0) * (start_s - t0_s) >= threshold * span:
                        was_above |= 1 << level
                        out_time_s[rows], out_asset[rows], out_level[rows] = start_s, asset, level
                        out_is_up[rows], out_peak_um[rows], out_peak_time_s[rows] = True, 0, -1
                        rows += 1
                if at_start > peak_um[asset]:
                    peak_um[asset], peak_time_s[asset] = at_start, start_s
                if was_above & 1:
                    period_um[asset], period_time_s[asset] = at_start, start_s
            is_above = was_above
            for level in range(3):
                threshold = np.int64(levels_um[level, asset])
                bit = 1 << level
                if d1 >= threshold and not was_above & bit:
                    time = t0_s + ((threshold - d0) * span + (d1 - d0) - 1) // (d1 - d0)
                    if time <= last_s:
                        is_above |= bit
                        out_time_s[rows], out_asset[rows], out_level[rows] = time, asset, level
                        out_is_up[rows], out_peak_um[rows], out_peak_time_s[rows] = True, 0, -1
                        rows += 1
                        if level == 0:
                            period_um[asset], period_time_s[asset] = at_end, end_s
                elif d1 < threshold and was_above & bit:
                    time = t0_s + ((d0 - threshold) * span) // (d0 - d1) + 1
                    if time <= last_s:
                        is_above &= ~bit
                        out_time_s[rows], out_asset[rows], out_level[rows] = time, asset, level
                        out_is_up[rows], out_peak_um[rows], out_peak_time_s[rows] = False, 0, -1
                        if level == 0:
                            out_peak_um[rows], out_peak_time_s[rows] = period_um[asset], period_time_s[asset]
                        rows += 1
            if is_above & 1 and at_end > period_um[asset]:
                period_um[asset], period_time_s[asset] = at_end, end_s
            if at_end > peak_um[asset]:
                peak_um[asset], peak_time_s[asset] = at_end, end_s
            above[asset] = is_above
    count[0] = rows
    return len(now_um)
