"""Ranking all cabinets of a city exactly, beside one run of it: ``python -m benchmarks.rank``."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.engine import DAY_S, street_city, wave
from twin.deciding.ranking import rank
from twin.engine.simulate import run
from twin.water.exposure import dry
from twin.world.plan import Plan

START = datetime(2026, 11, 22, 15, tzinfo=UTC)


def main() -> None:
    """Time both and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cabinets", type=int, default=2_400)
    given = options.parse_args()
    plan = Plan(name="rank", start=START, duration_s=DAY_S, step_s=300, status="simulation", issued_at=START,
                valid_until=START + timedelta(days=2), seed=0, reset_s=1800)
    for cabinets in (20, given.cabinets):  # the small one compiles the kernels
        city = street_city(111 * cabinets)
        crossings = wave(city, np.random.default_rng(7))
        peak_m = np.zeros(len(city.assets), np.float32)
        peak_m[np.unique(crossings.asset)] = 1.0
        exposure = replace(dry(city.assets), crossings=crossings, peak_depth_m=peak_m)
        began = time.process_time()
        result = run(city, plan, exposure)
        run_s = time.process_time() - began
        began = time.process_time()
        found = rank(result, kinds=["cabinet"])
        rank_s = time.process_time() - began
    print(f"{len(city.assets):,} assets, {len(found) + found.untouched:,} cabinets, {len(found):,} of them in water")
    print(f"run {run_s:.2f} s, ranking {rank_s:.2f} s of all cores: {rank_s / run_s:.1f} runs")


if __name__ == "__main__":
    main()
