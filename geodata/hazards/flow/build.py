"""From a scenario's words and a city file to a ``FlowSetup``: land classes, buildings, soils, places, times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.hazards.declared import flow as flow_specs
from geodata.hazards.declared.flow import FlowModel
from geodata.hazards.flow.checks import check_level, doubts
from geodata.hazards.flow.ground import (
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
from geodata.hazards.flow.naming import names_of
from geodata.hazards.flow.rain import build_rain
from geodata.hazards.flow.rasters import values_at
from geodata.hazards.flow.series import Run, discharge_of, level_of
from twin.errors import InputError
from twin.flood.domain import ROUGHNESS_RANGE, Domain
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Losses, Pump
from twin.flood.tables import land_classes, soil
from twin.quantities import BoolArray, Float32Array, FloatArray
from twin.water.hazard import Grid

if TYPE_CHECKING:
    from geodata.city.model import CityFile

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
        No terrain, a file that cannot be read, a place outside, measures that cannot be meant; see ``names_of``,
        ``Domain.of``, ``build_rain``, ``discharge_of``, ``level_of`` and ``FlowSetup.check``.
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
    run = Run(folder, start, shift, duration_s)
    water = open_cells & (land == list(land_classes()).index("water"))
    notes += doubts(model, inflows, names, domain, water, end_s=duration_s)
    named = [spec.model_copy(update={"name": name}) for name, spec in zip(names.inflows, inflows, strict=True)]
    return FlowSetup(
        domain=domain, rain=None if rain is None else build_rain(rain, grid, run),
        inflows=tuple(Inflow(name=spec.name, line=_line(spec), m3_s=discharge_of(spec, run)) for spec in named),
        edges=_edges(model, run, domain),
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


def _line(spec: flow_specs.Inflow) -> FloatArray:
    return np.array([spec.at] if spec.at is not None else spec.line, dtype=np.float64)


def _edges(model: FlowModel, run: Run, domain: Domain) -> tuple[Edge, ...]:
    edges = []
    for side in ("north", "east", "south", "west"):
        rule = getattr(model.edges, side)
        if rule == "open":
            edges.append(Edge(side=side))
        elif isinstance(rule, flow_specs.Edge):
            level = None if rule.slope is not None else level_of(rule, run, field=f"flood.model.edges.{side}")
            check_level(level, domain, side)
            edges.append(Edge(side=side, slope=rule.slope, level_m=level))
    return tuple(edges)


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
