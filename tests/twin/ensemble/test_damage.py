"""Damage, worked by hand: curves of depth and damage, values, and what counts as dry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.ensemble.damage import Curve, Damages, Valued, curves_of, shipped_curves
from twin.errors import InputError

HOME = shipped_curves()["jrc-europe-residential"]


def curve(depth_m, fraction):
    return Curve(name="own", depth_m=np.array(depth_m, float), fraction=np.array(fraction, float), source="here")


@pytest.mark.parametrize(("name", "depth_m", "fraction"), [
    ("residential", 0.5, 0.25), ("residential", 6, 1), ("commercial", 2, 0.55), ("industrial", 1.5, 0.40),
    ("transport", 1, 0.542), ("infrastructure", 3, 0.80), ("agriculture", 1.5, 0.65), ("residential", 0.25, 0.125),
    ("transport", 9, 1)])
def test_the_shipped_curves_are_those_of_the_report(name, depth_m, fraction):
    found = shipped_curves()[f"jrc-europe-{name}"]
    assert found.at(np.array([depth_m]))[0] == pytest.approx(fraction)
    assert "doi:10.2760/16510" in found.source


def test_a_night_by_hand():
    """Two houses of 200,000 with a floor at 0.2 m, one in 0.7 m of water: a quarter of it. A cabinet in 0.04 m: dry."""
    own = curve([0, 0.01], [1, 1])
    damages = Damages(currency="EUR", valued=(
        Valued(kind="building", rows=np.array([0, 1], np.int32), value=np.array([200_000.0, 200_000.0]), curve=HOME,
               floor_m=np.array([0.2, 0.2])),
        Valued(kind="cabinet", rows=np.array([2], np.int32), value=np.array([5000.0]), curve=own,
               floor_m=np.zeros(1))))
    found = damages.of(np.array([0, 2], np.int32), np.array([0.7, 0.04]), 4)
    assert found == {"building": pytest.approx(50_000), "cabinet": 0}
    assert damages.of(np.array([2], np.int32), np.array([0.05]), 4)["cabinet"] == 5000


def test_of_two_values_for_one_asset_the_later_counts():
    one = Valued(kind="site", rows=np.array([0, 1], np.int32), value=np.array([10.0, 10.0]), curve=HOME,
                 floor_m=np.zeros(2))
    own = Valued(kind="site", rows=np.array([1], np.int32), value=np.array([1000.0]), curve=HOME, floor_m=np.zeros(1))
    found = Damages(currency="EUR", valued=(one, own)).of(np.array([0, 1], np.int32), np.array([1.0, 1.0]), 2)
    assert found == {"site": pytest.approx(4 + 400)}


@given(st.floats(0, 8), st.floats(0, 8))
def test_more_water_never_does_less(one, other):
    low, high = sorted((one, other))
    for each in shipped_curves().values():
        fractions = each.at(np.array([low, high]))
        assert 0 <= fractions[0] <= fractions[1] <= 1


@pytest.mark.parametrize(("depth_m", "fraction", "said"), [
    ([0, 0], [0, 1], "increasing"), ([0], [0], "increasing"), ([0, 1], [0, 40], "40 % is written 0.4"),
    ([0, 1, 2], [0, 0.5, 0.4], "never falling"), ([0, np.nan], [0, 1], "increasing")])
def test_what_is_no_curve_is_refused(depth_m, fraction, said):
    with pytest.raises(InputError, match=said):
        curve(depth_m, fraction)


def test_a_curve_says_where_it_is_from():
    with pytest.raises(InputError, match="source"):
        curves_of([{"curve": "own", "depth_m": "0", "fraction": "0", "source": ""}])
