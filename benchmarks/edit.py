"""One edit of a variant at the desk until its outcome is there, beside one run: ``python -m benchmarks.edit``."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from benchmarks.engine import DAY_S, street_city, wave
from twin.engine.simulate import run
from twin.results.result import Result
from twin.water.exposure import dry
from twin.world.plan import Plan
from viewer.desk.drafts import Draft
from viewer.desk.outcomes import outcome
from viewer.desk.whole import Whole

START = datetime(2026, 11, 22, 15, tzinfo=UTC)
#: What an operator waits for at most, for a city of so many assets.
GOAL_S, ASSETS = 0.3, 50_000


def loaded_of(result: Result) -> Whole:
    """Give a run as the desk holds it, without a folder or a map: each asset has its row as its number in the page."""
    made = Whole(cast(Any, None), cast(Any, SimpleNamespace(result=result)))
    made.__dict__["scene"] = SimpleNamespace(number=np.arange(len(result.city.assets)))
    return made


def draft_of(asset: str, sort: str) -> Draft:
    """Give a variant of one line."""
    line = {"sort": "raise", "asset": asset, "by_m": 0.5} if sort == "raise" else {
        "sort": "cut", "asset": asset, "at_s": 3600}
    return Draft(id="d", name="d", base="b", made_by="", made_at=0, version=1, changed_by="",
                 lines=({"id": "1", "on": True, "by": "", "at": 0, **line},))


def main() -> None:
    """Time both and print; the first edit opens the base, the others are what an operator does."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--assets", type=int, default=ASSETS)
    given = options.parse_args()
    plan = Plan(name="edit", start=START, duration_s=DAY_S, step_s=300, status="simulation", issued_at=START,
                valid_until=START + timedelta(days=2), seed=0, reset_s=1800)
    run_s, first_s, times = 0.0, 0.0, [0.0]
    for assets in (2_000, given.assets):  # the small one compiles the kernels
        city = street_city(assets)
        crossings = wave(city, np.random.default_rng(7))
        peak_m = np.zeros(len(city.assets), np.float32)
        peak_m[np.unique(crossings.asset)] = 1.0
        exposure = replace(dry(city.assets), crossings=crossings, peak_depth_m=peak_m)
        began = time.perf_counter()
        result = run(city, plan, exposure)
        run_s = time.perf_counter() - began
        loaded, times = loaded_of(result), []
        kinds = city.assets.kinds
        wet = np.unique(crossings.asset)
        rows = wet[np.isin(city.assets.kind[wet], [kinds.index("cabinet")])][:20]
        edits = [(str(city.assets.id[row]), sort) for row in rows.tolist() for sort in ("raise", "cut")]
        for asset, sort in edits:
            began = time.perf_counter()
            json.dumps(outcome(loaded, draft_of(asset, sort)))
            times.append(time.perf_counter() - began)
        first_s = times.pop(0)
    middle, worst = float(np.median(times)), max(times)
    print(f"{len(city.assets):,} assets, {len(times)} edits: run {run_s:.2f} s, first edit {first_s:.3f} s, then "
          f"{middle:.3f} s in the middle and {worst:.3f} s at most: {middle / run_s:.3f} runs "
          f"({'within' if worst <= GOAL_S else 'BEYOND'} {GOAL_S} s)")


if __name__ == "__main__":
    main()
