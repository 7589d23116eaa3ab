"""Levees and barriers in the water of a river's level: their cells, what they hold, and when they are there.

Water that is filled from a level has no memory of a wall that comes or goes. One that is there for a part of the run is
computed as if it stood all the time where that is the same: where no water stands at its line before it is put up and
after it is taken away, and none came over it meanwhile. Else it is refused, with the moment that tells why.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geodata.cells import moved_points, shape_cells
from geodata.hazards.declared.flood import Levee as LevelLevee
from geodata.hazards.declared.flood import RiverStage
from geodata.terrain import Terrain
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from twin.water.river_stage import Levee, River


def levees_of(spec: RiverStage, terrain: Terrain, crs: str, river: River, level_m: FloatArray, times_s: Int64Array
              ) -> tuple[Levee, ...]:
    """Give the levees of a river's level.

    Parameters
    ----------
    spec, terrain, crs
        What is said, over which ground, in which CRS.
    river, level_m, times_s
        The river, its surface at each station over time, (T, K) [m], and when, (T,) [s].

    Raises
    ------
    InputError
        A line off the terrain, a protection above its crest, a ring around a part of the river, a wall that is there
        for a part of the run where that changes more than its own water.
    """
    levees = []
    for i, levee in enumerate(spec.levees):
        field = f"flood.river_stage.levees[{i}]"
        cells = line_cells(shapely.LineString(levee.line), terrain, crs)
        if not len(cells):
            raise InputError(field=f"{field}.line", ids=(levee.name,), found="a levee off the terrain",
                             expected="a line in the city's CRS over its terrain")
        protects = levee.crest_m if levee.protects_to_m is None else levee.protects_to_m
        if protects > levee.crest_m:
            raise InputError(field=f"{field}.protects_to_m", ids=(levee.name,),
                             found=f"{protects:g} m above the crest at {levee.crest_m:g} m",
                             expected="a protection level at or below the crest")
        _check_ring(levee, terrain, crs, river, f"{field}.line")
        _check_period(levee, cells, terrain, river, level_m, times_s, field)
        levees.append(Levee(cells=cells, crest_m=levee.crest_m, protects_to_m=protects))
    return tuple(levees)


def line_cells(line: Any, terrain: Terrain, crs: str) -> Int64Array:
    """Give the cells that a line touches: a wall without gaps for water that passes over edges of cells."""
    return shape_cells(np.asarray([line], dtype=object), np.zeros(1, np.bool_), crs, terrain.grid)[1]


def _check_ring(levee: LevelLevee, terrain: Terrain, crs: str, river: River, field: str) -> None:
    """Refuse a closed line with a part of the river inside: the water is inside it as well."""
    if len(levee.line) < 4 or levee.line[0] != levee.line[-1]:
        return
    a, b, c, d, e, f = terrain.grid.transform
    column, row = river.cells % terrain.grid.columns + 0.5, river.cells // terrain.grid.columns + 0.5
    x, y = moved_points(a * column + b * row + c, d * column + e * row + f, terrain.grid.crs, crs)
    inside = int(np.count_nonzero(shapely.contains_xy(shapely.Polygon(levee.line), x, y)))
    if inside:
        raise InputError(field=field, ids=(levee.name,), found=f"a ring with {inside} cells of the river inside",
                         expected="a ring beside the river",
                         remedy="Water rises inside it as outside. Draw it narrower, or as a line along the bank.")


def _check_period(levee: LevelLevee, cells: Int64Array, terrain: Terrain, river: River, level_m: FloatArray,
                  times_s: Int64Array, field: str) -> None:
    """Refuse a wall that comes when water stands at its line, or goes while there is some, there or behind it."""
    if not levee.from_ and levee.until is None:
        return
    at_wall, hour = _level_at(cells, terrain, river, level_m), 3600.0
    stands = np.flatnonzero((at_wall >= terrain.height_m.ravel()[cells]).any(axis=1))
    if not len(stands):
        return
    # Between two frames the level is a straight line: water comes after the frame before, and is gone by the next.
    first_s = int(times_s[max(stands[0] - 1, 0)]) if stands[0] else -1
    last_s = int(times_s[min(stands[-1] + 1, len(times_s) - 1)])
    expected = "one that stands as long as there is water at its line, or the flow model (`flood: rain` or `inflow`)"
    if levee.from_ and first_s < levee.from_:
        raise InputError(field=f"{field}.from", ids=(levee.name,), expected=expected,
                         found=f"a barrier put up {levee.from_ / hour:.2f} h after the start, where water stands at "
                         f"its line from {int(times_s[stands[0]]) / hour:.2f} h on")
    if levee.until is None:
        return
    if last_s > levee.until:
        raise InputError(field=f"{field}.until", ids=(levee.name,), expected=expected,
                         found=f"a barrier taken away {levee.until / hour:.2f} h after the start, where water stands "
                         f"at its line until {int(times_s[stands[-1]]) / hour:.2f} h")
    over = np.flatnonzero((at_wall >= levee.crest_m).any(axis=1))
    if len(over):
        raise InputError(field=f"{field}.until", ids=(levee.name,), expected=expected,
                         found=f"a barrier that is overtopped {times_s[over[0]] / hour:.2f} h after the start and "
                         "taken away later: what is held back behind it would run off then")


def _level_at(cells: Int64Array, terrain: Terrain, river: River, level_m: FloatArray) -> FloatArray:
    """Give the level of the river beside each cell over time, (T, C) [m]: that of the nearest cell of the river."""
    from scipy.spatial import cKDTree

    def places(which: Int64Array) -> FloatArray:
        return np.column_stack([which % terrain.grid.columns, which // terrain.grid.columns]).astype(float)

    _, nearest = cKDTree(places(river.cells)).query(places(cells))
    return np.asarray(level_m[:, river.stations[nearest]])
