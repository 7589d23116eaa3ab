"""Roads that others report closed, in the runs that the desk starts: by consent or by the configuration."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from geodata.feeds.readers import about_of
from geodata.feeds.schema import ObserveSpec
from geodata.feeds.taken import Notice, Taken
from scenarios import load_scenario, prepare
from tests.viewer.desk.conftest import EVENING, Seat
from viewer.desk.closures import facts_of
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.requests import Request
from viewer.desk.runs import Runs

START = int(datetime.fromisoformat("2026-11-22T16:00+01:00").timestamp())


@pytest.fixture
def street(desk: Desk) -> str:
    return str(next(name for name in desk.city_file.context["street"].name if name))


@pytest.fixture(autouse=True)
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keep what is put into the queue; nothing is run."""
    found: list[Any] = []

    def ask(request: Any, *, by: str) -> Any:
        found.append(request)
        return type("Kept", (), {"id": request.id, "number": 9, "state": "queued"})()

    monkeypatch.setattr(desk.queue, "ask", ask)
    return found


def closed(desk: Desk, street: str, *, take: bool, begins: int | None = START + 7200, ends: int | None = None,
           sort: str = "closure") -> None:
    desk.observe(ObserveSpec.model_validate({"sources": {
        "roads": {"type": "datex", "url": "https://roads.example/content.xml", "take": take}}}))
    now = desk.clock.now()
    notice = Notice(source="roads", id="c1", sort=sort, state="active", begins=begins, ends=ends, text="closed",
                    street=street, sent=int(EVENING.timestamp()) - 600, received=int(now.timestamp()), raw="")
    taken = Taken.of(b"{}", about_of("roads", desk.sources.specs["roads"], known=desk.sources.known, received=now))
    taken.notice(notice)
    desk.sources.keep([(b"{}", taken)], sort="datex")


def facts(path: Any) -> list[tuple[Any, ...]]:
    return [(fact.at, fact.street, fact.state, fact.by) for fact in load_scenario(path).facts if fact.street]


def test_a_run_carries_them_with_consent_and_the_file_gives_the_same(desk: Desk, street: str, asked: list[Any]) -> None:
    closed(desk, street, take=False, ends=START + 8 * 3600)
    seat = Seat(desk)
    assert seat.post("/api/runs", scenario="ouche-q10").json()["closures"] == 0, "offered, not taken"
    told = seat.post("/api/runs", scenario="ouche-q10", closures=True).json()
    assert told["closures"] == 1
    file = asked[-1].scenario
    assert file.parent == desk.folder / "scenarios"
    assert facts(file) == [("+7200s", street, "closed", "roads"), ("+28800s", street, "open", "roads")]
    plan = prepare(load_scenario(file)).plan
    assert street in repr(plan)
    seat.post("/api/runs", scenario="ouche-q10", closures=True)
    assert asked[-1].id == told["id"], "the same closures, the same run"
    assert seat.post("/api/runs", scenario="ouche-q10", closures="yes").status_code == 422


def test_a_setting_takes_them_and_who_starts_a_run_may_say_no(desk: Desk, street: str, asked: list[Any]) -> None:
    closed(desk, street, take=True, begins=None)
    seat = Seat(desk)
    assert seat.post("/api/runs", scenario="ouche-q10").json()["closures"] == 1
    at, *_ = facts(asked[-1].scenario)[0]
    assert at == f"+{int(EVENING.timestamp()) - 600 - START}s", "without a time of its own: since it was said"
    assert seat.post("/api/runs", scenario="ouche-q10", closures=False).json()["closures"] == 0
    assert facts(asked[-1].scenario) == []


def test_variants_and_runs_with_facts_carry_them_too(desk: Desk, street: str, asked: list[Any]) -> None:
    closed(desk, street, take=True)
    seat = Seat(desk)
    draft = seat.post("/api/drafts", name="Mur").json()
    seat.post(f"/api/drafts/{draft['id']}/lines", version=1, lines=[{"sort": "raise", "asset": "C-19", "by_m": 0.3}])
    assert seat.post(f"/api/drafts/{draft['id']}/run").status_code == 200
    assert seat.post("/api/facts/run").status_code == 200
    for request in asked:
        assert facts(request.scenario) == [("+7200s", street, "closed", "roads")]
        assert prepare(load_scenario(request.scenario)).plan.name


@pytest.mark.parametrize(("begins", "ends", "sort"), [
    (START + 40 * 86_400, None, "closure"), (START - 7200, START - 60, "closure"), (START, None, "obstruction")])
def test_what_is_not_of_the_night_or_closes_nothing_is_left_out(desk: Desk, street: str, begins: int, ends: int | None,
                                                               sort: str) -> None:
    closed(desk, street, take=True, begins=begins, ends=ends, sort=sort)
    assert facts_of(desk, START, 36 * 3600) == []


def test_a_closure_from_before_holds_from_the_start(desk: Desk, street: str) -> None:
    closed(desk, street, take=True, begins=START - 7200)
    assert [fact["at"] for fact in facts_of(desk, START, 36 * 3600)] == ["+0s"]


def test_each_is_answered_by_a_person_and_the_answer_taken_back(desk: Desk, street: str, asked: list[Any]) -> None:
    closed(desk, street, take=False, ends=START + 8 * 3600)
    seat, reader = Seat(desk), Seat(desk, name="Mur", standing=Standing.READER)
    row, = seat.json("/api/tonight")["closures"]
    assert (row["street"], row["answer"], row["taken"], row["state"]) == (street, "", False, "active")
    assert all(len(point) == 2 for line in row["lines"] for point in line)
    assert row["lines"], "it has a place on the map"
    said = {"source": "roads", "id": "c1"}
    assert reader.post("/api/closures", **said, answer="take").status_code == 403
    for wrong in ({**said, "answer": "perhaps"}, {**said, "id": "c2", "answer": "take"}, {**said}):
        assert seat.post("/api/closures", **wrong).status_code == 422
    assert seat.post("/api/closures", **said, answer="take").status_code == 200
    row, = reader.json("/api/runs")["closures"]
    assert (row["answer"], row["by"], row["taken"]) == ("take", "R. Morel", True)
    told = seat.post("/api/runs", scenario="ouche-q10").json()
    assert told["streets"] == [street]
    assert asked[-1].closures == (street,)
    assert seat.post("/api/closures", **said, answer="undo").status_code == 200
    assert seat.post("/api/runs", scenario="ouche-q10").json()["closures"] == 0
    lines = [line["said"]["fr"] for line in seat.json("/api/journal")["lines"] if line["what"] == "closure"]
    assert lines == [f"revient sur sa réponse à la fermeture de {street} (roads)",
                     f"prend en compte la fermeture de {street} (roads)"]


def test_an_answer_goes_before_the_setting_and_holds_for_the_times_it_was_given_for(desk: Desk, street: str,
                                                                                  asked: list[Any]) -> None:
    closed(desk, street, take=True, ends=START + 8 * 3600)
    seat = Seat(desk)
    assert seat.json("/api/runs")["closures"][0]["taken"], "by the setting"
    assert seat.post("/api/closures", source="roads", id="c1", answer="leave").status_code == 200
    assert seat.post("/api/runs", scenario="ouche-q10").json()["closures"] == 0
    with desk.store.note() as tx:
        tx.execute("UPDATE notice SET ends = ends + 3600")
    row = seat.json("/api/runs")["closures"][0]
    assert (row["is_changed"], row["answer"], row["taken"]) == (True, "", True), "asked for again"


def test_a_closure_of_no_street_of_the_city_is_listed_and_cannot_be_taken(desk: Desk, asked: list[Any]) -> None:
    closed(desk, "", take=True)
    seat = Seat(desk)
    row, = seat.json("/api/runs")["closures"]
    assert (row["taken"], row["lines"]) == (False, [])
    assert seat.post("/api/closures", source="roads", id="c1", answer="take").status_code == 422


def test_a_run_says_which_it_carries_after_a_restart_too(tmp_path: Path) -> None:
    asked = Request(id="0123456789abcdef", scenario=tmp_path / "x.scenario.yaml", name="x", closures=("Rue du Bief",))
    Runs(tmp_path / "other").ask(asked, by="R. Morel", at=1)
    assert [entry.closures for entry in Runs(tmp_path / "other").all()] == [["Rue du Bief"]]
