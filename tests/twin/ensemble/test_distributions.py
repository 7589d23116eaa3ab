"""Each distribution gives the quantiles that scipy gives."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import scipy.stats

from twin.ensemble.distributions import Discrete, Lognormal, Normal, Quantiles, Triangular, Uniform, normal_quantile
from twin.errors import InputError

U = np.array([1e-12, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1 - 1e-12])


def test_normal_quantiles_are_those_of_the_standard_library():
    u = np.concatenate([U, np.random.default_rng(0).random(1000)])
    np.testing.assert_allclose(normal_quantile(u), [NormalDist().inv_cdf(p) for p in u], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("mine", "theirs"), [
    (Normal(mean=0.1, sd=0.16), scipy.stats.norm(0.1, 0.16)),
    (Lognormal(median=0.6, beta=0.3), scipy.stats.lognorm(0.3, scale=0.6)),
    (Triangular(low=0.7, mode=1.0, high=1.7), scipy.stats.triang(0.3, 0.7, 1.0)),
    (Triangular(low=0.0, mode=0.0, high=2.0), scipy.stats.triang(0, 0, 2)),
    (Uniform(low=-1800, high=1800), scipy.stats.uniform(-1800, 3600)),
])
def test_quantiles(mine, theirs):
    np.testing.assert_allclose(mine.value(U), theirs.ppf(U), rtol=1e-9, atol=1e-9)


def test_a_forecast_goes_through_its_own_quantiles():
    forecast = Quantiles(p10=3.9, p50=4.16, p90=4.5)
    np.testing.assert_allclose(forecast.value(np.array([0.1, 0.5, 0.9])), [3.9, 4.16, 4.5])


def test_members_of_a_forecast_come_by_their_weights():
    members = Discrete(values=(1.0, 2.0, 5.0), weights=(1, 2, 1))
    assert members.value(np.array([0.0001, 0.2499, 0.25, 0.7499, 0.75, 0.9999])).tolist() == [1, 1, 2, 2, 5, 5]
    assert Discrete(values=(1.0, 2.0)).value(np.array([0.49, 0.51])).tolist() == [1, 2]


@pytest.mark.parametrize(("made", "found"), [
    (lambda: Normal(mean=0, sd=-0.1), "-0.1"), (lambda: Normal(mean=0, sd=0), "0"),
    (lambda: Normal(mean=float("nan"), sd=1), "nan"), (lambda: Lognormal(median=0, beta=1), "0"),
    (lambda: Triangular(low=1, mode=0, high=2), "1, 0, 2"), (lambda: Uniform(low=1, high=1), "1 to 1"),
    (lambda: Discrete(values=()), "an empty list"), (lambda: Discrete(values=(1, 2), weights=(1,)), "1 weights"),
    (lambda: Discrete(values=(1, 2), weights=(1, -1)), "-1"), (lambda: Quantiles(p10=1, p50=0, p90=2), "1, 0, 2"),
])
def test_what_is_no_distribution_is_refused(made, found):
    with pytest.raises(InputError) as error:
        made()
    assert error.value.found == found
