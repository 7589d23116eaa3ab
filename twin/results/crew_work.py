"""Crew work: who was where, at which stage, from when to when, as the trace says; bars and lists are made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE
from twin.results.trace import Trace
from twin.world.kinds import STAGES

#: What ends a stage of an asset.
_ENDS = (What.STAGE_STARTED, What.REPAIRED, What.REPAIR_UNDONE, What.TEST_FAILED, What.DELAYED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One stage at one place by one crew; lamps of one street are one."""

    #: Id of the crew; empty where a stage needs none.
    crew: str
    #: Row of the asset, the first of several, and how many.
    asset: int
    count: int
    #: Rows of all of them.
    assets: tuple[int, ...]
    #: Word of ``STAGES``.
    stage: str
    start_s: int
    #: -1: not over at the horizon.
    end_s: int
    #: When the crew was planned to be free again; -1 without one.
    until_s: int
    #: Streets of the trip, where the stage is one, the id of the place that it sets out from, and how long it takes;
    #: empty and -1 else.
    streets: tuple[str, ...]
    origin: str
    trip_s: int
    #: Whether water came back and ended it.
    is_undone: bool


def crew_work(trace: Trace) -> tuple[Shift, ...]:
    """Give what crews did, sorted by start, crew and asset; empty where crews are unlimited."""
    rows = np.flatnonzero(np.isin(trace.what, _ENDS))
    following: dict[int, tuple[int, bool]] = {}
    found: dict[tuple[str, int, int, int], Shift] = {}
    for row in rows[::-1].tolist():
        asset = int(trace.asset[row])
        if trace.what[row] == What.STAGE_STARTED and (said := trace[row].detail).keys() & {"crew"}:
            end_s, is_undone = following.get(asset, (NONE, False))
            key = (str(said["crew"]), int(trace.time_s[row]), int(trace.stage[row]), end_s)
            other = found.get(key)
            # From the last row to the first: the first asset of several is met last.
            rows_of = (asset, *(() if other is None else other.assets))
            found[key] = Shift(crew=key[0], asset=asset, count=len(rows_of), assets=rows_of,
                               stage=STAGES[key[2]], start_s=key[1], end_s=key[3],
                               until_s=int(said.get("until_s", NONE)), streets=tuple(said.get("by", ())),
                               origin=str(said.get("from", "")), trip_s=int(said.get("trip_s", NONE)),
                               is_undone=is_undone)
        following[asset] = int(trace.time_s[row]), bool(trace.what[row] == What.REPAIR_UNDONE)
    return tuple(sorted(found.values(), key=lambda s: (s.start_s, s.crew, s.asset, STAGES.index(s.stage))))


def at_work(work: tuple[Shift, ...], t_s: int) -> Iterator[Shift]:
    """Give what each crew does at a second, those that do something."""
    for shift in work:
        if shift.start_s <= t_s and (shift.end_s == NONE or t_s < shift.end_s):
            yield shift
