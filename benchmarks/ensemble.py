"""An ensemble of a synthetic city: what a night costs beside a run of the whole, and what a second worker brings.

    python -m benchmarks.ensemble [--assets 50000] [--nights 1000] [--workers 2] [--water catalogue|stage] [--json]
    python -m benchmarks.ensemble --metropolis --nights 100     a million assets in a river's plain, maps by level
    python -m benchmarks.ensemble --dask                        by a scheduler and its workers instead

With maps by level (``catalogue``) heights and level are drawn; with a river stage ground and repairs as well. Times of
a night and of a run are of the processor, best or median of some. The nights are then made from a city in memory to
their answers, by one process and by several: on the wall, which says little on a machine with other work, and in
seconds of all processors, whose ratio holds anywhere and counts what starting workers costs, not what they lose to each
other's memory. ``own_mib`` is the most that a worker holds of its own, beside the file that all workers map; ``first
told_s`` when the first nights were told of, the start of the workers before it.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from benchmarks.engine import street_city
from benchmarks.memory import most_of_children, own_mib
from benchmarks.metropolis_city import CELL_M, CRS, ORIGIN, make_city, relief_m, side_of, stage_m
from benchmarks.stage import night as levels_of
from benchmarks.stage import valley
from geodata.cells import index_cells
from geodata.ensemble.folder import reduce_blocks
from geodata.hazards.between import between
from geodata.hazards.catalogue import CatalogueHazard
from scenarios.ensemble import worker
from scenarios.ensemble.cluster import make_on_cluster
from scenarios.ensemble.running import make
from tests.reference.cities import plan_of
from twin.engine.simulate import run
from twin.ensemble.distributions import Normal, Triangular
from twin.ensemble.member import Ensemble, member
from twin.ensemble.moments import Moments
from twin.ensemble.uncertain import Duration, Ground, Level, Own, Uncertainty
from twin.ensemble.waters import PickedNight, StageNight
from twin.quantities import column
from twin.stages import Progress
from twin.water.depths import CellIndex, Coverage, read_depths
from twin.water.exposure import exposure_of
from twin.water.hazard import Grid
from twin.water.river_stage import StageHazard, stage, surface
from twin.world.city import City

FRAMES, STEP_S = 144, 600
#: Levels of the maps of the catalogue, above the plan's highest [m]; its river rises by 4 m.
MAPS_M = np.arange(-4.0, 1.76, 0.25)
#: From so many assets on, some repetitions are left out.
MANY = 200_000
#: What runs a scheduler, and a worker.
_DASK = "distributed.cli.dask_{}"
#: How long either may take to answer on a busy machine [s].
_PATIENCE_S = 300


def flooded_city(assets: int, water: str = "stage") -> tuple[Ensemble, float]:
    """Make a city in a valley, about a tenth of it wet; give it as an ensemble, and the seconds that a run takes."""
    terrain, grid, river = valley(2_000_000)
    city = street_city(assets)
    n = len(city.assets)
    level_m = surface(river, np.array([0.0]), levels_of(FRAMES)[:, None])
    staged = stage(terrain, grid, river, level_m, np.arange(FRAMES, dtype=np.int64) * STEP_S, cell_m=(2.0, 2.0),
                   drain_mm_h=10, after="hold", depth_error_m=3.0)
    peak_m = staged.envelope().peak_m.ravel()
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
    return _ensemble(city, catalogue_of(staged) if water == "catalogue" else staged, index, water, 3.0)


def metropolis(scale: float = 1.0) -> tuple[Ensemble, float]:
    """Make the metropolis with maps of its plain by level, as an ensemble, and the seconds that a run takes."""
    city_file = make_city(scale)
    side = side_of(scale)
    # Maps of a flow model are smoother than the ground.
    above_m = ndimage.uniform_filter(relief_m(side), 9)
    level_m = stage_m(FRAMES, above_m).astype(np.float64)
    map_level_m = np.linspace(level_m.min() - 1.0, level_m.max() + 1.0, 10)
    maps_m = np.stack([np.maximum(level - above_m, 0.0).astype(np.float32) for level in map_level_m])
    grid = Grid(rows=side, columns=side, transform=(CELL_M, 0, ORIGIN[0], 0, -CELL_M, ORIGIN[1]), crs=CRS)
    hazard = CatalogueHazard(
        grid=grid, times_s=np.arange(FRAMES, dtype=np.int64) * STEP_S, after="hold", notes=(), depth_error_m=0.1,
        level_m=level_m, map_level_m=map_level_m, pairs=tuple(between(low, high) for low, high in pairwise(maps_m)),
        maps_m=maps_m.reshape(len(maps_m), -1))
    city = city_file.city
    return _ensemble(city, hazard, index_cells(city.assets, city_file.shapes, CRS, grid), "catalogue", 0.0)


def _ensemble(city: City, hazard: Any, index: CellIndex, water: str, reach_m: float) -> tuple[Ensemble, float]:
    plan = plan_of(FRAMES * STEP_S)

    def whole() -> float:
        began = time.process_time()
        run(city, plan, exposure_of(read_depths(hazard, index, duration_s=plan.duration_s), city.assets))
        return time.process_time() - began

    whole()
    seconds = min(whole() for _ in range(3 if len(city.assets) < MANY else 1))
    nominal = read_depths(hazard, index, duration_s=plan.duration_s)
    nights = StageNight(hazard, index, nominal, reach_m) if water == "stage" else PickedNight(
        hazard.of_cells(index.cells), replace(index, cells=np.arange(len(index.cells))), nominal)
    return Ensemble(plan=plan, city=city, water=nights, uncertainty=uncertainty_of(city, water)), seconds


def catalogue_of(staged: StageHazard) -> CatalogueHazard:
    """Give maps of the same river by its level, and the level that picks them."""
    peak_m, every = staged.level_m.max(), np.arange(staged.grid.cells)
    maps_m = [next(iter(replace(staged, times_s=staged.times_s[:1], level_m=np.full_like(
        staged.level_m[:1], peak_m + above_m)).depths(every))).copy() for above_m in MAPS_M]
    shape = staged.grid.rows, staged.grid.columns
    pairs = tuple(between(low.reshape(shape), high.reshape(shape)) for low, high in pairwise(maps_m))
    return CatalogueHazard(grid=staged.grid, times_s=staged.times_s, after="hold", notes=(), depth_error_m=0.1,
                           level_m=np.array(staged.level_m[:, 0]), map_level_m=peak_m + MAPS_M, pairs=pairs,
                           maps_m=np.stack(maps_m).astype(np.float32))


def uncertainty_of(city: City, water: str) -> Uncertainty:
    """Give what is drawn."""
    assets = city.assets
    heights = (Own(rows=np.flatnonzero(~np.isnan(assets.fail_m)).astype(np.int32)),)
    level = Level(offset_m=Normal(mean=0, sd=0.16))
    if water == "catalogue":
        return Uncertainty(level=level, heights=heights)
    factor = Triangular(low=0.7, mode=1, high=1.7)
    return Uncertainty(
        level=level, ground=Ground(sd_m=0.1, correlation_m=150), heights=heights, repairs=tuple(
            Duration(rows=np.flatnonzero(assets.of_kind(kind)).astype(np.int32), factor=factor, each="asset", kind=kind)
            for kind in ("lamp", "cabinet", "substation")))


def made(ensemble: Ensemble, nights: int, workers: int, *, dask: bool = False) -> dict[str, float]:
    """Make nights with so many processes, block by block to the disk, and count them: seconds and memory."""
    module = _DASK.format("worker") if dask else worker.__name__
    with tempfile.TemporaryDirectory() as folder, most_of_children(module) as most:
        began, began_cpu = time.perf_counter(), _cpu()
        first_s = 0.0

        def told(progress: Progress) -> None:
            nonlocal first_s
            first_s = first_s or (time.perf_counter() - began if progress.done else 0.0)

        if dask:
            with _cluster(workers) as address:
                make_on_cluster(ensemble, Path(folder), range(nights), address, tell=told)
        else:
            make(ensemble, Path(folder), range(nights), workers=workers, tell=told)
        made_s, made_cpu_s = time.perf_counter() - began, _cpu() - began_cpu
        moments = Moments()
        answers = reduce_blocks(ensemble, Path(folder), nights, moments)
        moments.likelihood(answers.n, ensemble.plan.duration_s)
        return {"wall_s": made_s, "cpu_s": made_cpu_s, "counting_s": time.perf_counter() - began - made_s,
                "first told_s": first_s, "own_mib": max(most.values(), default=0.0)}


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and its workers as processes of their own, one thread each; give its address.

    In the environment that a worker's nanny would give it.
    """
    import dask
    from distributed import Client

    environment = os.environ | {name: str(value) for name, value in dask.config.get(
        "distributed.nanny.pre-spawn-environ").items()}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    words = [[_DASK.format("scheduler"), "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--no-dashboard"],
             *([_DASK.format("worker"), address, "--nthreads", "1", "--no-nanny", "--no-dashboard"],) * workers]
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory() as scratch:
        def start(some: list[list[str]]) -> None:
            started.extend(subprocess.Popen([sys.executable, "-m", *each], cwd=scratch, env=environment,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for each in some)

        try:
            start(words[:1])
            with Client(address, timeout=_PATIENCE_S, set_as_default=False) as client:
                start(words[1:])
                client.wait_for_workers(workers, timeout=_PATIENCE_S)
            yield address
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()


def _cpu() -> float:
    """Give the seconds of all processors of this process and of those that it started and that ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def main() -> None:
    """Time and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--assets", type=int, default=50_000)
    options.add_argument("--nights", type=int, default=1000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--water", choices=("catalogue", "stage"), default="catalogue")
    options.add_argument("--metropolis", action="store_true")
    options.add_argument("--scale", type=float, default=1.0, help="of the metropolis")
    options.add_argument("--dask", action="store_true")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    ensemble, run_s = metropolis(given.scale) if given.metropolis else flooded_city(given.assets, given.water)
    member(ensemble, 0)
    times = []
    is_large = len(ensemble.city.assets) > MANY
    for index in range(1, 8 if is_large else 21):
        began = time.process_time()
        night = member(ensemble, index)
        times.append(time.process_time() - began)
    night_s = float(np.median(times))
    found = {"assets": len(ensemble.city.assets), "outages": len(night.asset), "nights": given.nights, "run_s": run_s,
             "night_s": night_s, "run / night": run_s / night_s, "load": os.getloadavg()[0]}
    by = f"{given.workers} workers" + " of dask" * given.dask
    several = made(ensemble, given.nights, given.workers, dask=given.dask)
    found |= {f"{name}, {by}": value for name, value in several.items()}
    # What it takes from nothing made to all counted, the workers' start included.
    found[f"whole_s, {by}"] = several["wall_s"] + several["counting_s"]
    if given.workers > 1 and not is_large:
        one = made(ensemble, given.nights, 1)
        found |= {f"{name}, 1 worker": value for name, value in one.items() if name != "own_mib"}
        found |= {"efficiency, wall": one["wall_s"] / several["wall_s"] / given.workers,
                  "efficiency, cpu": one["cpu_s"] / several["cpu_s"]}
    found["own_mib of this process"] = own_mib(os.getpid())
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:32} {value:,.3f}" if isinstance(value, float) else f"{name:32} {value:,}")


if __name__ == "__main__":
    main()
