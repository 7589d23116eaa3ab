"""Elevation of the water surface, minus the city's terrain: a depth on the finer of the two grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS

from geodata.cells import moved_points
from geodata.drivers import check_cells
from geodata.hazards.layout import part_over
from geodata.terrain_wanted import REMEDY
from twin.errors import InputError
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: Surfaces that typically lie so far below or above the ground are of another datum or unit [m].
_BELOW_M, _ABOVE_M = 20.0, 60.0


class Surface:
    """Turns elevations on the grid of a file into depths over the city's terrain."""

    def __init__(self, city_file: CityFile, grid: Grid, *, file: str, field: str) -> None:
        terrain = city_file.terrain
        if terrain is None:
            raise InputError(field=f"{field}.quantity", found="an elevation of the water surface, and a city without "
                                                              "terrain",
                             expected="a terrain to subtract",
                             remedy=REMEDY)
        self._file, self._field = file, field
        self.depth_error_m = float(np.nan_to_num(terrain.error_m))
        #: Frame of the depths.
        self.grid = grid
        self._cells: Int64Array | None = None
        if _cell_m(terrain.grid) < _cell_m(grid):
            # A surface is smooth and the ground is not: on the finer ground a coarse one still tells kerb from street.
            col, row, columns, rows = part_over(city_file, terrain.grid.crs, terrain.grid.transform,
                                                terrain.grid.columns, terrain.grid.rows)
            check_cells(rows, columns, file=file, field=field)
            a, b, c, d, e, f = terrain.grid.transform
            self.grid = Grid(rows=rows, columns=columns, crs=terrain.grid.crs,
                             transform=(a, b, c + a * col + b * row, d, e, f + d * col + e * row))
            self._ground = np.array(terrain.height_m[row:row + rows, col:col + columns], np.float32)
            self._cells = _cells_under(self.grid, grid)
        else:
            under = _cells_under(grid, terrain.grid)
            ground = np.full(len(under), np.nan, np.float32)
            ground[under >= 0] = terrain.height_m.ravel()[under[under >= 0]]
            self._ground = ground.reshape(grid.rows, grid.columns)

    def depth(self, surface_m: Float32Array) -> Float32Array:
        """Give the depth over the terrain, (rows, columns) [m]; NaN where surface or ground is unknown.

        Raises
        ------
        InputError
            A surface far from the ground: another datum or unit.
        """
        if self._cells is not None:
            found = np.full(self._cells.shape, np.nan, np.float32)
            known = self._cells >= 0
            found[known] = surface_m.ravel()[self._cells[known]]
            surface_m = found.reshape(self.grid.rows, self.grid.columns)
        depth = surface_m - self._ground
        known = np.isfinite(depth)
        if known.any():
            typical = float(np.median(depth[known]))
            if not -_BELOW_M <= typical <= _ABOVE_M:
                raise InputError(
                    file=self._file, field=self._field, found=f"a water surface that stands typically {typical:+.1f} m "
                    "from the ground", expected="elevations in the terrain's datum",
                    remedy="Check unit and vertical datum of both; depths above ground say `quantity: depth`.")
        # What the ground stands above is dry; comparisons with NaN leave it NaN.
        return np.where(depth < 0, np.float32(0), depth)

    @property
    def note(self) -> str:
        """What the depths rest on, in a sentence."""
        return (f"{self._file} holds elevations of the water surface: depths are those above the city's terrain, in "
                "whose vertical datum they are taken to be.")


def _cell_m(grid: Grid) -> float:
    """Give the size of a cell in metres, roughly: degrees as long as at the equator."""
    a, b, _, d, e, _ = grid.transform
    axis = CRS.from_user_input(grid.crs).axis_info[0]
    return float(abs(a * e - b * d) ** 0.5) * (111_320.0 if axis.unit_name == "degree" else axis.unit_conversion_factor)


def _cells_under(grid: Grid, other: Grid) -> Int64Array:
    """Give the cell of another grid under the middle of each cell, (rows * columns,); -1 outside."""
    a, b, c, d, e, f = grid.transform
    row, column = np.divmod(np.arange(grid.cells), grid.columns)
    x, y = moved_points(a * (column + 0.5) + b * (row + 0.5) + c, d * (column + 0.5) + e * (row + 0.5) + f, grid.crs,
                        other.crs)
    return other.cell_of(x, y)
