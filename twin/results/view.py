"""A run's tables with the few columns that several indicators share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.quantities import NONE, BoolArray, Float32Array, Int32Array, Int64Array
from twin.results.doubts import Doubts
from twin.results.outages import Outages
from twin.water.exposure import Exposure
from twin.world.city import City
from twin.world.graph import graph_of
from twin.world.kinds import Role
from twin.world.plan import Plan
from twin.world.sun import Darkness, darkness_of

#: Rows of a list in ``run.json``; the count beside it is always the true one.
LIST_LIMIT = 2000


@dataclass(frozen=True, eq=False)
class View:
    """What was run and what it gave."""

    plan: Plan
    city: City
    exposure: Exposure
    outages: Outages
    doubts: Doubts

    @cached_property
    def moment(self) -> Callable[[int], str | None]:
        """Give a second as ISO 8601 in the city's zone; None for never."""
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
        """Who gives light, (A,)."""
        return self.city.assets.of_role(Role.LIGHTS)

    @cached_property
    def lamp_outage(self) -> BoolArray:
        """Which outages are a lamp's, (O,)."""
        return np.asarray(self.is_lamp[self.outages.asset])

    @cached_property
    def dark(self) -> Darkness:
        """The periods in which darkness counts at each asset."""
        return darkness_of(self.plan, self.city)

    @cached_property
    def cabinet(self) -> Int32Array:
        """The place where the lighting of each asset is cut, by its preferred chain, (A,); -1 where none."""
        return graph_of(self.city).nearest_above(self.city.assets.of_role(Role.SWITCHES))

    @cached_property
    def lamps_of(self) -> Int64Array:
        """Lamps that hang on each cabinet, (A,)."""
        mine = self.cabinet[self.is_lamp & (self.cabinet != NONE)]
        return np.bincount(mine, minlength=len(self.city.assets))

    @cached_property
    def by_asset(self) -> tuple[Int64Array, Int64Array, int]:
        """Outages in order of asset, then start: rows, key asset * width + start, and the width."""
        width = self.plan.duration_s + 2
        order: Int64Array = np.lexsort((self.outages.start_s, self.outages.asset))
        return order, self.outages.asset[order].astype(np.int64) * width + self.outages.start_s[order], width

    def covering(self, asset: Int32Array, moment: Int64Array) -> Int64Array:
        """Give the outage that holds each asset at each second, (N,); -1 where it is in service."""
        order, key, width = self.by_asset
        if not len(key):
            return np.full(len(asset), NONE, np.int64)
        i = np.searchsorted(key, asset.astype(np.int64) * width + moment, side="right") - 1
        row = order[np.maximum(i, 0)]
        mine = (i >= 0) & (self.outages.asset[row] == asset) & (self.end_s[row] > moment)
        return np.where(mine, row, NONE)


def limited(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the first rows of a list beside its true length."""
    return {"count": len(rows), "rows": rows[:LIST_LIMIT]}


def hours(seconds: float) -> float:
    """Give seconds as hours, to the hundredth."""
    return round(float(seconds) / 3600, 2)


def metres(values: Float32Array, row: int) -> float | None:
    """Give a depth to the millimetre; None where it is unknown."""
    return None if np.isnan(values[row]) else round(float(values[row]), 3)


def most_at_once(start_s: Int64Array, end_s: Int64Array, off_start_s: Int64Array | None = None,
                 off_end_s: Int64Array | None = None) -> tuple[int, int]:
    """Give the largest number of intervals open at once, and when first; -1 where there is none.

    Parameters
    ----------
    start_s, end_s
        The intervals, (N,) each.
    off_start_s, off_end_s
        Pieces of them that do not count, (M,) each; None: all of each counts.
    """
    if not len(start_s):
        return 0, NONE
    none = np.empty(0, np.int64)
    off_start_s, off_end_s = (none if one is None else one for one in (off_start_s, off_end_s))
    times = np.concatenate([start_s, off_end_s, end_s, off_start_s])
    change = np.repeat([1, -1], [len(start_s) + len(off_end_s), len(end_s) + len(off_start_s)])
    order = np.lexsort((change, times))
    # All changes of one instant count together: an end and a start at once are no peak.
    times, counts = times[order], np.cumsum(change[order])
    last = np.append(times[1:] != times[:-1], True)
    best = int(np.argmax(np.where(last, counts, -1)))
    return int(counts[best]), int(times[best])
