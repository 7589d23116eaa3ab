"""Formats: the same three lamps come out of every kind of file."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geodata.city.model import CityFile
from geodata.importing import import_city
from tests.geodata.import_data import DATA
from twin.errors import InputError

HEAD = "city: Town\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n"
XY = [(770_000.0, 6_278_000.0), (770_050.0, 6_278_010.0), (770_100.0, 6_278_020.0)]
NAMES = ["L1", "L2", "L3"]
STREETS = ["Rue de l’Évêché", "Rue Foch", ""]


def frame() -> Any:
    return geopandas.GeoDataFrame({"ID": NAMES, "rue": STREETS}, geometry=shapely.points(XY), crs="EPSG:2154")


def table() -> Any:
    return pd.DataFrame({"ID": NAMES, "rue": STREETS, "x": [x for x, _ in XY], "y": [y for _, y in XY]})


def excel(path: Path) -> None:
    """Write a workbook with nothing but the standard library: a title row, a header, three rows."""
    rows = [["Inventaire"], ["ID", "rue", "x", "y"],
            *([n, s, x, y] for n, s, (x, y) in zip(NAMES, STREETS, XY, strict=True))]

    def cell(value: Any) -> str:
        return (f"<c><v>{value}</v></c>" if isinstance(value, float)
                else f'<c t="inlineStr"><is><t>{value}</t></is></c>')

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
                      f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                      f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
                      f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>')
        book.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
                      f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
                      '<sheet name="lamps" sheetId="1" r:id="r1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships"><Relationship '
                      f'Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
        book.writestr("xl/worksheets/sheet1.xml",
                      f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>')


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/lamps.csv", table().to_csv(index=False, sep=";"))


def shapefile(path: Path) -> None:
    folder = path.parent / "parts"
    folder.mkdir()
    pyogrio.write_dataframe(frame(), folder / "lamps.shp", encoding="UTF-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)


def records(path: Path) -> None:
    rows = [{"ID": n, "place": {"street": s, "x": x, "y": y}} for n, s, (x, y) in zip(NAMES, STREETS, XY, strict=True)]
    path.write_text(json.dumps({"result": {"records": rows, "total": 3}}), encoding="utf-8")


def two_layers(path: Path) -> None:
    pyogrio.write_dataframe(frame(), path, layer="poles", driver="GPKG")
    pyogrio.write_dataframe(frame().iloc[:0], path, layer="others", driver="GPKG", append=True)


COLUMNS = "position: {x: x, y: y}, crs: 'EPSG:2154', fields: {street: rue}"
FORMATS: list[tuple[str, Callable[[Path], None], str]] = [
    ("lamps.csv", lambda p: table().to_csv(p, index=False), COLUMNS),
    ("lamps.tsv", lambda p: table().to_csv(p, index=False, sep="\t", encoding="utf-16"), COLUMNS),
    ("lamps.txt", lambda p: table().to_csv(p, index=False, sep="|", encoding="cp1252"), COLUMNS),
    ("lamps.zip", zipped, COLUMNS),
    ("lamps.xlsx", excel, COLUMNS),
    ("lamps.json", records, "records: result.records, position: {x: place.x, y: place.y}, crs: 'EPSG:2154', "
                            "fields: {street: place.street}"),
    ("shape.zip", shapefile, "fields: {street: rue}"),
    ("lamps.gpkg", two_layers, "layer: poles, fields: {street: rue}"),
    ("lamps.geojson", lambda p: pyogrio.write_dataframe(frame().to_crs("EPSG:4326"), p), "fields: {street: rue}"),
    ("lamps.fgb", lambda p: pyogrio.write_dataframe(frame(), p), "fields: {street: rue}"),
    ("lamps.parquet", lambda p: frame().to_parquet(p), "fields: {street: rue}"),
    ("plain.parquet", lambda p: table().to_parquet(p), COLUMNS),
]


@pytest.mark.parametrize(("name", "write", "declared"), FORMATS, ids=[name for name, _, _ in FORMATS])
def test_the_same_lamps_come_out_of_every_format(tmp_path: Path, name: str, write: Callable[[Path], None],
                                                 declared: str) -> None:
    write(tmp_path / name)
    city_file = mapped(tmp_path, f"  - {{file: {name}, kind: lamp, id: ID, {declared}}}\n")
    assets = city_file.city.assets
    rows = assets.rows(NAMES)  # FlatGeobuf keeps its records in an order of its own
    assert [assets.street[row] for row in rows] == STREETS
    np.testing.assert_allclose(np.column_stack([assets.x_m, assets.y_m])[rows], XY, atol=0.02)
    assert len(assets) == len(NAMES)
    assert [source.file for source in city_file.sources] == [name]


def mapped(folder: Path, layers: str) -> CityFile:
    (folder / "town.yaml").write_text(HEAD + layers, encoding="utf-8")
    return import_city(folder / "town.yaml")


def test_several_layers_need_a_name(tmp_path: Path) -> None:
    two_layers(tmp_path / "lamps.gpkg")
    with pytest.raises(InputError, match=r"2 layers and none named; expected one or several of poles, others"):
        mapped(tmp_path, "  - {file: lamps.gpkg, kind: lamp, id: ID}\n")


def test_a_pattern_of_files_is_one_layer(tmp_path: Path) -> None:
    for i in range(3):
        table().iloc[i:i + 1].to_csv(tmp_path / f"part{i}.csv", index=False)
    city_file = mapped(tmp_path, f"  - {{file: 'part*.csv', kind: lamp, id: ID, {COLUMNS}}}\n")
    assert city_file.city.assets.id.tolist() == NAMES
    assert [source.file for source in city_file.sources] == ["part0.csv", "part1.csv", "part2.csv"]


def test_gdal_conditions_reach_gdal(tmp_path: Path) -> None:
    two_layers(tmp_path / "lamps.gpkg")
    city_file = mapped(tmp_path, "  - {file: lamps.gpkg, layer: poles, where: \"ID <> 'L2'\", kind: lamp, id: ID}\n")
    assert city_file.city.assets.id.tolist() == ["L1", "L3"]


@pytest.mark.parametrize(("where", "kept"), [
    ("{rue: Rue Foch}", ["L2"]), ("{rue: rue foch }", ["L2"]), ("{rue: {not: Rue Foch}}", ["L1", "L3"]),
    ("{rue: {present: false}}", ["L3"]), ("{rue: null}", ["L3"]), ("{ID: [L1, L3]}", ["L1", "L3"]),
    ("{rue: {matches: '^Rue'}, ID: {not: L1}}", ["L2"]), ("[{ID: L1}, {ID: L2}]", ["L1", "L2"]),
    ("{x: {above: 770000, below: 770100}}", ["L2"]),
])
def test_conditions_on_columns(tmp_path: Path, where: str, kept: list[str]) -> None:
    table().to_csv(tmp_path / "lamps.csv", index=False)
    city_file = mapped(tmp_path, f"  - {{file: lamps.csv, where: {where}, kind: lamp, id: ID, {COLUMNS}}}\n")
    assert city_file.city.assets.id.tolist() == kept
    assert city_file.report["layers"][0]["not_asked"] == 3 - len(kept)


def test_a_city_brings_its_own_kinds(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "lamps.csv", index=False)
    words = "{one: borne, many: bornes, the: la borne, of_the: de la borne, gender: f}"
    english = "{one: charger, many: chargers, the: the charger, of_the: of the charger}"
    (tmp_path / "town.yaml").write_text(f"""
city: Town
timezone: Europe/Paris
crs: EPSG:2154
kinds:
  charger:
    symbol: dot
    touch_m: {{value: 0.1, unit: m, source: our survey}}
    fail_m: {{value: 0.6, unit: m, source: our survey}}
    words: {{fr: {words}, en: {english}}}
layers:
  - {{file: lamps.csv, kind: charger, id: ID, {COLUMNS}}}
""", encoding="utf-8")
    assets = import_city(tmp_path / "town.yaml").city.assets
    assert assets.of_kind("charger").sum() == 3
    assert set(assets.fail_m) == {0.6}


def test_without_a_crs_the_utm_zone_is_taken_and_said(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "lamps.csv", index=False)
    (tmp_path / "town.yaml").write_text("city: Town\ntimezone: Europe/Paris\nlayers:\n"
                                        f"  - {{file: lamps.csv, kind: lamp, id: ID, {COLUMNS}}}\n", encoding="utf-8")
    city_file = import_city(tmp_path / "town.yaml")
    assert city_file.city.crs == "EPSG:32631"
    assert any("names no CRS: EPSG:32631" in note for note in city_file.report["notes"])
    assert (round(city_file.city.longitude, 2), round(city_file.city.latitude, 2)) == (3.87, 43.6)


@pytest.mark.data
@pytest.mark.skipif(not (DATA / "fiware_streetlighting").is_dir(), reason="no FIWARE examples beside the checkout")
@pytest.mark.parametrize(("file", "coordinates", "district"), [
    ("example.json", "location", "municipalityInfo.district"),
    ("example-normalized.json", "location.value", "municipalityInfo.value.district"),
    ("example-normalized.jsonld", "location.value", "municipalityInfo.value.district"),
])
def test_fiware_lamps_in_each_of_their_forms(tmp_path: Path, file: str, coordinates: str, district: str) -> None:
    (tmp_path / "town.yaml").write_text(f"""
city: Town
timezone: Europe/Madrid
layers:
  - file: fiware_streetlighting/Streetlight/{file}
    kind: lamp
    id: id
    position: {{geojson: {coordinates}}}
    fields: {{district: {district}}}
""", encoding="utf-8")
    content = json.loads((DATA / "fiware_streetlighting" / "Streetlight" / file).read_text(encoding="utf-8"))
    city_file = import_city(tmp_path / "town.yaml", DATA)
    assert city_file.city.assets.id.tolist() == [content["id"]]
    assert city_file.city.assets.district[0] == "Bangalore Urban"
    assert (round(city_file.city.longitude, 4), round(city_file.city.latitude, 4)) == (-3.1645, 40.6279)
