"""Situation: what a point of the situation tells at one moment: counts now, since and ahead, sites, river, acts.

Every figure is a question to the moment or to the tables of the run; what is to come stands apart from what is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray, FloatArray, Int64Array
from twin.results.condition_spans import Condition
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
    """One row of the table: how many now, before, and ahead; None beyond the end of the run."""

    name: str
    now: int
    #: At the moment, or in the run, that the point counts from; None without one.
    before: int | None
    ahead: tuple[int | None, ...]


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
    #: When it next goes out, and when water first is, or may be, inside: at the building's live height.
    out_s: int
    out_root: int
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
        How many acts ahead are told, beside what is to be cut now; the rest is a number.
    """
    moment, horizon_s = moment_of(result, t_s), result.plan.duration_s
    later = [moment_of(result, t_s + 3600 * hours) if t_s + 3600 * hours <= horizon_s else None for hours in AHEAD_H]
    before = moment_of(since_run, t_s) if since_run is not None else moment_of(result, since_s) \
        if since_s != NONE else None
    counts = tuple(Count(name=name, now=count(moment), before=None if before is None else count(before),
                         ahead=tuple(None if one is None else count(one) for one in later))
                   for name, count in _COUNTS.items() if _is_told(name, result))
    now, acts = tuple(acts_now(moment)), acts_ahead(moment)
    told = chosen(acts, most_acts)
    soon = np.zeros(len(moment.is_out), bool)
    o = result.outages
    soon[o.asset[(o.start_s > t_s) & (o.start_s <= t_s + 3600)]] = True
    return Situation(result=result, t_s=t_s, moment=moment, since_s=since_s, since_run=since_run, counts=counts,
                     rivers=tuple(_rivers(result, t_s)), sites=tuple(_sites(moment)), now=now,
                     acts=tuple(told), acts_more=len(acts) - len(told), is_soon_out=soon & ~moment.is_out)


# Counts


def _out_of_role(role: Role) -> Callable[[Moment], int]:
    return lambda moment: int((moment.is_out & moment.result.city.assets.of_role(role)).sum())


def _out_of_kind(kind: str) -> Callable[[Moment], int]:
    return lambda moment: int((moment.is_out & moment.result.city.assets.of_kind(kind)).sum())


def _lamps_in_doubt(moment: Moment) -> int:
    lamp = moment.result.city.assets.of_role(Role.LIGHTS)
    return int((moment.is_out & moment.is_in_doubt & lamp).sum())


def _lamps_may(moment: Moment) -> int:
    lamp = moment.result.city.assets.of_role(Role.LIGHTS)
    return int((~moment.is_out & moment.is_in_doubt & lamp).sum())


def _premises(moment: Moment) -> BoolArray:
    assets = moment.result.city.assets
    return np.asarray(assets.of_role(Role.PREMISES) & ~assets.of_role(Role.VITAL))


def _wet_buildings(moment: Moment) -> int:
    return int((_premises(moment) & (moment.wet_since_s != NONE)).sum())


def _powerless_buildings(moment: Moment) -> int:
    return int((_premises(moment) & moment.is_out).sum())


#: Rows of the table, in order, with what counts them at a moment.
_COUNTS: dict[str, Callable[[Moment], int]] = {
    "lamps_out": _out_of_role(Role.LIGHTS), "lamps_in_doubt": _lamps_in_doubt, "lamps_may": _lamps_may,
    "cabinets_out": _out_of_role(Role.SWITCHES), "sites_out": _out_of_role(Role.VITAL),
    "signals_out": _out_of_kind("traffic_signal"), "lift_stations_out": _out_of_kind("lift_station"),
    "buildings_out": _powerless_buildings, "buildings_wet": _wet_buildings}


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
        coming = np.flatnonzero((o.asset == row) & (o.start_s > t_s))
        outage, people = int(moment.outage[row]), float(assets.people[row])
        inside_s, wet_s = int(exposure.failed_at_s[row]), int(exposure.touched_at_s[row])
        nexts = [int(o.start_s[coming[0]])] if len(coming) else []
        nexts += [at_s for at_s in (inside_s, wet_s) if at_s > t_s]
        doubt = [d for d in result.doubts.of_asset(row) if not d.is_out and d.start_s <= t_s + THREAT_S
                 and (d.end_s == NONE or d.end_s > t_s)]
        sites.append(Site(
            asset=row, condition=Condition(int(moment.condition[row])),
            people=None if np.isnan(people) else int(people),
            is_threatened=bool(doubt) or any(at_s <= t_s + THREAT_S for at_s in nexts)
            or int(moment.wet_since_s[row]) != NONE, fed_by=int(moment.fed_by[row]),
            since_s=NONE if outage == NONE else int(o.start_s[outage]),
            back_s=NONE if outage == NONE else int(o.end_s[outage]),
            root=NONE if outage == NONE else int(o.root[outage]),
            reserve_ends_s=int(moment.reserve_ends_s[row]), out_s=int(o.start_s[coming[0]]) if len(coming) else NONE,
            out_root=int(o.root[coming[0]]) if len(coming) else NONE, inside_s=inside_s, wet_s=wet_s))
    return sorted(sites, key=lambda site: (_urgency(site), -(site.people or 0), site.asset))


def _urgency(site: Site) -> int:
    if site.reserve_ends_s != NONE:
        return 0
    if site.since_s != NONE:
        return 1
    return 2 if site.is_threatened or site.condition is Condition.LAST_FEED else 3
