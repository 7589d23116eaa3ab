"""Terrain: altitudes on a grid, read from what users have, with voids, units and error said.

One or many files (GeoTIFF, ASC, HGT, zipped or not) become one grid in their own CRS: nothing is warped, so that the
cell an asset stands in is the cell of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.windows
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError

from geodata.crs import way_between
from geodata.drivers import check_cells, opened_raster
from geodata.hushed import hushed
from geodata.inputs.lengths import UNITS_M, length_unit
from geodata.raster_check import check_written
from geodata.raster_files import RasterFile, expanded
from geodata.units import unit_of
from twin.errors import InputError
from twin.quantities import BoolArray, Float32Array, FloatArray
from twin.water.hazard import Grid

#: Lower or higher than any ground on Earth: sentinels (-32768, -9999, -99999, -3.4e38) that no header declares.
LOWEST_M, HIGHEST_M = -480.0, 9000.0
#: Vertical error of SRTM over Eurasia, 90 % of points. Rodriguez et al. 2006, doi:10.14358/PERS.72.3.249.
SRTM_ERROR_M = 6.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terrain:
    """Altitudes on a grid."""

    #: Altitude, (rows, columns) [m]; NaN in voids.
    height_m: Float32Array
    grid: Grid
    #: Vertical error, one standard figure [m]; NaN where nobody states it.
    error_m: float
    #: Vertical datum in the words of its maker ("NGF-IGN69"); empty when not stated.
    vertical: str = ""
    #: Cells that are raised because a building stands there, (rows, columns); None where nothing is raised.
    raised: BoolArray | None = None

    def at(self, x: FloatArray, y: FloatArray, crs: str | None = None) -> FloatArray:
        """Give the altitude of the cell that holds each point, (N,) [m]; NaN outside and over voids.

        Parameters
        ----------
        x, y
            Coordinates, (N,).
        crs
            CRS of the coordinates; that of the terrain when not given.
        """
        x, y = np.asarray(x, float), np.asarray(y, float)
        if crs is not None and not same_crs(crs, self.grid.crs):
            x, y = way_between(crs, self.grid.crs).transform(x, y)
        cell = self.grid.cell_of(x, y)
        height = np.full(cell.shape, np.nan)
        height[cell >= 0] = self.height_m.ravel()[cell[cell >= 0]]
        return height


def same_crs(one: str, other: str) -> bool:
    """Say whether two CRSs place a point at the same x and y (a vertical part does not matter)."""
    return one == other or _flat(CRS.from_user_input(one)) == _flat(CRS.from_user_input(other))


def _flat(crs: CRS) -> CRS:
    return crs.sub_crs_list[0] if crs.is_compound else crs


def crs_text(crs: Any) -> str:
    """Give a CRS as authority code where it has one, else as WKT."""
    parsed = _flat(CRS.from_user_input(crs))
    authority = parsed.to_authority(min_confidence=70)
    return ":".join(authority) if authority else parsed.to_wkt()


def parse_crs(text: str, *, file: str, field: str) -> str:
    """Give a CRS that a person wrote, as text.

    Raises
    ------
    InputError
        No such CRS.
    """
    try:
        return crs_text(text)
    except (CRSError, UnicodeEncodeError):  # damaged files hold bytes that are no letters
        shown = text.encode("utf-8", "replace").decode("utf-8")
        raise InputError(file=file, field=field, found=f"'{shown}'", expected="a CRS, EPSG:2154 for example") from None


def read_terrain(paths: str | Path | Sequence[str | Path], crs: str | None = None, unit: str | None = None,
                 window: tuple[float, float, float, float] | None = None, *, window_crs: str | None = None,
                 error_m: float | None = None, vertical: str = "") -> Terrain:
    """Read one or many rasters as one terrain.

    Parameters
    ----------
    paths
        Files, zip archives or VRTs that hold some, or folders; seams are closed and voids of one tile filled from its
        neighbours where they overlap.
    crs
        Instead of the files' own.
    unit
        Unit of the heights in the files: ``m``, ``cm``, ``mm``, ``ft`` (0.3048 m) or ``us-ft`` (1200/3937 m). Where it
        is not given, that of the files' own tag, else metres, unless their CRS counts in feet: then it is asked for.
    window
        West, south, east, north of the part to read; all of it when not given.
    window_crs
        CRS of the window; that of the terrain when not given.
    error_m
        Vertical error [m]; taken from the file where it states one, 6.2 m for HGT (SRTM).
    vertical
        Vertical datum, in words.

    Raises
    ------
    InputError
        No file, no CRS, a unit unknown or contradicted, an 8-bit picture, several bands, a rotated raster, metres
        posing as degrees, a window that meets no tile, more cells than memory holds.
    """
    if unit is not None and length_unit(unit) is None:
        raise InputError(field="unit", found=f"'{unit}'", expected=f"one of {', '.join(UNITS_M)}")
    files = _files([paths] if isinstance(paths, (str, Path)) else list(paths))
    tiles = [_tile(file, crs, unit, window, window_crs) for file in files]
    met = [tile for tile in tiles if tile is not None]
    if not met:
        raise InputError(file=files[0].name, found=f"{len(files)} tiles that do not meet the area",
                         expected="terrain over the area", field="terrain",
                         remedy=f"The area is {_bounds_text(window)} in {window_crs or 'the CRS of the terrain'}.")
    tile_crs = {tile.crs for tile in met}
    if len(tile_crs) > 1:
        raise InputError(found=f"tiles in {' and '.join(sorted(tile_crs))}", expected="one CRS", field="terrain",
                         remedy="Give each CRS its own run, or name the true one with crs.")
    metres, transform = _merged(met)
    beyond = (metres < LOWEST_M) | (metres > HIGHEST_M)
    _check_range(metres, beyond, met[0].file)
    metres[beyond] = np.nan
    stated = [tile.error_m for tile in met if not np.isnan(tile.error_m)]
    raised = None
    if len(met) == 1 and met[0].raised is not None:
        raised = met[0].raised
    return Terrain(
        height_m=metres, error_m=float(error_m if error_m is not None else max(stated, default=np.nan)),
        grid=Grid(rows=metres.shape[0], columns=metres.shape[1], transform=transform, crs=met[0].crs),
        vertical=vertical or next((tile.vertical for tile in met if tile.vertical), ""), raised=raised)


def _check_range(metres: Float32Array, beyond: BoolArray, file: str) -> None:
    """Refuse heights most of which no ground has: another unit, or no heights; sentinels repeat one value."""
    wrong = metres[beyond]
    if 2 * len(wrong) > np.count_nonzero(~np.isnan(metres)) and len(np.unique(wrong[:1000])) > 3:
        raise InputError(file=file, field="unit", found=f"heights of {float(np.median(wrong)):g} m",
                         expected=f"heights between {LOWEST_M:g} and {HIGHEST_M:g} m",
                         remedy="Their unit may be another: say `unit: cm` or `unit: mm`.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tile:
    file: str
    height_m: Float32Array
    transform: Any
    crs: str
    error_m: float
    vertical: str
    raised: BoolArray | None


def _files(paths: Sequence[str | Path]) -> list[RasterFile]:
    files = [file for path in map(Path, paths) for file in expanded(path, field="terrain")]
    if not files:
        raise InputError(found="no file", expected="files of a terrain", field="terrain")
    return files


def _tile(file: RasterFile, crs: str | None, unit: str | None, window: tuple[float, float, float, float] | None,
          window_crs: str | None) -> _Tile | None:
    name = file.name
    with opened_raster(file.path) as dataset:
        stated = crs or file.crs
        if stated is None and dataset.crs is None:
            raise InputError(file=name, found="no CRS", expected="a CRS in the file, or named beside it", field="crs",
                             remedy="Tiles of RGE ALTI are EPSG:2154.")
        own = parse_crs(stated, file=name, field="crs") if stated is not None else crs_text(dataset.crs)
        check_degrees(own, tuple(dataset.bounds), file=name)
        is_raised = dataset.count == 2 and dataset.tags(2).get("CONTENT") == "raised"
        _check_form(dataset, name, is_raised=is_raised)
        used = _unit_of_heights(dataset, unit, name)
        part = _window(dataset, own, window, window_crs)
        if part is None:
            return None
        check_cells(part.height, part.width, file=name, field="terrain")
        try:
            band = dataset.read(1, window=part, masked=True)
        except RasterioError:
            raise InputError(file=name, field="terrain", found="a file that breaks off", expected="a whole raster",
                             remedy="Copy it again: it is truncated.") from None
        if file.nodata is not None:
            band = np.ma.masked_equal(band, file.nodata)
        height_m = _metres(band, dataset, used)
        raised = dataset.read(2, window=part) > 0 if is_raised else None
        tags = dataset.tags()
        try:
            error_m = float(tags.get("ERROR_M", SRTM_ERROR_M if dataset.driver == "SRTMHGT" else np.nan))
        except ValueError:
            error_m = float("nan")
        return _Tile(file=name, height_m=height_m, transform=dataset.window_transform(part), crs=own, error_m=error_m,
                     vertical=tags.get("VERTICAL", "EGM96" if dataset.driver == "SRTMHGT" else ""), raised=raised)


def _check_form(dataset: Any, name: str, *, is_raised: bool) -> None:
    """Refuse pictures, several bands, and grids whose rows do not run along x."""
    if dataset.dtypes[0] in ("uint8", "int8"):
        raise InputError(file=name, found="8-bit values", expected="altitudes in 16 or 32 bits",
                         remedy="This is a picture of the terrain (hillshade, colours) or classes, not altitudes.")
    alphas = sum(sort == ColorInterp.alpha for sort in dataset.colorinterp)
    if dataset.count - alphas > 1 and not is_raised:
        raise InputError(file=name, field="terrain", found=f"{dataset.count} bands", expected="one band of altitudes",
                         remedy="Which of them is meant cannot be told: cut the others away (gdal_translate -b 1).")
    a, b, _, d, e, _ = tuple(dataset.transform)[:6]
    if max(abs(b), abs(d)) > 1e-6 * max(abs(a), abs(e)) or e > 0 or a < 0:
        raise InputError(file=name, field="terrain", found=f"a raster that is turned (cells of {a:g}, {b:g}, {d:g}, "
                         f"{e:g})", expected="rows from north to south, columns from west to east",
                         remedy="Write it north up: gdalwarp IN OUT.tif.")


def _unit_of_heights(dataset: Any, unit: str | None, name: str) -> str:
    stated = length_unit(unit) if unit is not None else None
    return unit_of(stated, dataset.units[0], dataset.crs, file=name, field="terrain", what="heights")[0]


def _metres(band: Any, dataset: Any, unit: str) -> Float32Array:
    scale, offset = dataset.scales[0], dataset.offsets[0]
    if not (np.isfinite(scale) and np.isfinite(offset) and scale != 0):
        raise InputError(file=Path(dataset.name).name, field="terrain", found=f"a scale factor of {scale:g}",
                         expected="a scale that can be undone")
    if (scale, offset, unit) == (1.0, 0.0, "m"):
        return np.ma.filled(band.astype(np.float32), np.nan)
    # In float64: a US survey foot differs from a foot in the sixth digit.
    return np.ma.filled(((band.astype(np.float64) * scale + offset) * UNITS_M[unit]).astype(np.float32), np.nan)


def check_degrees(crs: str, bounds: tuple[float, ...], *, file: str) -> None:
    """Refuse metres that pose as degrees.

    Raises
    ------
    InputError
        A geographic CRS with coordinates beyond its range.
    """
    if CRS.from_user_input(crs).is_geographic and max(abs(b) for b in bounds) > 720:
        raise InputError(file=file, field="crs", found=f"{crs} (degrees) with an extent of {_bounds_text(bounds)}",
                         expected="coordinates between -180 and 180",
                         remedy="These are metres or feet: name the true CRS with crs.")


def _bounds_text(bounds: Sequence[float] | None) -> str:
    return "unbounded" if bounds is None else " ".join(f"{b:.6g}" if abs(b) < 1000 else f"{b:.0f}" for b in bounds)


def _window(dataset: Any, crs: str, bounds: tuple[float, float, float, float] | None, bounds_crs: str | None) -> Any:
    whole = rasterio.windows.Window(0, 0, dataset.width, dataset.height)
    if bounds is None:
        return whole
    if bounds_crs is not None and not same_crs(bounds_crs, crs):
        bounds = way_between(bounds_crs, crs).transform_bounds(*bounds)
    west, south, east, north = bounds
    inverse = ~dataset.transform
    corners = [(inverse.a * x + inverse.b * y + inverse.c, inverse.d * x + inverse.e * y + inverse.f)
               for x in (west, east) for y in (south, north)]
    first_col, last_col = (int(np.floor(of(c for c, _ in corners))) for of in (min, max))
    first_row, last_row = (int(np.floor(of(r for _, r in corners))) for of in (min, max))
    first_col, first_row = max(first_col, 0), max(first_row, 0)
    last_col, last_row = min(last_col, dataset.width - 1), min(last_row, dataset.height - 1)
    if first_col > last_col or first_row > last_row:
        return None
    return rasterio.windows.Window(first_col, first_row, last_col - first_col + 1, last_row - first_row + 1)


def _merged(tiles: list[_Tile]) -> tuple[Float32Array, tuple[float, float, float, float, float, float]]:
    """Lay tiles on the grid of the first: whole cells apart, later tiles fill the voids of earlier ones."""
    base = tiles[0].transform
    places = []
    for tile in tiles:
        size = np.array([tile.transform.a / base.a - 1, tile.transform.e / base.e - 1])
        # A cell size of 0.99994 instead of 1 moves a tile of 1,000 cells by 6 % of a cell: within reason.
        if np.any(np.abs(size) * max(tile.height_m.shape) > 0.5):
            raise InputError(found=f"tiles with cells of {base.a:g} and {tile.transform.a:g}", field="terrain",
                             expected="one cell size", remedy="Give the tiles of one product.")
        col = (tile.transform.c - base.c) / base.a
        row = (tile.transform.f - base.f) / base.e
        places.append((round(row), round(col)))
    top, left = min(r for r, _ in places), min(c for _, c in places)
    bottom = max(r + t.height_m.shape[0] for (r, _), t in zip(places, tiles, strict=True))
    right = max(c + t.height_m.shape[1] for (_, c), t in zip(places, tiles, strict=True))
    if len(tiles) == 1:
        return tiles[0].height_m, tuple(base)[:6]
    check_cells(bottom - top, right - left, file=tiles[0].file, field="terrain")
    merged = np.full((bottom - top, right - left), np.nan, dtype=np.float32)
    for (row, col), tile in zip(places, tiles, strict=True):
        rows, columns = tile.height_m.shape
        part = merged[row - top:row - top + rows, col - left:col - left + columns]
        np.copyto(part, tile.height_m, where=np.isnan(part))
    transform = (base.a, base.b, base.c + base.a * left, base.d, base.e, base.f + base.e * top)
    return merged, transform


def write_terrain(terrain: Terrain, path: str | Path) -> None:
    """Write a terrain as GeoTIFF, its error and datum as tags; same terrain, same bytes.

    Raises
    ------
    OSError
        The disk does not give back what was written.
    """
    grid = terrain.grid
    tags = {"ERROR_M": f"{terrain.error_m:g}", "VERTICAL": terrain.vertical, "TIFFTAG_SOFTWARE": "citytwin"}
    bands = {1: terrain.height_m}
    if terrain.raised is not None:
        bands[2] = terrain.raised.astype(np.float32)
    with hushed(), rasterio.open(
            path, "w", driver="GTiff", width=grid.columns, height=grid.rows, count=len(bands), dtype="float32",
            crs=grid.crs, transform=rasterio.Affine(*grid.transform), nodata=float("nan"), tiled=True, blockxsize=256,
            blockysize=256, compress="deflate", predictor=3) as dataset:
        for band, values in bands.items():
            dataset.write(values, band)
        # Metres whatever the CRS counts in: a reader need not ask.
        dataset.set_band_unit(1, "m")
        dataset.update_tags(**tags)
        if terrain.raised is not None:
            dataset.update_tags(2, CONTENT="raised")
    check_written(Path(path), bands.items())
