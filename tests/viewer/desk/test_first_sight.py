"""What is read at first sight, on the hundred-year night with crews, one run approved and a live gauge.

What to do first, of which run it is, levels beside curves and never on them, an old level struck, forced colours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import PHONE, Served, chromium, sat, shown  # noqa: F401
from tests.viewer.page_browser import Opened
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing

pytestmark = pytest.mark.browser

#: Labels of the river that a curve runs through: their words.
CROSSED = """() => {
  const chart = document.querySelector('#river-chart svg'), found = [];
  const curves = [...chart.querySelectorAll('.curve, .held-line')].filter((one) => one.getTotalLength() > 0);
  for (const text of chart.querySelectorAll('text')) {
    const {x, y, width, height} = text.getBBox();
    for (const curve of curves) {
      const length = curve.getTotalLength();
      for (let at = 0; at <= length; at += 2) {
        const point = curve.getPointAtLength(at);
        if (point.x > x + 1 && point.x < x + width - 1 && point.y > y + 3 && point.y < y + height - 3) {
          found.push(text.textContent);
          at = length;
        }
      }
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("desk")
    approved = placed(folder)
    placed(folder, name="ouche-q100-crews", number=2)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    person = desk.people.enter(desk.people.key(Standing.OPERATOR), name="C. Lenoir", duty="")[1]
    now = desk.clock.epoch()
    desk.approvals.approve(desk.runs.get(approved), person, until=now + 6 * 3600, reason="lu", now=now - 600)
    body = [{"series": "pont-neuf", "what": "level", "unit": "m", "value": 3.65 - 0.04 * k,
             "observed": (EVENING - timedelta(minutes=12 + 15 * k)).isoformat()} for k in range(16)]
    assert desk.sources.take(json.dumps(body).encode(), source="station", sort="inbox")["rejected"] == []
    desk.look()
    one = Served(desk)
    yield one
    one.close()
    desk.close()


@pytest.fixture(scope="module", params=["wide", "phone"])
def page(request: pytest.FixtureRequest, chromium: Any, night: Served) -> Iterator[Opened]:  # noqa: F811
    size = PHONE if request.param == "phone" else {"width": 1366, "height": 768}
    page = sat(chromium, night, "R. Morel", size=size)
    yield page
    page.context.close()


def test_a_stranger_reads_what_to_do_first_where_who_until_when_and_why(page: Opened, night: Served) -> None:
    shown(page, night, "tonight")
    first = page.inner_text("#act-rows tr.first").replace("\xa0", " ")
    assert page.evaluate("document.querySelector('#act-rows tr') === document.querySelector('#act-rows tr.first')")
    assert page.inner_text("#acts-missed").endswith("manqués"), "what was missed is read without scrolling"
    for part in ("Couper l’armoire d’éclairage A-002", "Impasse de la Treille", "21 h 17", "min",
                 "personne encore : à donner", "Libre au calcul : E2 (Centre de secours)",
                 "Pourquoi : Sinon dans l’eau, sous tension."):
        assert part in first, first


def test_each_screen_says_which_run_it_follows_and_the_desk_what_the_wall_asks_for(page: Opened, night: Served
                                                                                   ) -> None:
    shown(page, night, "tonight")
    assert "n° 2" in page.inner_text("#acts-basis").replace("\xa0", " ")
    assert "non approuvé" in page.inner_text("#acts-basis")
    assert "Mur : calcul approuvé n° 1" in page.inner_text("#acts-elsewhere").replace("\xa0", " ")
    shown(page, night, "wall")
    said = page.inner_text("#wall-run").replace("\xa0", " ")
    assert "Calcul n° 1" in said
    assert "poste et alarmes : n° 2, non approuvé" in said


def test_an_alarm_says_since_when_it_is_so_and_when_it_rang_a_new_one_is_framed(page: Opened, night: Served) -> None:
    """Two hours in two places; new is a word in a frame, in the row, in the heading and in the strip."""
    desk = night.desk
    asset = "A-012" if page.viewport_size["width"] > 900 else "A-026"
    shown(page, night, "tonight")
    row = page.locator("#alarm-list li.is-unacked", has=page.locator(".when:has-text('Calcul')")).first
    assert "depuis" in row.locator(".when").inner_text()
    assert "ouverture du poste, 21 h 12" in row.locator(".rang").inner_text().replace("\xa0", " ")
    desk.facts.report(asset=asset, state="in_service", seen_at=desk.clock.epoch() - 120, caller="équipe 2", note="",
                      by="R. Morel", now=desk.clock.epoch())
    desk.look()
    said = page.locator(f'#alarm-list li[data-key="contradicted:{asset}"]')
    said.wait_for()
    assert said.locator(".is-new").inner_text() == "NOUVELLE"
    assert row.locator(".is-new").count() == 0, "what was there at the opening is not"
    assert asset in said.inner_text()
    assert "sonnée à" in said.locator(".rang").inner_text()
    assert "nouvelle" in page.inner_text("#alarm-new")
    assert "nouvelle" in page.inner_text("#strip-alarms")
    assert said.locator("strong").inner_text() in page.inner_text("#alarm-last")


def test_every_screen_says_one_number_of_minutes_and_the_name_in_its_language(page: Opened, night: Served) -> None:
    shown(page, night, "tonight")
    left = page.evaluate("""() => { const {frame, told} = twinPage;
      twinPage.tick(Math.floor(frame.now / 60) * 60 + 59.5);
      const [act] = told.acts.groups.filter(({asset}) => told.sites.some((site) => site.asset === asset));
      const row = document.querySelector(`#act-rows tr[data-asset="${act.asset}"] .left`).textContent;
      const site = told.sites.findIndex(({asset}) => asset === act.asset);
      return [row, document.querySelectorAll('#site-rows [data-site]')[site].textContent]; }""")
    assert left[1].endswith(left[0]), left
    page.click("[data-lang=en]")
    try:
        assert page.inner_text("#night-name") == "Hundred-year flood of the Ouche, four crews"
    finally:
        page.click("[data-lang=fr]")


def test_no_mark_of_a_crew_or_a_job_lies_on_another(page: Opened, night: Served) -> None:
    shown(page, night, "crews")
    page.wait_for_function("() => twinPage.map.map?.overlay?.placed?.length > 10")
    apart = page.evaluate("""() => { const {placed} = twinPage.map.map.overlay, far = [];
      placed.forEach((one, k) => placed.slice(k + 1).forEach((other) =>
        far.push(Math.hypot(one.px - other.px, one.py - other.py))));
      return Math.min(...far); }""")
    assert apart >= 22, "a mark is 22 px wide"


def test_no_curve_runs_through_a_level(page: Opened, night: Served) -> None:
    for screen in ("tonight", "wall"):
        shown(page, night, screen)
        page.wait_for_selector("#river-chart text")
        assert page.evaluate(CROSSED) == [], screen


def test_the_map_of_the_wall_stays_in_its_cell(page: Opened, night: Served) -> None:
    shown(page, night, "wall")
    inner, outer = (page.evaluate(f"document.querySelector('{one}').getBoundingClientRect().bottom")
                    for one in (".mapcell .map", ".mapcell"))
    assert inner <= outer + 1


def test_an_old_level_is_struck_in_the_strip_too(page: Opened, night: Served) -> None:
    shown(page, night, "crews")
    struck = "getComputedStyle(document.querySelector('#strip-river b')).textDecorationLine"
    assert page.evaluate(struck) == "none"
    desk, now = night.desk, night.desk.clock
    desk.clock = DeskClock.set_to(EVENING + timedelta(hours=2))
    try:
        shown(page, night, "crews")
        assert page.evaluate(struck) == "line-through"
        assert "pas de donnée depuis 21 h 00" in page.inner_text("#strip-river").replace("\xa0", " ")
    finally:
        desk.clock = now


def test_in_forced_colours_the_screen_one_is_on_and_the_words_of_the_charts_show(page: Opened, night: Served) -> None:
    shown(page, night, "tonight")
    page.emulate_media(forced_colors="active")
    try:
        style = "getComputedStyle(document.querySelector('{}')).{}"
        here, other = (page.evaluate(style.format(f"nav a{which}", "backgroundColor"))
                       for which in ("[aria-current]", ":not([aria-current])"))
        assert here != other
        for chart in ("#river-chart text", "#line-chart text"):
            ink = page.evaluate(style.format(chart, "fill"))
            assert ink == page.evaluate(style.format("h2", "color")), chart
        ground, curve = (page.evaluate(style.format(f"#line-chart {one}", what))
                         for one, what in ((".day-ground", "fill"), (".curve:not(.grey)", "stroke")))
        assert ground == page.evaluate(style.format("html", "backgroundColor")), "the slider lies on the page's colour"
        assert curve == page.evaluate(style.format("h2", "color")), "and its curve has that of words"
    finally:
        page.emulate_media(forced_colors="none")
