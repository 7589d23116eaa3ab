"""Scripts of the pages, as they were built: the two pages, the loader that unpacks them, and deck.gl.

``make bundle`` builds them from ``viewer/page`` and ``viewer/bundle`` (maintainers only); the built files are committed
and carry their digests beside them.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from twin.world.kinds import LANGUAGES
from viewer.scene.pack import compressed
from viewer.words import REGISTERS, registers

_SOURCES = resources.files("viewer")


@dataclass(frozen=True, slots=True)
class Script:
    """A script as text, for its digest in the page's policy, and as base64 of its gzip, for the page itself."""

    text: str
    packed: str


@cache
def built(name: str) -> Script:
    """Give a built script: ``public``, ``operator``, ``desk`` or ``loader``."""
    text = _SOURCES.joinpath("page/built", f"{name}.js").read_text("utf-8")
    return Script(text, base64.b64encode(compressed(text.encode("utf-8"))).decode("ascii"))


@cache
def deck() -> Script:
    """Give the deck.gl bundle."""
    packed = _SOURCES.joinpath("bundle/deck.js.gz").read_bytes()
    return Script(gzip.decompress(packed).decode("utf-8"), base64.b64encode(packed).decode("ascii"))


@cache
def words(name: str) -> dict[str, dict[str, Any]]:
    """Give the texts that a page can ask for, by register."""
    asked = keys(name)
    wanted = REGISTERS if name == "public" else LANGUAGES
    return {register: {key: text for key, text in registers()[register].items() if key in asked}
            for register in wanted}


@cache
def keys(name: str) -> frozenset[str]:
    """Give the keys of the texts that a page can ask for: those of its scripts, as built, and those of its template.

    A template names them as ``data-t``, ``data-label`` and ``data-hint``; one that ends in ``{{ ... }}`` stands for all
    that begin so.
    """
    asked = set(json.loads(_SOURCES.joinpath("page/built/words.json").read_text("utf-8"))[name])
    own = _SOURCES.joinpath("templates", "desk").iterdir() if name == "desk" else (
        _SOURCES.joinpath("templates", f"{name}.html"),)
    for file in (*own, _SOURCES.joinpath("templates", "zoom.html")):
        text = file.read_text("utf-8")
        for start, more in re.findall(r'data-(?:t|label|hint)="([a-z_0-9]+)(\{\{)?', text):
            asked |= {key for key in registers()["fr"] if key.startswith(start)} if more else {start}
    return frozenset(asked)
