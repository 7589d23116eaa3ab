"""Water for the page: which of the city's cells are wet from when until when, at the three depths that are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from twin.water.hazard import Envelope, Grid
from viewer.scene.frame import Frame
from viewer.scene.pack import Packer

#: Cells on the long side of the page's raster: a public file stays small, a shore stays round.
LONGEST = 640
#: Frames that a byte can tell apart; 0 stands for "never".
FRAMES = 254


def pack_water(packer: Packer, frame: Frame, crs: str, envelope: Envelope | None, grid: Grid | None,
               times_s: Any, *, longest: int = LONGEST, frames: int = FRAMES) -> dict[str, Any] | None:
    """Add the water's rasters and give what the page must know of them.

    Rasters are read at the centres of a grid in the city's CRS, at most ``longest`` cells long and no finer than the
    water's own cells. More than ``frames`` (at most 254) are thinned: a cell then gets wet at the frame kept before.

    Returns
    -------
    Box in page metres, size in cells; None where the run has no water.
    """
    if envelope is None or grid is None or not len(times_s):
        return None
    inside = _rows_and_columns(frame, crs, grid, longest)
    if inside is None:
        return None
    cells, west, north, step = inside
    known = cells >= 0
    at = np.where(known, cells, 0)
    times_s = np.asarray(times_s, np.int64)
    thin = max(1, -(-len(times_s) // frames))
    # What is drawn at depth 1 of a cell that the water never reaches is nothing: cut the box to the wet and unknown.
    peak = np.asarray(envelope.peak_m).reshape(-1)[at]
    unknown = ~known | np.isnan(peak)
    first = [np.where(known, np.asarray(envelope.first[i]).reshape(-1)[at], -1) for i in range(3)]
    last = [np.where(known, np.asarray(envelope.last[i]).reshape(-1)[at], -1) for i in range(3)]
    wet = first[0] >= 0
    drawn = wet if unknown.mean() > 0.5 else wet | unknown
    if not wet.any():
        return None
    top, bottom = np.flatnonzero(drawn.any(axis=1))[[0, -1]]
    left, right = np.flatnonzero(drawn.any(axis=0))[[0, -1]]
    top, left = max(0, top - 2), max(0, left - 2)
    bottom, right = min(cells.shape[0], bottom + 3), min(cells.shape[1], right + 3)
    width = int(right - left)
    for name, planes in (("first", first), ("last", last)):
        for i, plane in enumerate(planes):
            cut = plane[top:bottom, left:right]
            packer.add(f"water.{name}{i}", np.where(cut < 0, 0, cut // thin + 1).reshape(-1), "u1", width=width)
    covered = unknown[top:bottom, left:right] & (unknown.mean() <= 0.5)
    packer.add("water.unknown", covered.reshape(-1).astype(int), "u1", width=width)
    packer.add("water.times", times_s[::thin], "i4", delta=True)
    return {"width": width, "height": int(bottom - top), "cell": step,
            "x": (west - frame.west_m) + float(left) * step, "y": (frame.north_m - north) + float(top) * step,
            "unknown": bool(covered.any())}


def _rows_and_columns(frame: Frame, crs: str, grid: Grid, longest: int) -> tuple[Any, float, float, float] | None:
    """Give the water's cell under each cell of the page's raster, its west and north edge and its step [m]."""
    to_water = pyproj.Transformer.from_crs(crs, grid.crs, always_xy=True)
    a, b, c, d, e, f = grid.transform
    col = np.array([0, grid.columns / 2, grid.columns, grid.columns, grid.columns, grid.columns / 2, 0, 0])
    row = np.array([0, 0, 0, grid.rows / 2, grid.rows, grid.rows, grid.rows, grid.rows / 2])
    x, y = to_water.transform(a * col + b * row + c, d * col + e * row + f, direction="INVERSE")
    west, south, east, north = frame.box
    west, east = max(west, float(np.min(x))), min(east, float(np.max(x)))
    south, north = max(south, float(np.min(y))), min(north, float(np.max(y)))
    if west >= east or south >= north:
        return None
    # one cell of the water in metres of the city: the grid's own step where the CRS is the same
    own = np.sqrt(abs((np.max(x) - np.min(x)) * (np.max(y) - np.min(y))) / max(grid.cells, 1))
    step = max(float(own), max(east - west, north - south) / longest)
    if step == own:  # keep the water's cells where they are
        west = float(np.min(x)) + np.floor((west - np.min(x)) / step) * step
        north = float(np.max(y)) - np.floor((np.max(y) - north) / step) * step
    columns, rows = int(np.ceil((east - west) / step)), int(np.ceil((north - south) / step))
    px, py = np.meshgrid(west + (np.arange(columns) + 0.5) * step, north - (np.arange(rows) + 0.5) * step)
    wx, wy = to_water.transform(px.ravel(), py.ravel())
    return grid.cell_of(np.asarray(wx), np.asarray(wy)).reshape(rows, columns), float(west), float(north), float(step)
