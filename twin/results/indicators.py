"""Indicators: the figures and lists that an operator acts on, from what the run found.

Everything here is counting: no state is decided. Lists are complete up to ``LIST_LIMIT`` rows and carry their true
length beside them. What each word counts stands in docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, BoolArray, Int64Array, distinct
from twin.results.acts import clusters, last_moments
from twin.results.doubts import Doubts
from twin.results.live_parts import live_parts, things_to_cut
from twin.results.outages import Outages
from twin.results.reach import Reach
from twin.results.reserves import reserves_of
from twin.results.spans import spans_of
from twin.results.trace import Trace
from twin.results.view import LIST_LIMIT, View, hours, metres, most_at_once
from twin.results.watering import suspensions
from twin.water.depths import Coverage
from twin.water.exposure import Exposure
from twin.world.assets import Labels
from twin.world.city import City
from twin.world.graph import without_supplier
from twin.world.kinds import Role
from twin.world.plan import Plan

if TYPE_CHECKING:
    from twin.access.access import Access  # with the kernels of trips

#: Lamps this near light a site's doors [m].
NEAR_SITE_M = 60.0


def indicators(plan: Plan, city: City, exposure: Exposure, outages: Outages, doubts: Doubts,
               trace: Trace, access: Access | None = None) -> dict[str, Any]:
    """Give the indicators of a run as plain JSON values.

    Parameters
    ----------
    plan, city
        What was run; the city carries the scenario's thresholds.
    exposure, outages, doubts, trace
        What the run found.
    access
        The streets in the water, where the plan asks who can get where: then there is a key ``access`` too.

    Returns
    -------
    Keys ``lamps``, ``flooded``, ``streets``, ``districts``, ``buildings``, ``sites``, ``zones``, ``roots``,
    ``clusters``, ``may_be_live``, ``last_moment_to_act``, ``doubtful``, ``no_supplier`` and ``coverage``; times ISO
    8601 in the city's zone, durations in seconds. ``inferred_links`` where there are some: assets one of whose links
    to a supplier was inferred, by kind.
    """
    view = View(plan, city, exposure, outages, doubts)
    reach = None if access is None or not access.rules.bases else Reach.of(access, view)
    return {
        "lamps": _lamps(view), "flooded": _flooded(view), "streets": _places(view, city.assets.street),
        "districts": _places(view, city.assets.district), "buildings": _buildings(view),
        "sites": _sites(view, trace), "zones": _zones(view), "roots": _roots(view), "clusters": clusters(view, reach),
        "may_be_live": things_to_cut(view, live_parts(view)), "last_moment_to_act": last_moments(view, reach),
        "doubtful": _doubtful(view), "no_supplier": _by_kind(view, np.flatnonzero(without_supplier(city))),
        "coverage": _coverage(view),
        **({"inferred_links": _by_kind(view, inferred)} if len(inferred := city.supplies.inferred()) else {}),
        **({} if reach is None else {"access": reach.indicator(view)})}


def _lamps(view: View) -> dict[str, Any]:
    """Give how many lamps go out and dark; the most at once as computed, with those in doubt then; and the most sure.

    ``most_out`` counts outages as computed, ``surely`` those that nothing within the errors denies, at the moment at
    which they are most, and apart from them the lamps in doubt then.
    """
    mine, o, d = view.lamp_outage, view.outages, view.doubts
    most, at_s = most_at_once(o.start_s[mine], view.end_s[mine])
    dark_s = o.dark_s[mine]
    doubtful = _lamps_in_doubt(view, at_s)
    # What is in doubt and computed out lies within an outage: it is taken off where it begins, and put back at its end.
    off = np.flatnonzero(d.is_out & view.is_lamp[d.asset])
    off_end_s = np.where(d.end_s[off] == NONE, view.plan.duration_s, d.end_s[off])
    sure, sure_at_s = most_at_once(o.start_s[mine], view.end_s[mine], d.start_s[off], off_end_s)
    sure_at_s = at_s if not sure else sure_at_s
    return {"count": int(view.is_lamp.sum()), "ever_out": len(distinct(o.asset[mine])),
            "ever_dark": len(distinct(o.asset[mine][dark_s > 0])), "most_out": most,
            "most_out_at": view.moment(at_s), "in_doubt_then": int(d.is_out[doubtful].sum()),
            "may_go_out_then": int((~d.is_out[doubtful]).sum()),
            "surely": {"most": sure, "at": view.moment(sure_at_s),
                       "in_doubt_then": len(_lamps_in_doubt(view, sure_at_s))},
            "ever_in_doubt": len(distinct(d.asset[view.is_lamp[d.asset]])),
            "lamp_hours_dark": hours(dark_s.sum()), "not_back": len(distinct(o.asset[mine & (o.end_s == NONE)]))}


def _lamps_in_doubt(view: View, t_s: int) -> Int64Array:
    """Give the rows of the lamps that are in doubt at a second, (N,); none where there is no such second."""
    if t_s == NONE:
        return np.empty(0, np.int64)
    rows = view.doubts.at(t_s)
    return rows[view.is_lamp[view.doubts.asset[rows]]]


def _flooded(view: View) -> dict[str, Any]:
    """Give, by kind, what water reached the live parts of, whatever took it out first: from exposure, not from outages.

    ``live``: in service as the water came; ``dead``: cut or without supply by then.
    """
    assets, failed_s = view.city.assets, view.exposure.failed_at_s
    rows = np.flatnonzero((failed_s != NONE) & ~assets.of_role(Role.PREMISES)).astype(np.int32)
    outage = view.covering(rows, failed_s[rows] - 1)
    told: dict[str, Any] = {}
    for code in np.unique(assets.kind[rows]).tolist():
        mine = assets.kind[rows] == code
        first = rows[mine][int(np.argmin(failed_s[rows[mine]]))]
        told[assets.kinds.names[code]] = {
            "count": int(mine.sum()), "live": int((outage[mine] == NONE).sum()),
            "dead": int((outage[mine] != NONE).sum()), "first": str(assets.id[first]),
            "first_at": view.moment(int(failed_s[first]))}
    return told


def _places(view: View, labels: Labels) -> list[dict[str, Any]]:
    """Give lamps out and lamp-hours dark by street or district, the darkest first."""
    n = len(labels.words)
    if not n:
        return []
    o, mine = view.outages, view.lamp_outage
    place = labels.codes[o.asset[mine]]
    named = place >= 0
    place, asset = place[named], o.asset[mine][named]
    dark_s = np.bincount(place, weights=o.dark_s[mine][named], minlength=n)
    pairs = distinct(place.astype(np.int64) * len(view.city.assets) + asset)
    ever_out = np.bincount(pairs // max(len(view.city.assets), 1), minlength=n)
    first_s = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first_s, place, o.start_s[mine][named])
    codes = labels.codes[view.is_lamp]
    lamps = np.bincount(codes[codes >= 0], minlength=n)
    order = np.lexsort((np.arange(n), -ever_out, -dark_s))
    return [{"name": labels.words[i], "lamps": int(lamps[i]), "ever_out": int(ever_out[i]),
             "lamp_hours_dark": hours(dark_s[i]), "first_out_at": view.moment(int(first_s[i]))}
            for i in order if ever_out[i]]


def _buildings(view: View) -> dict[str, Any]:
    building, exposure, o = view.city.assets.buildings(), view.exposure, view.outages
    wet = building & (exposure.touched_at_s != NONE)
    inside = building & (exposure.failed_at_s != NONE)
    powerless = distinct(o.asset[building[o.asset]])
    people = view.city.assets.people
    known = building & ~np.isnan(people)

    def dwellings(mask: BoolArray) -> int | None:
        return int(np.nansum(people[mask])) if known.any() else None

    return {"count": int(building.sum()), "wet": int(wet.sum()), "flooded_inside": int(inside.sum()),
            "without_power": len(powerless), "dwellings_known_for": int(known.sum()), "dwellings_wet": dwellings(wet),
            "dwellings_flooded_inside": dwellings(inside)}


def _outage_rows(view: View, row: int) -> list[dict[str, Any]]:
    o, assets = view.outages, view.city.assets
    return [{"start": view.moment(int(o.start_s[i])), "end": view.moment(int(o.end_s[i])),
             "mechanism": Mechanism(int(o.mechanism[i])).word, "root": assets.id[o.root[i]]}
            for i in np.flatnonzero(o.asset == row)]


def _sites(view: View, trace: Trace) -> list[dict[str, Any]]:
    """Give every vital site with its power from when to when, its doubt, its reserve, its people and its water.

    Those surely without power first, then those on their reserve or in doubt; the most people first.
    """
    assets, exposure, d = view.city.assets, view.exposure, view.doubts
    ever_dark = np.zeros(len(assets), dtype=bool)
    ever_dark[view.outages.asset[view.outages.dark_s > 0]] = True
    lamps = np.flatnonzero(view.is_lamp & ~np.isnan(assets.x_m))
    lamps = lamps[np.argsort(assets.x_m[lamps], kind="stable")]
    x_m = assets.x_m[lamps]
    sites, reserves = [], reserves_of(trace, assets)
    for row in map(int, np.flatnonzero(assets.of_role(Role.VITAL))):
        first, last = np.searchsorted(x_m, [assets.x_m[row] - NEAR_SITE_M, assets.x_m[row] + NEAR_SITE_M])
        around = lamps[first:last]
        near = around[np.hypot(assets.x_m[around] - assets.x_m[row],
                               assets.y_m[around] - assets.y_m[row]) <= NEAR_SITE_M]
        outages = _outage_rows(view, row)
        people = float(assets.people[row])
        sites.append({"asset": assets.id[row], "name": assets.name[row], "street": assets.street[row],
                      "people": None if np.isnan(people) else int(people),
                      "outages": outages, "without_power": bool(outages),
                      "surely": [{"start": view.moment(start_s), "end": view.moment(end_s)}
                                 for start_s, end_s in _surely_out(view, row)],
                      "in_doubt": [{"start": view.moment(int(d.start_s[i])), "end": view.moment(int(d.end_s[i])),
                                    "computed": "out" if d.is_out[i] else "in_service"}
                                   for i in np.flatnonzero(d.asset == row)],
                      "reserve": [{"start": view.moment(start_s), "end": view.moment(end_s),
                                   "lasts_until": view.moment(until_s)}
                                  for start_s, end_s, until_s in reserves.of_asset(row)],
                      "wet_at": view.moment(int(exposure.touched_at_s[row])),
                      "flooded_inside_at": view.moment(int(exposure.failed_at_s[row])),
                      "lamps_near": len(near), "lamps_near_dark": int(ever_dark[near].sum())})
    return sorted(sites, key=lambda s: (not s["surely"], not (s["reserve"] or s["in_doubt"]),
                                        -(s["people"] or 0), s["asset"]))


def _surely_out(view: View, row: int) -> list[tuple[int, int]]:
    """Give the pieces of an asset's outages that no doubt covers."""
    o, d = view.outages, view.doubts
    mine, doubted = np.flatnonzero(o.asset == row), np.flatnonzero((d.asset == row) & d.is_out)
    spans = spans_of(o.take(mine), d.take(doubted))
    return [(int(start), int(end)) for start, end in zip(spans.start_s[spans.is_sure], spans.end_s[spans.is_sure],
                                                         strict=True)]


def _zones(view: View) -> dict[str, Any]:
    """Give the irrigation zones whose watering is suspended, by why."""
    assets, stops = view.city.assets, suspensions(view)
    rows = [{"asset": assets.id[row], "name": assets.name[row],
             "under_water": bool(np.any(stops.by_water[stops.asset == row])),
             "wet_at": view.moment(int(view.exposure.touched_at_s[row])), "outages": _outage_rows(view, int(row))}
            for row in distinct(stops.asset)[:LIST_LIMIT].tolist()]
    return {"count": int(assets.of_role(Role.WATERS).sum()), "suspended": len(distinct(stops.asset)), "rows": rows}


def _roots(view: View) -> list[dict[str, Any]]:
    """Give the ten roots that explain most of the darkness."""
    o, assets, mine = view.outages, view.city.assets, view.lamp_outage
    dark_s = np.bincount(o.root[mine], weights=o.dark_s[mine], minlength=len(assets))
    lamps = np.bincount(o.root[mine], minlength=len(assets))
    total_s = dark_s.sum()
    order = np.lexsort((np.arange(len(assets)), -lamps, -dark_s))[:10]
    mechanism = np.full(len(assets), NONE)
    mechanism[o.root] = o.root_mechanism
    return [{"asset": assets.id[i], "kind": assets[int(i)].kind, "street": assets.street[int(i)],
             "mechanism": Mechanism(int(mechanism[i])).word, "lamps": int(lamps[i]),
             "lamp_hours_dark": hours(dark_s[i]), "share": round(float(dark_s[i] / total_s), 4) if total_s else 0.0}
            for i in order if lamps[i]]


def _doubtful(view: View) -> dict[str, Any]:
    """Give the assets that may be out and may not at some moment; and apart, those on whose heights it hangs.

    ``near_threshold``: the water comes within the errors of a height of theirs, so that they could fail or not.
    """
    assets, exposure, d = view.city.assets, view.exposure, view.doubts
    rows, near = distinct(d.asset), np.flatnonzero(exposure.is_doubtful)
    listed = [{"asset": assets.id[row], "kind": assets[int(row)].kind, "street": assets.street[int(row)],
               "peak_depth_m": metres(exposure.peak_depth_m, int(row)), "fail_m": round(float(assets.fail_m[row]), 3),
               "outcome": "flooded" if exposure.failed_at_s[row] != NONE else "in_service"}
              for row in near[:LIST_LIMIT]]
    return {"count": len(rows), "by_kind": _by_kind(view, rows),
            "near_threshold": {"count": len(near), "by_kind": _by_kind(view, near), "rows": listed}}


def _by_kind(view: View, rows: Any) -> Mapping[str, int]:
    assets = view.city.assets
    counts = np.bincount(assets.kind[rows], minlength=len(assets.kinds))
    return {name: int(counts[i]) for i, name in enumerate(assets.kinds.names) if counts[i]}


def _coverage(view: View) -> dict[str, Mapping[str, int]]:
    """Give how many assets of each kind the water's maker covers, by ``Coverage`` word."""
    return {c.word: _by_kind(view, np.flatnonzero(view.exposure.coverage == c)) for c in Coverage}
