"""The system's Chromium, as the tests of pages start it: offline, without any of its own traffic."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]


class Opened:
    """One page and what went wrong on it: errors, messages of the policy, requests beside its own file."""

    def __init__(self, page: Any) -> None:
        self.page, self.errors, self.requests = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: self.requests.append(request.url))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)


@contextmanager
def chromium(*more: str) -> Any:
    """Start the browser; ``more`` are switches of its command line."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright.chromium, *more) as browser:
        yield browser


@contextmanager
def launched(kind: Any, *more: str) -> Any:
    """Start one more browser of a kind that runs already."""
    browser = kind.launch(executable_path=str(CHROMIUM), headless=True, args=[*ARGUMENTS, *more])
    try:
        yield browser
    finally:
        browser.close()


def opened(browser: Any, file: Path, *, now: Any, fragment: str = "", width: int = 1280, height: int = 800,
           ready: str = "body.ready", timeout_ms: float = 15_000, **context: Any) -> Opened:
    """Open a page at a moment of the device's clock; no network."""
    made = browser.new_context(offline=True, viewport={"width": width, "height": height}, **context)
    page = Opened(made.new_page())
    page.clock.set_fixed_time(now)
    page.goto(file.as_uri() + fragment)
    if ready:
        page.wait_for_selector(ready, timeout=timeout_ms)
    return page
