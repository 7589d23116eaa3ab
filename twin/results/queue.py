"""Queue: what waits, when, and for what, where crews are limited."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE, Int8Array, Int32Array, Int64Array, column
from twin.results.trace import Trace

#: What a repair under crews goes through; after ``DELAYED`` it waits.
_STEPS = (What.CALLED, What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED, What.REPAIRED, What.REPAIR_UNDONE)

#: What a repair waits for, as ``twin.crews.waits`` says it.
REASONS = ("crew", "kept", "access", "day", "hours", "part", "skill")
#: What may be known of the end of a wait.
_ENDS = ("delivery_s", "dawn_s", "shift_s", "opens_s")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Queue:
    """Assets whose repair waits, (Q,), increasing."""

    asset: Int32Array
    #: Why: see ``twin.crews.waits``.
    reasons: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.asset)

    def counts(self) -> dict[str, int]:
        """Give how many wait for what, the most first."""
        found = {reason: self.reasons.count(reason) for reason in set(self.reasons)}
        return dict(sorted(found.items(), key=lambda row: (-row[1], row[0])))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Every wait of a repair under crews, (D,) each, by asset, then start; those of one asset do not overlap."""

    asset: Int32Array
    start_s: Int64Array
    #: When something else begins: a stage, another reason; -1 not within the run.
    end_s: Int64Array
    #: Place in ``REASONS``.
    reason: Int8Array
    #: What ends it as it was known when it began: a delivery, sunrise, the next shift, the next street that opens [s];
    #: -1 not known.
    until_s: Int64Array
    #: When a crew next sets out for it, or begins, by the run [s]; -1 not within it.
    next_s: Int64Array
    #: The part or the skill that is missing; empty for other reasons.
    lacks: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.asset)


def delays_of(trace: Trace) -> Delays:
    """Give what repairs wait for from when to when; nothing where crews are unlimited."""
    rows = np.flatnonzero(np.isin(trace.what, _STEPS))
    rows = rows[np.lexsort((rows, trace.asset[rows]))]
    found: list[tuple[int, ...]] = []
    lacks: list[str] = []
    following, next_s, asset = NONE, NONE, NONE
    # From the last to the first: what follows is known when a row is met.
    for row in rows[::-1].tolist():
        if int(trace.asset[row]) != asset:
            asset, following, next_s = int(trace.asset[row]), NONE, NONE
        at_s, what = int(trace.time_s[row]), trace.what[row]
        if what == What.DELAYED and at_s != following:
            said = trace[row].detail
            until_s = next((int(said[key]) for key in _ENDS if key in said), NONE)
            row_of = (asset, at_s, following, REASONS.index(str(said.get("for", "crew"))), until_s, next_s)
            lack = str(said.get("part") or said.get("skill") or "")
            if found and following != NONE and (asset, following, row_of[3], lack) == (
                    found[-1][0], found[-1][1], found[-1][3], lacks[-1]):
                # Told again for the same reason, as another lamp of the street joins it: one wait.
                found[-1] = (asset, at_s, found[-1][2], *row_of[3:])
            else:
                found.append(row_of)
                lacks.append(lack)
        elif what == What.STAGE_STARTED and "crew" in trace[row].detail:
            next_s = at_s
        following = at_s
    table = np.array(found[::-1], np.int64).reshape(-1, 6)
    return Delays(asset=column(table[:, 0], np.int32), start_s=column(table[:, 1], np.int64),
                  end_s=column(table[:, 2], np.int64), reason=column(table[:, 3], np.int8),
                  until_s=column(table[:, 4], np.int64), next_s=column(table[:, 5], np.int64),
                  lacks=tuple(lacks[::-1]))


def queue_at(trace: Trace, t_s: int) -> Queue:
    """Give what waits at a second [s]; nothing where crews are unlimited."""
    rows = np.flatnonzero(np.isin(trace.what, _STEPS) & (trace.time_s <= t_s))
    last = {int(trace.asset[row]): row for row in rows.tolist()}
    waiting = sorted(asset for asset, row in last.items() if trace.what[row] == What.DELAYED)
    return Queue(asset=column(waiting, np.int32),
                 reasons=tuple(str(trace[last[asset]].detail.get("for", "crew")) for asset in waiting))
