"""What an outage waits for at a second: nothing whose work is done, and one answer for panel, list and paper."""

import numpy as np
import pytest

from tests.nights import LIVED_NIGHT, night
from twin.explaining.explain import explain
from twin.explaining.waiting import waiting_at
from twin.quantities import NONE
from twin.results.holders import holder_at
from twin.results.moment import moment_of
from twin.results.order_of_return import order_of_return
from twin.results.waits import WAITS


def test_a_circuit_waits_for_its_reset_while_other_lamps_of_it_are_wet() -> None:
    """L-4327 opened the protection of A-095-4 and was repaired at 10:21; the circuit's other lamps were not."""
    result = night("ouche-q100").result
    for t in (71_577, 90_056, 122_716):
        for lamp in ("L-4327", "L-4328"):
            told = explain(result, lamp, "fr", t)
            assert told.waiting is not None
            assert (told.waiting.holder.id, told.waiting.stage) == ("A-095-4", "reset"), (lamp, t)
            assert not any("encore 0\u00a0min" in line for line in told.paragraphs)
            assert any("puis le réarmement" in line for line in told.paragraphs)
        street = next(row for row in order_of_return(result, t).streets if row.street == told.asset.street)
        assert result.city.assets.row("A-095-4") in street.holders


@pytest.mark.parametrize("name", ["ouche-q10", "ouche-q100", "valmont-facts", "valmont-preventive-cut", LIVED_NIGHT])
def test_who_holds_an_outage_is_down_by_itself(name: str) -> None:
    result = night(name).result
    asked = 0
    for t in range(1_777, result.plan.duration_s, 5_003):
        moment = moment_of(result, t)
        for row in np.unique(moment.outage[moment.outage != NONE])[::7].tolist():
            outage = result.outages[int(row)]
            assert result.waits.at(holder_at(result, outage, t), t) != NONE, (outage, t)
            asked += 1
    assert asked > 100


def test_no_stage_runs_while_a_crew_is_waited_for() -> None:
    """A-063 is dried by noon; what it then waits for is a crew, on the map, on paper and in words alike."""
    result = night("ouche-q100-crews").result
    row = result.city.assets.row("A-063")
    assert WAITS[int(result.waits.what[result.waits.at(row, 84_015)])] == "crew"
    asked = 0
    for t in range(1_777, result.plan.duration_s, 9_001):
        for at in np.flatnonzero((result.waits.start_s <= t) & ((result.waits.end_s == NONE) | (result.waits.end_s > t))
                                 )[::11].tolist():
            told = waiting_at(result, int(result.waits.asset[at]), t)
            assert told.stage == WAITS[int(result.waits.what[at])], (told, t)
            assert str(told.said.get("stage", told.stage)) == told.stage, "as the crew wrote it"
            asked += 1
    assert asked > 1_000
    # Who drives again for a later stage is on the way, whatever ran before: in all that crews did.
    middles = [(one, (one.start_s + (result.plan.duration_s if one.end_s == NONE else one.end_s)) // 2)
               for one in result.crew_work]
    told = [(one.stage, WAITS[int(result.waits.what[result.waits.at(one.asset, t)])]) for one, t in middles]
    assert [(done, said) for done, said in told if done != said] == []
