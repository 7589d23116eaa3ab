"""Readers: the one place that looks at a file's name and says who reads it."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geodata.causes import cause_of
from geodata.importing.merged_cells import has_wide_header, merges_of
from geodata.importing.schema import TableSpec
from geodata.importing.sheets import sheet, without_totals
from geodata.importing.vector_file import check_no_city_model, decoded, named_layers, read_vector
from geodata.inputs.archives import members_like, parted, unpacked
from geodata.inputs.encodings import decode, repaired
from geodata.tables.table import Table, file_bytes, joined
from geodata.tables.text_table import read_csv
from geodata.tables.values import texts
from twin.errors import InputError

_TEXT = (".csv", ".txt", ".tsv")
#: Keys under which services say how many records there are.
_COUNTS = ("count", "totalCount", "total_count", "nhits", "numberReturned")


def read_table(root: Path, spec: TableSpec, wanted: Iterable[str]) -> Table:
    """Read all files of a layer and put them together.

    Parameters
    ----------
    root
        Folder that paths are relative to.
    spec
        The layer's declaration.
    wanted
        Columns that the mapping speaks of (OSM tags become columns only then).

    Raises
    ------
    InputError
        A file that is missing, broken or not of a known form.
    """
    tables = []
    for pattern in spec.file:
        tables += [_clean(_read(path, shown(root, path), spec, wanted)) for path in files_of(root, pattern)]
    return _repaired(joined(tables))


def _clean(table: Table) -> Table:
    """Give the table with its columns of objects as stripped texts, numbers among them as numbers."""
    if table.found.get("delimiter"):
        return table  # a text table: its reader has stripped its cells
    columns = {}
    for name, values in table.columns.items():
        if values.dtype.kind == "O":
            present = [value for value in values if value is not None]
            if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
                values = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
            else:
                values = texts(values)
        columns[name] = values
    return replace(table, columns=columns)


def _repaired(table: Table) -> Table:
    """Give the table with texts put right that an earlier program has mangled, each record counted."""
    if table.found.get("encoding") == "ascii":
        return table
    columns, touched = dict(table.columns), np.zeros(len(table), dtype=bool)
    for name, values in columns.items():
        if values.dtype.kind != "O":
            continue
        wrong = {value: right for value in {v for v in values if isinstance(v, str) and not v.isascii()}
                 if (right := repaired(value)) != value}
        if wrong:
            columns[name] = np.array([wrong.get(v, v) if isinstance(v, str) else v for v in values], dtype=object)
            touched |= np.array([isinstance(v, str) and v in wrong for v in values], dtype=bool)
    columns = {repaired(name): values for name, values in columns.items()}
    if not touched.any() and columns.keys() == table.columns.keys():
        return table
    return replace(table, columns=columns, tallies=(
        *table.tallies, ("mended", "letters that an earlier program had mistaken were put right",
                         list(table.record[touched]))))


def files_of(root: Path, pattern: str) -> list[Path]:
    """Give the files that a path or a pattern (``tiles/*.asc``) names, in order of names.

    Raises
    ------
    InputError
        A pattern that no file meets.
    """
    if (within := parted(pattern)) is not None and not os.path.isdir(root / within[0]):  # noqa: PTH112 - see _there
        return [root / within[0] / name for name in members_like(root / within[0], within[1], file=pattern)]
    # a browser calls the second download of a file "lamps[1].csv": what is there is no pattern
    if not any(sign in pattern for sign in "*?[") or os.path.exists(root / pattern):  # noqa: PTH110 - see _there
        return [root / pattern]
    paths = sorted(root.glob(pattern))
    if not paths:
        raise InputError(file=pattern, found="no such file", expected=f"files in {root}",
                         remedy="Paths are relative to the folder given with --data, else to the mapping's.")
    return paths


def files_there(spec: TableSpec, root: Path) -> None:
    """Check that the files of a layer are there, without reading them.

    Raises
    ------
    InputError
        One that is not.
    """
    for pattern in spec.file:
        for path in files_of(root, pattern):
            _there(path)


def _there(path: Path) -> None:
    if parted(path) is not None:
        return  # a member of an archive: who named it has looked
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises on a name too long
        raise InputError(file=str(path), found="no such file", expected="the file that the mapping names",
                         remedy="Paths are relative to the folder given with --data, else to the mapping's.")


def shown(root: Path, path: Path) -> str:
    """Give a path as reports write it: relative to the data folder where it stands there."""
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _read(path: Path, name: str, spec: TableSpec, wanted: Iterable[str]) -> Table:
    _there(path)
    within = parted(path)
    if within is not None and not path.exists():
        with unpacked(Path(within[0]), within[1]) as file:
            return _read(file, name, spec, wanted)
    suffix = path.suffix.lower()
    is_text = suffix in _TEXT or (suffix == ".zip" and _holds_text(path))
    is_json = suffix in (".json", ".jsonld", ".ndjson") and not (spec.records is None and _has_shapes(path))
    _check_keys(name, spec, is_text=is_text, is_json=is_json, is_parquet=suffix in (".parquet", ".geoparquet"))
    if is_text:
        return without_totals(read_csv(path, name, spec.csv, spec.encoding))
    if is_json:
        check_no_city_model(path, name)
        return read_json(path, name, spec.records, spec.encoding)
    if suffix in (".parquet", ".geoparquet"):
        return read_parquet(path, name)
    if suffix == ".xls":
        raise InputError(file=name, found="an Excel file of the old form (.xls)", expected=".xlsx, .ods or CSV",
                         remedy="Save it as .xlsx.")
    if suffix in (".xlsx", ".ods"):
        return _read_sheets(path, name, spec)
    return read_vector(path, name, spec.layer, spec.encoding, spec.gdal_where, wanted)


def _read_sheets(path: Path, name: str, spec: TableSpec) -> Table:
    """Read sheets of a workbook and put them together."""
    tables = []
    for layer in named_layers(path, name, spec.layer):
        merges = merges_of(path, layer)
        table = read_vector(path, name, [layer], spec.encoding, spec.gdal_where, (),
                            is_headless=has_wide_header(merges))
        tables.append(sheet(table, spec, merges))
    return joined(tables)


def read_json(path: Path, name: str, records: str | None, encoding: str | None) -> Table:
    """Read records under a path of a JSON file; nested values become columns with dots (``location.value``).

    Raises
    ------
    InputError
        JSON that is cut off (with line and column), a path that is not there, something other than records.
    """
    text, used, notes = decode(file_bytes(path, endings=(".json",)), encoding, name)
    try:
        if path.suffix.lower() == ".ndjson":
            content: Any = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            content = json.loads(text)
    except RecursionError:
        raise InputError(file=name, found="lists or objects within each other, hundreds deep",
                         expected="a list of records") from None
    except json.JSONDecodeError as error:
        end = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        raise InputError(file=name, line=error.lineno, column=error.colno,
                         found="JSON that is cut off" if end else f"JSON that is broken ({error.msg})",
                         expected="a whole JSON file", remedy="Download it again." if end else "") from error
    holder, here = {}, content
    for step in (records or "").split("."):
        if not step:
            continue
        holder = here
        try:
            here = here[int(step)] if isinstance(here, list) else here[step]
        except (KeyError, IndexError, ValueError, TypeError):
            keys = ", ".join(here) if isinstance(here, dict) else f"a list of {len(here)}" if isinstance(here, list) \
                else repr(here)
            raise InputError(file=name, field=f"records: {records}", found=f"no '{step}'",
                             expected=f"one of: {keys}") from None
    if isinstance(here, dict):
        here = [here]
    if not isinstance(here, list) or not all(isinstance(item, dict) for item in here):
        lists = [key for key, value in content.items() if isinstance(value, list)] if isinstance(content, dict) else []
        raise InputError(file=name, field="records", found="something other than a list of records",
                         expected=f"the path of the records{': ' + ' or '.join(lists) if lists else ''}")
    rows = [_flat(item) for item in here]
    names = list(dict.fromkeys(key for row in rows for key in row))
    for key in _COUNTS:
        said = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(said, int) and said != len(rows):
            notes.append(f"the file says {key} {said}, but holds {len(rows)} records")
    columns = {}
    for column in names:
        values = np.empty(len(rows), dtype=object)
        values[:] = [row.get(column) for row in rows]
        columns[column] = values
    return Table(file=name, columns=columns, found={"encoding": used}, notes=tuple(notes),
                 record=np.array([f"record {i + 1}" for i in range(len(rows))], dtype=object))


def _flat(item: dict[str, Any], head: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            if "coordinates" in value:
                row[head + key] = json.dumps(value)
            else:
                row |= _flat(value, f"{head}{key}.")
        else:
            row[head + key] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return row


def read_parquet(path: Path, name: str) -> Table:
    """Read a Parquet file, with its geometry where it is GeoParquet.

    Raises
    ------
    InputError
        Not a whole Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(file=name, found=f"a file that is no whole Parquet ({cause_of(error)})",
                         expected="Parquet or GeoParquet") from error
    try:
        geo = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    except (ValueError, RecursionError):
        geo = None
    if not isinstance(geo, dict) or not isinstance(geo.get("columns", {}), dict):
        raise InputError(file=name, field="geo", found="metadata that are no GeoParquet's", expected="GeoParquet")
    primary = geo.get("primary_column")
    columns: dict[str, Any] = {}
    for column in table.column_names:
        if column not in geo.get("columns", {}):
            columns[column] = table.column(column).to_numpy()
    geometry, crs = None, ""
    tallies: tuple[tuple[str, str, list[str]], ...] = ()
    record = np.array([f"record {i + 1}" for i in range(table.num_rows)], dtype=object)
    if primary is not None:
        declared = geo["columns"][primary]
        geometry, broken = decoded(table.column(primary).to_numpy(zero_copy_only=False))
        tallies = (("doubtful", "the file's geometry cannot be read", list(record[broken])),)
        # the standard: no key means longitude and latitude, null means not known
        crs = "OGC:CRS84" if "crs" not in declared else json.dumps(declared["crs"]) if declared["crs"] else ""
    return Table(file=name, columns=columns, record=record, geometry=geometry, crs=crs, tallies=tallies)


def _check_keys(name: str, spec: TableSpec, *, is_text: bool, is_json: bool, is_parquet: bool) -> None:
    """Refuse keys that the reader of this file would pass over in silence.

    Raises
    ------
    InputError
        A GDAL condition, layers or a record path for a file that has none of it.
    """
    plain = is_text or is_json or is_parquet
    form = "a text table" if is_text else "JSON records" if is_json else "Parquet" if is_parquet else "a vector file"
    for key, given, fits in (("where", spec.gdal_where, not plain), ("layer", spec.layer, not plain),
                             ("records", spec.records, is_json)):
        if given and not fits:
            remedy = "Write conditions on columns: where: {COLUMN: value}." if key == "where" else ""
            raise InputError(file=name, field=key, found=f"{key} for {form}", expected="a file that has it",
                             remedy=remedy)


def _has_shapes(path: Path) -> bool:
    """Say whether a JSON file is GeoJSON or Esri's, which GDAL reads, and no list of records."""
    with path.open("rb") as stream:
        head = stream.read(2000)
    if b'"FeatureCollection"' in head or b'"Feature"' in head:
        return True
    return b'"esriGeometry' in head or (b'"spatialReference"' in head and b'"features"' in head)


def _holds_text(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except zipfile.BadZipFile:
        return False
    return any(name.endswith(_TEXT) for name in names) and not any(name.endswith((".shp", ".gpkg")) for name in names)
