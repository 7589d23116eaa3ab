"""Hydrographs: water levels at a gauge over time, from the files that operators have.

Tables of any dialect (Hub'Eau, HydroPortail, USGS RDB among them), answers of services in JSON (Hub'Eau, Vigicrues,
Pegelonline, the Environment Agency, USGS). A level is what comes out, in metres, seconds from the start of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from geodata.gauges.judging import HIGHEST_M, judged
from geodata.gauges.raw import Asked, Raw, readings, spoken
from geodata.gauges.services import read_json
from geodata.gauges.tables import read_table
from geodata.inputs.time_zones import stated_zone
from geodata.inputs.times import moment_s
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from twin.water.hazard import Doubt

#: A file of levels is smaller than this: five years of minutes take 100 MB.
_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hydrograph:
    """Levels at one gauge."""

    #: Strictly increasing, (N,) [s from the start]; may begin before it.
    times_s: Int64Array
    #: (N,) [m], in the datum of the file.
    level_m: FloatArray
    #: What every reader must be told, in English sentences.
    notes: tuple[str, ...]
    #: Name of the file, "" for levels written in the scenario.
    file: str
    #: What was left out or may be otherwise: said aloud.
    doubts: tuple[Doubt, ...] = ()

    def at(self, times_s: Int64Array) -> FloatArray:
        """Give the level at any time, linear between readings; the first and the last hold outside."""
        return np.interp(times_s, self.times_s, self.level_m)

    def raised(self, by_m: float) -> Hydrograph:
        """Give the same levels above another zero."""
        return replace(self, level_m=self.level_m + by_m)


def read_levels(source: str | Path | Sequence[tuple[str, float]], *, start: datetime, folder: Path = Path(),
                unit: str | None = None, column: str | None = None, station: str | None = None, zone: str | None = None,
                days: str | None = None, outliers: str = "judge", between_m: tuple[float, float] | None = None,
                field: str = "flood.river_stage.levels") -> Hydrograph:
    """Read the levels of one gauge.

    Parameters
    ----------
    source
        A file, or pairs of moment and level.
    start
        Start of the plan, with offset.
    folder
        What a relative file is relative to.
    unit
        Unit of a file that does not say it; metres where neither does, unless the values can only be another's.
    column, station
        Which column of a table, and which station of a file with several.
    zone
        Zone of times without an offset: ``UTC``, ``local``, ``+01:00``, ``Europe/Paris``.
    days
        ``day_first`` or ``month_first``, where the file's dates can be read both ways.
    outliers
        What becomes of readings that stand out: ``judge``, ``keep`` or ``leave_out``; see ``geodata.gauges.judging``.
    between_m
        What the bank allows, in the datum of the file [m].
    field
        Key of the scenario, for messages.

    Raises
    ------
    InputError
        A file that is missing, truncated or of no known form; discharges instead of levels; repeated or unordered
        times; dates that can be read both ways; readings that no river has; no reading at all.
    """
    asked = Asked(start=start, unit=unit, column=column, station=station, days=days, field=field,
                  zone=stated_zone(zone, field=f"{field.rsplit('.', 1)[0]}.zone") if zone else None,
                  is_zone_said=zone is not None)
    if isinstance(source, (str, Path)):
        raw = _of_file(folder / source, str(source), asked)
    else:
        raw = Raw(times_s=np.array([moment_s(text, start, field=field) for text, _ in source], np.int64),
                  value=np.array([level for _, level in source], float), unit=unit or "m", file="")
    _check_order(raw, asked)
    times_s, level_m, doubts = judged(raw, start=start, field=field, outliers=outliers, between_m=between_m,
                                      is_file=isinstance(source, (str, Path)))
    if not len(times_s):
        raise InputError(file=raw.file, field=field, found="no reading", expected="one level or more")
    wrong = np.flatnonzero(~np.isfinite(level_m) | (np.abs(level_m) > HIGHEST_M))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(file=raw.file, field=field, found=f"level {level_m[row]:g} m at "
                         f"{spoken(start, int(times_s[row]))}", expected="levels of a river in metres",
                         remedy="Say the unit: `unit: mm` or `unit: cm`.")
    return Hydrograph(times_s=times_s, level_m=level_m, notes=tuple(raw.notes), file=raw.file,
                      doubts=(*raw.doubts, *doubts))


def _of_file(path: Path, name: str, asked: Asked) -> Raw:
    expected = "a CSV or JSON of levels"
    try:
        is_file, size = path.is_file(), path.stat().st_size if path.exists() else 0
    except OSError:  # a name too long
        is_file, size = False, 0
    if not is_file:
        there = "no such file" if not size and not _exists(path) else "a folder, a device or a pipe"
        raise InputError(file=name, field=asked.field, found=there, expected=expected,
                         remedy="Paths are relative to the scenario.")
    if size > _MOST_BYTES:
        raise InputError(file=name, field=asked.field, found=f"{size / 2**20:,.0f} MB", expected="at most 256 MB",
                         remedy="Cut the readings to the days of the run.")
    text = _decoded(path.read_bytes(), path.name)
    if text.lstrip()[:1] in ("{", "["):
        return read_json(text, path.name, asked)
    return read_table(text, path.name, asked)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _decoded(data: bytes, file: str) -> str:
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text"
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise InputError(file=file, found="neither UTF-8 nor Windows text", expected="a CSV or JSON of levels")


def _check_order(raw: Raw, asked: Asked) -> None:
    """Refuse times that repeat or run backwards; a row that stands twice, letter for letter, counts once."""
    steps = np.diff(raw.times_s)
    same = np.flatnonzero((steps == 0) & (np.diff(raw.value) == 0))
    if len(same):
        keep = np.setdiff1d(np.arange(len(raw.times_s)), same + 1)
        raw.times_s, raw.value = raw.times_s[keep], raw.value[keep]
        raw.notes.append(f"{raw.file}: {readings(len(same))} that stand twice count once.")
        steps = np.diff(raw.times_s)
    wrong = np.flatnonzero(steps <= 0)
    if len(wrong):
        row = int(wrong[0])
        what = "a repeated time" if steps[row] == 0 else "times out of order"
        one, two = (spoken(asked.start, int(raw.times_s[k])) for k in (row, row + 1))
        found = f"{what}: reading {row + 2} at {two} ({raw.value[row + 1]:g} {raw.unit}) after reading {row + 1} at " \
            f"{one} ({raw.value[row]:g} {raw.unit})"
        raise InputError(file=raw.file, field=asked.field, found=found,
                         expected="times that increase", remedy="Sort the readings and keep one of each time.")


