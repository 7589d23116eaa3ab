"""Reserves: from when to when an asset lives on its battery or tank, and until when it could."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.trace import Trace
from twin.world.assets import Assets

_ENDS = (What.BUFFER_EMPTIED, What.FED, What.RESTORED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reserves:
    """All times on a reserve, (B,) each, sorted by asset, then start."""

    asset: Int32Array
    start_s: Int64Array
    #: Supply is back, or the reserve empty; -1: neither within the horizon.
    end_s: Int64Array
    #: When it is empty if no supply comes back.
    until_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)

    def of_asset(self, asset: int) -> list[tuple[int, int, int]]:
        """Give start, end and when it is empty, of one asset in order."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return [(int(self.start_s[row]), int(self.end_s[row]), int(self.until_s[row])) for row in range(first, last)]


def reserves_of(trace: Trace, assets: Assets) -> Reserves:
    """Give the times on a reserve that a trace tells of."""
    rows = np.flatnonzero(np.isin(trace.what, (What.BUFFER_STARTED, *_ENDS)))
    rows = rows[np.lexsort((rows, trace.asset[rows]))]
    asset, what, time_s = trace.asset[rows], trace.what[rows], trace.time_s[rows]
    starts = np.flatnonzero(what == What.BUFFER_STARTED)
    follows = np.minimum(starts + 1, max(len(rows) - 1, 0))
    is_over = (starts + 1 < len(rows)) & (asset[follows] == asset[starts])
    return Reserves(
        asset=column(asset[starts], np.int32), start_s=column(time_s[starts], np.int64),
        end_s=column(np.where(is_over, time_s[follows], NONE), np.int64),
        until_s=column(time_s[starts] + assets.buffer_s[asset[starts]], np.int64))
