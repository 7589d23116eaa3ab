"""Times that stand in the names of files: a pattern, a number that counts, or a date and time wherever it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from geodata.inputs.times import check_year, moment_s
from twin.errors import InputError
from twin.quantities import seconds_between

#: Date and time inside a file name: 20261122T1600, 2026-11-22_16-00-00, 202611221600 and the like.
_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})[T _-]?(\d{2})[-:h_]?(\d{2})"
                      r"(?:[-:m_]?(\d{2}))?(Z)?(?!\d)", re.ASCII)
_COUNTED = {"{s}": 1.0, "{min}": 60.0, "{h}": 3600.0, "{d}": 86400.0}


def natural(name: str) -> tuple[object, ...]:
    """Give a key that sorts names with their numbers counted as numbers: ``d2`` before ``d10``."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part)
                 for part in re.split(r"(\d+)", name) if part)


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
        times.append(_since(start, moment, path.name, "flood.rasters.pattern", path.name))
    return times


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
                              tzinfo=UTC if zulu else None)
        except ValueError as error:
            raise InputError(file=path.name, field="flood.rasters", found=f"'{match[0]}' ({error})",
                             expected="a date and time") from None
        times.append(_since(start, moment, match[0], "flood.rasters", path.name))
    return times


def holes_in(names: list[str]) -> list[str]:
    """Give the names that a series counted by one number lacks: ``d_0 d_1 d_3`` lacks ``d_2``.

    Names that do not differ by one number alone, or whose numbers follow no step, tell nothing.
    """
    cut = [re.split(r"(\d+)", name) for name in names]
    if len(names) < 3 or len({len(parts) for parts in cut}) > 1:
        return []
    places = [i for i, parts in enumerate(zip(*cut, strict=True)) if len(set(parts)) > 1]
    if len(places) != 1 or not all(parts[places[0]].isdecimal() for parts in cut):
        return []
    at = places[0]
    numbers = sorted(int(parts[at]) for parts in cut)
    steps = [b - a for a, b in pairwise(numbers)]
    step = min(steps)
    count = sum(steps) // step + 1 if step > 0 else 0
    # A few of many were lost; where most are absent the numbers count something else.
    if step <= 0 or any(s % step for s in steps) or count - len(names) > max(1, len(names) // 4):
        return []
    width = len(cut[0][at]) if len({len(parts[at]) for parts in cut}) == 1 else 0
    lacking = sorted(set(range(numbers[0], numbers[-1], step)) - set(numbers))
    return ["".join([*cut[0][:at], str(n).zfill(width), *cut[0][at + 1:]]) for n in lacking]


def _since(start: datetime, moment: datetime, text: str, field: str, file: str) -> int:
    check_year(moment, text, field=field, file=file)
    # Through the grammar of moments: the hour that comes twice, or never, is told there.
    return moment_s(moment.isoformat(), start, field=field, file=file) if moment.tzinfo is None \
        else seconds_between(start, moment)


def _matched(expression: re.Pattern[str], path: Path, pattern: str) -> re.Match[str]:
    match = expression.fullmatch(path.name)
    if match is None:
        raise _misnamed(path, pattern, "the name does not follow it")
    return match


def _misnamed(path: Path, pattern: str, why: str) -> InputError:
    return InputError(file=path.name, field="flood.rasters.pattern", found=f"pattern '{pattern}' ({why})",
                      expected="a pattern that every file follows, depth_%Y%m%d%H%M.tif or depth_{min}.tif")
