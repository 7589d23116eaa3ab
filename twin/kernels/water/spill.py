"""Kernels of the river stage: nearest river cell, spill levels, depths at cells, the envelope.

Heights are relative to the sloping surface of the river: a cell at 0 stands as high as the reference surface beside
it. Spill levels are whole millimetres: a bucket for each replaces the heap of the textbook's priority flood (Barnes,
Lehman and Mulla 2014, doi:10.1016/j.cageo.2013.04.024), so that ten million cells take about a second.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import Float32Array, FloatArray, Int16Array, Int32Array, Int64Array

#: Height of a void, and spill level of a cell that no level in question reaches [mm].
UNREACHED = 2**31 - 1


@jit(nogil=True)
def nearest_seed(seed_station: Int32Array, rows: int, columns: int, dy_m: float, dx_m: float, reach_m: float
                 ) -> Int32Array:
    """Give for each cell the station of the nearest river cell: an exact Euclidean distance transform in two passes.

    Parameters
    ----------
    seed_station
        Station of each river cell, -1 elsewhere, (rows * columns,).
    rows, columns, dy_m, dx_m
        Size of the grid, and of a cell [m].
    reach_m
        Cells farther from the river get -1 [m].

    Returns
    -------
    Int32Array
        (rows * columns,); -1 beyond reach, or where there is no river at all.
    """
    out = np.full(rows * columns, -1, np.int32)
    # Pass 1, down each column: the row of the nearest river cell in that column.
    near_row = np.full(rows * columns, -1, np.int32)
    for c in range(columns):
        seen = -1
        for r in range(rows):
            if seed_station[r * columns + c] >= 0:
                seen = r
            near_row[r * columns + c] = seen
        seen = -1
        for r in range(rows - 1, -1, -1):
            if seed_station[r * columns + c] >= 0:
                seen = r
            before = near_row[r * columns + c]
            if seen >= 0 and (before < 0 or seen - r < r - before):
                near_row[r * columns + c] = seen
    # Pass 2, along each row: lower envelope of parabolas. Felzenszwalb and Huttenlocher 2012,
    # doi:10.4086/toc.2012.v008a019.
    apex = np.empty(columns, np.int64)
    border = np.empty(columns + 1, np.float64)
    height = np.empty(columns, np.float64)
    wide = dx_m * dx_m
    for r in range(rows):
        n = 0
        for c in range(columns):
            at = near_row[r * columns + c]
            if at < 0:
                continue
            height[c] = ((r - at) * dy_m) ** 2 / wide
            cut = -1e30
            while n > 0:
                other = apex[n - 1]
                cut = (height[c] + c * c - height[other] - other * other) / (2.0 * (c - other))
                if cut > border[n - 1]:
                    break
                n -= 1
            border[n] = cut if n > 0 else -1e30
            apex[n] = c
            n += 1
        if n == 0:
            continue
        border[n] = 1e30
        k = 0
        for c in range(columns):
            while border[k + 1] < c:
                k += 1
            at = apex[k]
            if (height[at] + (c - at) ** 2) * wide <= reach_m * reach_m:
                out[r * columns + c] = seed_station[near_row[r * columns + at] * columns + at]
    return out


@jit(nogil=True)
def spill_levels(height_mm: Int32Array, seeds: Int64Array, conduit_ends: Int64Array, conduit_mm: Int32Array,
                 guard_mm: Int32Array, columns: int, lowest_mm: int, highest_mm: int) -> Int32Array:
    """Give each cell's spill level: the least level at which water from the river reaches it over the edges of cells.

    One pass serves every level: at level L exactly the cells with spill level <= L are joined to the river.

    Parameters
    ----------
    height_mm
        Height of each cell relative to the surface, (N,) [mm]; ``UNREACHED`` in voids.
    seeds
        River cells: joined at every level.
    conduit_ends, conduit_mm
        Cells that each conduit joins (-1 none), (D, 2), and its sill relative to the surface, (D,) [mm].
    guard_mm
        In and out, (N,) or empty: protection level of the levee on a cell [mm], ``UNREACHED`` elsewhere; spreads to
        the cells that are reached over it.
    columns
        Columns of the grid.
    lowest_mm, highest_mm
        Levels in question: a spill level below them is given as ``lowest_mm``, above them as ``UNREACHED``.
    """
    n = len(height_mm)
    conduits = len(conduit_mm)
    has_guard = len(guard_mm) > 0
    levels = np.full(n + conduits, UNREACHED, np.int32)
    # One list of cells per level: ``head[level]`` is its first cell, ``after[cell]`` the next.
    head = np.full(highest_mm - lowest_mm + 1, -1, np.int32)
    after = np.full(n + conduits, -1, np.int32)
    is_end = np.zeros(n if conduits else 0, np.bool_)
    for k in range(conduits):
        for end in range(2):
            if conduit_ends[k, end] >= 0:
                is_end[conduit_ends[k, end]] = True
    for k in range(len(seeds)):
        cell = seeds[k]
        if levels[cell] == UNREACHED:
            levels[cell] = lowest_mm
            after[cell] = head[0]
            head[0] = cell
    found = np.empty(4 + conduits, np.int64)
    for bucket in range(len(head)):
        while head[bucket] >= 0:
            cell = head[bucket]
            head[bucket] = after[cell]
            count = 0
            if cell < n:
                column = cell % columns
                if column > 0:
                    found[count] = cell - 1
                    count += 1
                if column < columns - 1:
                    found[count] = cell + 1
                    count += 1
                if cell >= columns:
                    found[count] = cell - columns
                    count += 1
                if cell < n - columns:
                    found[count] = cell + columns
                    count += 1
                if conduits and is_end[cell]:
                    for k in range(conduits):
                        if cell in (conduit_ends[k, 0], conduit_ends[k, 1]):
                            found[count] = n + k
                            count += 1
            else:
                for end in range(2):
                    if conduit_ends[cell - n, end] >= 0:
                        found[count] = conduit_ends[cell - n, end]
                        count += 1
            for k in range(count):
                other = found[k]
                if levels[other] != UNREACHED:
                    continue
                height = height_mm[other] if other < n else conduit_mm[other - n]
                if height > highest_mm:
                    continue
                level = max(bucket + lowest_mm, height)
                levels[other] = level
                after[other] = head[level - lowest_mm]
                head[level - lowest_mm] = other
                if has_guard and other < n and cell < n and guard_mm[other] == UNREACHED:
                    guard_mm[other] = guard_mm[cell]
    return levels[:n]


@jit(nogil=True)
def drainage(height_m: FloatArray, seeds: Int64Array, seed_station: Int32Array, order: Int64Array, columns: int
             ) -> Int32Array:
    """Give the station of the river cell that each cell drains to, along the path of least rise.

    Parameters
    ----------
    height_m
        Terrain, (N,) [m]; NaN in voids.
    seeds, seed_station
        River cells, and the station of each cell of the grid that is one, -1 elsewhere.
    order
        Ranks of the heights, (N,): an integer per cell that increases with height.
    columns
        Columns of the grid.
    """
    n = len(height_m)
    station = seed_station.copy()
    head = np.full(n, -1, np.int32)
    after = np.full(n, -1, np.int32)
    lowest = n - 1
    for k in range(len(seeds)):
        cell = seeds[k]
        rank = order[cell]
        after[cell] = head[rank]
        head[rank] = cell
        lowest = min(lowest, rank)
    for rank in range(lowest, n):
        while head[rank] >= 0:
            cell = head[rank]
            head[rank] = after[cell]
            column = cell % columns
            for side in range(4):
                if side == 0 and column > 0:
                    other = cell - 1
                elif side == 1 and column < columns - 1:
                    other = cell + 1
                elif side == 2 and cell >= columns:
                    other = cell - columns
                elif side == 3 and cell < n - columns:
                    other = cell + columns
                else:
                    continue
                if station[other] >= 0 or np.isnan(height_m[other]):
                    continue
                station[other] = station[cell]
                place = max(rank, order[other])
                after[other] = head[place]
                head[place] = other
    return station


@jit(nogil=True)
def depths_at(station: Int32Array, height_m: Float32Array, spill_m: Float32Array, open_m: Float32Array,
              guard_m: Float32Array, before_m: FloatArray, level_m: FloatArray, since_s: FloatArray,
              depth_m: Float32Array, before_s: float, now_s: float, drain_m_s: float) -> None:
    """Fill the depth at cells for one frame, and remember since when each is cut off from the river.

    Parameters
    ----------
    station, height_m, spill_m
        Station, height and spill level relative to the surface, (C,); station -1 or a NaN height: unknown.
    open_m, guard_m
        Spill level if the levees were not there, and the level up to which they protect, (C,); empty without levees.
    before_m, level_m
        Level at each station in the frame before and in this one, (K,) [m], relative.
    since_s
        In and out: last moment at which the river reached the cell, (C,); NaN never.
    depth_m
        Out, (C,) [m].
    before_s, now_s
        Times of the two frames.
    drain_m_s
        Rate at which cut-off water drains [m/s].
    """
    for i in range(len(station)):
        k = station[i]
        if k < 0 or np.isnan(height_m[i]):
            depth_m[i] = np.nan
            continue
        level, spill = level_m[k], np.float64(spill_m[i])
        if level >= spill:
            since_s[i] = now_s
            depth_m[i] = max(level - height_m[i], 0.0)
            continue
        if before_m[k] >= spill and before_s < now_s:
            since_s[i] = before_s + (before_m[k] - spill) / (before_m[k] - level) * (now_s - before_s)
        depth_m[i] = 0.0
        if not np.isnan(since_s[i]):
            depth_m[i] = max(spill - drain_m_s * (now_s - since_s[i]) - height_m[i], 0.0)
        if len(guard_m) and depth_m[i] == 0.0 and level >= guard_m[i] and level >= open_m[i]:
            depth_m[i] = np.nan


@jit(nogil=True)
def stage_envelope(station: Int32Array, height_m: Float32Array, spill_m: Float32Array, open_m: Float32Array,
                   guard_m: Float32Array, level_m: FloatArray, so_far_m: FloatArray, to_come_m: FloatArray,
                   times_s: Int64Array, steps_m: FloatArray, drain_m_s: float, peak_m: Float32Array,
                   first: Int16Array, last: Int16Array) -> None:
    """Fill the peak and the first and last wet frame of each cell without walking through the frames.

    Parameters
    ----------
    station, height_m, spill_m, open_m, guard_m
        As for :func:`depths_at`, for every cell of the grid, (N,).
    level_m, so_far_m, to_come_m
        Level by station and frame, its maximum up to each frame and from each frame on, (K, T) [m], relative.
    times_s, steps_m
        Times of the frames, (T,); depths that count as a step, (3,) [m].
    drain_m_s
        Rate at which cut-off water drains [m/s].
    peak_m, first, last
        Out, (N,), (3, N), (3, N).
    """
    frames = len(times_s)
    for i in range(len(station)):
        k = station[i]
        first[:, i], last[:, i] = -1, -1
        if k < 0 or np.isnan(height_m[i]):
            peak_m[i] = np.nan
            continue
        height, spill = np.float64(height_m[i]), np.float64(spill_m[i])
        top = so_far_m[k, frames - 1]
        peak_m[i] = max(top - height, 0.0) if top >= spill else 0.0
        if len(guard_m) and peak_m[i] == 0.0 and top >= guard_m[i] and top >= open_m[i]:
            peak_m[i] = np.nan
        if not peak_m[i] >= steps_m[0]:
            continue
        for s in range(len(steps_m)):
            wanted = max(spill, height + steps_m[s])
            if top < wanted:
                break
            first[s, i] = np.searchsorted(so_far_m[k], wanted)
            # The maximum to come falls along the frames: the last frame at which it still reaches the level.
            low, high = 0, frames - 1
            while low < high:
                middle = (low + high + 1) // 2
                if to_come_m[k, middle] >= wanted:
                    low = middle
                else:
                    high = middle - 1
            last[s, i] = low
            if spill - height < steps_m[s]:
                continue
            low, high = 0, frames - 1
            while low < high:
                middle = (low + high + 1) // 2
                if to_come_m[k, middle] >= spill:
                    low = middle
                else:
                    high = middle - 1
            if low == frames - 1 or drain_m_s == 0.0:
                last[s, i] = frames - 1
                continue
            falls = level_m[k, low] - level_m[k, low + 1]
            cut_s = times_s[low] + (level_m[k, low] - spill) / falls * (times_s[low + 1] - times_s[low])
            until_s = cut_s + (spill - height - steps_m[s]) / drain_m_s
            last[s, i] = max(low, int(np.searchsorted(times_s, np.int64(np.floor(until_s)), side="right")) - 1)
