"""Depths in one NetCDF file: SFINCS map output, LISFLOOD-FP, CF ``flood_water_thickness``.

Models write what they like: dimensions in any order, cell centres as 1-D or 2-D coordinates, north up or down, rotated
grids, depths or water levels beside a bed. What is found is laid out as (time, row, column) with an affine transform.
A depth over time comes before a maximum over the run, whatever names they bear; the run says which was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as also
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata import cf_file as cf
from geodata.causes import cause_of
from geodata.drivers import check_cells
from geodata.hazards.declared.flood import NetCDF
from geodata.hazards.depth_files import lost_doubt, lost_error, lost_frames
from geodata.hazards.frames import FrameHazard
from geodata.hazards.guard import Guard, Said
from geodata.hazards.holes import Holes
from geodata.hazards.layout import Layout, part_over
from geodata.hazards.rasters import needed
from geodata.hazards.surface import Surface
from geodata.hazards.velocities import netcdf_flow
from geodata.terrain import check_degrees, parse_crs
from geodata.units import unit_of
from twin.errors import InputError
from twin.quantities import BoolArray, Float32Array, FloatArray
from twin.water.hazard import Doubt

if TYPE_CHECKING:
    import xarray

    from geodata.city.model import CityFile

#: Usual names of a depth, in order of trust, and of a maximum over a run.
DEPTHS = ("h", "depth", "water_depth", "waterdepth", "flood_depth", "wd", "inundation_depth")
MAXIMA = ("hmax", "max_depth", "maximum_depth", "h_max", "depth_max", "wd_max", "band1")
_STANDARD = ("flood_water_thickness", "water_depth", "sea_floor_depth_below_sea_surface")
#: Standard names of elevations of the water surface, and usual names of one.
_SURFACES = ("water_surface_height_above_reference_datum", "water_surface_elevation",
             "sea_surface_height_above_geoid", "sea_surface_height_above_mean_sea_level",
             "sea_surface_height_above_reference_ellipsoid", "water_level")
_LEVELS, _BED = ("zs", "zsmax"), "zb"
#: Cells may stray this much from a regular grid [cells].
_STRAY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """The variable that is read."""

    name: str
    #: Bed under a water level: SFINCS writes ``zs`` and ``zb``.
    bed: str | None
    is_maximum: bool
    #: Other variables that could be depths.
    others: tuple[str, ...]


def open_netcdf(spec: NetCDF, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, after: str,
                nodata: str, depth_error_m: float | None, holes: str) -> FrameHazard:
    """Give the water of a NetCDF file.

    Raises
    ------
    InputError
        A file that cannot be read, without a depth, times or CRS, of another calendar, or whose cells are no regular
        grid; a quantity or a unit that must be said.
    """
    field, path = "flood.netcdf", folder / spec.file
    data = cf.opened(path, field, is_raw=True)
    chosen = _chosen(data, spec, path.name, field)
    depth = data[chosen.name]
    said = Said(file=path.name, field=field, unit=spec.unit, quantity=spec.quantity, nodata=nodata)
    _check_quantity(depth, chosen, said)
    time = cf.time_dimension(depth)
    laid = _laid(data, chosen.name, spec, city_file, path.name, field)
    times_s = cf.times_of(data, time, spec.first, start, path.name, field)
    keep = needed(times_s, duration_s)
    unit, told = unit_of(spec.unit, cf.word(depth.attrs, "units"), laid.layout.crs, file=path.name, field=field)
    frames = _Frames(data=data, chosen=chosen, laid=laid, said=said, time=time, first=keep.start,
                     count=len(times_s[keep]), guard=Guard(said=said, unit=unit, terrain=city_file.terrain))
    frames.prepare(city_file, fill_holes=holes == "beside")
    flow, flow_note = netcdf_flow(data, spec, depth, frames.raw, path.name, field)
    single = [f"'{d}' of length one drops out" for d in cf.space_of(depth, path.name, field)[1]]
    taken = {"dry": "dry, as the scenario says", "unknown": "unknown, as the scenario says",
             "auto": "dry inside the model's domain and unknown outside" if frames.outside is not None else
             "unknown (the scenario does not say): unknown runs as dry"}[nodata]
    over = ", ".join(map(str, depth.dims))
    bed = f" above '{chosen.bed}'" if chosen.bed else ""
    others = f" Not taken: {', '.join(chosen.others)}." if chosen.others else ""
    notes = [f"Missing values of {path.name} are taken as {taken}.",
             f"{path.name}: '{chosen.name}'{bed} over {over} is taken, in {unit}: {frames.count} of {len(times_s)} "
             f"frames, from {times_s[keep][0] / 3600:+.2f} h to {times_s[keep][-1] / 3600:+.2f} h."
             + (f" {'; '.join(single)}." if single else "") + others, *told, *flow_note]
    if frames.surface is not None:
        notes.append(frames.surface.note)
    error_m = frames.surface.depth_error_m if frames.surface is not None else 0.0
    return FrameHazard(grid=laid.layout.grid if frames.surface is None else frames.surface.grid, times_s=times_s[keep],
                       after=after, depth_error_m=error_m if depth_error_m is None else depth_error_m, read=frames.read,
                       notes=tuple(notes), doubts=_of_one_frame(path.name, chosen, len(times_s)), judge=frames,
                       read_speed=flow)


def _of_one_frame(file: str, chosen: _Choice, count: int) -> tuple[Doubt, ...]:
    """Say aloud that water which does not change in time was all that the file has."""
    if count > 1:
        return ()
    what, quoi = ("a maximum over the run", "un maximum sur toute la simulation") if chosen.is_maximum else \
        ("one frame", "un seul pas de temps")
    return (Doubt(f"{file}: '{chosen.name}' is {what}: the water neither rises nor falls in it, and no time of an "
                  "outage can be relied on.",
                  f"{file} : « {chosen.name} » est {quoi} : l’eau n’y monte ni ne descend, et aucune heure de coupure "
                  "n’est sûre."),)


@dataclass(slots=True, kw_only=True, eq=False)
class _Frames:
    """Reads frames of a variable; a :class:`geodata.hazards.frames.Judge` of them."""

    data: xarray.Dataset
    chosen: _Choice
    laid: _Laid
    said: Said
    time: str | None
    first: int
    count: int
    guard: Guard
    surface: Surface | None = None
    holes: Holes | None = None
    bed: FloatArray | None = None
    #: Cells outside the model's domain, where the file says; None where it does not.
    outside: BoolArray | None = None
    _known: dict[int, bool] = also(default_factory=dict)
    #: HDF5 serves one reader at a time.
    _lock: Any = also(default_factory=Lock)

    def prepare(self, city_file: CityFile, *, fill_holes: bool) -> None:
        """Read what does not change in time."""
        layout, said = self.laid.layout, self.said
        check_cells(layout.window[3], layout.window[2], file=said.file, field=said.field)
        grid = layout.grid
        if said.is_surface:
            self.surface = Surface(city_file, grid, file=said.file, field=said.field)
            grid = self.surface.grid
        if self.chosen.bed is not None:
            self.bed = self._raw(self.chosen.bed, None)
        if _says_domain(self.data, self.laid) and not said.is_surface:
            self.outside = ~(self._raw("msk", None) > 0)
        self.holes = Holes(city_file, grid) if fill_holes else None

    def _raw(self, name: str, frame: int | None) -> FloatArray:
        """Give a variable over the city as CF unpacks it, in its own unit; NaN missing."""
        values = self.data[name]
        with self._lock:
            try:
                part = self.laid.part(values, {} if frame is None or self.time is None else {self.time: frame})
                stored = part.values
            except (OSError, ValueError, KeyError, IndexError, RuntimeError) as error:
                raise InputError(file=self.said.file, field=self.said.field, found=f"'{name}' that cannot be read "
                                 f"({cause_of(error)})",
                                 expected="a whole NetCDF file", remedy="Copy it again: it may be truncated.") from None
        scale, offset = cf.packing_of(values)
        return self.laid.turned(cf.masked(stored, values.attrs) * scale + offset)

    def raw(self, name: str, frame: int) -> FloatArray:
        """Read a variable in one frame, (rows, columns), in its own unit; NaN missing."""
        return self._raw(name, self.first + frame)

    def read(self, frame: int) -> Float32Array:
        """Read one frame, (rows, columns) [m]; NaN unknown."""
        values = self._raw(self.chosen.name, self.first + frame)
        if self.bed is not None:
            values = values - self.bed
        depth = self.guard.metres(values)
        if self.surface is not None:
            depth = self.surface.depth(depth)
        if frame == self.count // 2:
            self.guard.look(depth, self.laid.layout.grid)
        missing = int(np.count_nonzero(np.isnan(depth)))
        self._known[frame] = missing < depth.size
        if missing and self.holes is not None:
            self.holes.fill(depth)
        nodata = self.said.nodata
        if nodata == "dry" or (nodata == "auto" and self.outside is not None):
            filled = np.isnan(depth)
            if nodata != "dry" and self.outside is not None:
                filled &= ~self.outside
            depth[filled] = 0.0
        return depth

    def reset(self) -> None:
        """Forget the frames seen: they are read again."""
        self.guard.reset()
        self._known.clear()

    def finish(self) -> tuple[Doubt, ...]:
        """Judge the frames as a whole; see ``Guard.finish``."""
        lost = [f"frame {self.first + k + 1}" for k in lost_frames(self._known)]
        # Where a domain is said, a cell without a value inside it is dry.
        if lost and self.said.nodata != "dry" and self.outside is None:
            raise lost_error(lost, self.said.field)
        return (*self.guard.finish(), *((lost_doubt(lost),) if lost else ()),
                *(self.holes.doubts() if self.holes is not None else ()))


def _chosen(data: xarray.Dataset, spec: NetCDF, file: str, field: str) -> _Choice:
    """Choose the variable: a depth over time, a level over a bed over time, then one frame, at last a maximum."""
    held = [str(name) for name in data.data_vars]
    wide = [name for name in held if data[name].ndim >= 2 and data[name].dtype.kind in "iuf"]
    depths = [name for name in wide if _is_depth(data, name)]
    levels = [name for name in wide if name in _LEVELS and _BED in data]
    if spec.variable is not None:
        if spec.variable not in data:
            raise InputError(file=file, field=f"{field}.variable", found=f"'{spec.variable}'",
                             expected=f"one of {', '.join(held)}")
        return _choice(data, spec.variable, [*depths, *levels])
    sorted_ = [*(n for n in depths if _standard(data, n) in _STANDARD), *(n for n in depths if _standard(data, n) not in
                                                                         _STANDARD)]
    steps = [[n for n in sorted_ if _over_time(data, n) and not _is_maximum(data, n)],
             [n for n in levels if _over_time(data, n) and not _is_maximum(data, n)],
             [n for n in sorted_ if not _is_maximum(data, n)], [n for n in levels if not _is_maximum(data, n)],
             sorted_, levels]
    for found in steps:
        if not found:
            continue
        standard = [n for n in found if _standard(data, n) in _STANDARD]
        if len(standard) > 1:
            raise InputError(file=file, field=f"{field}.variable", found=f"{len(standard)} depths "
                                                                         f"({', '.join(standard)})",
                             expected="one", remedy="Name it with `variable`.")
        named = sorted(found, key=_rank)
        return _choice(data, (standard or named)[0], [*depths, *levels])
    surfaces = [n for n in wide if _standard(data, n) in _SURFACES or n in _LEVELS]
    raise InputError(file=file, field=field, found=f"variables {', '.join(held) or 'none'}",
                     expected="a depth of water: standard name flood_water_thickness, or h, depth, hmax, or zs and zb",
                     remedy=f"'{surfaces[0]}' looks like an elevation of the water surface: say `variable: "
                     f"{surfaces[0]}` and `quantity: surface`." if surfaces else "Name it with `variable`.")


def _choice(data: xarray.Dataset, name: str, all_: list[str]) -> _Choice:
    return _Choice(name=name, bed=_BED if name in _LEVELS and _BED in data else None,
                   is_maximum=_is_maximum(data, name), others=tuple(n for n in dict.fromkeys(all_) if n != name))


def _standard(data: xarray.Dataset, name: str) -> str:
    return cf.word(data[name].attrs, "standard_name")


def _rank(name: str) -> int:
    names = (*DEPTHS, *MAXIMA)
    return names.index(name.lower()) if name.lower() in names else len(names)


def _is_depth(data: xarray.Dataset, name: str) -> bool:
    return _standard(data, name) in _STANDARD or name.lower() in DEPTHS or name.lower() in MAXIMA


def _is_maximum(data: xarray.Dataset, name: str) -> bool:
    return name.lower() in MAXIMA or name == "zsmax" or "maximum" in cf.word(data[name].attrs, "cell_methods").lower()


def _over_time(data: xarray.Dataset, name: str) -> bool:
    time = cf.time_dimension(data[name])
    return time is not None and data[name].sizes[time] > 1


def _check_quantity(depth: xarray.DataArray, chosen: _Choice, said: Said) -> None:
    """Ask where a variable is an elevation by its own name and nobody says so."""
    standard = cf.word(depth.attrs, "standard_name")
    is_level = standard in _SURFACES or (str(depth.name) in _LEVELS and chosen.bed is None)
    if is_level and said.quantity is None:
        raise InputError(file=said.file, field=f"{said.field}.quantity", expected="depths above ground",
                         found=f"'{depth.name}', an elevation of the water surface ({standard or depth.name})",
                         remedy="Say `quantity: surface`: the city's terrain is subtracted.")
    if said.is_surface and chosen.bed is not None:
        raise InputError(file=said.file, field=f"{said.field}.quantity", expected="`quantity: depth`, or nothing",
                         found=f"'{depth.name}' beside its bed '{chosen.bed}', which is subtracted",
                         remedy="Leave `quantity` out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """How the file's two dimensions in space become rows (from north) and columns (from west)."""

    layout: Layout
    row_dimension: str
    column_dimension: str
    is_row_flipped: bool
    is_column_flipped: bool

    def part(self, values: xarray.DataArray, chosen: dict[str, int]) -> xarray.DataArray:
        """Give the part over the city of one variable, not yet read."""
        col, row, columns, rows = self.layout.window
        if self.is_row_flipped:
            row = self.layout.height - row - rows
        if self.is_column_flipped:
            col = self.layout.width - col - columns
        part = {self.row_dimension: slice(row, row + rows), self.column_dimension: slice(col, col + columns)}
        single = {d: 0 for d in values.dims if d not in part and d not in chosen and values.sizes[d] == 1}
        return values.isel({**part, **chosen, **single}).transpose(self.row_dimension, self.column_dimension)

    def turned(self, found: FloatArray) -> FloatArray:
        """Give a part with north up and west to the left."""
        if self.is_row_flipped:
            found = found[::-1]
        if self.is_column_flipped:
            found = found[:, ::-1]
        return np.ascontiguousarray(found)


def _laid(data: xarray.Dataset, variable: str, spec: NetCDF, city_file: CityFile, file: str, field: str) -> _Laid:
    x, y = cf.coordinates_of(data, variable, file, field)
    names, _ = cf.space_of(data[variable], file, field)
    sizes = (data.sizes[names[0]], data.sizes[names[1]])
    check_cells(*sizes, file=file, field=field)
    grid_x, grid_y = (_spread(values, *names, sizes) for values in (x, y))
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
    crs = _crs(data, variable, x, y, spec, file, field)
    check_degrees(crs, (c, f, c + a * columns + b * rows, f + d * columns + e * rows), file=file)
    transform = (a, b, c, d, e, f)
    layout = Layout(width=columns, height=rows, transform=transform, crs=crs,
                    window=part_over(city_file, crs, transform, columns, rows))
    return _Laid(layout=layout, row_dimension=names[0], column_dimension=names[1], is_row_flipped=is_row_flipped,
                 is_column_flipped=is_column_flipped)


def _spread(values: Any, first: str, second: str, sizes: tuple[int, int]) -> FloatArray:
    if values.ndim == 2:
        return cf.unpacked(values.transpose(first, second))
    flat = cf.unpacked(values)
    return np.broadcast_to(flat[:, None] if str(values.dims[0]) == first else flat[None, :], sizes)


def _affine(x: FloatArray, y: FloatArray, file: str, field: str) -> tuple[float, float, float, float, float, float]:
    """Give the transform of a grid from its cell centres; refuse one that is not regular."""
    known = np.argwhere(np.isfinite(x) & np.isfinite(y))
    if len(known) < min(3, x.size):
        raise InputError(file=file, field=field, found="coordinates that are missing", expected="those of the cells")
    design = np.column_stack([known[:, 1] + 0.5, known[:, 0] + 0.5, np.ones(len(known))])
    if len(known) > 4000:
        design, known = design[:: len(known) // 4000], known[:: len(known) // 4000]
    # A damaged file has coordinates beyond all numbers: what comes of them is refused below.
    with np.errstate(over="ignore", invalid="ignore"):
        (a, b, c), (d, e, f) = (np.linalg.lstsq(design, v[known[:, 0], known[:, 1]], rcond=None)[0] for v in (x, y))
        cell = float(np.sqrt(abs(a * e - b * d)))
        stray = max(float(np.abs(design @ np.array(k) - v[known[:, 0], known[:, 1]]).max())
                    for k, v in (((a, b, c), x), ((d, e, f), y)))
    if not 0 < cell < np.inf or not stray <= _STRAY * cell:
        raise InputError(file=file, field=field, expected="a regular grid, rotated or not",
                         found=f"cells that stray {stray:.3g} from a regular grid of {cell:.3g}",
                         remedy="Write a regular grid from your model first.")
    return tuple(0.0 if abs(v) < 1e-9 * cell else float(v) for v in (a, b, c, d, e, f))  # type: ignore[return-value]


def _crs(data: xarray.Dataset, variable: str, x: Any, y: Any, spec: NetCDF, file: str, field: str) -> str:
    crs = parse_crs(spec.crs, file=file, field=f"{field}.crs") if spec.crs is not None else cf.crs_of(
        data, variable, file, field)
    if crs is None and cf.is_geographic(x) and cf.is_geographic(y):
        # CF: longitude and latitude without a grid mapping are those of the globe.
        return "EPSG:4326"
    if crs is None:
        raise InputError(file=file, field=field, found="no CRS",
                         expected="a grid mapping in the file, or `crs` beside it")
    return crs


def _says_domain(data: xarray.Dataset, laid: _Laid) -> bool:
    """Tell whether the file says where its domain ends: SFINCS' ``msk`` is 0 outside."""
    return "msk" in data and set(map(str, data["msk"].dims)) == {laid.row_dimension, laid.column_dimension}
