"""Values over time that a scenario gives the flow model: discharges, levels behind an edge, and the CSV of both.

Everything is read and checked on the scenario's clock, so that messages speak of its times; at the end it is moved to
the model's, which starts ``warm_up`` earlier.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from geodata.causes import cause_of
from geodata.hazards.declared import flow as flow_specs
from geodata.inputs.encodings import decode
from geodata.inputs.plain_file import bytes_of
from geodata.inputs.times import duration_s, moment_s
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.text_table import DELIMITERS, parsed
from twin.errors import InputError
from twin.flood.series import Series
from twin.quantities import FloatArray

#: Numbers beyond this are no seconds from the start of a run [s]: ten years.
LATEST_S = 10 * 366 * 86_400
#: What to do about such a number.
NO_EPOCH = "Seconds since 1970 and the like are not read: write moments, 2026-07-17T20:00+02:00."
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d|\d{8}T|[+-]")
_TIME_FORMS = "a moment (2026-07-17T20:00+02:00), a duration from the start (90min) or seconds from it"


class Run(NamedTuple):
    """The run that a series must meet, and where its files lie."""

    folder: Path
    start: datetime
    warm_up_s: float
    duration_s: float


class Table(NamedTuple):
    """Rows of a CSV of values over time."""

    #: Strictly increasing [s from the start of the scenario].
    times_s: FloatArray
    #: Of each row; NaN where it has none.
    values: FloatArray
    #: Line of the file on which each row stands.
    lines: tuple[int, ...]
    #: Whether a time among them is a moment, not counted from the start.
    has_moments: bool


def read_table(name: str, column: str, run: Run, *, field: str, ids: Sequence[str] = ()) -> Table:
    """Read ``time`` and one more column of a CSV, whatever its separator, decimal sign and encoding.

    Raises
    ------
    InputError
        No such file, no text, other columns or the same one twice, a row of another length, a time or a value that is
        none, times that do not increase.
    """
    text = _text(run.folder / name, name, column, field)
    delimiter, header = _header(text, column, name, field)
    when_at, value_at = header.index("time"), header.index(column)
    times: list[float] = []
    values: list[str] = []
    lines: list[int] = []
    has_moments = False
    for row, line in zip(*parsed(text, delimiter), strict=True):
        if not any(cell.strip() for cell in row):
            continue
        if not lines:  # the header
            lines.append(line)
            continue
        where: dict[str, Any] = {"file": name, "field": field, "line": line, "ids": ids}
        if len(row) != len(header):
            raise InputError(**where, found=counted(len(row), "value"), expected=f"{len(header)}, as in the header",
                             remedy="Decimal commas need semicolons between the columns." if delimiter == "," else "")
        when = row[when_at].strip()
        seconds, is_moment = _seconds(when, run.start, delimiter, where)
        if times and seconds <= times[-1]:
            what = "again" if seconds == times[-1] else "after a later one"
            raise InputError(**where, found=f"the time '{when}' {what} (line {lines[-1]})",
                             expected="times that increase from row to row")
        times.append(seconds)
        values.append(row[value_at].strip())
        lines.append(line)
        has_moments |= is_moment
    if not times:
        raise InputError(file=name, field=field, ids=ids, found="no rows", expected="a time and a value in each")
    numbers = _numbers(values, delimiter, lines[1:], column, name, field)
    return Table(np.array(times), numbers, tuple(lines[1:]), has_moments)


def counted(n: int, what: str) -> str:
    """Give a number of things: ``1 value``, ``2 values``."""
    return f"{n} {what}" + ("s" if n != 1 else "")


def _text(path: Path, name: str, column: str, field: str) -> str:
    """Give the text of a file without its lines of comment; the others keep their numbers."""
    wanted = f"a CSV with the columns time and {column}"
    if not name.strip() or path.is_dir():
        raise InputError(field=field, found=f"'{name}', which is no file", expected=wanted)
    if not path.exists():
        raise InputError(file=name, field=field, found="no such file", expected=wanted,
                         remedy="Paths are relative to the scenario.")
    try:
        data = bytes_of(path, expected=wanted, file=name, field=field)
    except OSError as error:
        raise InputError(file=name, field=field, found=f"a file that cannot be read ({cause_of(error)})",
                         expected=wanted) from None
    text, _, _ = decode(data, None, name)
    if "\x00" in text:
        raise InputError(file=name, field=field, found="bytes that are no text", expected=wanted)
    return re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)


def _header(text: str, column: str, name: str, field: str) -> tuple[str, list[str]]:
    """Give the separator under which the first line names the columns, and their names in small letters."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in DELIMITERS:
        header = [cell.strip().casefold() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        if {"time", column} <= set(header):
            break
    else:
        shown = ", ".join(cell.strip() for cell in re.split(r"[,;|\t]", first[:100]))
        raise InputError(file=name, field=field, found=f"the columns {shown or '(none)'}",
                         expected=f"time and {column}", remedy="The first line names the columns.")
    for wanted in ("time", column):
        if header.count(wanted) > 1:
            raise InputError(file=name, field=field, found=f"{header.count(wanted)} columns '{wanted}'",
                             expected="one of each")
    return delimiter, header


def _number(text: str, delimiter: str) -> float | None:
    """Give a number; a comma is a decimal sign where it does not separate the columns."""
    text = text if delimiter == "," else text.replace(",", ".", 1)
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


def _numbers(texts: list[str], delimiter: str, lines: list[int], column: str, name: str, field: str) -> FloatArray:
    values = np.full(len(texts), np.nan)
    for k, text in enumerate(texts):
        if text in NULL_TEXTS:
            continue
        number = _number(text, delimiter)
        if number is None:
            raise InputError(file=name, field=field, line=lines[k], found=f"'{text[:40]}'",
                             expected=f"a number in {column}")
        values[k] = number
    with_comma = [k for k, text in enumerate(texts) if "," in text]
    if with_comma and any("." in text for text in texts):
        raise InputError(file=name, field=field, line=lines[with_comma[0]], expected="one decimal sign",
                         found=f"decimal commas ('{texts[with_comma[0]]}') and decimal points in {column}")
    return values


def _seconds(text: str, start: datetime, delimiter: str, where: dict[str, Any]) -> tuple[float, bool]:
    """Give a time in seconds from the start, and whether it is a moment."""
    number = _number(text, delimiter)
    if number is not None:
        if abs(number) > LATEST_S:
            raise InputError(**where, found=f"the time '{text}'", expected="seconds from the start of the scenario",
                             remedy=NO_EPOCH)
        return number, False
    try:
        if _MOMENT.match(text):
            return float(moment_s(text, start, field="time")), text[0] not in "+-"
        return duration_s(text), False
    except InputError as error:
        # A time that the clocks skip or show twice has its own remedy; anything else is no time.
        of_clocks = "clocks" in error.remedy
        raise InputError(**where, found=f"the time '{text[:40]}'", remedy=error.remedy if of_clocks else "",
                         expected=error.expected if of_clocks else _TIME_FORMS) from None


def discharge_of(spec: flow_specs.Inflow, run: Run, *, column: str = "m3_s") -> Series:
    """Give a discharge over time [m3/s] on the model's clock; in the warm-up the first value holds before it.

    Parameters
    ----------
    spec, run
        The inflow, and the run that it must meet.
    column
        Column of its file: that of a member of a forecast.

    Raises
    ------
    InputError
        See ``read_table`` and ``Series.of``; a negative discharge, one that does not reach over the run.
    """
    where: dict[str, Any] = {"file": spec.file or "", "ids": (spec.name,),
                             "field": "inflow.m3_s" if spec.file is None else "flood.inflow.file"}
    series, lines = _series(column.strip().casefold(), spec.m3_s, spec.every, spec.file, run, where)
    below = np.flatnonzero(series.values < 0)
    if len(below):
        raise InputError(**where, line=lines[below[0]] if lines else 0, found=f"{series.values[below[0]]:g} m3/s",
                         expected="0 or more", remedy="Water that leaves is a pump or an edge.")
    if spec.file is None and not isinstance(spec.m3_s, tuple):
        return series
    _check_start(series, lines, run, where)
    series = series.until(run.duration_s, after=spec.after, **where, line=lines[-1] if lines else 0)
    times, values = series.times_s + run.warm_up_s, series.values
    if times[0] > 0:
        times, values = np.append(0.0, times), np.append(values[0], values)
    return Series.of(times, values)


def level_of(rule: flow_specs.Edge, run: Run, *, field: str) -> Series:
    """Give the level behind an edge over time [m] on the model's clock; before its first row the first level holds.

    Raises
    ------
    InputError
        See ``read_table`` and ``Series.of``; levels that do not reach over the run.
    """
    where: dict[str, Any] = {"file": rule.file or "", "field": field + (".level_m" if rule.file is None else ".file")}
    series, lines = _series("level_m", rule.level_m, rule.every, rule.file, run, where)
    if rule.file is None and not isinstance(rule.level_m, tuple):
        return series
    _check_start(series, lines, run, where)
    if series.times_s[-1] < run.duration_s and rule.after == "refuse":
        raise InputError(**where, line=lines[-1] if lines else 0,
                         found=f"levels that end at {series.times_s[-1]:.10g} s",
                         expected=f"levels up to the end of the run, {run.duration_s:.10g} s",
                         remedy="Give more levels, or say that the last one stays: after: hold.")
    return Series.of(series.times_s + run.warm_up_s, series.values)


def _series(column: str, values: float | tuple[float, ...] | None, every: float | None, file: str | None, run: Run,
            where: dict[str, Any]) -> tuple[Series, tuple[int, ...]]:
    """Give a value over time on the scenario's clock, and the lines of its rows: none where it comes from no file."""
    if file is not None:
        table = read_table(file, column, run, field=where["field"], ids=where.get("ids", ()))
        return Series.of(table.times_s, table.values, **where, lines=table.lines), table.lines
    if isinstance(values, tuple):
        assert every is not None
        return Series.of(every * np.arange(len(values)), values, **where), ()
    return Series.constant(float(values or 0.0)), ()


def _check_start(series: Series, lines: tuple[int, ...], run: Run, where: dict[str, Any]) -> None:
    """Refuse a series that begins in the run or ends before it: nobody knows what holds where it says nothing."""
    first, last = float(series.times_s[0]), float(series.times_s[-1])
    begins = f"the start of the run, {run.start.isoformat(timespec='minutes')}"
    if first > 0:
        raise InputError(**where, line=lines[0] if lines else 0, found=f"a first row {first:.10g} s after {begins}",
                         expected="a row at the start or before it",
                         remedy="Give what holds at the start as well; are the dates those of the run?")
    if last < 0:
        raise InputError(**where, line=lines[-1] if lines else 0, found=f"a last row {-last:.10g} s before {begins}",
                         expected="rows over the run", remedy="Are the dates those of the run?")
