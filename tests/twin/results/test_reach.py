"""The last moment to act: by the water or by the road, and by a way that is open for long enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reference.cities import city_of, plan_of
from tests.reference.streets import Street, access_of, depths_of
from tests.reference.water import water_at
from twin.engine.simulate import run
from twin.results.acts import at
from twin.world.access import AccessRules

STREETS: dict[str, Street] = {"R": ("D", "A", 1000, 30)}  # 120 s


def row_of(times: list[int], road_m: list[float], touched_at: int, **rules: Any) -> dict[str, Any]:
    city = city_of({"S": "substation", "D": "site", "A": "cabinet"}, [("S", "A")])
    duration_s = 20_000
    water = water_at(city.assets, [0, touched_at - 1, touched_at, duration_s], {"A": [0, 0, 1, 1]}, duration_s)
    told = AccessRules(day_m=0.3, night_m=0.3, bases=("D",), work_s=900, **rules)
    access = access_of(STREETS, {"S": "", "D": "D", "A": "A"}, depths_of(STREETS, times, {"R": road_m}, duration_s),
                       told, duration_s)
    result = run(city, plan_of(duration_s, access=told), water, access=access)
    found: dict[str, Any] = result.indicators["last_moment_to_act"]["rows"][0]
    split = at(result.indicators["last_moment_to_act"], plan_of(1).start.isoformat())
    return {**found, "leave": None if found["base"] is None else int((np.datetime64(found["act_before"][:19])
            - np.datetime64("2026-11-22T16:00:00")).astype(int)), "split": {k: len(v) for k, v in split.items()}}


@pytest.mark.parametrize(("times", "road_m", "touched_at", "binds", "leave"), [
    # Open all night: the water comes at 10,000; a trip of 120 s and 900 s of work before.
    ([0, 20_000], [0.0, 0.0], 10_000, "touch", 10_000 - 1020),
    # The road is lost between 5,000 and 6,000: out again by 5,000.
    ([0, 5000, 6000, 20_000], [0.0, 0.0, 1.0, 1.0], 10_000, "access", 5000 - 1020),
    # It opens again at 9,500, which is too late for work that ends by 10,000.
    ([0, 5000, 6000, 9000, 9500, 20_000], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], 10_000, "access", 5000 - 1020),
    # It opens again at 8,000: early enough.
    ([0, 5000, 6000, 7000, 8000, 20_000], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], 10_000, "touch", 10_000 - 1020),
    # Too late before the run began: said as such.
    ([0, 20_000], [0.0, 0.0], 500, "touch", 500 - 1020)])
def test_the_earlier_of_water_and_road_binds(times: list[int], road_m: list[float], touched_at: int, binds: str,
                                             leave: int) -> None:
    row = row_of(times, road_m, touched_at)
    assert (row["binds"], row["leave"], row["base"], row["by"]) == (binds, leave, "D", ["R"])
    assert row["split"] == {"ahead": int(leave > 0), "past": int(leave <= 0), "unreachable": 0}


def test_what_nobody_reaches_has_no_moment() -> None:
    row = row_of([0, 20_000], [1.0, 1.0], 10_000)
    assert (row["binds"], row["base"], row["by"]) == ("none", None, [])
    assert row["split"] == {"ahead": 0, "past": 0, "unreachable": 1}
