"""A GeoPackage seen from its tables: what it holds, whether it is whole, and its plain tables.

Layers are read by pyogrio; this asks SQLite what pyogrio would not say clearly: a file that ends early, a table that
is missing, which CRS a layer stands in.
"""

from __future__ import annotations

import sqlite3
import struct
import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyogrio
import pyproj

from geodata.causes import cause_of
from geodata.drivers import regular
from twin.errors import InputError

_DAMAGED = "Copy it again from where it came from, or make it again with `twin import`."


class Package:
    """A GeoPackage open for reading its tables. Use as a context manager.

    Raises
    ------
    InputError
        No such file, no right to read it, no GeoPackage, or one that ends early.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._check_header()
        wrong: dict[str, Any] = {"file": str(path), "expected": "a city file as `twin import` writes it",
                                 "remedy": _DAMAGED}
        try:
            self._database = _connect(path)
        except (sqlite3.Error, ValueError) as error:
            raise InputError(found=f"a file that is no GeoPackage ({cause_of(error)})", **wrong) from error
        try:
            views = {name for (name,) in self._database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
            self._contents = {} if "gpkg_contents" in views else {
                name: (kind, srs) for name, kind, srs in self._database.execute(
                    "SELECT table_name, data_type, srs_id FROM gpkg_contents ORDER BY rowid")}
            if not all(isinstance(name, str) for name in self._contents):
                raise ValueError("a layer whose name is no text")
        except (sqlite3.Error, ValueError) as error:
            self._database.close()
            raise InputError(found=f"a file that is no GeoPackage ({cause_of(error)})", **wrong) from error
        # A view is a query of whoever made the file: it may never end.
        if views & {"gpkg_contents", "gpkg_spatial_ref_sys", "gpkg_ogr_contents", *self._contents}:
            self._database.close()
            raise InputError(file=str(path), ids=sorted(views), found="views in place of tables",
                             expected="layers and tables", remedy="Save what they show as layers of their own.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._database.close()

    def _check_header(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            regular(self.path, file=str(self.path), expected="a city file (.gpkg)")
        try:
            with self.path.open("rb") as stream:
                header = stream.read(100)
            size = self.path.stat().st_size
        except FileNotFoundError:
            raise InputError(file=str(self.path), found="no such file", expected="a city file (.gpkg)",
                             remedy="`twin import MAPPING.yaml --out CITY.gpkg` makes one.") from None
        except OSError as error:
            raise InputError(file=str(self.path), found=f"a file that cannot be read ({cause_of(error)})",
                             expected="a city file (.gpkg)") from error
        if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
            raise InputError(file=str(self.path), found="a file that is no GeoPackage" if size else "an empty file",
                             expected="a city file (.gpkg)",
                             remedy="`twin import MAPPING.yaml --out CITY.gpkg` makes one from your layers.")
        page, pages = struct.unpack(">H", header[16:18])[0], struct.unpack(">I", header[28:32])[0]
        page = 65536 if page == 1 else page
        counts_hold = header[24:28] == header[92:96]  # else an old SQLite wrote it and the page count means nothing
        if counts_hold and pages and size < page * pages:
            raise InputError(file=str(self.path), found=f"a file that ends early ({size} of {page * pages} bytes)",
                             expected="a whole city file", remedy=_DAMAGED)

    @property
    def layers(self) -> list[str]:
        """Names of the layers with geometry, as stored."""
        return [name for name, (kind, _) in self._contents.items() if kind == "features"]

    @property
    def tables(self) -> list[str]:
        """Names of the tables without geometry, as stored."""
        return [name for name, (kind, _) in self._contents.items() if kind == "attributes"]

    def columns(self, table: str) -> list[str]:
        """Names of the columns of a layer or table."""
        return [row[1] for row in self._execute(f"PRAGMA table_info({_quoted(table)})")]

    def pairs(self, table: str, key: str, value: str) -> dict[str, str]:
        """Give two text columns of a table as a mapping; empty when there is no such table."""
        if table not in self._contents:
            return {}
        rows = self._execute(f"SELECT {_quoted(key)}, {_quoted(value)} FROM {_quoted(table)}")
        return {str(k): "" if v is None else str(v) for k, v in rows}

    def records(self, table: str) -> list[Mapping[str, Any]]:
        """Give the rows of a small table as mappings; empty when there is no such table."""
        if table not in self._contents:
            return []
        names = self.columns(table)
        chosen = ", ".join(_quoted(name) for name in names)
        return [dict(zip(names, row, strict=True)) for row in self._execute(f"SELECT {chosen} FROM {_quoted(table)}")]

    def check_numbers(self, table: str, columns: Sequence[str]) -> None:
        """Raise ``InputError`` where a column of numbers holds text: GDAL would read it as 0 and say nothing.

        It opens the file for itself, so that another thread may look while this one reads.
        """
        try:
            with closing(_connect(self.path)) as database:
                held = {row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})")}
                names = [name for name in columns if name in held]
                if not names:
                    return
                # SQLite counts any text as greater than any number.
                highest = database.execute(
                    f"SELECT {', '.join(f'max({_quoted(name)})' for name in names)} FROM {_quoted(table)}").fetchall()
        except (sqlite3.Error, ValueError, OverflowError) as error:
            raise self._damaged("", error) from error
        for name, value in zip(names, highest[0], strict=True):
            if isinstance(value, str | bytes):
                raise InputError(file=str(self.path), field=f"{table}.{name}", found=f"'{str(value)[:40]}'",
                                 expected="numbers, or nothing", remedy="Correct it in QGIS, or leave it empty.")

    def crs_of(self, layer: str) -> pyproj.CRS | None:
        """Give the CRS of a layer; None where the file does not say."""
        number = self._contents[layer][1] or 0
        if not isinstance(number, int):
            raise self._damaged(layer, f"'{str(number)[:40]}' as the number of its CRS")
        rows = self._execute("SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
                             f"WHERE srs_id = {number}")
        if not rows or str(rows[0][0]).upper() == "NONE":
            return None
        organisation, code, definition = rows[0]
        try:
            return pyproj.CRS.from_authority(str(organisation), str(code))
        except pyproj.exceptions.CRSError:
            try:
                return pyproj.CRS.from_user_input(str(definition))
            except pyproj.exceptions.CRSError:
                raise InputError(file=str(self.path), field=layer, found=f"the CRS {organisation} {code}, which nobody "
                                 "knows", expected="the CRS of the city", remedy="Save the layer again in the city's "
                                 "CRS.") from None

    def check_counts(self, expected: Mapping[str, int]) -> None:
        """Raise ``InputError`` where a layer holds other than the expected number of rows."""
        for name, count in expected.items():
            found = self._execute(f"SELECT count(*) FROM {_quoted(name)}")[0][0]
            if found != count:
                raise InputError(file=str(self.path), field=name, found=f"{found} rows", expected=f"{count} rows",
                                 remedy="The disk may be full or failing. Nothing was changed.")

    def read(self, table: str, columns: list[str]) -> pa.Table:
        """Give columns of a layer or table, with ``fid`` and, for a layer, its geometry as WKB in ``geom``.

        Raises
        ------
        InputError
            The layer is damaged.
        """
        is_layer = self._contents[table][0] == "features"
        try:
            with warnings.catch_warnings(action="ignore"):  # what GDAL warns of in a damaged file is refused below
                meta, found = pyogrio.read_arrow(self.path, layer=table, columns=columns, read_geometry=is_layer,
                                                 return_fids=True)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowException, OSError,
                RuntimeError, UnicodeDecodeError) as error:
            raise self._damaged(table, error) from error
        names = [meta["geometry_name"] or "wkb_geometry", "wkb_geometry"] if is_layer else []
        found = found.rename_columns(["geom" if name in names else "fid" if name in {meta["fid_column"], "OGC_FID"}
                                      else name for name in found.column_names])
        for name in found.column_names:
            if pa.types.is_string(found.schema.field(name).type):
                try:
                    found[name].validate(full=True)
                except pa.ArrowException:
                    raise InputError(file=str(self.path), field=f"{table}.{name}", found="bytes that are no UTF-8 text",
                                     expected="text", remedy="Correct the values in QGIS.") from None
        counted = {row[0]: row[1] for row in self._execute(
            "SELECT table_name, feature_count FROM gpkg_ogr_contents")} if self._has_counts() else {}
        if counted.get(table) is not None and counted[table] != found.num_rows:
            raise self._damaged(table, f"{found.num_rows} of {counted[table]} rows can be read")
        return found

    def _has_counts(self) -> bool:
        return bool(self._execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_ogr_contents'"))

    def _execute(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query).fetchall()
        except (sqlite3.Error, ValueError, OverflowError) as error:  # ValueError: bytes that are no UTF-8 text
            raise self._damaged("", error) from error

    def _damaged(self, table: str, error: object) -> InputError:
        return InputError(file=str(self.path), field=table, found=f"a damaged file ({error})",
                          expected="a whole city file", remedy=_DAMAGED)


def _connect(path: Path) -> sqlite3.Connection:
    """Open read-only; a file that QGIS left with a journal, in a folder that may not be written, as it stands."""
    for suffix in ("mode=ro", "mode=ro&immutable=1"):
        database = sqlite3.connect(f"{path.absolute().as_uri()}?{suffix}", uri=True)
        try:
            database.execute("SELECT 1 FROM sqlite_master LIMIT 1")
        except sqlite3.OperationalError:
            database.close()
        except BaseException:  # no database at all
            database.close()
            raise
        else:
            return database
    raise sqlite3.OperationalError("unable to open the database")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
