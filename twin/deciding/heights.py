"""Heights: what the loss of a thing costs by how far it is raised, at the water of a run and at more of it.

A step curve: the thing (of a circuit its lamps) is raised by some whole centimetres and all that hangs on it is run
again, at so many heights that the steps stand where they are. Between two heights that were run the cost is that of
the lower one: less is claimed of no height than was computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from twin.codes import Level
from twin.deciding.ranking import MORE_WATER_M, Ranking
from twin.deciding.terms import COUNTS, OBJECTIVES
from twin.engine.cuts import dead_by_cut
from twin.engine.part import Intervals, Part
from twin.engine.simulate import run
from twin.errors import InputError
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, column
from twin.results.result import Result
from twin.water.depths import DepthSeries
from twin.water.exposure import Crossings, exposure_of
from twin.world.graph import graph_of

#: Heights first tried stand this far apart [cm], and so far beyond what is enough at more water.
_STEP_CM, _BEYOND_CM = 5, 10
#: Heights first tried, and tried beside them where the cost falls most, at most.
_FIRST, _MORE = 40, 40
#: What the cost may fall between two heights and is not looked at closer: a share of all that it falls.
_FALL = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeightCurve:
    """What the outages of all that hangs on a thing cost, by how far it is raised."""

    #: Heights that were run, (N,), increasing from 0 [whole cm].
    height_cm: Int32Array
    #: Cost at each, (N, 4), columns as ``terms.COUNTS`` [s].
    cost: FloatArray

    def at(self, height_cm: int) -> FloatArray:
        """Give the cost at a height, (4,): that of the highest one run at or below it."""
        return np.asarray(self.cost[int(np.searchsorted(self.height_cm, height_cm, side="right")) - 1], np.float64)

    @property
    def enough_cm(self) -> int:
        """The least height from which on more of it spares nothing more, of what was run [cm]."""
        same = np.all(np.abs(self.cost - self.cost[-1]) < 1, axis=1)
        return int(self.height_cm[int(np.flatnonzero(~same)[-1]) + 1]) if not same.all() else 0


def in_more_water(result: Result, more_m: float = MORE_WATER_M) -> Result:
    """Give a run in water that stands higher by a height wherever it stands; what is dry stays dry.

    Parameters
    ----------
    result
        A run.
    more_m
        How much higher [m].

    Raises
    ------
    InputError
        A run without depths over time.
    """
    depths = _depths_of(result)
    um = np.asarray(depths.depth_um, np.int64)
    higher = replace(depths, depth_um=column(np.where(um > 0, um + round(more_m * 1e6), 0), np.int32), _row_of={})
    return run(result.city, result.plan, exposure_of(higher, result.city.assets))


def height_curve(ranking: Ranking, place: int, result: Result | None = None, kept: Sequence[int] = ()) -> HeightCurve:
    """Give what the loss of a ranked thing costs by how far it is raised.

    Parameters
    ----------
    ranking
        What was ranked.
    place
        The thing, by its place in it.
    result
        The run in other water, as of ``in_more_water``; None: the run that was ranked.
    kept
        Rows of the city that no water reaches in this: those of another thing that is protected as well.

    Raises
    ------
    InputError
        A run without depths over time.
    """
    result = ranking.result if result is None else result
    trial = _Trial(ranking, place, result, kept)
    top_cm = int(ranking.height_more_cm[place]) + _BEYOND_CM
    step_cm = max(_STEP_CM, -(-top_cm // _FIRST))
    tried = {0, top_cm, *range(0, top_cm, step_cm)}
    for needed_cm in (int(ranking.height_cm[place]), int(ranking.height_more_cm[place])):
        tried |= {height for height in (needed_cm - 1, needed_cm) if height > 0}
    cost = _refined({height: trial.cost(height) for height in sorted(tried)}, trial.cost,
                    COUNTS.index(OBJECTIVES[ranking.objective][0]))
    heights = sorted(cost)
    return HeightCurve(height_cm=column(heights, np.int32), cost=np.array([cost[height] for height in heights]))


def hangs_on(result: Result, row: int) -> tuple[int, ...]:
    """Give what lies on every way to an asset: things whose loss alone leaves it without, in order of rows."""
    graph, count = graph_of(result.city), len(result.city.assets)
    if not graph.fed()[row]:
        return ()

    def only(one: int) -> BoolArray:
        mask = np.zeros(count, bool)
        mask[one] = True
        return mask

    above = np.flatnonzero(graph.upstream(only(row)))
    return tuple(one for one in above.tolist() if one != row and not graph.fed(only(one))[row])


def _depths_of(result: Result) -> DepthSeries:
    """Give the depths over time of a run, or refuse one that kept none."""
    if result.exposure.depths is None:
        raise InputError(found="a run without depths over time", expected="one whose water was kept",
                         remedy="Compute it anew.")
    return result.exposure.depths


def _refined(cost: dict[int, FloatArray], run_at: Callable[[int], FloatArray], first: int) -> dict[int, FloatArray]:
    """Run more heights between those whose costs differ most, until the falls are single centimetres or small."""
    heights = sorted(cost)
    whole = np.maximum(np.abs(cost[heights[0]] - cost[heights[-1]]), 1)
    left: list[tuple[float, int, int]] = []

    def put(low: int, high: int) -> None:
        fall = np.abs(cost[low] - cost[high]) / whole
        # By the count that decides first; by the others where that one does not move.
        size = float(fall[first] if fall[first] > _FALL else fall.max() / 2)
        if high - low > 1 and size > _FALL:
            heappush(left, (-size, low, high))

    for low, high in pairwise(heights):
        put(low, high)
    for _ in range(_MORE):
        if not left:
            break
        _, low, high = heappop(left)
        middle = (low + high) // 2
        cost[middle] = run_at(middle)
        put(low, middle)
        put(middle, high)
    return cost


class _Trial:
    """All that hangs on a thing, to be run with it raised."""

    def __init__(self, ranking: Ranking, place: int, result: Result, kept: Sequence[int]) -> None:
        self.result, self.worth, self.seeds = result, ranking.worth, ranking.seeds[place]
        count = len(result.city.assets)
        dry = np.zeros(count, bool)
        dry[list(kept)] = True
        mask = dry.copy()
        mask[self.seeds] = True
        self._part = Part.of(result.city, mask)
        self._outside = Intervals.of(result.outages)
        self._dead = dead_by_cut(result.city, result.plan)
        self._owner = np.full(count, NONE, np.int32)
        self._owner[ranking.reach[place]] = 0
        c, raised = result.exposure.crossings, np.zeros(count, bool)
        raised[self.seeds] = True
        self._others = c.where(~raised[c.asset] & ~(dry[c.asset] & (c.level != Level.TOUCH)))
        self._depths = _depths_of(result).take(self.seeds)
        self._assets = result.city.assets.take(self.seeds)

    def cost(self, height_cm: int) -> FloatArray:
        """Give the cost with the thing raised by a height [cm], (4,)."""
        lifted = self._assets.replaced(touch_m=self._assets.touch_m + height_cm / 100,
                                       fail_m=self._assets.fail_m + height_cm / 100)
        new, old = exposure_of(self._depths, lifted).crossings, self._others
        water = Crossings.of(np.concatenate([old.time_s, new.time_s]),
                             np.concatenate([old.asset, self.seeds[new.asset]]),
                             np.concatenate([old.level, new.level]), np.concatenate([old.is_up, new.is_up]))
        made = self._part.run(self.result.plan, water, self._outside, self._dead)
        cost: FloatArray = self.worth.of_each(made, self._owner, 1)[0]
        return cost
