"""Workbooks as people make them: merged cells, headers of two lines, lines of totals."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from geodata.importing.merged_cells import Merge, merges_of
from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from geodata.importing.sheets import without_totals
from geodata.tables.table import Table

_OFFICE = "http://schemas.openxmlformats.org"
_MADE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (f'<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" ContentType='
          '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
          'ContentType='
          f'"{_MADE}.sheet.main+xml"/>{{sheets}}</Types>')
_TYPE = f'<Override PartName="/xl/worksheets/s{{n}}.xml" ContentType="{_MADE}.worksheet+xml"/>'
_RELS = f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{{all}}</Relationships>'
_REL = f'<Relationship Id="r{{n}}" Type="{_OFFICE}/officeDocument/2006/relationships/{{kind}}" Target="{{target}}"/>'
_BOOK = (f'<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
         "<sheets>{sheets}</sheets></workbook>")
_SHEET = '<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'


def workbook(path: Path, rows: list[list[str]], merged: list[str]) -> Path:
    """Write a workbook of one sheet."""
    return workbook_of(path, {"Lampes": (rows, merged)})


def workbook_of(path: Path, sheets: dict[str, tuple[list[list[str]], list[str]]]) -> Path:
    """Write a workbook of several sheets: the cells of each, and which are merged."""
    numbered = list(enumerate(sheets, start=1))
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", _TYPES.format(sheets="".join(_TYPE.format(n=n) for n, _ in numbered)))
        book.writestr("_rels/.rels", _RELS.format(all=_REL.format(n=1, kind="officeDocument",
                                                                  target="xl/workbook.xml")))
        book.writestr("xl/workbook.xml", _BOOK.format(sheets="".join(_SHEET.format(name=name, n=n)
                                                                     for n, name in numbered)))
        book.writestr("xl/_rels/workbook.xml.rels", _RELS.format(all="".join(
            _REL.format(n=n, kind="worksheet", target=f"worksheets/s{n}.xml") for n, _ in numbered)))
        for n, name in numbered:
            book.writestr(f"xl/worksheets/s{n}.xml", _sheet(*sheets[name]))
    return path


def _sheet(rows: list[list[str]], merged: list[str]) -> str:
    cells = "".join(f'<row r="{y}">' + "".join(
        f'<c r="{"ABCDEFGHIJ"[x]}{y}" t="inlineStr"><is><t>{text}</t></is></c>' for x, text in enumerate(row) if text)
        + "</row>" for y, row in enumerate(rows, start=1))
    return ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            f'{cells}</sheetData><mergeCells>{"".join(f"""<mergeCell ref="{ref}"/>""" for ref in merged)}</mergeCells>'
            "</worksheet>")


def read(folder: Path) -> Table:
    return read_table(folder, TableSpec(file=["a.xlsx"]), ())


def test_a_merged_cell_fills_its_lines_and_a_line_of_totals_is_left_out(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [["Inventaire 2024"], ["Armoire", "Lampe", "X", "Y"], ["A1", "L1", "1", "2"],
                                   ["", "L2", "1", "3"], ["", "L3", "1", "4"], ["A2", "L4", "1", "5"],
                                   ["Total : 4"], ["Total", "", "", ""], ["Total : 4 lampes"],
                                   ["Total lampes : 4"]], ["A1:D1", "A3:A5"])
    table = read(tmp_path)
    assert table.text("Armoire").tolist() == ["A1", "A1", "A1", "A2"]
    assert table.tallies == (("mended", "a merged cell: what it says holds for each of its lines", ["row 4", "row 5"]),)
    assert table.notes == ("a line of totals is no record: left out (row 7, row 8, row 9, row 10)",)


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


def test_a_shop_that_is_called_total_is_a_record_though_half_its_line_is_blank() -> None:
    columns = {"ID": ["A", "B", "Total Access 24"], "x": ["1", "2", None], "y": ["1", "2", None]}
    table = Table(file="a.csv", columns={name: np.array(cells, dtype=object) for name, cells in columns.items()},
                  record=np.array(["line 2", "line 3", "line 4"], dtype=object))
    assert without_totals(table) is table


_OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
_COVERED = "<table:covered-table-cell/>"
_END = ('<table:table-row table:number-rows-repeated="{0}"><table:table-cell table:number-columns-repeated="1024"/>'
        "</table:table-row>")


def cell(text: str, rows: int = 1, columns: int = 1) -> str:
    return (f'<table:table-cell office:value-type="string" table:number-rows-spanned="{rows}" '
            f'table:number-columns-spanned="{columns}"><text:p>{text}</text:p></table:table-cell>')


def opendocument(path: Path, lines: list[str], repeated: dict[int, int] | None = None) -> Path:
    """Write an OpenDocument sheet `Lampes` behind another one; ``repeated``: how often a line stands, by place."""
    rows = "".join(f'<table:table-row table:number-rows-repeated="{(repeated or {}).get(place, 1)}">{line}'
                   "</table:table-row>" for place, line in enumerate(lines))
    other = f'<table:table table:name="Notes"><table:table-row>{cell("x", 3)}</table:table-row></table:table>'
    content = (f'<office:document-content xmlns:office="{_OPEN}office:1.0" xmlns:table="{_OPEN}table:1.0" '
               f'xmlns:text="{_OPEN}text:1.0" '
               f'office:version="1.2"><office:body><office:spreadsheet>{other}<table:table table:name="Lampes">{rows}'
               f"{_END.format(1000)}</table:table></office:spreadsheet></office:body></office:document-content>")
    manifest = ('<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry '
                'm:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>')
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", manifest)
        book.writestr("content.xml", content)
    return path


def read_opendocument(folder: Path) -> Table:
    return read_table(folder, TableSpec(file=["a.ods"], layer=["Lampes"]), ())


def test_merged_cells_of_opendocument_fill_their_lines(tmp_path: Path) -> None:
    blank = '<table:table-cell table:number-columns-repeated="4"/>'
    opendocument(tmp_path / "a.ods", [
        cell("Inventaire 2024", 1, 4) + '<table:covered-table-cell table:number-columns-repeated="3"/>', blank,
        cell("Armoire") + cell("Lampe") + cell("Puissance") + cell("Rue"),
        cell("A1", 3) + cell("L1") + cell("36", 2) + cell("Rue du Port"),
        _COVERED + cell("L2") + _COVERED + cell("Rue du Port"),
        _COVERED + cell("L3") + cell("70") + cell("Quai"),
        cell("A2") + cell("L4") + cell("70") + cell("Quai"),
        cell("Total : 4") + '<table:table-cell table:number-columns-repeated="3"/>'], {1: 5})
    table = read_opendocument(tmp_path)
    assert list(table.columns) == ["Armoire", "Lampe", "Puissance", "Rue"]
    assert table.text("Armoire").tolist() == ["A1", "A1", "A1", "A2"]
    assert table.text("Puissance").tolist() == ["36", "36", "70", "70"]
    # The five blank lines count: the lines are named as the sheet numbers them.
    assert table.tallies[0][2] == ["row 9", "row 10"]
    assert table.notes == ("a line of totals is no record: left out (row 12)",)


def test_a_header_of_two_lines_of_opendocument_gives_each_column_its_name(tmp_path: Path) -> None:
    opendocument(tmp_path / "a.ods", [
        cell("Rue", 2) + cell("Armoire", 1, 2) + _COVERED + cell("Lampe", 1, 2) + _COVERED,
        _COVERED + cell("N°") + cell("Départ") + cell("N°") + cell("Puissance"),
        cell("Rue du Port", 2) + cell("A1") + cell("1") + cell("L1") + cell("36"),
        _COVERED + cell("A1") + cell("2") + cell("L2") + cell("36")])
    table = read_opendocument(tmp_path)
    assert list(table.columns) == ["Rue", "Armoire N°", "Départ", "Lampe N°", "Puissance"]
    assert table.text("Rue").tolist() == ["Rue du Port", "Rue du Port"]


def test_a_table_inside_of_a_cell_has_no_lines_of_the_sheet(tmp_path: Path) -> None:
    inner = ('<table:table-cell><table:table table:name="Lampes"><table:table-row>' + cell("z", 4)
             + "</table:table-row></table:table></table:table-cell>")
    path = opendocument(tmp_path / "a.ods", [cell("Rue") + inner, cell("Quai", 2) + cell("1"), _COVERED + cell("2")])
    assert merges_of(path, "Lampes") == [Merge(first=2, last=3, left=0, right=0)]
    assert merges_of(path, "Notes") == [Merge(first=1, last=3, left=0, right=0)]


def test_a_workbook_whose_parts_are_spoilt_has_no_merged_cells(tmp_path: Path) -> None:
    for name, part in (("a.ods", "content.xml"), ("a.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as book:
            book.writestr(part, "<a><b></a>")
        assert merges_of(tmp_path / name, "Lampes") == []
