"""Ranking in an ensemble: what protecting a thing spares, night by night, beside the same nights as they are.

Each protection that is tried is made anew for every night in which water stands at what it keeps dry; in the others it
changes exactly nothing. What is told is the mean of the differences with its interval. Which things are tried first
is found from the roots of the nights: what puts most out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np

from twin.deciding.ranking import candidates, guarded, lamps_of
from twin.deciding.terms import COUNTS
from twin.deciding.worth import Worth, order
from twin.engine.part import Intervals
from twin.ensemble.answers import Answers
from twin.ensemble.confidence import Difference, Z, paired
from twin.ensemble.member import Ensemble, Outcome, member
from twin.ensemble.sharing import floods_shared
from twin.quantities import FloatArray, Int32Array
from twin.results.result import Result
from twin.world.kinds import Role

#: More nights than this are not told as a price.
_MOST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What protecting one thing spares in a night on average."""

    asset: int
    #: Nights in which water stands at what it keeps dry: those that were made anew.
    tried: int
    #: By count, as ``worth.COUNTS`` [s].
    spared: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LikelyRanking:
    """Protections that were tried, the most worth first."""

    base: Result
    n: int
    objective: str
    rows: tuple[Spared, ...]
    #: How many more things put something out in some night, and were not tried.
    untried: int
    #: Nights that tell the first from the second; None where they are told apart, or differ in nothing.
    nights_to_tell_apart: int | None


def first_to_try(base: Result, answers: Answers, kinds: Sequence[str] = ()) -> Int32Array:
    """Give the things that put something out in some night, those that put out most first.

    A root counts once for each night and asset; a circuit for the lamps that open it. Critical sites come before all
    else.
    """
    assets, causes = base.city.assets, answers.causes
    asset = np.repeat(answers.asset, np.diff(causes.offsets))
    vital = assets.of_role(Role.VITAL)
    weight = np.zeros((2, len(assets)))
    for k, chosen in enumerate((vital[asset], np.ones(len(asset), bool))):
        np.add.at(weight[k], causes.root[chosen], causes.count[chosen])
    rows, lamps = candidates(assets, kinds), lamps_of(base)
    sums = np.array([weight[:, guarded(base, row, lamps)].sum(axis=1) for row in rows.tolist()]).reshape(-1, 2)
    found = np.lexsort((assets.id[rows].astype(str), -sums[:, 1], -sums[:, 0]))
    return np.asarray(rows[found[sums[found, 1] > 0]])


def spared_by(ensemble: Ensemble, base: Result, nights: Iterable[Outcome], rows: Int32Array, *, objective: str,
              worth: Worth, untried: int = 0, told: Callable[[int], None] = lambda _: None) -> LikelyRanking:
    """Try protections in all nights.

    Parameters
    ----------
    ensemble, base, nights
        What the nights share, the run of the plan, and the nights as they are.
    rows
        Things to protect, each by itself, (K,).
    objective
        A word of ``worth.OBJECTIVES``.
    worth
        How outages are counted.
    untried
        How many more there are.
    told
        Told after each night how many there were.
    """
    lamps = lamps_of(base)
    seeds = [guarded(base, row, lamps) for row in rows.tolist()]
    index: list[int] = []
    before: list[FloatArray] = []
    after: list[list[FloatArray]] = [[] for _ in rows]
    tried = np.zeros(len(rows), np.int64)
    for i, night in enumerate(nights):
        cost = _cost(worth, night)
        before.append(cost)
        index.append(night.index)
        for k, kept in enumerate(seeds):
            is_wet = bool(np.isin(kept, night.wet).any())
            after[k].append(_cost(worth, member(ensemble, night.index, kept_dry=kept)) if is_wet else cost)
            tried[k] += is_wet
        told(i + 1)
    one = np.array(before)
    each = np.array([one - np.array(other) for other in after]).reshape(len(rows), len(one), len(COUNTS))
    found = order(each.mean(axis=1), objective)
    flood = floods_shared(ensemble.uncertainty, ensemble.plan.seed, np.array(index, np.int64))
    spared = tuple(Spared(asset=int(rows[k]), tried=int(tried[k]), spared=tuple(
        paired(one[:, c] - each[k, :, c], one[:, c], flood) for c in range(len(COUNTS)))) for k in found.tolist())
    return LikelyRanking(base=base, n=len(one), objective=objective, rows=spared, untried=untried,
                         nights_to_tell_apart=_apart(each[found]) if len(found) > 1 else None)


def _apart(each: FloatArray) -> int | None:
    """Give how many nights tell the first from the second by the first count in which they differ on average."""
    difference = each[0] - each[1]
    mean = difference.mean(axis=0)
    differs = np.flatnonzero(mean != 0)
    if not len(differs):
        return None
    c = int(differs[0])
    needed = (Z * float(difference[:, c].std(ddof=1)) / abs(float(mean[c]))) ** 2
    return ceil(needed) if isfinite(needed) and len(difference) < needed < _MOST else None


def _cost(worth: Worth, night: Outcome) -> FloatArray:
    owner: Int32Array = np.zeros(len(worth.out["site_s"]), np.int32)
    intervals = Intervals(
        asset=night.asset, start_s=night.start_s.astype(np.int64), end_s=night.end_s.astype(np.int64),
        mechanism=night.mechanism, cause=night.root, root=night.root, root_mechanism=night.root_mechanism)
    return np.asarray(worth.of_each(intervals, owner, 1)[0])

