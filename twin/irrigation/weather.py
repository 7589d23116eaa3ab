"""Weather of a season by days, and the reference evapotranspiration that it gives; rain measured and rain forecast.

Measured rain alone enters the balance. A forecast is another type, which no balance takes: it may hold watering back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntFlag
from typing import Any, NamedTuple

import numpy as np

from twin.errors import InputError
from twin.irrigation import evapotranspiration as et
from twin.quantities import FloatArray, Int8Array

#: Columns of ``Weather`` beside rain.
MEASURED = ("t_min_c", "t_max_c", "wind_m_s", "radiation_mj", "rh_mean", "rh_max", "rh_min", "dew_c", "eto_mm")


class Fallback(IntFlag):
    """What stood in for a quantity that was not measured on a day."""

    NONE = 0
    WIND = 1  #: 2 m/s
    RADIATION = 2  #: from the range of temperature
    HUMIDITY = 4  #: dew point 2 K below the lowest temperature
    HARGREAVES = 8  #: temperatures alone: another formula
    GIVEN = 16  #: the file gives ETo itself
    NEIGHBOURS = 32  #: a day without weather: the mean of the days around it


class Note(NamedTuple):
    """What every reader must be told, in both languages."""

    en: str
    fr: str


@dataclass(frozen=True, slots=True, eq=False)
class ObservedRain:
    """Rain that fell and was measured, by days, (D,) [mm]."""

    mm: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRain:
    """Rain that somebody expects on one day. It never fills a soil; it may hold watering back."""

    #: When it was issued, with offset.
    issued: datetime
    day: date
    mm: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Weather:
    """Columns by day from ``first`` on, (D,); NaN where nobody measured."""

    first: date
    rain: ObservedRain
    t_min_c: FloatArray
    t_max_c: FloatArray
    #: At 2 m [m/s].
    wind_m_s: FloatArray
    #: Solar radiation [MJ/m² and day].
    radiation_mj: FloatArray
    #: Mean, largest and smallest relative humidity [%]; dew point [°C].
    rh_mean: FloatArray
    rh_max: FloatArray
    rh_min: FloatArray
    dew_c: FloatArray
    #: Reference evapotranspiration that the file gives itself [mm].
    eto_mm: FloatArray
    #: What every reader must be told.
    notes: tuple[Note, ...] = ()
    #: Days whose gap was filled from the days around.
    filled: frozenset[int] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.rain.mm)

    @staticmethod
    def of(first: date, rain_mm: FloatArray, *, notes: tuple[Note, ...] = (), filled: frozenset[int] = frozenset(),
           **columns: FloatArray) -> Weather:
        """Give weather of the columns that there are; the others are NaN."""
        n = len(rain_mm)
        held: dict[str, Any] = {name: np.asarray(columns.get(name, np.full(n, np.nan)), float) for name in MEASURED}
        return Weather(first=first, rain=ObservedRain(np.asarray(rain_mm, float)), notes=notes, filled=filled, **held)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """Reference evapotranspiration by days, and what it stands on."""

    #: (D,) [mm].
    eto_mm: FloatArray
    #: ``Fallback`` of each day, (D,).
    fallback: Int8Array
    #: Wind [m/s] and smallest humidity [%] that were used, (D,): for the dual coefficient.
    wind_m_s: FloatArray
    rh_min: FloatArray

    def counts(self) -> Mapping[str, int]:
        """Give on how many days each fall-back was used, those that were."""
        found = {flag.name.lower(): int(np.count_nonzero(self.fallback & flag))
                 for flag in Fallback if flag and flag.name}
        return {name: n for name, n in found.items() if n}


def reference_of(weather: Weather, *, latitude: float, elevation_m: float, is_coastal: bool = False) -> Reference:
    """Give ETo of each day: given, else Penman-Monteith, else Hargreaves where there are temperatures alone.

    Parameters
    ----------
    weather
        Days without gaps in the temperatures, except where the file gives ETo.
    latitude, elevation_m
        Of the station [degrees north, m above sea level].
    is_coastal
        For radiation from temperatures: 0.19 in place of 0.16.

    Raises
    ------
    InputError
        A day with neither ETo nor both temperatures.
    """
    w, n = weather, len(weather)
    days = np.array([np.datetime64(w.first) + i for i in range(n)], "datetime64[D]")
    of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) + 1
    is_given = ~np.isnan(w.eto_mm)
    lost = np.flatnonzero(~is_given & (np.isnan(w.t_min_c) | np.isnan(w.t_max_c)))
    if len(lost):
        raise InputError(field="weather", found=f"no temperatures on {days[lost[0]]}"
                         + (f", the first of {len(lost)} such days" if len(lost) > 1 else ""),
                         expected="lowest and highest temperature of each day, or its ETo")
    ra = et.extraterrestrial(latitude, of_year.astype(float))
    no_wind, no_sun = np.isnan(w.wind_m_s), np.isnan(w.radiation_mj)
    ea = _vapour(w)
    no_moisture = np.isnan(ea)
    bare = no_wind & no_sun & no_moisture
    wind = np.where(no_wind, et.DEFAULT_WIND_M_S, w.wind_m_s)
    rs = np.where(no_sun, et.radiation_by_temperature(ra, w.t_min_c, w.t_max_c, 0.19 if is_coastal else 0.16),
                  w.radiation_mj)
    ea = np.where(no_moisture, et.saturation_kpa(w.t_min_c - et.DEW_BELOW_MIN_K), ea)
    mean = (w.t_min_c + w.t_max_c) / 2.0
    es = (et.saturation_kpa(w.t_min_c) + et.saturation_kpa(w.t_max_c)) / 2.0
    ea = np.minimum(ea, es)
    eto = et.penman_monteith(
        rn=et.net_radiation(rs, ra, w.t_min_c, w.t_max_c, ea, elevation_m), t_c=mean, wind_m_s=wind, es=es, ea=ea,
        delta=et.slope(mean), gamma=et.psychrometric(et.pressure_kpa(elevation_m)))
    eto = np.where(bare, et.hargreaves(ra, w.t_min_c, w.t_max_c), eto)
    used = np.where(bare, Fallback.HARGREAVES, no_wind * Fallback.WIND | no_sun * Fallback.RADIATION
                    | no_moisture * Fallback.HUMIDITY)
    used = np.where(is_given, Fallback.GIVEN, used)
    for d in w.filled:
        used[d] |= Fallback.NEIGHBOURS
    rh_min = np.where(np.isnan(w.rh_min), 100.0 * ea / et.saturation_kpa(w.t_max_c), w.rh_min)
    return Reference(eto_mm=np.where(is_given, w.eto_mm, eto), fallback=used.astype(np.int8), wind_m_s=wind,
                     rh_min=np.where(np.isnan(rh_min), 45.0, rh_min))


def _vapour(w: Weather) -> FloatArray:
    """Give the actual vapour pressure where moisture was measured, eq. 14, 17, 19; NaN elsewhere."""
    low, high = et.saturation_kpa(w.t_min_c), et.saturation_kpa(w.t_max_c)
    by_mean = w.rh_mean / 100.0 * (low + high) / 2.0
    by_both = (low * w.rh_max + high * w.rh_min) / 200.0
    found = np.where(np.isnan(by_both), by_mean, by_both)
    return np.where(np.isnan(w.dew_c), found, et.saturation_kpa(w.dew_c))
