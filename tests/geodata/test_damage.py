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
