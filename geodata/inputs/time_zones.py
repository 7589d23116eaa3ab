"""Zones of time by the words that files use for them: ``TU``, ``UTC+1``, ``MEZ``, ``EST``, ``Europe/Paris``."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twin.errors import InputError

#: Abbreviation -> hours from UTC. Source: IANA tz database (europe, northamerica); hydrological services' own words
#: (TU of Hub'Eau and the HydroPortail, MEZ of the German ones). Those of several places (IST, CST of China) are taken
#: as North America's where the gauges' services write them, and left out where two are as likely.
_HOURS = {"utc": 0, "tu": 0, "ut": 0, "gmt": 0, "z": 0, "zulu": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1,
          "mesz": 2, "hnec": 1, "heec": 2, "eet": 2, "eest": 3, "bst": 1, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
          "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10}
#: Words for the clocks of the place.
_LOCAL = ("local", "locale", "légale", "legale", "ortszeit", "lokal", "lokale")
_OFFSET = re.compile(r"(?:utc|gmt|tu)?\s*([+-]|\u2212)(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE | re.ASCII)
_IANA = re.compile(r"(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Indian|Antarctica)/[A-Za-z_/+-]+")


def zone_of(word: str) -> tzinfo | None:
    """Give the zone that a word names: an abbreviation, an offset or a place; None for no zone.

    Examples
    --------
    >>> zone_of("TU"), zone_of("UTC+1"), zone_of("Hauteur")
    (datetime.timezone.utc, datetime.timezone(datetime.timedelta(seconds=3600), 'UTC+01:00'), None)
    """
    text = word.strip().strip("()[]").strip()
    hours = _HOURS.get(text.casefold())
    if hours is not None:
        return UTC if hours == 0 else _fixed(hours, 0)
    offset = _OFFSET.fullmatch(text)
    if offset and int(offset[2]) <= 14 and int(offset[3] or 0) < 60:
        sign = 1 if offset[1] == "+" else -1
        return _fixed(sign * int(offset[2]), sign * int(offset[3] or 0))
    if _IANA.fullmatch(text):
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError):
            return None
    return None


def _fixed(hours: int, minutes: int) -> tzinfo:
    delta = timedelta(hours=hours, minutes=minutes)
    if not delta:
        return UTC
    sign = "+" if delta > timedelta(0) else "-"
    return timezone(delta, f"UTC{sign}{abs(hours):02d}:{abs(minutes):02d}")


def zone_in_header(name: str) -> tuple[tzinfo | None, bool]:
    """Give the zone that the name of a column of times says, and whether it says anything of a zone.

    ``Date (TU)``, ``time_utc``, ``Zeit [MEZ]``, ``datetime UTC+01:00`` name one; ``heure locale`` says that the
    clocks of the place are meant: ``(None, True)``.

    Examples
    --------
    >>> zone_in_header("Date (TU)"), zone_in_header("heure locale"), zone_in_header("time")
    ((datetime.timezone.utc, True), (None, True), (None, False))
    """
    iana = _IANA.search(name)
    if iana and zone_of(iana[0]):
        return zone_of(iana[0]), True
    offset = re.search(r"(?:utc|gmt|tu)\s*(?:[+-]|\u2212)\s*\d{1,2}(?::?\d{2})?", name, re.IGNORECASE)
    if offset:
        return zone_of(re.sub(r"\s", "", offset[0])), True
    words = re.split(r"[^\w]+|_", name.casefold())
    if any(word in _LOCAL for word in words):
        return None, True
    for at, word in enumerate(words):
        # In brackets it can be nothing else; elsewhere `est`, `west` and `z` are words of their own, and the first
        # word of a name says what the column holds.
        is_plain = word in _HOURS and word not in ("z", "est", "ut", "west", "wet", "tu")
        if word in _HOURS and (f"({word})" in name.casefold() or f"[{word}]" in name.casefold()
                               or (is_plain and (at > 0 or word in ("utc", "gmt")))):
            return zone_of(word), True
    return None, False


def stated_zone(text: str, *, field: str) -> tzinfo | None:
    """Give the zone that a scenario states: None for ``local``, the clocks of the city.

    Raises
    ------
    InputError
        No zone of that name.
    """
    if text.strip().casefold() in _LOCAL:
        return None
    found = zone_of(text)
    if found is None:
        raise InputError(field=field, found=f"'{text}'", expected="a zone: UTC, local, +01:00, Europe/Paris or CET")
    return found
