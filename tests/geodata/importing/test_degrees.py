"""Coordinates as people write them: read whole, or refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.importing import import_city
from geodata.importing.degrees import degrees_of, is_grouped, number_of, o_is_east, pair_of
from tests.geodata.import_data import layer_of, reasons
from tests.geodata.importing.test_links import HEAD, city
from twin.errors import InputError


@given(degrees=st.integers(0, 89), minutes=st.integers(0, 59), hundredths=st.integers(0, 5999),
       letter=st.sampled_from("NSEWO"), signs=st.sampled_from(["°'\"", "°′″", "º’”", "   ", "dms"]),
       is_before=st.booleans(), is_comma=st.booleans(), is_apart=st.booleans())
def test_an_angle_is_read_as_it_was_written(degrees: int, minutes: int, hundredths: int, letter: str, signs: str,
                                            is_before: bool, is_comma: bool, is_apart: bool) -> None:
    seconds = f"{hundredths / 100:.2f}".replace(".", "," if is_comma else ".")
    angle = f"{degrees}{signs[0]}{minutes}{signs[1]}{seconds}{signs[2].strip()}"
    space = " " if is_apart else ""
    text = f"{letter}{space}{angle}" if is_before else f"{angle}{space}{letter}"
    expected = (degrees + minutes / 60 + hundredths / 360_000) * (-1 if letter in "SWO" else 1)
    assert degrees_of(text, "NSEW") == pytest.approx(expected, abs=1e-9)
    assert math.isnan(degrees_of(text + " 7", "NSEW"))
    assert math.isnan(degrees_of(f"ca. {text}", "NSEW"))
    assert math.isnan(degrees_of(text, "EW" if letter in "NS" else "NS"))


@pytest.mark.parametrize(("text", "expected"), [
    ("47.2602N", 47.2602), ("N47,2602", 47.2602), ("5.0003 W", -5.0003), ("O5.0003", -5.0003), ("S. 33.5", -33.5),
    ("33 30 00S", -33.5), ("33d30m00s", 33.5), ("33d30m00s S", -33.5), ("47.26 n", 47.26), ("-4°30'", -4.5),
    ("47°15.6'", 47.26), ("4º30'O", -4.5),
])
def test_letters_stand_before_or_behind(text: str, expected: float) -> None:
    assert degrees_of(text) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("text", [
    "-5 E", "-5 W", "N 47 S", "33 52 10 s", "47.5°30'", "91 N", "181 E", "47°61'N", "47° 15' 60\"N", "12:30", "5.0003",
    "4°30' quai", "°30'", "N", "47,26,11 N", "4° 30' 10\" 5",
])
def test_what_is_no_angle_from_end_to_end_is_none(text: str) -> None:
    assert math.isnan(degrees_of(text))


def test_o_is_east_where_west_is_w() -> None:
    assert o_is_east(["11°17'O", "0°5'W"])
    assert not o_is_east(["11°17'O", "0°5'E"])
    assert not o_is_east(["11°17'O"])
    assert degrees_of("11°30'O", is_o_east=True) == 11.5


def test_spaces_set_thousands_apart_or_minutes_from_degrees() -> None:
    assert [is_grouped(text) for text in ("6 688 800,5", "6'688'800", "47 15 36", "4 52", "851 300")] == [
        True, True, False, False, True]
    assert number_of("6 688 800,5") == 6_688_800.5
    assert math.isnan(number_of("47 15 36"))


@pytest.mark.parametrize(("text", "expected"), [
    ("47.2602, 5.0003", (47.2602, 5.0003, False)), ("47.2602,5.0003", (47.2602, 5.0003, False)),
    ("47,2602, 5,0003", (47.2602, 5.0003, False)), ("47,2602;5,0003", (47.2602, 5.0003, False)),
    ("47,2602 5,0003", (47.2602, 5.0003, False)), ("(47.2602 / -5.0003)", (47.2602, -5.0003, False)),
    ("[5.0003, 47.2602]", (5.0003, 47.2602, False)), ("47.2602, 5.0003, 231.5", (47.2602, 5.0003, False)),
    ("N 47.25 E 5.5", (47.25, 5.5, False)), ("5.5 O, 47.25 N", (-5.5, 47.25, True)), ("47, 5", (47.0, 5.0, False)),
    ("47°15'00\"N 5°30'00\"E", (47.25, 5.5, False)), ("47°15' 5°30'", (47.25, 5.5, False)),
    ("E 5 30 00, N 47 15 00", (5.5, 47.25, True)), ("851 300; 6 688 800", (851300.0, 6688800.0, False)),
])
def test_a_pair_in_one_text(text: str, expected: tuple[float, float, bool]) -> None:
    assert pair_of(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", [
    "47 15 36", "47.2602", "near 47.2602, 5.0003", "47.2602, 5.0003 quai", "47.25 N, 5.5", "47.25 N, 48.0 N", "", ",",
    "47,2602,5,0003", "1.0, 2.0, 3.0, 4.0", "47.2602, 5.0003, river",
])
def test_a_pair_that_is_not_read_whole_is_none(text: str) -> None:
    assert pair_of(text) is None


def lamps(folder: Path, rows: str, position: str, crs: str = "EPSG:4326") -> object:
    return city(folder, {"lamps.csv": rows}, f"  - {{file: lamps.csv, kind: lamp, id: ID, position: {position}, "
                                             f"crs: '{crs}'}}\n")


def test_angles_in_columns_are_kept_or_counted(tmp_path: Path) -> None:
    found = lamps(tmp_path, "ID;LAT;LON\na;47 15 36;4 59 53\nb;47°15'36\"N;4°59'53\"E\nc;47.26;4.998055 E\n"
                            "d;47 15 36 or so;4 59 53\ne;33 30 00S;4 59 53\nf;47.26;-4.9 E\n", "{x: LON, y: LAT}")
    tally = reasons(layer_of(found, "lamps"), "doubtful")
    assert tally["a coordinate that is no number; kept without position"] == 2
    xy = np.column_stack([found.city.assets.x_m, found.city.assets.y_m])  # type: ignore[attr-defined]
    np.testing.assert_allclose(xy[:3], np.broadcast_to(xy[0], (3, 2)), atol=1)


def test_letters_decide_the_order_of_a_pair(tmp_path: Path) -> None:
    found = lamps(tmp_path, 'ID;P\na;"47.26 N, 4.998 E"\nb;"4.998 E, 47.26 N"\nc;47.26, 4.998\nd;nulle part\n'
                            'e;47 15 36\n', "{text: P}")
    xy = np.column_stack([found.city.assets.x_m, found.city.assets.y_m])  # type: ignore[attr-defined]
    np.testing.assert_allclose(xy[:3], np.broadcast_to(xy[0], (3, 2)), atol=1e-6)
    tally = reasons(layer_of(found, "lamps"), "doubtful")
    assert tally["a position that is no pair of coordinates; kept without position"] == 2


def test_o_is_told(tmp_path: Path) -> None:
    found = lamps(tmp_path, "ID;LAT;LON\na;47°N;1°30'O\nb;47°N;1°31'O\n", "{x: LON, y: LAT}")
    assert "LON: O read as west (ouest, ovest, oeste)" in layer_of(found, "lamps")["notes"]


def test_degrees_under_a_crs_of_metres_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        lamps(tmp_path, "ID,x,y\na,4.9981,47.2602\nb,5.0003,47.2611\n", "{x: x, y: y}", "EPSG:2154")
    assert "coordinates like 4.998, 47.26 under EPSG:2154, which counts in metres or feet" in str(refused.value)
    assert "state crs: EPSG:4326" in str(refused.value)
    assert "lamps.csv, field 'layers.lamps.crs' (town.yaml:5)" in str(refused.value)


def test_one_typing_error_refuses_no_layer(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text(HEAD + "  - {file: lamps.csv, kind: lamp, id: ID, position: {x: x, y: y}, "
                                        "crs: 'EPSG:2154'}\n", encoding="utf-8")
    (tmp_path / "lamps.csv").write_text("ID,x,y\n" + "".join(f"{i},{851300 + i},6688800\n" for i in range(30))
                                        + "z,4.9981,47.2602\n", encoding="utf-8")
    assert import_city(tmp_path / "town.yaml").report["assets"] == {"lamp": 31}
