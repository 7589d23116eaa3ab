"""Montpellier: shapefiles without EPSG code, GeoJSON in metres, Latin-1, typed CSV headers. Recounted with GDAL."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geodata.importing import import_city
from geodata.importing.readers import read_table
from geodata.importing.schema import TableSpec
from tests.geodata.import_data import DATA, imported, layer_of, needs, reasons
from twin.errors import InputError

pytestmark = needs("montpellier")
FOLDER = DATA / "montpellier"


def test_everything_known_comes_in() -> None:
    city_file = imported("montpellier")
    assets = city_file.city.assets
    known = {"lamp": 29_969, "building": 3_356, "zone": 624, "traffic_signal": 373, "site": 5}
    assert {name: int(assets.of_kind(name).sum()) for name in known} == known
    assert {name: len(layer) for name, layer in city_file.context.items()} == {
        "street": 8_011, "district": 31, "water": 717, "park": 624, "bridge": 67}
    assert len(city_file.city.supplies) == 0


def test_the_projection_file_without_a_code_is_matched_with_lambert_93() -> None:
    found = layer_of(imported("montpellier"), "lamps")["found"]
    assert found["crs"] == "EPSG:2154"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        direct = pyogrio.read_dataframe(FOLDER / "VilleMTP_MTP_EclairagePublic.zip")
    assert direct.crs.to_epsg(min_confidence=100) is None
    assets = imported("montpellier").city.assets
    rows = assets.of_kind("lamp")
    np.testing.assert_array_equal(assets.x_m[rows], direct.geometry.x)
    np.testing.assert_array_equal(assets.y_m[rows], direct.geometry.y)


def test_shared_positions_and_repeated_outlines_are_counted_and_kept() -> None:
    city_file = imported("montpellier")
    assert reasons(layer_of(city_file, "lamps"), "doubtful")["the same position as another record"] == 124
    buildings = layer_of(city_file, "buildings")
    assert reasons(buildings, "mended") == {"invalid outline made valid": 1}
    assert reasons(buildings, "doubtful")["the same outline as another record"] == 14
    mended = city_file.shapes[city_file.city.assets.of_kind("building")]
    assert shapely.is_valid(mended).all()


@pytest.mark.parametrize("name", ["VilleMTP_MTP_Signalisation", "VilleMtp_MTP_SitesHebUrg"])
def test_metres_posing_as_degrees_are_refused_and_the_true_crs_is_named(tmp_path: Path, name: str) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(f"""
city: Montpellier
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - {{file: montpellier/{name}.geojson, kind: site, id: content}}
  - {{file: montpellier/VilleMTP_MTP_EspacesVertsSurface.geojson, kind: zone, id: content}}
""", encoding="utf-8")
    with pytest.raises(InputError, match=r"under EPSG:4326, which counts in degrees.*state crs: EPSG:2154"):
        import_city(mapping, DATA)


def test_latin_1_geojson_is_read_whatever_its_format_promises() -> None:
    table = read_table(FOLDER, TableSpec(file=["VilleMTP_MTP_EspacesVertsGlobal.geojson"]), ())
    assert table.found["encoding"] == "latin-1"
    assert table.text("NOM")[0] == "Esplanade Paul Valéry"
    assert "CATÉGORIE" in table.columns


def test_cp1252_apostrophe_is_put_right() -> None:
    table = read_table(FOLDER, TableSpec(file=["VilleMtp_MTP_SitesHebUrg.geojson"]), ())
    assert "227 r. de l’Arnel" in set(table.text("ADRESSE"))
    assert reasons(layer_of(imported("montpellier"), "shelters"), "mended") == {
        "letters that an earlier program had mistaken were put right": 1}


@pytest.mark.parametrize(("name", "rows", "column", "first"), [
    ("Batiments", 3_356, "SHAPE_Leng", "136,291726964"), ("CoursEau", 841, "Shape_Leng", "432,28406"),
    ("EspacesVertsSurface", 624, "AREA_", "82,82117356"), ("Signalisation", 373, "POINT_X", "767686,3955"),
])
def test_typed_headers_and_either_delimiter_give_names_and_all_rows(name: str, rows: int, column: str,
                                                                    first: str) -> None:
    table = read_table(FOLDER, TableSpec(file=[f"VilleMTP_MTP_{name}.csv"]), ())
    assert len(table) == rows
    assert table.text(column)[0] == first
    assert not any("," in title for title in table.columns)
    assert table.found["encoding"] in ("latin-1", "cp1252", "ascii")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        beside = pyogrio.read_info(FOLDER / f"VilleMTP_MTP_{name}.geojson")
    assert rows == beside["features"]


def test_lamps_and_buildings_near_streams_are_the_known_numbers(tmp_path: Path) -> None:
    city_file = imported("montpellier")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("""
city: Montpellier
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - {file: montpellier/VilleMtp_MTP_SitesHebUrg.geojson, crs: EPSG:2154, kind: site, id: POLYGONID}
context:
  water: {file: montpellier/VilleMTP_MTP_CoursEau.geojson}
""", encoding="utf-8")
    # all 841, the arrows too: as the known answer was measured
    streams = shapely.STRtree(import_city(mapping, DATA).context["water"].geometry)
    found = {}
    for kind in ("lamp", "building"):
        shapes = city_file.shapes[city_file.city.assets.of_kind(kind)]
        found[kind] = [len(np.unique(streams.query(shapes, predicate="dwithin", distance=metres)[0]))
                       for metres in (0, 25, 50, 100)]
    assert found == {"lamp": [73, 1_203, 2_267, 4_701], "building": [17, 106, 191, 442]}


def test_arrows_drawn_as_features_are_left_out_by_where() -> None:
    layer = layer_of(imported("montpellier"), "water")
    assert (layer["read"], layer["not_asked"], layer["kept"]["water"]) == (841, 124, 717)


def test_streets_by_distance_and_districts_by_place() -> None:
    city_file = imported("montpellier")
    assets = city_file.city.assets
    streets, districts = city_file.context["street"], city_file.context["district"]
    rng = np.random.default_rng(3)
    lamps = rng.choice(np.flatnonzero(assets.of_kind("lamp")), 40, replace=False)
    for row in lamps:
        point = shapely.Point(assets.x_m[row], assets.y_m[row])
        distance = shapely.distance(point, streets.geometry)
        distance[streets.name == ""] = np.inf
        nearest = set(streets.name[distance <= distance.min() + 1e-9]) if distance.min() <= 60 else {""}
        assert assets.street[row] in nearest
        holding = set(districts.name[shapely.intersects(districts.geometry, point)]) or {""}
        assert assets.district[row] in holding
