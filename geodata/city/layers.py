"""A city as the layers and tables of its file: what ``write_city`` hands to GDAL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from geodata.city.arrow_columns import (
    any_to_arrow,
    floats_to_arrow,
    points_to_wkb,
    shapes_to_wkb,
    texts_to_arrow,
    words_to_arrow,
)
from geodata.city.kind_table import own_kinds
from twin.errors import InputError
from twin.quantities import TextArray
from twin.world.assets import Labels, Protection, Source
from twin.world.kinds import Role
from twin.world.supplies import Feed, Service

if TYPE_CHECKING:
    from geodata.city.model import CityFile, Context

#: Version of the layout, in ``metadata``.
FORMAT = "citytwin-city-1"
#: Tables that are neither a kind nor a context layer.
TABLES = ("supplies", "kinds", "metadata", "sources")
#: Columns that every layer of assets has.
COLUMNS = ("id", "name", "ground_m", "touch_m", "fail_m", "height_error_m", "owner", "operator", "street_id",
           "district_id", "ground_source", "touch_source", "fail_source")
#: Name, table (with ``geom`` where it has shapes), geometry type (None for a table).
Layer = tuple[str, pa.Table, str | None]
_GEOMETRY = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
             7: "GeometryCollection"}


def layers_of(city_file: CityFile, file: str, terrain_sha256: str = "") -> list[Layer]:
    """Give the layers and tables of a city file.

    Parameters
    ----------
    city_file
        The city.
    file
        What errors name.
    terrain_sha256
        Digest of the terrain beside it; empty where there is none.

    Raises
    ------
    InputError
        Names that collide, values no file can hold.
    """
    layers = [*_asset_layers(city_file, file), *_context_layers(city_file, file),
              *_tables(city_file, terrain_sha256)]
    names = [name for name, _, _ in layers]
    folded = [name.casefold() for name in names]
    repeated = sorted({name for name in names if folded.count(name.casefold()) > 1})
    reserved = [name for name in folded if name.startswith(("gpkg_", "sqlite_", "rtree_"))]
    if repeated or reserved:
        raise InputError(file=file, field=", ".join(repeated + reserved), found="layers whose names collide",
                         expected="kinds, context layers and tables with names of their own",
                         remedy=f"Rename the kind or the layer; {', '.join(TABLES)} are taken.")
    return layers


def _asset_layers(city_file: CityFile, file: str) -> list[Layer]:
    assets = city_file.city.assets
    order = np.argsort(assets.kind, kind="stable")
    bounds = np.searchsorted(assets.kind[order], np.arange(len(assets.kinds) + 1))
    ids = {name: _label_ids(getattr(assets, name), city_file.context.get(name)) for name in ("street", "district")}
    layers = []
    for code, kind in enumerate(assets.kinds):
        rows = order[bounds[code]:bounds[code + 1]]
        if len(rows):
            layers.append(_asset_layer(city_file, code, rows, ids, file))
        elif len(city_file.extra.get(kind.name, {})):
            raise InputError(file=file, field=kind.name, found="imported columns of a kind without assets",
                             expected="columns of kinds that the city has")
    return layers


def _asset_layer(city_file: CityFile, code: int, rows: Any, ids: Mapping[str, list[str]],
                 file: str) -> Layer:
    assets, kind = city_file.city.assets, city_file.city.assets.kinds.kinds[code]
    defaults = {"ground": np.nan, "touch": assets.kinds.touch_m[code], "fail": assets.kinds.fail_m[code]}

    def labels(name: str) -> Labels:
        return Labels.take(getattr(assets, name), rows)

    columns: dict[str, pa.Array] = {
        "fid": pa.array(rows.astype(np.int64) + 1), "id": texts_to_arrow(assets.id[rows], field="id", empty=None),
        "name": texts_to_arrow(assets.name[rows], field="name")}
    for name in ("ground_m", "touch_m", "fail_m", "height_error_m"):
        columns[name] = floats_to_arrow(getattr(assets, name)[rows])
    for name in ("owner", "operator"):
        columns[name] = words_to_arrow(labels(name).codes, labels(name).words)
    for name in ("street", "district"):
        columns[f"{name}_id"] = words_to_arrow(labels(name).codes, ids[name])
    for name, default in defaults.items():
        values, sources = getattr(assets, f"{name}_m")[rows], getattr(assets, f"{name}_source")[rows]
        columns[f"{name}_source"] = _sources_to_arrow(sources, np.isnan(values) & np.isnan(default))
    if Role.CIRCUIT in kind.roles:
        columns["protection"] = words_to_arrow(assets.protection[rows], ["", "rcd", "fuse"])
        columns["protection_source"] = _sources_to_arrow(assets.protection_source[rows],
                                                         assets.protection[rows] == Protection.NONE)
    if np.any(assets.buffer_s[rows] != 0):
        columns["buffer_s"] = pa.array(assets.buffer_s[rows])
    for name, always in (("people", Role.PREMISES in kind.roles), ("zero_m", Role.GAUGE in kind.roles)):
        if always or not np.all(np.isnan(getattr(assets, name)[rows])):
            columns[name] = floats_to_arrow(getattr(assets, name)[rows])
    x, y, shapes = assets.x_m[rows], assets.y_m[rows], city_file.outlines[rows]
    is_bare = shapely.is_missing(shapes)
    with np.errstate(invalid="ignore"):
        is_point = (shapely.get_type_id(shapes) == 0) & ~shapely.has_z(shapes) & (
            shapely.get_x(shapes) == x) & (shapely.get_y(shapes) == y)
    stands_apart = ~np.isnan(x) & ~is_point & (~is_bare if kind.footprint != "none" else True)
    if np.any(stands_apart):
        columns |= {"x_m": floats_to_arrow(x), "y_m": floats_to_arrow(y)}
    for name, values in city_file.extra.get(kind.name, {}).items():
        columns[_free_name(name, columns, kind.name, file)] = _sized(any_to_arrow(values, field=name), len(rows), name)
    table = pa.table(columns)
    if kind.footprint == "none":
        return kind.name, table, None
    if np.all(is_point | is_bare):
        return kind.name, _with_geometry(table, points_to_wkb(x, y)), "Point"
    shapes = shapes.copy()
    bare = np.flatnonzero(is_bare & ~np.isnan(x))
    shapes[bare] = shapely.points(x[bare], y[bare])
    return kind.name, _with_geometry(table, shapes_to_wkb(shapes)), _geometry_type(shapes)


def _sources_to_arrow(sources: Any, is_absent: Any) -> pa.Array:
    """Give the words of sources; null where there is no value and none is due, ``none`` where one was left out."""
    codes = np.where((sources == Source.NONE) & is_absent, -1, sources)
    return words_to_arrow(codes, [source.name.lower() for source in Source])


def _label_ids(labels: Labels, layer: Context | None) -> list[str]:
    """Give what stands in ``street_id`` for each word: the id of the street of that name, else the name itself.

    A name that is another street's id, or begins with ``=``, gets a ``=`` in front.
    """
    name_of = {} if layer is None else dict(zip(layer.id[::-1], layer.name[::-1], strict=True))
    id_of = {name: key for key, name in reversed(name_of.items())}
    return [id_of[word] if word in id_of else f"={word}" if word in name_of or word.startswith("=") else word
            for word in labels.words]


def _with_geometry(table: pa.Table, wkb: pa.Array) -> pa.Table:
    return table.append_column(pa.field("geom", wkb.type, metadata={"ARROW:extension:name": "geoarrow.wkb"}), wkb)


def _geometry_type(shapes: TextArray) -> str:
    present = shapes[~shapely.is_missing(shapes)]
    types = {int(i) for i in np.unique(shapely.get_type_id(present))}
    name = _GEOMETRY.get(types.pop(), "Unknown") if len(types) == 1 else "Unknown"
    return f"{name} Z" if name != "Unknown" and len(present) and np.all(shapely.has_z(present)) else (
        "Unknown" if np.any(shapely.has_z(present)) else name)


def _free_name(name: str, taken: Mapping[str, Any], layer: str, file: str) -> str:
    if name.casefold() in {"geom", "fid"} | {other.casefold() for other in taken}:
        raise InputError(file=file, field=f"{layer}.{name}", found=f"a second column '{name}'",
                         expected="columns whose names differ by more than case",
                         remedy="Imported columns are prefixed src_; give this one another name.")
    return name


def _sized(array: pa.Array, rows: int, name: str) -> pa.Array:
    if len(array) != rows:
        raise ValueError(f"column {name} has {len(array)} values for {rows} rows")
    return array


def _context_layers(city_file: CityFile, file: str) -> list[Layer]:
    layers: list[Layer] = []
    for name, layer in city_file.context.items():
        columns = {"fid": pa.array(np.arange(1, len(layer) + 1)),
                   "id": texts_to_arrow(layer.id, field=f"{name}.id"),
                   "name": texts_to_arrow(layer.name, field=f"{name}.name")}
        for key, values in layer.columns.items():
            columns[_free_name(key, columns, name, file)] = _sized(any_to_arrow(values, field=key), len(layer), key)
        shapes = np.array(layer.geometry, dtype=object)
        layers.append((name, _with_geometry(pa.table(columns), shapes_to_wkb(shapes)), _geometry_type(shapes)))
    return layers


def _tables(city_file: CityFile, terrain_sha256: str) -> list[Layer]:
    city, supplies = city_file.city, city_file.city.supplies
    ids = texts_to_arrow(city.assets.id, field="id", empty=None)
    edges = pa.table({
        "fid": pa.array(np.arange(1, len(supplies) + 1)),
        "supplier": ids.take(pa.array(supplies.supplier)), "consumer": ids.take(pa.array(supplies.consumer)),
        "service": words_to_arrow(supplies.service, [service.name.lower() for service in Service]),
        "group": pa.array(supplies.group.astype(np.int32)),
        "preference": pa.array(supplies.preference.astype(np.int32)),
        "transfer_s": pa.array(supplies.transfer_s),
        "feed": words_to_arrow(supplies.feed, [feed.name.lower() for feed in Feed]),
        "source": words_to_arrow(supplies.source, [source.name.lower() for source in Source])})
    extent, own = own_kinds(city.assets.kinds)
    facts = {"format": FORMAT, "name": city.name, "crs": city.crs, "latitude": repr(float(city.latitude)),
             "longitude": repr(float(city.longitude)), "timezone": city.timezone, "kinds": extent,
             "context": json.dumps(list(city_file.context), ensure_ascii=False),
             "terrain": "beside" if city_file.terrain is not None else "", "terrain_sha256": terrain_sha256,
             "report": json.dumps(city_file.report, ensure_ascii=False)}
    if city_file.country:
        facts["country"] = city_file.country
    names = ("name", "file", "date", "sha256", "licence", "attribution")
    return [
        ("supplies", edges, None),
        ("kinds", _text_table({"name": list(own), "definition": list(own.values())}), None),
        ("metadata", _text_table({"key": list(facts), "value": list(facts.values())}), None),
        ("sources", _text_table({n: [getattr(s, n) for s in city_file.sources] for n in names}), None)]


def _text_table(columns: Mapping[str, list[str]]) -> pa.Table:
    return pa.table({name: texts_to_arrow(values, field=name, empty=None) for name, values in columns.items()})
