"""Which supply point failed: exact posterior on a supply tree, from what is reported dark and lit.

Each node may have failed by itself, with a prior from the run; a node delivers while neither it nor anything above it
has failed. Reports are independent given that. One pass from the leaves up and one from the root down give every
marginal exactly; nothing is sampled.

Only reports that were *received* and are *fresh* count, and only of lamps that are meant to burn: silence is evidence
of nothing but silence, and a lamp that is off by day proves nothing. Both are the caller's to sort out.

Source
------
Sum-product on a tree (Pearl 1988, Probabilistic Reasoning in Intelligent Systems, ch. 4); the decoupling of a supply
tree by sensor areas: Sevlian et al. 2015, arXiv:1503.08244.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from twin.errors import InputError
from twin.quantities import NONE, FloatArray, Int32Array, Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportModel:
    """How far a report of one lamp can be trusted."""

    #: Chance that a lamp is dark by a fault of its own.
    own_fault: float = 0.02
    #: Chance that a dark lamp is reported lit, and a lit one dark.
    missed_dark: float = 0.03
    false_dark: float = 0.01

    @property
    def dark_if_fed(self) -> float:
        """Chance that a lamp that is fed is reported dark.

        Examples
        --------
        >>> round(ReportModel().dark_if_fed, 4)
        0.0292
        """
        return self.own_fault * (1 - self.missed_dark) + (1 - self.own_fault) * self.false_dark

    @property
    def dark_if_down(self) -> float:
        """Chance that a lamp that is not fed is reported dark."""
        return 1 - self.missed_dark


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suspicion:
    """What is believed of each node, (N,)."""

    #: Chance that it failed by itself.
    failed: FloatArray
    #: Chance that it does not deliver, by itself or for want of what feeds it.
    down: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A node that may have failed."""

    node: int
    failed: float
    #: How many times likelier than the next one; infinite where there is no other.
    odds: float


def posterior(parent: Int32Array, prior: FloatArray, dark: Int64Array, lit: Int64Array,
              model: ReportModel | None = None) -> Suspicion:
    """Give what reports say of each node of a supply tree.

    Parameters
    ----------
    parent
        Node that feeds each, (N,); -1 for a source. Segments (a circuit, a phase) are nodes like any other.
    prior
        Chance that each failed by itself, before any report, (N,), 0 to 1.
    dark, lit
        Fresh reports of lamps that hang directly on each node, (N,).
    model
        How far a report is trusted.

    Raises
    ------
    InputError
        A chance outside 0 to 1, or nodes that feed one another.

    Examples
    --------
    >>> import numpy as np
    >>> one = posterior(np.array([-1]), np.array([0.01]), np.array([3]), np.array([0]))
    >>> round(float(one.failed[0]), 4)
    0.9973
    """
    model = model or ReportModel()
    prior = np.asarray(prior, float)
    if len(prior) and not bool(np.all((prior >= 0) & (prior <= 1))):
        raise InputError(field="prior", found="a chance outside 0 to 1", expected="chances from 0 to 1")
    levels = _levels(np.asarray(parent))
    n = len(prior)
    if_up = dark * np.log(model.dark_if_fed) + lit * np.log1p(-model.dark_if_fed)
    if_down = dark * np.log(model.dark_if_down) + lit * np.log1p(-model.dark_if_down)
    with np.errstate(divide="ignore"):
        fails, holds = np.log(prior), np.log1p(-prior)
    fed = np.zeros(n)
    for rows in reversed(levels):
        # The evidence below and at each node, given that what feeds it delivers.
        fed[rows] = np.logaddexp(fails[rows] + if_down[rows], holds[rows] + if_up[rows])
        above = parent[rows]
        has = above != NONE
        np.add.at(if_up, above[has], fed[rows[has]])
        np.add.at(if_down, above[has], if_down[rows[has]])
    failed, up = np.zeros(n), np.zeros(n)
    for rows in levels:
        above = parent[rows]
        fed_now = np.where(above == NONE, 1.0, up[above])
        failed[rows] = fed_now * np.exp(fails[rows] + if_down[rows] - fed[rows]) + (1 - fed_now) * prior[rows]
        up[rows] = fed_now * np.exp(holds[rows] + if_up[rows] - fed[rows])
    return Suspicion(failed=failed, down=1 - up)


def _levels(parent: Int32Array) -> list[Int64Array]:
    """Give the nodes by their distance from a source, sources first."""
    depth = np.where(parent == NONE, 0, -1)
    levels = [np.flatnonzero(depth == 0)]
    left = len(parent) - len(levels[0])
    while left:
        waiting = np.flatnonzero(depth < 0)
        here = waiting[depth[parent[waiting]] == len(levels) - 1]
        if not len(here):
            raise InputError(field="parent", found=f"{left} nodes that feed one another in a ring", expected="a tree",
                             remedy="Open the ring where its switch stands open.")
        depth[here] = len(levels)
        levels.append(here)
        left -= len(here)
    return levels


def suspects(found: Suspicion, *, least: float = 0.05, most: int = 5) -> list[Suspect]:
    """Give the likeliest nodes, each with its odds over the next.

    Parameters
    ----------
    found
        What is believed.
    least
        Nodes less likely than this are left out.
    most
        How many at most.
    """
    order = np.argsort(-found.failed, kind="stable")
    told = []
    for place, node in enumerate(order[:most].tolist()):
        chance = float(found.failed[node])
        if chance < least:
            break
        after = float(found.failed[order[place + 1]]) if place + 1 < len(order) else 0.0
        told.append(Suspect(node=node, failed=chance, odds=chance / after if after else float("inf")))
    return told


def best_question(parent: Int32Array, prior: FloatArray, dark: Int64Array, lit: Int64Array,
                  candidates: Sequence[int], model: ReportModel | None = None) -> tuple[int, float]:
    """Give the node of which one more lamp should be asked, and how much that tells of what failed.

    What it tells is the expected fall of the entropy of all marginals [bits]; the first of equals is taken.

    Parameters
    ----------
    parent, prior, dark, lit, model
        As in ``posterior``.
    candidates
        Nodes with a lamp that can be asked: a call, a crew that passes. Each costs two passes.
    """
    model = model or ReportModel()
    now = posterior(parent, prior, dark, lit, model)
    before = _entropy(now)
    best, gain = NONE, 0.0
    for node in candidates:
        says_dark = float(now.down[node]) * model.dark_if_down + (1 - float(now.down[node])) * model.dark_if_fed
        one = np.zeros(len(dark), np.int64)
        one[node] = 1
        after = (says_dark * _entropy(posterior(parent, prior, dark + one, lit, model))
                 + (1 - says_dark) * _entropy(posterior(parent, prior, dark, lit + one, model)))
        if before - after > gain + 1e-12:
            best, gain = int(node), before - after
    return best, gain


def _entropy(found: Suspicion) -> float:
    p = np.clip(found.failed, 1e-12, 1 - 1e-12)
    return float(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)).sum())


def prior_by_water(depth_m: float, fail_m: float, error_m: float, base: float = 0.01) -> float:
    """Give the chance that an asset failed, from the water that was computed at it.

    Parameters
    ----------
    depth_m
        Highest depth at it so far [m]; NaN where it is unknown.
    fail_m
        Height at which water reaches its live parts [m].
    error_m
        Error of both together, one standard deviation [m].
    base
        Chance of a failure by anything else.

    Examples
    --------
    >>> round(prior_by_water(0.35, 0.35, 0.1), 3), prior_by_water(0.0, 0.35, 0.1)
    (0.505, 0.01)
    """
    if np.isnan(depth_m) or np.isnan(fail_m) or depth_m <= 0:
        return base
    by_water = float(depth_m >= fail_m) if error_m <= 0 else 0.5 * (1 + erf((depth_m - fail_m) / (error_m * sqrt(2))))
    return base + (1 - base) * by_water
