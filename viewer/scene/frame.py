"""The page's plane: metres from a corner, y down, on a grid fine enough for a street and coarse enough for 16 bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from viewer.scene.pack import Packer

#: Finest grid of the page [m]: a lamp is not placed better than this in any inventory.
FINEST_M = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the page's plane lies in the city's CRS."""

    #: West and north edge [m].
    west_m: float
    north_m: float
    width_m: float
    height_m: float
    #: One unit of the page's 16-bit coordinates [m].
    step_m: float

    @classmethod
    def around(cls, x_m: Any, y_m: Any, *, margin: float = 0.06) -> Frame:
        """Give the frame that holds these points with a margin (share of the larger side)."""
        known = np.isfinite(x_m) & np.isfinite(y_m)
        x_m, y_m = np.asarray(x_m)[known], np.asarray(y_m)[known]
        if not len(x_m):
            x_m, y_m = np.array([0.0, 1000.0]), np.array([0.0, 1000.0])
        side = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 200.0)
        west, north = float(x_m.min()) - margin * side, float(y_m.max()) + margin * side
        width, height = float(x_m.max()) + margin * side - west, north - (float(y_m.min()) - margin * side)
        step = max(FINEST_M, np.ceil(max(width, height) / 65_000 * 10) / 10)
        return cls(west_m=float(np.floor(west)), north_m=float(np.ceil(north)), width_m=float(np.ceil(width)) + 1,
                   height_m=float(np.ceil(height)) + 1, step_m=float(step))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Give west, south, east, north in the city's CRS [m]."""
        return (self.west_m, self.north_m - self.height_m, self.west_m + self.width_m, self.north_m)

    def columns(self, x_m: Any) -> Any:
        """Give the grid's columns of x, (N,); those outside are held at the edge, NaN at 0."""
        return self._snap((np.asarray(x_m, float) - self.west_m) / self.step_m)

    def rows(self, y_m: Any) -> Any:
        """Give the grid's rows of y, (N,), counted down from the north edge."""
        return self._snap((self.north_m - np.asarray(y_m, float)) / self.step_m)

    @staticmethod
    def _snap(values: Any) -> Any:
        return np.clip(np.nan_to_num(np.rint(values)), 0, 65_535).astype(np.int64)


def morton(columns: Any, rows: Any) -> Any:
    """Give the order of points along a Z curve, (N,): neighbours on the ground become neighbours in the file."""
    def spread(values: Any) -> Any:
        bits = np.asarray(values, np.uint64)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        return bits

    return spread(columns) | (spread(rows) << np.uint64(1))


def pack_points(packer: Packer, name: str, frame: Frame, x_m: Any, y_m: Any) -> None:
    """Add positions as two columns ``name.x`` and ``name.y``."""
    packer.add(f"{name}.x", frame.columns(x_m), "u2", delta=True)
    packer.add(f"{name}.y", frame.rows(y_m), "u2", delta=True)


def pack_shapes(packer: Packer, name: str, frame: Frame, shapes: Iterable[Any], *, closed: bool,
                simplify_m: float = 0.0) -> Any:
    """Add shapes as first vertex and steps from vertex to vertex.

    A polygon gives a ring per hole beside its outer one. What leaves the frame is cut off.

    Parameters
    ----------
    shapes
        shapely geometries in the city's CRS; ``None`` and empty ones are left out.
    closed
        Rings of polygons (their last vertex is not repeated) or open lines.
    simplify_m
        Vertices that move the line less than this go.

    Returns
    -------
    Number of the shape that each ring or line belongs to, (R,).
    """
    array = np.array(list(shapes), dtype=object)
    present = np.flatnonzero([shape is not None and not shape.is_empty for shape in array])
    array = array[present]
    if len(array):
        bounds = shapely.bounds(array)
        west, south, east, north = frame.box
        outside = (bounds[:, 0] < west) | (bounds[:, 1] < south) | (bounds[:, 2] > east) | (bounds[:, 3] > north)
        if outside.any():
            mended = shapely.make_valid(array[outside]) if closed else array[outside]
            array[outside] = shapely.intersection(mended, shapely.box(*frame.box))
        if simplify_m:
            array = shapely.simplify(array, simplify_m, preserve_topology=closed)
    parts, of_part = shapely.get_parts(array, return_index=True)
    parts, of_nested = shapely.get_parts(parts, return_index=True)  # collections may hold multi-polygons
    of_part = of_part[of_nested]
    wanted = shapely.get_type_id(parts) == (3 if closed else 1)
    parts, of_part = parts[wanted], of_part[wanted]
    lines, of_line = shapely.get_rings(parts, return_index=True) if closed else (parts, np.arange(len(parts)))
    outer = np.r_[True, of_line[1:] != of_line[:-1]] if closed and len(of_line) else np.zeros(len(lines), bool)
    xy, of_xy = shapely.get_coordinates(lines, return_index=True)
    columns, rows = frame.columns(xy[:, 0]), frame.rows(xy[:, 1])
    keep = np.ones(len(xy), bool)
    if len(xy):
        same = (columns[1:] == columns[:-1]) & (rows[1:] == rows[:-1]) & (of_xy[1:] == of_xy[:-1])
        keep[1:] = ~same
        if closed:
            last = np.r_[of_xy[1:] != of_xy[:-1], True]
            keep &= ~last
    columns, rows, of_xy = columns[keep], rows[keep], of_xy[keep]
    counts = np.bincount(of_xy, minlength=len(lines)) if len(lines) else np.zeros(0, int)
    good = counts >= (3 if closed else 2)
    counts_kept = counts[good]
    member = good[of_xy] if len(of_xy) else np.zeros(0, bool)
    columns, rows = columns[member], rows[member]
    first = np.r_[0, np.cumsum(counts_kept)[:-1]].astype(int) if len(counts_kept) else np.zeros(0, int)
    packer.add(f"{name}.n", counts_kept, "u2")
    packer.add(f"{name}.fx", columns[first], "u2", delta=True)
    packer.add(f"{name}.fy", rows[first], "u2", delta=True)
    within = np.ones(len(columns), bool)
    within[first] = False
    for axis, values in (("dx", columns), ("dy", rows)):
        steps = np.diff(values, prepend=values[:1])[within]
        packer.add(f"{name}.{axis}", (steps + 32_768) % 65_536 - 32_768, "i2")
    if closed:
        packer.add(f"{name}.outer", outer[good].astype(int), "u1")
    return present[of_part[of_line[good]]] if len(lines) else np.zeros(0, int)
