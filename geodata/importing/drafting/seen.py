"""What a draft sees of a file: its tables, sheets, lists and layers, each with its columns."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.importing.ids import copies_in
from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from geodata.importing.vector_file import layers_of
from geodata.importing.words import meanings
from geodata.inputs.encodings import decode
from geodata.tables.dialect import NULL_TEXTS
from geodata.tables.table import Table, file_bytes
from geodata.tables.values import Numbers, items_of, numbers, without_nulls
from twin.errors import InputError
from twin.quantities import BoolArray, TextArray

#: Endings of rasters that can be a terrain.
RASTERS = (".tif", ".tiff", ".asc", ".hgt")
#: Endings of OpenStreetMap, whose tags say the kinds.
OSM = (".pbf", ".osm")
_PLAIN = (".csv", ".txt", ".tsv", ".parquet", ".geoparquet")
#: Endings of the files of a folder that are looked at; a ``.dbf`` only where no shapefile has it.
ENDINGS = (".csv", ".tsv", ".xlsx", ".ods", ".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet", ".geoparquet",
           ".fgb", ".gml", ".kml", *OSM, *RASTERS)
#: How deep lists are looked for in a JSON file.
_DEEP = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """One column of a table, as texts."""

    name: str
    #: (N,), None where nothing stands.
    texts: TextArray

    @cached_property
    def counts(self) -> Counter[str]:
        """Give how often each value stands."""
        return Counter(value for value in self.texts if value is not None)

    @cached_property
    def numbers(self) -> Numbers:
        """Give the values as numbers."""
        return numbers(self.texts)

    @cached_property
    def means(self) -> frozenset[str]:
        """Give what the column's name means."""
        return meanings(self.name)

    @cached_property
    def firsts(self) -> TextArray:
        """Give the first item of the values that are lists, the others as they are, (N,)."""
        return np.array([None if text is None or not (items := items_of(text)) else items[0] for text in self.texts]
                        or [], dtype=object)

    @cached_property
    def has_lists(self) -> bool:
        """Whether any value is a list of several."""
        return any(len(items_of(value)) > 1 for value in self.counts)

    @property
    def present(self) -> int:
        """How many records have a value."""
        return self.counts.total()

    @property
    def unique(self) -> float:
        """Share of the records that have a value of their own."""
        return len(self.counts) / len(self.texts) if len(self.texts) else 0.0

    @property
    def is_numeric(self) -> bool:
        """Whether nearly all values are numbers."""
        return self.present > 0 and int(self.numbers.unreadable.sum()) <= 0.02 * self.present

    @property
    def is_whole(self) -> bool:
        """Whether nearly all values are whole numbers."""
        value = self.numbers.value
        value = value[np.isfinite(value)]
        return self.is_numeric and bool((value == np.floor(value)).mean() > 0.98)


@dataclass(kw_only=True, eq=False)
class Seen:
    """One table of one file."""

    #: How the draft calls it, and the file as the mapping names it.
    name: str
    file: str
    layer: str = ""
    records: str = ""
    table: Table
    columns: dict[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def copies(self) -> BoolArray:
        """Give the records that say in every column what one before them says, (N,)."""
        return copies_in(self.table)

    @property
    def shape(self) -> str:
        """What its geometry mostly is: point, line, area; empty without geometry."""
        if self.table.geometry is None:
            return ""
        kinds = shapely.get_type_id(self.table.geometry)
        counts = {"point": int(np.isin(kinds, (0, 4)).sum()), "line": int(np.isin(kinds, (1, 2, 5)).sum()),
                  "area": int(np.isin(kinds, (3, 6)).sum())}
        best = max(counts, key=lambda name: counts[name])
        return best if counts[best] else ""


def is_raster(path: Path) -> bool:
    """Say whether a file is a raster, or an archive of rasters."""
    if path.suffix.lower() != ".zip":
        return path.suffix.lower() in RASTERS
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().endswith(RASTERS) for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def look(path: Path, name: str) -> Iterator[Seen]:
    """Give the tables of a file.

    Parameters
    ----------
    path
        The file.
    name
        How the mapping names it: relative to the mapping's folder.

    Raises
    ------
    InputError
        A file that is missing or cannot be read.
    """
    for layer, records in _within(path, name):
        spec = TableSpec(file=[path.name], layer=[layer] if layer else [], records=records or None)
        table = read_table(path.parent, spec, ())
        columns = {column: Column(name=column, texts=without_nulls(table.text(column), NULL_TEXTS))
                   for column in table.columns}
        yield Seen(name=layer or records.rsplit(".", 1)[-1] or Path(path.stem).stem, file=name, layer=layer,
                   records=records, table=table, columns={c: v for c, v in columns.items() if v.present})


def _within(path: Path, name: str) -> list[tuple[str, str]]:
    """Give the layers and lists of a file: (layer, path of the records); both empty for the only one."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise InputError(file=name, found="no such file", expected="a file of the city")
    if suffix in _PLAIN:
        return [("", "")]
    if suffix in (".json", ".jsonld"):
        return _lists(path, name)
    if suffix == ".zip":
        try:
            layers = layers_of(path, name)
        except InputError:
            return [("", "")]  # a text table in an archive: its reader says what is wrong, if anything is
    else:
        layers = layers_of(path, name)
    return [(layer, "") for layer in layers] if len(layers) > 1 else [("", "")]


def _lists(path: Path, name: str) -> list[tuple[str, str]]:
    text, _, _ = decode(file_bytes(path, endings=(".json",)), None, name)
    try:
        content: Any = json.loads(text)
    except ValueError:
        return [("", "")]  # the reader says where it breaks
    if isinstance(content, dict) and "type" in content and ("id" in content or "features" in content):
        return [("", "")]  # GeoJSON, or one entity that is a record by itself
    found = list(_record_lists(content, ()))
    return [("", step) for step in found] or [("", "")]


def _record_lists(here: Any, steps: tuple[str, ...]) -> Iterator[str]:
    if isinstance(here, list):
        if here and all(isinstance(item, dict) for item in here) and steps:
            yield ".".join(steps)
    elif isinstance(here, dict) and len(steps) < _DEEP:
        for key, value in here.items():
            yield from _record_lists(value, (*steps, key))
