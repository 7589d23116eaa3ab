"""Reading back what was written: GDAL writes a GeoTIFF as it closes it, and says nothing where that fails."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from twin.quantities import Float32Array


def check_written(path: Path, bands: Iterable[tuple[int, Float32Array]]) -> None:
    """Make sure that a raster holds what was written into it, band by band.

    Parameters
    ----------
    path
        The raster, closed.
    bands
        Number of each band and what it must hold, (rows, columns).

    Raises
    ------
    OSError
        It does not: the disk is full, or fails.
    """
    try:
        with rasterio.open(path) as raster:
            is_whole = all(np.array_equal(raster.read(band), values, equal_nan=True) for band, values in bands)
    except RasterioError:
        is_whole = False
    if not is_whole:
        # What the system said as GDAL closed the file is lost: a full disk is what it nearly always is.
        raise OSError(errno.ENOSPC, "the file does not hold what was written into it", str(path))
