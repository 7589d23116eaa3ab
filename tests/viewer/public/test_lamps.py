"""Lamps by quarters of an hour: rounding hides no outage and makes no doubt a certainty."""

from __future__ import annotations

import numpy as np

from tests.nights import night
from twin.quantities import NONE
from twin.world.kinds import Role
from viewer.public.lamps import OUT, _surely, _told
from viewer.public.quarters import OPEN, Quarters

QUARTERS = Quarters(0)


def test_a_quarter_with_doubt_is_told_as_doubt() -> None:
    # In doubt from 20:00, surely out from 20:40 to 23:05, in doubt again to 23:40: sure from 20:45 to 23:00.
    sure, maybe = [(2_400, 11_100)], [(0, 2_400), (11_100, 13_200)]
    assert _surely(sure, maybe, QUARTERS) == [(2_700, 10_800)]


def test_without_doubt_an_outage_is_rounded_outward() -> None:
    assert _surely([(2_400, 11_100), (20_000, OPEN)], [], QUARTERS) == [(1_800, 11_700), (19_800, OPEN)]


def test_an_outage_within_one_quarter_of_doubt_is_told() -> None:
    assert _surely([(1_000, 1_200), (4_000, 9_000)], [(0, 1_000), (1_200, 2_000)], QUARTERS) == [
        (900, 1_800), (3_600, 9_000)]


def test_no_lamp_in_doubt_is_told_out_but_where_an_outage_would_be_hidden() -> None:
    run = night("ouche-q100")
    result = run.result
    spans, quarters = result.spans, Quarters.of(result.plan.start)
    told = _told(run, quarters, None)
    lamps = result.city.assets.of_role(Role.LIGHTS)
    doubtful = np.flatnonzero(lamps[spans.asset] & ~spans.is_sure)
    asked = 0
    for k in doubtful.tolist():
        row = int(spans.asset[k])
        end_s = result.plan.duration_s if spans.end_s[k] == NONE else int(spans.end_s[k])
        sure = [quarters.outward([(int(spans.start_s[i]), OPEN if spans.end_s[i] == NONE else int(spans.end_s[i]))])[0]
                for i in np.flatnonzero((spans.asset == row) & spans.is_sure).tolist()]
        for t_s in (int(spans.start_s[k]), (int(spans.start_s[k]) + end_s) // 2, end_s - 1):
            is_out = any(start <= t_s < end and state == OUT for start, end, state in told[row])
            assert not is_out or any((start, end, OUT) in told[row] for start, end in sure if start <= t_s < end)
            asked += 1
    assert asked > 100
