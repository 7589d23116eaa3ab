"""Extents with depth classes, and catalogues of flood maps by gauge level."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.geodata.waters import X0, Y0, at, city, opened, raster, terrain
from twin.errors import InputError
from twin.water.hazard import WATER_STEPS_M

FLAT = np.zeros((10, 30))


def polygons(path, *rows):
    """Write rectangles ``(west, south, east, north, attributes)`` relative to the city's corner as GeoJSON."""
    features = [{"type": "Feature", "properties": attributes, "geometry": {"type": "Polygon", "coordinates": [[
        [X0 + x, Y0 + y] for x, y in ((w, s), (e, s), (e, n), (w, n), (w, s))]]}}
        for w, s, e, n, attributes in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, "crs": {
        "type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}}))


def test_tri_classes_count_their_midpoint_and_say_so(tmp_path):
    polygons(tmp_path / "n_iso_ht.geojson", (0, 0, 100, 100, {"ht_min": 0.0, "ht_max": 0.5}),
             (100, 0, 200, 100, {"ht_min": 2.0, "ht_max": None}))
    water = opened({"extents": {"file": "n_iso_ht.geojson"}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50), (250, 50))[0] == [0.25, 2.5, 0.0]
    assert water.depth_error_m == 0.25
    assert "holds classes of depth" in water.notes[0]


@pytest.mark.parametrize(("rule", "depths"), [("upper", [0.5, 1.0]), ("lower", [0.0, 0.5]), ("midpoint", [0.25, 0.75])])
def test_cnig_classes_are_known(tmp_path, rule, depths):
    polygons(tmp_path / "zone.geojson", (0, 0, 100, 100, {"palier_hauteur": "Inf05"}),
             (100, 0, 200, 100, {"palier_hauteur": "05-1m"}))
    water = opened({"extents": {"file": "zone.geojson", "depth": rule}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50))[0] == depths


def test_own_classes_are_explained_in_the_scenario(tmp_path):
    polygons(tmp_path / "zone.geojson", (0, 0, 100, 100, {"alea": "Fort"}))
    flood = {"extents": {"file": "zone.geojson", "class_column": "alea", "classes": {"fort": [1.0, 2.0]}}}
    assert at(opened(flood, tmp_path, city()), (50, 50))[0] == [1.5]
    with pytest.raises(InputError, match=r"fort.*nobody explains"):
        opened({"extents": {"file": "zone.geojson", "class_column": "alea"}}, tmp_path, city())


def test_bare_outlines_take_the_depth_that_the_scenario_states_and_its_error_is_as_large(tmp_path):
    polygons(tmp_path / "zone.geojson", (0, 0, 100, 100, {"nom": "Crue de 1910"}))
    with pytest.raises(InputError, match=r"one depth for all inside `extents`: `depth_m: 0\.5`"):
        opened({"extents": {"file": "zone.geojson"}}, tmp_path, city())
    water = opened({"extents": {"file": "zone.geojson", "depth_m": 0.6}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50))[0] == pytest.approx([0.6, 0.0])
    assert water.depth_error_m == 0.6
    assert water.notes[0] == ("zone.geojson holds no depths: 0.6 m is taken in every shape, as the scenario says, and "
                              "may be wrong by as much. Nothing is then surely out: a column of depths, or "
                              "`depth_error_m` under `flood`, says how sure it is.")
    known = opened({"extents": {"file": "zone.geojson", "depth_m": 0.6}, "depth_error_m": 0.1}, tmp_path, city())
    assert known.depth_error_m == 0.1
    assert known.notes[0] == ("zone.geojson holds no depths: 0.6 m, 0.1 m more or less, is taken in every shape, as "
                              "the scenario says.")
    with pytest.raises(ValueError, match="beside a column of depths or classes"):
        opened({"extents": {"file": "zone.geojson", "depth_m": 0.6, "depth_column": "nom"}}, tmp_path, city())


def test_where_classes_overlap_the_deeper_counts(tmp_path):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"ht_min": 1, "ht_max": 2}),
             (0, 0, 100, 100, {"ht_min": 0, "ht_max": 0.5}))
    assert at(opened({"extents": {"file": "z.geojson"}}, tmp_path, city()), (50, 50))[0] == [1.5]


def test_outside_the_extents_is_dry_or_unknown_as_said(tmp_path):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"ht_min": 0, "ht_max": 0.5}))
    flood = {"extents": {"file": "z.geojson", "from": "+10min", "to": "+20min"}}
    assert at(opened({**flood, "nodata": "unknown"}, tmp_path, city()), (250, 50))[0] == [-1.0]
    held = opened(flood, tmp_path, city())
    assert held.times_s.tolist() == [599, 600, 1199, 1200, 3600]


def test_extents_that_cannot_be_used_are_refused(tmp_path):
    polygons(tmp_path / "far.geojson", (90_000, 0, 90_100, 100, {"ht_min": 0, "ht_max": 0.5}))
    polygons(tmp_path / "plain.geojson", (0, 0, 100, 100, {"name": "zone"}))
    polygons(tmp_path / "upside.geojson", (0, 0, 100, 100, {"low": -1, "high": 0.5}))
    for flood, message in (({"file": "far.geojson"}, "extents that meet the city"),
                           ({"file": "plain.geojson"}, "ht_min and ht_max, palier_hauteur, or a column"),
                           ({"file": "none.geojson"}, "no such file"),
                           ({"file": "upside.geojson", "min_column": "low", "max_column": "high"}, "upside down")):
        with pytest.raises(InputError, match=message):
            opened({"extents": flood}, tmp_path, city())


@pytest.mark.parametrize(("name", "scale"), [("depth", 1), ("hauteur_cm", 100), ("Profondeur (mm)", 1000), ("hmax", 1)])
def test_one_depth_column_is_found_and_its_unit_read(tmp_path, name, scale):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"id": 1, name: 0.45 * scale}),
             (100, 0, 200, 100, {"id": 2, name: 1.2 * scale}))
    flood = {"extents": {"file": "z.geojson", **({"depth_column": name} if "(" in name else {})}}
    water = opened(flood, tmp_path, city())
    assert at(water, (50, 50), (150, 50), (250, 50))[0] == pytest.approx([0.45, 1.2, 0.0])
    assert water.depth_error_m == 0.0
    assert f"column '{name}' holds the depth of each of 2 shapes" in water.notes[0]


def test_a_depth_column_passes_the_guard(tmp_path):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"prof": 45.5}), (100, 0, 200, 100, {"prof": 120.5}))
    with pytest.raises(InputError, match="a typical depth of 83 m"):
        opened({"extents": {"file": "z.geojson"}}, tmp_path, city())
    water = opened({"extents": {"file": "z.geojson", "unit": "cm"}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50))[0] == pytest.approx([0.455, 1.205])
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"prof": -9999}), (100, 0, 200, 100, {"prof": 1.2}),
             (50, 0, 100, 100, {"prof": None}))
    water = opened({"extents": {"file": "z.geojson"}}, tmp_path, city())
    assert at(water, (20, 50), (150, 50))[0] == [-1.0, pytest.approx(1.2)]
    assert "codes for missing" in water.doubts[0].en
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"prof": "٣"}))
    with pytest.raises(InputError, match="in record 1; expected depths in metres"):
        opened({"extents": {"file": "z.geojson"}}, tmp_path, city())


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (-1.0, 0.5)])
def test_a_class_whose_bounds_are_upside_down_is_refused(tmp_path, low, high):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"ht_min": 0.0, "ht_max": 0.5}),
             (100, 0, 200, 100, {"ht_min": low, "ht_max": high}))
    with pytest.raises(InputError, match=r"in record 2 \(of 1 such\), below 0 or upside down; expected 0 <= lower < "
                                         r"upper"):
        opened({"extents": {"file": "z.geojson"}}, tmp_path, city())
    rule = {"class_column": "c", "classes": {"x": [low, high]}}
    polygons(tmp_path / "c.geojson", (0, 0, 100, 100, {"c": "x"}))
    with pytest.raises(InputError, match="upside down"):
        opened({"extents": {"file": "c.geojson", **rule}}, tmp_path, city())


@pytest.mark.parametrize("top", [None, 0, 99, 999])
def test_an_open_class_has_no_upper_bound_or_one_of_the_nines(tmp_path, top):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"ht_min": 2.0, "ht_max": top}))
    assert at(opened({"extents": {"file": "z.geojson"}}, tmp_path, city()), (50, 50))[0] == [2.5]


def test_classes_in_centimetres_are_asked_about(tmp_path):
    polygons(tmp_path / "z.geojson", (0, 0, 100, 100, {"ht_min": 0, "ht_max": 50}),
             (100, 0, 200, 100, {"ht_min": 50, "ht_max": 100}))
    with pytest.raises(InputError, match=r"a class with a bound of 100, and no unit.*unit: cm"):
        opened({"extents": {"file": "z.geojson"}}, tmp_path, city())
    water = opened({"extents": {"file": "z.geojson", "unit": "cm"}}, tmp_path, city())
    assert at(water, (50, 50), (150, 50))[0] == [0.25, 0.75]


def test_one_of_several_layers_is_never_taken_in_silence(tmp_path):
    import pyogrio
    import shapely

    for name in ("q10", "q100"):
        square = np.array([shapely.box(X0, Y0, X0 + 100, Y0 + 100)], object)
        pyogrio.raw.write(tmp_path / "z.gpkg", shapely.to_wkb(square), [np.array([0.4])], ["depth"],
                          geometry_type="Polygon", crs="EPSG:2154", layer=name, append=(tmp_path / "z.gpkg").exists())
    with pytest.raises(InputError, match="2 layers and none named; expected one of q10, q100"):
        opened({"extents": {"file": "z.gpkg"}}, tmp_path, city())
    assert at(opened({"extents": {"file": "z.gpkg", "layer": "q10"}}, tmp_path, city()), (50, 50))[0] == [0.4]


def catalogue(folder, levels, **options):
    """Write three maps: at 1 m the west is wet, at 2 m the middle too, at 3 m deeper; give the flood."""
    low, middle, high = FLAT.copy(), FLAT.copy(), FLAT.copy()
    low[:, :10] = 0.2
    middle[:, :10], middle[:, 10:20] = 1.0, 0.5
    high[:, :10], high[:, 10:20] = 2.0, 1.5
    for name, values in (("low", low), ("middle", middle), ("high", high)):
        raster(folder / f"{name}.tif", values)
    return {"catalogue": {"levels": levels, "datum": "gauge", "maps": [
        {"level_m": 1.0, "file": "low.tif"}, {"level_m": 2.0, "file": "middle.tif"},
        {"level_m": 3.0, "file": "high.tif"}], **options}}


def test_the_hydrograph_picks_and_interpolates(tmp_path):
    levels = [["+0h", 0.5], ["+20min", 1.0], ["+40min", 1.5], ["+1h", 3.0]]
    water = opened(catalogue(tmp_path, levels), tmp_path, city())
    by_time = dict(zip(water.times_s.tolist(), at(water, (50, 50), (150, 50), (250, 50)), strict=True))
    assert by_time[0] == [0.0, 0.0, 0.0]
    assert by_time[1200] == [0.2, 0.0, 0.0]
    # The middle is 0.5 m deep at 2 m: water that rises by 0.8 m from 1 m on reaches it at 1.375 m.
    assert by_time[2400] == pytest.approx([0.6, 0.1, 0.0])
    assert by_time[3600] == [2.0, 1.5, 0.0]


def test_above_the_highest_map_dry_ground_is_unknown_and_wet_ground_stays_wet(tmp_path):
    water = opened(catalogue(tmp_path, [["+0h", 2.0], ["+1h", 3.5]]), tmp_path, city())
    assert at(water, (50, 50), (150, 50), (250, 50))[-1] == [2.0, 1.5, -1.0]
    assert any("above the highest map (3 m)" in note for note in water.notes)


def test_the_envelope_is_that_of_the_frames(tmp_path):
    levels = [["+0h", 0.5], ["+20min", 2.7], ["+30min", 1.2], ["+45min", 2.9], ["+1h", 0.0]]
    water = opened(catalogue(tmp_path, levels), tmp_path, city())
    depth = np.array([f.copy() for f in water.depths(np.arange(water.grid.cells))])
    found = water.envelope()
    np.testing.assert_allclose(found.peak_m.ravel(), depth.max(axis=0), atol=1e-6)
    for s, step in enumerate(WATER_STEPS_M):
        wet = depth >= step - 1e-6
        last = len(depth) - 1 - wet[::-1].argmax(axis=0)
        np.testing.assert_array_equal(found.first[s].ravel(), np.where(wet.any(axis=0), wet.argmax(axis=0), -1))
        np.testing.assert_array_equal(found.last[s].ravel(), np.where(wet.any(axis=0), last, -1))


def test_maps_may_be_extents_with_classes(tmp_path):
    polygons(tmp_path / "zip1.geojson", (0, 0, 100, 100, {"ht_min": 0.0, "ht_max": 0.5}))
    polygons(tmp_path / "zip2.geojson", (0, 0, 200, 100, {"ht_min": 0.5, "ht_max": 1.0}))
    flood = {"catalogue": {"levels": [["+0h", 1.0], ["+1h", 1.5]], "datum": "gauge", "maps": [
        {"level_m": 1.0, "extents": {"file": "zip1.geojson"}}, {"level_m": 2.0, "extents": {"file": "zip2.geojson"}}]}}
    water = opened(flood, tmp_path, city())
    # The east is dry on one map and 0.75 m deep on the next, where the water rises by 0.5 m: no more is known.
    assert at(water, (50, 50), (150, 50))[-1] == [0.5, 0.5]
    assert water.depth_error_m == 0.25


def test_a_map_that_is_shallower_than_a_lower_one_is_deepened_and_counted(tmp_path):
    flood = catalogue(tmp_path, [["+0h", 2.0], ["+1h", 3.0]])
    raster(tmp_path / "high.tif", FLAT)
    water = opened(flood, tmp_path, city())
    assert at(water, (50, 50))[-1] == [1.0]
    assert any("deeper value is used" in note for note in water.notes)


def test_maps_in_another_datum_need_the_zero(tmp_path):
    flood = catalogue(tmp_path, [["+0h", 1.0], ["+1h", 1.0]], gauge="PN", maps_datum="altitude")
    with pytest.raises(InputError, match="no altitude of the gauge's zero"):
        opened(flood, tmp_path, city(gauges=[("PN", 0, 0, np.nan)]))
    water = opened(flood, tmp_path, city(gauges=[("PN", 0, 0, 1.0)]))
    assert at(water, (150, 50))[0] == [0.5]


def test_a_catalogue_that_does_not_hold_together_is_refused(tmp_path):
    flood = catalogue(tmp_path, [["+0h", 1.0], ["+1h", 2.0]])
    flood["catalogue"]["maps"][1]["level_m"] = 1.0
    with pytest.raises(InputError, match="two maps of one level"):
        opened(flood, tmp_path, city())
    flood = catalogue(tmp_path, [["+0h", 1.0], ["+1h", 2.0]])
    raster(tmp_path / "high.tif", np.zeros((20, 60)), cell=5)
    with pytest.raises(InputError, match="as in the first file"):
        opened(flood, tmp_path, city())


def test_maps_of_a_catalogue_may_be_elevations_and_tiles(tmp_path):
    ground = terrain(np.tile(np.linspace(100, 103, 30), (10, 1)))
    for name, level in (("low", 101.0), ("high", 102.0)):
        raster(tmp_path / f"{name}_w.tif", np.full((10, 15), level))
        raster(tmp_path / f"{name}_e.tif", np.full((10, 15), level), west=150)
    maps = [{"level_m": 1.0, "file": "low_?.tif", "quantity": "surface"},
            {"level_m": 2.0, "file": ["high_w.tif", "high_e.tif"], "quantity": "surface"}]
    flood = {"catalogue": {"levels": [["+0h", 1.0], ["+1h", 2.0]], "datum": "gauge", "maps": maps}}
    water = opened(flood, tmp_path, city(terrain=ground))
    assert [frame[0] for frame in (at(water, (5, 50))[0], at(water, (5, 50))[-1])] == pytest.approx([1.0, 2.0])
    assert water.depth_error_m == pytest.approx(0.1)
