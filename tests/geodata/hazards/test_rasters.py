"""Depth rasters, series and single ones: their times, their missing values, their grids."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import rasterio
from pydantic import ValidationError

from geodata.hazards import FloodSpec
from geodata.inputs.times import moment_s
from tests.geodata.waters import X0, Y0, at, city, opened, raster
from twin.errors import InputError
from twin.water.hazard import WATER_STEPS_M, Hazard

#: Ten rows and thirty columns over the city.
FLAT = np.zeros((10, 30))


def series(folder, values, names=None):
    for i, value in enumerate(values):
        raster(folder / (names[i] if names else f"d_{i}.tif"), FLAT + value)


def test_a_series_by_step_is_read_frame_by_frame(tmp_path):
    series(tmp_path, [0.0, 0.5, 1.0])
    water = opened({"rasters": {"files": "d_*.tif", "step": "30min"}}, tmp_path, city())
    assert isinstance(water, Hazard)
    assert water.times_s.tolist() == [0, 1800, 3600]
    assert at(water, (50, 50)) == [[0.0], [0.5], [1.0]]


def test_numbers_in_names_are_counted_as_numbers(tmp_path):
    series(tmp_path, [0.1, 0.2, 0.3], ["d2.tif", "d10.tif", "d1.tif"])
    water = opened({"rasters": {"files": "d*.tif", "step": "30min"}}, tmp_path, city())
    assert at(water, (50, 50)) == [[0.3], [0.1], [0.2]]


@pytest.mark.parametrize(("names", "clock"), [
    (["d_20261122T1600.tif", "d_20261122T1700.tif"], {}),
    (["d_202611221600.tif", "d_202611221700.tif"], {"pattern": "d_%Y%m%d%H%M.tif"}),
    (["d_0.tif", "d_60.tif"], {"pattern": "d_{min}.tif"}),
    (["a.tif", "b.tif"], {"times": ["16:00", "+1h"]}),
    (["a.tif", "b.tif"], {"times": ["2026-11-22T15:00Z", "2026-11-22T17:00+01:00"]}),
])
def test_times_from_names_pattern_or_list(tmp_path, names, clock):
    series(tmp_path, [0.1, 0.2], names)
    water = opened({"rasters": {"files": tuple(names), **clock}}, tmp_path, city())
    assert water.times_s.tolist() == [0, 3600]


def test_frames_outside_the_run_are_not_read(tmp_path):
    series(tmp_path, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    water = opened({"rasters": {"files": "d_*.tif", "step": "30min", "first": "-45min"}}, tmp_path, city(), 1800)
    assert water.times_s.tolist() == [-900, 900, 2700]
    assert at(water, (50, 50)) == [[0.2], [0.3], [0.4]]


def test_only_the_part_over_the_city_is_read(tmp_path):
    big = np.arange(500 * 600).reshape(500, 600) / 1e5
    raster(tmp_path / "d_0.tif", big, west=-2000, north=3000)
    water = opened({"rasters": {"files": "d_0.tif", "step": "1h"}, "after": "hold"}, tmp_path, city())
    assert water.grid.rows < 100
    assert water.grid.columns < 100
    row, column = (3000 - 50) // 10, (2000 + 50) // 10
    assert at(water, (50, 50))[0][0] == pytest.approx(big[row, column], abs=1e-4)


@pytest.mark.parametrize(("value", "nodata"), [
    (-9999, -9999), (-99999, None), (-32768, None), (-3.4028230607e38, None), (np.inf, None), (np.nan, None),
    (1e20, None), (-3.4028234663852886e38, -3.4028234663852886e38), (255, 255)])
def test_missing_values_of_every_sort_are_unknown_unless_said_dry(tmp_path, value, nodata):
    values = FLAT + 0.4
    values[:, :10] = value
    raster(tmp_path / "d.tif", values, nodata=nodata)
    for said, expected in (("auto", -1.0), ("unknown", -1.0), ("dry", 0.0)):
        water = opened({"raster": {"file": "d.tif"}, "nodata": said}, tmp_path, city())
        assert at(water, (50, 50), (150, 50))[0] == [expected, 0.4]
        assert any("Missing values" in note for note in water.notes)


def test_a_declared_0_means_dry(tmp_path):
    values = FLAT + 0.4
    values[:, :10] = 0
    raster(tmp_path / "d.tif", values, nodata=0)
    assert at(opened({"raster": {"file": "d.tif"}}, tmp_path, city()), (50, 50))[0] == [0.0]


def test_negative_depths_are_dry(tmp_path):
    raster(tmp_path / "d.tif", FLAT - 0.02)
    assert at(opened({"raster": {"file": "d.tif"}}, tmp_path, city()), (50, 50))[0] == [0.0]


def test_centimetres_are_metres_when_said(tmp_path):
    raster(tmp_path / "d.tif", FLAT + 45, dtype="int16")
    water = opened({"raster": {"file": "d.tif", "unit": "cm"}}, tmp_path, city())
    assert at(water, (50, 50))[0] == [pytest.approx(0.45)]


def test_packed_depths_are_unpacked_as_the_file_says(tmp_path):
    values = FLAT + 45
    values[:, :10] = -999
    with rasterio.open(raster(tmp_path / "d.tif", values, dtype="int16", nodata=-999), "r+") as dataset:
        dataset.scales, dataset.offsets = (0.01,), (0.0,)
    water = opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50))[0] == [-1.0, pytest.approx(0.45)]


def test_a_raster_held_for_a_period_comes_and_goes_at_its_seconds(tmp_path):
    raster(tmp_path / "d.tif", FLAT + 0.6)
    water = opened({"raster": {"file": "d.tif", "from": "+10min", "to": "+40min"}}, tmp_path, city())
    assert water.times_s.tolist() == [599, 600, 2399, 2400, 3600]
    assert at(water, (50, 50)) == [[0.0], [0.6], [0.6], [0.0], [0.0]]
    always = opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    assert always.times_s.tolist() == [0, 3600]


def test_the_envelope_comes_with_the_frames_and_alone(tmp_path):
    rng = np.random.default_rng(3)
    frames = [np.where(rng.random((10, 30)) < 0.3, 0, rng.random((10, 30))).astype("float32") for _ in range(5)]
    frames[2][0, 0] = np.nan
    for i, frame in enumerate(frames):
        raster(tmp_path / f"d_{i}.tif", frame)
    spec = {"rasters": {"files": "d_*.tif", "step": "15min"}}
    water = opened(spec, tmp_path, city())
    list(water.depths(np.arange(3)))
    alone = opened(spec, tmp_path, city()).envelope()
    depth = np.nan_to_num(np.stack(frames))
    np.testing.assert_array_equal(water.envelope().peak_m, depth.max(axis=0))
    for s, step in enumerate(WATER_STEPS_M):
        wet = depth >= np.float32(step)
        np.testing.assert_array_equal(alone.first[s], np.where(wet.any(axis=0), wet.argmax(axis=0), -1))
        np.testing.assert_array_equal(alone.last[s], np.where(wet.any(axis=0), 4 - wet[::-1].argmax(axis=0), -1))


def test_an_asc_or_wd_file_takes_its_crs_from_the_scenario(tmp_path):
    header = f"ncols 30\nnrows 10\nxllcorner {X0}\nyllcorner {Y0}\ncellsize 10\nNODATA_value -9999\n"
    (tmp_path / "res-0000.wd").write_text(header + "\n".join([" ".join(["0.25"] * 30)] * 10) + "\n")
    with pytest.raises(InputError, match=r"res-0000\.wd.*no CRS"):
        opened({"rasters": {"files": "res-*.wd", "step": "1h"}, "after": "hold"}, tmp_path, city())
    water = opened({"rasters": {"files": "res-*.wd", "step": "1h", "crs": "EPSG:2154"}, "after": "hold"}, tmp_path,
                   city())
    assert at(water, (50, 50)) == [[0.25]]


def test_water_that_ends_before_the_run_is_refused_unless_said(tmp_path):
    series(tmp_path, [0.1, 0.2])
    flood = {"rasters": {"files": "d_*.tif", "step": "30min"}}
    with pytest.raises(InputError, match="ends 1800 s after the start"):
        opened(flood, tmp_path, city())
    assert opened({**flood, "after": "dry"}, tmp_path, city()).after == "dry"


def test_rasters_on_two_grids_are_refused_with_both(tmp_path):
    raster(tmp_path / "d_0.tif", FLAT)
    raster(tmp_path / "d_1.tif", np.zeros((20, 60)), cell=5)
    water = opened({"rasters": {"files": "d_*.tif", "step": "1h"}}, tmp_path, city())
    with pytest.raises(InputError, match=r"d_1\.tif.*60 x 20 cells of 5.*30 x 10 cells of 10"):
        list(water.depths(np.arange(2)))


def test_a_truncated_raster_is_named(tmp_path):
    raster(tmp_path / "d.tif", np.random.default_rng(1).random((300, 300)))
    data = (tmp_path / "d.tif").read_bytes()
    (tmp_path / "d.tif").write_bytes(data[:len(data) // 2])
    with pytest.raises(InputError, match=r"d\.tif"):
        list(opened({"raster": {"file": "d.tif"}}, tmp_path, city()).depths(np.arange(2)))


def test_classes_posing_as_depth_are_refused(tmp_path):
    values = np.tile(np.array([0, 1, 2, 3, 4, 255] * 5), (10, 1))
    raster(tmp_path / "d.tif", values, dtype="uint8", nodata=255)
    with pytest.raises(InputError, match="look like classes of depth"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())


def test_water_levels_posing_as_depth_are_refused(tmp_path):
    raster(tmp_path / "d.tif", FLAT + 212.4)
    with pytest.raises(InputError, match="look like altitudes"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())


def test_a_raster_that_does_not_meet_the_city_is_refused_with_both_extents(tmp_path):
    raster(tmp_path / "d.tif", FLAT, west=50_000)
    with pytest.raises(InputError, match=r"750000.*EPSG:2154.*700050.*EPSG:2154"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())


def test_metres_posing_as_degrees_are_refused(tmp_path):
    raster(tmp_path / "d.tif", FLAT, crs="EPSG:4326")
    with pytest.raises(InputError, match="metres or feet"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    assert at(opened({"raster": {"file": "d.tif", "crs": "EPSG:2154"}}, tmp_path, city()), (50, 50))[0] == [0.0]


@pytest.mark.parametrize(("flood", "message"), [
    ({"rasters": {"files": "nothing_*.tif", "step": "1h"}}, "no file like"),
    ({"rasters": {"files": ("a.tif", "b.tif"), "step": "1h"}}, "2 files that do not exist"),
    ({"raster": {"file": "nothing.tif"}}, "no such file"),
    ({"raster": {"file": "words.tif"}}, "cannot read"),
    ({"rasters": {"files": "plain.tif"}}, "no date and time in the name"),
    ({"rasters": {"files": "plain.tif", "times": ("+1h", "+2h")}}, "2 times for 1 files"),
    ({"rasters": {"files": "plain.tif", "times": ("tomorrow",)}}, "a moment"),
    ({"rasters": {"files": "plain.tif", "pattern": "d_%Y.tif"}}, "a pattern that every file follows"),
    ({"raster": {"file": "plain.tif", "band": 2}}, "band 2"),
    ({"raster": {"file": "plain.tif", "crs": "Lambert"}}, "'Lambert'"),
    ({"raster": {"file": "plain.tif", "from": "+2h", "to": "+1h"}}, "after `from`"),
])
def test_what_cannot_be_read_is_said(tmp_path, flood, message):
    raster(tmp_path / "plain.tif", FLAT)
    (tmp_path / "words.tif").write_text("not a raster")
    with pytest.raises(InputError, match=message):
        opened(flood, tmp_path, city())


def test_times_that_repeat_are_refused_with_both_files(tmp_path):
    series(tmp_path, [0.1, 0.2], ["a.tif", "b.tif"])
    with pytest.raises(InputError, match=r"a\.tif, b\.tif.*times that increase"):
        opened({"rasters": {"files": ("a.tif", "b.tif"), "times": ("+1h", "+1h")}}, tmp_path, city())


def test_a_flood_has_exactly_one_source():
    with pytest.raises(ValidationError, match="exactly one source; found none"):
        FloodSpec.model_validate({"after": "hold"})
    with pytest.raises(ValidationError, match="found rasters, raster"):
        FloodSpec.model_validate({"raster": {"file": "a"}, "rasters": {"files": "a"}})
    with pytest.raises(ValidationError, match="exactly one of times, pattern and step"):
        FloodSpec.model_validate({"rasters": {"files": "a", "step": "1h", "times": ["+1h"]}})


def test_a_series_in_two_crs_is_refused_unless_the_scenario_says_which(tmp_path):
    raster(tmp_path / "d_0.tif", FLAT)
    raster(tmp_path / "d_1.tif", FLAT + 1, crs="EPSG:32631")
    said = {"files": "d_*.tif", "step": "1h"}
    with pytest.raises(InputError, match=r"d_1\.tif.* a raster in EPSG:32631; expected EPSG:2154, as in the first"):
        at(opened({"rasters": said}, tmp_path, city()), (50, 50))
    assert at(opened({"rasters": {**said, "crs": "EPSG:2154"}}, tmp_path, city()), (50, 50)) == [[0.0], [1.0]]


@pytest.mark.parametrize("cell", [0.0, float("nan")])
def test_a_raster_without_a_size_of_its_cells_is_refused(tmp_path, cell):
    with rasterio.open(tmp_path / "d.tif", "w", driver="GTiff", width=30, height=10, count=1, dtype="float32",
                       crs="EPSG:2154", transform=rasterio.Affine(10.0, 0.0, X0, 0.0, cell, Y0)) as file:
        file.write(FLAT.astype(np.float32), 1)
    with pytest.raises(InputError, match=r"d\.tif.*where its cells lie"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())


@pytest.mark.parametrize("files", ["", []])
def test_a_series_without_a_file_is_refused(files):
    with pytest.raises(ValidationError, match="at least 1"):
        FloodSpec.model_validate({"rasters": {"files": files, "step": "60s"}})


@pytest.mark.parametrize("start", ["2026-10-24T20:00:00+02:00", "2026-10-24T18:00:00+00:00"])
def test_times_of_day_follow_the_clocks_through_the_night_on_which_they_change(tmp_path, start):
    raster(tmp_path / "d.tif", FLAT + 0.4)
    water = opened({"raster": {"file": "d.tif", "from": "06:00"}}, tmp_path, city(), duration_s=14 * 3600,
                   start=datetime.fromisoformat(start))
    # 06:00 in Paris is 05:00 UTC by then. A start in another zone's time keeps to that.
    assert water.times_s[1] == (11 if start.endswith("+02:00") else 12) * 3600


@pytest.mark.parametrize(("start", "clock", "hours"), [
    ("2026-10-24T20:00", "02:30", 6.5), ("2026-10-25T02:40", "02:30", 5 / 6), ("2026-10-24T20:00", "19:00", 24),
    ("2026-03-28T20:00", "03:30", 6.5)])
def test_a_time_of_day_is_the_first_from_the_start_on(start, clock, hours):
    begin = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Europe/Paris"))
    assert moment_s(clock, begin, field="from") == hours * 3600


def test_a_time_that_the_clocks_skip_is_refused():
    begin = datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Paris"))
    with pytest.raises(InputError, match="the clocks show that night"):
        moment_s("02:30", begin, field="from")


def test_a_city_without_assets_has_water_all_the_same(tmp_path):
    series(tmp_path, [0.5])
    water = opened({"raster": {"file": "d_0.tif"}}, tmp_path, city(np.zeros((0, 2))))
    assert water.grid.columns == 30
