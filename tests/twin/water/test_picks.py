"""Water picked from maps by its level gives what the same water gives frame by frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.hazards.between import between as rise_between
from geodata.hazards.catalogue import CatalogueHazard
from twin.water.depths import CellIndex, Coverage, read_depths
from twin.water.hazard import Grid
from twin.water.picks import placed


class Streamed:
    """The same water without what it says of its maps."""

    def __init__(self, hazard):
        self.grid, self.times_s, self.after = hazard.grid, hazard.times_s, hazard.after
        self.notes, self.depth_error_m, self.depths = hazard.notes, hazard.depth_error_m, hazard.depths


def catalogue(rng, cells, maps, frames, after="hold", start_s=0):
    maps_m = np.sort(rng.uniform(-1, 2, (maps, cells)), axis=0).clip(0).astype(np.float32)
    maps_m[:, rng.random(cells) < 0.1] = np.nan
    maps_m[rng.random((maps, cells)) < 0.05] = np.nan
    # As when it is read: a higher map is nowhere shallower, where both are known.
    map_level_m = np.cumsum(rng.uniform(0.1, 1, maps))
    level_m = rng.uniform(map_level_m[0] - 0.3, map_level_m[-1] + rng.choice([-0.2, 0.3]), frames)
    level_m[rng.integers(0, frames, frames // 3)] = rng.choice(map_level_m, frames // 3)
    return CatalogueHazard(
        grid=Grid(rows=1, columns=cells, transform=(1.0, 0, 0, 0, -1.0, 1.0), crs="EPSG:2154"),
        times_s=start_s + np.cumsum(rng.integers(1, 900, frames)), after=after, notes=(), depth_error_m=0.1,
        level_m=level_m, map_level_m=map_level_m, maps_m=maps_m,
        pairs=tuple(rise_between(low[None], high[None]) for low, high in pairwise(maps_m)))


def assets_on(rng, cells, assets):
    asked = np.sort(rng.choice(cells, rng.integers(1, cells + 1), replace=False))
    sizes = rng.integers(0, 4, assets)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    coverage = np.where(sizes > 0, Coverage.INSIDE, rng.choice([Coverage.NONE, Coverage.UNKNOWN], assets))
    return CellIndex(cells=asked.astype(np.int64), offsets=offsets, coverage=coverage.astype(np.int8),
                     members=rng.integers(0, len(asked), offsets[-1]).astype(np.int32))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from(["hold", "dry"]), st.sampled_from([-3000, 0, 500]))
def test_picked_water_is_that_of_its_frames(seed, maps, after, start_s):
    rng = np.random.default_rng(seed)
    hazard = catalogue(rng, 40, maps, 12, after, start_s)
    index = assets_on(rng, 40, 30)
    duration_s = int(rng.integers(600, 9000))
    read_depths(hazard, index, duration_s=duration_s).assert_equal(
        read_depths(Streamed(hazard), index, duration_s=duration_s))


def test_the_same_water_at_some_cells_is_the_same_to_the_assets():
    rng = np.random.default_rng(5)
    hazard = catalogue(rng, 60, 4, 20)
    index = assets_on(rng, 60, 50)
    alone = CellIndex(cells=np.arange(len(index.cells)), offsets=index.offsets, members=index.members,
                      coverage=index.coverage)
    read_depths(hazard.of_cells(index.cells), alone, duration_s=5000).assert_equal(
        read_depths(hazard, index, duration_s=5000))


def test_a_series_longer_than_the_room_for_it_is_whole():
    rng = np.random.default_rng(6)
    hazard = catalogue(rng, 3, 3, 4000)
    index = CellIndex(cells=np.arange(3), offsets=np.array([0, 1, 2, 3]), members=np.arange(3, dtype=np.int32),
                      coverage=np.full(3, Coverage.INSIDE, np.int8))
    read_depths(hazard, index, duration_s=10_000_000).assert_equal(
        read_depths(Streamed(hazard), index, duration_s=10_000_000))


@pytest.mark.parametrize(("level", "expected"), [(1.0, (0, 0.0)), (3.0, (1, 1.0)), (0.99, (-1, 0.0)), (3.01, (-2, 0))])
def test_a_level_on_a_map_takes_that_map(level, expected):
    lower, share = placed(np.array([level]), np.array([1.0, 2.0, 3.0]))
    assert (lower[0], share[0]) == expected
