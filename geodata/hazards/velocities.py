"""How fast the water of a file flows: speed rasters beside depth rasters, speed or components in NetCDF.

Velocities close streets: by total head, depth + speed² / 2 g. Nothing else is computed with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata import cf_file as cf
from geodata.hazards.depth_files import DepthFiles, named
from geodata.hazards.guard import Guard, Said
from geodata.raster_files import RasterFile
from geodata.units import speed_unit_of
from twin.errors import InputError
from twin.quantities import Float32Array, FloatArray

if TYPE_CHECKING:
    import xarray

    from geodata.city.model import CityFile
    from geodata.hazards.declared.flood import NetCDF

#: Standard names of a speed, and of components: along x or east, along y or north. Source: CF standard name table 86.
_SPEEDS = ("sea_water_speed", "water_speed")
_ALONG = (("sea_water_x_velocity", "sea_water_y_velocity"),
          ("eastward_sea_water_velocity", "northward_sea_water_velocity"),
          ("barotropic_sea_water_x_velocity", "barotropic_sea_water_y_velocity"))
#: Usual names, in lower case.
_SPEED_NAMES = ("speed", "vel", "velocity", "velmag", "flow_speed")
_PAIR_NAMES = (("u", "v"), ("vx", "vy"), ("ux", "uy"))
FOUND = "found"
_AND = "' and '"


def raster_speeds(frames: Sequence[Sequence[RasterFile]], depths: DepthFiles, city_file: CityFile, field: str,
                  unit: str | None) -> tuple[Callable[[int], Float32Array], str]:
    """Give what reads the speed of a frame, and what must be said of it.

    Parameters
    ----------
    frames
        Speed rasters of each frame, in the order of the depths.
    depths
        The depths: the speeds stand on their grid.
    field
        Key of the scenario, for messages.
    unit
        As the scenario says it.

    Raises
    ------
    InputError
        Another number of frames, another grid, a unit that is none of speed.
    """
    name = named([file.path for group in frames for file in group])
    if len(frames) != len(depths.frames):
        raise InputError(field=f"{field}.velocity", found=f"{len(frames)} frames of velocities for "
                         f"{len(depths.frames)} of depths", expected="one for each, in the same order")
    said = Said(file=name, field=f"{field}.velocity", unit=unit, quantity="speed", nodata="unknown")
    read = DepthFiles.of(frames, city_file, said, band=None, crs=depths.crs, fill_holes=False, like=depths.layout)
    return read.read, f"Velocities are those of {name}, in {read.guard.unit}."


def netcdf_flow(data: xarray.Dataset, spec: NetCDF, depth: xarray.DataArray, raw: Callable[[str, int], FloatArray],
                file: str, field: str) -> tuple[Callable[[int], Float32Array] | None, list[str]]:
    """Give what reads the speed of a frame, None where the scenario asks for none, and what must be said of it.

    Parameters
    ----------
    raw
        Reads a variable in one frame, in its own unit.

    Raises
    ------
    InputError
        See ``netcdf_speeds``.
    """
    if spec.velocity is None:
        held = velocities_in(data)
        return None, [f"{file}: '{_AND.join(held[0])}' looks like a velocity and is not used. Say `velocity: "
                      "found` for streets to close by total head."] if held else []
    names, guard = netcdf_speeds(data, spec.velocity, spec.velocity_unit, depth, file, field)
    return (lambda frame: speed_of([guard.metres(raw(name, frame)) for name in names]),
            [f"Velocities are those of {file}, '{_AND.join(names)}', in {guard.unit}."])


def netcdf_speeds(data: xarray.Dataset, asked: tuple[str, str] | str, unit: str | None, depth: xarray.DataArray,
                  file: str, field: str) -> tuple[tuple[str, ...], Guard]:
    """Give the variables of the velocity, one or two, and the guard that their values pass.

    Parameters
    ----------
    data, depth
        The file, and its depth: velocities have its dimensions.
    asked
        As the scenario says it: a name, two names, or ``found``.
    unit
        As the scenario says it.

    Raises
    ------
    InputError
        No such variable, none or several that could be meant, other dimensions, a unit that is none of speed.
    """
    where: dict[str, Any] = {"file": file, "field": f"{field}.velocity"}
    names = _found(data, where) if asked == FOUND else (asked,) if isinstance(asked, str) else asked
    for name in names:
        if name not in data:
            raise InputError(**where, found=f"'{name}'", expected=f"one of {', '.join(map(str, data.data_vars))}")
        if sorted(data[name].dims) != sorted(depth.dims) or data[name].shape != data[name].transpose(*depth.dims).shape:
            raise InputError(**where, found=f"'{name}' over {', '.join(map(str, data[name].dims))}",
                             expected=f"the dimensions of '{depth.name}': {', '.join(map(str, depth.dims))}",
                             remedy="Velocities on the sides of cells are to be brought to their middle first.")
    units = {speed_unit_of(unit, cf.word(data[name].attrs, "units"), file=file, field=field) for name in names}
    if len(units) > 1:
        raise InputError(**where, found=f"components in {' and '.join(sorted(units))}", expected="one unit for both")
    said = Said(file=file, field=f"{field}.velocity", unit=unit, quantity="speed" if len(names) == 1 else "component")
    return names, Guard(said=said, unit=units.pop())


def _found(data: xarray.Dataset, where: dict[str, Any]) -> tuple[str, ...]:
    candidates = velocities_in(data)
    if len(candidates) == 1:
        return candidates[0]
    listed = "; ".join(" and ".join(names) for names in candidates)
    raise InputError(**where, found=f"{len(candidates)} velocities ({listed})" if candidates else "no velocity",
                     expected="one, by its standard name or a usual one", remedy="Name it: `velocity: speed`, or "
                     "`velocity: [u, v]`.")


def velocities_in(data: xarray.Dataset) -> list[tuple[str, ...]]:
    """Give the variables that are speeds, and the pairs that are components, by standard name, else by usual name."""
    standard: dict[str, str] = {}
    usual: dict[str, str] = {}
    for name in map(str, data.data_vars):
        if data[name].ndim >= 2:
            standard.setdefault(cf.word(data[name].attrs, "standard_name"), name)
            usual.setdefault(name.lower(), name)
    found: list[tuple[str, ...]] = [(standard[name],) for name in _SPEEDS if name in standard]
    found += [(standard[x], standard[y]) for x, y in _ALONG if x in standard and y in standard]
    if not found:
        found = [(usual[name],) for name in _SPEED_NAMES if name in usual]
        found += [(usual[x], usual[y]) for x, y in _PAIR_NAMES if x in usual and y in usual]
    return found


def speed_of(parts: Sequence[Float32Array]) -> Float32Array:
    """Give the speed from itself, or from two components."""
    return parts[0] if len(parts) == 1 else np.hypot(parts[0], parts[1]).astype(np.float32)


def grouped(paths: Sequence[Path], expanded: Callable[[Path], Sequence[RasterFile]], like: Sequence[int]
            ) -> list[list[RasterFile]]:
    """Give speed rasters frame by frame, as many files in each as the depths have."""
    at, found = 0, []
    for count in like:
        found.append([file for path in paths[at:at + count] for file in expanded(path)])
        at += count
    if at < len(paths):
        found.append([file for path in paths[at:] for file in expanded(path)])
    return [group for group in found if group]
