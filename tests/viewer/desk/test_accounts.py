"""Accounts, a stated proxy, and who ends whose session."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.viewer.desk.conftest import EVENING, Seat, placed
from tests.viewer.desk.test_browser import WIDE, Served, chromium, sat, shown
from tests.viewer.page_browser import Opened
from twin import cli
from twin.errors import InputError
from viewer.desk.accounts import Accounts
from viewer.desk.app import app_of
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import MOST_TRIES, Standing
from viewer.desk.server import name_of

__all__ = ["chromium"]

WORDS = "correct horse battery"


@pytest.fixture
def stranger(desk: Desk) -> Seat:
    desk.accounts.put("n.roux", name="N. Roux", standing=Standing.OPERATOR, password=WORDS)
    return Seat(desk, name="")


def test_a_login_and_its_password_open_the_desk_with_their_standing(stranger: Seat) -> None:
    assert stranger.post("/api/enter", login="n.roux", password=WORDS, duty="chef").json() == {
        "name": "N. Roux", "standing": "operator"}
    assert stranger.post("/api/note", text="bonsoir").status_code == 200
    assert stranger.get("/api/sessions").status_code == 403


@pytest.mark.parametrize(("login", "password"), [("n.roux", "wrong horse battery"), ("nobody", WORDS), ("", ""),
                                                 ("n.roux", ""), ("N.ROUX", WORDS)])
def test_a_wrong_one_of_either_is_refused_alike(stranger: Seat, login: str, password: str) -> None:
    refused = stranger.post("/api/enter", login=login, password=password, duty="")
    assert refused.status_code == 403
    assert "nobody's" in refused.json()["error"]
    assert stranger.get("/api/about").status_code == 401


def test_tries_are_counted_by_login_and_others_still_enter(stranger: Seat, desk: Desk) -> None:
    for _ in range(MOST_TRIES):
        assert stranger.post("/api/enter", login="x.unknown", password=WORDS, duty="").status_code == 403
    assert "too many" in stranger.post("/api/enter", login="x.unknown", password=WORDS, duty="").json()["error"]
    assert stranger.post("/api/enter", login="n.roux", password=WORDS, duty="").status_code == 200
    assert [line["body"] for line in Seat(desk).json("/api/journal")["lines"] if "refused" in line["body"]] == [
        {"refused": "x.unknown"}] * MOST_TRIES, "each refusal stands in the log"


def test_a_password_is_kept_as_a_digest_in_a_file_of_ones_own(stranger: Seat, desk: Desk) -> None:
    text = desk.accounts.file.read_text("utf-8")
    assert WORDS not in text
    assert json.loads(text)["n.roux"]["digest"].startswith("$argon2id$")
    assert stat.S_IMODE(desk.accounts.file.stat().st_mode) == 0o600
    assert stranger.get("/accounts.json").status_code == 404


def test_who_was_taken_away_enters_no_more(stranger: Seat, desk: Desk) -> None:
    desk.accounts.end("n.roux")
    assert stranger.post("/api/enter", login="n.roux", password=WORDS, duty="").status_code == 403


def test_an_administrator_sees_and_ends_sessions(stranger: Seat, desk: Desk) -> None:
    stranger.post("/api/enter", login="n.roux", password=WORDS, duty="")
    chief = Seat(desk, name="C. Lenoir", standing=Standing.ADMINISTRATOR)
    rows = chief.json("/api/sessions")["rows"]
    mine = next(row for row in rows if row["name"] == "N. Roux")
    assert chief.post("/api/sessions/end", session=mine["hash"]).status_code == 200
    assert stranger.get("/api/about").status_code == 401
    assert chief.post("/api/sessions/end", session=mine["hash"]).status_code == 422
    assert any(line["said"]["fr"] == "met fin à la session de N. Roux" for line in chief.json("/api/journal")["lines"])


@pytest.mark.parametrize(("login", "password", "told"), [
    ("N Roux", WORDS, "n.roux"), ("../x", WORDS, "n.roux"), ("n.roux", "short", "12 to 200"),
    ("n.roux", "a" * 20, "repeated"), ("n.roux", "n.roux and more", "login in it")])
def test_what_makes_no_account_is_refused(tmp_path: Path, login: str, password: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Accounts(tmp_path).put(login, name="N. Roux", standing=Standing.READER, password=password)
    assert not (tmp_path / "accounts.json").exists()


def test_a_spoilt_file_lets_nobody_in_and_is_said(stranger: Seat, desk: Desk) -> None:
    for text in ("[]", "{", '{"n.roux": {"name": "N. Roux"}}', '{"n.roux": 3}'):
        desk.accounts.file.write_text(text, encoding="utf-8")
        if text != "[]":
            with pytest.raises(InputError, match="accounts"):
                desk.accounts.listed()
        assert stranger.post("/api/enter", login="n.roux", password=WORDS, duty="").status_code == 403


def test_the_command_makes_lists_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORDS}\n"))
    assert cli.main(["account", str(tmp_path), "n.roux", "--name", "N. Roux", "--standing", "reader"]) == 0
    assert cli.main(["account", str(tmp_path), "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("["):]) == [{"login": "n.roux", "name": "N. Roux", "standing": "reader"}]
    assert cli.main(["account", str(tmp_path), "n.roux", "--end"]) == 0
    assert cli.main(["account", str(tmp_path), "n.roux", "--end"]) == 2
    assert cli.main(["account", str(tmp_path)]) == 0
    assert "No accounts" in capsys.readouterr().out


def test_behind_a_stated_proxy_the_name_is_known_and_the_cookie_goes_by_tls_alone(desk: Desk) -> None:
    client = TestClient(app_of(desk, [name_of("https://desk.town.example")], is_secure=True),
                        base_url="http://desk.town.example", headers={"x-twin-desk": "1", "origin": "http://desk.town.example"})
    entered = client.post("/api/enter", json={"key": desk.people.key(Standing.READER), "name": "R", "duty": ""},
                          headers={"origin": "https://desk.town.example", "sec-fetch-site": "same-origin"})
    assert entered.status_code == 200
    assert "secure" in entered.headers["set-cookie"].lower()
    assert client.get("/api/about", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://desk.town.example", "desk.town.example", "https://", "https://a/b",
                                    "https://user@a", "https://[", "https://a?x=1"])
def test_an_origin_without_tls_or_name_is_refused(origin: str) -> None:
    with pytest.raises(InputError, match="--origin"):
        name_of(origin)


@pytest.mark.browser
def test_a_colleague_enters_by_login_in_a_browser_and_the_chief_ends_it(chromium: Any, tmp_path: Path, town: Any
                                                                        ) -> None:
    placed(tmp_path)
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING))
    desk.accounts.put("n.roux", name="N. Roux", standing=Standing.OPERATOR, password=WORDS)
    one = Served(desk)
    page = Opened(chromium.new_context(viewport=WIDE, locale="fr-FR", reduced_motion="reduce").new_page())
    page.goto(f"{one.address}/enter")
    page.fill("#login", "n.roux")
    page.fill("#password", "not the right words")
    page.click("#login-form button")
    page.wait_for_selector("#enter-says:has-text('Identifiant ou mot de passe inconnu')")
    page.fill("#password", WORDS)
    page.click("#login-form button")
    page.wait_for_url("**/tonight")
    chief = sat(chromium, one, "C. Lenoir", standing=Standing.ADMINISTRATOR)
    shown(chief, one, "journal")
    chief.click("#sessions")
    chief.click("table.sessions tr:has-text('N. Roux') button")
    chief.wait_for_selector("table.sessions tr:has-text('N. Roux')", state="detached")
    page.reload()
    page.wait_for_url("**/enter")
    assert not page.is_visible("#enter-form")
    assert chief.errors == []
    one.close()
    desk.close()
    page.context.close()
    chief.context.close()
