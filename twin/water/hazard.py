"""Hazard: water depth on a grid over time.

Frames are streamed: a hazard is asked for the depth at the cells that matter, frame after frame, and never holds them
all. Between two frames the depth is linear in time. Where it comes from (rasters, maps by gauge level, extents, river
stage, the flow model) is the business of ``geodata`` and ``twin.flood``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from twin.quantities import Float32Array, FloatArray, Int16Array, Int64Array

#: Standard gravity [m/s²].
G_M_S2 = 9.80665
#: Depths from which a cell is drawn as water 1, 2 and 3 [m]: wet feet, 0.30 m, 0.80 m.
WATER_STEPS_M = (0.05, 0.30, 0.80)


class Doubt(NamedTuple):
    """Something about the water that may be otherwise and changes the answer: said aloud, in both languages."""

    en: str
    fr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A raster's frame: rows run down, columns run right, in the hazard's own CRS."""

    rows: int
    columns: int
    #: Affine transform as rasterio orders it: x = a col + b row + c, y = d col + e row + f (corner of the cell).
    transform: tuple[float, float, float, float, float, float]
    #: CRS, an authority code or WKT.
    crs: str

    @property
    def cells(self) -> int:
        """Number of cells; cell ``k`` is row ``k // columns``, column ``k % columns``."""
        return self.rows * self.columns

    def cell_of(self, x: FloatArray, y: FloatArray) -> Int64Array:
        """Give the cell that holds each point, (N,); -1 outside or where a coordinate is NaN.

        Examples
        --------
        >>> grid = Grid(rows=2, columns=3, transform=(10, 0, 0, 0, -10, 20), crs="EPSG:2154")
        >>> grid.cell_of(np.array([5.0, 25.0, -1.0]), np.array([15.0, 5.0, 5.0])).tolist()
        [0, 5, -1]
        """
        a, b, c, d, e, f = self.transform
        determinant = a * e - b * d
        dx, dy = np.asarray(x, float) - c, np.asarray(y, float) - f
        col = (e * dx - b * dy) / determinant
        row = (a * dy - d * dx) / determinant
        with np.errstate(invalid="ignore"):
            inside = (col >= 0) & (col < self.columns) & (row >= 0) & (row < self.rows)
        cell = np.full(col.shape, -1, dtype=np.int64)
        cell[inside] = row[inside].astype(np.int64) * self.columns + col[inside].astype(np.int64)
        return cell


def total_head_m(depth_m: Float32Array, speed_m_s: Float32Array) -> Float32Array:
    """Give depth + speed² / 2 g [m]; the depth where it is dry, or nobody knows the speed.

    Source: vehicles in floods are lost by total head, trid.trb.org/view/1412184.

    Examples
    --------
    >>> total_head_m(np.array([0.12, 0.0, 0.3], np.float32), np.array([1.8, 1.8, np.nan], np.float32)).round(3).tolist()
    [0.28499999642372131, 0.0, 0.30000001192092896]
    """
    kinetic_m = np.nan_to_num(speed_m_s, nan=0.0) ** 2 / np.float32(2 * G_M_S2)
    return np.where(depth_m > 0, depth_m + kinetic_m, depth_m).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Envelope:
    """What the map draws of the water: the peak and, for each of ``WATER_STEPS_M``, the first and last wet frame."""

    #: Peak depth, (rows, columns) [m]; NaN unknown.
    peak_m: Float32Array
    #: First and last frame with depth at or above each step, (3, rows, columns); -1 never.
    first: Int16Array
    last: Int16Array


@runtime_checkable
class Hazard(Protocol):
    """Water depth over time. Whatever has these is a hazard.

    One that can tell by how much its highest water missed a dry cell has ``shortfall_m(cells)`` too, (C,) [m], inf
    where nobody can say: the exposure then finds the doubtful among the dry. One that rests on something doubtful has
    ``doubts``, a tuple of :class:`Doubt`, complete once its frames were read. One that knows how fast its water flows
    has ``is_flowing`` true and ``heads(cells)``, as ``depths`` gives them, of :func:`total_head_m`.
    """

    @property
    def grid(self) -> Grid:
        """Frame of the depths."""

    @property
    def times_s(self) -> Int64Array:
        """Time of each frame, (T,), strictly increasing, seconds from the plan's start (negative before it)."""

    @property
    def after(self) -> str:
        """What holds after the last frame: ``refuse``, ``hold`` or ``dry``."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What every answer that rests on this water must say, in English sentences for ``run.json``."""

    @property
    def depth_error_m(self) -> float:
        """Error of the depth itself, terrain included, as stated by its maker [m]; 0 where nothing is stated."""

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, one (C,) array per frame [m]; NaN where unknown, 0 dry.

        The yielded array may be reused for the next frame: copy what you keep.
        """

    def envelope(self) -> Envelope:
        """Give the picture of the water; free after ``depths`` was read to its end, a pass of its own otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heads:
    """The total head of flowing water in place of its depth: a :class:`Hazard`."""

    #: One that is flowing.
    water: Any

    @property
    def grid(self) -> Grid:
        """Frame of the heads."""
        return self.water.grid  # type: ignore[no-any-return]

    @property
    def times_s(self) -> Int64Array:
        """Time of each frame [s]."""
        return self.water.times_s  # type: ignore[no-any-return]

    @property
    def after(self) -> str:
        """What holds after the last frame."""
        return str(self.water.after)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the water says."""
        return tuple(self.water.notes)

    @property
    def depth_error_m(self) -> float:
        """Error of the depth [m]."""
        return float(self.water.depth_error_m)

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the head at these cells, frame by frame [m]."""
        return self.water.heads(cells)  # type: ignore[no-any-return]

    def envelope(self) -> Envelope:
        """Give the picture of the water."""
        return self.water.envelope()  # type: ignore[no-any-return]
