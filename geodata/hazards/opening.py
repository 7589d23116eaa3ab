"""From what a scenario says of its flood to a hazard: the one door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.crs import way_between
from geodata.hazards.declared.flood import FloodSpec
from geodata.inputs.times import by_the_clock
from geodata.terrain import same_crs
from twin.errors import InputError
from twin.water.depths import check_times
from twin.water.hazard import Grid, Hazard

if TYPE_CHECKING:
    from geodata.city.model import CityFile


def open_hazard(spec: FloodSpec, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int,
                cache: Path | None = None, progress: Callable[[float, float], None] | None = None) -> Hazard:
    """Give the water of a scenario.

    Parameters
    ----------
    spec
        What the scenario says under ``flood:``.
    city_file
        The city: its terrain, river and gauges, and where its assets stand.
    folder
        What files are relative to.
    start, duration_s
        Start of the plan with offset, and its length [s].
    cache
        Folder for water that takes long to compute; None: nothing is kept.
    progress
        Told the time reached and the end [s] while water is computed.

    Raises
    ------
    InputError
        Water that cannot be read, that ends before the run, or that does not meet the city.
    """
    hazard: Any = _opened(spec, city_file, folder, by_the_clock(start, city_file.city.timezone), duration_s, cache,
                          progress)
    check_times(np.asarray(hazard.times_s), hazard.after, duration_s)
    check_meets(hazard.grid, city_file, field=f"flood.{spec.source}")
    if spec.source in ("raster", "extents") and "after" in spec.model_fields_set:
        hazard.notes = (*hazard.notes, f"`after: {spec.after}` changes nothing: `from` and `to` of {spec.source} say "
                        "how long its water stands.")
    return hazard  # type: ignore[no-any-return]


def _opened(spec: FloodSpec, city_file: CityFile, folder: Path, start: datetime, duration_s: int, cache: Path | None,
            progress: Callable[[float, float], None] | None) -> Hazard:
    if spec.source in ("rain", "inflow"):
        from geodata.hazards.flow.store import open_flow

        return open_flow(spec, city_file=city_file, folder=folder, start=start, duration_s=duration_s, cache=cache,
                         progress=progress)
    if spec.frames is not None:
        from geodata.hazards.flow.store import open_frames

        return open_frames(spec, folder=folder, start=start)
    if spec.river_stage is not None or spec.hand is not None:
        from geodata.hazards.river_stage import open_stage

        levels = spec.river_stage or spec.hand
        assert levels is not None
        return open_stage(levels, city_file=city_file, folder=folder, start=start, duration_s=duration_s,
                          after=spec.after, depth_error_m=spec.depth_error_m)
    if spec.fill_spill is not None:
        from geodata.hazards.fill_spill import open_fill_spill

        return open_fill_spill(spec.fill_spill, city_file=city_file, start=start, duration_s=duration_s,
                               depth_error_m=spec.depth_error_m)
    common: dict[str, Any] = {"city_file": city_file, "folder": folder, "start": start, "duration_s": duration_s,
              "nodata": spec.nodata, "depth_error_m": spec.depth_error_m}
    if spec.extents is not None:
        from geodata.hazards.extents import open_extents

        return open_extents(spec.extents, **common)
    common["holes"] = spec.holes
    if spec.rasters is not None:
        from geodata.hazards.rasters import open_rasters

        return open_rasters(spec.rasters, after=spec.after, **common)
    if spec.netcdf is not None:
        from geodata.hazards.netcdf import open_netcdf

        return open_netcdf(spec.netcdf, after=spec.after, **common)
    if spec.catalogue is not None:
        from geodata.hazards.catalogue import open_catalogue

        return open_catalogue(spec.catalogue, after=spec.after, **common)
    from geodata.hazards.rasters import open_raster

    assert spec.raster is not None
    return open_raster(spec.raster, **common)


def check_meets(grid: Grid, city_file: CityFile, *, field: str) -> None:
    """Refuse water that covers none of the city's assets.

    Raises
    ------
    InputError
        Both extents and both CRSs are said.
    """
    assets, crs = city_file.city.assets, city_file.city.crs
    known = ~(np.isnan(assets.x_m) | np.isnan(assets.y_m))
    if not np.any(known):
        return
    x, y = assets.x_m[known], assets.y_m[known]
    if not same_crs(crs, grid.crs):
        x, y = way_between(crs, grid.crs).transform(x, y)
    a, b, c, d, e, f = grid.transform
    corners = np.array([(c + a * col + b * row, f + d * col + e * row)
                        for col in (0, grid.columns) for row in (0, grid.rows)])
    west, south = corners.min(axis=0).tolist()
    east, north = corners.max(axis=0).tolist()
    if np.any((x >= west) & (x <= east) & (y >= south) & (y <= north)):
        return
    raise InputError(
        field=field, found=f"water from {west:.7g} {south:.7g} to {east:.7g} {north:.7g} in {grid.crs}, and a city "
        f"from {assets.x_m[known].min():.7g} {assets.y_m[known].min():.7g} to {assets.x_m[known].max():.7g} "
        f"{assets.y_m[known].max():.7g} in {crs}", expected="water that meets the city",
        remedy="Check the CRS of the file; `crs` beside it overrides a wrong one.")
