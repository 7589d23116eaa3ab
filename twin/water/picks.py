"""Water that is a function of one level: maps, and between which of them each frame stands.

Nothing has to be read frame by frame then: whoever stays dry on the highest map that is needed stays dry, and the
others are followed one after the other. The night of an ensemble is another column of levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from twin.quantities import NONE, BoolArray, Float32Array, FloatArray, Int32Array, Int64Array, column


class Picks(NamedTuple):
    """What each frame is picked from."""

    #: Map below the level of each frame, and how far towards the next it stands, (T,); see the kernel.
    lower: Int32Array
    share: Float32Array
    #: Depth at each cell on each map, (C, M) [m]; NaN unknown. A higher map is nowhere shallower than a lower one.
    maps_m: Float32Array
    #: How the water rises from each map to the next, (C, M - 1) each: by how much where it hangs together with the
    #: water of its basin [m], and from which share of the way on it does.
    rise_m: Float32Array
    from_share: Float32Array
    #: The lowest map on which each cell is not dry, and whether it is known on all of them, (C,) each; see the kernel.
    wet_from: Int32Array
    is_plain: BoolArray


class Series(NamedTuple):
    """The depths of assets over time, and what of them is unknown."""

    #: As in :class:`twin.water.depths.DepthSeries`.
    asset: Int32Array
    first: Int32Array
    offsets: Int64Array
    depth_um: Int32Array
    #: Seconds in which all cells are unknown; whether some are at some time; whether all are, (A,) each.
    unknown_s: Int64Array
    is_partly: BoolArray
    is_wholly: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PickedWater:
    """Maps at some cells and the level that picks them: all that :func:`twin.water.depths.read_depths` asks for.

    It stands for the water in the nights of an ensemble, whose workers load no reader of files. What is the same in
    all of them is found once, see :meth:`of`.
    """

    times_s: Int64Array
    after: str
    depth_error_m: float
    #: Level at each frame, (T,), and of each map, (M,), increasing; in one datum [m].
    level_m: FloatArray
    map_level_m: FloatArray
    #: As in :class:`Picks`.
    maps_m: Float32Array
    rise_m: Float32Array
    from_share: Float32Array
    wet_from: Int32Array
    is_plain: BoolArray
    #: Cells of which no map tells from which level on, between each map and the next, water stands there, (M - 1, C).
    is_held_back: BoolArray

    @classmethod
    def of(cls, *, maps_m: Float32Array, rise_m: Float32Array, **others: Any) -> PickedWater:
        """Look the maps over, (C, M) and (C, M - 1); ``others``: the other columns but those that this finds."""
        from twin.kernels.water.picked import look_over

        wet_from, is_plain = np.empty(len(maps_m), np.int32), np.empty(len(maps_m), np.bool_)
        look_over(maps_m, rise_m, wet_from, is_plain)
        return cls(maps_m=maps_m, rise_m=rise_m, wet_from=wet_from, is_plain=is_plain, **others)

    def picks(self, cells: Int64Array) -> Picks:
        """Give the maps at these cells, and between which of them each frame stands."""
        at = slice(None) if len(cells) == len(self.maps_m) else cells
        return Picks(*placed(self.level_m, self.map_level_m), self.maps_m[at], self.rise_m[at], self.from_share[at],
                     self.wet_from[at], self.is_plain[at])

    def held_back(self, cells: Int64Array) -> BoolArray:
        """Tell of which cells nobody knows at some frame how deep they are, and the deepest was taken, (C,)."""
        found = np.zeros(self.is_held_back.shape[1], bool)
        for k in pairs_between(self.level_m, self.map_level_m).tolist():
            found |= self.is_held_back[k]
        return found if len(cells) == len(found) else np.asarray(found[cells])


def placed(level_m: FloatArray, map_level_m: FloatArray) -> tuple[Int32Array, Float32Array]:
    """Give the map below each level, and how far towards the next it stands, (T,) each.

    Parameters
    ----------
    level_m
        Levels, (T,) [m].
    map_level_m
        Level of each map, (M,), increasing [m].

    Examples
    --------
    >>> lower, share = placed(np.array([0.5, 1.0, 1.5, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    >>> lower.tolist(), share.tolist()
    ([-1, 0, 0, 1, -2], [0.0, 0.0, 0.5, 1.0, 0.0])
    """
    from twin.kernels.water.picked import ABOVE, BELOW

    upper = np.searchsorted(map_level_m, level_m)
    lower, share = np.maximum(upper - 1, 0).astype(np.int32), np.zeros(len(level_m), np.float32)
    inner = np.flatnonzero((upper > 0) & (upper < len(map_level_m)))
    below_m = map_level_m[lower[inner]]
    share[inner] = (level_m[inner] - below_m) / (map_level_m[upper[inner]] - below_m)
    lower[level_m < map_level_m[0]] = BELOW
    lower[level_m > map_level_m[-1]] = ABOVE
    return lower, share


def pairs_between(level_m: FloatArray, map_level_m: FloatArray) -> Int64Array:
    """Give the pairs of maps, each by its lower one, that some level stands between, at neither's own level.

    Examples
    --------
    >>> pairs_between(np.array([0.5, 1.0, 1.5, 3.0, 4.0]), np.array([1.0, 2.0, 3.0])).tolist()
    [0]
    """
    lower, _ = placed(level_m, map_level_m)
    is_inner = (lower >= 0) & ~np.isin(level_m, map_level_m)
    return np.unique(lower[is_inner]).astype(np.int64)


def picked(picks: Picks, offsets: Int64Array, members: Int32Array, times_s: Int64Array, matters: BoolArray,
           duration_s: int, holds: bool) -> Series:
    """Give the depths of assets that each have some of the cells.

    Parameters
    ----------
    picks
        The water at the cells.
    offsets, members
        Cells of each asset, (A + 1,) and (N,): places among the cells.
    times_s, matters
        Times of the frames [s], and whether each bears on the horizon, (T,).
    duration_s, holds
        Horizon [s]; whether the last frame holds after its time.
    """
    from twin.kernels.water.depths import ALL
    from twin.kernels.water.picked import picked_series

    n = len(offsets) - 1
    row, first, worst = (np.full(n, NONE, np.int32) for _ in range(3))
    ends, unknown_s, scratch = np.empty(n, np.int64), np.zeros(n, np.int64), np.empty(len(times_s), np.int32)
    until_s, room = duration_s if holds else int(times_s[-1]) + 1, 4 * len(times_s) + 16 * n
    while True:
        depth_um = np.empty(room, np.int32)
        count = picked_series(np.array(offsets), np.array(members), picks.maps_m, picks.rise_m, picks.from_share,
                              picks.wet_from, picks.is_plain, picks.lower, picks.share, np.array(times_s), matters,
                              until_s, duration_s, scratch, row, first, ends, depth_um, unknown_s, worst)
        if count >= 0:
            break
        room *= 2
    return Series(column(row[:count], np.int32), column(first[:count], np.int32),
                  np.concatenate([[0], ends[:count]]), column(depth_um[:ends[count - 1] if count else 0], np.int32),
                  unknown_s, worst > 0, worst == ALL)
