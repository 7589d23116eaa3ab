"""Live parts in water: what stands in water and may be under voltage until somebody cuts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.codes import Action, Level
from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column, distinct
from twin.results.view import View, limited, metres
from twin.world.assets import Assets, Protection
from twin.world.kinds import Role
from twin.world.supplies import Feed, Service


def _wet_intervals(view: View, level: Level, until: Level,
                   rows: BoolArray) -> tuple[Int32Array, Int64Array, Int64Array]:
    """Give the intervals from each up-crossing of ``level`` to the next fall below ``until``, of the rows asked."""
    c, horizon_s = view.exposure.crossings, view.plan.duration_s
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


def _cuts(view: View) -> dict[int, list[tuple[int, int]]]:
    """Give of each asset that is cut when it is: from and until [s], in order; what is cut is dead, wet or not."""
    horizon_s = view.plan.duration_s
    found: dict[int, list[tuple[int, int]]] = {}
    for said in sorted(view.plan.declared, key=lambda one: one.at_s):
        at_s = max(said.at_s, 0)
        mine = found.setdefault(said.asset, [])
        is_open = bool(mine) and mine[-1][1] == NONE
        if said.action is Action.CUT and not is_open:
            mine.append((at_s, NONE))
        elif said.action is Action.RESTORE and is_open:
            mine[-1] = (mine[-1][0], at_s)
    return {row: [(from_s, horizon_s if to_s == NONE else to_s) for from_s, to_s in spans]
            for row, spans in found.items() if spans}


def _while_not_cut(view: View, asset: Int32Array, start_s: Int64Array, end_s: Int64Array
                   ) -> tuple[Int32Array, Int64Array, Int64Array]:
    """Give the pieces of intervals in which their asset is not itself cut."""
    cuts = _cuts(view)
    hit = np.isin(asset, np.array(list(cuts), np.int32))
    pieces = []
    for row, first, last in zip(asset[hit].tolist(), start_s[hit].tolist(), end_s[hit].tolist(), strict=True):
        at_s = first
        for from_s, to_s in [*cuts[row], (last, last)]:
            if at_s < min(from_s, last):
                pieces.append((row, at_s, min(from_s, last)))
            at_s = max(at_s, to_s)
    table = np.array(pieces, np.int64).reshape(-1, 3)
    return (np.concatenate([asset[~hit], table[:, 0].astype(np.int32)]),
            np.concatenate([start_s[~hit], table[:, 1]]), np.concatenate([end_s[~hit], table[:, 2]]))


def _live_part(view: View, asset: Int32Array, supplier: Int32Array, start_s: Int64Array, end_s: Int64Array,
               switched: BoolArray) -> tuple[Int64Array, Int64Array]:
    """Give the first part of each interval in which its supplier is in service; start = end where there is none."""
    o = view.outages
    width = view.plan.duration_s + 2
    order = np.lexsort((o.start_s, o.asset))
    key = o.asset[order].astype(np.int64) * width + o.start_s[order]
    ends = view.end_s[order]
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
        group = view.dark.group[asset]
        for code, periods in enumerate(view.dark.groups):
            for first, last in periods:
                a, b = np.maximum(live_from, first), np.minimum(live_to, last)
                better = (a < b) & (dark_from == width) & (group == code)
                dark_from, dark_to = np.where(better, a, dark_from), np.where(better, b, dark_to)
        live_from = np.where(switched, dark_from, live_from)
        live_to = np.where(switched, dark_to, live_to)
    return live_from, np.maximum(live_to, live_from)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveParts:
    """When things stand in water and may be live, (N,) each: one row per thing, way in and period."""

    #: What stands in water, and what to cut so that it is dead: itself, or what feeds a lamp. Lamps of one street whose
    #: supply is not known share the first of them: nothing is known that would be opened for them.
    asset: Int32Array
    cut: Int32Array
    from_s: Int64Array
    to_s: Int64Array
    #: Whether it needs a supplier and none is known: nothing says when it is dead, short of a cut.
    is_supply_unknown: BoolArray

    def __len__(self) -> int:
        return len(self.asset)

    def at(self, t_s: int) -> Int64Array:
        """Give the rows in force at a second, (N,)."""
        return np.flatnonzero((self.from_s <= t_s) & (t_s < self.to_s))


def live_parts(view: View) -> LiveParts:
    """Give what stands in water and may be live, and when.

    A lamp from the moment water reaches its door, unless that opens an RCD that feeds it, while what feeds it is in
    service; a cabinet and its like from the first touch of water, while a supplier is in service. A flooded cabinet
    counts: that its supply has opened is not known. What has no known supplier is fed by a network that nobody told of:
    it may be live for as long as it stands in water, whatever else became of it. What is itself cut is dead until it is
    switched on again.
    """
    assets, supplies = view.city.assets, view.city.supplies
    power = np.flatnonzero(supplies.service == Service.POWER)
    consumer, supplied_by = supplies.consumer[power], supplies.supplier[power]
    counts = np.bincount(consumer, minlength=len(assets))
    trips = np.bincount(consumer[assets.protection[supplied_by] == Protection.RCD], minlength=len(assets))
    stays = view.is_lamp & ((trips < counts) | (counts == 0))
    lamps = _wet_intervals(view, Level.FAIL, Level.TOUCH, stays)
    others = _wet_intervals(view, Level.TOUCH, Level.TOUCH, assets.of_role(Role.LIVE_IN_STREET))
    asset, start_s, end_s = _while_not_cut(view, *(np.concatenate([a, b]) for a, b in zip(lamps, others, strict=True)))
    # One line per interval and power edge into the asset; what has no edge has one, and a source is live of itself.
    count = counts[asset]
    each = np.maximum(count, 1)
    lines = np.repeat(np.arange(len(asset)), each)
    edge = np.repeat(np.searchsorted(consumer, asset), each) + np.arange(len(lines)) - np.repeat(
        np.cumsum(each) - each, each)
    fed = count[lines] > 0
    edge = np.where(fed, edge, 0)
    supplier = np.where(fed, supplied_by[edge] if len(power) else NONE, asset[lines]).astype(np.int32)
    switched = fed & ((supplies.feed[power][edge] == Feed.SWITCHED) if len(power) else False)
    unknown = ~fed & ~assets.kinds.is_source[assets.kind[asset[lines]]]
    live_from, live_to = _live_part(view, asset[lines], supplier, start_s[lines], end_s[lines], switched)
    live_from, live_to = np.where(unknown, start_s[lines], live_from), np.where(unknown, end_s[lines], live_to)
    live = live_from < live_to
    member, unknown = asset[lines][live], unknown[live]
    cut = np.where(view.is_lamp[member], supplier[live], member).astype(np.int32)
    alone = unknown & view.is_lamp[member]
    cut[alone] = _first_of_street(view, cut[alone])
    return LiveParts(asset=column(member, np.int32), cut=column(cut, np.int32),
                     from_s=column(live_from[live], np.int64), to_s=column(live_to[live], np.int64),
                     is_supply_unknown=column(unknown, np.bool_))


def _first_of_street(view: View, lamps: Int32Array) -> Int32Array:
    """Give for each of some lamps the first among them of its street; those without a street go together."""
    inside = np.sort(lamps)
    codes = view.city.assets.street.codes
    streets, first = np.unique(codes[inside], return_index=True)
    return np.asarray(inside[first][np.searchsorted(streets, codes[lamps])], np.int32)


def street_of(assets: Assets, place: int, members: Sequence[int]) -> str:
    """Give the street in which a place is opened: its own; where none is known, the first of what hangs behind it.

    List, map and acts name a place by this street alone: the crew looks for the place, not for what stands in water.
    """
    return next((name for row in (place, *members) if (name := assets.street[row])), "")


def things_to_cut(view: View, parts: LiveParts) -> dict[str, Any]:
    """Give one row for each thing to cut, a circuit or a device, the earliest first, with what stands in water behind.

    ``count`` counts these rows, ``places`` where they are opened: a cabinet for its circuits, else the thing itself;
    ``grid`` those of the places that are the grid operator's to open, ``things`` what stands in water, ``unknown`` the
    things whose supply is not known.
    """
    rows = _grouped(view, parts)
    places = {row["cabinet"] or row["cut"]: row["by"] for row in rows}
    return {**limited(rows), "places": len(places), "things": len(distinct(parts.asset)),
            "grid": sum(by == "grid" for by in places.values()),
            "unknown": len(distinct(parts.asset[parts.is_supply_unknown]))}


def _grouped(view: View, parts: LiveParts) -> list[dict[str, Any]]:
    """Give one row for each thing to cut, with what stands in water behind it."""
    cut, member, live_from, live_to = parts.cut, parts.asset, parts.from_s, parts.to_s
    assets, peak_m = view.city.assets, view.exposure.peak_depth_m
    known_m = np.nan_to_num(peak_m)
    order = np.lexsort((member, live_from, cut))
    cuts, begins = np.unique(cut[order], return_index=True)
    rows = []
    for i, (row, begin) in enumerate(zip(cuts, begins, strict=True)):
        piece = order[begin:begins[i + 1] if i + 1 < len(begins) else None]
        members = list(dict.fromkeys(int(m) for m in member[piece]))
        deepest = max(members, key=lambda m: float(known_m[m]))
        rows.append((int(live_from[piece].min()), {
            "cut": assets.id[row], "cut_kind": assets[int(row)].kind,
            "cabinet": None if view.cabinet[row] == NONE else str(assets.id[view.cabinet[row]]),
            "by": "grid" if assets.has_role(int(row), Role.GRID) else "city", "operator": assets.operator[int(row)],
            "street": street_of(assets, int(row if view.cabinet[row] == NONE else view.cabinet[row]),
                                [int(row), deepest]),
            "from": view.moment(int(live_from[piece].min())),
            "to": view.moment(int(live_to[piece].max())), "depth_m": metres(peak_m, deepest),
            "supply_known": not bool(parts.is_supply_unknown[piece].any()),
            "assets": [assets.id[m] for m in members[:50]], "assets_count": len(members)}))
    return [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1]["cut"]))]
