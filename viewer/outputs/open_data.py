"""Open data: what a city may put on its portal, in three formats, with a data package that says what it is.

Six tables: lamps where they stand, streets with their counts, what each street is told hour by hour, blocks of houses
with the time that water stands at them, junctions without signals, gardens by day. None says of a single lamp when it
goes out: that would be a plan of the circuits. Only what the public list allows leaves; positions are WGS84, times are
rounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from geodata.atomic import whole_folder
from geodata.ours import OPEN_DATA
from twin.errors import InputError
from twin.texts import inert
from viewer.outputs.release import require_release
from viewer.public.lamps import MAY, OUT
from viewer.public.night import PublicNight, public_night
from viewer.public.quarters import OPEN
from viewer.public.stories import STAGES, STORIES

if TYPE_CHECKING:
    from geodata.run.folder import Run

FORMATS = {"geojson": ("geojson", "application/geo+json"), "csv": ("csv", "text/csv"),
           "geoparquet": ("parquet", "application/vnd.apache.parquet")}
#: Decimals of a degree: a tenth of a metre.
_DECIMALS = 6

#: Tables, their columns (Frictionless type, French and English meaning).
_SCHEMA: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "lamps": {
        "lamp": ("string", "numéro de la lampe", "number of the lamp"),
        "street": ("string", "rue ; les pannes se lisent par rue, pas par lampe",
                   "street; outages are told by street, not by lamp"),
    },
    "streets": {
        "street": ("string", "rue", "street"),
        "lamps": ("integer", "lampes de la rue", "lamps of the street"),
        "lamps_out": ("integer", "lampes éteintes au moins une fois", "lamps out at least once"),
        "lamps_may": ("integer", "autres lampes qui peuvent s’éteindre", "more lamps that may go out"),
        "out_from": ("datetime", "première lampe éteinte, au quart d’heure",
                     "first lamp out, to the quarter of an hour"),
        "cause": ("string", "cause la plus fréquente, selon le calcul", "commonest cause, as computed"),
        "certain": ("boolean", "faux : la cause repose sur un lien non relevé",
                    "false: the cause rests on a link that nobody surveyed"),
        "lamp_hours_dark": ("number", "heures de lampe perdues la nuit, comptées au quart d’heure",
                            "lamp-hours lost by night, counted by quarters of an hour"),
    },
    "street_hours": {
        "street": ("string", "rue", "street"),
        "from": ("datetime", "à partir de", "from"),
        "to": ("datetime", "jusqu’à ; vide : au-delà de la durée calculée", "until; empty: beyond the time computed"),
        "lamps_out": ("integer", "lampes éteintes", "lamps out"),
        "lamps_may": ("integer", "lampes qui peuvent être éteintes", "lamps that may be out"),
        "cause": ("string", "cause la plus fréquente, selon le calcul", "commonest cause, as computed"),
        "waits_for": ("string", "ce que la lumière attend : recede (la décrue), repair (la réparation), supply (le "
                      "courant)", "what the light waits for: recede (the water to fall), repair, supply (the power)"),
    },
    "blocks": {
        "block": ("string", "numéro du pâté de maisons, propre à ce fichier", "number of the block, of this file only"),
        "wet_from": ("datetime", "l’eau touche un bâtiment à partir de, au quart d’heure",
                     "water touches a building from, to the quarter of an hour"),
    },
    "junctions": {
        "junction": ("string", "rues qui se croisent, ou numéro du feu", "streets that meet, or number of the signal"),
        "out_from": ("datetime", "feux éteints à partir de, au quart d’heure",
                     "signals out from, to the quarter of an hour"),
        "certain": ("boolean", "faux : incertain", "false: uncertain"),
    },
    "gardens": {
        "garden": ("string", "jardin ou pelouse arrosés", "irrigated garden or lawn"),
        "day": ("date", "jour, le soir", "day, by its evening"),
        "watering": ("string", "arrosage : as_programmed (selon son programme), ordered (interdit par un arrêté "
                     "sécheresse), ou pourquoi il est arrêté", "watering: as_programmed, ordered (forbidden by a "
                     "drought order), or why it has stopped"),
        "since": ("date", "arrêté depuis", "stopped since"),
        "dry_since": ("date", "les plantes manquent d’eau depuis", "the plants have lacked water since"),
    },
}


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    frame: geopandas.GeoDataFrame


def export_open_data(run: Run, out: Path, *, format: str, released_by: str | None = None,
                     fields: Path | None = None) -> Path:
    """Write the open data of a run into a new folder, with its ``datapackage.json``.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        Folder to make; open data of the twin are replaced, what else lies in the folder is kept.
    format
        ``geojson``, ``csv`` (positions as lon and lat) or ``geoparquet``.
    released_by
        Who releases it; needed for a forecast.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        Unknown format, a forecast without a name, a list that is none or lets no table out, a folder that may not be
        replaced or written.
    """
    name = require_release(run.result.plan.status, released_by, what="the open data")
    ending, mediatype = FORMATS[format]
    night = public_night(run, fields)
    tables = _tables(night)
    if not tables:
        raise InputError(file=str(fields or ""), found="a list that lets nothing of this run into a table",
                         expected="lamps, streets, blocks, traffic signals or gardens that may leave")
    with whole_folder(out, OPEN_DATA) as folder:
        resources = [_write(table, folder, format, ending, mediatype) for table in tables]
        package = _package(night, resources, name)
        (folder / "datapackage.json").write_text(
            json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return out


def feature_collections(run: Run, *, released_by: str | None = None, fields: Path | None = None
                        ) -> dict[str, dict[str, Any]]:
    """Give the open data of a run as GeoJSON by table, for a portal that fetches them.

    Each says under ``about`` what it is: status, run, times, sources, licences, who released it.

    Raises
    ------
    InputError
        A forecast without a name, a list that is none.
    """
    name = require_release(run.result.plan.status, released_by, what="the open data")
    night = public_night(run, fields)
    said = _package(night, [], name)
    about = {key: value for key, value in said.items() if key not in ("profile", "version", "resources", "causes")}
    return {table.name: {**json.loads(_geojson(table)), "about": about} for table in _tables(night)}


def _tables(night: PublicNight) -> list[_Table]:
    made = (_lamps(night), _streets(night), _street_hours(night), _blocks(night), _junctions(night), _gardens(night))
    return [table for table in made if table is not None]


def _geojson(table: _Table) -> str:
    return str(table.frame.to_json(ensure_ascii=False, drop_id=True, show_bbox=False, to_wgs84=True))


def _moment(night: PublicNight, seconds: int) -> str | None:
    return None if seconds >= OPEN else night.moment(seconds).isoformat()


def _geo(night: PublicNight, name: str, columns: Mapping[str, list[Any]], shapes: Any) -> _Table:
    """Give a table in WGS84 in the columns' own order; it may have no rows."""
    to_degrees = pyproj.Transformer.from_crs(night.crs, "EPSG:4326", always_xy=True).transform
    shapes = np.asarray(shapes, dtype=object)
    flat = shapely.transform(shapes, lambda xy: np.round(np.stack(to_degrees(xy[:, 0], xy[:, 1]), axis=1), _DECIMALS))
    kinds = {"string": "object", "datetime": "object", "date": "object", "integer": "int64", "number": "float64",
             "boolean": "bool"}
    data = {key: pd.Series(values, dtype=kinds[_SCHEMA[name][key][0]]) for key, values in columns.items()}
    return _Table(name, geopandas.GeoDataFrame(pd.DataFrame(data), geometry=flat, crs="EPSG:4326"))


def _lamps(night: PublicNight) -> _Table | None:
    """Give where the lamps of streets with an outage stand; their outages are the streets'."""
    columns: dict[str, list[Any]] = {}
    dark = np.array([bool(one) for one in night.lamps.patterns])[night.lamps.pattern]
    told = np.isin(night.lamps.stretch, np.unique(night.lamps.stretch[dark]))
    if night.lamp_points is not None:
        told &= np.isfinite(night.lamp_points[:, 0])
    if night.lamp_numbers is not None:
        columns["lamp"] = list(night.lamp_numbers[told])
    if night.allowed("lamp", "street"):
        columns["street"] = [night.streets[number - 1] if number else None for number in night.lamps.street[told]]
    if not columns and night.lamp_points is None:
        return None
    shapes = np.full(int(told.sum()), None) if night.lamp_points is None else shapely.points(night.lamp_points[told])
    return _geo(night, "lamps", columns, shapes)


def _by_street(night: PublicNight) -> dict[int, list[int]]:
    """Give the patterns of the lamps of each street in which one may go out, in the order of the streets."""
    patterns: dict[int, list[int]] = {}
    for street, pattern in zip(night.lamps.street.tolist(), night.lamps.pattern.tolist(), strict=True):
        if street:
            patterns.setdefault(street, []).append(pattern)
    return {street: held for street, held in sorted(patterns.items()) if any(held)}


def _streets(night: PublicNight) -> _Table | None:
    if not night.allowed("lamp", "street"):
        return None
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA["streets"]}
    shapes = []
    for street, patterns in _by_street(night).items():
        lists = [night.lamps.patterns[pattern] for pattern in patterns]
        starts = [start for one in lists for start, _, state in one if state == OUT]
        out = sum(any(state == OUT for _, _, state in one) for one in lists)
        told = night.told.get(street)
        values = (night.streets[street - 1], len(lists), out, sum(bool(one) for one in lists) - out,
                  _moment(night, min(starts)) if starts else None, STORIES[told.story] if told else "may",
                  told.is_sure if told else False, _dark_hours(night, lists))
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
        shapes.append(_outline(night, night.streets[street - 1]))
    return _geo(night, "streets", columns, shapes)


def _dark_hours(night: PublicNight, lists: list[Any]) -> float:
    """Give the lamp-hours out by night, of times as they are told."""
    seconds = sum(max(0, min(end, dawn, night.duration_s) - max(start, dusk)) for one in lists
                  for start, end, state in one if state == OUT for dusk, dawn in night.nights)
    return float(round(seconds / 3600 * 4) / 4)


def _outline(night: PublicNight, name: str) -> Any:
    layer = night.layers.get("street")
    shapes = [] if layer is None else [shape for shape, other in zip(layer.shapes, layer.names, strict=True)
                                       if other == name and shape is not None]
    return shapely.union_all(shapes) if shapes else None


def _street_hours(night: PublicNight) -> _Table | None:
    """Give, for each street, the whiles in which its counts and what it is told stay the same."""
    if not night.allowed("lamp", "street"):
        return None
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA["street_hours"]}
    for street, patterns in _by_street(night).items():
        spans = [span for pattern in patterns for span in night.lamps.patterns[pattern]]
        told = night.told[street].rows if street in night.told else ()
        moments = sorted({moment for start, end, _ in spans for moment in (start, end)}
                         | {moment for row in told for moment in (row.start_s, row.end_s)})
        before: tuple[Any, ...] | None = None
        for begins, ends in pairwise(moments):
            now = [sum(start <= begins < end and state == wanted for start, end, state in spans)
                   for wanted in (OUT, MAY)]
            row = next((row for row in told if row.start_s <= begins < row.end_s), None) if now[0] else None
            said = (*now, STORIES[row.story] if row else "may", STAGES[row.stage] if row else None)
            if said == before and columns["to"][-1] == _moment(night, begins):
                columns["to"][-1] = _moment(night, ends)
            elif any(now):
                values = (night.streets[street - 1], _moment(night, begins), _moment(night, ends), *said)
                for name, value in zip(columns, values, strict=True):
                    columns[name].append(value)
            before = said if any(now) else None
    return _geo(night, "street_hours", columns, np.full(len(columns["street"]), None))


def _blocks(night: PublicNight) -> _Table | None:
    """Give the blocks whose buildings get wet feet, numbered for this file; never a single house."""
    if not night.allowed("block", "outline"):
        return None
    wet = [(outline, spans[0][0]) for outline, spans in zip(night.blocks.outlines, night.blocks.wet, strict=True)
           if spans]
    columns: dict[str, list[Any]] = {"block": [f"B{k + 1}" for k in range(len(wet))],
                                     "wet_from": [_moment(night, start) for _, start in wet]}
    return _geo(night, "blocks", columns, [outline for outline, _ in wet])


def _junctions(night: PublicNight) -> _Table | None:
    if not night.allowed.tells("traffic_signal") or not night.signals:
        return None
    columns: dict[str, list[Any]] = {"junction": [" / ".join(one.streets) or one.number for one in night.junctions],
               "out_from": [_moment(night, one.from_s) for one in night.junctions],
               "certain": [not one.is_doubtful for one in night.junctions]}
    return _geo(night, "junctions", columns, np.full(len(night.junctions), None))


def _gardens(night: PublicNight) -> _Table | None:
    """Give each garden on each day of the run: whether it is watered, why not, and since when it lacks water."""
    if not night.gardens:
        return None
    rows = [(garden.name, day) for garden in night.gardens for day in garden.days]

    def iso(moment: date | None) -> str | None:
        return None if moment is None else moment.isoformat()

    columns: dict[str, list[Any]] = {
        "garden": [name for name, _ in rows], "day": [iso(day.day) for _, day in rows],
        "watering": [day.watering for _, day in rows], "since": [iso(day.since) for _, day in rows],
        "dry_since": [iso(day.dry_since) for _, day in rows]}
    return _geo(night, "gardens", columns, np.full(len(rows), None))


def _write(table: _Table, folder: Path, format: str, ending: str, mediatype: str) -> dict[str, Any]:
    path = folder / f"{table.name}.{ending}"
    frame = table.frame
    has_shapes = table.name not in ("street_hours", "junctions", "gardens")
    if format == "geojson":
        path.write_text(_geojson(table) + "\n", encoding="utf-8")
    elif format == "csv":
        flat = pd.DataFrame(frame.drop(columns="geometry"))
        for name in flat.columns:
            if _SCHEMA[table.name][name][0] == "string":
                flat[name] = [None if value is None else inert(value) for value in flat[name]]
        if table.name == "lamps":
            flat.insert(0, "lat", frame.geometry.y)
            flat.insert(0, "lon", frame.geometry.x)
        elif has_shapes:
            flat["wkt"] = [None if shape is None else shape.wkt for shape in frame.geometry]
        flat.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    else:
        frame.to_parquet(path, compression="zstd", write_covering_bbox=True, schema_version="1.1.0", index=False)
    content = path.read_bytes()
    fields = [{"name": key, "type": kind, "description": english, "description_fr": french}
              for key, (kind, french, english) in _SCHEMA[table.name].items() if key in frame.columns]
    if format == "csv" and table.name == "lamps":
        fields = [{"name": axis, "type": "number", "description": f"{axis}, WGS84"} for axis in ("lon", "lat")] + fields
    elif format == "csv" and has_shapes:
        fields.append({"name": "wkt", "type": "string", "description": "shape, WGS84, well-known text"})
    return {"name": table.name, "path": path.name, "format": ending, "mediatype": mediatype, "encoding": "utf-8",
            "bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}", "schema": {"fields": fields}}


def _package(night: PublicNight, resources: list[dict[str, Any]], released_by: str) -> dict[str, Any]:
    title = night.title.get("fr") or next(iter(night.title.values()), "") or night.city
    package = {
        "profile": "data-package", "name": _slug(f"{night.city}-{night.start.date().isoformat()}"), "title": title,
        "description": "Computed, not observed: in which streets a flood would put out lamps, how many, and when. "
                       "Calculé, non observé : les rues où une inondation éteindrait des lampes, combien et quand.",
        "created": night.issued_at.isoformat(), "version": "2.0.0", "resources": resources,
        "sources": [{"title": credit.attribution or credit.name or "OpenStreetMap", "licence": credit.licence or (
            "ODbL-1.0" if credit.is_openstreetmap else "")} for credit in night.credits
            if credit.words() or credit.is_openstreetmap],
        "status": night.status, "valid_until": night.valid_until.isoformat(), "run": night.run_id,
        "causes": list(STORIES)}
    licences = sorted({credit.licence for credit in night.credits if credit.licence})
    if any(credit.is_openstreetmap for credit in night.credits):
        licences = sorted({*licences, "ODbL-1.0"})
        package["attribution"] = "© OpenStreetMap contributors, https://www.openstreetmap.org/copyright"
    if licences:
        package["licenses"] = [{"name": _slug(licence), "title": licence} for licence in licences]
    if released_by:
        package["released_by"] = released_by
    return package


def _slug(text: str) -> str:
    """Give a name that a data package may carry: lower case, no accents, dashes."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(filter(None, "".join(c if c.isalnum() or c in "._-" else " " for c in plain).split())) or "run"
