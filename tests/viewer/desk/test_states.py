"""Every screen in every state, in a real browser: what must be read there, and that nothing stale passes as current.

The same table stands in ``docs/desk.md``. The strip above every screen but the wall says of the run in force that it is
out of date, and of the one that is computed, or that ended badly, that it is so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scenarios.load import shipped
from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import Served, chromium, sat  # noqa: F401
from tests.viewer.page_browser import Opened
from twin.errors import InputError
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.queue import _Going
from viewer.desk.rankings import Study, _key
from viewer.desk.reports import Reports
from viewer.desk.requests import request_of
from viewer.desk.runs import FAILED, RUNNING

pytestmark = pytest.mark.browser

#: When the night of the run is over, and its validity.
LATER = EVENING + timedelta(hours=34)
SCREENS = ("tonight", "likely", "whatif", "compare", "crews", "protect", "runs", "sources", "reports", "wall")
#: What is read where, by screen and state: places on the screen, each with a text that must stand in it.
READ: dict[str, dict[str, dict[str, str]]] = {
    "empty": {
        "tonight": {"#counts": "Aucun calcul", "#alarm-list": "Aucune alarme active", "#act-rows": "Aucun acte",
                    "#river-level": "pas encore de lecture", "#map": "Pas de carte",
                    "#site-rows": "Aucun calcul", "#strip-act": "aucun calcul ne dit quoi faire"},
        "likely": {"#likely-empty": "Aucun calcul", "#likely-sites": "", "#figure-lines": "Rien à compter"},
        "whatif": {"#whatif-empty, #lines, main": "une variante part d’un calcul",
                   "#steps-say": "attendent une variante"},
        "compare": {"#verdict": "Aucun calcul", "#better": "Il faut deux calculs", "#worse": "Il faut deux calculs",
                    "#bring-says": "Il faut deux calculs"},
        "crews": {"#crews-empty": "Aucun calcul"},
        "protect": {"#rank-state": "Aucun calcul", "#rank-rows": "Aucun calcul", "#detail-says": "Choisissez",
                    "#plan-says": "Pas encore calculé"},
        "runs": {"#run-rows": "Aucun calcul cette nuit", "#queue-rows": "Rien en file"},
        "sources": {"#sources": "Aucune source"},
        "reports": {"#run-says": "Aucun calcul", "main": "Rien n’est encore sorti"},
        "wall": {"#wall-run": "Aucun calcul approuvé", "#act-rows": "aucun calcul approuvé"}},
    "stale": {
        "tonight": {"#strip-run": "PÉRIMÉ", "#counts": "rien de ce qui suit ne vaut pour maintenant",
                    "#site-rows": "rien de ce qui suit ne vaut pour maintenant",
                    "#river-read": "pas de donnée depuis", "#act-rows": "Aucun acte"},
        "likely": {"#strip-run": "PÉRIMÉ"}, "whatif": {"#strip-run": "PÉRIMÉ"}, "compare": {"#strip-run": "PÉRIMÉ"},
        "crews": {"#strip-run": "PÉRIMÉ"}, "protect": {"#strip-run": "PÉRIMÉ"},
        "runs": {"#strip-run": "PÉRIMÉ", "#run-rows": "périmé"},
        "sources": {"#source-rows": "pas de donnée", "#strip-data": "pas de donnée"},
        "reports": {"#strip-run": "PÉRIMÉ"},
        "wall": {"#wall-run": "Aucun calcul approuvé"}},
    "disconnected": {
        **{one: {"#lost": "Connexion perdue depuis", "#strip-data": "CONNEXION PERDUE"} for one in SCREENS[:-1]},
        "wall": {"#lost": "Connexion perdue depuis"}},
    "running": {
        **{one: {"#strip-run": "n° 3 en cours 40"}
           for one in ("tonight", "whatif", "compare", "crews", "reports")},
        "likely": {"#likely-going": "n° 2 · 20 nuits", "#likely-going .going": "7 %", "#strip-run": "n° 3 en cours 40"},
        "protect": {"#rank-state": "Classement en cours", "#compute": "Arrêter", "#strip-run": "n° 3 en cours 40"},
        "runs": {"#queue-rows": "40", "#strip-run": "n° 3 en cours 40"},
        "sources": {"#strip-run": "n° 3 en cours 40"},
        "wall": {"#wall-run": "Aucun calcul approuvé"}},
    "failed": {
        **{one: {"#strip-run": "n° 3 échoué"}
           for one in ("tonight", "whatif", "compare", "crews", "reports", "sources")},
        "likely": {"#likely-going": "n° 2 · 20 nuits : échoué. Le programme dit : uncertainty: rien à tirer",
                   "#strip-run": "n° 3 échoué"},
        "protect": {"#rank-state": "Classement échoué : no such thing", "#rank-rows": "no such thing",
                    "#compute": "Calculer le classement"},
        "runs": {"#run-rows": "la crue manque", "#strip-run": "n° 3 échoué"},
        "wall": {"#wall-run": "Aucun calcul approuvé"}}}


@dataclass(frozen=True)
class Night:
    """A desk in one state, served, and somebody at it."""

    served: Served
    page: Opened


def reading(desk: Desk, at: datetime) -> None:
    body = [{"series": "pont-neuf", "what": "level", "unit": "m", "value": 3.2, "observed": at.isoformat()}]
    assert desk.sources.take(json.dumps(body).encode(), source="station", sort="inbox")["rejected"] == []


def empty(folder: Path) -> tuple[datetime, Callable[[Desk], None]]:
    return EVENING, lambda desk: None


def stale(folder: Path) -> tuple[datetime, Callable[[Desk], None]]:
    """The run was approved and its time is over; the station is silent for hours."""
    run = placed(folder)

    def then(desk: Desk) -> None:
        person = desk.people.enter(desk.people.key(Standing.OPERATOR), name="R. Morel", duty="")[1]
        began = int(EVENING.timestamp())
        desk.approvals.approve(desk.runs.get(run), person, until=began + 3600, reason="lu", now=began)
        reading(desk, LATER - timedelta(hours=3))

    return LATER, then


def disconnected(folder: Path) -> tuple[datetime, Callable[[Desk], None]]:
    placed(folder)
    return EVENING, lambda desk: reading(desk, EVENING - timedelta(minutes=5))


def running(folder: Path) -> tuple[datetime, Callable[[Desk], None]]:
    placed(folder)

    def then(desk: Desk) -> None:
        nights, entry = asked(desk, nights=20), asked(desk)
        for one, done in ((nights, 7), (entry, 40)):
            desk.runs.change(one, state=RUNNING)
            going = _Going.__new__(_Going)
            going.progress = {"stage": "water", "doing": "water", "done": done, "of": 100, "seconds_left": 12}
            desk.queue._going[one] = going
        study(desk).state = "running"

    return EVENING, then


def failed(folder: Path) -> tuple[datetime, Callable[[Desk], None]]:
    placed(folder)

    def then(desk: Desk) -> None:
        desk.runs.change(asked(desk, nights=20), state=FAILED, error="uncertainty: rien à tirer")
        desk.runs.change(asked(desk), state=FAILED, error="flood: la crue manque")
        one = study(desk)
        one.state, one.error = "failed", "no such thing"

    return EVENING, then


def asked(desk: Desk, *, nights: int = 0) -> str:
    """Ask for a run, or for nights, that the queue does not begin."""
    file = shipped()["ouche-q100-ensemble" if nights else "ouche-q100"]
    entry, is_new = desk.runs.ask(request_of(file, city="valmont", nights=nights), by="N. Roux",
                                  at=desk.clock.epoch())
    assert is_new
    return entry.id


def study(desk: Desk) -> Study:
    """Put a ranking of the run in force there."""
    shown = desk.night().shown
    assert shown is not None
    key = _key(shown, "sites")
    desk.rankings._kept[key] = one = Study(key, shown.entry.id, "sites", "N. Roux", desk.clock.epoch())
    return one


STATES = {"empty": empty, "stale": stale, "plain": disconnected, "running": running, "failed": failed}


@pytest.fixture(scope="module")
def nights(chromium: Any, tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Callable[[str], Night]]:  # noqa: F811
    made: dict[str, Night] = {}

    def night(state: str) -> Night:
        if state not in made:
            folder = tmp_path_factory.mktemp(state)
            moment, then = STATES[state](folder)
            desk = Desk(folder, "valmont", town, DeskClock.set_to(moment))
            then(desk)
            desk.look()
            served = Served(desk)
            page = sat(chromium, served, "R. Morel")
            made[state] = Night(served, page)
        return made[state]

    yield night
    for one in made.values():
        one.page.context.close()
        one.served.desk.queue._going.clear()
        one.served.close()
        one.served.desk.close()


def said(page: Opened, place: str) -> str:
    return " ".join(page.locator(place).first.inner_text().replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("state", [one for one in STATES if one != "plain"])
def test_every_screen_says_its_state(nights: Callable[[str], Night], screen: str, state: str) -> None:
    night = nights(state)
    page = night.page
    page.goto(f"{night.served.address}/{'runs' if screen == 'sources' else screen}")
    page.wait_for_selector("body.ready")
    page.wait_for_function(READS, arg=[[place, text] for place, text in READ[state][screen].items()])
    if (state, screen) == ("empty", "tonight"):
        assert page.locator("#flag:visible, #time:visible").count() == 0, "no slider of a run that is not there"
        assert page.locator(".transport button:enabled").count() == 0
    if (state, screen) == ("empty", "whatif"):
        for one in ("#new-draft:enabled", "#to-compare:enabled", "#propose:enabled", "#draft-tag:visible"):
            assert page.locator(one).count() == 0, one
        assert page.locator(".seg [aria-pressed=true]").all_inner_texts() == ["Base"], "no variant is shown as one"
    if state == "stale" and screen != "wall":
        assert "APPROUVÉ" not in said(page, "#strip-run"), "what is over is not told as approved"
        assert page.evaluate("getComputedStyle(document.querySelector('#strip-run b')).textDecorationLine"
                             ) == "line-through"
    if screen == "wall":
        assert "Calcul n° 1" not in said(page, "#wall-run"), "the wall shows no run that is not approved now"
        assert page.locator("main button:visible").count() == 0
    assert page.errors == []


def test_a_report_that_fails_says_why_where_it_was_asked(nights: Callable[[str], Night],
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise InputError(field="reports", found="a full disk", expected="room for the file")

    monkeypatch.setattr(Reports, "make", full)
    night = nights("plain")
    page = night.page
    page.goto(f"{night.served.address}/reports")
    page.wait_for_selector("body.ready")
    page.click("#inside [data-sort=situation]")
    page.wait_for_selector("#inside li:has([data-sort=situation]) .stale")
    row = said(page, "#inside li:has([data-sort=situation])")
    assert "Refusé : " in row
    assert "un disque plein" in row
    assert page.is_enabled("#inside [data-sort=situation]"), "it can be asked for again"
    monkeypatch.undo()
    page.click("#inside [data-sort=situation]")
    page.wait_for_selector("#report-says a")
    assert page.locator("#inside .stale").count() == 0


#: Whether every place has its text: read as people read it, spaces of all sorts as one.
READS = """(wanted) => wanted.every(([place, text]) => [...document.querySelectorAll(place)].some((one) =>
  one.checkVisibility() && one.innerText.replace(/\\s+/g, ' ').includes(text.replace(/\\s+/g, ' '))) || !text)"""


@pytest.fixture(scope="module")
def cut(chromium: Any, tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[dict[str, Opened]]:  # noqa: F811
    """Give every screen, open beside each other, three quarters of a minute after their desk went."""
    folder = tmp_path_factory.mktemp("cut")
    moment, then = disconnected(folder)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(moment))
    then(desk)
    desk.look()
    served, pages = Served(desk), {}
    for screen in SCREENS:
        page = sat(chromium, served, "R. Morel")
        page.clock.install()
        page.goto(f"{served.address}/{'runs' if screen == 'sources' else screen}")
        page.wait_for_selector("body.ready")
        page.clock.run_for(2000)
        assert not page.is_visible("#lost")
        pages[screen] = page
    served.close()
    for page in pages.values():
        page.clock.run_for(45_000)
    yield pages
    for page in pages.values():
        page.context.close()
    desk.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_says_that_its_connection_is_lost(cut: dict[str, Opened], screen: str) -> None:
    page = cut[screen]
    page.wait_for_selector("body.lost #lost:not([hidden])")
    for place, text in READ["disconnected"][screen].items():
        assert text in said(page, place)
    if screen != "wall":
        # What is written anew meanwhile rests as well.
        for lang in ("en", "fr"):
            page.click(f"[data-lang={lang}]")
    left = page.evaluate("""() => [...document.querySelectorAll('button.writes, .writes button, button.ack, '
        + '.writes input[type=file], #alarm-list .two button, #act-rows td button:not(.plain)')]
        .filter((one) => one.checkVisibility() && !one.disabled)
        .map((one) => one.outerHTML.slice(0, 80))""")
    assert left == [], "nothing that would change something can be pressed"
