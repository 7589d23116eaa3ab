"""What a scenario gives the flow model as rasters and tables: roughness, drains, levels behind an edge."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from geodata.hazards.declared.flow import FlowModel, Rain
from geodata.hazards.flow.build import build_setup
from geodata.hazards.flow.rasters import values_at
from tests.geodata.waters import CRS, X0, Y0, city, terrain
from twin.errors import InputError
from twin.water.hazard import Grid

GRID = Grid(rows=21, columns=40, transform=(10.0, 0.0, X0, 0.0, -10.0, Y0 + 210.0), crs=CRS)
ALL = np.ones((21, 40), bool)
START = datetime(2026, 6, 1, 18, tzinfo=UTC)


def written(path, values, *, cell=10.0, crs=CRS, west=X0, north=Y0 + 210.0, nodata=None):
    values = np.atleast_3d(np.asarray(values, "float32").T).T
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[2], height=values.shape[1], count=len(values),
                       dtype="float32", crs=crs, transform=from_origin(west, north, cell, cell),
                       nodata=nodata) as raster:
        raster.write(values)
    return path


def cut(path):
    path.write_bytes(path.read_bytes()[:1500])
    return path


def unplaced(path, crs):
    with warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning), rasterio.open(
            path, "w", driver="GTiff", width=40, height=21, count=1, dtype="uint8", crs=crs) as raster:
        raster.write(np.ones((21, 40), "uint8"), 1)
    return path


def setup(tmp_path, **model):
    town = city(terrain=terrain(np.tile(50 - 0.1 * np.arange(40.0), (21, 1))))
    return build_setup(Rain(mm_h=20.0, lasts="10min"), (), FlowModel.model_validate(model), city_file=town,
                       folder=tmp_path, start=START, duration_s=3600.0)


def test_cells_take_the_value_under_their_middle(tmp_path):
    coarse = np.arange(11 * 20.0).reshape(11, 20)
    read = values_at(written(tmp_path / "n.tif", coarse, cell=20.0), GRID, ALL, field="f")
    assert read[0, :4].tolist() == [0, 0, 1, 1]
    assert read[20, 39] == coarse[10, 19]


def test_raster_in_another_crs_is_read_where_it_lies(tmp_path):
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(
        [X0 - 500, X0 + 900], [Y0 + 700, Y0 - 500])
    values = np.tile(np.arange(200.0), (200, 1))
    path = tmp_path / "n.tif"
    with rasterio.open(path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32", crs="EPSG:4326",
                       transform=from_origin(lon[0], lat[0], (lon[1] - lon[0]) / 200, (lat[0] - lat[1]) / 200)) as r:
        r.write(values.astype("float32"), 1)
    read = values_at(path, GRID, ALL, field="f")
    # 1400 m in 200 columns; the first cell's middle lies 505 m from the west.
    assert read[10, 0] == pytest.approx(505 / 7, abs=2)
    assert read[10, 39] == pytest.approx(895 / 7, abs=2)


@pytest.mark.parametrize(("make", "says"), [
    (lambda p: p / "none.tif", "no such file"),
    (lambda p: written(p / "n.tif", np.ones((21, 20))), "420 of 840 cells outside it"),
    (lambda p: written(p / "n.tif", np.where(np.arange(40) == 3, -1, 1) * np.ones((21, 1)), nodata=-1),
     "no value in 21 of 840 cells, the first at 700035"),
    (lambda p: written(p / "n.tif", np.ones((21, 40)), crs=None), "no CRS"),
    (lambda p: (p / "n.tif").write_text("no raster") and p / "n.tif", "cannot read: broken off, or no raster"),
    (lambda p: cut(written(p / "n.tif", np.random.default_rng(1).random((21, 40)))), "cannot read: broken off"),
    (lambda p: written(p / "n.tif", np.ones((3, 21, 40))), "3 bands; expected one band"),
    (lambda p: unplaced(p / "n.tif", CRS), "no place in the CRS"),
    (lambda p: unplaced(p / "n.tif", None), "no CRS"),
])
def test_raster_that_does_not_serve_is_refused(tmp_path, make, says):
    with pytest.raises(InputError, match=says):
        values_at(make(tmp_path), GRID, ALL, field="f")


def test_roughness_and_drains_come_from_rasters(tmp_path):
    written(tmp_path / "n.tif", np.where(np.arange(40) < 20, 0.02, 0.1) * np.ones((21, 1)))
    written(tmp_path / "d.tif", np.full((21, 40), 36.0))
    made = setup(tmp_path, roughness_raster="n.tif", drains={"raster": "d.tif"}, infiltration=None)
    assert made.domain.roughness[3, [0, 39]] == pytest.approx([0.02, 0.1])
    assert made.losses.drain_m_s == pytest.approx(np.full((21, 40), 1e-5))


@pytest.mark.parametrize(("model", "says"), [
    ({"roughness_raster": "k.tif"}, "k.tif, field 'flood.model.roughness_raster': found values from 800 to 800"),
    ({"drains": {"raster": "k.tif"}}, "mm/h from 0 to 500"),
])
def test_values_beyond_belief_are_refused(tmp_path, model, says):
    written(tmp_path / "k.tif", np.full((21, 40), 800.0))
    with pytest.raises(InputError, match=says):
        setup(tmp_path, **model)


def test_level_behind_an_edge_comes_from_a_table(tmp_path):
    (tmp_path / "sea.csv").write_text("time,level_m\n0,47.0\n30min,48.5\n2h,47.0\n", encoding="utf-8")
    made = setup(tmp_path, warm_up="10min", edges={"east": {"file": "sea.csv"}})
    level = next(edge.level_m for edge in made.edges if edge.side == "east")
    assert level.at(600.0 + 1800.0) == 48.5


@pytest.mark.parametrize("edge", [{"file": "sea.csv"}, {"level_m": [47.0, 48.5], "every": "20min"}])
def test_levels_that_end_early_are_refused_unless_the_last_stays(tmp_path, edge):
    (tmp_path / "sea.csv").write_text("time,level_m\n0,47.0\n20min,48.5\n", encoding="utf-8")
    with pytest.raises(InputError, match="levels that end at 1200 s; expected levels up to the end of the run, 3600 s"):
        setup(tmp_path, edges={"east": edge})
    made = setup(tmp_path, edges={"east": {**edge, "after": "hold"}})
    assert next(e.level_m for e in made.edges if e.side == "east").at(3600.0) == 48.5
