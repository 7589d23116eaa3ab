"""The guard where water enters: quantity, unit, band, range and missing values of whatever a file brings."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tests.geodata.waters import CRS, X0, Y0, at, city, opened, raster, terrain
from twin.errors import InputError

#: Ten rows and thirty columns over the city, dry in the east, deeper to the west.
SLOPE = np.clip(np.tile(np.linspace(1.2, -0.4, 30), (10, 1)), 0, None)
RNG = np.random.default_rng(5)


def hilly():
    """Ground that falls from 14 m in the east to 10 m in the west."""
    return terrain(np.tile(np.linspace(10.0, 14.0, 30), (10, 1)))


def water(folder, values, *, flood=None, city_file=None, **options):
    raster(folder / "d.tif", values, **options)
    return opened({"raster": {"file": "d.tif", **(flood or {})}}, folder, city_file or city())


def refused(folder, values, match, **options):
    with pytest.raises(InputError, match=match):
        water(folder, values, **options)


# Unit.


@pytest.mark.parametrize(("tag", "scale"), [("cm", 100), ("mm", 1000), ("ft", 1 / 0.3048), ("metre", 1),
                                            ("US survey foot", 3937 / 1200)])
def test_the_bands_own_unit_tag_counts(tmp_path, tag, scale):
    with rasterio.open(raster(tmp_path / "d.tif", SLOPE * scale), "r+") as dataset:
        dataset.set_band_unit(1, tag)
    found = opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    assert at(found, (5, 50))[0][0] == pytest.approx(1.2, abs=1e-4)
    assert any("band 1 of 1 is taken, in" in note for note in found.notes)


def test_a_tag_that_contradicts_the_scenario_or_is_no_length_is_refused(tmp_path):
    for tag, message in (("cm", r"values in cm, by the file's own tag.*Say `unit: cm`"),
                         ("m/s", "values in 'm/s'; expected depths, in a unit of length")):
        with rasterio.open(raster(tmp_path / "d.tif", SLOPE), "r+") as dataset:
            dataset.set_band_unit(1, tag)
        with pytest.raises(InputError, match=message):
            opened({"raster": {"file": "d.tif", "unit": "m"}}, tmp_path, city())


def texas(folder, crs):
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:2154", "EPSG:2277", always_xy=True).transform(X0, Y0)
    size = 40
    with rasterio.open(folder / "ft.tif", "w", driver="GTiff", width=size, height=size, count=1, dtype="float32",
                       crs=crs, transform=from_origin(x - 4000, y + 4000, 200, 200)) as dataset:
        dataset.write(np.full((size, size), 3.0, np.float32), 1)


def test_a_crs_that_counts_in_feet_asks_for_the_unit_in_either_spelling(tmp_path):
    texas(tmp_path, "EPSG:2277")
    town = city(((0, 0),))
    with pytest.raises(InputError, match=r"a CRS that counts in us-ft, and no unit.*`unit: us-ft` or `unit: m`"):
        opened({"raster": {"file": "ft.tif"}}, tmp_path, town)
    for unit, metres in (("us-ft", 3 * 1200 / 3937), ("us_ft", 3 * 1200 / 3937), ("ft", 0.9144), ("m", 3.0)):
        found = opened({"raster": {"file": "ft.tif", "unit": unit}}, tmp_path, town)
        assert float(next(found.depths(np.arange(1)))[0]) == pytest.approx(metres)


def test_a_vertical_crs_says_the_unit_of_the_values(tmp_path):
    texas(tmp_path, "EPSG:2277+6360")  # NAVD88 height (ftUS)
    found = opened({"raster": {"file": "ft.tif"}}, tmp_path, city(((0, 0),)))
    assert float(next(found.depths(np.arange(1)))[0]) == pytest.approx(3 * 1200 / 3937)
    # GDAL hands the unit of a vertical CRS on as the band's own.
    assert any("in us-ft, as its" in note for note in found.notes)


def test_whole_numbers_that_can_only_be_centimetres_are_asked_about(tmp_path):
    # A puddle typically a hand deep: as metres its values are not beyond belief.
    centimetres = np.round(np.clip(np.tile(np.linspace(1.0, -0.2, 30), (10, 1)), 0, None) ** 3 * 40)
    for dtype in ("float32", "int16"):
        refused(tmp_path, centimetres, r"whole numbers alone, up to 40.*centimetres or millimetres", dtype=dtype)
        found = water(tmp_path, centimetres, dtype=dtype, flood={"unit": "cm"})
        assert at(found, (5, 50))[0] == [pytest.approx(0.4)]


def test_a_typical_depth_beyond_belief_is_asked_about_and_a_stated_unit_is_said(tmp_path):
    refused(tmp_path, SLOPE * 100 + (SLOPE > 0) * 0.3, r"a typical depth of \d\d m.*unit: cm")
    deep = np.where(SLOPE > 0, 14.3, 0)
    refused(tmp_path, deep, "a typical depth of 14 m; expected depths of water above ground, typically below 10 m")
    found = water(tmp_path, deep, flood={"unit": "m"})
    assert "half of its water is deeper than 14 m" in found.doubts[0].en
    assert "plus de 14 m de profondeur" in found.doubts[0].fr
    assert water(tmp_path, deep, flood={"unit": "m", "quantity": "depth"}).doubts == ()


def test_a_depth_above_the_relief_of_the_terrain_is_asked_about(tmp_path):
    # 4 m of relief: 9 m of water over most of it cannot be, 16 m cannot be at all.
    deep = np.where(SLOPE > 0, 9.7, 0.2)
    water(tmp_path, deep, city_file=city(terrain=terrain(np.tile(np.linspace(10, 30, 30), (10, 1)))))
    mixed = np.where(SLOPE > 0, 16.2, 0.0)
    mixed[:, 20:] = 0.3
    mixed[:, 10:20] = np.linspace(0.1, 9, 100).reshape(10, 10)
    flat = terrain(np.tile(np.linspace(10, 10.5, 30), (10, 1)))
    mixed[:, :16] = 16.2
    refused(tmp_path, mixed, "a typical depth of 16 m|over terrain of 0 m of relief", city_file=city(terrain=flat))


# Quantity.


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_mask_is_no_depth_whatever_its_type(tmp_path, dtype):
    refused(tmp_path, SLOPE > 0.3, "nothing but 1 beside what is dry.*a mask of the water", dtype=dtype)
    assert at(water(tmp_path, SLOPE > 0.3, dtype=dtype, flood={"unit": "m"}), (5, 50))[0] == [1.0]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_classes_are_no_depths_whatever_their_type(tmp_path, dtype):
    refused(tmp_path, np.tile([0, 1, 2, 3, 4] * 6, (10, 1)), r"whole numbers 1, 2, 3, 4.*look like classes of depth",
            dtype=dtype)


def test_one_metre_everywhere_is_an_exercise_not_a_mask(tmp_path):
    assert at(water(tmp_path, np.ones((10, 30))), (5, 50))[0] == [1.0]


def test_elevations_in_low_country_are_found_by_the_ground_at_the_waters_edge(tmp_path):
    ground = np.tile(np.linspace(1.0, 5.0, 30), (10, 1))
    town = city(terrain=terrain(ground))
    surface = np.where(ground < 3.2, 3.2, np.nan)
    refused(tmp_path, surface, r"values that stand 0\.\d+ m from the ground at the water's edge.*quantity: surface",
            city_file=town)
    found = water(tmp_path, surface, city_file=town, flood={"quantity": "surface"})
    assert at(found, (5, 50), (95, 50))[0] == pytest.approx([2.2, 3.2 - ground[0, 9]], abs=1e-4)
    # Real depths over the same ground pass, and so do they when it is said what they are.
    depth = np.clip(3.2 - ground, 0, None)
    assert water(tmp_path, depth, city_file=town).doubts == ()


def test_an_elevation_of_the_surface_is_turned_over_the_terrain(tmp_path):
    found = water(tmp_path, np.full((10, 30), 12.0), city_file=city(terrain=hilly()), flood={"quantity": "surface"})
    ground = np.linspace(10.0, 14.0, 30)
    assert at(found, (5, 50), (55, 50), (255, 50))[0] == pytest.approx([12 - ground[0], 12 - ground[5], 0.0], abs=1e-4)
    assert found.depth_error_m == pytest.approx(0.1)
    assert any("those above the city's terrain" in note for note in found.notes)


def test_a_coarse_surface_is_read_on_the_finer_ground(tmp_path):
    fine = terrain(np.tile(np.linspace(10.0, 14.0, 60), (20, 1)), cell=5.0)
    found = water(tmp_path, np.full((2, 6), 12.0), cell=50, city_file=city(terrain=fine), flood={"quantity": "surface"})
    assert abs(found.grid.transform[0]) == 5.0
    assert at(found, (2, 50), (12, 50))[0] == pytest.approx([2.0, 12 - np.linspace(10, 14, 60)[2]], abs=1e-4)


def test_a_surface_without_terrain_or_of_another_datum_is_refused(tmp_path):
    refused(tmp_path, np.full((10, 30), 12.0), "a city without terrain", flood={"quantity": "surface"})
    refused(tmp_path, np.full((10, 30), 112.0), r"stands typically \+100\.0 m from the ground",
            city_file=city(terrain=hilly()), flood={"quantity": "surface"})


def test_missing_surfaces_are_unknown_or_dry_as_said(tmp_path):
    values = np.full((10, 30), 12.0)
    values[:, 20:] = -9999
    raster(tmp_path / "d.tif", values, nodata=-9999)
    for nodata, east in (("auto", -1.0), ("dry", 0.0)):
        found = opened({"raster": {"file": "d.tif", "quantity": "surface"}, "nodata": nodata}, tmp_path,
                       city(terrain=hilly()))
        assert at(found, (255, 50))[0] == [east]


# Range and missing values.


@pytest.mark.parametrize("value", [-1.6e6, -3e38, 1.0e6, -2e4, 5e3, 2.0e19])
def test_values_that_no_water_has_are_refused_and_never_dry(tmp_path, value):
    values = SLOPE.copy()
    values[3, 4] = value
    refused(tmp_path, values, r"a depth of .*the file may be damaged|a depth of .*The file may be damaged")


@pytest.mark.parametrize("by", [1, 2, 3, 13])
def test_bytes_that_moved_within_a_file_are_no_dry_night(tmp_path, by):
    moved = np.frombuffer((bytes(by) + np.full(SLOPE.shape, 0.5, np.float32).tobytes())[:4 * SLOPE.size], np.float32)
    refused(tmp_path, moved.reshape(SLOPE.shape), r"values of almost 0 .*Bytes are lost or added")
    few = SLOPE.astype(np.float32)
    few[0, :3] = np.float32(1e-41)  # water that dies away
    assert np.isfinite(at(water(tmp_path, few), (105, 50))[0]).all()


@pytest.mark.parametrize("code", [-9999, -99999, -999, -32768, 9999, 1e20, 1e30, -3.4028234663852886e38, 1.70141e38,
                                  9.969209968386869e36])
def test_a_code_that_no_header_declares_is_missing_and_said(tmp_path, code):
    values = SLOPE.copy()
    values[:, :10] = code
    found = water(tmp_path, values)
    assert at(found, (5, 50), (105, 50))[0] == [-1.0, pytest.approx(SLOPE[0, 10], abs=1e-4)]
    assert "100 values are codes for missing" in found.doubts[0].en
    assert "100 valeurs sont des codes d’absence" in found.doubts[0].fr
    raster(tmp_path / "d.tif", values, nodata=code)
    assert opened({"raster": {"file": "d.tif"}}, tmp_path, city()).doubts == ()


def test_a_scale_factor_of_zero_is_refused(tmp_path):
    for scale in (0.0, float("nan")):
        with rasterio.open(raster(tmp_path / "d.tif", SLOPE), "r+") as dataset:
            dataset.scales = (scale,)
        with pytest.raises(InputError, match="a scale factor of"):
            opened({"raster": {"file": "d.tif"}}, tmp_path, city())


def test_negative_depths_beyond_rounding_are_said(tmp_path):
    found = water(tmp_path, np.where(SLOPE > 0, SLOPE, -0.8))
    dry = int(np.count_nonzero(SLOPE == 0))
    assert f"{dry} values lie below 0 (down to -0.80 m)" in found.doubts[0].en
    assert "jusqu’à -0,80 m" in found.doubts[0].fr
    assert water(tmp_path, np.where(SLOPE > 0, SLOPE, -0.01)).doubts == ()


def test_a_declared_0_is_said_where_the_scenario_says_nothing(tmp_path):
    assert "declares 0 as missing" in water(tmp_path, SLOPE, nodata=0).doubts[0].en
    found = opened({"raster": {"file": "d.tif"}, "nodata": "dry"}, tmp_path, city())
    assert found.doubts == ()


# Bands.


def several(folder, count, **options):
    with rasterio.open(folder / "d.tif", "w", driver="GTiff", width=30, height=10, count=count, dtype="float32",
                       crs=CRS, transform=from_origin(X0, Y0 + 100, 10, 10), **options) as dataset:
        for band in range(1, count + 1):
            dataset.write((SLOPE * band / 10).astype(np.float32), band)
            dataset.set_band_description(band, f"frame {band}")


def test_one_of_several_bands_is_never_taken_in_silence(tmp_path):
    several(tmp_path, 3)
    with pytest.raises(InputError, match=r"3 bands \(1 'frame 1', 2 'frame 2', 3 'frame 3'\) and none named"):
        opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    found = opened({"raster": {"file": "d.tif", "band": 2}}, tmp_path, city())
    assert at(found, (5, 50))[0] == [pytest.approx(0.24)]
    assert any("band 2 of 3 'frame 2' is taken" in note for note in found.notes)


def test_a_band_that_only_says_which_cells_are_seen_does_not_count(tmp_path):
    from rasterio.enums import ColorInterp

    several(tmp_path, 2)
    with rasterio.open(tmp_path / "d.tif", "r+") as dataset:
        dataset.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
        dataset.write(np.full((10, 30), 255, np.float32), 2)
    assert at(opened({"raster": {"file": "d.tif"}}, tmp_path, city()), (5, 50))[0] == [pytest.approx(0.12)]


# Series.


def test_the_whole_series_is_judged_not_its_middle(tmp_path):
    for i in range(5):
        raster(tmp_path / f"d_{i}.tif", SLOPE * 0.1 * i)
    raster(tmp_path / "d_4.tif", np.where(SLOPE > 0, 31.7, 0))
    found = opened({"rasters": {"files": "d_*.tif", "step": "15min"}}, tmp_path, city())
    with pytest.raises(InputError, match=r"d_4\.tif.*a typical depth of 32 m"):
        list(found.depths(np.arange(3)))


def test_doubts_of_a_series_are_complete_once_it_was_read_and_not_doubled(tmp_path):
    for i in range(3):
        raster(tmp_path / f"d_{i}.tif", np.where(SLOPE > 0, SLOPE, -0.8))
    found = opened({"rasters": {"files": "d_*.tif", "step": "30min"}}, tmp_path, city())
    assert found.doubts == ()
    for _ in range(2):
        list(found.depths(np.arange(3)))
        assert len(found.doubts) == 1
        assert f"{3 * int(np.count_nonzero(SLOPE == 0))} values lie below 0" in found.doubts[0].en


def test_a_frame_lost_in_a_counted_series_is_named(tmp_path):
    for i in (0, 1, 2, 4, 5):
        raster(tmp_path / f"d_{i:02d}.tif", SLOPE * 0.1 * i)
    with pytest.raises(InputError, match=r"d_03\.tif: found 5 files whose numbers leave out d_03\.tif"):
        opened({"rasters": {"files": "d_*.tif", "step": "12min"}}, tmp_path, city())
    found = opened({"rasters": {"files": "d_*.tif", "pattern": "d_{h}.tif"}, "after": "hold"}, tmp_path, city(),
                   duration_s=5 * 3600)
    assert "no frame between +2.00 h and +4.00 h" in found.doubts[0].en


def test_a_frame_without_any_value_between_others_is_refused_and_never_dry(tmp_path):
    for i in range(4):
        raster(tmp_path / f"d_{i}.tif", np.full((10, 30), -9999.0) if i == 2 else SLOPE, nodata=-9999)
    flood = {"rasters": {"files": "d_*.tif", "step": "20min"}}
    found = opened(flood, tmp_path, city())
    with pytest.raises(InputError, match=r"d_2\.tif: found 1 frame without any value"):
        list(found.depths(np.arange(3)))
    dry = opened({**flood, "nodata": "dry"}, tmp_path, city())
    list(dry.depths(np.arange(3)))
    assert "Frames without any value between frames that have some (d_2.tif)" in dry.doubts[0].en


def test_a_rotated_raster_is_sampled_where_its_cells_lie(tmp_path):
    values = RNG.random((40, 40)).astype(np.float32) / 2
    turned = rasterio.Affine.rotation(90) @ rasterio.Affine.scale(10, -10)
    transform = rasterio.Affine.translation(X0 - 20, Y0 - 20) @ turned
    with rasterio.open(tmp_path / "d.tif", "w", driver="GTiff", width=40, height=40, count=1, dtype="float32", crs=CRS,
                       transform=transform) as dataset:
        dataset.write(values, 1)
    assert abs(transform.a) < 1e-9 < abs(transform.b)
    found = opened({"raster": {"file": "d.tif"}}, tmp_path, city())
    x, y = transform @ (7.5, 20.5)
    assert at(found, (x - X0, y - Y0))[0] == [pytest.approx(values[20, 7], abs=1e-4)]
