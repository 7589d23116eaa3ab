"""Units of length by the words that files, headers and CRSs use for them; one spelling of each here."""

from __future__ import annotations

import re

#: Metres in one unit. The US survey foot is the older one, 1200/3937 m. Source: NIST SP 811 (2008), appendix B.
UNITS_M = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "km": 1000.0, "ft": 0.3048, "us-ft": 1200.0 / 3937.0,
           "in": 0.0254}
_WORDS = {
    "m": ("metre", "metres", "meter", "meters", "mètre", "mètres", "m.", "mt", "mts"),
    "dm": ("decimetre", "decimetres", "decimeter", "decimeters", "décimètre", "décimètres"),
    "cm": ("centimetre", "centimetres", "centimeter", "centimeters", "centimètre", "centimètres", "zentimeter"),
    "mm": ("millimetre", "millimetres", "millimeter", "millimeters", "millimètre", "millimètres"),
    "km": ("kilometre", "kilometres", "kilometer", "kilometers"),
    "ft": ("foot", "feet", "pied", "pieds", "international foot", "foot (international)", "foot_international"),
    "us-ft": ("us_ft", "usft", "ftus", "us-foot", "us foot", "us survey foot", "us survey feet", "us_survey_foot",
              "u.s. survey foot", "survey foot", "foot_us", "us feet", "american survey foot"),
    "in": ("inch", "inches", "pouce", "pouces")}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in (unit, *words)}


def length_unit(text: str) -> str | None:
    """Give the unit of length that a word names, in its one spelling; None for another word.

    Examples
    --------
    >>> length_unit("US survey foot"), length_unit("Meters"), length_unit("m3/s")
    ('us-ft', 'm', None)
    """
    word = re.sub(r"\s+", " ", text.strip().strip("[]()").strip().casefold())
    return _UNIT_OF.get(word)
