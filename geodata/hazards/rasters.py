"""Depth rasters: a series of them, or one that is held for a period.

A raster is sampled as it is, in its own CRS; only the part over the city is read. What a missing value means is said
by the scenario (``nodata: dry`` or ``unknown``) where the format cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely
from pyproj import Transformer
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError

from geodata.hazards.frames import FrameHazard
from geodata.hazards.specs import Raster, Rasters
from geodata.inputs.time_names import natural, times_from_names, times_from_pattern
from geodata.inputs.times import moment_s
from geodata.terrain import UNITS_M, check_degrees, crs_text, opened, parse_crs, same_crs
from twin.errors import InputError
from twin.kernels.water.frames import clean
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

#: The map shows water around the city too [m].
MARGIN_M = 300.0
#: Deeper than this over half of the wet cells, a raster holds levels or other units, not depths in metres [m].
_SUSPECT_M = 50.0
#: So few whole numbers in a raster of integers are classes.
_CLASSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a raster lies, and which part of it is read."""

    #: Size and transform of the whole file.
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
    return Transformer.from_crs(city_file.city.crs, crs, always_xy=True).transform_bounds(*wide)


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


def layout_of(path: Path, city_file: CityFile, crs: str | None, band: int, field: str) -> Layout:
    """Read how a raster lies.

    Raises
    ------
    InputError
        A file that cannot be read, without CRS or band, or with metres posing as degrees.
    """
    with opened(path) as dataset:
        if crs is None and dataset.crs is None:
            raise InputError(file=path.name, field=field, found="no CRS",
                             expected="a CRS in the file, or `crs` beside it",
                             remedy="ASC and .wd files never have one.")
        own = parse_crs(crs, file=path.name, field=f"{field}.crs") if crs is not None else crs_text(dataset.crs)
        check_degrees(own, tuple(dataset.bounds), file=path.name)
        if band > dataset.count:
            raise InputError(file=path.name, field=f"{field}.band", found=f"band {band}",
                             expected=f"1 to {dataset.count}")
        transform = tuple(dataset.transform)[:6]
        return Layout(width=dataset.width, height=dataset.height, transform=transform, crs=own,
                      window=part_over(city_file, own, transform, dataset.width, dataset.height))


def read_depth(path: Path, layout: Layout, *, band: int, unit: str, nodata: str, field: str, crs: str | None = None,
               check: bool = False) -> Float32Array:
    """Read the part of a depth raster over the city, (rows, columns) [m]; NaN unknown.

    ``crs`` is what the scenario says of it, over what the file says.

    Raises
    ------
    InputError
        A file that cannot be read, on another grid or in another CRS than ``layout``, or (with ``check``) whose values
        are classes or levels.
    """
    with opened(path) as dataset:
        own = tuple(dataset.transform)[:6]
        cell = max(abs(layout.transform[0]), abs(layout.transform[4]))
        stands = layout.crs if crs is not None or dataset.crs is None else _text_of(dataset.crs.to_wkt())
        if not same_crs(stands, layout.crs):
            raise InputError(file=path.name, field=field, found=f"a raster in {stands}",
                             expected=f"{layout.crs}, as in the first file",
                             remedy="All rasters of a series stand in one CRS; `crs` overrides a wrong one.")
        if (dataset.width, dataset.height) != (layout.width, layout.height) or \
                not np.allclose(own, layout.transform, rtol=0, atol=1e-3 * cell):
            raise InputError(file=path.name, field=field,
                             found=f"{dataset.width} x {dataset.height} cells of {own[0]:g} from {own[2]:.8g} "
                             f"{own[5]:.8g}", expected=f"{layout.width} x {layout.height} cells of "
                             f"{layout.transform[0]:g} from {layout.transform[2]:.8g} {layout.transform[5]:.8g}, as in "
                             "the first file", remedy="All rasters of a series stand on one grid.")
        col, row, columns, rows = layout.window
        try:
            values = dataset.read(band, window=rasterio.windows.Window(col, row, columns, rows))
            # The last cell tells whether the file is whole, even where the city lies in its first half.
            dataset.read(band, window=rasterio.windows.Window(layout.width - 1, layout.height - 1, 1, 1))
        except RasterioError:
            raise InputError(file=path.name, field=field, found="a file that breaks off", expected="a whole raster",
                             remedy="Copy it again: it is truncated.") from None
        declared, packing = dataset.nodata, (dataset.scales[band - 1], dataset.offsets[band - 1])
        hidden = None
        if MaskFlags.per_dataset in dataset.mask_flag_enums[band - 1]:
            hidden = dataset.read_masks(band, window=rasterio.windows.Window(col, row, columns, rows)) == 0
        is_byte = values.dtype == np.uint8
        if check and values.dtype.kind in "iu" and unit == "m" and packing == (1.0, 0.0):
            _refuse_classes(values, declared, path.name, field)
    depth_m = np.ascontiguousarray(values, np.float32)
    if is_byte:
        depth_m[values == 255] = np.nan
    if hidden is not None:
        depth_m[hidden] = np.nan
    if packing != (1.0, 0.0):
        # The file stores whole numbers and says how to unpack them; its no-data is of the stored kind.
        depth_m[values == declared] = np.nan
        depth_m *= packing[0]
        depth_m += packing[1]
        declared = None if declared != 0 else 0.0
    clean(depth_m.reshape(-1), float(np.float32(np.nan if declared is None else declared)), UNITS_M[unit],
          missing_value(nodata, declared))
    if check:
        refuse_levels(depth_m, path.name, field)
    return depth_m


@lru_cache(maxsize=64)
def _text_of(wkt: str) -> str:
    return crs_text(wkt)


def missing_value(nodata: str, declared: float | None) -> float:
    """Give what a missing value becomes: a file that declares 0 as missing says that dry cells are missing."""
    if nodata == "dry" or (nodata == "auto" and declared == 0):
        return 0.0
    return float("nan")


def _refuse_classes(values: Any, declared: float | None, file: str, field: str) -> None:
    known = values[(values != declared) & (values != 255) & (values > -9999)] if declared is not None else \
        values[(values != 255) & (values > -9999)]
    found = np.unique(known[known > 0])
    if len(found) and len(found) <= _CLASSES and found[-1] <= 2 * _CLASSES:
        raise InputError(file=file, field=field,
                         found=f"whole numbers {', '.join(str(v) for v in found[:6])} in a raster of {values.dtype}",
                         expected="depths in metres",
                         remedy="These look like classes of depth. Turn them into polygons and say `extents`, or name "
                         "the unit (`unit: cm`) if they are depths.")


def refuse_levels(depth_m: Float32Array, file: str, field: str) -> None:
    """Refuse altitudes or centimetres that pose as depths in metres.

    Raises
    ------
    InputError
        Half of the wet cells are deeper than any flood.
    """
    wet = depth_m[depth_m > 0]
    if len(wet) and (typical := float(np.median(wet))) > _SUSPECT_M:
        raise InputError(file=file, field=field, found=f"a typical depth of {typical:.0f} m",
                         expected="depths of water above ground in metres",
                         remedy="These look like altitudes of the water, or centimetres: subtract the terrain, or say "
                         "`unit: cm`.")


def listed(files: str | tuple[str, ...], folder: Path, field: str) -> list[Path]:
    """Give the files of a series: a pattern's in natural order, or those named in their order.

    Raises
    ------
    InputError
        A pattern without a match, a file that does not exist.
    """
    if isinstance(files, str):
        root, pattern = (Path("/"), files.lstrip("/")) if Path(files).is_absolute() else (folder, files)
        try:
            found = sorted(root.glob(pattern), key=lambda p: natural(p.name))
        except ValueError:  # a pattern that older Pythons cannot read matches nothing in newer ones
            found = []
        found = [p for p in found if p.suffix.lower() not in (".xml", ".prj", ".tfw", ".ovr")]
        if not found:
            raise InputError(field=field, found=f"no file like '{files}'",
                             expected="depth rasters; a pattern, depth_*.tif for example",
                             remedy="The pattern is relative to the scenario.")
        return found
    paths = [folder / name for name in files]
    missing = [p.name for p in paths if not p.exists()]
    if missing:
        raise InputError(field=field, ids=missing, found=f"{len(missing)} files that do not exist",
                         expected="files relative to the scenario")
    return paths


def open_rasters(spec: Rasters, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, after: str,
                 nodata: str, depth_error_m: float | None) -> FrameHazard:
    """Give the water of a series of depth rasters."""
    field = "flood.rasters"
    files = listed(spec.files, folder, f"{field}.files")
    times_s = np.array(_times(spec, files, start, field), np.int64)
    wrong = np.flatnonzero(np.diff(times_s) <= 0)
    if len(wrong):
        one, two = files[wrong[0]].name, files[wrong[0] + 1].name
        raise InputError(field=field, ids=(one, two), found=f"times {times_s[wrong[0]]} s and "
                         f"{times_s[wrong[0] + 1]} s after the start", expected="times that increase from file to file")
    keep = needed(times_s, duration_s)
    files, times_s = files[keep], times_s[keep]
    layout = layout_of(files[0], city_file, spec.crs, spec.band, field)

    def read(frame: int) -> Float32Array:
        return read_depth(files[frame], layout, band=spec.band, unit=spec.unit, nodata=nodata, field=field,
                          crs=spec.crs, check=frame == len(files) // 2)

    return FrameHazard(grid=layout.grid, times_s=times_s, after=after, notes=depth_notes(nodata, depth_error_m),
                       depth_error_m=depth_error_m or 0.0, read=read)


def depth_notes(nodata: str, depth_error_m: float | None) -> tuple[str, ...]:
    """Say what missing values were taken for, and that an error of the depths that nobody states counts as none."""
    if depth_error_m is not None:
        return nodata_notes(nodata)
    return (*nodata_notes(nodata), "The error of the depths is not stated (depth_error_m): doubt rests on the heights "
            "of the assets alone.")


def nodata_notes(nodata: str) -> tuple[str, ...]:
    """Say what missing values were taken for."""
    said = {"dry": "dry, as the scenario says", "unknown": "unknown, as the scenario says",
            "auto": "unknown (the scenario does not say; dry where a file declares 0 missing): unknown runs as dry"}
    return (f"Missing values of the depth files are taken as {said[nodata]}.",)


def needed(times_s: Int64Array, duration_s: int) -> slice:
    """Give the frames that a run needs: from the one at or before its start to the one at or after its end."""
    first = max(0, int(np.searchsorted(times_s, 0, side="right")) - 1)
    last = min(len(times_s), int(np.searchsorted(times_s, duration_s)) + 1)
    return slice(min(first, len(times_s) - 1), max(last, first + 1))


def _times(spec: Rasters, files: list[Path], start: datetime, field: str) -> list[int]:
    if spec.times is not None:
        if len(spec.times) != len(files):
            raise InputError(field=f"{field}.times", found=f"{len(spec.times)} times for {len(files)} files",
                             expected="one time per file")
        return [moment_s(text, start, field=f"{field}.times") for text in spec.times]
    if spec.step is not None:
        first = 0 if spec.first is None else moment_s(spec.first, start, field=f"{field}.first")
        return [first + round(i * spec.step) for i in range(len(files))]
    if spec.pattern is not None:
        return times_from_pattern(files, spec.pattern, start, spec.first)
    return times_from_names(files, start)


def open_raster(spec: Raster, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, nodata: str,
                depth_error_m: float | None) -> FrameHazard:
    """Give the water of one depth raster, held for a period."""
    field, path = "flood.raster", folder / spec.file
    layout = layout_of(path, city_file, spec.crs, spec.band, field)
    depth_m = read_depth(path, layout, band=spec.band, unit=spec.unit, nodata=nodata, field=field,
                         crs=spec.crs, check=True)
    return held(depth_m, layout.grid, from_=spec.from_, to=spec.to, start=start, duration_s=duration_s, field=field,
                notes=depth_notes(nodata, depth_error_m), depth_error_m=depth_error_m or 0.0)


def held(depth_m: Float32Array, grid: Grid, *, from_: str | None, to: str | None, start: datetime, duration_s: int,
         field: str, notes: tuple[str, ...], depth_error_m: float) -> FrameHazard:
    """Give water that stands from one moment up to another: there at the first second, gone at the last.

    Raises
    ------
    InputError
        No part of the run lies between them.
    """
    begins = 0 if from_ is None else moment_s(from_, start, field=f"{field}.from")
    ends = None if to is None else moment_s(to, start, field=f"{field}.to")
    if ends is not None and ends <= begins:
        raise InputError(field=f"{field}.to", found=f"an end {ends} s after the start, not after the beginning at "
                         f"{begins} s", expected="a moment after `from`")
    if begins >= duration_s:
        raise InputError(field=f"{field}.from", found=f"'{from_}', {begins / 60:g} min after the start",
                         expected=f"a moment before the end of the run, {duration_s / 60:g} min after the start",
                         remedy="A time of day is the first one after the start: check it, or the duration.")
    if ends is not None and ends <= 0:
        raise InputError(field=f"{field}.to", found=f"'{to}', before the start", expected="a moment of the run")
    frames = [(begins - 1, False)] if from_ is not None else []
    frames += [(begins, True)]
    if ends is None:
        frames += [(max(duration_s, begins + 1), True)]
    else:
        frames += [(ends - 1, True)] if ends - 1 > begins else []
        frames += [(ends, False)] + ([(duration_s, False)] if duration_s > ends else [])
    dry_m = np.where(np.isnan(depth_m), depth_m, np.float32(0.0))
    return FrameHazard(
        grid=grid, times_s=np.array([t for t, _ in frames], np.int64), after="hold", notes=notes,
        depth_error_m=depth_error_m, read=lambda frame: depth_m if frames[frame][1] else dry_m)
