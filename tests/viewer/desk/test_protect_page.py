"""What to protect first in a real browser: the step curve, its table, a height to try, by pointer and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.viewer.desk.conftest import EVENING, Seat, placed
from tests.viewer.desk.test_browser import CUT, PHONE, Served, axe, chromium, sat, shown  # noqa: F401
from tests.viewer.desk.test_protect import ranked
from tests.viewer.page_browser import Opened
from tests.viewer.test_axe import violations
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("protect")
    placed(folder)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    seat = Seat(desk)
    seat.post("/api/rank/cost", key="circuit", cost=1000)
    seat.post("/api/rank/cost", key="budget", cost=4000)
    ranked(seat)
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


def both_curves(page: Opened, served: Served) -> None:
    shown(page, served, "protect")
    page.wait_for_selector(".height-curve .at-more")


def test_the_curve_stands_at_this_water_and_at_more(page: Opened, served: Served) -> None:
    both_curves(page, served)
    first = Seat(served.desk).json("/api/rank")["rows"][0]
    assert first["asset"] in page.inner_text("#detail-title")
    said = page.get_attribute(".height-curve", "aria-label") or ""
    assert "à cette eau" in said
    assert "à +10 cm d’eau" in said
    for text in ("Ce que coûte sa perte selon la hauteur", "de plus suffisent à cette eau", "Hauteur"):
        assert text in page.inner_text("#detail")


def test_who_does_not_see_reads_the_same_in_a_table(page: Opened, served: Served) -> None:
    both_curves(page, served)
    path = page.evaluate("document.querySelector('#rank-rows tr.sel').dataset.asset")
    told = Seat(served.desk).json(f"/api/rank/curve?asset={path}&which=this")
    page.focus(".curve-figures summary")
    page.keyboard.press("Enter")
    heads = page.locator(".curve-table thead th").all_inner_texts()
    assert heads[:3] == ["rehausse", "à cette eau", "à +10 cm d’eau"]
    rows = page.locator(".curve-table tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))")
    assert rows[0][0].startswith("0,00")
    cells = {round(float(row[0].split("\u00a0")[0].replace(",", ".")) * 100): row[1] for row in rows}
    enough = told["curve"]["enough_cm"]
    hours = told["curve"]["hours"][told["by"]]
    assert float(cells[0].replace(",", ".").replace("\u202f", "")) == pytest.approx(hours[0], abs=0.06)
    assert float(cells[enough].replace(",", ".").replace("\u202f", "")) == pytest.approx(hours[-1], abs=0.06)
    assert cells[enough - 1] != cells[enough], "the table has the centimetre before it is enough"


def test_by_keys_a_height_is_chosen_and_tried(page: Opened, served: Served) -> None:
    both_curves(page, served)
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".height-curve .at-more")
    chosen = page.get_attribute("#rank-rows tr.sel", "data-asset")
    page.focus("#try-height")
    before = page.inner_text("#detail-try output")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert page.get_attribute("#rank-rows tr.sel", "data-asset") == chosen, "arrows on the height move the height"
    assert page.inner_text("#detail-try output") != before
    height = int(page.input_value("#try-height")) / 100
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#rank-says a")
    seat = Seat(served.desk)
    drafts = seat.json("/api/drafts")["drafts"]
    lines = seat.json(f"/api/drafts/{drafts[0]['id']}")["lines"]
    assert [line["by_m"] for line in lines] == [height]


def test_the_plan_is_a_bar_of_steps_each_with_what_it_adds(page: Opened, served: Served) -> None:
    both_curves(page, served)
    steps = Seat(served.desk).json("/api/rank")["plan"]["steps"]
    assert page.locator(".plan-parts i").count() == len(steps) == page.locator(".plan-steps li").count() > 0
    assert "heures-lampes" in page.inner_text(".plan-steps li")
    page.click(".plan-steps li:last-child button")
    assert page.get_attribute("#rank-rows tr.sel", "data-asset") == steps[-1]["asset"]


@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.verify)])
def test_on_a_phone_nothing_is_cut_and_axe_finds_nothing(axe: Any, chromium: Any, served: Served,  # noqa: F811
                                                         lang: str) -> None:
    page = sat(chromium, served, "R. Morel", lang=lang, size=PHONE)
    both_curves(page, served)
    page.click(".curve-figures summary")
    assert page.evaluate(CUT) == []
    assert violations(axe, page) == []
    page.context.close()
