"""Who may do what, line by line of the contract: what the other tests of the door do not hold already."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.viewer.desk.conftest import Seat
from viewer.desk.answers import cookie_of
from viewer.desk.app import app_of
from viewer.desk.desk import Desk
from viewer.desk.guard import POLICY
from viewer.desk.people import IDLE_S, LONGEST_S, Standing
from viewer.desk.server import configured, name_of

#: What anybody may ask without a session: the door itself, its assets, and data that were released to the public.
OPEN = {"/", "/enter", "/api/enter", "/assets/{name}", "/{screen}"}
#: Acts that each who sits at the desk may do for himself.
OF_ONES_OWN = {"/api/leave"}


def routes(desk: Desk, method: str) -> list[str]:
    return [route.path for route in app_of(desk).routes if isinstance(route, Route) and method in (route.methods or ())]


def filled(path: str) -> str:
    return re.sub(r"{[^}]*}", "0" * 16, path)


def test_every_act_there_is_needs_a_session_and_more_than_a_readers(desk: Desk) -> None:
    stranger, reader = Seat(desk, name=""), Seat(desk, name="Mur", standing=Standing.READER)
    acts = [path for path in routes(desk, "POST") if path not in OPEN and not path.startswith("/inbox/")]
    assert len(acts) >= 25
    assert {stranger.post(filled(path)).status_code for path in acts} == {401}
    refused = {path: reader.post(filled(path)).status_code for path in acts if path not in OF_ONES_OWN}
    assert {path for path, code in refused.items() if code != 403} == set()


def test_every_question_there_is_needs_a_session(desk: Desk) -> None:
    stranger = Seat(desk, name="")
    asked = [path for path in routes(desk, "GET") if path not in OPEN and not path.startswith("/open")]
    assert len(asked) > 20
    assert {path: code for path in asked if (code := stranger.get(filled(path)).status_code) != 401} == {}


def test_no_get_changes_anything(desk: Desk, seat: Seat) -> None:
    desk.look()
    before = desk.store.rows("SELECT count(*) AS n FROM event")[0]["n"]
    for path in routes(desk, "GET"):
        if path not in ("/events", "/assets/{name}") and "{" not in path:
            seat.get(path)
    assert desk.store.rows("SELECT count(*) AS n FROM event")[0]["n"] == before


def test_administrators_alone_see_and_end_sessions(desk: Desk, seat: Seat) -> None:
    assert seat.get("/api/sessions").status_code == 403
    assert seat.post("/api/sessions/end", session="x").status_code == 403
    chief = Seat(desk, name="C. Lenoir", standing=Standing.ADMINISTRATOR)
    rows = chief.json("/api/sessions")["rows"]
    theirs = next(row for row in rows if row["name"] == "R. Morel")
    assert chief.post("/api/sessions/end", session=theirs["hash"]).status_code == 200
    assert seat.get("/api/about").status_code == 401


def test_keys_and_sessions_lie_in_no_file_and_are_long(desk: Desk) -> None:
    key = desk.people.key(Standing.OPERATOR)
    token, person = desk.people.enter(key, name="N. Roux", duty="")
    other, _ = desk.people.enter(desk.people.key(Standing.OPERATOR), name="N. Roux", duty="")
    assert token != other, "each entry has a session of its own"
    assert len(token) >= 43, "256 bits in base 64"
    assert len(key) >= 32
    held = b"".join(path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())
    for secret in (key, token):
        assert secret.encode() not in held
    assert person.session.encode() in held, "of a session its digest is kept"
    assert (IDLE_S, LONGEST_S) == (12 * 3600, 24 * 3600)


def test_the_cookie_is_the_scripts_of_nobody_and_by_tls_the_hosts_own(desk: Desk) -> None:
    def set_cookie(base: str, *, is_secure: bool) -> str:
        app = app_of(desk, [name_of("https://desk.town.example"), "127.0.0.1"], is_secure=is_secure)
        client = TestClient(app, base_url=base, headers={"x-twin-desk": "1", "sec-fetch-site": "same-origin"})
        entered = client.post("/api/enter", json={"key": desk.people.key(Standing.READER), "name": "R", "duty": ""})
        return str(entered.headers["set-cookie"])

    plain = set_cookie("http://127.0.0.1", is_secure=False)
    assert plain.startswith("twin-desk=")
    for word in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert word in plain
    assert "Secure" not in plain
    by_tls = set_cookie("https://desk.town.example", is_secure=True)
    assert by_tls.startswith("__Host-twin-desk=")
    assert "Secure" in by_tls
    assert "Domain" not in by_tls, "such a name goes with no domain"
    assert cookie_of(is_secure=True) != cookie_of(is_secure=False)


@pytest.mark.parametrize("headers", [{}, {"x-twin-desk": "1"}, {"sec-fetch-site": "same-origin"},
                                     {"origin": "http://testserver"}])
def test_a_change_shows_its_own_header_and_where_it_comes_from(desk: Desk, seat: Seat, headers: dict[str, str]) -> None:
    bare = TestClient(app_of(desk, ["testserver"]), cookies=dict(seat.client.cookies))
    assert bare.post("/api/note", json={"text": "x"}, headers=headers).status_code == 403
    whole = {"x-twin-desk": "1", "origin": "http://testserver"}
    assert bare.post("/api/note", json={"text": "x"}, headers=whole).status_code == 200


def test_no_answer_lets_another_site_read_it(seat: Seat) -> None:
    for path in ("/api/about", "/tonight", "/assets/desk.js", "/nothing"):
        told = seat.get(path, headers={"origin": "http://evil.example"})
        assert not [name for name in told.headers if name.startswith("access-control-")], path
        assert told.headers["cross-origin-opener-policy"] == "same-origin"
        assert told.headers["content-security-policy"] == POLICY
    asked = seat.client.options("/api/note", headers={"origin": "http://evil.example",
                                                      "access-control-request-method": "POST"})
    assert asked.status_code == 405


def test_nothing_that_a_proxy_says_of_others_is_believed(desk: Desk) -> None:
    config = configured(app_of(desk))
    assert not config.proxy_headers
    assert not config.access_log, "addresses stand in no log"
    stranger = Seat(desk, name="")
    for name in ("x-remote-user", "remote-user", "x-forwarded-user"):
        assert stranger.get("/api/about", headers={name: "R. Morel"}).status_code == 401
    spoofed = stranger.post("/api/enter", key=desk.people.key(Standing.READER), name="R", duty="")
    assert "Secure" not in spoofed.headers["set-cookie"]
    assert stranger.get("/api/about", headers={"x-forwarded-host": "evil.example"}).status_code == 200


@pytest.mark.parametrize("name", ["%2e%2e", "..%2fdesk.sqlite", "%00", "/etc/passwd", "%2fetc%2fpasswd", "a" * 15,
                                  "G" * 16])
def test_files_are_named_by_pattern_and_manifest_alone(seat: Seat, name: str) -> None:
    for path in (f"/api/reports/{name}", f"/assets/{name}", f"/api/runs/{name}/pack", f"/{name}"):
        answer = seat.get(path)
        assert answer.status_code in (404, 422), path
        assert b"root:" not in answer.content


def test_a_link_leads_nowhere(desk: Desk, seat: Seat) -> None:
    made = seat.post("/api/reports", sort="log").json()
    file = desk.reports.path_of(made)
    secret = desk.folder / "inbox.key"
    file.unlink()
    file.symlink_to(secret)
    assert seat.get(f"/api/reports/{made['id']}").status_code == 422
    linked = desk.folder / "runs" / ("c" * 16)
    linked.symlink_to(desk.folder)
    assert seat.get(f"/api/runs/{'c' * 16}/pack").status_code == 422


def test_every_act_leaves_a_line_with_its_author(seat: Seat, desk: Desk) -> None:
    desk.look()
    alarm = desk.alarms.listed(desk.clock.epoch())
    act = seat.json("/api/tonight")["acts"]["ahead"][0]
    now, run = desk.clock.epoch(), desk.runs.all()[0].id
    done: list[tuple[str, str, dict[str, Any]]] = [
        ("/api/alarms/ack", "ack", {"key": alarm[0]["key"]}),
        ("/api/alarms/shelve", "ack", {"key": alarm[1]["key"], "until": now + 600}),
        ("/api/acts", "act", {"asset": act["asset"], "state": "under_way", "crew": "É2", "version": act["version"]}),
        ("/api/facts", "fact", {"asset": "A-030", "state": "out", "caller": "riverain"}),
        ("/api/note", "note", {"text": "essai"}),
        ("/api/drafts", "draft", {"name": "Variante"}),
        ("/api/proposals", "propose", {"run": run, "decider": "C. Lenoir", "reason": "moins de noir"}),
        (f"/api/runs/{run}/approve", "approve", {"until": now + 3600, "reason": "lu"}),
        ("/api/reports", "report", {"sort": "log"}),
        ("/api/leave", "enter", {})]
    for path, what, said in done:
        assert seat.post(path, **said).status_code == 200, path
        mine = [row for row in desk.store.rows("SELECT * FROM event WHERE is_journal = 1") if row["what"] == what]
        assert mine, path
        assert mine[-1]["who"] == "R. Morel", path
