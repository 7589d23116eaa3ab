"""Holes that a flow model cuts out for buildings: the water at the wall counts for the house and what hangs on it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.cells import index_cells
from geodata.city.model import CityFile
from tests.geodata.waters import CRS, START, X0, Y0, opened, raster
from twin.kernels.water.holes import fill_holes
from twin.quantities import NONE
from twin.water.exposure import Coverage, expose
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Supplies

#: Houses relative to the corner: one whose hole is its own, one whose hole is a cell wider, one on dry land.
HOUSES = [shapely.box(20, 20, 40, 40), shapely.box(70, 20, 90, 40), shapely.box(220, 20, 240, 40)]
#: A cabinet in the middle of the second house, one on its wall, a lamp in the open.
POINTS = [(80, 30), (71, 30), (120, 30)]


def town():
    shapes = [shapely.affinity.translate(h, X0, Y0) for h in HOUSES] + [None] * len(POINTS)
    xy = [(h.centroid.x, h.centroid.y) for h in HOUSES] + POINTS
    assets = Assets.of(built_in_kinds(), id=["exact", "grown", "dry", "middle", "wall", "open"],
                       kind=["building"] * 3 + ["cabinet", "cabinet", "lamp"],
                       x_m=[X0 + x for x, _ in xy], y_m=[Y0 + y for _, y in xy])
    city = City(name="Essai", crs=CRS, latitude=46.5, longitude=3.0, timezone="Europe/Paris", assets=assets,
                supplies=Supplies.of(len(assets), supplier=[], consumer=[]))
    objects = np.empty(len(shapes), object)
    objects[:] = shapes
    return CityFile(city=city, shapes=objects)


def depths(cell=2.0, depth=0.6):
    """Water up to 200 m east of the corner; the houses in it have no value, the second with a rim of one cell."""
    rows, columns = int(100 / cell), int(300 / cell)
    values = np.full((rows, columns), depth)
    x, y = (np.arange(columns) + 0.5) * cell, 100 - (np.arange(rows) + 0.5) * cell
    values[:, x > 200] = np.nan
    for house, rim in zip(HOUSES[:2], (0, cell), strict=True):
        west, south, east, north = house.bounds
        values[np.ix_((y > south - rim) & (y < north + rim), (x > west - rim) & (x < east + rim))] = np.nan
    return values


def exposed(folder, values, *, cell=2.0, declared=None, **flood):
    file = np.where(np.isnan(values), -9999 if declared is not None else np.nan, values)
    raster(folder / "d.tif", file, cell=cell, nodata=declared)
    city_file = town()
    water = opened({"raster": {"file": "d.tif"}, **flood}, folder, city_file)
    index = index_cells(city_file.city.assets, city_file.outlines, CRS, water.grid)
    return water, expose(water, index, city_file.city.assets, duration_s=3600)


@pytest.mark.parametrize("said", [{}, {"nodata": "unknown"}, {"nodata": "dry"}])
@pytest.mark.parametrize("declared", [None, -9999])
def test_the_water_at_the_wall_counts_for_the_house_and_a_cabinet_on_it(tmp_path, declared, said):
    water, exposure = exposed(tmp_path, depths(), declared=declared, **said)
    assert np.nan_to_num(exposure.peak_depth_m).tolist() == pytest.approx([0.6, 0.6, 0.0, 0.6, 0.6, 0.6])
    assert exposure.failed_at_s[0] == 0
    # Nobody turns dry land into water, nor what is not known into dry land.
    assert exposure.coverage[2] == (Coverage.INSIDE if said.get("nodata") == "dry" else Coverage.UNKNOWN)
    assert "cells there take the largest depth beside the wall" in water.doubts[0].en
    assert "au pied du mur" in water.doubts[0].fr


def test_the_scenario_may_leave_the_holes(tmp_path):
    water, exposure = exposed(tmp_path, depths(), holes="missing")
    assert exposure.coverage[[1, 3, 4]].tolist() == [Coverage.UNKNOWN] * 3
    assert exposure.failed_at_s[3] == NONE
    assert water.doubts == ()


def test_a_house_in_a_raster_without_holes_is_read_as_ever(tmp_path):
    values = np.full((50, 150), 0.6)
    values[:, 100:] = 0.0
    water, exposure = exposed(tmp_path, values)
    assert exposure.peak_depth_m.tolist() == pytest.approx([0.6, 0.6, 0.0, 0.6, 0.6, 0.6])
    assert water.doubts == ()


def test_the_largest_depth_beside_a_wall_counts_and_a_lamp_on_dry_land_stays_dry(tmp_path):
    values = depths()
    values[:, :20] = np.where(np.isnan(values[:, :20]), np.nan, 1.1)
    values[:, 40:] = np.where(np.isnan(values[:, 40:]), np.nan, 0.2)
    _, exposure = exposed(tmp_path, values, declared=-9999)
    assert exposure.peak_depth_m[0] == pytest.approx(1.1)
    assert 0.2 - 1e-6 <= exposure.peak_depth_m[1] <= 0.6 + 1e-6


def test_holes_in_a_series_take_the_water_of_each_frame(tmp_path):
    for i, factor in enumerate((0.0, 0.5, 1.0)):
        raster(tmp_path / f"d_{i}.tif", depths() * factor, cell=2.0)
    city_file = town()
    water = opened({"rasters": {"files": "d_*.tif", "step": "30min"}}, tmp_path, city_file, start=START)
    cell = water.grid.cell_of(np.array([X0 + 80.0]), np.array([Y0 + 30.0]))
    assert [float(frame[0]) for frame in water.depths(cell)] == pytest.approx([0.0, 0.3, 0.6])


def slow_fill(depth, cells, inner, shape):
    """The same, one round after another, by words."""
    grid = depth.reshape(shape).copy()
    first = True
    while True:
        found = {}
        for cell, is_inner in zip(cells, inner, strict=True):
            r, c = divmod(int(cell), shape[1])
            if not np.isnan(grid[r, c]) or not (first or is_inner):
                continue
            around = grid[max(r - 1, 0):r + 2, max(c - 1, 0):c + 2]
            if not np.all(np.isnan(around)):
                found[r, c] = np.nanmax(around)
        if not found:
            return grid.ravel()
        for place, value in found.items():
            grid[place] = value
        first = False


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_kernel_agrees_with_its_slow_twin(data):
    rows, columns = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))
    values = data.draw(st.lists(st.sampled_from([np.nan, np.nan, 0.0, 0.4, 1.2]), min_size=rows * columns,
                                max_size=rows * columns))
    cells = np.array(sorted(data.draw(st.sets(st.integers(0, rows * columns - 1), max_size=rows * columns))), np.int64)
    inner = np.array(data.draw(st.lists(st.booleans(), min_size=len(cells), max_size=len(cells))), np.bool_)
    depth = np.array(values, np.float32)
    mine = depth.copy()
    wet = fill_holes(mine, cells, inner, rows, columns)
    expected = slow_fill(depth, cells, inner, (rows, columns))
    np.testing.assert_array_equal(mine, expected)
    assert wet == int(np.count_nonzero(np.isnan(depth) & (np.nan_to_num(mine) > 0)))
