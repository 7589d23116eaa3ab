"""The error of terrain: one variance everywhere, shared by neighbours, keyed by place."""

from __future__ import annotations

import numpy as np
import pytest

from twin.ensemble.draws import Draws
from twin.ensemble.ground import GroundError
from twin.errors import InputError


@pytest.fixture(scope="module")
def pairs():
    """Places in pairs at growing distances, and the errors of 3,000 nights, (N, 2 P)."""
    rng = np.random.default_rng(5)
    x_m, y_m = rng.random((2, 200)) * 5000
    away_m, to = np.linspace(0, 600, 200), rng.random(200) * 2 * np.pi
    field = GroundError(np.append(x_m, x_m + away_m * np.cos(to)), np.append(y_m, y_m + away_m * np.sin(to)), 0.2, 200)
    return away_m, np.array([field.at(Draws(seed=1, index=i)) for i in range(3000)])


def test_its_deviation_is_the_one_stated_everywhere(pairs):
    sd_m = pairs[1].std(axis=0)
    np.testing.assert_allclose(sd_m, 0.2, rtol=4 / np.sqrt(2 * 3000))
    assert abs(pairs[1].mean()) < 0.005


def test_neighbours_share_it_and_strangers_do_not(pairs):
    away_m, error_m = pairs
    correlation = (error_m[:, :200] * error_m[:, 200:]).mean(axis=0) / 0.04
    np.testing.assert_allclose(correlation, np.exp(-(away_m / 200) ** 2 / 2), atol=0.1 + 4 / np.sqrt(3000))
    assert correlation[0] == pytest.approx(1, abs=0.1)


def test_an_asset_more_leaves_the_error_of_the_others():
    x_m, y_m = np.random.default_rng(0).random((2, 50)) * 3000
    night = Draws(seed=1, index=4)
    some, all_ = GroundError(x_m[1:], y_m[1:], 0.2, 100), GroundError(x_m, y_m, 0.2, 100)
    np.testing.assert_array_equal(all_.at(night)[1:], some.at(night))


def test_what_has_no_place_has_no_error():
    field = GroundError(np.array([10.0, np.nan]), np.array([10.0, np.nan]), 0.2, 100)
    error_m = field.at(Draws(seed=1, index=0))
    assert error_m[0] != 0
    assert error_m[1] == 0


@pytest.mark.parametrize(("sd_m", "correlation_m"), [(-0.1, 100), (0, 100), (0.1, 0), (0.1, float("inf"))])
def test_a_width_that_is_none_is_refused(sd_m, correlation_m):
    with pytest.raises(InputError):
        GroundError(np.zeros(1), np.zeros(1), sd_m, correlation_m)
