"""Crews at the desk: the same bars, places and reasons as the run has, and a word where a run has none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geodata.run.folder import Run, read_run
from geodata.run.roads import access_of
from scenarios import run_scenario
from scenarios.load import shipped
from tests.viewer.desk.conftest import Seat, placed
from twin.engine.variants import Base
from twin.quantities import NONE
from twin.results.queue import queue_at
from twin.world.edits import Raise
from viewer.desk.crew_board import CrewBoard
from viewer.desk.desk import Desk
from viewer.desk.requests import request_of
from viewer.outputs.page import page

CREWS = """crews:
  policy: most_lamps
  teams:
    - {id: E1, base: S-14, called: "21:00", recall: 45min}
    - {id: E2, base: S-14, hours: [["2026-11-23T07:00", "2026-11-23T17:00"]]}
  stages: {cabinet: {replace: {part: contacteur}}}
  stock: {contacteur: 1}
"""
#: In the middle of the first crew's work, and of the second's [s from the start].
AT_NIGHT, BY_DAY = 13 * 3600, 17 * 3600


@cache
def worked(folder: Path) -> Run:
    """Give the ten-year night with two crews; its scenario stands in the folder."""
    source = shipped()["ouche-q10"]
    text = source.read_text("utf-8").split("expect:")[0]
    text = text.replace("ouche-q10.csv", str(source.with_name("ouche-q10.csv")))
    file = folder / "crews.scenario.yaml"
    file.write_text(text + CREWS, encoding="utf-8")
    return read_run(run_scenario(file).write(folder / "run"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return worked(tmp_path_factory.mktemp("crews"))


@pytest.fixture
def crewed(tmp_path: Path, run: Run, open_desk: Callable[..., Desk]) -> Seat:
    """A seat at a desk with a night with crews and, computed before it, one without."""
    placed(tmp_path)
    asked = request_of(run.path.with_name("crews.scenario.yaml"), city="valmont")
    shutil.copytree(run.path, tmp_path / "runs" / asked.id)
    (tmp_path / "runs" / f"{asked.id}.json").write_text(json.dumps({
        "id": asked.id, "number": 2, "name": asked.name, "state": "done", "scenario": str(asked.scenario),
        "by": "N. Roux", "asked_at": 1795360000, "pid": 0}), encoding="utf-8")
    return Seat(open_desk())


def test_each_crew_has_its_hours_and_all_that_it_did(crewed: Seat, run: Run) -> None:
    told = crewed.json("/api/crews")
    assert [crew["id"] for crew in told["crews"]] == ["E1", "E2"]
    work = [(one["from"], one["stage"], one["asset"]) for crew in told["crews"] for one in crew["work"]]
    assert sorted(work) == sorted((shift.start_s, shift.stage, str(run.result.city.assets.id[shift.asset]))
                                  for shift in run.result.crew_work if shift.crew)
    assert told["crews"][1]["hours"] == [[15 * 3600, 25 * 3600]]
    assert told["stock"] == [{"part": "contacteur", "count": 1}]
    assert set(told["words"]) == {"fr", "en"}


def test_where_crews_are_and_what_waits_is_what_the_run_says(crewed: Seat, run: Run) -> None:
    for t_s in (AT_NIGHT, BY_DAY):
        told = crewed.json(f"/api/crews/at?t={t_s}")
        queue = queue_at(run.result.trace, t_s)
        for reason, count in queue.counts().items():
            assert told["reasons"][reason] == count, reason
        busy = {shift.crew: shift for shift in run.result.crew_work
                if shift.start_s <= t_s and (shift.end_s == NONE or t_s < shift.end_s)}
        for stands in told["positions"]:
            shift = busy.get(stands["crew"])
            if shift is not None:
                assert (stands["asset"], stands["until"]) == (
                    str(run.result.city.assets.id[shift.asset]), shift.end_s)
            else:
                assert stands["state"] in ("free", "off")
        assert told["rows"]
        assert sum(row["count"] for row in told["rows"]) <= told["count"]


def test_a_job_says_its_stage_who_is_there_and_until_when(run: Run) -> None:
    board = CrewBoard(run.result)
    shift = next(one for one in run.result.crew_work if one.stage == "inspect" and one.end_s != NONE)
    rows = board.jobs(shift.start_s)["rows"]
    name = str(run.result.city.assets.id[shift.asset])
    job = next(row for row in rows if row["asset"] == name)
    assert (job["wait"], job["crew"], job["until_s"]) == ("inspect", shift.crew, shift.end_s)
    assert job["back"]["state"] == "not_assessed", "nobody has looked yet: no hour is told"


def test_a_crew_on_duty_says_for_what_its_next_work_waits(run: Run) -> None:
    board = CrewBoard(run.result)
    crews = board.crews()
    waits = [(crew, one) for crew in crews for one in crew["waits"]]
    assert waits, "between its call and the first work the water stands"
    for crew, one in waits:
        assert one["from"] < one["to"]
        assert not [work for work in crew["work"] if work["from"] < one["to"] and work["to"] > one["from"]]
        assert any(work["asset"] == one["asset"] and work["from"] == one["to"] for work in crew["work"])
        assert any(on <= one["from"] and one["to"] <= off for on, off in crew["hours"]), "nobody waits off duty"
    assert {one["for"] for _, one in waits} <= {"recede", "access", "day", "part"}


def test_a_run_without_crews_says_so_and_a_moment_that_is_none_is_refused(crewed: Seat) -> None:
    first = crewed.json("/api/crews")["runs"][-1]["id"]
    told = crewed.json(f"/api/crews?run={first}")
    assert (told["crews"], told["run"]["number"]) == (None, 1)
    assert crewed.json(f"/api/crews/at?run={first}&t=60")["rows"] == []
    for wrong in ("-5", "x", "", "9" * 12):
        assert crewed.get(f"/api/crews/at?t={wrong}").status_code == 422


def test_no_stage_of_a_repair_by_crews_ends_before_it_begins(run: Run) -> None:
    """A crew that comes twice drives twice: the stage counts from its first beginning, and the map can be drawn."""
    result: Any = run.result
    assert (result.repairs.stage_s >= 0).all()
    for repair in result.repairs:
        assert all(begin <= end for _, begin, end in repair.stages)
    assert page(run, public=False).startswith("<!doctype html")


def test_a_variant_of_a_night_with_crews_is_told_at_once_and_as_its_run(crewed: Seat, run: Run) -> None:
    """One thing lifted: what its crews do instead is computed again, with the same draws."""
    base = crewed.json("/api/crews")["runs"][0]["id"]
    draft = crewed.post("/api/drafts", name="Armoire rehaussée", base=base).json()
    line = {"sort": "raise", "asset": "A-012", "by_m": 0.85}
    crewed.post(f"/api/drafts/{draft['id']}/lines", lines=[line], version=draft["version"])
    told = crewed.json(f"/api/drafts/{draft['id']}/outcome")
    variant = Base(run.result, access_of(run)).with_(Raise("A-012", 0.85)).result
    o, lamps = variant.outages, variant.city.assets.of_kind("lamp")
    assert told["variant"]["lamp_hours"] == round(float(o.dark_s[lamps[o.asset]].clip(0).sum()) / 3600)
    assert told["variant"]["lamp_hours"] < told["base"]["lamp_hours"]
    effect, = told["effects"].values()
    assert effect["lamp_hours"] == told["variant"]["lamp_hours"] - told["base"]["lamp_hours"]
