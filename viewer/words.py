"""Words of the pages, by register: ``fr``, ``en`` and ``simple`` (French that is easy to read)."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from twin.explaining.words import speech

if TYPE_CHECKING:
    from datetime import datetime

#: Registers in the order of the page's switch. ``simple`` falls back on ``fr`` where a text is the same.
REGISTERS = ("fr", "en", "simple")


@cache
def registers() -> dict[str, dict[str, Any]]:
    """Give the catalogue of each register: key to text, or to {zero, one, many}."""
    folder = resources.files("viewer")
    return {name: json.loads(folder.joinpath(f"data/words.{name}.json").read_text("utf-8")) for name in REGISTERS}


class Voice:
    """One register, spoken by Python where the page must read without its script."""

    def __init__(self, register: str) -> None:
        self.register = register
        self.lang = "fr" if register == "simple" else register
        self._words = {**registers()[self.lang], **registers()[register]}
        self._speech = speech(self.lang)

    def __call__(self, key: str, /, **values: Any) -> str:
        """Give a text of the catalogue with its {names} filled in; ``n`` picks zero, one or many.

        Raises
        ------
        KeyError
            No such text, or a name in it without a value.
        """
        entry = self._words[key]
        if isinstance(entry, dict):
            n = values["n"]
            one = n < 2 if self.lang == "fr" else n == 1
            entry = entry["zero"] if n == 0 and "zero" in entry else entry["one" if one else "many"]
        said = {name: self._speech.number(v) if isinstance(v, int) else v for name, v in values.items()}
        return re.sub(r"\{(\w+)\}", lambda found: str(said[found[1]]), entry)

    def rich(self, key: str, /, **values: Any) -> Markup:
        """Give the same with **marks** as bold, everything else escaped."""
        return self.marked(self(key, **values))

    @staticmethod
    def marked(text: str) -> Markup:
        """Give a text with **marks** as bold, everything else escaped."""
        return Markup("").join(Markup("<strong>{}</strong>").format(part) if i % 2 else escape(part)
                               for i, part in enumerate(text.split("**")))

    def number(self, value: int) -> str:
        """Give a number: 1 365 or 1,365."""
        return self._speech.number(value)

    def listing(self, items: list[str]) -> str:
        """Give a list in words: a, b et c."""
        return self._speech.listing(items)

    def clock(self, moment: datetime) -> str:
        """Give a time of day."""
        return self._speech.clock(moment)

    def at(self, moment: datetime, beside: datetime) -> str:
        """Give "at" a time of day, with the day of the week where it is not the day of ``beside``."""
        return self("clock_at" if moment.date() == beside.date() else "clock_day_at", clock=self.clock(moment),
                    day=self.day(moment).split(" ", 1)[0])

    def day(self, moment: datetime, *, year: bool = True) -> str:
        """Give a date in full, with or without its year."""
        said = self._speech.day(moment)
        return said if year else said.rsplit(" ", 1)[0]

    def date(self, moment: datetime, *, year: bool = True) -> str:
        """Give a date without the day of the week."""
        return self.day(moment, year=year).split(" ", 1)[1]
