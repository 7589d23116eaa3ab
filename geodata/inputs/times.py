"""Moments and times of frames, as files and scenarios write them, in seconds from the start."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from geodata.hazards.flow.specs import seconds_of
from twin.errors import InputError
from twin.quantities import seconds_between

#: A year beyond these is a slip of the pen.
_YEARS = (1800, 2999)
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)(?::([0-5]\d))?")
#: Date and time inside a file name: 20261122T1600, 2026-11-22_16-00-00, 202611221600 and the like.
_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})[T _-]?(\d{2})[-:h_]?(\d{2})"
                      r"(?:[-:m_]?(\d{2}))?(Z)?(?!\d)")
_COUNTED = {"{s}": 1.0, "{min}": 60.0, "{h}": 3600.0, "{d}": 86400.0}


def by_the_clock(start: datetime, timezone: str) -> datetime:
    """Give a start in the city's zone, where it is written as the city's clocks show it.

    Times without an offset then follow those clocks through the night on which they change, as the scenario's do.
    """
    here = start.astimezone(ZoneInfo(timezone))
    return here if here.utcoffset() == start.utcoffset() else start


def moment_s(text: str, start: datetime, *, field: str, file: str = "") -> int:
    """Give a moment in seconds from the start.

    Parameters
    ----------
    text
        ISO 8601 (without an offset: in the zone of the start), ``+5h``, ``-30min``, or HH:MM (first after the start).
    start
        Start of the plan, with offset.

    Raises
    ------
    InputError
        None of these.

    Examples
    --------
    >>> from datetime import UTC
    >>> start = datetime(2026, 11, 22, 16, tzinfo=UTC)
    >>> [moment_s(t, start, field="to") for t in ("+1h30", "02:00", "2026-11-22T17:00+01:00")]
    [5400, 36000, 0]
    """
    text = str(text).strip()
    if text[:1] in ("+", "-") and not text[1:5].isdigit():
        try:
            return round(seconds_of(text[1:])) * (-1 if text[0] == "-" else 1)
        except ValueError:
            raise _no_moment(text, field, file) from None
    clock = _CLOCK.fullmatch(text)
    if clock:
        return _next(time(*(int(part or 0) for part in clock.groups())), start, text, field, file)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _no_moment(text, field, file) from None
    return _since(start, moment if moment.tzinfo else moment.replace(tzinfo=start.tzinfo), text, field, file)


def _next(clock: time, start: datetime, text: str, field: str, file: str) -> int:
    """Give the first moment from the start on at which the clocks show a time; it may come twice in a night, or not."""
    for days in (0, 1):
        first = datetime.combine(start.date() + timedelta(days=days), clock, start.tzinfo)
        for moment in (first, first.replace(fold=1)):
            seconds = seconds_between(start, moment)
            if seconds < 0:
                continue
            if moment.astimezone(UTC).astimezone(start.tzinfo).time() != clock:
                raise InputError(file=file, field=field, found=f"'{text}'",
                                 expected="a time that the clocks show that night",
                                 remedy="They go forward over it: write the time since the start (+5h).")
            return seconds
    raise AssertionError("a time of day comes every day")


def _since(start: datetime, moment: datetime, text: str, field: str, file: str) -> int:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InputError(file=file, field=field, found=f"'{text}'", expected=f"a year from {_YEARS[0]} to {_YEARS[1]}")
    return seconds_between(start, moment)


def _no_moment(text: str, field: str, file: str) -> InputError:
    return InputError(file=file, field=field, found=f"'{text}'",
                      expected="a moment: 2026-11-22T16:00+01:00, +5h or 22:10")


def natural(name: str) -> tuple[object, ...]:
    """Give a key that sorts names with their numbers counted as numbers: ``d2`` before ``d10``."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)


def times_from_pattern(files: list[Path], pattern: str, start: datetime, first: str | None) -> list[int]:
    """Give the time of each file by a pattern for its name.

    Raises
    ------
    InputError
        A name that does not follow the pattern.
    """
    counted = next((letter for letter in _COUNTED if letter in pattern), None)
    if counted is not None:
        expression = re.compile(re.escape(pattern).replace(re.escape(counted), r"(\d+(?:\.\d+)?)").replace(r"\*", ".*"))
        origin = 0 if first is None else moment_s(first, start, field="flood.rasters.first")
        return [origin + round(float(_matched(expression, path, pattern)[1]) * _COUNTED[counted]) for path in files]
    times = []
    for path in files:
        try:
            moment = datetime.strptime(path.name, pattern)
        except (ValueError, re.error) as error:
            raise _misnamed(path, pattern, str(error)) from None
        zone = moment.tzinfo or start.tzinfo or UTC
        times.append(_since(start, moment.replace(tzinfo=zone), path.name, "flood.rasters.pattern", path.name))
    return times


def _matched(expression: re.Pattern[str], path: Path, pattern: str) -> re.Match[str]:
    match = expression.fullmatch(path.name)
    if match is None:
        raise _misnamed(path, pattern, "the name does not follow it")
    return match


def _misnamed(path: Path, pattern: str, why: str) -> InputError:
    return InputError(file=path.name, field="flood.rasters.pattern", found=f"pattern '{pattern}' ({why})",
                      expected="a pattern that every file follows, depth_%Y%m%d%H%M.tif or depth_{min}.tif")


def times_from_names(files: list[Path], start: datetime) -> list[int]:
    """Give the time of each file from a date and time in its name.

    Raises
    ------
    InputError
        A name without one.
    """
    times = []
    for path in files:
        match = _IN_NAME.search(path.stem)
        if match is None:
            raise InputError(file=path.name, field="flood.rasters", found="no date and time in the name",
                             expected="names such as depth_20261122T1600.tif",
                             remedy="Say `times`, `pattern` or `step` beside `files`.")
        *digits, zulu = match.groups()
        try:
            moment = datetime(*(int(part or 0) for part in digits),  # type: ignore[arg-type,misc]
                              tzinfo=UTC if zulu else start.tzinfo)
        except ValueError as error:
            raise InputError(file=path.name, field="flood.rasters", found=f"'{match[0]}' ({error})",
                             expected="a date and time") from None
        times.append(_since(start, moment, match[0], "flood.rasters", path.name))
    return times
