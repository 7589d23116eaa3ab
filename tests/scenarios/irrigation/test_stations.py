"""Several weather stations: a zone takes the one that it names, else the nearest, else the first, and is counted."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from geodata.city.model import CityFile
from scenarios.irrigation.loading import PreparedSeason, prepare_season, read_programme
from tests.scenarios.irrigation.gardens import gardens, programme_file
from twin.errors import InputError
from twin.irrigation.season import balance

PLAIN = {"time": "day", "eto": {"column": "eto", "unit": "mm"}, "rain": {"column": "rain", "unit": "mm"}}


def placed(folder: Path, city: CityFile | None = None, **changes: Any) -> PreparedSeason:
    """Two stations, one beside the first zone, one beside the third, where 30 mm fall on Wednesday."""
    city = gardens() if city is None else city
    to_degrees = pyproj.Transformer.from_crs(city.city.crs, "EPSG:4326", always_xy=True)
    (west, south), (east, north) = to_degrees.transform(100, 0), to_degrees.transform(400, 0)
    path = programme_file(folder, **{
        "weather": {"file": "weather.csv", "name": "centre", "latitude": south, "longitude": west, "columns": PLAIN},
        "stations": {"plateau": {"file": "plateau.csv", "latitude": north, "longitude": east, "columns": PLAIN}},
        **changes})
    lines = list(csv.DictReader((folder / "weather.csv").read_text("utf-8").splitlines()))
    rows = [f"{row['day']},{row['eto']},{30 if row['day'].endswith('-08') else 0}" for row in lines]
    (folder / "plateau.csv").write_text("\n".join(["day,eto,rain", *rows]) + "\n", "utf-8")
    return prepare_season(read_programme(path), city)


def test_a_zone_takes_the_nearest_station(tmp_path: Path) -> None:
    season = placed(tmp_path).season
    assert season.station_names == ["centre", "plateau"]
    assert season.stations_of.tolist() == [0, 0, 1]
    b = balance(season)
    assert b.columns.depletion_mm[0, 2] - b.columns.depletion_mm[2, 2] == pytest.approx(30.0, abs=0.1)
    assert season.rain_of(2)[2] == 30.0
    assert np.abs(b.residual_mm()).max() < 1e-9


def test_a_zone_takes_the_station_that_it_names(tmp_path: Path) -> None:
    assert placed(tmp_path, zones={"Z-1": {"station": "plateau"}}).season.stations_of.tolist() == [1, 0, 1]
    kept = replace(gardens(), extra={"zone": {"src_station": np.array(["", "plateau", "centre"], object)}})
    assert placed(tmp_path, kept).season.stations_of.tolist() == [0, 1, 0]


def test_a_station_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no station 'nord', which a zone names; expected one of centre, plateau"):
        placed(tmp_path, zones={"Z-1": {"station": "nord"}})


def test_stations_without_a_place_leave_their_zones_to_the_first_and_say_so(tmp_path: Path) -> None:
    season = placed(tmp_path, stations={"plateau": {"file": "plateau.csv", "columns": PLAIN}}).season
    assert season.stations_of.tolist() == [0, 0, 0]
    assert "with the weather of centre: 3" in season.notes[-1].en
    assert "avec la météo de centre\u00a0: 3" in season.notes[-1].fr


def test_two_stations_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two stations called 'centre'"):
        placed(tmp_path, stations={"centre": {"file": "plateau.csv", "columns": PLAIN}})


def test_a_season_of_several_stations_is_read_back_from_a_run(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from geodata.run.season import read_season, write_season
    from tests.reference.cities import plan_of
    from twin.irrigation.gardens import Gardens
    from twin.irrigation.indicators import Indicators

    ready = placed(tmp_path)
    city, plan = ready.city_file.city, replace(plan_of(3600), start=datetime(2026, 7, 8, 20, tzinfo=UTC))
    ours = Gardens.of("Semaine", Indicators(balance(ready.season)), city, plan)
    write_season(ours, tmp_path)
    theirs = read_season(tmp_path, city, plan)
    assert theirs is not None
    assert np.array_equal(theirs.balance.columns.depletion_mm, ours.balance.columns.depletion_mm)
    assert theirs.balance.season.station_names == ["centre", "plateau"]
