"""Why a street is dark and what its light waits for, told by street and quarter of an hour."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from twin.codes import Mechanism, What
from viewer.public.quarters import OPEN, Quarters
from viewer.public.stories import STAGES, STORIES, _commonest, _stages, stories_of, streets_told


def test_a_trip_is_no_flooded_cabinet(made_run: Any) -> None:
    outages, lamp = made_run.result.outages, made_run.result.city.assets.of_kind("lamp")
    stories = stories_of(made_run)
    for i in np.flatnonzero(lamp[outages.asset]):
        root_is_lamp, own = bool(lamp[outages.root[i]]), outages.root[i] == outages.asset[i]
        assert STORIES[stories[i]] == ("lamp_flooded" if own else "lamp_tripped" if root_is_lamp else "cabinet_flooded")
    assert not stories[~lamp[outages.asset]].any(), "of other kinds there is no story"


def test_a_fact_is_the_cause_only_of_what_it_opened(made_run: Any) -> None:
    """A fact on a cabinet that the water has drowned already changes no cause; one on a sound cabinet is its cause."""
    result, assets = made_run.result, made_run.result.city.assets
    outages, trace = result.outages, result.trace
    cabinet = int(np.flatnonzero(assets.of_kind("cabinet"))[0])
    mine = np.flatnonzero(assets.of_kind("lamp")[outages.asset])
    flooded = int(np.flatnonzero(trace.what == What.FLOODED)[0])
    event = len(trace)
    told = replace(trace, time_s=np.r_[trace.time_s, trace.time_s[flooded] + 3600],
                   what=np.r_[trace.what, np.int8(What.REPORTED)], asset=np.r_[trace.asset, np.int32(cabinet)],
                   cause_row=np.r_[trace.cause_row, np.int32(-1)], offsets=np.r_[trace.offsets, 0],
                   detail=np.r_[trace.detail, np.array([""], dtype=object)])

    def words(opened_by: int, mechanism: Mechanism) -> str:
        rows, how, roots = outages.event_row.copy(), outages.root_mechanism.copy(), outages.root.copy()
        rows[mine], how[mine], roots[mine] = opened_by, mechanism, cabinet
        run = SimpleNamespace(**{**vars(made_run), "result": replace(result, trace=told, outages=replace(
            outages, event_row=rows, root_mechanism=how, root=roots))})
        return STORIES[stories_of(run)[mine[0]]]

    assert words(flooded, Mechanism.FLOODED) == "cabinet_flooded"
    assert words(event, Mechanism.FAILED) == "reported"
    assert words(flooded, Mechanism.FAILED) == "failed"


def test_a_street_is_told_the_cause_of_most_lamps_at_each_moment() -> None:
    parts = [(0, 3600, 1, 0, True)] * 3 + [(900, 7200, 2, 0, True)] * 2 + [(1800, 5400, 2, 1, True)] * 2
    assert [(row.start_s, row.end_s, row.story, row.stage) for row in _commonest(parts)] == [
        (0, 3600, 1, 0), (3600, 7200, 2, 0)], "of two as common the earlier code, then the earlier stage"


@pytest.mark.parametrize(("windows", "waits", "stages"), [
    ([], True, [(0, OPEN, "supply")]), ([], False, [(0, OPEN, "recede")]),
    ([(1000, 5000)], False, [(0, 1800, "recede"), (1800, 5400, "repair"), (5400, OPEN, "supply")]),
    ([(1000, 2000), (9000, OPEN)], False, [(0, 1800, "recede"), (1800, 2700, "repair"), (2700, 9000, "recede"),
                                           (9000, OPEN, "repair")])])
def test_an_outage_waits_for_water_then_repair_then_supply(windows: list[tuple[int, int]], waits: bool,
                                                           stages: list[tuple[int, int, str]]) -> None:
    told = _stages(0, OPEN, windows, waits_for_supply=waits, quarters=Quarters(0))
    assert [(start, end, STAGES[stage]) for start, end, stage in told] == stages


def test_what_a_street_is_told_covers_each_moment_at_which_a_lamp_of_it_is_out(made_run: Any) -> None:
    assets = made_run.result.city.assets
    street_of = assets.street.codes + 1
    told = streets_told(made_run, stories_of(made_run), street_of, Quarters(0))
    outages, lamp = made_run.result.outages, assets.of_kind("lamp")
    for i in np.flatnonzero(lamp[outages.asset] & ~outages.is_doubtful).tolist():
        rows = told[int(street_of[outages.asset[i]])].rows
        start, end = int(outages.start_s[i]), int(outages.end_s[i])
        for at in (start, (start + (end if end > 0 else start + 9000)) // 2):
            assert any(row.start_s <= at < row.end_s for row in rows)
