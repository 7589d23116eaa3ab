"""What things are worth, read from a file: by kind and asset, each, by length, by area; and what does not fit."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from geodata.damage import read_damages
from tests.reference.cities import city_of
from twin.errors import InputError, InputErrors
from twin.world.kinds import built_in_kinds

CURVES = "curve,depth_m,fraction,source\nall,0,0,here\nall,1,1,here\n"


@pytest.fixture
def town():
    city = city_of({"B1": "building", "B2": "building", "C1": "cabinet", "G1": "gauge"}, [])
    shapes = np.array([shapely.box(0, 0, 10, 8), shapely.box(0, 0, 5, 4), shapely.LineString([(0, 0), (3, 4)]), None],
                      object)
    fail_m = np.array([0.3, 0.3, 0.6, np.nan])
    return SimpleNamespace(city=replace(city, assets=city.assets.replaced(fail_m=fail_m)), shapes=shapes)


def read(tmp_path, town, body, curves=CURVES):
    (tmp_path / "own.csv").write_text(curves, "utf-8")
    file = tmp_path / "damage.yaml"
    file.write_text("currency: EUR\ncurves: own.csv\ndamage:\n" + body, "utf-8")
    return read_damages(file, town)


def test_values_by_area_length_and_asset(tmp_path, town):
    found = read(tmp_path, town, "  B2: {curve: all, value: 7, source: x}\n"
                 "  building: {curve: all, value_per_m2: 100, floor_m: 0.5, source: x}\n"
                 "  C1: {curve: jrc-europe-transport, value_per_m: 20, above: live_parts, source: x}\n")
    by_kind, own, line = sorted(found.valued, key=lambda one: (one.kind, len(one.rows) == 1))
    assert by_kind.value.tolist() == [8000, 2000]
    assert own.value.tolist() == [7]
    assert (line.value.tolist(), line.floor_m.tolist()) == ([100], [pytest.approx(0.6)])
    # A metre of water above the floor at both houses; B2 counts by its own entry, from the ground.
    peak = found.of(np.array([0, 1, 2], np.int32), np.array([1.0, 0.5, 1.6]), 4)
    assert peak == {"building": pytest.approx(4000 + 3.5), "cabinet": pytest.approx(54.2)}


def test_any_kind_has_a_value_also_one_of_the_city_s_own_by_length_and_area(tmp_path):
    """A road of 30 + 40 m, two stretches of 10 m as one, and a field of 100 m² less a pond of 10 m², worked by hand.

    Half a metre over a curve that is straight to 1 m is half of the value: 0.5 · 70 · 20, 0.5 · 20 · 20, 0.5 · 90 · 3.
    """
    words = {lang: {"one": "x", "many": "x", "the": "x", "of_the": "x"} for lang in ("fr", "en")}
    own = {name: {"words": words, "symbol": "other"} for name in ("road", "field")}
    city = city_of({"R1": "road", "R2": "road", "F1": "field", "Z1": "zone"}, [],
                   kinds=built_in_kinds().with_kinds(own))
    field = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(1, 1), (6, 1), (6, 3), (1, 3)]])
    shapes = np.array([shapely.LineString([(0, 0), (30, 0), (30, 40)]), shapely.MultiLineString(
        [[(0, 0), (10, 0)], [(20, 0), (30, 0)]]), field, shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(
            5, 5, 7, 8)])], object)
    found = read(tmp_path, SimpleNamespace(city=city, shapes=shapes),
                 "  road: {curve: all, value_per_m: 20, source: x}\n  field: {curve: all, value_per_m2: 3, source: x}\n"
                 "  zone: {curve: all, value_per_m2: 1, source: x}\n")
    half = found.of(np.arange(4, dtype=np.int32), np.full(4, 0.5), 4)
    assert half == {"road": pytest.approx(700 + 200), "field": pytest.approx(135), "zone": pytest.approx(5)}
    assert found.of(np.array([1], np.int32), np.array([2.0]), 4) == {"road": 400, "field": 0, "zone": 0}


@pytest.mark.parametrize(("body", "said"), [
    ("  building: {curve: none, value: 1, source: x}\n", "curve 'none'"),
    ("  zoo: {curve: all, value: 1, source: x}\n", "a kind or the id of an asset"),
    ("  building: {curve: all, value_per_m: 1, source: x}\n", "2 of 2 without a length"),
    ("  cabinet: {curve: all, value_per_m2: 1, source: x}\n", "1 of 1 without an area"),
    ("  gauge: {curve: all, value: 1, above: live_parts, source: x}\n", "without live parts"),
    ("  lamp: {curve: all, value: 1, source: x}\n", "of which this city has none")])
def test_what_does_not_fit_the_city_is_refused_with_its_line(tmp_path, town, body, said):
    with pytest.raises(InputError, match=said) as refused:
        read(tmp_path, town, body)
    assert refused.value.line == 4


@pytest.mark.parametrize("body", ["  building: {curve: all, source: x}\n",
                                  "  building: {curve: all, value: 1, value_per_m: 1, source: x}\n",
                                  "  building: {curve: all, value: -1, source: x}\n",
                                  "  building: {curve: all, value: 1}\n", "  building: {curve: all, worth: 1}\n"])
def test_what_makes_no_value_is_refused(tmp_path, town, body):
    with pytest.raises(InputErrors):
        read(tmp_path, town, body)


@pytest.mark.parametrize("curves", ["curve,depth_m,fraction\nall,0,0\n",
                                    "curve,depth_m,fraction,source\nall,0,x,here\n",
                                    "curve,depth_m,fraction,source\nall,0,0,here\nall,0,1,here\n"])
def test_curves_of_ones_own_are_checked(tmp_path, town, curves):
    with pytest.raises(InputError, match=r"own\.csv"):
        read(tmp_path, town, "  building: {curve: all, value: 1, source: x}\n", curves)
