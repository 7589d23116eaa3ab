"""Situation: what a point of the situation tells at one moment: counts now, since and ahead, sites, river, acts.

Every figure is a question to the moment or to the tables of the run; what is to come stands apart from what is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.quantities import NONE, BoolArray, FloatArray, Int64Array
from twin.results.condition_spans import Condition
from twin.results.counts import GROUPS, Counted, counted, wet_buildings
from twin.results.crew_shut import CrewShut
from twin.results.listing import holds
from twin.results.losses import Loss
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.to_do import Act, acts_ahead, acts_now, chosen
from twin.world.kinds import Role

#: Hours ahead that are told.
AHEAD_H = (1, 3, 6, 12)
#: What goes out within this time of what is now is a threat [s].
THREAT_S = 6 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One row of the table: how many surely and how many more maybe; now, before, and ahead; None beyond the run."""

    name: str
    now: Counted
    #: At the moment, or in the run, that the point counts from; None without one.
    before: Counted | None
    ahead: tuple[Counted | None, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values: what is surely so, and under ``may`` how many more may be."""
        told = (self.before, *self.ahead)
        sure, may = ([None if one is None else getattr(one, key) for one in told] for key in ("out", "may"))
        return {"now": self.now.out, "before": sure[0], "ahead": sure[1:],
                "may": {"now": self.now.may, "before": may[0], "ahead": may[1:]}}


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A gauge: computed level over time, what was read last, and its highest ahead. Levels above its zero [m]."""

    asset: int
    #: Computed, (N,) each: seconds and levels, one for each step of the plan.
    time_s: Int64Array
    level_m: FloatArray
    now_m: float
    peak_m: float
    peak_s: int
    #: Level an hour before; NaN where the run had not begun.
    hour_ago_m: float
    #: Readings up to now: second, what was read, what the run has there, by whom.
    readings: tuple[tuple[int, float, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A critical site. Seconds from the start; -1 for never."""

    asset: int
    condition: Condition
    #: Out now, threatened within ``THREAT_S`` (power, or water inside), or neither.
    is_threatened: bool
    people: int | None
    fed_by: int
    since_s: int
    back_s: int
    root: int
    reserve_ends_s: int
    #: The loss in force or next to come: from when it may be without power, when it is sure, and why; None for none.
    loss: Loss | None
    #: What feeds it and stands in water at live parts, to be cut, and since when; -1 for none.
    wet_feed: int
    wet_feed_s: int
    #: When water comes to the door, and, as computed, inside: at the building's live height.
    inside_s: int
    wet_s: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """All that a point of the situation tells, at ``t_s``."""

    result: Result
    t_s: int
    moment: Moment
    #: The moment it counts from in the same run; -1 where it counts from another run, or from nothing.
    since_s: int
    since_run: Result | None
    counts: tuple[Count, ...]
    rivers: tuple[River, ...]
    sites: tuple[Site, ...]
    #: What is live in water already, by whose hand it is cut: see ``twin.results.to_do.acts_now``.
    now: tuple[Act, ...]
    #: What is to be done before a moment, and how many more such acts there are.
    acts: tuple[Act, ...]
    acts_more: int
    #: Lamps that go out within the hour, (A,).
    is_soon_out: BoolArray
    #: Crews that are shut in, by id: see ``twin.results.act_ways.with_ways``.
    shut: Mapping[str, CrewShut] = field(default_factory=dict)


def situation(result: Result, t_s: int, *, since_s: int = NONE, since_run: Result | None = None,
              most_acts: int = 5) -> Situation:
    """Give the situation at a moment of a run.

    Parameters
    ----------
    result
        The run.
    t_s
        The moment [s from the start].
    since_s
        An earlier moment of this run to count from; -1: none.
    since_run
        Another run of the same hours and city to count from, at the same moment.
    most_acts
        How many acts ahead are told, beside what is to be cut now; more where more people are at risk within three
        hours. The rest is a number.
    """
    moment, horizon_s = moment_of(result, t_s), result.plan.duration_s
    later = [moment_of(result, t_s + 3600 * hours) if t_s + 3600 * hours <= horizon_s else None for hours in AHEAD_H]
    before = moment_of(since_run, t_s) if since_run is not None else moment_of(result, since_s) \
        if since_s != NONE else None
    counts = tuple(Count(name=name, now=count(moment), before=None if before is None else count(before),
                         ahead=tuple(None if one is None else count(one) for one in later))
                   for name, count in _COUNTS.items() if _is_told(name, result))
    now, acts = tuple(acts_now(moment)), acts_ahead(moment)
    told = chosen(acts, most_acts, t_s)
    soon = np.zeros(len(moment.is_out), bool)
    o = result.outages
    soon[o.asset[(o.start_s > t_s) & (o.start_s <= t_s + 3600)]] = True
    return Situation(result=result, t_s=t_s, moment=moment, since_s=since_s, since_run=since_run, counts=counts,
                     rivers=tuple(rivers_at(result, t_s)), now=now,
                     sites=tuple(sites_at(moment, result.city.assets.of_role(Role.VITAL))),
                     acts=tuple(told), acts_more=len(acts) - len(told), is_soon_out=soon & ~holds(moment, "out"))


# Counts


def _out(name: str) -> Callable[[Moment], Counted]:
    return lambda moment: counted(moment, name)


#: Rows of the table, in order, with what counts them at a moment.
_COUNTS: dict[str, Callable[[Moment], Counted]] = {
    **{f"{name}_out": _out(name) for name in GROUPS}, "buildings_wet": lambda moment: Counted(wet_buildings(moment))}


def _is_told(name: str, result: Result) -> bool:
    """Tell whether the city has what a row counts."""
    kind = {"signals_out": "traffic_signal", "lift_stations_out": "lift_station"}.get(name)
    names = result.city.assets.kinds.names
    return kind is None or (kind in names and bool(result.city.assets.of_kind(kind).any()))


# The river


def rivers_at(result: Result, t_s: int) -> list[River]:
    """Give the gauges at which the run computes a level, those read first; levels above their zero [m]."""
    assets, depths, plan = result.city.assets, result.exposure.depths, result.plan
    found = []
    for row in np.flatnonzero(assets.of_role(Role.GAUGE)).tolist():
        zero_m, ground_m = float(assets.zero_m[row]), float(assets.ground_m[row])
        if depths is None or np.isnan(zero_m) or np.isnan(ground_m) or not np.isin(row, depths.asset):
            continue
        time_s = np.unique(np.append(np.arange(0, plan.duration_s + 1, plan.step_s), [t_s, plan.duration_s]))
        one = np.array([row], np.int32)
        level_m = ground_m - zero_m + np.array([float(depths.at(int(at_s), one)[0]) for at_s in time_s.tolist()])
        ahead = np.flatnonzero(time_s >= t_s)
        peak = int(ahead[int(np.argmax(level_m[ahead]))])
        hour = int(np.searchsorted(time_s, t_s - 3600))
        found.append(River(
            asset=row, time_s=time_s, level_m=level_m, now_m=float(level_m[np.searchsorted(time_s, t_s)]),
            peak_m=float(level_m[peak]), peak_s=int(time_s[peak]),
            hour_ago_m=float(level_m[hour]) if t_s >= 3600 else float("nan"), readings=_readings(result, row, t_s)))
    # What was read comes first, then the gauge that the water was made from.
    named = _named_in(json.loads(plan.flood))
    return sorted(found, key=lambda river: (-len(river.readings), str(assets.id[river.asset]) not in named,
                                            river.asset))


def _named_in(value: object) -> set[str]:
    """Give every text of JSON values: the gauges of a flood are among them."""
    if isinstance(value, dict):
        return set().union(*(_named_in(item) for item in value.values()), set())
    if isinstance(value, list):
        return set().union(*(_named_in(item) for item in value), set())
    return {value} if isinstance(value, str) else set()


def _readings(result: Result, row: int, t_s: int) -> tuple[tuple[int, float, float, str], ...]:
    name = str(result.city.assets.id[row])
    return tuple(sorted((int(w["at_s"]), float(w["read_m"]), float(w["scenario_m"]), str(w.get("by", "")))
                        for w in result.warnings if w.get("warning") == "gauge_reading" and w.get("gauge") == name
                        and int(w["at_s"]) <= t_s))


# Sites


def sites_at(moment: Moment, among: BoolArray) -> list[Site]:
    """Give sites, of some assets (A,): those out or on reserve first, then those threatened; the most people first."""
    result, t_s = moment.result, moment.t_s
    assets, o, exposure = result.city.assets, result.outages, result.exposure
    sites = []
    for row in np.flatnonzero(among).tolist():
        is_out = moment.condition[row] == Condition.OUT
        outage, people = int(moment.outage[row]) if is_out else NONE, float(assets.people[row])
        inside_s, wet_s = int(exposure.failed_at_s[row]), int(exposure.touched_at_s[row])
        loss = result.losses.next(row, t_s)
        wet_feed, wet_feed_s = (NONE, NONE) if is_out else moment.wet_feed(row)
        nexts = [at_s for at_s in (NONE if loss is None else max(loss.may_s, t_s), inside_s, wet_s) if at_s >= t_s]
        sites.append(Site(
            asset=row, condition=Condition(int(moment.condition[row])),
            people=None if np.isnan(people) else int(people),
            is_threatened=any(at_s <= t_s + THREAT_S for at_s in nexts) or wet_feed != NONE
            or int(moment.wet_since_s[row]) != NONE, fed_by=int(moment.fed_by[row]),
            since_s=NONE if outage == NONE else int(o.start_s[outage]),
            back_s=NONE if outage == NONE else int(o.end_s[outage]),
            root=NONE if outage == NONE else int(o.root[outage]),
            reserve_ends_s=int(moment.reserve_ends_s[row]), loss=loss, wet_feed=wet_feed, wet_feed_s=wet_feed_s,
            inside_s=inside_s, wet_s=wet_s))
    return sorted(sites, key=lambda site: (_urgency(site), -(site.people or 0), site.asset))


def _urgency(site: Site) -> int:
    if site.reserve_ends_s != NONE:
        return 0
    if site.since_s != NONE:
        return 1
    return 2 if site.is_threatened or site.condition is Condition.LAST_FEED else 3
