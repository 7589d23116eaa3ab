"""A night whose truth is known: the same town in other water, seen by half of its cabinets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geodata.observations.night import Fact, night_of
from geodata.observations.normal import Observation
from tests.nights import night
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.moment import moment_of
from twin.review.night import Issue, Night
from twin.review.review import Review, review
from twin.review.streets import judge_streets
from twin.review.verdicts import Verdict

HOURS = range(14)


def held(name: str = "q100", **plan: Any) -> Issue:
    result = night("ouche-q100").result
    return Issue.of(name, replace(result, plan=replace(result.plan, **plan)))


def seen(asset: str, hour: float, *, out: bool) -> Observation:
    at = int(night("ouche-q100").result.plan.start.timestamp()) + int(hour * 3600)
    return Observation(source="x", series=asset, what="out", value=float(out), unit="", observed=at, received=0,
                       quality="", raw="")


@pytest.fixture(scope="module")
def perfect() -> Review:
    """Every second cabinet told its state each hour, just as it was computed."""
    result = night("ouche-q100").result
    rows = np.flatnonzero(result.city.assets.of_kind("cabinet"))[::2].tolist()
    told = []
    for hour in HOURS:
        is_out = moment_of(result, hour * 3600 + 1800).is_out
        told += [seen(str(result.city.assets.id[row]), hour + 0.5, out=bool(is_out[row])) for row in rows]
    return review(night_of([held()], told))


def test_what_came_as_computed_is_a_perfect_score(perfect: Review) -> None:
    table = perfect.scores.table
    assert table.hits >= 10
    assert (table.misses, table.false_alarms) == (0, 0)
    assert (table.pod, table.far, table.csi) == (1.0, 0.0, 1.0)
    assert perfect.scores.median_error_s == 0


def test_every_asset_stands_once_and_groups_add_up(perfect: Review) -> None:
    assert len({one.asset for one in perfect.last}) == len(perfect.last)
    for groups in (perfect.by_kind, perfect.by_street):
        assert sum(scores.table.hits for _, scores in groups) == perfect.scores.table.hits
        assert sum(scores.unseen for _, scores in groups) == perfect.scores.unseen


def test_what_was_known_was_not_foretold(perfect: Review) -> None:
    """Issued at 22:00, what was seen out before counts for nothing, and what came later counts."""
    plan = night("ouche-q100").result.plan
    late = review(Night(issues=[replace(perfect.night.issues[0], issued=int(plan.start.timestamp()) + 6 * 3600)],
                        words=perfect.night.words))
    assert late.issues[0].known > 0
    assert late.scores.table.hits + late.issues[0].known <= perfect.scores.table.hits + perfect.scores.may_came + 3
    assert late.scores.table.hits < perfect.scores.table.hits


def test_a_cabinet_that_nobody_foresaw_is_a_miss_and_so_is_its_street() -> None:
    result = night("ouche-q100").result
    cabinets = np.flatnonzero(result.city.assets.of_kind("cabinet"))
    touched = {*result.spans.asset.tolist(), *result.view.cabinet[result.spans.asset].tolist()}
    dry = next(row for row in cabinets.tolist() if row not in touched and result.view.lamps_of[row] > 10)
    name = str(result.city.assets.id[dry])
    found = review(night_of([held()], [seen(name, 3, out=False), seen(name, 4, out=True)]))
    assert [(one.asset, one.verdict) for one in found.last if one.verdict is not Verdict.UNSEEN
            and one.verdict is not Verdict.MAY_UNSEEN] == [(dry, Verdict.MISS)]
    lamps = np.flatnonzero(result.view.cabinet == dry)
    streets = judge_streets(found.night)
    assert Verdict.MISS in {streets[result.city.assets.street[row]] for row in lamps.tolist()}


def test_a_cabinet_in_service_contradicts_only_what_was_foretold_because_of_it() -> None:
    result = night("ouche-q100").result
    spans, outages = result.spans, result.outages
    mine = result.view.is_lamp[spans.asset] & spans.is_sure & (spans.outage != NONE)
    lamp = int(np.flatnonzero(mine & result.city.assets.of_kind("cabinet")[outages.root[spans.outage]])[0])
    root = int(outages.root[spans.outage[lamp]])
    street = result.city.assets.street[int(spans.asset[lamp])]
    at = (int(spans.start_s[lamp]) + 600) / 3600
    name = str(result.city.assets.id[root])
    before = judge_streets(night_of([held()], []))
    after = judge_streets(night_of([held()], [seen(name, at, out=False)]))
    assert before[street] is Verdict.UNSEEN
    assert Verdict.FALSE_ALARM in set(after.values())
    assert sum(one is Verdict.FALSE_ALARM for one in after.values()) < len(after)


def test_a_run_is_issued_at_its_last_fact() -> None:
    """A run that was told what happened has not foretold it."""
    facts = night("ouche-q10").result
    found = night_of([Issue.of("q10", facts)])
    told = [one.at_s for one in facts.plan.declared]
    assert found.issues[0].issued == int(facts.plan.start.timestamp()) + max(told)
    assert found.called == 1


def test_what_says_neither_is_counted() -> None:
    both = [replace(seen("A-012", 1, out=True), what=what, value=3.0) for what in ("lamps_dark", "lamps_lit")]
    found = night_of([held()], [*both, seen("nobody", 1, out=True)], [Fact(asset_id="A-012", at=0, is_out=True)])
    assert dict(found.left_out) == {"mixed": 1, "unknown": 1}
    assert len(found.words) == 1


def test_a_night_without_a_run_or_of_two_cities_is_refused() -> None:
    with pytest.raises(InputError, match="without a run"):
        night_of([])
    other = night("ouche-q10").result
    renamed = other.city.assets.replaced(id=np.array([f"x{name}" for name in other.city.assets.id]))
    city = replace(other.city, assets=renamed)
    with pytest.raises(InputError, match="other assets"):
        night_of([held(), Issue.of("b", replace(other, city=city))])
