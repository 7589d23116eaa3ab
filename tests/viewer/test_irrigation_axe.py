"""The pages of irrigated zones in a browser: no fault that axe finds, nothing loaded, nothing wider than a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from page_browser import opened

from tests.reference.cities import city_of
from tests.twin.irrigation.lawns import lawn, season_of
from twin.explaining.irrigated import teller_of
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock, Locks, Reason
from twin.irrigation.season import balance
from viewer.outputs.irrigation import write_irrigation_page
from viewer.outputs.watering_page import write_watering_page

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]


def made(folder: Path, lang: str) -> tuple[Path, Path]:
    locks = [Lock(zone=1, start_s=30_000, end_s=90_000, reason=Reason.UNDER_WATER),
             Lock(zone=1, start_s=90_000, end_s=-1, reason=Reason.SANITARY)]
    b = balance(season_of([6.0] * 20, zones=[lawn("Z-1", name="Pelouse du haut"), lawn("Z-2", name="Pelouse du bas")],
                          locks=Locks.of(locks)))
    teller = teller_of(b, city_of({"S": "substation"}).assets.kinds, lang)
    return (write_irrigation_page(Indicators(b), teller, 12, city="Valmont", season="Été", out=folder / "zones.html"),
            write_watering_page(teller, 12, city="Valmont", out=folder / "public.html"))


@pytest.mark.parametrize("width", [1000, 320])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_pages_of_irrigated_zones_hold_in_a_browser(chromium: Any, tmp_path: Path, lang: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    for file in made(tmp_path, lang):
        page = opened(chromium, file, now=datetime(2026, 7, 18, tzinfo=UTC), ready="", width=width, bypass_csp=True)
        found = axe.Axe().run(page.page, options={"runOnly": {"type": "tag", "values": TAGS},
                                                  "resultTypes": ["violations"]}).response
        assert len(found["passes"]) > 15
        assert [(one["id"], node["html"][:160]) for one in found["violations"] for node in one["nodes"]] == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.errors == []
        assert page.requests == [file.as_uri()]
        page.context.close()
