"""The parts of a city from the tables of its file: what ``read_city`` puts together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.city.arrow_columns import any_of, as_array, codes_of, floats_of, labels_of, shapes_of, texts_of
from geodata.city.kind_table import read_kinds
from geodata.city.layers import COLUMNS, FORMAT
from geodata.city.model import Context, SourceRecord
from geodata.city.package import Package
from geodata.crs import check_crs
from twin.errors import InputError, InputErrors
from twin.quantities import Int8Array
from twin.world.assets import Assets, Labels, Source
from twin.world.city import City
from twin.world.kinds import Kinds
from twin.world.supplies import Feed, Service, Supplies

#: Columns of a layer of assets that are not imported ones.
_OWN = {*COLUMNS, "fid", "geom", "x_m", "y_m", "people", "zero_m", "buffer_s", "protection", "protection_source"}
_SOURCES = [source.name.lower() for source in Source]
#: Columns of numbers, and what they may lie between.
_BETWEEN = {"ground_m": (-1000.0, 10_000.0), "touch_m": (-100.0, 1000.0), "fail_m": (-100.0, 1000.0),
            "height_error_m": (0.0, 1000.0), "people": (0.0, 1e9), "zero_m": (-1000.0, 10_000.0),
            "buffer_s": (0.0, 2.0**53)}
#: No projected CRS has a place beyond this [m].
_PLACE = (-1e8, 1e8)
_EDGES_BETWEEN = {"group": (0.0, 32_767.0), "preference": (0.0, 32_767.0), "transfer_s": (0.0, 2.0**53)}
_EDGES = ("supplier", "consumer", "service", "group", "preference", "transfer_s", "feed", "source")


def read_parts(package: Package) -> dict[str, Any]:
    """Give the fields of a ``CityFile``, ``has_terrain`` and ``terrain_sha256``.

    Raises
    ------
    InputErrors
        All that is wrong with the file.
    """
    file = str(package.path)
    facts = _facts(package)
    kinds = read_kinds(facts["kinds"], package.pairs("kinds", "name", "definition"), file)
    _check_crs(package, facts["crs"])
    names = {name.casefold(): name for name in kinds.names}
    asset_layers = [t for t in [*package.layers, *package.tables] if t.casefold() in names]
    context = {}
    for name in _in_order(json.loads(facts.get("context") or "[]"),
                          [layer for layer in package.layers if layer.casefold() not in names]):
        context[name] = Context(**_context(package, name))
    _check_columns(package, dict.fromkeys(asset_layers, COLUMNS) | {"supplies": _EDGES})
    # SQLite looks at the numbers of a table, and holds no lock of Python's, while GDAL reads it.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="numbers") as pool:
        checks = {table: pool.submit(package.check_numbers, table, list(columns)) for table, columns in (
            *((layer, _BETWEEN) for layer in asset_layers), ("supplies", _EDGES_BETWEEN))}
        try:
            assets, shapes, extra = _assets(package, kinds, {layer: names[layer.casefold()] for layer in asset_layers},
                                            context, checks)
            supplies = _supplies(package, assets, checks)
        finally:
            pool.shutdown(cancel_futures=True)
    records = [SourceRecord(**{key: row.get(key) or "" for key in ("name", "file", "date", "sha256", "licence",
                                                                   "attribution")})
               for row in package.records("sources")]
    city = City(name=facts["name"], crs=facts["crs"], latitude=float(facts["latitude"]),
                longitude=float(facts["longitude"]), timezone=facts["timezone"], assets=assets, supplies=supplies)
    return {"city": city, "shapes": shapes, "context": context, "sources": tuple(records), "extra": extra,
            "report": json.loads(facts.get("report") or "{}"), "country": facts.get("country", ""),
            "has_terrain": facts.get("terrain") == "beside",
            "terrain_sha256": facts.get("terrain_sha256", "")}


def _facts(package: Package) -> dict[str, str]:
    file = str(package.path)
    held = [*package.layers, *package.tables]
    if "metadata" not in package.tables or "supplies" not in package.tables:
        missing = [name for name in ("metadata", "supplies") if name not in package.tables]
        raise InputError(file=file, found=f"a GeoPackage without {' and '.join(missing)} (it holds: "
                         f"{', '.join(held[:8]) or 'nothing'})", expected="a city file",
                         remedy="`twin import MAPPING.yaml --out CITY.gpkg` makes one from your layers.")
    facts = package.pairs("metadata", "key", "value")
    complaints = [InputError(file=file, field=f"metadata.{key}", found="nothing", expected=expected)
                  for key, expected in (("format", FORMAT), ("name", "the city's name"), ("crs", "a projected CRS"),
                                        ("latitude", "degrees"), ("longitude", "degrees"),
                                        ("timezone", "an IANA time zone (Europe/Paris)")) if not facts.get(key)
                  and not (key == "name" and key in facts)]
    if facts.get("format") and facts["format"] != FORMAT:
        complaints.append(InputError(file=file, field="metadata.format", found=f"'{facts['format']}'",
                                     expected=f"'{FORMAT}'", remedy="It was written by another version of the twin."))
    for key, most in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            is_one = abs(float(facts.get(key) or 0.0)) <= most
        except ValueError:
            is_one = False
        if not is_one:
            complaints.append(InputError(file=file, field=f"metadata.{key}", found=f"'{facts[key]}'",
                                         expected=f"degrees, from {-most:g} to {most:g}"))
    try:
        ZoneInfo(facts.get("timezone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        complaints.append(InputError(file=file, field="metadata.timezone", found=f"'{facts['timezone']}'",
                                     expected="an IANA time zone (Europe/Paris)"))
    for key, sort in (("context", list), ("report", dict)):
        try:
            is_one = not facts.get(key) or isinstance(json.loads(facts[key]), sort)
        except (ValueError, RecursionError):
            is_one = False
        if not is_one:
            complaints.append(InputError(file=file, field=f"metadata.{key}", found="text that is no JSON of its sort",
                                         expected="JSON as `twin import` writes it"))
    _raise(complaints)
    return {"kinds": "own", **facts}


def _check_crs(package: Package, crs: str) -> None:
    file = str(package.path)
    declared = check_crs(crs, file=file)
    for layer in package.layers:
        stands = package.crs_of(layer)
        if stands is not None and not stands.equals(declared, ignore_axis_order=True) and (
                stands.to_epsg() is None or stands.to_epsg() != declared.to_epsg()):
            raise InputError(file=file, field=layer, found=f"a layer in '{stands.name}'",
                             expected=f"the CRS of the city, '{declared.name}'",
                             remedy="Save the layer again in the city's CRS.")


def _check_columns(package: Package, needed: Mapping[str, tuple[str, ...]]) -> None:
    complaints = []
    for table, columns in needed.items():
        held = package.columns(table)
        missing = [name for name in columns if name not in held]
        if missing:
            complaints.append(InputError(file=str(package.path), field=table,
                                         found=f"no column {', '.join(missing)}", expected=f"{', '.join(columns)}",
                                         remedy="Was a column renamed or deleted? An empty one is fine."))
    _raise(complaints)


def _in_order(wanted: list[str], held: list[str]) -> list[str]:
    return [name for name in wanted if name in held] + [name for name in held if name not in wanted]


def _context(package: Package, layer: str) -> dict[str, Any]:
    columns = [name for name in package.columns(layer) if name not in {"fid", "geom"}]
    table = package.read(layer, columns)
    shapes, x, y = shapes_of(as_array(table["geom"]), file=str(package.path), field=layer)
    bare = np.flatnonzero(shapely.is_missing(shapes) & ~np.isnan(x))
    shapes[bare] = shapely.points(x[bare], y[bare])
    n = table.num_rows

    def texts(name: str) -> Any:
        return texts_of(as_array(table[name])) if name in table.column_names else np.full(n, "", dtype=object)

    ids = texts("id")
    if "id" not in table.column_names:  # a layer that someone added by hand: its own numbers serve
        ids = np.array([str(fid) for fid in table["fid"].to_pylist()], dtype=object)
    others = {name: any_of(as_array(table[name])) for name in table.column_names
              if name not in {"id", "name", "fid", "geom"}}
    return {"id": ids, "name": texts("name"), "geometry": shapes, "columns": others}


def _assets(package: Package, kinds: Kinds, layers: Mapping[str, str],
            context: Mapping[str, Any], checks: Mapping[str, Future[None]]
            ) -> tuple[Assets, Any, dict[str, dict[str, Any]]]:
    tables = {}
    for layer in layers:
        held = [name for name in package.columns(layer) if name not in {"fid", "geom"}]
        tables[layer] = _read_checked(package, layer, held, checks)
    names = list(tables)
    names.sort(key=lambda layer: tables[layer]["fid"][0].as_py() if tables[layer].num_rows else 0)
    fid = np.concatenate([tables[layer]["fid"].to_numpy() for layer in names] or [np.zeros(0, np.int64)])
    code = np.concatenate([np.full(tables[layer].num_rows, kinds.index(layers[layer]), np.int16) for layer in names]
                          or [np.zeros(0, np.int16)])
    order = None if np.all(fid[1:] > fid[:-1]) else np.lexsort((code, fid))
    if order is not None:
        code = code[order]

    def gather(name: str, kind: pa.DataType) -> pa.Array:
        pieces: list[pa.Array] = []
        for table in (tables[layer] for layer in names):
            held = name in table.column_names
            pieces += table[name].cast(kind).chunks if held else [pa.nulls(table.num_rows, kind)]
        whole = pa.concat_arrays(pieces) if pieces else pa.array([], kind)
        return whole if order is None else whole.take(pa.array(order))

    def text(name: str) -> pa.Array:
        return gather(name, pa.string())

    def number(name: str) -> Any:
        return floats_of(gather(name, pa.float64()))

    file = str(package.path)
    shapes, x, y = _shapes(tables, names, order, file)
    has_xy = any("x_m" in table.column_names for table in tables.values())
    if has_xy:
        for values, name in ((x, "x_m"), (y, "y_m")):
            written = number(name)
            values[~np.isnan(written)] = written[~np.isnan(written)]
    columns: dict[str, Any] = {name: number(name) for name in _BETWEEN}
    ids = texts_of(text("id"))
    for name, values in {**columns, "x_m": x, "y_m": y}.items():
        _check_between(values, _BETWEEN.get(name, _PLACE), field=name, ids=ids, file=file)
    buffer_s = np.nan_to_num(columns.pop("buffer_s")).astype(np.int64)
    sources, left_out = {}, {}
    for name in ("ground", "touch", "fail"):
        sources[name], left_out[name] = _sources(text(f"{name}_source"), columns[f"{name}_m"],
                                                 field=f"{name}_source", file=file)
    protection = codes_of(text("protection"), ["", "rcd", "fuse"], field="protection", file=file, none=0)
    protection_source = codes_of(text("protection_source"), _SOURCES, field="protection_source", file=file,
                                 none=Source.SURVEY)
    try:
        assets = Assets.of(
            kinds, id=ids.tolist(), kind=code, name=texts_of(text("name")), x_m=x, y_m=y, **columns,
            ground_source=sources["ground"], touch_source=sources["touch"], fail_source=sources["fail"],
            protection=protection, protection_source=protection_source,
            buffer_s=buffer_s,
            street=_named(labels_of(text("street_id")), context.get("street")),
            district=_named(labels_of(text("district_id")), context.get("district")),
            owner=labels_of(text("owner")), operator=labels_of(text("operator")))
    except InputError as error:
        raise InputError(file=file, field=error.field, found=error.found, expected=error.expected,
                         remedy=error.remedy, ids=error.ids) from error
    for name, absent in left_out.items():
        absent = absent & ~np.isnan(getattr(assets, f"{name}_m"))  # of() has filled them in
        if np.any(absent):
            values = getattr(assets, f"{name}_m").copy()
            source = getattr(assets, f"{name}_source").copy()
            values[absent], source[absent] = np.nan, Source.NONE
            assets = assets.replaced(**{f"{name}_m": values, f"{name}_source": source})
    extra = {layers[layer]: found for layer in names if tables[layer].num_rows and (found := _extra(tables[layer]))}
    return assets, shapes, {name: extra[name] for name in kinds.names if name in extra}


def _read_checked(package: Package, table: str, columns: list[str], checks: Mapping[str, Future[None]]) -> pa.Table:
    """Read a table whose numbers are looked at meanwhile; what is wrong with them is said first."""
    try:
        return package.read(table, columns)
    finally:
        checks[table].result()


def _shapes(tables: Mapping[str, pa.Table], names: list[str], order: Any, file: str) -> tuple[Any, Any, Any]:
    parts = []
    for layer in names:
        table = tables[layer]
        n = table.num_rows
        placed = ~np.isnan(floats_of(as_array(table["x_m"]))) if "x_m" in table.column_names else None
        if "geom" in table.column_names and n:
            parts.append(shapes_of(as_array(table["geom"]), placed, file=file, field=layer))
        else:
            parts.append((np.full(n, None, dtype=object), np.full(n, np.nan), np.full(n, np.nan)))
    if not parts:
        return np.zeros(0, object), np.zeros(0), np.zeros(0)
    shapes, x, y = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return (shapes, x, y) if order is None else (shapes[order], x[order], y[order])


def _sources(words: pa.Array, values: Any, *, field: str, file: str) -> tuple[Int8Array, Any]:
    """Give the sources of a height, and the mask of the assets that were left without one on purpose, (A,) each.

    Where nothing is written, a value counts as surveyed (someone filled it in) and a gap asks for the default.
    """
    sources = codes_of(words, _SOURCES, field=field, file=file)
    absent = np.isnan(values)
    left_out = absent & (sources == Source.NONE)
    sources[(sources == -1) & ~absent] = Source.SURVEY
    sources[(sources == -1) & absent] = Source.NONE
    return sources, left_out


def _named(labels: Labels, layer: Any) -> Labels:
    """Give the labels that stand for these ids: the name of the street of that id, else the text itself."""
    name_of = {} if layer is None else dict(zip(layer.id[::-1], layer.name[::-1], strict=True))
    names = [name_of.get(word, word.removeprefix("=")) for word in labels.words]
    words = tuple(sorted({name for name in names if name}))
    place = {word: i for i, word in enumerate(words)}
    code = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int32)
    return Labels(code[labels.codes], words)


def _extra(table: pa.Table) -> dict[str, Any]:
    order = np.argsort(table["fid"].to_numpy(), kind="stable")
    in_order = bool(np.all(order[1:] > order[:-1]))
    found = {name: any_of(as_array(table[name])) for name in table.column_names if name not in _OWN}
    return found if in_order else {name: values[order] for name, values in found.items()}


def _supplies(package: Package, assets: Assets, checks: Mapping[str, Future[None]]) -> Supplies:
    file = str(package.path)
    table = _read_checked(package, "supplies", list(_EDGES), checks)
    complaints = []
    suppliers = as_array(table["supplier"].cast(pa.string())).dictionary_encode()  # few assets supply many
    words = pa.concat_arrays([as_array(table["consumer"].cast(pa.string())), suppliers.dictionary])
    found = pc.index_in(words, value_set=pa.array(assets.id, pa.string()))
    known = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    consumer, of_word = known[:table.num_rows], np.append(known[table.num_rows:], -1).astype(np.int32)
    supplier = of_word[pc.fill_null(suppliers.indices, len(of_word) - 1).to_numpy(zero_copy_only=False)]
    for end, rows in (("supplier", supplier), ("consumer", consumer)):
        lost = np.flatnonzero(rows < 0)
        if len(lost):
            strange = table[end].take(pa.array(lost)).to_pylist()
            complaints.append(InputError(
                file=file, field=f"supplies.{end}",
                found=f"{len(lost)} link{'s' if len(lost) > 1 else ''} with assets that the city lacks",
                expected="ids of assets of this city", ids=sorted({word or "(empty)" for word in strange}),
                remedy="Was an asset deleted? Delete its links too, or give it back."))
    words_of = {"service": [s.name.lower() for s in Service], "feed": [f.name.lower() for f in Feed],
                "source": _SOURCES}
    codes: dict[str, Any] = {}
    for name, allowed in words_of.items():
        try:
            codes[name] = codes_of(as_array(table[name]), allowed, field=f"supplies.{name}", file=file, none=0)
        except InputError as error:
            complaints.append(error)
    _raise(complaints)
    fed = np.flatnonzero(supplier == consumer)
    if len(fed):
        raise InputError(file=file, field="supplies", found=f"{len(fed)} asset{'s' if len(fed) > 1 else ''} that "
                         "supply themselves", expected="two different assets", remedy="Delete the link.",
                         ids=sorted(str(assets.id[row]) for row in consumer[fed]))
    numbers = {}
    for name, limits in _EDGES_BETWEEN.items():
        values = floats_of(as_array(table[name]))
        _check_between(values, limits, field=f"supplies.{name}", ids=table["consumer"], file=file)
        numbers[name] = np.nan_to_num(values).astype(np.int64)
    try:
        return Supplies.of(len(assets), supplier=supplier, consumer=consumer, **codes, **numbers)
    except InputError as error:
        raise InputError(file=file, field=f"supplies.{error.field}", found=error.found, expected=error.expected,
                         remedy=error.remedy) from error


def _check_between(values: Any, limits: tuple[float, float], *, field: str, ids: Any, file: str) -> None:
    low, high = limits
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong):
        raise InputError(file=file, field=field, found=f"{values[wrong[0]]:g}", expected=f"{low:g} to {high:g}",
                         ids=[str(ids[int(row)]) for row in wrong[:6]], remedy="Correct it, or leave it empty.")


def _raise(complaints: list[InputError]) -> None:
    if complaints:
        raise complaints[0] if len(complaints) == 1 else InputErrors(complaints)
