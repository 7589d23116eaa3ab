"""Rain that a scenario gives the flow model: a design storm, intensities, a CSV, or rasters over time in a NetCDF."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata.causes import cause_of
from geodata.cf_file import coordinates_of, crs_of, opened, time_dimension, times_of
from geodata.hazards.declared import flow as flow_specs
from geodata.hazards.flow.series import LATEST_S, NO_EPOCH, Run, counted, read_table
from geodata.terrain import same_crs
from twin.errors import InputError
from twin.flood.rain import Rain
from twin.quantities import Float32Array, FloatArray, Int64Array
from twin.water.hazard import Grid

if TYPE_CHECKING:
    import xarray

#: Units of rain, as files write them without blanks, stars and signs of power, and what makes mm/h of them.
_MM_H = {**dict.fromkeys(("mm/h", "mmh-1", "mm/hr", "mmhr-1", "mm/hour", "mmhour-1", "kgm-2h-1", "kg/m2/h", "kgm-2hr-1",
                          "kg/m2/hr"), 1.0),
         **dict.fromkeys(("mm/s", "mms-1", "kgm-2s-1", "kg/m2/s"), 3600.0), **dict.fromkeys(("m/s", "ms-1"), 3.6e6)}


def build_rain(spec: flow_specs.Rain, grid: Grid, run: Run) -> Rain:
    """Give the rain of a scenario on the model's clock; what lies outside the run is said in its notes.

    Raises
    ------
    InputError
        See ``read_table``, ``Rain.of`` and ``Rain.storm``; rain that does not meet the run, a regular record with a
        hole, ``starts`` beside moments, rasters without times, a unit of rain or the city's CRS.
    """
    if spec.storm is not None:
        storm = spec.storm
        made = Rain.storm(storm.total_mm, storm.duration, shape=storm.shape, peak_at=storm.peak_at,
                          peak_duration_s=storm.peak_duration, peak_share=storm.peak_share, starts_s=storm.starts,
                          field="flood.rain.storm")
    elif spec.file is not None:
        made = _of_file(spec, spec.file, run)
    elif spec.rasters is not None:
        made = _of_rasters(spec, spec.rasters, grid, run)
    elif isinstance(spec.mm_h, tuple):
        assert spec.every is not None
        made = Rain.of(spec.starts + spec.every * np.arange(len(spec.mm_h) + 1), spec.mm_h, gaps=spec.gaps,
                       field="flood.rain.mm_h")
    else:
        assert spec.lasts is not None
        made = Rain.of([spec.starts, spec.starts + spec.lasts], [spec.mm_h], field="flood.rain.mm_h")
    notes = (*made.notes, *_outside(made, spec, run))
    return replace(made, times_s=made.times_s + run.warm_up_s, notes=notes)


def _outside(rain: Rain, spec: flow_specs.Rain, run: Run) -> list[str]:
    """Say what of the rain falls before and after the computation; refuse rain that does not meet it."""
    first, last = float(rain.times_s[0]), float(rain.times_s[-1])
    if first >= run.duration_s or last <= -run.warm_up_s:
        source = spec.file or spec.rasters or ""
        raise InputError(file=source, field=_field(spec), found=f"rain that does not meet the run: from "
                         f"{first / 3600:.6g} h to {last / 3600:.6g} h after its start",
                         expected=f"rain between {run.start.isoformat(timespec='minutes')} and "
                         f"{run.duration_s / 3600:.6g} h later", remedy="Are its times those of the run?"
                         if source else "Let it start earlier, or let the run last longer.")
    times, fallen = rain.fallen_m()
    before, inside = (1000.0 * float(np.interp(t, times, fallen)) for t in (-run.warm_up_s, run.duration_s))
    notes = []
    for depth, words in ((before, "before the run begins"), (rain.total_mm - inside, "after the run ends")):
        if depth > 1e-6:
            most = "at most " if rain.raster is not None else ""
            notes.append(f"Rain that falls {words} is left out: {most}{depth:.3g} of {rain.total_mm:.3g} mm.")
    return notes


def _field(spec: flow_specs.Rain) -> str:
    given = (name for name in ("storm", "file", "rasters", "mm_h") if getattr(spec, name) is not None)
    return f"flood.rain.{next(given)}"


def _of_file(spec: flow_specs.Rain, name: str, run: Run) -> Rain:
    """Give the rain of a CSV: a row holds until the next, the last row ends the rain."""
    field = "flood.rain.file"
    table = read_table(name, "mm_h", run, field=field)
    if len(table.times_s) < 2:
        raise InputError(file=name, field=field, line=table.lines[0], found="one row", expected="two rows at least",
                         remedy="A row holds until the next; the last row ends the rain.")
    if spec.starts and table.has_moments:
        raise _two_starts(name)
    if table.values[-1] < 0:
        raise InputError(file=name, field=field, line=table.lines[-1], found=f"{table.values[-1]:g} mm/h",
                         expected="0 or more")
    bounds, row = _intervals(table.times_s, spec, name, field, lines=table.lines)
    made = Rain.of(spec.starts + bounds, np.where(row < 0, np.nan, table.values[row]), gaps=spec.gaps, source=name,
                   field=field, lines=[table.lines[k] for k in row])
    if not table.values[-1] > 0:
        return made
    note = f"The last row of {name} ends the rain; its {table.values[-1]:g} mm/h do not fall."
    return replace(made, notes=(*made.notes, note))


def _two_starts(name: str) -> InputError:
    return InputError(field="flood.rain.starts", found=f"a start beside the moments of {name}",
                      expected="times counted from the start of the scenario", remedy="Leave `starts` out.")


def _intervals(times: FloatArray, spec: flow_specs.Rain, name: str, field: str, *, lines: tuple[int, ...] = ()
               ) -> tuple[FloatArray, Int64Array]:
    """Give the bounds of intervals, and the row that holds in each: -1 in the holes of a regular record.

    A row holds until the next, however long. Only where most steps are equal, and four at least, a longer one is a
    hole.
    """
    steps = np.diff(times)
    usual = _usual(steps)
    holes = np.flatnonzero(steps > 1.5 * usual) if usual else np.empty(0, int)
    if len(holes) and spec.gaps == "refuse":
        k = int(holes[0])
        raise InputError(file=name, field=field, line=lines[k + 1] if lines else 0,
                         found=f"{counted(len(holes), 'hole')} in the times, the first of {steps[k] / 60:g} min "
                         f"after {times[k]:.10g} s", expected=f"a value every {usual / 60:g} min",
                         remedy="Fill the holes, or say gaps: dry to take them as dry.")
    bounds, row = list(times[:1]), []
    for k, step in enumerate(steps):
        row.append(k)
        if k in holes:
            bounds.append(times[k] + usual)
            row.append(-1)
        bounds.append(times[k] + step)
    return np.array(bounds), np.array(row)


def _usual(steps: FloatArray) -> float:
    """Give the step of a regular record [s]; 0 for one of any steps."""
    middle = float(np.median(steps))
    equal = int((np.abs(steps - middle) <= 0.1 * middle).sum())
    return middle if equal >= 4 and 2 * equal > len(steps) else 0.0


def _of_rasters(spec: flow_specs.Rain, name: str, grid: Grid, run: Run) -> Rain:
    """Give the rain of a NetCDF file: a frame holds until the next, the last one as long as the one before it."""
    field = "flood.rain.rasters"
    with opened(run.folder / name, field) as data:
        variable, time = _rain_of(data, name, field)
        rates, row, col, notes = _rates(data, variable, time, grid, name, field)
        times, has_moments = _frame_times(data, time, run, name, field)
    if spec.starts and has_moments:
        raise _two_starts(name)
    if len(times) < 2:
        raise InputError(file=name, field=field, found=counted(len(times), "frame"), expected="two frames at least",
                         remedy="A frame holds until the next: repeat it where it ends.")
    steps = np.diff(times)
    bounds, frame = _intervals(np.append(times, times[-1] + (_usual(steps) or steps[-1])), spec, name, field)
    missing = np.flatnonzero(np.isnan(rates).any(axis=(1, 2)))
    if len(missing):
        if spec.gaps == "refuse":
            raise InputError(file=name, field=field, found=f"cells without a value in {len(missing)} of {len(times)} "
                             f"frames, the first at {times[missing[0]]:.10g} s", expected="a value in every cell",
                             remedy="Fill them, or say gaps: dry to take them as dry.")
        notes.append(f"In {len(missing)} of {len(times)} frames of the rain cells had no value and were taken as dry.")
        rates[np.isnan(rates)] = 0.0
    if (rates < 0).any():
        k = int(np.argwhere(rates < 0)[0][0])
        raise InputError(file=name, field=field, found=f"{rates[k].min():g} mm/h at {times[k]:.10g} s",
                         expected="0 or more")
    peaks = rates.max(axis=(1, 2))

    def raster(k: int) -> Float32Array:
        falls = rates[frame[k]] if frame[k] >= 0 else np.zeros_like(rates[0])
        return np.asarray(falls[np.ix_(row, col)])

    made = Rain.of(spec.starts + bounds, np.where(frame < 0, np.nan, peaks[frame]), gaps=spec.gaps, source=name,
                   raster=raster, field=field)
    return replace(made, notes=(*notes, *made.notes))


def _rain_of(data: xarray.Dataset, name: str, field: str) -> tuple[str, str]:
    """Give the variable that is rain, and its dimension of time."""
    found = [str(v) for v in data.data_vars if data[v].ndim == 3 and np.issubdtype(data[v].dtype, np.number)]
    time = time_dimension(data[found[0]]) if len(found) == 1 else None
    if time is None:
        raise InputError(file=name, field=field, expected="one variable over (time, y, x)",
                         found=f"'{found[0]}' over {', '.join(map(str, data[found[0]].dims))}" if len(found) == 1
                         else f"{counted(len(found), 'variable')} of numbers over three dimensions")
    return found[0], time


def _frame_times(data: xarray.Dataset, time: str, run: Run, name: str, field: str) -> tuple[FloatArray, bool]:
    """Give the times of the frames [s from the start], and whether they are moments; numbers count from the start."""
    has_moments = False
    if time in data.variables:
        said = str(data[time].attrs.setdefault("units", "seconds"))
        has_moments = " since " in said
    try:
        times = times_of(data, time, None if has_moments else run.start.isoformat(), run.start, name, field)
    except InputError as error:
        if error.field == field:
            raise
        # It points at a key that water in a NetCDF file has and rain has not.
        raise InputError(file=name, field=field, found=error.found,
                         expected="seconds, minutes, hours or days, since a moment or from the start") from None
    if not has_moments and (np.abs(times) > LATEST_S).any():
        raise InputError(file=name, field=field, found=f"a time of {np.abs(times).max():.10g} s",
                         expected="seconds from the start of the scenario", remedy=NO_EPOCH)
    return times.astype(np.float64), has_moments


def _rates(data: xarray.Dataset, variable: str, time: str, grid: Grid, name: str, field: str
           ) -> tuple[Float32Array, Int64Array, Int64Array, list[str]]:
    """Give the rain of the cells that lie over the domain, (frames, their rows, their columns) [mm/h].

    With them: which of these rows and columns each row and column of the domain takes, and what must be said.
    """
    notes: list[str] = []
    crs = crs_of(data, variable, name, field)
    if crs is None:
        notes.append(f"{name} names no CRS; its coordinates are taken to be in the city's, {grid.crs}.")
    elif not same_crs(crs, grid.crs):
        raise InputError(file=name, field=field, found=f"rasters in {crs}", expected=f"the city's CRS, {grid.crs}",
                         remedy="Reproject them: gdalwarp -t_srs does.")
    said = str(data[variable].attrs.get("units", "")).strip()
    scale = _MM_H.get(said.casefold().replace("**", "").replace("^", "").replace(" ", "").replace(".", ""))
    if scale is None:
        is_depth = said.casefold() in ("mm", "m", "kg m-2", "kg/m2", "cm")
        raise InputError(file=name, field=field, found=f"'{variable}' " + (f"in '{said}'" if said else "without units"),
                         expected="mm/h (or mm s-1, m s-1, kg m-2 s-1)", remedy="Divide each depth by the hours of its "
                         "interval and write units: mm/h." if is_depth else "Write the attribute units: mm/h.")
    if scale != 1.0:
        notes.append(f"{name}: rain in {said} was multiplied by {scale:.10g} to be in mm/h.")
    a, _, c, _, e, f = grid.transform
    x, y = coordinates_of(data, variable, name, field)
    col = _nearest(x, c + a * (np.arange(grid.columns) + 0.5), name, field)
    row = _nearest(y, f + e * (np.arange(grid.rows) + 0.5), name, field)
    (rows, row), (columns, col) = (np.unique(cells, return_inverse=True) for cells in (row, col))
    part = data[variable].transpose(time, str(y.dims[0]), str(x.dims[0]))[
        :, rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    try:
        values = np.asarray(part.values, np.float32)
    except (OSError, RuntimeError) as error:
        raise InputError(file=name, field=field, found=f"a file that breaks off ({cause_of(error)})",
                         expected="a whole NetCDF file", remedy="Copy it again.") from None
    rates = values[:, rows - rows[0]][:, :, columns - columns[0]] * np.float32(scale)
    return rates, row, col, notes


def _nearest(axis: xarray.DataArray, wanted: NDArray[np.floating[Any]], name: str, field: str) -> Int64Array:
    """Give the cell of the rasters whose middle is nearest to each place along one axis."""
    places = np.asarray(axis.values, float)
    if places.ndim != 1 or len(places) < 2 or not np.isfinite(places).all():
        raise InputError(file=name, field=field, found=f"'{axis.name}' that does not name two columns or rows",
                         expected="x and y along one axis each, of two cells at least")
    order = np.argsort(places)
    right = np.clip(np.searchsorted(places[order], wanted), 1, len(places) - 1)
    nearer = right - (wanted - places[order][right - 1] < places[order][right] - wanted)
    if (np.abs(places[order][nearer] - wanted) > 0.51 * np.median(np.diff(places[order]))).any():
        raise InputError(file=name, field=field, found="rasters that do not cover the domain",
                         expected="rain over every cell", remedy="Coordinates are those of the city's CRS.")
    return np.asarray(order[nearer])
