"""Cutting: what to open before the water comes, and its trade: minutes of darkness for minutes live in water.

A cabinet, or the like of it, is opened a lead before its water comes and closed again when the water has left all that
hangs on it; what flooded meanwhile is out until its shorter repair is over. Each cut is run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import Action
from twin.deciding.batches import Reaches, Trials
from twin.deciding.terms import LEAD_S
from twin.deciding.uncrewed import without_crews
from twin.deciding.worth import Worth
from twin.engine.part import Intervals
from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array
from twin.results.near import HOUSE_NEAR_M, SITE_NEAR_M
from twin.results.result import Result
from twin.world.graph import graph_of
from twin.world.kinds import Role
from twin.world.plan import Declared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cuts:
    """Columns of the cuts, (N,) each: first those that spare most time live in water near people."""

    result: Result
    asset: Int32Array
    at_s: Int64Array
    #: When the water has left all that hangs on it [s]; the horizon where it has not.
    until_s: Int64Array
    #: Seconds that things behind it may be live in water as it is, and with the cut.
    live_s: Int64Array
    live_after_s: Int64Array
    #: Of what is spared the seconds near people: a critical site within 100 m, a main street, houses within 20 m, a
    #: way to a refuge.
    near_s: Int64Array
    near_site: BoolArray
    near_main: BoolArray
    near_houses: BoolArray
    #: Something behind it stands on a way to a refuge; all False where no refuge was named.
    near_refuge: BoolArray
    #: What the cut costs (below 0: what it spares), (N, 4), columns as ``worth.COUNTS`` [s].
    costs: FloatArray

    def __len__(self) -> int:
        return len(self.asset)


def cuts(result: Result, *, lead_s: int = LEAD_S, is_main: BoolArray | None = None,
         is_on_way: BoolArray | None = None) -> Cuts:
    """Give the preventive cuts of a run with their trade.

    Parameters
    ----------
    result
        A run.
    lead_s
        How long before the first water of what hangs on it a thing is opened [s].
    is_main
        Which assets stand in a main street, (A,).
    is_on_way
        Which stand on a way to a refuge, (A,); None: no refuge was named.

    Returns
    -------
    One row for each cabinet, and each other place to cut that no cabinet stands above, behind which something may be
    live in water.
    """
    result = without_crews(result)
    parts, worth = result.live_parts, Worth.of(result, is_main)
    place = _place_of(result, parts.cut)
    # Lamps whose supply is not known have no place that is known to open: asked for, never planned.
    rows = np.unique(place[(place != NONE) & ~(parts.is_supply_unknown & result.view.is_lamp[parts.asset])]
                     ).astype(np.int32)
    near = _near(result, is_main, is_on_way)
    at_s, until_s = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    live, after, near_s = (np.zeros(len(rows), np.int64) for _ in range(3))
    flags = np.zeros((len(rows), 4), bool)
    for i, row in enumerate(rows.tolist()):
        mine = np.flatnonzero(place == row)
        at_s[i] = max(int(parts.from_s[mine].min()) - lead_s, 0)
        until_s[i] = _dry_again(result, np.append(parts.asset[mine], row))
        spared = np.minimum(parts.to_s[mine], until_s[i]) - np.maximum(parts.from_s[mine], at_s[i])
        live[i] = (parts.to_s[mine] - parts.from_s[mine]).sum()
        after[i] = live[i] - spared.clip(0).sum()
        people = near[parts.asset[mine]].any(axis=1)
        near_s[i] = spared[people].clip(0).sum()
        flags[i] = near[parts.asset[mine]].any(axis=0)
    costs = _costs(Trials(result), worth, rows, at_s, until_s)
    order = np.lexsort((rows, after - live, -near_s))
    return Cuts(result=result, asset=rows[order], at_s=at_s[order], until_s=until_s[order], live_s=live[order],
                live_after_s=after[order], near_s=near_s[order], near_site=flags[order, 0], near_main=flags[order, 1],
                near_houses=flags[order, 2], near_refuge=flags[order, 3], costs=costs[order])


def _place_of(result: Result, cut: Int32Array) -> Int32Array:
    """Give where each is opened: the cabinet above it, else itself."""
    above = graph_of(result.city).nearest_above(result.city.assets.of_role(Role.SWITCHES))
    return np.where(above[cut] == NONE, cut, above[cut]).astype(np.int32)


def _dry_again(result: Result, rows: Int32Array) -> int:
    """Give when the water has left all of these [s]."""
    wet, horizon_s = result.exposure.wet, result.plan.duration_s
    ends = wet.end_s[np.isin(wet.asset, rows)]
    return int(np.where(ends == NONE, horizon_s, ends).max(initial=0))


def _near(result: Result, is_main: BoolArray | None, is_on_way: BoolArray | None) -> BoolArray:
    """Tell near which people each asset stands, (A, 4): a critical site, a main street, houses, a way to a refuge."""
    assets = result.city.assets
    vital = assets.of_role(Role.VITAL)
    houses = assets.of_role(Role.PREMISES) & ~vital
    nowhere = np.zeros(len(assets), bool)
    return np.column_stack([_within(result, vital, SITE_NEAR_M), nowhere if is_main is None else is_main,
                            _within(result, houses, HOUSE_NEAR_M), nowhere if is_on_way is None else is_on_way])


def _within(result: Result, others: BoolArray, distance_m: float) -> BoolArray:
    """Tell which live things in water stand within a distance of any of some assets, (A,)."""
    assets = result.city.assets
    found = np.zeros(len(assets), bool)
    there = np.flatnonzero(others & ~np.isnan(assets.x_m))
    there = there[np.argsort(assets.x_m[there], kind="stable")]
    for row in np.unique(result.live_parts.asset).tolist():
        x_m, y_m = assets.x_m[row], assets.y_m[row]
        first, last = np.searchsorted(assets.x_m[there], [x_m - distance_m, x_m + distance_m])
        near = there[first:last]
        found[row] = bool(np.any(np.hypot(assets.x_m[near] - x_m, assets.y_m[near] - y_m) <= distance_m))
    return found


def _costs(trials: Trials, worth: Worth, rows: Int32Array, at_s: Int64Array, until_s: Int64Array) -> FloatArray:
    costs = np.zeros((len(rows), 4))
    reaches = Reaches(trials.result, [rows[i:i + 1] for i in range(len(rows))])
    for batch in reaches.batches:
        mine = list(batch.members)
        told = [declared for i in mine for declared in (
            Declared(at_s=int(at_s[i]), action=Action.CUT, asset=int(rows[i])),
            Declared(at_s=int(until_s[i]), action=Action.RESTORE, asset=int(rows[i])))]
        made: Intervals = trials.declared(rows[mine], told)
        costs[mine] = (worth.of_each(made, batch.owner, len(rows))
                       - worth.of_each(trials.intervals, batch.owner, len(rows)))[mine]
    return costs
