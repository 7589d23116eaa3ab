"""Decisions in the screen: a run approved and taken back, closures taken, the river followed; each by its buttons."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.viewer.desk.conftest import Seat
from tests.viewer.desk.test_browser import Served, chromium, sat, served, shown  # noqa: F401 - fixtures
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
