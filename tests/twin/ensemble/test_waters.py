"""The water of a night that stands otherwise is that of a run of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.ensemble.nights import DURATION_S, cells_of, river_of
from twin.ensemble.waters import FixedNight, Moved, PickedNight, StageNight
from twin.water.depths import read_depths
from twin.water.refill import Refill
from twin.water.river_stage import Levee

VALLEY = [0.0, 0.1, 0.35, -0.2, 0.3, 0.6]
ASSETS = range(len(VALLEY))


def night_of(river):
    index = cells_of(ASSETS)
    return StageNight(river, index, read_depths(river, index, duration_s=DURATION_S)), index


def alike(found, expected):
    for name in ("times_s", "asset", "first", "offsets", "depth_um"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


def test_unmoved_water_is_the_plan_s_own():
    night, _ = night_of(river_of(VALLEY, drain_mm_h=20))
    alike(night.at(Moved()).depths, night.nominal)


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(0, 2), st.lists(st.floats(-0.3, 0.6), min_size=6, max_size=6))
def test_another_level_is_followed_as_if_it_were_the_plan_s(offset_m, scale, ground_m):
    river = river_of(ground_m, drain_mm_h=15)
    night, index = night_of(river)
    low_m = river.level_m.min(axis=0)
    other = replace(river, level_m=river.level_m + (scale - 1.0) * (river.level_m - low_m) + offset_m)
    alike(night.at(Moved(offset_m=offset_m, scale=scale)).depths, read_depths(other, index, duration_s=DURATION_S))


def test_an_error_of_the_ground_everywhere_is_a_river_as_much_higher():
    night, _ = night_of(river_of(VALLEY, drain_mm_h=15))
    local = night.at(Moved(local_m=np.full(6, 0.25))).depths
    alike(local, night.at(Moved(offset_m=0.25)).depths)


def test_an_error_of_the_ground_at_one_asset_is_its_own():
    night, _ = night_of(river_of(VALLEY))
    higher_m = np.zeros(6)
    higher_m[5] = 0.25  # its ground of 0.6 m is 0.35 m, and the river comes to 0.4 m
    found = night.at(Moved(local_m=higher_m)).depths
    assert 5 not in night.nominal.asset
    assert found.at(3 * 3600)[5] == pytest.approx(0.05, abs=1e-6)
    np.testing.assert_array_equal(found.at(3 * 3600)[:5], night.nominal.at(3 * 3600)[:5])


def test_later_water_comes_later_and_its_first_and_last_frames_hold():
    night, _ = night_of(river_of(VALLEY))
    later, earlier = (night.at(Moved(shift_s=s)).depths for s in (1800, -1800))
    for t_s in (0, 1800, 7200, 9000):
        np.testing.assert_allclose(later.at(t_s), night.nominal.at(max(t_s - 1800, 0)))
        np.testing.assert_allclose(earlier.at(t_s), night.nominal.at(t_s + 1800))
    np.testing.assert_allclose(earlier.at(DURATION_S), night.nominal.at(DURATION_S))
    assert earlier.after == "hold"


def test_behind_a_levee_the_depth_is_told_unknown():
    levee = Levee(cells=np.array([2]), crest_m=1.0, protects_to_m=0.5)
    night, _ = night_of(river_of([0.0, 0.1, -0.2, 0, 0, 0], levees=(levee,)))
    assert not night.at(Moved()).is_unknown.any()
    assert night.at(Moved(offset_m=0.2)).is_unknown.tolist() == [False, False, True, True, True, True]


def test_other_water_is_deeper_where_it_is_wet_and_dry_where_it_was_dry():
    _, index = night_of(river_of(VALLEY))
    fixed = FixedNight(read_depths(river_of(VALLEY), index, duration_s=DURATION_S))
    peak_s = 3 * 3600
    found = fixed.at(Moved(local_m=np.array([0.1, -0.35, 0, 0, 0, 0.5]))).depths
    np.testing.assert_allclose(
        found.at(peak_s), fixed.nominal.at(peak_s) + np.array([0.1, -0.3, 0, 0, 0, 0]), atol=2e-6)


@dataclass(frozen=True)
class Maps:
    """Maps by level: the ground of each cell under a level surface; unknown where the level passes 2 m."""

    level_m: np.ndarray
    times_s: np.ndarray
    after: str = "hold"
    depth_error_m: float = 0.0

    def depths(self, cells):
        ground_m = np.array([-5.0, *VALLEY], np.float32)[cells]
        for level in self.level_m:
            yield np.where(level > 2, np.nan, np.maximum(level - ground_m, 0)).astype(np.float32)

    def held_back(self, cells):
        return np.zeros(len(cells), bool)


def test_maps_by_level_are_picked_by_the_level_of_the_night():
    maps, index = Maps(np.array([0.0, 0.4, 0.2]), np.array([0, 3600, 7200])), cells_of(ASSETS)
    night = PickedNight(maps, index, read_depths(maps, index, duration_s=DURATION_S))
    alike(night.at(Moved()).depths, night.nominal)
    found = night.at(Moved(offset_m=0.1, scale=1.5, shift_s=600, local_m=np.array([0.05, 0, 0, 0, 0, 0]))).depths
    # 0.4 m above the lowest level, once and a half, and 0.1 m: 0.7 m at the second frame, ten minutes later.
    local_m = np.array([0.05, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(found.at(4200), np.maximum(0.7 - np.array(VALLEY), 0) + local_m, atol=2e-6)
    assert night.at(Moved(offset_m=1.7)).is_unknown.all()


RING = [0.0, 0.1, -0.2, 0.05, 0.3, 0.6]


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-0.3, 0.4),
       st.lists(st.floats(-0.3, 0.6), min_size=6, max_size=6))
def test_another_crest_is_filled_as_if_it_were_the_plan_s(low_m, high_m, offset_m, ground_m):
    """Two levees in a row, the second with a protection level of its own; conduits and all."""
    def walled(first_m, second_m):
        levees = (Levee(cells=np.array([2]), crest_m=0.3 + first_m, protects_to_m=0.3 + first_m),
                  Levee(cells=np.array([4]), crest_m=0.5 + second_m, protects_to_m=min(0.25, 0.5 + second_m)))
        return river_of(ground_m, drain_mm_h=15, levees=levees)

    plan = walled(0.0, 0.0)
    index = cells_of(ASSETS)
    night = StageNight(plan, index, read_depths(plan, index, duration_s=DURATION_S), refill=Refill(plan, index.cells))
    drawn = night.at(Moved(crest_m=(low_m, high_m), offset_m=offset_m))
    other = walled(low_m, high_m)
    moved = replace(other, level_m=other.level_m + offset_m)
    expected = read_depths(moved, index, duration_s=DURATION_S)
    alike(drawn.depths, expected)
    np.testing.assert_array_equal(drawn.is_unknown, expected.unknown_s > 0)


def test_a_crest_decides_from_which_level_the_water_comes_over():
    levee = Levee(cells=np.array([2]), crest_m=0.5, protects_to_m=0.5)
    river = river_of([0.0, 0.1, -0.2, 0, 0, 0], levees=(levee,))
    index = cells_of(ASSETS)
    nominal = read_depths(river, index, duration_s=DURATION_S)
    night = StageNight(river, index, nominal, refill=Refill(river, index.cells))
    behind = [2, 3, 4, 5]
    peak_s = 3 * 3600  # 0.4 m
    assert not night.at(Moved()).depths.at(peak_s)[behind].any()
    assert not night.at(Moved(crest_m=(-0.09,))).depths.at(peak_s)[behind].any()
    assert night.at(Moved(crest_m=(-0.11,))).depths.at(peak_s)[2] == pytest.approx(0.6, abs=1e-3)
    assert not night.at(Moved(crest_m=(0.3,), offset_m=0.3)).depths.at(peak_s)[behind].any()


def test_a_member_of_a_forecast_is_followed_as_the_plan_s_own_level():
    levels = (0.1, 0.1, 0.6, 0.3, 0.5, 0.2, 0.0)
    night, index = night_of(river_of(VALLEY, drain_mm_h=15))
    by_m = np.array(levels) - np.array((0.0, 0.2, 0.4, 0.4, 0.2, 0.0, 0.0))
    found = night.at(Moved(along_m=by_m, along_s=np.arange(7) * 3600)).depths
    own = river_of(VALLEY, drain_mm_h=15)
    expected = read_depths(replace(own, level_m=own.level_m + by_m[:, None]), index, duration_s=DURATION_S)
    alike(found, expected)


def test_a_drain_that_does_not_run_leaves_the_water_in_its_hollow():
    night, _ = night_of(river_of([0.3, -0.4, 0, 0, 0, 0], drain_mm_h=400))
    drained, kept = (night.at(Moved(is_undrained=fails)).depths for fails in (False, True))
    peak_s, end_s = 3 * 3600, 6 * 3600
    assert drained.at(peak_s)[1] == kept.at(peak_s)[1] == pytest.approx(0.8, abs=1e-6)
    assert drained.at(end_s)[1] == pytest.approx(0, abs=1e-6)
    assert kept.at(end_s)[1] == pytest.approx(0.7, abs=1e-6)


def test_maps_by_level_follow_a_member_too():
    maps, index = Maps(np.array([0.0, 0.4, 0.2]), np.array([0, 3600, 7200])), cells_of(ASSETS)
    night = PickedNight(maps, index, read_depths(maps, index, duration_s=DURATION_S))
    found = night.at(Moved(along_m=np.array([0.0, 0.3, 0.1]), along_s=np.array([0, 3600, 7200]))).depths
    other = replace(maps, level_m=np.array([0.0, 0.7, 0.3]))
    alike(found, read_depths(other, index, duration_s=DURATION_S))


def test_where_no_map_tells_when_water_comes_it_is_told_night_by_night():
    @dataclass(frozen=True)
    class Held(Maps):
        def held_back(self, cells):
            # Above 0.5 m the third cell of the ground, which is that of the third asset.
            return (cells == 3) & bool(np.any(self.level_m > 0.5))

    maps, index = Held(np.array([0.0, 0.4, 0.2]), np.array([0, 3600, 7200])), cells_of(ASSETS)
    night = PickedNight(maps, index, read_depths(maps, index, duration_s=DURATION_S))
    assert night.at(Moved()).is_held_back is None
    assert night.at(Moved(offset_m=0.2)).is_held_back.tolist() == [False, False, True, False, False, False]
