"""Files spoilt at random, by bytes and by values: whoever reads one refuses it or reads it, and never fails."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geodata.seals import SEAL, seal_of

#: What stands where something else is meant.
ODD: list[Any] = [None, True, -1, 0, 3, 2**53, 1e308, -1e-300, "", "x", "-", "1e999", "0,5", "\x1b[2J", "=1+1", [], {},
                  [[]], {"a": {}}, [1, "b"], "2026-13-40", "é" * 300]
ODD_SQL: list[Any] = [None, -1, 10**15, 1e308, float("inf"), "", "x", "0,5", b"", b"GP\0\1", b"\xff\xfe\0bad",
                      "é" * 3000]


def nested(depth: int) -> str:
    """Give a text of JSON that is nested so deep."""
    return "[" * depth + "]" * depth


def spoilt_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    """Give bytes that are cut, flipped, overwritten, doubled or filled with zeros somewhere."""
    spoilt, n = bytearray(data), len(data)
    at, length = int(rng.integers(0, n)), int(rng.integers(1, 64))
    match int(rng.integers(0, 7)):
        case 0:
            return bytes(spoilt[:at])
        case 1:
            spoilt[at] ^= 1 << int(rng.integers(0, 8))
        case 2:
            spoilt[at:at + length] = rng.bytes(length)
        case 3:
            spoilt[at:at + length] = bytes(len(spoilt[at:at + length]))
        case 4:
            spoilt[at:at] = spoilt[at:at + length]
        case 5:
            del spoilt[at:at + length]
        case _:  # at the head, where forms are told
            head = int(rng.integers(0, min(n, 400)))
            spoilt[head:head + 4] = rng.bytes(len(spoilt[head:head + 4]))
    return bytes(spoilt)


def spoilt_text(text: str, rng: np.random.Generator) -> str:
    """Give a text with a word, a sign or a line changed, lost or doubled."""
    lines = text.split("\n")
    at = int(rng.integers(0, len(lines)))
    line = lines[at]
    words = line.split(" ")
    word = int(rng.integers(0, len(words)))
    match int(rng.integers(0, 6)):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, line)
        case 2:
            words[word] = str(rng.choice(["[", "{", "- x", "&a", "*a", "!!x", "? [a]", "1e400", "-1", "~", "''", "\x07",
                                          "9" * 400, "null:", "%YAML 9.9", "2026-02-30", "x: y", "%s" * 9]))
            lines[at] = " ".join(words)
        case 3:
            del words[word]
            lines[at] = " ".join(words)
        case 4:
            lines[at] = " " * int(rng.integers(0, 5)) + line.lstrip()
        case _:
            sign = int(rng.integers(0, len(line) + 1))
            lines[at] = line[:sign] + str(rng.choice(list(",;:\"'[]{}-#|>%@\t\0\ufeff"))) + line[sign + 1:]
    return "\n".join(lines)


def spoilt_json(value: Any, rng: np.random.Generator) -> Any:
    """Give JSON values of which one is another, lost, or of another sort."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        keys = list(value)
        key = keys[int(rng.integers(0, len(keys)))]
        if rng.random() < 0.1:
            return {name: inner for name, inner in value.items() if name != key}
        return {**value, key: spoilt_json(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = int(rng.integers(0, len(value)))
        return [*value[:at], spoilt_json(value[at], rng), *value[at + 1:]]
    return ODD[int(rng.integers(0, len(ODD)))]


def spoilt_database(path: Path, rng: np.random.Generator) -> None:
    """Change, delete or double a value, a row, a column or a table of a SQLite file."""
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.Error):
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')  # they call functions of GDAL's own
        held = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = [name for (name,) in held if not name.startswith(("sqlite", "rtree"))]
        table = tables[int(rng.integers(0, len(tables)))]
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
        column = columns[int(rng.integers(0, len(columns)))]
        odd = ODD_SQL[int(rng.integers(0, len(ODD_SQL)))]
        rows = [row for (row,) in database.execute(f'SELECT rowid FROM "{table}"')]
        row = rows[int(rng.integers(0, len(rows)))] if rows else 0
        with database:
            match int(rng.integers(0, 12)):
                case 0:
                    database.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (row,))
                case 1:
                    database.execute(f'DROP TABLE "{table}"')
                case 2:
                    database.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "{column}_old"')
                case 3:
                    blob = database.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', (row,)).fetchone()
                    if blob and isinstance(blob[0], bytes):
                        odd = spoilt_bytes(blob[0], rng)
                    database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (odd, row))
                case _:
                    database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (odd, row))


def spoilt_table(path: Path, rng: np.random.Generator) -> None:
    """Change one value of a Parquet file, its schema kept."""
    table = pq.read_table(path)
    if not table.num_rows:
        return
    column, row = int(rng.integers(0, table.num_columns)), int(rng.integers(0, table.num_rows))
    values = table.column(column).to_pylist()
    for _ in range(8):
        other = values[int(rng.integers(0, len(values)))] if rng.random() < 0.2 else ODD[int(rng.integers(0, len(ODD)))]
        try:
            changed = pa.array([*values[:row], other, *values[row + 1:]], table.schema.field(column).type)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            continue
        pq.write_table(table.set_column(column, table.schema.field(column), changed), path)
        return


def mended_digests(folder: Path) -> None:
    """Write into ``run.json`` what its files now are, and seal it: what is wrong must be noticed by what it says."""
    file = folder / "run.json"
    info = json.loads(file.read_text(encoding="utf-8"))
    for name in info["files"]:
        data = (folder / name).read_bytes()
        info["files"][name] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    sealed_anew(folder, info)


def sealed_anew(folder: Path, info: Any) -> None:
    """Write a ``run.json`` with the digest of what it now says."""
    if isinstance(info, dict):
        info = {**info, SEAL: seal_of(info)}
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
