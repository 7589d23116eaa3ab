"""Depth rasters: a series of them, or one that is held for a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.hazards.declared.flood import Raster, Rasters
from geodata.hazards.depth_files import DepthFiles, named
from geodata.hazards.frames import FrameHazard
from geodata.hazards.guard import Said
from geodata.hazards.velocities import grouped, raster_speeds
from geodata.inputs.time_names import holes_in, times_from_names, times_from_pattern
from geodata.inputs.times import moment_s
from geodata.raster_files import RasterFile, expanded, files_of, matching
from twin.errors import InputError
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import Doubt, Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile


def listed(files: str | tuple[str, ...], folder: Path, field: str) -> list[Path]:
    """Give the files of a series: a pattern's in natural order, or those named in their order.

    Raises
    ------
    InputError
        A pattern without a match, a file that does not exist.
    """
    if isinstance(files, str):
        found = matching(files, folder)
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
                 nodata: str, depth_error_m: float | None, holes: str) -> FrameHazard:
    """Give the water of a series of depth rasters.

    Files of one time are tiles of one frame, where they lie beside each other.
    """
    field = "flood.rasters"
    paths = listed(spec.files, folder, f"{field}.files")
    times = _times(spec, paths, start, field)
    frames, times_s = _by_time(paths, times, field)
    keep = needed(times_s, duration_s)
    gaps = _gaps(times_s[keep], named(paths))
    kept, times_s = frames[keep], times_s[keep]
    files = [[file for path in group for file in expanded(path, field=field)] for group in kept]
    said = Said(file=named([path for group in kept for path in group]), field=field, unit=spec.unit,
                quantity=spec.quantity, nodata=nodata)
    depths = DepthFiles.of(files, city_file, said, band=spec.band, crs=spec.crs, fill_holes=holes == "beside")
    notes = (*depths.notes, f"{len(times_s)} frames from {_hours(times_s[0])} to {_hours(times_s[-1])}.",
             *depth_notes(nodata, depth_error_m))
    read_speed = None
    if spec.velocity is not None:
        # A file for each file of depths, those outside the run included: the order tells which belongs to which.
        flows = grouped(listed(spec.velocity, folder, f"{field}.velocity"), lambda path: expanded(path, field=field),
                        [len(group) for group in frames])
        if len(flows) != len(frames):
            raise InputError(field=f"{field}.velocity", found=f"{len(flows)} frames of velocities for {len(frames)} "
                             "of depths", expected="one for each, in the same order")
        read_speed, note = raster_speeds(flows[keep], depths, city_file, field, spec.velocity_unit)
        notes = (*notes, note)
    return FrameHazard(grid=depths.grid, times_s=times_s, after=after, notes=notes,
                       depth_error_m=error_of(depths, depth_error_m), read=depths.read, doubts=gaps, judge=depths,
                       read_speed=read_speed)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:+.2f} h"


def error_of(depths: DepthFiles, stated: float | None) -> float:
    """Give the error of the depths [m]: as stated; the terrain's where it is subtracted; else none."""
    if stated is not None:
        return stated
    return depths.surface.depth_error_m if depths.surface is not None else 0.0


def _by_time(paths: list[Path], times: list[int], field: str) -> tuple[list[list[Path]], Int64Array]:
    """Group the files of one time; refuse times that run backwards."""
    groups: list[list[Path]] = []
    at: list[int] = []
    for path, time_s in zip(paths, times, strict=True):
        if at and time_s == at[-1]:
            groups[-1].append(path)
            continue
        if at and time_s < at[-1]:
            raise InputError(field=field, ids=(groups[-1][-1].name, path.name), found=f"times {at[-1]} s and {time_s} "
                             "s after the start", expected="times that increase from file to file")
        groups.append([path])
        at.append(time_s)
    sizes = {len(group) for group in groups}
    if len(sizes) > 1 or (sizes != {1} and _lie_alike(groups[0])):
        odd = next((group for group in groups if len(group) > 1), groups[0])
        raise InputError(field=field, ids=tuple(path.name for path in odd[:2]), found=f"times {at[groups.index(odd)]} "
                         f"s and {at[groups.index(odd)]} s after the "
                         "start", expected="times that increase from file to "
                         "file, or the same tiles for each time")
    return groups, np.array(at, np.int64)


def _lie_alike(paths: Sequence[Path]) -> bool:
    """Tell whether files lie over the same place: then they are no tiles of one raster."""
    from geodata.drivers import opened_raster

    corners = set()
    for path in paths:
        with opened_raster(path) as dataset:
            corners.add((round(dataset.transform.c, 6), round(dataset.transform.f, 6)))
    return len(corners) < len(paths)


def _gaps(times_s: Int64Array, name: str) -> tuple[Doubt, ...]:
    """Say where a series that is regular else has a hole in time: the depth is straight across it."""
    steps = np.diff(times_s)
    if len(steps) < 3:
        return ()
    usual = float(np.median(steps))
    wide = np.flatnonzero(steps > 1.5 * usual)
    if not len(wide) or 2 * np.count_nonzero(np.abs(steps - usual) <= 0.1 * usual) < len(steps):
        return ()
    first = int(wide[0])
    begin, end = _hours(times_s[first]), _hours(times_s[first + 1])
    more = len(wide) - 1
    return (Doubt(
        f"{name}: no frame between {begin} and {end} from the start{f' (and {more} more holes)' if more else ''}, "
        f"where others come every {usual / 60:g} min: the depth is straight across.",
        f"{name} : il manque des pas de temps entre {begin.replace('.', ',')} et {end.replace('.', ',')} après le "
        f"début{f' (et {more} autres trous)' if more else ''}, alors que les autres se suivent toutes les "
        f"{usual / 60:g} min : la hauteur y est interpolée."),)


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
        lacking = holes_in([path.name for path in files]) if isinstance(spec.files, str) else []
        if lacking:
            raise InputError(field=f"{field}.step", ids=lacking, found=f"{len(files)} files whose numbers leave out "
                             f"{', '.join(lacking[:5])}", expected="a file for each step",
                             remedy="Every later frame would come too early. Write the lost one again, or say "
                             "`pattern` or `times` in place of `step`.")
        first = 0 if spec.first is None else moment_s(spec.first, start, field=f"{field}.first")
        return [first + round(i * spec.step) for i in range(len(files))]
    if spec.pattern is not None:
        return times_from_pattern(files, spec.pattern, start, spec.first)
    return times_from_names(files, start)


def open_raster(spec: Raster, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, nodata: str,
                depth_error_m: float | None, holes: str) -> FrameHazard:
    """Give the water of one depth raster, or of the tiles of one, held for a period."""
    field = "flood.raster"
    files = files_of(spec.file, folder, field=field)
    said = Said(file=named([spec.file] if isinstance(spec.file, str) else spec.file), field=field, unit=spec.unit,
                quantity=spec.quantity, nodata=nodata)
    depths, depth_m, doubts = one_frame(files, city_file, said, band=spec.band, crs=spec.crs, holes=holes)
    notes = (*depths.notes, *depth_notes(nodata, depth_error_m))
    water = held(depth_m, depths.grid, from_=spec.from_, to=spec.to, start=start, duration_s=duration_s, field=field,
                 notes=notes, depth_error_m=error_of(depths, depth_error_m), doubts=doubts)
    if spec.velocity is not None:
        read, note = raster_speeds([files_of(spec.velocity, folder, field=f"{field}.velocity")], depths, city_file,
                                   field, spec.velocity_unit)
        # It flows as long as it stands: where it is dry no speed counts.
        water.read_speed, water.notes = lambda frame: read(0), (*notes, note)
    return water


def one_frame(files: Sequence[RasterFile], city_file: CityFile, said: Said, *, band: int | None, crs: str | None,
              holes: str, like: DepthFiles | None = None) -> tuple[DepthFiles, Float32Array, tuple[Doubt, ...]]:
    """Read a raster that does not change in time, and judge it at once.

    Raises
    ------
    InputError
        See :class:`geodata.hazards.depth_files.DepthFiles` and :class:`geodata.hazards.guard.Guard`.
    """
    depths = DepthFiles.of([files], city_file, said, band=band, crs=crs, fill_holes=holes == "beside",
                           like=None if like is None else like.layout)
    depth_m = depths.read(0)
    return depths, depth_m, depths.finish()


def held(depth_m: Float32Array, grid: Grid, *, from_: str | None, to: str | None, start: datetime, duration_s: int,
         field: str, notes: tuple[str, ...], depth_error_m: float, doubts: tuple[Doubt, ...] = ()) -> FrameHazard:
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
        grid=grid, times_s=np.array([t for t, _ in frames], np.int64), after="hold", notes=notes, doubts=doubts,
        depth_error_m=depth_error_m, read=lambda frame: depth_m if frames[frame][1] else dry_m)
