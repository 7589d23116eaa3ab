"""Intervals hold what they promise, and the figures known by heart come out."""

from __future__ import annotations

import numpy as np
import pytest

from twin.ensemble.confidence import floods_of, members_for, paired, quantile_of, share_of


@pytest.mark.parametrize(("count", "n", "low", "high"), [
    (50, 1000, 0.0381, 0.0653), (10, 200, 0.0274, 0.0896), (0, 1000, 0.0, 0.0030), (1000, 1000, 0.9970, 1.0)])
def test_a_share_has_its_interval(count, n, low, high):
    share = share_of(count, n)
    assert share.value == count / n
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_a_share_holds_it_in_about_95_of_100_cases():
    rng, p = np.random.default_rng(3), 0.3
    held = [share_of(int(k), 100).low <= p <= share_of(int(k), 100).high for k in rng.binomial(100, p, 2000)]
    assert 0.93 < np.mean(held) < 0.975


def test_how_many_members_a_sharper_share_needs():
    assert members_for(0.5, 0.01) == 9604
    assert members_for(0.05, 0.01) == 1825


def test_a_quantile_is_a_value_that_a_member_had_and_its_interval_holds_it():
    rng = np.random.default_rng(4)
    assert quantile_of(np.array([3.0, 1.0, 2.0]), 0.5).value == 2
    assert quantile_of(np.array([3.0, 1.0]), 0.5).value == 1
    held = 0
    for _ in range(1000):
        found = quantile_of(rng.normal(size=200), 0.9)
        held += found.low <= 1.2815515655 <= found.high
    assert 0.93 < held / 1000 < 0.985


def test_a_quantile_of_a_few_is_not_bounded():
    found = quantile_of(np.array([1.0, 2.0, 3.0]), 0.5)
    assert (found.value, found.low, found.high) == (2, -np.inf, np.inf)
    assert quantile_of(np.array([1.0, 2.0, np.inf]), 0.9).value == np.inf


def test_pairs_on_the_same_draws_differ_less():
    """A wall of .3 or .5 against a level 1.2 z: figures worked out with 1,000 nights."""
    z, apart = np.random.default_rng(0).normal(size=(2, 1000))
    low, high = np.maximum(0, 1.2 * z - 0.3), np.maximum(0, 1.2 * z - 0.5)
    same = paired(high, low)
    assert same.value == pytest.approx(0.0662, abs=0.01)
    assert (same.high - same.low) / (2 * 1.96) == pytest.approx(0.0029, abs=2e-4)
    assert same.variance_ratio == pytest.approx(78, rel=0.2)
    strangers = paired(np.maximum(0, 1.2 * apart - 0.5), low)
    assert (strangers.high - strangers.low) / (2 * 1.96) == pytest.approx(0.0257, abs=0.002)
    assert strangers.variance_ratio == pytest.approx(1, abs=0.1)


def test_nights_that_share_floods_are_no_more_sure_than_their_floods():
    rng = np.random.default_rng(4)
    held, naive = 0, 0
    for _ in range(300):
        flood = np.arange(400) % 20
        each = rng.normal(size=20)[flood] + 0.1 * rng.normal(size=400)
        found, alone = paired(np.zeros(400), each, flood), paired(np.zeros(400), each)
        held += found.low < 0 < found.high
        naive += alone.low < 0 < alone.high
        assert found.value == alone.value
    assert 0.9 < held / 300 < 0.98
    assert naive / 300 < 0.5


def test_where_each_night_has_its_own_flood_the_interval_is_the_usual_one():
    each = np.random.default_rng(1).normal(size=50)
    own, usual = paired(np.zeros(50), each, np.arange(50)), paired(np.zeros(50), each)
    assert own.high - own.low == pytest.approx(usual.high - usual.low)
    assert paired(np.zeros(3), each[:3], np.zeros(3, np.int64)).high == np.inf
    assert floods_of(np.array([0, 5, 6]), 3).tolist() == [0, 2, 0]
    assert floods_of(np.array([0, 5]), 0) is None
