"""A part of a city gives for its members what the whole run gives."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests.reference.random_cities import Case, random_case
from twin.engine.cuts import dead_by_cut
from twin.engine.part import Intervals, Part
from twin.engine.simulate import run
from twin.results.outages import Outages


def outages_of(case: Case) -> Outages:
    return run(case.city, case.plan, case.exposure).outages


def rows_of(intervals: Intervals) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(intervals, name).tolist() for name in (
        "asset", "start_s", "end_s", "mechanism", "cause")), strict=True))


@pytest.mark.parametrize("seed", range(150))
def test_a_part_run_again_without_a_change_gives_what_the_whole_gave(seed: int) -> None:
    case = random_case(seed)
    n = len(case.city.assets)
    seeds = np.zeros(n, bool)
    seeds[Random(seed).randrange(n)] = True
    part = Part.of(case.city, seeds)
    outside = Intervals.of(outages_of(case))
    again = part.run(case.plan, case.exposure.crossings, outside, dead_by_cut(case.city, case.plan))
    members = np.zeros(n, bool)
    members[part.rows[part.is_member]] = True
    assert rows_of(again) == rows_of(Intervals.of(outages_of(case), members))


@pytest.mark.parametrize("seed", range(150))
def test_a_change_reaches_nothing_outside_its_part(seed: int) -> None:
    """The water of one asset is taken away: whole and part agree on every member, and nobody else notices."""
    case = random_case(seed)
    n = len(case.city.assets)
    seeds = np.zeros(n, bool)
    seeds[Random(seed).randrange(n)] = True
    c = case.exposure.crossings
    drier = c.where(~seeds[c.asset])
    before = outages_of(case)
    part = Part.of(case.city, seeds)
    members = np.zeros(n, bool)
    members[part.rows[part.is_member]] = True
    after = run(case.city, case.plan, _with(case, drier)).outages
    again = part.run(case.plan, drier, Intervals.of(before), dead_by_cut(case.city, case.plan))
    assert rows_of(again) == rows_of(Intervals.of(after, members))
    assert rows_of(Intervals.of(before, ~members)) == rows_of(Intervals.of(after, ~members))


def _with(case: Case, crossings):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(case.exposure, crossings=crossings)
