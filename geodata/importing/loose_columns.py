"""Texts in the number columns of a GeoPackage: SQLite keeps them, and GDAL gives 0 for each without a word.

"0,55 m", "?" or "inconnu" in a column of heights is what people type into QGIS. They are put back as they stand, so
that what can be read as a number is, and what cannot is doubtful and left empty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import InputError


def with_texts(path: Path, name: str, layer: str, columns: Mapping[str, Any], fids: Any) -> dict[str, Any]:
    """Give the columns of a layer with the texts that stand in columns of numbers, and fractions in whole ones.

    Parameters
    ----------
    path, name
        The file, and how the report calls it; any but a SQLite file gives its columns as they are.
    layer
        Its layer.
    columns
        As GDAL read them, (N,) each.
    fids
        Number of each record in the file, (N,).

    Raises
    ------
    InputError
        Texts in a column of numbers that cannot be told to belong to a record: those of a view.
    """
    found = dict(columns)
    numeric = [column for column, values in columns.items() if np.asarray(values).dtype.kind in "fiub"]
    if not numeric or not _is_sqlite(path):
        return found
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            table = database.execute(f"PRAGMA table_info({_quoted(layer)})").fetchall()
            # A fraction in a column of whole numbers loses what follows the point.
            odd_types = {row[1]: "'text', 'blob', 'real'" if "INT" in str(row[2]).upper() else "'text', 'blob'"
                         for row in table}
            key = next((_quoted(row[1]) for row in table if row[5] == 1), "rowid")
            for column in (column for column in numeric if column in odd_types):
                odd = f"FROM {_quoted(layer)} WHERE typeof({_quoted(column)}) IN ({odd_types[column]})"
                if database.execute(f"SELECT 1 {odd} LIMIT 1").fetchone():
                    rows = database.execute(f"SELECT {key}, CAST({_quoted(column)} AS BLOB) {odd}").fetchall()
                    found[column] = _put_back(found[column], fids, dict(rows))
    except sqlite3.Error as error:
        raise InputError(file=name, field=f"layer {layer}", found=f"columns that cannot be looked into ({error})",
                         expected="a whole layer", remedy="A view? Save it as a layer of its own.") from error
    return found


def _put_back(values: Any, fids: Any, texts: Mapping[Any, bytes]) -> Any:
    """Give a column of objects: numbers as they were, and the texts of these records."""
    mixed = np.empty(len(values), dtype=object)
    mixed[:] = np.asarray(values).tolist()
    for row, fid in enumerate(fids.tolist()):
        if fid in texts:
            mixed[row] = texts[fid].decode("utf-8", "replace")
    return mixed


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
