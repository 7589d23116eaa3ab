"""Which cells an asset is read from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.cells import index_cells
from geodata.terrain import Terrain
from twin.water.depths import Coverage
from twin.water.hazard import Grid
from twin.world.assets import Assets
from twin.world.kinds import built_in_kinds

GRID = Grid(rows=10, columns=12, transform=(2.0, 0, 100.0, 0, -2.0, 220.0), crs="EPSG:2154")


def city(kinds, shapes):
    points = [s.representative_point() if s is not None else None for s in shapes]
    return Assets.of(built_in_kinds(), id=[f"a{i}" for i in range(len(kinds))], kind=kinds,
                     x_m=[p.x if p else np.nan for p in points], y_m=[p.y if p else np.nan for p in points])


def index(kinds, shapes, grid=GRID, **options):
    return index_cells(city(kinds, shapes), np.array(shapes, object), "EPSG:2154", grid, **options)


def cells_of(found, asset):
    return found.cells[found.members[found.offsets[asset]:found.offsets[asset + 1]]].tolist()


def squares():
    a, _, c, _, e, f = GRID.transform
    return {row * GRID.columns + col: shapely.box(c + a * col, f + e * (row + 1), c + a * (col + 1), f + e * row)
            for row in range(GRID.rows) for col in range(GRID.columns)}


def test_a_lamp_takes_the_cell_it_stands_in():
    found = index(["lamp", "lamp"], [shapely.Point(100.5, 219.5), shapely.Point(123.9, 200.1)])
    assert cells_of(found, 0) == [0]
    assert cells_of(found, 1) == [119]


def test_a_circuit_and_a_lamp_without_position_have_no_cell():
    found = index(["circuit", "lamp", "lamp"], [None, None, shapely.Point(50, 50)])
    assert found.coverage.tolist() == [Coverage.NONE, Coverage.NONE, Coverage.UNKNOWN]
    assert found.offsets.tolist() == [0, 0, 0, 0]


def test_a_building_takes_the_cells_its_outline_touches_not_those_inside():
    found = index(["building"], [shapely.box(103, 207, 113, 217)])
    house, inner = shapely.box(103, 207, 113, 217).boundary, shapely.box(105, 209, 111, 215)
    expected = [k for k, square in squares().items() if square.intersects(house)]
    assert cells_of(found, 0) == expected
    assert not any(squares()[k].within(inner) for k in cells_of(found, 0))


def test_an_outline_along_the_edge_of_cells_touches_both_sides():
    found = index(["building"], [shapely.box(104, 210, 106, 212)])
    assert len(cells_of(found, 0)) == 9


def test_a_zone_takes_every_cell_of_its_footprint():
    zone = shapely.Polygon([(101, 219), (119, 215), (111, 203)], [[(109, 214), (112, 213), (111, 210)]])
    found = index(["zone"], [zone])
    expected = [k for k, square in squares().items() if square.intersects(zone)]
    assert cells_of(found, 0) == expected


def test_cells_raised_as_building_are_left_out_unless_nothing_else_is_left():
    raised = np.zeros((10, 12), bool)
    raised[:5] = True
    terrain = Terrain(height_m=np.zeros((10, 12), np.float32), grid=GRID, error_m=0.1, raised=raised)
    found = index(["building", "building", "zone"],
                  [shapely.box(103, 207, 113, 213), shapely.box(103, 213, 113, 217), shapely.box(103, 207, 113, 213)],
                  terrain=terrain)
    assert all(cell // 12 >= 5 for cell in cells_of(found, 0))
    assert len(cells_of(found, 0)) > 0
    assert len(cells_of(found, 1)) > 0
    assert any(cell // 12 < 5 for cell in cells_of(found, 2))


def test_raised_cells_of_a_terrain_on_another_grid_are_found():
    other = Grid(rows=20, columns=24, transform=(1.0, 0, 100.0, 0, -1.0, 220.0), crs="EPSG:2154")
    raised = np.zeros((20, 24), bool)
    raised[:10] = True
    terrain = Terrain(height_m=np.zeros((20, 24), np.float32), grid=other, error_m=0.1, raised=raised)
    found = index(["building"], [shapely.box(103, 207, 113, 213)], terrain=terrain)
    assert {cell // 12 for cell in cells_of(found, 0)} == {5, 6}


def test_a_footprint_that_reaches_beyond_the_grid_is_partial():
    found = index(["building", "zone", "building"],
                  [shapely.box(97, 207, 103, 213), shapely.box(90, 190, 140, 230), shapely.box(0, 0, 10, 10)])
    assert found.coverage.tolist() == [Coverage.PARTIAL, Coverage.PARTIAL, Coverage.UNKNOWN]
    assert len(cells_of(found, 1)) == 120


def test_assets_go_to_the_crs_of_the_raster():
    degrees = Grid(rows=100, columns=100, transform=(0.001, 0, 2.9995, 0, -0.001, 46.5995), crs="EPSG:4326")
    found = index(["lamp", "building"], [shapely.Point(700_000, 6_600_000), shapely.box(700_000, 6_600_000, 700_300,
                                                                                       6_600_300)], degrees)
    # 700 km / 6600 km of Lambert-93 is 3° E, 46.5° N.
    assert cells_of(found, 0) == [99 * 100]
    assert 9 <= len(cells_of(found, 1)) <= 20


def test_a_building_drawn_as_a_point_takes_its_cell():
    assert cells_of(index(["building"], [shapely.Point(100.5, 219.5)]), 0) == [0]


def touched(shape):
    return [k for k, square in squares().items() if square.intersects(shape)]


@pytest.mark.parametrize("kind", ["building", "cabinet", "lamp", "site", "zone"])
def test_a_line_takes_every_cell_that_it_crosses_whatever_its_kind(kind):
    road = shapely.LineString([(101, 219), (111.5, 207.3), (122.2, 216.1)])
    bent = shapely.MultiLineString([[(101, 203), (109, 201.5)], [(115.1, 203.2), (115.1, 209.9)]])
    found = index([kind, kind], [road, bent])
    assert cells_of(found, 0) == touched(road)
    assert cells_of(found, 1) == touched(bent)
    assert found.coverage.tolist() == [Coverage.INSIDE] * 2


@pytest.mark.parametrize("kind", ["building", "cabinet", "lamp", "substation"])
def test_a_polygon_takes_every_cell_that_its_outline_touches_whatever_its_kind(kind):
    hall = shapely.box(103, 207, 113, 217)
    assert cells_of(index([kind], [hall]), 0) == touched(hall.boundary)


def test_several_points_take_the_cell_of_each_and_a_collection_those_of_its_parts():
    points = shapely.MultiPoint([(101, 219), (111, 207)])
    mixed = shapely.GeometryCollection([shapely.Point(101, 219), shapely.LineString([(105, 205), (109, 205)])])
    found = index(["lamp", "building"], [points, mixed])
    assert cells_of(found, 0) == touched(points)
    assert cells_of(found, 1) == touched(mixed)


def test_a_line_that_leaves_the_grid_is_partial_and_one_beyond_it_unknown():
    road, far = shapely.LineString([(110, 210), (140, 210)]), shapely.LineString([(0, 0), (9, 9)])
    found = index(["lamp", "lamp"], [road, far])
    assert found.coverage.tolist() == [Coverage.PARTIAL, Coverage.UNKNOWN]
    assert cells_of(found, 0) == touched(road)


def test_a_circuit_has_no_cells_whatever_is_drawn_for_it():
    found = index(["circuit"], [shapely.LineString([(101, 219), (111, 207)])])
    assert found.coverage.tolist() == [Coverage.NONE]
    assert len(found.cells) == 0


def test_shapes_of_all_sorts_keep_to_their_own_assets():
    shapes = [shapely.Point(100.5, 219.5), shapely.LineString([(101, 219), (111.5, 207.3)]), None,
              shapely.box(103, 207, 113, 217), shapely.MultiPoint([(121, 201), (123, 219)]),
              shapely.Polygon([(101, 219), (119, 215), (111, 203)], [[(109, 214), (112, 213), (111, 210)]])]
    found = index(["lamp", "lamp", "lamp", "cabinet", "lamp", "zone"], shapes)
    for i, shape in enumerate(shapes):
        wanted = [] if shape is None else touched(shape.boundary if i == 3 else shape)
        assert cells_of(found, i) == wanted, i


coordinate = st.floats(96, 128, allow_nan=False).map(lambda v: round(v * 2) / 2) | st.floats(96, 128, allow_nan=False)
corner = st.tuples(coordinate, coordinate.map(lambda v: v + 98))


@settings(max_examples=200, deadline=None)
@given(st.lists(corner, min_size=3, max_size=7), st.sampled_from(["building", "zone"]))
def test_agrees_with_geometry_done_one_cell_at_a_time(corners, kind):
    polygon = shapely.Polygon(corners)
    if not polygon.is_valid or polygon.area < 1e-3:
        return
    found = index([kind], [polygon])
    shape = polygon.boundary if kind == "building" else polygon
    touched = {k for k, square in squares().items() if square.intersects(shape)}
    mine = set(cells_of(found, 0))
    # Rounding may decide a mere contact either way: compare against a shape a hair thinner and a hair thicker.
    thicker = {k for k, square in squares().items() if square.distance(shape) < 1e-9}
    firm = {k for k, square in squares().items() if square.buffer(-1e-9).intersects(shape)}
    assert firm <= mine <= thicker | touched


@pytest.mark.verify
def test_a_metropolis_is_indexed_in_seconds():
    import time

    rng = np.random.default_rng(1)
    grid = Grid(rows=2000, columns=2000, transform=(5.0, 0, 0.0, 0, -5.0, 10_000.0), crs="EPSG:2154")
    n, b = 1_000_000, 80_000
    x, y = rng.uniform(0, 10_000, n), rng.uniform(0, 10_000, n)
    shapes = np.full(n, None, object)
    shapes[:b] = shapely.box(x[:b], y[:b], x[:b] + 14, y[:b] + 11)
    assets = Assets.of(built_in_kinds(), id=[str(i) for i in range(n)],
                       kind=np.where(np.arange(n) < b, built_in_kinds().index("building"),
                                     built_in_kinds().index("lamp")).astype(np.int16), x_m=x, y_m=y)
    index_cells(assets, shapes, "EPSG:2154", grid)
    begun = time.perf_counter()
    index_cells(assets, shapes, "EPSG:2154", grid)
    assert time.perf_counter() - begun < 10


line = st.lists(corner, min_size=2, max_size=7)


@settings(max_examples=200, deadline=None)
@given(line, st.sampled_from(["building", "lamp"]))
def test_lines_agree_with_geometry_done_one_cell_at_a_time(corners, kind):
    road = shapely.LineString(corners)
    mine = set(cells_of(index([kind], [road]), 0))
    thicker = {k for k, square in squares().items() if square.distance(road) < 1e-9}
    firm = {k for k, square in squares().items() if square.buffer(-1e-9).intersects(road)}
    assert firm <= mine <= thicker


def test_a_wet_road_is_wet_though_its_middle_is_dry():
    """What one point of a line told: the ends of a bridge's ramps in water, its middle dry."""
    grid = Grid(rows=1, columns=30, transform=(10.0, 0, 0.0, 0, -10.0, 10.0), crs="EPSG:2154")
    road = shapely.LineString([(5, 5), (295, 5)])
    assert cells_of(index(["lamp"], [road], grid), 0) == list(range(30))
