"""Intervals hold what they promise, and the figures known by heart come out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from twin.ensemble.confidence import (
    Z,
    effective_in,
    members_for,
    paired,
    quantile_of,
    ranks_of,
    share_in,
    share_of,
    student,
)


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


def test_ranks_are_those_of_the_binomial_distribution():
    for n in (1, 2, 7, 36, 37, 100, 999, 4000):
        for q in (0.1, 0.5, 0.9):
            below = stats.binom.cdf(np.arange(n + 1), n, q)
            low, high = ranks_of(n, q, n)
            assert low == int((below <= 0.025).sum())
            assert high == int((below < 0.975).sum()) + 1


def test_a_quantile_of_nights_that_share_floods_is_no_surer_than_the_floods():
    """Forty floods of 25 nights each, all alike on one flood: what forty values tell, and nothing narrower."""
    rng = np.random.default_rng(5)
    floods = rng.normal(size=40)
    for q in (0.1, 0.5, 0.9):
        few, many = quantile_of(floods, q), quantile_of(np.repeat(floods, 25), q, 40.0)
        assert many == few
    held = {None: 0, 40.0: 0}
    for _ in range(500):
        nights = np.repeat(rng.normal(size=40), 25) + rng.normal(size=1000) * 0.3
        for effective in held:
            found = quantile_of(nights, 0.9, effective)
            held[effective] += found.low <= 1.2815515655 * np.sqrt(1.09) <= found.high
    assert held[None] < 250
    assert held[40.0] > 460


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
    assert own.high - own.low == pytest.approx((usual.high - usual.low) * student(49) / Z)
    assert paired(np.zeros(3), each[:3], np.zeros(3, np.int64)).high == np.inf


def test_the_effective_number_of_a_share_worked_by_hand():
    """Eight nights on four floods, two of each: it happens in both of the first, in one of the second, in no other.

    p = 3/8; what each flood is off is 2 - 3/4, 1 - 3/4, - 3/4, - 3/4: squares 25/16 + 1/16 + 9/16 + 9/16 = 44/16. The
    variance of the share is 4/3 · 2.75 / 64 = 0.05729, that of eight nights 15/64 / 8 = 0.02930: a design effect of
    1.956, 4.091 nights. Student's quantile of three degrees of freedom makes 4.091 (1.960 / 3.182)² = 1.55 of them, but
    four floods that differ in nothing else are four nights.
    """
    flood = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    happens = np.array([1, 1, 0, 0, 1, 0, 0, 0], bool)
    share = share_in(happens, flood)
    assert (share.count, share.n, share.effective, share.design_effect) == (3, 8, 4.0, 2.0)
    assert (share.low, share.high) == (share_of(3, 8, 4.0).low, share_of(3, 8, 4.0).high)


def test_between_both_ends_the_scatter_between_floods_decides():
    """100 nights on 25 floods of four: it happens in 2 of 4 of each flood but ten, in all of five and none of five.

    p = 1/2; ten floods are off by 2: variance 25/24 · 40 / 10,000 = 0.0041667, against 0.0025: a design effect of 5/3,
    60 nights. With 24 degrees of freedom 60 (1.95996 / 2.06390)² = 54.11.
    """
    flood = np.arange(100) % 25
    turn = np.arange(100) // 25
    happens = np.where(flood < 5, True, np.where(flood < 10, False, turn < 2))
    assert share_in(happens, flood).effective == pytest.approx(54.11, abs=0.01)
    assert share_in(happens).effective == 100
    assert share_in(np.zeros(100, bool), flood).effective == pytest.approx(25)
    assert share_in(np.zeros(100, bool), flood).high == share_of(0, 25).high


def test_many_things_at_once_are_as_each_by_itself():
    rng = np.random.default_rng(3)
    flood = rng.integers(0, 7, 60)
    happens = rng.random((5, 60)) < np.array([0, 0.1, 0.5, 0.9, 1])[:, None]
    found = effective_in(flood, *np.nonzero(happens), 5)
    assert found.tolist() == pytest.approx([share_in(row, flood).effective for row in happens])


@pytest.mark.parametrize(("floods", "within"), [(20, 0.0), (20, 0.3), (8, 0.3), (40, 0.49)])
def test_intervals_of_nights_on_few_floods_hold_the_truth(floods, within):
    """Each flood has a share of its own, 0.5 ± ``within`` apart from 0 and 1; alone it decides where that is 0."""
    rng = np.random.default_rng(5)
    flood, held, naive = np.arange(240) % floods, 0, 0
    for _ in range(400):
        happens = rng.random(240) < np.where(rng.random(floods) < 0.5, within, 1 - within)[flood]
        share, alone = share_in(happens, flood), share_of(int(happens.sum()), 240)
        held += share.low <= 0.5 <= share.high
        naive += alone.low <= 0.5 <= alone.high
    assert held / 400 >= 0.93
    assert naive / 400 < 0.97 if within > 0.4 else naive / 400 < 0.85
