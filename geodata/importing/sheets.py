"""Sheets of workbooks as people make them: titles, headers of two lines, merged cells, lines of totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from geodata.importing.merged_cells import Merge
from geodata.importing.schema import TableSpec
from geodata.tables.table import Table, unique_names
from geodata.tables.text_table import untyped

#: Share of the columns that a line must fill to be the header.
_FILLED = 0.6
_TOTAL = re.compile(r"(sous[- ]?|sub[- ]?|zwischen|grand )?"
                    r"(total|totaux|totale|totaal|somme|sum|summe|suma|gesamt|ensemble)s?\b"
                    r"( (général|general|generale|of .*|des .*|du .*|de .*))?"
                    r"(\s*:?[\s\d.,]*|( [^\W\d]+)?\s*:\s*\d[\s\d.,]*([^\W\d]+)?)", re.IGNORECASE)


def sheet(table: Table, spec: TableSpec, merges: Sequence[Merge]) -> Table:
    """Give the records of a sheet.

    Parameters
    ----------
    table
        Its cells as GDAL reads them: columns ``Field1``… where it saw no header; ``record`` names the sheet's line.
    spec
        Says the header's line where that is not found.
    merges
        Its merged cells.
    """
    lines = np.array([int(str(record).rsplit(" ", 1)[-1]) for record in table.record], dtype=np.int64)
    columns, cells = _filled_in(list(table.columns.values()), lines, merges)
    names, notes = list(table.columns), list(table.notes)
    generic = all(name.startswith("Field") for name in names)
    if generic and len(table) > 1:
        head = _header(columns, lines, merges, spec.csv.header_row)
        header, _ = untyped(_headings(columns, lines, merges, head))
        names, _ = unique_names(header)
        rows = np.arange(head + 1, len(table))
        columns, lines, cells = [column[rows] for column in columns], lines[rows], [mask[rows] for mask in cells]
    record = np.array([f"row {line}" for line in lines] or [], dtype=object)
    whole = Table(file=table.file, columns=dict(zip(names, columns, strict=True)), record=record, found=table.found,
                  notes=tuple(notes), warnings=table.warnings,
                  tallies=(("mended", "a merged cell: what it says holds for each of its lines",
                            list(record[np.any(cells, axis=0)] if cells else ())),),
                  filled={name: mask for name, mask in zip(names, cells, strict=True) if mask.any()})
    blank = np.array([not _count(row) for row in zip(*columns, strict=True)] or [False] * len(whole), dtype=bool)
    return without_totals(whole.take(~blank) if blank.any() else whole)


def without_totals(table: Table) -> Table:
    """Give a table without its lines of totals, which are no records: half empty, and "Total" stands first."""
    if not len(table) or not table.columns:
        return table
    rows = list(zip(*table.columns.values(), strict=True))
    counts = np.array([_count(row) for row in rows])
    out = np.array([count <= 0.5 * np.median(counts) and _TOTAL.fullmatch(_first(row)) is not None
                    for row, count in zip(rows, counts, strict=True)], dtype=bool)
    if not out.any():
        return table
    totals = tuple(str(record) for record in table.record[out])
    note = f"a line of totals is no record: left out ({', '.join(totals[:5])})"
    return replace(table.take(~out), notes=(*table.notes, note), totals=(*table.totals, *totals))


def _filled_in(columns: list[Any], lines: Any, merges: Sequence[Merge]) -> tuple[list[Any], list[Any]]:
    """Give the columns with merged cells filled down their lines, and for each the mask of the cells that got it."""
    columns, touched = list(columns), [np.zeros(len(lines), dtype=bool) for _ in columns]
    for merge in merges:
        if merge.last == merge.first or merge.left >= len(columns):
            continue
        column = columns[merge.left] = columns[merge.left].astype(object)
        inside = np.flatnonzero((lines >= merge.first) & (lines <= merge.last))
        if not len(inside) or lines[inside[0]] != merge.first or _is_blank(column[inside[0]]):
            continue
        below = [row for row in inside[1:].tolist() if _is_blank(column[row])]
        column[below] = column[inside[0]]
        touched[merge.left][below] = True
    return columns, touched


def _header(columns: list[Any], lines: Any, merges: Sequence[Merge], stated: int | None) -> int:
    """Give the row of the header: the first that fills most columns and groups none of them."""
    if stated:
        return stated - 1
    wide = {merge.first for merge in merges if merge.right > merge.left}
    rows = list(zip(*columns, strict=True))
    return next((place for place, row in enumerate(rows)
                 if _count(row) > _FILLED * len(row) and int(lines[place]) not in wide), 0)


def _headings(columns: list[Any], lines: Any, merges: Sequence[Merge], head: int) -> list[str]:
    """Give the names of the columns; one that repeats has its group's name before it, where there is one."""
    names = ["" if _is_blank(column[head]) else str(column[head]).strip() for column in columns]
    said = list(names)
    for place, name in enumerate(names):
        if names.count(name) > 1:
            said[place] = " ".join([*_groups(columns, lines, merges, head, place), name])
    return said


def _groups(columns: list[Any], lines: Any, merges: Sequence[Merge], head: int, place: int) -> Iterator[str]:
    for merge in merges:
        row = np.flatnonzero(lines == merge.first)
        if merge.right > merge.left and merge.left <= place <= merge.right and len(row) and row[0] < head \
                and merge.right - merge.left + 1 < len(columns):  # a title over all columns groups nothing
            yield str(columns[merge.left][row[0]] or "").strip()


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _count(row: Sequence[Any]) -> int:
    return sum(not _is_blank(value) for value in row)


def _first(row: Sequence[Any]) -> str:
    return next((str(value).strip() for value in row if not _is_blank(value)), "")


