"""Waits: what each asset that is down by itself waits for, over time. Explanations, pages and lists read it here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from twin.codes import What
from twin.quantities import NONE, BoolArray, Int8Array, Int32Array, Int64Array, column
from twin.results.repairs import Repair, Repairs
from twin.results.trace import Trace
from twin.world.kinds import STAGES

#: What is waited for: the water to fall, a crew, a stage of the repair, the wet lamps of a circuit to be repaired,
#: somebody to say that it is back, the end of a fact that keeps it out.
WAITS = ("recede", "crew", *STAGES, "reset", "declared", "reported")
_RECEDE, _CREW, _RESET, _DECLARED, _REPORTED = (WAITS.index(word) for word in (
    "recede", "crew", "reset", "declared", "reported"))
#: What puts an asset down by itself, or moves its repair on, or ends that.
_STORY = (What.FLOODED, What.CALLED, What.REPAIR_STARTED, What.REPAIR_UNDONE, What.REPAIRED, What.TRIPPED, What.RESET,
          What.FAILED, What.CUT, What.CLEARED, What.REPORTED)
_REACH = STAGES.index("reach")
_STAGES = range(WAITS.index(STAGES[0]), WAITS.index(STAGES[-1]) + 1)
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """Columns of all waits, (W,) each, sorted by asset, then start; those of one asset do not overlap."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not over at the horizon.
    end_s: Int64Array
    #: Place in ``WAITS``.
    what: Int8Array
    #: When a stage that runs is to end; -1 for all else.
    ends_s: Int64Array
    #: Row in ``repairs``: the repair that runs, or the one computed to come; -1 for none.
    repair: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def last(self, asset: int, t_s: int) -> int:
        """Give the last row of an asset that began by a second; -1 where it was never down by itself up to then."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        row = int(first) + int(np.searchsorted(self.start_s[first:last], t_s, side="right")) - 1
        return row if row >= first else NONE

    def at(self, asset: int, t_s: int) -> int:
        """Give the row in force of an asset at a second; -1 where nothing of its own keeps it down."""
        row = self.last(asset, t_s)
        return row if row != NONE and (self.end_s[row] == NONE or t_s < self.end_s[row]) else NONE


def waits_of(trace: Trace, repairs: Repairs, chosen: BoolArray | None = None) -> Waits:
    """Give what assets wait for over time.

    Parameters
    ----------
    trace, repairs
        What happened, and the repairs that it tells of.
    chosen
        Mask of the assets asked for, (A,); None: all.
    """
    # Only where crews are limited does a repair wait between its stages.
    by_crews = (What.DELAYED, What.STAGE_STARTED) if np.any(trace.what == What.DELAYED) else ()
    rows = np.flatnonzero(np.isin(trace.what, (*_STORY, *by_crews)))
    if chosen is not None:
        rows = rows[chosen[trace.asset[rows]]]
    rows = rows[np.lexsort((rows, trace.asset[rows]))]
    found: list[tuple[int, ...]] = []
    told = _told(trace, rows)
    cuts = np.flatnonzero(np.diff(trace.asset[rows])) + 1
    begins = np.append(0, cuts)[:len(rows)]
    whose = trace.asset[rows[begins]]
    first, last = (np.searchsorted(repairs.asset, whose, side=side).tolist() for side in ("left", "right"))
    for place, (begin, end) in enumerate(zip(begins.tolist(), [*cuts.tolist(), len(rows)], strict=False)):
        mine = [(row, repairs[row]) for row in range(first[place], last[place])]
        found += [(int(whose[place]), *row) for row in _foremost(_holding(told[begin:end], mine))]
    table = np.array(found, np.int64).reshape(-1, 6)
    return Waits(asset=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
                 end_s=column(np.where(table[:, 2] == _NEVER, NONE, table[:, 2]), np.int64),
                 what=column(table[:, 3], np.int8), ends_s=column(table[:, 4], np.int64),
                 repair=column(table[:, 5], np.int32))


class _Told(NamedTuple):
    """What the story of an asset needs of an event: reading it whole takes longer than telling the story."""

    time_s: int
    what: What
    #: State that a fact reports; empty for all else.
    state: str
    #: Place in ``STAGES`` of a stage that begins; -1 for all else.
    stage: int


def _told(trace: Trace, rows: Int64Array) -> list[_Told]:
    what_of = {int(what): what for what in What}
    return [_Told(time_s, what_of[what],
                  str(trace[row].detail.get("state", "")) if what == What.REPORTED else "", stage)
            for row, time_s, what, stage in zip(rows.tolist(), trace.time_s[rows].tolist(), trace.what[rows].tolist(),
                                                trace.stage[rows].tolist(), strict=True)]


#: Start, end (``_NEVER``: open), place in ``WAITS``, end of the stage, row of the repair.
_Wait = tuple[int, int, int, int, int]
#: What ends each of the things that can keep an asset down.
_ENDS = {What.TRIPPED: (What.RESET,), What.FAILED: (What.CLEARED,), What.CUT: (What.CLEARED,),
         What.REPORTED: (What.REPORTED,)}
#: What ends a wait for a crew, a part or the street: the next stage, or the next reason to wait.
_WORK = (What.DELAYED, What.STAGE_STARTED)
_DAMAGE = (What.FLOODED, What.CALLED, What.REPAIR_STARTED, What.REPAIR_UNDONE, What.REPAIRED)


def _holding(story: list[_Told], repairs: list[tuple[int, Repair]]) -> Iterator[_Wait]:
    """Give each thing of its own that keeps an asset down, from when to when; several may hold at once."""
    facts = [event for event in story if event.state != "dry"]
    for place, event in enumerate(facts):
        if event.what in _ENDS:
            end_s = next((e.time_s for e in facts[place + 1:] if e.what in _ENDS[event.what]), _NEVER)
            if event.what is What.REPORTED and event.state != "out":
                continue
            yield event.time_s, end_s, {What.TRIPPED: _RESET, What.REPORTED: _REPORTED}.get(
                event.what, _DECLARED), NONE, NONE
        elif event.what in _DAMAGE and event.what is not What.REPAIRED:
            end_s = next((e.time_s for e in facts[place + 1:] if e.what in _DAMAGE), _NEVER)
            yield from _damaged(event, end_s, repairs)
        elif event.what is What.DELAYED:
            end_s = next((e.time_s for e in facts[place + 1:] if e.what in (*_DAMAGE, *_WORK)), _NEVER)
            yield event.time_s, end_s, _CREW, NONE, NONE
        elif event.what is What.STAGE_STARTED and event.stage == _REACH:
            # A crew that comes for a later stage drives again: the repair knows the first trip alone.
            begun = [row for row, repair in repairs if repair.start_s < event.time_s]
            end_s = next((e.time_s for e in facts[place + 1:] if e.what in (*_DAMAGE, *_WORK)), _NEVER)
            if begun and all(repair.start_s != event.time_s for _, repair in repairs):
                yield event.time_s, end_s, WAITS.index("reach"), NONE if end_s == _NEVER else end_s, begun[-1]


def _damaged(event: _Told, end_s: int, repairs: list[tuple[int, Repair]]) -> Iterator[_Wait]:
    """Give what is waited for from an event of the damage to the next: one row, or one for each stage of the repair."""
    if event.what is not What.REPAIR_STARTED:
        coming = next((row for row, one in repairs if one.start_s > event.time_s), NONE)
        yield event.time_s, end_s, _CREW if event.what is What.CALLED else _RECEDE, NONE, coming
        return
    row, repair = next((row, one) for row, one in repairs if one.start_s == event.time_s)
    stages = [stage for stage in repair.stages if stage[1] < end_s]
    for place, (name, begin_s, over_s) in enumerate(stages):
        is_last = place == len(stages) - 1
        yield begin_s, end_s if is_last else over_s, WAITS.index(name), over_s, row


def _foremost(holding: Iterator[_Wait]) -> list[_Wait]:
    """Give one wait for each second at which something holds: a fact first, else what began last."""
    rows = sorted(row for row in holding if row[0] < row[1])
    if all(one[1] <= other[0] for one, other in pairwise(rows)):
        return rows
    moments = sorted({moment for row in rows for moment in row[:2]})
    found: list[_Wait] = []
    for at_s, until_s in pairwise(moments):
        here = [row for row in rows if row[0] <= at_s < row[1]]
        if not here:
            continue
        if any(row[2] == _CREW for row in here):
            # Stages ahead are planned without a gap; while a crew or a part is waited for none of them runs.
            here = [row for row in here if row[2] not in _STAGES]
        first = max(here, key=lambda row: (row[2] == _REPORTED, row[0]))
        if found and found[-1][1] == at_s and found[-1][2:] == first[2:]:
            found[-1] = (found[-1][0], until_s, *first[2:])
        else:
            found.append((at_s, until_s, *first[2:]))
    return found
