"""The ground that water flows over: heights, roughness, what is a wall; places turned into cells and faces.

A domain is a raster of square cells. Void cells (no height) and blocked cells (buildings) are walls; rain on a blocked
cell's roof falls beside its wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.errors import InputError
from twin.kernels.water.reach import hand_inwards, rings
from twin.quantities import BoolArray, FloatArray, Int64Array
from twin.water.hazard import Grid

#: Roughness that is believed, Manning's n [s/m^(1/3)]: glass 0.010 to dense wood 0.2, Chow 1959, tables 5-6.
ROUGHNESS_RANGE = (0.005, 1.0)
#: Side of the domain -> axis of its faces (0: west face of a cell, 1: north face).
SIDES = {"north": 1, "east": 0, "south": 1, "west": 0}
#: A terrain whose units are unknown is taken for feet when its steps look like these ratios.
_HIGHEST_M, _LOWEST_M = 9000.0, -500.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Domain:
    """Heights and roughness on a grid of square cells."""

    #: Ground, (rows, columns) [m above the terrain's datum]; NaN is void: a wall.
    height_m: FloatArray
    #: Manning's n, (rows, columns) [s/m^(1/3)].
    roughness: FloatArray
    #: Cells that no water enters, (rows, columns): buildings.
    blocked: BoolArray
    grid: Grid
    #: What was mended or left out, in sentences.
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, height_m: object, grid: Grid, roughness: object = 0.05, *, blocked: object = False, unit: str = "m",
           voids: str = "wall", file: str = "") -> Domain:
        """Check and keep a domain.

        Parameters
        ----------
        height_m
            Ground, (rows, columns) in ``unit``; NaN void.
        roughness, blocked
            One value, or a raster of the same shape.
        unit
            Unit of the heights, ``m``; anything else is refused, not converted in silence.
        voids
            What a void inside the domain is (a void connected to the edge always is a wall): ``wall`` or ``refuse``.

        Raises
        ------
        InputError
            Not a raster of the grid's shape, cells that are not square, no height at all, heights in feet or beyond
            belief, voids that are refused, a roughness of zero or beyond belief.
        """
        z = np.array(height_m, dtype=np.float64)
        shape = (grid.rows, grid.columns)
        if z.shape != shape:
            raise InputError(file=file, field="terrain", found=f"{z.shape} heights", expected=f"{shape}, as its grid")
        a, b, _, d, e, _ = grid.transform
        if b or d or a <= 0 or e >= 0 or abs(a + e) > 1e-6 * a:
            raise InputError(file=file, field="terrain", found=f"cells of {a:g} x {-e:g} (turned by {b:g}, {d:g})",
                             expected="square cells, rows from north to south", remedy="Resample the terrain.")
        if unit.lower() not in ("m", "metre", "meter", "metres", "meters"):
            raise InputError(file=file, field="terrain", found=f"heights in {unit}", expected="heights in metres",
                             remedy="Multiply by 0.3048 for feet and say unit: m.")
        if min(shape) < 2:
            raise InputError(file=file, field="terrain", found=f"{shape[0]} x {shape[1]} cells",
                             expected="two rows and two columns at least")
        void = ~np.isfinite(z)
        if void.all():
            raise InputError(file=file, field="terrain", found="no height at all", expected="a terrain")
        low, high = z[~void].min(), z[~void].max()
        if high > _HIGHEST_M or low < _LOWEST_M:
            raise InputError(file=file, field="terrain", found=f"heights from {low:g} to {high:g}",
                             expected=f"metres between {_LOWEST_M:g} and {_HIGHEST_M:g}",
                             remedy="Heights in feet or a no-data value that is not declared look like this.")
        notes: list[str] = []
        walls = np.broadcast_to(np.asarray(blocked, bool), shape).copy() & ~void
        inside = void & ~_from_the_edge(void)
        if inside.any():
            row, col = (int(v[0]) for v in np.nonzero(inside))
            if voids == "refuse":
                raise InputError(file=file, field="terrain",
                                 found=f"{int(inside.sum())} cells without a height inside the domain, the first in "
                                 f"row {row + 1}, column {col + 1}", expected="a height in every cell inside",
                                 remedy="Fill the holes, or say voids: wall to let no water into them.")
            count = int(inside.sum())
            notes.append("1 cell inside the terrain has no height and is a wall." if count == 1 else
                         f"{count} cells inside the terrain have no height and are walls.")
        n = np.array(np.broadcast_to(np.asarray(roughness, np.float64), shape))
        used = n[~void & ~walls]
        bad = ~((used >= ROUGHNESS_RANGE[0]) & (used <= ROUGHNESS_RANGE[1]))
        if bad.any():
            raise InputError(file=file, field="roughness", found=f"Manning's n of {used[bad][0]:g} in {int(bad.sum())} "
                             "cells", expected=f"{ROUGHNESS_RANGE[0]} to {ROUGHNESS_RANGE[1]} s/m^(1/3)",
                             remedy="Streets 0.015 to 0.025, grass 0.03 to 0.05; some files hold Strickler's K = 1/n.")
        for array in (z, n, walls):
            array.flags.writeable = False
        return cls(height_m=z, roughness=n, blocked=walls, grid=grid, notes=tuple(notes))

    @property
    def cell_m(self) -> float:
        """Side of a cell [m]."""
        return self.grid.transform[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.grid.rows, self.grid.columns

    @property
    def open(self) -> BoolArray:
        """Cells that water can enter, (rows, columns)."""
        return np.asarray(np.isfinite(self.height_m) & ~self.blocked)

    def cell(self, x: float, y: float, *, field: str, name: str) -> tuple[int, int]:
        """Give row and column of a place; one on the domain's edge belongs to the cell inside.

        Raises
        ------
        InputError
            Outside the domain, or in a wall.
        """
        a, _, c, _, e, f = self.grid.transform
        across, down = (x - c) / a, (y - f) / e
        place = f"a place at {x:.15g}, {y:.15g}"
        if not (0 <= across <= self.grid.columns and 0 <= down <= self.grid.rows):
            raise InputError(field=field, ids=(name,), found=place, expected=f"one inside {self.extent}",
                             remedy="Coordinates are those of the city's CRS, and of the window where there is one.")
        row, col = min(int(down), self.grid.rows - 1), min(int(across), self.grid.columns - 1)
        if not self.open[row, col]:
            what = "a building" if self.blocked[row, col] else "a cell without a height"
            raise InputError(field=field, ids=(name,), found=f"{place} in {what}",
                             expected="a place that water can reach")
        return row, col

    @property
    def extent(self) -> str:
        """The frame in words: west, south to east, north."""
        a, _, c, _, e, f = self.grid.transform
        west, south, east, north = (f"{round(v, 1):.15g}" for v in (c, f + e * self.grid.rows,
                                                                    c + a * self.grid.columns, f))
        return f"{west}, {south} to {east}, {north}"

    def corners(self, line: FloatArray) -> Int64Array:
        """Give a polyline as a chain of corners of cells, (K, 2) row and column, one side of a cell at a time.

        The sides between corners make a chain without a hole: what no water passes. It begins and ends at the corners
        at or beyond the ends of the line, so that a wall from house to house leaves no gap.
        """
        a, _, c, _, e, f = self.grid.transform
        exact = np.stack([(line[:, 1] - f) / e, (line[:, 0] - c) / a], axis=1)
        whole = np.rint(exact).astype(np.int64)
        chain = [_beyond(exact[0], exact[1], whole[0]), (int(whole[0, 0]), int(whole[0, 1]))]
        for k in range(1, len(line)):
            (r0, c0), (r1, c1) = whole[k - 1].tolist(), whole[k].tolist()
            down, right = abs(r1 - r0), abs(c1 - c0)
            r, q = r0, c0
            for _ in range(down + right):
                # Take the move that keeps both shares of the way alike.
                if r != r1 and ((abs(r - r0) + 1) * right <= (abs(q - c0) + 1) * down or q == c1):
                    r += 1 if r1 > r0 else -1
                else:
                    q += 1 if c1 > c0 else -1
                chain.append((r, q))
        chain.append(_beyond(exact[-1], exact[-2], whole[-1]))
        return np.array([corner for k, corner in enumerate(chain) if k == 0 or corner != chain[k - 1]], dtype=np.int64)

    def faces_along(self, line: FloatArray) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Give the faces inside the domain that a polyline follows: axis, row and column of the cell behind each.

        Axis 0 is the west face of that cell, 1 its north face.
        """
        chain = self.corners(np.asarray(line, np.float64))
        r0, c0, r1, c1 = chain[:-1, 0], chain[:-1, 1], chain[1:, 0], chain[1:, 1]
        along = (c0 != c1).astype(np.int64)
        row, col = np.minimum(r0, r1), np.minimum(c0, c1)
        rows, columns = self.shape
        inside = np.where(along == 1, (row > 0) & (row < rows) & (col >= 0) & (col < columns),
                          (col > 0) & (col < columns) & (row >= 0) & (row < rows))
        faces = np.unique(np.stack([along, row, col], axis=1)[inside], axis=0)
        return faces[:, 0], faces[:, 1], faces[:, 2]

    def cells_along(self, line: FloatArray) -> tuple[Int64Array, Int64Array]:
        """Give the open cells that a polyline passes through, each once."""
        line = np.asarray(line, np.float64)
        pieces = []
        for p, q in pairwise(line):
            count = max(int(np.ceil(np.hypot(*(q - p)) / (0.25 * self.cell_m))), 1)
            pieces.append(p + (q - p) * np.linspace(0.0, 1.0, count + 1)[:, None])
        points = np.concatenate(pieces)
        at = np.unique(self.grid.cell_of(points[:, 0], points[:, 1]))
        row, col = np.divmod(at[at >= 0], self.grid.columns)
        keep = self.open[row, col]
        return row[keep], col[keep]


def _beyond(end: FloatArray, other: FloatArray, corner: Int64Array) -> tuple[int, int]:
    """Give the corner at or beyond the end of a line that comes from ``other``, along the axis it follows more."""
    row, col = (int(v) for v in corner)
    along = end - other
    axis = int(abs(along[1]) >= abs(along[0]))
    short = (end[axis] - corner[axis]) * np.sign(along[axis]) > 1e-9
    step = int(np.sign(along[axis])) if short else 0
    return (row, col + step) if axis == 1 else (row + step, col)


def _from_the_edge(void: BoolArray) -> BoolArray:
    """Give the void cells that hang together with the edge of the raster (by sides)."""
    rim = np.zeros_like(void)
    rim[[0, -1], :] = void[[0, -1], :]
    rim[:, [0, -1]] = void[:, [0, -1]]
    if not rim.any():
        return rim
    ring = np.empty(void.shape, np.int32)
    rings(rim, void, ring)
    return np.asarray(ring >= 0)


def roof_shares(open_cells: BoolArray, blocked: BoolArray, rain: FloatArray | None = None) -> FloatArray:
    """Give the rain that reaches each open cell, (rows, columns): its own, and that of roofs beside it.

    A blocked cell gives its rain to the open cells beside it, through other blocked cells where it has none; rain on
    blocked cells that reach no open cell does not fall. ``rain`` is 1 everywhere when not given.
    """
    share = np.ones(open_cells.shape) if rain is None else np.array(rain, np.float64)
    ring = np.empty(open_cells.shape, np.int32)
    order = rings(open_cells, blocked & ~open_cells, ring)
    share[ring < 0] = 0.0
    hand_inwards(order, ring, share)
    return share
