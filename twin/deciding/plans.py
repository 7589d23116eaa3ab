"""Plans: what to protect with the money there is, one after the other, each time by what it then adds; and pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from twin.deciding.batches import Trials
from twin.deciding.ranking import Ranking
from twin.deciding.terms import COUNTS, OBJECTIVES
from twin.errors import InputError
from twin.quantities import FloatArray
from twin.world.assets import Assets

#: Things of which plans and pairs are made: the first of the ranking.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing more that is protected."""

    #: Place in the ranking.
    place: int
    cost: float
    #: What it adds to all before it, and what all together spare, columns as ``worth.COUNTS`` [s].
    adds: tuple[float, ...]
    together: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two things that spare together another sum than each alone."""

    places: tuple[int, int]
    together: tuple[float, ...]
    #: What is spared beyond the sum of both: below 0 where one makes the other needless.
    beyond: tuple[float, ...]


def costs_of(ranking: Ranking, given: Mapping[str, float]) -> FloatArray:
    """Give the cost of protecting each thing, (N,); NaN where nobody said one: it is in no plan.

    Parameters
    ----------
    ranking
        The things.
    given
        Cost by kind or by asset's id, in any money; an id comes before its kind.

    Raises
    ------
    InputError
        Neither a kind nor an asset; a cost below 0.
    """
    assets: Assets = ranking.result.city.assets
    for key, cost in given.items():
        if key not in assets.kinds.names:
            assets.row(key)
        if not cost >= 0 or not np.isfinite(cost):
            raise InputError(field="--cost", found=f"{key}={cost:g}", expected="0 or more")
    return np.array([given.get(str(assets.id[row]), given.get(assets[row].kind, np.nan))
                     for row in ranking.asset.tolist()])


def greedy(ranking: Ranking, costs: FloatArray, budget: float) -> tuple[Step, ...]:
    """Choose within a budget, each time what adds most for its cost, by running it with all that was chosen before.

    Only the first ``MOST`` of the ranking with a cost are looked at. What is not the best plan of all is not far from
    it where things do not lean on each other; that it is the best is not claimed.

    Raises
    ------
    InputError
        A budget without a single cost, or below 0.
    """
    if not budget >= 0:
        raise InputError(field="--budget", found=f"{budget:g}", expected="0 or more")
    left = [place for place in range(len(ranking)) if not np.isnan(costs[place])][:MOST]
    if not left:
        raise InputError(field="--budget", found="a budget without costs", expected="what protecting a thing costs",
                         remedy="--cost cabinet=1500 for all of a kind, --cost A-012=900 for one.")
    trial = _Together(ranking)
    chosen: list[int] = []
    steps: list[Step] = []
    so_far = np.zeros(len(COUNTS))
    while True:
        left = [place for place in left if costs[place] <= budget + 1e-9]
        gains = {place: trial.spared([*chosen, place]) - so_far for place in left}
        worth = {place: (_key(ranking.objective, gain, float(costs[place])), -place) for place, gain in gains.items()}
        best = max(worth, default=None, key=lambda place: worth[place])
        if best is None or not np.any(gains[best] > 0):
            return tuple(steps)
        chosen.append(best)
        left.remove(best)
        budget -= float(costs[best])
        so_far = so_far + gains[best]
        steps.append(Step(place=best, cost=float(costs[best]), adds=tuple(gains[best].tolist()),
                          together=tuple(so_far.tolist())))


def pairs(ranking: Ranking) -> tuple[Pair, ...]:
    """Give the pairs that spare together another sum than each alone, the most beyond first.

    Looked at are the first ``MOST`` with each other, and each thing with what still puts it out if it is protected.
    Pairs that reach nothing in common spare exactly the sum.
    """
    trial, found = _Together(ranking), []
    place_of = {int(row): place for place, row in enumerate(ranking.asset.tolist())}
    asked = set(combinations(range(min(len(ranking), MOST)), 2))
    for place, root in enumerate(ranking.then_root.tolist()):
        other = place_of.get(root, place)
        if other != place:
            asked.add((min(place, other), max(place, other)))
    for one, other in sorted(asked):
        if not trial.meet(one, other):
            continue
        together = trial.spared([one, other])
        beyond = together - ranking.spared[one] - ranking.spared[other]
        if np.any(np.abs(beyond) >= 1):
            found.append(Pair(places=(one, other), together=tuple(together.tolist()), beyond=tuple(beyond.tolist())))
    return tuple(sorted(found, key=lambda pair: (_key(ranking.objective, -np.array(pair.beyond), 1.0), pair.places)))


def _key(objective: str, gains: FloatArray, cost: float) -> tuple[float, ...]:
    """Give by what a gain is compared: its counts in the objective's order, each for its cost."""
    return tuple(float(gains[COUNTS.index(name)]) / max(cost, 1e-9) for name in OBJECTIVES[objective])


class _Together:
    """What several things spare when all of them are protected."""

    def __init__(self, ranking: Ranking) -> None:
        self.ranking, self._trials = ranking, Trials(ranking.result)
        self._known: dict[frozenset[int], FloatArray] = {
            frozenset([place]): ranking.spared[place] for place in range(len(ranking))}

    def meet(self, one: int, other: int) -> bool:
        """Tell whether two things reach anything in common."""
        return bool(np.intersect1d(self.ranking.reach[one], self.ranking.reach[other], assume_unique=True).size)

    def spared(self, places: Sequence[int]) -> FloatArray:
        """Give what they spare together; things that do not meet are run apart and added."""
        total = np.zeros(len(COUNTS))
        for group in self._groups(places):
            if group not in self._known:
                self._known[group] = self._run(sorted(group))
            total = total + self._known[group]
        return total

    def _groups(self, places: Sequence[int]) -> list[frozenset[int]]:
        groups: list[set[int]] = []
        for place in places:
            near = [group for group in groups if any(self.meet(place, other) for other in group)]
            groups = [group for group in groups if group not in near] + [set().union({place}, *near)]
        return [frozenset(group) for group in groups]

    def _run(self, places: Sequence[int]) -> FloatArray:
        ranking = self.ranking
        made = self._trials.kept_dry(np.concatenate([ranking.seeds[place] for place in places]))
        owner = np.full(len(ranking.result.city.assets), -1, np.int32)
        for place in places:
            owner[ranking.reach[place]] = 0
        worth = ranking.worth
        gained: FloatArray = worth.of_each(self._trials.intervals, owner, 1)[0] - worth.of_each(made, owner, 1)[0]
        return gained
