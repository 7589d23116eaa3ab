"""NetCDF by its conventions: opened without a look elsewhere, packing checked, coordinates, CRS and times found.

Shared by the readers of depths (geodata.hazards.netcdf) and of rain (geodata.hazards.flow.rain).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.causes import cause_of
from geodata.drivers import regular
from geodata.hdf5_heaps import endless_heap
from geodata.inputs.time_zones import zone_of
from geodata.inputs.times import moment_s
from geodata.terrain import crs_text, parse_crs
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array, seconds_between

if TYPE_CHECKING:
    import xarray

_X = ("x", "easting", "projection_x_coordinate", "corner_x", "xc", "x_coordinate")
_Y = ("y", "northing", "projection_y_coordinate", "corner_y", "yc", "y_coordinate")
_LON, _LAT = ("lon", "longitude", "long", "nav_lon"), ("lat", "latitude", "nav_lat")
_TIMES = ("time", "t", "timemax", "times")
#: Times beyond this are no times of a flood [s]: models count from years long ago, not from before calendars.
_LATEST_S = 1e11
#: Calendars in which a day of a flood is the day that people mean. CF 1.11, section 4.4.1.
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian", "none", "")
_SECONDS = {**dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
            **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
            **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
            **dict.fromkeys(("d", "day", "days"), 86400.0)}
#: Attributes that must be numbers: with text or lists in them nobody can unpack a value.
_PACKING = ("scale_factor", "add_offset", "_FillValue", "missing_value", "valid_min", "valid_max", "valid_range")
#: One chunk is unpacked whole [bytes]; more objects than this no result of a model has.
_MOST_CHUNK, _MOST_OBJECTS = 512 * 2**20, 10_000


def opened(path: Path, field: str, *, is_raw: bool = False) -> xarray.Dataset:
    """Open a NetCDF file, classic or HDF5; its times stay as they are.

    Parameters
    ----------
    is_raw
        True: values as they are stored, for :func:`unpacked`; False: unpacked by xarray.

    Raises
    ------
    InputError
        No such file, one that cannot be read, that holds its values in other files, or whose attributes nobody can
        unpack values with.
    """
    import xarray

    if not path.name or path.is_dir():
        raise InputError(field=field, found=f"'{path.name}', which is no file", expected="a NetCDF file")
    regular(path, file=path.name, field=field, expected="a NetCDF file", remedy="Paths are relative to the scenario.")
    is_hdf = _is_hdf(path)
    try:
        if is_hdf:
            _check_whole(path, field)
        data = xarray.open_dataset(path, engine="h5netcdf" if is_hdf else "scipy", decode_times=False, cache=False,
                                   mask_and_scale=False)
        for name in data.variables:
            _check_packing(data, str(name), path.name, field)
        return data if is_raw else xarray.decode_cf(data, decode_times=False)
    except InputError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, IndexError) as error:
        raise InputError(file=path.name, field=field, found=f"a file that cannot be read ({cause_of(error)})",
                         expected="a whole NetCDF file", remedy="Copy it again: it may be truncated.") from None


def _is_hdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x89HDF"


def _check_whole(path: Path, field: str) -> None:
    """Refuse an HDF5 file that nobody can read to its end, or that holds values in other files.

    Those are external links, raw files and virtual data sets.
    """
    import h5py

    at = endless_heap(path)
    if at is not None:
        raise InputError(file=path.name, field=field, found=f"a damaged list of dimensions or texts (byte {at:,})",
                         expected="a whole NetCDF file", remedy="Copy it again, or have it written again.")
    seen = 0
    with h5py.File(path, "r") as file:
        groups = [file]
        while groups:
            group = groups.pop()
            for name in group:
                seen += 1
                link = group.get(name, getlink=True)
                elsewhere = isinstance(link, h5py.ExternalLink)
                item = None if elsewhere or isinstance(link, h5py.SoftLink) else group[name]
                if isinstance(item, h5py.Group):
                    groups.append(item)
                if isinstance(item, h5py.Dataset):
                    elsewhere = bool(item.external) or bool(item.is_virtual)
                    size = item.dtype.itemsize * int(np.prod(item.chunks or (1,), dtype=np.float64))
                    if size > _MOST_CHUNK:
                        raise InputError(file=path.name, field=field, found=f"chunks of {size / 2**30:.1f} GB in "
                                         f"'{name}'", expected="chunks of 512 MB at most",
                                         remedy="Write it in smaller chunks (nccopy -c).")
                if elsewhere:
                    raise InputError(file=path.name, field=field, found=f"'{name}', whose values stand in another file",
                                     expected="a file that holds its own values",
                                     remedy="Copy them into one file first (nccopy).")
                if seen > _MOST_OBJECTS:
                    raise InputError(file=path.name, field=field, found=f"more than {_MOST_OBJECTS:,} objects",
                                     expected="the result of a model")


def _check_packing(data: xarray.Dataset, name: str, file: str, field: str) -> None:
    if data[name].dtype.kind in "SUO":
        return
    for key in _PACKING:
        if key not in data[name].attrs:
            continue
        value = np.asarray(data[name].attrs[key])
        is_list = key == "valid_range" and value.size == 2
        if value.dtype.kind not in "iuf" or not (is_list or value.size == 1):
            raise InputError(file=file, field=field, found=f"'{name}' with {key} {str(data[name].attrs[key])[:40]!r}",
                             expected="a number", remedy="Write the attribute as a number, of the variable's type.")
        if key == "scale_factor" and not (np.isfinite(value).all() and value.ravel()[0] != 0):
            raise InputError(file=file, field=field, found=f"'{name}' with a scale_factor of "
                                                           f"{float(value.ravel()[0]):g}",
                             expected="a scale that can be undone",
                             remedy="With it every value is the same: write the file again.")


def packing_of(values: xarray.DataArray) -> tuple[float, float]:
    """Give scale and offset of a raw variable."""
    return tuple(float(np.asarray(values.attrs.get(key, other)).ravel()[0])  # type: ignore[return-value]
                 for key, other in (("scale_factor", 1.0), ("add_offset", 0.0)))


def masked(stored: Any, attributes: Any) -> FloatArray:
    """Give stored values with NaN where the variable's attributes say that they are missing or out of range.

    CF: ``_FillValue``, ``missing_value`` and the valid range are of the stored kind.
    """
    values = np.asarray(stored)
    unsigned = str(attributes.get("_Unsigned", "")).lower()
    if unsigned == "true" and values.dtype.kind == "i":
        values = values.view(f"u{values.dtype.itemsize}")
    with np.errstate(invalid="ignore"):
        found = values.astype(np.float64)
    for key in ("_FillValue", "missing_value"):
        if key in attributes:
            missing = np.asarray(attributes[key]).ravel()[:1]
            if unsigned == "true" and missing.dtype.kind == "i":
                missing = missing.view(f"u{missing.dtype.itemsize}")
            found[values == missing[0]] = np.nan
    low, high = attributes.get("valid_min"), attributes.get("valid_max")
    if "valid_range" in attributes:
        low, high = np.asarray(attributes["valid_range"]).ravel()[:2]
    with np.errstate(invalid="ignore"):
        if low is not None:
            found[found < float(np.asarray(low).ravel()[0])] = np.nan
        if high is not None:
            found[found > float(np.asarray(high).ravel()[0])] = np.nan
    return found


def unpacked(values: xarray.DataArray) -> FloatArray:
    """Give the values of a raw variable as CF unpacks them; NaN missing."""
    scale, offset = packing_of(values)
    return masked(values.values, values.attrs) * scale + offset


def word(attributes: Any, key: str) -> str:
    """Give an attribute as text; empty where it is none."""
    value = attributes.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def time_dimension(values: xarray.DataArray) -> str | None:
    """Give the name of the dimension of time: by its name, or by a coordinate that counts since a moment."""
    for dimension in map(str, values.dims):
        if dimension.lower() in _TIMES:
            return dimension
    for dimension in map(str, values.dims):
        attributes = values[dimension].attrs if dimension in values.coords else {}
        if word(attributes, "axis") == "T" or word(attributes, "standard_name") == "time" or \
                " since " in word(attributes, "units"):
            return dimension
    return None


def space_of(values: xarray.DataArray, file: str, field: str) -> tuple[tuple[str, str], tuple[str, ...]]:
    """Give the two dimensions in space, and those of length one that drop out.

    Raises
    ------
    InputError
        Another number of dimensions: meshes, layers, members of an ensemble.
    """
    time = time_dimension(values)
    left = [str(d) for d in values.dims if str(d) != time]
    single = tuple(d for d in left if values.sizes[d] == 1) if len(left) > 2 else ()
    space = [d for d in left if d not in single]
    if len(space) != 2:
        over = ", ".join(f"{d} ({values.sizes[d]})" for d in values.dims)
        raise InputError(file=file, field=field, found=f"'{values.name}' over {over}",
                         expected="time and two dimensions in space; an axis of length one drops out",
                         remedy="Meshes and quadtrees: write a regular grid from your model first. Layers and "
                         "members: write the one that is meant.")
    return (space[0], space[1]), single


def coordinates_of(data: xarray.Dataset, variable: str, file: str, field: str) -> tuple[Any, Any]:
    """Give x and y of the cells of a variable: a pair in a projection, else longitude and latitude.

    Raises
    ------
    InputError
        A variable that is not over time and two dimensions in space, or without coordinates.
    """
    space = set(space_of(data[variable], file, field)[0])

    def find(names: tuple[str, ...], standard: str, axis: str, unit: str) -> Any:
        found = None
        for name in data.variables:
            values = data[name]
            if values.ndim not in (1, 2) or not set(map(str, values.dims)) <= space or values.dtype.kind not in "iuf":
                continue
            if str(name).lower() in names or word(values.attrs, "standard_name") == standard:
                return values
            is_axis = word(values.attrs, "axis") == axis and not word(values.attrs, "units").startswith("degree")
            if found is None and (word(values.attrs, "units").lower() in (f"degrees_{unit}", f"degree_{unit}")
                                  if unit else is_axis):
                found = values
        return found

    pairs = ((find(_X, "projection_x_coordinate", "X", ""), find(_Y, "projection_y_coordinate", "Y", "")),
             (find(_LON, "longitude", "", "east"), find(_LAT, "latitude", "", "north")))
    for x, y in pairs:
        if x is not None and y is not None:
            return x, y
    raise InputError(file=file, field=field, found=f"no coordinates of {', '.join(sorted(space))}",
                     expected="x and y (or lon and lat) of the cells")


def is_geographic(values: xarray.DataArray) -> bool:
    """Tell whether a coordinate is a longitude or a latitude by its name or its unit."""
    return str(values.name).lower() in (*_LON, *_LAT) or word(values.attrs, "units").lower().startswith("degree")


def crs_of(data: xarray.Dataset, variable: str, file: str, field: str) -> str | None:
    """Give the CRS of a variable's grid mapping, as authority code or WKT; None where the file names none.

    Raises
    ------
    InputError
        A grid mapping that is no CRS.
    """
    values = data[variable]
    for name in (values.attrs.get("grid_mapping"), values.encoding.get("grid_mapping"), "spatial_ref", "crs"):
        if not isinstance(name, str) or name not in data:
            continue
        attributes = data[name].attrs
        for key in ("crs_wkt", "spatial_ref", "epsg_code", "EPSG", "epsg", "projected_crs_name"):
            raw = np.asarray(attributes.get(key, "")).ravel()
            text = str(raw[0]).strip() if raw.size == 1 else ""
            if text in ("", "0", "-"):
                continue
            return parse_crs(f"EPSG:{text}" if text.isdecimal() else text, file=file, field=field)
        if data[name].ndim == 0 and np.issubdtype(data[name].dtype, np.number):
            number = float(data[name])
            if np.isfinite(number) and number > 1024 and number.is_integer():
                return parse_crs(f"EPSG:{int(number)}", file=file, field=field)
        if "grid_mapping_name" in attributes:
            try:
                return crs_text(CRS.from_cf(dict(attributes)))
            except (CRSError, KeyError, TypeError, ValueError, AttributeError):
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
        Times that are missing, in no unit of time, of another calendar, beyond belief, or that do not increase.
    """
    if time is None:
        return np.array([0 if first is None else moment_s(first, start, field=f"{field}.first")], np.int64)
    if time not in data.variables:
        raise InputError(file=file, field=field, found=f"dimension '{time}' without times", expected="their times")
    if not np.issubdtype(data[time].dtype, np.number):
        raise InputError(file=file, field=field, found=f"times that are no numbers ({data[time].dtype})",
                         expected="numbers since a moment")
    values = np.asarray(unpacked(data[time]), float).ravel()
    unit, _, origin = str(data[time].attrs.get("units", "")).partition(" since ")
    if not len(values):
        raise InputError(file=file, field=field, found="no frame", expected="one frame or more")
    if not np.all(np.isfinite(values)):
        raise InputError(file=file, field=field, found="times that are missing", expected="a time for each frame")
    scale = _SECONDS.get(unit.strip().lower())
    if scale is None:
        raise InputError(file=file, field=f"{field}.first", found=f"times in '{unit or 'no unit'}'",
                         expected="seconds, minutes, hours or days since a moment")
    calendar = str(data[time].attrs.get("calendar", "")).strip().lower()
    if first is not None:
        zero = moment_s(first, start, field=f"{field}.first")
    elif calendar not in _CALENDARS:
        raise InputError(file=file, field=field, found=f"times of the calendar '{calendar[:30]}'",
                         expected="the standard calendar, which has the days of the city's clocks",
                         remedy="Write the file with that calendar, or say the moment of time 0: `first`.")
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
    """Give the moment that times count from: CF writes it with spaces, with zones, with days of one digit."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?)?\s*(.*)",
                         text, re.ASCII)
    try:
        if match is None:
            raise ValueError(text)
        *digits, zone = match.groups()
        # CF takes a moment without an offset as UTC.
        where = zone_of(zone) if zone else UTC
        if where is None:
            raise ValueError(zone)
        return seconds_between(start, datetime(*(int(part or 0) for part in digits),  # type: ignore[arg-type,misc]
                                               tzinfo=where))
    except (ValueError, OverflowError):
        raise InputError(file=file, field=f"{field}.first", found=f"times since '{text[:40]}'",
                         expected="a moment, or `first` beside `file`") from None
