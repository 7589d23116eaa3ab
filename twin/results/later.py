"""Later: what crews bring back later in one run than in another of the same night, and where they were meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE
from twin.results.crew_work import at_work
from twin.results.result import Result
from twin.world.crews import scheduled

_STORY = (What.CALLED, What.REPAIR_UNDONE, What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED, What.REPAIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Where a crew was."""

    crew: str
    #: Row of the asset in the second run, and since when it was there or on its way [s].
    asset: int
    since_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """One asset whose repair ends later in the second run, or not within it."""

    #: Row in the first run, and in the second.
    asset: int
    second: int
    #: When its repair ends in each run [s]; -1 not within the horizon.
    back_s: tuple[int, int]
    #: By how much later, counted to the horizon where it does not come back [s].
    by_s: int
    #: What it waited for longest in the second run (``twin.crews.waits``), and from when on; empty and -1 where it
    #: waits for nothing: its work itself takes longer, or the water left later.
    reason: str
    since_s: int
    #: Who was where as that wait began, where it is one for a crew.
    busy: tuple[Busy, ...]


def later(first: Result, second: Result, row_of: Any) -> tuple[Later, ...]:
    """Give what comes back later in the second run than in the first, the latest first; nothing without crews there.

    Parameters
    ----------
    first, second
        Two runs of one night.
    row_of
        Row in the second run of each asset of the first, (A,).
    """
    if second.plan.crews is None:
        return ()
    horizon_s = first.plan.duration_s
    before, after = _ends(first), _ends(second)
    mine = scheduled(second.city.assets, second.plan.crews.owner)
    found = []
    for asset, end_s in before.items():
        row = int(row_of[asset])
        if not mine[row] or row not in after:
            continue
        ends = end_s, after[row]
        by_s = (horizon_s if ends[1] == NONE else ends[1]) - (horizon_s if ends[0] == NONE else ends[0])
        if by_s > 0:
            reason, since_s = _longest_wait(second, row)
            busy = tuple(_busy(second, since_s)) if reason in ("crew", "kept") else ()
            found.append(Later(asset=asset, second=row, back_s=ends, by_s=by_s, reason=reason, since_s=since_s,
                               busy=busy))
    return tuple(sorted(found, key=lambda one: (-one.by_s, one.asset)))


def _ends(result: Result) -> dict[int, int]:
    """Give when the last repair of each asset that water put down ends; -1 not within the horizon."""
    trace, found = result.trace, {}
    for row in np.flatnonzero(np.isin(trace.what, (What.FLOODED, What.REPAIRED))).tolist():
        found[int(trace.asset[row])] = int(trace.time_s[row]) if trace.what[row] == What.REPAIRED else NONE
    return found


def _longest_wait(result: Result, asset: int) -> tuple[str, int]:
    """Give the reason that an asset waited for longest since its water left for good, and since when."""
    story = [event for event in result.trace.of_asset(asset) if event.what in _STORY]
    last = max((i for i, event in enumerate(story) if event.what in (What.CALLED, What.REPAIR_UNDONE)), default=0)
    best, held_s = ("", NONE), 0
    for place, event in enumerate(story[last:], start=last):
        until_s = story[place + 1].time_s if place + 1 < len(story) else result.plan.duration_s
        if event.what is What.DELAYED and until_s - event.time_s > held_s:
            best, held_s = (str(event.detail.get("for", "crew")), event.time_s), until_s - event.time_s
    return best


def _busy(result: Result, at_s: int) -> Iterator[Busy]:
    for shift in at_work(result.crew_work, at_s):
        yield Busy(crew=shift.crew, asset=shift.asset, since_s=_since(result, shift.crew, shift.asset, at_s))


def _since(result: Result, crew: str, asset: int, at_s: int) -> int:
    """Give since when a crew has been at a place, or on its way there, without a break."""
    since_s = at_s
    for shift in reversed([one for one in result.crew_work if one.crew == crew and one.start_s <= at_s]):
        if shift.asset != asset or since_s not in (at_s, shift.end_s):
            break
        since_s = shift.start_s
    return since_s
