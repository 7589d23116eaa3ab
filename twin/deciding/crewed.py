"""Crewed: what the first of a ranking spare with the run's own crews, by running each; the ranking has no limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.access.access import Access
from twin.deciding.ranking import Ranking
from twin.engine.part import Intervals
from twin.engine.simulate import lived
from twin.errors import InputError
from twin.quantities import FloatArray
from twin.results.result import Result
from twin.water.exposure import exposure_of
from twin.world.edits import Raise, apply_all

#: How many of a ranking are run again.
MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crewed:
    """One thing of a ranking, run with crews."""

    #: Its place in the ranking, from 0.
    place: int
    #: What is spared in all when it is kept dry and crews go where they are needed then, (4,), columns as
    #: ``worth.COUNTS`` [s]: below 0 where somebody comes later for it.
    spared: FloatArray


def with_crews(ranking: Ranking, result: Result, access: Access | None, *, most: int = MOST) -> tuple[Crewed, ...]:
    """Run the whole city with its crews again for each of the first of a ranking.

    Parameters
    ----------
    ranking
        The ranking.
    result
        The run with crews that it was made of.
    access
        Its streets in the water; None where nobody drives.
    most
        How many.

    Raises
    ------
    InputError
        A run without crews, or without depths over time.
    """
    if result.plan.crews is None:
        raise InputError(field="--crews", found="a run without crews", expected="a scenario with `crews`")
    depths = result.exposure.depths
    if depths is None:
        raise InputError(field="--crews", found="a run without water", expected="one with depths over time")
    ids, whole = result.city.assets.id, np.zeros(len(result.city.assets), np.int32)
    before = ranking.worth.of_each(Intervals.of(result.outages), whole, 1)[0]
    found = []
    for place in range(min(most, len(ranking))):
        height_m = int(ranking.height_cm[place]) / 100
        # Without a height nobody knows there is nothing to run.
        edits = [Raise(str(ids[row]), height_m) for row in ranking.seeds[place].tolist()] if height_m > 0 else []
        edited = apply_all(result.plan, result.city, edits)
        state = lived(edited.city, edited.plan, exposure_of(depths, edited.city.assets).crossings, access)
        found.append(Crewed(place=place, spared=before - ranking.worth.of_each(Intervals.lived(state), whole, 1)[0]))
    return tuple(found)
