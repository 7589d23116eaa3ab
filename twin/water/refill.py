"""Refill: the ground beside a river filled again, its levees higher or lower than the plan has them.

A crest that is another one changes from which level the water reaches the cells behind it, and over which low place
first; so the spill levels are followed anew, over the whole terrain, for each set of crests. What the plan says of a
levee's protection moves with a crest that it equals, and never stands above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.kernels.water.spill import UNREACHED, spill_levels
from twin.quantities import Float32Array, Int32Array, Int64Array
from twin.water.river_stage import StageHazard, metres_of, relative_mm

_MM = 1000.0


@dataclass(frozen=True, eq=False)
class Refill:
    """A river stage with levees, and the cells that are asked for.

    Parameters
    ----------
    hazard
        The plan's water, with its levees.
    cells
        Cells asked for, (C,).
    """

    hazard: StageHazard
    cells: Int64Array

    @cached_property
    def _ground(self) -> tuple[Float32Array, Int32Array]:
        """The ground without any levee, (N,) [m], and the same in millimetres."""
        height_m, walls = self.hazard.height_m.copy(), self.hazard.walls
        assert walls is not None
        for cells, ground_m in zip(walls.cells, walls.ground_m, strict=True):
            height_m[cells] = ground_m
        return height_m, relative_mm(height_m)

    def at(self, error_m: Sequence[float]) -> tuple[Float32Array, ...]:
        """Give height, spill level, spill level without levees, and protection level of the cells asked for, (C,) [m].

        Parameters
        ----------
        error_m
            What is added to the crest of each levee [m].
        """
        walls, columns = self.hazard.walls, self.hazard.grid.columns
        assert walls is not None
        ground_m, ground_mm = self._ground
        height_m, guard_mm = ground_m.copy(), np.full(len(ground_m), UNREACHED, np.int32)
        followed = walls.conduit_ends, walls.conduit_mm
        for cells, crest_m, guard_m, by_m in zip(walls.cells, walls.crest_m, walls.guard_m, error_m, strict=True):
            moved_m = np.where(guard_m == crest_m, crest_m + by_m, np.minimum(guard_m, crest_m + by_m))
            guard_mm[cells] = relative_mm(moved_m)
        open_mm = spill_levels(ground_mm, walls.river, *followed, guard_mm, columns, walls.lowest_mm, walls.highest_mm)
        for cells, crest_m, by_m in zip(walls.cells, walls.crest_m, error_m, strict=True):
            height_m[cells] = np.fmax(height_m[cells], (crest_m + by_m).astype(np.float32))
        high_mm = ground_mm.copy()
        crests = np.unique(np.concatenate(walls.cells))
        high_mm[crests] = relative_mm(height_m[crests])
        spill_mm = spill_levels(high_mm, walls.river, *followed, np.empty(0, np.int32), columns, walls.lowest_mm,
                                walls.highest_mm)
        asked = self.cells
        open_m = metres_of(open_mm[asked], ground_m[asked])
        open_m[np.isin(asked, crests)] = np.inf  # the crest itself is high ground, not ground behind it
        kept_m = np.where(guard_mm[asked] == UNREACHED, np.inf, guard_mm[asked] / _MM).astype(np.float32)
        return height_m[asked], metres_of(spill_mm[asked], height_m[asked]), open_m, kept_m
