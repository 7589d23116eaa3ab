"""Queue: what waits at a moment, and for what, where crews are limited."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import Int32Array, Int64Array, column
from twin.results.trace import Trace

#: What a repair under crews goes through; after ``DELAYED`` it waits.
_STEPS = (What.CALLED, What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED, What.REPAIRED, What.REPAIR_UNDONE)


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


def queue_over(trace: Trace, times_s: Int64Array) -> dict[str, Int32Array]:
    """Give how many wait for what at each of many seconds, (T,), increasing; nothing where crews are unlimited."""
    rows = np.flatnonzero(np.isin(trace.what, _STEPS))
    rows = rows[np.lexsort((rows, trace.asset[rows]))]
    changes: dict[str, Int64Array] = {}
    for place, row in enumerate(rows.tolist()):
        if trace.what[row] != What.DELAYED:
            continue
        reason = str(trace[row].detail.get("for", "crew"))
        change = changes.setdefault(reason, np.zeros(len(times_s) + 1, np.int64))
        follows = place + 1 < len(rows) and trace.asset[rows[place + 1]] == trace.asset[row]
        change[np.searchsorted(times_s, trace.time_s[row])] += 1
        change[np.searchsorted(times_s, trace.time_s[rows[place + 1]]) if follows else -1] -= 1
    return {reason: column(np.cumsum(changes[reason])[:-1], np.int32) for reason in sorted(changes)}


def queue_at(trace: Trace, t_s: int) -> Queue:
    """Give what waits at a second [s]; nothing where crews are unlimited."""
    rows = np.flatnonzero(np.isin(trace.what, _STEPS) & (trace.time_s <= t_s))
    last = {int(trace.asset[row]): row for row in rows.tolist()}
    waiting = sorted(asset for asset, row in last.items() if trace.what[row] == What.DELAYED)
    return Queue(asset=column(waiting, np.int32),
                 reasons=tuple(str(trace[last[asset]].detail.get("for", "crew")) for asset in waiting))
