"""Measure the operator's map of a run with streets in the water and crews, in a town of 50,000 assets.

    python -m benchmarks.crews_page [--columns 54] [--rows 31] [--keep FOLDER]

A made town on both banks of a river that rises for a night, its depth rasters, six crews, computed by the engine. It
prints the size of the page beside one without streets and crews, the time to write it beside the time of the run, and
in headless Chromium without a GPU the first frame of the map and the steps of the clock, medians and worst. They vary
with what else runs on the machine: quote the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "viewer")]

CELL_M, FRAME_S = 12.0, 1800
SCENARIO = """\
scenario: Ville d’essai, six équipes
city: city.gpkg
start: 2027-01-12T16:00+01:00
duration: 24h
step: 5min
status: simulation
seed: 7
flood: {rasters: {files: depth_*.tif, pattern: "depth_{min}min.tif"}, after: dry, nodata: dry}
access: {bases: [S-1, S-2]}
crews:
  policy: most_lamps
  teams: [TEAMS]
"""


def prepare(folder: Path, columns: int, rows: int) -> Path:
    """Write the town, its water and its scenario; give the scenario."""
    import fake_town
    import rasterio
    from rasterio.transform import Affine

    from geodata.city.file import write_city

    town = fake_town.town(columns, rows)
    write_city(town, folder / "city.gpkg")
    assets = town.city.assets
    west, south, east, north = (f(v) + d for f, v, d in (
        (np.nanmin, assets.x_m, -300), (np.nanmin, assets.y_m, -300), (np.nanmax, assets.x_m, 300),
        (np.nanmax, assets.y_m, 300)))
    wide, high = int((east - west) / CELL_M), int((north - south) / CELL_M)
    gx, gy = np.meshgrid(west + (np.arange(wide) + 0.5) * CELL_M, north - (np.arange(high) + 0.5) * CELL_M)
    sx, sy = gx - fake_town.X0, gy - fake_town.Y0
    for _ in range(12):  # undo the bend
        bx, by = fake_town.bend(sx, sy)
        sx, sy = sx - (bx - gx), sy - (by - gy)
    height = np.where(np.abs(sy) < 26, -1.6, fake_town.ground(sx, sy))
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "width": wide, "height": high, "crs": "EPSG:2154",
               "transform": Affine(CELL_M, 0, west, 0, -CELL_M, north), "compress": "deflate"}
    for at_s in range(0, 24 * 3600 + 1, FRAME_S):
        with rasterio.open(folder / f"depth_{at_s // 60:05d}min.tif", "w", **profile) as raster:
            raster.write(np.maximum(fake_town.stage(at_s) - height, 0).astype(np.float32), 1)
    teams = ", ".join(f'{{id: E{n}, base: S-{1 + n % 2}, people: 2, called: "+{6 + n}h"}}' for n in range(6))
    file = folder / "night.scenario.yaml"
    file.write_text(SCENARIO.replace("TEAMS", teams), encoding="utf-8")
    return file


def in_browser(file: Path, now: Any) -> dict[str, float]:
    """Open a page and measure its start and the steps of its clock [ms]."""
    from page_browser import chromium, opened

    with chromium() as browser:
        began = time.perf_counter()
        page = opened(browser, file, now=now, width=1600, height=900, timeout_ms=300_000)
        page.wait_for_selector("#map[data-drawn]", timeout=300_000)
        whole_ms = (time.perf_counter() - began) * 1e3
        found = page.evaluate("""() => { const p = twinPage, spent = [], parts = {};
          for (const [name, of, method] of [['counts', p.model, 'counts'], ['lists', p.lists, 'show'],
              ['access', p.accessLists, 'show'], ['crews', p.crews, 'show'], ['panel', p, 'panel'],
              ['scene', p, 'scene'], ['layers', p.layers, 'say']]) {
            const was = of[method].bind(of); parts[name] = 0;
            of[method] = (...given) => { const a = performance.now(); const out = was(...given);
              parts[name] += performance.now() - a; return out; };
          }
          for (const t of p.model.times) { const a = performance.now(); p.move(t); spent.push(performance.now() - a); }
          for (const name in parts) parts[name] /= spent.length;
          return {spent, parts, first: globalThis.twinFirstFrame}; }""")
        return {"open": whole_ms, "first": found["first"], "step": statistics.median(found["spent"]),
                "worst": max(found["spent"]), **{f"of it {name}": ms for name, ms in found["parts"].items()}}


def main() -> None:
    """Run the night, write its page and look at it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=54)
    parser.add_argument("--rows", type=int, default=31)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    from geodata.run.folder import read_run
    from scenarios.load import load_scenario
    from scenarios.running import run_scenario
    from viewer.outputs.page import export_map

    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "run").exists():
            scenario = load_scenario(prepare(folder, given.columns, given.rows))
            began = time.process_time()
            finished = run_scenario(scenario, picture=False)
            run_s = time.process_time() - began
            finished.write(folder / "run")
            (folder / "seconds").write_text(f"{run_s}", encoding="utf-8")
        run_s = float((folder / "seconds").read_text("utf-8"))
        run = read_run(folder / "run")
        result = run.result
        began = time.process_time()
        file = export_map(run, folder / "map.html", public=False, lang="fr")
        written_s = time.process_time() - began
        size = file.stat().st_size
        bare = replace(run, result=replace(result, plan=replace(result.plan, crews=None, access=None)))
        bare_size = export_map(bare, folder / "bare.html", public=False, lang="fr").stat().st_size
        print(f"{len(result.city.assets):,} assets, {len(result.outages):,} outages, {len(result.crew_work):,} stages "
              f"of crews: run {run_s:.1f} s of CPU; page {size / 1e6:.2f} MB ({size / bare_size:.2f} of one without "
              f"streets and crews), written in {written_s:.1f} s of CPU ({written_s / run_s:.2f} runs)")
        for name, ms in in_browser(file, result.plan.issued_at + timedelta(minutes=5)).items():
            print(f"  {name}: {ms:.1f} ms")


if __name__ == "__main__":
    main()
