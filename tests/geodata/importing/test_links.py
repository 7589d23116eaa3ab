"""Links: by id, through equal columns, alternatives, fallbacks, the nearest in a line and along streets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.city.model import CityFile
from geodata.importing import import_city, report_text
from geodata.streets import StreetNet
from twin.errors import InputError
from twin.world.assets import Source
from twin.world.supplies import Feed, Service

HEAD = "city: Town\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n"
XY = "position: {x: x, y: y}, crs: 'EPSG:2154'"


def city(folder: Path, files: dict[str, str], layers: str) -> CityFile:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "town.yaml").write_text(HEAD + layers, encoding="utf-8")
    return import_city(folder / "town.yaml")


def edges(city_file: CityFile) -> list[dict[str, Any]]:
    assets, s = city_file.city.assets, city_file.city.supplies
    return [{"from": assets.id[s.supplier[e]], "to": assets.id[s.consumer[e]], "group": int(s.group[e]),
             "preference": int(s.preference[e]), "service": Service(int(s.service[e])), "feed": Feed(int(s.feed[e])),
             "transfer_s": int(s.transfer_s[e]), "source": Source(int(s.source[e]))} for e in range(len(s))]


def test_needed_groups_and_alternatives_with_their_delays(tmp_path: Path) -> None:
    city_file = city(tmp_path, {
        "posts.csv": "ID,x,y\nS1,770000,6278000\nS2,770500,6278000\n",
        "boxes.csv": "ID,main,spare,ctl,x,y\nC1,S1,S2,K,770100,6278000\nC2,S2,S2,,770400,6278000\n",
        "ctl.csv": "ID,x,y\nK,770200,6278000\n",
    }, f"""
  - {{file: posts.csv, kind: substation, id: ID, {XY}}}
  - {{file: ctl.csv, kind: controller, id: ID, {XY}}}
  - file: boxes.csv
    kind: cabinet
    id: ID
    position: {{x: x, y: y}}
    crs: EPSG:2154
    supplied_by:
      - any_of: [{{kind: substation, by: main}}, {{kind: substation, by: spare, transfer_s: 30}}]
      - {{kind: controller, by: ctl, service: control}}
""")
    found = {(e["from"], e["to"]): (e["group"], e["preference"], e["service"], e["transfer_s"])
             for e in edges(city_file)}
    assert found == {("S1", "C1"): (0, 0, Service.POWER, 0), ("S2", "C1"): (0, 1, Service.POWER, 30),
                     ("S2", "C2"): (0, 0, Service.POWER, 0),  # its spare is its main: one edge
                     ("K", "C1"): (1, 0, Service.CONTROL, 0)}


def test_a_shared_supply_number_links_two_files(tmp_path: Path) -> None:
    city_file = city(tmp_path, {
        "boxes.csv": "ID,PRM,x,y\nC1,30001234567890,770000,6278000\nC2,30009999999999,770100,6278000\n",
        "lamps.csv": "ID,PDL,x,y\na,30001234567890,770010,6278000\nb, 30009999999999 ,770110,6278000\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{layer: boxes, match: {{PDL: PRM}}, feed: switched}}}}
""")
    assert [(e["from"], e["to"], e["feed"], e["source"]) for e in edges(city_file)] == [
        ("C1", "a", Feed.SWITCHED, Source.SURVEY), ("C2", "b", Feed.SWITCHED, Source.SURVEY)]


def test_the_nearest_in_a_straight_line_within_its_distance_is_inferred(tmp_path: Path) -> None:
    city_file = city(tmp_path, {
        "boxes.csv": "ID,x,y\nC1,770000,6278000\nC2,770300,6278000\nC3,,\n",
        "lamps.csv": "ID,x,y\na,770100,6278000\nb,770200,6278000\nc,770900,6278000\nd,,\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{kind: cabinet, nearest_m: 200}}}}
""")
    assert [(e["from"], e["to"], e["source"]) for e in edges(city_file)] == [
        ("C1", "a", Source.INFERRED), ("C2", "b", Source.INFERRED)]
    reasons = city_file.report["links"][0]["reasons"]
    assert {why: tally["count"] for why, tally in reasons.items()} == {
        "no position, so no nearest supplier": 1, "no streets in the mapping: nearest in a straight line": 3,
        "no supplier within 200 m": 1, "no supplier; runs as if always fed": 2}


def test_a_wall_between_two_streets_makes_the_way_longer(tmp_path: Path) -> None:
    # two parallel streets 20 m apart that meet far in the east: the cabinet across the yard is not the nearest
    (tmp_path / "streets.geojson").write_text(
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:2154"}}, "features": ['
        '{"type": "Feature", "properties": {"name": "North"}, "geometry": {"type": "LineString", "coordinates":'
        ' [[770000, 6278020], [770400, 6278020], [770400, 6278000]]}},'
        '{"type": "Feature", "properties": {"name": "South"}, "geometry": {"type": "LineString", "coordinates":'
        ' [[770000, 6278000], [770400, 6278000]]}}]}', encoding="utf-8")
    city_file = city(tmp_path, {
        "boxes.csv": "ID,x,y\nacross,770000,6278021\nalong,770150,6277999\n",
        "lamps.csv": "ID,x,y\na,770000,6278001\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{kind: cabinet, nearest_m: 900}}}}
context:
  street: {{file: streets.geojson, name: name}}
""")
    assert [(e["from"], e["to"]) for e in edges(city_file)] == [("along", "a")]
    assert city_file.report["links"][0]["longest_m"] == pytest.approx(152)
    text = (tmp_path / "town.yaml").read_text(encoding="utf-8")
    (tmp_path / "town.yaml").write_text(text.replace("nearest_m: 900", "nearest_m: 900, along: line"), encoding="utf-8")
    assert [(e["from"], e["to"]) for e in edges(import_city(tmp_path / "town.yaml"))] == [("across", "a")]
    assert city_file.city.assets.street.to_list() == ["North", "South", "South"]


def test_far_from_every_street_the_straight_line_must_do(tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_text(
        'name;geom\nSouth;"LINESTRING (770000 6278000, 770400 6278000)"\n', encoding="utf-8")
    city_file = city(tmp_path, {
        "boxes.csv": "ID,x,y\nC1,770000,6278000\nC2,770400,6278390\n",
        "lamps.csv": "ID,x,y\non,770300,6278010\noff,770300,6278400\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{kind: cabinet, nearest_m: 500}}}}
context:
  street: {{file: streets.csv, name: name, position: {{wkt: geom}}, crs: EPSG:2154}}
""")
    assert {(e["from"], e["to"]) for e in edges(city_file)} == {("C1", "on"), ("C2", "off")}
    assert city_file.report["links"][0]["reasons"]["far from every street: nearest in a straight line"] == {
        "count": 1, "ids": ["off"]}


def test_a_list_of_links_in_a_file_of_its_own(tmp_path: Path) -> None:
    files = {
        "boxes.csv": "ID,x,y\nC1,770000,6278000\nC2,770100,6278000\n",
        "lamps.csv": "ID,MODEL,x,y\na,M1,770010,6278000\nb,M2,770110,6278000\nc,,770120,6278000\n",
        "links.csv": "PL;ARM;STATE\na;C2;old\na;C1;on\nb;C2;on\nb;C1;on\n",
        "models.json": '{"models": [{"code": "M1", "watt": 150}, {"code": "M2", "watt": 36.5}]}',
    }
    layers = f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - file: lamps.csv
    kind: lamp
    id: ID
    position: {{x: x, y: y}}
    crs: EPSG:2154
    fields: {{power_w: {{from: models, match: {{MODEL: code}}, column: watt}}}}
    supplied_by: {{kind: cabinet, by: ARM, from: links, on: {{ID: PL}}}}
tables:
  links: {{file: links.csv, where: {{STATE: "on"}}}}
  models: {{file: models.json, records: models}}
"""
    # b stands there with two cabinets, and the first is not taken in silence
    with pytest.raises(InputError, match=r"by \(ARM\)' \(town.yaml:13\), b: .*'C2 and C1': C2, C1"):
        city(tmp_path, files, layers)
    layers = layers.replace("on: {ID: PL}", "on: {ID: PL}, choose: nearest")
    city_file = city(tmp_path, files, layers)
    assert {(e["from"], e["to"], e["source"]) for e in edges(city_file)} == {
        ("C1", "a", Source.SURVEY), ("C2", "b", Source.INFERRED)}
    np.testing.assert_array_equal(city_file.extra["lamp"]["src_power_w"], [150, 36.5, np.nan])
    reasons = {why: tally["ids"] for why, tally in city_file.report["links"][0]["reasons"].items()}
    assert reasons["stands not in links"] == ["c"]
    assert reasons["several suppliers carry the name; the nearest is taken, inferred"] == ["b"]
    assert {source.file for source in city_file.sources} == set(files)
    with pytest.raises(InputError, match="found 'nowhere'; expected one of boxes, lamps, links, models"):
        city(tmp_path, files, layers.replace("from: links", "from: nowhere"))


def test_the_report_names_the_missing_suppliers_and_doubts_the_commonest(tmp_path: Path) -> None:
    lamps = "".join(f"{name}-{i},{name},{i}\n" for name, count in (("Q1", 3), ("Z999", 12), ("Q7", 2), ("Q8", 1),
                                                                 ("INCONNU", 4), ("Q6", 30)) for i in range(count))
    town = city(tmp_path, {"boxes.csv": "ID,x,y\nQ1,770000,6278000\n", "lamps.csv": "ID,ARM,n\n" + lamps}, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, position: none, supplied_by: {{kind: cabinet, by: ARM}}}}
""")
    link = town.report["links"][0]
    assert link["linked"] == 3
    assert link["reasons"]["names a supplier that the city lacks"]["count"] == 49
    assert [(item["name"], item["count"], item["sentinel"]) for item in link["missing"]] == [
        ("Q6", 30, True), ("Z999", 12, True), ("INCONNU", 4, True), ("Q7", 2, False), ("Q8", 1, False)]
    assert ("    missing: Q6 ×30 (a sentinel? Then name it under no_value), Z999 ×12 (a sentinel?"
            in report_text(town.report))


def test_a_circuit_without_place_is_measured_at_its_cabinet(tmp_path: Path) -> None:
    city_file = city(tmp_path, {
        "boxes.csv": "ID,x,y\nC1,770000,6278000\n",
        "lamps.csv": "ID,Q,L,x,y\na,C1,1,770030,6278040\nb,C1,2,770060,6278080\nc,C1,,770060,6278080\n",
    }, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{layer: lines, match: [Q, L]}}}}
  - {{name: lines, from: lamps, distinct: [Q, L], kind: circuit, id: [Q, L], supplied_by: {{kind: cabinet, by: Q}}}}
""")
    assert {(e["from"], e["to"]) for e in edges(city_file)} == {("C1", "C1-1"), ("C1", "C1-2"), ("C1-1", "a"),
                                                                ("C1-2", "b")}
    link = next(link for link in city_file.report["links"] if link["layer"] == "lamps")
    assert (link["median_m"], link["longest_m"]) == (pytest.approx(75), pytest.approx(100))
    assert any("1 record of lamps leaves one of them blank" in note for note in city_file.report["layers"][2]["notes"])


def test_ids_of_several_columns_need_as_many_in_the_link(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 columns \(Q\); expected as many as the ids of boxes have \(Q, N\)"):
        city(tmp_path, {"boxes.csv": "Q,N,x,y\nC,1,770000,6278000\n",
                        "lamps.csv": "ID,Q,x,y\na,C,770030,6278040\n"}, f"""
  - {{file: boxes.csv, kind: cabinet, id: [Q, N], {XY}}}
  - {{file: lamps.csv, kind: lamp, id: ID, {XY}, supplied_by: {{kind: cabinet, by: Q}}}}
""")


def slow_nearest(pieces: list[shapely.LineString], consumers: Any, suppliers: Any) -> list[float]:
    """Distances along streets with a node for every point, networkx and no index at all."""
    graph = nx.Graph()
    stops: dict[int, list[tuple[float, Any]]] = {i: [] for i in range(len(pieces))}
    for sort, points in (("c", consumers), ("s", suppliers)):
        for i, xy in enumerate(points):
            point = shapely.Point(xy)
            nearest = min(range(len(pieces)), key=lambda p, point=point: pieces[p].distance(point))
            stops[nearest].append((pieces[nearest].project(point), ("on", sort, i)))
            graph.add_edge(("on", sort, i), (sort, i), weight=pieces[nearest].distance(point))
    for p, piece in enumerate(pieces):
        chain = [(0.0, piece.coords[0]), *sorted(stops[p], key=lambda stop: stop[0]), (piece.length, piece.coords[1])]
        for (a, u), (b, v) in pairwise(chain):
            if b - a < graph.get_edge_data(u, v, {"weight": np.inf})["weight"]:
                graph.add_edge(u, v, weight=b - a)
    reach = nx.multi_source_dijkstra_path_length(graph, {("s", i) for i in range(len(suppliers))})
    return [reach.get(("c", i), np.inf) for i in range(len(consumers))]


def grid_points(count: int) -> Any:
    """Give points of which no two segments are equally near, nearly always: odd fractions of a grid."""
    spot = st.tuples(st.integers(0, 60), st.integers(0, 60))
    return st.lists(spot, min_size=1, max_size=count).map(lambda xy: np.array(xy) + np.array([0.137, 0.271]))


def pieces_of(lines: list[list[tuple[int, int]]]) -> list[shapely.LineString]:
    return [shapely.LineString(pair) for line in lines for pair in pairwise(line) if pair[0] != pair[1]]


def is_open(pieces: list[shapely.LineString], points: Any) -> bool:
    """Whether some point has two feet on the streets that are equally near: on which it stands is then open."""
    for point in map(shapely.Point, points):
        near = min(piece.distance(point) for piece in pieces)
        feet = {tuple(np.round(shapely.get_coordinates(piece.interpolate(piece.project(point)))[0], 6))
                for piece in pieces if piece.distance(point) < near + 1e-9}
        if len(feet) > 1:
            return True
    return False


corners = st.tuples(st.integers(0, 12).map(lambda v: 5 * v), st.integers(0, 12).map(lambda v: 5 * v))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(lines=st.lists(st.lists(corners, min_size=2, max_size=5), min_size=1, max_size=8), consumers=grid_points(8),
       suppliers=grid_points(4))
def test_distances_along_streets_agree_with_a_slow_twin(lines: list[list[tuple[int, int]]], consumers: Any,
                                                        suppliers: Any) -> None:
    net = StreetNet.of(np.array([shapely.LineString(line) for line in lines], dtype=object))
    pieces = pieces_of(lines)
    assert (net is None) == (not pieces)
    assume(net is not None and not is_open(pieces, np.concatenate([consumers, suppliers])))
    assert net is not None
    which, metres = net.nearest(consumers, suppliers, 1e4)
    slow = slow_nearest(pieces, consumers, suppliers)
    np.testing.assert_allclose(np.where(which < 0, np.inf, metres), slow, atol=1e-5)


LISTS = {
    "boxes.csv": "ID,x,y\nA1,770000,6278000\nA2,770100,6278000\nA3,770200,6278000\n",
    "lamps.geojson": """{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:2154"}},
 "features": [
 {"type": "Feature", "properties": {"ID": "a", "boxes": ["A2", "A1"]},
  "geometry": {"type": "Point", "coordinates": [770090, 6278000]}},
 {"type": "Feature", "properties": {"ID": "b", "boxes": ["A3"]},
  "geometry": {"type": "Point", "coordinates": [770190, 6278000]}},
 {"type": "Feature", "properties": {"ID": "c", "boxes": []},
  "geometry": {"type": "Point", "coordinates": [770190, 6278000]}},
 {"type": "Feature", "properties": {"ID": "d", "boxes": ["A1", "A9", "A3"]},
  "geometry": {"type": "Point", "coordinates": [770190, 6278000]}}]}"""}


def test_a_list_of_suppliers_in_one_cell(tmp_path: Path) -> None:
    layers = f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.geojson, kind: lamp, id: ID, supplied_by: {{kind: cabinet, by: boxes, transfer_s: 30}}}}
"""
    with pytest.raises(InputError, match=r"2 records whose supplier may be several \('A2 and A1': A2, A1; 'A1 and A9"):
        city(tmp_path, LISTS, layers)
    taken = city(tmp_path, LISTS, layers.replace("by: boxes", "by: boxes, choose: alternatives"))
    assert {(e["to"], e["from"], e["group"], e["preference"], e["transfer_s"]) for e in edges(taken)} == {
        ("a", "A2", 0, 0, 30), ("a", "A1", 0, 1, 30), ("b", "A3", 0, 0, 30), ("d", "A1", 0, 0, 30),
        ("d", "A3", 0, 1, 30)}
    link = taken.report["links"][0]
    assert {why: tally["ids"] for why, tally in link["reasons"].items()} == {
        "names several suppliers; they replace each other": ["a", "d"], "names no supplier": ["c"],
        "names a supplier that the city lacks": ["d"], "no supplier; runs as if always fed": ["c"]}
    assert (link["linked"], link["inferred"], [item["name"] for item in link["missing"]]) == (3, 0, ["A9"])
    needed = city(tmp_path, LISTS, layers.replace("by: boxes", "by: boxes, choose: all"))
    assert {(e["to"], e["from"], e["group"], e["preference"]) for e in edges(needed) if e["to"] != "b"} == {
        ("a", "A2", 0, 0), ("a", "A1", 1, 0), ("d", "A1", 0, 0), ("d", "A3", 1, 0)}
    nearest = city(tmp_path, LISTS, layers.replace("by: boxes", "by: boxes, choose: nearest"))
    assert {(e["to"], e["from"], e["source"]) for e in edges(nearest)} == {
        ("a", "A2", Source.INFERRED), ("b", "A3", Source.SURVEY), ("d", "A3", Source.INFERRED)}


def test_alternatives_of_a_list_stand_before_those_of_the_next_link(tmp_path: Path) -> None:
    taken = city(tmp_path, LISTS, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - file: lamps.geojson
    kind: lamp
    id: ID
    supplied_by:
      any_of:
        - {{kind: cabinet, by: boxes, choose: alternatives}}
        - {{kind: cabinet, nearest_m: 150, along: line}}
""")
    assert [(e["from"], e["preference"]) for e in edges(taken) if e["to"] == "d"] == [("A1", 0), ("A3", 1)]
    assert [(e["from"], e["preference"], e["source"]) for e in edges(taken) if e["to"] == "c"] == [
        ("A3", 2, Source.INFERRED)]
    with pytest.raises(InputError, match="what is needed replaces nothing"):
        city(tmp_path, LISTS, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - {{file: lamps.geojson, kind: lamp, id: ID, supplied_by: {{any_of: [{{kind: cabinet, by: boxes, choose: all}}]}}}}
""")


MISSPELT = {"boxes.csv": "ID,rcd,x,y\nARM-08,oui,770000,6278000\n",
            "lamps.csv": "ID,Q,L,x,y\na,ARM-08,1,770030,6278040\nb,ARM-O08,1,770060,6278080\n"
                         "c,ARM-O08,2,770060,6278080\nd,ARM-O08,,770060,6278080\n"}


@pytest.mark.parametrize("how", ["{layer: lines, match: [Q, L]}", "{kind: circuit, by: [Q, L]}",
                                 "{kind: circuit, by: [q, l]}"])
def test_a_misspelt_cabinet_is_put_right_in_its_circuits_too(tmp_path: Path, how: str) -> None:
    city_file = city(tmp_path, MISSPELT, f"""
  - {{file: boxes.csv, kind: cabinet, id: ID, {XY}}}
  - file: lamps.csv
    kind: lamp
    id: ID
    position: {{x: x, y: y}}
    crs: EPSG:2154
    supplied_by: {{first_of: [{how}, {{kind: cabinet, by: Q, corrections: {{ARM-O08: ARM-08}}}}]}}
  - name: lines
    from: lamps
    distinct: [Q, L]
    kind: circuit
    id: [Q, L]
    fields: {{protection: {{from: boxes, match: {{Q: ID}}, column: rcd, map: {{oui: rcd}}}}}}
    supplied_by: {{kind: cabinet, by: Q, corrections: {{ARM-O08: ARM-08}}}}
""")
    assert {(e["from"], e["to"]) for e in edges(city_file)} == {
        ("ARM-08", "ARM-08-1"), ("ARM-08", "ARM-08-2"), ("ARM-08-1", "a"), ("ARM-08-1", "b"), ("ARM-08-2", "c"),
        ("ARM-08", "d")}
    assets = city_file.city.assets
    circuits = assets.of_kind("circuit")
    assert len(set(assets.protection[circuits].tolist())) == 1, "each circuit has the protection of its cabinet"
    assert assets.protection[circuits][0] != assets.protection[assets.of_kind("lamp")][0]
    lines = next(layer for layer in city_file.report["layers"] if layer["layer"] == "lines")
    assert lines["mended"]["Q, L: misspelt; taken as the link corrects it"]["ids"] == ["ARM-O08-1", "ARM-O08-2"]
    link = next(link for link in city_file.report["links"] if link["layer"] == "lamps")
    assert link["reasons"]["names its supplier as the mapping corrects it"]["ids"][:2] == ["b", "c"]
