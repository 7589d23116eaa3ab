"""Merged cells of workbooks, Excel's and OpenDocument's: GDAL tells nothing of them."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

_SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
          "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
          "p": "http://schemas.openxmlformats.org/package/2006/relationships"}
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
#: Parts of a workbook that are read here are texts; a larger one is none that people made.
_MOST_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Cells of a sheet that are one: lines from 1, columns from 0, the last of each included."""

    first: int
    last: int
    left: int
    right: int


def merges_of(path: Path, layer: str) -> list[Merge]:
    """Give the merged cells of a sheet of a workbook (``.xlsx``, ``.ods``); none of other files."""
    read = {".xlsx": _of_excel, ".ods": _of_opendocument}.get(path.suffix.lower())
    if read is None:
        return []
    try:
        with zipfile.ZipFile(path) as book:
            return read(book, layer)
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, KeyError, ET.ParseError, NotImplementedError,
            RuntimeError):  # what zipfile raises for damaged, encrypted or unknown parts
        return []  # GDAL has read it: what it holds besides is not to be had


def has_wide_header(merges: Sequence[Merge]) -> bool:
    """Say whether cells of the first line are merged over several columns: GDAL would take it for the header."""
    return any(merge.first == 1 and merge.right > merge.left for merge in merges)


def _of_excel(book: zipfile.ZipFile, layer: str) -> list[Merge]:
    name = _part_of(book, layer)
    text = _part(book, name) if name else b""
    return [Merge(first=int(hit[2]), last=int(hit[4]), left=_number(hit[1]), right=_number(hit[3]))
            for hit in _CELLS.finditer(" ".join(re.findall(r'<(?:\w+:)?mergeCell\s[^>]*ref="([^"]+)"',
                                                           text.decode("utf-8", "replace"))))]


def _of_opendocument(book: zipfile.ZipFile, layer: str) -> list[Merge]:
    """Give the cells that span several; lines and cells that repeat are written once, with their number."""
    found: list[Merge] = []
    line = 1
    for row in _rows(book, layer):
        column = 0
        for cell in row:
            rows, columns = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if rows > 1 or columns > 1:
                found.append(Merge(first=line, last=line + rows - 1, left=column, right=column + columns - 1))
            column += _count(cell, "number-columns-repeated")
        line += _count(row, "number-rows-repeated")
    return found


def _rows(book: zipfile.ZipFile, layer: str) -> Iterator[ET.Element]:
    """Give the lines of a sheet of OpenDocument, one after another; tables inside of cells are none."""
    _size_of(book, "content.xml")
    within: list[Any] = []
    with book.open("content.xml") as stream:
        for event, element in ET.iterparse(stream, events=("start", "end")):
            if element.tag == f"{_TABLE}table":
                if event == "start":
                    within.append(element.get(f"{_TABLE}name"))
                else:
                    within.pop()
            elif event == "end" and element.tag == f"{_TABLE}table-row" and within in ([layer], [None]):
                yield element
                element.clear()


def _count(element: ET.Element, name: str) -> int:
    return max(int(element.get(f"{_TABLE}{name}", "1")), 1)


def _part_of(book: zipfile.ZipFile, layer: str) -> str:
    """Give the name of the part that holds a sheet."""
    root = ET.fromstring(_part(book, "xl/workbook.xml"))
    key = next((one.get(f"{{{_SPACE['r']}}}id") for one in root.iterfind("m:sheets/m:sheet", _SPACE)
                if one.get("name") == layer), None)
    for one in ET.fromstring(_part(book, "xl/_rels/workbook.xml.rels")).iterfind("p:Relationship", _SPACE):
        if one.get("Id") == key:
            target = PurePosixPath(one.get("Target", ""))
            return str(target).lstrip("/") if target.is_absolute() else f"xl/{target}"
    return ""


def _part(book: zipfile.ZipFile, name: str) -> bytes:
    _size_of(book, name)
    return book.read(name)


def _size_of(book: zipfile.ZipFile, name: str) -> None:
    """Refuse a part that is larger than any that people made."""
    if book.getinfo(name).file_size > _MOST_BYTES:
        raise KeyError(name)


def _number(letters: str) -> int:
    """Give a column's number, A is 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
