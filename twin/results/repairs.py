"""Repairs: which stages ran at an asset after water, live or dead as it came, from when to when, as the trace says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.trace import Trace
from twin.world.assets import Assets
from twin.world.kinds import STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One repair of one asset; moments in seconds from the start."""

    asset: int
    start_s: int
    #: When it ended, done or undone; -1: not within the horizon.
    end_s: int
    #: When its stages are over if no water comes back.
    planned_end_s: int
    #: Water came back before the end; it ended there.
    is_undone: bool
    #: The asset was dead as the water came: it has the shorter stages.
    is_dead: bool
    #: Its stages, each with its beginning and end, as planned; the end of the last is ``planned_end_s``.
    stages: tuple[tuple[str, int, int], ...]

    def stage_at(self, t_s: int) -> tuple[str, int] | None:
        """Give the stage that runs at a second and when it is to end; None before and after the repair."""
        if not self.start_s <= t_s < (self.planned_end_s if self.end_s == NONE else self.end_s):
            return None
        return next(((name, end) for name, begin, end in self.stages if begin <= t_s < end), None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Repairs:
    """All repairs of a run, (R,) each, sorted by asset, then start."""

    asset: Int32Array
    start_s: Int64Array
    end_s: Int64Array
    is_undone: BoolArray
    is_dead: BoolArray
    #: Seconds of each of ``STAGES``, (R, stages): as it ran, or was to run; 0 where it has none.
    stage_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)

    def __getitem__(self, row: int) -> Repair:
        begin, stages = int(self.start_s[row]), []
        for name, lasts_s in zip(STAGES, self.stage_s[row].tolist(), strict=True):
            if lasts_s:
                stages.append((name, begin, begin + lasts_s))
                begin += lasts_s
        return Repair(asset=int(self.asset[row]), start_s=int(self.start_s[row]), end_s=int(self.end_s[row]),
                      planned_end_s=begin, is_undone=bool(self.is_undone[row]), is_dead=bool(self.is_dead[row]),
                      stages=tuple(stages))

    def __iter__(self) -> Iterator[Repair]:
        return (self[row] for row in range(len(self)))

    def of_asset(self, asset: int) -> list[Repair]:
        """Give the repairs of one asset in order."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return [self[row] for row in range(int(first), int(last))]


def repairs_of(trace: Trace, assets: Assets) -> Repairs:
    """Give the repairs that a trace tells of.

    Parameters
    ----------
    trace
        What happened: beginnings, stages, ends.
    assets
        The assets: how long stages take that had not begun at the horizon.
    """
    starts = np.flatnonzero(trace.what == What.REPAIR_STARTED)
    asset, start_s = trace.asset[starts], trace.time_s[starts]
    is_dead = np.array(["dead" in text for text in trace.detail[starts]], bool)
    kind = assets.kind[asset]
    planned_s = np.where(is_dead[:, None], assets.kinds.stage_dead_s[kind], assets.kinds.stage_s[kind])
    over = np.flatnonzero(np.isin(trace.what, (What.REPAIRED, What.REPAIR_UNDONE)))
    width = np.int64(1) << 32
    # Beginnings and ends of an asset take turns: the first end behind a beginning is its own.
    ends = np.append(np.sort(trace.asset[over] * width + over), np.iinfo(np.int64).max)
    found = ends[np.searchsorted(ends, asset * width + starts)]
    is_over = found // width == asset
    end_row = np.where(is_over, found % width, 0)
    is_undone = is_over & (trace.what[end_row] == What.REPAIR_UNDONE) if len(trace) else is_over
    end_s = np.where(is_over, trace.time_s[end_row], NONE) if len(trace) else start_s
    ran_s = _ran(trace, starts, np.where(is_undone, NONE, end_s), planned_s)
    order = np.lexsort((start_s, asset))
    return Repairs(
        asset=column(asset[order], np.int32), start_s=column(start_s[order], np.int64),
        end_s=column(end_s[order], np.int64),
        is_undone=column(is_undone[order], np.bool_),
        is_dead=column(is_dead[order], np.bool_), stage_s=ran_s[order])


def _ran(trace: Trace, starts: Int64Array, done_s: Int64Array, planned_s: Int64Array) -> Int64Array:
    """Give the seconds that each stage ran, or was to run, (R, stages); ``done_s`` -1 where a repair was never done."""
    row_of = np.full(len(trace), NONE, np.int64)
    row_of[starts] = np.arange(len(starts))
    events = np.flatnonzero(trace.what == What.STAGE_STARTED)
    repair = row_of[trace.cause_row[events]]
    # A stage whose cause is no beginning of a repair says nothing of one.
    events, repair = events[repair != NONE], repair[repair != NONE]
    stage = trace.stage[events]
    begins_s = np.full(planned_s.shape, NONE, np.int64)
    # A stage that came twice, after a test that failed or by a second trip, counts from its first beginning. Reversed
    # by rows and not by a view: numpy walks a view with negative strides forward, and the last would stay.
    back = np.arange(len(events))[::-1].copy()
    begins_s[repair[back], stage[back]] = trace.time_s[events[back]]
    ran_s = np.zeros_like(planned_s)
    until_s = done_s.copy()
    # From the last stage to the first: one ends where the next begins, the last where the repair does.
    for place in range(planned_s.shape[1] - 1, -1, -1):
        begun = begins_s[:, place] != NONE
        lasts_s = np.where(until_s != NONE, until_s - begins_s[:, place], planned_s[:, place])
        ran_s[:, place] = np.where(begun, lasts_s, 0)
        until_s = np.where(begun, begins_s[:, place], until_s)
    # Stages that had not begun come after the last that had.
    ahead = (done_s == NONE)[:, None] & (begins_s == NONE)
    ran_s[ahead] = planned_s[ahead]
    return ran_s
