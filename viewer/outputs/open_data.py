"""Open data: what a city may put on its portal, in three formats, with a data package that says what it is.

Three tables: lamps with their outages, streets with their counts, blocks of houses with the time that water stands at
them. Only what the public list allows leaves; positions are WGS84.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from geodata.atomic import whole_folder
from twin.quantities import NONE
from viewer.outputs.release import require_release
from viewer.scene.blocks import blocks_of
from viewer.scene.public import STORIES, Allowed, public_stories

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
        "street": ("string", "rue", "street"),
        "out_from": ("datetime", "sans courant à partir de", "without power from"),
        "out_to": ("datetime", "jusqu’à ; vide : pas de retour pendant la durée calculée",
                   "until; empty: not back within the time computed"),
        "cause": ("string", "cause, selon le calcul", "cause, as computed"),
        "may": ("boolean", "vrai : incertain", "true: uncertain"),
    },
    "streets": {
        "street": ("string", "rue", "street"),
        "lamps": ("integer", "lampes de la rue", "lamps of the street"),
        "lamps_out": ("integer", "lampes éteintes au moins une fois", "lamps out at least once"),
        "out_from": ("datetime", "première lampe éteinte", "first lamp out"),
        "lamp_hours_dark": ("number", "heures de lampe perdues la nuit", "lamp-hours lost by night"),
    },
    "blocks": {
        "block": ("string", "numéro du pâté de maisons, propre à ce fichier", "number of the block, of this file only"),
        "wet_from": ("datetime", "l’eau touche un bâtiment à partir de", "water touches a building from"),
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
        Folder to make; replaced only if it holds a ``datapackage.json``.
    format
        ``geojson``, ``csv`` (positions as lon and lat) or ``geoparquet``.
    released_by
        Who releases it; needed for a forecast.
    fields
        The city's own list of what may leave (TOML); the shipped one without it.

    Raises
    ------
    InputError
        Unknown format, a forecast without a name, a list that is none, a folder that may not be replaced or written.
    """
    name = require_release(run.result.plan.status, released_by, what="the open data")
    ending, mediatype = FORMATS[format]
    allowed = Allowed.public(fields)
    tables = [_lamps(run, allowed), _streets(run, allowed), _blocks(run, allowed)]
    with whole_folder(out, holds="datapackage.json") as folder:
        resources = [_write(table, folder, format, ending, mediatype) for table in tables if len(table.frame)]
        package = _package(run, resources, name)
        (folder / "datapackage.json").write_text(
            json.dumps(package, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return out


def _moment(run: Run, seconds: int) -> datetime | None:
    if seconds == NONE:
        return None
    moment: datetime = run.result.plan.start + timedelta(seconds=int(seconds))
    return moment.astimezone(ZoneInfo(run.result.city.timezone))


def _geo(run: Run, name: str, columns: Mapping[str, list[Any]], shapes: Any) -> _Table:
    """Give a table in WGS84 with its moments as text, in the columns' own order."""
    moments = {key for key, (kind, _, _) in _SCHEMA[name].items() if kind == "datetime"}
    data = {key: [None if v is None else v.isoformat() for v in values] if key in moments else values
            for key, values in columns.items()}
    to_degrees = pyproj.Transformer.from_crs(run.result.city.crs, "EPSG:4326", always_xy=True).transform
    shapes = np.asarray(shapes, dtype=object)
    flat = shapely.transform(shapes, lambda xy: np.round(np.stack(to_degrees(xy[:, 0], xy[:, 1]), axis=1), _DECIMALS))
    frame = geopandas.GeoDataFrame(pd.DataFrame(data, columns=list(columns)), geometry=flat, crs="EPSG:4326")
    return _Table(name, frame)


def _lamps(run: Run, allowed: Allowed) -> _Table:
    outages, assets = run.result.outages, run.result.city.assets
    lamp = assets.of_kind("lamp")
    stories = public_stories(run)
    rows = np.flatnonzero(lamp[outages.asset] & ~np.isnan(assets.x_m[outages.asset]))
    owner = outages.asset[rows]
    words = [STORIES[stories.table[int(stories.of_outage[i])][0]] for i in rows]
    columns: dict[str, list[Any]] = {}
    if allowed("lamp", "id"):
        columns["lamp"] = list(assets.id[owner])
    if allowed("lamp", "street"):
        columns["street"] = [assets.street[int(a)] for a in owner]
    columns |= {"out_from": [_moment(run, s) for s in outages.start_s[rows]],
                "out_to": [_moment(run, s) for s in outages.end_s[rows]], "cause": words,
                "may": [bool(d) for d in outages.is_doubtful[rows]]}
    shapes = shapely.points(assets.x_m[owner], assets.y_m[owner]) if allowed("lamp", "position") \
        else np.full(len(owner), None)
    return _geo(run, "lamps", columns, shapes)


def _streets(run: Run, allowed: Allowed) -> _Table:
    rows = run.info["indicators"]["streets"] if allowed("street", "name") else []
    lines = run.city_file.context.get("street")
    shape_of: dict[str, list[Any]] = {}
    if lines is not None and allowed("street", "outline"):
        for name, shape in zip(lines.name, lines.geometry, strict=True):
            if shape is not None:
                shape_of.setdefault(name, []).append(shape)
    shapes = [shapely.union_all(shape_of[row["name"]]) if row["name"] in shape_of else None for row in rows]
    columns = {
        "street": [row["name"] for row in rows], "lamps": [row["lamps"] for row in rows],
        "lamps_out": [row["ever_out"] for row in rows],
        "out_from": [datetime.fromisoformat(row["first_out_at"]) if row["first_out_at"] else None for row in rows],
        "lamp_hours_dark": [row["lamp_hours_dark"] for row in rows]}
    return _geo(run, "streets", columns, shapes)


def _blocks(run: Run, allowed: Allowed) -> _Table:
    """Give the blocks whose buildings get wet feet, numbered for this file; never a single house."""
    outlines, block_of = blocks_of(run, public=True)
    if not outlines or not allowed("block", "outline"):
        return _geo(run, "blocks", {"block": [], "wet_from": []}, [])
    exposure = run.result.exposure
    first: dict[int, int] = {}
    for row in np.flatnonzero((block_of >= 0) & (exposure.touched_at_s != NONE)).tolist():
        block = int(block_of[row])
        first[block] = min(first.get(block, np.iinfo(np.int64).max), int(exposure.touched_at_s[row]))
    order = sorted(first)
    columns: dict[str, list[Any]] = {"block": [f"B{i + 1}" for i in range(len(order))],
                                     "wet_from": [_moment(run, first[k]) for k in order]}
    return _geo(run, "blocks", columns, [outlines[k] for k in order])


def _write(table: _Table, folder: Path, format: str, ending: str, mediatype: str) -> dict[str, Any]:
    path = folder / f"{table.name}.{ending}"
    frame = table.frame
    if format == "geojson":
        text = frame.to_json(ensure_ascii=False, drop_id=True, show_bbox=False, to_wgs84=True)
        path.write_text(text + "\n", encoding="utf-8")
    elif format == "csv":
        flat = pd.DataFrame(frame.drop(columns="geometry"))
        if table.name == "lamps":
            flat.insert(0, "lat", frame.geometry.y)
            flat.insert(0, "lon", frame.geometry.x)
        else:
            flat["wkt"] = [None if shape is None else shape.wkt for shape in frame.geometry]
        flat.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    else:
        frame.to_parquet(path, compression="zstd", write_covering_bbox=True, schema_version="1.1.0", index=False)
    content = path.read_bytes()
    fields = [{"name": key, "type": kind, "description": english, "description_fr": french}
              for key, (kind, french, english) in _SCHEMA[table.name].items() if key in frame.columns]
    if format == "csv" and table.name == "lamps":
        fields = [{"name": axis, "type": "number", "description": f"{axis}, WGS84"} for axis in ("lon", "lat")] + fields
    elif format == "csv":
        fields.append({"name": "wkt", "type": "string", "description": "shape, WGS84, well-known text"})
    return {"name": table.name, "path": path.name, "format": ending, "mediatype": mediatype, "encoding": "utf-8",
            "bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}", "schema": {"fields": fields}}


def _package(run: Run, resources: list[dict[str, Any]], released_by: str) -> dict[str, Any]:
    plan, sources = run.result.plan, run.city_file.sources
    package = {
        "profile": "data-package", "name": _slug(f"{run.result.city.name}-{plan.name}"), "title": plan.name,
        "description": "Computed, not observed: which street lamps a flood would put out, and when. "
                       "Calculé, non observé : quelles lampes une inondation éteindrait, et quand.",
        "created": plan.issued_at.isoformat(), "version": "1.0.0", "resources": resources,
        "sources": [{"title": s.attribution or s.name, "path": s.file, "licence": s.licence} for s in sources],
        "status": plan.status, "valid_until": plan.valid_until.isoformat(), "run": plan.digest,
        "causes": list(dict.fromkeys(STORIES))}
    licences = sorted({s.licence for s in sources if s.licence})
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
