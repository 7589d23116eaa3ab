"""Words of the desk, in French and English: its own catalogue beside that of the pages."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from twin.explaining.words import speech
from twin.world.kinds import LANGUAGES


@cache
def catalogue(lang: str) -> dict[str, Any]:
    """Give the desk's texts of a language: key to text, or to {zero, one, many}."""
    assert lang in LANGUAGES
    return dict(json.loads(resources.files("viewer").joinpath(f"data/desk.{lang}.json").read_text("utf-8")))


def tell(lang: str, key: str, /, **values: Any) -> str:
    """Give a text with its {names} filled in; ``n`` picks zero, one or many.

    Raises
    ------
    KeyError
        No such text.
    """
    entry = catalogue(lang)[key]
    if isinstance(entry, dict):
        n = values["n"]
        entry = entry["zero"] if n == 0 and "zero" in entry else entry[
            "one" if (n < 2 if lang == "fr" else n == 1) else "many"]
    said = {name: speech(lang).number(v) if isinstance(v, int) else v for name, v in values.items()}
    return re.sub(r"\{(\w+)\}", lambda found: str(said.get(found[1], found[0])), entry)
