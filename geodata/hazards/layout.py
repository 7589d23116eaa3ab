"""How the files of a raster lie: one grid for all of them, and the part of it over the city."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from rasterio.enums import ColorInterp

from geodata.crs import way_between
from geodata.drivers import opened_raster
from geodata.raster_files import RasterFile
from geodata.terrain import check_degrees, crs_text, parse_crs, same_crs
from twin.errors import InputError
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: The map shows water around the city too [m].
MARGIN_M = 300.0
#: Tiles may stray this much from whole cells of the first [cells]; a cell size of 0.99994 adds up over a tile.
_STRAY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file on the common grid."""

    file: RasterFile
    #: First row and column, rows and columns.
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the first file says of its values."""

    count: int
    dtypes: tuple[str, ...]
    units: tuple[str | None, ...]
    descriptions: tuple[str | None, ...]
    #: Bands that only say which cells are seen.
    alphas: tuple[int, ...]
    #: CRS as the file has it, its vertical part included.
    crs: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a raster lies, and which part of it is read."""

    #: Size and transform of the whole of its files.
    width: int
    height: int
    transform: tuple[float, ...]
    crs: str
    #: First column, first row, columns and rows of the part over the city.
    window: tuple[int, int, int, int]

    @property
    def grid(self) -> Grid:
        """Frame of the part that is read."""
        col, row, columns, rows = self.window
        a, b, c, d, e, f = self.transform
        return Grid(rows=rows, columns=columns, crs=self.crs,
                    transform=(a, b, c + a * col + b * row, d, e, f + d * col + e * row))


def city_bounds(city_file: CityFile, crs: str) -> tuple[float, float, float, float] | None:
    """Give west, south, east, north of the city in another CRS, with a margin; None where nothing has a position."""
    assets = city_file.city.assets
    known = ~(np.isnan(assets.x_m) | np.isnan(assets.y_m))
    bounds = [assets.x_m[known].min(), assets.y_m[known].min(), assets.x_m[known].max(), assets.y_m[known].max()] \
        if np.any(known) else []
    shaped = shapely.total_bounds(city_file.outlines) if len(assets) else np.full(4, np.nan)
    if not np.any(np.isnan(shaped)):
        bounds = [*np.minimum(bounds[:2], shaped[:2]), *np.maximum(bounds[2:], shaped[2:])] if bounds else list(shaped)
    if not bounds:
        return None
    wide = (bounds[0] - MARGIN_M, bounds[1] - MARGIN_M, bounds[2] + MARGIN_M, bounds[3] + MARGIN_M)
    if same_crs(city_file.city.crs, crs):
        return wide
    return way_between(city_file.city.crs, crs).transform_bounds(*wide)


def part_over(city_file: CityFile, crs: str, transform: Sequence[float], width: int, height: int
              ) -> tuple[int, int, int, int]:
    """Give first column, first row, columns and rows of the part of a raster over the city.

    All of it where they do not meet: the caller refuses that with both extents.
    """
    bounds = city_bounds(city_file, crs)
    if bounds is None:
        return 0, 0, width, height
    a, b, c, d, e, f = transform
    determinant = a * e - b * d
    corners = [(x - c, y - f) for x in (bounds[0], bounds[2]) for y in (bounds[1], bounds[3])]
    columns = [(e * x - b * y) / determinant for x, y in corners]
    rows = [(a * y - d * x) / determinant for x, y in corners]
    first_col, last_col = max(0, math.floor(min(columns))), min(width - 1, math.floor(max(columns)))
    first_row, last_row = max(0, math.floor(min(rows))), min(height - 1, math.floor(max(rows)))
    if first_col > last_col or first_row > last_row:
        return 0, 0, width, height
    return first_col, first_row, last_col - first_col + 1, last_row - first_row + 1


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    transform: tuple[float, ...]
    crs: str
    head: Head


def laid_out(files: Sequence[RasterFile], city_file: CityFile, crs: str | None, field: str
             ) -> tuple[Layout, tuple[Piece, ...], Head]:
    """Read how the files of one raster lie: one, or tiles on one grid.

    Raises
    ------
    InputError
        A file that cannot be read, without CRS, with metres posing as degrees; tiles on different grids or CRSs.
    """
    headers = [_header(file, crs, field) for file in files]
    first = headers[0]
    a, b, c, d, e, f = first.transform
    determinant = a * e - b * d
    pieces = []
    for file, header in zip(files, headers, strict=True):
        if header.crs != first.crs and not same_crs(header.crs, first.crs):
            raise InputError(file=file.name, field=field, found=f"a tile in {header.crs}",
                             expected=f"{first.crs}, as in {files[0].name}",
                             remedy="All tiles stand in one CRS; `crs` overrides a wrong one.")
        x, y = header.transform[2] - c, header.transform[5] - f
        column, row = (e * x - b * y) / determinant, (a * y - d * x) / determinant
        turn = np.array([header.transform[k] - first.transform[k] for k in (0, 1, 3, 4)]) / abs(determinant) ** 0.5
        strays = max(abs(column - round(column)), abs(row - round(row)),
                     float(np.abs(turn).max()) * max(header.width, header.height))
        if strays > _STRAY:
            raise InputError(file=file.name, field=field, found=f"a tile whose cells of {header.transform[0]:g} lie "
                             f"{strays:.2f} of a cell off those of {files[0].name} ({a:g})",
                             expected="tiles of one grid", remedy="Give the tiles of one result.")
        pieces.append(Piece(file=file, row=round(row), column=round(column), rows=header.height, columns=header.width))
    top, left = min(p.row for p in pieces), min(p.column for p in pieces)
    height = max(p.row + p.rows for p in pieces) - top
    width = max(p.column + p.columns for p in pieces) - left
    transform = (a, b, c + a * left + b * top, d, e, f + d * left + e * top)
    layout = Layout(width=width, height=height, transform=transform, crs=first.crs,
                    window=part_over(city_file, first.crs, transform, width, height))
    return layout, tuple(Piece(file=p.file, row=p.row - top, column=p.column - left, rows=p.rows, columns=p.columns)
                         for p in pieces), first.head


def _header(file: RasterFile, crs: str | None, field: str) -> _Header:
    with opened_raster(file.path) as dataset:
        own = crs or file.crs or dataset.crs
        if not own:
            raise InputError(file=file.name, field=field, found="no CRS",
                             expected="a CRS in the file, or `crs` beside it",
                             remedy="ASC and .wd files never have one.")
        text = parse_crs(own, file=file.name, field=f"{field}.crs") if isinstance(own, str) else text_of(own.to_wkt())
        transform = list(tuple(dataset.transform)[:6])
        if file.corner is not None:
            _check_corner(file, transform, field)
        check_degrees(text, tuple(dataset.bounds), file=file.name)
        alphas = tuple(i for i, sort in enumerate(dataset.colorinterp, start=1) if sort == ColorInterp.alpha)
        units = tuple(unit or file.unit for unit in dataset.units)
        return _Header(dataset.width, dataset.height, tuple(transform), text, Head(
            count=dataset.count, dtypes=tuple(dataset.dtypes), units=units, descriptions=tuple(dataset.descriptions),
            alphas=alphas, crs=dataset.crs if crs is None else crs))


def _check_corner(file: RasterFile, transform: list[float], field: str) -> None:
    """Refuse a tile that its VRT places elsewhere than it says itself: one of the two is stale."""
    assert file.corner is not None
    cell = max(abs(transform[0]), abs(transform[4]))
    off = max(abs(file.corner[0] - transform[2]), abs(file.corner[1] - transform[5]))
    if off > 0.5 * cell:
        raise InputError(file=file.name, field=field, found=f"a tile that the VRT places {off:g} away from where it "
                         "says that it "
                         "lies", expected="a VRT of these tiles", remedy="Make the VRT again, or name the "
                                                                                 "tiles.")


@lru_cache(maxsize=64)
def text_of(wkt: str) -> str:
    """Give a CRS as authority code where it has one, else as WKT."""
    return crs_text(wkt)
