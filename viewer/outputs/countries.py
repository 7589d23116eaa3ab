"""Countries: emergency numbers, official flood information, authorities and languages, by ISO code, as data.

France is no default: where the country is not known, no number is given, and that is said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import acos, cos, radians, sin
from typing import Any

from babel.core import get_global
from babel.languages import get_official_languages

from twin.world.kinds import LANGUAGES

#: A city farther than this from the place that its time zone is named after has a zone that is not its own.
_REACH_KM, _EARTH_KM = 3500.0, 6371.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What a public file must know of the country that it speaks in."""

    #: ISO 3166 code; empty where the country is not known.
    code: str
    #: True where the city's file does not say and the time zone was asked.
    is_inferred: bool
    #: Number and what it is for (``any``, ``fire``, ``text``); empty where none is known.
    emergency: tuple[tuple[str, str], ...]
    #: Address, words and short name of the official flood information.
    official: tuple[Mapping[str, str], ...]
    #: Keys of the authorities in the words: ``town_hall``, ``prefecture``, ``local``.
    authorities: tuple[str, ...]

    @property
    def language(self) -> str:
        """The language that a page opens in: an official one that exists, else English."""
        official = get_official_languages(self.code, de_facto=True) if self.code else ()
        return next((one for one in official if one in LANGUAGES), "en")

    def tag(self, lang: str) -> str:
        """Give the language of a text, with the country where it is one of its own: fr-FR, fr, en-GB."""
        official = get_official_languages(self.code, de_facto=True) if self.code else ()
        return f"{lang}-{self.code}" if lang in official else {"en": "en-GB"}.get(lang, lang)


def country_of(code: str, timezone: str, latitude: float, longitude: float) -> Country:
    """Give the country of a city by its own word, else by its time zone where the city may well lie in it.

    Source
    ------
    IANA time zone database, ``zone.tab``: the country and a place of each zone. Numbers: ``data/countries.toml``.

    Examples
    --------
    >>> country_of("", "Europe/London", 53.8, -1.5).emergency[0]
    ('999', 'any')
    >>> country_of("", "Europe/London", -33.9, 151.2).code
    ''
    >>> country_of("", "UTC", 53.8, -1.5).code
    ''
    """
    found = code
    if not code:
        zone = get_global("zone_aliases").get(timezone, timezone)
        found, at = _zones().get(str(zone), ("", (0.0, 0.0)))
        if found and not _are_near((latitude, longitude), at):
            found = ""
    known = _table().get(found, {})
    return Country(
        code=found, is_inferred=not code,
        emergency=tuple((one["number"], one["role"]) for one in known.get("emergency", ())),
        official=tuple(known.get("official", ())), authorities=tuple(known.get("authorities", ("local",))))


@cache
def _zones() -> dict[str, tuple[str, tuple[float, float]]]:
    """Give country and place of each time zone."""
    text = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[2]: (row[0], _degrees(row[1])) for row in rows}


def _degrees(place: str) -> tuple[float, float]:
    """Read +4852+00220 and +404251-0740023: degrees, minutes and seconds without a sign between them."""
    cut = max(place.rfind("+"), place.rfind("-"))

    def one(text: str, degrees: int) -> float:
        sign, digits = (-1 if text[0] == "-" else 1), text[1:]
        parts = [digits[:degrees], *(digits[k:k + 2] for k in range(degrees, len(digits), 2))]
        return float(sign * sum(int(part) / 60**k for k, part in enumerate(parts)))

    return one(place[:cut], 2), one(place[cut:], 3)


def _are_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Tell whether two places (degrees) lie as near as two of one country and zone do."""
    (lat1, lon1), (lat2, lon2) = ([radians(value) for value in place] for place in (one, other))
    cosine = sin(lat1) * sin(lat2) + cos(lat1) * cos(lat2) * cos(lon1 - lon2)
    return acos(max(-1.0, min(1.0, cosine))) * _EARTH_KM <= _REACH_KM


def words_of(key: str, lang: str) -> str:
    """Give the words of a role, an authority or of what is not known."""
    return str(_read()["words"][key][lang])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(resources.files("viewer").joinpath("data/countries.toml").read_text("utf-8"))


@cache
def _table() -> dict[str, dict[str, Any]]:
    """Give what is known by code: the group's, with the country's own over it."""
    data = _read()
    found: dict[str, dict[str, Any]] = {}
    for group in data["groups"].values():
        shared = {key: value for key, value in group.items() if key != "countries"}
        found |= {code: dict(shared) for code in group["countries"]}
    for code, own in data["countries"].items():
        found[code] = {**found.get(code, {}), **own}
    return found
