"""An ensemble of a synthetic city: what a night costs beside a run of the whole, and what a second worker brings.

    python -m benchmarks.ensemble [--assets 50000] [--nights 60] [--workers 2] [--json]

Heights, level, ground and repairs are drawn. Times of nights and of the run are of the processor, best of some; the
efficiency of workers is on the wall, and means little on a machine with other work: quote the ratios.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.engine import street_city
from benchmarks.stage import night as levels_of
from benchmarks.stage import valley
from scenarios.ensemble.running import make
from tests.reference.cities import plan_of
from twin.engine.simulate import run
from twin.ensemble.distributions import Normal, Triangular
from twin.ensemble.member import Ensemble, member
from twin.ensemble.uncertain import Duration, Ground, Level, Own, Uncertainty
from twin.ensemble.waters import StageNight
from twin.quantities import column
from twin.water.depths import CellIndex, Coverage, read_depths
from twin.water.exposure import exposure_of
from twin.water.river_stage import stage, surface
from twin.world.city import City

FRAMES, STEP_S = 144, 600


def flooded_city(assets: int) -> tuple[Ensemble, float]:
    """Make a city in a valley, about a tenth of it wet; give it as an ensemble, and the seconds that a run takes."""
    terrain, grid, river = valley(2_000_000)
    city = street_city(assets)
    n = len(city.assets)
    level_m = surface(river, np.array([0.0]), levels_of(FRAMES)[:, None])
    water = stage(terrain, grid, river, level_m, np.arange(FRAMES, dtype=np.int64) * STEP_S, cell_m=(2.0, 2.0),
                  drain_mm_h=10, after="hold", depth_error_m=3.0)
    peak_m = water.envelope().peak_m.ravel()
    # Every tenth street, with its cabinet, stands where water comes; the others and all substations where it does not.
    rng = np.random.default_rng(3)
    wet, dry = np.flatnonzero((peak_m > 0.2) & (peak_m < 1.2)), np.flatnonzero(peak_m == 0)
    of_kind = {kind: int(city.assets.of_kind(kind).sum()) for kind in ("substation", "cabinet", "lamp", "building")}
    street = np.concatenate([np.zeros(of_kind["substation"]), *(
        np.arange(of_kind["cabinet"]) for _ in range(2)), np.arange(of_kind["lamp"]) // 100,
        np.arange(of_kind["building"]) // 9])
    cells = np.where(street % 10 == 1, rng.choice(wet, n), rng.choice(dry, n))
    x_m, y_m = 2.0 * (cells % grid.columns) + 1, 2.0 * (grid.rows - cells // grid.columns) - 1
    city = replace(city, assets=city.assets.replaced(x_m=x_m, y_m=y_m))
    distinct, members = np.unique(cells, return_inverse=True)
    index = CellIndex(cells=distinct.astype(np.int64), offsets=np.arange(n + 1, dtype=np.int64),
                      members=members.astype(np.int32), coverage=column(Coverage.INSIDE, np.int8, n))
    plan = plan_of(FRAMES * STEP_S)

    def whole() -> float:
        began = time.process_time()
        run(city, plan, exposure_of(read_depths(water, index, duration_s=plan.duration_s), city.assets))
        return time.process_time() - began

    whole()
    seconds = min(whole() for _ in range(3))
    nominal = read_depths(water, index, duration_s=plan.duration_s)
    return Ensemble(plan=plan, city=city, water=StageNight(water, index, nominal, 3.0),
                    uncertainty=uncertainty_of(city)), seconds


def uncertainty_of(city: City) -> Uncertainty:
    """Give what is drawn."""
    assets = city.assets
    fails = np.flatnonzero(~np.isnan(assets.fail_m)).astype(np.int32)
    factor = Triangular(low=0.7, mode=1, high=1.7)
    return Uncertainty(
        level=Level(offset_m=Normal(mean=0, sd=0.16)), ground=Ground(sd_m=0.1, correlation_m=150),
        heights=(Own(rows=fails),), repairs=tuple(
            Duration(rows=np.flatnonzero(assets.of_kind(kind)).astype(np.int32), factor=factor, each="asset", kind=kind)
            for kind in ("lamp", "cabinet", "substation")))


def on_the_wall(ensemble: Ensemble, nights: int, workers: int) -> float:
    """Time the nights with so many processes, block by block to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        make(ensemble, Path(folder), range(nights), workers=workers)
        return time.perf_counter() - began


def main() -> None:
    """Time and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--assets", type=int, default=50_000)
    options.add_argument("--nights", type=int, default=60)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    ensemble, run_s = flooded_city(given.assets)
    member(ensemble, 0)
    times = []
    for index in range(20):
        began = time.process_time()
        made = member(ensemble, index)
        times.append(time.process_time() - began)
    night_s = float(np.median(times))
    found = {"assets": len(ensemble.city.assets), "outages": len(made.asset), "run_s": run_s, "night_s": night_s,
             "ratio": run_s / night_s}
    if given.workers > 1:
        one, several = (on_the_wall(ensemble, given.nights, k) for k in (1, given.workers))
        found |= {"nights": given.nights, "wall_1": one, f"wall_{given.workers}": several,
                  "efficiency": one / several / given.workers}
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:12} {value:,.3f}" if isinstance(value, float) else f"{name:12} {value:,}")


if __name__ == "__main__":
    main()
