"""Crews in a scenario: hours, defaults, and a whole night of the built-in town with two crews."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geodata.city.model import CityFile, Context
from geodata.demo_town import valmont
from geodata.run.crews import write_csv
from geodata.run.folder import read_run
from scenarios import Scenario, load_scenario, prepare, run_scenario, shipped
from tests.reference.hand_town import hand_city
from twin.codes import What
from twin.errors import InputError, InputErrors
from twin.explaining.explain import explain
from twin.world.crews import CrewPlan
from twin.world.plan import Plan

H = 3600


@pytest.fixture
def scenario_of(tmp_path: Path) -> Callable[..., Scenario]:
    levels = shipped()["ouche-q100"].with_name("ouche-q100.csv")

    def make(**more: Any) -> Scenario:
        told: dict[str, Any] = {
            "scenario": "Crue", "city": "valmont", "start": "2026-11-22T16:00+01:00", "duration": "36h", "seed": 7,
            "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "levels": str(levels), "datum": "gauge"}},
            **more}
        path = tmp_path / "night.yaml"
        path.write_text(json.dumps({key: value for key, value in told.items() if value is not None}), encoding="utf-8")
        return load_scenario(path)

    return make


def crews_of(scenario: Scenario) -> CrewPlan:
    plan = prepare(scenario, valmont()).plan.crews
    assert plan is not None
    return plan


def test_hours_are_ten_on_and_eleven_off_from_the_call(scenario_of: Callable[..., Scenario]) -> None:
    plan = crews_of(scenario_of(flood=None, crews={"teams": [
        {"id": "E1", "base": "S-14", "called": "22:00", "recall": "45min"}]}))
    assert plan.crews[0].shifts == ((6 * H + 2700, 16 * H), (27 * H, 37 * H))
    assert plan.crews[0].skills == ("BR",)


def test_hours_beyond_the_limits_need_a_derogation(scenario_of: Callable[..., Scenario]) -> None:
    plan = crews_of(scenario_of(flood=None, crews={
        "derogation": "maire, crue centennale",
        "teams": [{"id": "E1", "base": "S-14", "hours": [["18:00", "06:00"], ["12:00", "20:00"]]}]}))
    assert plan.crews[0].shifts == ((2 * H, 14 * H), (20 * H, 28 * H))
    assert plan.derogation == "maire, crue centennale"


def test_stages_take_distributions(scenario_of: Callable[..., Scenario]) -> None:
    plan = crews_of(scenario_of(flood=None, crews={
        "teams": [{"id": "E1", "base": "S-14"}], "stages": {"cabinet": {
            "inspect": {"lasts": "30min"}, "replace": {"lasts": ["2h", "3h", "7h"]},
            "re_energise": {"lasts": {"mean": "2h"}, "fails": 0}}}}))
    rules = {stage: rule for _, stage, rule in plan.stages}
    assert rules["inspect"].lasts is not None
    assert (rules["inspect"].lasts.form, rules["inspect"].lasts.values) == ("fixed", (1800.0,))
    assert rules["replace"].lasts is not None
    assert rules["replace"].lasts.planned_s == round(3.8377 * H)
    assert rules["re_energise"].skill == "BR"


def test_a_base_off_every_street_is_refused(scenario_of: Callable[..., Scenario]) -> None:
    geometry = np.empty(1, object)
    geometry[0] = shapely.LineString([(0, 400), (500, 400)])
    street = Context(id=np.array(["V-1"], object), name=np.array(["Rue A"], object), geometry=geometry)
    town = CityFile(city=hand_city(), shapes=np.full(15, None, object), context={"street": street})
    with pytest.raises(InputErrors, match="S1, 400 m from the nearest street"):
        prepare(scenario_of(flood=None, crews={"teams": [{"id": "E1", "base": "S1"}]}), town)


def test_a_city_shares_its_crews_in_a_file(scenario_of: Callable[..., Scenario], tmp_path: Path) -> None:
    file = tmp_path / "crews.yaml"
    file.write_text("policy: critical_first\nteams:\n  - {id: E1, base: S-14}\n", encoding="utf-8")
    prepared = prepare(scenario_of(flood=None, crews="crews.yaml"), valmont())
    assert prepared.plan.crews is not None
    assert prepared.plan.crews.policy == "critical_first"
    assert [(read.role, read.file) for read in prepared.inputs][:2] == [("scenario", "night.yaml"),
                                                                        ("crews", "crews.yaml")]
    file.write_text("policy: nearest\nteams:\n  - {id: E1, base: S-99}\n", encoding="utf-8")
    with pytest.raises(InputErrors) as refused:
        prepare(scenario_of(flood=None, crews="crews.yaml"), valmont())
    complaint, = refused.value.complaints
    assert (Path(complaint.file).name, complaint.line, complaint.field) == ("crews.yaml", 3, "crews.teams[0].base")
    file.write_text("policy: fastest\nteams: []\n", encoding="utf-8")
    with pytest.raises(InputErrors, match="one of nearest, most_lamps"):
        scenario_of(crews="crews.yaml")
    with pytest.raises(InputError, match="no file"):
        scenario_of(crews="none.yaml")


def test_a_plan_with_crews_survives_its_run_folder(scenario_of: Callable[..., Scenario], tmp_path: Path) -> None:
    night = run_scenario(scenario_of(duration="24h", crews={
        "policy": "critical_first", "samples": 2, "teams": [{"id": "E1", "base": "S-14", "called": "2026-11-23T07:00"},
                                              {"id": "E2", "base": "S-14", "called": "2026-11-23T07:00"}]}))
    result = night.result
    assert result.plan.access is not None
    assert result.plan.access.bases == ("S-14",)
    assert {shift.crew for shift in result.crew_work} == {"E1", "E2"}
    read = read_run(night.write(tmp_path / "run")).result
    assert read.plan == result.plan
    assert read.crew_work == result.crew_work
    assert read.returns is not None
    assert result.returns is not None
    np.testing.assert_array_equal(read.returns.p90_s, result.returns.p90_s)
    np.testing.assert_array_equal(read.returns.street, result.returns.street)
    assert read.indicators["returns"] == json.loads(json.dumps(result.indicators["returns"]))
    write_csv(read, tmp_path / "visits.csv")
    first, *rows = (tmp_path / "visits.csv").read_text(encoding="utf-8").splitlines()
    assert first == "crew,asset_id,assets,kind,name,street,stage,start,end,planned_until,by"
    assert len(rows) == len(result.crew_work)
    at_s = 20 * H
    cabinet = next(result.city.assets.id[e] for e, what in zip(result.trace.asset, result.trace.what, strict=True)
                   if what == What.DELAYED and result.city.assets[int(e)].kind == "cabinet")
    for lang in ("fr", "en"):
        before = night.explain(str(cabinet), lang, at_s)
        assert explain(read, str(cabinet), lang, at_s).paragraphs == before.paragraphs


def test_crews_change_no_plan_that_has_none() -> None:
    plan = prepare(load_scenario("ouche-q10")).plan
    assert "crews" not in plan.to_dict()
    assert isinstance(plan, Plan)
    assert replace(plan, crews=None).digest == plan.digest
