"""From a scenario's words and a city file to a ``FlowSetup``: land classes, buildings, soils, places, times."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geodata import flow_specs
from geodata.flow_doubts import check_level, doubts
from geodata.flow_ground import (
    averaged,
    buildings_of,
    check_size,
    clipped,
    drawn,
    factor_of,
    land_of,
    terrain_of,
    window_of,
)
from geodata.flow_names import names_of
from geodata.flow_rasters import values_at
from geodata.flow_specs import FlowModel, seconds_of
from twin.errors import InputError
from twin.flood.domain import ROUGHNESS_RANGE, Domain
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Losses, Pump
from twin.flood.tables import land_classes, soil
from twin.hazard import Grid
from twin.quantities import BoolArray, Float32Array, FloatArray

if TYPE_CHECKING:
    from geodata.city_file import CityFile

#: Soil of unsealed ground where a scenario names none.
DEFAULT_SOIL = "loam"
#: Manning's n where no water comes.
DEFAULT_ROUGHNESS = 0.05
#: Sewers that take more are not believed [mm/h].
MOST_DRAIN_MM_H = 500.0


def build_setup(rain: flow_specs.Rain | None, inflows: Sequence[flow_specs.Inflow], model: FlowModel, *,
                city_file: CityFile, folder: Path, start: datetime, duration_s: float) -> FlowSetup:
    """Give the whole computation of a scenario; its clock starts ``model.warm_up`` before the scenario's.

    Raises
    ------
    InputError
        No terrain, a file that cannot be read, a place outside, a series that ends early, measures that cannot be
        meant; see ``names_of``, ``Domain.of``, ``Rain.of`` and ``FlowSetup.check``.
    """
    terrain = terrain_of(city_file, field="flood.model")
    height, grid = window_of(terrain, model.window, field="flood.model.window")
    built = drawn(buildings_of(city_file), grid) if model.buildings != "ignored" else np.zeros(height.shape, bool)
    land = land_of(city_file, grid)
    factor = 1 if model.subgrid else factor_of(grid, model)
    names = names_of(inflows, model)
    notes = clipped(terrain.grid, model.window)
    if factor > 1:
        height, built, land, grid = averaged(height, built, land, grid, factor)
        notes.append(f"The terrain of {grid.transform[0] / factor:g} m was averaged to {grid.transform[0]:g} m.")
    check_size(grid, field="flood.model.cell_m", remedy="Give a window, or subgrid: false with a larger cell_m.")
    if model.buildings == "raised":
        height = np.where(built, height + 5.0, height)
        built = np.zeros_like(built)
        notes.append("Buildings are raised by 5 m.")
    classes = list(land_classes().values())
    open_cells = np.isfinite(height) & ~built
    roughness: Any = np.array([c.roughness for c in classes])[land]
    if model.roughness is not None:
        roughness = model.roughness
    elif model.roughness_raster is not None:
        roughness = _roughness(folder / model.roughness_raster, grid, open_cells)
    domain = Domain.of(height, grid, roughness, blocked=built, voids=model.voids, file="terrain")
    shift = model.warm_up
    told = _Told(folder, start, shift, duration_s + shift)
    water = open_cells & (land == list(land_classes()).index("water"))
    notes += doubts(model, inflows, names, domain, water, end_s=duration_s)
    return FlowSetup(
        domain=domain, rain=None if rain is None else build_rain(rain, grid, folder=folder, start=start, shift_s=shift),
        inflows=tuple(_inflow(spec.model_copy(update={"name": name}), told)
                      for name, spec in zip(names.inflows, inflows, strict=True)), edges=_edges(model, told, domain),
        losses=_losses(model, land, _drains(model, land, grid, open_cells, folder)), advection=model.advection,
        barriers=tuple(Barrier(name=name, line=np.array(b.line), crest_m=b.crest_m, height_m=b.height_m,
                               from_s=-np.inf if b.from_ <= 0 else b.from_ + shift,
                               to_s=np.inf if b.to is None else b.to + shift)
                       for name, b in zip(names.barriers, model.barriers, strict=True)),
        pumps=tuple(Pump(name=name, at=p.at, to=None if p.to == "out" else p.to, capacity_m3_s=p.m3_s, on_m=p.on_m,
                         off_m=p.off_m, from_s=-np.inf if p.from_ <= 0 else p.from_ + shift,
                         to_s=np.inf if p.until is None else p.until + shift)
                    for name, p in zip(names.pumps, model.pumps, strict=True)),
        culverts=tuple(Culvert(name=name, at=c.at, to=c.to, area_m2=c.area_m2,
                               capacity_m3_s=np.inf if c.m3_s is None else c.m3_s, sill_m=c.sill_m, flap=c.flap)
                       for name, c in zip(names.culverts, model.culverts, strict=True)),
        gullies=tuple(Gully(name=name, at=(x, y), capacity_m3_s=capacity) for name, (x, y, capacity)
                      in zip(names.gullies, model.drains.points if model.drains else (), strict=True)),
        depth_m=_standing(model, water, domain), notes=tuple(notes)).check()


def build_rain(spec: flow_specs.Rain, grid: Grid, *, folder: Path, start: datetime, shift_s: float) -> Rain:
    """Give the rain of a scenario on the model's clock.

    Raises
    ------
    InputError
        See ``Rain.of``; a file that is missing or has other columns.
    """
    if spec.storm is not None:
        storm = spec.storm
        return Rain.storm(storm.total_mm, storm.duration, shape=storm.shape, peak_at=storm.peak_at,
                          peak_duration_s=storm.peak_duration, peak_share=storm.peak_share,
                          starts_s=storm.starts + shift_s)
    begin = spec.starts + shift_s
    if isinstance(spec.mm_h, tuple):
        assert spec.every is not None
        return Rain.of(begin + spec.every * np.arange(len(spec.mm_h) + 1), spec.mm_h, gaps=spec.gaps,
                       source="rain.mm_h")
    if spec.mm_h is not None:
        assert spec.lasts is not None
        return Rain.of([begin, begin + spec.lasts], [spec.mm_h], source="rain.mm_h")
    if spec.file is not None:
        times, values = _table(folder / spec.file, "mm_h", start)
        if len(times) < 2:
            raise InputError(file=spec.file, found=f"{len(times)} rows", expected="two rows at least",
                             remedy="A row holds until the next; the last row ends the rain.")
        return _hyetograph(times + shift_s, values, spec)
    return _rain_rasters(spec, grid, folder=folder, start=start, shift_s=shift_s)


def _hyetograph(times: FloatArray, values: FloatArray, spec: flow_specs.Rain) -> Rain:
    """Give the rain of a table; a step twice as long as the usual one is a gap."""
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    holes = np.flatnonzero(steps > 1.5 * usual)
    if len(holes) and spec.gaps == "refuse":
        raise InputError(file=spec.file or "", field="rain", found=f"{len(holes)} gaps in the times, the first of "
                         f"{steps[holes[0]] / 60:g} min at {times[holes[0]] / 60:g} min",
                         expected=f"a row every {usual / 60:g} min", remedy="Fill the gaps, or say gaps: dry.")
    bounds: list[float] = [float(times[0])]
    rates: list[float] = []
    for k in range(len(steps)):
        if k in holes:
            bounds += [float(times[k] + usual), float(times[k + 1])]
            rates += [float(values[k]), np.nan]
        else:
            bounds.append(float(times[k + 1]))
            rates.append(float(values[k]))
    return Rain.of(bounds, rates, gaps=spec.gaps, source=spec.file or "")


def _rain_rasters(spec: flow_specs.Rain, grid: Grid, *, folder: Path, start: datetime, shift_s: float) -> Rain:
    import xarray

    name = spec.rasters or ""
    path = folder / name
    if not path.exists():
        raise InputError(file=name, found="no such file", expected="a NetCDF of rain [mm/h] over (time, y, x)")
    try:
        opened = xarray.open_dataset(path, engine="h5netcdf")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(file=name, found=f"a file that cannot be read ({str(error).splitlines()[0][:120]})",
                         expected="a whole NetCDF file of rain [mm/h] over (time, y, x)") from None
    with opened as data:
        found = [v for v in data.data_vars if data[v].ndim == 3]
        if len(found) != 1:
            raise InputError(file=name, found=f"{len(found)} variables over three dimensions",
                             expected="one, over (time, y, x)")
        values = data[found[0]].transpose(data[found[0]].dims[0], ...)
        clock = np.asarray(data[values.dims[0]].values)
        ys, xs = (np.asarray(data[d].values, float) for d in values.dims[1:])
        rates = np.asarray(values.values, np.float64)
    if np.issubdtype(clock.dtype, np.datetime64):
        origin = np.datetime64(start.astimezone(UTC).replace(tzinfo=None))
        seconds = (clock - origin) / np.timedelta64(1, "s")
    else:
        seconds = clock.astype(float)
    step = float(np.median(np.diff(seconds))) if len(seconds) > 1 else 3600.0
    missing = np.isnan(rates)
    notes: tuple[str, ...] = ()
    if missing.any():
        if spec.gaps == "refuse":
            raise InputError(file=name, field="rain", found=f"{int(missing.sum())} cells without a value",
                             expected="a value in every cell", remedy="Fill them, or say gaps: dry.")
        rates[missing] = 0.0
        notes = (f"{int(missing.sum())} cells of the rain's rasters had no value and were taken as dry.",)
    if (rates < 0).any():
        raise InputError(file=name, field="rain", found=f"{rates.min():g} mm/h", expected="0 or more")
    a, _, c, _, e, f = grid.transform
    x, y = c + a * (np.arange(grid.columns) + 0.5), f + e * (np.arange(grid.rows) + 0.5)
    col, row = _nearest(xs, x, name), _nearest(ys, y, name)

    def raster(k: int) -> Float32Array:
        return np.asarray(rates[k][np.ix_(row, col)], np.float32)

    peaks = np.array([float(raster(k).max()) for k in range(len(rates))])
    made = Rain.of(np.append(seconds, seconds[-1] + step) + shift_s, peaks, source=name, raster=raster)
    return Rain(times_s=made.times_s, mm_h=made.mm_h, raster=raster, notes=notes)


def _nearest(axis: Any, wanted: Any, name: str) -> Any:
    order = np.argsort(axis)
    cell = float(np.median(np.abs(np.diff(axis)))) if len(axis) > 1 else np.inf
    place = np.clip(np.searchsorted(axis[order], wanted), 1, max(len(axis) - 1, 1)) if len(axis) > 1 else wanted * 0
    place = place.astype(int)
    if len(axis) > 1:
        left, right = axis[order][place - 1], axis[order][place]
        place = place - (wanted - left < right - wanted)
    if (np.abs(axis[order][place] - wanted) > 0.51 * cell).any():
        raise InputError(file=name, field="rain", found="rasters that do not cover the domain",
                         expected="rain over every cell", remedy="Coordinates are those of the city's CRS.")
    return order[place]


def _table(path: Path, column: str, start: datetime) -> tuple[FloatArray, FloatArray]:
    """Read ``time`` and one more column of a CSV; times are ISO 8601, durations or seconds from the start."""
    if not path.exists():
        raise InputError(file=path.name, found="no such file", expected=f"a CSV with the columns time and {column}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is None or not {"time", column} <= set(reader.fieldnames):
            raise InputError(file=path.name, found=f"the columns {', '.join(reader.fieldnames or []) or '(none)'}",
                             expected=f"time and {column}")
        rows = [(reader.line_num, row["time"], row[column]) for row in reader]
    times, values = np.empty(len(rows)), np.empty(len(rows))
    for k, (line, when, value) in enumerate(rows):
        try:
            times[k] = _seconds(when, start)
            values[k] = float(value) if value.strip() else np.nan
        except ValueError as error:
            raise InputError(file=path.name, line=line, found=f"'{when}, {value}' ({error})",
                             expected=f"a time and a number in {column}") from None
    return times, values


def _seconds(text: str, start: datetime) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return seconds_of(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=start.tzinfo)
    # Of two moments of one zone Python would give the difference of the wall clocks.
    return (moment.astimezone(UTC) - start.astimezone(UTC)).total_seconds()


class _Told(NamedTuple):
    """Where a scenario's tables lie, and how its times become the model's."""

    folder: Path
    start: datetime
    shift_s: float
    end_s: float

    def series(self, column: str, values: float | tuple[float, ...] | None, every: float | None, file: str | None, *,
               field: str) -> Series:
        """Give a value over time: rows of a table, one value a step, or one number that never changes."""
        if file is not None:
            times, read = _table(self.folder / file, column, self.start)
            return Series.of(times + self.shift_s, read, field=field, file=file)
        if isinstance(values, tuple):
            assert every is not None
            return Series.of(self.shift_s + every * np.arange(len(values)), values, field=field)
        return Series.constant(float(values or 0.0))


def _inflow(spec: flow_specs.Inflow, told: _Told) -> Inflow:
    field = f"inflow '{spec.name}'"
    series = told.series("m3_s", spec.m3_s, spec.every, spec.file, field=field)
    if spec.file is not None or isinstance(spec.m3_s, tuple):
        series = series.until(told.end_s, after=spec.after, field=field, file=spec.file or "")
    if told.shift_s > 0 and series.times_s[0] > 0:
        series = Series.of(np.append(0.0, series.times_s), np.append(series.values[0], series.values), field=field)
    return Inflow(name=spec.name, line=_line(spec), m3_s=series)


def _line(spec: flow_specs.Inflow) -> FloatArray:
    return np.array([spec.at] if spec.at is not None else spec.line, dtype=np.float64)


def _edges(model: FlowModel, told: _Told, domain: Domain) -> tuple[Edge, ...]:
    edges = []
    for side in ("north", "east", "south", "west"):
        rule = getattr(model.edges, side)
        if rule == "open":
            edges.append(Edge(side=side))
        elif isinstance(rule, flow_specs.Edge):
            level = None if rule.slope is not None else _level(rule, told, field=f"flood.model.edges.{side}")
            check_level(level, domain, side)
            edges.append(Edge(side=side, slope=rule.slope, level_m=level))
    return tuple(edges)


def _level(rule: flow_specs.Edge, told: _Told, *, field: str) -> Series:
    """Give the level behind an edge over time."""
    series = told.series("level_m", rule.level_m, rule.every, rule.file, field=field)
    changes = rule.file is not None or isinstance(rule.level_m, tuple)
    if changes and series.times_s[-1] < told.end_s and rule.after == "refuse":
        raise InputError(file=rule.file or "", field=field, found=f"levels that end at {series.times_s[-1]:g} s",
                         expected=f"levels up to the end of the run, {told.end_s:g} s",
                         remedy="Give more levels, or say that the last one stays: after: hold.")
    return series


def _drains(model: FlowModel, land: Any, grid: Grid, open_cells: BoolArray, folder: Path
            ) -> Float32Array | None:
    """Give the capacity of drains of each cell [m/s]; None for none."""
    if model.drains is None:
        return None
    if model.drains.raster is not None:
        field = "flood.model.drains.raster"
        mm_h = np.nan_to_num(values_at(folder / model.drains.raster, grid, open_cells, field=field))
        if mm_h.min() < 0 or mm_h.max() > MOST_DRAIN_MM_H:
            raise InputError(file=model.drains.raster, field=field,
                             found=f"capacities from {mm_h.min():g} to {mm_h.max():g}",
                             expected=f"mm/h from 0 to {MOST_DRAIN_MM_H:g}")
        return (mm_h / 3.6e6).astype(np.float32)
    if not model.drains.mm_h:
        return None
    sealed = np.array([c.sealed == "yes" for c in land_classes().values()])
    return np.where(sealed[land], model.drains.mm_h / 3.6e6, 0.0).astype(np.float32)


def _losses(model: FlowModel, land: Any, drains: Float32Array | None) -> Losses | None:
    unsealed = np.array([c.sealed == "no" for c in land_classes().values()])
    rate, storage = np.zeros(len(unsealed)), np.zeros(len(unsealed))
    if model.infiltration is not None:
        if model.infiltration.mm_h is not None:
            rate[unsealed] = model.infiltration.mm_h / 3.6e6
        else:
            ground = soil(model.infiltration.soil or DEFAULT_SOIL)
            rate[unsealed] = ground.conductivity_m_s
            storage[unsealed] = ground.storage_m(model.infiltration.saturation)
    if not rate.any() and drains is None:
        return None
    return Losses(loss_class=land.astype(np.uint8), conductivity_m_s=rate, suction_m=storage, drain_m_s=drains)


def _roughness(path: Path, grid: Grid, open_cells: BoolArray) -> FloatArray:
    """Give Manning's n of each cell from a raster."""
    field = "flood.model.roughness_raster"
    read = values_at(path, grid, open_cells, field=field)
    low, high = ROUGHNESS_RANGE
    bad = open_cells & ~((read >= low) & (read <= high))
    if bad.any():
        raise InputError(file=path.name, field=field, found=f"values from {read[bad].min():g} to {read[bad].max():g} "
                         f"in {int(bad.sum())} cells", expected=f"Manning's n, {low} to {high} s/m^(1/3)",
                         remedy="Streets 0.015 to 0.025, grass 0.03 to 0.05; some files hold Strickler's K = 1/n, and "
                         "8-bit files classes.")
    return np.where(open_cells, read, DEFAULT_ROUGHNESS)


def _standing(model: FlowModel, water: BoolArray, domain: Domain) -> FloatArray | None:
    if model.initial_level_m is None:
        return None
    return np.where(water, np.maximum(model.initial_level_m - np.nan_to_num(domain.height_m), 0.0), 0.0)
