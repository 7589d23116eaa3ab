"""A made town and its run, and the two pages of it."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fake_town
import page_browser


@pytest.fixture(scope="session")
def made_run() -> Any:
    return fake_town.run_of(fake_town.town(7, 4))


@pytest.fixture(scope="session")
def now(made_run: Any) -> Any:
    """A moment at which the run is valid."""
    return made_run.result.plan.issued_at + timedelta(hours=1)


@pytest.fixture(scope="session")
def pages(made_run: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from viewer.outputs.page import export_map

    folder = tmp_path_factory.mktemp("pages")
    return {"public": export_map(made_run, folder / "public.html", public=True),
            "operator": export_map(made_run, folder / "operator.html", public=False)}


@pytest.fixture(scope="module")
def chromium() -> Any:
    if not page_browser.CHROMIUM.exists():
        pytest.skip("no chromium at /usr/bin/chromium: apt-get install -y chromium")
    pytest.importorskip("playwright", reason="playwright is not installed")
    with page_browser.chromium() as browser:
        yield browser
