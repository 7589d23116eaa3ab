"""Returns as ranges: worked distributions, calibration, rounding, and what is not yet assessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from tests.twin.crews.test_cases import BEGIN_S, PLAIN, crews, night, town
from twin.crews.draws import uniform
from twin.engine.pace import Pace
from twin.engine.part import Intervals
from twin.engine.simulate import lived
from twin.explaining.explain import explain
from twin.results.result import Result
from twin.results.returns import early, late
from twin.world.assets import Labels
from twin.world.crews import CrewPlan, Lasts, StageRule
from twin.world.kinds import Kinds

H = 3600
JOB = Lasts(form="triangular", values=(2.0 * H, 3.0 * H, 7.0 * H))


def drawn(names: list[str], count: int, lasts: Lasts, samples: int) -> Result:
    stages = (*PLAIN, ("cabinet", "replace", StageRule(lasts=lasts)))
    city = town({"replace": 1}, names)
    return night(city, dict.fromkeys(names, 0), crews(count, travel="none", stages=stages, samples=samples),
                 duration_s=60 * H)


def back_s(result: Result, samples: range) -> np.ndarray:
    """Give when each asset out is back in further nights, (samples, O)."""
    o = result.outages
    rows = []
    for sample in samples:
        found = Intervals.lived(lived(result.city, result.plan, result.exposure.crossings, pace=Pace(sample=sample)))
        rows.append(found.end_s[found.covering(o.asset, o.start_s)])
    return np.array(rows)


@pytest.fixture(scope="module")
def one_job() -> Result:
    return drawn(["A1"], 1, JOB, 1000)


def test_one_job_has_the_quantiles_of_its_distribution(one_job: Result) -> None:
    returns = one_job.returns
    assert returns is not None
    assert (returns.p50_s[0] - BEGIN_S) / H == pytest.approx(3.84, abs=0.15)
    assert (returns.p90_s[0] - BEGIN_S) / H == pytest.approx(5.59, abs=0.20)
    assert one_job.indicators["returns"]["samples"] == 1000


def test_ranges_are_rounded_outward_to_the_quarter() -> None:
    noon = datetime.fromisoformat("2026-11-22T12:00+01:00")
    assert (early(round(3.84 * H), noon), late(round(5.59 * H), noon)) == (3.75 * H, 5.75 * H)
    assert (early(-1, noon), late(-1, noon), late(900, noon)) == (-1, -1, 900)


def test_nine_truths_in_ten_are_back_before_their_p90(one_job: Result) -> None:
    returns = one_job.returns
    assert returns is not None
    truths = back_s(one_job, range(5001, 5401))[:, 0]
    assert 0.85 <= np.mean(truths <= returns.p90_s[0]) <= 0.95
    assert returns.p90_s[0] >= returns.p50_s[0]


def test_a_batch_on_three_crews_ends_as_its_closed_form() -> None:
    # Ten jobs of two hours, exponential: the k-th return is a sum of means over the crews at work.
    result = drawn([f"A{i}" for i in range(10)], 3, Lasts(form="exponential", values=(2.0 * H,)), 0)
    ends = (np.sort(back_s(result, range(1, 401)), axis=1) - BEGIN_S) / H
    expected = np.cumsum([2 / min(3, 10 - i) for i in range(10)])
    assert expected[-1] == pytest.approx(8.333, abs=1e-3)
    assert ends[:, -1].mean() == pytest.approx(8.333, abs=0.40)
    assert ends.mean() == pytest.approx(3.8667, abs=0.20)


def test_another_crew_changes_no_draw() -> None:
    names = [f"A{i}" for i in range(4)]
    result = drawn(names, 1, JOB, 0)
    assert result.plan.crews is not None
    more = replace(result.plan, crews=CrewPlan(crews=crews(4).crews, stages=result.plan.crews.stages, travel="none"))
    alone = Intervals.lived(lived(result.city, more, result.exposure.crossings, pace=Pace(sample=3)))
    # Four crews work at once: each return is the draw of its own asset.
    lasts = [JOB.quantile(uniform(1, 3, name, "replace", 1, 1)) for name in names]
    assert (alone.end_s - BEGIN_S).tolist() == lasts
    queue = Intervals.lived(lived(result.city, result.plan, result.exposure.crossings, pace=Pace(sample=3)))
    assert (queue.end_s - BEGIN_S).tolist() == np.cumsum(lasts).tolist()


def test_what_nobody_has_inspected_is_not_yet_assessed() -> None:
    city = town({"inspect": 1000, "replace": 4000}, ["A1"])
    stages = (*PLAIN, ("cabinet", "replace", StageRule(lasts=Lasts(form="exponential", values=(4000.0,)))))
    result = night(city, {"A1": 0}, crews(1, travel="none", stages=stages, samples=50))
    before, after = (explain(result, "A1", lang, at_s + BEGIN_S).paragraphs
                     for lang, at_s in (("fr", 500), ("en", 1500)))
    assert any("retour pas encore évalué." in line for line in before)
    assert any("Ahead: back between" in line and "(nine in ten)." in line for line in after)
    row, = result.indicators["returns"]["assets"]["rows"]
    assert row["p50"] < row["p90"]
    assert row["assessed_at"][11:19] == "16:18:20"


def test_without_nights_nothing_is_told_of_ranges() -> None:
    assert drawn(["A1"], 1, JOB, 0).returns is None


def test_a_repair_of_another_owner_is_a_range_with_its_name_and_in_no_queue() -> None:
    lasts = Lasts(form="triangular", values=(2.0 * H, 3.0 * H, 7.0 * H))
    city = town({"replace": 1000}, ["A1", "A2"])
    kinds = Kinds(tuple(replace(kind, repair_s=city.assets.kinds["cabinet"].repair_s,
                                repair_dead_s=city.assets.kinds["cabinet"].repair_s)
                        if kind.name == "substation" else kind for kind in city.assets.kinds))
    assets = replace(city.assets, kinds=kinds)
    operator = Labels.of(["Réseau" if name == "S" else "" for name in assets.id])
    city = replace(city, assets=replace(assets, operator=operator))
    stages = (*PLAIN, ("substation", "replace", StageRule(lasts=lasts)))
    result = night(city, {"S": 0, "A1": 0}, crews(1, travel="none", stages=stages, samples=400), duration_s=60 * H)
    returns, o = result.returns, result.outages
    assert returns is not None
    row = int(np.flatnonzero(o.asset == city.assets.row("S"))[0])
    # Nobody of the plan goes there; it is back after the time that the plan gives, as drawn.
    assert all(shift.asset == city.assets.row("A1") for shift in result.crew_work)
    assert (int(o.end_s[row]) - BEGIN_S) == lasts.planned_s
    repair, = result.repairs.of_asset(city.assets.row("S"))
    assert [(name, begin - BEGIN_S, end - BEGIN_S) for name, begin, end in repair.stages] == [
        ("replace", 0, lasts.planned_s)]
    assert (returns.p50_s[row] - BEGIN_S) / H == pytest.approx(3.84, abs=0.25)
    assert (returns.p90_s[row] - BEGIN_S) / H == pytest.approx(5.59, abs=0.35)
    told = " ".join(explain(result, "A2", "fr", BEGIN_S + 600).paragraphs)
    assert "retour entre" in told, told
    assert "Le poste électrique S\u00a0: réparation par Réseau, pas par une équipe de ce plan" in told
    # Without a word about it the substation takes what its kind says.
    plain = night(city, {"S": 0}, crews(1, travel="none"), duration_s=60 * H)
    assert int(plain.outages.end_s[np.flatnonzero(plain.outages.asset == city.assets.row("S"))[0]]) - BEGIN_S == 1000
