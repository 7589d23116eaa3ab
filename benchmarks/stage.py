"""River stage over terrain: one pass for all levels against a connected-components pass for each frame.

    python -m benchmarks.stage [--cells 10_000_000] [--frames 432] [--assets 1_000_000] [--json]

The valley is made: a meandering river in a rough flood plain with hollows and banks. The baseline is what an engineer
would write today, ``scipy.ndimage.label`` of the cells below the level, frame by frame; it is timed at a size that it
can bear and given per cell and frame. Figures vary with what else runs on the machine: quote the ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from typing import Any

import numpy as np
import scipy.ndimage

from twin.water.hazard import Grid
from twin.water.river_stage import River, stage, surface


def valley(cells: int, seed: int = 1) -> tuple[Any, Grid, River]:
    """Make a valley: terrain (rows, columns) [m], its grid of 2 m cells and its river."""
    columns = round((cells * 1.5) ** 0.5)
    rows = cells // columns
    rng = np.random.default_rng(seed)
    x = np.arange(columns)
    middle = rows / 2 + rows / 8 * np.sin(2 * np.pi * x / columns * 3)
    across = np.abs(np.arange(rows)[:, None] - middle[None, :]) * 2.0
    rough = scipy.ndimage.zoom(rng.normal(0, 1, (rows // 64 + 2, columns // 64 + 2)), 64, order=1)[:rows, :columns]
    terrain = 100 - 0.0005 * 2.0 * x[None, :] + 0.004 * across + 0.6 * rough
    bed = np.rint(middle).astype(int)
    terrain[bed, x] = 99 - 0.0005 * 2.0 * x
    grid = Grid(rows=rows, columns=columns, transform=(2.0, 0, 0.0, 0, -2.0, 2.0 * rows), crs="EPSG:2154")
    river = River(chainage_m=2.0 * x, thalweg_m=99 - 0.0005 * 2.0 * x, cells=(bed * columns + x).astype(np.int64),
                  stations=x.astype(np.int32))
    return terrain.astype(np.float32), grid, river


def night(frames: int) -> Any:
    """Make the level at one gauge: a rise of 4 m and its fall, (frames,) [m]."""
    return 99.0 + 4.0 * np.sin(np.pi * np.arange(frames) / (frames - 1)) ** 2


def ours(cells: int, frames: int, assets: int) -> dict[str, float]:
    """Time the whole way: spill levels, depth at the assets in every frame, envelope."""
    terrain, grid, river = valley(cells)
    times_s = np.arange(frames, dtype=np.int64) * 300
    level_m = surface(river, np.array([0.0]), night(frames)[:, None])
    sampled = np.sort(np.random.default_rng(2).choice(grid.cells, min(assets, grid.cells), replace=False))
    begun = time.perf_counter()
    water = stage(terrain, grid, river, level_m, times_s, cell_m=(2.0, 2.0), drain_mm_h=10)
    filled = time.perf_counter()
    deepest = max(float(depth.max()) for depth in water.depths(sampled))
    read = time.perf_counter()
    envelope = water.envelope()
    done = time.perf_counter()
    return {"cells": grid.cells, "frames": frames, "assets": len(sampled), "fill_s": filled - begun,
            "sample_s": read - filled, "envelope_s": done - read, "total_s": done - begun, "deepest_m": deepest,
            "wet_share": float(np.mean(envelope.peak_m > 0))}


def naive(cells: int, frames: int) -> dict[str, float]:
    """Time one flood fill per frame at a bearable size."""
    terrain, grid, river = valley(cells)
    level_m = surface(river, np.array([0.0]), night(frames)[:, None])
    begun = time.perf_counter()
    for level in level_m:
        label, _ = scipy.ndimage.label(terrain <= level[None, :])
        joined = np.zeros(label.max() + 1, bool)
        joined[label.ravel()[river.cells]] = True
        joined[0] = False
        np.where(joined[label], level[None, :] - terrain, 0)
    seconds = time.perf_counter() - begun
    return {"cells": grid.cells, "frames": frames, "total_s": seconds,
            "s_per_cell_frame": seconds / grid.cells / frames}


def main() -> None:
    """Print time per stage, and the ratio to the baseline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=10_000_000)
    parser.add_argument("--frames", type=int, default=432)
    parser.add_argument("--assets", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    ours(20_000, 12, 1000)  # compiled kernels are loaded outside what is timed
    mine = ours(chosen.cells, chosen.frames, chosen.assets)
    baseline = naive(min(chosen.cells, 2_000_000), 6)
    expected_s = baseline["s_per_cell_frame"] * mine["cells"] * mine["frames"]
    report = {"ours": mine, "baseline": baseline, "baseline_at_this_size_s": expected_s,
              "ratio": expected_s / mine["total_s"],
              "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}
    if chosen.json:
        print(json.dumps(report))
        return
    print(f"{mine['cells']:,} cells, {mine['frames']} frames, {mine['assets']:,} sampled cells")
    print(f"  spill levels {mine['fill_s']:.2f} s, sampling {mine['sample_s']:.2f} s, envelope "
          f"{mine['envelope_s']:.2f} s: {mine['total_s']:.2f} s, peak {report['peak_memory_gb']:.2f} GB")
    print(f"  a flood fill per frame (measured on {baseline['cells']:,} cells): {expected_s:.0f} s, "
          f"{report['ratio']:.0f} times as long")


if __name__ == "__main__":
    main()
