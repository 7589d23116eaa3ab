"""Water for small tests: a depth at each asset, piecewise linear in time, as a hazard with one cell per asset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from twin.water.depths import CellIndex, Coverage
from twin.water.exposure import Exposure, expose
from twin.water.hazard import Envelope, Grid
from twin.world.assets import Assets


class AssetWater:
    """A hazard of one row of cells: cell ``a`` is asset ``a``.

    Parameters
    ----------
    times_s
        Times of the frames, (T,) [s], increasing.
    depth_m
        Depth at each asset, (T, A) [m]; NaN unknown.
    """

    after = "hold"
    notes = ("Depths of a test.",)
    depth_error_m = 0.0

    def __init__(self, times_s: Sequence[int], depth_m: np.ndarray) -> None:
        self.times_s = np.asarray(times_s, np.int64)
        self.depth_m = np.asarray(depth_m, np.float32)
        self.grid = Grid(rows=1, columns=self.depth_m.shape[1], transform=(1, 0, 0, 0, -1, 1), crs="EPSG:2154")

    def depths(self, cells: np.ndarray) -> Iterator[np.ndarray]:
        for frame in self.depth_m:
            yield frame[cells]

    def envelope(self) -> Envelope:
        shape = (3, 1, self.grid.columns)
        return Envelope(peak_m=self.depth_m.max(axis=0)[None, :], first=np.full(shape, -1, np.int16),
                        last=np.full(shape, -1, np.int16))


def own_cells(count: int) -> CellIndex:
    """Give the index in which each asset is read from a cell of its own."""
    return CellIndex(cells=np.arange(count), offsets=np.arange(count + 1), members=np.arange(count, dtype=np.int32),
                     coverage=np.full(count, Coverage.INSIDE, np.int8))


def water_at(assets: Assets, times_s: Sequence[int], depth_m: Mapping[str, Sequence[float]],
             duration_s: int) -> Exposure:
    """Give the exposure to depths named by asset id at ``times_s``; assets not named stay dry."""
    table = np.zeros((len(times_s), len(assets)))
    for name, depths in depth_m.items():
        table[:, assets.row(name)] = depths
    return expose(AssetWater(times_s, table), own_cells(len(assets)), assets, duration_s=duration_s)
