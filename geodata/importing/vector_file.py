"""Vector files: whatever GDAL reads, its shapes decoded here one by one so that none stops the rest; OSM's tags."""

from __future__ import annotations

import codecs
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely

from geodata.causes import cause_of
from geodata.drivers import check_vector
from geodata.importing.loose_columns import with_texts
from geodata.importing.shapefiles import CUT, check_whole
from geodata.inputs.archives import inner_files
from geodata.inputs.encodings import detect
from geodata.tables.table import Table, file_bytes, joined, unique_names
from twin.errors import InputError
from twin.quantities import TextArray

_TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
#: Tags that the community has renamed: (key, old value) -> value. Source: OSM wiki, "Deprecated features".
_OLD_TAGS = {("power", "sub_station"): "substation"}
#: What the ids of GDAL's OSM layers count; polygons made of ways have theirs in ``osm_way_id``.
_ELEMENTS = {"points": "n", "lines": "w"}
_GEOJSON = (".geojson", ".json", ".geojsonl")
_GML = (".gml", ".xml")
#: What a folder in an archive may hold, and is then named by its path.
_INNER = (".shp", ".gpkg", *_GEOJSON, ".fgb", ".csv", ".xlsx", ".ods", ".parquet", ".osm", ".pbf", *_GML)
#: What tells GDAL whether the first line of a sheet is its header.
_HEADER_OPTIONS = ("OGR_XLSX_HEADERS", "OGR_ODS_HEADERS")
#: How services say that a file holds a part of the records, and how many there are.
_CUT_SHORT = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_ANNOUNCED = re.compile(rb'"(?:numberMatched|totalFeatures)"\s*:\s*(\d+)')


def layers_of(path: Path, name: str) -> list[str]:
    """Give the layers of a vector file.

    Raises
    ------
    InputError
        No such file, or GDAL cannot open it.
    """
    if not path.exists():
        file_bytes(path, endings=())
    check_vector(path, file=name)
    check_no_city_model(path, name)
    try:
        with warnings.catch_warnings(action="ignore"):  # said again, and noted, when the layer is read
            found = [str(layer) for layer, _ in pyogrio.list_layers(_source(path))]
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError) as error:
        if within := inner_files(path, _INNER):
            raise InputError(file=name, found=f"an archive that holds {', '.join(within[:5])}",
                             expected="the file that is meant", remedy=f"Name it: {name}/{within[0]}.") from error
        raise InputError(file=name, found=f"a file that GDAL cannot open ({cause_of(error)})",
                         expected="a vector file (GeoPackage, Shapefile, GeoJSON, OSM PBF, FlatGeobuf, GML, Excel…)",
                         remedy=CUT) from error
    if not found:
        raise InputError(file=name, found="a file without a layer that can be read", expected="records",
                         remedy="Does another program open it? Export it again.")
    return found


def check_no_city_model(path: Path, name: str) -> None:
    """Refuse city models in three dimensions, whose walls and roofs would come in as records.

    Raises
    ------
    InputError
        CityGML or CityJSON.
    """
    if path.suffix.lower() not in (*_GML, ".json", ".jsonl") or not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(4096)
    form = "CityGML" if b"citygml" in head and b"CityModel" in head else \
        "CityJSON" if re.search(rb'"type"\s*:\s*"CityJSON', head) else ""
    if form:
        raise InputError(file=name, found=f"a city model in three dimensions ({form}), which is not read",
                         expected="footprints of the buildings: GeoPackage, Shapefile, GeoJSON",
                         remedy="Open it in QGIS (CityJSON Loader; citygml-tools makes CityJSON of CityGML), keep the "
                         "ground surfaces and save them as GeoPackage; or take the footprints of the land register.")


def _source(path: Path) -> Any:
    """Give what GDAL is handed: the bytes of a GML, beside whose file it would write, and read, a .gfs of its own."""
    return file_bytes(path, endings=_GML) if path.suffix.lower() in _GML else path


def read_vector(path: Path, name: str, layers: Sequence[str], encoding: str | None, gdal_where: str | None,
                wanted: Iterable[str], *, is_headless: bool = False) -> Table:
    """Read layers of a vector file and put them together.

    Parameters
    ----------
    path, name
        The file, and how the report calls it.
    layers
        Layers; none for the only one.
    encoding
        Of the texts, or ``None`` to find it.
    gdal_where
        Condition in GDAL's SQL, or ``None``.
    wanted
        Columns that the mapping speaks of: OSM tags among them become columns.
    is_headless
        Whether the first line of a sheet is no header, whatever GDAL thinks of it.

    Raises
    ------
    InputError
        A layer that the file lacks, several layers and none named, a condition that GDAL refuses.
    """
    known = named_layers(path, name, layers)
    check_whole(path, name)
    with _headers(is_disabled=is_headless):
        tables = [_read_layer(path, name, layer, encoding, gdal_where, wanted) for layer in known]
    return joined(tables)


def named_layers(path: Path, name: str, layers: Sequence[str]) -> list[str]:
    """Give the layers of a vector file that are meant: those named, or the only one.

    Raises
    ------
    InputError
        A layer that the file lacks, several layers and none named.
    """
    known = layers_of(path, name)
    for layer in layers:
        if layer not in known:
            raise InputError(file=name, field="layer", found=f"'{layer}'", expected=f"one of {', '.join(known)}")
    if not layers and len(known) > 1:
        raise InputError(file=name, field="layer", found=f"{len(known)} layers and none named",
                         expected=f"one or several of {', '.join(known)}")
    return list(layers) or known


@contextmanager
def _headers(*, is_disabled: bool) -> Iterator[None]:
    """Have GDAL take no line of a sheet for its header, for as long as it is read."""
    if is_disabled:
        pyogrio.set_gdal_config_options(dict.fromkeys(_HEADER_OPTIONS, "DISABLE"))
    try:
        yield
    finally:
        if is_disabled:
            pyogrio.set_gdal_config_options(dict.fromkeys(_HEADER_OPTIONS, None))


def _read_layer(path: Path, name: str, layer: str, encoding: str | None, gdal_where: str | None,
                wanted: Iterable[str]) -> Table:
    source: Any = _source(path)
    found: dict[str, str] = {"layer": layer}
    notes: list[str] = []
    cut = b""
    suffix = path.suffix.lower()
    used = encoding
    if suffix in _GEOJSON:
        # GDAL takes GeoJSON for UTF-8 whatever it holds: recode before it sees it
        data = file_bytes(path, endings=_GEOJSON)
        actual = encoding or detect(data)
        if actual not in ("utf-8", "utf-8-sig") or encoding:
            try:
                source = data.decode(actual).encode("utf-8")
            except (LookupError, UnicodeDecodeError) as error:
                raise InputError(file=name, field="encoding", found=f"bytes that are no {actual} text",
                                 expected=f"the encoding that the bytes show: {detect(data)}") from error
            if actual != "utf-8":
                notes.append(f"not UTF-8: read as {actual}")
        found["encoding"], used = "ascii" if data.isascii() else actual, None
        cut = data
    elif _is_dbase(path) and encoding is None:
        used = "ISO-8859-1"  # never fails and loses nothing: the bytes come back out of it below
    meta, fids, wkb, fields = _raw(source, name, layer, _gdal_name(used, name), gdal_where, notes,
                                   is_gml=suffix in _GML)
    warnings_ = (*_divided(path, layer, gdal_where, len(fids), notes), *_cut_short(cut, len(fids), gdal_where))
    columns = dict(zip(unique_names([str(f) for f in meta["fields"]])[0], fields, strict=True))
    columns = with_texts(path, name, layer, columns, fids)
    if _is_dbase(path) and encoding is None:
        columns, found["encoding"] = _recoded(columns, path, notes)
        columns = dict(zip(unique_names(list(columns))[0], columns.values(), strict=True))
    crs = str(meta["crs"]) if meta["crs"] else ""
    if "other_tags" in columns and suffix in (".pbf", ".osm"):
        columns["osm_ref"] = record = _osm_refs(columns, layer, fids)
        columns, old = with_tags(columns, wanted)
        tallies = [("mended", f"old tag {key}={value} read as {key}={_OLD_TAGS[key, value]}",
                    list(record[rows])) for (key, value), rows in old.items()]
    else:
        tallies = []
        record = np.array([f"feature {fid}" for fid in fids], dtype=object)
    geometry, broken = decoded(wkb)
    tallies.append(("doubtful", "the file's geometry cannot be read", list(record[broken])))
    marked = np.full(len(record), None, dtype=object)
    if wkb is None:
        return Table(file=name, columns=columns, record=record, crs="", found=found, notes=tuple(notes),
                     tallies=tuple(tallies[:-1]), warnings=warnings_)
    marked[:] = geometry
    return Table(file=name, columns=columns, record=record, geometry=marked, crs=crs, found=found,
                 notes=tuple(dict.fromkeys(notes)), tallies=tuple(tallies), warnings=warnings_)


def _divided(path: Path, layer: str, gdal_where: str | None, kept: int, notes: list[str]) -> tuple[str, ...]:
    """Say of a condition in SQL whether it keeps all or nothing; the warnings are given back."""
    if gdal_where is None:
        return ()
    if not kept:
        return (f"where keeps no record of layer {layer} ({gdal_where})",)
    # GDAL counts only where that costs nothing; -1 is "not counted"
    if pyogrio.read_info(path, layer=layer).get("features", -1) == kept:
        notes.append(f"where keeps all {kept:,} records of layer {layer}")
    return ()


def _cut_short(data: bytes, kept: int, gdal_where: str | None) -> list[str]:
    """Give a warning where a service says in its answer that there are more records than it sent."""
    announced = _ANNOUNCED.search(data)
    if _CUT_SHORT.search(data):
        return [f"the service cut its answer off: it has more than these {kept:,} records (exceededTransferLimit)"]
    if announced is not None and gdal_where is None and int(announced[1]) > kept:
        return [f"the service has {int(announced[1]):,} records, the file {kept:,} of them"]
    return []


def _raw(source: Any, name: str, layer: str, encoding: str | None, gdal_where: str | None,
         notes: list[str], *, is_gml: bool) -> Any:
    """Read one layer in one go, shapes as bytes: GDAL does not mind what they say, so that none can stop the read."""
    # a layer read from memory has lost the file's name, and with it, for GeoJSON, its own
    picked = None if isinstance(source, bytes) and not is_gml else layer
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = pyogrio.raw.read(source, layer=picked, encoding=encoding, where=gdal_where, return_fids=True,
                                      datetime_as_string=True)
        except pyogrio.errors.DataLayerError as error:
            if gdal_where and "where" in str(error).lower():
                raise InputError(file=name, field="where", found=_short(error),
                                 expected="a condition in GDAL's SQL") from error
            raise InputError(file=name, field=f"layer {layer}", expected="a whole file", remedy=CUT,
                             found=f"records that cannot be read ({cause_of(error)})") from error
        except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, UnicodeDecodeError, ValueError) as error:
            raise InputError(file=name, field=f"layer {layer}", expected="a whole file", remedy=CUT,
                             found=f"records that cannot be read ({cause_of(error)})") from error
    notes += [f"GDAL: {str(w.message).split('.', 1)[0]}" for w in caught if issubclass(w.category, RuntimeWarning)]
    return result


def decoded(wkb: Any) -> tuple[TextArray, Any]:
    """Give shapes from WKB, and the mask of those that cannot be made into one: nothing stops at the first.

    Rings that are merely not closed are closed; a ring of two points is broken.
    """
    if wkb is None:
        return np.empty(0, dtype=object), np.empty(0, dtype=bool)
    geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = np.array([g is None and w is not None for g, w in zip(geometry, wkb, strict=True)], dtype=bool)
    if lost.any():
        rows = np.flatnonzero(lost)
        geometry[rows] = shapely.from_wkb(np.asarray(wkb)[rows], on_invalid="fix")
        lost[rows] = shapely.is_missing(geometry[rows])
    geometry[shapely.is_empty(geometry)] = None
    return np.asarray(geometry), lost


def with_tags(columns: dict[str, Any],
              wanted: Iterable[str]) -> tuple[dict[str, Any], dict[tuple[str, str], list[int]]]:
    """Give OSM columns with the wanted tags taken out of ``other_tags``, and the rows of renamed tags."""
    other = columns["other_tags"]
    result = dict(columns)
    n = len(other)
    for key in dict.fromkeys(wanted):
        if key in result:
            continue
        find = f'"{key}"=>'
        values = np.full(n, None, dtype=object)
        for i, text in enumerate(other):
            if text is not None and find in text:
                values[i] = dict(_TAG.findall(text)).get(key)
        result[key] = values
    old: dict[tuple[str, str], list[int]] = {}
    for (key, value), new in _OLD_TAGS.items():
        if key in result and len(rows := np.flatnonzero(result[key] == value)):
            result[key] = result[key].copy()
            result[key][rows] = new
            old[key, value] = [int(row) for row in rows]
    return result, old


def _osm_refs(columns: dict[str, Any], layer: str, fids: Any) -> TextArray:
    """Give each record's element and number as OSM's tools write them: ``w33701487`` is way 33701487."""
    element = _ELEMENTS.get(layer, "r")
    ways = columns.get("osm_way_id", np.full(len(fids), None, dtype=object))
    return np.array([f"w{way}" if way else f"{element}{own or fid}"
                     for way, own, fid in zip(ways, columns["osm_id"], fids, strict=True)] or [], dtype=object)


def _gdal_name(encoding: str | None, file: str) -> str | None:
    """Give an encoding as GDAL spells it."""
    if encoding is None:
        return None
    try:
        name = codecs.lookup(encoding).name.upper()
    except LookupError:
        raise InputError(file=file, field="encoding", found=f"'{encoding}'",
                         expected="an encoding such as utf-8, cp1252, latin-1") from None
    return name.replace("ISO8859", "ISO-8859")


def _is_dbase(path: Path) -> bool:
    if path.suffix.lower() in (".shp", ".dbf"):
        return True
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(member.lower().endswith(".shp") for member in archive.namelist())


def _recoded(columns: dict[str, Any], path: Path, notes: list[str]) -> tuple[dict[str, Any], str]:
    """Give the columns of a dBase table, read as bytes, in the encoding that the bytes show."""
    said = bytearray()
    for name, values in columns.items():
        said += name.encode("latin-1", "replace")
        if values.dtype.kind == "O":
            said += "\n".join({value for value in values if isinstance(value, str) and not value.isascii()}
                              ).encode("latin-1", "replace")
    if said.isascii():
        return columns, "ascii"
    actual = detect(bytes(said))
    if actual.startswith("utf-16"):
        actual = "cp1252"
    if actual == "latin-1":
        return columns, actual
    notes.append(f"texts read as {actual}, whatever the file's label says")

    def recode(text: Any) -> Any:
        return text.encode("latin-1").decode(actual, "replace") if isinstance(text, str) else text

    return {recode(name): values if values.dtype.kind != "O"
            else np.array([recode(value) for value in values] or [], dtype=object)
            for name, values in columns.items()}, actual


def _short(error: Exception) -> str:
    return str(error).split("\n", 1)[0].split(".; ", 1)[0][:200].rstrip(". ")
