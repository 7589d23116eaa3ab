"""x and y in each other's place, by where a record stands and by its letters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.importing import import_city
from geodata.importing.swapped import turned

MAPPING = """city: Bourg
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - {name: lamps, file: lamps.csv, kind: lamp, id: ID, position: {x: X, y: Y}, crs: "%s"}
"""
TURNED = "x and y in each other's place: far away as written, among the rest the other way round, and read so"


def city_of(folder: Path, rows: list[str], crs: str = "EPSG:4326") -> tuple[dict[str, Any], Any]:
    (folder / "lamps.csv").write_text("ID;X;Y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "m.yaml").write_text(MAPPING % crs, encoding="utf-8")
    city_file = import_city(folder / "m.yaml")
    return city_file.report["layers"][0], city_file.city.assets


DEGREES = [f"L{i};4,99{i:02d};47,26{i:02d}" for i in range(20)]


@pytest.mark.parametrize(("crs", "rows", "wrong"), [
    ("EPSG:4326", DEGREES, "L20;47,2610;4,9910"),
    ("EPSG:2154", [f"L{i};{851_300 + i};{6_688_800 + i}" for i in range(20)], "L20;6688810;851310")])
def test_one_record_the_wrong_way_round_is_read_and_counted(tmp_path: Path, crs: str, rows: list[str],
                                                            wrong: str) -> None:
    report, assets = city_of(tmp_path, [*rows, wrong], crs)
    assert report["mended"][TURNED] == {"count": 1, "ids": ["line 22"]}
    there = np.hypot(assets.x_m - assets.x_m[0], assets.y_m - assets.y_m[0])
    assert there.max() < 3_000


def test_far_away_both_ways_is_no_swap(tmp_path: Path) -> None:
    report, _ = city_of(tmp_path, [*DEGREES, "L20;12,5;41,9"])
    assert TURNED not in report["mended"]
    assert report["doubtful"]["farther than 200 km from the city; kept without position"]["count"] == 1


def test_letters_say_which_is_which(tmp_path: Path) -> None:
    report, assets = city_of(tmp_path, [*DEGREES, "L20;47,2610 N;4,9910 E", "L21;4,9911 N;47,2611"])
    assert report["mended"]["the letters N, S, E or W say that x and y stand in each other's column; read as they say"][
        "ids"] == ["line 22"]
    assert report["doubtful"]["a letter of the other axis, as N in a column of x: a slip, or x and y swapped? Kept "
                              "without position"]["ids"] == ["line 23"]
    assert assets.x_m[20] == pytest.approx(assets.x_m[10], abs=80)
    assert np.isnan(assets.x_m[21])


@given(st.lists(st.tuples(st.floats(4.98, 5.02), st.floats(47.23, 47.27)), min_size=10, max_size=40), st.integers(0, 9))
def test_points_that_stand_together_are_left_and_one_turned_comes_back(places: list[tuple[float, float]],
                                                                       which: int) -> None:
    crs = pyproj.CRS.from_epsg(4326)
    points = shapely.points(np.array(places))
    assert not turned(points, crs)[1].any()
    wrong = points.copy()
    wrong[which] = shapely.points(places[which][1], places[which][0])
    back, which_ones = turned(wrong, crs)
    assert np.flatnonzero(which_ones).tolist() == [which]
    assert shapely.equals(back, points).all()


def test_a_city_where_longitude_is_latitude_turns_nothing() -> None:
    points = shapely.points(np.column_stack([np.linspace(45.0, 45.1, 20), np.linspace(45.1, 45.0, 20)]))
    assert not turned(points, pyproj.CRS.from_epsg(4326))[1].any()
