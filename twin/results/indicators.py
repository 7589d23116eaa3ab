"""Measures: the figures and lists that an operator acts on, from what the run found.

Everything here is counting: no state is decided. Lists are complete up to ``LIST_LIMIT`` rows and carry their true
length beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.quantities import NONE, BoolArray, Float32Array, Int32Array, Int64Array, distinct
from twin.results.outages import Mechanism, Outages
from twin.water.exposure import Coverage, Exposure, Level
from twin.world.assets import Labels, Protection
from twin.world.city import City
from twin.world.plan import Plan
from twin.world.sun import Darkness, darkness_of
from twin.world.supplies import Feed, Service

#: Rows of a list in ``run.json``; the count beside it is always the true one.
LIST_LIMIT = 2000
#: Lamps this near light a site's doors [m].
NEAR_SITE_M = 60.0
#: Kinds that stand in the street with live parts: in water they may be live until they are cut.
LIVE_KINDS = ("substation", "service_box", "cabinet", "traffic_signal", "lift_station", "pump", "controller")


def indicators(plan: Plan, city: City, exposure: Exposure, outages: Outages) -> dict[str, Any]:
    """Give the indicators of a run as plain JSON values.

    Parameters
    ----------
    plan, city
        What was run; the city carries the scenario's thresholds.
    exposure, outages
        What the run found, (A,) and (O,).

    Returns
    -------
    Keys ``lamps``, ``streets``, ``districts``, ``buildings``, ``sites``, ``zones``, ``roots``, ``may_be_live``,
    ``last_moment_to_act``, ``doubtful`` and ``coverage``; times ISO 8601 in the city's zone, durations in seconds.
    """
    night = _Night(plan, city, exposure, outages)
    return {
        "lamps": _lamps(night), "streets": _places(night, city.assets.street),
        "districts": _places(night, city.assets.district), "buildings": _buildings(night), "sites": _sites(night),
        "zones": _zones(night), "roots": _roots(night), "may_be_live": _may_be_live(night),
        "last_moment_to_act": _last_moment(night), "doubtful": _doubtful(night), "coverage": _coverage(night)}


@dataclass(frozen=True)
class _Night:
    """The run's tables with the few columns that several measures share."""

    plan: Plan
    city: City
    exposure: Exposure
    outages: Outages

    @cached_property
    def moment(self) -> Callable[[int], str | None]:
        zone = ZoneInfo(self.city.timezone)

        def said(seconds: int) -> str | None:
            if seconds == NONE:
                return None
            return (self.plan.start + timedelta(seconds=int(seconds))).astimezone(zone).isoformat()

        return said

    @cached_property
    def end_s(self) -> Int64Array:
        """End of each outage, clipped to the horizon, (O,)."""
        return np.where(self.outages.end_s == NONE, self.plan.duration_s, self.outages.end_s)

    @cached_property
    def is_lamp(self) -> BoolArray:
        return self.of_kind("lamp")

    def of_kind(self, *names: str) -> BoolArray:
        known = [name for name in names if name in self.city.assets.kinds.names]
        return self.city.assets.of_kind(*known) if known else np.zeros(len(self.city.assets), dtype=bool)

    @cached_property
    def lamp_outage(self) -> BoolArray:
        """Which outages are a lamp's, (O,)."""
        return np.asarray(self.is_lamp[self.outages.asset])

    @cached_property
    def dark(self) -> Darkness:
        """The periods in which darkness counts at each asset."""
        return darkness_of(self.plan, self.city)

    @cached_property
    def preferred(self) -> Int32Array:
        """The preferred power supplier of each asset, (A,); -1 where none."""
        supplies, n = self.city.supplies, len(self.city.assets)
        chosen = np.full(n, NONE, dtype=np.int32)
        power = np.flatnonzero(supplies.service == Service.POWER)[::-1]
        chosen[supplies.consumer[power]] = supplies.supplier[power]
        return chosen

    @cached_property
    def cabinet(self) -> Int32Array:
        """The cabinet that feeds each asset by its preferred chain, (A,); -1 where none."""
        found = np.where(self.of_kind("cabinet"), np.arange(len(self.city.assets)), NONE).astype(np.int32)
        above = self.preferred
        for _ in range(8):
            open_ = (found == NONE) & (above != NONE)
            if not open_.any():
                break
            found[open_] = np.where(self.of_kind("cabinet")[above[open_]], above[open_], NONE)
            above = np.where(above == NONE, NONE, self.preferred[above])
        return found


def _limited(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(rows), "rows": rows[:LIST_LIMIT]}


def _hours(seconds: float) -> float:
    return round(float(seconds) / 3600, 2)


def _most_at_once(start_s: Int64Array, end_s: Int64Array) -> tuple[int, int]:
    """Give the largest number of intervals open at once, and when first; -1 where there is none."""
    if not len(start_s):
        return 0, NONE
    times = np.concatenate([start_s, end_s])
    change = np.concatenate([np.ones(len(start_s), np.int64), -np.ones(len(end_s), np.int64)])
    order = np.lexsort((change, times))
    # All changes of one instant count together: an end and a start at once are no peak.
    times, counts = times[order], np.cumsum(change[order])
    last = np.append(times[1:] != times[:-1], True)
    best = int(np.argmax(np.where(last, counts, -1)))
    return int(counts[best]), int(times[best])


def _lamps(night: _Night) -> dict[str, Any]:
    mine, o = night.lamp_outage, night.outages
    most, at_s = _most_at_once(o.start_s[mine], night.end_s[mine])
    dark_s = o.dark_s[mine]
    return {"count": int(night.is_lamp.sum()), "ever_out": len(distinct(o.asset[mine])),
            "ever_dark": len(distinct(o.asset[mine][dark_s > 0])), "most_out": most,
            "most_out_at": night.moment(at_s), "lamp_hours_dark": _hours(dark_s.sum()),
            "not_back": len(distinct(o.asset[mine & (o.end_s == NONE)]))}


def _places(night: _Night, labels: Labels) -> list[dict[str, Any]]:
    """Give lamps out and lamp-hours dark by street or district, the darkest first."""
    n = len(labels.words)
    if not n:
        return []
    o, mine = night.outages, night.lamp_outage
    place = labels.codes[o.asset[mine]]
    named = place >= 0
    place, asset = place[named], o.asset[mine][named]
    dark_s = np.bincount(place, weights=o.dark_s[mine][named], minlength=n)
    pairs = distinct(place.astype(np.int64) * len(night.city.assets) + asset)
    ever_out = np.bincount(pairs // max(len(night.city.assets), 1), minlength=n)
    first_s = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first_s, place, o.start_s[mine][named])
    codes = labels.codes[night.is_lamp]
    lamps = np.bincount(codes[codes >= 0], minlength=n)
    order = np.lexsort((np.arange(n), -ever_out, -dark_s))
    return [{"name": labels.words[i], "lamps": int(lamps[i]), "ever_out": int(ever_out[i]),
             "lamp_hours_dark": _hours(dark_s[i]), "first_out_at": night.moment(int(first_s[i]))}
            for i in order if ever_out[i]]


def _buildings(night: _Night) -> dict[str, Any]:
    building, exposure, o = night.of_kind("building"), night.exposure, night.outages
    wet = building & (exposure.touched_at_s != NONE)
    inside = building & (exposure.failed_at_s != NONE)
    powerless = distinct(o.asset[building[o.asset]])
    people = night.city.assets.people
    known = building & ~np.isnan(people)

    def dwellings(mask: BoolArray) -> int | None:
        return int(np.nansum(people[mask])) if known.any() else None

    return {"count": int(building.sum()), "wet": int(wet.sum()), "flooded_inside": int(inside.sum()),
            "without_power": len(powerless), "dwellings_known_for": int(known.sum()), "dwellings_wet": dwellings(wet),
            "dwellings_flooded_inside": dwellings(inside)}


def _outage_rows(night: _Night, row: int) -> list[dict[str, Any]]:
    o, assets = night.outages, night.city.assets
    return [{"start": night.moment(int(o.start_s[i])), "end": night.moment(int(o.end_s[i])),
             "mechanism": Mechanism(int(o.mechanism[i])).word, "root": assets.id[o.root[i]]}
            for i in np.flatnonzero(o.asset == row)]


def _sites(night: _Night) -> list[dict[str, Any]]:
    """Give every site with its power, its water, and how many of the lamps around it go dark."""
    assets, exposure = night.city.assets, night.exposure
    ever_dark = np.zeros(len(assets), dtype=bool)
    ever_dark[night.outages.asset[night.outages.dark_s > 0]] = True
    lamps = np.flatnonzero(night.is_lamp & ~np.isnan(assets.x_m))
    lamps = lamps[np.argsort(assets.x_m[lamps], kind="stable")]
    x_m = assets.x_m[lamps]
    sites = []
    for row in map(int, np.flatnonzero(night.of_kind("site"))):
        first, last = np.searchsorted(x_m, [assets.x_m[row] - NEAR_SITE_M, assets.x_m[row] + NEAR_SITE_M])
        around = lamps[first:last]
        near = around[np.hypot(assets.x_m[around] - assets.x_m[row],
                               assets.y_m[around] - assets.y_m[row]) <= NEAR_SITE_M]
        outages = _outage_rows(night, row)
        sites.append({"asset": assets.id[row], "name": assets.name[row], "street": assets.street[row],
                      "outages": outages, "without_power": bool(outages),
                      "wet_at": night.moment(int(exposure.touched_at_s[row])),
                      "flooded_inside_at": night.moment(int(exposure.failed_at_s[row])),
                      "lamps_near": len(near), "lamps_near_dark": int(ever_dark[near].sum())})
    return sites


def _zones(night: _Night) -> dict[str, Any]:
    """Give the irrigation zones whose watering is suspended: under water, or without their controller."""
    assets, zone, o = night.city.assets, night.of_kind("zone"), night.outages
    under_water = zone & (night.exposure.touched_at_s != NONE)
    unfed = np.zeros(len(assets), dtype=bool)
    unfed[o.asset[zone[o.asset]]] = True
    rows = [{"asset": assets.id[row], "name": assets.name[row], "under_water": bool(under_water[row]),
             "wet_at": night.moment(int(night.exposure.touched_at_s[row])), "outages": _outage_rows(night, int(row))}
            for row in np.flatnonzero(under_water | unfed)[:LIST_LIMIT]]
    return {"count": int(zone.sum()), "suspended": int((under_water | unfed).sum()), "rows": rows}


def _roots(night: _Night) -> list[dict[str, Any]]:
    """Give the ten roots that explain most of the darkness."""
    o, assets, mine = night.outages, night.city.assets, night.lamp_outage
    dark_s = np.bincount(o.root[mine], weights=o.dark_s[mine], minlength=len(assets))
    lamps = np.bincount(o.root[mine], minlength=len(assets))
    total_s = dark_s.sum()
    order = np.lexsort((np.arange(len(assets)), -lamps, -dark_s))[:10]
    mechanism = np.full(len(assets), NONE)
    mechanism[o.root] = o.root_mechanism
    return [{"asset": assets.id[i], "kind": assets[int(i)].kind, "street": assets.street[int(i)],
             "mechanism": Mechanism(int(mechanism[i])).word, "lamps": int(lamps[i]),
             "lamp_hours_dark": _hours(dark_s[i]), "share": round(float(dark_s[i] / total_s), 4) if total_s else 0.0}
            for i in order if lamps[i]]


def _wet_intervals(night: _Night, level: Level, until: Level,
                   rows: BoolArray) -> tuple[Int32Array, Int64Array, Int64Array]:
    """Give the intervals from each up-crossing of ``level`` to the next fall below ``until``, of the rows asked."""
    c, horizon_s = night.exposure.crossings, night.plan.duration_s
    ups = np.flatnonzero(c.is_up & (c.level == level) & rows[c.asset])
    downs = np.flatnonzero(~c.is_up & (c.level == until) & rows[c.asset])
    width = horizon_s + 2
    down_key = np.sort(c.asset[downs].astype(np.int64) * width + c.time_s[downs])
    up_key = np.sort(c.asset[ups].astype(np.int64) * width + c.time_s[ups])
    asset, start_s = up_key // width, up_key % width
    at = np.searchsorted(down_key, up_key, side="right")
    padded = np.append(down_key, np.iinfo(np.int64).max)[at]
    end_s = np.where(padded // width == asset, padded % width, horizon_s)
    return asset.astype(np.int32), start_s, end_s


def _live_part(night: _Night, asset: Int32Array, supplier: Int32Array, start_s: Int64Array, end_s: Int64Array,
               switched: BoolArray) -> tuple[Int64Array, Int64Array]:
    """Give the first part of each interval in which its supplier is in service; start = end where there is none."""
    o = night.outages
    width = night.plan.duration_s + 2
    order = np.lexsort((o.start_s, o.asset))
    key = o.asset[order].astype(np.int64) * width + o.start_s[order]
    ends = night.end_s[order]
    here = supplier.astype(np.int64) * width

    def covering(moment: Int64Array) -> Int64Array:
        """End of the supplier's outage that covers the moment; the moment itself where it is in service."""
        i = np.searchsorted(key, here + moment, side="right") - 1
        mine = (i >= 0) & (o.asset[order][np.maximum(i, 0)] == supplier)
        return np.where(mine & (ends[np.maximum(i, 0)] > moment), ends[np.maximum(i, 0)], moment)

    if not len(key):
        live_from, live_to = start_s.copy(), end_s.copy()
    else:
        live_from = np.minimum(covering(start_s), end_s)
        following = np.searchsorted(key, here + live_from, side="right")
        next_key = np.append(key, np.iinfo(np.int64).max)[following]
        live_to = np.where(next_key // width == supplier, np.minimum(end_s, next_key % width), end_s)
    if switched.any():
        dark_from, dark_to = np.full_like(live_from, width), np.full_like(live_to, width)
        group = night.dark.group[asset]
        for code, periods in enumerate(night.dark.groups):
            for first, last in periods:
                a, b = np.maximum(live_from, first), np.minimum(live_to, last)
                better = (a < b) & (dark_from == width) & (group == code)
                dark_from, dark_to = np.where(better, a, dark_from), np.where(better, b, dark_to)
        live_from = np.where(switched, dark_from, live_from)
        live_to = np.where(switched, dark_to, live_to)
    return live_from, np.maximum(live_to, live_from)


def _may_be_live(night: _Night) -> dict[str, Any]:
    """Give what stands in water and may be live, with what to cut, the earliest first.

    A lamp on a fused circuit from the moment water reaches its door, while its circuit is in service; a cabinet and its
    like from the first touch of water, while a supplier is in service. A flooded cabinet counts: that its supply has
    opened is not known.
    """
    assets, supplies = night.city.assets, night.city.supplies
    fused = np.zeros(len(assets), dtype=bool)
    power = supplies.service == Service.POWER
    by_fuse = power & (assets.protection[supplies.supplier] == Protection.FUSE)
    fused[supplies.consumer[by_fuse]] = True
    lamps = _wet_intervals(night, Level.FAIL, Level.TOUCH, night.is_lamp & fused)
    others = _wet_intervals(night, Level.TOUCH, Level.TOUCH, night.of_kind(*LIVE_KINDS))
    asset, start_s, end_s = (np.concatenate([a, b]) for a, b in zip(lamps, others, strict=True))
    if not len(asset):
        return _limited([])
    # One line per interval and power edge into the asset; a source has no edge and is live of itself.
    first = np.searchsorted(supplies.consumer, asset)
    count = np.searchsorted(supplies.consumer, asset, side="right") - first
    lines = np.repeat(np.arange(len(asset)), np.maximum(count, 1))
    edge = np.repeat(first, np.maximum(count, 1)) + np.arange(len(lines)) - np.repeat(
        np.cumsum(np.maximum(count, 1)) - np.maximum(count, 1), np.maximum(count, 1))
    fed = count[lines] > 0
    safe_edge = np.where(fed, edge, 0)
    keep = ~fed | (power[safe_edge] if len(supplies) else False)
    lines, fed, safe_edge = lines[keep], fed[keep], safe_edge[keep]
    supplier = np.where(fed, supplies.supplier[safe_edge] if len(supplies) else NONE, asset[lines]).astype(np.int32)
    switched = fed & ((supplies.feed[safe_edge] == Feed.SWITCHED) if len(supplies) else False)
    live_from, live_to = _live_part(night, asset[lines], supplier, start_s[lines], end_s[lines], switched)
    live = live_from < live_to
    lines, supplier, live_from, live_to = lines[live], supplier[live], live_from[live], live_to[live]
    member = asset[lines]
    cut = np.where(night.is_lamp[member], supplier, member)
    return _limited(_grouped(night, cut, member, live_from, live_to))


def _grouped(night: _Night, cut: Int32Array, member: Int32Array, live_from: Int64Array,
             live_to: Int64Array) -> list[dict[str, Any]]:
    """Give one row for each thing to cut, with what stands in water behind it."""
    assets, peak_m = night.city.assets, night.exposure.peak_depth_m
    known_m = np.nan_to_num(peak_m)
    order = np.lexsort((member, live_from, cut))
    cuts, begins = np.unique(cut[order], return_index=True)
    rows = []
    for i, (row, begin) in enumerate(zip(cuts, begins, strict=True)):
        piece = order[begin:begins[i + 1] if i + 1 < len(begins) else None]
        members = list(dict.fromkeys(int(m) for m in member[piece]))
        deepest = max(members, key=lambda m: float(known_m[m]))
        rows.append((int(live_from[piece].min()), {
            "cut": assets.id[row], "cut_kind": assets[int(row)].kind, "cabinet": _id(night, int(night.cabinet[row])),
            "street": assets.street[deepest] or assets.street[int(row)],
            "from": night.moment(int(live_from[piece].min())),
            "to": night.moment(int(live_to[piece].max())), "depth_m": _metres(peak_m, deepest),
            "assets": [assets.id[m] for m in members[:50]], "assets_count": len(members)}))
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1]["cut"]))]


def _id(night: _Night, row: int) -> str | None:
    return None if row == NONE else str(night.city.assets.id[row])


def _metres(values: Float32Array, row: int) -> float | None:
    return None if np.isnan(values[row]) else round(float(values[row]), 3)


def _last_moment(night: _Night) -> dict[str, Any]:
    """Give, for each cabinet that water touches, the last moment to act: its first touch, the earliest first."""
    assets, exposure = night.city.assets, night.exposure
    lamps = np.bincount(night.cabinet[night.is_lamp & (night.cabinet != NONE)], minlength=len(assets))
    touched = np.flatnonzero(night.of_kind("cabinet") & (exposure.touched_at_s != NONE))
    touched = touched[np.lexsort((touched, exposure.touched_at_s[touched]))]
    return _limited([
        {"asset": assets.id[row], "street": assets.street[row],
         "act_before": night.moment(int(exposure.touched_at_s[row])),
         "failed_at": night.moment(int(exposure.failed_at_s[row])),
         "peak_depth_m": _metres(exposure.peak_depth_m, row), "lamps": int(lamps[row]),
         "doubtful": bool(exposure.is_doubtful[row])} for row in map(int, touched)])


def _doubtful(night: _Night) -> dict[str, Any]:
    """Give the assets whose own outcome could be the other, and how many lamps hang on them."""
    assets, exposure, o = night.city.assets, night.exposure, night.outages
    rows = np.flatnonzero(exposure.is_doubtful)
    listed = [{"asset": assets.id[row], "kind": assets[int(row)].kind, "street": assets.street[int(row)],
               "peak_depth_m": _metres(exposure.peak_depth_m, int(row)), "fail_m": round(float(assets.fail_m[row]), 3),
               "outcome": "flooded" if exposure.failed_at_s[row] != NONE else "in_service"}
              for row in rows[:LIST_LIMIT]]
    return {"count": len(rows), "by_kind": _by_kind(night, rows), "rows": listed,
            "lamps_out": len(distinct(o.asset[night.lamp_outage & o.is_doubtful]))}


def _by_kind(night: _Night, rows: Any) -> Mapping[str, int]:
    assets = night.city.assets
    counts = np.bincount(assets.kind[rows], minlength=len(assets.kinds))
    return {name: int(counts[i]) for i, name in enumerate(assets.kinds.names) if counts[i]}


def _coverage(night: _Night) -> dict[str, Mapping[str, int]]:
    """Give how many assets of each kind the water's maker covers, by ``Coverage`` word."""
    return {c.word: _by_kind(night, np.flatnonzero(night.exposure.coverage == c)) for c in Coverage}
