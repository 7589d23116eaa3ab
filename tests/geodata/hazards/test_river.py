"""River stage over a city's terrain: finding the river, its gauges and its ground."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geodata.hazards.river_stage import chained, folded
from tests.geodata.waters import X0, Y0, at, city, opened, terrain
from twin.errors import InputError

RIVER = shapely.LineString([(0, 105), (400, 105)])


def valley(*, reverse=False, **options):
    """A valley 400 m long that falls by 1 % to the east, its river along y = 105, banks 1 m higher per 20 m."""
    x, y = np.meshgrid(5 + 10 * np.arange(40), 205 - 10 * np.arange(21))
    height = 100 - 0.01 * x + np.abs(y - 105) / 20
    line = shapely.reverse(RIVER) if reverse else RIVER
    options.setdefault("gauges", [("PN", 205, 105, 97.0)])
    return city([(205, 105), (205, 125), (5, 105), (395, 105), (205, 205)], terrain=terrain(height),
                water=[("L’Ouche", "ouche", line)], **options)


FLOOD = {"river": "ouche", "gauge": "PN", "levels": [["+0h", 1.0], ["+1h", 3.0]], "datum": "gauge", "every": "30min",
         "width_m": 2.0}


@pytest.mark.parametrize("reverse", [False, True])
def test_the_surface_runs_parallel_to_the_river_whichever_way_it_is_drawn(tmp_path, reverse):
    water = opened({"river_stage": FLOOD}, tmp_path, valley(reverse=reverse))
    assert water.times_s.tolist() == [0, 1800, 3600]
    depth = at(water, (205, 105), (205, 125), (5, 105), (395, 105), (205, 205))
    # At the gauge the thalweg stands at 97.95 m: 97 + 1 is just above it, 97 + 3 stands 2 m over it.
    np.testing.assert_allclose(depth[-1], [2.05, 1.05, 2.05, 2.05, 0.0], atol=0.16)
    assert abs(depth[-1][2] - depth[-1][3]) < 0.21
    assert any("One gauge (PN)" in note for note in water.notes)
    assert water.depth_error_m == pytest.approx(0.1)


def test_a_gauge_is_found_by_its_name_and_a_river_by_its_name(tmp_path):
    flood = {**FLOOD, "gauge": "pont-neuf", "river": "L’Ouche"}
    assert at(opened({"river_stage": flood}, tmp_path, valley()), (205, 105))[-1][0] > 1.8


def test_a_river_may_come_from_a_file(tmp_path):
    (tmp_path / "line.geojson").write_text(json.dumps({
        "type": "Feature", "properties": {}, "geometry": {
            "type": "LineString", "coordinates": [[X0, Y0 + 105], [X0 + 400, Y0 + 105]]},
        "crs": {"type": "name", "properties": {"name": "EPSG:2154"}}}))
    (tmp_path / "line.geojson").write_text(json.dumps({
        "type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:2154"}}, "features": [
            {"type": "Feature", "properties": {}, "geometry": {
                "type": "LineString", "coordinates": [[X0, Y0 + 105], [X0 + 400, Y0 + 105]]}}]}))
    water = opened({"river_stage": {**FLOOD, "river": "line.geojson"}}, tmp_path, valley())
    assert at(water, (205, 105))[-1][0] > 1.8


def test_two_gauges_slope_the_surface(tmp_path):
    town = valley(gauges=[("A", 55, 105, 0.0), ("B", 355, 105, 0.0)])
    flood = {"river": "ouche", "width_m": 2.0, "gauges": [
        {"gauge": "B", "levels": [["+0h", 98.0], ["+1h", 98.5]], "datum": "altitude"},
        {"gauge": "A", "levels": [["+0h", 100.0], ["+1h", 100.5]], "datum": "gauge"}]}
    water = opened({"river_stage": flood}, tmp_path, town)
    # Half way between the gauges the surface stands half way between 100.5 and 98.5; the ground at 97.95.
    assert at(water, (205, 105))[-1][0] == pytest.approx(99.5 - 97.95, abs=0.05)
    assert any("straight between the gauges A, B" in note for note in water.notes)


def test_levels_at_a_place_without_a_gauge(tmp_path):
    flood = {"river": "ouche", "at": [X0 + 205, Y0 + 105], "levels": [["+0h", 98.0], ["+1h", 100.0]],
             "datum": "altitude", "width_m": 2.0}
    assert at(opened({"river_stage": flood}, tmp_path, valley(gauges=[])), (205, 105))[-1][0] == pytest.approx(2.05,
                                                                                                          abs=0.16)


def test_altitudes_without_a_place_hold_beside_the_middle_of_town_and_it_is_said(tmp_path):
    flood = {"river": "ouche", "levels": [["+0h", 98.0], ["+1h", 100.0]], "datum": "altitude", "width_m": 2.0}
    water = opened({"river_stage": flood}, tmp_path, valley(gauges=[]))
    assert at(water, (205, 105))[-1][0] == pytest.approx(2.05, abs=0.16)
    assert any("without a place" in note for note in water.notes)


def test_a_levee_and_a_conduit_of_the_scenario(tmp_path):
    levee = {"name": "digue", "line": [[X0, Y0 + 115], [X0 + 400, Y0 + 115]], "crest_m": 103.0, "protects_to_m": 99.0}
    town = valley()
    wet = opened({"river_stage": FLOOD}, tmp_path, town)
    assert at(wet, (205, 125))[-1][0] > 0
    behind = opened({"river_stage": {**FLOOD, "levees": [levee]}}, tmp_path, town)
    assert at(behind, (205, 125))[-1][0] == -1.0
    safe = opened({"river_stage": {**FLOOD, "levees": [{**levee, "protects_to_m": 103.0}]}}, tmp_path, town)
    assert at(safe, (205, 125))[-1][0] == 0.0
    pipe = {"at": [X0 + 205, Y0 + 105], "to": [X0 + 205, Y0 + 125]}
    joined = opened({"river_stage": {**FLOOD, "levees": [{**levee, "protects_to_m": 103.0}], "conduits": [pipe]}},
                    tmp_path, town)
    assert at(joined, (205, 125))[-1][0] == at(wet, (205, 125))[-1][0]


def test_hand_and_fill_agree_where_nothing_stands_between(tmp_path):
    flood = dict(FLOOD)
    fill, hand = (opened({name: flood}, tmp_path, valley()) for name in ("river_stage", "hand"))
    np.testing.assert_allclose(at(fill, (205, 105), (205, 125)), at(hand, (205, 105), (205, 125)), atol=0.11)


def test_levels_that_end_early_are_refused_or_held(tmp_path):
    flood = {"river_stage": {**FLOOD, "levels": [["+0h", 1.0], ["+30min", 3.0]]}}
    with pytest.raises(InputError, match="ends 1800 s after the start"):
        opened(flood, tmp_path, valley())
    held = opened({**flood, "after": "hold"}, tmp_path, valley())
    assert held.times_s[-1] == 3600
    assert at(held, (205, 105))[-1][0] > 1.8


@pytest.mark.parametrize(("change", "message"), [
    ({"river": "seine"}, r"river 'seine'.*ouche"),
    ({"gauge": "nowhere"}, r"gauge 'nowhere'.*\(PN\)"),
    ({"gauge": None}, "levels above a gauge's zero, and no gauge"),
    ({"levels": "none.csv"}, "no such file"),
    ({"datum": "altitude"}, r"between 1\.00 and 3\.00 m where the terrain of the river stands at 97\."),
    ({"levels": [["+0h", 100.0], ["+1h", 300.0]], "zero_m": 97.0}, "check the zero"),
    ({"levels": [["+0h", 1.0], ["+0h", 2.0]]}, "repeated time"),
    ({"levels": [["-3h", 1.0], ["-2h", 2.0]]}, "end before the start"),
    ({"levees": [{"line": [[0, 0], [1, 1]], "crest_m": 3.0}]}, "a levee off the terrain"),
    ({"levees": [{"line": [[X0, Y0], [X0 + 9, Y0]], "crest_m": 3.0, "protects_to_m": 4.0}]}, "above the crest"),
    ({"conduits": [{"at": [0, 0], "to": [1, 1]}]}, "an end off the terrain"),
])
def test_what_cannot_be_found_is_said(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        opened({"river_stage": {**FLOOD, **change}}, tmp_path, valley())


def test_a_city_without_terrain_zero_or_water_is_told_so(tmp_path):
    with pytest.raises(InputError, match="a city without terrain"):
        opened({"river_stage": FLOOD}, tmp_path, city(gauges=[("PN", 205, 105, 97.0)]))
    with pytest.raises(InputError, match="no altitude of the gauge's zero"):
        opened({"river_stage": FLOOD}, tmp_path, valley(gauges=[("PN", 205, 105, np.nan)]))
    dry = city([(205, 105)], terrain=terrain(np.zeros((21, 40))), gauges=[("PN", 205, 105, 97.0)])
    with pytest.raises(InputError, match="without a layer `water`"):
        opened({"river_stage": FLOOD}, tmp_path, dry)
    with pytest.raises(InputError, match="2895 m from the river"):
        opened({"river_stage": FLOOD}, tmp_path, valley(gauges=[("PN", 205, 3000, 97.0)]))


def test_parts_of_a_river_are_chained_and_arms_are_left():
    parts = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(300, 0), (200, 0)]),
             shapely.LineString([(100, 0), (200, 0)]), shapely.LineString([(120, 40), (180, 40)])]
    axis, arms = chained(parts)
    assert axis.length == 300
    assert [arm.length for arm in arms] == [60]


@pytest.mark.parametrize(("name", "plain"), [("L’Ouche", "l-ouche"), ("Pont Neuf", "pont-neuf"), ("Saône", "saone")])
def test_names_are_compared_without_accents(name, plain):
    assert folded(name) == plain


def test_levels_that_begin_late_are_held_back_to_the_start_and_it_is_said(tmp_path):
    late = {**FLOOD, "levels": [["+20min", 1.0], ["+1h", 3.0]]}
    notes = opened({"river_stage": late}, tmp_path, valley()).notes
    assert any("begin 20 min after the start" in note for note in notes)
    assert not any("begin" in note for note in opened({"river_stage": FLOOD}, tmp_path, valley()).notes)
