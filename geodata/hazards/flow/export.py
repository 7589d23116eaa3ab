"""The water that the flow model computed, as files for other programs: NetCDF over time, GeoTIFF of the peak."""

from __future__ import annotations

import errno
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import rasterio
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine

from geodata.atomic import beside, check_file, move
from geodata.hazards.flow.stored import FlowFrames
from geodata.hushed import hushed
from geodata.raster_check import check_written
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
        move(work / path.name, path)


class _Patient(io.FileIO):
    """A file that never refuses HDF5 anything: HDF5 cannot close a file whose disk is full, and takes the process down.

    What fails is remembered and raised by ``check``; from then on what is written is let go.
    """

    failure: OSError | None = None

    def check(self) -> None:
        """Raise what has failed."""
        if self.failure is not None:
            raise self.failure

    def write(self, data: Any) -> int:
        """Write all of it, or remember why not."""
        view = memoryview(data).cast("B")
        done = 0
        while self.failure is None and done < len(view):
            try:
                done += super().write(view[done:]) or 0
            except OSError as failure:
                self.failure = failure
        if done < len(view):
            self.seek(len(view) - done, io.SEEK_CUR)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen it, or remember why not."""
        try:
            return super().truncate(size)
        except OSError as failure:
            self.failure = self.failure or failure
            return self.tell() if size is None else size

    def readinto(self, buffer: Any) -> int:
        """Read; what was let go reads as zeros."""
        view = memoryview(buffer).cast("B")
        done = super().readinto(view) or 0
        if self.failure is None or done == len(view):
            return done
        view[done:] = bytes(len(view) - done)
        return len(view)


@contextmanager
def _file_to_fill(path: Path) -> Iterator[_Patient]:
    with _Patient(path, "w+") as stream:
        try:
            yield stream
        except OSError as failure:
            if stream.failure is None:
                raise
            raise stream.failure from (None if failure is stream.failure else failure)
        stream.check()


def _read_back(water: FlowFrames, path: Path) -> None:
    """Make sure that a file holds the frames."""
    try:
        with h5netcdf.File(path, "r") as file:
            is_whole = all(np.array_equal(file["depth"][k], np.nan_to_num(water.frame(k), nan=float(_EMPTY)))
                           for k in range(len(water.times_s)))
    except (KeyError, ValueError, RuntimeError) as error:
        raise OSError(errno.ENOSPC, "the file does not hold what was written into it", str(path)) from error
    if not is_whole:
        raise OSError(errno.ENOSPC, "the file does not hold what was written into it", str(path))


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
    with _whole(path) as part:
        with _file_to_fill(part) as stream, h5netcdf.File(stream, "w") as file:
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
                stream.check()
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
        _read_back(water, part)


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
    bands = {band: np.nan_to_num(values, nan=float(_EMPTY))
             for band, values in ((1, water.peak_m), (2, water.arrival_s))}
    with _whole(path) as part:
        with hushed(), rasterio.open(part, "w", **profile) as raster:
            raster.update_tags(TIFFTAG_SOFTWARE=_SOURCE)
            for band, name in ((1, "greatest water depth [m]"), (2, "first time at 0.05 m [s]")):
                raster.write(bands[band], band)
                raster.set_band_description(band, name)
        check_written(part, bands.items())
