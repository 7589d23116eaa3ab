"""Text tables: CSV of any dialect, with the header wherever it is and whatever its cells carry.

Seen in real files and read here: ``;`` or ``,`` or tab, decimal commas in quotes, dBase headers
(``OBJECTID,N,9,0;NAME,C,36``), rows of units under the header, blank and title rows above it, repeated column names,
rows that are too short or too long.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import zip_longest
from pathlib import Path

import numpy as np

from geodata.inputs.encodings import decode
from geodata.tables.dialect import CsvSpec
from geodata.tables.table import Table, file_bytes, unique_names
from geodata.tables.values import UNITS
from twin.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
_TYPED = re.compile(r"(?P<name>.+?),(?P<type>[CNFDLIM]),(?P<width>\d+)(?:,(?P<decimals>\d+))?$")
_NUMBER = re.compile(r"[+-]?[\d\s]*[.,]?\d+(e[+-]?\d+)?$", re.IGNORECASE)
#: What stands in a row of units: names of units, in brackets or not.
_UNIT_WORDS = {name.casefold(): name for name in UNITS if name != "1"} | {
    "w": "W", "kw": "kW", "v": "V", "metres": "m", "meters": "m", "mètres": "m", "m²": "m2", "m³": "m3", "m³/s": "m3/s",
    "feet": "ft", "watt": "W", "watts": "W", "°": "", "deg": "", "degrees": "", "-": "", "text": "", "id": "", "%": ""}
#: Rows looked at to find the dialect and the header.
_LOOK = 60


def read_csv(path: Path, name: str, spec: CsvSpec, encoding: str | None) -> Table:
    """Read a text table.

    Parameters
    ----------
    path, name
        The file, and how the report calls it.
    spec
        What the mapping states of the dialect; the rest is found out and told in ``found``.
    encoding
        As stated, or ``None`` to find it.

    Raises
    ------
    InputError
        Empty, not text, no delimiter that makes columns, a quote that never closes, a header line beyond the end.
    """
    text, used, notes = decode(file_bytes(path, endings=(".csv", ".txt", ".tsv")), encoding, name)
    if not text.strip():
        raise InputError(file=name, found="an empty file", expected="a header and records")
    if "\x00" in text[:4096]:
        raise InputError(file=name, found="bytes that are no text", expected="a text table",
                         remedy="An Excel file needs its ending .xlsx.")
    delimiter = spec.delimiter.replace("\\t", "\t") if spec.delimiter else sniff(text, spec.quote)
    rows, lines = _rows(text, delimiter, spec.quote, name)
    width = Counter(len(row) for row in rows[:_LOOK]).most_common(1)[0][0]
    head = _header(rows, lines, width, spec, name)
    joined = None if head < 0 or spec.columns else two_lines(rows[head], *rows[head + 1:head + 2])
    if head < 0:
        header = spec.columns or [f"column_{i + 1}" for i in range(width)]
        typed = False
    else:
        header, typed = untyped(joined or spec.columns or rows[head])
    names, repeated = unique_names(header)
    body = head + (1 if joined is None else 2)
    units: dict[str, str] = {}
    if spec.unit_row or (spec.unit_row is None and _has_unit_row(rows[body:body + 2])):
        units = {column: unit for column, cell in zip(names, rows[body], strict=False) if (unit := _unit(cell))}
        body += 1
    kept = [(row, line) for row, line in zip(rows[body:], lines[body:], strict=True)
            if row and (row[0].strip() or any(cell.strip() for cell in row))]
    blank = len(rows) - body - len(kept)
    short = [f"line {line}" for row, line in kept if len(row) < len(names)]
    long = [f"line {line}" for row, line in kept
            if len(row) > len(names) and any(cell.strip() for cell in row[len(names):])]
    cells = list(zip_longest(*(row[:len(names)] for row, _ in kept), fillvalue=""))
    cells += [("",) * len(kept)] * (len(names) - len(cells))
    columns = [np.array([cell.strip() or None for cell in column] or [], dtype=object) for column in cells]
    if kept and not text.endswith(("\n", "\r")) and len(kept[-1][0]) < len(names):
        notes.append("the last line is short and does not end: the file may be cut off")
    found = {"encoding": used, "delimiter": "tab" if delimiter == "\t" else delimiter}
    if head > 0 or blank:
        notes.append(f"header on line {lines[head]}" if not blank else
                     f"header on line {lines[head]}; 1 blank line passed over" if blank == 1 else
                     f"header on line {lines[head]}; {blank} blank lines passed over")
    if joined is not None:
        notes.append(f"the header has two lines, {lines[head]} and {lines[head + 1]}: their names are joined")
    if typed:
        notes.append("dBase types in the header were taken off the names")
    if units:
        notes.append("a row of units stands under the header: "
                     + ", ".join(f"{column} in {unit}" for column, unit in units.items()))
    if repeated:
        notes.append(f"repeated column names were numbered: {', '.join(repeated)}")
    return Table(file=name, columns=dict(zip(names, columns, strict=True)),
                 record=np.array([f"line {line}" for _, line in kept], dtype=object), units=units, found=found,
                 notes=tuple(notes), tallies=(
                     ("doubtful", "the line has fewer cells than the header; the rest is empty", short),
                     ("doubtful", "the line has more cells than the header; the rest is left out", long)))


def sniff(text: str, quote: str = '"') -> str:
    """Give the delimiter that cuts the first lines into the most regular table.

    Regularity, not counts: decimal commas and commas in typed headers outnumber the semicolons that delimit. What cuts
    every line alike, the header among them, comes before what cuts most of them into more.
    """
    sample = text[:200_000].splitlines()[:_LOOK]
    best, best_score = ",", (False, 1e-9)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter, quotechar=quote) if any(row))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        share = count / sum(widths.values())
        score = share == 1.0, share * (1 - 1 / width)
        if width > 1 and share > 0.5 and score > best_score:
            best, best_score = delimiter, score
    return best


def two_lines(upper: list[str], lower: list[str] | None = None) -> list[str] | None:
    """Give the names of a header of two lines; None where the second line belongs to no header.

    That is how a table program saves cells that were merged: over several columns a name and blanks beside it, below
    it their own names; and nothing below at least one other. A record has more than that in its line, a title above a
    whole header less.

    Examples
    --------
    >>> two_lines(["Nom", "Position", "", "Rue"], ["", "X", "Y", ""])
    ['Nom', 'Position X', 'Position Y', 'Rue']
    >>> two_lines(["Nom", "Position", "", "Rue"], ["A-1", "355000", "6702000", ""])
    """
    if lower is None or len(lower) < 2:
        return None
    width = max(len(upper), len(lower))
    above, below = ([cell.strip() for cell in row] + [""] * (width - len(row)) for row in (upper, lower))
    while width and not above[width - 1] and not below[width - 1]:
        width -= 1
    names: list[str] = []
    group = ""
    for place in range(width):
        group = above[place] or group
        is_wide = not above[place] or (place + 1 < width and not above[place + 1])
        if is_wide != bool(below[place]) or not group or _NUMBER.match(below[place]):
            return None
        names.append(f"{group} {below[place]}" if is_wide else group)
    return names if "" in above[:width] and "" in below[:width] else None


def untyped(header: list[str]) -> tuple[list[str], bool]:
    """Give names without dBase types, and whether there were any.

    Examples
    --------
    >>> untyped(["OBJECTID,N,9,0", "PATRLIB,C,36"])
    (['OBJECTID', 'PATRLIB'], True)
    """
    matches = [_TYPED.match(cell.strip()) for cell in header]
    if sum(match is not None for match in matches) * 2 <= len([cell for cell in header if cell.strip()]):
        return [cell.strip() for cell in header], False
    return [cell.strip() if match is None else match["name"].strip()
            for cell, match in zip(header, matches, strict=True)], True


def _rows(text: str, delimiter: str, quote: str, name: str) -> tuple[list[list[str]], list[int]]:
    """Give the rows and the line on which each begins. Stray quotes inside cells are survived."""
    try:
        return parsed(text, delimiter, quote, is_strict=True)
    except csv.Error as error:
        if text.count(quote) % 2:
            raise InputError(file=name, found=f"a quote that never closes ({error})", expected="closed quotes",
                             remedy="The file may be cut off, or its quote sign another (csv: {quote: ...})."
                             ) from error
        return parsed(text, delimiter, quote)


def parsed(text: str, delimiter: str, quote: str = '"', *, is_strict: bool = False
           ) -> tuple[list[list[str]], list[int]]:
    """Give the cells of each row, and the line on which it begins."""
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=is_strict)
    rows, lines, first = [], [], 1
    for row in reader:
        rows.append(row)
        lines.append(first)
        first = reader.line_num + 1
    return rows, lines


def _header(rows: list[list[str]], lines: list[int], width: int, spec: CsvSpec, name: str) -> int:
    """Give the row of the header: -1 where there is none."""
    if spec.header_row == 0:
        return -1
    if spec.header_row is not None:
        if spec.header_row not in lines:
            raise InputError(file=name, field="csv.header_row", found=f"line {spec.header_row}",
                             expected=f"a line of the file, 1 to {lines[-1]}")
        return lines.index(spec.header_row)
    for i, row in enumerate(rows[:_LOOK]):
        filled = [cell for cell in two_lines(row, *rows[i + 1:i + 2]) or row if cell.strip()]
        enough = len(filled) > max(1, 0.6 * width) if width > 1 else bool(filled)
        if enough and not all(_NUMBER.match(cell.strip()) for cell in filled):
            return i
    raise InputError(file=name, field="csv.header_row", found="no line that looks like a header",
                     expected="names of columns", remedy="State csv: {header_row: N}, or 0 with columns: [...].")


def _unit(cell: str) -> str | None:
    """Give the unit in a cell; empty for a cell that stands for none; ``None`` for a cell that is no unit."""
    return _UNIT_WORDS.get(cell.strip().strip("()[]").strip().casefold())


def _has_unit_row(rows: list[list[str]]) -> bool:
    """Say whether the first of these rows holds units: where the next looks the same, both are data (lines A, V, W)."""
    return bool(rows) and _is_unit_row(rows[0]) and not (len(rows) > 1 and _is_unit_row(rows[1]))


def _is_unit_row(row: list[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all(_unit(cell) is not None for cell in filled) and any(_unit(cell) for cell in filled)
