"""Between two flood maps of a catalogue: how deep the water stands at a level that has no map of its own.

Theory
------
Where a cell is wet on both maps and hangs together with the same water, its depth rises from one to the other in
proportion to the level; the rise is spread over the rest of the basin from there. A cell that only the higher map
shows wet is so reached when the falling water beside it would just leave it dry, and not before water can come to it:
over the lowest way through ground that the higher map floods. What lies behind such a lip, and a pool that the lower
map shows apart, joins the basin when its lip is passed, at once.

Two things no map tells: from which level on there is water that hangs together with none of the lower map, and why
ground is dry on the lower map that its water would cover, with no lip before it. Both are taken as deep as if the water
had come at the lower level, never as shallower, and are told.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from twin.kernels.water.picked import all_risen
from twin.kernels.water.spill import UNREACHED, spill_levels
from twin.quantities import BoolArray, Float32Array, Int32Array

#: Water that would stand no deeper than this over ground that the lower map shows dry: the maps' own roughness [m].
LIP_M = 0.05
#: Steps between the two levels in which it is followed when water comes where.
_STEPS = 100_000


class Between(NamedTuple):
    """A pair of maps, cell by cell, (N,)."""

    #: By how much the water of the basin rises from the lower level to the higher [m]; NaN where either map is unknown.
    rise_m: Float32Array
    #: Share of the way from the lower level to the higher at which water of the basin comes.
    from_share: Float32Array
    #: Nobody knows at which level in between the water comes.
    is_held_back: BoolArray

    def depth_m(self, lower_m: Float32Array, upper_m: Float32Array, share: np.float32) -> Float32Array:
        """Give the depth at a share of the way from the lower level to the higher, above 0 and at most 1 [m]."""
        depth_m = np.empty(lower_m.shape, np.float32)
        all_risen(lower_m.ravel(), upper_m.ravel(), self.rise_m, self.from_share, share, depth_m.ravel())
        return depth_m

    def take(self, cells: Any) -> Between:
        """Give the same of some cells."""
        return Between(self.rise_m[cells], self.from_share[cells], self.is_held_back[cells])


def between(lower_m: Float32Array, upper_m: Float32Array) -> Between:
    """Find how the water rises from one map to the next.

    Parameters
    ----------
    lower_m, upper_m
        Depth on each, (rows, columns) [m]; NaN unknown; the higher map nowhere shallower.
    """
    wet_low, wet_high = lower_m > 0, upper_m > 0
    pools, _ = ndimage.label(wet_low)
    basins, count = ndimage.label(wet_high)
    is_main = wet_low & (pools == _main_pool(pools, basins, count)[basins])
    rise_m = np.where(is_main, upper_m - lower_m, 0.0).astype(np.float32)
    others = wet_high & ~is_main
    if is_main.any() and others.any():
        _spread(rise_m, is_main, others, basins)
    from_share = _from_share(upper_m, rise_m, is_main, others)
    over_m = upper_m - rise_m - np.maximum(lower_m, 0)
    is_held_back = others & (from_share == 0) & (over_m > LIP_M)
    rise_m[np.isnan(lower_m) | np.isnan(upper_m)] = np.nan
    return Between(rise_m.ravel(), from_share.ravel(), is_held_back.ravel())


def _from_share(upper_m: Float32Array, rise_m: Float32Array, is_main: BoolArray, others: BoolArray) -> Float32Array:
    """Give the share of the way at which water of the main pool comes to each cell, (rows, columns)."""
    own = np.full(upper_m.shape, UNREACHED, np.int32)
    own[is_main] = 0
    rises = others & (rise_m > 0)
    with np.errstate(invalid="ignore"):
        own[rises] = np.floor(_STEPS * np.clip(1 - upper_m[rises] / rise_m[rises], 0, 1)).astype(np.int32)
    none = np.empty((0, 2), np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    found = spill_levels(own.ravel(), np.flatnonzero(is_main).astype(np.int64), *none, upper_m.shape[1], 0, _STEPS)
    # Water that hangs together with none of the lower map may be there from the lower level on.
    return np.where(found == UNREACHED, 0.0, found / _STEPS).astype(np.float32).reshape(upper_m.shape)


def _main_pool(pools: Int32Array, basins: Int32Array, count: int) -> Int32Array:
    """Give the largest pool of the lower map in each basin of the higher, by the basin's number; -1 none."""
    both = pools > 0
    pairs, cells = np.unique(np.stack([basins[both], pools[both]]), axis=1, return_counts=True)
    main = np.full(count + 1, -1, np.int32)
    # The largest last: it is the one that stays; of two alike the one met first.
    order = np.lexsort((-pairs[1], cells))
    main[pairs[0][order]] = pairs[1][order]
    return main


def _spread(rise_m: Float32Array, is_main: BoolArray, others: BoolArray, basins: Int32Array) -> None:
    """Give each other cell the rise of the nearest cell of the main pool of its basin; 0 where its basin has none."""
    nearest = ndimage.distance_transform_edt(~is_main, return_distances=False, return_indices=True)
    row, column = (index[others] for index in nearest)
    own = basins[others]
    found = np.where(basins[row, column] == own, rise_m[row, column], np.float32(np.nan))
    rise_m[others] = found
    # Where another basin's water is nearer, the nearest of its own: few.
    for basin in np.unique(own[np.isnan(found)]).tolist():
        mine = is_main & (basins == basin)
        lacking = others & (basins == basin) & np.isnan(rise_m)
        if not mine.any():
            rise_m[lacking] = 0.0
            continue
        index = ndimage.distance_transform_edt(~mine, return_distances=False, return_indices=True)
        rise_m[lacking] = rise_m[index[0][lacking], index[1][lacking]]
