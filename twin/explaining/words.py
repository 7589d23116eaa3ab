"""Words: how times, depths, distances and assets are said in French and English.

The sentences stand in gettext catalogues (``twin/locale``), English being the source text. Numbers, times and units
follow each language's typography: a time or a unit is never broken across lines (U+00A0), thousands are set apart by
a narrow space in French (U+202F) and a comma in English.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from math import atan2, degrees, hypot, inf

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from twin.errors import InputError
from twin.world.assets import Asset
from twin.world.kinds import LANGUAGES, Kinds, Role, Words

#: What a run is, by the word that its plan has for it; the catalogues have each.
STATUS = {"simulation": "simulation", "exercise": "exercise", "forecast": "forecast"}
_SPACE = "\u00a0"
#: Eight directions counter-clockwise from east, as the catalogues name them.
_DIRECTIONS = ("to the east", "to the north-east", "to the north", "to the north-west", "to the west",
               "to the south-west", "to the south", "to the south-east")
#: Under this distance two assets stand at the same place [m].
_HERE_M = 5.0

#: What a repair may wait for, by its word in the trace.
WAITS = {"crew": "a crew", "kept": "a crew, the free ones being kept for what is critical", "access": "access",
          "day": "daylight", "part": "a part", "skill": "a qualified crew", "hours": "a crew with hours left"}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language: its catalogue and its typography."""

    lang: str
    catalogue: gettext.NullTranslations = field(repr=False)

    def text(self, message: str, /, *, gender: str = "", **values: object) -> str:
        """Give a sentence of the catalogue with its values put in.

        Parameters
        ----------
        message
            The English source text.
        gender
            ``f`` or ``m`` where the sentence agrees with what it speaks of; empty elsewhere.
        values
            What the ``{names}`` of the message stand for.
        """
        translated = self.catalogue.pgettext(gender, message) if gender else self.catalogue.gettext(message)
        if gender and translated == message:
            translated = self.catalogue.gettext(message)
        return translated.format(**values)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """Give the form of a sentence that fits ``n``; ``{n}`` is the number as the language writes it."""
        return self.catalogue.ngettext(one, many, n).format(n=self.number(n), **values)

    def number(self, value: float, decimals: int = 0) -> str:
        """Give a number: 1 365 or 1,365."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(round(value, decimals), format=pattern, locale=self.lang))

    def depth(self, depth_m: float, limit_m: float = inf) -> str:
        """Give a depth or height in metres with two decimals: 0,44 m or 0.44 m.

        What lies under a limit that it would be rounded to is told as under it: nobody reads 0.05 m as open.
        """
        # To the millimetre first, as files hold it: 0.695 is said 0.70 here as on the map.
        rounded_m = round(round(depth_m, 3) + 1e-9, 2)
        if depth_m < limit_m <= rounded_m:
            return self.text("under {depth}", depth=self.depth(limit_m))
        return f"{self.number(rounded_m, 2)}{_SPACE}m"

    def distance(self, distance_m: float) -> str:
        """Give a distance rounded as people say it: 140 m, 1,2 km."""
        if distance_m < 1000:
            rounded = max(10, round(distance_m / 10) * 10)
            return f"{rounded}{_SPACE}m" if rounded < 1000 else f"1{_SPACE}km"
        return f"{self.number(distance_m / 1000, 1)}{_SPACE}km"

    def duration(self, seconds: float) -> str:
        """Give a duration in hours and minutes: 6 h 05, 45 min; in English 6 h 05 min."""
        minutes = round(seconds / 60)
        hours, rest = divmod(minutes, 60)
        if not hours:
            return f"{rest}{_SPACE}min"
        if not rest:
            return f"{hours}{_SPACE}h"
        tail = f"{_SPACE}min" if self.lang == "en" else ""
        return f"{hours}{_SPACE}h{_SPACE}{rest:02d}{tail}"

    def clock(self, moment: datetime) -> str:
        """Give a time of day: 22 h 40 or 22:40."""
        if self.lang == "fr":
            return f"{moment.hour}{_SPACE}h{_SPACE}{moment.minute:02d}"
        return f"{moment.hour:02d}:{moment.minute:02d}"

    def day(self, moment: date) -> str:
        """Give a date in full: mardi 12 janvier 2027, Tuesday 12 January 2027."""
        said = str(format_date(moment, "EEEE d MMMM y", locale=self.lang))
        return said.replace(" 1 ", " 1er ", 1) if self.lang == "fr" and moment.day == 1 else said

    def weekday_clock(self, moment: datetime, beside: datetime) -> str:
        """Give the time of day, with the day of the week where it is not the day of ``beside``."""
        if moment.date() == beside.date():
            return self.clock(moment)
        weekday = str(format_date(moment, "EEEE", locale=self.lang))
        return f"{weekday} {self.clock(moment)}"

    def listing(self, items: Sequence[str]) -> str:
        """Give a list in words: a, b et c."""
        # British English: no comma before the last "and".
        return str(format_list(list(items), locale="en_GB" if self.lang == "en" else self.lang))

    def where(self, origin: Asset, other: Asset) -> str:
        """Give distance and direction of ``other`` seen from ``origin``; empty where a position is missing or shared.

        Examples
        --------
        ``140 m au nord-est`` in French, ``140 m to the north-east`` in English.
        """
        dx, dy = other.x_m - origin.x_m, other.y_m - origin.y_m
        distance_m = hypot(dx, dy)
        if not distance_m >= _HERE_M:
            return ""
        eighth = round(degrees(atan2(dy, dx)) / 45) % 8
        return f"{self.distance(distance_m)} {self.text(_DIRECTIONS[eighth])}"

    def kind(self, kinds: Kinds, name: str) -> Words:
        """Give the words of a kind."""
        return kinds[name].words[self.lang]

    def counted(self, kinds: Kinds, name: str, n: int) -> str:
        """Give a number of things of a kind: 1 365 lampes, 1 lamp."""
        words = self.kind(kinds, name)
        return f"{self.number(n)}{_SPACE}{words.one if n == 1 or (n == 0 and self.lang == 'fr') else words.many}"

    def asset(self, kinds: Kinds, asset: Asset) -> str:
        """Give an asset with its kind: l’armoire d’éclairage A-012, lighting cabinet A-012."""
        words = self.kind(kinds, asset.kind)
        label = self.label(kinds, asset)
        return f"{words.the} {label}" if self.lang == "fr" else f"{words.one} {label}"

    def label(self, kinds: Kinds, asset: Asset) -> str:
        """Give what an asset is called: places that people know go by their name, gear by the id painted on it."""
        if Role.NAMED not in kinds[asset.kind].roles or not asset.name or asset.name == asset.id:
            return asset.id
        return f"«{_SPACE}{asset.name}{_SPACE}»" if self.lang == "fr" else f"“{asset.name}”"

    @staticmethod
    def sentence(text: str) -> str:
        """Give the text with a capital at its head."""
        return text[:1].upper() + text[1:]


@cache
def speech(lang: str) -> Speech:
    """Give the speech of a language.

    Raises
    ------
    InputError
        A language other than fr and en.
    """
    if lang not in LANGUAGES:
        raise InputError(found=f"language '{lang}'", expected=" or ".join(LANGUAGES), field="lang")
    if lang == "en":
        return Speech("en", gettext.NullTranslations())
    compiled = resources.files("twin").joinpath(f"locale/{lang}/LC_MESSAGES/twin.mo")
    with compiled.open("rb") as file:
        return Speech(lang, gettext.GNUTranslations(file))
