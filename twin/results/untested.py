"""Untested: what water reached since its last test, and is not to be re-energised before the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Untested:
    """From the first water at live parts to the end of the repair, (U,) each, sorted by asset, then start.

    Cut, dead or seen in service does not matter: a cut hides no water.
    """

    asset: Int32Array
    start_s: Int64Array
    #: -1: not tested within the horizon.
    end_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)


def untested_of(trace: Trace, what: What = What.FLOODED) -> Untested:
    """Give from when to when each asset that water reached stays untested; ``what`` is the event it counts from."""
    rows = np.flatnonzero(np.isin(trace.what, (what, What.REPAIRED)))
    rows = rows[np.lexsort((rows, trace.asset[rows]))]
    asset, is_wet, time_s = trace.asset[rows], trace.what[rows] == what, trace.time_s[rows]
    first = is_wet.copy()
    first[1:] &= (asset[1:] != asset[:-1]) | ~is_wet[:-1]
    begins = np.flatnonzero(first)
    # The test that ends it is the next one of the same asset.
    tests = np.flatnonzero(~is_wet)
    place = np.append(tests, len(rows))[np.searchsorted(tests, begins)]
    is_over = np.append(asset, NONE)[place] == asset[begins]
    return Untested(asset=column(asset[begins], np.int32), start_s=column(time_s[begins], np.int64),
                    end_s=column(np.where(is_over, np.append(time_s, NONE)[place], NONE), np.int64))
