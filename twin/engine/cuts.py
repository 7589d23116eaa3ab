"""Who is dead by a cut: cut itself, or fed by nothing where the declared cuts are all that ever happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from twin.codes import Action
from twin.quantities import BoolArray, Int64Array
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.plan import Declared, Plan


def in_order(plan: Plan) -> list[Declared]:
    """Give what a plan declares within its horizon in the order in which it is lived: by time, then row.

    What was declared before the start holds from the start.
    """
    return sorted((d for d in plan.declared if d.at_s < plan.duration_s), key=lambda d: (max(d.at_s, 0), d.asset))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeadByCut:
    """Who is dead by a cut from each moment on."""

    #: Moments at which a cut begins or ends, (N,) [s], increasing.
    at_s: Int64Array
    #: Who is dead from then on, (N, A).
    is_dead: BoolArray
    #: Whom no source ever feeds, (A,).
    is_never_fed: BoolArray

    def at(self, t_s: int) -> BoolArray:
        """Give who is dead by a cut just after a second, (A,)."""
        k = int(np.searchsorted(self.at_s, t_s, side="right")) - 1
        return self.is_dead[k] if k >= 0 else np.zeros(self.is_dead.shape[1], bool)


def dead_by_cut(city: City, plan: Plan) -> DeadByCut:
    """Give who is dead by a cut, moment by moment; what no source ever fed is not dead by a cut."""
    moments, masks = [], []
    graph = graph_of(city)
    is_ever_fed = graph.fed()
    for at_s, is_cut in _cuts(city, plan):
        moments.append(at_s)
        masks.append(is_cut | (is_ever_fed & ~graph.fed(is_cut)))
    return DeadByCut(at_s=np.array(moments, np.int64),
                     is_dead=np.array(masks, bool).reshape(len(moments), len(city.assets)),
                     is_never_fed=~is_ever_fed)


def _cuts(city: City, plan: Plan) -> Iterator[tuple[int, BoolArray]]:
    is_cut = np.zeros(len(city.assets), bool)
    for at_s, group in groupby(in_order(plan), key=lambda d: max(d.at_s, 0)):
        before = is_cut.copy()
        for said in group:
            if said.action in (Action.CUT, Action.RESTORE):
                is_cut[said.asset] = said.action is Action.CUT
        if np.any(before != is_cut):
            yield at_s, is_cut.copy()
