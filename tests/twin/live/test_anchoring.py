"""Every figure worked by hand of a forecast held to its gauge."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from twin.errors import InputError
from twin.live.anchoring import (
    Way,
    anchored,
    fading,
    half_life,
    levelled,
    memory,
    rating_shift,
    restricted,
    shift_of,
)
from twin.live.gauge import Fault, faults
from twin.live.judging import passed, rms, skill
from twin.live.weighing import crps, effective, resampled, updated, weights

HOUR = 3600.0


def test_memory_and_what_is_new() -> None:
    phi, sd = memory([0.40, 0.36, 0.32, 0.30, 0.26, 0.24])
    assert phi == pytest.approx(0.901747, abs=5e-7)
    assert sd == pytest.approx(0.008578, abs=5e-7)


def test_six_points_cannot_tell_a_bias_from_a_memory() -> None:
    e = np.array([0.20, 0.18, 0.22, 0.21, 0.18, 0.20])
    assert memory(e.tolist())[0] == pytest.approx(0.9914, abs=5e-5)
    assert e.mean() == pytest.approx(0.1983, abs=5e-5)
    assert memory((e - e.mean()).tolist())[0] == pytest.approx(-0.328, abs=5e-4)
    with pytest.raises(InputError, match="three or more"):
        memory([0.1, 0.2])


def test_an_error_fades() -> None:
    level, sd = levelled(0.2, np.array([2.30, 2.55, 2.70, 2.60]), 0.9, 0.02)
    np.testing.assert_allclose(level, [2.48, 2.712, 2.8458, 2.73122], atol=5e-6)
    np.testing.assert_allclose(sd, [0.02, 0.026907, 0.031408, 0.034627], atol=5e-7)
    far = levelled(0.2, np.zeros(500), 0.9, 0.02)[1][-1]
    assert far == pytest.approx(0.045883, abs=5e-7)
    assert half_life(0.9) == pytest.approx(6.58, abs=5e-3)
    assert half_life(0.98) * 5 / 60 == pytest.approx(2.9, abs=0.05), "hours, per 5 min"


def test_two_last_errors() -> None:
    np.testing.assert_allclose(fading([1.2, -0.3], [0.18, 0.20], 4), [0.186, 0.1632, 0.14004, 0.119088], atol=1e-9)


def test_a_correction_never_exceeds_the_last_error() -> None:
    assert 9 * np.exp(0.9 * log(1.2)) == pytest.approx(10.605, abs=5e-4), "by the ratio alone"
    assert restricted(6, 5, 9, 0.9) == pytest.approx(10.0)
    assert restricted(6, 5, 2, 0.9) == pytest.approx(2.357, abs=5e-4)
    assert levelled(1.0, np.array([2.0]), 0.9, 0.0)[0][0] == pytest.approx(2.9), "raw AR on the way down: +0.9"


def test_a_night_that_comes_earlier_is_shifted_and_not_levelled() -> None:
    def s(t: np.ndarray) -> np.ndarray:
        return 1 + 2 * np.maximum(0, 1 - np.abs(t - 12) / 6)

    hours = np.arange(0, 31.0)
    read_at = np.arange(4.0, 11)
    observed = s(read_at + 2)
    ahead = np.arange(11.0, 19)
    came = s(ahead + 2)
    error = float(s(np.array([12.0]))[0] - s(np.array([10.0]))[0])
    assert error == pytest.approx(0.6667, abs=5e-5)
    assert rms(s(ahead), came) == pytest.approx(0.5401, abs=5e-5)
    assert rms(levelled(error, s(ahead), 0.9, 0.0)[0], came) == pytest.approx(0.9380, abs=5e-5)
    assert rms(np.full(8, observed[-1]), came) == pytest.approx(1.5046, abs=5e-5)
    found, _, left = shift_of(read_at * HOUR, observed, hours * HOUR, s(hours))
    assert (found, left) == (2 * 3600, pytest.approx(0, abs=1e-9))
    held = anchored(read_at * HOUR, observed, hours * HOUR, s(hours), ahead * HOUR, now_s=10 * HOUR)
    assert held.way is Way.SHIFTED
    assert held.earlier_s == 2 * 3600
    np.testing.assert_allclose(held.level_m, came, atol=1e-9)


def test_a_level_that_stands_off_is_levelled_and_fades_with_its_age() -> None:
    curve_s, curve_m = np.array([0, 10 * HOUR]), np.array([2.0, 2.0])
    read_s = np.array([0.0, 300, 600])
    now = anchored(read_s, np.full(3, 2.2), curve_s, curve_m, np.array([900.0]), now_s=600)
    old = anchored(read_s, np.full(3, 2.2), curve_s, curve_m, np.array([900.0 + HOUR]), now_s=600 + HOUR)
    assert now.way is Way.LEVELLED
    assert float(now.level_m[0]) == pytest.approx(2 + 0.98 * 0.2)
    assert float(old.level_m[0]) == pytest.approx(2 + 0.98 ** 13 * 0.2)
    none = anchored(np.empty(0), np.empty(0), curve_s, curve_m, np.array([900.0]), now_s=600)
    assert (none.way, float(none.level_m[0])) == (Way.RAW, 2.0)


def test_a_rating_that_has_moved() -> None:
    shift = rating_shift(40, 2.0, factor=20, zero_m=0.3, power=1.6)
    at_2_m, at_2_5_m, shifted = (20 * (stage - 0.3) ** 1.6 for stage in (2.0, 2.5, 2.5 + shift))
    assert at_2_m == pytest.approx(46.7464, abs=5e-5)
    assert shift == pytest.approx(-0.157789, abs=5e-7)
    assert at_2_5_m == pytest.approx(70.6165, abs=5e-4)
    assert shifted == pytest.approx(62.6889, abs=5e-4)


def test_a_reading_moves_a_level_and_weighs_members() -> None:
    assert updated(3.1, 0.25, 3.4, 0.05) == pytest.approx((0.961538, 3.388462, 0.049029), abs=5e-7)
    members = np.array([2.8, 3.0, 3.1, 3.3, 3.6])
    w = weights(members, 3.2, 0.1)
    np.testing.assert_allclose(w, [0.000249, 0.100318, 0.449593, 0.449593, 0.000249], atol=5e-7)
    assert float((w * members).sum()) == pytest.approx(3.179936, abs=5e-7)
    assert effective(w) == pytest.approx(2.4135, abs=5e-5)
    assert effective(weights(members, 3.2, 0.02)) == pytest.approx(2.0, abs=5e-5)
    assert resampled(w, 0.1).tolist() == [1, 2, 2, 3, 3]
    assert crps(members, 3.2) == pytest.approx(0.088)
    assert crps(members, 3.2, fair=True) == pytest.approx(0.05)


def test_readings_that_cannot_be_the_river_drop_out() -> None:
    times = np.arange(0, 14) * 600.0
    assert set(faults(times, np.full(14, 2.0))[1:]) == {Fault.STUCK}
    assert set(faults(times[:11], np.full(11, 2.0))) == {Fault.NONE}
    jump = faults(times[:4], np.array([2.0, 2.7, 2.6, 2.1]))
    assert [one.value for one in jump] == ["", "step", "", ""], "0.6 m in 20 min is no step"
    assert faults(times[:2], np.array([9.0, 2.0]), highest_m=8)[0] is Fault.RANGE


def test_forecasts_are_judged_against_doing_nothing() -> None:
    assert skill(np.array([2.0]), np.array([2.0]), np.array([1.0])) == 1
    assert skill(np.array([1.0]), np.array([2.0]), np.array([1.0])) == 0
    assert passed(np.array([5.85, 6.07, 6.10, 6.16]), np.array([5.80, 6.20, 6.28, 6.39])) == (3, 4)
