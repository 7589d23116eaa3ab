"""Rasters of what the ground is like (roughness, drains), read at the cells of a computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geodata.crs import way_between
from geodata.drivers import check_cells, opened_raster, regular
from geodata.terrain import same_crs
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray
from twin.water.hazard import Grid


def values_at(path: Path, grid: Grid, needed: BoolArray, *, field: str) -> FloatArray:
    """Give the value of a raster under the middle of each cell of ``grid``, (rows, columns); NaN where not needed.

    Parameters
    ----------
    path
        Any raster that GDAL reads, one band, in any CRS.
    needed
        Cells that must have a value, (rows, columns).

    Raises
    ------
    InputError
        No such file, no raster, several bands, no CRS, needed cells outside it or on its no-data.
    """
    regular(path, file=path.name, field=field, expected="a raster", remedy="Paths are relative to the scenario.")
    with opened_raster(path) as raster:
        if raster.count != 1:
            raise InputError(file=path.name, field=field, found=f"{raster.count} bands", expected="one band",
                             remedy="Which of them is meant cannot be told: cut the others away.")
        if raster.crs is None:
            raise InputError(file=path.name, field=field, found="no CRS", expected="a CRS in the file")
        check_cells(raster.height, raster.width, file=path.name, field=field)
        crs, inverse = raster.crs.to_wkt(), ~raster.transform
        band = raster.read(1, masked=True)
    values = band.astype(np.float64).filled(np.nan)
    row, col = np.nonzero(needed)
    a, _, c, _, e, f = grid.transform
    x, y = c + a * (col + 0.5), f + e * (row + 0.5)
    if not same_crs(grid.crs, crs):
        x, y = way_between(grid.crs, crs).transform(x, y)
    there_col, there_row = (np.floor(v).astype(np.int64) for v in inverse * (x, y))
    inside = (there_row >= 0) & (there_row < values.shape[0]) & (there_col >= 0) & (there_col < values.shape[1])
    if not inside.all():
        raise InputError(file=path.name, field=field, found=f"{int((~inside).sum())} of {len(inside)} cells outside it",
                         expected="a raster that covers the domain", remedy="Give a larger one, or a window.")
    out = np.full((grid.rows, grid.columns), np.nan)
    out[row, col] = values[there_row, there_col]
    missing = np.isnan(out[row, col])
    if missing.any():
        first = int(np.flatnonzero(missing)[0])
        raise InputError(file=path.name, field=field, found=f"no value in {int(missing.sum())} of {len(missing)} "
                         f"cells, the first at {c + a * (col[first] + 0.5):.0f}, {f + e * (row[first] + 0.5):.0f}",
                         expected="a value in every cell that water can reach", remedy="Fill them.")
    return out
