"""Lauf an der Pegnitz: OpenStreetMap with broken outlines and an SRTM tile. Recounted with GDAL and numpy."""

from __future__ import annotations

import warnings
import zipfile
from functools import cache
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pytest
import shapely

from tests.geodata.import_data import DATA, imported, layer_of, needs, reasons
from twin.world.assets import Source

pytestmark = needs("lauf_pegnitz")
PBF = DATA / "lauf_pegnitz" / "lauf-200115.osm.pbf"


@cache
def plain() -> tuple[dict[str, Any], Any]:
    """Read the polygons with nothing but GDAL: columns and WKB."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, wkb, values = pyogrio.raw.read(PBF, layer="multipolygons")
    return dict(zip(meta["fields"], values, strict=True)), wkb


@cache
def srtm() -> Any:
    """Read the tile with nothing but numpy: 3601 x 3601 big-endian integers, row 0 in the north."""
    with zipfile.ZipFile(DATA / "lauf_pegnitz" / "N49E011.hgt.zip") as archive:
        data = archive.read(next(name for name in archive.namelist() if name.endswith(".hgt")))
    size = int((len(data) / 2) ** 0.5)
    return np.frombuffer(data, dtype=">i2").reshape(size, size)


def altitude(lon: Any, lat: Any) -> Any:
    tile = srtm()
    cells = tile.shape[0] - 1
    return tile[np.floor((50 - lat) * cells + 0.5).astype(int), np.floor((lon - 11) * cells + 0.5).astype(int)]


def test_a_plain_read_stops_where_the_import_goes_on() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(shapely.errors.GEOSException, match="LinearRing"):
            pyogrio.read_dataframe(PBF, layer="multipolygons")
    columns, wkb = plain()
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    is_building = np.array([value is not None for value in columns["building"]])
    broken = shapely.is_missing(shapes)
    assert (int(broken.sum()), int((is_building & ~broken).sum())) == (11, 6_524)
    layer = layer_of(imported("lauf_pegnitz"), "buildings")
    assert layer["kept"] == {"building": 6_524}
    assert layer["read"] - layer["not_asked"] == int(is_building.sum())
    assert reasons(layer, "dropped") == {
        "broken outline: its geometry cannot be read": int((is_building & broken).sum())}
    assert int((~shapely.is_valid(shapes[is_building & ~broken])).sum()) == 20
    flat = reasons(layer, "doubtful")["an outline that encloses nothing; the line that it draws is kept"]
    assert reasons(layer, "mended")["invalid outline made valid"] + flat == 20


def test_broken_outlines_of_the_whole_layer_are_the_known_eleven() -> None:
    from geodata.importing.vector_file import read_vector

    table = read_vector(PBF, "lauf", ["multipolygons"], None, None, ())
    assert [len(ids) for _, reason, ids in table.tallies if "cannot be read" in reason] == [11]


def test_buildings_at_or_below_a_level_are_the_known_numbers() -> None:
    assets = imported("lauf_pegnitz").city.assets
    ground = assets.ground_m[assets.of_kind("building")]
    assert [int((ground <= level).sum()) for level in (315, 318, 320, 322, 325)] == [6, 73, 151, 246, 373]
    columns, wkb = plain()
    is_building = np.array([value is not None for value in columns["building"]])
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")[is_building]
    shapes = shapely.make_valid(shapes[~shapely.is_missing(shapes)])
    inside = shapely.point_on_surface(shapes)
    direct = altitude(shapely.get_x(inside), shapely.get_y(inside))
    # our points lie in the city's projection: at the edge of a cell a few of them fall into its neighbour
    assert np.mean(ground == direct) > 0.98
    assert [int((direct <= level).sum()) for level in (315, 318, 320, 322, 325)] == [6, 73, 151, 246, 373]


def test_thirteen_substation_areas_stand_at_the_known_altitudes() -> None:
    city_file = imported("lauf_pegnitz")
    assets = city_file.city.assets
    columns, _ = plain()
    areas = {f"substation-w{way}" for way, tags in zip(columns["osm_way_id"], columns["other_tags"], strict=True)
             if tags and ('"power"=>"substation"' in tags or '"power"=>"sub_station"' in tags)}
    rows = np.array([row for row in np.flatnonzero(assets.of_kind("substation")) if assets.id[row] in areas])
    assert sorted(assets.ground_m[rows].astype(int).tolist()) == [
        323, 332, 333, 336, 337, 344, 344, 347, 350, 354, 357, 359, 403]
    layer = layer_of(city_file, "substations")
    assert reasons(layer, "mended")["old tag power=sub_station read as power=substation"] == 1
    assert layer["kept"] == {"substation": 20}  # 13 areas, 3 closed ways that stayed lines, 4 nodes


def test_links_are_inferred_and_the_terrain_is_called_illustrative() -> None:
    city_file = imported("lauf_pegnitz")
    assert np.all(city_file.city.supplies.source == Source.INFERRED)
    assert any("6.2 m: results for single lamps are illustrative" in line for line in city_file.report["warnings"])
    assert np.all(city_file.city.assets.ground_source[np.isfinite(city_file.city.assets.ground_m)] == Source.INFERRED)
    assert city_file.terrain is not None
    assert city_file.terrain.error_m == 6.2


def test_the_pegnitz_is_there_as_axis_and_bed() -> None:
    water = imported("lauf_pegnitz").context["water"]
    assert set(water.columns["class"][water.columns["river"] == "pegnitz"]) >= {"axis"}
    assert {"LineString", "MultiPolygon"} <= {shape.geom_type for shape in water.geometry}


def test_ids_shared_by_a_substation_and_its_building_get_the_kind_before_them() -> None:
    city_file = imported("lauf_pegnitz")
    ids = set(city_file.city.assets.id)
    assert {"building-w125480152", "substation-w125480152"} <= ids
    assert any("share a numbering" in note for note in city_file.report["notes"])
    assert len(ids) == len(city_file.city.assets)
