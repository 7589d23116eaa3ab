"""What strangers, machines and bad luck send that no shape foresees: refused by its reason, at no other's cost."""

from __future__ import annotations

import json
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.viewer.desk.conftest import Seat
from viewer.desk import sources
from viewer.desk.app import app_of
from viewer.desk.desk import Desk
from viewer.desk.guard import POLICY, Guard
from viewer.desk.store import Store, publish
from viewer.desk.watch import Watch

#: Half of a letter: JSON may hold it, no table and no file does.
HALF = "\ud83c"


def posted(seat: Seat, desk: Desk, said: Any, source: str = "odd") -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return seat.client.post(f"/inbox/{source}", content=body, headers={
        "content-type": "application/json", "authorization": f"Bearer {desk.inbox_key}"})


def reading(desk: Desk, value: Any = 2.5, **more: Any) -> dict[str, Any]:
    moment = datetime.fromtimestamp(desk.clock.epoch() - 60, UTC)
    return {"series": "pont-neuf", "what": "level", "unit": "m", "value": value,
            "observed": moment.isoformat()} | more


@pytest.mark.parametrize("host", ["[::1", "evil.example@testserver", "testserver:80:80", "testserver:http",
                                  "testserver/x", "", "testserver.", "127.1"])
def test_a_name_that_is_none_is_refused_as_one_that_is_not_the_desks(seat: Seat, host: str) -> None:
    answer = seat.get("/api/about", headers={"host": host})
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("origin", ["http://[::1", "http://", "testserver", "http://x@testserver", "http://testserver:81"])
def test_an_origin_that_is_none_changes_nothing(seat: Seat, origin: str) -> None:
    assert seat.client.post("/api/note", json={"text": "x"}, headers={"origin": origin}).status_code == 403


def test_a_fault_of_the_desk_is_an_answer_with_the_policy_too() -> None:
    async def fails(_: Any) -> Any:
        raise ValueError("ours")

    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    made = Starlette(routes=[Route("/", fails)], middleware=[Middleware(Guard, hosts=("testserver",))])
    answer = TestClient(made, raise_server_exceptions=False).get("/")
    assert (answer.status_code, answer.headers["content-security-policy"]) == (500, POLICY)
    assert "ours" not in answer.text


@pytest.mark.parametrize(("path", "said"), [
    ("/api/note", {"text": HALF}), ("/api/facts", {"asset": "A-030", "state": "out", "caller": HALF}),
    ("/api/readings", {"gauge": "pont-neuf", "level_m": 2.5, "seen_at": 10**12}),
    ("/api/readings", {"gauge": "pont-neuf", "level_m": 2.5, "seen_at": -(10**12)}),
    ("/api/readings", {"gauge": "A-012", "level_m": 2.5, "seen_at": 1795378000}),
    ("/api/readings", {"gauge": "nowhere", "level_m": 2.5, "seen_at": 1795378000}),
    ("/api/river/allow", {"until": -(10**12)})])
def test_what_no_table_holds_and_no_calendar_has_is_refused(seat: Seat, path: str, said: dict[str, Any]) -> None:
    answer = seat.client.post(path, content=json.dumps(said), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert seat.json("/api/journal")["lines"][0]["what"] == "enter"


@pytest.mark.parametrize("odd", [
    {"series": HALF}, {"quality": HALF}, {"unit": HALF}, {"value": HALF}, {"observed": HALF}, {HALF: 1},
    {"value": 10**400}, {"value": -(10**400)}, {"source": HALF, "value": None}])
def test_one_odd_value_costs_no_other(seat: Seat, desk: Desk, odd: dict[str, Any]) -> None:
    answer = posted(seat, desk, [reading(desk, **odd), reading(desk, 2.6)])
    assert answer.status_code == 200
    assert answer.json()["accepted"] == (2 if "quality" in odd else 1)
    assert seat.json("/api/about")["river"]["newest"]["value"] == 2.6


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_comes_in_any_of_its_charsets(seat: Seat, desk: Desk, charset: str) -> None:
    said = json.dumps([reading(desk, quality="mesurée")], ensure_ascii=False)
    assert posted(seat, desk, said.encode(charset)).json() == {"accepted": 1, "rejected": []}


def test_another_charset_is_refused_and_kept_as_it_came(seat: Seat, desk: Desk) -> None:
    body = json.dumps([reading(desk, quality="mesurée")], ensure_ascii=False).encode("latin-1")
    assert posted(seat, desk, body).status_code == 422
    assert [row["body"] for row in desk.store.rows("SELECT body FROM raw")] == [body]


def test_a_file_over_which_the_desk_fails_is_put_away_and_the_next_is_taken(
        desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    take = desk.sources.take

    def fails(body: bytes, **more: Any) -> Any:
        if more["source"] == "bad":
            raise ValueError("nobody thought of it")
        return take(body, **more)

    monkeypatch.setattr(desk.sources, "take", fails)
    monkeypatch.setattr(sources, "MOST_ANSWER_BYTES", 1000)
    folder = desk.folder / "inbox"
    (folder / "bad_1.json").write_text("[]", encoding="utf-8")
    (folder / "big_1.json").write_text(" " * 1001, encoding="utf-8")
    (folder / "good_1.json").write_text(json.dumps([reading(desk, 2.7)]), encoding="utf-8")
    with caplog.at_level(logging.CRITICAL):
        assert desk.inbox.look() == 3
    assert list(folder.glob("*.json")) == []
    why = sorted(path.read_text("utf-8") for path in (folder / "refused").glob("*.why.txt"))
    assert [("nobody thought of it" in text, "1,001 bytes" in text) for text in why] == [(False, True), (True, False)]
    assert desk.store.rows("SELECT value FROM observation")[0]["value"] == 2.7


def test_a_file_waits_for_a_disk_that_takes_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    file = desk.folder / "inbox" / "gauge_1.json"
    file.write_text(json.dumps([reading(desk)]), encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(desk.sources, "take", full)
        with pytest.raises(sqlite3.Error):
            desk.inbox.look()
    assert file.exists()
    assert desk.inbox.look() == 1
    assert not file.exists()


def test_a_machine_is_told_that_the_disk_is_full_and_has_its_message_still(
        seat: Seat, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL

    def full(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(desk.sources, "take", full)
        assert posted(seat, desk, [reading(desk)]).status_code == 507
    assert posted(seat, desk, [reading(desk)]).status_code == 200


def test_a_watch_outlives_a_fault_and_says_it(caplog: pytest.LogCaptureFixture) -> None:
    again = Event()
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError("nobody thought of it")
        again.set()

    watch = Watch("odd", look, lambda: 0.0)
    with caplog.at_level(logging.CRITICAL):
        watch.start()
        assert again.wait(30)
        watch.close()


def test_however_many_messages_come_the_alarms_are_looked_at_once_a_second(
        seat: Seat, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("viewer.desk.desk.monotonic", lambda: clock[0])
    looks: list[float] = []
    update = desk.alarms.update

    def counted(*more: Any) -> int:
        looks.append(clock[0])
        return update(*more)

    monkeypatch.setattr(desk.alarms, "update", counted)
    for _ in range(30):
        clock[0] += 0.1
        posted(seat, desk, [reading(desk)])
    assert len(looks) == 3
    clock[0] += 0.5
    desk._look_and_tidy()
    assert len(looks) == 4, "what came last is looked at too"


def test_what_another_process_wrote_is_told_to_those_who_listen(tmp_path: Path) -> None:
    ours, theirs = Store(tmp_path / "desk.sqlite"), Store(tmp_path / "desk.sqlite")
    ours.heed()
    told: list[int] = []
    ours.listen(lambda: told.append(1))
    assert not ours.heed()
    with theirs.note() as tx:
        publish(tx, at=1, who="", what="note", body={})
    assert ours.heed()
    assert told == [1]
    assert not ours.heed()
    ours.close()
    theirs.close()


def test_a_session_is_its_own_name_and_its_whole_value(desk: Desk, seat: Seat) -> None:
    cookie = next(iter(seat.client.cookies.jar))
    assert cookie.value is not None
    for name, value in (("TWIN-DESK", cookie.value), ("twin-desk", cookie.value + "x"),
                        ("twin-desk", f'"{cookie.value[:-1]}"'), ("__Host-twin-desk", cookie.value)):
        bare = TestClient(app_of(desk, ["testserver"]), headers={"cookie": f"{name}={value}"})
        assert bare.get("/api/about").status_code == 401
