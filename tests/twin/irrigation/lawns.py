"""Lawns of the known answers: cool-season turf, Kc 0.95, 75 mm of available water, 20 mm gone on the first morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from twin.irrigation.calendar import Calendar
from twin.irrigation.data import soils, vegetation
from twin.irrigation.season import Balance, Carried, Season, balance
from twin.irrigation.weather import Weather, reference_of
from twin.irrigation.zones import Programme, Trigger, Zone

MONDAY = date(2026, 7, 6)
WEEK_ETO = (5.0, 5.5, 6.0, 6.2, 5.8, 4.0, 3.5)
WEEK_RAIN = (0.0, 0.0, 0.0, 0.0, 0.0, 12.0, 0.0)
#: Tuesday and Friday, ten in the evening to six, filled up to field capacity.
TWICE = Programme(name="pelouses", days=frozenset({1, 4}), from_min=4 * 60, lasts_min=480, rate_mm_h=15.0,
                  efficiency=0.8, trigger=Trigger.DEPLETION, amount=1.0)


def lawn(zone: str = "Z-1", **changes: Any) -> Zone:
    plain = Zone(id=zone, name=f"Pelouse {zone}", area_m2=1000.0, soil=soils()["loam"],
                 vegetation=vegetation()["cool_turf"], programme=0, curve_number=61.0, taw_mm=75.0)
    return replace(plain, **changes)


def season_of(eto: Sequence[float] = WEEK_ETO, rain: Sequence[float] | None = None, *,
              zones: Sequence[Zone] | None = None, programmes: Sequence[Programme] = (TWICE,), start_mm: float = 20.0,
              first: date = MONDAY, **more: Any) -> Season:
    zones = [lawn()] if zones is None else zones
    fell = np.zeros(len(eto)) if rain is None else np.array(rain, float)
    weather = Weather.of(first, fell, eto_mm=np.array(eto, float))
    state = Carried.full(len(zones))
    state.depletion_mm[:] = start_mm
    return Season(calendar=Calendar(first, len(eto), "Europe/Paris"), zones=zones, programmes=programmes,
                  rain=weather.rain, reference=reference_of(weather, latitude=47.3, elevation_m=240.0), state=state,
                  **more)


def run(*arguments: Any, **more: Any) -> Balance:
    return balance(season_of(*arguments, **more))
