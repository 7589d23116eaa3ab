"""NetCDF as models write it: dimensions in any order, 1-D and 2-D coordinates, north up or down, levels and beds."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

from tests.geodata.waters import X0, Y0, at, city, opened
from twin.errors import InputError

X, Y = X0 + 5 + 10 * np.arange(30), Y0 + 5 + 10 * np.arange(10)
TIMES = {"units": "seconds since 2026-11-22 15:00:00"}


def depth_field():
    """Depth 0.01 m per column and 0.1 m per row from the south, doubled in the second frame."""
    one = 0.01 * np.arange(30)[None, :] + 0.1 * np.arange(10)[:, None]
    return np.stack([one, 2 * one]).astype("float32")


def cf(path, values=None, **attributes):
    """Write the CF form: 1-D coordinates, y from the south."""
    data = xarray.Dataset(
        {"wet": (("time", "y", "x"), depth_field() if values is None else values,
                 {"standard_name": "flood_water_thickness", "units": "m", "grid_mapping": "crs", **attributes}),
         "crs": ((), 0, {"epsg_code": "EPSG:2154"})},
        coords={"time": ("time", [0, 3600], TIMES), "x": ("x", X), "y": ("y", Y)})
    data.to_netcdf(path, engine="h5netcdf")
    return data


def expected(frame, x, y):
    return round(float(depth_field()[frame, int(y // 10), int(x // 10)]), 4)


def test_cf_is_found_by_its_standard_name_and_turned_north_up(tmp_path):
    cf(tmp_path / "flood.nc")
    water = opened({"netcdf": {"file": "flood.nc"}}, tmp_path, city())
    assert water.times_s.tolist() == [0, 3600]
    assert water.grid.transform[4] < 0
    assert at(water, (50, 50), (255, 85)) == [[expected(0, 50, 50), expected(0, 255, 85)],
                                              [expected(1, 50, 50), expected(1, 255, 85)]]


def test_dimensions_in_another_order_give_the_same_water(tmp_path):
    cf(tmp_path / "a.nc").transpose("x", "y", "time").to_netcdf(tmp_path / "flood.nc", engine="h5netcdf")
    water = opened({"netcdf": {"file": "flood.nc"}}, tmp_path, city())
    assert at(water, (50, 50), (255, 85))[1] == [expected(1, 50, 50), expected(1, 255, 85)]


@pytest.mark.parametrize("transposed", [False, True])
def test_sfincs_map_output_with_2d_coordinates_and_a_bed(tmp_path, transposed):
    x, y = np.meshgrid(X, Y)
    bed = 100 + 0.02 * np.arange(30)[None, :] + np.zeros((10, 1))
    level = bed + depth_field()
    level[:, 3, 3] = np.nan
    domain = np.ones((10, 30))
    domain[:, :2] = 0
    level[:, :, :2] = np.nan
    data = xarray.Dataset(
        {"zs": (("time", "n", "m"), level.astype("float32")), "zb": (("n", "m"), bed.astype("float32")),
         "msk": (("n", "m"), domain), "zsmax": (("timemax", "n", "m"), level[1:].astype("float32")),
         "hmax": (("timemax", "n", "m"), depth_field()[1:]),
         "crs": ((), 0, {"epsg_code": "EPSG:2154"})},
        coords={"time": ("time", [0.0, 3600.0], TIMES), "timemax": ("timemax", [3600.0], TIMES),
                "x": (("n", "m"), x), "y": (("n", "m"), y)})
    if transposed:
        data = data.transpose("time", "m", "n", "timemax")
    data.to_netcdf(tmp_path / "sfincs_map.nc", engine="h5netcdf")
    water = opened({"netcdf": {"file": "sfincs_map.nc"}}, tmp_path, city())
    depth = at(water, (255, 85), (35, 35), (5, 5))
    # A missing level inside the domain is a dry cell; outside the domain nobody knows.
    assert depth[0] == [pytest.approx(expected(0, 255, 85), abs=2e-3), 0.0, -1.0]
    assert depth[1][0] == pytest.approx(expected(1, 255, 85), abs=2e-3)
    assert "dry inside the model's domain and unknown outside" in water.notes[0]


def test_a_rotated_grid_is_sampled_where_its_cells_lie(tmp_path):
    angle = np.radians(20)
    along, across = np.meshgrid(10 * np.arange(40), 10 * np.arange(40) - 100)
    x = X0 + along * np.cos(angle) - across * np.sin(angle)
    y = Y0 + along * np.sin(angle) + across * np.cos(angle)
    values = np.arange(1600).reshape(40, 40).astype("float32") / 1000
    xarray.Dataset({"h": (("time", "n", "m"), np.stack([values, values])), "crs": ((), 2154)},
                   coords={"time": ("time", [0.0, 3600.0], TIMES), "x": (("n", "m"), x), "y": (("n", "m"), y)}
                   ).to_netcdf(tmp_path / "map.nc", engine="h5netcdf")
    water = opened({"netcdf": {"file": "map.nc"}}, tmp_path, city())
    for row, column in ((12, 5), (15, 20)):
        assert at(water, (x[row, column] - X0, y[row, column] - Y0))[0][0] == pytest.approx(values[row, column])


def test_a_bent_grid_is_refused(tmp_path):
    x, y = np.meshgrid(X, Y)
    xarray.Dataset({"h": (("n", "m"), np.ones((10, 30)))},
                   coords={"x": (("n", "m"), x + 0.002 * (y - Y0) ** 2), "y": (("n", "m"), y)}
                   ).to_netcdf(tmp_path / "map.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="stray"):
        opened({"netcdf": {"file": "map.nc", "crs": "EPSG:2154"}, "after": "hold"}, tmp_path, city())


def test_netcdf_3_and_a_first_moment(tmp_path):
    xarray.Dataset({"wd": (("time", "y", "x"), depth_field())},
                   coords={"time": ("time", [0.0, 1.0], {"units": "hours"}), "x": X, "y": Y[::-1]}
                   ).to_netcdf(tmp_path / "res.nc", engine="scipy")
    water = opened({"netcdf": {"file": "res.nc", "crs": "EPSG:2154", "first": "+0h"}}, tmp_path, city())
    assert water.times_s.tolist() == [0, 3600]
    assert at(water, (50, 95))[0] == [pytest.approx(0.05)]


def test_what_cannot_be_read_is_said(tmp_path):
    cf(tmp_path / "flood.nc")
    data = (tmp_path / "flood.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(data[:len(data) // 3])
    (tmp_path / "words.nc").write_text("no NetCDF")
    cf(tmp_path / "a.nc").drop_vars("wet").to_netcdf(tmp_path / "empty.nc", engine="h5netcdf")
    cf(tmp_path / "a.nc").assign_coords(time=("time", [0, 3600], {"units": "s"})).to_netcdf(
        tmp_path / "when.nc", engine="h5netcdf")
    for file, message in (("none.nc", "no such file"), ("cut.nc", "cannot be read"), ("words.nc", "cannot be read"),
                          ("empty.nc", "a depth of water"), ("when.nc", "a moment, or `first`")):
        with pytest.raises(InputError, match=message):
            opened({"netcdf": {"file": file}}, tmp_path, city())
    with pytest.raises(InputError, match=r"variable.*one of wet"):
        opened({"netcdf": {"file": "flood.nc", "variable": "depth"}}, tmp_path, city())


def test_two_frames_of_one_time_are_refused(tmp_path):
    cf(tmp_path / "a.nc").assign_coords(time=("time", [0, 0], TIMES)).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="times that increase"):
        opened({"netcdf": {"file": "b.nc"}}, tmp_path, city())


@pytest.mark.parametrize(("times", "units", "message"), [
    ([0, float("nan")], TIMES["units"], "times that are missing"),
    ([0, 1e30], TIMES["units"], r"a time of 1e\+30 seconds"),
    ([0, 1], "days since 0001-01-01T00:00:00+01:00", "times since '0001-01-01T00:00:00")])
def test_times_that_are_none_are_refused(tmp_path, times, units, message):
    cf(tmp_path / "a.nc").assign_coords(time=("time", times, {"units": units})).to_netcdf(
        tmp_path / "b.nc", engine="h5netcdf")
    with pytest.raises(InputError, match=message):
        opened({"netcdf": {"file": "b.nc"}}, tmp_path, city())


def test_the_unit_of_the_file_counts_and_one_that_contradicts_it_is_refused(tmp_path):
    cf(tmp_path / "a.nc", depth_field() * 100, units="cm")
    with pytest.raises(InputError, match=r"netcdf\.unit': found values in cm, by the file's own tag.*Say `unit: cm`"):
        opened({"netcdf": {"file": "a.nc", "unit": "m"}}, tmp_path, city())
    for unit in ({}, {"unit": "cm"}):
        water = opened({"netcdf": {"file": "a.nc", **unit}}, tmp_path, city())
        assert at(water, (205, 55))[0] == [pytest.approx(expected(0, 205, 55))]
        assert any("is taken, in cm" in note for note in water.notes)
    cf(tmp_path / "v.nc", units="m s-1")
    with pytest.raises(InputError, match=r"values in 'm s-1'; expected depths, in a unit of length"):
        opened({"netcdf": {"file": "v.nc"}}, tmp_path, city())
