"""Measure the pages: bytes of the file, time to write it, time of a scrub step in the browser.

    python benchmarks/page.py                      the made town, 30,000 lamps, and the built-in town
    python benchmarks/page.py RUN_DIR              a run of your own

Figures of the browser are medians over the steps of the run, in headless Chromium without a GPU.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "viewer")]

#: The city of the promise: 30,000 lamps, 600 cabinets, 20,000 buildings, 300 steps.
COLUMNS, ROWS = 57, 42


def made_city() -> Any:
    """Give the run of a made town of the promised size."""
    import fake_town

    fake_town.STEP_S = 288
    return fake_town.run_of(fake_town.town(COLUMNS, ROWS), cell_m=20.0)


def in_browser(file: Path, now: Any, *, gpu: bool) -> dict[str, float]:
    """Open a page and measure its start and its steps [ms]."""
    from page_browser import chromium, opened

    with chromium() as browser:
        page = opened(browser, file, now=now, fragment="#renderer=gpu" if gpu else "", width=1280, height=800,
                      timeout_ms=120_000)
        page.wait_for_selector("#map[data-renderer=gpu]" if gpu else "#map[data-drawn]", timeout=120_000)
        measured = page.evaluate("""gpu => { const p = twinPage, m = p.map, spent = {move: [], draw: []};
          const size = {lamp: 3, node: 4, minor: 1, major: 2, block: 2, building: 1};
          for (const t of p.model.times) {
            let a = performance.now(); p.move(t); spent.move.push(performance.now() - a);
            a = performance.now();
            if (gpu) m.gpu.draw(m.view, m.scene, size);
            else m.ground.draw(m.base.getContext('2d'), m.view, m.scene, m.ratio, m.big);
            spent.draw.push(performance.now() - a);
          }
          return {...spent, first: [globalThis.twinFirstFrame]}; }""", gpu)
        return {name: statistics.median(values) for name, values in measured.items()}


def measure(name: str, run: Any) -> None:
    """Print the figures of one run."""
    from viewer.outputs.page import export_map

    assets = run.result.city.assets
    counts = {kind: int(assets.of_kind(kind).sum()) for kind in ("lamp", "cabinet", "building")}
    steps = run.result.plan.duration_s // run.result.plan.step_s
    print(f"{name}: {counts['lamp']:,} lamps, {counts['cabinet']:,} cabinets, {counts['building']:,} buildings, "
          f"{steps} steps, {len(run.result.outages):,} outages")
    with tempfile.TemporaryDirectory() as folder:
        for public in (True, False):
            begun, worked = time.perf_counter(), time.process_time()
            file = export_map(run, Path(folder) / "map.html", public=public)
            seconds, worked = time.perf_counter() - begun, time.process_time() - worked
            which = "public" if public else "operator"
            print(f"  {which:9} written in {seconds:.2f} s ({worked:.2f} s of CPU), {file.stat().st_size / 1e6:.2f} MB")
            now = run.result.plan.issued_at + timedelta(minutes=5)
            for gpu in (False, True):
                spent = in_browser(file, now, gpu=gpu)
                print(f"  {'':9} {'GPU layers' if gpu else '2D canvas '} a step: {spent['move']:.1f} ms counts, lists "
                      f"and words, {spent['draw']:.1f} ms drawing; first map frame after {spent['first']:.0f} ms")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path)
    given = parser.parse_args()
    if given.run:
        from geodata.run.folder import read_run

        measure(str(given.run), read_run(given.run))
        return
    measure("made city", made_city())


if __name__ == "__main__":
    main()
