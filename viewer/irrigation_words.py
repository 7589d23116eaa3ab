"""Words of the pages of irrigated zones, in French and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any


def irrigation_words(lang: str) -> Mapping[str, Any]:
    """Give the words of the page in a language."""
    text = resources.files("viewer").joinpath("data/irrigation.toml").read_text("utf-8")
    words: Mapping[str, Any] = tomllib.loads(text)[lang]
    return words
