"""Read measured weather: a text table to the days of a season; what cannot be read one way is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.inputs.time_column import Clock, read_times
from geodata.inputs.time_zones import stated_zone
from geodata.inputs.times import name_of
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.table import Table
from geodata.tables.text_table import read_csv
from geodata.tables.values import numbers, without_nulls
from geodata.weather.specs import ColumnSpec, ForecastSpec, WeatherSpec
from geodata.weather.units import QUANTITIES, bounds, converted, quantity_of, unit_of
from twin.errors import InputError
from twin.irrigation.evapotranspiration import extraterrestrial, wind_at_2m
from twin.irrigation.weather import ForecastRain, Note, Weather
from twin.quantities import FloatArray, Int64Array

#: Hours that a day of an hourly file may lack; what it lacks is counted.
MOST_LOST_HOURS = 4
#: Radiation is at most all that reaches the air, and this share of it under the thickest clouds.
LEAST_CLEARNESS = 0.02
_DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}/\d{1,2}/\d{1,2}", re.ASCII)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NAMES = {"t_min": "t_min_c", "t_max": "t_max_c", "wind": "wind_m_s", "radiation": "radiation_mj", "dew": "dew_c",
          "eto": "eto_mm"}


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """A table with its times: local days, and seconds within them."""

    table: Table
    day: np.ndarray[Any, Any]
    lines: tuple[int, ...]
    is_hourly: bool
    notes: tuple[Note, ...]


def read_weather(spec: WeatherSpec, *, folder: Path, timezone: str, latitude: float, first: date, last: date
                 ) -> Weather:
    """Read the weather of a season.

    Parameters
    ----------
    spec
        The file and its columns.
    folder
        What a relative file is relative to.
    timezone
        Of the city: its days are those of its clocks.
    latitude
        Of the city, where the station's own is not stated.
    first, last
        Days of the season; the file may hold more.

    Raises
    ------
    InputError
        No such file or column, no unit, a day twice, a day that lacks, a value that cannot be, radiation in two units.
    """
    name = spec.file.name
    table = read_csv(folder / spec.file, name, spec.csv, spec.encoding)
    sheet = _sheet(table, spec.columns.time, spec, timezone)
    hours = 1.0 if sheet.is_hourly else 24.0
    if sheet.is_hourly and spec.columns.temperature is None and spec.columns.eto is None:
        raise InputError(file=name, field="weather.columns", found="an hourly file without 'temperature'",
                         expected="'temperature: {column: …, unit: degC}'")
    raw = {key: _values(key, column, sheet, spec, hours) for key, column in spec.columns.measured().items()}
    days, columns, notes = _by_day(raw, sheet, name) if sheet.is_hourly else _as_days(raw, sheet, name)
    wind = spec.columns.wind
    if wind is not None and wind.height_m != 2.0:
        columns["wind"] = wind_at_2m(columns["wind"], wind.height_m)
        notes.append(Note(f"{name}: wind at {wind.height_m:g} m brought to 2 m (FAO-56 eq. 47).",
                          f"{name} : vent mesuré à {wind.height_m:g} m, ramené à 2 m (FAO-56, éq. 47)."))
    _check_days(columns, days, name)
    if "radiation" in columns:
        _check_radiation(columns["radiation"], days, spec.latitude if spec.latitude is not None else latitude, name)
    return _season(columns, days, first, last, spec, [*sheet.notes, *notes])


def _sheet(table: Table, column: str, spec: WeatherSpec | ForecastSpec, timezone: str) -> _Sheet:
    """Give the rows of a table with the day of each, in the order of time."""
    lines = tuple(int(str(record).removeprefix("line ")) for record in table.record)
    texts = table.text(column, field_path="weather.columns.time")
    if not lines:
        raise InputError(file=table.file, field="weather", found="a header without a row",
                         expected="a row for each day")
    lost = [line for text, line in zip(texts, lines, strict=True) if text is None]
    if lost:
        raise InputError(file=table.file, field=column, line=lost[0], found="no time",
                         expected="a day, or day and hour")
    is_daily = all(_DAY_ALONE.fullmatch(text) for text in texts)
    moments, notes = _moments([f"{text} 00:00" if is_daily else text for text in texts], table.file, column, lines,
                              spec, ZoneInfo(timezone), is_daily=is_daily)
    steps = np.diff(np.sort(moments))
    is_hourly = not is_daily and len(moments) > 1 and bool(np.median(steps) < 43_200)
    zone = UTC if is_daily else ZoneInfo(timezone)
    shift_s = 1 if is_hourly and getattr(spec, "stamp", "end") == "end" else 0
    local = [(_EPOCH + timedelta(seconds=int(t) - shift_s)).astimezone(zone) for t in moments]
    day = np.array([moment.date() for moment in local], "datetime64[D]")
    order = np.argsort(moments, kind="stable")
    twice = np.flatnonzero(np.diff(moments[order]) == 0)
    if len(twice):
        a, b = (int(order[twice[0] + k]) for k in (0, 1))
        what = "day" if not is_hourly else "hour"
        raise InputError(file=table.file, field=column, line=lines[b], found=f"the {what} {texts[b]} again (line "
                         f"{lines[a]})", expected=f"each {what} once")
    if not np.array_equal(order, np.arange(len(order))):
        notes.append(Note(f"{table.file}: its rows are not in the order of time; they were put in it.",
                          f"{table.file} : les lignes ne suivent pas l’ordre du temps ; elles ont été triées."))
    return _Sheet(table.take(order), day[order], tuple(lines[int(i)] for i in order), is_hourly, tuple(notes))


def _moments(texts: Sequence[str], file: str, column: str, lines: Sequence[int], spec: WeatherSpec | ForecastSpec,
             zone: tzinfo, *, is_daily: bool) -> tuple[Int64Array, list[Note]]:
    """Give moments in seconds from 2000, days as midnights of UTC, and what is to be said of them."""
    start = _EPOCH if is_daily else _EPOCH.astimezone(zone)
    stated = stated_zone(spec.zone, field="weather.zone") if spec.zone else None
    clock = Clock(start=start, zone=None if is_daily else stated, file=file, field=column, days=spec.days,
                  zone_from="the programme file" if is_daily or spec.zone else "")
    times = read_times(texts, clock, lines=list(lines))
    here = name_of(zone)
    return times.times_s, [] if is_daily or spec.zone or not times.doubts else [Note(
        f"{file}: its hours name no zone and are taken as the city's clocks ({here}); `zone` says otherwise.",
        f"{file} : ses heures n’indiquent pas de fuseau et sont prises à l’heure de la ville ({here}) ; `zone` dit le "
        "contraire.")]


def _values(key: str, column: ColumnSpec, sheet: _Sheet, spec: WeatherSpec, hours: float) -> FloatArray:
    """Give a column in the twin's unit, NaN where nothing stands."""
    table, field = sheet.table, f"weather.columns.{key}"
    header = table.name_of(column.column, field_path=field)
    unit = unit_of(key, column.unit, header, table.units.get(header), file=table.file, field=field)
    if unit == "mm/h" and not sheet.is_hourly:
        raise InputError(file=table.file, field=f"{field}.unit", found="mm/h in a daily file", expected="mm",
                         remedy="An intensity is a depth in an hourly file alone.")
    texts = without_nulls(table.text(header), [*NULL_TEXTS, *spec.null])
    read = numbers(texts, spec.csv.decimal)
    wrong = np.flatnonzero(read.unreadable)
    if len(wrong):
        raise InputError(file=table.file, field=header, line=sheet.lines[int(wrong[0])],
                         found=f"'{texts[int(wrong[0])]}'", expected="a number",
                         remedy="Texts that mean no value are named under `null`.")
    made = converted(key, read.value, unit, hours=hours)
    low, high = bounds(key)
    out = np.flatnonzero((made < low) | (made > high))
    if len(out):
        row = int(out[0])
        remedy = "Rain is never negative; a code for no value is named under `null`." if key == "rain" else \
            "Is the unit right? A code for no value is named under `null`."
        raise InputError(file=table.file, field=header, line=sheet.lines[row], found=f"{texts[row]} {unit}",
                         expected=f"{quantity_of(key)} from {low:g} to {high:g} "
                                  f"{next(iter(QUANTITIES[quantity_of(key)]))}", remedy=remedy)
    return np.minimum(made, 100.0) if quantity_of(key) == "humidity" else made


_Days = tuple[Any, dict[str, FloatArray], list[Note]]


def _as_days(raw: dict[str, FloatArray], sheet: _Sheet, file: str) -> _Days:
    lost = np.flatnonzero(np.isnan(raw["rain"]))
    notes = [] if not len(lost) else [Note(
        f"{file}: days without rain measured, which count as dry: {len(lost)} (first: {sheet.day[lost[0]]}).",
        f"{file} : jours sans pluie mesurée, comptés comme secs : {len(lost)} (le premier : {sheet.day[lost[0]]}).")]
    return sheet.day, {**raw, "rain": np.nan_to_num(raw["rain"])}, notes


def _by_day(raw: dict[str, FloatArray], sheet: _Sheet, file: str) -> _Days:
    """Sum and average the hours of each day."""
    days, first, count = np.unique(sheet.day, return_index=True, return_counts=True)
    # The first and the last day of a file are seldom whole.
    whole = count >= 23 - MOST_LOST_HOURS
    inner = np.flatnonzero(~whole)
    inner = inner[(inner > 0) & (inner < len(days) - 1)]
    if len(inner):
        row = int(inner[0])
        raise InputError(file=file, line=sheet.lines[int(first[row])], found=f"{count[row]} hours of {days[row]}",
                         expected=f"24, or {24 - MOST_LOST_HOURS} at least", remedy="Hours that lack are no weather.")
    groups = np.split(np.arange(len(sheet.day)), first[1:])

    def of(key: str, take: Any) -> FloatArray:
        values = []
        for rows in groups:
            known = raw[key][rows]
            known = known[~np.isnan(known)]
            enough = len(known) >= len(rows) - MOST_LOST_HOURS and len(known) > 0
            values.append(take(known, len(rows)) if enough else np.nan)
        return np.array(values)

    def mean(v: FloatArray, n: int) -> float:
        return float(v.mean())

    def total(v: FloatArray, n: int) -> float:
        return float(v.sum() * n / len(v))

    columns = {key: of(key, total if key in ("radiation", "eto") else mean) for key in raw
               if key not in ("temperature", "rain")}
    columns["rain"] = np.array([np.nansum(raw["rain"][rows]) for rows in groups])
    if "temperature" in raw:
        columns["t_min"] = of("temperature", lambda v, n: float(v.min()))
        columns["t_max"] = of("temperature", lambda v, n: float(v.max()))
    short = int(((count < 23) & whole).sum())
    notes = [] if not short else [Note(
        f"{file}: days that lack one to {MOST_LOST_HOURS} hours, taken from the others: {short}.",
        f"{file} : jours où manquent une à {MOST_LOST_HOURS} heures, déduites des autres : {short}.")]
    keep = whole | ((np.arange(len(days)) > 0) & (np.arange(len(days)) < len(days) - 1))
    return days[keep], {key: values[keep] for key, values in columns.items()}, notes


def _check_days(columns: dict[str, FloatArray], days: Any, file: str) -> None:
    if "t_min" in columns and "t_max" in columns:
        wrong = np.flatnonzero(columns["t_min"] > columns["t_max"])
        if len(wrong):
            row = int(wrong[0])
            raise InputError(file=file, field="weather.columns.t_min", found=f"a lowest temperature above the highest "
                             f"on {days[row]} ({columns['t_min'][row]:g} and {columns['t_max'][row]:g} °C)",
                             expected="t_min at or below t_max", remedy="Are the columns exchanged?")


def _check_radiation(mj: FloatArray, days: Any, latitude: float, file: str) -> None:
    """Refuse radiation that no sky gives: above what reaches the air, or a hundredth of it: another unit."""
    of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) + 1
    most = extraterrestrial(latitude, of_year.astype(float))
    for wrong, what in ((mj > most, "more than reaches the air"), (mj < LEAST_CLEARNESS * most, "less than any cloud "
                                                                                               "lets through")):
        rows = np.flatnonzero(wrong)
        if len(rows):
            row = int(rows[0])
            raise InputError(file=file, field="weather.columns.radiation", found=f"{mj[row]:.3g} MJ/m² on {days[row]}, "
                             f"{what}", expected=f"{LEAST_CLEARNESS * most[row]:.1f} to {most[row]:.1f} MJ/m²",
                             remedy="Is the unit right, and the same in every row? 1 MJ/m² is 100 J/cm².")


def _season(columns: dict[str, FloatArray], days: Any, first: date, last: date, spec: WeatherSpec, notes: list[Note]
            ) -> Weather:
    """Cut the days of the season out, and say or refuse what lacks."""
    wanted = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    place = {day: i for i, day in enumerate(days.tolist())}
    row = np.array([place.get(day, -1) for day in wanted.tolist()])
    needed = [columns[key] for key in ("t_min", "t_max") if key in columns]
    eto = columns.get("eto")
    known = np.ones(len(days), bool)
    for values in needed:
        known &= ~np.isnan(values)
    known = (known if needed else np.zeros(len(days), bool)) | (~np.isnan(eto) if eto is not None else False)
    lost = np.flatnonzero((row < 0) | ~known[row])
    file = spec.file.name
    if len(lost) and (spec.gaps == "refuse" or len(lost) == len(wanted)):
        more = f", the first of {len(lost)} days that lack it" if len(lost) > 1 else ""
        raise InputError(file=file, field="weather", found=f"no weather of {wanted[lost[0]]}{more} (the file holds "
                         f"{days[0]} to {days[-1]})" if len(days) else "no day", expected=f"each day from {first} to "
                         f"{last}", remedy="`gaps: fill` takes the mean of the days around, without rain.")
    held = {_NAMES.get(key, key): np.where(row >= 0, values[row], np.nan) for key, values in columns.items()
            if key != "rain"}
    rain = np.where(row >= 0, columns["rain"][row], 0.0)
    if len(lost):
        notes.append(Note(
            f"{file}: days without weather, filled with the mean of the days around them, without rain: {len(lost)} "
            f"(first: {wanted[lost[0]]}).",
            f"{file} : jours sans mesure, remplacés par la moyenne des jours voisins, sans pluie : {len(lost)} (le "
            f"premier : {wanted[lost[0]]})."))
        good = np.setdiff1d(np.arange(len(wanted)), lost)
        for name in ("t_min_c", "t_max_c", "eto_mm"):
            if name in held:
                held[name][lost] = np.interp(lost, good, held[name][good])
    return Weather.of(first, rain, notes=tuple(notes), filled=frozenset(lost.tolist()), **held)


def read_forecast(spec: ForecastSpec, *, folder: Path, timezone: str) -> list[ForecastRain]:
    """Read forecasts of rain, one for each row.

    Raises
    ------
    InputError
        No such file or column, no unit, a time that is none, a depth below 0.
    """
    table = read_csv(folder / spec.file, spec.file.name, spec.csv, spec.encoding)
    lines = [int(str(record).removeprefix("line ")) for record in table.record]
    issued, _ = _moments([str(t) for t in table.text(spec.issued, field_path="forecast.issued")], table.file,
                         spec.issued, lines, spec, ZoneInfo(timezone), is_daily=False)
    days, _ = _moments([f"{t} 00:00" for t in table.text(spec.day, field_path="forecast.day")], table.file, spec.day,
                       lines, spec, ZoneInfo(timezone), is_daily=True)
    header = table.name_of(spec.rain.column, field_path="forecast.rain")
    unit = unit_of("rain", spec.rain.unit, header, table.units.get(header), file=table.file, field="forecast.rain")
    read = numbers(without_nulls(table.text(header), NULL_TEXTS), spec.csv.decimal)
    mm = converted("rain", read.value, unit, hours=24.0)
    wrong = np.flatnonzero(~(mm >= 0))
    if len(wrong):
        raise InputError(file=table.file, field=header, line=lines[int(wrong[0])],
                         found=f"'{table.text(header)[int(wrong[0])]}'", expected="a depth of rain, 0 or more")
    return [ForecastRain(issued=_EPOCH + timedelta(seconds=int(t)), day=(_EPOCH + timedelta(seconds=int(d))).date(),
                         mm=float(depth)) for t, d, depth in zip(issued, days, mm, strict=True)]

