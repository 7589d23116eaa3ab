"""The depth over time of single assets in water that is picked from maps by its level, asset by asset."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import LEAN, jit
from twin.kernels.water.depths import ALL, DEEPEST_UM, KNOWN, SOME
from twin.quantities import BoolArray, Float32Array, Int32Array, Int64Array

#: In place of a map: the level stands below the lowest, or above the highest.
BELOW, ABOVE = -1, -2


@jit(nogil=True, **LEAN)
def look_over(maps_m: Float32Array, rise_m: Float32Array, wet_from: Int32Array, is_plain: BoolArray) -> None:
    """Find what is the same at a cell whatever the level: made once, every night then asks it.

    Parameters
    ----------
    maps_m, rise_m
        As for ``picked_series``.
    wet_from
        Out: the lowest map on which the cell is not dry, (C,); one more than there are where it is dry on all of
        them, -1 where the lowest map does not know.
    is_plain
        Out: known on every map and between them, and nowhere deeper than any flood, (C,).
    """
    maps = maps_m.shape[1]
    for c in range(len(maps_m)):
        first, plain = maps, True
        for k in range(maps):
            depth = maps_m[c, k]
            if first == maps and not depth <= 0:
                first = k
            if not np.float64(depth) * 1e6 + 0.5 < DEEPEST_UM:
                plain = False
        for k in range(maps - 1):
            plain = plain and not np.isnan(rise_m[c, k])
        wet_from[c] = -1 if np.isnan(maps_m[c, 0]) else first
        is_plain[c] = plain


@jit(nogil=True, **LEAN)
def risen(low_m: float, high_m: float, rise_m: float, from_share: float, share: np.float32 | float) -> float:
    """Give the depth at a share of the way from one map to the next, see ``geodata.hazards.between`` [m]."""
    if np.isnan(rise_m) or share < from_share:
        return float(low_m + np.float32(0) * rise_m)
    joined = float(high_m - (np.float32(1) - share) * rise_m)
    return max(float(low_m), joined)


@jit(nogil=True, **LEAN)
def all_risen(low_m: Float32Array, high_m: Float32Array, rise_m: Float32Array, from_share: Float32Array,
              share: np.float32, depth_m: Float32Array) -> None:
    """Fill the depth of each cell at a share of the way, (N,) [m]; as ``risen``, for all of them."""
    for i in range(len(low_m)):
        depth_m[i] = risen(low_m[i], high_m[i], rise_m[i], from_share[i], share)


@jit(nogil=True, **LEAN)
def deepest_at(maps_m: Float32Array, rise_m: Float32Array, from_share: Float32Array, cells: Int32Array, lower: int,
               share: float) -> tuple[int, int]:
    """Give the largest depth among cells at one level [µm], and at how many of them it is unknown."""
    deepest, missing = 0, 0
    for m in range(len(cells)):
        cell = maps_m[cells[m]]
        metres = cell[0] if lower == BELOW else cell[-1] if lower == ABOVE else cell[lower]
        if lower == BELOW:
            missing += np.isnan(metres)
            continue
        if lower == ABOVE and not metres > 0:
            missing += 1
            continue
        if lower >= 0 and share > 0:
            metres = risen(metres, cell[lower + 1], rise_m[cells[m], lower], from_share[cells[m], lower], share)
        if metres > 0:
            micrometres = np.float64(metres) * 1e6 + 0.5
            if micrometres >= DEEPEST_UM:
                missing += 1
            else:
                deepest = max(deepest, int(micrometres))
        elif metres != metres:
            missing += 1
    return deepest, missing


@jit(nogil=True, **LEAN)
def follow_known(maps_m: Float32Array, rise_m: Float32Array, from_share: Float32Array, cells: Int32Array, wet: int,
                 lower: Int32Array, share: Float32Array, depth_um: Int32Array) -> None:
    """Write the depth at each frame, (T,) [µm], of cells that are known on all maps and dry below the map ``wet``."""
    for t in range(len(lower)):
        k, deepest = lower[t], 0
        # Dry below the lowest map, on a map below its first water, and between two of those.
        if k >= 0 and (k >= wet or (share[t] > 0 and k + 1 >= wet)):
            for m in range(len(cells)):
                c = cells[m]
                metres = maps_m[c, k]
                if share[t] > 0:
                    metres = risen(metres, maps_m[c, k + 1], rise_m[c, k], from_share[c, k], share[t])
                if metres > 0:
                    deepest = max(deepest, int(np.float64(metres) * 1e6 + 0.5))
        depth_um[t] = deepest


@jit(nogil=True, **LEAN)
def follow(maps_m: Float32Array, rise_m: Float32Array, from_share: Float32Array, cells: Int32Array, lower: Int32Array,
           share: Float32Array, times_s: Int64Array, until_s: int, duration_s: int, depth_um: Int32Array
           ) -> tuple[int, int]:
    """Write the depth at each frame, (T,) [µm]; give the seconds in which all cells are unknown, and the worst."""
    unknown_s, worst, before, before_s = 0, KNOWN, KNOWN, 0
    for t in range(len(lower)):
        deepest, missing = deepest_at(maps_m, rise_m, from_share, cells, lower[t], share[t])
        now = KNOWN if missing == 0 else (ALL if missing == len(cells) else SOME)
        # Before the first frame the first holds; between two frames what is worse.
        began_s = before_s if t > 0 else 0
        lasts_s = min(int(times_s[t]), duration_s) - max(began_s, 0)
        between = now if t == 0 else max(before, now)
        if lasts_s > 0:
            worst = max(worst, between)
            unknown_s += lasts_s if between == ALL else 0
        before, before_s = now, int(times_s[t])
        depth_um[t] = deepest
    lasts_s = min(until_s, duration_s) - max(before_s, 0)
    if before_s < duration_s and lasts_s > 0:
        worst = max(worst, before)
        unknown_s += lasts_s if before == ALL else 0
    return unknown_s, worst


@jit(nogil=True, **LEAN)
def picked_series(offsets: Int64Array, members: Int32Array, maps_m: Float32Array, rise_m: Float32Array,
                  from_share: Float32Array, wet_from: Int32Array, is_plain: BoolArray, lower: Int32Array,
                  share: Float32Array, times_s: Int64Array, matters: BoolArray, until_s: int, duration_s: int,
                  scratch: Int32Array, row: Int32Array, first: Int32Array, ends: Int64Array, depth_um: Int32Array,
                  unknown_s: Int64Array, worst: Int32Array) -> int:
    """Write the depths of each asset that gets wet, from its first frame with water to its last, one after the other.

    Parameters
    ----------
    offsets, members
        Cells of each asset, (A + 1,) and (M,): rows of ``maps_m``.
    maps_m
        Depth at each cell on each map, the lowest level first, (C, K) [m]; NaN unknown. A higher map is nowhere
        shallower than a lower one.
    rise_m, from_share
        Between each map and the next, (C, K - 1): by how much the water of the basin rises [m], NaN where either map
        is unknown, and the share of the way from which on it stands there.
    wet_from, is_plain
        What ``look_over`` found, (C,) each.
    lower, share
        Map below the level of each frame, and how far the level stands above it towards the next, (T,): 0 takes that
        map alone; ``BELOW``, ``ABOVE``.
    times_s, matters
        Times of the frames, and whether each bears on the horizon, (T,).
    until_s
        Until when the last frame says what is unknown [s].
    duration_s
        Horizon [s].
    scratch
        Room for one asset, (T,).
    row, first, ends
        Out, by wet asset: its row, its first frame with water, where its depths end, (A,) each.
    depth_um
        Out: depths of all wet assets [µm].
    unknown_s, worst
        Out: seconds in which all cells of an asset are unknown, and how much of it is at worst, (A,) each.

    Returns
    -------
    int
        Number of wet assets; -1 where ``depth_um`` has too little room.
    """
    frames, maps = len(times_s), maps_m.shape[1]
    is_beyond, top = False, BELOW
    for t in range(frames):
        is_beyond = is_beyond or lower[t] == ABOVE
        top = max(top, lower[t]) if lower[t] >= 0 else top
    # Maps that some frame lies between; below the lowest map only what that one does not know matters.
    looked_at = min(top + 2, maps) if top >= 0 else 0
    count, used, like_all_dry = 0, 0, -1
    for a in range(len(offsets) - 1):
        unknown_s[a], worst[a] = 0, KNOWN
        cells = members[offsets[a]:offsets[a + 1]]
        if len(cells) == 0:
            continue
        wet, plain = wet_from[cells[0]], is_plain[cells[0]]
        for m in range(1, len(cells)):
            wet, plain = min(wet, wet_from[cells[m]]), plain and is_plain[cells[m]]
        if not is_beyond and wet >= looked_at:
            continue
        if plain and not is_beyond:
            follow_known(maps_m, rise_m, from_share, cells, wet, lower, share, scratch)
        elif plain and wet == maps and like_all_dry >= 0:
            # Dry on all maps, and unknown above them: one like the other.
            unknown_s[a], worst[a] = unknown_s[like_all_dry], worst[like_all_dry]
            continue
        else:
            unknown_s[a], worst[a] = follow(maps_m, rise_m, from_share, cells, lower, share, times_s, until_s,
                                            duration_s, scratch)
            like_all_dry = a if plain and wet == maps else like_all_dry
        lowest, highest = frames, -1
        for t in range(frames):
            if scratch[t] > 0 and matters[t]:
                lowest, highest = min(lowest, t), t
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
