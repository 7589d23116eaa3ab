"""Between two maps of a catalogue water rises with its basin; what a lip holds back is taken as deep as it may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.hazards.between import between
from twin.kernels.water.spill import spill_levels

HALF = np.float32(0.5)


def row(*depths):
    return np.array([depths], np.float32)


def at(lower, upper, share):
    return between(lower, upper).depth_m(lower.ravel(), upper.ravel(), np.float32(share))


def test_a_cell_in_the_water_of_both_maps_rises_in_proportion():
    low, high = row(0.2, 1.0, 0.4), row(1.2, 2.0, 1.4)
    np.testing.assert_allclose(at(low, high, 0.3), [0.5, 1.3, 0.7], rtol=1e-6)
    assert not between(low, high).is_held_back.any()


def test_ground_that_only_the_higher_map_floods_is_reached_when_the_water_beside_it_stands_so_high():
    """The water rises by 1 m; a cell 0.4 m under the higher one is reached 0.6 of the way, and one of 0.9 m at 0.1."""
    low, high = row(0.5, 0.0, 0.0), row(1.5, 0.9, 0.4)
    for share, expected in ((0.05, [0.55, 0, 0]), (0.5, [1.0, 0.4, 0]), (0.7, [1.2, 0.6, 0.1]), (1, [1.5, 0.9, 0.4])):
        np.testing.assert_allclose(at(low, high, share), expected, atol=1e-6)
    assert not between(low, high).is_held_back.any()


def test_a_hollow_behind_a_lip_fills_at_once_when_the_lip_is_passed():
    """The lip is 0.2 m under the higher water, which rises by 1 m: passed 0.8 of the way. The hollow lies 0.7 m low."""
    low, high = row(0.5, 0.0, 0.0), row(1.5, 0.2, 1.7)
    for share, expected in ((0.5, [1.0, 0, 0]), (0.79, [1.29, 0, 0]), (0.81, [1.31, 0.01, 1.51])):
        np.testing.assert_allclose(at(low, high, share), expected, atol=1e-6)
    assert not between(low, high).is_held_back.any()


def test_ground_that_is_dry_without_a_lip_before_it_is_taken_as_deep_as_it_may_be_and_told():
    low, high = row(0.5, 0.0), row(1.5, 1.7)
    assert between(low, high).is_held_back.tolist() == [False, True]
    np.testing.assert_allclose(at(low, high, 0.001), [0.501, 0.701], atol=1e-6)


def test_a_pool_apart_keeps_its_water_until_it_is_joined():
    low, high = row(0.5, 0.6, 0.7, 0.0, 0.1), row(1.5, 1.6, 1.7, 0.4, 1.6)
    assert at(low, high, 0.59)[4] == pytest.approx(0.1)
    assert at(low, high, 0.61)[4] == pytest.approx(1.21)
    assert not between(low, high).is_held_back.any()


def test_water_that_is_new_on_the_higher_map_is_there_at_once():
    low, high = row(0.5, 0.0, 0.0, 0.0), row(1.5, 0.0, 0.8, 0.0)
    assert between(low, high).is_held_back.tolist() == [False, False, True, False]
    assert at(low, high, 0.01)[2] == pytest.approx(0.8)


def test_unknown_ground_stays_unknown():
    low, high = row(0.5, np.nan, 0.0), row(1.5, 1.0, np.nan)
    assert np.isnan(at(low, high, 0.5)).tolist() == [False, True, True]


def filled(ground_m, level_m):
    """Give the depth of a river at the first cell that stands at a level, as the fill of a river stage gives it."""
    ground_mm = np.rint(ground_m.ravel() * 1000).astype(np.int32)
    none = np.empty((0, 2), np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    spill = spill_levels(ground_mm, np.array([0]), *none, ground_m.shape[1], -10_000, 10_000)
    level_mm = round(level_m * 1000)
    return np.where(spill <= level_mm, (level_mm - ground_mm) / 1000, 0.0).reshape(ground_m.shape).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(0, 3), min_size=20, max_size=20), st.floats(0.2, 1.5), st.floats(0.1, 1.5),
       st.floats(0.01, 1))
def test_between_two_maps_of_the_fill_it_is_the_fill(ground, low_m, by_m, share):
    ground_m = np.array([-5.0, *ground[1:]]).reshape(4, 5).round(3)
    low_m, high_m = round(low_m, 3), round(low_m + by_m, 3)
    level_m = round(low_m + share * (high_m - low_m), 3)
    # Over a lip at the higher level itself water passes without a depth: no map shows it.
    assume(np.abs(ground_m - high_m).min() > 0.0005)
    low, high, exact = (filled(ground_m, m).ravel() for m in (low_m, high_m, level_m))
    pair = between(low.reshape(4, 5), high.reshape(4, 5))
    found = pair.depth_m(low, high, np.float32((level_m - low_m) / (high_m - low_m)))
    assert not pair.is_held_back.any()
    # A millimetre about the level at which a lip is passed it may be passed or not.
    near = np.abs(pair.from_share - (level_m - low_m) / (high_m - low_m)) * (high_m - low_m) < 0.002
    np.testing.assert_allclose(found[~near], exact[~near], atol=0.002)
