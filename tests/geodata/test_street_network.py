"""Streets as a network: where they meet, what is a bridge, how fast one may drive, where assets stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely

from geodata.city.model import CityFile, Context
from geodata.street_network import Streets
from tests.reference.cities import city_of
from twin.water.depths import Coverage
from twin.water.hazard import Grid
from twin.world.access import AccessRules


def streets(lines: list[Any], *, bridges: Sequence[Any] = (), water: Sequence[Any] = (), **columns: Any) -> Streets:
    def layer(shapes: Sequence[Any], more: dict[str, Any]) -> Context:
        geometry = np.empty(len(shapes), object)
        geometry[:] = [shapely.LineString(s) if isinstance(s, list) else s for s in shapes]
        names = np.array([f"Rue {chr(65 + i)}" for i in range(len(shapes))], object)
        return Context(id=names, name=names, geometry=geometry,
                       columns={name: np.array(values, object) for name, values in more.items()})

    city = city_of({"S": "substation"})
    context = {"street": layer(lines, columns)}
    if bridges:
        context["bridge"] = layer(bridges, {})
    if water:
        context["water"] = layer(water, {})
    found = Streets.of(CityFile(city=city, shapes=np.full(1, None, object), context=context), AccessRules())
    assert found is not None
    return found


def test_streets_are_cut_where_they_share_a_point() -> None:
    found = streets([[(0, 0), (100, 0), (200, 0)], [(100, -50), (100, 0), (100, 80)]])
    assert sorted(found.network.length_m.tolist()) == [50, 80, 100, 100]
    assert found.network.junctions == 5
    assert [found.network.name_of(e) for e in range(4)] == ["Rue A", "Rue A", "Rue B", "Rue B"]


def test_lines_that_cross_without_a_common_point_pass_over_each_other() -> None:
    found = streets([[(0, 0), (200, 0)], [(100, -50), (100, 80)]])
    assert (len(found.network), found.network.junctions) == (2, 4)


def test_an_end_on_another_street_meets_it() -> None:
    found = streets([[(0, 0), (200, 0)], [(120, 0.2), (120, 80)]])
    assert len(found.network) == 3
    assert sorted(np.round(found.network.length_m).tolist()) == [80, 80, 120]
    assert found.network.junctions == 4


def test_a_ring_is_driven_round() -> None:
    found = streets([[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], [(0, 0), (-50, 0)]])
    assert sorted(found.network.length_m.tolist()) == [50, 400]


def test_points_closer_than_the_snap_are_no_junction() -> None:
    found = streets([[(0, 0), (100, 0), (100.1, 0), (200, 0)]])
    assert len(found.network) == 1


@pytest.mark.parametrize(("said", "kmh", "assumed"), [
    ("50", 50, False), (70, 70, False), ("30 mph", 48.28032, False), ("", 30, True), (None, 30, True),
    ("walk", 30, True), ("0", 30, True)])
def test_limits_come_from_the_street_else_by_rank(said: Any, kmh: float, assumed: bool) -> None:
    network = streets([[(0, 0), (100, 0)]], maxspeed=[said], rank=["minor"]).network
    assert network.limit_kmh[0] == pytest.approx(kmh)
    assert bool(network.is_limit_assumed[0]) is assumed
    assert streets([[(0, 0), (100, 0)]], rank=["main"]).network.limit_kmh[0] == 50


def test_a_bridge_by_its_column_or_its_layer_stands_on_no_cell() -> None:
    by_column = streets([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], bridge=["yes", "no"], tunnel=["", "yes"])
    assert by_column.network.is_bridge.tolist() == [True, False]
    assert by_column.network.is_underpass.tolist() == [False, True]
    by_layer = streets([[(0, 0), (300, 0)], [(150, -100), (150, 100)]], bridges=[[(100, 0), (200, 0)]])
    grid = Grid(rows=40, columns=40, transform=(10, 0, 0, 0, -10, 200), crs="EPSG:2154")
    over, below = (set(by_layer.cells("EPSG:2154", grid).cells[by_layer.cells("EPSG:2154", grid).members[
        by_layer.cells("EPSG:2154", grid).offsets[e]:by_layer.cells("EPSG:2154", grid).offsets[e + 1]]].tolist())
        for e in (0, 1))
    # The deck is left out, its approaches are not; who passes below it stands in the water.
    assert {cell % 40 for cell in over} >= {0, 29}
    assert not {cell % 40 for cell in over} & set(range(11, 19))
    assert len(below) >= 20
    assert by_layer.network.is_bridge.tolist() == [False, False]


def test_a_whole_bridge_has_no_coverage() -> None:
    found = streets([[(0, 0), (100, 0)]], bridges=[[(-10, 0), (110, 0)]])
    assert found.network.is_bridge.tolist() == [True]
    grid = Grid(rows=4, columns=40, transform=(10, 0, 0, 0, -10, 20), crs="EPSG:2154")
    assert found.cells("EPSG:2154", grid).coverage.tolist() == [Coverage.NONE]


def test_assets_stand_on_the_nearest_street_within_reach() -> None:
    found = streets([[(0, 0), (500, 0)]])
    assets = city_of({"A": "cabinet", "B": "cabinet", "C": "cabinet", "D": "cabinet"}).assets
    assets = assets.replaced(x_m=np.array([250.0, 0.3, 250.0, np.nan]), y_m=np.array([40.0, 0.0, 151.0, np.nan]))
    places = found.places(assets)
    assert places.edge.tolist() == [0, 0, -1, -1]
    assert places.metre.tolist()[:2] == [250, 0]
    assert places.off_m[0] == 40


def test_a_city_without_streets_has_no_network() -> None:
    city = city_of({"S": "substation"})
    assert Streets.of(CityFile(city=city, shapes=np.full(1, None, object)), AccessRules()) is None


def test_nobody_drives_on_a_footway_or_where_the_city_says_so() -> None:
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)], [(300, 0), (400, 0)]]
    found = streets(lines, highway=["residential", "footway", "pedestrian", None], drive=["yes", "", None, "no"])
    assert [found.network.name_of(e) for e in range(len(found.network))] == ["Rue A", "Rue C"]
    assert found.network.not_driven == 2
    assert streets(lines).network.not_driven == 0


def test_streets_over_a_river_without_a_known_bridge_are_counted() -> None:
    lines = [[(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 90), (40, 90)]]
    river = shapely.box(45, -10, 55, 100)
    assert streets(lines, water=[river]).network.over_rivers == 2
    assert streets(lines, water=[river], bridges=[[(40, 0), (60, 0)]]).network.over_rivers == 1
    assert streets(lines, water=[river], tunnel=["yes", "", ""]).network.over_rivers == 1
