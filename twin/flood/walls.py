"""Barriers as walls on the faces of cells: which faces a line closes, how high, and when."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from twin.errors import InputError
from twin.flood.bed import Bed
from twin.flood.setup import Barrier
from twin.kernels.flow.tables import beds_between
from twin.quantities import BoolArray, FloatArray, Int64Array


class Wall(NamedTuple):
    """What stands on a face from one time to another."""

    axis: int
    row: int
    col: int
    from_s: float
    to_s: float
    #: Crest along the face, (factor,) [m]; inf where a house stands.
    crest_m: FloatArray


def walls_of(barriers: tuple[Barrier, ...], bed: Bed, surface_m: FloatArray) -> tuple[list[Wall], list[str]]:
    """Give the walls of all barriers, one a face and time, and what must be said of them.

    Where several barriers stand on one face at a time, the highest counts at each place.

    Raises
    ------
    InputError
        A barrier that touches no face between two cells of the domain.
    """
    found: dict[tuple[int, int, int], list[Wall]] = {}
    notes: list[str] = []
    for barrier in barriers:
        for wall in _walls(barrier, bed, surface_m, notes):
            found.setdefault(wall[:3], []).append(wall)
    return [wall for walls in found.values() for wall in _one_at_a_time(walls)], notes


def _walls(barrier: Barrier, bed: Bed, surface_m: FloatArray, notes: list[str]) -> Iterator[Wall]:
    """Give the walls of one barrier; a crest that is no wall is noted."""
    cells = bed.cells
    axis, row, col = cells.faces_along(barrier.line)
    if not len(axis):
        raise InputError(field="barriers", ids=(barrier.name,),
                         found=f"a line that follows no side between two cells of {cells.cell_m:g} m",
                         expected=f"a line inside {cells.extent}, and off its rim",
                         remedy="Coordinates are those of the city's CRS. A barrier along the rim of the domain holds "
                         "nothing: what lies beyond is not computed.")
    ground = np.empty((len(axis), bed.factor))
    beds_between(surface_m, bed.passable, axis, row, col, bed.factor, ground)
    covered = _covered(barrier.line, bed, axis, row, col)
    crest: FloatArray = np.full(ground.shape, barrier.crest_m, np.float64)
    if barrier.height_m is not None:
        crest = np.asarray(ground + barrier.height_m)
    asked = (covered & np.isfinite(ground)).any(axis=1)
    stands = np.asarray((covered & (crest > ground) & np.isfinite(ground)).any(axis=1))
    if not stands[asked].all():
        notes.append(f"The crest of '{barrier.name}' lies at or below the ground along {int((asked & ~stands).sum())} "
                     f"of {int(asked.sum())} faces: no wall there.")
    # Houses and levees stay what they are: a row that they close stays closed, a crest stands on theirs.
    crest = np.where(covered, np.maximum(crest, ground), ground)
    for k in np.flatnonzero(stands):
        yield Wall(int(axis[k]), int(row[k]), int(col[k]), barrier.from_s, barrier.to_s, crest[k])


def _covered(line: FloatArray, bed: Bed, axis: Int64Array, row: Int64Array, col: Int64Array) -> BoolArray:
    """Give which places along some faces a line passes, (F, factor): all but those beyond its ends."""
    a, _, c, _, e, f = bed.cells.grid.transform
    fine, place = a / bed.factor, np.arange(bed.factor) + 0.5
    at = np.empty((len(axis), bed.factor, 2))
    at[..., 0] = c + a * col[:, None] + np.where(axis == 1, fine, 0.0)[:, None] * place
    at[..., 1] = f + e * row[:, None] - np.where(axis == 0, fine, 0.0)[:, None] * place
    out = np.ones(at.shape[:2], np.bool_)
    for end, before in ((line[0], line[1]), (line[-1], line[-2])):
        outwards = (end - before) / max(float(np.hypot(*(end - before))), 1e-12)
        beyond = (at - end) @ outwards
        near = np.hypot(*np.moveaxis(at - end, -1, 0)) <= 2.0 * a
        out &= ~(near & (beyond > 0.5 * fine))
    return out


def _one_at_a_time(walls: list[Wall]) -> Iterator[Wall]:
    """Give the walls of one face as walls that never stand at the same time."""
    times = sorted({time for wall in walls for time in (wall.from_s, wall.to_s)})
    for start, end in pairwise(times):
        standing = [wall.crest_m for wall in walls if wall.from_s <= start and end <= wall.to_s]
        if standing:
            yield walls[0]._replace(from_s=start, to_s=end, crest_m=np.maximum.reduce(standing))


def as_columns(wall: Wall, bed: Bed) -> dict[str, Any]:
    """Give what the kernels read of a wall: its face and its crests above the datum of the cell on either side."""
    height_m = bed.cells.height_m
    before = float(height_m[wall.row - (wall.axis == 1), wall.col - (wall.axis == 0)])
    behind = float(height_m[wall.row, wall.col])
    return {"axis": wall.axis, "i": wall.row + 1, "j": wall.col + 1, "from_s": wall.from_s, "to_s": wall.to_s,
            "crest0": wall.crest_m - before, "crest1": wall.crest_m - behind}
