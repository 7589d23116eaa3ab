"""One cabinet with forty lamps in a night of flood, worked by hand: what a height and a cut change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from tests.reference.cities import city_of, kinds_with_repairs
from twin.engine.simulate import run
from twin.quantities import column
from twin.results.result import Result
from twin.water.depths import Coverage, DepthSeries
from twin.water.exposure import exposure_of
from twin.world.city import City
from twin.world.plan import DarkHours, Plan

#: 15:00 local time; the water rises from 18:00 to 22:00, stands until 02:00, is gone at 06:00.
START = datetime(2026, 11, 22, 14, tzinfo=UTC)
HOUR = 3600
LAMPS = 40


def one_cabinet() -> City:
    """Give a substation, a cabinet (touch 0.10 m, fail 0.35 m), its circuit and forty lamps that no water reaches."""
    lamps = {f"L{i:02}": "lamp" for i in range(LAMPS)}
    return city_of({"P": "substation", "A": {"kind": "cabinet", "touch_m": 0.10, "fail_m": 0.35}, "K": "circuit",
                    **lamps},
                   [("P", "A"), ("A", "K"), *(("K", name) for name in lamps)],
                   kinds=kinds_with_repairs({"cabinet": (23_400, 12_600)}))


def one_night(city: City | None = None) -> Result:
    """Run the night: dark from 17:00 to 08:00, 1.00 m of water at the cabinet between 22:00 and 02:00."""
    city = city or one_cabinet()
    frames = [3 * HOUR, 7 * HOUR, 11 * HOUR, 15 * HOUR]
    n = len(city.assets)
    depths = DepthSeries(
        times_s=np.array([0, *frames]), after="hold", duration_s=24 * HOUR,
        asset=column([city.assets.row("A")], np.int32),
        first=column([0], np.int32), offsets=column([0, 5], np.int64),
        depth_um=column([0, 0, 1_000_000, 1_000_000, 0], np.int32), coverage=column(Coverage.INSIDE, np.int8, n),
        unknown_s=column(0, np.int64, n), shortfall_m=column(np.inf, np.float64, n), error_m=0.0)
    plan = Plan(name="one cabinet", start=START, duration_s=24 * HOUR, step_s=300, status="simulation",
                issued_at=START, valid_until=START + timedelta(days=1), seed=0, reset_s=1800,
                dark=DarkHours(by="profile", on="17:00", off="08:00"))
    return run(city, plan, exposure_of(depths, replace(city).assets))
