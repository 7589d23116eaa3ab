"""A city without a night: everything dry, nothing done to it, so that maps and tables show what was imported."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from geodata.city.model import CityFile
from geodata.run.folder import Run
from twin.engine.simulate import run
from twin.quantities import with_offset
from twin.water.exposure import dry
from twin.world.plan import Plan

#: A day, so that lamps are seen by day and by night.
DURATION_S = 86_400


def calm_run(city_file: CityFile, path: Path, *, name: str, now: datetime) -> Run:
    """Give a day of a city without water, from noon.

    Parameters
    ----------
    city_file
        The city.
    path
        Its file.
    name
        What the day is called on pages.
    now
        A moment of that day.
    """
    city = city_file.city
    zone = ZoneInfo(city.timezone)
    start = with_offset(now.astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0))
    plan = Plan(name=name, start=start, duration_s=DURATION_S, step_s=3600, status="simulation", issued_at=start,
                valid_until=start + timedelta(seconds=DURATION_S), seed=0, reset_s=0)
    result = run(city, plan, dry(city.assets))
    return Run(path=path, result=result, city_file=city_file, water=None, water_grid=None,
               water_times_s=np.zeros(0, np.int64), info={"city_only": True})
