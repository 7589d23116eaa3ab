"""Fill and spill: where a volume of rain stands in the end, without computing how it flows.

Rain runs to the lowest neighbour from cell to cell into the hollow below it. A hollow fills from its lowest point;
full, it spills over its lip into the hollow beyond, or out at an open edge; two that stand full at the lip between them
are one pond from there on. Method: Barnes, Callaghan and Wickert 2021 (Fill-Spill-Merge,
doi:10.5194/esurf-9-105-2021). It knows no time, no losses, no speed: a quick check of the flow model, and a quick
answer where only the end counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.errors import InputError
from twin.kernels.water.fill_spill import OUTSIDE, hollows, pond_depths, pour
from twin.quantities import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FillSpill:
    """Where the water stands in the end, and what became of the rest."""

    #: Depth, (rows, columns) [m]; NaN in voids. The surface of each pond is level.
    depth_m: FloatArray
    #: All the water that was given [m3]: ``stored_m3 + spilled_m3 + runoff_m3``.
    given_m3: float
    #: What stands in ponds [m3].
    stored_m3: float
    #: What left over an open edge after a hollow on its way was full [m3].
    spilled_m3: float
    #: What ran straight out over an open edge, without a hollow on its way [m3].
    runoff_m3: float


def fill_spill(height_m: FloatArray, cell_m: float, *, volume_m3: FloatArray | None = None,
               rain_mm: float | None = None, open_edges: bool = True) -> FillSpill:
    """Let a volume of water run into the hollows of a terrain, fill them and spill on.

    Water goes over the sides of cells, not over corners, as in the flow model. Of equal heights the cell that comes
    first (rows from the first, columns from the first) counts as the lower. Voids are walls, and get no rain.

    Parameters
    ----------
    height_m
        Terrain, (rows, columns) [m]; NaN is a void.
    cell_m
        Side of a cell [m].
    volume_m3
        Water on each cell, (rows, columns) [m3]; or
    rain_mm
        the same rain on every cell [mm].
    open_edges
        Whether water leaves over the outer edge of the grid, at the height of the cell there; else it is a wall.

    Raises
    ------
    InputError
        Not exactly one of ``volume_m3`` and ``rain_mm``; shapes that differ; a negative, unknown or infinite volume; a
        volume on a void; heights that are infinite; a cell without size.

    Examples
    --------
    A bowl of one cell, 1 m deep and 1 m2 wide, half filled.

    >>> ground = np.full((5, 5), 2.0)
    >>> ground[2, 2] = 1.0
    >>> volume = np.zeros((5, 5))
    >>> volume[2, 2] = 0.5
    >>> answer = fill_spill(ground, 1.0, volume_m3=volume)
    >>> float(answer.depth_m[2, 2]), answer.stored_m3, answer.spilled_m3
    (0.5, 0.5, 0.0)
    """
    height_m = np.ascontiguousarray(height_m, np.float64)
    _check_ground(height_m, cell_m)
    area_m2 = cell_m * cell_m
    void = np.isnan(height_m)
    water_m = _water(void, area_m2, volume_m3, rain_mm).ravel()
    heights = height_m.ravel()
    order = np.argsort(heights, kind="stable")[:int(np.count_nonzero(~void))]
    rows, columns = height_m.shape
    leaf, part, parent, sibling, target, floor_m, lip_m, capacity_m, at_floor = hollows(
        heights, order, rows, columns, open_edges)
    inflow_m = np.bincount(leaf[order], weights=water_m[order], minlength=len(parent)).astype(np.float64)
    held_m, pond, left_m = pour(inflow_m, parent, sibling, target, lip_m, capacity_m)
    depth_m = pond_depths(heights, order, part, floor_m, lip_m, capacity_m, at_floor, held_m, pond)
    return FillSpill(depth_m=depth_m.reshape(rows, columns), given_m3=float(water_m.sum() * area_m2),
                     stored_m3=float(held_m.sum() * area_m2), spilled_m3=float(left_m.sum() * area_m2),
                     runoff_m3=float(inflow_m[OUTSIDE] * area_m2))


def _check_ground(height_m: FloatArray, cell_m: float) -> None:
    """Refuse what is no terrain."""
    if height_m.ndim != 2 or not height_m.size:
        raise InputError(field="height_m", found=f"an array of shape {height_m.shape}", expected="(rows, columns)")
    if np.isinf(height_m).any():
        raise InputError(field="height_m", found=f"{np.isinf(height_m).sum()} infinite heights",
                         expected="metres, NaN where unknown")
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise InputError(field="cell_m", found=f"{cell_m:g}", expected="the side of a cell, above 0 m")


def _water(void: BoolArray, area_m2: float, volume_m3: FloatArray | None,
           rain_mm: float | None) -> FloatArray:
    """Give the water on each cell as a depth [m], 0 on voids."""
    if (volume_m3 is None) == (rain_mm is None):
        raise InputError(field="volume_m3", found="both" if rain_mm is not None else "neither",
                         expected="either volume_m3 or rain_mm")
    if rain_mm is not None:
        if not (np.isfinite(rain_mm) and rain_mm >= 0):
            raise InputError(field="rain_mm", found=f"{rain_mm:g}", expected="0 mm or more")
        return np.where(void, 0.0, rain_mm / 1000.0)
    volume = np.asarray(volume_m3, np.float64)
    if volume.shape != void.shape:
        raise InputError(field="volume_m3", found=f"an array of shape {volume.shape}",
                         expected=f"the shape of the terrain, {void.shape}")
    if not (np.isfinite(volume) & (volume >= 0)).all():
        raise InputError(field="volume_m3", found="volumes that are negative or unknown", expected="0 m3 or more")
    if volume[void].any():
        raise InputError(field="volume_m3", found=f"{np.count_nonzero(volume[void])} voids with water on them",
                         expected="water on known ground only", remedy="Set it to 0 where the terrain is NaN.")
    return np.asarray(volume / area_m2)
