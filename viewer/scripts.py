"""Scripts of the pages, as they were built: the two pages, the loader that unpacks them, and deck.gl.

``make bundle`` builds them from ``viewer/page`` and ``viewer/bundle`` (maintainers only); the built files are committed
and carry their digests beside them.
"""

from __future__ import annotations

import base64
import gzip
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
    """Give a built script: ``public``, ``operator`` or ``loader``."""
    text = _SOURCES.joinpath("page/built", f"{name}.js").read_text("utf-8")
    return Script(text, base64.b64encode(compressed(text.encode("utf-8"))).decode("ascii"))


@cache
def deck() -> Script:
    """Give the deck.gl bundle."""
    packed = _SOURCES.joinpath("bundle/deck.js.gz").read_bytes()
    return Script(gzip.decompress(packed).decode("utf-8"), base64.b64encode(packed).decode("ascii"))


@cache
def words(name: str) -> dict[str, dict[str, Any]]:
    """Give the texts that a page can ask for, by register: those that its scripts and templates name."""
    asked = built(name).text + "".join(_SOURCES.joinpath("templates", file).read_text("utf-8")
                                       for file in (f"{name}.html", "zoom.html"))
    named = set(re.findall(r"['\"]([a-z_0-9]+)['\"]", asked))
    begun = tuple(set(re.findall(r"[`\"]([a-z_]+)(?:\$\{|\{\{)", asked)))
    wanted = REGISTERS if name == "public" else LANGUAGES
    return {register: {key: text for key, text in registers()[register].items()
                       if key in named or key.startswith(begun)} for register in wanted}
