"""Roads, cables and halls of a city's own kinds: imported with their shape, kept in the file, wet wherever water is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import geopandas
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin

from geodata.cells import index_cells
from geodata.city.file import read_city, write_city
from geodata.hazards import FloodSpec, open_hazard
from geodata.importing import import_city
from twin.water.exposure import expose

MAPPING = """city: Town
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - {name: roads, file: roads.gpkg, kind: road, id: ID}
  - {name: halls, file: halls.gpkg, kind: cabinet, id: ID}
kinds:
  road:
    symbol: line
    touch_m: {value: 0.1, unit: m, source: survey}
    words:
      fr: {one: route, many: routes, the: la route, of_the: de la route, gender: f}
      en: {one: road, many: roads, the: the road, of_the: of the road}
"""
X0, Y0 = 770_000.0, 6_278_000.0


def test_a_road_is_wet_where_any_of_it_is(tmp_path):
    roads = [shapely.LineString([(X0 + 10, Y0 + 10 + 20 * i), (X0 + 290, Y0 + 10 + 20 * i)]) for i in range(4)]
    geopandas.GeoDataFrame({"ID": [f"R{i}" for i in range(4)]}, geometry=roads, crs="EPSG:2154").to_file(
        tmp_path / "roads.gpkg")
    geopandas.GeoDataFrame({"ID": ["C1"]}, geometry=[shapely.box(X0 + 140, Y0 + 82, X0 + 160, Y0 + 98)],
                           crs="EPSG:2154").to_file(tmp_path / "halls.gpkg")
    (tmp_path / "m.yaml").write_text(MAPPING)
    town = import_city(tmp_path / "m.yaml", tmp_path)
    write_city(town, tmp_path / "town.gpkg")
    town = read_city(tmp_path / "town.gpkg")
    assets = town.city.assets
    rows = [assets.row(name) for name in ("R0", "R1", "R2", "R3", "C1")]
    assert [shape.geom_type for shape in town.shapes[rows]] == ["LineString"] * 4 + ["Polygon"]
    # Water at the west end, at the east end, in the middle, nowhere; and at one corner of the cabinet.
    depth = np.zeros((100, 300), np.float32)
    depth[86:94, 5:20], depth[66:74, 270:295], depth[46:54, 140:160], depth[14:19, 135:142] = 0.3, 0.4, 0.5, 0.6
    with rasterio.open(tmp_path / "d.tif", "w", driver="GTiff", width=300, height=100, count=1, dtype="float32",
                       crs="EPSG:2154", transform=from_origin(X0, Y0 + 100, 1, 1)) as dataset:
        dataset.write(depth, 1)
    start = datetime(2026, 11, 22, 16, tzinfo=timezone(timedelta(hours=1)))
    water = open_hazard(FloodSpec.model_validate({"raster": {"file": "d.tif"}}), city_file=town, folder=tmp_path,
                        start=start, duration_s=3600)
    exposure = expose(water, index_cells(assets, town.outlines, town.city.crs, water.grid), assets, duration_s=3600)
    assert np.round(exposure.peak_depth_m[rows], 3).tolist() == [np.float32(v) for v in (0.3, 0.4, 0.5, 0.0, 0.6)]
