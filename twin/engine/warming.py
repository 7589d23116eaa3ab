"""Warming: a small night, run for the kernels that it leaves on disk alone (``python -m twin.engine.warming``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from twin.codes import Action
from twin.engine.simulate import run
from twin.quantities import column
from twin.results.result import Result
from twin.water.exposure import Crossings, dry
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.kinds import built_in_kinds
from twin.world.plan import Declared, Plan
from twin.world.supplies import Supplies


def small_night() -> Result:
    """Run a substation, a cabinet, a circuit and its lamps through an hour of water, with a cut."""
    assets = Assets.of(built_in_kinds(), id=["S", "A", "C", "L1", "L2"],
                       kind=["substation", "cabinet", "circuit", "lamp", "lamp"])
    city = City(name="-", crs="EPSG:2154", latitude=47.0, longitude=5.0, timezone="UTC", assets=assets,
                supplies=Supplies.of(5, supplier=[0, 1, 2, 2], consumer=[1, 2, 3, 4]))
    start = datetime(2026, 11, 22, 18, tzinfo=UTC)
    plan = Plan(name="-", start=start, duration_s=7200, step_s=300, status="simulation", issued_at=start,
                valid_until=start + timedelta(hours=2), seed=0, reset_s=1800,
                declared=(Declared(at_s=60, action=Action.CUT, asset=1),
                          Declared(at_s=120, action=Action.RESTORE, asset=1)))
    exposure = dry(assets)
    flooded = Crossings.of(time_s=np.array([600, 600, 1800]), asset=column([3, 4, 3], np.int32),
                           level=column([0, 1, 1], np.int8), is_up=np.array([True, True, True]))
    # What doubt asks of a larger night.
    graph_of(city).downstream(column([True, False, False, False, False], np.bool_))
    return run(city, plan, replace(exposure, crossings=flooded))


if __name__ == "__main__":
    small_night()
