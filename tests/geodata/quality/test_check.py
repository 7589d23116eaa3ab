"""The data doctor finds what is wrong with a city, says how much of it, and stops at nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.city.model import CityFile, SourceRecord
from geodata.quality.check import check_city
from geodata.quality.supplies import long_links
from geodata.terrain import Terrain
from tests.geodata.towns import small_town
from tests.reference.cities import city_of
from twin.water.hazard import Grid
from twin.world.city import City
from twin.world.dominators import losses
from twin.world.graph import graph_of
from twin.world.kinds import built_in_kinds
from twin.world.supplies import Service

TODAY = date(2026, 11, 22)


def as_file(city: City, **more: Any) -> CityFile:
    return CityFile(city=city, shapes=np.full(len(city.assets), None, dtype=object), **more)


def moved(city: City, **columns: Any) -> City:
    return replace(city, assets=city.assets.replaced(**columns))


def test_sound_town_needs_no_mending() -> None:
    city = city_of({"S": "substation", "A": {"kind": "cabinet", "touch_m": 0.1, "fail_m": 0.4}, "Z": "zone",
                    "I": {"kind": "controller", "touch_m": 0.1, "fail_m": 0.4}},
                   [("S", "A"), ("A", "I"), ("I", "Z")])
    report = check_city(as_file(moved(city, fail_source=0, touch_source=0)), today=TODAY)
    assert [finding for finding in report if finding.severity == "error"] == []
    assert report.of("orphan") == report.of("ring") == report.of("dead") == ()


def test_orphans_and_empty_cabinets_are_counted_and_named() -> None:
    city = city_of({"S": "substation", "A1": "cabinet", "A2": "cabinet", "L1": "lamp", "L2": "lamp", "L3": "lamp"},
                   [("S", "A1"), ("S", "A2"), ("A1", "L1")])
    report = check_city(as_file(city), today=TODAY)
    (orphans,) = report.of("orphan")
    assert (orphans.count, orphans.ids) == (2, ("L2", "L3"))
    assert "2 lamps have no supplier (L2, L3)." in str(report)
    (empty,) = report.of("empty")
    assert (empty.severity, empty.ids) == ("warning", ("A2",))


def test_kind_that_nobody_feeds_is_one_finding() -> None:
    city = city_of({f"L{i}": "lamp" for i in range(9)})
    (finding,) = check_city(as_file(city), today=TODAY).of("orphan")
    assert str(finding).startswith("All 9 lamps have no supplier (L0, L1, L2, L3, L4 and 4 more).")


def test_lamp_is_measured_to_the_cabinet_behind_its_circuit() -> None:
    city = city_of({"A": "cabinet", "K": "circuit", "L1": "lamp", "L2": "lamp"}, [("A", "K"), ("K", "L1"), ("K", "L2")])
    city = moved(city, x_m=[0.0, np.nan, 900.0, 5800.0], y_m=[0.0, np.nan, 0.0, 0.0])
    supplier, consumer, length_m, limit_m = long_links(city.assets, city.supplies)
    assert city.assets.id[supplier].tolist() == ["A"]
    assert city.assets.id[consumer].tolist() == ["L2"]
    assert (length_m.tolist(), limit_m.tolist()) == ([5800.0], [1000.0])
    (finding,) = check_city(as_file(city), today=TODAY).of("long_link")
    assert finding.ids == ("L2 to A: 5,800 m",)


def test_ids_that_differ_by_case_and_assets_in_one_place_are_doubtful() -> None:
    city = moved(city_of({"L-1": "lamp", "l-1": "lamp", "L-2": "lamp", "A": "cabinet"}), x_m=[5.0, 7.0, 5.001, 5.0])
    report = check_city(as_file(city), today=TODAY)
    assert report.of("ids")[0].ids == ("L-1 / l-1",)
    assert report.of("ids")[0].text == "1 id differs from another only by case or spaces"
    (twice,) = report.of("same_place")
    assert (twice.count, twice.ids) == (1, ("L-2",))


def test_defaults_are_counted_by_kind_and_surveyed_heights_are_not() -> None:
    city = city_of({"L1": "lamp", "L2": {"kind": "lamp", "fail_m": 0.6}, "K": "circuit"})
    report = check_city(as_file(city), today=TODAY)
    assert [(f.count, f.text) for f in report.of("default_fail")] == [
        (1, "For 1 of 2 lamps, the height of their lowest live part is the default, 0.3 m")]
    assert report.of("default_protection")[0].count == 1


def test_terrain_says_who_stands_off_it_and_over_its_voids() -> None:
    height = np.full((4, 4), 200.0, dtype=np.float32)
    height[0, 0] = np.nan
    grid = Grid(rows=4, columns=4, transform=(10.0, 0.0, 0.0, 0.0, -10.0, 40.0), crs="EPSG:2154")
    terrain = Terrain(height_m=height, grid=grid, error_m=6.2, vertical="EGM96")
    city = moved(city_of({"L1": "lamp", "L2": "lamp", "L3": "lamp", "L4": "lamp"}), x_m=[5.0, 15.0, 95.0, np.nan],
                 y_m=[35.0, 5.0, 5.0, np.nan])
    report = check_city(as_file(replace(city, crs="EPSG:2154"), terrain=terrain), today=TODAY)
    assert report.of("terrain_void")[0].ids == ("L1",)
    assert report.of("off_terrain")[0].ids == ("L3",)
    assert report.of("position")[0].ids == ("L4",)
    assert "illustrative" in str(report.of("terrain_error")[0])


def test_ring_without_a_source_is_an_error_and_a_fed_ring_a_note() -> None:
    city = city_of({"S": "substation", "R1": "service_box", "R2": "service_box", "X1": "service_box",
                    "X2": "service_box", "L": "lamp"},
                   [("S", "R1"), ("R2", "R1"), ("R1", "R2"), ("X1", "X2"), ("X2", "X1"), ("X2", "L")])
    report = check_city(as_file(city), today=TODAY)
    (dead,) = report.of("dead")
    assert (dead.severity, dead.ids) == ("error", ("X1", "X2", "L"))
    (ring,) = report.of("ring")
    assert (ring.count, ring.ids) == (2, ("R1-R2", "X1-X2"))
    assert str(report).index("Error") < str(report).index("Warning") < str(report).index("Notes")


def test_sources_are_as_old_as_their_date() -> None:
    sources = (SourceRecord(name="Lampes", file="l.csv", date="2018-02-18"), SourceRecord(name="Relevé", file="r.csv",
               date="2026-11-12"), SourceRecord(name="Plan", file="p.shp"))
    report = check_city(replace(small_town(), sources=sources), today=TODAY)
    assert [(f.severity, f.text) for f in report.of("source_age")] == [
        ("warning", "Source Lampes (l.csv) is of 2018-02-18, 8 years old"),
        ("note", "Source Relevé (r.csv) is of 2026-11-12, 10 days old")]
    assert str(report.of("source_date")[0]).startswith("1 source has no date (p.shp).")


def test_broken_outline_and_inferred_link_are_said() -> None:
    town = small_town()
    shapes = town.shapes.copy()
    shapes[town.city.assets.row("B")] = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    report = check_city(replace(town, shapes=shapes), today=TODAY)
    assert report.of("shape")[0].ids == ("B",)
    assert report.of("inferred")[0].text == "1 link of lamps to a supplier is inferred, not known"


def test_what_the_import_dropped_and_doubted_is_repeated() -> None:
    layer = {"layer": "lamps", "dropped": {"no geometry at all": {"count": 7, "ids": ["1", "2", "3", "4", "5"]}},
             "doubtful": {"id repeated; told apart by content": {"count": 1, "ids": ["L-7"]},
                          "no position: kept": {"count": 1, "ids": ["L-9"]}}}
    report = check_city(small_town(report={"layers": [layer]}), today=TODAY)
    assert str(report.of("import_dropped")[0]) == (
        "7 records of lamps are dropped by the import: no geometry at all (1, 2, 3, 4, 5 and 2 more).")
    assert [f.text for f in report.of("import_doubtful")] == [
        "1 record of lamps is doubtful: id repeated; told apart by content"]


def test_report_for_programs_is_plain_json_and_counts_severities() -> None:
    report = check_city(small_town(), today=TODAY)
    table = json.loads(json.dumps(report.to_dict()))
    assert table["assets"]["lamp"] == 2
    assert sum(table["severities"].values()) == len(table["findings"]) == len(report.findings)
    assert {"check", "severity", "count", "text", "advice", "ids"} == set(table["findings"][0])


def test_city_without_assets_is_examined_too() -> None:
    report = check_city(as_file(city_of({})), today=TODAY)
    assert "no assets; 0 links" in str(report)


def test_single_points_of_failure_name_the_gravest() -> None:
    lamps = {f"L{i}": "lamp" for i in range(12)}
    city = city_of({"S1": "substation", "S2": "substation", "A": "cabinet", "B": "cabinet", "H": "site", **lamps},
                   [("S1", "A"), ("S2", "A"), ("S2", "B"), ("S1", "H"), *(("A", f"L{i}") for i in range(8)),
                    *(("B", f"L{i}") for i in range(8, 12))])
    points = check_city(as_file(city), today=TODAY).of("single_point")
    assert points[0].text == "Losing lighting cabinet A alone takes down 8 lamps"
    assert points[1].text == "Losing substation S2 alone takes down 1 lighting cabinet and 4 lamps"
    assert check_city(as_file(city), today=TODAY).of("single_supply")[0].ids == ("H",)


@st.composite
def cities(draw: st.DrawFn) -> City:
    n = draw(st.integers(2, 9))
    kinds = [draw(st.sampled_from(["substation", "service_box", "cabinet", "lamp"])) for _ in range(n)]
    names = [f"X{i}" for i in range(n)]
    pairs = draw(st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=14))
    # What a group gives is one service.
    services = [draw(st.sampled_from([Service.POWER, Service.POWER, Service.CONTROL])) for _ in range(2 * n)]
    groups = [(a, b, draw(st.integers(0, 1))) for a, b in sorted(pairs) if a != b]
    links = [(names[a], names[b], {"group": group, "service": services[2 * b + group]}) for a, b, group in groups]
    return city_of(dict(zip(names, kinds, strict=True)), links)


def served_without(city: City, lost: int) -> set[int]:
    """Give the assets in service when one is lost: rule 4 of the model, asset by asset."""
    needs: dict[int, dict[int, list[int]]] = {}
    for s, c, g, service in zip(city.supplies.supplier, city.supplies.consumer, city.supplies.group,
                                city.supplies.service, strict=True):
        if service != Service.CONTROL:
            needs.setdefault(int(c), {}).setdefault(int(g), []).append(int(s))
    served: set[int] = set()
    while True:
        now = {row for row in range(len(city.assets)) if row != lost
               and all(any(s in served for s in alternatives) for alternatives in needs.get(row, {}).values())}
        if now == served:
            return served
        served = now


@settings(max_examples=150, deadline=None)
@given(city=cities())
def test_losses_are_those_of_taking_each_feeder_out(city: City) -> None:
    whole = served_without(city, -1)
    np.testing.assert_array_equal(graph_of(city).fed(),
                                  [row in whole for row in range(len(city.assets))])
    rows, lost = losses(city)
    for row, counts in zip(rows.tolist(), lost, strict=True):
        if row in whole:
            gone = whole - served_without(city, row) - {row}
            expected = np.bincount(city.assets.kind[sorted(gone)], minlength=len(built_in_kinds())) if gone else 0
            np.testing.assert_array_equal(counts, expected + np.zeros(len(built_in_kinds()), int))


def test_lamps_that_stand_on_their_cabinet_are_doubtful() -> None:
    lamps = {f"L{i}": "lamp" for i in range(12)}
    city = city_of({"A": "cabinet", "K": "circuit", **lamps}, [("A", "K"), *(("K", name) for name in lamps)])
    x_m = np.array([100.0, np.nan, *[100.0] * 9, 140.0, 150.0, 160.0])
    report = check_city(as_file(moved(city, x_m=x_m, y_m=np.where(np.isnan(x_m), np.nan, 0.0))), today=TODAY)
    (finding,) = report.of("zero_length")
    assert (finding.severity, finding.count) == ("warning", 9)
    assert "9 lamps stand exactly where what feeds them stands (L0, L1" in str(finding)
    away = check_city(as_file(moved(city, x_m=x_m + np.arange(14.0), y_m=np.zeros(14))), today=TODAY)
    assert away.of("zero_length") == ()


def test_positions_that_span_oceans_are_doubtful() -> None:
    city = city_of({f"L{i}": "lamp" for i in range(30)})
    x_m = np.linspace(0.0, 20_000.0, 30)
    assert check_city(as_file(moved(city, x_m=x_m, y_m=x_m)), today=TODAY).of("spread") == ()
    (finding,) = check_city(as_file(moved(city, x_m=x_m * 300, y_m=x_m)), today=TODAY).of("spread")
    assert "The assets lie 6,000 km apart" in str(finding)
