"""Trace: what happened, in order, and why.

Append-only. Each event knows the row of the event that tipped the balance (-1: it came from outside) and the other
events without which it would not have happened. An explanation is a query on this table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE, Int8Array, Int32Array, Int64Array, TextArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Row view of one event."""

    row: int
    time_s: int
    what: What
    asset: int
    cause_row: int
    contributors: tuple[int, ...]
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Columns of all events, (R,) each, in the order in which they happened."""

    time_s: Int64Array
    #: ``What``.
    what: Int8Array
    asset: Int32Array
    #: Row of the event that tipped the balance, always an earlier one; -1 from outside.
    cause_row: Int32Array
    #: Other events that were needed: those of row ``r`` are ``contributors[offsets[r]:offsets[r + 1]]``, (R + 1,).
    offsets: Int64Array
    contributors: Int32Array
    #: Supplier that took over at a ``TRANSFERRED``, -1 else; place in ``STAGES`` of a ``STAGE_STARTED``, -1 else, (R,).
    other: Int32Array
    stage: Int8Array
    #: JSON object of what else is known (depth_m, supplier, by, reason); "" where nothing, (R,).
    detail: TextArray

    def __len__(self) -> int:
        return len(self.time_s)

    def __repr__(self) -> str:
        return f"Trace: {len(self):,} rows"

    def __getitem__(self, row: int) -> Event:
        first, last = int(self.offsets[row]), int(self.offsets[row + 1])
        text = self.detail[row]
        return Event(row=int(row), time_s=int(self.time_s[row]), what=What(int(self.what[row])),
                     asset=int(self.asset[row]), cause_row=int(self.cause_row[row]),
                     contributors=tuple(int(c) for c in self.contributors[first:last]),
                     detail=json.loads(text) if text else {})

    def of_asset(self, asset: int) -> Sequence[Event]:
        """Give the events of one asset in order."""
        return [self[int(row)] for row in np.flatnonzero(self.asset == asset)]

    def chain(self, row: int) -> Sequence[Event]:
        """Give the event and its causes up to the one from outside."""
        events = []
        while row != NONE:
            events.append(self[row])
            row = events[-1].cause_row
        return events
