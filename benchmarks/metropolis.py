"""How long a night takes for one million assets, stage by stage, and how much memory.

    python benchmarks/metropolis.py                      the whole: 1,000,000 assets, 288 frames of 2000 x 2000 cells
    python benchmarks/metropolis.py --scale 0.1          a tenth of the assets and of the cells
    python benchmarks/metropolis.py --baseline           also the script that one would write without the twin
    python benchmarks/metropolis.py --series             growth with assets and with frames
    python benchmarks/metropolis.py --json               the figures for programs

Inputs are made once under ``--folder`` (about 0.4 GB for the whole). Each job runs in a process of its own, so that
its peak memory is its own; compiled kernels are loaded before the clock starts, as ``start`` says.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

#: Stages of the job, in order.
STAGES = ("load", "index", "expose", "engine", "measures", "picture", "write")
#: What the baseline can bear: one hundredth of the assets, two hours of frames.
BASELINE_SCALE, BASELINE_FRAMES = 0.01, 24
START = datetime(2026, 11, 22, 15, tzinfo=UTC)


class Clock:
    """Seconds spent in each stage, and seconds of all cores (on a busy machine the fairer figure)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens within towards a stage."""
        begun, cpu_begun = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - begun
            self.cpu[name] = time.process_time() - cpu_begun


@contextmanager
def depth_series() -> Iterator[list[float]]:
    """Count what the depth over time of every wet asset costs within: kept, put together and written [s of a core]."""
    from geodata.run import folder
    from twin.water.depths import _Blocks

    spent = [0.0]

    def counted(work: Any) -> Any:
        def counting(*args: Any, **more: Any) -> Any:
            begun = time.thread_time()
            try:
                return work(*args, **more)
            finally:
                spent[0] += time.thread_time() - begun
        return counting

    add, series, write = _Blocks.add, _Blocks.series, folder.write_table
    _Blocks.add, _Blocks.series = counted(add), counted(series)  # type: ignore[method-assign]
    folder.write_table = lambda name, *more: (  # type: ignore[attr-defined]
        counted(write) if name == "depths.parquet" else write)(name, *more)
    try:
        yield spent
    finally:
        _Blocks.add, _Blocks.series, folder.write_table = add, series, write  # type: ignore[method-assign,attr-defined]


def job(inputs: Path, out: Path) -> dict[str, Any]:
    """Go from a city file and rasters to a run folder, as ``twin run`` does, and tell the seconds of each stage."""
    with depth_series() as spent:
        found = _job(inputs, out)
    return {**found, "series_cpu_s": spent[0]}


def _job(inputs: Path, out: Path) -> dict[str, Any]:
    import numpy as np

    import twin.engine.simulate
    from benchmarks.metropolis_city import STEP_S
    from geodata.cells import index_cells
    from geodata.city.file import read_city
    from geodata.hazards import FloodSpec, open_hazard
    from geodata.run.folder import write_run
    from twin.water.exposure import expose
    from twin.world.plan import Plan

    clock, files = Clock(), sorted(inputs.glob("depth_*.tif"))
    duration_s = (len(files) - 1) * STEP_S
    begun, cpu_begun = time.perf_counter(), time.process_time()
    with clock.stage("load"):
        city_file = read_city(inputs / "city.gpkg")
        spec = FloodSpec.model_validate({"rasters": {"files": "depth_*.tif", "step": f"{STEP_S // 60}min"}})
        hazard = open_hazard(spec, city_file=city_file, folder=inputs, start=START, duration_s=duration_s)
    city = city_file.city
    with clock.stage("index"):
        index = index_cells(city.assets, city_file.outlines, city.crs, hazard.grid, city_file.terrain)
    with clock.stage("expose"):
        exposure = expose(hazard, index, city.assets, duration_s=duration_s)
    plan = Plan(name="Nuit de la métropole", start=START, duration_s=duration_s, step_s=STEP_S, status="exercise",
                issued_at=START, valid_until=START + timedelta(days=1), seed=1, reset_s=1800)
    indicators = twin.engine.simulate.indicators

    def measured(*args: Any, **more: Any) -> Any:
        with clock.stage("measures"):
            return indicators(*args, **more)

    twin.engine.simulate.indicators = measured  # type: ignore[assignment]
    try:
        with clock.stage("engine"):
            result = twin.engine.simulate.run(city, plan, exposure)
    finally:
        twin.engine.simulate.indicators = indicators
    clock.seconds["engine"] -= clock.seconds["measures"]
    clock.cpu["engine"] -= clock.cpu["measures"]
    with clock.stage("picture"):
        envelope = hazard.envelope()
    with clock.stage("write"):
        write_run(result, city_file, envelope, hazard.grid, np.asarray(hazard.times_s), out,
                  [{"name": "city", "file": "city.gpkg"}])
    total, cpu = time.perf_counter() - begun, time.process_time() - cpu_begun
    assets = len(city.assets)
    return {"assets": assets, "frames": len(files), "cells": hazard.grid.cells, "outages": len(result.outages),
            "events": len(result.trace), "seconds": {name: clock.seconds[name] for name in STAGES},
            "cpu": {name: clock.cpu[name] for name in STAGES}, "total_s": total, "cpu_s": cpu,
            "asset_frames_per_s": assets * len(files) / total,
            "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def _worker(inputs: Path, out: Path, warm: Path) -> None:
    """Run one job in this process, after a tiny one that loads libraries and compiled kernels."""
    begun = time.perf_counter()
    job(warm, out.with_name(f"{out.name}-warm"))
    start_s = time.perf_counter() - begun
    print(json.dumps({**job(inputs, out), "start_s": start_s}))


def measure(folder: Path, scale: float, frames: int) -> dict[str, Any]:
    """Measure one job in a process of its own."""
    from benchmarks.metropolis_city import prepare

    inputs, warm = prepare(folder, scale, frames), prepare(folder, 0.001, 4)
    out = folder / "run"
    try:
        return _apart("--worker", str(inputs), str(out), str(warm))
    finally:
        for place in (out, out.with_name("run-warm")):
            shutil.rmtree(place, ignore_errors=True)


def measure_baseline(folder: Path) -> dict[str, Any]:
    """Measure the plain script, and the twin on the same inputs."""
    from benchmarks.metropolis_city import prepare

    inputs = prepare(folder, BASELINE_SCALE, BASELINE_FRAMES)
    plain = _apart("--plain", str(inputs))
    return {"plain": plain, "twin_same_size": measure(folder, BASELINE_SCALE, BASELINE_FRAMES)}


def _apart(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr or f"the job ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def machine() -> dict[str, Any]:
    """Give what the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory), "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 1)}


def _table(found: dict[str, Any]) -> str:
    lines = [f"{found['assets']:,} assets, {found['frames']} frames of {found['cells']:,} cells; "
             f"{found['outages']:,} outages, {found['events']:,} events"]
    lines += [f"  {name:9}{found['seconds'][name]:8.2f} s  {found['cpu'][name]:8.2f} s of all cores" for name in STAGES]
    lines += [f"  {'total':9}{found['total_s']:8.2f} s  {found['cpu_s']:8.2f} s of all cores",
              f"  {'':9}{found['series_cpu_s']:8.2f} s of a core of it for depth over time of every wet asset, "
              f"{found['series_cpu_s'] / found['cpu_s']:.1%}",
              f"  {'':9}{found['asset_frames_per_s']:8,.0f} asset-frames per second",
              f"  {'memory':9}{found['peak_gib']:8.2f} GiB at its peak",
              f"  {'start':9}{found['start_s']:8.2f} s   libraries and compiled kernels, not in the total"]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="share of one million assets, and of the cells")
    parser.add_argument("--frames", type=int, default=288)
    parser.add_argument("--folder", type=Path, default=ROOT / "build/benchmarks", help="where inputs are made and kept")
    parser.add_argument("--baseline", action="store_true", help="also measure the plain script")
    parser.add_argument("--series", action="store_true", help="also measure growth with assets and with frames")
    parser.add_argument("--json", action="store_true", help="print the figures for programs")
    parser.add_argument("--worker", nargs=3, metavar=("INPUTS", "OUT", "WARM"), type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--plain", metavar="INPUTS", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        return _worker(*chosen.worker)
    if chosen.plain:
        from benchmarks.plain_script import plain_job

        print(json.dumps(plain_job(chosen.plain)))
        return None
    found: dict[str, Any] = {"machine": machine(), "metropolis": measure(chosen.folder, chosen.scale, chosen.frames)}
    if chosen.series:
        found["series"] = [measure(chosen.folder, scale, frames)
                           for scale, frames in ((0.05, 72), (0.1, 72), (0.2, 72), (0.1, 36), (0.1, 144))]
    if chosen.baseline:
        found["baseline"] = measure_baseline(chosen.folder)
    if chosen.json:
        print(json.dumps(found, indent=1))
        return None
    print(f"{found['machine']['cores']} cores, {found['machine']['memory_gib']} GiB, load {found['machine']['load']}\n")
    print(_table(found["metropolis"]))
    for row in found.get("series", []):
        print(f"\n{_table(row)}")
    if chosen.baseline:
        plain, same, whole = found["baseline"]["plain"], found["baseline"]["twin_same_size"], found["metropolis"]
        print(f"\nThe plain script: {plain['assets']:,} assets, {plain['frames']} frames in {plain['total_s']:.1f} s "
              f"({plain['cpu_s']:.1f} s of one core), {plain['asset_frames_per_s']:,.0f} asset-frames per second")
        for name, seconds in plain["seconds"].items():
            print(f"  {name:9}{seconds:8.2f} s")
        rate, plain_rate = (row["assets"] * row["frames"] / row["cpu_s"] for row in (whole, plain))
        print(f"The twin on the same files: {same['total_s']:.2f} s, {plain['total_s'] / same['total_s']:.0f} times as "
              f"fast; on the metropolis {whole['asset_frames_per_s'] / plain['asset_frames_per_s']:.0f} times, "
              f"{rate / plain_rate:.0f} times per second of a core.")
    return None


if __name__ == "__main__":
    main()
