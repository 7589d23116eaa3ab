"""What goes wrong on a bad night, seen at the desk: nothing is lost, nothing is shown as current that is not."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.feeds.asking import Answer, AskFailed
from geodata.feeds.schema import ObserveSpec
from tests.viewer.desk.conftest import EVENING, Seat
from twin.world.kinds import Role
from viewer.desk.desk import Desk
from viewer.desk.feeding import Feeding
from viewer.desk.observed import words_of
from viewer.desk.silence import gateways

NOW = int(EVENING.timestamp())


@pytest.fixture
def at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the desk's clock."""
    def put(second: int) -> None:
        monkeypatch.setattr(type(desk.clock), "epoch", lambda self: second)
        monkeypatch.setattr(type(desk.clock), "now", lambda self: datetime.fromtimestamp(second, UTC))

    put(NOW)
    return put


def message(*rows: dict[str, Any], at: int = NOW - 60) -> bytes:
    moment = datetime.fromtimestamp(at, UTC).isoformat()
    return json.dumps([{"observed": moment, **row} for row in rows]).encode()


def level(value: float, at: int = NOW - 60) -> bytes:
    return message({"series": "pont-neuf", "what": "level", "unit": "m", "value": value}, at=at)


def row_of(desk: Desk, name: str) -> dict[str, Any]:
    return next(row for row in Seat(desk).json("/api/runs")["source_rows"] if row["name"] == name)


def test_a_full_disk_takes_no_act_in_silence_and_what_was_kept_stays(desk: Desk, seat: Seat) -> None:
    assert seat.post("/api/facts", asset="A-012", state="out", caller="one").status_code == 200
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    class Broken:
        def __enter__(self) -> Any:
            raise full

        def __exit__(self, *_: object) -> None:
            """Nothing was begun."""

    act, desk.store.act = desk.store.act, Broken  # type: ignore[method-assign, assignment]
    told = seat.post("/api/facts", asset="A-013", state="out", caller="two")
    assert told.status_code == 507
    assert told.json()["said"]["fr"].startswith("Rien n’a été enregistré\u00a0: le disque ne prend plus rien")
    desk.store.act = act  # type: ignore[method-assign]
    assert [row["caller"] for row in seat.json("/api/tonight")["facts"]] == ["one"]
    assert seat.post("/api/facts", asset="A-013", state="out", caller="two").status_code == 200


def test_a_disk_that_is_really_full_rolls_back_whole(desk: Desk, seat: Seat) -> None:
    pages = desk.store.rows("PRAGMA page_count")[0]["page_count"]
    with desk.store.note() as tx:  # of the line that writes
        tx.execute(f"PRAGMA max_page_count = {pages}")
    answers = [seat.post("/api/note", text="x" * 490).status_code for _ in range(60)]
    assert 507 in answers
    with desk.store.note() as tx:
        tx.execute("PRAGMA max_page_count = 1000000")
    assert seat.post("/api/note", text="after").status_code == 200
    kept = desk.store.rows("SELECT count(*) AS n FROM event WHERE what = 'note'")[0]["n"]
    assert kept == answers.count(200) + 1, "each that was answered, and no other"


def test_a_clock_that_jumps_shows_nothing_of_the_future_as_now(desk: Desk, seat: Seat, at: Any) -> None:
    desk.sources.take(level(2.5), source="gauge", sort="inbox")
    assert seat.post("/api/facts", asset="A-012", state="out", caller="one").status_code == 200
    desk.look()
    before = {row["key"] for row in seat.json("/api/tonight")["alarm_rows"]}
    at(NOW + 3 * 3600)
    seat = Seat(desk)
    desk.look()
    assert row_of(desk, "gauge")["late"], "three hours without a datum"
    assert Seat(desk).json("/api/about")["river"]["newest"]["observed"] == NOW - 60, "its age is said"
    assert seat.json("/api/tonight")["river"]["anchored"] is None
    at(NOW - 3600)
    seat = Seat(desk)
    desk.look()
    assert seat.json("/api/about")["river"]["newest"] is None, "a reading of the future is none of now"
    assert [row["asset"] for row in seat.json("/api/tonight")["facts"]] == ["A-012"]
    at(NOW)
    desk.look()
    told = Seat(desk).json("/api/tonight")
    assert told["river"]["newest"]["value"] == 2.5
    assert before <= {row["key"] for row in told["alarm_rows"]}, "nothing was lost on the way"


def test_a_message_with_a_million_fields_is_refused_seen_and_costs_no_other(desk: Desk, at: Any) -> None:
    desk.observe(ObserveSpec.model_validate({"sources": {"odd": {"type": "json", "mapping": {
        "asset": "/a", "time": "/t", "values": [{"what": "out", "at": "/o"}]}}}}))
    body = b"{" + b",".join(b'"f%d":0' % n for n in range(1_000_000)) + b"}"
    assert desk.sources.take(body, source="odd", sort="inbox")["accepted"] == 0
    desk.sources.take(level(2.5), source="gauge", sort="inbox")
    told = row_of(desk, "odd")
    assert (told["rejected"], told["refusals"][0]["why"]) == (1, "large")
    assert "trop gros" in told["says"]["fr"]
    assert told["says"]["fr"]
    assert row_of(desk, "gauge")["state"] == "fresh"
    posted = Seat(desk, name="").client.post("/inbox/odd", content=body, headers={
        "content-type": "application/json", "authorization": f"Bearer {desk.inbox_key}"})
    assert posted.status_code == 413


@pytest.mark.parametrize(("row", "why"), [
    ({"observed": "2026-11-22T21:00:00"}, "zone"), ({"observed": "2026-11-23T21:00:00+01:00"}, "future"),
    ({"series": "pont-vieux"}, "series")])
def test_what_cannot_be_relied_on_is_refused_seen_and_not_shown(desk: Desk, at: Any, row: dict[str, Any],
                                                                why: str) -> None:
    desk.sources.take(level(2.5), source="gauge", sort="inbox")
    good = {"series": "pont-neuf", "what": "level", "unit": "m", "value": 9.9}
    desk.sources.take(message({**good, **row}), source="gauge", sort="inbox")
    told = row_of(desk, "gauge")
    assert [one["why"] for one in told["refusals"]] == [why]
    assert "1 refus" in told["says"]["fr"]
    assert Seat(desk).json("/api/about")["river"]["newest"]["value"] == 2.5


def test_a_certificate_that_ends_is_said_and_what_it_gave_grows_old(desk: Desk, at: Any) -> None:
    spec = ObserveSpec.model_validate({"sources": {"clocks": {
        "type": "observations", "url": "https://clocks.example/now.json", "pace": "5min"}}})
    bodies = [level(2.5)]

    def ask(url: str, **_: Any) -> Any:
        if not bodies:
            raise AskFailed("certificate", "certificate has expired")
        return Answer(status=200, body=bodies.pop())

    feeding = Feeding(spec, desk.sources, asks=ask)
    assert feeding.once("clocks")
    at(NOW + 1200)
    assert not feeding.once("clocks")
    told = row_of(desk, "clocks")
    assert (told["failure"], told["failure_said"], told["late"]) == ("certificate", "certificate has expired", True)
    assert "Le certificat du service n’est pas valable" in told["says"]["fr"]
    desk.look()
    assert "source:clocks" in {row["key"] for row in Seat(desk).json("/api/tonight")["alarm_rows"]}


def test_a_scenario_changed_on_the_disk_is_seen_while_its_run_is_open(desk: Desk, seat: Seat, tmp_path: Path) -> None:
    night = desk.night().latest
    assert night is not None
    own = tmp_path / "own.scenario.yaml"
    own.write_bytes(Path(night.entry.scenario).read_bytes())
    desk.runs.change(night.entry.id, scenario=str(own))
    desk.shelf = type(desk.shelf)(desk.runs, desk.bench)
    draft = seat.post("/api/drafts", name="Mur").json()
    night = desk.night().latest
    assert night is not None
    assert not night.is_scenario_changed
    own.write_text(own.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert night.is_scenario_changed, "no restart is needed"
    told = seat.post(f"/api/drafts/{draft['id']}/run")
    assert told.status_code == 422
    assert "reads otherwise" in told.json()["error"]
    own.unlink()
    assert night.is_scenario_changed


def test_a_lamp_that_is_off_by_day_proves_nothing_and_one_that_burns_does(desk: Desk) -> None:
    loaded = desk.night().shown
    assert loaded is not None
    assets = loaded.result.city.assets
    lamp = str(assets.id[np.flatnonzero(assets.of_role(Role.LIGHTS))[0]])
    night, day = NOW, int((EVENING + timedelta(hours=15)).timestamp())
    assert loaded.view.dark.is_dark(np.array([assets.row(lamp)]), night - loaded.start)[0]
    assert not loaded.view.dark.is_dark(np.array([assets.row(lamp)]), day - loaded.start)[0]

    def words(when: int, series: str, what: str, value: float) -> list[bool]:
        states = [{"series": series, "what": what, "value": value, "observed": when, "source": "s"}]
        return [word.is_out for word in words_of(loaded, [], states)]

    assert words(night, lamp, "out", 1) == [True]
    assert words(day, lamp, "out", 1) == []
    assert words(day, lamp, "out", 0) == [False]
    assert words(night, "A-039", "lamps_dark", 6) == [True]
    assert words(day, "A-039", "lamps_dark", 6) == []
    assert words(day, "A-039", "lamps_lit", 6) == [False]
    assert words(day, "A-039", "out", 1) == [True], "a cabinet has its supply by day too"
    told = [{"asset": lamp, "state": "out", "seen_at": day, "caller": "c"}]
    assert [word.is_fact for word in words_of(loaded, told, [])] == [True], "a person's word is a person's"


def test_a_gateway_that_went_silent_is_its_own_cause_and_darkens_nothing(desk: Desk, at: Any) -> None:
    names = [f"A-{n:03d}" for n in range(1, 21)]
    for step in range(0, 3600, 900):
        here = names if step < 1800 else names[8:]
        desk.sources.take(message(*({"series": name, "what": "out", "value": False} for name in here),
                                  at=NOW - 3600 + step), source="clocks", sort="inbox")
    assert gateways(desk.store, NOW - 1500) == [], "not yet late"
    found, = gateways(desk.store, NOW)
    assert (found.key, found.values["silent"], found.when) == ("gateway:clocks", 8, NOW - 2700)
    desk.look()
    told = Seat(desk).json("/api/tonight")
    assert "gateway:clocks" in {row["key"] for row in told["alarm_rows"]}
    assert told["observed"]["unforeseen"] == []
    assert told["observed"]["suspects"] == []
    at(NOW + 3 * 3600)
    assert gateways(desk.store, NOW + 3 * 3600) == [], "all of it is silent: the source is late, and that is said"
