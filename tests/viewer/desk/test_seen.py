"""What an eye or a hand at the desk relies on: buttons that never move, a focus that stays, old figures that say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.viewer.desk.conftest import EVENING, Seat, placed
from tests.viewer.desk.cut_text import SIZES, tried
from tests.viewer.desk.test_browser import Served, axe, chromium, sat, shown  # noqa: F401 - fixtures
from tests.viewer.desk.touching_text import touching_texts
from tests.viewer.page_browser import Opened
from tests.viewer.test_axe import violations
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk

pytestmark = pytest.mark.browser

#: Every place that somebody presses, or that holds a panel: left, top, width, height [px].
PLACES = """() => [...document.querySelectorAll('.strip a, nav a, main, main section, main button, main input')]
  .filter((one) => one.checkVisibility()).map((one) => {
    const {left, top, width, height} = one.getBoundingClientRect();
    return [one.id || one.textContent.slice(0, 20), Math.round(left), Math.round(top), Math.round(width),
            Math.round(height)];
  })"""
#: Everything in the strip says three times as much as it does.
LONGER = """() => { for (const one of document.querySelectorAll('.strip :is(b, em, span)'))
  one.textContent = `${one.textContent} `.repeat(one.localName === 'span' ? 6 : 2) + 'approuvé jusqu’à'; }"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("seen")
    placed(folder)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    first, seat = desk.runs.all()[0], Seat(desk)
    assert seat.post(f"/api/runs/{first.id}/approve", until=desk.clock.epoch() + 4 * 3600, reason="lu"
                     ).status_code == 200
    desk.look()
    one = Served(desk)
    yield one
    one.close()
    desk.close()


def still(page: Opened) -> None:
    """Let nothing come that would say the strip anew."""
    page.wait_for_function("() => twinPage.told && (!document.querySelector('#map') || twinPage.map?.model)")
    page.evaluate("() => { for (let id = setInterval(() => 0, 9e6); id >= 0; id--) clearInterval(id); }")


@pytest.mark.parametrize(("size", "lang"), tried(("phone", "fr"), ("1366", "en")))
def test_nothing_moves_when_the_strip_says_more(chromium: Any, served: Served, size: str,  # noqa: F811
                                                lang: str) -> None:
    page = sat(chromium, served, "R. Morel", lang=lang, size=SIZES[size])
    for screen in ("tonight", "runs"):
        shown(page, served, screen)
        still(page)
        before = page.evaluate(PLACES)
        page.evaluate(LONGER)
        assert page.evaluate(PLACES) == before, screen
        # What does not fit is read whole by who points there, or comes there by keys; below it nothing moves either.
        page.focus("#strip-act")
        whole = page.evaluate("""() => { const one = document.querySelector('#strip-act'); return [
            one.scrollHeight <= one.clientHeight + 1,
            Math.round(document.querySelector('main').getBoundingClientRect().top)]; }""")
        assert whole == [True, next(row[2] for row in before if row[0] == "main")]
    page.context.close()


def test_the_sources_are_counted_from_the_first_word_on(chromium: Any, served: Served) -> None:  # noqa: F811
    seat = Seat(served.desk)
    assert seat.post("/api/readings", level_m=3.2, gauge="pont-neuf",
                     seen_at=served.desk.clock.epoch() - 60).status_code == 200
    page = sat(chromium, served, "R. Morel")
    page.add_init_script("""addEventListener('DOMContentLoaded', () => { window.saids = [];
        new MutationObserver(() => saids.push(document.querySelector('#strip-data b').textContent))
          .observe(document.querySelector('#strip-data'), {childList: true, subtree: true, characterData: true}); })""")
    shown(page, served, "runs")
    page.wait_for_function("() => saids.length")
    assert not [one for one in page.evaluate("saids") if "aucune" in one], "no source is missing while it is asked for"
    page.context.close()


@pytest.mark.parametrize("place", ["#act-rows tr:nth-child(2) td:last-child button",
                                   "#alarm-list li:nth-child(2) button.ack", "#site-rows li:last-child button"])
def test_the_focus_stays_when_the_picture_comes_anew(chromium: Any, served: Served, place: str) -> None:  # noqa: F811
    page = sat(chromium, served, "R. Morel")
    shown(page, served, "tonight")
    page.wait_for_selector(place)
    page.focus(place)
    page.evaluate("document.activeElement.dataset.before = 'yes'")
    named = page.evaluate("document.activeElement.textContent + document.activeElement.ariaLabel")
    page.evaluate("twinPage.frame.picture()")
    page.wait_for_function("() => !document.querySelector('[data-before=yes]')")
    assert page.evaluate("document.activeElement.textContent + document.activeElement.ariaLabel") == named
    page.context.close()


def test_an_acknowledged_alarm_keeps_the_focus_in_its_row(chromium: Any, served: Served) -> None:  # noqa: F811
    page = sat(chromium, served, "R. Morel")
    shown(page, served, "tonight")
    page.wait_for_selector("#alarm-list button.ack")
    page.keyboard.press("a")
    key = page.evaluate("document.activeElement.closest('li').dataset.key")
    page.keyboard.press("Shift+A")
    page.wait_for_selector(f'#alarm-list li[data-key="{key}"].is-acked')
    assert page.evaluate("document.activeElement.closest('li')?.dataset.key") == key
    page.context.close()


@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.verify)])
def test_the_wall_strikes_an_old_level_and_says_since_when(chromium: Any, served: Served, lang: str) -> None:  # noqa: F811
    desk = served.desk
    seat = Seat(desk)
    assert seat.post("/api/readings", level_m=3.3, gauge="pont-neuf",
                     seen_at=desk.clock.epoch() - 30).status_code == 200
    page = sat(chromium, served, "Mur", lang=lang, size=SIZES["1366"])
    shown(page, served, "wall")
    assert not page.query_selector("#river.old")
    line, said = page.evaluate("""() => { twinPage.readAge(twinPage.frame.now + 3 * 3600); return [
        getComputedStyle(document.querySelector('#river-level')).textDecorationLine,
        document.querySelector('#river-read').innerText]; }""")
    assert line == "line-through"
    assert ("pas de donnée depuis" if lang == "fr" else "no data since") in said
    page.context.close()


def test_tonight_strikes_an_old_level_too(chromium: Any, served: Served) -> None:  # noqa: F811
    desk = served.desk
    assert Seat(desk).post("/api/readings", level_m=3.3, gauge="pont-neuf",
                           seen_at=desk.clock.epoch() - 20).status_code == 200
    page = sat(chromium, served, "R. Morel", size=SIZES["1366"])
    page.wait_for_function("() => twinPage.told")
    fresh, old, said, same = page.evaluate("""() => {
      const line = () => getComputedStyle(document.querySelector('#river-level')).textDecorationLine;
      const number = () => getComputedStyle(document.querySelector('#counts b')).color;
      const [fresh, bright] = [line(), number()];
      twinPage.readAge(twinPage.frame.now + 3 * 3600);
      return [fresh, line(), document.querySelector('#river-read').innerText, number() === bright]; }""")
    assert (fresh, old) == ("none", "line-through")
    assert same, "what was computed keeps its colour"
    assert "pas de donnée depuis" in said
    page.context.close()


@pytest.mark.parametrize("size", ["phone", "wall", *(pytest.param(one, marks=pytest.mark.verify) for one in SIZES
                                                     if one != "phone")])
def test_the_labels_of_the_river_never_lie_on_one_another(chromium: Any, served: Served, size: str) -> None:  # noqa: F811
    """Whenever the run was issued, however near the present, and however close the levels that mean something are."""
    page = sat(chromium, served, "R. Morel", size=SIZES["1366" if size == "wall" else size])
    shown(page, served, "wall" if size == "wall" else "tonight")
    still(page)
    name = "approved" if size == "wall" else "latest"
    for back in (60, 900, 3600, 2 * 3600, 3.9 * 3600):
        page.evaluate("""([back, name]) => { const {told, frame} = twinPage; const now = frame.now;
          const curve = [...Array(49)].map((_, k) => [now - 14400 + 900 * k, 3 + Math.sin(k / 16)]);
          told.river.curves = {latest: curve, approved: curve.map(([t, m]) => [t, m - 0.1])};
          told.river.marks = [[3.86, 'P-13', 'Poste rue des Martins-Pêcheurs'], [3.95, 'P-02', 'Poste des Tanneurs'],
            [3.54, 'P-01', 'Poste des Lavandières']].map(([level, asset, name]) => ({level, asset, name}));
          told[name] = {...(told[name] ?? told.latest ?? {}), t0: now - back};
          twinPage.river(); }""", [back, name])
        assert page.locator("#river-chart text").count() > 4
        assert not [one for one in touching_texts(page) if "Poste" in one or "T0" in one or "3,86" in one], back
    page.context.close()


@pytest.mark.parametrize(("screen", "size"), [("tonight", "1366"), ("wall", "1366"), ("tonight", "phone")])
def test_without_a_connection_everything_is_still_read(axe: Any, chromium: Any, served: Served,  # noqa: F811
                                                       screen: str, size: str) -> None:
    """The letters keep their colours, and the message covers no heading."""
    page = sat(chromium, served, "R. Morel", size=SIZES[size])
    shown(page, served, screen)
    still(page)
    page.evaluate("() => { const {frame} = twinPage; frame.stream.stop(); frame.closedAt = Date.now() - 60000;"
                  " frame.connection(); }")
    assert page.is_visible("#lost")
    assert violations(axe, page) == []
    assert page.evaluate("""() => { const lost = document.querySelector('#lost').getBoundingClientRect();
      return [...document.querySelectorAll('main h2:not(.hidden), main footer')].filter((one) => {
        const {top, bottom} = one.getBoundingClientRect();
        return top < innerHeight - 70 && bottom > lost.top + 1 && top < lost.bottom - 1; })
        .map((one) => one.textContent); }""") == []
    assert page.evaluate("getComputedStyle(document.body).position") == "static"
    page.context.close()


def test_a_run_that_is_over_keeps_its_place_in_the_strip(chromium: Any, served: Served) -> None:  # noqa: F811
    page = sat(chromium, served, "R. Morel")
    shown(page, served, "runs")
    still(page)
    before = page.evaluate(PLACES)[:5]
    page.evaluate("""() => { const {about, strip} = twinPage.frame;
        about.latest.valid_until = twinPage.frame.now - 60; strip.say(about, twinPage.frame.now); }""")
    line = page.evaluate("getComputedStyle(document.querySelector('#strip-run b')).textDecorationLine")
    assert line == "line-through"
    assert page.evaluate(PLACES)[:5] == before
    page.context.close()
