"""Both pages under axe: WCAG 2.2 A and AA, RGAA 4 and best practice, in every form that a reader may meet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from marks import marked_run
from page_browser import launched, opened

from viewer.outputs.page import export_map

pytestmark = pytest.mark.browser

#: Rules of axe that must hold, by its own tags.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def axe() -> Any:
    sync = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    return sync.Axe()


def violations(axe: Any, page: Any) -> list[str]:
    """Run axe on the page as it stands; give each violation with the elements it is about."""
    found = axe.run(page.page, options={"runOnly": {"type": "tag", "values": TAGS},
                                        "resultTypes": ["violations"]}).response
    assert len(found["passes"]) > 15, "axe looked at nothing"
    return [f"{one['id']}: {one['help']}: {node['html'][:160]} {node['failureSummary']}"
            for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(("register", "form"), [
    pytest.param("fr", {}, marks=pytest.mark.verify, id="fr"), pytest.param("en", {}, id="en"),
    pytest.param("simple", {}, marks=pytest.mark.verify, id="simple"), pytest.param("simple", PHONE, id="phone"),
    pytest.param("fr", {"width": 320, "height": 640}, id="narrow")])
def test_public_page_with_an_answer_open(axe: Any, chromium: Any, pages: dict[str, Path], now: Any, register: str,
                                         form: dict[str, Any]) -> None:
    page = opened(chromium, pages["public"], now=now, **form)
    page.click(f"[data-lang={register}]")
    page.fill("#search", "Quai des Lavandières")
    page.keyboard.press("Enter")
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    page.click("#all-streets")
    # What scrolls beneath the player is covered for a moment: look at the map where it is whole.
    page.evaluate("() => document.getElementById('map').scrollIntoView({block: 'center'})")
    assert violations(axe, page) == []
    page.context.close()


@pytest.mark.parametrize("form", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("told", ["signals", "nothing"])
def test_public_page_without_a_map(axe: Any, chromium: Any, now: Any, told: str, form: dict[str, Any],
                                   tmp_path: Path) -> None:
    fields = tmp_path / "few.toml"
    fields.write_text('[traffic_signal]\nfields = ["street", "id"]\n' if told == "signals" else "", encoding="utf-8")
    run = marked_run(status="simulation")
    file = export_map(run, tmp_path / "a.html", public=True, lang="fr", fields=fields)
    page = opened(chromium, file, now=now, **form)
    for hidden in ("#map", ".player", ".legend", ".graph", "#finder", "#street-table"):
        assert not page.is_visible(hidden), hidden
    assert page.is_visible(".safety")
    assert page.inner_text("#paragraph").strip().endswith(".")
    assert page.is_visible("#also") == (told == "signals")
    page.click("[data-lang=en]")
    assert ("traffic signals" in page.inner_text("#paragraph")) == (told == "signals")
    assert page.errors == []
    assert violations(axe, page) == []
    page.context.close()


def test_public_page_past_its_time(axe: Any, chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now + timedelta(days=2))
    page.click("#anyway")
    assert violations(axe, page) == []
    page.context.close()


def test_public_page_on_paper(axe: Any, chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["public"], now=now)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert violations(axe, page) == []
    page.context.close()


def test_public_page_without_webgl(axe: Any, chromium: Any, pages: dict[str, Path], now: Any) -> None:
    with launched(chromium.browser_type, "--disable-3d-apis") as browser:
        page = opened(browser, pages["public"], now=now)
        assert violations(axe, page) == []


def test_operator_page_with_a_choice(axe: Any, chromium: Any, pages: dict[str, Path], now: Any, made_run: Any) -> None:
    page = opened(chromium, pages["operator"], now=now, width=1366, height=768)
    page.evaluate("t => twinPage.player.to(t)", 9 * 3600)
    assets, outages = made_run.result.city.assets, made_run.result.outages
    page.fill("#search", assets.id[int(outages.asset[0])])
    page.keyboard.press("Enter")
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    assert violations(axe, page) == []
    page.context.close()


def test_operator_page_past_its_time_in_english(axe: Any, chromium: Any, pages: dict[str, Path], now: Any) -> None:
    page = opened(chromium, pages["operator"], now=now + timedelta(days=2), width=1600, height=900)
    page.click("[data-lang=en]")
    assert violations(axe, page) == []
    page.context.close()
