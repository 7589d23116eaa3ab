"""What the result says over time is what it says at each moment: conditions, feeds, reserves, tests, waits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nights import night
from twin.explaining.explain import explain
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.moment import moment_of
from twin.results.waits import WAITS

NIGHTS = ("ouche-q100", "valmont-preventive-cut", "valmont-facts", "valmont-substation", "ouche-q10")


def moments_of(name: str) -> list[int]:
    """Every change of a night within an hour of its beginning or middle, and each full hour."""
    result = night(name).result
    changes = np.unique(np.concatenate([result.outages.start_s, result.doubts.start_s, result.spans.end_s]))
    picked = changes[(changes >= 0)][::max(1, len(changes) // 25)]
    return sorted({*range(0, result.plan.duration_s + 1, 7200), *picked.tolist()})


@pytest.mark.parametrize("name", NIGHTS)
def test_conditions_over_time_are_those_of_each_moment(name: str) -> None:
    result = night(name).result
    over = result.conditions
    for t in moments_of(name):
        found = np.full(len(result.city.assets), Condition.IN_SERVICE)
        now = (over.start_s <= t) & ((over.end_s == NONE) | (over.end_s > t))
        assert len(np.unique(over.asset[now])) == now.sum(), "one condition at a time"
        found[over.asset[now]] = over.condition[now]
        np.testing.assert_array_equal(found, moment_of(result, t).condition, str(t))


@pytest.mark.parametrize("name", NIGHTS)
def test_feeds_reserves_and_tests_over_time_are_those_of_each_moment(name: str) -> None:
    result = night(name).result
    untested = result.untested
    for t in moments_of(name):
        now = moment_of(result, t)
        assert [result.fed.at(row, t) for row in range(len(result.city.assets))] == now.fed_by.tolist(), t
        since = np.full(len(result.city.assets), NONE)
        rows = (untested.start_s <= t) & ((untested.end_s == NONE) | (untested.end_s > t))
        since[untested.asset[rows]] = untested.start_s[rows]
        np.testing.assert_array_equal(since, now.flooded_since_test_s, str(t))


@pytest.mark.parametrize("name", NIGHTS)
def test_what_is_waited_for_is_what_is_explained(name: str) -> None:
    result = night(name).result
    o, waits = result.outages, result.waits
    for row in range(0, len(o), max(1, len(o) // 40)):
        end_s = result.plan.duration_s if o.end_s[row] == NONE else int(o.end_s[row])
        for t in {int(o.start_s[row]), (int(o.start_s[row]) + end_s) // 2, end_s - 1}:
            told = explain(result, str(result.city.assets.id[o.asset[row]]), "en", t)
            assert told.waiting is not None
            at = waits.last(told.waiting.holder.row, t)
            assert told.waiting.stage == ("declared" if at == NONE else WAITS[int(waits.what[at])])


def test_a_cut_asset_that_the_water_reached_is_untested_until_its_repair() -> None:
    result = night("valmont-preventive-cut").result
    row = result.city.assets.row("P-02")
    mine = np.flatnonzero(result.untested.asset == row)
    [repair] = result.repairs.of_asset(row)
    assert [int(result.untested.end_s[k]) for k in mine] == [repair.end_s]
    assert repair.is_dead
