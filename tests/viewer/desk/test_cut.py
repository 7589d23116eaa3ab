"""No text of the desk is cut, and none runs into another: every screen, both languages, three sizes (`make verify`).

Without it the phone in French, whose words are longest, and the smallest desk in English.

With a run in force, closures, readings, a call and a ranking.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.viewer.desk.conftest import Seat
from tests.viewer.desk.cut_text import SIZES, cut_texts, tried
from tests.viewer.desk.test_browser import Served, chromium, sat, shown  # noqa: F401 - fixtures
from tests.viewer.desk.test_clicks import served  # noqa: F401 - a fixture
from tests.viewer.desk.test_closures import START, closed
from tests.viewer.desk.test_protect import ranked
from tests.viewer.desk.touching_text import touching_texts
from tests.viewer.page_browser import Opened
from viewer.desk.app import SCREENS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def busy(served: Served) -> Served:  # noqa: F811
    """The desk on a busy night: a run in force, a street announced closed, a gauge that reads off, a call, an act."""
    desk = served.desk
    seat, now = Seat(desk, name="Marie-Claude Lenoir-Desbordes"), desk.clock.epoch()
    street = max((str(name) for name in desk.city_file.context["street"].name if name), key=len)
    closed(desk, street, take=False, begins=START, ends=START + 12 * 3600)
    assert seat.post("/api/readings", level_m=3.64, gauge="pont-neuf", seen_at=now - 60).status_code == 200
    asset = str(desk.city_file.city.assets.id[0])
    assert seat.post("/api/facts", asset=asset, state="out", caller="riverain du quai").status_code == 200
    first = next(one for one in desk.runs.all() if one.number == 1)
    assert seat.post(f"/api/runs/{first.id}/approve", until=now + 4 * 3600, reason="lu avec le gestionnaire du réseau"
                     ).status_code == 200
    assert seat.post("/api/river/allow", until=now + 3600).status_code == 200
    desk.look()
    ranked(seat)
    return served


@pytest.mark.parametrize(("size", "lang"), tried(("phone", "fr"), ("1366", "en")))
def test_no_text_is_cut_or_touches_another(chromium: Any, busy: Served, size: str, lang: str) -> None:  # noqa: F811
    page = sat(chromium, busy, "Marie-Claude Lenoir-Desbordes", lang=lang, size=SIZES[size])
    found: list[str] = []
    for screen in SCREENS:
        shown(page, busy, screen)
        page.wait_for_function("() => twinPage.told && (!document.querySelector('#map') || twinPage.map?.model)")
        found += [f"{screen} {one}" for one in cut_texts(page)]
        found += [f"{screen} touching {one}" for one in touching_texts(page)]
    assert not found, "\n".join(found)
    assert page.errors == []
    page.context.close()


def test_what_is_cut_is_found(chromium: Any, busy: Served) -> None:  # noqa: F811
    page: Opened = sat(chromium, busy, "R. Morel")
    shown(page, busy, "runs")
    page.evaluate("document.querySelector('#runs-title').parentElement.style.cssText = "
                  "'width: 40px; overflow: hidden; white-space: nowrap; flex-wrap: nowrap'")
    assert any("Calculs" in one or "calcul" in one for one in cut_texts(page))
    page.context.close()
