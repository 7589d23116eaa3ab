"""Worth: what outages cost, by the counts that people weigh: critical sites, people, light, light in main streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.deciding.terms import COUNTS, OBJECTIVES
from twin.engine.part import Intervals
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array
from twin.results.result import Result
from twin.world.kinds import Role
from twin.world.sun import Darkness, darkness_of


@dataclass(frozen=True, eq=False)
class Worth:
    """How the outages of a city are counted."""

    #: What a second without service of each asset counts, (A,) by name: ``site_s`` and ``people_s``.
    out: dict[str, FloatArray]
    #: What a dark second of each asset counts: ``lamp_s`` and ``main_s``.
    dark: dict[str, FloatArray]
    night: Darkness
    duration_s: int

    @classmethod
    def of(cls, result: Result, is_main: BoolArray | None = None) -> Worth:
        """Give how the outages of a run are counted.

        Parameters
        ----------
        result
            A run.
        is_main
            Which assets stand in a main street, (A,); None: nobody knows, and nothing counts there.
        """
        assets = result.city.assets
        vital, lamp = assets.of_role(Role.VITAL), assets.of_role(Role.LIGHTS)
        premises = vital | assets.of_role(Role.PREMISES)
        main = np.zeros(len(assets), bool) if is_main is None else is_main
        return cls(out={"site_s": vital.astype(float), "people_s": np.where(premises, np.nan_to_num(assets.people), 0)},
                   dark={"lamp_s": lamp.astype(float), "main_s": (lamp & main).astype(float)},
                   night=darkness_of(result.plan, result.city), duration_s=result.plan.duration_s)

    def of_each(self, outages: Intervals, owner: Int32Array, count: int) -> FloatArray:
        """Give what outages cost, by whom they belong to.

        Parameters
        ----------
        outages
            Outages, in rows of the whole city.
        owner
            To which of ``count`` things each asset belongs, (A,); -1 to none.

        Returns
        -------
        (count, 4), columns as ``COUNTS`` [s].
        """
        mine = np.flatnonzero(owner[outages.asset] != NONE)
        asset, start_s = outages.asset[mine], outages.start_s[mine]
        end_s = np.where(outages.end_s[mine] == NONE, self.duration_s, outages.end_s[mine])
        whose = owner[asset]
        dark_s = self.night.seconds(asset, start_s, end_s)
        seconds = {**{name: (end_s - start_s) * weight[asset] for name, weight in self.out.items()},
                   **{name: dark_s * weight[asset] for name, weight in self.dark.items()}}
        return np.column_stack([np.bincount(whose, weights=seconds[name], minlength=count) for name in COUNTS])


def order(gains: FloatArray, objective: str) -> Int64Array:
    """Give rows by an objective, the largest gain first, (N,); rows alike stay in their order."""
    keys = [-gains[:, COUNTS.index(name)] for name in OBJECTIVES[objective]]
    return np.asarray(np.lexsort((np.arange(len(gains)), *keys[::-1])), np.int64)
