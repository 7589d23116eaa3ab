"""A night at the desk in a real browser: two operators, keys, a call, a variant, approval, the wall, a cut; and axe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.page_browser import Opened
from tests.viewer.test_axe import violations
from viewer.desk.app import SCREENS, app_of
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1600, "height": 900}


#: What stands out of the window where the page is wider than it; a list that scrolls by itself is no fault.
CUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 80))"""


class Served:
    """A desk that answers on a port of this machine."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.app = desk, app_of(desk)
        config = uvicorn.Config(self.app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            self.thread.join(timeout=0.02)
        self.address = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self.app.state.stop.set()
        self.server.should_exit = True
        self.thread.join(timeout=10)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk")
    placed(folder)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    desk.look()
    one = Served(desk)
    yield one
    one.close()
    desk.close()


@pytest.fixture(scope="module")
def axe() -> Any:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    return sync.Axe()


@pytest.fixture(scope="module")
def chromium() -> Any:
    from tests.viewer import page_browser

    if not page_browser.CHROMIUM.exists():
        pytest.skip("no chromium at /usr/bin/chromium: apt-get install -y chromium")
    with page_browser.chromium() as browser:
        yield browser


def sat(chromium: Any, served: Served, name: str, *, standing: Standing = Standing.OPERATOR, lang: str = "fr",
        size: dict[str, int] = WIDE) -> Opened:
    """Open the desk as somebody, by a one-time address."""
    return entered(chromium, served.address, served.desk.people.key(standing), name, lang=lang, size=size)


def entered(chromium: Any, address: str, key: str, name: str, *, lang: str = "fr", size: dict[str, int] = WIDE
            ) -> Opened:
    """Open the desk at an address with a key."""
    context = chromium.new_context(viewport=size, locale=f"{lang}-{lang.upper()}", reduced_motion="reduce")
    page = Opened(context.new_page())
    page.goto(f"{address}/enter#{key}")
    page.fill("#name", name)
    page.click("#enter-form button")
    page.wait_for_url("**/tonight")
    page.wait_for_selector("body.ready")
    return page


def shown(page: Opened, served: Served, screen: str) -> None:
    page.goto(f"{served.address}/{screen}")
    page.wait_for_selector("body.ready")


@pytest.fixture(scope="module")
def operator(chromium: Any, served: Served) -> Iterator[Opened]:
    page = sat(chromium, served, "R. Morel")
    yield page
    page.context.close()


def test_the_key_stays_in_no_address(operator: Opened) -> None:
    assert not [url for url in operator.requests if "#" in url or "key=" in url]
    assert {url.split("/")[2].split(":")[0] for url in operator.requests if url.startswith("http")} == {"127.0.0.1"}


def test_an_alarm_is_acknowledged_by_keys_and_seen_by_the_other(chromium: Any, served: Served,
                                                               operator: Opened) -> None:
    shown(operator, served, "tonight")
    other = sat(chromium, served, "C. Lenoir", lang="en")
    key = operator.get_attribute("#alarm-list li", "data-key")
    operator.keyboard.press("a")
    operator.keyboard.press("Shift+A")
    other.wait_for_selector(f'#alarm-list li[data-key="{key}"].is-acked')
    assert "acknowledged by R. Morel" in other.inner_text(f'#alarm-list li[data-key="{key}"]')
    assert other.errors == []
    other.context.close()


def test_a_call_is_two_keys_away(served: Served, operator: Opened) -> None:
    shown(operator, served, "tonight")
    operator.keyboard.press("8")
    operator.wait_for_url("**/journal")
    operator.wait_for_selector("body.ready")
    operator.keyboard.press("f")
    operator.keyboard.type("A-030")
    operator.fill("#fact-caller", "équipe 2")
    operator.click("#fact-form button.main")
    operator.wait_for_selector("#fact-rows strong")
    assert "A-030" in operator.inner_text("#fact-rows")
    assert "équipe 2" in operator.inner_text("#fact-rows")
    assert "A-030 hors service" in operator.inner_text("#log-rows")


def test_a_variant_shows_its_outcome_and_undo_takes_it_back(served: Served, operator: Opened) -> None:
    shown(operator, served, "whatif")
    operator.wait_for_selector("#map[data-run]")
    assert operator.is_disabled("#show-variant"), "there is none yet"
    operator.click("#new-draft")
    operator.fill("#draft-name", "Coupure du P-02")
    operator.click("#sheet button.main")
    operator.wait_for_selector("#draft option", state="attached")
    operator.wait_for_selector(".add button:enabled")
    operator.keyboard.press("c")
    operator.fill("#line-asset", "P-02")
    operator.fill("#line-from", "18 h 30")
    operator.click("#line-form button.main")
    operator.wait_for_selector("#lines .sw")
    operator.wait_for_selector("#figures tr:nth-child(2) td:last-child:not(:text-is('='))")
    assert operator.inner_text("#result-ms")
    assert operator.is_disabled("#propose")
    assert "attendent le calcul de cette variante" in operator.inner_text("#steps-say")
    operator.click("#undo")
    operator.wait_for_selector("#lines .sw", state="detached")
    # A line that does not fit stays in the form, with what is wrong.
    operator.click(".add [data-sort=raise]")
    operator.fill("#line-asset", "A-999")
    operator.fill("#line-cm", "40")
    operator.click("#line-form button.main")
    operator.wait_for_selector("#line-form .says:has-text('A-999')")
    assert operator.input_value("#line-asset") == "A-999"


def test_what_was_approved_stands_on_the_wall(chromium: Any, served: Served, operator: Opened) -> None:
    wall = sat(chromium, served, "Mur", standing=Standing.READER)
    shown(wall, served, "wall")
    assert "Aucun calcul approuvé" in wall.inner_text("#wall-run")
    shown(operator, served, "tonight")
    operator.click("#approve")
    operator.fill("#approve-reason", "lu avec le gestionnaire")
    operator.click("#sheet button.main")
    wall.wait_for_selector("#wall-run:has-text('approuvé par R. Morel')")
    assert wall.query_selector_all("main button:visible") == []
    assert wall.errors == []
    wall.context.close()


# The phone is asked with every screen filled, in test_clicks; the whole sweep of both is `make verify`.
@pytest.mark.parametrize(("lang", "size"), [
    pytest.param("fr", WIDE, marks=pytest.mark.verify, id="fr-wide"),
    pytest.param("en", {"width": 1366, "height": 768}, id="en-1366"),
    pytest.param("fr", PHONE, marks=pytest.mark.verify, id="fr-phone")])
def test_every_screen_under_axe(axe: Any, chromium: Any, served: Served, lang: str, size: dict[str, int]) -> None:
    page = sat(chromium, served, "R. Morel", lang=lang, size=size)
    for screen in SCREENS:
        shown(page, served, screen)
        assert page.evaluate(CUT) == [], f"{screen} is cut at the side"
        assert violations(axe, page) == [], screen
    assert page.errors == []
    page.context.close()


def test_a_lost_connection_greys_the_screen_and_stops_what_would_change_it(chromium: Any, tmp_path: Path, town: Any
                                                                          ) -> None:
    placed(tmp_path)
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING))
    desk.look()
    one = Served(desk)
    page = sat(chromium, one, "R. Morel")
    page.clock.install()
    page.reload()
    page.wait_for_selector("body.ready")
    page.clock.run_for(2000)
    assert not page.is_visible("#lost")
    one.close()
    page.clock.run_for(45_000)
    page.wait_for_selector("body.lost #lost")
    assert page.is_disabled("#alarm-list button.ack")
    assert "CONNEXION PERDUE" in page.inner_text("#strip-data")
    page.context.close()
    desk.close()


def test_an_answer_that_was_cut_off_on_its_way_is_told_and_asked_again(chromium: Any, served: Served) -> None:
    page = sat(chromium, served, "R. Morel")
    page.goto(f"{served.address}/journal")
    page.route("**/api/runs/*/config", lambda route: route.fulfill(
        status=200, content_type="application/json", body='{"duration": 86400, "nig'))
    shown(page, served, "tonight")
    page.wait_for_selector('#map .drawing[data-t="map_failed"]')
    page.unroute("**/api/runs/*/config")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#map[data-run]:not([data-run=''])")
    assert page.errors == []
    page.context.close()


def test_a_list_that_did_not_reach_is_no_fault_of_the_page_and_is_asked_again(chromium: Any, served: Served) -> None:
    page = sat(chromium, served, "R. Morel")
    asked = []

    def cut(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
        else:
            route.fulfill(status=200, content_type="application/json", body='{"lines": [{"at": 17953')

    page.route("**/api/journal", cut)
    shown(page, served, "journal")
    page.wait_for_function("() => twinPage.log?.lines.length > 0")
    assert len(asked) > 1
    assert page.errors == []
    page.context.close()


def test_a_line_that_is_cut_without_a_word_is_noticed_by_its_silence(chromium: Any, served: Served) -> None:
    page = sat(chromium, served, "R. Morel")
    page.clock.install()
    page.reload()
    page.wait_for_selector("body.ready")
    page.wait_for_function("() => twinPage.frame.stream.goneAt === 0")
    page.clock.run_for(34_000)
    assert not page.is_visible("#lost"), "quiet is no loss"
    page.clock.run_for(3_000)
    assert page.evaluate("twinPage.frame.stream.source.readyState") == 1, "the browser takes it for open"
    page.wait_for_selector("body.lost #lost")
    page.evaluate("twinPage.frame.stream.source.dispatchEvent(new MessageEvent('ping'))")
    page.clock.run_for(1_000)
    page.wait_for_selector("body:not(.lost)")
    page.context.close()
