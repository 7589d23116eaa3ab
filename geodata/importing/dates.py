"""Dates as inventories write them, brought to ISO 8601: nothing that is no date passes as one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np

from twin.quantities import BoolArray, TextArray

#: Years that gear of a city, or its papers, can be of; 0001 and 9999 are how programs write "never".
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_EPOCH = re.compile(r"-?\d{9,14}")
#: Days since the end of 1899, as spreadsheets count: 1954 to 2064. Source: ECMA-376, 18.17.4.1.
_SERIAL = re.compile(r"([2-5]\d{4})([.,]\d+)?")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?:[T ]+(\d{1,2}:\d{2}.*))?")
_COMPACT = re.compile(r"((?:18|19|20)\d\d)(\d\d)(\d\d)")
_PARTS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ]+(\d{1,2}:\d{2}.*))?")
_YEAR = re.compile(r"\d{4}")
_WORDED = re.compile(r"(?:(\d{1,2})(?:er|st|nd|rd|th|\.|º)?\s+(?:de\s+)?)?([^\W\d_]{3,12})\.?\s+(?:de\s+)?(\d{4})")
#: Languages whose months are read.
_SPOKEN = ("fr", "en", "de", "it", "es", "nl", "pt")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dates:
    """A column of dates."""

    #: ISO 8601, a day, a month (2014-08), a year or a moment, (N,); None where there is none.
    value: TextArray
    #: (outcome, reason, mask).
    tallies: tuple[tuple[str, str, BoolArray], ...]


def dates(column: TextArray, field: str = "date") -> Dates:
    """Give dates as ISO 8601.

    Parameters
    ----------
    column
        Texts, (N,); None where there is none. Epoch seconds and milliseconds are told apart by their size; whether
        the day or the month comes first is found from the whole column.
    field
        How reasons call it.

    Examples
    --------
    >>> dates(np.array(["1700000000000", "2024-05-01", "26/08/2014", "août 2014", "41877", None], dtype=object)
    ...       ).value.tolist()
    ['2023-11-14T22:13:20+00:00', '2024-05-01', '2014-08-26', '2014-08', '2014-08-26', None]
    """
    n = len(column)
    value = np.full(n, None, dtype=object)
    masks = {name: np.zeros(n, dtype=bool) for name in ("serial", "other", "open", "never", "none")}
    is_month_first, is_open = _order([text for text in column if text is not None])
    for row, text in enumerate(column):
        if text is None:
            continue
        said, form = _one(text.strip(), is_month_first)
        if said is None:
            masks[form][row] = True
            continue
        value[row] = said
        if form == "parts" and is_open:
            masks["open"][row] = True
        elif form in ("parts", "other", "serial"):
            masks["serial" if form == "serial" else "other"][row] = True
    return Dates(value=value, tallies=(
        ("mended", f"{field}: a date of another form, written as ISO 8601", masks["other"]),
        ("mended", f"{field}: the serial number that a spreadsheet has for a day, written as ISO 8601",
         masks["serial"]),
        ("doubtful", f"{field}: day and month could be the other way round; the day is taken first", masks["open"]),
        ("doubtful", f"{field}: a year that cannot be (before {_FIRST_YEAR} or after {_LAST_YEAR}); left empty",
         masks["never"]),
        ("doubtful", f"{field}: no date; left empty", masks["none"])))


def _order(texts: list[str]) -> tuple[bool, bool]:
    """Give whether the month comes first in dates of numbers, and whether nothing tells."""
    hits = [hit for text in texts if (hit := _PARTS.fullmatch(text.strip())) is not None]
    day_first = sum(int(hit[1]) > 12 for hit in hits)
    month_first = sum(int(hit[3]) > 12 for hit in hits)
    # points between the numbers are German and Russian: the day comes first
    return month_first > day_first, not day_first and not month_first and any(hit[2] != "." for hit in hits)


def _one(text: str, is_month_first: bool) -> tuple[str | None, str]:
    """Give a date in ISO 8601 and the form it had; or None and what is wrong: ``never``, ``none``."""
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text.lstrip("-")) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC).isoformat(), "iso"
    if (hit := _ISO.fullmatch(text)) is not None:
        form = "iso" if hit[2] == "-" and len(hit[3]) == 2 and len(hit[4] or "00") == 2 else "other"
        return _made(hit[1], hit[3], hit[4], hit[5], form)
    if (hit := _COMPACT.fullmatch(text)) is not None:
        return _made(hit[1], hit[2], hit[3], None, "other")
    if (hit := _PARTS.fullmatch(text)) is not None:
        day, month = (hit[3], hit[1]) if is_month_first else (hit[1], hit[3])
        year = hit[4] if len(hit[4]) == 4 else f"{'19' if int(hit[4]) >= 70 else '20'}{hit[4]}"
        return _made(year, month, day, hit[5], "parts")
    if (hit := _SERIAL.fullmatch(text)) is not None:
        return (date(1899, 12, 30) + timedelta(days=int(hit[1]))).isoformat(), "serial"
    if _YEAR.fullmatch(text):
        return (text, "iso") if _FIRST_YEAR <= int(text) <= _LAST_YEAR else (None, "never")
    if (hit := _WORDED.fullmatch(text)) is not None and (month_number := _months().get(_plain(hit[2]))) is not None:
        return _made(hit[3], str(month_number), hit[1], None, "other")
    return None, "none"


def _made(year: str, month: str, day: str | None, clock: str | None, form: str) -> tuple[str | None, str]:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None, "never"
    try:
        whole = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None, "none"
    said = whole.isoformat() if day is not None else f"{whole:%Y-%m}"
    return f"{said}T{clock}" if clock else said, form


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()


@cache
def _months() -> dict[str, int]:
    """Give the months by name and by abbreviation, without accents. Source: Unicode CLDR."""
    from babel.dates import get_month_names

    return {_plain(name).strip("."): number for language in _SPOKEN for width in ("wide", "abbreviated")
            for number, name in get_month_names(width, locale=language).items()}
