"""A catalogue of flood maps by gauge level: the hydrograph picks, and interpolates between levels.

Below the lowest map the ground is dry. Above the highest nobody knows how far the water reaches: what that map shows
wet stays at least as wet, everything else is unknown, never dry. Between two maps the water rises with its basin, see
:mod:`geodata.hazards.between`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geodata.gauges.raw import comma
from geodata.hazards.between import Between, between
from geodata.hazards.declared.flood import Catalogue, LevelMap
from geodata.hazards.depth_files import named
from geodata.hazards.extents import draw
from geodata.hazards.guard import Said
from geodata.hazards.rasters import nodata_notes, one_frame
from geodata.hazards.river_stage import frame_times, hydrograph, late_start, zero_of
from geodata.raster_files import files_of
from twin.errors import InputError
from twin.kernels.water.picked import ABOVE, BELOW
from twin.quantities import BoolArray, Float32Array, FloatArray, Int64Array
from twin.water.hazard import WATER_STEPS_M, Doubt, Envelope, Grid
from twin.water.picks import PickedWater, Picks, pairs_between, placed

if TYPE_CHECKING:
    from geodata.city.model import CityFile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CatalogueHazard:
    """Water picked from maps by level: a :class:`twin.water.hazard.Hazard`."""

    grid: Grid
    times_s: Int64Array
    after: str
    notes: tuple[str, ...]
    depth_error_m: float
    #: Level at each frame, (T,), and of each map, (M,), increasing; in one datum [m].
    level_m: FloatArray
    map_level_m: FloatArray
    #: Depth on each map, (M, rows * columns) [m]; NaN unknown. A higher map is nowhere shallower than a lower one.
    maps_m: Float32Array
    #: Between each map and the next, (M - 1).
    pairs: tuple[Between, ...]
    doubts: tuple[Doubt, ...] = ()

    def picks(self, cells: Int64Array) -> Picks:
        """Give the maps at these cells, and between which of them each frame stands."""
        return self.of_cells(cells).picks(np.arange(len(cells)))

    def of_cells(self, cells: Int64Array) -> PickedWater:
        """Give the same water at these cells alone: its cell ``k`` is the k-th of them."""
        return PickedWater.of(
            times_s=self.times_s, after=self.after, depth_error_m=self.depth_error_m, level_m=self.level_m,
            map_level_m=self.map_level_m, maps_m=np.ascontiguousarray(self.maps_m[:, cells].T, np.float32),
            rise_m=self._of_pairs(cells, "rise_m", np.float32),
            from_share=self._of_pairs(cells, "from_share", np.float32),
            is_held_back=np.ascontiguousarray(self._of_pairs(cells, "is_held_back", np.bool_).T))

    def _of_pairs(self, cells: Int64Array, what: str, dtype: Any) -> Any:
        """Give a column of each pair of maps at some cells, (C, M - 1)."""
        found = np.empty((len(cells), len(self.pairs)), dtype)
        for k, pair in enumerate(self.pairs):
            found[:, k] = getattr(pair, what)[cells]
        return found

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, frame by frame [m]."""
        maps_m = self.maps_m[:, cells]
        nothing = np.where(np.isnan(maps_m[0]), maps_m[0], np.float32(0))
        beyond = np.where(maps_m[-1] > 0, maps_m[-1], np.float32(np.nan))
        pairs = [pair.take(cells) for pair in self.pairs]
        lower, share = placed(self.level_m, self.map_level_m)
        for k, part in zip(lower.tolist(), share, strict=True):
            if k == BELOW:
                yield nothing
            elif k == ABOVE:
                yield beyond
            elif part == 0:
                yield maps_m[k]
            else:
                yield pairs[k].depth_m(maps_m[k], maps_m[k + 1], part)

    def held_back(self, cells: Int64Array) -> BoolArray:
        """Tell of which cells nobody knows at some frame how deep they are, and the deepest was taken, (C,)."""
        found = np.zeros(len(cells), bool)
        for k in pairs_between(self.level_m, self.map_level_m).tolist():
            found |= self.pairs[k].is_held_back[cells]
        return found

    def envelope(self) -> Envelope:
        """Give the picture of the water from the levels alone: the level at which each cell reaches each step."""
        top = float(self.level_m.max())
        so_far = np.maximum.accumulate(self.level_m)
        to_come = np.maximum.accumulate(self.level_m[::-1])[::-1]
        shape = (self.grid.rows, self.grid.columns)
        first, last = (np.full((len(WATER_STEPS_M), self.grid.cells), -1, np.int16) for _ in range(2))
        for s, step_m in enumerate(WATER_STEPS_M):
            wanted = self._level_of(step_m)
            reached = wanted <= top
            first[s, reached] = np.searchsorted(so_far, wanted[reached])
            # The maximum to come falls along the frames: count those that still reach the level.
            last[s, reached] = np.searchsorted(-to_come, -wanted[reached], side="right") - 1
        peak_m = next(self._at(top).depths(np.arange(self.grid.cells)))
        return Envelope(peak_m=peak_m.reshape(shape), first=first.reshape(-1, *shape), last=last.reshape(-1, *shape))

    def _at(self, level_m: float) -> CatalogueHazard:
        return CatalogueHazard(
            grid=self.grid, times_s=self.times_s[:1], after=self.after, notes=(), depth_error_m=0.0,
            level_m=np.array([level_m]), map_level_m=self.map_level_m, maps_m=self.maps_m, pairs=self.pairs)

    def _level_of(self, step_m: float) -> FloatArray:
        """Give the least level at which each cell is at least so deep, (N,) [m]; inf never."""
        level = np.full(self.grid.cells, np.inf)
        for k in range(len(self.map_level_m) - 1, -1, -1):
            here = self.maps_m[k].astype(float)
            deep = here >= step_m
            if k == 0:
                level[deep] = self.map_level_m[0]
                continue
            below = self.maps_m[k - 1].astype(float)
            rise = self.pairs[k - 1].rise_m.astype(float)
            share = 1 - np.divide(here - step_m, rise, out=np.ones_like(here), where=rise > 0)
            rises = deep & ~(below >= step_m)
            share = np.maximum(share, self.pairs[k - 1].from_share)
            # What is taken as joined at the lower level is so at any level above it.
            low = self.map_level_m[k - 1]
            between = np.where(share > 0, low + share * (self.map_level_m[k] - low), np.nextafter(low, np.inf))
            level[rises] = between[rises]
        return level


def open_catalogue(spec: Catalogue, *, city_file: CityFile, folder: Path, start: datetime, duration_s: int, after: str,
                   nodata: str, depth_error_m: float | None, holes: str) -> CatalogueHazard:
    """Give the water of a catalogue of flood maps.

    Raises
    ------
    InputError
        Levels or maps that cannot be read, two maps of one level, maps on different grids, a datum without its zero.
    """
    field = "flood.catalogue"
    graph = hydrograph(spec, start=start, folder=folder, field=field)
    times_s = frame_times([graph], 300.0, duration_s, hold=after == "hold", field=field)
    shift_m = 0.0
    if spec.maps_datum is not None and spec.maps_datum != spec.datum:
        zero_m = zero_of(spec.model_copy(update={"datum": "gauge"}), city_file, field)
        shift_m = zero_m if spec.datum == "gauge" else -zero_m
    maps = sorted(spec.maps, key=lambda m: m.level_m)
    map_level_m = np.array([m.level_m for m in maps])
    if np.any(np.diff(map_level_m) <= 0):
        raise InputError(field=f"{field}.maps", found="two maps of one level", expected="one map a level")
    drawn = _maps(maps, city_file=city_file, folder=folder, nodata=nodata, depth_error_m=depth_error_m, holes=holes,
                  field=field)
    layers, notes = drawn.layers, list(drawn.notes)
    doubts = [*graph.doubts, *late_start(spec.gauge or "the gauge", graph), *dict.fromkeys(drawn.doubts)]
    deepened = 0
    for lower, upper in pairwise(layers):
        shallower = upper < lower
        deepened += int(np.count_nonzero(shallower))
        upper[shallower] = lower[shallower]
    level_m = graph.at(times_s) + shift_m
    pairs = tuple(between(lower, upper) for lower, upper in pairwise(layers))
    notes += list(graph.notes)
    if deepened:
        notes.append(f"{deepened} cells are shallower on a map of a higher level than on a lower one: the deeper value "
                     "is used.")
    above = int(np.count_nonzero(level_m > map_level_m[-1]))
    if above:
        doubts.append(_above(float(map_level_m[-1]), above, len(level_m)))
    water = CatalogueHazard(
        grid=drawn.grid, times_s=times_s, after=after, notes=(), level_m=level_m, map_level_m=map_level_m, pairs=pairs,
        maps_m=np.stack([layer.reshape(-1) for layer in layers]),
        depth_error_m=drawn.error_m if depth_error_m is None else depth_error_m)
    if held := int(water.held_back(np.arange(drawn.grid.cells)).sum()):
        doubts.append(_held_back(held))
    return replace(water, doubts=tuple(doubts), notes=(*notes, *(doubt.en for doubt in doubts)))


def _held_back(cells: int) -> Doubt:
    return Doubt(
        f"{cells:,} cells are dry on one map and deep on the next, and no map tells from which level on: between the "
        "two they are taken as deep as if the water had come at the lower one.",
        f"{cells:,}".replace(",", "\u202f") + " mailles sont à sec sur une carte et sous une eau profonde sur la "
        "suivante, sans qu’aucune dise à partir de quel niveau : entre les deux, l’eau y est supposée aussi haute que "
        "si elle était venue dès le premier.")


def _above(highest_m: float, count: int, frames: int) -> Doubt:
    return Doubt(
        f"The gauge stands above the highest map ({highest_m:g} m) in {count} of {frames} frames: what that map shows "
        "wet is at least as deep, all else is unknown, not dry.",
        f"L’échelle dépasse la carte la plus haute ({comma(highest_m)} m) dans {count} des {frames} pas de temps : ce "
        "que cette carte montre inondé l’est au moins autant, le reste est inconnu, et non à sec.")


class _Maps(NamedTuple):
    """The maps of a catalogue on one grid."""

    grid: Grid
    layers: list[Float32Array]
    notes: list[str]
    doubts: list[Doubt]
    #: Error of classes, or of the terrain that is subtracted [m].
    error_m: float


def _maps(maps: list[LevelMap], *, city_file: CityFile, folder: Path, nodata: str, depth_error_m: float | None,
          holes: str, field: str) -> _Maps:
    """Read every map onto one grid."""
    grids: list[Grid] = []
    layers: list[Float32Array] = []
    notes: list[str] = []
    doubts: list[Doubt] = []
    error_m, first = 0.0, None
    for i, one in enumerate(maps):
        where = f"{field}.maps[{i}]"
        if one.extents is not None:
            drawn = draw(one.extents, city_file=city_file, folder=folder, nodata=nodata,
                         depth_error_m=depth_error_m, field=where)
            grids, layers = [*grids, drawn.grid], [*layers, drawn.depth_m]
            notes, error_m = [*notes, *drawn.notes], max(error_m, drawn.error_m)
            doubts += drawn.doubts
            continue
        assert one.file is not None
        said = Said(file=named([one.file] if isinstance(one.file, str) else one.file), field=where, unit=one.unit,
                    quantity=one.quantity, nodata=nodata)
        depths, depth_m, told = one_frame(files_of(one.file, folder, field=where), city_file, said, band=one.band,
                                          crs=one.crs, holes=holes, like=first)
        first = first or depths
        layers.append(depth_m)
        grids.append(depths.grid)
        notes += depths.notes
        doubts += told
        error_m = max(error_m, depths.surface.depth_error_m if depths.surface is not None else 0.0)
    if any(grid != grids[0] for grid in grids):
        raise InputError(field=f"{field}.maps", found="maps on different grids", expected="one grid for all levels",
                         remedy="Use rasters of one model, or extents with one cell_m.")
    if first is not None:
        notes += nodata_notes(nodata)
    return _Maps(grids[0], layers, list(dict.fromkeys(notes)), doubts, error_m)
