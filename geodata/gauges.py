"""Hydrographs: water levels at a gauge over time, from the files that operators have.

CSV of any dialect, Hub'Eau (``observations_tr`` of v1 and v2: mm and l/s, UTC), Vigicrues (m and m³/s, epoch
milliseconds; observations and forecasts). A level is what comes out, in metres, seconds from the start of the plan.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from geodata.hazards.flow.specs import seconds_of
from geodata.inputs.times import moment_s
from geodata.terrain import UNITS_M
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array, seconds_between

#: Levels beyond this are a wrong unit, not a river [m]: altitudes of gauges stay below it.
_HIGHEST_M = 5000.0
#: Times beyond this are no times of a flood [s from the start]: a hundred years.
_LATEST_S = 100 * 366 * 86_400
_TIME_WORDS = ("time", "date", "heure", "instant", "t", "seconds", "hours", "minutes")
_LEVEL_WORDS = ("level", "stage", "niveau", "hauteur", "cote", "height", "h", "water", "wl", "resultat_obs", "value",
                "valeur")
_RELATIVE_S = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0, "h": 3600.0, "hours": 3600.0,
               "heures": 3600.0}


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

    def at(self, times_s: Int64Array) -> FloatArray:
        """Give the level at any time, linear between readings; the first and the last hold outside."""
        return np.interp(times_s, self.times_s, self.level_m)


def read_levels(source: str | Path | Sequence[tuple[str, float]], *, start: datetime, folder: Path = Path(),
                unit: str = "m", column: str | None = None, station: str | None = None,
                field: str = "flood.river_stage.levels") -> Hydrograph:
    """Read the levels of one gauge.

    Parameters
    ----------
    source
        A file (CSV, or JSON of Hub'Eau or Vigicrues), or pairs of moment and level.
    start
        Start of the plan, with offset.
    folder
        What a relative file is relative to.
    unit
        Unit of a CSV that does not say it in its header.
    column, station
        Which column of a CSV, and which station of a file with several.
    field
        Key of the scenario, for messages.

    Raises
    ------
    InputError
        A file that is missing, truncated or of no known form; discharges instead of levels; repeated or unordered
        times; no reading at all.
    """
    if not isinstance(source, (str, Path)):
        moments = [(moment_s(text, start, field=field), level) for text, level in source]
        return _hydrograph(moments, [], file="", field=field)
    path = folder / source
    if not path.is_file():
        raise InputError(file=str(source), field=field, found="no such file", expected="a CSV or JSON of levels",
                         remedy="Paths are relative to the scenario.")
    text = _decoded(path.read_bytes(), path.name)
    if text.lstrip()[:1] in ("{", "["):
        moments, notes, newest_first = _from_json(text, path.name, start, station, field)
        if newest_first:
            moments = moments[::-1]
    else:
        moments, notes = _from_csv(text, path.name, start, unit, column, station, field)
    return _hydrograph(moments, notes, file=path.name, field=field)


def _decoded(data: bytes, file: str) -> str:
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text"
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return text
    raise InputError(file=file, found="neither UTF-8 nor Windows text", expected="a CSV or JSON of levels")


def _hydrograph(moments: list[tuple[int, float]], notes: list[str], *, file: str, field: str) -> Hydrograph:
    if not moments:
        raise InputError(file=file, field=field, found="no reading", expected="one level or more")
    times_s = np.array([t for t, _ in moments], np.int64)
    level_m = np.array([level for _, level in moments], float)
    wrong = np.flatnonzero(np.diff(times_s) <= 0)
    if len(wrong):
        row = int(wrong[0])
        what = "a repeated time" if times_s[row + 1] == times_s[row] else "times out of order"
        raise InputError(file=file, field=field, found=f"{what}: reading {row + 2} at {_hours(times_s[row + 1])} after "
                         f"reading {row + 1} at {_hours(times_s[row])}", expected="times that increase",
                         remedy="Sort the readings and keep one of each time.")
    if np.any(~np.isfinite(level_m)) or np.any(np.abs(level_m) > _HIGHEST_M):
        row = int(np.flatnonzero(~np.isfinite(level_m) | (np.abs(level_m) > _HIGHEST_M))[0])
        raise InputError(file=file, field=field, found=f"level {level_m[row]:g} m in reading {row + 1}",
                         expected="levels of a river in metres", remedy="Say the unit: `unit: mm` or `unit: cm`.")
    return Hydrograph(times_s=times_s, level_m=level_m, notes=tuple(notes), file=file)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:+.2f} h from the start"


def _from_json(text: str, file: str, start: datetime, station: str | None, field: str
               ) -> tuple[list[tuple[int, float]], list[str], bool]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(file=file, field=field, line=error.lineno, column=error.colno,
                         found=f"JSON that breaks off ({error.msg.lower()})", expected="a whole answer of the service",
                         remedy="The download was cut short: fetch it again.") from None
    except RecursionError:
        data = None
    try:
        for key in ("Serie", "Simul"):
            if isinstance(data, dict) and isinstance(data.get(key), dict):
                return *_vigicrues(data[key], file, start, field), False
        if isinstance(data, dict) and isinstance(data.get("data"), list):
            return _hubeau(data, file, start, station, field)
    except InputError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError, OSError) as error:
        raise InputError(file=file, field=field, found=f"a reading in another form ({error})",
                         expected="times and levels as Hub'Eau and Vigicrues write them",
                         remedy="Open the file and look, or fetch it again.") from None
    keys = ", ".join(list(data)[:5]) or "nothing in it" if isinstance(data, dict) else "no object at its top"
    message = next((str(data[k]) for k in ("error", "message", "erreur") if isinstance(data, dict) and k in data), "")
    raise InputError(file=file, field=field, found=f"JSON with {keys}" + (f" ({message})" if message else ""),
                     expected="Hub'Eau (`data`) or Vigicrues (`Serie`, `Simul`)",
                     remedy="These services answer errors like answers: open the file and read it.")


def _only_levels(grandeur: str, file: str, field: str) -> None:
    if grandeur.upper().startswith("Q"):
        raise InputError(file=file, field=field, found="discharges (Q)", expected="levels (H)",
                         remedy="Ask the service for grandeur H, or convert with the gauge's rating curve.")


def _hubeau(data: dict[str, Any], file: str, start: datetime, station: str | None, field: str
            ) -> tuple[list[tuple[int, float]], list[str], bool]:
    records, notes = data["data"], []
    codes = sorted({str(r.get("code_station") or r.get("code_site")) for r in records})
    if station is not None:
        records = [r for r in records if station in (r.get("code_station"), r.get("code_site"))]
        if not records:
            raise InputError(file=file, field="station", found=f"'{station}'", expected=f"one of {', '.join(codes)}")
    elif len(codes) > 1:
        raise InputError(file=file, field=field, found=f"stations {', '.join(codes)}", expected="one station",
                         remedy="Choose it with `station`.")
    announced = data.get("count")
    if station is None and isinstance(announced, int) and announced != len(records):
        notes.append(f"{file}: {len(records)} of {announced} announced observations are in the file; further pages are "
                     "missing.")
    moments, empty = [], 0
    for record in records:
        _only_levels(str(record.get("grandeur_hydro") or record.get("grandeur_hydro_elab") or "H"), file, field)
        when = record.get("date_obs") or record.get("date_obs_elab")
        value = record.get("resultat_obs", record.get("resultat_obs_elab"))
        if when is None or value is None:
            empty += 1
            continue
        try:
            moment = datetime.fromisoformat(str(when))
        except ValueError:
            raise InputError(file=file, field="date_obs", found=f"'{when}'", expected="ISO 8601") from None
        # Hub'Eau gives UTC, and millimetres.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moments.append((seconds_between(start, moment), float(value) / 1000.0))
    if empty:
        notes.append(f"{file}: {empty} observations without a value are left out.")
    newest_first = len(moments) > 1 and all(b[0] < a[0] for a, b in pairwise(moments))
    return moments, notes, newest_first


def _vigicrues(series: dict[str, Any], file: str, start: datetime, field: str
               ) -> tuple[list[tuple[int, float]], list[str]]:
    _only_levels(str(series.get("GrdSerie") or series.get("GrdSimul") or "H"), file, field)
    notes: list[str] = []
    if isinstance(series.get("Prevs"), list):
        rows = [(p.get("DtPrev"), p.get("ResMoyPrev")) for p in series["Prevs"]]
        notes.append(f"{file}: a forecast of Vigicrues; its middle value is used.")
    else:
        rows = [(p[0], p[1]) if isinstance(p, list) else (p.get("DtObsHydro"), p.get("ResObsHydro"))
                for p in series.get("ObssHydro") or []]
    moments = []
    for when, value in rows:
        if when is None or value is None:
            continue
        if isinstance(when, (int, float)):
            moment = datetime.fromtimestamp(when / 1000.0, UTC)
        else:
            try:
                moment = datetime.fromisoformat(str(when))
            except ValueError:
                raise InputError(file=file, field="DtPrev", found=f"'{when}'", expected="ISO 8601") from None
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moments.append((seconds_between(start, moment), float(value)))
    if len(moments) < len(rows):
        notes.append(f"{file}: {len(rows) - len(moments)} readings without a value are left out.")
    return moments, notes


def _from_csv(text: str, file: str, start: datetime, unit: str, column: str | None, station: str | None, field: str
              ) -> tuple[list[tuple[int, float]], list[str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise InputError(file=file, field=field, found="an empty file", expected="a CSV of times and levels")
    delimiter = next((d for d in (";", "\t") if d in lines[0]), ",")
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    header = rows[0] if not _is_number(rows[0][-1]) or not any(c.isdigit() for c in rows[0][0]) else []
    names = [re.sub(r"[\s_]+", "_", name.casefold()) for name in header]
    time_at = next((i for i, n in enumerate(names) if n.split("_")[0].split("[")[0].split("(")[0] in _TIME_WORDS), 0)
    level_at, column_unit = _level_column(header, names, column, time_at, len(rows[0]), file, unit)
    if station is not None:
        rows = rows[:1] + [r for r in rows[1:] if station in r]
    scale = UNITS_M.get(column_unit)
    if scale is None:
        raise InputError(file=file, field="unit", found=f"'{column_unit}'", expected=f"one of {', '.join(UNITS_M)}")
    relative_s = _relative_unit(names[time_at] if names else "")
    moments: list[tuple[int, float]] = []
    naive = 0
    for number, row in enumerate(rows[1:] if header else rows, start=2 if header else 1):
        if len(row) <= max(time_at, level_at):
            raise InputError(file=file, field=field, line=number, found=f"{len(row)} values",
                             expected=f"{len(rows[0])}, as in the first row", remedy="The file may be truncated.")
        level = _number(row[level_at])
        if level is None:
            raise InputError(file=file, field=header[level_at] if header else field, line=number,
                             found=f"'{row[level_at]}'", expected="a level")
        when = row[time_at]
        if relative_s is not None or _is_number(when):
            at_s = _number(when)
            if at_s is None or not abs(at_s) < _LATEST_S:
                raise InputError(file=file, field=header[time_at] if header else field, line=number, found=f"'{when}'",
                                 expected="a number")
            seconds = round(at_s * (relative_s or 1.0))
        else:
            seconds = _moment(when, start, moments, field=header[time_at] if header else field, file=file)
            naive += "T" in when.replace(" ", "T") and not re.search(r"(Z|[+-]\d{2}:?\d{2})$", when)
        moments.append((seconds, level * scale))
    notes = [f"{file}: its times have no offset and are taken as {start.tzname()}."] if naive else []
    return moments, notes


def _moment(text: str, start: datetime, before: list[tuple[int, float]], *, field: str, file: str) -> int:
    """Give a moment; a clock time without a date is the first after the reading before it."""
    french = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})[ T](.*)", text)
    if french:
        text = f"{french[3]}-{french[2]}-{french[1]}T{french[4]}"
    if re.fullmatch(r"\d{1,3}(?:\.\d+)?\s*(?:h|min|s|d)(?:\d+)?", text):
        return round(seconds_of(text))
    seconds = moment_s(text, start, field=field, file=file)
    if re.fullmatch(r"\d{1,2}[:h]\d{2}(:\d{2})?", text):
        while before and seconds <= before[-1][0] and before[-1][0] - seconds > 12 * 3600:
            seconds += 86400
    return seconds


def _relative_unit(name: str) -> float | None:
    """Give the seconds of one unit where the header counts time from the start (``time_h``, ``t [min]``, ``hours``)."""
    if name in _RELATIVE_S and name not in ("h",):
        return _RELATIVE_S[name]
    match = re.search(r"[_\[(]([a-z]+)[\])]?$", name)
    return _RELATIVE_S.get(match[1]) if match else None


def _level_column(header: list[str], names: list[str], column: str | None, time_at: int, width: int, file: str,
                  unit: str) -> tuple[int, str]:
    if column is not None:
        if column not in header:
            raise InputError(file=file, field="column", found=f"'{column}'", expected=f"one of {', '.join(header)}")
        at = header.index(column)
    elif not header:
        at = 1 if width > 1 else 0
    else:
        others = [i for i in range(len(names)) if i != time_at]
        named = [i for i in others if re.split(r"[_\[(]", names[i])[0] in _LEVEL_WORDS or names[i] in _LEVEL_WORDS]
        if not named and len(others) > 1:
            raise InputError(file=file, field="column", found=f"columns {', '.join(header)}", expected="one of levels",
                             remedy="Choose it with `column`.")
        if not others:
            raise InputError(file=file, field="column", found=f"one column, {header[0][:40]}",
                             expected="a column of times and one of levels")
        at = (named or others)[0]
    said = re.search(r"[_\[(](us_ft|m|cm|mm|ft)[\])]?$", names[at]) if names else None
    return at, said[1] if said else unit


def _number(text: str) -> float | None:
    if "_" in text:  # Python's own way to write a number, nobody else's
        return None
    try:
        return float(text.replace(",", ".").replace("\u202f", "").replace("\u00a0", ""))
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return _number(text) is not None
