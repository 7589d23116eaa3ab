"""A moment of a run: every question about a time is asked here, of the tables of the result; nothing is decided anew.

Out (since when, why), in doubt, on reserve (until when), on its last feed, fed by whom, wet or live in water and since
when, touched since its last test, a fact with its age, no supplier known. What is to come stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from twin.codes import What
from twin.quantities import NONE, BoolArray, FloatArray, Int8Array, Int32Array, Int64Array
from twin.results.condition_spans import Condition
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.assets import Assets
from twin.world.graph import graph_of, without_supplier
from twin.world.kinds import STAGES

#: Rising or falling is told when the depth changes by this much within ``TREND_S`` [m], [s].
TREND_M, TREND_S = 0.005, 300
#: Less water than this is told as dry: a depth would be said as 0.00 m [m].
DRY_M = 0.005


class Damage(IntEnum):
    """What water did to an asset, at a moment."""

    SOUND = 0
    FLOODED = 1  #: water reached its live parts and has not left, or is back
    CALLED = 2  #: the water has left, the repair waits for a crew
    REPAIRING = 3  #: the stages run

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


_DAMAGE = {What.FLOODED: Damage.FLOODED, What.REPAIR_UNDONE: Damage.FLOODED, What.CALLED: Damage.CALLED,
           What.REPAIR_STARTED: Damage.REPAIRING, What.REPAIRED: Damage.SOUND}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetAt:
    """Row view of one asset at a moment. Times in seconds from the start, -1 for none."""

    asset: int
    t_s: int
    condition: Condition
    #: Row of the outage in force, and of the doubt; -1 for none.
    outage: int
    doubt: int
    #: Until when it can live on its reserve.
    reserve_ends_s: int
    #: The supplier that each of its needed groups uses, first group first; -1 where a group has none.
    fed_by: tuple[int, ...]
    is_supplier_known: bool
    is_unsupervised: bool
    #: Depth now [m], and 1 rising, 0 standing, -1 falling; NaN and 0 where it is unknown or not kept.
    depth_m: float
    trend: int
    #: Since when water stands at ``touch_m``.
    wet_since_s: int
    damage: Damage
    #: Since when that holds; and whether it was dead as the water came.
    damage_since_s: int
    was_dead: bool
    #: Place in ``STAGES`` of the stage that runs; -1 for none.
    stage: int
    #: When water first came, and first reached its live parts, since its last test.
    touched_since_test_s: int
    flooded_since_test_s: int
    #: Row in the trace of the fact in force; -1 for none.
    fact: int
    #: Row in ``unfed``: its own repair is done and what feeds it is still out; -1 elsewhere.
    unfed: int


@dataclass(frozen=True, eq=False)
class Moment:
    """All assets at one second of a run, (A,) each; columns are made when first asked for."""

    result: Result
    #: [s] from the start.
    t_s: int

    # What the tables say at this second

    @cached_property
    def outage(self) -> Int32Array:
        """Row of the outage in force, (A,); -1 in service."""
        o = self.result.outages
        rows = np.flatnonzero((o.start_s <= self.t_s) & ((o.end_s == NONE) | (o.end_s > self.t_s)))
        return self._put(o.asset[rows], rows)

    @cached_property
    def is_out(self) -> BoolArray:
        """Who is computed out of service, (A,)."""
        return np.asarray(self.outage != NONE)

    @cached_property
    def doubt(self) -> Int32Array:
        """Row of the doubt in force, (A,); -1 where the answer is certain."""
        rows = self.result.doubts.at(self.t_s)
        return self._put(self.result.doubts.asset[rows], rows)

    @cached_property
    def is_in_doubt(self) -> BoolArray:
        """Who may be out and may not, (A,)."""
        return np.asarray(self.doubt != NONE)

    @cached_property
    def condition(self) -> Int8Array:
        """``Condition`` of each, (A,)."""
        found = np.full(len(self.is_out), Condition.IN_SERVICE, np.int8)
        for condition, mask in ((Condition.NO_SUPPLIER, without_supplier(self.result.city)),
                                (Condition.LAST_FEED, self.is_on_last_feed),
                                (Condition.ON_RESERVE, self.reserve_ends_s != NONE),
                                (Condition.OUT, self.is_out), (Condition.MAY_BE_OUT, self.is_in_doubt),
                                (Condition.SUSPENDED, self.is_under_water & ~(self.is_out & ~self.is_in_doubt))):
            found[mask] = condition
        return found

    @cached_property
    def is_under_water(self) -> BoolArray:
        """Which zones water nothing because water stands on them, (A,)."""
        s = self.result.suspensions
        rows = s.by_water & (s.start_s <= self.t_s) & ((s.end_s == NONE) | (s.end_s > self.t_s))
        found = np.zeros(len(self.is_out), bool)
        found[s.asset[rows]] = True
        return found

    # Supply

    @cached_property
    def in_use(self) -> Int32Array:
        """Edge that each group uses, (G,); -1 for none."""
        return self.result.feeds.at(self.t_s, graph_of(self.result.city), self.is_out)

    @cached_property
    def fed_by(self) -> Int32Array:
        """Supplier in use by the first needed group, (A,); -1 where it has none."""
        graph = graph_of(self.result.city)
        needed = np.flatnonzero(~graph.is_control)[::-1]
        used = self.in_use[needed]
        found = np.full(len(self.is_out), NONE, np.int32)
        found[graph.group_asset[needed]] = np.where(used == NONE, NONE, graph.supplier[used]) if len(
            graph.supplier) else NONE
        return found

    def chain(self, asset: int) -> list[int]:
        """Give what feeds an asset at this second, one above the other, up to a source or where the feed ends."""
        links = [asset]
        while (above := int(self.fed_by[links[-1]])) != NONE and above not in links:
            links.append(above)
        return links[1:]

    def wet_feed(self, asset: int) -> tuple[int, int]:
        """Give what feeds an asset and stands in water at live parts, the nearest above it, and since when [s].

        Whoever cuts it so that nobody is hurt takes the asset's supply with it. -1 and -1 where nothing does.
        """
        since = self._live_since
        return next(((row, since[row]) for row in self.chain(asset) if row in since), (NONE, NONE))

    @cached_property
    def _live_since(self) -> dict[int, int]:
        """What stands in water at live parts, and since when [s]."""
        parts = self.result.live_parts
        rows = parts.at(self.t_s)
        return dict(zip(parts.asset[rows][::-1].tolist(), parts.from_s[rows][::-1].tolist(), strict=True))

    @cached_property
    def is_on_last_feed(self) -> BoolArray:
        """Who is in service on the last of several alternatives, (A,)."""
        graph = graph_of(self.result.city)
        able = np.add.reduceat((~self.is_out[graph.supplier]).astype(np.int32), graph.edge_offsets[:-1]) if len(
            graph.supplier) else np.empty(0, np.int32)
        last = ~graph.is_control & (np.diff(graph.edge_offsets) > 1) & (able == 1)
        found = np.zeros(len(self.is_out), bool)
        found[graph.group_asset[last]] = True
        return found & ~self.is_out

    @cached_property
    def reserve_ends_s(self) -> Int64Array:
        """Until when those who live on their battery or tank can, (A,) [s]; -1 for all others."""
        r = self.result.reserves
        rows = np.flatnonzero((r.start_s <= self.t_s) & ((r.end_s == NONE) | (r.end_s > self.t_s)))
        found = np.full(len(self.is_out), NONE, np.int64)
        found[r.asset[rows]] = r.until_s[rows]
        return np.where(self.is_out, NONE, found)

    @cached_property
    def is_unsupervised(self) -> BoolArray:
        """Who has lost control, (A,)."""
        return self._is_last((What.UNSUPERVISED, What.SUPERVISED), What.UNSUPERVISED)

    # Water

    @cached_property
    def depth_m(self) -> FloatArray:
        """Depth at each, (A,) [m]; NaN where it is unknown, or depths over time were not kept."""
        depths, coverage = self.result.exposure.depths, self.result.exposure.coverage
        unknown = (coverage == Coverage.UNKNOWN) | (coverage == Coverage.NONE)
        if depths is None:
            return np.where(unknown | (self.result.exposure.touched_at_s != NONE), np.nan, 0.0)
        return np.where(unknown, np.nan, depths.at(self.t_s))

    def highest_m(self, rows: Int32Array) -> FloatArray:
        """Give the highest water at some assets so far, (N,) [m]: nothing that is to come; NaN as in ``depth_m``."""
        exposure, depth_m = self.result.exposure, self.depth_m[rows]
        so_far_m = depth_m if exposure.depths is None else np.where(
            np.isnan(depth_m), np.nan, exposure.depths.highest(self.t_s, rows))
        return np.asarray(np.where(exposure.peak_time_s[rows] <= self.t_s, exposure.peak_depth_m[rows], so_far_m))

    @cached_property
    def trend(self) -> Int8Array:
        """1 where the water rises, -1 where it falls, 0 where it stands or nobody knows, (A,)."""
        depths = self.result.exposure.depths
        if depths is None:
            return np.zeros(len(self.is_out), np.int8)
        later_m = depths.at(min(self.t_s + TREND_S, self.result.plan.duration_s))
        change_m = np.nan_to_num(later_m - self.depth_m)
        return np.where(change_m >= TREND_M, 1, np.where(change_m <= -TREND_M, -1, 0)).astype(np.int8)

    @cached_property
    def wet_since_s(self) -> Int64Array:
        """Since when water stands at ``touch_m``, (A,) [s]; -1 where it does not."""
        wet = self.result.exposure.wet
        rows = np.flatnonzero((wet.start_s <= self.t_s) & ((wet.end_s == NONE) | (wet.end_s > self.t_s)))
        found = np.full(len(self.is_out), NONE, np.int64)
        found[wet.asset[rows]] = wet.start_s[rows]
        return found

    @cached_property
    def damage_row(self) -> Int32Array:
        """Row of the event that put each into its state of damage, (A,); -1 where water never reached live parts."""
        return self._last(tuple(_DAMAGE))

    @cached_property
    def damage(self) -> Int8Array:
        """``Damage`` of each, (A,)."""
        codes = np.zeros(len(What), np.int8)
        for what, damage in _DAMAGE.items():
            codes[what] = damage
        row, told = self.damage_row, self.result.trace.what
        return np.where(row == NONE, Damage.SOUND, codes[told[row]]).astype(np.int8) if len(told) else np.zeros(
            len(row), np.int8)

    @cached_property
    def stage(self) -> Int8Array:
        """Place in ``STAGES`` of the stage of repair that runs, (A,); -1 for none."""
        last = self._last((What.STAGE_STARTED,))
        runs = (self.damage == Damage.REPAIRING) & (last > self.damage_row)
        return np.where(runs, self.result.trace.stage[last], NONE).astype(np.int8) if len(
            self.result.trace) else np.full(len(last), NONE, np.int8)

    @cached_property
    def touched_since_test_s(self) -> Int64Array:
        """When water first came since the last test, (A,) [s]; -1 where it did not."""
        return self._first_since(What.TOUCHED)

    @cached_property
    def flooded_since_test_s(self) -> Int64Array:
        """When water first reached live parts since the last test, (A,) [s]; -1 where it did not.

        Cut, dead or seen in service does not matter: what water reached is not re-energised before its test.
        """
        return self._first_since(What.FLOODED)

    @cached_property
    def unfed(self) -> Int32Array:
        """Row in ``unfed`` of what is repaired and yet without power, (A,); -1 elsewhere."""
        rows = self.result.unfed.at(self.t_s)
        return self._put(self.result.unfed.asset[rows], rows)

    @cached_property
    def is_not_to_be_re_energised(self) -> BoolArray:
        """What water reached since its last test, (A,), of all that has live parts and is no house.

        Water at ``touch_m`` counts: whether it went further is for the test to say, not for the run. That a thing was
        cut, dead or seen in service does not matter.
        """
        return np.asarray(is_tested(self.result.city.assets) & (
            (self.touched_since_test_s != NONE) | (self.flooded_since_test_s != NONE)))

    @cached_property
    def to_cut(self) -> Int32Array:
        """What to open so that what may be live in water is dead, (A,): itself, or a lamp's circuit; -1 else."""
        parts = self.result.live_parts
        rows = parts.at(self.t_s)
        found = np.full(len(self.is_out), NONE, np.int32)
        alone = parts.is_supply_unknown[rows]
        found[parts.asset[rows]] = np.where(alone, parts.asset[rows], parts.cut[rows])
        return found

    @cached_property
    def is_live_by_unknown(self) -> BoolArray:
        """Where something may be live in water because nobody told what feeds it, (A,): only a cut says otherwise."""
        parts, found = self.result.live_parts, np.zeros(len(self.is_out), bool)
        rows = parts.at(self.t_s)
        found[parts.asset[rows[parts.is_supply_unknown[rows]]]] = True
        return found

    @cached_property
    def is_unknown(self) -> BoolArray:
        """Where the water is not known, (A,): it runs as dry there."""
        return np.asarray(self.result.exposure.coverage == Coverage.UNKNOWN)

    # Facts

    @cached_property
    def fact(self) -> Int32Array:
        """Row in the trace of the fact in force, (A,); -1 for none."""
        trace = self.result.trace
        rows = np.flatnonzero((trace.what == What.REPORTED) & (trace.time_s <= self.t_s))
        found = np.full(len(self.is_out), NONE, np.int32)
        for row in rows.tolist():
            found[trace.asset[row]] = NONE if trace[row].detail.get("state") == "end" else row
        return found

    # One asset

    def of(self, asset: int) -> AssetAt:
        """Give one asset at this moment."""
        graph, trace = graph_of(self.result.city), self.result.trace
        groups = np.arange(graph.group_offsets[asset], graph.group_offsets[asset + 1])
        used = self.in_use[groups[~graph.is_control[groups]]]
        row = int(self.damage_row[asset])
        damage = Damage(int(self.damage[asset]))
        begun = self._last((What.REPAIR_STARTED, What.CALLED))[asset]
        return AssetAt(
            asset=asset, t_s=self.t_s, condition=Condition(int(self.condition[asset])),
            outage=int(self.outage[asset]), doubt=int(self.doubt[asset]),
            reserve_ends_s=int(self.reserve_ends_s[asset]),
            fed_by=tuple(NONE if e == NONE else int(graph.supplier[e]) for e in used.tolist()),
            is_supplier_known=not bool(without_supplier(self.result.city)[asset]),
            is_unsupervised=bool(self.is_unsupervised[asset]), depth_m=float(self.depth_m[asset]),
            trend=int(self.trend[asset]), wet_since_s=int(self.wet_since_s[asset]), damage=damage,
            damage_since_s=NONE if damage is Damage.SOUND else int(trace.time_s[row]),
            was_dead=damage in (Damage.REPAIRING, Damage.CALLED) and bool(trace[int(begun)].detail.get("dead")),
            stage=int(self.stage[asset]), touched_since_test_s=int(self.touched_since_test_s[asset]),
            flooded_since_test_s=int(self.flooded_since_test_s[asset]), fact=int(self.fact[asset]),
            unfed=self.result.unfed.of(asset, self.t_s))

    # Helpers

    def _put(self, assets: Int32Array, rows: Int64Array) -> Int32Array:
        found = np.full(len(self.result.city.assets), NONE, np.int32)
        found[assets] = rows
        return found

    def _last(self, whats: Iterable[What]) -> Int32Array:
        """Give the row of the last of some events of each asset up to now, (A,); -1 for none."""
        trace = self.result.trace
        until = int(np.searchsorted(trace.time_s, self.t_s, side="right"))
        rows = np.flatnonzero(np.isin(trace.what[:until], list(whats)))
        return self._put(trace.asset[rows], rows)

    def _is_last(self, whats: Iterable[What], what: What) -> BoolArray:
        last = self._last(whats)
        is_it = self.result.trace.what[last] == what if len(self.result.trace) else np.zeros(len(last), bool)
        return np.asarray((last != NONE) & is_it)

    def _first_since(self, what: What) -> Int64Array:
        """Give when an event first came since the last end of a repair, (A,) [s]; -1 where it did not."""
        trace, tested = self.result.trace, self._last((What.REPAIRED,))
        until = int(np.searchsorted(trace.time_s, self.t_s, side="right"))
        rows = np.flatnonzero(trace.what[:until] == what)[::-1]
        rows = rows[rows > tested[trace.asset[rows]]]
        found = np.full(len(tested), NONE, np.int64)
        found[trace.asset[rows]] = trace.time_s[rows]
        return found


def is_tested(assets: Assets) -> BoolArray:
    """Tell what has live parts that are tested once water came, and is no house, (A,)."""
    return np.asarray(~np.isnan(assets.fail_m) & ~assets.buildings())


def moment_of(result: Result, t_s: int) -> Moment:
    """Give a run at one second of its horizon.

    Raises
    ------
    ValueError
        A second outside the plan.
    """
    if not 0 <= t_s <= result.plan.duration_s:
        raise ValueError(f"{t_s} s lies outside a plan of {result.plan.duration_s} s")
    return Moment(result, t_s)


#: Stages as they are told, waiting for the water first.
TOLD_STAGES = ("recede", *STAGES)
