"""Doubt, propagated once: what would be out with the doubtful water a little higher, and what with it a little lower.

Two more runs of the part of the city that doubtful assets can reach. In the *cautious* one each of them fails, its
threshold lowered by the error; in the *hopeful* one none does. What is out in one and in service in another is in
doubt; the rest is certain. Alternatives, buffers, trips and repairs so count by the rules of the run itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from twin.codes import Level
from twin.engine.cuts import dead_by_cut
from twin.engine.part import Intervals, Part
from twin.engine.state import CityState
from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.doubts import Doubts
from twin.results.outages import Outages
from twin.water.exposure import Crossings, Exposure, errors_m, fail_crossings
from twin.world.city import City
from twin.world.plan import Plan

#: Order of the runs in the sweep: as computed, hopeful, cautious.
_COMPUTED, _HOPEFUL, _CAUTIOUS = range(3)


def doubts_of(city: City, plan: Plan, exposure: Exposure, outages: Outages,
              whole: Callable[[Crossings], CityState] | None = None) -> Doubts:
    """Give when each asset may be out and may not.

    Parameters
    ----------
    city, plan, exposure
        What was run.
    outages
        What it gave.
    whole
        Runs the whole city in other water, where crews are limited: whoever floods then may hold up all others.
    """
    seeds = np.array(exposure.is_doubtful)
    if not seeds.any():
        return Doubts.none()
    if whole is not None:
        return _with_crews(plan, city, exposure, outages, whole)
    part = Part.of(city, seeds)
    members = np.zeros(len(seeds), bool)
    members[part.rows[part.is_member]] = True
    outside, dead = Intervals.of(outages), dead_by_cut(city, plan)
    c = exposure.crossings
    others = c.where(members[c.asset] & ~(seeds[c.asset] & (c.level == Level.FAIL)))
    # The cascade holds no lock of Python's: two cores run both at once.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hopeful") as pool:
        hoping = pool.submit(part.run, plan, others, outside, dead)
        lower = _lower_thresholds(city, exposure, np.flatnonzero(seeds).astype(np.int32), plan.duration_s)
        cautious = part.run(plan, _together(others, lower), outside, dead)
        hopeful = hoping.result()
    computed = Intervals.of(outages, members)
    return in_doubt((computed, hopeful, cautious), plan.duration_s)


def _with_crews(plan: Plan, city: City, exposure: Exposure, outages: Outages,
                whole: Callable[[Crossings], CityState]) -> Doubts:
    seeds, c = np.array(exposure.is_doubtful), exposure.crossings
    others = c.where(~(seeds[c.asset] & (c.level == Level.FAIL)))
    lower = _lower_thresholds(city, exposure, np.flatnonzero(seeds).astype(np.int32), plan.duration_s)
    hopeful, cautious = (Intervals.lived(whole(water)) for water in (others, _together(others, lower)))
    return in_doubt((Intervals.of(outages), hopeful, cautious), plan.duration_s)


def opened_in_doubt(outages: Outages, doubts: Doubts) -> BoolArray:
    """Tell which outages are in doubt when they open, (O,)."""
    width = np.int64(1) << 32
    doubtful = (doubts.asset * width + doubts.start_s)[doubts.is_out]
    return np.isin(outages.asset * width + outages.start_s, doubtful)


def _together(a: Crossings, b: Crossings) -> Crossings:
    names = ("time_s", "asset", "level", "is_up")
    return Crossings.of(*(np.concatenate([getattr(a, name), getattr(b, name)]) for name in names))


def _lower_thresholds(city: City, exposure: Exposure, rows: Int32Array, duration_s: int) -> Crossings:
    """Give the crossings of ``fail_m`` less the error, of the doubtful assets.

    One that stays dry, missed by less than the errors, is taken as reached at the height of the flood, for a second:
    its repair follows.
    """
    depths = exposure.depths
    if depths is None:
        # No depth over time: from the first touch until the water has left.
        found = Crossings.of([], np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, bool))
        from_s, to_s = exposure.touched_at_s[rows], exposure.water_left_at_s[rows]
    else:
        lowered = np.asarray(city.assets.fail_m[rows]) - errors_m(depths, city.assets)[rows]
        found = fail_crossings(depths, city.assets, rows, lowered)
        from_s = to_s = np.full(len(rows), NONE, np.int64)
    is_reached = np.isin(rows, found.asset)
    from_s = np.where(from_s == NONE, _height_of_the_flood(exposure), from_s)
    to_s = np.where(to_s == NONE, from_s + 1, to_s)
    missed = ~is_reached & (from_s < duration_s)
    back = missed & (to_s < duration_s)
    ups, downs = (Crossings.of(at_s[mask], rows[mask], np.full(int(mask.sum()), Level.FAIL, np.int8),
                               np.full(int(mask.sum()), is_up)) for at_s, mask, is_up in (
                                   (from_s, missed, True), (to_s, back, False)))
    return _together(found, _together(ups, downs))


def _height_of_the_flood(exposure: Exposure) -> int:
    """Give the second in which most assets stand in water; 0 where none ever does."""
    c = exposure.crossings
    touch = c.level == Level.TOUCH
    if not touch.any():
        return 0
    standing = np.cumsum(np.where(c.is_up[touch], 1, -1))
    return int(c.time_s[touch][int(np.argmax(standing))])


def in_doubt(runs: tuple[Intervals, Intervals, Intervals], duration_s: int) -> Doubts:
    """Give the pieces of time in which three runs do not agree.

    Parameters
    ----------
    runs
        As computed, with hope, with caution.
    duration_s
        The horizon [s].
    """
    asset, start_s, end_s, state = _pieces(runs, duration_s)
    is_out, is_certain = state[_COMPUTED], state[[_COMPUTED, _HOPEFUL]].all(axis=0)
    keep = state.any(axis=0) & ~is_certain
    # Neighbours of one asset that differ in the other two runs alone are one interval.
    asset, start_s, end_s, is_out = asset[keep], start_s[keep], end_s[keep], is_out[keep]
    begins = np.ones(len(asset), bool)
    begins[1:] = (asset[1:] != asset[:-1]) | (start_s[1:] != end_s[:-1]) | (is_out[1:] != is_out[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(asset)) - 1
    if not len(first):
        return Doubts.none()
    asset, start_s, end_s, is_out = asset[first], start_s[first], end_s[last], is_out[first]
    told = _told(runs, asset, start_s, is_out)
    order = np.lexsort((asset, start_s))
    return Doubts(
        asset=column(asset[order], np.int32), start_s=column(start_s[order], np.int64),
        end_s=column(np.where(end_s == duration_s, NONE, end_s)[order], np.int64),
        is_out=column(is_out[order], np.bool_),
        **{name: column(values[order], values.dtype.type) for name, values in told.items()})


def _pieces(runs: tuple[Intervals, ...], duration_s: int) -> tuple[Int32Array, Int64Array, Int64Array, BoolArray]:
    """Cut the time of each asset at every beginning and end: asset, from, to, (N,), and who is out, (runs, N)."""
    width = np.int64(1) << 32
    keys, changes = [], []
    for number, run in enumerate(runs):
        until_s = np.where(run.end_s == NONE, duration_s, run.end_s)
        for moments, change in ((run.start_s, 1), (until_s, -1)):
            keys.append(run.asset * width + moments)
            steps = np.zeros((len(runs), len(run)), np.int8)
            steps[number] = change
            changes.append(steps)
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    key, running = key[order], np.cumsum(np.concatenate(changes, axis=1)[:, order], axis=1)
    if not len(key):
        return np.empty(0, np.int32), key, key, running > 0
    is_last = np.append(key[1:] != key[:-1], True)
    key, running = key[is_last], running[:, is_last]
    asset = (key // width).astype(np.int32)
    within = np.append(asset[1:] == asset[:-1], False)
    following = np.append(key[1:], 0)
    return asset[within], key[within] % width, following[within] % width, running[:, within] > 0


def _told(runs: tuple[Intervals, ...], asset: Int32Array, start_s: Int64Array, is_out: BoolArray) -> dict[str, Any]:
    """Give mechanism, cause and root of each interval: of the run itself where it is out, else of the cautious one."""
    told: dict[str, Any] = {}
    found = {number: runs[number].covering(asset, start_s) for number in (_COMPUTED, _CAUTIOUS, _HOPEFUL)}
    for name in ("mechanism", "cause", "root", "root_mechanism"):
        values = None
        for number in (_HOPEFUL, _CAUTIOUS, _COMPUTED):
            run, row = runs[number], found[number]
            if values is None:
                values = np.zeros(len(asset), getattr(run, name).dtype)
            holds = row != NONE
            values[holds] = getattr(run, name)[row[holds]]
        told[name] = values
    return told
