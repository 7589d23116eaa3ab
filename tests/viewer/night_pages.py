"""Pages of the shipped nights, exported once for all workers and opened while the run is valid."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from page_browser import Opened, opened

from tests.nights import night
from tests.shared import made_once
from viewer.outputs.page import export_map


def exported(name: str, *, public: bool) -> Path:
    """Give the page of a shipped night."""
    return made_once(f"{name}-{'public' if public else 'operator'}.html",
                     lambda file: export_map(night(name), file, public=public, lang="fr"))


def open_night(chromium: Any, name: str, *, public: bool = False, width: int = 1600, height: int = 900) -> Opened:
    """Open the page of a shipped night an hour after it was issued."""
    now = night(name).result.plan.issued_at + timedelta(hours=1)
    return opened(chromium, exported(name, public=public), now=now, width=width, height=height, timeout_ms=60_000)


def choose(page: Any, asset: str, t_s: int) -> str:
    """Choose an asset at a moment and give what the panel says."""
    page.evaluate("([id, t]) => { const p = twinPage; p.player.to(t); p.choose(p.model.ids().indexOf(id), false); }",
                  [asset, t_s])
    return str(page.inner_text("#why"))
