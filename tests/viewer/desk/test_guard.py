"""The door: names, origins, forms, sizes, headers, sessions, and who may do what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.viewer.desk.conftest import Seat
from twin.errors import InputError
from viewer.desk.desk import Desk
from viewer.desk.guard import MOST_BYTES
from viewer.desk.people import IDLE_S, LONGEST_S, MOST_TRIES, Standing
from viewer.desk.server import check_host

ACTS = ["/api/alarms/ack", "/api/alarms/shelve", "/api/acts", "/api/facts", "/api/facts/end", "/api/note", "/api/runs",
        "/api/drafts", "/api/scenarios", "/api/invite", "/api/facts/run"]
READS = ["/api/about", "/api/tonight", "/api/runs", "/api/journal", "/api/drafts", "/journal.csv", "/api/find?q=A",
         "/events"]


def test_the_desk_answers_to_its_own_names_alone(seat: Seat) -> None:
    assert seat.get("/api/about", headers={"host": "evil.example"}).status_code == 403
    assert seat.get("/tonight", headers={"host": "testserver.evil.example"}).status_code == 403
    assert seat.get("/api/about").status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"},
                                     {"sec-fetch-site": "same-site"}, {"origin": "null"}, {"x-twin-desk": "0"}])
def test_another_sites_request_changes_nothing(seat: Seat, headers: dict[str, str]) -> None:
    assert seat.client.post("/api/note", json={"text": "x"}, headers=headers).status_code == 403
    assert seat.json("/api/journal")["lines"][0]["what"] != "note"


def test_a_form_cannot_be_posted(seat: Seat) -> None:
    for sort in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        assert seat.client.post("/api/note", content=b"{}", headers={"content-type": sort}).status_code == 415
    assert seat.client.put("/api/note", json={}).status_code == 405
    assert seat.client.delete("/api/note").status_code == 405


def test_what_is_too_large_is_not_read(seat: Seat) -> None:
    assert seat.post("/api/note", text="x" * MOST_BYTES).status_code == 413
    chunks = (b'{"text": "' + b"x" * 300_000 for _ in range(5))
    assert seat.client.post("/api/note", content=chunks,
                            headers={"content-type": "application/json"}).status_code in (413, 422)


def test_every_answer_carries_the_policy(seat: Seat) -> None:
    for path in ("/api/about", "/nothing", "/assets/secret.js", "/enter"):
        headers = seat.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "access-control-allow-origin" not in headers


def test_nobody_reads_or_acts_without_a_session(desk: Desk) -> None:
    stranger = Seat(desk, name="")
    assert {stranger.get(path).status_code for path in READS} == {401}
    assert {stranger.post(path).status_code for path in ACTS} == {401}
    assert stranger.get("/tonight").headers["location"] == "/enter"
    stranger.client.cookies.set("twin-desk", "guessed")
    assert stranger.get("/api/about").status_code == 401


def test_a_reader_reads_and_changes_nothing(desk: Desk) -> None:
    wall = Seat(desk, name="Mur", standing=Standing.READER)
    assert wall.get("/api/tonight").status_code == 200
    assert {wall.post(path).status_code for path in ACTS} == {403}


def test_an_address_opens_the_desk_once(desk: Desk) -> None:
    key = desk.people.key(Standing.OPERATOR)
    stranger = Seat(desk, name="")
    assert stranger.post("/api/enter", key=key, name=" ", duty="").status_code == 403, "without a name it stays good"
    assert stranger.post("/api/enter", key=key, name="N. Roux", duty="").status_code == 200
    assert Seat(desk, name="").post("/api/enter", key=key, name="Eve", duty="").status_code == 403
    cookie = stranger.client.cookies.jar
    assert all(one.has_nonstandard_attr("HttpOnly") for one in cookie)


def test_keys_are_not_to_be_guessed(desk: Desk) -> None:
    stranger = Seat(desk, name="")
    for _ in range(MOST_TRIES):
        stranger.post("/api/enter", key="guess", name="Eve", duty="")
    good = desk.people.key(Standing.OPERATOR)
    refused = stranger.post("/api/enter", key=good, name="N. Roux", duty="")
    assert "too many tries" in refused.json()["error"]


@pytest.mark.parametrize("after", [IDLE_S + 1, LONGEST_S + 1])
def test_a_session_ends_with_the_shift(desk: Desk, seat: Seat, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    later = desk.clock.epoch() + after
    monkeypatch.setattr(desk.people, "now", lambda: later)
    assert seat.get("/api/about").status_code == 401


def test_leaving_ends_the_session(seat: Seat) -> None:
    assert seat.post("/api/leave").status_code == 200
    assert seat.get("/api/about").status_code == 401


def test_nobody_invites_somebody_above_himself(seat: Seat, desk: Desk) -> None:
    assert seat.post("/api/invite", standing="administrator").status_code == 422
    path = seat.post("/api/invite", standing="reader").json()["path"]
    entered = Seat(desk, name="").post("/api/enter", key=path.split("#")[1], name="Mur", duty="")
    assert entered.json()["standing"] == "reader"


@pytest.mark.parametrize("name", ["../desk.sqlite", "%2e%2e%2fdesk.sqlite", "..%2f..%2fetc%2fpasswd", "%00", "A" * 16,
                                  "0" * 15, "0" * 17])
def test_a_run_is_named_by_its_pattern_alone(seat: Seat, name: str) -> None:
    for what in ("pack", "config", "export"):
        assert seat.get(f"/api/runs/{name}/{what}").status_code in (404, 422)
    assert seat.client.get("/api/compare", params={"first": name, "second": name}).status_code == 422


def test_other_machines_are_not_served() -> None:
    for host in ("0.0.0.0", "192.168.1.2", "::", "desk.example"):
        with pytest.raises(InputError, match="--host"):
            check_host(host)
    check_host("127.0.0.1")


@pytest.mark.parametrize("said", [b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"text": 5}', b'{"text": "   "}'])
def test_what_is_no_question_is_refused(seat: Seat, said: bytes) -> None:
    answer = seat.client.post("/api/note", content=said, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_two_desks_do_not_share_a_folder(desk: Desk, town: Any) -> None:
    from viewer.desk.clock import DeskClock

    with pytest.raises(InputError, match="another `twin serve`"):
        Desk(desk.folder, "valmont", town, DeskClock())
