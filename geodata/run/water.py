"""The picture of the water as a raster: ``water.tif`` of a run folder."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine

from geodata.causes import cause_of
from geodata.hushed import hushed
from geodata.raster_check import check_written
from twin.errors import InputError
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import WATER_STEPS_M, Envelope, Grid

#: Names of the bands, in order.
BANDS = ("peak_depth_m", *(f"{which}_wet_step_{step:.2f}_m" for step in WATER_STEPS_M for which in ("first", "last")))


def write_water(envelope: Envelope, grid: Grid, path: Path) -> None:
    """Write the peak depth and, for each of ``WATER_STEPS_M``, the first and last wet frame.

    Parameters
    ----------
    envelope
        The picture.
    grid
        Its frame.
    path
        Where.

    Raises
    ------
    OSError
        The disk does not give back what was written.
    """
    profile = {"driver": "GTiff", "dtype": "float32", "count": len(BANDS), "width": grid.columns, "height": grid.rows,
               "crs": CRS.from_user_input(grid.crs), "transform": Affine(*grid.transform), "nodata": float("nan"),
               "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate", "zlevel": 1,
               "interleave": "band", "num_threads": 2}
    with hushed(), rasterio.open(path, "w", **profile) as raster:
        for band, values in _bands(envelope):
            raster.write(values, band)
        for band, name in enumerate(BANDS, start=1):
            raster.set_band_description(band, name)
        raster.update_tags(wet_steps_m=", ".join(f"{step:.2f}" for step in WATER_STEPS_M))
    check_written(path, _bands(envelope))


def _bands(envelope: Envelope) -> Iterator[tuple[int, Float32Array]]:
    """Give number and values of each band, (rows, columns), one at a time in memory."""
    yield 1, np.asarray(envelope.peak_m, dtype=np.float32)
    for i in range(len(WATER_STEPS_M)):
        for j, frames in enumerate((envelope.first[i], envelope.last[i])):
            values = frames.astype(np.float32)
            values[frames < 0] = np.nan
            yield 2 + 2 * i + j, values


def describe_water(grid: Grid, times_s: Int64Array) -> dict[str, Any]:
    """Give what ``run.json`` says of the raster: bands, steps, frame, and the times of the frames that it counts."""
    return {"bands": list(BANDS), "wet_steps_m": list(WATER_STEPS_M), "times_s": [int(t) for t in times_s],
            "grid": {"rows": grid.rows, "columns": grid.columns, "transform": list(grid.transform), "crs": grid.crs}}


def read_water(path: Path, facts: Mapping[str, Any]) -> tuple[Envelope, Grid]:
    """Give the picture of the water and its frame.

    Raises
    ------
    InputError
        A raster that is damaged or has other bands.
    """
    frame = facts["grid"]
    grid = Grid(rows=int(frame["rows"]), columns=int(frame["columns"]), crs=str(frame["crs"]),
                transform=tuple(float(v) for v in frame["transform"]))  # type: ignore[arg-type]
    try:
        with warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning), \
                rasterio.open(path, driver="GTiff") as raster:
            found = tuple(raster.descriptions)
            bands = raster.read() if found == BANDS else None
    except RasterioError as error:
        raise InputError(file=str(path), found=f"a damaged raster ({cause_of(error)})", expected="the water of a run",
                         remedy="Copy the folder again, or run the scenario again.") from error
    if bands is None or bands.shape[1:] != (grid.rows, grid.columns):
        raise InputError(file=str(path), found=f"bands {', '.join(str(name) for name in found)}",
                         expected=f"bands {', '.join(BANDS)} of {grid.rows} x {grid.columns} cells",
                         remedy="Copy the folder again, or run the scenario again.")
    numbers = np.nan_to_num(bands[1:], nan=-1.0)
    if np.any((numbers < -1) | (numbers >= max(len(facts["times_s"]), 1))) or np.any(bands[0] < 0):
        raise InputError(file=str(path), found="depths or frames that no water has", expected="the water of a run",
                         remedy="Copy the folder again, or run the scenario again.")
    frames = numbers.astype(np.int16)
    return Envelope(peak_m=bands[0], first=frames[0::2], last=frames[1::2]), grid
