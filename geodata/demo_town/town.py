"""The town before it becomes columns: relief, streets, blocks, lamps, substations and cabinets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.demo_town.blocks import Fabric
from geodata.demo_town.ground import Relief
from geodata.demo_town.lighting import Cabinets, Lamps
from geodata.demo_town.streets import Street


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Town:
    """The town before it becomes columns: what tests and pictures ask of its making."""

    relief: Relief
    streets: tuple[Street, ...]
    fabric: Fabric
    lamps: Lamps
    #: Places of the substations, (15, 2).
    substations: NDArray[np.float64]
    cabinets: Cabinets
