"""Near: which of some assets stand within a distance of another."""

from __future__ import annotations

import numpy as np

from twin.quantities import BoolArray, Int32Array
from twin.world.assets import Assets

#: A site this near to something live in water is told; a house this near [m]: assumptions.
SITE_NEAR_M, HOUSE_NEAR_M = 100.0, 20.0


def near(assets: Assets, row: int, others: BoolArray, distance_m: float) -> Int32Array:
    """Give the rows among some assets, (A,), that stand within a distance [m] of one; none where it has no position."""
    away_m = np.hypot(assets.x_m - assets.x_m[row], assets.y_m - assets.y_m[row])
    return np.flatnonzero(others & (away_m <= distance_m)).astype(np.int32)
