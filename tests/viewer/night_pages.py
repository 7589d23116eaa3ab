"""Pages of the shipped nights, exported once per process and opened while the run is valid."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from page_browser import Opened, opened

from tests.nights import night
from viewer.outputs.page import export_map


@cache
def exported(name: str, *, public: bool) -> Path:
    """Give the page of a shipped night."""
    folder = Path(tempfile.mkdtemp(prefix="twin-night-page-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return export_map(night(name), folder / "page.html", public=public, lang="fr")


def open_night(chromium: Any, name: str, *, public: bool = False, width: int = 1600, height: int = 900) -> Opened:
    """Open the page of a shipped night an hour after it was issued."""
    now = night(name).result.plan.issued_at + timedelta(hours=1)
    return opened(chromium, exported(name, public=public), now=now, width=width, height=height, timeout_ms=60_000)


def choose(page: Any, asset: str, t_s: int) -> str:
    """Choose an asset at a moment and give what the panel says."""
    page.evaluate("([id, t]) => { const p = twinPage; p.player.to(t); p.choose(p.model.ids().indexOf(id), false); }",
                  [asset, t_s])
    return str(page.inner_text("#why"))
