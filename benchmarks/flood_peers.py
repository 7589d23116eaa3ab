"""The flow model beside landlab and Itzi: ``python benchmarks/flood_peers.py [--case planes|c1] [--figure FILE]``.

Planes under rain with a wall at their foot: depth in their upper 100 m against the exact one, and water found over
water rained. Case C1: wall and processor time side by side. Peers come from the extra ``benchmark``; what is not
installed is left out. Itzi's stop at 5 % of made water is switched off: else three of four planes would end there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

#: Length [m], slope, Manning's n, rain [mm/h] and its duration [s].
PLANES = ((200, .005, .05, 20, 5400), (200, .02, .03, 60, 1800), (200, .05, .015, 60, 1800), (200, .2, .03, 60, 1800))
CELL_M, ROWS = 5.0, 6


def twin_run(z, n, rain_m_s, cell_m, until_s):
    """Run our own model."""
    from twin.flood.domain import Domain
    from twin.flood.model import FlowModel
    from twin.flood.rain import Rain
    from twin.flood.setup import FlowSetup
    from twin.water.hazard import Grid

    rows, columns = z.shape
    grid = Grid(rows=rows, columns=columns, transform=(cell_m, 0, 0, 0, -cell_m, rows * cell_m), crs="EPSG:2154")
    model = FlowModel(FlowSetup(domain=Domain.of(z, grid, n), rain=Rain.uniform(rain_m_s * 3.6e6, until_s)))
    model.advance(until_s)
    return model.depth_m()


def landlab_run(z, n, rain_m_s, cell_m, until_s, *, steep=False):
    """Run landlab's OverlandFlow; a rim of closed nodes is put around the cells."""
    from landlab import RasterModelGrid
    from landlab.components import OverlandFlow

    padded = np.pad(z, 1, mode="edge")
    grid = RasterModelGrid(padded.shape, xy_spacing=cell_m)
    grid.add_field("topographic__elevation", np.flipud(padded).ravel().copy(), at="node")
    grid.add_zeros("surface_water__depth", at="node")
    grid.set_closed_boundaries_at_grid_edges(True, True, True, True)
    flow = OverlandFlow(grid, mannings_n=n, theta=0.9, alpha=0.7, rainfall_intensity=rain_m_s, steep_slopes=steep)
    t = 0.0
    while t < until_s:
        dt = min(flow.calc_time_step(), 5.0, until_s - t)
        flow.overland_flow(dt=dt)
        t += dt
    return np.flipud(grid.at_node["surface_water__depth"].reshape(padded.shape))[1:-1, 1:-1]


def itzi_run(z, n, rain_m_s, cell_m, until_s):
    """Run Itzi in memory, without GRASS."""
    from itzi.rasterdomain import DomainData
    from itzi.simulation_factories import create_memory_simulation

    rows, columns = z.shape
    start = datetime(2000, 1, 1)
    data = DomainData(north=rows * cell_m, south=0, east=columns * cell_m, west=0, rows=rows, cols=columns)
    clock = SimpleNamespace(start=start, end=start + timedelta(seconds=until_s),
                            record_step=timedelta(seconds=until_s), temporal_type="relative")
    parameters = {"dtmax": 5.0, "cfl": 0.7, "theta": 0.9, "g": 9.80665, "hmin": 0.005, "slmax": 0.1, "vrouting": 0.1,
                  "max_error": 1e9, "inf_model": "null", "dtinf": 60.0}
    run = create_memory_simulation(clock, {"water_depth": "d"}, parameters, {"swmm_inp": None}, data,
                                   np.zeros(z.shape, bool), dtype=np.float32)
    z = z.astype(np.float32)
    for name, values in (("dem", z), ("friction", np.full_like(z, n)), ("rain", np.full_like(z, rain_m_s)),
                         ("bctype", np.zeros_like(z))):
        run.set_array(name, values)
    run.initialize()
    while run.sim_time < run.end_time:
        run.update()
    return run.get_array("water_depth")


def runners():
    """Give the models at hand by name."""
    found = {"twin": twin_run}
    if find_spec("landlab"):
        found["landlab"] = landlab_run
        found["landlab steep_slopes"] = lambda *given: landlab_run(*given, steep=True)
    if find_spec("itzi"):
        found["itzi"] = itzi_run
    return found


def planes():
    """Run the planes: by plane and model the depth down the plane, its error and water found over water rained."""
    out = []
    for length, slope, n, rain_mm_h, until_s in PLANES:
        x = (np.arange(round(length / CELL_M)) + 0.5) * CELL_M
        z, rain = np.tile((length - x) * slope, (ROWS, 1)), rain_mm_h / 3.6e6
        upper = x < 100
        exact = (rain * x[upper] * n / np.sqrt(slope)) ** 0.6
        for name, run in runners().items():
            depth = np.asarray(run(z, n, rain, CELL_M, float(until_s)), float)
            error = np.sqrt(np.mean((depth.mean(axis=0)[upper] - exact) ** 2) / np.mean(exact**2))
            out.append({"slope": slope, "model": name, "depth_error": float(error),
                        "water_over_rain": float(depth.mean() / (rain * until_s)),
                        "depth_mm": (depth.mean(axis=0)[upper] * 1000).tolist(), "exact_mm": (exact * 1000).tolist()})
    return out


def draw(rows, path):
    """Draw the depth down each plane, each model against the exact one."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    slopes = sorted({row["slope"] for row in rows})
    looks = {"twin": {"color": "#0b6fa4", "lw": 2.4}, "landlab": {"color": "#b3541e", "lw": 1.2},
             "landlab steep_slopes": {"color": "#b3541e", "lw": 1.2, "ls": ":"},
             "itzi": {"color": "#4a7c3a", "lw": 1.2}}
    figure, axes = plt.subplots(1, len(slopes), figsize=(13, 3.6))
    for axis, slope in zip(axes, slopes, strict=True):
        here = [row for row in rows if row["slope"] == slope]
        exact = np.array(here[0]["exact_mm"])
        x = (np.arange(len(exact)) + 0.5) * CELL_M
        for row in here:
            axis.plot(x, row["depth_mm"], label=f"{row['model']}: water {row['water_over_rain']:.2f} of the rain",
                      **looks[row["model"]])
        axis.plot(x, exact, color="#222", lw=1, ls="--", label="exact")
        axis.set(title=f"slope {slope:.1%}", xlabel="m from the top", ylim=(0, 2.2 * exact.max()))
        axis.legend(fontsize=6, loc="upper left")
    axes[0].set_ylabel("depth [mm]")
    figure.tight_layout()
    figure.savefig(path, dpi=80, metadata={"Software": None})


def c1(n=1000):
    """Give seconds of case C1, rain alone, by model; each is started once before on a small field."""
    from benchmarks.flood import c1_ground

    out = []
    for name, run in runners().items():
        run(c1_ground(64)[0], 0.05, 20 / 3.6e6, 5.0, 60.0)
        z = c1_ground(n)[0]
        wall, cpu = time.perf_counter(), time.process_time()
        run(z, 0.05, 20 / 3.6e6, 5.0, 1800.0)
        out.append({"model": name, "seconds": time.perf_counter() - wall,
                    "seconds_of_all_cores": time.process_time() - cpu})
    return out


def main():
    """Run a case and print it."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=("planes", "c1"), default="planes")
    parser.add_argument("--cells", type=int, default=1000, help="cells a side of case c1")
    parser.add_argument("--figure", type=Path, help="draw case planes into this file")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = planes() if given.case == "planes" else c1(given.cells)
    if given.figure is not None and given.case == "planes":
        draw(rows, given.figure)
    if given.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("  ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()
                        if not isinstance(v, list)))


if __name__ == "__main__":
    main()
