"""Depths in one NetCDF file: SFINCS map output, LISFLOOD-FP, CF ``flood_water_thickness``.

Models write what they like: dimensions in any order, cell centres as 1-D or 2-D coordinates, north up or down, rotated
grids, depths or water levels beside a bed. What is found is laid out as (time, row, column) with an affine transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.hazards.frames import FrameHazard
from geodata.hazards.rasters import Layout, needed, part_over, refuse_levels
from geodata.hazards.specs import NetCDF
from geodata.inputs.times import moment_s
from geodata.terrain import UNITS_M, check_degrees, crs_text, parse_crs
from twin.errors import InputError
from twin.kernels.water.frames import clean
from twin.quantities import Float32Array, FloatArray, Int64Array, seconds_between

if TYPE_CHECKING:
    import xarray

    from geodata.city.model import CityFile

#: Usual names of a depth, in order of trust.
DEPTHS = ("h", "depth", "water_depth", "waterdepth", "flood_depth", "wd", "inundation_depth")
MAXIMA = ("hmax", "max_depth", "Band1")
_STANDARD = ("flood_water_thickness", "water_depth", "sea_floor_depth_below_sea_surface")
_X = ("x", "lon", "longitude", "easting", "projection_x_coordinate", "corner_x")
_Y = ("y", "lat", "latitude", "northing", "projection_y_coordinate", "corner_y")
#: Cells may stray this much from a regular grid [cells].
_STRAY = 0.05
#: Times beyond this are no times of a flood [s]: models count from years long ago, not from before calendars.
_LATEST_S = 1e11
#: How files call the units of a depth.
_UNITS = {"m": "m", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "cm": "cm", "centimeter": "cm",
          "centimetre": "cm", "mm": "mm", "millimeter": "mm", "millimetre": "mm", "ft": "ft", "feet": "ft",
          "foot": "ft"}


def open_netcdf(spec: NetCDF, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, after: str,
                nodata: str, depth_error_m: float | None) -> FrameHazard:
    """Give the water of a NetCDF file.

    Raises
    ------
    InputError
        A file that cannot be read, without a depth, times or CRS, or whose cells are no regular grid.
    """
    field, path = "flood.netcdf", folder / spec.file
    data = opened(path, field)
    variable = _depth(data, spec, path.name, field)
    said = _UNITS.get(str(data[variable].attrs.get("units", "")).strip().lower(), spec.unit)
    if said != spec.unit:
        raise InputError(file=path.name, field=f"{field}.unit", found=f"'{variable}' in {said}",
                         expected=f"depths in {spec.unit}", remedy=f"Say `unit: {said}`.")
    bed = _bed(data, variable)
    time = time_dimension(data[variable])
    x, y = coordinates_of(data, variable, path.name, field)
    laid = _laid(data, variable, x, y, time, spec, city_file, path.name, field)
    times_s = times_of(data, time, spec.first, start, path.name, field)
    keep = needed(times_s, duration_s)
    times_s = times_s[keep]
    bed_m = None if bed is None else laid.read(data[bed], {})
    outside = ~(laid.read(data["msk"], {}) > 0) if _says_domain(data, laid) else None
    # HDF5 serves one reader at a time.
    lock = Lock()

    def read(frame: int) -> Float32Array:
        with lock:
            values = laid.read(data[variable], {} if time is None else {time: keep.start + frame})
        if bed_m is not None:
            values -= bed_m
        is_dry = nodata == "dry" or (nodata == "auto" and outside is not None)
        clean(values.reshape(-1), float("nan"), UNITS_M[spec.unit], 0.0 if is_dry else float("nan"))
        if outside is not None and nodata != "dry":
            values[outside] = np.nan
        if frame == len(times_s) // 2:
            refuse_levels(values, path.name, field)
        return values

    taken = {"dry": "dry, as the scenario says", "unknown": "unknown, as the scenario says",
             "auto": "dry inside the model's domain and unknown outside" if outside is not None else
             "unknown (the scenario does not say): unknown runs as dry"}[nodata]
    return FrameHazard(grid=laid.layout.grid, times_s=times_s, after=after, depth_error_m=depth_error_m or 0.0,
                       read=read, notes=(f"Missing values of {path.name} are taken as {taken}.",))


def opened(path: Path, field: str) -> xarray.Dataset:
    """Open a NetCDF file, classic or HDF5; its times stay as they are.

    Raises
    ------
    InputError
        No such file, or one that cannot be read.
    """
    import xarray

    if not path.name or path.is_dir():
        raise InputError(field=field, found=f"'{path.name}', which is no file", expected="a NetCDF file")
    if not path.exists():
        raise InputError(file=path.name, field=field, found="no such file", expected="a NetCDF file",
                         remedy="Paths are relative to the scenario.")
    try:
        return xarray.open_dataset(path, engine="h5netcdf" if _is_hdf(path) else "scipy", decode_times=False,
                                   cache=False)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(file=path.name, field=field, found=f"a file that cannot be read ({_first_line(error)})",
                         expected="a whole NetCDF file", remedy="Copy it again: it may be truncated.") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _is_hdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x89HDF"


def _depth(data: xarray.Dataset, spec: NetCDF, file: str, field: str) -> str:
    held = [str(name) for name in data.data_vars]
    if spec.variable is not None:
        if spec.variable not in data:
            raise InputError(file=file, field=f"{field}.variable", found=f"'{spec.variable}'",
                             expected=f"one of {', '.join(held)}")
        return spec.variable
    wide = [name for name in held if data[name].ndim >= 2]
    for name in wide:
        if data[name].attrs.get("standard_name") in _STANDARD:
            return name
    for name in DEPTHS:
        if name in wide:
            return name
    if "zs" in wide and "zb" in data:
        return "zs"
    # Maxima over a run are the last choice: they have one frame.
    for name in MAXIMA:
        if name in wide:
            return name
    raise InputError(file=file, field=field, found=f"variables {', '.join(held) or 'none'}",
                     expected="a depth of water: standard name flood_water_thickness, or h, depth, hmax, or zs and zb",
                     remedy="Name it with `variable`.")


def _bed(data: xarray.Dataset, variable: str) -> str | None:
    """Give the bed under a water level: SFINCS writes ``zs`` and ``zb``."""
    return "zb" if variable in ("zs", "zsmax") and "zb" in data else None


def time_dimension(depth: xarray.DataArray) -> str | None:
    """Give the name of the dimension of time; None for a file without."""
    return next((str(d) for d in depth.dims if str(d).lower() in ("time", "t", "timemax", "times")), None)


def _space(depth: xarray.DataArray, time: str | None) -> tuple[str, str]:
    left = [str(d) for d in depth.dims if str(d) != time]
    return left[0], left[1]


def coordinates_of(data: xarray.Dataset, variable: str, file: str, field: str) -> tuple[Any, Any]:
    """Give x and y of the cells of a variable, by the usual names or standard names.

    Raises
    ------
    InputError
        A variable that is not over time and two dimensions in space, or without coordinates.
    """
    depth = data[variable]
    if depth.ndim - (time_dimension(depth) is not None) != 2:
        raise InputError(file=file, field=field, found=f"'{variable}' over {', '.join(map(str, depth.dims))}",
                         expected="time and two dimensions in space",
                         remedy="Meshes and quadtrees: write a regular grid from your model first.")
    space = set(_space(depth, time_dimension(depth)))

    def find(names: tuple[str, ...], standard: str) -> Any:
        for name in data.variables:
            is_named = str(name).lower() in names or str(data[name].attrs.get("standard_name")) == standard
            if is_named and data[name].ndim in (1, 2) and set(map(str, data[name].dims)) <= space:
                return data[name]
        return None

    x, y = find(_X, "projection_x_coordinate"), find(_Y, "projection_y_coordinate")
    if x is None or y is None:
        raise InputError(file=file, field=field, found=f"no coordinates of {', '.join(sorted(space))}",
                         expected="x and y (or lon and lat) of the cells")
    return x, y


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """How the file's two dimensions in space become rows (from north) and columns (from west)."""

    layout: Layout
    row_dimension: str
    column_dimension: str
    is_row_flipped: bool
    is_column_flipped: bool

    def read(self, values: xarray.DataArray, chosen: dict[str, int]) -> Float32Array:
        """Give the part over the city of one variable, (rows, columns)."""
        col, row, columns, rows = self.layout.window
        if self.is_row_flipped:
            row = self.layout.height - row - rows
        if self.is_column_flipped:
            col = self.layout.width - col - columns
        part = {self.row_dimension: slice(row, row + rows), self.column_dimension: slice(col, col + columns)}
        found = values.isel({**part, **chosen}).transpose(self.row_dimension, self.column_dimension).values
        if self.is_row_flipped:
            found = found[::-1]
        if self.is_column_flipped:
            found = found[:, ::-1]
        return np.array(found, np.float32, order="C")


def _laid(data: xarray.Dataset, variable: str, x: Any, y: Any, time: str | None, spec: NetCDF, city_file: CityFile,
          file: str, field: str) -> _Laid:
    names = _space(data[variable], time)
    grid_x, grid_y = (_spread(values, *names, (data.sizes[names[0]], data.sizes[names[1]])) for values in (x, y))
    if min(grid_x.shape) < 2:
        raise InputError(file=file, field=field, found=f"{grid_x.shape[0]} x {grid_x.shape[1]} cells",
                         expected="two rows and two columns or more")
    middle = grid_x.shape[0] // 2, grid_x.shape[1] // 2
    if abs(grid_x[-1, middle[1]] - grid_x[0, middle[1]]) > abs(grid_y[-1, middle[1]] - grid_y[0, middle[1]]):
        # The first dimension runs along x: SFINCS writes (n, m) or (m, n) from version to version.
        names, grid_x, grid_y = names[::-1], grid_x.T, grid_y.T
    a, b, c, d, e, f = _affine(grid_x, grid_y, file, field)
    rows, columns = grid_x.shape
    is_row_flipped, is_column_flipped = e > 0, a < 0
    if is_row_flipped:
        b, c, e, f = -b, c + b * rows, -e, f + e * rows
    if is_column_flipped:
        a, c, d, f = -a, c + a * columns, -d, f + d * columns
    crs = _crs(data, variable, spec, file, field)
    check_degrees(crs, (c, f, c + a * columns + b * rows, f + d * columns + e * rows), file=file)
    transform = (a, b, c, d, e, f)
    layout = Layout(width=columns, height=rows, transform=transform, crs=crs,
                    window=part_over(city_file, crs, transform, columns, rows))
    return _Laid(layout=layout, row_dimension=names[0], column_dimension=names[1], is_row_flipped=is_row_flipped,
                 is_column_flipped=is_column_flipped)


def _spread(values: Any, first: str, second: str, sizes: tuple[int, int]) -> FloatArray:
    if values.ndim == 2:
        return np.asarray(values.transpose(first, second).values, float)
    flat = np.asarray(values.values, float)
    return np.broadcast_to(flat[:, None] if str(values.dims[0]) == first else flat[None, :], sizes)


def _affine(x: FloatArray, y: FloatArray, file: str, field: str) -> tuple[float, float, float, float, float, float]:
    """Give the transform of a grid from its cell centres; refuse one that is not regular."""
    known = np.argwhere(np.isfinite(x) & np.isfinite(y))
    if len(known) < min(3, x.size):
        raise InputError(file=file, field=field, found="coordinates that are missing", expected="those of the cells")
    design = np.column_stack([known[:, 1] + 0.5, known[:, 0] + 0.5, np.ones(len(known))])
    if len(known) > 4000:
        design, known = design[:: len(known) // 4000], known[:: len(known) // 4000]
    (a, b, c), (d, e, f) = (np.linalg.lstsq(design, v[known[:, 0], known[:, 1]], rcond=None)[0] for v in (x, y))
    cell = float(np.sqrt(abs(a * e - b * d)))
    stray = max(float(np.abs(design @ np.array(k) - v[known[:, 0], known[:, 1]]).max())
                for k, v in (((a, b, c), x), ((d, e, f), y)))
    if cell == 0 or stray > _STRAY * cell:
        raise InputError(file=file, field=field, expected="a regular grid, rotated or not",
                         found=f"cells that stray {stray:.3g} from a regular grid of {cell:.3g}",
                         remedy="Write a regular grid from your model first.")
    return tuple(0.0 if abs(v) < 1e-9 * cell else float(v) for v in (a, b, c, d, e, f))  # type: ignore[return-value]


def _crs(data: xarray.Dataset, variable: str, spec: NetCDF, file: str, field: str) -> str:
    crs = parse_crs(spec.crs, file=file, field=f"{field}.crs") if spec.crs is not None else crs_of(
        data, variable, file, field)
    if crs is None:
        raise InputError(file=file, field=field, found="no CRS",
                         expected="a grid mapping in the file, or `crs` beside it")
    return crs


def crs_of(data: xarray.Dataset, variable: str, file: str, field: str) -> str | None:
    """Give the CRS of a variable's grid mapping, as authority code or WKT; None where the file names none.

    Raises
    ------
    InputError
        A grid mapping that is no CRS.
    """
    depth = data[variable]
    for name in (depth.attrs.get("grid_mapping"), depth.encoding.get("grid_mapping"), "spatial_ref", "crs"):
        if name is None or name not in data:
            continue
        attributes = data[name].attrs
        for key in ("crs_wkt", "spatial_ref", "epsg_code", "EPSG", "epsg", "projected_crs_name"):
            value = attributes.get(key)
            if value in (None, "", 0, "-"):
                continue
            text = str(value)
            return parse_crs(f"EPSG:{text}" if text.isdigit() else text, file=file, field=field)
        if data[name].ndim == 0 and np.issubdtype(data[name].dtype, np.number) and int(data[name]) > 1024:
            return parse_crs(f"EPSG:{int(data[name])}", file=file, field=field)
        if "grid_mapping_name" in attributes:
            try:
                return crs_text(CRS.from_cf(dict(attributes)))
            except (CRSError, KeyError, TypeError, ValueError):
                raise InputError(file=file, field=field, found=f"a grid mapping '{name}' that is no CRS",
                                 expected="one as CF defines it") from None
    return None


def times_of(data: xarray.Dataset, time: str | None, first: str | None, start: datetime, file: str, field: str
             ) -> Int64Array:
    """Give the times of the frames; a file without time is one frame at the start.

    Parameters
    ----------
    first
        Moment of time 0; the one that the file counts from where None.

    Raises
    ------
    InputError
        Times that are missing, in no unit of time, beyond belief, or that do not increase.
    """
    if time is None:
        return np.array([0 if first is None else moment_s(first, start, field=f"{field}.first")], np.int64)
    if time not in data.variables:
        raise InputError(file=file, field=field, found=f"dimension '{time}' without times", expected="their times")
    if not np.issubdtype(data[time].dtype, np.number):
        raise InputError(file=file, field=field, found=f"times that are no numbers ({data[time].dtype})",
                         expected="numbers since a moment")
    values = np.asarray(data[time].values, float)
    unit, _, origin = str(data[time].attrs.get("units", "")).partition(" since ")
    if not np.all(np.isfinite(values)):
        raise InputError(file=file, field=field, found="times that are missing", expected="a time for each frame")
    scale = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}.get(unit.strip().lower()[:1])
    if scale is None or unit.strip().lower().startswith(("month", "milli", "micro")):
        raise InputError(file=file, field=f"{field}.first", found=f"times in '{unit or 'no unit'}'",
                         expected="seconds, minutes, hours or days since a moment")
    if first is not None:
        zero = moment_s(first, start, field=f"{field}.first")
    else:
        zero = _origin(origin.strip(), start, file, field)
    if np.any(np.abs(values * scale) > _LATEST_S):
        raise InputError(file=file, field=field, found=f"a time of {np.max(np.abs(values)):g} {unit}",
                         expected="times of a flood")
    times_s = zero + np.rint(values * scale).astype(np.int64)
    if np.any(np.diff(times_s) <= 0):
        raise InputError(file=file, field=field, found="times that do not increase", expected="times that increase")
    return times_s


def _origin(text: str, start: datetime, file: str, field: str) -> int:
    try:
        origin = datetime.fromisoformat(text.removesuffix("UTC").strip())
    except ValueError:
        raise InputError(file=file, field=f"{field}.first", found=f"times since '{text}'",
                         expected="a moment, or `first` beside `file`") from None
    # CF takes a moment without an offset as UTC.
    try:
        return seconds_between(start, origin if origin.tzinfo else origin.replace(tzinfo=UTC))
    except OverflowError:
        raise InputError(file=file, field=f"{field}.first", found=f"times since '{text}'",
                         expected="a moment, or `first` beside `file`") from None


def _says_domain(data: xarray.Dataset, laid: _Laid) -> bool:
    """Tell whether the file says where its domain ends: SFINCS' ``msk`` is 0 outside."""
    return "msk" in data and set(map(str, data["msk"].dims)) == {laid.row_dimension, laid.column_dimension}
