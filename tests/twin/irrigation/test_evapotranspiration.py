"""Reference evapotranspiration: FAO-56's examples, a year against refet, and each fall-back counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import refet

from twin.errors import InputError
from twin.irrigation import evapotranspiration as et
from twin.irrigation.weather import Fallback, Weather, reference_of


def test_the_monthly_example_17() -> None:
    found = et.penman_monteith(rn=14.33, g=0.14, t_c=30.2, wind_m_s=2.0, es=4.42, ea=2.85, delta=0.246, gamma=0.0674)
    assert float(found) == pytest.approx(5.713, abs=5e-4)


def test_the_daily_example_18() -> None:
    found = et.penman_monteith(rn=13.28, t_c=16.9, wind_m_s=2.078, es=1.997, ea=1.409, delta=0.122, gamma=0.0666)
    assert float(found) == pytest.approx(3.877, abs=5e-4)


def test_the_parts_of_the_formula() -> None:
    assert et.pressure_kpa(1800.0) == pytest.approx(81.8, abs=0.05)
    assert et.psychrometric(81.8) == pytest.approx(0.054, abs=5e-4)
    assert float((et.saturation_kpa(15.0) + et.saturation_kpa(24.5)) / 2) == pytest.approx(2.39, abs=0.005)
    assert float(et.extraterrestrial(-20.0, 246)) == pytest.approx(32.2, abs=0.05)
    assert float(et.radiation_by_temperature(40.6, 14.8, 26.6)) == pytest.approx(22.3, abs=0.05)
    assert float(et.wind_at_2m(3.2, 10.0)) == pytest.approx(2.4, abs=0.05)
    assert float(et.hargreaves(40.6, 14.8, 26.6)) == pytest.approx(5.04, abs=0.02)


def year(seed: int = 4) -> Weather:
    rng = np.random.default_rng(seed)
    day = np.arange(365)
    mean = 11.0 - 9.0 * np.cos(2 * np.pi * (day - 15) / 365) + rng.normal(0, 3, 365)
    spread = rng.uniform(4, 14, 365)
    ra = et.extraterrestrial(47.3, day + 1)
    return Weather.of(date(2025, 1, 1), np.zeros(365), t_min_c=mean - spread / 2, t_max_c=mean + spread / 2,
                      wind_m_s=rng.uniform(0.5, 6, 365), radiation_mj=ra * rng.uniform(0.25, 0.75, 365),
                      dew_c=mean - spread / 2 - rng.uniform(0, 4, 365))


def test_a_year_agrees_with_refet() -> None:
    # under thick clouds, Rs below 0.3 of a clear day's, the ASCE form holds the long waves where FAO-56 does not
    w = year()
    theirs = refet.Daily(tmin=w.t_min_c, tmax=w.t_max_c, ea=et.saturation_kpa(w.dew_c), rs=w.radiation_mj,
                         uz=w.wind_m_s, zw=2.0, elev=240.0, lat=47.3, doy=np.arange(1, 366), method="asce").eto()
    ours = reference_of(w, latitude=47.3, elevation_m=240.0)
    assert np.abs(ours.eto_mm - theirs).max() < 0.01
    assert float(ours.eto_mm.sum()) == pytest.approx(float(np.sum(theirs)), rel=2e-3)
    assert ours.counts() == {}


def test_each_fall_back_is_used_where_a_quantity_lacks_and_counted() -> None:
    whole = year()
    columns = {name: getattr(whole, name).copy() for name in ("t_min_c", "t_max_c", "wind_m_s", "radiation_mj",
                                                              "dew_c")}
    columns["wind_m_s"][:10] = np.nan
    columns["radiation_mj"][5:20] = np.nan
    columns["dew_c"][30:33] = np.nan
    for name in ("wind_m_s", "radiation_mj", "dew_c"):
        columns[name][100:104] = np.nan
    found = reference_of(Weather.of(whole.first, whole.rain.mm, **columns), latitude=47.3, elevation_m=240.0)
    assert found.counts() == {"wind": 10, "radiation": 15, "humidity": 3, "hargreaves": 4}
    assert Fallback(int(found.fallback[7])) == Fallback.WIND | Fallback.RADIATION
    bare = et.hargreaves(et.extraterrestrial(47.3, 101), whole.t_min_c[100], whole.t_max_c[100])
    assert found.eto_mm[100] == pytest.approx(float(bare))
    assert found.eto_mm[50] == reference_of(whole, latitude=47.3, elevation_m=240.0).eto_mm[50]


def test_humidity_enters_as_dew_point_mean_or_both_ends() -> None:
    one = {"t_min_c": np.array([18.0]), "t_max_c": np.array([25.0])}
    both = reference_of(Weather.of(date(2026, 7, 1), np.zeros(1), **one, rh_min=np.array([54.0]),
                                   rh_max=np.array([82.0])), latitude=47.3, elevation_m=0.0)
    # ea of FAO-56 example 5: 1.70 kPa
    dew = float(np.log(1.70 / 0.6108) * 237.3 / (17.27 - np.log(1.70 / 0.6108)))
    by_dew = reference_of(Weather.of(date(2026, 7, 1), np.zeros(1), **one, dew_c=np.array([dew])), latitude=47.3,
                          elevation_m=0.0)
    assert both.eto_mm[0] == pytest.approx(by_dew.eto_mm[0], abs=0.01)


def test_a_day_without_temperatures_is_refused() -> None:
    w = Weather.of(date(2026, 7, 1), np.zeros(3), t_min_c=np.array([10, np.nan, 12.0]),
                   t_max_c=np.array([20, 22, 25.0]))
    with pytest.raises(InputError, match="no temperatures on 2026-07-02"):
        reference_of(w, latitude=47.3, elevation_m=240.0)
