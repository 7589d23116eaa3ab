"""Which nights share the water of one flood: those of a few floods, and those that take one member of a forecast.

A forecast of twenty members says what twenty waters do. A thousand nights made of them are sure of what heights and
repairs add, and no surer of the water than twenty.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.ensemble.draws import Draws
from twin.ensemble.moving import moved_of
from twin.ensemble.uncertain import Uncertainty
from twin.quantities import Int64Array


def floods_shared(uncertain: Uncertainty, seed: int, index: Int64Array, arms: Mapping[str, int] | None = None
                  ) -> Int64Array | None:
    """Give the number of the flood of each night, (N,); None where the water of each night is its own.

    Parameters
    ----------
    uncertain, seed, arms
        What may be otherwise, and by what it is drawn.
    index
        The nights, (N,).
    """
    if uncertain.flow.floods is not None:
        return np.asarray(index, np.int64) % uncertain.flow.floods
    if uncertain.level.members is None and not uncertain.flow.members:
        return None
    known: dict[tuple[bytes, ...], int] = {}
    found = np.empty(len(index), np.int64)
    for i, night in enumerate(index.tolist()):
        moved = moved_of(uncertain, Draws(seed=seed, index=night, arms=arms or {}), has_floods=True)
        taken = (b"" if uncertain.level.members is None or moved.along_m is None else moved.along_m.tobytes(),
                 *(one.m3_s.tobytes() + one.times_s.tobytes() for one in moved.inflows))
        found[i] = known.setdefault(taken, len(known))
    return found
