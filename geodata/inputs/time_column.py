"""A column of times as files write it: ISO, ``22/11/2026 16:00``, ``22.11.2026 16:00``, times of day, numbers.

What a file leaves open is settled by the file itself or asked: the zone (a word in the header, an offset in the cell),
the order of day and month (a day above 12, the language of the header), the hour that the clocks show twice (the order
of the rows). What is settled by less than that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import numpy as np

from geodata.inputs.time_zones import zone_of
from geodata.inputs.times import comes_twice, duration_s, local_moment, moment_s, name_of
from twin.errors import InputError
from twin.quantities import Int64Array, seconds_between
from twin.water.hazard import Doubt

#: Times beyond this are no times of a flood [s from the start]: a hundred years.
LATEST_S = 100 * 366 * 86_400
_NUMBERED = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TIME = r"(?:[T ,]\s*(\d{1,2})[:h](\d{2})(?:[:m](\d{2}))?(?:[.,]\d+)?\s*([AaPp]\.?[Mm]\.?)?)?"
_DAYS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\s*" + _TIME, re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})(?:/(\d{1,2})/(\d{1,2})|(\d{2})(\d{2}))\s*" + _TIME, re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})(?::(\d{2}))?\s*([AaPp]\.?[Mm]\.?)?", re.ASCII)
_DURATION = re.compile(r"\d+(?:\.\d+)?\s*(?:h|min|s|d|hours?|minutes?|seconds?|days?)", re.ASCII)
_RELATIVE_S = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "secondes": 1.0, "sekunden": 1.0, "min": 60.0, "minutes": 60.0,
               "minuten": 60.0, "h": 3600.0, "hours": 3600.0, "heures": 3600.0, "stunden": 3600.0, "d": 86400.0,
               "days": 86400.0, "jours": 86400.0}
#: Serial numbers of days of spreadsheets: from 2000 to 2100.
_SERIALS = (36_526, 73_051)
_FORMS = "a moment (2026-11-22T16:00+01:00, 22/11/2026 16:00), a time of day or a number"


@dataclass(slots=True, kw_only=True)
class Clock:
    """What a file and a scenario say of how its times are written."""

    #: Start of the plan, its zone that of the city's clocks.
    start: datetime
    #: Zone of times without an offset; None: the clocks of the city.
    zone: tzinfo | None = None
    #: Where that zone comes from, for the note: "its header", "the scenario"; empty where nobody states it.
    zone_from: str = ""
    #: ``day_first`` or ``month_first`` where the scenario states it.
    days: str | None = None
    #: Why the day comes first where nobody states it: "its header is French"; empty where nothing tells.
    day_first_since: str = ""
    #: Seconds of one unit where the header counts from the start.
    relative_s: float | None = None
    file: str = ""
    field: str = ""


@dataclass(slots=True, kw_only=True)
class Times:
    """Times of the rows of a file, in its order."""

    #: (N,) [s from the start].
    times_s: Int64Array
    is_newest_first: bool = False
    #: What every reader must be told, in English, and what may be otherwise.
    notes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def relative_unit(name: str) -> float | None:
    """Give the seconds of one unit where a header counts time from the start (``time_h``, ``t [min]``, ``hours``)."""
    text = name.strip().casefold()
    if text in _RELATIVE_S and text != "h":
        return _RELATIVE_S[text]
    match = re.fullmatch(r"(?:t|time|temps|zeit|elapsed|dur\w*|heure|date)?\s*[_\[(]\s*([a-z]+)\s*[\])]?", text)
    return _RELATIVE_S.get(match[1]) if match else None


def read_times(texts: Sequence[str], clock: Clock, *, lines: Sequence[int], zones: Sequence[str] | None = None
               ) -> Times:
    """Give the times of a column.

    Parameters
    ----------
    texts
        Its cells, none empty, (N,).
    clock
        What is known of how they are written.
    lines
        Line of the file of each, (N,), for messages.
    zones
        Word for the zone of each row, where the file has such a column.

    Raises
    ------
    InputError
        A cell that is no time; days and months that can be read both ways; a time that the clocks never show; numbers
        that count the days of a spreadsheet.
    """
    texts = [text.strip() for text in texts]
    if all(_NUMBERED.fullmatch(text) for text in texts) and texts:
        return Times(times_s=_counted(texts, clock, lines))
    days_first = _order_of_days(texts, clock, lines)
    notes: list[str] = []
    if days_first is True and not clock.days and clock.day_first_since and _is_open(texts):
        notes.append(f"{clock.file}: days before months, since {clock.day_first_since}.")
    parsed = [_parsed(text, clock, line, bool(days_first)) for text, line in zip(texts, lines, strict=True)]
    local = [moment for moment in parsed if isinstance(moment, datetime) and moment.tzinfo is None]
    steps = np.sign([(b - a).total_seconds() for a, b in pairwise(local)])
    newest_first = bool(len(steps) and (steps < 0).sum() > (steps > 0).sum())
    if not local:
        aware = [moment for moment in parsed if isinstance(moment, datetime)]
        newest_first = len(aware) > 1 and all(b < a for a, b in pairwise(aware))
    order = range(len(parsed) - 1, -1, -1) if newest_first else range(len(parsed))
    seconds = np.zeros(len(parsed), np.int64)
    before: int | None = None
    once: list[str] = []
    for row in order:
        here = clock.zone if zones is None else _zone_of_row(zones[row], clock, lines[row])
        at = _settled(parsed[row], texts[row], clock, here, before, lines[row])
        if at is None:
            first, again = parsed[row], None
            assert isinstance(first, datetime)
            local_at = first.replace(tzinfo=here or clock.start.tzinfo)
            at, again = seconds_between(clock.start, local_at), seconds_between(clock.start, local_at.replace(fold=1))
            if before is not None and at <= before:
                at = again
            else:
                once.append(texts[row])
        seconds[row] = before = at
    doubts = _told_once(once, texts, clock)
    if local and zones is None:
        here = clock.zone or clock.start.tzinfo
        assert here is not None
        if clock.zone_from:
            notes.append(f"{clock.file}: its times have no offset and are taken as {name_of(here)}, as "
                         f"{clock.zone_from} says.")
        else:
            doubts.append(Doubt(
                f"{clock.file}: its times have no offset and name no zone; they are taken as the city's clocks "
                f"({name_of(here)}). Say `zone` beside `levels` (`UTC`, `local`).",
                f"{clock.file} : ses heures n’ont ni décalage ni fuseau ; elles sont prises à l’heure de la ville "
                f"({name_of(here)}). Indiquer `zone` à côté de `levels` (`UTC`, `local`)."))
    return Times(times_s=seconds, is_newest_first=newest_first, notes=notes, doubts=doubts)


def _told_once(once: list[str], texts: Sequence[str], clock: Clock) -> list[Doubt]:
    """Say which times of the hour that comes twice stand in the file once: that the first is meant is a guess."""
    single = [text for text in once if list(texts).count(text) == 1]
    if not single:
        return []
    n = len(single) - 1
    return [Doubt(
        f"{clock.file}: {single[0]}{f' (and {n} more)' if n else ''} comes twice that night, when the clocks go back, "
        "and stands in the file once: the first of the two is taken.",
        f"{clock.file} : {single[0]}{f' (et {n} autres)' if n else ''} revient deux fois cette nuit-là, au changement "
        "d’heure, et ne figure qu’une fois dans le fichier : la première est retenue.")]


def _counted(texts: Sequence[str], clock: Clock, lines: Sequence[int]) -> Int64Array:
    numbers = np.array([float(text.replace(",", ".")) for text in texts])
    low, high = _SERIALS
    if clock.relative_s is None and np.all((numbers >= low) & (numbers < high)) and np.ptp(numbers) < 400:
        day = datetime(1899, 12, 30) + timedelta(days=float(numbers[0]))
        raise InputError(file=clock.file, field=clock.field, line=lines[0], found=f"'{texts[0]}', a spreadsheet's "
                         f"serial number of a day ({day:%Y-%m-%d %H:%M}?)", expected=_FORMS,
                         remedy="Give the column the format of a date and time and save it again; seconds since the "
                         "start want a header such as time_s.")
    for text, number, line in zip(texts, numbers, lines, strict=True):
        if not abs(number) * (clock.relative_s or 1.0) < LATEST_S:
            raise InputError(file=clock.file, field=clock.field, line=line, found=f"'{text}'",
                             expected="a number of seconds from the start",
                             remedy="Seconds since 1970 and the like are not read: write moments.")
    return np.rint(numbers * (clock.relative_s or 1.0)).astype(np.int64)


def _is_open(texts: Sequence[str]) -> bool:
    """Tell whether some day and month of the column can be read both ways."""
    return any(match and match[2] != "." and int(match[1]) <= 12 and int(match[3]) <= 12 and match[1] != match[3]
               for match in map(_DAYS.fullmatch, texts))


def _order_of_days(texts: Sequence[str], clock: Clock, lines: Sequence[int]) -> bool | None:
    """Tell whether days stand before months; None where no cell has days before years."""
    found = [(match, line) for text, line in zip(texts, lines, strict=True) if (match := _DAYS.fullmatch(text))]
    if not found:
        return None
    if any(match[2] == "." for match, _ in found):
        return True
    first = [m for m, _ in found if int(m[1]) > 12]
    second = [m for m, _ in found if int(m[3]) > 12]
    if first and second:
        raise InputError(file=clock.file, field=clock.field, found=f"'{first[0][0]}' and '{second[0][0]}'",
                         expected="days and months in one order")
    stated = {"day_first": True, "month_first": False}.get(clock.days or "")
    if stated is not None:
        wrong = second if stated else first
        if wrong:
            raise InputError(file=clock.file, field=clock.field, found=f"'{wrong[0][0]}', where days: {clock.days} is "
                             "said", expected="days and months in that order")
        return stated
    if first or second:
        return bool(first)
    if clock.day_first_since:
        return True
    match, line = found[0]
    raise InputError(
        file=clock.file, field=clock.field, line=line, found=f"'{match[0]}', which can be day {match[1]} of month "
        f"{match[3]} or day {match[3]} of month {match[1]}", expected="days and months that cannot be mistaken",
        remedy="Say `days: day_first` or `days: month_first` beside `levels`, or write 2026-11-22.")


def _parsed(text: str, clock: Clock, line: int, days_first: bool) -> datetime | str:
    """Give a moment with or without an offset, or the text itself where the grammar of moments reads it."""
    try:
        match = _DAYS.fullmatch(text)
        if match:
            if len(match[4]) == 2:
                raise InputError(file=clock.file, field=clock.field, line=line, found=f"'{text}'",
                                 expected="years in four digits")
            day, month = (match[1], match[3]) if days_first else (match[3], match[1])
            return _at(match[4], month, day, match.groups()[4:])
        match = _YEAR_FIRST.fullmatch(text)
        if match:
            return _at(match[1], match[2] or match[4], match[3] or match[5], match.groups()[5:])
        clock_time = _CLOCK.fullmatch(text)
        if clock_time or _DURATION.fullmatch(text) or text[:1] in "+-":
            return text
        head, _, word = text.rpartition(" ")
        zone = zone_of(word) if head and not word[:1].isdigit() else None
        if not text.isascii():
            raise ValueError(text)
        moment = datetime.fromisoformat(head if zone is not None else text)
        if len(text) <= 10:
            raise InputError(file=clock.file, field=clock.field, line=line, found=f"'{text}', a day without its time",
                             expected=_FORMS)
        return moment if zone is None else moment.replace(tzinfo=zone)
    except InputError:
        raise
    except ValueError:
        raise InputError(file=clock.file, field=clock.field, line=line, found=f"'{text[:40]}'",
                         expected=_FORMS) from None


def _at(year: str, month: str, day: str, clock: Sequence[Any]) -> datetime:
    hour, minute, second, half = clock
    if hour is None:
        raise ValueError("a day without its time")
    hours = _hours(int(hour), half)
    extra = timedelta(days=1) if hours == 24 and int(minute) == 0 else timedelta(0)
    return datetime(int(year), int(month), int(day), 0 if extra else hours, int(minute), int(second or 0)) + extra


def _hours(hour: int, half: str | None) -> int:
    """Give the hour of 24 from one of 12 with its half of the day."""
    if not half:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone_of_row(word: str, clock: Clock, line: int) -> tzinfo | None:
    zone = zone_of(word)
    if zone is None:
        raise InputError(file=clock.file, field=clock.field, line=line, found=f"the zone '{word[:20]}'",
                         expected="UTC, CET, EST or an offset", remedy="Say `zone` beside `levels`.")
    return zone


def _settled(parsed: datetime | str, text: str, clock: Clock, zone: tzinfo | None, before: int | None, line: int
             ) -> int | None:
    """Give the seconds of a cell; None where the clocks show its time twice."""
    where: dict[str, Any] = {"file": clock.file, "field": clock.field, "line": line}
    if isinstance(parsed, str):
        if _DURATION.fullmatch(parsed):
            return round(duration_s(parsed))
        match = _CLOCK.fullmatch(parsed)
        spoken = f"{_hours(int(match[1]), match[4])}:{match[2]}:{match[3] or '00'}" if match else parsed
        try:
            seconds = moment_s(spoken, clock.start, zone)
        except InputError as error:
            raise InputError(**where, found=f"'{text}'", expected=error.expected, remedy=error.remedy) from None
        if match and before is not None:
            # A time of day without a date is the first after the reading before it.
            while seconds <= before and before - seconds > 12 * 3600:
                seconds += 86400
        return seconds
    if parsed.tzinfo is not None:
        try:
            return seconds_between(clock.start, parsed)
        except OverflowError:
            raise InputError(**where, found=f"'{text}'", expected=_FORMS) from None
    here = zone or clock.start.tzinfo
    assert here is not None
    if comes_twice(parsed.replace(tzinfo=here)):
        return None
    try:
        return seconds_between(clock.start, local_moment(parsed.isoformat(), here))
    except InputError as error:
        raise InputError(**where, found=f"'{text}'", expected=error.expected,
                         remedy="Are its times in UTC, or in winter time all the year? Say `zone: UTC` or `zone: "
                         "+01:00` beside `levels`.") from None
