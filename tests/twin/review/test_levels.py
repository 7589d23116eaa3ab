"""Errors of levels by lead time, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import sqrt

import numpy as np
import pytest

from tests.nights import night
from twin.review.levels import level_errors
from twin.review.night import Curve, Issue, Readings


@pytest.fixture(scope="module")
def issue() -> Issue:
    result = night("ouche-q100").result
    start = int(result.plan.start.timestamp())
    at = start + np.array([0, 2 * 3600, 8 * 3600])
    return Issue(name="a", issued=start, result=result,
                 curves=[Curve(gauge="pont-neuf", at=at, level_m=np.array([1.0, 2.0, 2.6]))])


def test_leads_are_told_apart(issue: Issue) -> None:
    """Foretold 1.5, 2.0 and 2.4 m; read 1.6, 2.4 and 2.2 m; 1.0 m as it was issued."""
    at = issue.start + np.array([0, 3600, 7200, 6 * 3600])
    found = level_errors([issue], [Readings(gauge="pont-neuf", at=at, level_m=np.array([1.0, 1.6, 2.4, 2.2]))])
    assert [(one.from_h, one.to_h, one.readings, one.passed) for one in found] == [(0, 1, 1, 1), (1, 3, 1, 1),
                                                                                (3, 6, 1, 0)]
    assert [one.bias_m for one in found] == pytest.approx([-0.1, -0.4, 0.2])
    assert [one.rms_m for one in found] == pytest.approx([0.1, 0.4, 0.2])
    # As now: 0.6, 1.4 and 1.2 m off.
    assert [one.skill for one in found] == pytest.approx([1 - (0.1 / 0.6) ** 2, 1 - (0.4 / 1.4) ** 2,
                                                          1 - (0.2 / 1.2) ** 2])


def test_two_issues_are_one_table(issue: Issue) -> None:
    later = Issue(name="b", issued=issue.issued + 3600, result=issue.result, curves=issue.curves)
    at = issue.start + np.array([5400])
    found, = level_errors([later], [Readings(gauge="pont-neuf", at=at, level_m=np.array([2.0]))])
    assert (found.to_h, found.readings) == (1, 1)
    assert np.isnan(found.skill)  # nothing was read before it was issued
    both = level_errors([issue, later], [Readings(gauge="pont-neuf", at=at, level_m=np.array([2.0]))])
    assert [(one.from_h, one.readings) for one in both] == [(0, 1), (1, 1)]
    assert both[0].rms_m == pytest.approx(sqrt(0.25 ** 2))


def test_what_the_curve_does_not_reach_is_not_judged(issue: Issue) -> None:
    at = issue.start + np.array([-3600, 20 * 3600])
    assert level_errors([issue], [Readings(gauge="pont-neuf", at=at, level_m=np.array([1.0, 1.0]))]) == []
    assert level_errors([issue], [Readings(gauge="other", at=at, level_m=np.array([1.0, 1.0]))]) == []
    assert level_errors([replace(issue, curves=())], [Readings(gauge="pont-neuf", at=at + int(
        timedelta(hours=2).total_seconds()), level_m=np.array([1.0, 1.0]))]) == []
