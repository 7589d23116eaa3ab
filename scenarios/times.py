"""Times and durations as people write them in a scenario.

A moment is ISO 8601 (``2026-11-22T21:00``, with or without offset), a time since the start (``+5h``, ``+90min``) or a
time of day (``22:10``): the first one from the start on, in the city's zone. A duration is numbers with units:
``36h``, ``1h30``, ``1h 30min``, ``2d``. When clocks go back a time of day comes twice: the first of the two is meant.
When they go forward an hour is missing: a time in it is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from twin.errors import InputError
from twin.quantities import seconds_between

_UNITS_S = {"d": 86_400, "day": 86_400, "days": 86_400, "h": 3600, "hour": 3600, "hours": 3600,
            "min": 60, "minute": 60, "minutes": 60, "s": 1, "second": 1, "seconds": 1}
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)")
_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LONGEST_S = 366 * 86_400
#: A year beyond these is a slip of the pen.
_YEARS = (1800, 2999)

MOMENT_FORMS = "a moment: 2026-11-22T21:00, +5h, +90min or 21:00"
DURATION_FORMS = "a duration with its unit: 36h, 90min, 1h 30min, 2d"


def parse_duration(text: str) -> int:
    """Give the seconds of a duration.

    Raises
    ------
    InputError
        No number, no unit, a unit that is not d, h, min or s, or longer than a year.

    Examples
    --------
    >>> parse_duration("1h 30min")
    5400
    """
    position, total = 0, 0.0
    text = re.sub(r"(h\s*\d+)\s*$", r"\1min", text)
    while position < len(text.rstrip()):
        part = _PART.match(text, position)
        if part is None:
            bare = text.strip() if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text) else ""
            raise InputError(found=f"'{text}'", expected=DURATION_FORMS,
                             remedy=f"Write the unit: {bare}h, {bare}min or {bare}s." if bare else "")
        number, unit = float(part[1]), part[2].lower()
        if unit not in _UNITS_S:
            raise InputError(found=f"'{text}'", expected=DURATION_FORMS,
                             remedy="Did you mean min?" if unit == "m" else f"'{part[2]}' is no unit of time here.")
        total += number * _UNITS_S[unit]
        position = part.end()
    if not position:
        raise InputError(found="an empty text", expected=DURATION_FORMS)
    if total > _LONGEST_S:
        raise InputError(found=f"'{text}'", expected="at most 366 days")
    return round(total)


def check_moment(text: str) -> str:
    """Give the text back when it has one of the three forms of a moment; what it means is known with the start."""
    text = text.strip()
    if text.startswith("+"):
        parse_duration(text[1:])
    elif _TIME_OF_DAY.fullmatch(text):
        _time_of_day(text)
    else:
        _iso(text)
    return text


def local_moment(text: str, zone: ZoneInfo) -> datetime:
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
                         remedy=f"In {zone.key} the clocks go forward over it: write the offset, {_example(local)}.")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise InputError(found=f"'{text}'", expected="a time that comes once",
                         remedy=f"In {zone.key} the clocks go back over it: write the offset, {_example(local)}.")
    return local


def seconds_from_start(text: str, start: datetime, zone: ZoneInfo) -> int:
    """Give the seconds from ``start`` to a moment; negative before it.

    Raises
    ------
    InputError
        None of the three forms; a wall time that does not exist.

    Examples
    --------
    >>> paris = ZoneInfo("Europe/Paris")
    >>> seconds_from_start("01:00", datetime(2026, 11, 22, 16, tzinfo=paris), paris)
    32400
    """
    text = text.strip()
    if text.startswith("+"):
        return parse_duration(text[1:])
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
                    remedy=f"In {zone.key} they go forward over it on {day.isoformat()}: "
                           "write the time since the start (+5h).")
            return seconds_between(start, moment)
    raise AssertionError("a time of day comes every day")


def _wall(day: date, wanted: time, zone: ZoneInfo) -> list[datetime]:
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
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(found=f"'{text}'", expected=MOMENT_FORMS) from None
    if len(text.strip()) <= 10:
        raise InputError(found=f"'{text}', a day without its time", expected=MOMENT_FORMS,
                         remedy=f"Write {text.strip()}T00:00 for midnight.")
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InputError(found=f"'{text}'", expected=f"a year from {_YEARS[0]} to {_YEARS[1]}")
    return moment
