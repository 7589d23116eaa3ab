"""Expectations are held against the table of outages: here that of the town worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geodata.city.model import CityFile
from scenarios import Scenario
from scenarios.expect import evaluate
from scenarios.suite import Report, as_text
from tests.reference.hand_town import EXPECTED, HandTown
from twin.codes import Mechanism
from twin.results.doubts import Doubts
from twin.results.feeds import Feeds
from twin.results.outages import Outages
from twin.results.result import Result, Series
from twin.results.trace import Trace
from twin.world.graph import graph_of

MECHANISM = {mechanism.word: mechanism for mechanism in Mechanism}


@pytest.fixture
def result(hand_town: HandTown) -> Result:
    """Give the answer that must come out, written from the table and not by the engine."""
    row = hand_town.city.assets.row
    rows = sorted(EXPECTED, key=lambda r: (r[1], row(r[0])))

    def column(values: list[Any], dtype: Any) -> Any:
        return np.array(values, dtype)

    def nothing(dtype: Any) -> Any:
        return np.zeros(0, dtype)

    outages = Outages(
        asset=column([row(r[0]) for r in rows], np.int32), start_s=column([r[1] for r in rows], np.int64),
        end_s=column([r[2] for r in rows], np.int64), mechanism=column([MECHANISM[r[3]] for r in rows], np.int8),
        cause=column([row(r[4]) for r in rows], np.int32), root=column([row(r[5]) for r in rows], np.int32),
        root_mechanism=column([MECHANISM[r[6]] for r in rows], np.int8),
        root_depth_m=np.zeros(len(rows), np.float32),
        held_mechanism=column([MECHANISM[r[7]] for r in rows], np.int8),
        held=column([row(r[8]) for r in rows], np.int32),
        dark_s=column([3600 if r[0].startswith("L") else -1 for r in rows], np.int64),
        is_doubtful=np.zeros(len(rows), bool), event_row=np.zeros(len(rows), np.int32))
    trace = Trace(time_s=nothing(np.int64), what=nothing(np.int8), asset=nothing(np.int32), other=nothing(np.int32),
                  stage=nothing(np.int8), cause_row=nothing(np.int32), offsets=np.zeros(1, np.int64),
                  contributors=nothing(np.int32), detail=nothing(object))
    series = Series(time_s=nothing(np.int64), kind=nothing(object), mechanism=nothing(object), out=nothing(np.int32),
                    dark=nothing(np.int32))
    feeds = Feeds(first=graph_of(hand_town.city).edge_offsets[:-1].copy(), start_s=nothing(np.int64),
                  group=nothing(np.int32), edge=nothing(np.int32))
    return Result(plan=hand_town.plan, city=hand_town.city, exposure=hand_town.exposure, trace=trace, outages=outages,
                  series=series, doubts=Doubts.none(), feeds=feeds, indicators={}, provenance={}, warnings=())


def held(scenario: Callable[..., Scenario], result: Result, entry: str) -> list[tuple[str, str, bool]]:
    outcomes = evaluate(scenario(f"expect:\n  - {{{entry}}}\n"), result)
    return [(outcome.expected, outcome.found, outcome.is_met) for outcome in outcomes]


@pytest.mark.parametrize(("entry", "expected", "found", "is_met"), [
    ("at: +2h, kind: lamp, out: 3", "out 3", "3", True),
    ("at: +2h, kind: lamp, out: [1, 2]", "out 1 to 2", "3", False),
    ("at: +2h, kind: lamp, mechanism: flooded, out: 2", "out flooded 2", "2", True),
    ("at: 6844s, kind: lamp, out: 3", "out 3", "3", True),
    ("kind: lamp, out: 4", "out 4", "4", True),
    ("kind: circuit, mechanism: tripped, out: 1", "out tripped 1", "1", True),
    ("kind: lamp, dark: 4", "dark 4", "4", True),
    ("at: +2h, kind: lamp, dark: 3", "dark 3", "3", True),
    ("at: +33h, kind: building, out: [0, 0]", "out 0", "0", True),
    ("at: +20h, kind: building, out: 1", "out 1", "1", True),
    ("at: +20h, kind: building, dark: 0", "dark 0", "0", True),
    ("kind: cabinet, flooded: 1", "flooded 1", "1", True),
    ("at: +3h, kind: cabinet, flooded: 1", "flooded 1", "1", True),
    ("at: +5h, kind: cabinet, flooded: 0", "flooded 0", "0", True),
    ("at: +3h, kind: lamp, wet: 2", "wet 2", "2", True),
    ("at: +30h, kind: lamp, wet: 0", "wet 0", "0", True),
])
def test_counts_of_a_kind(scenario: Callable[..., Scenario], result: Result, entry: str, expected: str, found: str,
                          is_met: bool) -> None:
    entry = entry.replace("at: 6844s", "at: +6844s")
    assert held(scenario, result, entry) == [(expected, found, is_met)]


@pytest.mark.parametrize(("entry", "found"), [
    ("asset: L1, mechanism: supply_lost", [("mechanism supply_lost", "supply_lost", True)]),
    ("asset: L1, root: L2, root_mechanism: flooded", [("root L2", "L2", True),
                                                      ("root_mechanism flooded", "flooded", True)]),
    ("asset: L1, held: C1, cause: C1", [("cause C1", "K1", False), ("held C1", "C1", True)]),
    ("asset: L1, at: +2h, state: out", [("state out", "out", True)]),
    ("asset: L1, at: +1h, state: out", [("state out", "in_service", False)]),
    ("asset: L1, at: +1h, mechanism: flooded", [("mechanism flooded", "in service", False)]),
    ("asset: C1, outages: 1", [("outages 1", "1", True)]),
    ("asset: L3, dark_s: [3000, 4000]", [("dark_s 3000 to 4000", "3600", True)]),
    ("asset: R2, mechanism: cut", [("mechanism cut", "supply_lost", False)]),
    ("asset: L1, start: [+1h, +2h]", [("start between +1h and +2h", "22/11 17:54:04", True)]),
    ("asset: L1, end: [+1h, +2h]", [("end between +1h and +2h", "23/11 06:45:22", False)]),
    ("asset: L4, doubtful: false", [("doubtful false", "false", True)]),
])
def test_what_must_hold_for_an_asset(scenario: Callable[..., Scenario], result: Result, entry: str,
                                     found: list[tuple[str, str, bool]]) -> None:
    assert held(scenario, result, entry) == found


def test_an_asset_that_was_never_out_has_no_outage_to_show(scenario: Callable[..., Scenario], result: Result,
                                                           hand_file: CityFile) -> None:
    kept = np.flatnonzero(result.outages.asset != hand_file.city.assets.row("R2"))
    from dataclasses import fields, replace

    fewer = replace(result, outages=Outages(**{f.name: getattr(result.outages, f.name)[kept]
                                               for f in fields(Outages)}))
    assert held(scenario, fewer, "asset: R2, mechanism: cut") == [("mechanism cut", "no outage", False)]
    assert held(scenario, fewer, "asset: R2, state: in_service") == [("state in_service", "in_service", True)]


def test_a_report_names_the_line_what_was_expected_and_found(scenario: Callable[..., Scenario], result: Result) -> None:
    night = scenario("expect:\n  - {at: +2h, kind: lamp, out: [1, 2]}\n  - {asset: L1, root: L2}\n")
    text = as_text(Report(name=night.scenario, file="night.scenario.yaml", error="",
                          outcomes=tuple(evaluate(night, result))))
    assert text == ("Nuit de crue (night.scenario.yaml): 1 of 2 expectations hold\n"
                    "FAILS  line 6  lamp at +2h      expected out 1 to 2  found 3\n"
                    "holds  line 7  L1 over the run  expected root L2     found L2")
