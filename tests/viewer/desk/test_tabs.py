"""Many tabs of one browser, and one that slept: each shows the present, none hangs for want of a line to the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.viewer import page_browser
from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import Served, sat, shown
from tests.viewer.page_browser import Opened
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk

pytestmark = pytest.mark.browser
#: What a browser does to a tab that is put behind others, or wakes.
TURNED = """(hidden) => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_seventh_tab_opens_and_one_that_slept_shows_what_came_meanwhile(tmp_path: Path, town: Any) -> None:
    if not page_browser.CHROMIUM.exists():
        pytest.skip("no chromium at /usr/bin/chromium: apt-get install -y chromium")
    placed(tmp_path)
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING))
    desk.look()
    one = Served(desk)
    with page_browser.chromium() as chromium:
        first = sat(chromium, one, "R. Morel")
        tabs = [first]
        for _ in range(6):
            tabs[-1].evaluate(TURNED, True)
            tab = Opened(first.context.new_page())
            shown(tab, one, "tonight")
            tabs.append(tab)
        assert tabs[-1].inner_text("#alarm-list li"), "the seventh is as good as the first"
        key = first.get_attribute("#alarm-list li", "data-key")
        assert first.get_attribute(f'#alarm-list li[data-key="{key}"]', "class") != "is-acked"
        desk.alarms.acknowledge(str(key), by="C. Lenoir", now=desk.clock.epoch())
        tabs[-1].wait_for_selector(f'#alarm-list li[data-key="{key}"].is-acked')
        assert first.query_selector(f'#alarm-list li[data-key="{key}"].is-acked') is None, "it sleeps"
        first.evaluate(TURNED, False)
        first.wait_for_selector(f'#alarm-list li[data-key="{key}"].is-acked')
        assert [tab.errors for tab in tabs] == [[]] * 7
    one.close()
    desk.close()
