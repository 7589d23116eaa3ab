"""The storm over the Douix: depth rasters of a flash flood, as a forecasting centre would send them.

Not a flow model: the brook rises by a hydrograph over its own bed, hollows fill to a share of their depth, carriageways
on the slopes carry a thin sheet while it rains. It makes the files of the scenario ``valmont-flash-flood``, which read
like anybody's rasters; ``python -m geodata.demo_town.storm FOLDER`` writes them again.
"""

from __future__ import annotations

import heapq
import sys
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.ndimage import label, labeled_comprehension

from geodata.demo_town.ground import CELL_M, HEIGHT_M, ORIGIN_M, river, stream
from geodata.demo_town.made import CRS, make_town

FloatArray = NDArray[np.float64]

#: Cells of the rasters [m] and their minutes after 17:00: closer while the water moves.
RASTER_M, FRAMES_MIN = 8.0, (0, 30, 45, 60, 75, 90, 105, 120, 150, 180, 210, 240, 300)
#: Minutes after 17:00; brook above its bed [m]; share of the hollows' depth; sheet on steep carriageways [m].
_MINUTES = (0, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300)
_BROOK_M = (0.3, 0.3, 0.9, 1.6, 2.15, 2.35, 2.1, 1.7, 1.2, 0.5, 0.3)
_HOLLOWS = (0.0, 0.0, 0.15, 0.40, 0.55, 0.60, 0.60, 0.56, 0.50, 0.34, 0.0)
_SHEET_M = (0.0, 0.0, 0.03, 0.04, 0.04, 0.03, 0.0, 0.0, 0.0, 0.0, 0.0)
#: The brook's water reaches so far from its axis [m].
_REACH_M = 130.0


def storm_depths() -> tuple[list[int], NDArray[np.float32]]:
    """Give minutes after 17:00, (T,), and depths, (T, rows, columns) [m], dry is 0."""
    town = make_town()
    step = int(RASTER_M / CELL_M)
    rows, columns = (size // step for size in town.relief.height_m.shape)
    ground = town.relief.height_m.reshape(rows, step, columns, step).mean(axis=(1, 3))
    x, y = np.meshgrid((np.arange(columns) + 0.5) * RASTER_M, HEIGHT_M - (np.arange(rows) + 0.5) * RASTER_M)
    points = np.column_stack([x.ravel(), y.ravel()])
    _, beside = (values.reshape(rows, columns) for values in river().nearest(points))
    above, gentler = _above_brook(town.relief.height_m, ground, points)
    depression = _filled(ground) - ground
    depression[np.abs(beside) < 40.0] = 0.0
    basin, count = label(depression > 0.12)
    deepest = np.concatenate([[0.0], labeled_comprehension(depression, basin, np.arange(1, count + 1), np.max, float,
                                                           0.0)])[basin]
    slope = np.hypot(*np.gradient(ground, RASTER_M))
    streets = rasterize([street.shape.buffer(4.0) for street in town.streets], out_shape=(rows, columns),
                        transform=Affine(RASTER_M, 0.0, 0.0, 0.0, -RASTER_M, HEIGHT_M), dtype="uint8").astype(bool)
    frames = []
    for minute in FRAMES_MIN:
        brook, share, sheet = (float(np.interp(minute, _MINUTES, column)) for column in (_BROOK_M, _HOLLOWS, _SHEET_M))
        stage = brook * gentler
        wet = _joined(above < stage, above < 0.4) & (np.abs(beside) > 21.0)
        overflow = np.where(wet, stage - above, 0.0)
        pond = np.clip(depression - (1.0 - share) * deepest, 0.0, None) if share else 0.0
        runoff = np.where(streets & (slope > 0.012), sheet, 0.0)
        depth = np.maximum(np.maximum(overflow, pond), runoff)
        frames.append(np.where(depth < 0.01, 0.0, np.round(depth, 2)).astype(np.float32))
    return list(FRAMES_MIN), np.array(frames)


def _above_brook(fine: FloatArray, ground: FloatArray, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the height of each cell above the brook's bed abreast of it, and the brook's share there of its rise."""
    brook = stream()
    inside = brook.axis[(brook.axis[:, 1] > 2.0)]
    row = ((HEIGHT_M - inside[:, 1]) / CELL_M).astype(int)
    bed = fine[row, (inside[:, 0] / CELL_M).astype(int)]
    # The bed never rises downstream: a drowned or rough stretch does not lift the water.
    bed = np.minimum.accumulate(bed)
    chainage, beside = brook.nearest(points)
    at = np.interp(chainage, brook.chainage_m[brook.axis[:, 1] > 2.0], bed).reshape(ground.shape)
    # Towards its mouth the brook runs off into the Ouche, which is low that evening.
    gentler = np.interp(brook.chainage_m[-1] - chainage, (0.0, 420.0), (0.62, 1.0)).reshape(ground.shape)
    far = (np.abs(beside) > _REACH_M).reshape(ground.shape)
    return np.where(far, np.inf, ground - at), gentler


def _joined(wet: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the wet cells that hang together with the start."""
    part, count = label(wet, structure=np.ones((3, 3)))
    keep = np.zeros(count + 1, dtype=bool)
    keep[np.unique(part[start & wet])] = True
    keep[0] = False
    return np.asarray(keep[part])


def _filled(ground: FloatArray) -> FloatArray:
    """Give the ground with every hollow filled to its lip (priority flood: Barnes 2014, arXiv:1511.04463)."""
    rows, columns = ground.shape
    level = np.full(ground.shape, np.inf)
    edge = [(r, c) for r in range(rows) for c in (0, columns - 1)] + [(r, c) for c in range(columns)
                                                                      for r in (0, rows - 1)]
    heap: list[tuple[float, int, int]] = []
    for r, c in edge:
        level[r, c] = ground[r, c]
        heapq.heappush(heap, (float(ground[r, c]), r, c))
    while heap:
        height, r, c = heapq.heappop(heap)
        for i, j in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= i < rows and 0 <= j < columns and np.isinf(level[i, j]):
                level[i, j] = max(height, float(ground[i, j]))
                heapq.heappush(heap, (float(level[i, j]), i, j))
    return level


def write_rasters(folder: Path) -> list[Path]:
    """Write the rasters, ``orage_{minutes}.tif``, and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    minutes, depths = storm_depths()
    transform = Affine(RASTER_M, 0.0, ORIGIN_M[0], 0.0, -RASTER_M, ORIGIN_M[1] + HEIGHT_M)
    paths = []
    for minute, depth in zip(minutes, depths, strict=True):
        paths.append(folder / f"orage_{minute:03d}.tif")
        with rasterio.open(paths[-1], "w", driver="GTiff", width=depth.shape[1], height=depth.shape[0], count=1,
                           dtype="float32", crs=CRS, transform=transform, compress="deflate", predictor=3, zlevel=9,
                           tiled=True, blockxsize=256, blockysize=256) as raster:
            raster.write(depth, 1)
    return paths


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in write_rasters(Path(sys.argv[1])))
