"""A whole shift by the keyboard alone: from the first alarm to the page for the residents, and the focus never lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import Served, chromium, sat  # noqa: F401 - fixtures
from tests.viewer.page_browser import Opened
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk

pytestmark = pytest.mark.browser

#: Each kind of line that the night takes: its key, what is typed into its fields in order ("" leaves one as it is).
KINDS = {"n": ["15"], "c": ["P-02", "18:30", ""], "f": ["A-012", "", "20:00"], "h": ["A-012", "60"],
         "s": ["S-03", "P-07"], "g": ["S-03", "6"], "k": ["S-03", "50"], "x": ["", "20:00"]}


@pytest.fixture(scope="module")
def page(chromium: Any, tmp_path_factory: pytest.TempPathFactory, town: Any) -> Iterator[Opened]:  # noqa: F811
    folder = tmp_path_factory.mktemp("keys")
    placed(folder)
    desk = Desk(folder, "valmont", town, DeskClock.set_to(EVENING))
    # What a run makes is tested elsewhere; here it is enough that it was asked for.
    desk.queue.ask = lambda request, by: type("Kept", (), {  # type: ignore[method-assign, assignment]
        "id": desk.runs.all()[0].id, "number": 1, "state": "done", "file": request.scenario})()
    desk.look()
    one = Served(desk)
    opened = sat(chromium, one, "R. Morel")
    # No pointer exists: what is pressed by one is a fault.
    opened.evaluate("addEventListener('pointerdown', () => { throw new Error('a pointer'); }, true)")
    yield opened
    assert opened.errors == []
    opened.context.close()
    one.close()
    desk.close()


def to(page: Opened, wanted: str, most: int = 90) -> None:
    """Go on with Tab until a place has the focus."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


def screen(page: Opened, key: str, name: str) -> None:
    """Go to a screen by its key, from no field."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    page.wait_for_url(f"**/{name}*")
    page.wait_for_selector("body.ready")


def focus(page: Opened) -> str:
    return str(page.evaluate("document.activeElement.tagName + '#' + document.activeElement.id"))


def test_a_shift_by_keys_alone(page: Opened) -> None:
    keys = page.keyboard
    page.wait_for_selector("#alarm-list button.ack")
    # An alarm is acknowledged, another one shelved, and the focus stays in the list.
    for press, gone in ((("Shift+A",), ".is-acked"), (("Shift+Tab", "Enter"), ".is-shelved")):
        keys.press("a")
        key = page.evaluate("document.activeElement.closest('li').dataset.key")
        for one in press:
            keys.press(one)
        page.wait_for_selector(f'#alarm-list li[data-key="{key}"]{gone}')
        assert page.evaluate("document.activeElement.closest('#alarm-list') !== null")
    # The next act is given, and the focus comes back to its row though the list was written anew meanwhile.
    page.focus("#act-rows tr td:last-child button")
    asset = page.evaluate("document.activeElement.closest('tr').dataset.asset")
    keys.press("g")
    page.evaluate("twinPage.frame.picture()")
    keys.type("équipe 2")
    keys.press("Enter")
    page.wait_for_selector(f'#act-rows tr[data-asset="{asset}"]:has-text("équipe 2")')
    assert page.evaluate("document.activeElement.closest('tr')?.dataset.asset") == asset
    # A call: two keys, then what was said.
    screen(page, "8", "journal")
    keys.press("f")
    keys.type("A-031")
    keys.press("Tab")
    keys.press("ArrowRight")
    keys.press("Tab")
    keys.type("riverain")
    keys.press("Enter")
    page.wait_for_selector("#fact-rows strong:has-text('A-031')")
    assert focus(page) == "INPUT#fact-asset", "ready for the next call"


def test_a_variant_of_every_kind_by_keys_alone(page: Opened) -> None:
    keys = page.keyboard
    screen(page, "3", "whatif")
    page.wait_for_selector("#new-draft:enabled")
    to(page, "#new-draft")
    keys.press("Enter")
    keys.type("Essai")
    keys.press("Enter")
    page.wait_for_selector(".add button:enabled")
    for n, (key, typed) in enumerate(KINDS.items()):
        page.evaluate("document.activeElement.blur()")
        keys.press(key)
        page.wait_for_selector("#line-form:visible")
        for k, text in enumerate(typed):
            if text:
                keys.press("Control+A")
                keys.type(text)
            if k < len(typed) - 1:
                keys.press("Tab")
        keys.press("Enter")
        page.wait_for_function("n => document.querySelectorAll('#lines .sw').length > n", arg=n, timeout=60_000)
        assert "BUTTON#" in focus(page), f"{key}: the focus is at the button that opened the form"
    # One that does not fit stays in the form; Escape leaves it.
    page.evaluate("document.activeElement.blur()")
    keys.press("h")
    keys.type("A-999")
    keys.press("Tab")
    keys.type("10")
    keys.press("Enter")
    page.wait_for_selector("#line-form .says:has-text('A-999')")
    page.errors.clear()
    keys.press("Escape")
    page.wait_for_selector("#line-form", state="hidden")
    # A line is set aside, taken away and taken back.
    to(page, "#lines .sw")
    keys.press("Space")
    page.wait_for_selector("#lines .sw[aria-checked=false]")
    assert page.evaluate("document.activeElement.matches('#lines .sw')"), "the focus stays on what was pressed"
    to(page, "#lines .dots")
    keys.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('#lines .sw').length < n", arg=len(KINDS))
    assert page.evaluate("document.activeElement.matches('#lines .dots')"), "the next line's"
    to(page, "#undo")
    keys.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('#lines .sw').length === n", arg=len(KINDS))
    keys.press("Control+Enter")
    page.wait_for_selector("#to-compare:enabled")
    to(page, "#to-compare")
    keys.press("Enter")
    page.wait_for_url("**/compare*")


def test_approved_and_sent_out_by_keys_alone(page: Opened) -> None:
    keys = page.keyboard
    page.wait_for_selector("body.ready")
    screen(page, "1", "tonight")
    page.wait_for_selector("#approve:visible")
    keys.press("v")
    to(page, "#approve-reason")
    keys.type("lu avec le gestionnaire")
    keys.press("Enter")
    page.wait_for_selector("#strip-run:has-text('APPROUVÉ'):has-text('R. Morel')")
    screen(page, "0", "reports")
    page.wait_for_selector("[data-sort=residents]:enabled")
    to(page, "[data-sort=residents]", 150)
    keys.press("Enter")
    page.wait_for_selector("#made-rows tr a", timeout=90_000)
    assert page.evaluate("document.activeElement.matches('[data-sort=residents]')")
