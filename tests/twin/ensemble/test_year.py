"""What is to be expected in a year, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.ensemble.confidence import Difference
from twin.ensemble.year import in_a_year, saved_in_a_year, sure_in_a_year, weights
from twin.errors import InputError
from twin.explaining.yearly import year_lines


def test_a_year_by_hand():
    found = in_a_year([10, 100], [100, 1000], 5)
    assert (found.below, found.between, found.beyond) == pytest.approx((5, 49.5, 10))
    assert found.total == pytest.approx(64.5)
    assert in_a_year([10, 100], [100, 1000]).total == pytest.approx(59.5)


@given(st.lists(st.floats(1, 1000), min_size=1, max_size=6, unique=True), st.floats(0, 1e6))
def test_a_figure_that_all_floods_have_comes_once_for_each(years, value):
    """One that is the same at every probability is itself times the probability of the most frequent."""
    years = sorted(years)
    assert in_a_year(years, [value] * len(years)).total == pytest.approx(value / years[0])


def test_a_straight_line_is_summed_exactly():
    """A figure of 1 - p between p = 1/2 and p = 1/100, that of p = 1/100 beyond."""
    years = [2, 3, 7, 20, 100]
    exact = (0.5 - 0.5**2 / 2) - (0.01 - 0.01**2 / 2) + 0.01 * 0.99
    assert in_a_year(years, [1 - 1 / t for t in years]).total == pytest.approx(exact)


@pytest.mark.parametrize(("years", "harmless"), [([100, 10], None), ([10, 10], None), ([0.5], None), ([], None),
                                                 ([10, 100], 20), ([10], 0.5)])
def test_periods_that_make_no_year_are_refused(years, harmless):
    with pytest.raises(InputError):
        weights(years, harmless)


def test_its_interval_holds_the_truth_in_about_95_of_100_cases():
    rng, held = np.random.default_rng(2), 0
    exact = in_a_year([10, 100], [50, 200], 5).total
    for _ in range(600):
        low, high = sure_in_a_year([10, 100], [rng.normal(50, 20, 60), rng.normal(200, 80, 60)], 5)
        held += low <= exact <= high
    assert 0.92 < held / 600 < 0.98


def test_a_night_alone_has_no_interval():
    assert sure_in_a_year([10], [np.array([5.0])]) == (0.5, 0.5)


def test_what_a_measure_saves_adds_up_with_the_variances_of_the_nights():
    pairs = [Difference(-10, -12, -8, 50, 4.0), Difference(-100, -130, -70, 50, 9.0)]
    found = saved_in_a_year([10, 100], pairs, 5)
    assert found.value == pytest.approx(-0.095 * 10 - 0.055 * 100)
    assert found.high - found.value == pytest.approx(np.hypot(0.095 * 2, 0.055 * 30))


def test_the_convention_is_told_in_both_languages():
    found = in_a_year([10, 100], [100, 1000])
    french = [line.replace("\u00a0", " ").replace("\u202f", " ") for line in year_lines(found, [10, 100], None, "fr")]
    assert french == [
        "En moyenne 59,5 heures-lampes sans lumière par an du fait des crues : 49,5 entre les nuits calculées, 10,0 "
        "par des crues plus rares.",
        "Entre deux nuits, en ligne droite selon la probabilité annuelle ; au-delà de la crue de 100 ans, comme cette "
        "nuit-là.",
        "Les crues plus fréquentes que celle de 10 ans ne comptent pas : la somme est un minimum. --harmless dit "
        "laquelle est sans dommage."]
    assert year_lines(found, [10, 100], 5, "en")[2] == "From once in 10 years down to nothing at once in 5 years."
