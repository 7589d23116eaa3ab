"""Holes that flow models cut out for buildings: the water beside the wall counts for the house and what hangs on it.

A model that takes houses out of its grid writes no value there, often one cell wider than the house. Read as it stands,
a house in a metre of water would be unknown, and run as dry: the wrong side. So the cells that a building's outline
covers, and those around them, take the largest depth beside the hole where the file has none; inside the footprint
it is carried on from wall to wall, outside it only from cells that have a value of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.cells import shape_cells
from twin.kernels.water.holes import fill_holes
from twin.quantities import BoolArray, Float32Array, Int64Array
from twin.water.hazard import Doubt, Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile


class Holes:
    """The cells of a grid at which a missing value may be a building that was cut out."""

    def __init__(self, city_file: CityFile, grid: Grid) -> None:
        self.grid = grid
        self._city_file = city_file
        #: Cells that a footprint covers or touches and those around them, increasing, and which are the former.
        self._cells: Int64Array | None = None
        self._is_inner: BoolArray | None = None
        self.filled = 0

    def fill(self, depth_m: Float32Array) -> None:
        """Give missing cells at buildings the water beside them, in place, (rows, columns) [m]; NaN missing."""
        if self._cells is None:
            self._cells, self._is_inner = self._find()
        if not len(self._cells):
            return
        assert self._is_inner is not None
        wet = fill_holes(depth_m.reshape(-1), self._cells, self._is_inner, self.grid.rows, self.grid.columns)
        self.filled = max(self.filled, int(wet))

    def doubts(self) -> tuple[Doubt, ...]:
        """Say how many cells took the water beside them, where any did."""
        if not self.filled:
            return ()
        count = f"{self.filled:,}".replace(",", "\u202f")
        return (Doubt(
            f"The depth files have no value at buildings: {self.filled:,} cells there take the largest depth beside "
            "the wall. Say `holes: missing` to leave them without.",
            f"Les fichiers de hauteur n’ont pas de valeur à l’emplacement de bâtiments : {count} mailles y prennent la "
            "plus grande hauteur au pied du mur. Indiquer `holes: missing` pour les laisser sans valeur."),)

    def _find(self) -> tuple[Int64Array, BoolArray]:
        assets, shapes = self._city_file.city.assets, self._city_file.outlines
        kinds = np.array([kind.footprint == "outline" for kind in assets.kinds] or [False])[assets.kind]
        rows = np.flatnonzero(kinds)
        rows = rows[np.isin(shapely.get_type_id(shapes[rows]), (3, 6))]
        if not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.bool_)
        _, cells, _ = shape_cells(shapes[rows], np.ones(len(rows), np.bool_), self._city_file.city.crs, self.grid)
        inner = np.unique(cells)
        row, column = inner // self.grid.columns, inner % self.grid.columns
        around = []
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                r, c = row + dr, column + dc
                inside = (r >= 0) & (r < self.grid.rows) & (c >= 0) & (c < self.grid.columns)
                around.append(r[inside] * self.grid.columns + c[inside])
        whole = np.unique(np.concatenate(around))
        return whole, np.isin(whole, inner, assume_unique=True)
