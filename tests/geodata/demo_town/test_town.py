"""Valmont-sur-Ouche holds what it promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from geodata.city.model import CityFile
from geodata.demo_town import valmont
from geodata.demo_town.made import make_city_file
from geodata.demo_town.storm import write_rasters
from twin.world.assets import Protection, Source

# rasterio's own window arithmetic: affine announces a change of operator.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")


@pytest.fixture(scope="module")
def town() -> CityFile:
    return valmont()


def counts(town: CityFile) -> Counter[str]:
    assets = town.city.assets
    return Counter(assets.kinds.names[code] for code in assets.kind)


def test_the_town_has_its_promised_size(town: CityFile) -> None:
    count = counts(town)
    assert 4_600 <= count["lamp"] <= 5_400
    assert count["cabinet"] == 100
    assert 1_800 <= count["building"] <= 2_300
    assert count["substation"] == 15
    assert count["zone"] == 30
    assert count["gauge"] == 2
    assert {"service_box", "controller", "traffic_signal", "lift_station", "pump", "site"} <= set(count)


def test_every_cabinet_has_two_to_five_circuits_and_every_lamp_one_circuit(town: CityFile) -> None:
    assets, supplies = town.city.assets, town.city.supplies
    circuits = assets.of_kind("circuit")
    per_cabinet = Counter(supplies.supplier[circuits[supplies.consumer]].tolist())
    assert len(per_cabinet) == 100
    assert set(per_cabinet.values()) <= {2, 3, 4, 5}
    lamps = assets.of_kind("lamp")
    assert np.count_nonzero(lamps[supplies.consumer]) == np.count_nonzero(lamps)


def test_the_terrain_covers_every_asset(town: CityFile) -> None:
    assets = town.city.assets
    placed = ~np.isnan(assets.x_m)
    assert town.terrain is not None
    assert np.all(~np.isnan(town.terrain.at(assets.x_m[placed], assets.y_m[placed])))


def test_no_building_stands_in_a_street_or_in_the_water(town: CityFile) -> None:
    buildings = town.shapes[town.city.assets.of_kind("building")]
    assert shapely.is_valid(buildings).all()
    streets = shapely.STRtree(town.context["street"].geometry)
    on_axis, _ = streets.query(buildings, predicate="crosses")
    assert len(on_axis) == 0
    water = [g for g in town.context["water"].geometry if g.geom_type != "LineString"]
    assert not shapely.STRtree(buildings).query(water, predicate="intersects").size


def test_the_page_on_the_town_counts_what_the_town_holds(town: CityFile) -> None:
    page = (Path(__file__).parents[3] / "docs" / "valmont.md").read_text(encoding="utf-8")
    count, streets = counts(town), town.context["street"]
    km = sum(shape.length for shape in streets.geometry) / 1000
    for said in (f"{count['lamp']:,} lamps", f"{count['cabinet']} cabinets", f"{count['circuit']} circuits",
                 f"{count['substation']} substations", f"{count['service_box']} service boxes",
                 f"{count['building']:,}, with dwellings", f"{count['site']} sites",
                 f"{count['zone']} irrigation zones", f"{km:.0f} km, {len(set(streets.name))} named streets"):
        assert said in page


def test_every_street_has_one_name_and_every_lamp_a_street_and_a_district(town: CityFile) -> None:
    assets, streets = town.city.assets, town.context["street"]
    lamps = assets.of_kind("lamp")
    assert all(streets.name)
    assert set(assets.street.take(lamps).to_list()) <= set(streets.name)
    assert np.all(assets.street.codes[lamps] >= 0)
    assert set(assets.district.to_list()) - {""} <= set(town.context["district"].name)
    assert np.all(assets.district.codes[lamps] >= 0)


def test_lamps_of_a_street_stand_closer_than_thirty_metres_on_each_side(town: CityFile) -> None:
    assets = town.city.assets
    lamps = np.flatnonzero(assets.of_kind("lamp"))
    away, _ = cKDTree(np.column_stack([assets.x_m[lamps], assets.y_m[lamps]])).query(
        np.column_stack([assets.x_m[lamps], assets.y_m[lamps]]), k=2)
    assert away[:, 1].min() > 7.0
    assert np.percentile(away[:, 1], 99) < 30.0


def test_heights_are_partly_surveyed_and_partly_defaults(town: CityFile) -> None:
    assets = town.city.assets
    for kind, low, high in (("cabinet", 0.4, 0.8), ("lamp", 0.2, 0.5)):
        surveyed = np.mean(assets.fail_source[assets.of_kind(kind)] == Source.SURVEY)
        assert low < surveyed < high
    assert np.any(town.city.supplies.source == Source.INFERRED)
    assert np.any(assets.protection_source == Source.DEFAULT)
    assert {Protection.RCD, Protection.FUSE} <= set(assets.protection.tolist())


def test_lamps_on_a_bridge_stand_above_the_river_not_in_it(town: CityFile) -> None:
    assets = town.city.assets
    bed = next(shape for shape, what in zip(town.context["water"].geometry, town.context["water"].columns["class"],
                                            strict=True) if what == "bed")
    lamps = np.flatnonzero(assets.of_kind("lamp"))
    over = lamps[shapely.contains_xy(bed, assets.x_m[lamps], assets.y_m[lamps])]
    assert len(over) >= 6
    assert np.all(assets.touch_m[over] > 3.0)


def test_a_town_that_cannot_be_kept_is_made_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      town: CityFile) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("geodata.demo_town.made.make_city_file", lambda: town)
    assert valmont.__wrapped__() is town


def test_a_damaged_copy_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, town: CityFile) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))
    monkeypatch.setattr("geodata.demo_town.made.make_city_file", lambda: town)
    valmont.__wrapped__()
    kept = next(tmp_path.glob("valmont-*.gpkg"))
    kept.write_bytes(kept.read_bytes()[:5000])
    valmont.__wrapped__().city.assert_equal(town.city)


@pytest.mark.verify
def test_the_same_seed_makes_the_same_town(town: CityFile) -> None:
    made = make_city_file()
    made.city.assert_equal(town.city)
    assert town.terrain is not None
    assert made.terrain is not None
    assert np.array_equal(made.terrain.height_m, town.terrain.height_m)


@pytest.mark.verify
def test_the_rasters_of_the_storm_are_those_that_the_town_draws(tmp_path: Path) -> None:
    import rasterio

    shipped = Path(__file__).parents[3] / "scenarios" / "data" / "storm"
    made = write_rasters(tmp_path)
    assert [path.name for path in made] == sorted(path.name for path in shipped.iterdir())
    for path in made:
        with rasterio.open(path) as new, rasterio.open(shipped / path.name) as old:
            assert np.array_equal(new.read(1), old.read(1))
