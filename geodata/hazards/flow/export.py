"""The water that the flow model computed, as files for other programs: NetCDF over time, GeoTIFF of the peak."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5netcdf
import numpy as np
import rasterio
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine

from geodata.atomic import beside, check_file
from geodata.hazards.flow.store import FlowFrames
from twin.errors import InputError

_EMPTY = np.float32(-9999)
#: What a file says of who wrote it: only such a file is replaced.
_SOURCE = "twin flood"


def check_netcdf(path: Path) -> None:
    """Make sure that a NetCDF file may be written at ``path``.

    Raises
    ------
    InputError
        The place holds something that `twin flood` did not write, or cannot be written.
    """
    check_file(path, opens=(b"\x89HDF", b"CDF"), sort="a NetCDF file that `twin flood` wrote")
    if _holds_something(path):
        with suppress(OSError, ValueError, KeyError, RuntimeError), h5netcdf.File(path, "r") as file:
            if file.attrs.get("source") == _SOURCE:
                return
        raise _someone_elses(path, "a NetCDF file")


def check_geotiff(path: Path) -> None:
    """Make sure that a GeoTIFF may be written at ``path``.

    Raises
    ------
    InputError
        The place holds something that `twin flood` did not write, or cannot be written.
    """
    check_file(path, opens=(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), sort="a GeoTIFF that `twin flood` wrote")
    if _holds_something(path):
        with suppress(RasterioError), warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning), \
                rasterio.open(path) as raster:
            if raster.tags().get("TIFFTAG_SOFTWARE") == _SOURCE:
                return
        raise _someone_elses(path, "a GeoTIFF")


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _someone_elses(path: Path, sort: str) -> InputError:
    return InputError(file=str(path), found=f"{sort} that `twin flood` did not write",
                      expected="a file that does not exist yet, or one that `twin flood` wrote",
                      remedy="It may be something of yours, so it stays. Choose another place.")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a place beside ``path``; what is written there is moved there at the end."""
    with beside(path) as work:
        yield work / path.name
        (work / path.name).replace(path)


def write_netcdf(water: FlowFrames, path: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Write the frames as NetCDF after the CF conventions (1.11), a frame at a time in memory.

    ``depth`` (time, y, x) [m], ``peak_depth`` (y, x) [m] and ``arrival`` (y, x), the first time at 0.05 m [s];
    ``progress`` is told how many frames of how many are written.

    Raises
    ------
    InputError
        The file cannot be written, or stands in place of something else.
    """
    a, _, c, _, e, f = water.grid.transform
    rows, columns = water.grid.rows, water.grid.columns
    check_netcdf(path)
    with _whole(path) as part, h5netcdf.File(part, "w") as file:
        file.attrs.update({"Conventions": "CF-1.11", "title": "Water depth of the flow model",
                           "source": _SOURCE,
                           "history": f"computed from inputs {water.info['key']}",
                           "comment": " ".join(water.notes)})
        file.dimensions = {"time": len(water.times_s), "y": rows, "x": columns}
        for name, values, attributes in (
                ("time", water.times_s.astype(np.float64), {
                    "units": f"seconds since {water.info['start']}", "standard_name": "time", "axis": "T"}),
                ("y", f + e * (np.arange(rows) + 0.5), {
                    "units": "m", "standard_name": "projection_y_coordinate", "axis": "Y"}),
                ("x", c + a * (np.arange(columns) + 0.5), {
                    "units": "m", "standard_name": "projection_x_coordinate", "axis": "X"})):
            axis = file.create_variable(name, (name,), np.float64)
            axis[...] = values
            axis.attrs.update(attributes)
        crs = file.create_variable("crs", (), np.int32)
        crs.attrs.update({k: v for k, v in CRS.from_user_input(water.grid.crs).to_cf().items()
                          if isinstance(v, (str, int, float))})
        chunks = (1, min(rows, 512), min(columns, 512))
        depth = file.create_variable("depth", ("time", "y", "x"), np.float32, fillvalue=_EMPTY, chunks=chunks,
                                     compression="gzip")
        depth.attrs.update({"units": "m", "long_name": "water depth", "grid_mapping": "crs",
                            "standard_name": "flood_water_thickness"})
        for k in range(len(water.times_s)):
            depth[k] = np.nan_to_num(water.frame(k), nan=float(_EMPTY))
            if progress is not None:
                progress(k + 1, len(water.times_s))
        for name, values, attributes in (
                ("peak_depth", water.peak_m, {"units": "m", "long_name": "greatest water depth",
                                              "cell_methods": "time: maximum"}),
                ("arrival", water.arrival_s, {"units": "s", "long_name": "first time at 0.05 m, since the start"})):
            field = file.create_variable(name, ("y", "x"), np.float32, fillvalue=_EMPTY, chunks=chunks[1:],
                                         compression="gzip")
            field[...] = np.nan_to_num(values, nan=float(_EMPTY))
            field.attrs.update({**attributes, "grid_mapping": "crs"})


def write_geotiff(water: FlowFrames, path: Path) -> None:
    """Write the peak depth [m] and the first time at 0.05 m [s from the first frame] as two bands.

    Raises
    ------
    InputError
        The file cannot be written, or stands in place of something else.
    """
    grid = water.grid
    profile = {"driver": "GTiff", "width": grid.columns, "height": grid.rows, "count": 2, "dtype": "float32",
               "crs": grid.crs, "transform": Affine(*grid.transform), "nodata": float(_EMPTY), "tiled": True,
               "compress": "deflate", "predictor": 3, "blockxsize": 256, "blockysize": 256}
    check_geotiff(path)
    with _whole(path) as part, rasterio.open(part, "w", **profile) as raster:
        raster.update_tags(TIFFTAG_SOFTWARE=_SOURCE)
        for band, (values, name) in enumerate(((water.peak_m, "greatest water depth [m]"),
                                               (water.arrival_s, "first time at 0.05 m [s]")), start=1):
            raster.write(np.nan_to_num(values, nan=float(_EMPTY)), band)
            raster.set_band_description(band, name)
