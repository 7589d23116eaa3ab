"""Tables: what every reader gives, whatever the file was."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from geodata.causes import cause_of
from geodata.drivers import check_archive
from geodata.inputs.plain_file import bytes_of
from geodata.tables.values import texts
from twin.errors import InputError
from twin.quantities import BoolArray, TextArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Records of one file: columns of N rows, in the file's own words.

    Columns of objects hold stripped texts, ``None`` where nothing stands; other columns are numbers, dates or truths.
    """

    file: str
    #: Column by name, (N,) each: texts, numbers or dates as the format has them.
    columns: dict[str, Any]
    #: Name of each record in its file ("line 12", "feature 7"), (N,).
    record: TextArray
    #: Geometry in the file's CRS, (N,), None where there is none; ``None`` for a table without geometry.
    geometry: TextArray | None = None
    #: CRS that the file declares, authority code or WKT; empty when it declares none.
    crs: str = ""
    #: Unit of columns, where a row under the header gives it.
    units: dict[str, str] = field(default_factory=dict)
    #: What the reader found out: encoding, delimiter, header line.
    found: dict[str, str] = field(default_factory=dict)
    #: (outcome, reason, record names) of what the reader mended, doubted or left out.
    tallies: tuple[tuple[str, str, list[str]], ...] = ()
    notes: tuple[str, ...] = ()
    #: Names of the lines of totals that are no records and were left out.
    totals: tuple[str, ...] = ()
    #: What the reader found that may make the whole table another than was meant.
    warnings: tuple[str, ...] = ()
    #: Cells that were blank in the file and say what stands above them: mask by column, (N,).
    filled: dict[str, BoolArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.record)

    def take(self, rows: Any) -> Table:
        """Give the table of a mask or of row numbers."""
        return replace(self, columns={name: values[rows] for name, values in self.columns.items()},
                       record=self.record[rows], geometry=None if self.geometry is None else self.geometry[rows],
                       filled={name: mask[rows] for name, mask in self.filled.items()})

    def text(self, name: str, *, field_path: str = "") -> TextArray:
        """Give a column as clean texts; names are met without regard to case where that is clear.

        Raises
        ------
        InputError
            No such column; those that the file has are listed.
        """
        values = self.columns.get(self.name_of(name, field_path=field_path), np.empty(0, dtype=object))
        return values if values.dtype.kind == "O" else texts(values)

    def name_of(self, name: str, *, field_path: str = "") -> str:
        """Give a column's name as the file spells it (RPG files change case from year to year)."""
        if name in self.columns:
            return name
        folded = [known for known in self.columns if known.casefold() == name.casefold()]
        if len(folded) == 1:
            return folded[0]
        if not len(self) and not self.columns:
            return name  # an empty list says nothing of its columns: whatever it is asked for, it has 0 of it
        from difflib import get_close_matches

        near = get_close_matches(name, self.columns, n=1)
        raise InputError(file=self.file, field=field_path or name, found=f"no column '{name}'",
                         expected=f"one of {', '.join(self.columns) or '(the table has no columns)'}",
                         remedy=f"Did you mean '{near[0]}'?" if near else "")


def joined(tables: Sequence[Table]) -> Table:
    """Put tables one under the other; columns that one lacks are empty there.

    Raises
    ------
    InputError
        Tables in different CRSs.
    """
    if len(tables) == 1:
        return tables[0]
    crs = {table.crs for table in tables if table.geometry is not None}
    if len(crs) > 1:
        raise InputError(file=", ".join(table.file for table in tables), field="crs",
                         found=f"files in different CRSs: {', '.join(sorted(name or 'none' for name in crs))}",
                         expected="one CRS", remedy="Make a layer of its own for each CRS.")
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    columns: dict[str, Any] = {}
    for name in names:
        parts = [table.columns.get(name, np.full(len(table), None, dtype=object)) for table in tables]
        same = len({part.dtype for part in parts}) == 1
        columns[name] = np.concatenate(parts if same else [texts(part) for part in parts])
    geometry = None
    if any(table.geometry is not None for table in tables):
        geometry = np.concatenate([np.full(len(table), None, dtype=object) if table.geometry is None
                                   else table.geometry for table in tables])
    found = {what: ", ".join(dict.fromkeys(table.found[what] for table in tables if what in table.found))
             for what in dict.fromkeys(what for table in tables for what in table.found)}
    files = ", ".join(dict.fromkeys(table.file for table in tables))
    return Table(file=files, columns=columns, record=np.concatenate([table.record for table in tables]),
                 geometry=geometry, crs=next(iter(crs), ""),
                 units={k: v for table in tables for k, v in table.units.items()}, found=found,
                 tallies=tuple(tally for table in tables for tally in table.tallies),
                 notes=tuple(dict.fromkeys(note for table in tables for note in table.notes)),
                 totals=tuple(line for table in tables for line in table.totals),
                 warnings=tuple(warning for table in tables for warning in table.warnings),
                 filled={name: np.concatenate([table.filled.get(name, np.zeros(len(table), dtype=bool))
                                               for table in tables])
                         for name in dict.fromkeys(name for table in tables for name in table.filled)})


def unique_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give names made different (``A``, ``A_2``), and those that were repeated; empty names become ``column_3``."""
    seen: dict[str, int] = {}
    result, repeated = [], []
    for place, name in enumerate(names, start=1):
        name = name.strip() or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        while seen[name] > 1 and f"{name}_{seen[name]}" in names:
            seen[name] += 1
        if seen[name] > 1:
            repeated.append(name)
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result, list(dict.fromkeys(repeated))


def file_bytes(path: Path, *, endings: Sequence[str]) -> bytes:
    """Give the bytes of a file, or of the one member of a ZIP that has such an ending.

    Raises
    ------
    InputError
        No such file, not readable, an archive without (or with several) such members.
    """
    try:
        if path.suffix.lower() != ".zip":
            return bytes_of(path, expected="a file of records")
        if path.exists():
            check_archive(path)
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if name.lower().endswith(tuple(endings))]
            if len(members) != 1:
                raise InputError(file=str(path), found=f"an archive with {len(members)} files of the kind",
                                 expected=f"exactly one of {', '.join(endings)}")
            return archive.read(members[0])
    except FileNotFoundError:
        raise InputError(file=str(path), found="no such file", expected="the file that the mapping names",
                         remedy="Paths are relative to the folder given with --data, else to the mapping's.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(file=str(path), found=f"a file that cannot be read ({cause_of(error)})",
                         expected="a readable file") from error
