"""The GeoPackage of a run: its layers, what it rests on, and its styles."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
from geopandas import GeoDataFrame

from geodata.atomic import beside, move
from geodata.gis.layers import Words, layers_of
from geodata.pinned import MOMENT, pinned
from twin.errors import InputError

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: In the table ``run``: what the file is.
FORMAT = "citytwin-gis-1"
_STYLES = """CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
  description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP)"""


def write_geopackage(run: Run, out: Path, words: Words, styles: Mapping[str, str]) -> None:
    """Write a run as one GeoPackage; its layers ``states``, ``outages`` and ``water`` have a start and an end.

    Parameters
    ----------
    run
        A run read from its folder.
    out
        The file; an earlier one of this sort is replaced, any other file stays.
    words
        Those of states and kinds.
    styles
        QML of layers, by their names: QGIS takes them as the layers' own.

    Raises
    ------
    InputError
        A place that holds another file, or cannot be written.
    """
    _check_place(out)
    with beside(out) as work:
        file = work / "run.gpkg"
        with pinned():
            for i, (name, frame) in enumerate(layers_of(run, words)):
                _write(file, name, frame, append=i > 0)
        with closing(sqlite3.connect(file)) as database, database:
            _write_facts(database, run)
            _write_styles(database, styles)
        move(file, out)


def _write(file: Path, name: str, frame: GeoDataFrame, *, append: bool) -> None:
    types = {shape.geom_type for shape in frame.geometry if shape is not None}
    only = types.pop() if len(types) == 1 else "Unknown"
    pyogrio.write_dataframe(frame, file, layer=name, driver="GPKG", append=append, geometry_type=only)


def _write_facts(database: sqlite3.Connection, run: Run) -> None:
    """Write what the run is and rests on, as a table that GIS lists."""
    facts: dict[str, Any] = {"format": FORMAT, "name": run.result.plan.name, "city": run.result.city.name,
                             "status": run.result.plan.status, "issued_at": run.result.plan.issued_at.isoformat(),
                             "valid_until": run.result.plan.valid_until.isoformat(),
                             "start": run.result.plan.start.isoformat(), "plan_sha256": run.result.plan.digest}
    facts |= {f"warning_{i}": str(w.get("text") or w.get("warning")) for i, w in enumerate(run.result.warnings, 1)}
    database.execute("CREATE TABLE run (fid INTEGER PRIMARY KEY, key TEXT, value TEXT)")
    database.executemany("INSERT INTO run (key, value) VALUES (?, ?)", facts.items())
    database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES "
                     "('run', 'attributes', 'run', ?)", (MOMENT,))


def _write_styles(database: sqlite3.Connection, styles: Mapping[str, str]) -> None:
    database.execute(_STYLES)
    tables = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    for name, qml in styles.items():
        if name in tables:
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', ?)", (name, name, qml, MOMENT))
    database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES "
                     "('layer_styles', 'attributes', 'layer_styles', ?)", (MOMENT,))


def _check_place(out: Path) -> None:
    """Refuse a place that holds anything but an earlier export."""
    if not out.exists():
        return
    found = "a folder" if out.is_dir() else "a file of another sort"
    if out.is_file():
        try:
            with closing(sqlite3.connect(f"{out.absolute().as_uri()}?mode=ro", uri=True)) as database:
                if database.execute("SELECT 1 FROM run WHERE key = 'format' AND value = ?", (FORMAT,)).fetchone():
                    return
        except sqlite3.Error:
            pass
    raise InputError(file=str(out), found=found, expected="a file that does not exist yet, or an earlier export",
                     remedy="It may be something of yours, so it stays. Choose another --out.")
