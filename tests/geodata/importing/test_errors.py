"""What a person meets who maps for the first time: all mistakes at once, each once, by the names of the layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.importing import import_city
from tests.geodata.import_data import layer_of, reasons
from tests.geodata.importing.test_links import HEAD, XY, city, edges
from twin.errors import InputError
from twin.world.assets import Protection


def refusal(folder: Path, layers: str) -> list[str]:
    (folder / "town.yaml").write_text(HEAD + layers, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        import_city(folder / "town.yaml")
    return str(refused.value).splitlines()


def test_a_missing_file_is_told_once_and_alone(tmp_path: Path) -> None:
    told = refusal(tmp_path, f"""
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}}}
  - {{name: again, file: lamps.csv, kind: lamp, id: ID, {XY}}}
  - {{name: circuits, from: lamps, distinct: [Q], kind: circuit, id: Q}}
  - {{name: more, from: circuits, distinct: [Q], kind: cabinet, id: Q}}
""")
    assert len(told) == 1
    assert "lamps.csv: no such file; expected the file that the mapping names" in told[0]


def test_a_kind_misspelt_is_told_beside_missing_files(tmp_path: Path) -> None:
    told = refusal(tmp_path, f"""
  - {{file: boxes.csv, kind: cabinets, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{kind: armoire, by: Q}}}}
""")
    assert len(told) == 4
    for line, parts in zip(told, (("layers.boxes.kind", "kind 'cabinets'", "Did you mean cabinet?"),
                                  ("boxes.csv: no such file",),
                                  ("layers.lamps.supplied_by.kind", "kind 'armoire'", "one of substation"),
                                  ("lamps.csv: no such file",)), strict=True):
        assert all(part in line for part in parts), line


def test_mistakes_name_the_layer(tmp_path: Path) -> None:
    told = refusal(tmp_path, """
  - {name: lampadaires, file: lamps.csv, kind: lamp, id: ID, colour: red}
  - {file: boxes.csv, kind: cabinet}
""")
    assert "field 'layers.lampadaires.colour'" in told[0]
    assert "field 'layers.boxes.id'" in told[1]


def test_letter_case_matters_nowhere_that_records_are_matched(tmp_path: Path) -> None:
    town = city(tmp_path, {
        "boxes.csv": "NUM,RCD,x,y\nAR05,non,770000,6278000\nAR06,oui,770010,6278000\n",
        "lamps.csv": "ID,ARM,DEP,x,y\na,ar05,1,770030,6278040\nb,AR05,01,770060,6278080\nc,AR05,1,770061,6278080\n"
                     "d,AR06,1,770062,6278080\ne,AR05,1,770063,6278080\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: NUM, {XY}}}
  - name: lamps
    file: lamps.csv
    kind: lamp
    id: ID
    {XY.replace("}, crs", "}" + chr(10) + "    crs")}
    fields: {{street: {{from: boxes, match: {{ARM: NUM}}, column: NUM}}}}
    supplied_by: {{layer: circuits, match: {{ARM: ARM, DEP: DEP}}}}
  - name: circuits
    from: lamps
    distinct: [ARM, DEP]
    kind: circuit
    id: [ARM, DEP]
    fields: {{protection: {{from: boxes, match: {{ARM: NUM}}, column: RCD, map: {{oui: rcd, non: fuse}}}}}}
    supplied_by: {{kind: cabinet, by: ARM}}
""")
    assets = town.city.assets
    assert sorted(assets.id[assets.of_kind("circuit")]) == ["AR05-1", "AR06-1"]
    assert assets.protection[assets.row("AR05-1")] == Protection.FUSE
    assert [assets.street[row] for row in assets.rows(["a", "b", "d"])] == ["AR05", "AR05", "AR06"]
    assert {(e["from"], e["to"]) for e in edges(town)} == {
        ("AR05", "AR05-1"), ("AR06", "AR06-1"), ("AR05-1", "a"), ("AR05-1", "b"), ("AR05-1", "c"), ("AR05-1", "e"),
        ("AR06-1", "d")}
    lamps, circuits = (reasons(layer_of(town, name), "mended") for name in ("lamps", "circuits"))
    assert lamps == {"street: met its record in boxes but for case, spaces or leading zeros": 1}
    assert circuits == {"ARM, DEP: met another but for case, spaces or leading zeros; taken as one": 2}


def test_streets_that_do_not_meet_are_said_to_keep_a_supplier_away(tmp_path: Path) -> None:
    lines = ["LINESTRING (770000 6278000, 770100 6278000)", "LINESTRING (770120 6278000, 770200 6278000)",
             "LINESTRING (770000 6278000, 770000 6279000, 770030 6279000, 770030 6278020)"]
    (tmp_path / "streets.csv").write_text("g\n" + "".join(f'"{line}"\n' for line in lines), encoding="utf-8")
    town = city(tmp_path, {
        "posts.csv": "ID,x,y\nP,770001,6278000\n",
        "boxes.csv": "ID,x,y\nhere,770090,6278001\ncut,770180,6278001\nround,770031,6278021\n"
                     "far,770000,6278900\n",
    }, f"""
  - {{file: posts.csv, kind: substation, id: ID, {XY}}}
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}, supplied_by: {{kind: substation, nearest_m: 800}}}}
context: {{street: {{file: streets.csv, position: {{wkt: g}}, crs: EPSG:2154}}}}
""")
    assert {(e["from"], e["to"]) for e in edges(town)} == {("P", "here")}
    told = town.city.assets.id, {why: tally["ids"] for link in town.report["links"] for why, tally in
                                 link["reasons"].items() if why.startswith("no supplier within")}
    near = "no supplier within 800 m along the streets, but one in a straight line: "
    assert told[1] == {f"{near}the streets are not connected there; along: line would link them": ["cut"],
                       f"{near}the way along the streets is longer; along: line would link them": ["round"],
                       "no supplier within 800 m": ["far"]}
    assert np.isin(["cut", "round", "far"], told[0]).all()


def test_a_complaint_names_layer_file_column_and_the_line_of_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "lamps.csv").write_text("ID,H,x,y\na,231.5,770000,6278000\nb,230.5,770000,6278000\n", encoding="utf-8")
    (tmp_path / "links.csv").write_text("PL,ARM\na,A1\n", encoding="utf-8")
    told = refusal(tmp_path, f"""
  - name: poles
    file: lamps.csv
    kind: lamp
    id: ID
    {XY.replace("}, crs", "}" + chr(10) + "    crs")}
    fields:
      street: RUE
      touch_m: H
      power_w: {{column: H, unit: cm}}
tables:
  links: {{file: links.csv, where: {{STATE: on}}}}
""")
    assert told[0].startswith("links.csv, field 'tables.links.where.STATE' (town.yaml:17): found no column 'STATE'")
    (tmp_path / "links.csv").write_text("PL,ARM,STATE\na,A1,on\n", encoding="utf-8")
    told = refusal(tmp_path, (tmp_path / "town.yaml").read_text(encoding="utf-8").removeprefix(HEAD))
    assert [line.split(": found")[0] for line in told] == [
        "lamps.csv, field 'layers.poles.fields.street (RUE)' (town.yaml:13)",
        "lamps.csv, field 'layers.poles.fields.touch_m (H)' (town.yaml:14), a, b",
        "lamps.csv, field 'layers.poles.fields.power_w (H)' (town.yaml:15)"]
