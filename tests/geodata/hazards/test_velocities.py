"""Velocities beside depths: units, names, grids, what is refused, and the total head that streets are closed by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray

from geodata.wording import refusal_text
from tests.french import english_in
from tests.geodata.hazards.test_netcdf import TIMES, X, Y, depth_field
from tests.geodata.waters import city, opened, raster
from twin.errors import InputError
from twin.water.depths import read_depths
from twin.water.hazard import G_M_S2, Heads, total_head_m

#: Rows from the south, columns from the west: cell (50, 50) of the city.
CELL = (5, 5)


def flow(path: Any, **variables: tuple[Any, dict[str, str]]) -> None:
    """Write depths and velocities over them."""
    data = xarray.Dataset(
        {"wet": (("time", "y", "x"), depth_field(), {"standard_name": "flood_water_thickness", "units": "m",
                                                     "grid_mapping": "crs"}),
         **{name: (("time", "y", "x"), np.broadcast_to(np.asarray(values, "float32"), (2, 10, 30)), attributes)
            for name, (values, attributes) in variables.items()},
         "crs": ((), 0, {"epsg_code": "EPSG:2154"})},
        coords={"time": ("time", [0, 3600], TIMES), "x": ("x", X), "y": ("y", Y)})
    data.to_netcdf(path, engine="h5netcdf")


def heads(water: Any) -> list[float]:
    """Give the head at one cell in each frame."""
    assert water.is_flowing
    cell = water.grid.cell_of(np.array([X[CELL[1]]]), np.array([Y[CELL[0]]]))
    return [float(frame[0]) for frame in water.heads(cell)]


def expected(speed_m_s: float) -> list[float]:
    return [float(depth_field()[k][CELL]) + speed_m_s ** 2 / (2 * G_M_S2) for k in (0, 1)]


@pytest.mark.parametrize(("variables", "velocity", "speed"), [
    ({"speed": (1.8, {"units": "m s-1"})}, "speed", 1.8),
    ({"u": (0.9, {"units": "cm/s"}), "v": (1.2, {"units": "cm/s"})}, ["u", "v"], 0.015),
    ({"a": (3.6, {"standard_name": "sea_water_x_velocity"}), "b": (-4.8, {"standard_name": "sea_water_y_velocity"})},
     "found", 6.0),
    ({"U": (0.6, {}), "V": (0.8, {})}, "found", 1.0),
    ({"vel": (-9999.0, {})}, "vel", 0.0)])
def test_velocities_are_read_by_name_standard_name_and_unit(tmp_path, variables, velocity, speed) -> None:
    flow(tmp_path / "flow.nc", **variables)
    water = opened({"netcdf": {"file": "flow.nc", "velocity": velocity}}, tmp_path, city())
    assert heads(water) == pytest.approx(expected(speed), abs=1e-5)
    assert any("Velocities are those of flow.nc" in note for note in water.notes)
    unknown = [doubt for doubt in water.doubts if "velocity is not known" in doubt.en]
    assert bool(unknown) == (velocity == "vel"), "a code for missing counts as standing, and that is said"


def test_a_stated_unit_counts_where_the_file_has_none(tmp_path) -> None:
    flow(tmp_path / "flow.nc", speed=(3.6, {}))
    water = opened({"netcdf": {"file": "flow.nc", "velocity": "speed", "velocity_unit": "km/h"}}, tmp_path, city())
    assert heads(water) == pytest.approx(expected(1.0), abs=1e-5)


def test_velocities_that_nobody_asks_for_are_named_and_change_nothing(tmp_path) -> None:
    flow(tmp_path / "flow.nc", u=(1.0, {}), v=(1.0, {}))
    water = opened({"netcdf": {"file": "flow.nc"}}, tmp_path, city())
    assert not water.is_flowing
    assert any("'u' and 'v' looks like a velocity and is not used" in note for note in water.notes)


@pytest.mark.parametrize(("variables", "velocity", "message"), [
    ({}, "speed", "found 'speed'"), ({}, "found", "no velocity"),
    ({"speed": (1.0, {}), "u": (1.0, {}), "v": (1.0, {})}, "found", "2 velocities"),
    ({"q": (1.0, {"units": "m3 s-1"})}, "q", "values in 'm3 s-1'"),
    ({"speed": (-1.0, {})}, "speed", "a speed below 0"), ({"speed": (180.0, {})}, "speed", "a velocity of 180 m/s"),
    ({"u": (1.0, {"units": "m/s"}), "v": (1.0, {"units": "km/h"})}, ["u", "v"], "components in")])
def test_what_is_no_velocity_is_refused(tmp_path, variables, velocity, message) -> None:
    flow(tmp_path / "flow.nc", **variables)
    with pytest.raises(InputError, match=message) as caught:
        heads(opened({"netcdf": {"file": "flow.nc", "velocity": velocity}}, tmp_path, city()))
    assert english_in(caught.value) == [], refusal_text(caught.value, "fr")


def test_rasters_of_speed_stand_beside_those_of_depth(tmp_path) -> None:
    for i, (depth, speed) in enumerate([(0.0, 2.0), (0.12, 1.8), (0.20, 0.0)]):
        raster(tmp_path / f"d_{i}.tif", np.zeros((10, 30)) + depth)
        raster(tmp_path / f"s_{i}.tif", np.zeros((10, 30)) + speed)
    spec = {"files": "d_*.tif", "step": "30min", "velocity": "s_*.tif"}
    water = opened({"rasters": spec}, tmp_path, city())
    assert heads(water) == pytest.approx([0.0, 0.2852, 0.20], abs=1e-4), "where it is dry nothing flows"
    later = opened({"rasters": {**spec, "first": "-45min"}}, tmp_path, city(), 600)
    assert heads(later) == pytest.approx([0.12 + 1.8**2 / (2 * G_M_S2), 0.20], abs=1e-4), "frames keep their own"
    held = opened({"raster": {"file": "d_1.tif", "velocity": "s_1.tif", "velocity_unit": "m/s", "to": "+1h"}}, tmp_path,
                  city(), 7200)
    assert heads(held)[0] == pytest.approx(0.2852, abs=1e-4)
    assert heads(held)[-1] == 0.0
    (tmp_path / "s_2.tif").unlink()
    with pytest.raises(InputError, match="2 frames of velocities for 3 of depths"):
        opened({"rasters": spec}, tmp_path, city())
    raster(tmp_path / "s_2.tif", np.zeros((5, 30)))
    with pytest.raises(InputError):
        heads(opened({"rasters": spec}, tmp_path, city()))


def test_a_head_is_never_below_its_depth_and_reads_as_depths_do(tmp_path) -> None:
    rng = np.random.default_rng(1)
    depth, speed = (rng.uniform(0, 1, 100).astype(np.float32) for _ in range(2))
    depth[:10], speed[10:20] = 0, np.nan
    head = total_head_m(depth, speed)
    assert np.all(head >= depth)
    assert np.all(head[:20] == depth[:20])
    flow(tmp_path / "flow.nc", speed=(1.0, {}))
    water = opened({"netcdf": {"file": "flow.nc", "velocity": "speed"}}, tmp_path, city(), 3600)
    from geodata.cells import index_cells

    town = city()
    index = index_cells(town.city.assets, town.outlines, town.city.crs, water.grid, None)
    still = read_depths(water, index, duration_s=3600)
    moving = read_depths(Heads(water=water), index, duration_s=3600)
    assert np.all(moving.at(1800) >= still.at(1800))
    assert np.all(moving.at(1800)[still.at(1800) > 0] == pytest.approx(
        still.at(1800)[still.at(1800) > 0] + 1 / (2 * G_M_S2), abs=2e-6))
