"""Tables of levels: CSV of any dialect, Hub'Eau's and the HydroPortail's, USGS' RDB."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from geodata.gauges.raw import Asked, Raw, few, flows_refused, is_blank, is_flow, readings
from geodata.inputs.lengths import length_unit
from geodata.inputs.numbers import plain_number
from geodata.inputs.time_column import Clock, Times, read_times, relative_unit
from geodata.inputs.time_zones import zone_in_header
from geodata.tables.text_table import sniff
from twin.errors import InputError

_TIME_WORDS = ("time", "datetime", "timestamp", "date", "datum", "heure", "zeit", "zeitpunkt", "zeitstempel", "uhrzeit",
               "instant", "fecha", "hora", "jour", "day", "t", "seconds", "hours", "minutes", "dtobshydro")
#: Columns of these very names hold the time: others beside them that begin with "date" do not.
_KNOWN_TIMES = ("date_obs", "date_obs_elab", "dtobshydro", "datetime", "timestamp", "horodate", "date_heure")
_DAY_WORDS = ("date", "datum", "jour", "day", "fecha", "tag")
_CLOCK_WORDS = ("heure", "time", "uhrzeit", "zeit", "hora", "clock")
_LEVEL_WORDS = ("level", "stage", "niveau", "niveaux", "hauteur", "cote", "côte", "height", "h", "water", "wl",
                "resultat", "resobshydro", "value", "valeur", "valeurs", "wasserstand", "wasserspiegel", "pegel",
                "gage", "nivel", "livello", "altura", "limni", "wert")
#: Words of headers that show a language in which days stand before months.
_DAY_FIRST = {"French": ("heure", "hauteur", "niveau", "cote", "côte", "valeur", "débit", "debit", "jour", "resultat",
                         "horodate", "tu"),
              "German": ("datum", "zeit", "uhrzeit", "wasserstand", "pegel", "zeitpunkt", "wert"),
              "Spanish": ("fecha", "hora", "nivel", "altura"), "Italian": ("livello", "ora", "data")}
_CLOCK_ONLY = re.compile(r"\d{1,2}[:h]\d{2}(?::\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?", re.ASCII)
_DAY_ONLY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", re.ASCII)
#: The line under the header of an RDB file: widths and sorts of its columns.
_RDB_WIDTH = re.compile(r"\d+[sdnSDN]", re.ASCII)
#: Parameter codes of USGS that are levels: gage height, elevations above a datum [ft], the same in metres.
_USGS_LEVELS = {"00065": "ft", "63160": "ft", "62614": "ft", "62615": "ft", "72279": "ft", "30207": "m"}
_LOOK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where time and level stand in the rows of a table."""

    time: int
    #: Column of the times of day, where date and time stand in two; else -1.
    clock: int
    #: Column of the zone of each row; else -1.
    zone: int
    level: int
    #: Unit that the header says; empty where it says none.
    unit: str


def read_table(text: str, file: str, asked: Asked) -> Raw:
    """Read a table of times and levels.

    Raises
    ------
    InputError
        No table, columns that cannot be told apart, discharges, cells that are neither a reading nor blank, times that
        cannot be told.
    """
    lines = [(i, line) for i, line in enumerate(text.splitlines(), start=1)
             if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise InputError(file=file, field=asked.field, found="an empty file", expected="a CSV of times and levels")
    delimiter = sniff("\n".join(line for _, line in lines[:_LOOK]))
    rows = [(number_, [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])])
            for number_, line in lines]
    header, rows, notes = _headed(rows, file)
    is_rdb = bool(rows) and all(_RDB_WIDTH.fullmatch(cell) for cell in rows[0][1])
    rows = rows[1:] if is_rdb else rows
    columns = _columns(header, rows, asked, file)
    if asked.station is not None:
        kept = [row for row in rows if asked.station in row[1]]
        if not kept and rows:
            raise InputError(file=file, field="station", found=f"'{asked.station}'",
                             expected="a station that the file holds")
        rows = kept
    _check_one_station(header, rows, asked, file)
    return _read(header, rows, columns, asked, file, notes, is_rdb=is_rdb, delimiter=delimiter)


def _headed(rows: list[tuple[int, list[str]]], file: str) -> tuple[list[str], list[tuple[int, list[str]]], list[str]]:
    """Give the header (empty where there is none), the rows under it, and what stands above it."""
    first = rows[0][1]
    if plain_number(first[-1]) is not None and any(c.isdigit() for c in first[0]):
        return [], rows, []
    for at, (line, row) in enumerate(rows[:_LOOK]):
        names = [_word(cell) for cell in row]
        if len(row) > 1 and any(name in _TIME_WORDS for name in names):
            notes = [f"{file}: {at} lines above the header on line {line} are passed over."] if at else []
            return row, rows[at + 1:], notes
    return first, rows[1:], []


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+|_", name.casefold()) if word]


def _word(name: str) -> str:
    """Give the first word of a column's name."""
    return next(iter(_words(name)), "")


def _columns(header: list[str], rows: list[tuple[int, list[str]]], asked: Asked, file: str) -> _Columns:
    width = len(header) or (len(rows[0][1]) if rows else 0)
    if not header:
        if asked.column is not None:
            raise InputError(file=file, field="column", found=f"'{asked.column}', in a file without a header",
                             expected="a header that names the columns")
        if width < 2:
            raise _no_table(file)
        return _Columns(time=0, clock=-1, zone=-1, level=1, unit="")
    names = [re.sub(r"[\s_]+", "_", name.strip().casefold()) for name in header]
    time = next((i for i, n in enumerate(names) if n in _KNOWN_TIMES), None)
    if time is None:
        time = next((i for i, n in enumerate(names) if _word(n) in _TIME_WORDS), -1)
    if time < 0:
        first = next((row[0] for _, row in rows if row), "")
        if not re.match(r"[+-]?\d+(?:[.,:h/-]|$)", first, re.ASCII):
            raise _no_table(file)
        time = 0
    clock = _clock_column(names, rows, time)
    if clock >= 0 and _word(names[time]) in _CLOCK_WORDS and _word(names[clock]) in _DAY_WORDS:
        time, clock = clock, time
    zone = next((i for i, n in enumerate(names) if n in ("tz_cd", "tz", "timezone", "zone")), -1)
    level = _level_column(header, names, {time, clock, zone}, rows, asked, file)
    return _Columns(time=time, clock=clock, zone=zone, level=level, unit=_unit_in(header[level], file))


def _clock_column(names: list[str], rows: list[tuple[int, list[str]]], time: int) -> int:
    """Give the column that completes the time: a date in one, a time of day in the other; -1 where there is none."""
    cells = next((row for _, row in rows if len(row) == len(names)), None)
    if cells is None:
        return -1
    if _DAY_ONLY.fullmatch(cells[time]):
        wanted, pattern = _CLOCK_WORDS, _CLOCK_ONLY
    elif _CLOCK_ONLY.fullmatch(cells[time]):
        wanted, pattern = _DAY_WORDS, _DAY_ONLY
    else:
        return -1
    return next((i for i, n in enumerate(names) if i != time and _word(n) in wanted and pattern.fullmatch(cells[i])),
                -1)


def _level_column(header: list[str], names: list[str], taken: set[int], rows: list[tuple[int, list[str]]],
                  asked: Asked, file: str) -> int:
    if asked.column is not None:
        if asked.column not in header:
            raise InputError(file=file, field="column", found=f"'{asked.column}'",
                             expected=f"one of {', '.join(header)}")
        if is_flow(asked.column):
            raise flows_refused(file, asked.field, f"column '{asked.column}'")
        return header.index(asked.column)
    others = [i for i in range(len(names)) if i not in taken]
    if not others:
        raise _no_table(file)
    usgs = [i for i in others if (names[i].rsplit("_", 1)[-1] in _USGS_LEVELS)]
    flows = [i for i in others if is_flow(header[i])]
    named = usgs or [i for i in others if i not in flows and (_word(names[i]) in _LEVEL_WORDS)]
    if len(named) > 1:
        # Of "level_m" and "level_quality" one holds numbers.
        head = [row for _, row in rows[:_LOOK]]
        named = [i for i in named if any(len(row) > i and plain_number(row[i]) is not None for row in head)] or named
    if len(named) > 1 and not any(_unit_in(header[i], file) for i in named[1:]):
        named = named[:1]
    if len(named) == 1:
        return named[0]
    if not named and flows:
        raise flows_refused(file, asked.field, f"column '{header[flows[0]]}'")
    if len(others) == 1:
        return others[0]
    choices = ", ".join(header[i] for i in (named or others))
    raise InputError(file=file, field="column", found=f"columns {choices[:200]}", expected="one of levels",
                     remedy="Choose it with `column`.")


def _no_table(file: str) -> InputError:
    # What stands in it is not repeated: it may be anybody's file.
    return InputError(file=file, field="column", found="no column of times beside another",
                      expected="a column of times and one of levels",
                      remedy="Columns are separated by commas, semicolons or tabs, and named in the first line.")


def _unit_in(name: str, file: str) -> str:
    """Give the unit of length that the name of a column says; empty for none.

    Raises
    ------
    InputError
        A unit that is none of length: the column holds no levels.
    """
    if re.sub(r"[\s_]+", "_", name.strip().casefold()).startswith("resultat_obs"):
        return "mm"  # Hub'Eau
    code = name.rsplit("_", 1)[-1]
    if code in _USGS_LEVELS:
        return _USGS_LEVELS[code]
    for bracket in re.findall(r"[\[(]([^\])]*)[\])]", name):
        word = re.sub(r"^(?:en|in|unit[éy]?\s*:?)\s+", "", bracket.strip(), flags=re.IGNORECASE)
        if (unit := length_unit(word)) is not None:
            return unit
        if is_flow(word) or re.fullmatch(r"(?:mm|cm|m|l)/(?:h|s|min|d)|%|°c|hpa|mbar", word, re.IGNORECASE):
            raise InputError(file=file, field="column", found=f"'{name}'", expected="levels, in a unit of length",
                             remedy="Discharges, rain and the like are no levels: choose another with `column`.")
    tail = re.search(r"(?:_|\s|\bin\s|\ben\s)(us[-_]ft|ft|mm|cm|dm|m|in|feet|metres?|meters?|mètres?)$", name.strip(),
                     re.IGNORECASE)
    return (length_unit(tail[1]) or "") if tail else ""


def _check_one_station(header: list[str], rows: list[tuple[int, list[str]]], asked: Asked, file: str) -> None:
    """Refuse readings of several stations, and Hub'Eau's discharges, in one table."""
    names = [name.strip().casefold() for name in header]
    for name in ("grandeur_hydro", "grandeur_hydro_elab"):
        if name in names:
            what = {row[names.index(name)].upper() for _, row in rows if len(row) > names.index(name)}
            flows = sorted(w for w in what if w.startswith("Q"))
            if flows:
                raise flows_refused(file, asked.field, ", ".join(flows))
    for name in ("code_station", "site_no", "station_id", "station"):
        if name in names and asked.station is None:
            codes = sorted({row[names.index(name)] for _, row in rows if len(row) > names.index(name)})
            if len(codes) > 1:
                raise InputError(file=file, field=asked.field, found=f"stations {', '.join(codes[:8])}",
                                 expected="one station", remedy="Choose it with `station`.")
            return


def _read(header: list[str], rows: list[tuple[int, list[str]]], columns: _Columns, asked: Asked, file: str,
          notes: list[str], *, is_rdb: bool, delimiter: str) -> Raw:
    width = len(header) or (len(rows[0][1]) if rows else 0)
    kept: list[tuple[int, list[str]]] = []
    values: list[float] = []
    empty: list[tuple[int, list[str]]] = []
    for line, row in rows:
        if len(row) <= max(columns.time, columns.clock, columns.level):
            raise InputError(file=file, field=asked.field, line=line, found=f"{len(row)} values",
                             expected=f"{width}, as in the first row", remedy="The file may be truncated.")
        text = row[columns.level]
        value = plain_number(text)
        if value is None:
            if is_blank(text) or (is_rdb and not any(c.isdigit() for c in text)):
                empty.append((line, row))
                continue
            raise InputError(file=file, field=header[columns.level] if header else asked.field, line=line,
                             found=f"'{text[:40]}'", expected="a level")
        kept.append((line, row))
        values.append(value)
    times = _times(header, kept, columns, asked, file, delimiter)
    unit = _unit(header, columns, asked, file)
    order = slice(None, None, -1) if times.is_newest_first else slice(None)
    raw = Raw(times_s=times.times_s[order], value=np.array(values, float)[order], unit=unit, file=file,
              notes=[*notes, *times.notes], doubts=times.doubts)
    if empty:
        when = [_joined(row, columns) for _, row in empty]
        raw.notes.append(f"{file}: {readings(len(empty))} without a value left out ({few(when)}).")
    if not columns.unit and asked.unit is None and values:
        _ask_unit(raw, asked)
    return raw


def _joined(row: list[str], columns: _Columns) -> str:
    return f"{row[columns.time]} {row[columns.clock]}" if columns.clock >= 0 else row[columns.time]


def _times(header: list[str], rows: list[tuple[int, list[str]]], columns: _Columns, asked: Asked, file: str,
           delimiter: str) -> Times:
    names = [header[i] for i in (columns.time, columns.clock) if header and i >= 0]
    zone, has_zone = _zone(names)
    clock = Clock(start=asked.start, file=file, field=names[0] if names else asked.field, days=asked.days,
                  relative_s=relative_unit(names[0]) if names else None,
                  day_first_since=_language(header, rows, columns, delimiter))
    if asked.is_zone_said:
        clock.zone, clock.zone_from = asked.zone, "the scenario"
    elif has_zone:
        clock.zone, clock.zone_from = zone, "its header"
    zones = [row[columns.zone] for _, row in rows] if columns.zone >= 0 and not asked.is_zone_said else None
    return read_times([_joined(row, columns) for _, row in rows], clock, lines=[line for line, _ in rows], zones=zones)


def _zone(names: Sequence[str]) -> tuple[tzinfo | None, bool]:
    for name in names:
        zone, is_said = zone_in_header(name)
        if is_said:
            return zone, True
    return None, False


def _language(header: list[str], rows: list[tuple[int, list[str]]], columns: _Columns, delimiter: str) -> str:
    """Give why days stand before months, where the file shows it; empty where it does not."""
    words = {word for name in header for word in _words(name)}
    for language, known in _DAY_FIRST.items():
        if words & set(known):
            return f"its header is {language}"
    has_comma = any("," in row[columns.level] for _, row in rows)
    return "its numbers have decimal commas" if has_comma and delimiter != "," else ""


def _unit(header: list[str], columns: _Columns, asked: Asked, file: str) -> str:
    """Give the unit of the levels; metres where nobody says one."""
    if columns.unit and asked.unit and columns.unit != asked.unit:
        raise InputError(file=file, field="unit", found=f"'{header[columns.level]}' in {columns.unit}, and unit: "
                         f"{asked.unit}", expected="one unit", remedy="Leave `unit` out, or choose another `column`.")
    return columns.unit or asked.unit or "m"


def _ask_unit(raw: Raw, asked: Asked) -> None:
    """Ask for the unit of whole numbers that can only be centimetres or millimetres; say that metres are taken."""
    typical = float(np.median(np.abs(raw.value)))
    is_whole = bool(np.all(raw.value == np.round(raw.value)))
    # Altitudes in whole metres stand still; levels in centimetres move.
    if is_whole and len(raw.value) > 2 and typical >= 20 and np.ptp(raw.value) > 5:
        raise InputError(file=raw.file, field="unit", found=f"whole numbers around {typical:g} and no unit",
                         expected="levels with their unit", remedy="Say it: `unit: cm`, `unit: mm` or `unit: m`.")
    raw.notes.append(f"{raw.file} says no unit: its levels are taken in metres.")
