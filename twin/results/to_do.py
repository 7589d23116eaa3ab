"""To do: the acts of one moment, what to cut now, and what still can be done before its water; most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from twin.quantities import NONE, BoolArray, seconds_between
from twin.results.condition_spans import Condition
from twin.results.cut_order import places_of
from twin.results.live_parts import LiveParts
from twin.results.moment import Moment
from twin.results.result import Result
from twin.results.together import as_one
from twin.world.graph import graph_of
from twin.world.kinds import Role

#: What has to be done within this time comes before all that has not [s].
SOON_S = 3 * 3600
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """The way with the least water at a moment, for what no way is in time for."""

    base: str
    streets: tuple[str, ...]
    #: Deepest water on it [m]; and whether the plan's vehicles may drive it all the same, only too late.
    deepest_m: float
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something to do before a moment; earlier than now it is not listed."""

    #: ``cut``, ``evacuate``, ``generator``, or ``crew``: one that is to leave where it stands, or is shut in there.
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
    #: Of a cut: deepest water at the places themselves, now or ahead [m]; what hangs behind may stand deeper.
    place_m: float = 0.0
    #: Whether the water comes so far lies within the errors; and whether ``before_s`` is when it may be inside: it is
    #: at the door already.
    is_doubtful: bool = False
    is_inside: bool = False
    #: Base to leave from by ``before_s``, and the streets from there; empty where the run computes no way.
    base: str = ""
    way: tuple[str, ...] = ()
    #: No way leads there in time, or back: ``before_s`` is the water, for whoever is there.
    is_cut_off: bool = False
    #: Of several places those that no way leads to in time, told where one leads to others; and the place that ``base``
    #: and ``way``, or ``least``, lead to: -1 the first.
    cut_off: tuple[int, ...] = ()
    goes_to: int = NONE
    #: Time that it takes at the place [s]: for people to be brought out; 0 where it is not counted by head.
    needs_s: int = 0
    #: How many teams share them; and how many people those that leave at once bring out and back, where it is some of
    #: them; -1 else.
    teams: int = 1
    brings: int = NONE
    #: Where nothing can be done in time: the way with the least water now; None where no base has any.
    least: Least | None = None
    #: Not before a moment but at once: it is live in water already.
    is_now: bool = False
    #: Critical sites in service that it leaves without power, or on their reserve.
    darkened: tuple[int, ...] = ()
    #: Of a cut by the city's hand: where the grid operator can cut those of its places that no way leads to, and of
    #: each the critical sites that a cut there leaves without power.
    upstream: tuple[int, ...] = ()
    upstream_darkens: tuple[tuple[int, ...], ...] = ()
    #: Crews that are to leave, or that stand at the site and are shut in there, by id; and from when to when no street
    #: leads them away [s], -1 for never.
    crews: tuple[str, ...] = ()
    shut_s: int = NONE
    open_s: int = NONE

    @property
    def begin_s(self) -> int:
        """By when somebody is at it: of people that no way leads to in time, as long before the water as it takes."""
        return self.before_s - (self.needs_s if self.is_cut_off else 0)


def acts_ahead(moment: Moment) -> list[Act]:
    """Give what can still be done, what weighs most first, each with the moment before which it is to be done.

    What is to be done within three hours comes first. People come before gear: to bring people out of the water, to
    keep a site in service, then to cut what would be live, by how much would be.
    """
    acts = [*_evacuations(moment), *_generators(moment), *_cuts(moment)]
    # What is far ahead waits for a later report, whatever its weight: the page names what fails at once by itself.
    return sorted(acts, key=lambda act: (act.before_s > moment.t_s + SOON_S, -act.people, act.sort != "cut",
                                         -act.live, -act.lamps, act.before_s))


def chosen(acts: list[Act], most: int, t_s: int) -> list[Act]:
    """Give the acts that are told, in order of time: what concerns people and cuts do not crowd each other out.

    Whom water or darkness reaches within three hours is told, however many they are: nobody is left out for want of
    room.
    """
    people, places = ([act for act in acts if (act.sort == "cut") is is_cut] for is_cut in (False, True))
    soon = sum(act.before_s <= t_s + SOON_S for act in people)
    for_people = min(len(people), max(soon, most - len(places), (most + 1) // 2))
    kept = [*people[:for_people], *places[:max(most - for_people, most // 2)]]
    return sorted(kept, key=lambda act: (act.before_s, act.assets))


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePlace:
    """A place to cut now."""

    #: Row of the cabinet, box or substation, and rows of what may be live in water behind it, itself among them.
    place: int
    members: tuple[int, ...]
    #: Whose hand: ``city`` or ``grid``.
    by: str
    #: Whether nothing is known of what feeds something in it.
    is_supply_unknown: bool = False


def live_places(moment: Moment) -> tuple[LivePlace, ...]:
    """Give the places to cut because something stands in water and may be live, the most dangerous to people first.

    Those in service, of which it is known that they are live, and those whose supply is not known come before those
    that are out and whose supply may have opened; within either as ``twin.results.cut_order`` has them.
    """
    result, assets = moment.result, moment.result.city.assets
    rows = result.live_parts.at(moment.t_s)
    place, member = places_of(result.view, result.live_parts.cut[rows]), result.live_parts.asset[rows]
    found = []
    for row in np.unique(place).tolist():
        members = np.unique(member[place == row])
        found.append(LivePlace(place=row, members=tuple(members.tolist()),
                               by="grid" if assets.has_role(row, Role.GRID) else "city",
                               is_supply_unknown=bool(moment.is_live_by_unknown[members].any())))
    return tuple(sorted(found, key=lambda one: (bool(moment.is_out[one.place]) and not one.is_supply_unknown,
                                                result.cut_order[one.place])))


def acts_now(moment: Moment) -> list[Act]:
    """Give what is to be cut at once, as acts: one for each hand, in the order of ``live_places``."""
    places, found = live_places(moment), []
    for hand in dict.fromkeys(one.by for one in places):
        mine = [one for one in places if one.by == hand]
        members = sorted({row for one in mine for row in one.members})
        group = tuple(one.place for one in mine)
        found.append(Act(sort="cut", before_s=moment.t_s, assets=group, by=hand, lamps=0, live=len(members), people=0,
                         depth_m=float(np.nan_to_num(moment.depth_m[members]).max()), is_now=True,
                         place_m=float(np.nan_to_num(moment.depth_m[list(group)]).max()),
                         darkened=darkened(moment, group)))
    return found


def darkened(moment: Moment, group: tuple[int, ...]) -> tuple[int, ...]:
    """Give the critical sites in service that some places alone feed, the most people first: a cut darkens them."""
    assets, graph = moment.result.city.assets, graph_of(moment.result.city)
    found = [row for row in np.flatnonzero(assets.of_role(Role.VITAL) & ~moment.is_out).tolist()
             if not set(moment.chain(row)).isdisjoint(group)
             and (graph.alternatives(row) == 1 or moment.is_on_last_feed[row])]
    return tuple(sorted(found, key=lambda row: (-float(np.nan_to_num(assets.people[row])), row)))


def upstream(moment: Moment, places: tuple[int, ...]) -> tuple[int, ...]:
    """Give where the grid operator can cut some places at a moment: the nearest above each, rather a dry one.

    Whoever cannot get to a place has it cut there. What is out already is no reason to darken others. Those that take
    no critical site with them come first, then that of most places.
    """
    grid, wet = moment.result.city.assets.of_role(Role.GRID), np.nan_to_num(moment.depth_m) > 0
    above = []
    for place in places:
        mine = [] if moment.is_out[place] else [row for row in moment.chain(place) if grid[row]]
        above += sorted(mine, key=lambda row: bool(wet[row]))[:1]
    return tuple(sorted(set(above), key=lambda row: (bool(darkened(moment, (row,))), -above.count(row), row)))


def sites_in_water(result: Result) -> BoolArray:
    """Tell which critical sites water enters in a run, or may, (A,): people are brought out of them."""
    assets, exposure = result.city.assets, result.exposure
    doubtful = exposure.is_doubtful & ~np.isnan(assets.fail_m)
    return np.asarray(assets.of_role(Role.VITAL) & ((exposure.failed_at_s != NONE) | doubtful))


def _evacuations(moment: Moment) -> list[Act]:
    """Give the sites with people that water enters, or may: before it touches them."""
    result, t_s = moment.result, moment.t_s
    assets, exposure = result.city.assets, result.exposure
    doubtful = exposure.is_doubtful & ~np.isnan(assets.fail_m)
    found = []
    for row in np.flatnonzero(sites_in_water(result)).tolist():
        # Before water is at the door; where it is already, before it may be inside, then before it is computed there.
        loss = result.losses.next(row, t_s)
        may_s = loss.may_s if loss is not None and loss.root == row else NONE
        before_s = next((at_s for at_s in (int(exposure.touched_at_s[row]), may_s, int(exposure.failed_at_s[row]))
                         if at_s > t_s), NONE)
        if before_s != NONE:
            found.append(Act(sort="evacuate", before_s=before_s, assets=(row,), by="rescue", lamps=0, live=0,
                             people=int(np.nan_to_num(assets.people[row])),
                             depth_m=float(exposure.peak_depth_m[row]), is_doubtful=bool(doubtful[row]),
                             is_inside=before_s != int(exposure.touched_at_s[row])))
    return found


def _generators(moment: Moment) -> list[Act]:
    """Give the dry sites that may lose their power, each before it may, or before its reserve ends."""
    result, t_s = moment.result, moment.t_s
    assets = result.city.assets
    found = []
    for row in np.flatnonzero(assets.of_role(Role.VITAL) & ~sites_in_water(result)).tolist():
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
    place = places_of(result.view, parts.cut)
    first = np.full(len(assets), _NEVER)
    np.minimum.at(first, place, parts.from_s)
    rows = np.flatnonzero((first > t_s) & (first < _NEVER))
    groups = [[int(rows[place]) for place in group] for group in as_one(assets, rows.tolist(), first[rows].tolist())]
    found = []
    for group in groups:
        mine = np.flatnonzero(np.isin(place, group))
        found.append(Act(
            sort="cut", assets=tuple(group), **_leaving(moment, group, int(first[group].min())),
            by="grid" if assets.has_role(group[0], Role.GRID) else "city", darkened=darkened(moment, tuple(group)),
            lamps=_lamps_below(result, group), live=len(np.unique(parts.asset[mine])), people=0,
            depth_m=float(peak_m[parts.asset[mine]].max()), place_m=float(peak_m[group].max())))
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
    row_of = result.city.assets.row
    return {"before_s": leave_s[first["asset"]], "base": first["base"], "way": tuple(first["by"]),
            "goes_to": row_of(first["asset"]),
            "cut_off": tuple(row_of(row["asset"]) for row in mine if leave_s.get(row["asset"], NONE) <= t_s)}


def _lamps_below(result: Result, group: list[int]) -> int:
    mask = np.zeros(len(result.city.assets), bool)
    mask[group] = True
    return int((graph_of(result.city).downstream(mask) & result.view.is_lamp).sum())
