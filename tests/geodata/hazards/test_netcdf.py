"""NetCDF as models write it: dimensions in any order, 1-D and 2-D coordinates, north up or down, levels and beds."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

from geodata.hdf5_heaps import endless_heap
from geodata.wording import refusal_text
from tests.geodata.waters import X0, Y0, at, city, opened, terrain
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


def grid_file(path, variables, *, times=(0, 3600), units=TIMES["units"], calendar=None, extra=None):
    """Write variables over (time, y, x), (y, x) or with further axes."""
    attributes = {"units": units, **({"calendar": calendar} if calendar else {})}
    data = xarray.Dataset({**variables, "crs": ((), 0, {"epsg_code": "EPSG:2154"})},
                          coords={"time": ("time", np.array(times, float), attributes), "x": X, "y": Y,
                                  **(extra or {})})
    data.to_netcdf(path, engine="h5netcdf")
    return data


def test_depth_over_time_comes_before_a_maximum_that_bears_a_standard_name(tmp_path):
    standard = {"standard_name": "flood_water_thickness", "grid_mapping": "crs"}
    grid_file(tmp_path / "a.nc", {
        "hmax": (("y", "x"), depth_field()[1], standard),
        "h": (("time", "y", "x"), depth_field(), {"grid_mapping": "crs"})})
    water = opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    assert water.times_s.tolist() == [0, 3600]
    assert at(water, (205, 55)) == [[expected(0, 205, 55)], [expected(1, 205, 55)]]
    assert any("'h' over time, y, x is taken, in m: 2 of 2 frames, from +0.00 h to +1.00 h. Not taken: hmax." in note
               for note in water.notes)
    assert water.doubts == ()


def test_a_maximum_with_a_time_of_its_own_is_still_the_last_choice(tmp_path):
    grid_file(tmp_path / "a.nc", {
        "peak": (("timemax", "y", "x"), depth_field()[1:], {"standard_name": "flood_water_thickness",
                                                           "cell_methods": "time: maximum"}),
        "depth": (("time", "y", "x"), depth_field())}, extra={"timemax": ("timemax", [3600.0], TIMES)})
    assert len(opened({"netcdf": {"file": "a.nc"}}, tmp_path, city()).times_s) == 2


def test_a_file_with_a_maximum_alone_says_so_aloud(tmp_path):
    grid_file(tmp_path / "a.nc", {"hmax": (("y", "x"), depth_field()[1], {"grid_mapping": "crs"})})
    water = opened({"netcdf": {"file": "a.nc"}, "after": "hold"}, tmp_path, city())
    assert "'hmax' is a maximum over the run" in water.doubts[0].en
    assert "un maximum sur toute la simulation" in water.doubts[0].fr


def test_two_depths_of_one_standard_name_are_asked_about(tmp_path):
    standard = {"standard_name": "flood_water_thickness"}
    grid_file(tmp_path / "a.nc", {"one": (("time", "y", "x"), depth_field(), standard),
                                  "two": (("time", "y", "x"), depth_field(), standard)})
    with pytest.raises(InputError, match=r"2 depths \(one, two\)"):
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    assert len(opened({"netcdf": {"file": "a.nc", "variable": "two"}}, tmp_path, city()).times_s) == 2


def test_an_axis_of_length_one_drops_out_and_a_longer_one_is_refused(tmp_path):
    grid_file(tmp_path / "a.nc", {"h": (("time", "band", "y", "x"), depth_field()[:, None])})
    water = opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    assert at(water, (205, 55))[1] == [expected(1, 205, 55)]
    assert any("'band' of length one drops out" in note for note in water.notes)
    grid_file(tmp_path / "b.nc", {"h": (("time", "member", "y", "x"), np.stack([depth_field()] * 3, axis=1))})
    with pytest.raises(InputError, match=r"'h' over time \(2\), member \(3\), y \(10\), x \(30\)"):
        opened({"netcdf": {"file": "b.nc"}}, tmp_path, city())


@pytest.mark.parametrize("calendar", ["noleap", "365_day", "360_day", "julian", "all_leap"])
def test_another_calendar_is_refused_unless_its_first_moment_is_said(tmp_path, calendar):
    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), depth_field())}, calendar=calendar)
    with pytest.raises(InputError, match=f"times of the calendar '{calendar}'"):
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    water = opened({"netcdf": {"file": "a.nc", "first": "16:00"}}, tmp_path, city())
    assert water.times_s.tolist() == [0, 3600]


@pytest.mark.parametrize(("units", "first"), [
    ("seconds since 2026-11-22 15:00", 0), ("seconds since 2026-11-22T16:00:00+01:00", 0),
    ("seconds since 2026-11-22 15:00:00.0 UTC", 0), ("seconds since 2026-11-22 16:00:00 +1:00", 0),
    ("sec since 2026-11-22 15:30:0", 1800)])
def test_moments_of_origin_as_models_write_them(tmp_path, units, first):
    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), depth_field())}, units=units)
    water = opened({"netcdf": {"file": "a.nc"}, "after": "hold"}, tmp_path, city())
    assert water.times_s.tolist()[0] == first


@pytest.mark.parametrize("units", ["ms since 2026-11-22", "msec since 2026-11-22", "months since 2026-11-22", "m", "1"])
def test_units_that_are_no_seconds_minutes_hours_or_days_are_refused(tmp_path, units):
    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), depth_field())}, units=units)
    with pytest.raises(InputError, match="times in "):
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())


def test_fill_scale_offset_and_range_are_those_of_cf(tmp_path):
    stored = np.round(depth_field() * 1000).astype("int16")
    stored[:, 5, 20], stored[:, 5, 21], stored[:, 5, 22] = -1, -2, 30_000
    attributes = {"scale_factor": 0.001, "add_offset": 0.5, "_FillValue": np.int16(-1), "missing_value": np.int16(-2),
                  "valid_max": np.int16(20_000)}
    data = grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), stored)})
    data["h"].attrs |= {k: v for k, v in attributes.items() if k != "_FillValue"}
    data["h"].encoding["_FillValue"] = attributes["_FillValue"]
    data.to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    water = opened({"netcdf": {"file": "b.nc"}}, tmp_path, city())
    assert at(water, (205, 55), (215, 55), (225, 55), (255, 85))[0] == [
        -1.0, -1.0, -1.0, pytest.approx(round(expected(0, 255, 85), 3) + 0.5, abs=1e-3)]


@pytest.mark.parametrize(("key", "value", "message"), [
    ("scale_factor", 0.0, "scale_factor of 0"), ("scale_factor", "0.01", "with scale_factor '0.01'; expected a number"),
    ("add_offset", "none", "with add_offset 'none'"), ("missing_value", "x", "with missing_value 'x'"),
    ("valid_range", "0-9", "with valid_range '0-9'"), ("scale_factor", float("nan"), "scale_factor of nan")])
def test_attributes_that_no_value_can_be_unpacked_with_are_refused(tmp_path, key, value, message):
    import h5py

    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), depth_field())})
    with h5py.File(tmp_path / "a.nc", "r+") as file:
        file["h"].attrs[key] = value
    with pytest.raises(InputError, match=message):
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())


def test_values_that_stand_in_other_files_are_refused(tmp_path):
    import h5py

    grid_file(tmp_path / "whole.nc", {"h": (("time", "y", "x"), depth_field())})
    (tmp_path / "raw.bin").write_bytes(b"\0" * 10_000)
    for name, make in (("link.nc", lambda f: f.__setitem__("z", h5py.ExternalLink("whole.nc", "/h"))),
                       ("raw.nc", lambda f: f.create_dataset("z", (10, 10), "f4", external=[
                           (str(tmp_path / "raw.bin"), 0, 400)])),
                       ("virtual.nc", lambda f: f.create_virtual_dataset("z", _virtual(tmp_path)))):
        (tmp_path / name).write_bytes((tmp_path / "whole.nc").read_bytes())
        with h5py.File(tmp_path / name, "r+") as file:
            make(file)
        with pytest.raises(InputError, match="whose values stand in another file"):
            opened({"netcdf": {"file": name}}, tmp_path, city())


def _virtual(folder):
    import h5py

    layout = h5py.VirtualLayout((2, 10, 30), "f4")
    layout[:] = h5py.VirtualSource(str(folder / "whole.nc"), "h", (2, 10, 30))
    return layout


def test_a_frame_without_any_value_is_refused_between_others(tmp_path):
    field = np.stack([depth_field()[1]] * 5)
    field[2] = np.nan
    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), field)}, times=np.arange(5) * 900)
    water = opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    with pytest.raises(InputError, match="frame 3: found 1 frame without any value"):
        list(water.depths(np.arange(2)))


def test_an_elevation_of_the_surface_is_asked_about_and_turned(tmp_path):
    level = 100 + depth_field()
    grid_file(tmp_path / "a.nc", {"wl": (("time", "y", "x"), level, {
        "standard_name": "water_surface_height_above_reference_datum"})})
    ground = terrain(np.full((10, 30), 100.0))
    with pytest.raises(InputError, match="'wl' looks like an elevation of the water surface"):
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    with pytest.raises(InputError, match="an elevation of the water surface"):
        opened({"netcdf": {"file": "a.nc", "variable": "wl"}}, tmp_path, city())
    flood = {"netcdf": {"file": "a.nc", "variable": "wl", "quantity": "surface"}}
    water = opened(flood, tmp_path, city(terrain=ground))
    assert at(water, (205, 55))[1] == [pytest.approx(expected(1, 205, 55), abs=1e-4)]


def test_longitude_and_latitude_need_no_grid_mapping(tmp_path):
    lon, lat = 2.9995 + 0.0001 * np.arange(60), 46.4995 + 0.0001 * np.arange(40)
    xarray.Dataset({"h": (("lat", "lon"), np.full((40, 60), 0.4))}, coords={
        "lat": ("lat", lat, {"units": "degrees_north"}), "lon": ("lon", lon, {"units": "degrees_east"})}
        ).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    water = opened({"netcdf": {"file": "a.nc"}, "after": "hold"}, tmp_path, city(((0, 0),)))
    assert water.grid.crs == "EPSG:4326"
    assert float(np.nanmax(next(water.depths(np.arange(water.grid.cells))))) == pytest.approx(0.4)


def _spoilt_heap(path, place, value):
    """Write over the first object of the first collection of a file."""
    data = bytearray(path.read_bytes())
    heap = data.find(b"GCOL")
    data[heap + place:heap + place + len(value)] = value
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(("index", "length"), [
    (b"\0\0", (0).to_bytes(8, "little")),  # free room of no length
    (b"\1\0", (2**64 - 16).to_bytes(8, "little"))])  # with its head it takes 2**64 bytes: none
def test_a_list_of_dimensions_without_end_is_refused_before_the_library_opens_it(tmp_path, index, length):
    path = tmp_path / "a.nc"
    grid_file(path, {"h": (("time", "y", "x"), depth_field())})
    assert endless_heap(path) is None
    _spoilt_heap(path, 16, index + bytes(6) + length)
    heap = path.read_bytes().find(b"GCOL")
    assert endless_heap(path) == heap, "the library would never come back from this file"
    with pytest.raises(InputError, match="a damaged list of dimensions or texts") as refused:
        opened({"netcdf": {"file": "a.nc"}}, tmp_path, city())
    assert f"(byte {heap:,})" in str(refused.value)
    assert "une liste de dimensions ou de textes endommagée (octet" in refusal_text(refused.value, "fr")


def test_lengths_of_four_bytes_are_walked_through_as_well(tmp_path):
    import h5py

    made = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    made.set_sizes(4, 4)
    path = tmp_path / "small.h5"
    with h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, made)) as file:
        file.create_dataset("texts", data=["a", "longer than eight bytes", "c"], dtype=h5py.string_dtype())
    assert endless_heap(path) is None
    _spoilt_heap(path, 16, bytes(12))
    assert endless_heap(path) is not None


def test_a_crs_with_bytes_that_are_no_letters_is_refused(tmp_path):
    grid_file(tmp_path / "a.nc", {"h": (("time", "y", "x"), depth_field())})
    data = (tmp_path / "a.nc").read_bytes()
    assert data.count(b"EPSG:2154") == 1
    (tmp_path / "a.nc").write_bytes(data.replace(b"EPSG:2154", b"EPSG\xff\xc12154"[:9]))
    with pytest.raises(InputError, match=r"expected a CRS") as refused:
        opened({"netcdf": {"file": "a.nc", "variable": "h"}}, tmp_path, city())
    str(refused.value).encode("utf-8")
