"""Others: how long repairs take that are no crew's of the plan, where the plan says it of their kinds; drawn too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.crews.draws import uniform
from twin.crews.job import NOMINAL
from twin.quantities import BoolArray, Int32Array, Int64Array
from twin.world.assets import Assets
from twin.world.crews import CrewPlan, Lasts, owner_of
from twin.world.kinds import STAGES


def told_of_others(plan: CrewPlan, assets: Assets) -> BoolArray:
    """Tell of which assets another owner mends the plan says how long it takes, (A,)."""
    named = {kind for kind, _, rule in plan.stages if rule.lasts is not None}
    told = np.array([kind.name in named and owner_of(kind.name, kind.roles) != plan.owner for kind in assets.kinds],
                    bool)
    return np.asarray(told[assets.kind])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherStages:
    """How long the stages of some assets' repairs take, where it is not what their kinds say."""

    #: Rows of the assets, (N,), increasing.
    asset: Int32Array
    #: Live and dead as the water came, (N, stages) each [s].
    live_s: Int64Array
    dead_s: Int64Array

    def repair_s(self, assets: Assets) -> tuple[Int64Array, Int64Array]:
        """Give how long the repair of each asset takes, live and dead, (A,) each [s]."""
        found = assets.kinds.repair_s[assets.kind].copy(), assets.kinds.repair_dead_s[assets.kind].copy()
        for side, mine in zip(found, (self.live_s, self.dead_s), strict=True):
            side[self.asset] = mine.sum(axis=1)
        return found

    def stages_s(self, asset: Int32Array, is_dead: BoolArray, usual_s: Int64Array) -> Int64Array:
        """Give the seconds of each stage of some repairs, (R, stages): ``usual_s`` but for these assets."""
        place = np.minimum(np.searchsorted(self.asset, asset), max(len(self.asset) - 1, 0))
        mine = self.asset[place] == asset if len(self.asset) else np.zeros(len(asset), bool)
        own = np.where(is_dead[:, None], self.dead_s[place], self.live_s[place]) if len(self.asset) else usual_s
        return np.where(mine[:, None], own, usual_s)


def other_stages(plan: CrewPlan, assets: Assets, seed: int, sample: int) -> OtherStages | None:
    """Give how long the stages of others' repairs take in a night; None where the plan says nothing of them.

    Draws are keyed by asset and stage: one for all repairs of an asset in a night.

    Parameters
    ----------
    plan, assets
        What is said of whom.
    seed, sample
        Of the plan, and which of its nights; 0: medians.
    """
    mine = np.flatnonzero(told_of_others(plan, assets)).astype(np.int32)
    if not len(mine):
        return None
    kinds = assets.kinds
    live_s, dead_s = kinds.stage_s[assets.kind[mine]].copy(), kinds.stage_dead_s[assets.kind[mine]].copy()
    for place, row in enumerate(mine.tolist()):
        for name, stage, rule in plan.stages:
            if rule.lasts is None or name != kinds.names[int(assets.kind[row])]:
                continue
            seconds, at = _seconds(rule.lasts, seed, sample, str(assets.id[row]), stage), STAGES.index(stage)
            for side in (live_s, dead_s):
                # A stage that a dead asset does not need it does not need however long it takes.
                side[place, at] = seconds if side[place, at] else 0
    return OtherStages(asset=mine, live_s=live_s, dead_s=dead_s)


def _seconds(lasts: Lasts, seed: int, sample: int, asset_id: str, stage: str) -> int:
    if sample == NOMINAL:
        return lasts.planned_s
    return lasts.quantile(uniform(seed, sample, asset_id, stage, 1, 1))
