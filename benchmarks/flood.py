"""Speed of the flow model: ``python benchmarks/flood.py --case c1 --json``.

Cases: ``c1`` (1000 x 1000 cells of 5 m, 20 mm/h for 30 min, all processes on), ``large`` (4000 x 4000, bare and full,
against the read bandwidth measured in the same process), ``ea4`` (5 m, five hours), ``subgrid`` (25 km2 of 1 m terrain
on 10 m cells, a day of storm), ``subgrid_truth`` (4 km2 of it against the full computation on 2 m cells), ``start`` (a
second process), ``memory``. The best of ``--repeat`` runs counts. landlab and Itzi: ``flood_peers.py``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from twin.flood.domain import Domain
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow, Losses
from twin.kernels.flow.arrays import STRIP_ROWS
from twin.water.hazard import Grid

#: Bytes that a step moves per cell where nothing stays in cache: reads of h, qx, qy, dzx, dzy, rough, weight, carry;
#: writes of h2, qx2, qy2, carry, the first three fetched before they are written.
BYTES_PER_CELL = 8 * 4 + 4 * 4 + 3 * 4


def c1_ground(n=1000, cell_m=5.0):
    """Make a valley with knolls and noise."""
    size = n * cell_m
    along = (np.arange(n) + 0.5) * cell_m
    x, y = np.meshgrid(along, size - along)
    z = (0.01 * np.abs(x - size / 2) + 0.003 * (size - y)
         + 0.15 * np.sin(2 * np.pi * x / 150) * np.cos(2 * np.pi * y / 210))
    noise = np.pad(np.random.default_rng(1).standard_normal((n, n)), 1, mode="edge")
    smooth = (noise[1:-1, 1:-1] + noise[:-2, 1:-1] + noise[2:, 1:-1] + noise[1:-1, :-2] + noise[1:-1, 2:]) / 5
    grid = Grid(rows=n, columns=n, transform=(cell_m, 0, 0, 0, -cell_m, size), crs="EPSG:2154")
    return z + 0.05 * smooth, grid


def c1(n=1000, *, full=True, minutes=30.0):
    """Give case C1 as a setup; ``full`` adds infiltration and drains to rain and maxima."""
    z, grid = c1_ground(n)
    losses = Losses(loss_class=(np.arange(n * n).reshape(n, n) // 64 % 3).astype(np.uint8),
                    conductivity_m_s=np.array([0.0, 3.4e-3 / 3600, 1.0e-3 / 3600]), suction_m=np.array([0, 0.02, 0.03]),
                    drain_m_s=np.full((n, n), 2e-3 / 3600, np.float32)) if full else None
    return FlowSetup(domain=Domain.of(z, grid, 0.05), rain=Rain.uniform(20.0, minutes * 60), losses=losses)


def timed(setup, until_s):
    """Give the seconds of a run and its model, compilation apart."""
    model = FlowModel(setup)
    begin = time.perf_counter()
    model.advance(until_s)
    return time.perf_counter() - begin, model


def best(setup, until_s, repeat):
    """Give the figures of the fastest of some runs."""
    runs = [timed(setup, until_s) for _ in range(repeat)]
    seconds, model = min(runs, key=lambda run: run[0])
    book = model.book()
    return {"seconds": seconds, "steps": book.steps, "mcell_per_s": book.cell_updates / seconds / 1e6,
            "relative_error": book.relative_error, "created_m3": book.created_m3}, model


def numpy_step(n=1000, steps=3):
    """Give million cell updates a second of the same equations in plain numpy, float32, one thread."""
    rng = np.random.default_rng(1)
    h = rng.uniform(0.01, 0.1, (n, n)).astype(np.float32)
    dz = rng.uniform(-0.1, 0.1, (n, n - 1)).astype(np.float32)
    q = np.zeros((n, n - 1), np.float32)
    begin = time.perf_counter()
    for _ in range(steps):
        for _axis in range(2):
            hf = np.maximum(np.maximum(h[:, :-1] + np.minimum(dz, 0), h[:, 1:] - np.maximum(dz, 0)), np.float32(1e-5))
            b = q + np.float32(1.96) * hf * (dz + h[:, :-1] - h[:, 1:])
            a = np.float32(0.05) / hf ** np.float32(7 / 3)
            q = 2 * b / (1 + np.sqrt(1 + 4 * a * np.abs(b)))
            h[:, :-1] -= np.float32(1e-3) * q
            h[:, 1:] += np.float32(1e-3) * q
    return n * n * steps / (time.perf_counter() - begin) / 1e6


@numba.njit(parallel=True, fastmath=True)
def _read(a, out):
    for k in numba.prange(len(out)):
        row, total = a[k], np.float32(0)
        # By index: a loop over values is not vectorised, and measured a third of what memory gives.
        for j in range(len(row)):
            total += row[j]
        out[k] = total


def read_bandwidth(megabytes=512, repeat=5):
    """Measure the bytes a second that all threads read from memory."""
    a = np.ones((64, megabytes * 1024 * 1024 // 4 // 64), np.float32)
    out = np.zeros(64, np.float32)
    _read(a, out)
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        _read(a, out)
        seconds.append(time.perf_counter() - begin)
    return a.nbytes / min(seconds)


def case_c1(repeat):
    """Run C1 with all processes, and with rain alone."""
    timed(c1(64), 10.0)
    threads = numba.get_num_threads()
    full, _ = best(c1(), 1800.0, repeat)
    bare, _ = best(c1(full=False), 1800.0, repeat)
    plain = numpy_step()
    return {**full, "bare_mcell_per_s": bare["mcell_per_s"], "threads": threads, "numpy_mcell_per_s": plain,
            "ratio_to_numpy_per_thread": full["mcell_per_s"] / threads / plain}


def rate(setup, warm_s, until_s, repeat):
    """Give the best cell updates a second between two times of a run."""
    rates = []
    for _ in range(repeat):
        model = FlowModel(setup)
        model.advance(warm_s)
        done, begin = model.book().cell_updates, time.perf_counter()
        model.advance(until_s)
        rates.append((model.book().cell_updates - done) / (time.perf_counter() - begin))
        del model
    return max(rates)


def case_large(repeat, n=4000):
    """Run a field far beyond the caches against what memory can read, and a small one that stays in them.

    Small is what the arithmetic alone allows: where that is below the share of the bandwidth asked for, memory is not
    what holds the step back.
    """
    timed(c1(64), 10.0)
    bandwidth = read_bandwidth()
    out = {"bytes_per_cell": BYTES_PER_CELL, "read_gb_per_s": bandwidth / 1e9}
    for name, full in (("bare", False), ("full", True)):
        best_rate = rate(c1(n, full=full), 60.0, 160.0, repeat)
        out[name + "_mcell_per_s"] = best_rate / 1e6
        out[name + "_share_of_bandwidth"] = best_rate * BYTES_PER_CELL / bandwidth
    in_cache = rate(c1(400, full=False), 60.0, 1800.0, repeat)
    out["in_cache_mcell_per_s"] = in_cache / 1e6
    out["in_cache_share_of_bandwidth"] = in_cache * BYTES_PER_CELL / bandwidth
    out["mcell_per_s"] = out["full_mcell_per_s"]
    return out


def case_ea4(repeat):
    """Run the Environment Agency's test 4 at 5 m."""
    grid = Grid(rows=400, columns=200, transform=(5.0, 0, 0, 0, -5.0, 2000.0), crs="EPSG:27700")
    inflow = Inflow(name="breach", line=np.array([[0.0, 990.0], [0.0, 1010.0]]),
                    m3_s=Series.of(np.array([0, 5, 60, 240, 300]) * 60.0, [0, 0, 20, 20, 0]))
    setup = FlowSetup(domain=Domain.of(np.zeros((400, 200)), grid, 0.05), inflows=(inflow,))
    timed(c1(64), 10.0)
    return best(setup, 18_000.0, repeat)[0]


def city(size_m, cell_m=2.0):
    """Make streets, blocks, courtyards and hollows on a slope, under a storm of two hours."""
    n = round(size_m / cell_m)
    along = (np.arange(n) + 0.5) * cell_m
    x, y = np.meshgrid(along, size_m - along)
    street = ((x % 60) < 10) | ((y % 80) < 10)
    z = 100 + 0.008 * x + 0.004 * y + 1.2 * np.sin(x / 90) * np.cos(y / 130) - 0.15 * street
    z += 0.02 * np.random.default_rng(2).standard_normal((n, n))
    block = ((x % 60) > 14) & ((x % 60) < 50) & ((y % 80) > 14) & ((y % 80) < 60)
    yard = ((x % 60) > 26) & ((x % 60) < 36) & ((y % 80) > 26) & ((y % 80) < 50)
    grid = Grid(rows=n, columns=n, transform=(cell_m, 0, 0, 0, -cell_m, size_m), crs="EPSG:2154")
    return FlowSetup(domain=Domain.of(z, grid, np.where(street, 0.016, 0.04), blocked=block & ~yard),
                     rain=Rain.storm(60.0, 2 * 3600.0), edges=tuple(Edge(side=s) for s in ("west", "south")))


def day_of_storm(setup):
    """Give a setup a day of rain: 100 mm, 60 of them in two hours around noon."""
    return replace(setup, rain=Rain.storm(100.0, 24 * 3600.0, shape="double_triangle", peak_duration_s=2 * 3600.0,
                                          peak_share=0.6))


def coarser(setup, factor):
    """Give the setup on cells ``factor`` times as wide: mean of the open ground, houses where half is built."""
    domain, a = setup.domain, setup.domain.cell_m * factor
    rows, columns = domain.shape[0] // factor, domain.shape[1] // factor

    def blocks(values):
        return values.reshape(rows, factor, columns, factor).swapaxes(1, 2).reshape(rows, columns, -1)

    free = blocks(domain.open)
    z = np.where(free, blocks(domain.height_m), 0).sum(axis=2) / np.maximum(free.sum(axis=2), 1)
    built = free.mean(axis=2) <= 0.5
    grid = Grid(rows=rows, columns=columns, transform=(a, 0, 0, 0, -a, rows * a), crs="EPSG:2154")
    return replace(setup, domain=Domain.of(np.where(built, 100.0, z), grid, blocks(domain.roughness).mean(axis=2),
                                           blocked=built))


def case_subgrid(repeat):
    """Run 25 km2 of 1 m terrain through a day of storm on cells of 10 m, with a picture on the terrain every hour."""
    FlowModel(city(400.0, 1.0), factor=10).advance(60.0)
    setup = day_of_storm(city(5000.0, 1.0))
    begin = time.perf_counter()
    model = FlowModel(setup, factor=10)
    tables = time.perf_counter() - begin
    pictures = 0.0
    for hour in range(1, 25):
        model.advance(hour * 3600.0)
        before = time.perf_counter()
        model.depth_m()
        pictures += time.perf_counter() - before
    seconds = time.perf_counter() - begin
    book = model.book()
    return {"seconds": seconds, "tables_s": tables, "pictures_s": pictures, "steps": book.steps,
            "relative_error": book.relative_error, "repairs": book.repairs,
            "mcell_per_s": book.cell_updates / (seconds - tables - pictures) / 1e6}


def case_subgrid_truth(repeat, size_m=2000.0):
    """Compare 10 m cells with the full computation on 2 m cells: 4 km2, a day of storm, by the hour.

    The cells stand over the 1 m terrain, and (``same``) over the 2 m terrain that the full computation has. Ten minutes
    of two cores and more.
    """
    terrain = day_of_storm(city(size_m, 1.0))
    fine_setup = coarser(terrain, 2)
    n = fine_setup.domain.shape[0]
    fine, coarse, same = FlowModel(fine_setup), FlowModel(terrain, factor=10), FlowModel(fine_setup, factor=5)
    looks, seconds = [], {"fine": 0.0, "coarse": 0.0, "same": 0.0}
    for hour in range(1, 25):
        for name, model in (("fine", fine), ("coarse", coarse), ("same", same)):
            begin = time.perf_counter()
            model.advance(hour * 3600.0)
            seconds[name] += time.perf_counter() - begin
        looks.append((hour, fine.depth_m(), coarse.depth_m(), same.depth_m()))
    looks.append(("peak", fine.peak_m, coarse.peak_m, same.peak_m))
    out = {"fine_s": seconds["fine"], "coarse_s": seconds["coarse"], "ratio": seconds["fine"] / seconds["coarse"],
           "stored": coarse.stored_m3 / fine.stored_m3, "stored_same": same.stored_m3 / fine.stored_m3}
    for when, full, finer, alike in looks:
        flooded = full >= 0.1
        if flooded.sum() * 4.0 < 0.005 * size_m**2:
            continue
        for name, depth in (("", finer.reshape(n, 2, n, 2).mean(axis=(1, 3))), ("same_", alike)):
            ours = depth >= 0.1
            out[f"area_{name}{when}"] = float(ours.sum() / flooded.sum())
            out[f"iou_{name}{when}"] = float((flooded & ours).sum() / (flooded | ours).sum())
    return out


def case_memory(repeat):
    """Count the bytes a cell that the model holds beside its inputs: flat cells, and terrain under coarse ones."""
    out = {"mcell_per_s": None}
    for name, small, setup, factor in (("flat", c1(64), c1(1000), 1),
                                       ("subgrid_per_terrain_cell", city(400.0, 1.0), city(1000.0, 1.0), 10)):
        FlowModel(small, factor=factor).advance(60.0)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        model = FlowModel(setup, factor=factor)
        model.advance(60.0)
        held = tracemalloc.get_traced_memory()[0] - before
        out[f"bytes_per_cell_{name}"] = held / setup.domain.height_m.size
        tracemalloc.stop()
        del model
    return out


def case_start(repeat):
    """Time a second process up to its first steps: kernels come from the cache."""
    code = ("import time, sys; t = time.perf_counter(); sys.path.insert(0, '.');"
            "from benchmarks.flood import c1, timed; timed(c1(64), 10.0); print(time.perf_counter() - t)")
    root = Path(__file__).resolve().parents[1]
    seconds = [float(subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True,
                                    text=True).stdout) for _ in range(repeat + 1)]
    return {"second_process_s": min(seconds[1:]), "mcell_per_s": None}


def main():
    """Run a case and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cases = {name[5:]: value for name, value in globals().items() if name.startswith("case_")}
    parser.add_argument("--case", type=str.lower, choices=sorted(cases), default="c1")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {"case": given.case, "strip_rows": STRIP_ROWS, **cases[given.case](given.repeat)}
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:28} {value:.6g}" if isinstance(value, float) else f"{name:28} {value}")


if __name__ == "__main__":
    main()
