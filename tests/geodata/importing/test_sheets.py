"""Workbooks as people make them: merged cells, headers of two lines, lines of totals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from geodata.importing.sheets import without_totals
from geodata.tables.table import Table

_OFFICE = "http://schemas.openxmlformats.org"
_MADE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (f'<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType='
          '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
          'ContentType='
          f'"{_MADE}.sheet.main+xml"/><Override PartName="/xl/worksheets/s.xml" ContentType="{_MADE}.worksheet+xml"/>'
          "</Types>")
_RELS = (f'<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="r1" Type='
         f'"{_OFFICE}/officeDocument/2006/relationships/{{kind}}" Target="{{target}}"/></Relationships>')
_BOOK = (f'<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
         '<sheets><sheet name="Lampes" sheetId="1" r:id="r1"/></sheets></workbook>')


def workbook(path: Path, rows: list[list[str]], merged: list[str]) -> Path:
    """Write a workbook of one sheet."""
    cells = "".join(f'<row r="{y}">' + "".join(
        f'<c r="{"ABCDEFG"[x]}{y}" t="inlineStr"><is><t>{text}</t></is></c>' for x, text in enumerate(row) if text)
        + "</row>" for y, row in enumerate(rows, start=1))
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
             f'{cells}</sheetData><mergeCells>{"".join(f"""<mergeCell ref="{ref}"/>""" for ref in merged)}</mergeCells>'
             "</worksheet>")
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        book.writestr("xl/workbook.xml", _BOOK)
        book.writestr("xl/_rels/workbook.xml.rels", _RELS.format(kind="worksheet", target="worksheets/s.xml"))
        book.writestr("xl/worksheets/s.xml", sheet)
    return path


def read(folder: Path) -> Table:
    return read_table(folder, TableSpec(file=["a.xlsx"]), ())


def test_a_merged_cell_fills_its_lines_and_a_line_of_totals_is_left_out(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [["Inventaire 2024"], ["Armoire", "Lampe", "X", "Y"], ["A1", "L1", "1", "2"],
                                   ["", "L2", "1", "3"], ["", "L3", "1", "4"], ["A2", "L4", "1", "5"],
                                   ["Total : 4"], ["Total", "", "", ""]], ["A1:D1", "A3:A5"])
    table = read(tmp_path)
    assert table.text("Armoire").tolist() == ["A1", "A1", "A1", "A2"]
    assert table.tallies == (("mended", "a merged cell: what it says holds for each of its lines", ["row 4", "row 5"]),)
    assert table.notes == ("a line of totals is no record: left out (row 7, row 8)",)


def test_a_header_of_two_lines_gives_each_column_its_name(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [["Rue", "Armoire", "", "Lampe", ""], ["", "N°", "Départ", "N°", "Puissance"],
                                   ["Rue du Port", "A1", "1", "L1", "36"], ["", "A1", "2", "L2", "36"]],
             ["A1:A2", "B1:C1", "D1:E1", "A3:A4"])
    table = read(tmp_path)
    assert list(table.columns) == ["Rue", "Armoire N°", "Départ", "Lampe N°", "Puissance"]
    assert table.text("Rue").tolist() == ["Rue du Port", "Rue du Port"]


def test_a_name_that_begins_with_total_is_a_record_where_the_line_is_full() -> None:
    columns = {"ID": np.array(["Total", "B", "C"], dtype=object), "x": np.array(["1", "2", "3"], dtype=object)}
    table = Table(file="a.csv", columns=columns, record=np.array(["line 2", "line 3", "line 4"], dtype=object))
    assert without_totals(table) is table
