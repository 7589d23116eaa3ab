"""Listing: which assets are in which states at a moment, a row each; every answer is asked of the moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from twin.codes import Mechanism
from twin.errors import InputError
from twin.quantities import NONE, BoolArray, Int64Array
from twin.results.condition_spans import Condition
from twin.results.losses import Loss
from twin.results.moment import Moment, moment_of
from twin.results.outages import Outage
from twin.results.reach import CutOff, stays_dry
from twin.results.result import Result
from twin.world.assets import Asset, Assets
from twin.world.kinds import Role
from twin.world.streets import street_named

#: States by which one asks, the most pressing first: the conditions of a moment, and what may hold beside them.
STATES = ("live_in_water", "out", "repaired", "suspended", "may_be_out", "on_reserve", "last_feed",
          "do_not_re_energise", "cut_off", "unreachable", "unknown", "no_supplier", "in_service")
#: States that a list without a choice tells: all that is not in order.
PRESSING = STATES[:8]
_CONDITIONS = {"out": Condition.OUT, "may_be_out": Condition.MAY_BE_OUT, "on_reserve": Condition.ON_RESERVE,
               "last_feed": Condition.LAST_FEED, "no_supplier": Condition.NO_SUPPLIER,
               "suspended": Condition.SUSPENDED, "in_service": Condition.IN_SERVICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One asset at the moment. Times in seconds from the start, -1 for none."""

    asset: Asset
    #: Whose to open and to repair: ``grid`` or ``city``.
    by: str
    #: Dwellings of a building or people of a site; None where not known.
    people: int | None
    #: Those of ``STATES`` that hold, in their order.
    states: tuple[str, ...]
    #: When the outage in force began, or since when it may be out; and when it is over: -1 not within the horizon.
    since_s: int
    back_s: int
    #: The loss in force or next to come: possible, computed and sure moment; None for none.
    loss: Loss | None
    #: Where the chain of causes ends and how that went out; None where neither out nor in doubt.
    root: Asset | None
    root_mechanism: Mechanism | None
    reserve_ends_s: int
    #: What feeds it; None where nothing does, or nothing is known.
    fed_by: Asset | None
    #: Depth now [m], NaN where unknown; 1 rising, 0 standing, -1 falling.
    depth_m: float
    trend: int
    #: Highest water of the run [m] and when; NaN and -1 where unknown or dry.
    peak_depth_m: float
    peak_time_s: int
    wet_since_s: int
    #: When water first touched it, and reached its live parts, since its last test.
    touched_since_test_s: int
    flooded_since_test_s: int
    #: When its own repair was done, where it is and what feeds it is still out, and whose return it waits for; -1 and
    #: None elsewhere.
    repaired_s: int
    waits_for: Asset | None
    #: What to open so that it is dead in the water; None where it is not live in water.
    cut: Asset | None
    #: The fact in force: what was seen, when, and who said so; empty and -1 without one.
    fact: str
    fact_s: int
    fact_by: str
    #: Since when no base reaches it, and when one does again; -1 where one does, and not within the run.
    cut_off_s: int
    reached_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The rows asked for, and how many assets are in each state."""

    result: Result
    t_s: int
    rows: tuple[Listed, ...]
    #: By kind, then by state: how many, of the kinds and the street asked for; what is 0 is left out.
    counts: Mapping[str, Mapping[str, int]]

    def is_counted(self, row: Listed) -> bool:
        """Tell whether a row is of those that come by the hundred."""
        return is_counted(self.result.city.assets, row.asset.row)


def is_counted(assets: Assets, row: int) -> bool:
    """Tell whether an asset is of those that come by the hundred: lamps, circuits, houses."""
    return assets.has_role(row, Role.LIGHTS) or assets.has_role(row, Role.CIRCUIT) or (
        assets.has_role(row, Role.PREMISES) and not assets.has_role(row, Role.VITAL))


def holds(moment: Moment, state: str, cut_off: CutOff | None = None) -> BoolArray:
    """Give who is in a state at a moment, (A,).

    ``unreachable`` is whoever no base of the run reaches; ``cut_off`` those of them that stay dry all through it.

    Raises
    ------
    InputError
        A state that is none of ``STATES``.
    """
    if state in ("cut_off", "unreachable"):
        found = np.zeros(len(moment.condition), bool)
        if cut_off is not None:
            found[cut_off.asset[cut_off.at(moment.t_s)]] = True
        return found & stays_dry(moment.result.view) if state == "cut_off" else found
    if state in _CONDITIONS:
        return np.asarray(moment.condition == _CONDITIONS[state])
    if state == "live_in_water":
        return np.asarray(moment.to_cut != NONE)
    if state == "do_not_re_energise":
        return moment.is_not_to_be_re_energised
    if state == "repaired":
        return np.asarray(moment.unfed != NONE)
    if state == "unknown":
        return moment.is_unknown
    raise InputError(field="--state", found=f"'{state}'", expected=f"one of {', '.join(STATES)}")


def listing(result: Result, t_s: int, *, kinds: Iterable[str] = (), street: str | None = None,
            states: Iterable[str] = (), cut_off: CutOff | None = None) -> Listing:
    """List the assets that are in some state at a moment.

    Parameters
    ----------
    result
        A run.
    t_s
        The moment [s from the start].
    kinds, street
        Only of these kinds, and in this street; all where none is given.
    states
        In any of these states (``STATES``); without one whatever is not in order (``PRESSING``).
    cut_off
        When no base reaches whom; None: the run has no bases, or nobody asks.

    Returns
    -------
    Rows in order of the first state that holds, then of kind and row.

    Raises
    ------
    InputError
        A kind, a street or a state that there is not; who is cut off, where there is no base to be cut off from.
    """
    assets, moment = result.city.assets, moment_of(result, t_s)
    asked = tuple(states) or PRESSING
    if cut_off is None and (lacking := [state for state in asked if state in ("cut_off", "unreachable")]):
        raise InputError(field="--state", found=f"'{lacking[0]}' of a run without bases",
                         expected="a run whose scenario says where help sets out from",
                         remedy="Write access: {bases: [ID]} into the scenario and run it again.")
    among = np.ones(len(assets), bool)
    if names := tuple(kinds):
        codes = []
        for name in names:
            try:
                codes.append(assets.kinds.index(name))
            except InputError as error:
                error.field = "--kind"
                raise
        among = np.isin(assets.kind, codes)
    if street is not None:
        among &= assets.street.codes == street_named(assets.street.words, street, field="--street")
    masks = {state: holds(moment, state, cut_off) for state in dict.fromkeys((*STATES, *asked))}
    wanted = among & np.any([masks[state] for state in asked], axis=0)
    first = np.full(len(assets), len(STATES))
    for place, state in reversed(list(enumerate(STATES))):
        first[masks[state]] = place
    rows = np.flatnonzero(wanted)
    rows = rows[np.lexsort((rows, assets.kind[rows], first[rows]))]
    return Listing(result=result, t_s=t_s, rows=tuple(_row(moment, masks, row, cut_off) for row in rows.tolist()),
                   counts=_counts(moment, masks, among))


def worst_moment(result: Result) -> int:
    """Give the second at which most lamps are surely out, else most of anything; 0 where nothing ever is."""
    from twin.results.view import most_at_once

    spans, horizon_s = result.spans, result.plan.duration_s
    lamps = spans.is_sure & result.city.assets.of_role(Role.LIGHTS)[spans.asset]
    mine = next((rows for rows in (lamps, spans.is_sure) if rows.any()), np.ones(len(spans), bool))
    end_s = np.where(spans.end_s == NONE, horizon_s + 1, spans.end_s)
    return max(most_at_once(spans.start_s[mine], end_s[mine])[1], 0)


def _counts(moment: Moment, masks: Mapping[str, BoolArray], among: BoolArray) -> dict[str, dict[str, int]]:
    assets = moment.result.city.assets
    told: dict[str, dict[str, int]] = {}
    for state, mask in masks.items():
        kinds: Int64Array = np.bincount(assets.kind[mask & among], minlength=len(assets.kinds))
        for code in np.flatnonzero(kinds).tolist():
            told.setdefault(assets.kinds.names[code], {})[state] = int(kinds[code])
    return {name: told[name] for name in assets.kinds.names if name in told}


def _row(moment: Moment, masks: Mapping[str, BoolArray], row: int, cut_off: CutOff | None) -> Listed:
    result = moment.result
    assets, outages = result.city.assets, result.outages
    outage, doubt = int(moment.outage[row]), int(moment.doubt[row])
    loss = result.losses.next(row, moment.t_s)
    source: Outage | Loss | None = None
    if moment.condition[row] == Condition.OUT:
        source = outages[outage]
    elif loss is not None and (outage != NONE or doubt != NONE):
        source = loss
    # Why is told of what is in force now: a doubt may begin by one cause and go on by another.
    why = None if source is None else outages[outage] if outage != NONE else result.doubts[doubt]
    fact = result.trace[int(moment.fact[row])] if moment.fact[row] != NONE else None
    unfed = int(moment.unfed[row])
    span = NONE if cut_off is None or not masks["unreachable"][row] else cut_off.of(row, moment.t_s)
    people, fed, cut = float(assets.people[row]), int(moment.fed_by[row]), int(moment.to_cut[row])
    return Listed(
        asset=assets[row], by="grid" if assets.has_role(row, Role.GRID) else "city",
        people=None if np.isnan(people) else int(people),
        states=tuple(state for state in STATES if masks[state][row]),
        since_s=NONE if source is None else source.may_s if isinstance(source, Loss) else source.start_s,
        back_s=NONE if source is None else source.end_s, loss=loss,
        root=None if why is None else assets[why.root], root_mechanism=None if why is None else why.root_mechanism,
        reserve_ends_s=int(moment.reserve_ends_s[row]),
        fed_by=None if fed == NONE else assets[fed], depth_m=float(moment.depth_m[row]), trend=int(moment.trend[row]),
        peak_depth_m=float(result.exposure.peak_depth_m[row]), peak_time_s=int(result.exposure.peak_time_s[row]),
        wet_since_s=int(moment.wet_since_s[row]), touched_since_test_s=int(moment.touched_since_test_s[row]),
        flooded_since_test_s=int(moment.flooded_since_test_s[row]),
        repaired_s=NONE if unfed == NONE else int(result.unfed.start_s[unfed]),
        waits_for=None if unfed == NONE else assets[int(result.unfed.holder[unfed])],
        cut=None if cut == NONE else assets[cut],
        fact="" if fact is None else str(fact.detail.get("state", "")), fact_s=NONE if fact is None else fact.time_s,
        fact_by="" if fact is None else str(fact.detail.get("by", "")),
        cut_off_s=NONE if cut_off is None or span == NONE else int(cut_off.start_s[span]),
        reached_s=NONE if cut_off is None or span == NONE else int(cut_off.end_s[span]))
