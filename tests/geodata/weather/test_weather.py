"""Weather from text tables: any dialect, units declared, nothing that can be read two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.weather.reading import read_forecast, read_weather
from geodata.weather.specs import ForecastSpec, WeatherSpec
from twin.errors import InputError
from twin.irrigation.weather import Weather, reference_of

COLUMNS: dict[str, Any] = {
    "time": "day", "t_min": {"column": "tn", "unit": "degC"}, "t_max": {"column": "tx", "unit": "degC"},
    "rain": {"column": "rr", "unit": "mm"}}
PLAIN = "day,tn,tx,rr\n2026-07-06,14,27,0\n2026-07-07,15,28,3.5\n2026-07-08,13,24,0\n"


def read(folder: Path, text: str, columns: dict[str, Any] | None = None, first: int = 6, last: int = 8, **more: Any
         ) -> Weather:
    (folder / "w.csv").write_bytes(text.encode(more.pop("bytes", "utf-8")))
    spec = WeatherSpec.model_validate({"file": "w.csv", "columns": columns or COLUMNS, **more})
    return read_weather(spec, folder=folder, timezone="Europe/Paris", latitude=47.3, first=date(2026, 7, first),
                        last=date(2026, 7, last))


def test_a_plain_file_of_days(tmp_path: Path) -> None:
    w = read(tmp_path, PLAIN)
    assert w.t_min_c.tolist() == [14, 15, 13]
    assert w.rain.mm.tolist() == [0, 3.5, 0]
    assert np.isnan(w.wind_m_s).all()
    assert w.notes == ()


@pytest.mark.parametrize("text", [
    "day;tn;tx;rr\n06/07/2026;14,0;27;0\n07/07/2026;15,0;28;3,5\n08/07/2026;13,0;24;0\n",
    "day\ttn\ttx\trr\n20260706\t14\t27\t0\n20260707\t15\t28\t3.5\n20260708\t13\t24\t0\n",
    "Station de Valmont\n\nday;tn;tx;rr\n2026-07-08;13;24;0\n2026-07-07;15;28;3,5\n2026-07-06;14;27;0\n"])
def test_any_dialect_gives_the_same(tmp_path: Path, text: str) -> None:
    w = read(tmp_path, text, days="day_first")
    assert (w.t_min_c.tolist(), w.rain.mm.tolist()) == ([14, 15, 13], [0, 3.5, 0])


def test_units_are_converted_and_the_wind_is_brought_to_two_metres(tmp_path: Path) -> None:
    text = ("day,tn,tx,rr,wind (km/h),sun\n2026-07-06,287.15,300.15,0,11.52,2210\n"
            "2026-07-07,288.15,301.15,0.35,11.52,2000\n2026-07-08,286.15,297.15,0,11.52,1500\n")
    columns = {**COLUMNS, "t_min": {"column": "tn", "unit": "K"}, "t_max": {"column": "tx", "unit": "K"},
               "rain": {"column": "rr", "unit": "cm"}, "wind": {"column": "wind (km/h)", "height_m": 10},
               "radiation": {"column": "sun", "unit": "J/cm2"}}
    w = read(tmp_path, text, columns)
    assert w.t_min_c[0] == pytest.approx(14.0)
    assert w.rain.mm[1] == pytest.approx(3.5)
    assert w.radiation_mj[0] == pytest.approx(22.1)
    assert w.wind_m_s[0] == pytest.approx(2.4, abs=0.01)  # 3.2 m/s at 10 m
    assert "10 m" in w.notes[0].en
    assert "10 m" in w.notes[0].fr


def test_hours_become_days_of_the_citys_clocks(tmp_path: Path) -> None:
    # UTC hours at their end: midnight of Paris in summer is 22:00 UTC
    hours = [datetime(2026, 7, 5, 23, tzinfo=UTC).timestamp() + 3600 * k for k in range(72)]
    rows = [f"{datetime.fromtimestamp(t, UTC):%Y-%m-%d %H:%M},{15 + (k % 24) / 2},{2 if k == 24 else 0},"
            f"{500 if k % 24 > 8 else 0}" for k, t in enumerate(hours)]
    columns = {"time": "t", "temperature": {"column": "ta", "unit": "degC"}, "rain": {"column": "r", "unit": "mm/h"},
               "radiation": {"column": "rs", "unit": "W/m2"}}
    w = read(tmp_path, "t,ta,r,rs\n" + "\n".join(rows), columns, zone="UTC")
    assert w.t_min_c.tolist() == [15, 15, 15]
    assert w.t_max_c.tolist() == [26.5, 26.5, 26.5]
    assert w.rain.mm.tolist() == [0, 2, 0]
    assert w.radiation_mj[0] == pytest.approx(15 * 500 * 3600 / 1e6)


def test_eto_of_the_file_itself_is_taken(tmp_path: Path) -> None:
    text = "day,rr,etp\n2026-07-06,0,5\n2026-07-07,0,5.5\n2026-07-08,0,6\n"
    w = read(tmp_path, text, {"time": "day", "rain": {"column": "rr", "unit": "mm"},
                              "eto": {"column": "etp", "unit": "mm"}})
    found = reference_of(w, latitude=47.3, elevation_m=200.0)
    assert found.eto_mm.tolist() == [5, 5.5, 6]
    assert found.counts() == {"given": 3}


WIND = {**COLUMNS, "wind": {"column": "ff", "unit": "m/s", "height_m": 10}}
SUN = {**COLUMNS, "radiation": {"column": "rs", "unit": "MJ/m2"}}


@pytest.mark.parametrize(("text", "columns", "message"), [
    (PLAIN.replace("2026-07-07", "2026-07-06"), COLUMNS, "w.csv:3, field 'day': found the day 2026-07-06 again (line"),
    (PLAIN.replace("2026-07-07,15,28,3.5\n", ""), COLUMNS, "no weather of 2026-07-07 (the file holds 2026-07-06 to"),
    (PLAIN.replace("3.5", "-1"), COLUMNS, "w.csv:3, field 'rr': found -1 mm; expected rain from 0"),
    (PLAIN.replace("3.5", "wet"), COLUMNS, "w.csv:3, field 'rr': found 'wet'; expected a number"),
    (PLAIN.replace("15,28", "31,28"), COLUMNS, "a lowest temperature above the highest on 2026-07-07 (31 and 28 °C)"),
    (PLAIN.replace("28", "288"), COLUMNS, "w.csv:3, field 'tx': found 288 degC; expected temperature from -70 to 60"),
    (PLAIN, {**COLUMNS, "rain": "rr"}, "found no unit of 'rr'; expected one of mm, cm"),
    (PLAIN, {**COLUMNS, "rain": {"column": "rr", "unit": "bushel"}}, "found 'bushel'; expected one of mm, cm"),
    (PLAIN, {**COLUMNS, "rain": {"column": "pluie", "unit": "mm"}}, "no column 'pluie'"),
    (PLAIN.replace("tn,", "tn (°F),"), {**COLUMNS, "t_min": {"column": "tn (°F)", "unit": "degC"}},
     "found degF, by the file itself; expected degC"),
    ("day,tn,tx,rr,rs\n2026-07-06,14,27,0,22\n2026-07-07,14,27,0,2200\n2026-07-08,14,27,0,21\n", SUN,
     "found 2200 MJ/m2; expected radiation from 0 to 45"),
    ("day,tn,tx,rr,rs\n2026-07-06,14,27,0,2200\n2026-07-07,14,27,0,22\n2026-07-08,14,27,0,2100\n",
     {**SUN, "radiation": {"column": "rs", "unit": "J/cm2"}}, "0.22 MJ/m² on 2026-07-07, less than any cloud lets"),
    ("day,tn,tx,rr,rs\n2026-07-06,14,27,0,43\n2026-07-07,14,27,0,22\n2026-07-08,14,27,0,21\n", SUN,
     "43 MJ/m² on 2026-07-06, more than reaches the air")])
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, columns: dict[str, Any], message: str
                                                  ) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, text, columns)
    assert message in str(refused.value)


def test_the_height_of_the_wind_must_be_stated() -> None:
    with pytest.raises(ValueError, match="height_m"):
        WeatherSpec.model_validate({"file": "w.csv", "columns": {**COLUMNS, "wind": {"column": "ff", "unit": "m/s"}}})


def test_gaps_are_filled_where_that_is_asked_for_and_counted(tmp_path: Path) -> None:
    w = read(tmp_path, PLAIN.replace("2026-07-07,15,28,3.5\n", ""), gaps="fill")
    assert w.t_max_c[1] == pytest.approx(25.5)
    assert w.rain.mm[1] == 0.0
    assert "days without weather, filled with the mean of the days around them, without rain: 1" in w.notes[0].en
    assert reference_of(w, latitude=47.3, elevation_m=200.0).counts()["neighbours"] == 1


def test_a_forecast_is_another_type(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("issued;day;mm\n2026-07-06T06:00+02:00;2026-07-07;20,5\n", encoding="utf-8")
    spec = ForecastSpec.model_validate({"file": "f.csv", "issued": "issued", "day": "day",
                                        "rain": {"column": "mm", "unit": "mm"}})
    told, = read_forecast(spec, folder=tmp_path, timezone="Europe/Paris")
    assert (told.issued, told.day, told.mm) == (datetime(2026, 7, 6, 4, tzinfo=UTC), date(2026, 7, 7), 20.5)
