"""Units of speed by the words that files use for them; one spelling of each here."""

from __future__ import annotations

import re

#: Metres a second in one unit. A knot is 1852 m an hour. Source: NIST SP 811 (2008), appendix B.
UNITS_M_S = {"m/s": 1.0, "dm/s": 0.1, "cm/s": 0.01, "mm/s": 0.001, "km/h": 1 / 3.6, "ft/s": 0.3048, "kt": 1852 / 3600}
_WORDS = {"m/s": ("m s-1", "m s^-1", "m s**-1", "m.s-1", "ms-1", "meter/second", "metre/second", "meters per second",
                  "metres per second", "meter second-1", "metre second-1", "meter s-1", "metre s-1"),
          "dm/s": ("dm s-1",), "cm/s": ("cm s-1", "cm.s-1"), "mm/s": ("mm s-1", "mm.s-1"),
          "km/h": ("km h-1", "km/hr", "kph", "km.h-1"), "ft/s": ("ft s-1", "fps", "feet/second", "feet per second"),
          "kt": ("knot", "knots", "kn", "kts")}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in (unit, *words)}


def speed_unit(text: str) -> str | None:
    """Give the unit of speed that a word names, in its one spelling; None for another word.

    Examples
    --------
    >>> speed_unit("m s-1"), speed_unit("[cm/s]"), speed_unit("m3 s-1")
    ('m/s', 'cm/s', None)
    """
    return _UNIT_OF.get(re.sub(r"\s+", " ", text.strip().strip("[]()").strip().casefold()))
