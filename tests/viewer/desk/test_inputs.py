"""What a run was made from: files, how old the data was, a scenario that changed, one brought with its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.load import shipped
from tests.viewer.desk.conftest import Seat
from viewer.desk.desk import Desk
from viewer.desk.inputs import ages
from viewer.desk.queue import KEPT_LINES, LONGEST_ERROR
from viewer.desk.requests import request_of
from viewer.desk.runs import RunEntry, Runs

SCREENS = ("about", "tonight", "wall", "runs", "reports", "rank", "crews", "drafts")


def entry_of(*inputs: tuple[str, int | None]) -> RunEntry:
    return RunEntry(id="0" * 16, number=1, name="x", state="done",
                    inputs=[{"name": name, "newest": newest} for name, newest in inputs])


def test_the_age_of_a_datum_is_at_the_base_time_and_later_ones_are_not_of_it() -> None:
    told = ages(entry_of(("gauge", 940), ("roads", None), ("lamps", 1010)), 1000)
    assert [one["age_s"] for one in told] == [60, None, None]
    assert [one["age_s"] for one in ages(entry_of(("gauge", 940)), None)] == [None]


def test_a_run_keeps_how_its_sources_stood_when_it_was_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seat, now = Seat(desk), desk.clock.epoch()
    assert seat.post("/api/readings", level_m=2.5, gauge=desk.gauge[0], seen_at=now - 300).status_code == 200
    monkeypatch.setattr(desk.queue, "_start", lambda run: None)
    made = seat.post("/api/runs", scenario="ouche-q100").json()
    row = next(one for one in seat.json("/api/runs")["rows"] if one["id"] == made["id"])
    assert [one["newest"] for one in row["ages"]] == [now - 300]
    kept = next(one for one in Runs(desk.folder / "runs", writes=False).all() if one.id == made["id"])
    assert kept.inputs == desk.runs.get(made["id"]).inputs, "after a restart too"


def test_a_run_lists_its_files_with_their_digests(desk: Desk) -> None:
    row, = Seat(desk).json("/api/runs")["rows"]
    files = {one["role"]: one for one in row["inputs"]}
    assert files["scenario"]["file"] == "ouche-q10.scenario.yaml"
    assert len(files["flood"]["sha256"]) == 64
    assert row["changed"] is False


def test_a_scenario_that_changed_is_marked_on_every_screen(desk: Desk, tmp_path: Path) -> None:
    seat, run = Seat(desk), desk.runs.all()[0]
    assert {screen: seat.json(f"/api/{screen}")["changed"] for screen in SCREENS} == {screen: {} for screen in SCREENS}
    own = tmp_path / "own.scenario.yaml"
    own.write_bytes(shipped()["ouche-q10"].read_bytes())
    desk.runs.change(run.id, scenario=str(own))
    assert seat.json("/api/about")["changed"] == {}
    own.write_text(own.read_text("utf-8") + "# otherwise\n", "utf-8")
    assert {screen: seat.json(f"/api/{screen}")["changed"] for screen in SCREENS} == {
        screen: {run.id: 1} for screen in SCREENS}
    own.unlink()
    assert seat.json("/api/runs")["rows"][0]["changed"], "gone is changed"


def test_a_scenario_is_brought_with_its_files_whole_or_not_at_all(desk: Desk) -> None:
    seat, folder = Seat(desk), desk.folder / "scenarios"
    text = shipped()["ouche-q10"].read_text("utf-8").split("expect:")[0]
    levels = shipped()["ouche-q10"].with_name("ouche-q10.csv").read_text("utf-8")
    wrong: list[dict[str, Any]] = [
        {"files": {"../x.csv": "a"}}, {"files": {"x.sh": "a"}}, {"files": ["x.csv"]}, {"files": {"x.csv": 3}},
        {"files": {".x.csv": "a"}}, {"files": {"x.scenario.yaml": "a"}}]
    for more in wrong:
        assert seat.post("/api/scenarios", name="crue", text=text, **more).status_code == 422, more
    assert seat.post("/api/scenarios", name="crue", text="not: a scenario", files={"ouche-q10.csv": levels}
                     ).status_code == 422
    assert list(folder.iterdir()) == [], "nothing stays of what was refused"
    told = seat.post("/api/scenarios", name="crue", text=text, files={"ouche-q10.csv": levels}).json()
    assert told == {"scenario": "crue", "files": ["ouche-q10.csv"]}
    assert request_of(folder / "crue.scenario.yaml", city="valmont").name
    assert seat.post("/api/scenarios", name="crue-2", text=text, files={"ouche-q10.csv": "0,1"}).status_code == 422, \
        "another file of that name is not replaced"


def test_a_refusal_is_kept_whole() -> None:
    assert KEPT_LINES >= 400
    assert LONGEST_ERROR >= 20_000
