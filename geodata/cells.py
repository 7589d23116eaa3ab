"""From places to cells: which cells of a hazard's grid each asset is read from (rule 1 of docs/water.md).

Assets are moved into the raster's CRS; a raster is never warped. All of it runs on flat arrays of coordinates: a
million points and a hundred thousand outlines take about a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geodata.crs import way_between
from geodata.terrain import Terrain, same_crs
from twin.kernels.water.footprints import touched_cells
from twin.quantities import BoolArray, FloatArray, Int8Array, Int64Array
from twin.water.depths import CellIndex, Coverage
from twin.water.hazard import Grid
from twin.world.assets import Assets

#: Grids up to this many cells mark their distinct cells in a mask; larger ones sort.
_MASK_CELLS = 200_000_000


def index_cells(assets: Assets, shapes: Any, crs: str, grid: Grid, terrain: Terrain | None = None) -> CellIndex:
    """Give the cells that each asset is read from.

    A point takes the cell that it stands in, several points those of each. A line (a road, a cable, a pipe) takes every
    cell that it crosses, a polygon every cell that its outline touches, whatever the kind; an ``area`` (zone) those
    inside as well. Where the terrain raises cells as building, an ``outline`` (building, site) leaves those out, unless
    nothing else is left. An asset without a shape stands for its point.

    Parameters
    ----------
    assets
        The assets, with their points.
    shapes
        Their geometries, (A,) of shapely or None, in ``crs``; None: points only.
    crs
        CRS of points and shapes.
    grid
        Frame of the hazard.
    terrain
        Terrain with its raised cells, on any grid; None: no cell is left out.
    """
    kinds = np.array([kind.footprint for kind in assets.kinds], dtype=object)[assets.kind]
    x, y = moved_points(np.array(assets.x_m), np.array(assets.y_m), crs, grid.crs)
    cell = grid.cell_of(x, y)
    has_place = ~(np.isnan(x) | np.isnan(y)) & (kinds != "none")
    coverage = np.where(cell >= 0, Coverage.INSIDE, Coverage.UNKNOWN).astype(np.int8)
    coverage[~has_place] = Coverage.NONE
    cell[~has_place] = -1

    rows = _with_shape(shapes, kinds)
    if not len(rows):
        owner = np.flatnonzero(cell >= 0)
        return _index(owner, cell[owner], coverage, grid)
    of_shape, touched, outside = shape_cells(np.asarray(shapes, object)[rows], kinds[rows] == "area", crs, grid)
    if terrain is not None and terrain.raised is not None:
        keep = _not_raised(of_shape, touched, kinds[rows] == "outline", grid, terrain)
        of_shape, touched = of_shape[keep], touched[keep]
    inside = np.bincount(of_shape, minlength=len(rows)) > 0
    coverage[rows] = np.where(inside, np.where(outside, Coverage.PARTIAL, Coverage.INSIDE), Coverage.UNKNOWN)
    cell[rows] = -1
    points = np.flatnonzero(cell >= 0)
    owner = np.concatenate([points, rows[of_shape]])
    cells = np.concatenate([cell[points], touched])
    order = np.argsort(owner, kind="stable")
    return _index(owner[order], cells[order], coverage, grid)


def index_lines(lines: Any, crs: str, grid: Grid) -> CellIndex:
    """Give the cells that each of some lines crosses, (S,) of shapely; a line that is None has none.

    Parameters
    ----------
    lines
        Lines in ``crs``.
    crs
        Their CRS.
    grid
        Frame of the hazard.
    """
    rows = np.flatnonzero(~shapely.is_missing(lines))
    of_line, cells, outside = shape_cells(np.asarray(lines, object)[rows], np.zeros(len(rows), bool), crs, grid)
    coverage = np.full(len(lines), Coverage.NONE, np.int8)
    inside = np.bincount(of_line, minlength=len(rows)) > 0
    coverage[rows] = np.where(inside, np.where(outside, Coverage.PARTIAL, Coverage.INSIDE), Coverage.UNKNOWN)
    return _index(rows[of_line], cells, coverage, grid)


def moved_points(x: FloatArray, y: FloatArray, crs: str, grid_crs: str) -> tuple[FloatArray, FloatArray]:
    """Give points in another CRS; NaN where one has no place there."""
    if same_crs(crs, grid_crs):
        return x, y
    known = ~(np.isnan(x) | np.isnan(y))
    moved_x, moved_y = np.full(x.shape, np.nan), np.full(y.shape, np.nan)
    moved_x[known], moved_y[known] = way_between(crs, grid_crs).transform(x[known], y[known])
    lost = ~np.isfinite(moved_x) | ~np.isfinite(moved_y)
    moved_x[lost], moved_y[lost] = np.nan, np.nan
    return moved_x, moved_y


def _with_shape(shapes: Any, kinds: Any) -> Int64Array:
    """Give the rows whose water is read by their shape: all that is neither missing, empty nor a single point."""
    if shapes is None:
        return np.empty(0, np.int64)
    candidates = np.flatnonzero((shapely.get_type_id(np.asarray(shapes, object)) > 0) & (kinds != "none"))
    return np.asarray(candidates[~shapely.is_empty(np.asarray(shapes, object)[candidates])])


def shape_cells(shapes: Any, is_area: BoolArray, crs: str, grid: Grid) -> tuple[Int64Array, Int64Array, BoolArray]:
    """Give the cells that shapes touch.

    Parameters
    ----------
    shapes
        Lines, polygons, points or several of them, (S,), in ``crs``.
    is_area
        True: the cells inside a polygon too; False: those that its outline touches, (S,).

    Returns
    -------
    tuple
        (shape, cell) pairs, sorted and without repeats, (M,) each; whether each shape reaches beyond the grid, (S,).
    """
    paths, owner = _paths(shapes)
    coordinates, of_point = shapely.get_coordinates(paths, return_index=True)
    x, y = moved_points(coordinates[:, 0], coordinates[:, 1], crs, grid.crs)
    a, b, c, d, e, f = grid.transform
    determinant = a * e - b * d
    column = (e * (x - c) - b * (y - f)) / determinant
    row = (a * (y - f) - d * (x - c)) / determinant
    path_ends = np.searchsorted(of_point, np.arange(len(paths) + 1)).astype(np.int64)
    shape_ends = np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
    has_inside = np.asarray(is_area, np.bool_) & np.isin(shapely.get_type_id(shapes), (3, 6))
    shape, cells = _cells_once(shape_ends, path_ends, column, row, has_inside, grid)
    # The grid is convex: a shape reaches beyond it exactly where one of its points does.
    beyond = ~((column >= 0) & (column <= grid.columns) & (row >= 0) & (row <= grid.rows))
    outside = np.bincount(owner[of_point], weights=beyond, minlength=len(shapes)) > 0
    return shape, cells, outside


def _cells_once(shape_ends: Int64Array, path_ends: Int64Array, column: FloatArray, row: FloatArray,
                has_inside: BoolArray, grid: Grid) -> tuple[Int64Array, Int64Array]:
    """Give (shape, cell) pairs of shapes drawn in cells, sorted and without repeats, (M,) each."""
    ends = np.empty(len(shape_ends), np.int64)
    met = np.empty(max(1024, 4 * len(column)), np.int64)
    while (n := touched_cells(shape_ends, path_ends, column, row, has_inside, grid.rows, grid.columns, ends,
                              met)) > len(met):
        met = np.empty(n, np.int64)
    shape = np.repeat(np.arange(len(has_inside)), np.diff(ends))
    cells = grid.rows * grid.columns
    pairs = np.sort(shape * cells + met[:n])
    is_first = np.ones(n, np.bool_)
    is_first[1:] = pairs[1:] != pairs[:-1]
    shape, met = np.divmod(pairs[is_first], cells)
    return shape, met


def _paths(shapes: Any) -> tuple[Any, Int64Array]:
    """Give the rings and lines that shapes are drawn with, and the shape of each; a point is a line of no length."""
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    sort = shapely.get_type_id(parts)
    if np.any(sort > 3):  # collections within collections
        inner, of_inner = shapely.get_parts(parts, return_index=True)
        parts, of_part = inner, of_part[of_inner]
        sort = shapely.get_type_id(parts)
    rings, of_ring = shapely.get_rings(parts[sort == 3], return_index=True)
    owner = of_part[sort == 3][of_ring]
    lines, points = (sort == 1) | (sort == 2), sort == 0
    if lines.any() or points.any():
        places = shapely.get_coordinates(parts[points])
        dots = shapely.linestrings(np.stack([places, places], axis=1)) if len(places) else np.empty(0, object)
        rings = np.concatenate([rings, parts[lines], dots])
        owner = np.concatenate([owner, of_part[lines], of_part[points]])
        order = np.argsort(owner, kind="stable")
        rings, owner = rings[order], owner[order]
    return rings, owner


def _not_raised(of_shape: Int64Array, cells: Int64Array, is_outline: Any, grid: Grid, terrain: Terrain) -> Any:
    """Mask the pairs to keep: raised cells go, unless a shape would be left with none."""
    assert terrain.raised is not None
    if grid == terrain.grid:
        raised = terrain.raised.ravel()[cells]
    else:
        a, b, c, d, e, f = grid.transform
        column, row = cells % grid.columns + 0.5, cells // grid.columns + 0.5
        x, y = moved_points(a * column + b * row + c, d * column + e * row + f, grid.crs, terrain.grid.crs)
        there = terrain.grid.cell_of(x, y)
        raised = (there >= 0) & terrain.raised.ravel()[np.maximum(there, 0)]
    raised &= is_outline[of_shape]
    left = np.bincount(of_shape[~raised], minlength=len(is_outline)) > 0
    return ~raised | ~left[of_shape]


def _index(owner: Int64Array, cells: Int64Array, coverage: Int8Array, grid: Grid) -> CellIndex:
    """Compress (asset, cell) pairs sorted by asset."""
    offsets = np.zeros(len(coverage) + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=len(coverage)), out=offsets[1:])
    if grid.cells <= _MASK_CELLS:
        used = np.zeros(grid.cells, np.bool_)
        used[cells] = True
        distinct = np.flatnonzero(used)
        place = np.zeros(grid.cells, np.int32)
        place[distinct] = np.arange(len(distinct), dtype=np.int32)
        members = place[cells]
    else:
        distinct, inverse = np.unique(cells, return_inverse=True)
        members = inverse.astype(np.int32)
    return CellIndex(cells=distinct.astype(np.int64), offsets=offsets, members=members, coverage=coverage)
