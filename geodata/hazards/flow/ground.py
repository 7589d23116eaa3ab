"""The ground of a city as rasters: heights of a window, houses, land classes, coarser cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine

from geodata.hazards.declared.flow import FlowModel
from twin.errors import InputError
from twin.flood.tables import land_classes
from twin.quantities import BoolArray, FloatArray
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.terrain import Terrain

#: A cell is a building when this part of it is.
_BUILT_SHARE = 0.5
#: Most cells of a terrain under water that is computed; beyond it a window is asked for.
MOST_CELLS = 60_000_000


def terrain_of(city_file: CityFile, *, field: str) -> Terrain:
    """Give the city's terrain.

    Raises
    ------
    InputError
        It has none.
    """
    if city_file.terrain is None:
        raise InputError(field=field, found="a city file without terrain", expected="a terrain beside it",
                         remedy="Water flows over ground: import a terrain raster with the city.")
    return city_file.terrain


def check_size(grid: Grid, *, field: str, remedy: str) -> None:
    """Refuse more cells than a computation can hold.

    Raises
    ------
    InputError
        More than ``MOST_CELLS``.
    """
    if grid.cells > MOST_CELLS:
        raise InputError(field=field, found=f"{grid.cells / 1e6:.0f} million cells",
                         expected=f"at most {MOST_CELLS / 1e6:.0f} million", remedy=remedy)


def window_of(terrain: Terrain, window: tuple[float, float, float, float] | None, *, field: str
              ) -> tuple[FloatArray, Grid]:
    """Give the heights in a window (west, south, east, north) and their grid; the whole terrain for None.

    Raises
    ------
    InputError
        The window holds fewer than two rows and columns of the terrain, or no height.
    """
    grid = terrain.grid
    height = np.asarray(terrain.height_m, np.float64)
    if window is None:
        return height, grid
    a, b, c, d, e, f = grid.transform
    west, south, east, north = window
    c0, c1 = max(round((west - c) / a), 0), min(round((east - c) / a), grid.columns)
    r0, r1 = max(round((north - f) / e), 0), min(round((south - f) / e), grid.rows)
    said = ", ".join(f"{number:.15g}" for number in window)
    if west >= east or south >= north:
        raise InputError(field=field, found=said, expected="west, south, east, north in this order")
    if c1 - c0 < 1 or r1 - r0 < 1:
        raise InputError(field=field, found=f"{said}, outside the terrain", expected="west, south, east, north inside "
                         f"{c:.0f}, {f + e * grid.rows:.0f} to {c + a * grid.columns:.0f}, {f:.0f}")
    if c1 - c0 < 2 or r1 - r0 < 2:
        raise InputError(field=field, found=f"{said}: {r1 - r0} x {c1 - c0} cells of the terrain",
                         expected=f"two rows and two columns at least, {2 * a:g} x {2 * a:g} m")
    if not np.isfinite(height[r0:r1, c0:c1]).any():
        raise InputError(field=field, found=f"{said}, where the terrain has no height at all",
                         expected="a window with ground in it")
    return height[r0:r1, c0:c1], Grid(rows=r1 - r0, columns=c1 - c0, crs=grid.crs,
                                      transform=(a, b, c + a * c0, d, e, f + e * r0))


def clipped(grid: Grid, window: tuple[float, float, float, float] | None) -> list[str]:
    """Say that a window (west, south, east, north) reaches beyond the terrain; nothing where it does not."""
    if window is None:
        return []
    a, _, c, _, e, f = grid.transform
    west, south, east, north = window
    beyond = max(c - west, east - c - a * grid.columns, f + e * grid.rows - south, north - f)
    return [f"The window reaches up to {beyond:.0f} m beyond the terrain and was cut to it."] if beyond > a / 2 else []


def buildings_of(city_file: CityFile) -> list[Any]:
    """Give the outlines of the city's buildings: premises, its own kinds of them too; the ground of a site is none."""
    assets = city_file.city.assets
    rows = np.flatnonzero(assets.buildings())
    return [city_file.shapes[k] for k in rows if city_file.shapes[k] is not None
            and city_file.shapes[k].geom_type in ("Polygon", "MultiPolygon")]


def drawn(shapes: Sequence[Any], grid: Grid) -> BoolArray:
    """Give the cells whose centre lies in one of the shapes."""
    if not len(shapes):
        return np.zeros((grid.rows, grid.columns), bool)
    drawn = rasterize([(shape, 1) for shape in shapes], out_shape=(grid.rows, grid.columns),
                      transform=Affine(*grid.transform), dtype="uint8")
    return np.asarray(drawn, bool)


def land_of(city_file: CityFile, grid: Grid) -> Any:
    """Give the land class of each cell, (rows, columns): a row of ``land_classes.csv``."""
    names = list(land_classes())
    land = np.full((grid.rows, grid.columns), names.index("open"), np.uint8)
    context = city_file.context
    # Water comes last: under a bridge flows the river, not the street above it.
    for layer, name in (("block", "block"), ("park", "park"), ("street", "street"), ("water", "water")):
        if layer not in context:
            continue
        held = context[layer]
        shapes = np.array([s for s in held.geometry if s is not None], dtype=object)
        if not len(shapes):
            continue
        lines = np.isin(shapely.get_type_id(shapes), (1, 5))
        if lines.any():
            widths = held.columns.get("width_m")
            kept = [s is not None for s in held.geometry]
            half = (np.nan_to_num(np.asarray(widths, float)[kept], nan=6.0) if widths is not None
                    else np.full(len(shapes), 6.0)) / 2
            shapes[lines] = shapely.buffer(shapes[lines], np.maximum(half[lines], grid.transform[0] / 2))
        land[drawn(list(shapes), grid)] = names.index(name)
    return land


def factor_of(grid: Grid, model: FlowModel) -> int:
    """Give how many cells of the terrain a cell of the computation is wide.

    Raises
    ------
    InputError
        ``cell_m`` is no whole multiple of the terrain's cell.
    """
    if model.cell_m is None:
        return 1
    fine = grid.transform[0]
    factor = round(model.cell_m / fine)
    if factor < 1 or abs(factor * fine - model.cell_m) > 1e-6 * fine:
        raise InputError(field="flood.model.cell_m", found=f"{model.cell_m:g} m over a terrain of {fine:g} m",
                         expected=f"a whole multiple of {fine:g} m")
    return factor


def averaged(height: FloatArray, built: BoolArray, land: Any, grid: Grid, factor: int) -> tuple[Any, Any, Any, Grid]:
    """Average the terrain over blocks of cells: open ground alone where a block has any."""
    rows, columns = grid.rows // factor, grid.columns // factor

    def blocks(array: Any) -> Any:
        cut = array[:rows * factor, :columns * factor]
        return cut.reshape(rows, factor, columns, factor).swapaxes(1, 2).reshape(rows, columns, factor * factor)

    z, walls, classes = blocks(height), blocks(built), blocks(land)
    known = np.isfinite(z)
    ground = known & ~walls
    use = np.where(ground.any(axis=2)[..., None], ground, known)
    count = use.sum(axis=2)
    mean = np.where(count > 0, np.where(use, z, 0.0).sum(axis=2) / np.maximum(count, 1), np.nan)
    mean[known.mean(axis=2) < 0.5] = np.nan
    blocked = walls.mean(axis=2) >= _BUILT_SHARE
    counts = np.stack([(classes == k).sum(axis=2) for k in range(len(land_classes()))], axis=2)
    a, b, c, d, e, f = grid.transform
    return mean, blocked, counts.argmax(axis=2).astype(np.uint8), Grid(
        rows=rows, columns=columns, transform=(a * factor, b, c, d, e * factor, f), crs=grid.crs)
