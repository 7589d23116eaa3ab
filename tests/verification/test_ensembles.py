"""Ensembles against what happened, on a synthetic truth: many floods, each with its forecast and one night that came.

The truth of a flood is a night with numbers of its own, drawn from the distributions that the forecast states. Then
shares must come true as often as they say, what came must fall anywhere among the members, and a forecast that states
half of its errors must be found out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.stats

from tests.twin.ensemble.nights import all_rows, ensemble_of, river_of
from tests.twin.ensemble.test_member import LINKS, TOWN
from twin.ensemble.confidence import share_of
from twin.ensemble.distributions import Normal
from twin.ensemble.member import member
from twin.ensemble.uncertain import Ground, Height, Level, Uncertainty

# A minute of nights.
pytestmark = pytest.mark.verify

FLOODS, MEMBERS = 300, 19
LEVELS_M = np.array([0.0, 0.2, 0.4, 0.4, 0.2, 0.0, 0.0])


def stated(share):
    """Give an uncertainty with so much of the errors that there are."""
    def of(city):
        return Uncertainty(
            level=Level(offset_m=Normal(mean=0, sd=0.15 * share)), ground=Ground(sd_m=0.05 * share, correlation_m=50),
            heights=(Height(rows=all_rows(city)[1:], distribution=Normal(mean=0, sd=0.05 * share), is_absolute=False),))
    return of


@dataclass(frozen=True)
class Floods:
    """Members and truth of each flood: the depth at the cabinet [m], whether it goes out."""

    depth_m: np.ndarray
    is_out: np.ndarray
    true_depth_m: np.ndarray
    was_out: np.ndarray


def floods(share):
    """Forecast floods of all sizes with so much of the errors that there are."""
    rng = np.random.default_rng(8)
    depth, out = np.zeros((2, FLOODS, MEMBERS))
    true_depth, was_out = np.zeros((2, FLOODS))
    cabinet = 1
    for k in range(FLOODS):
        river = river_of([0.0] * 4, LEVELS_M + rng.uniform(-0.4, 0.2))
        forecast = ensemble_of(TOWN, LINKS, stated(share), river=river, seed=k)
        truth = ensemble_of(TOWN, LINKS, stated(1.0), river=river, seed=k)
        came = member(truth.with_arms(dict.fromkeys(truth.uncertainty.quantities, 1)), 0)
        for i, night in enumerate([came, *(member(forecast, i) for i in range(MEMBERS))]):
            deep = night.peak_um[night.wet == cabinet].sum() * 1e-6
            if i == 0:
                true_depth[k], was_out[k] = deep, cabinet in night.asset
            else:
                depth[k, i - 1], out[k, i - 1] = deep, cabinet in night.asset
    return Floods(depth, out, true_depth, was_out)


@pytest.fixture(scope="module")
def sharp():
    return floods(1.0)


@pytest.fixture(scope="module")
def overconfident():
    return floods(0.5)


def crps(members, observed):
    """Give the continuous ranked probability score, mean over all (Gneiting and Raftery 2007, equation 21)."""
    far = np.abs(members - observed[:, None]).mean(axis=1)
    apart = np.abs(members[:, :, None] - members[:, None, :]).mean(axis=(1, 2))
    return float((far - apart / 2).mean())


def ranks(members, observed):
    """Give the place of what came among the members, 0 to M; ties by lot."""
    lot = np.random.default_rng(3)
    below = (members < observed[:, None]).sum(axis=1)
    return below + lot.integers(0, (members == observed[:, None]).sum(axis=1) + 1)


def test_shares_come_true_as_often_as_they_say(sharp):
    forecast = sharp.is_out.mean(axis=1)
    for low, high in ((0, 0.15), (0.15, 0.4), (0.4, 0.7), (0.7, 1.01)):
        chosen = (forecast >= low) & (forecast < high)
        assert chosen.sum() >= 20, (low, high)
        came = share_of(int(sharp.was_out[chosen].sum()), int(chosen.sum()))
        # The forecast has 19 members: its own share is that much unsure too.
        slack = 1 / np.sqrt(4 * MEMBERS * chosen.sum())
        assert came.low - slack <= forecast[chosen].mean() <= came.high + slack, (low, high)


def test_what_came_falls_anywhere_among_the_members(sharp):
    count = np.bincount(ranks(sharp.depth_m, sharp.true_depth_m) // 4, minlength=5)
    assert scipy.stats.chisquare(count).pvalue > 0.01, count


def test_a_forecast_that_states_half_its_errors_is_found_out(overconfident):
    count = np.bincount(ranks(overconfident.depth_m, overconfident.true_depth_m) // 4, minlength=5)
    assert scipy.stats.chisquare(count).pvalue < 1e-6, count
    assert min(count[0], count[-1]) > 1.4 * FLOODS / 5  # too often outside


def test_an_ensemble_beats_one_night_and_the_overconfident(sharp, overconfident):
    one = np.abs(sharp.depth_m[:, 0] - sharp.true_depth_m).mean()
    middle = np.abs(np.median(sharp.depth_m, axis=1) - sharp.true_depth_m).mean()
    score = crps(sharp.depth_m, sharp.true_depth_m)
    assert score < 0.75 * middle < middle < one
    assert score < crps(overconfident.depth_m, overconfident.true_depth_m)


def test_the_truth_is_no_member(sharp):
    assert not np.any(sharp.depth_m == np.where(sharp.true_depth_m > 0, sharp.true_depth_m, -1)[:, None])
