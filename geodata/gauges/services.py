"""Answers of hydrological services in JSON: Hub'Eau, Vigicrues, Pegelonline, the Environment Agency, USGS."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from geodata.gauges.raw import Asked, Raw, few, few_fr, flows_refused, is_blank, is_flow, readings, spoken
from geodata.inputs.lengths import length_unit
from geodata.inputs.numbers import plain_number
from twin.errors import InputError
from twin.quantities import seconds_between
from twin.water.hazard import Doubt

#: Moment, value as the service writes it.
_Rows = list[tuple[datetime, Any]]


def read_json(text: str, file: str, asked: Asked) -> Raw:
    """Read the answer of a service.

    Raises
    ------
    InputError
        JSON that breaks off or of another form, an error in place of an answer, discharges, several stations.
    """
    field = asked.field
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(file=file, field=field, line=error.lineno, column=error.colno,
                         found=f"JSON that breaks off ({error.msg.lower()})", expected="a whole answer of the service",
                         remedy="The download was cut short: fetch it again.") from None
    except RecursionError:
        data = None
    try:
        for fits, read in _SERVICES:
            if fits(data):
                return read(data, file, asked)
    except InputError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError, OSError) as error:
        raise InputError(file=file, field=field, found=f"a reading in another form ({error})",
                         expected="times and levels as the service writes them",
                         remedy="Open the file and look, or fetch it again.") from None
    keys = ", ".join(list(data)[:5]) or "nothing in it" if isinstance(data, dict) else "no object at its top"
    message = next((str(data[k])[:200] for k in ("error", "message", "erreur")
                    if isinstance(data, dict) and k in data), "")
    raise InputError(file=file, field=field, found=f"JSON with {keys}" + (f" ({message})" if message else ""),
                     expected="Hub'Eau (`data`), Vigicrues (`Serie`, `Simul`), Pegelonline (`timestamp`, `value`), "
                     "the Environment Agency (`items`) or USGS (`timeSeries`)",
                     remedy="These services answer errors like answers: open the file and read it.")


def _raw(rows: _Rows, file: str, asked: Asked, unit: str, notes: list[str], doubts: list[Doubt] | None = None,
         *, where: str = "value") -> Raw:
    """Put rows in order of time; those without a value are left out and counted."""
    moments, values, empty = [], [], []
    for moment, value in rows:
        at_s = seconds_between(asked.start, moment)
        if value is None or (isinstance(value, str) and is_blank(value)) or (
                isinstance(value, float) and not np.isfinite(value)):
            empty.append(spoken(asked.start, at_s))
            continue
        moments.append(at_s)
        values.append(_value(value, file, where))
    if empty:
        notes.append(f"{file}: {readings(len(empty))} without a value left out ({few(empty)}).")
    if len(moments) > 1 and all(b < a for a, b in pairwise(moments)):
        moments, values = moments[::-1], values[::-1]
    return Raw(times_s=np.array(moments, np.int64), value=np.array(values, float), unit=unit, file=file, notes=notes,
               doubts=doubts or [])


def _value(value: Any, file: str, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"'{str(value)[:40]}'")
    found = plain_number(value) if isinstance(value, str) else float(value)
    if found is None:
        raise InputError(file=file, field=field, found=f"a reading in another form: '{str(value)[:40]}'",
                         expected="a number")
    return found


def _moment(text: Any, file: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text)) if str(text).isascii() else None
    except ValueError:
        moment = None
    if moment is None:
        raise InputError(file=file, field=field, found=f"'{str(text)[:40]}'", expected="ISO 8601")
    # These services give UTC where they give no offset.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _chosen(records: list[dict[str, Any]], of: Callable[[dict[str, Any]], tuple[str, ...]], file: str, asked: Asked
            ) -> list[dict[str, Any]]:
    """Give the records of the one station of a file, or of the one that the scenario chooses."""
    codes = sorted({of(record)[0] for record in records})
    if asked.station is not None:
        kept = [record for record in records if asked.station in of(record)]
        if not kept:
            raise InputError(file=file, field="station", found=f"'{asked.station}'",
                             expected=f"one of {', '.join(codes[:8])}")
        return kept
    if len(codes) > 1:
        raise InputError(file=file, field=asked.field, found=f"stations {', '.join(codes[:8])}", expected="one station",
                         remedy="Choose it with `station`.")
    return records


def _is_hubeau(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("data"), list)


def _hubeau(data: dict[str, Any], file: str, asked: Asked) -> Raw:
    records, notes = data["data"], []
    total = len(records)
    records = _chosen(records, lambda r: (str(r.get("code_station") or r.get("code_site")), str(r.get("code_site"))),
                      file, asked) if records else []
    announced = data.get("count")
    doubts: list[Doubt] = []
    if isinstance(announced, int) and not isinstance(announced, bool) and announced > total:
        doubts.append(Doubt(
            f"{file}: {total} of {announced} announced observations are in the file; further pages are missing.",
            f"{file} : {total} des {announced} observations annoncées sont dans le fichier ; il manque des pages."))
    rows: _Rows = []
    for record in records:
        what = str(record.get("grandeur_hydro") or record.get("grandeur_hydro_elab") or "H")
        if what.upper().startswith("Q"):
            raise flows_refused(file, asked.field, what)
        when = record.get("date_obs") or record.get("date_obs_elab")
        if when is None:
            notes.append(f"{file}: an observation without a time is left out.")
            continue
        rows.append((_moment(when, file, "date_obs"), record.get("resultat_obs", record.get("resultat_obs_elab"))))
    # Hub'Eau counts in millimetres.
    return _raw(rows, file, asked, "mm", list(dict.fromkeys(notes)), doubts, where="resultat_obs")


def _is_vigicrues(data: Any) -> bool:
    return isinstance(data, dict) and any(isinstance(data.get(key), dict) for key in ("Serie", "Simul"))


def _vigicrues(data: dict[str, Any], file: str, asked: Asked) -> Raw:
    series: dict[str, Any] = data["Serie"] if isinstance(data.get("Serie"), dict) else data["Simul"]
    what = str(series.get("GrdSerie") or series.get("GrdSimul") or "H")
    if what.upper().startswith("Q"):
        raise flows_refused(file, asked.field, what)
    notes: list[str] = []
    if isinstance(series.get("Prevs"), list):
        pairs = [(p.get("DtPrev"), p.get("ResMoyPrev")) for p in series["Prevs"]]
        notes.append(f"{file}: a forecast of Vigicrues; its middle value is used.")
    else:
        pairs = [(p[0], p[1]) if isinstance(p, list) else (p.get("DtObsHydro"), p.get("ResObsHydro"))
                 for p in series.get("ObssHydro") or []]
    rows: _Rows = []
    for when, value in pairs:
        if when is None:
            continue
        is_epoch = isinstance(when, int | float) and not isinstance(when, bool)
        rows.append((datetime.fromtimestamp(when / 1000.0, UTC) if is_epoch else _moment(when, file, "DtPrev"), value))
    if len(rows) < len(pairs):
        notes.append(f"{file}: {len(pairs) - len(rows)} readings without a time left out.")
    return _raw(rows, file, asked, "m", notes)


def _is_pegelonline(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and all(
        isinstance(entry, dict) and {"timestamp", "value"} <= set(entry) for entry in data)


def _pegelonline(data: list[dict[str, Any]], file: str, asked: Asked) -> Raw:
    rows: _Rows = [(_moment(entry["timestamp"], file, "timestamp"), entry["value"]) for entry in data]
    notes: list[str] = []
    doubts: list[Doubt] = []
    if asked.unit is None:
        # The list of measurements does not repeat the unit of its series: W is in centimetres at nearly all gauges.
        doubts.append(Doubt(
            f"{file} has the form of Pegelonline, which does not say its unit: centimetres are taken, as its levels "
            "(W) have. Say `unit` if the series has another.",
            f"{file} a la forme de Pegelonline, qui ne dit pas son unité : les valeurs sont prises en centimètres, "
            "comme ses niveaux (W). Indiquer `unit` si la série en a une autre."))
    return _raw(rows, file, asked, asked.unit or "cm", notes, doubts)


def _is_agency(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("items"), list)


def _agency(data: dict[str, Any], file: str, asked: Asked) -> Raw:
    """Read readings of the Environment Agency: metres (mASD above a local zero, mAOD an altitude), newest first."""
    items = [item for item in data["items"] if isinstance(item, dict) and "dateTime" in item]

    def measure(item: dict[str, Any]) -> tuple[str, ...]:
        what = item.get("measure")
        name = str(what.get("@id") if isinstance(what, dict) else what).rstrip("/").rsplit("/", 1)[-1]
        return (name, *name.split("-"))

    items = _chosen(items, measure, file, asked) if items else []
    name = measure(items[0])[0] if items else ""
    if is_flow(name.replace("-", " ")) or "rainfall" in name.casefold():
        raise flows_refused(file, asked.field, name[:60]) if "rainfall" not in name.casefold() else InputError(
            file=file, field=asked.field, found=f"rain ({name[:60]})", expected="levels of water")
    notes: list[str] = []
    several, rows = [], []
    for item in items:
        moment, value = _moment(item["dateTime"], file, "dateTime"), item.get("value")
        if isinstance(value, list):
            # The service joins two readings of one time; the higher one errs on the wet side.
            values = [_value(v, file, "value") for v in value if v is not None]
            several.append(f"{spoken(asked.start, seconds_between(asked.start, moment))}: "
                           f"{', '.join(f'{v:g}' for v in values)}")
            value = max(values) if values else None
        rows.append((moment, value))
    doubts = []
    if several:
        doubts.append(Doubt(
            f"{file}: several values at one time in {readings(len(several))}; the highest is taken ({few(several)}).",
            f"{file} : plusieurs valeurs pour la même heure ({few_fr(several)}) ; la plus haute est retenue."))
    return _raw(rows, file, asked, asked.unit or "m", notes, doubts)


def _is_usgs(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("value"), dict) and "timeSeries" in data["value"]


def _usgs(data: dict[str, Any], file: str, asked: Asked) -> Raw:
    """Read USGS instantaneous values: 00065 is the gage height, 00060 the discharge."""
    series = data["value"]["timeSeries"]
    codes = [str(one["variable"]["variableCode"][0]["value"]) for one in series]
    levels = [one for one, code in zip(series, codes, strict=True) if code != "00060"]
    if series and not levels:
        raise flows_refused(file, asked.field, "00060")
    levels = _chosen(levels, lambda one: (str(one["sourceInfo"]["siteCode"][0]["value"]),
                                          str(one["variable"]["variableCode"][0]["value"])), file, asked)
    if len(levels) > 1:
        raise InputError(file=file, field=asked.field, found=f"{len(levels)} series of levels", expected="one",
                         remedy="Choose the code of its variable with `station`: 00065 is the gage height.")
    said = length_unit(str(levels[0]["variable"]["unit"]["unitCode"]))
    if said is None:
        raise InputError(file=file, field=asked.field, expected="a length",
                         found=f"the unit '{str(levels[0]['variable']['unit']['unitCode'])[:20]}'")
    empty = float(levels[0]["variable"].get("noDataValue", -999999.0))
    rows: _Rows = [(_moment(entry["dateTime"], file, "dateTime"),
                    None if plain_number(str(entry["value"])) == empty else entry["value"])
                   for block in levels[0]["values"] for entry in block["value"]]
    return _raw(rows, file, asked, said, [])


_SERVICES: tuple[tuple[Callable[[Any], bool], Callable[[Any, str, Asked], Raw]], ...] = (
    (_is_vigicrues, _vigicrues), (_is_hubeau, _hubeau), (_is_pegelonline, _pegelonline), (_is_agency, _agency),
    (_is_usgs, _usgs))
