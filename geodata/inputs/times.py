"""Moments and durations as people write them: one grammar for scenarios, for what stands under ``flood:``, and files.

A moment is ISO 8601 (``2026-11-22T21:00``, with or without offset), a time since the start (``+5h``, ``+90min``,
``-30min``) or a time of day (``22:10``, ``22h10``): the first one from the start on. A duration is numbers with units:
``36h``, ``1h30``, ``1h 30min``, ``2d``, ``86400s``. When clocks go back a time of day comes twice: the first of the two
is meant; a date and time that comes twice is asked for. When they go forward an hour is missing: a time in it is
refused.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from twin.errors import InputError
from twin.quantities import seconds_between

_UNITS_S = {"d": 86_400, "day": 86_400, "days": 86_400, "j": 86_400, "h": 3600, "hour": 3600, "hours": 3600,
            "min": 60, "minute": 60, "minutes": 60, "s": 1, "second": 1, "seconds": 1}
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)", re.ASCII)
_BARE = re.compile(r"\s*\d+(?:\.\d*)?\s*", re.ASCII)
_TIME_OF_DAY = re.compile(r"(\d{1,2})[:hH](\d{2})(?::(\d{2}))?", re.ASCII)
_LONGEST_S = 366 * 86_400
#: A year beyond these is a slip of the pen.
YEARS = (1800, 2999)

MOMENT_FORMS = "a moment: 2026-11-22T21:00, +5h, +90min or 21:00"
DURATION_FORMS = "a duration with its unit: 36h, 90min, 1h 30min, 2d"


def duration_s(value: object) -> float:
    """Give the seconds of a duration; 0 alone needs no unit.

    Raises
    ------
    InputError
        No number, no unit, a unit that is not d, h, min or s, or longer than a year.

    Examples
    --------
    >>> duration_s("1h 30min"), duration_s("1h30"), duration_s("1440min"), duration_s(0)
    (5400.0, 5400.0, 86400.0, 0.0)
    """
    whole = str(value).strip()
    text = re.sub(r"(h\s*\d+)$", r"\1min", whole)
    if not text:
        raise InputError(found="an empty text", expected=DURATION_FORMS)
    if text in ("0", "0.0"):
        return 0.0
    position, total = 0, 0.0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            bare = whole if _BARE.fullmatch(whole) else ""
            raise InputError(found=f"{bare} without a unit" if bare else f"'{whole}'", expected=DURATION_FORMS,
                             remedy=f"Write the unit: {bare}h, {bare}min or {bare}s." if bare else "")
        number, unit = float(part[1]), part[2].lower()
        if unit not in _UNITS_S:
            raise InputError(found=f"'{whole}'", expected=DURATION_FORMS,
                             remedy="Did you mean min?" if unit == "m" else f"'{part[2]}' is no unit of time here.")
        total += number * _UNITS_S[unit]
        position = part.end()
    if total > _LONGEST_S:
        raise InputError(found=f"'{whole}'", expected="at most 366 days")
    return total


def check_moment(text: str) -> str:
    """Give the text back when it has one of the three forms of a moment; what it means is known with the start."""
    text = text.strip()
    if text[:1] in ("+", "-"):
        duration_s(text[1:])
    elif _TIME_OF_DAY.fullmatch(text):
        _time_of_day(text)
    else:
        _iso(text)
    return text


def moment_s(text: str, start: datetime, zone: tzinfo | None = None, *, field: str = "", file: str = "") -> int:
    """Give a moment in seconds from the start; negative before it.

    Parameters
    ----------
    text
        One of the three forms of a moment.
    start
        Start of the plan, with offset.
    zone
        Zone of times without an offset; that of the start when not given.
    field, file
        Where it stands, for the message.

    Raises
    ------
    InputError
        None of the three forms; a wall time that does not exist, or that comes twice.

    Examples
    --------
    >>> paris = ZoneInfo("Europe/Paris")
    >>> start = datetime(2026, 11, 22, 16, tzinfo=paris)
    >>> [moment_s(t, start) for t in ("+1h30", "01:00", "2026-11-22T17:00+01:00", "-1440min")]
    [5400, 32400, 3600, -86400]
    """
    try:
        return _moment_s(str(text).strip(), start, zone or start.tzinfo or UTC)
    except InputError as error:
        if not field and not file:
            raise
        raise InputError(file=file, field=field, found=error.found, expected=error.expected,
                         remedy=error.remedy) from None


def _moment_s(text: str, start: datetime, zone: tzinfo) -> int:
    if text[:1] in ("+", "-"):
        return round(duration_s(text[1:])) * (-1 if text[0] == "-" else 1)
    if not _TIME_OF_DAY.fullmatch(text):
        return seconds_between(start, local_moment(text, zone))
    wanted = _time_of_day(text)
    first_day = start.astimezone(zone).date()
    for day in (first_day, first_day + timedelta(days=1)):
        for moment in _wall(day, wanted, zone):
            if seconds_between(start, moment) < 0:
                continue
            if not _exists(moment):
                raise InputError(
                    found=f"'{text}'", expected="a time that the clocks show that night",
                    remedy=f"In {name_of(zone)} they go forward over it on {day.isoformat()}: write the time since the "
                           "start (+5h).")
            return seconds_between(start, moment)
    raise AssertionError("a time of day comes every day")


def local_moment(text: str, zone: tzinfo) -> datetime:
    """Give the moment of an ISO text; without an offset it is the wall clock of ``zone``.

    Raises
    ------
    InputError
        No ISO date and time; a wall time that the zone skips or has twice that night.
    """
    moment = _iso(text)
    if moment.tzinfo is not None:
        return moment
    local = moment.replace(tzinfo=zone)
    if not _exists(local):
        raise InputError(found=f"'{text}'", expected="a time that the clocks show that night",
                         remedy=f"In {name_of(zone)} the clocks go forward over it: write the offset, "
                                f"{_example(local)}.")
    if comes_twice(local):
        raise InputError(found=f"'{text}'", expected="a time that comes once",
                         remedy=f"In {name_of(zone)} the clocks go back over it: write the offset, {_example(local)}.")
    return local


def comes_twice(local: datetime) -> bool:
    """Tell whether the clocks of its zone show a wall time twice that night."""
    return local.utcoffset() != local.replace(fold=1).utcoffset() and _exists(local)


def name_of(zone: tzinfo) -> str:
    """Give a zone as people call it: ``Europe/Paris``, ``UTC+01:00``."""
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)


def by_the_clock(start: datetime, timezone: str) -> datetime:
    """Give a start in the city's zone, where it is written as the city's clocks show it.

    Times without an offset then follow those clocks through the night on which they change, as the scenario's do.
    """
    here = start.astimezone(ZoneInfo(timezone))
    return here if here.utcoffset() == start.utcoffset() else start


def _wall(day: date, wanted: time, zone: tzinfo) -> list[datetime]:
    first = datetime.combine(day, wanted, tzinfo=zone)
    again = first.replace(fold=1)
    return [first] if first.utcoffset() == again.utcoffset() or not _exists(first) else [first, again]


def _exists(local: datetime) -> bool:
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)


def _example(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


def _time_of_day(text: str) -> time:
    hours, minutes, seconds = (int(part or 0) for part in _TIME_OF_DAY.fullmatch(text).groups())  # type: ignore[union-attr]
    if hours > 23 or minutes > 59 or seconds > 59:
        raise InputError(found=f"'{text}'", expected="a time of day from 00:00 to 23:59",
                         remedy="Later than the next day is written +30h or with its date.")
    return time(hours, minutes, seconds)


def _iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip()) if text.isascii() else None
    except ValueError:
        moment = None
    if moment is None:
        raise InputError(found=f"'{text}'", expected=MOMENT_FORMS)
    if len(text.strip()) <= 10:
        raise InputError(found=f"'{text}', a day without its time", expected=MOMENT_FORMS,
                         remedy=f"Write {text.strip()}T00:00 for midnight.")
    check_year(moment, text)
    return moment


def check_year(moment: datetime, text: str, *, field: str = "", file: str = "") -> None:
    """Refuse a year that is a slip of the pen.

    Raises
    ------
    InputError
        Before 1800 or after 2999.
    """
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise InputError(file=file, field=field, found=f"'{text}'", expected=f"a year from {YEARS[0]} to {YEARS[1]}")
