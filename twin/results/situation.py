"""Situation: what a point of the situation tells at one moment: counts now, since and ahead, sites, river, acts.

Every figure is a question to the moment or to the tables of the run; what is to come stands apart from what is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE, BoolArray, FloatArray, Int64Array, seconds_between
from twin.results.condition_spans import Condition
from twin.results.counts import GROUPS, Counted, counted, wet_buildings
from twin.results.listing import holds
from twin.results.live_parts import LiveParts
from twin.results.losses import Loss
from twin.results.moment import Moment, moment_of
from twin.results.result import Result
from twin.results.together import as_one
from twin.world.graph import graph_of
from twin.world.kinds import Role

#: Hours ahead that are told.
AHEAD_H = (1, 3, 6, 12)
#: What goes out within this time of what is now is a threat [s].
THREAT_S = 6 * 3600
#: What has to be done within this time comes before all that has not [s].
SOON_S = 3 * 3600
_NEVER = np.iinfo(np.int64).max


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something to do before a moment; earlier than now it is not listed."""

    #: ``cut``, ``evacuate`` or ``generator``.
    sort: str
    before_s: int
    assets: tuple[int, ...]
    #: Whose hand: ``city``, ``grid``, ``rescue`` or ``site``.
    by: str
    #: If it is not done: lamps behind, things live in water, people, deepest water [m].
    lamps: int
    live: int
    people: int
    depth_m: float
    #: Whether the water comes so far lies within the errors.
    is_doubtful: bool = False
    #: Base to leave from by ``before_s``, and the streets from there; empty where the run computes no way.
    base: str = ""
    way: tuple[str, ...] = ()
    #: No way leads there in time: ``before_s`` is the water, for whoever is there.
    is_cut_off: bool = False


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
    #: Sites in service and not threatened that are told by their number alone.
    acts: tuple[Act, ...]
    acts_more: int
    #: Lamps that go out within the hour, (A,).
    is_soon_out: BoolArray


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
        How many acts are told; the rest is a number.
    """
    moment, horizon_s = moment_of(result, t_s), result.plan.duration_s
    later = [moment_of(result, t_s + 3600 * hours) if t_s + 3600 * hours <= horizon_s else None for hours in AHEAD_H]
    before = moment_of(since_run, t_s) if since_run is not None else moment_of(result, since_s) \
        if since_s != NONE else None
    counts = tuple(Count(name=name, now=count(moment), before=None if before is None else count(before),
                         ahead=tuple(None if one is None else count(one) for one in later))
                   for name, count in _COUNTS.items() if _is_told(name, result))
    acts = _acts(moment)
    told = _told(acts, most_acts)
    soon = np.zeros(len(moment.is_out), bool)
    o = result.outages
    soon[o.asset[(o.start_s > t_s) & (o.start_s <= t_s + 3600)]] = True
    return Situation(result=result, t_s=t_s, moment=moment, since_s=since_s, since_run=since_run, counts=counts,
                     rivers=tuple(_rivers(result, t_s)), sites=tuple(_sites(moment)), acts=tuple(told),
                     acts_more=len(acts) - len(told), is_soon_out=soon & ~holds(moment, "out"))


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


def _rivers(result: Result, t_s: int) -> list[River]:
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


def _sites(moment: Moment) -> list[Site]:
    """Give every critical site: those out or on reserve first, then those threatened; the most people first."""
    result, t_s = moment.result, moment.t_s
    assets, o, exposure = result.city.assets, result.outages, result.exposure
    sites = []
    for row in np.flatnonzero(assets.of_role(Role.VITAL)).tolist():
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


# Acts


def _acts(moment: Moment) -> list[Act]:
    """Give what can still be done, what weighs most first, each with the moment before which it is to be done.

    What is to be done within three hours comes first. People come before gear: to bring people out of the water, to
    keep a site in service, then to cut what would be live, by how much would be.
    """
    acts = [*_evacuations(moment), *_generators(moment), *_cuts(moment)]
    # What is far ahead waits for a later report, whatever its weight: the page names what fails at once by itself.
    return sorted(acts, key=lambda act: (act.before_s > moment.t_s + SOON_S, -act.people, act.sort != "cut",
                                         -act.live, -act.lamps, act.before_s))


def _told(acts: list[Act], most: int) -> list[Act]:
    """Give the acts that are told, in order of time: what concerns people and cuts do not crowd each other out."""
    people, places = ([act for act in acts if (act.sort == "cut") is is_cut] for is_cut in (False, True))
    for_people = min(len(people), max(most - len(places), (most + 1) // 2))
    chosen = [*people[:for_people], *places[:most - for_people]]
    return sorted(chosen, key=lambda act: (act.before_s, act.assets))


def _evacuations(moment: Moment) -> list[Act]:
    """Give the sites with people that water enters, or may: before it touches them."""
    result, t_s = moment.result, moment.t_s
    assets, exposure = result.city.assets, result.exposure
    doubtful = exposure.is_doubtful & ~np.isnan(assets.fail_m)
    found = []
    for row in np.flatnonzero(assets.of_role(Role.VITAL) & ((exposure.failed_at_s != NONE) | doubtful)).tolist():
        # Before water is at the door; where it is already, before it may be inside, then before it is computed there.
        loss = result.losses.next(row, t_s)
        may_s = loss.may_s if loss is not None and loss.root == row else NONE
        before_s = next((at_s for at_s in (int(exposure.touched_at_s[row]), may_s, int(exposure.failed_at_s[row]))
                         if at_s > t_s), NONE)
        if before_s != NONE:
            found.append(Act(sort="evacuate", before_s=before_s, assets=(row,), by="rescue", lamps=0, live=0,
                             people=int(np.nan_to_num(assets.people[row])),
                             depth_m=float(exposure.peak_depth_m[row]), is_doubtful=bool(doubtful[row])))
    return found


def _generators(moment: Moment) -> list[Act]:
    """Give the dry sites that may lose their power, each before it may, or before its reserve ends."""
    result, t_s = moment.result, moment.t_s
    assets, exposure = result.city.assets, result.exposure
    is_dry = (exposure.failed_at_s == NONE) & ~(exposure.is_doubtful & ~np.isnan(assets.fail_m))
    found = []
    for row in np.flatnonzero(assets.of_role(Role.VITAL) & is_dry).tolist():
        loss, reserve_s = result.losses.next(row, t_s), int(moment.reserve_ends_s[row])
        moments = [at_s for at_s in (NONE if loss is None else loss.may_s, reserve_s) if at_s > t_s]
        if moments and moment.condition[row] != Condition.OUT:
            found.append(Act(sort="generator", before_s=min(moments), assets=(row,), by="site", lamps=0, live=0,
                             people=int(np.nan_to_num(assets.people[row])), depth_m=0.0,
                             is_doubtful=loss is not None and loss.may_s == min(moments) and not loss.is_sure_at_once))
    return found


def _cuts(moment: Moment) -> list[Act]:
    """Give the places to cut before their water, those of one hand within minutes as one act."""
    result, t_s = moment.result, moment.t_s
    parts: LiveParts = result.live_parts
    assets, peak_m = result.city.assets, np.nan_to_num(result.exposure.peak_depth_m)
    place = result.view.cabinet[parts.cut]
    place = np.where(place == NONE, parts.cut, place)
    first = np.full(len(assets), _NEVER)
    np.minimum.at(first, place, parts.from_s)
    rows = np.flatnonzero((first > t_s) & (first < _NEVER))
    rows = rows[np.lexsort((rows, first[rows]))]
    groups = [[int(rows[place]) for place in group] for group in as_one(assets, rows.tolist(), first[rows].tolist())]
    found = []
    for group in groups:
        mine = np.flatnonzero(np.isin(place, group))
        found.append(Act(
            sort="cut", assets=tuple(group), **_leaving(moment, group, int(first[group].min())),
            by="grid" if assets.has_role(group[0], Role.GRID) else "city",
            lamps=_lamps_below(result, group), live=len(np.unique(parts.asset[mine])), people=0,
            depth_m=float(peak_m[parts.asset[mine]].max())))
    return found


def _leaving(moment: Moment, group: list[int], touched_s: int) -> dict[str, Any]:
    """Give until when to leave for a group of cabinets, from where and by which streets, where the run has bases.

    The last moments of the run count the way and the work; what nobody reaches in time keeps the moment of its water.
    """
    result, t_s = moment.result, moment.t_s
    rows = {row["asset"]: row for row in result.indicators.get("last_moment_to_act", {}).get("rows", [])}
    mine = [row for asset in group if "binds" in (row := rows.get(str(result.city.assets.id[asset]), {}))]
    leave_s = {row["asset"]: seconds_between(result.plan.start, datetime.fromisoformat(row["act_before"]))
               for row in mine if row["binds"] != "none"}
    ahead = [row for row in mine if leave_s.get(row["asset"], NONE) > t_s]
    if not mine or not ahead:
        return {"before_s": touched_s, "is_cut_off": bool(mine)}
    first = min(ahead, key=lambda row: leave_s[row["asset"]])
    return {"before_s": leave_s[first["asset"]], "base": first["base"], "way": tuple(first["by"])}


def _lamps_below(result: Result, group: list[int]) -> int:
    mask = np.zeros(len(result.city.assets), bool)
    mask[group] = True
    return int((graph_of(result.city).downstream(mask) & result.view.is_lamp).sum())


def declared_since(result: Result, since_s: int, t_s: int) -> list[int]:
    """Give the rows of the trace of what was done and reported between two moments."""
    trace = result.trace
    return np.flatnonzero(np.isin(trace.what, (What.CUT, What.REPORTED, What.CLEARED)) & (trace.time_s > since_s)
                          & (trace.time_s <= t_s)).tolist()
