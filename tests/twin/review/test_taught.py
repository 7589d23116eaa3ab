"""What a night says of heights of failure."""

from __future__ import annotations

import numpy as np
import pytest

from twin.errors import InputError
from twin.live.posterior import ReportModel
from twin.review.taught import posterior_height

NONE = np.array([])


def test_nothing_seen_changes_nothing() -> None:
    p10, p50, p90 = posterior_height(0.40, 0.10, NONE, NONE)
    assert (p10, p50, p90) == pytest.approx((0.40 - 0.12816, 0.40, 0.40 + 0.12816), abs=2e-3)


def test_a_sharp_depth_and_a_sure_word_cut_the_normal_in_two() -> None:
    """Stood in 0.40 m without any doubt: what is left is the upper half; its middle lies 0.6745 deviations up."""
    sure = ReportModel(own_fault=1e-12, missed_dark=1e-12, false_dark=1e-12)
    _, p50, _ = posterior_height(0.40, 0.10, np.array([0.40]), NONE, depth_sd_m=1e-4, reports=sure)
    assert p50 == pytest.approx(0.40 + 0.06745, abs=2e-3)
    _, p50, _ = posterior_height(0.40, 0.10, NONE, np.array([0.40]), depth_sd_m=1e-4, reports=sure)
    assert p50 == pytest.approx(0.40 - 0.06745, abs=2e-3)


def test_what_could_be_a_slip_moves_little() -> None:
    """Out in 5 cm where it should fail at 0.80 m with an error of 5 cm: rather its own fault than its height."""
    _, p50, _ = posterior_height(0.80, 0.05, NONE, np.array([0.05]))
    assert p50 == pytest.approx(0.80, abs=0.01)


def test_an_error_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        posterior_height(0.4, 0.0, NONE, NONE)
