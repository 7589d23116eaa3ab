"""Texts in columns of numbers are no surveyed zeros."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geodata.importing import import_city
from twin.world.assets import Source

MAPPING = """city: Town
timezone: Europe/Paris
crs: EPSG:2154
layers:
  - kind: building
    file: houses.gpkg
    id: ID
    fields:
      fail_m: {column: haut}
      people: {column: habitants}
"""


def houses(folder: Path, **texts: str | bytes) -> Path:
    """Write three houses with heights and people; ``texts`` stand in the first one's columns."""
    points = shapely.points([(770_000.0, 6_278_000.0), (770_050.0, 6_278_010.0), (770_100.0, 6_278_020.0)])
    pyogrio.raw.write(folder / "houses.gpkg", geometry=shapely.to_wkb(points), geometry_type="Point", crs="EPSG:2154",
                      field_data=[np.array(["B1", "B2", "B3"], object), np.array([0.3, 0.4, np.nan]),
                                  np.array([1, 2, 3], np.int32)],
                      fields=np.array(["ID", "haut", "habitants"]), driver="GPKG")
    with closing(sqlite3.connect(folder / "houses.gpkg")) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for column, text in texts.items():
            database.execute(f"UPDATE houses SET {column} = ? WHERE ID = 'B1'", (text,))
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    return folder / "map.yaml"


@pytest.mark.parametrize("text", ["?", "inconnu", "0,55 W", b"\x01\xff", "à voir"])
def test_a_text_in_a_number_column_is_no_surveyed_zero(tmp_path: Path, text: str | bytes) -> None:
    city_file = import_city(houses(tmp_path, haut=text, habitants=text))
    assets = city_file.city.assets
    default = assets.kinds["building"].fail_m.value
    assert assets.fail_m.tolist() == pytest.approx([default, 0.4, default])
    assert [Source(code) for code in assets.fail_source] == [Source.DEFAULT, Source.SURVEY, Source.DEFAULT]
    np.testing.assert_array_equal(assets.people, [np.nan, 2, 3])
    told = city_file.report["layers"][0]["doubtful"]
    assert told["fail_m: no number; left empty"]["count"] == 1
    assert told["people: no number; left empty"]["count"] == 1


def test_a_height_that_stands_with_its_unit_is_read_in_it(tmp_path: Path) -> None:
    city_file = import_city(houses(tmp_path, haut="55 cm"))
    assert city_file.city.assets.fail_m[0] == pytest.approx(0.55)
    assert Source(city_file.city.assets.fail_source[0]) is Source.SURVEY
    told = city_file.report["layers"][0]["mended"]
    assert told["fail_m: read with the unit that stands beside the number (cm)"]["count"] == 1


@pytest.mark.parametrize(("text", "value"), [("0,55", 0.55), (" 0.55 ", 0.55), ("1 250", 1250.0)])
def test_a_number_that_is_typed_as_text_is_read(tmp_path: Path, text: str, value: float) -> None:
    mapping = houses(tmp_path, habitants=text)
    assert import_city(mapping).city.assets.people[0] == pytest.approx(value)
