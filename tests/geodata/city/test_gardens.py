"""Irrigated zones in a city file: what it states, what it does not, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.city.gardens import ZoneRecord, zone_records
from geodata.city.model import CityFile
from geodata.quality.check import check_city
from scenarios.irrigation.loading import prepare_season, read_programme
from tests.scenarios.irrigation.gardens import gardens, programme_file
from twin.errors import InputError


def town(**columns: list[Any]) -> CityFile:
    """The three zones with columns that an import kept."""
    return replace(gardens(), extra={"zone": {f"src_{name}": np.array(values, object)
                                              for name, values in columns.items()}})


def test_what_a_city_file_states_of_its_zones_is_read() -> None:
    city = town(soil=["clay", "", None], vegetation=["young_trees", "shrub_bed", ""], area_m2=["812,5", None, 90.0],
                rate_mm_h=[12, None, None], efficiency=[0.7, None, None], slope_percent=[0, None, 8])
    rows = [city.city.assets.row(f"Z-{i}") for i in (1, 2, 3)]
    found = zone_records(city)
    assert found[rows[0]] == ZoneRecord(soil="clay", vegetation="young_trees", area_m2=812.5, rate_mm_h=12.0,
                                        efficiency=0.7, slope_percent=0.0)
    assert found[rows[1]] == ZoneRecord(vegetation="shrub_bed")
    assert found[rows[2]] == ZoneRecord(area_m2=90.0, slope_percent=8.0)
    assert zone_records(gardens()) == {}


@pytest.mark.parametrize(("columns", "message"), [
    ({"soil": ["terre", "", ""]}, "found 'terre'; expected one of sand"),
    ({"vegetation": ["", "", "grass"]}, "found 'grass'"), ({"area_m2": [0, 5, 5]}, "found '0'; expected more than 0"),
    ({"efficiency": [0.5, 1.5, None]}, "found '1.5'"), ({"rate_mm_h": [0, None, None]}, "found '0'"),
    ({"slope_percent": [-1, None, None]}, "found '-1'; expected 0 or more"),
    ({"rate_mm_h": ["fast", None, None]}, "found 'fast'")])
def test_what_no_zone_can_be_is_refused_with_its_zone(columns: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(InputError) as refused:
        zone_records(town(**columns))
    assert message in str(refused.value)
    assert "Z-" in str(refused.value)


def test_a_season_takes_the_programme_file_then_the_city_then_a_default(tmp_path: Path) -> None:
    city = town(soil=["clay", "sand", ""], vegetation=["young_trees", "", ""], area_m2=[50, None, None],
                rate_mm_h=[30, None, None], efficiency=[0.5, None, None], slope_percent=[None, 20, None])
    path = programme_file(tmp_path, defaults={}, zones={"Z-2": {"soil": "silt"}})
    one, two, three = prepare_season(read_programme(path), city).season.zones
    assert (one.soil.name, one.vegetation.name, one.area_m2, one.rate_mm_h) == ("clay", "young_trees", 50.0, 30.0)
    assert (two.soil.name, two.area_m2, two.rate_mm_h) == ("silt", 1000.0, None)
    assert two.curve_number > three.curve_number == 61.0
    assert prepare_season(read_programme(path), city).season.defaults == {"soil": 1, "vegetation": 2}


def test_zones_water_by_the_rate_and_efficiency_of_their_own_heads(tmp_path: Path) -> None:
    from twin.irrigation.season import balance

    city = town(efficiency=[0.5, None, None])
    b = balance(prepare_season(read_programme(programme_file(tmp_path)), city).season)
    assert b.net_mm[0].sum() == pytest.approx(b.net_mm[1].sum())
    assert b.columns.gross_mm[0].sum() == pytest.approx(b.columns.gross_mm[1].sum() * 0.8 / 0.5)
    assert np.abs(b.residual_mm()).max() < 1e-9


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_doctor_counts_what_nobody_states(lang: str) -> None:
    bare = check_city(gardens(), lang=lang)
    assert [(f.check, f.count) for f in bare if f.check.startswith("zone_")] == [("zone_soil", 3), ("zone_plants", 3)]
    told = check_city(town(soil=["clay", "", "loam"], vegetation=["cool_turf"] * 3), lang=lang)
    soil, = (f for f in told if f.check.startswith("zone_"))
    assert (soil.check, soil.ids) == ("zone_soil", ("Z-2",))
    without = replace(gardens(), shapes=np.full(len(gardens().city.assets), None, object))
    assert check_city(without, lang=lang).of("zone_area")[0].count == 3
