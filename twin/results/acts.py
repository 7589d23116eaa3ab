"""Acts: until when there is something to be done for a cabinet, and the moments at which much fails at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, Int64Array
from twin.results.reach import Reach
from twin.results.view import View, limited, metres
from twin.world.kinds import Role

#: What fails within this time by several causes is told as one event [s].
CLUSTER_S = 600
#: An event of this many lamps, and this share of all that ever go out, is told; and of this many causes.
CLUSTER_LAMPS, CLUSTER_SHARE, CLUSTER_ROOTS = 20, 0.05, 3


def last_moments(view: View, reach: Reach | None = None) -> dict[str, Any]:
    """Give, for each cabinet that water touches, the last moment to act, the earliest first.

    Without bases it is the first touch. With them it is the moment to leave a base: the first touch, or the last
    passable departure where that is earlier, less the trip and the work; ``binds`` says which of the two it is. One
    that no base reaches has no such moment, and ``act_before`` is then its first touch, for whoever is there.

    One that is dead by a cut by then is not listed, but counted: there is nothing left to be done for it. What is
    past and what is ahead is told by a time: see ``at``.
    """
    assets, exposure = view.city.assets, view.exposure
    touched = np.flatnonzero(assets.of_role(Role.SWITCHES) & (exposure.touched_at_s != NONE)).astype(np.int32)
    touched = touched[np.lexsort((touched, exposure.touched_at_s[touched]))]
    before_s = exposure.touched_at_s[touched]
    outage = view.covering(touched, before_s)
    is_dead = (outage != NONE) & (view.outages.root_mechanism[outage] == Mechanism.CUT) if len(
        view.outages) else np.zeros(len(touched), bool)
    rows = [
        {"asset": assets.id[row], "street": assets.street[row], "act_before": view.moment(int(at_s)),
         "failed_at": view.moment(int(exposure.failed_at_s[row])),
         "peak_depth_m": metres(exposure.peak_depth_m, row), "lamps": int(view.lamps_of[row]),
         "doubtful": bool(exposure.is_doubtful[row])}
        for row, at_s in zip(touched[~is_dead].tolist(), before_s[~is_dead].tolist(), strict=True)]
    if reach is not None:
        for told, row, at_s in zip(rows, touched[~is_dead].tolist(), before_s[~is_dead].tolist(), strict=True):
            told |= _with_access(view, reach, row, at_s)
        rows.sort(key=lambda told: datetime.fromisoformat(told["act_before"]))
    return {**limited(rows), "dead_by_a_cut": int(is_dead.sum())}


def _with_access(view: View, reach: Reach, row: int, touched_s: int) -> dict[str, Any]:
    """Give what a row of the last moments says of the way there."""
    last = reach.last_moment(row, touched_s)
    told: dict[str, Any] = {"touched_at": view.moment(touched_s), "binds": last.binds, "base": None, "trip_s": None,
                            "work_s": reach.access.rules.work_s, "access_until": None, "access_lost": None, "by": []}
    if last.base == NONE:
        return told
    # A moment before the start is one as well: a row number of -1 it is not.
    leave = view.plan.start + timedelta(seconds=last.leave_s)
    closes = last.closed_s != NONE
    return {**told, "act_before": leave.astimezone(ZoneInfo(view.city.timezone)).isoformat(),
            "base": reach.access.rules.bases[last.base], "trip_s": last.trip_s,
            "access_until": view.moment(last.open_until_s) if closes else None,
            "access_lost": view.moment(last.closed_s) if closes else None,
            "by": list(reach.streets(last.base, row, last.leave_s))}


def at(indicator: dict[str, Any], moment: str) -> dict[str, list[dict[str, Any]]]:
    """Split last moments by a time: ``ahead``, the next first; ``past``, the latest first; and ``unreachable``.

    Parameters
    ----------
    indicator
        What ``last_moments`` gave, as it stands in ``run.json``.
    moment
        ISO 8601 in the city's zone, with offset.
    """
    now = datetime.fromisoformat(moment)
    rows = indicator.get("rows", [])
    reached = [row for row in rows if row.get("binds") != "none"]
    ahead = [row for row in reached if datetime.fromisoformat(row["act_before"]) > now]
    return {"ahead": ahead, "past": [row for row in reached if row not in ahead][::-1],
            "unreachable": [row for row in rows if row not in reached]}


def clusters(view: View, reach: Reach | None = None) -> list[dict[str, Any]]:
    """Give the moments at which much fails within minutes and by several causes, the largest first.

    A levee overtopped: five cabinets, 188 lamps in four minutes. Each row says from when to when, what goes out by
    kind, which sites are among it, where, and before when something could be done: the first touch of its causes, or
    with bases the moment to leave for the first of them.
    """
    o = view.outages
    lamps = np.flatnonzero(view.lamp_outage)
    if not len(lamps):
        return []
    least = max(CLUSTER_LAMPS, CLUSTER_SHARE * len(np.unique(o.asset[lamps])))
    start_s, left = o.start_s[lamps], np.ones(len(lamps), bool)
    rows: list[dict[str, Any]] = []
    while True:
        begin, count = _fullest(start_s[left])
        if count < least:
            return rows
        within = (start_s >= begin) & (start_s < begin + CLUSTER_S)
        mine = lamps[within & left]
        left &= ~within
        by_itself = np.isin(o.root_mechanism[mine], (Mechanism.FLOODED,))
        roots = np.unique(o.root[mine[by_itself]])
        if len(roots) >= CLUSTER_ROOTS:
            rows.append(_cluster(view, mine, roots, reach))


def _fullest(start_s: Int64Array) -> tuple[int, int]:
    """Give the beginning of the window in which most outages open, the earliest of them, and how many."""
    if not len(start_s):
        return 0, 0
    ordered = np.sort(start_s)
    counts = np.searchsorted(ordered, ordered + CLUSTER_S) - np.arange(len(ordered))
    at = int(np.argmax(counts))
    return int(ordered[at]), int(counts[at])


def _leave(view: View, reach: Reach, roots: Any) -> str | None:
    """Give when somebody has to leave for the first of some assets that water touches; None where no way leads."""
    touched_s = view.exposure.touched_at_s[roots]
    found = [reach.last_moment(int(row), int(at_s)) for row, at_s in zip(roots, touched_s, strict=True) if at_s != NONE]
    leaves = [last.leave_s for last in found if last.base != NONE]
    if not leaves:
        return None
    return (view.plan.start + timedelta(seconds=min(leaves))).astimezone(ZoneInfo(view.city.timezone)).isoformat()


def _cluster(view: View, lamps: Int64Array, roots: Any, reach: Reach | None) -> dict[str, Any]:
    o, assets = view.outages, view.city.assets
    from_s, to_s = int(o.start_s[lamps].min()), int(o.start_s[lamps].max())
    begun = np.flatnonzero((o.start_s >= from_s) & (o.start_s <= to_s))
    asset = np.unique(o.asset[begun])
    kinds = np.bincount(assets.kind[asset], minlength=len(assets.kinds))
    touched_s = view.exposure.touched_at_s[roots]
    touched_s = touched_s[touched_s != NONE]
    streets = [assets.street[int(row)] for row in o.asset[lamps]]
    named = sorted({name for name in streets if name}, key=lambda name: (-streets.count(name), name))
    vital = [row for row in asset.tolist() if assets.has_role(row, Role.VITAL)]
    return {"from": view.moment(from_s), "to": view.moment(to_s), "lamps": len(np.unique(o.asset[lamps])),
            "out": {name: int(kinds[i]) for i, name in enumerate(assets.kinds.names) if kinds[i]},
            "roots": [str(assets.id[row]) for row in roots[:20]], "root_count": len(roots),
            "sites": [{"asset": str(assets.id[row]), "name": str(assets.name[row])} for row in vital],
            "streets": named[:3],
            "act_before": _leave(view, reach, roots) if reach is not None else
            view.moment(int(touched_s.min())) if len(touched_s) else None}
