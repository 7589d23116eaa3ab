"""Valmont-sur-Ouche holds what it promises."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely

from geodata.city_file import CityFile
from geodata.town import valmont

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
