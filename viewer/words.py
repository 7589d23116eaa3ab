"""Words of the pages, by register: ``fr``, ``en`` and ``simple`` (French that is easy to read)."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

#: Registers in the order of the page's switch. ``simple`` falls back on ``fr`` where a text is the same.
REGISTERS = ("fr", "en", "simple")


@cache
def registers() -> dict[str, dict[str, Any]]:
    """Give the catalogue of each register: key to text, or to {zero, one, many}."""
    folder = resources.files("viewer")
    return {name: json.loads(folder.joinpath(f"data/words.{name}.json").read_text("utf-8")) for name in REGISTERS}
