"""Decisions in the screen: a run approved and taken back, closures taken, the river followed; each by its buttons."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.load import shipped
from tests.viewer.desk.conftest import Seat
from tests.viewer.desk.test_browser import Served, chromium, sat, served, shown  # noqa: F401 - fixtures
from tests.viewer.desk.test_closures import START, closed
from tests.viewer.page_browser import Opened
from viewer.desk.people import Standing

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Any, served: Served) -> Any:  # noqa: F811
    opened = sat(chromium, served, "R. Morel")
    yield opened
    assert opened.errors == []
    opened.context.close()


@pytest.fixture
def reader(chromium: Any, served: Served) -> Any:  # noqa: F811
    opened = sat(chromium, served, "Mur", standing=Standing.READER, lang="en")
    yield opened
    assert opened.errors == []
    opened.context.close()


def approved(page: Opened, served: Served) -> str:  # noqa: F811
    """Approve the run that tonight shows, by keys; give it."""
    shown(page, served, "tonight")
    page.wait_for_selector("#approve:visible")
    page.keyboard.press("v")
    page.keyboard.type("lu avec le gestionnaire")
    page.keyboard.press("Enter")
    page.wait_for_selector("#withdraw:visible")
    return str(served.desk.runs.all()[0].id)


def test_an_approval_counts_down_and_is_taken_back_with_a_reason(page: Opened, reader: Opened,
                                                                 served: Served) -> None:  # noqa: F811
    run = approved(page, served)
    assert "encore 4 h" in page.inner_text("#strip-run").replace("\u00a0", " ")
    row = Seat(served.desk).post("/api/reports", sort="residents", lang="fr", released_by="C. Lenoir").json()
    shown(reader, served, "tonight")
    assert not reader.is_visible("#withdraw"), "a reader sees it and changes nothing"
    reader.keyboard.press("v")
    assert not reader.is_visible("#sheet")
    shown(reader, served, "wall")
    assert "left" in reader.inner_text("#wall-run")
    page.click("#withdraw")
    page.keyboard.press("Tab")
    page.click("#sheet button.main")
    assert page.is_visible("#sheet"), "without a reason nothing is taken back"
    page.fill("#withdraw-reason", "échelle lue de travers")
    page.check("#withdraw-sure")
    page.click("#sheet button.main")
    page.wait_for_selector("#approve:visible")
    assert "retirée" in page.inner_text("#strip-run")
    reader.wait_for_selector("#wall-run:has-text('withdrawn at')")
    shown(page, served, "runs")
    page.wait_for_selector(f'[data-run="{run}"]:has-text("échelle lue de travers")')
    assert "retiré" in page.inner_text(f'[data-run="{run}"] .stt')
    assert "retire l’approbation du calcul n° 1" in page.inner_text("#log-rows").replace("\u00a0", " ")
    shown(page, served, "reports")
    assert "approbation retirée" in page.inner_text("#made-rows .gone")
    file = Seat(served.desk).get(f"/api/reports/{row['id']}")
    assert "n’est plus valable" in file.text
    assert "-withdrawn.html" in file.headers["content-disposition"]


def test_what_was_open_says_since_when_it_no_longer_holds(page: Opened, served: Served) -> None:  # noqa: F811
    from viewer.desk.open_data import OpenData

    data, run = OpenData(), approved(page, served)
    assert "since" not in json.loads(data.document(served.desk, "streets.geojson") or b"")["about"]
    seat = Seat(served.desk)
    assert seat.post(f"/api/runs/{run}/withdraw").status_code == 422, "a reason is asked for"
    assert seat.post(f"/api/runs/{run}/withdraw", reason="faux").status_code == 200
    about = json.loads(data.document(served.desk, "streets.geojson") or b"")["about"]
    assert (about["status"], set(about)) == ("withdrawn", {"status", "since"}), "who and why stay inside"


def test_a_closure_is_taken_left_and_undone_and_the_next_run_says_it(page: Opened, reader: Opened,
                                                                    served: Served) -> None:  # noqa: F811
    street = str(next(name for name in served.desk.city_file.context["street"].name if name))
    closed(served.desk, street, take=False, begins=START, ends=START + 12 * 3600)
    shown(page, served, "tonight")
    page.wait_for_selector("#closures:has-text('1 à décider')")
    page.wait_for_selector("#map[data-run]")
    assert page.evaluate("twinPage.map.drawings.lines.every((line) => line.isDraft)")
    page.keyboard.press("o")
    page.click("#sheet [data-answer=take]")
    page.wait_for_selector("#sheet li:has-text('prise par R. Morel')")
    assert "dans le prochain calcul" in page.inner_text("#sheet")
    assert page.evaluate("document.activeElement.dataset.answer") == "take", "the focus stays where it was"
    assert page.evaluate("twinPage.map.drawings.lines.every((line) => !line.isDraft)")
    page.click("#sheet [data-answer=undo]")
    page.wait_for_selector("#sheet li:has-text('à décider')")
    page.click("#sheet [data-answer=leave]")
    page.wait_for_selector("#sheet li:has-text('laissée par')")
    assert page.evaluate("twinPage.map.drawings.lines.length") == 0
    shown(reader, served, "runs")
    reader.wait_for_selector("#closures li:has-text('left out by R. Morel')")
    assert reader.locator("#closures [data-answer]").count() == 0
    shown(page, served, "runs")
    page.click("#closures [data-answer=take]")
    page.wait_for_selector("#closures li:has-text('prise par')")
    page.select_option("#scenario", "ouche-q10")
    page.click("#start-form button.main")
    page.wait_for_selector(f"#runs-says:has-text('{street}')")
    number = served.desk.runs.all()[0].number
    page.wait_for_selector("#run-rows tr:has-text('compte 1 fermeture annoncée')", timeout=180_000)
    assert served.desk.runs.all()[0].closures == [street]
    assert "prend en compte la fermeture" in page.inner_text("#log-rows")
    shown(page, served, "tonight")
    page.keyboard.press("o")
    assert f"dans le calcul n° {number}" in page.inner_text("#sheet").replace("\u00a0", " ")


def test_a_river_that_leaves_the_run_is_followed_by_a_person_or_by_the_desk(page: Opened, reader: Opened,
                                                                           served: Served) -> None:  # noqa: F811
    desk = served.desk
    night, now = desk.night().latest, desk.clock.epoch()
    assert night is not None
    curve = night.curves[0]
    for ago in range(60, -1, -5):
        at = now - 60 * ago
        value = float(np.interp(at - night.start, curve.times_s, curve.level_m)) + 0.22
        desk.sources.take(json.dumps([{"series": curve.gauge, "what": "level", "unit": "m", "value": round(value, 3),
                                       "observed": datetime.fromtimestamp(at, UTC).isoformat()}]).encode(),
                          source="gauge", sort="inbox")
    shown(page, served, "tonight")
    page.wait_for_selector("#rerun-state:has-text('22 cm au-dessus')")
    page.keyboard.press("n")
    page.wait_for_selector(".rerun-chart .held-line")
    page.wait_for_selector(".rerun-chart .curve.water")
    assert "Pointe" in page.inner_text("#sheet")
    assert "rien d’autre en file" in page.inner_text("#sheet")
    page.select_option("#rerun-until", "4")
    page.click("#rerun-allow")
    page.wait_for_selector("#rerun-stop")
    page.wait_for_selector("#rerun-state:has-text('recalcule seul jusqu’à')")
    shown(reader, served, "tonight")
    reader.wait_for_selector("#rerun-state:has-text('by itself until')")
    reader.keyboard.press("n")
    assert reader.locator("#sheet button:not(.shut)").count() == 0
    page.click("#rerun-stop")
    page.wait_for_selector("#rerun-allow")
    before = {entry.id for entry in desk.runs.all()}
    page.click("#rerun-run")
    page.wait_for_selector("#sheet .says:has-text('demandé')")
    made, = (entry for entry in desk.runs.all() if entry.id not in before)
    desk.queue.stop(made.id, by="R. Morel")
    assert "recalculer de lui-même" in Seat(desk).get("/journal.csv?lang=fr").text


def test_a_fact_ages_where_it_shows_and_asks_to_be_renewed(page: Opened, served: Served) -> None:  # noqa: F811
    desk = served.desk
    now = desk.clock.epoch()
    seat = Seat(desk)
    assert seat.post("/api/facts", asset="A-031", state="out", caller="équipe 2", seen_at=now - 4000).status_code == 200
    shown(page, served, "tonight")
    page.wait_for_selector("#observed .fact-list li:has-text('à redemander')")
    assert "il y a 1 h" in page.inner_text("#observed .fact-list").replace("\u00a0", " ")
    page.wait_for_selector("#strip-data:has-text('1 fait à redemander')")
    page.click("#observed a[href='/journal']")
    page.wait_for_url("**/journal")
    page.wait_for_selector("#fact-rows li.renew")
    page.click("#fact-rows li.renew button:has-text('Redemander')")
    page.wait_for_selector("#asset-says .fact")
    assert page.input_value("#fact-asset") == "A-031"
    assert page.input_value("#fact-caller") == "équipe 2"
    page.click("#fact-form button.main")
    page.wait_for_selector("#fact-rows li:not(.renew):has-text('A-031')")
    page.wait_for_selector("#strip-data:not(:has-text('redemander'))")


def test_a_run_tells_what_it_was_made_from_and_that_its_scenario_changed(page: Opened, served: Served,  # noqa: F811
                                                                        tmp_path: Path) -> None:
    desk = served.desk
    run = desk.runs.latest()
    assert run is not None
    shown(page, served, "runs")
    page.click(f'[data-run="{run.id}"] button.plain')
    page.wait_for_selector(f'[data-run="{run.id}"] .made-from')
    told = page.inner_text(f'[data-run="{run.id}"] .made-from')
    assert "scénario" in told
    assert "eau" in told
    assert str(run.head["plan_sha256"]) in told
    own = tmp_path / "own.scenario.yaml"
    own.write_text("scenario: autre\n", "utf-8")
    desk.runs.change(run.id, scenario=str(own))
    for screen in ("runs", "compare", "tonight", "crews", "reports"):
        shown(page, served, screen)
        words = f"Scénario changé sur le disque depuis le calcul n° {run.number}"
        page.wait_for_selector(f"#changed:visible:has-text('{words}')")
    desk.runs.change(run.id, scenario=run.scenario)


def test_a_scenario_is_brought_with_its_levels(page: Opened, served: Served, tmp_path: Path) -> None:  # noqa: F811
    source = shipped()["ouche-q10"]
    (tmp_path / "crue-du-3.scenario.yaml").write_text(source.read_text("utf-8").split("expect:")[0], "utf-8")
    (tmp_path / "ouche-q10.csv").write_bytes(source.with_name("ouche-q10.csv").read_bytes())
    shown(page, served, "runs")
    page.set_input_files("#scenario-file", [tmp_path / "ouche-q10.csv", tmp_path / "crue-du-3.scenario.yaml"])
    page.wait_for_selector("#runs-says:has-text('crue-du-3, avec 1 fichier')")
    page.wait_for_selector("#scenario option[value=crue-du-3]", state="attached")
    page.set_input_files("#scenario-file", [tmp_path / "ouche-q10.csv"])
    page.wait_for_selector("#runs-says:has-text('Choisissez le fichier du scénario')")
