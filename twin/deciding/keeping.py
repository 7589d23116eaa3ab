"""Keeping: the smallest single change of a stated menu that would have kept an asset in service, found by running it.

The menu, in this order: one thing more lifted, by whole centimetres, the fewest first; one more supplier, for the
nearest link of the chain from one that stays in service, the nearest first. Where neither does, nothing of the menu
does. A cut of what floods keeps nothing in service; what it changes is told beside: when the asset is back, and its
time in the dark.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import Action, Level
from twin.deciding.batches import Trials
from twin.deciding.uncrewed import without_crews
from twin.engine.part import Intervals
from twin.engine.variants import Base
from twin.errors import InputError
from twin.quantities import NONE, Int32Array, Int64Array
from twin.results.outages import Outage
from twin.results.result import Result
from twin.water.exposure import levels_um
from twin.world.edits import AddSupplier, Declare
from twin.world.graph import graph_of, trips
from twin.world.kinds import Role
from twin.world.sun import darkness_of

#: Suppliers tried for each link, the nearest first.
_NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCut:
    """What a cut of the thing that floods would change."""

    asset: int
    #: The last whole minute before water touches it [s].
    at_s: int
    #: When the asset asked about is back, as it is and with the cut; -1 not within the horizon [s].
    back_s: int
    back_then_s: int
    #: Seconds of darkness more with the cut; below 0: less.
    darker_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What would have kept an asset in service."""

    #: ``raise``, ``feed`` or ``nothing``.
    sort: str
    #: What is lifted, or what gets one more supplier; -1 for nothing.
    asset: int = NONE
    #: Height more [whole cm].
    height_cm: int = 0
    supplier: int = NONE
    #: Where nothing keeps it: by lifting the root by ``height_cm`` it goes out from then on only, because of another.
    then_root: int = NONE
    then_s: int = NONE
    cut: EarlierCut | None = None


def what_would_keep(result: Result, outage: Outage) -> Kept:
    """Give the smallest single change without which an outage would not have been.

    Parameters
    ----------
    result
        A run.
    outage
        One of its outages: the asset has to be in service through all of it. Where the run has crews each change is
        tried with crews without limit: whether it fails does not hang on them.
    """
    # With crews an earlier return is a question of who is free: a cut is held against crews without limit alone.
    cut = None if result.plan.crews is not None else _earlier_cut(result, outage)
    result = without_crews(result)
    trials = Trials(result)
    for height_cm, row in _lifts(result, outage):
        if not _is_out(trials.kept_dry(np.array([row], np.int32)), result, outage):
            return Kept(sort="raise", asset=row, height_cm=height_cm, cut=cut)
    base = Base(result)
    for consumer, supplier in _feeds(result, outage):
        ids = result.city.assets.id
        try:
            variant = base.with_(AddSupplier(str(ids[supplier]), str(ids[consumer])))
        except InputError:
            continue
        if not _is_out(variant.intervals, result, outage):
            return Kept(sort="feed", asset=consumer, supplier=supplier, cut=cut)
    return _delayed(trials, outage, cut)


def _delayed(trials: Trials, outage: Outage, cut: EarlierCut | None) -> Kept:
    """Give until when lifting the root would have helped, where nothing helps to the end."""
    lift = next((height_cm for height_cm, row in _lifts(trials.result, outage) if row == outage.root), 0)
    if lift:
        made = trials.kept_dry(np.array([outage.root], np.int32))
        mine = np.flatnonzero((made.asset == outage.asset) & (made.start_s > outage.start_s))
        before = (made.asset == outage.asset) & (made.start_s <= outage.start_s) & (
            (made.end_s == NONE) | (made.end_s > outage.start_s))
        if len(mine) and not before.any():
            return Kept(sort="nothing", asset=outage.root, height_cm=lift, then_root=int(made.root[mine[0]]),
                        then_s=int(made.start_s[mine[0]]), cut=cut)
    return Kept(sort="nothing", cut=cut)


def _is_out(made: Intervals, result: Result, outage: Outage) -> bool:
    """Tell whether the asset is out at any second of the outage."""
    end_s = result.plan.duration_s if outage.end_s == NONE else outage.end_s
    mine = made.asset == outage.asset
    ends = np.where(made.end_s[mine] == NONE, result.plan.duration_s, made.end_s[mine])
    return bool(np.any((made.start_s[mine] < end_s) & (ends > outage.start_s)))


def _lifts(result: Result, outage: Outage) -> list[tuple[int, int]]:
    """Give what may be lifted with the height that it takes [cm], the smallest first: all above it that floods."""
    assets, c = result.city.assets, result.exposure.crossings
    above = np.zeros(len(assets), bool)
    above[outage.asset] = True
    above = graph_of(result.city).upstream(above)
    offsets, circuits = trips(assets, result.city.supplies)
    lamps = np.repeat(np.arange(len(assets)), np.diff(offsets))
    above[lamps[above[circuits]]] = True
    floods = np.zeros(len(assets), bool)
    floods[c.asset[(c.level == Level.FAIL) & c.is_up]] = True
    # Nobody lifts a house.
    rows = np.flatnonzero(above & floods & ~assets.of_role(Role.PREMISES)).astype(np.int32)
    peak_um = np.rint(result.exposure.peak_depth_m[rows].astype(np.float64) * 1e6).astype(np.int64)
    short_cm = (peak_um - levels_um(assets, rows)[1]) // 10_000 + 1
    return sorted(zip(short_cm.tolist(), rows.tolist(), strict=True))


def _feeds(result: Result, outage: Outage) -> list[tuple[int, int]]:
    """Give one more supplier for each link of the chain, the nearest of its sort that stay in service first."""
    assets, o = result.city.assets, result.outages
    graph = graph_of(result.city)
    end_s = result.plan.duration_s if outage.end_s == NONE else outage.end_s
    ends = np.where(o.end_s == NONE, result.plan.duration_s, o.end_s)
    fails = np.zeros(len(assets), bool)
    fails[o.asset[(o.start_s < end_s) & (ends > outage.start_s)]] = True
    fails |= ~graph.fed()
    preferred, found = graph.preferred(), []
    for consumer in [outage.asset, *graph.chain(outage.asset)]:
        supplier = int(preferred[consumer])
        if supplier == NONE or assets.has_role(consumer, Role.LIGHTS) or assets.has_role(consumer, Role.CIRCUIT):
            continue
        alike = np.flatnonzero((assets.kind == assets.kind[supplier]) & ~fails)
        own = np.zeros(len(assets), bool)
        own[consumer] = True
        alike = alike[~graph.downstream(own)[alike]]
        away = np.hypot(assets.x_m[alike] - assets.x_m[consumer], assets.y_m[alike] - assets.y_m[consumer])
        order: Int64Array = np.lexsort((alike, np.nan_to_num(away, nan=np.inf)))
        found += [(consumer, int(row)) for row in alike[order[:_NEAREST]].tolist()]
    return found


def _earlier_cut(result: Result, outage: Outage) -> EarlierCut | None:
    """Give what a cut of the root before its water would change; None where the root is no gear that floods."""
    root, assets, exposure = outage.root, result.city.assets, result.exposure
    touched_s = int(exposure.touched_at_s[root])
    if outage.root_mechanism.word != "flooded" or touched_s == NONE or assets.has_role(root, Role.LIGHTS) \
            or assets.has_role(root, Role.PREMISES):
        return None
    at_s = (touched_s - 1) // 60 * 60
    left_s = int(exposure.water_left_at_s[root])
    if at_s < 0 or left_s == NONE:
        return None
    name = str(assets.id[root])
    variant = Base(result).with_(Declare(Action.CUT, name, at_s), Declare(Action.RESTORE, name, left_s))
    made = variant.intervals
    row = made.covering(np.array([outage.asset], np.int32), np.array([outage.start_s]))[0]
    if row == NONE:
        return None
    night = darkness_of(result.plan, result.city)
    before = Intervals.of(result.outages)
    dark = [int(night.seconds(side.asset[mine], side.start_s[mine], np.where(
        side.end_s[mine] == NONE, result.plan.duration_s, side.end_s[mine])).sum())
        for side, mine in ((side, np.flatnonzero(side.asset == outage.asset)) for side in (before, made))]
    rows: Int32Array = np.array([row], np.int32)
    return EarlierCut(asset=root, at_s=at_s, back_s=outage.end_s, back_then_s=int(made.end_s[rows[0]]),
                      darker_s=dark[1] - dark[0])
