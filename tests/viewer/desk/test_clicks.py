"""The screens beside the night, clicked through in a browser: protect, crews, reports, runs, likely; keys; axe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geodata.run.folder import read_run
from scenarios import run_scenario
from scenarios.load import shipped
from tests.nights import twenty_nights
from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import CUT, PHONE, Served, axe, chromium, sat, shown  # noqa: F401 - fixtures
from tests.viewer.desk.test_crews import CREWS
from tests.viewer.page_browser import Opened
from tests.viewer.test_axe import violations
from viewer.desk.app import SCREENS
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.reports import SORTS
from viewer.desk.requests import request_of

pytestmark = pytest.mark.browser

NIGHTS = 20


def put(desk: Path, folder: Path, file: Path, number: int, **more: Any) -> None:
    """Put a run, or an ensemble, into a desk's folder as the desk leaves one."""
    asked = request_of(file, city="valmont", nights=int(more.get("nights", 0)))
    shutil.copytree(folder, desk / "runs" / asked.id)
    (desk / "runs" / f"{asked.id}.json").write_text(json.dumps({
        "id": asked.id, "number": number, "name": asked.name, "state": "running", "scenario": str(file),
        "by": "N. Roux", "asked_at": 1795360000 + number, "started_at": 1795360001, **more}), encoding="utf-8")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Served]:
    """A desk with a ten-year night, the same with crews, and twenty nights of the hundred-year flood."""
    made, folder = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("clicks")
    source = shipped()["ouche-q10"]
    text = source.read_text("utf-8").split("expect:")[0]
    text = text.replace("ouche-q10.csv", str(source.with_name("ouche-q10.csv")))
    crewed = made / "crews.scenario.yaml"
    crewed.write_text(text + CREWS, encoding="utf-8")
    read_run(run_scenario(crewed).write(made / "crewed"))
    nights = shipped()["ouche-q100-ensemble"]
    placed(folder)
    put(folder, twenty_nights(), nights, 2, nights=NIGHTS)
    put(folder, made / "crewed", crewed, 3)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    desk.look()
    one = Served(desk)
    yield one
    one.close()
    desk.close()


@pytest.fixture(scope="module")
def page(chromium: Any, served: Served) -> Iterator[Opened]:  # noqa: F811
    opened = sat(chromium, served, "R. Morel")
    yield opened
    assert opened.errors == []
    opened.context.close()


def first_night(page: Opened) -> None:
    """Choose the night without crews in the list of runs."""
    named = page.locator("#run option").all_inner_texts()
    page.select_option("#run", label=next(text for text in named if text.startswith("n° 1 ")))


def test_protect_is_computed_sorted_and_tried_in_a_variant(page: Opened, served: Served) -> None:
    shown(page, served, "protect")
    first_night(page)
    page.wait_for_selector("#compute:enabled")
    page.click("#compute")
    page.wait_for_selector("#rank-rows tr[data-asset]", timeout=120_000)
    by_sites = page.locator("#rank-rows tr").evaluate_all("rows => rows.map((row) => row.dataset.asset)")
    assert page.inner_text("#detail-says"), "the first of the list is told at once"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("#rank-rows tr.sel", "data-asset")
    assert chosen in by_sites[1:3]
    page.click("#objective [data-by=lamps]")
    page.wait_for_selector("#compute:visible:enabled")
    page.click("#compute")
    page.wait_for_selector("#rank-rows tr[data-asset]", timeout=120_000)
    by_lamps = page.locator("#rank-rows tr").evaluate_all("rows => rows.map((row) => row.dataset.asset)")
    assert sorted(by_lamps) == sorted(by_sites)
    assert page.get_attribute("#objective [data-by=lamps]", "aria-pressed") == "true"
    page.click("#detail-try .add-line")
    page.wait_for_selector("#rank-says a")
    page.click("#rank-says a")
    page.wait_for_url("**/whatif#*")
    page.wait_for_selector("#lines .sw")
    assert by_lamps[0] in page.inner_text("#lines")
    page.wait_for_selector("#figures tr")
    page.wait_for_selector("#map[data-run]")
    page.click("#show-difference")
    page.wait_for_selector("#show-difference[aria-pressed=true]")
    assert "de moins" in page.inner_text("#map-at")


def test_crews_have_bars_a_table_and_a_csv(page: Opened, served: Served) -> None:
    shown(page, served, "crews")
    page.wait_for_selector("#crew-rows li")
    assert page.locator("#crew-rows .crew-bar").count() == 2
    assert page.locator("#crew-rows .crew-bar rect").count() > 4
    page.wait_for_selector("#map[data-run]")
    page.evaluate("twinPage.timeline.player.to(13 * 3600)")
    page.wait_for_selector("#job-rows tr td:nth-child(3) b")
    assert "réparation" in page.inner_text("#jobs-n")
    with page.expect_download() as told:
        page.click("#crews-csv")
    head, *rows = Path(told.value.path()).read_text("utf-8-sig").splitlines()
    assert head.startswith("crew,asset_id")
    assert rows
    first_night(page)
    page.wait_for_selector("#crews-empty:visible")
    assert page.inner_text("#decide-says"), "no heading stands empty"
    assert page.is_hidden("#crews-csv")


def test_a_comparison_is_brought_to_who_decides_and_answered(page: Opened, served: Served) -> None:
    numbers = {entry.number: entry.id for entry in served.desk.runs.all()}
    shown(page, served, f"compare#{numbers[1]}-{numbers[3]}")
    page.wait_for_selector("#bring:enabled")
    page.click("#bring")
    page.wait_for_selector("#deciders option", state="attached")
    page.fill("#decider", "C. Lenoir")
    page.fill("#bring-reason", "les équipes arrivent à temps")
    page.click("#sheet button.main")
    page.wait_for_selector("#bring-says:has-text('C. Lenoir')")
    assert page.is_disabled("#bring"), "it waits for an answer"
    page.wait_for_selector("#strip-run:has-text('attend la décision de C. Lenoir')")
    page.click("#strip-run")
    page.wait_for_url(f"**/runs#{numbers[3]}")
    page.click(".tool button:has-text('Ne pas retenir')")
    page.fill("#decline-reason", "trop tard")
    page.click("#sheet button.main")
    page.wait_for_selector("#run-rows:has-text('non retenu par R. Morel'):has-text('trop tard')")
    shown(page, served, f"compare#{numbers[1]}-{numbers[3]}")
    page.wait_for_selector("#bring:enabled")


def test_each_report_is_made_and_downloaded(page: Opened, served: Served) -> None:
    shown(page, served, "runs")
    row = page.locator("#run-rows tr").last
    row.locator("button.plain").first.click()
    page.click(".tool button:has-text('Approuver')")
    page.fill("#approve-reason", "lu avec le gestionnaire")
    page.click("#sheet button.main")
    page.wait_for_selector("#run-rows .app")
    shown(page, served, "reports")
    # An all-clear is refused for a night that is none, crew sheets for a night without crews.
    for sort in (name for name in SORTS if name not in ("all_clear", "sheets")):
        before = page.locator("#made-rows tr a").count()
        page.click(f"[data-sort={sort}]")
        page.wait_for_function("n => document.querySelectorAll('#made-rows tr a').length > n", arg=before,
                               timeout=90_000)
        with page.expect_download() as told:
            page.click("#made-rows tr:first-child a")
        assert Path(told.value.path()).stat().st_size > 100, sort
        assert told.value.suggested_filename.endswith(next(iter(SORTS[sort].forms.values()))), sort
    crewed = next(text for text in page.locator("#run option").all_inner_texts() if text.startswith("n° 3 "))
    page.select_option("#run", label=crewed)
    before = page.locator("#made-rows tr a").count()
    page.click("[data-sort=sheets]")
    page.wait_for_function("n => document.querySelectorAll('#made-rows tr a').length > n", arg=before, timeout=90_000)
    with page.expect_download() as told:
        page.click("#made-rows tr:first-child a")
    assert told.value.suggested_filename.endswith("sheets.zip")
    assert page.is_disabled("[data-sort=all_clear]"), "that run is not the approved one"


def test_a_scenario_is_brought_and_nights_of_a_run_are_asked_for(page: Opened, served: Served, tmp_path: Path) -> None:
    shown(page, served, "runs")
    file = tmp_path / "nuit-sèche.scenario.yaml"
    file.write_text("scenario: Nuit sèche\ncity: valmont\nstart: 2026-11-22T16:00+01:00\nduration: 2h\nstep: 5min\n"
                    "status: exercise\nseed: 1\n", encoding="utf-8")
    page.set_input_files("#scenario-file", file)
    page.wait_for_selector("#scenario option[value=nuit-seche]", state="attached")
    page.click("#run-rows tr:has-text('20 nuits') button.plain")
    page.wait_for_selector(".tool a[href^='/likely#']")
    page.click(".tool a[href^='/likely#']")
    page.wait_for_selector("#likely-told .big")
    page.fill("#likely-asset", "S-03")
    page.fill("#likely-until", "23:00")
    page.keyboard.press("Enter")
    page.wait_for_selector("#likely-told h2:has-text('S-03')")
    assert "sur 10" in page.inner_text("#likely-told")
    assert "nuits" in page.inner_text("#likely-told")
    assert page.inner_text("#legend").count("sur 4") == 3, "three words"
    page.click("#draw")
    page.wait_for_selector("#nights-level_cm")
    page.fill("#nights-nights", "5")
    page.click("#sheet button.main")
    page.wait_for_selector("#sheet .says:has-text('Refusé')")
    assert page.input_value("#nights-nights") == "5", "nothing typed is lost"
    page.keyboard.press("Escape")
    page.wait_for_selector("#sheet", state="hidden")
    page.errors.clear()


def test_keys_alone_lead_through_every_screen(page: Opened, served: Served) -> None:
    shown(page, served, "tonight")
    for key, screen in (("2", "likely"), ("3", "whatif"), ("4", "compare"), ("5", "crews"), ("6", "protect"),
                        ("7", "runs"), ("8", "journal"), ("0", "reports")):
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement?.blur()")
        page.keyboard.press(key)
        page.wait_for_url(f"**/{screen}*")
        page.wait_for_selector("body.ready")
        page.keyboard.press("F6")
        assert page.evaluate("document.activeElement.tagName") == "SECTION", screen
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body"), screen
    # A report by phone: two keys from anywhere, then what was said.
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("8")
    page.wait_for_url("**/journal*")
    page.wait_for_selector("body.ready")
    page.keyboard.press("f")
    page.keyboard.type("A-031")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("riverain")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fact-rows strong:has-text('A-031')")


# English on a wide screen is asked of every screen in test_browser; filled it is `make verify`.
@pytest.mark.parametrize(("lang", "size"), [
    pytest.param("fr", PHONE, id="fr-phone"),
    pytest.param("en", {"width": 1366, "height": 768}, marks=pytest.mark.verify, id="en-1366")])
def test_filled_screens_under_axe(axe: Any, chromium: Any, served: Served, lang: str,  # noqa: F811
                                  size: dict[str, int]) -> None:
    opened = sat(chromium, served, "R. Morel", lang=lang, size=size)
    for screen, filled in (("tonight", "#alarm-list li"), ("likely", "#likely-told .big"), ("crews", "#crew-rows li"),
                           ("protect", "#rank-title"), ("runs", "#run-rows tr button"), ("compare", "#figures tr"),
                           ("reports", "#inside li"), ("whatif", "#map[data-run]")):
        shown(opened, served, screen)
        opened.wait_for_selector(filled)
        assert opened.evaluate(CUT) == [], f"{screen} is cut at the side"
        assert violations(axe, opened) == [], screen
    assert opened.errors == []
    opened.context.close()


def test_every_screen_of_an_empty_desk_says_what_is_not_there(chromium: Any, tmp_path: Path, town: Any) -> None:  # noqa: F811
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING))
    one = Served(desk)
    opened = sat(chromium, one, "R. Morel")
    for screen in SCREENS:
        shown(opened, one, screen)
        opened.wait_for_selector(".empty:visible, .none:visible, #verdict:not(:empty)")
        said = opened.locator(".empty:visible, .none:visible, #verdict").all_inner_texts()
        assert any(len(text.strip()) > 8 for text in said), screen
        headings = opened.locator("main h2:visible").all_inner_texts()
        assert screen == "compare" or len(headings) > 1, "headings stay"
    assert opened.errors == []
    opened.context.close()
    one.close()
    desk.close()


def test_without_an_answer_every_screen_says_so_and_changes_nothing(page: Opened, served: Served) -> None:
    for screen in SCREENS:
        shown(page, served, screen)
        page.wait_for_timeout(300)
        page.evaluate("() => { const {frame} = twinPage; frame.stream.stop(); frame.closedAt = Date.now() - 60000;"
                      " frame.connection(); }")
        assert "Connexion perdue" in page.inner_text("#lost"), screen
        able = page.locator(":is(button.writes, .writes button, button.ack):visible:enabled").count()
        assert able == 0, screen
        page.evaluate("() => { const {frame} = twinPage; frame.stream.begin(frame.stream.last); }")
        page.wait_for_selector("#lost", state="hidden")
    assert page.locator("[data-held]").count() == 0
