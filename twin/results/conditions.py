"""Conditions over time: when each asset is what, for programs that draw or count it; the moment decides, this asks.

Every second at which something begins or ends is asked of :class:`twin.results.moment.Moment`, so that a map over time
and ``explain --at`` cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, Int8Array, Int32Array, Int64Array, column
from twin.results.moment import moment_of
from twin.results.result import Result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditions:
    """Columns of all intervals, (I,) each, sorted by asset, then start; those of one asset cover the horizon."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: it holds to the horizon.
    end_s: Int64Array
    #: ``twin.results.condition_spans.Condition``.
    condition: Int8Array

    def __len__(self) -> int:
        return len(self.asset)

    def __repr__(self) -> str:
        return f"Conditions: {len(self):,} rows"


def conditions_of(result: Result, progress: Callable[[int, int], None] | None = None) -> Conditions:
    """Give the condition of every asset over the whole run.

    Parameters
    ----------
    result
        The run.
    progress
        Told how many of the run's changes have been asked for, and how many there are.
    """
    changes = _changes(result)
    now = moment_of(result, 0).condition
    asset = [np.arange(len(now), dtype=np.int32)]
    start_s = [np.zeros(len(now), np.int64)]
    condition = [now]
    for done, second in enumerate(changes.tolist(), start=1):
        then = moment_of(result, second).condition
        changed = np.flatnonzero(then != now).astype(np.int32)
        asset.append(changed)
        start_s.append(np.full(len(changed), second, np.int64))
        condition.append(then[changed])
        now = then
        if progress is not None:
            progress(done, len(changes))
    return _joined(np.concatenate(asset), np.concatenate(start_s), np.concatenate(condition))


def _changes(result: Result) -> Int64Array:
    """Give every second after the start at which a condition may change, increasing."""
    told = [result.outages.start_s, result.outages.end_s, result.doubts.start_s, result.doubts.end_s,
            result.trace.time_s]
    found = np.unique(np.concatenate(told))
    return found[(found > 0) & (found <= result.plan.duration_s)]


def _joined(asset: Int32Array, start_s: Int64Array, condition: Int8Array) -> Conditions:
    order = np.lexsort((start_s, asset))
    asset, start_s = asset[order], start_s[order]
    end_s = np.full(len(asset), NONE, np.int64)
    follows = asset[1:] == asset[:-1]
    end_s[:-1][follows] = start_s[1:][follows]
    return Conditions(asset=column(asset, np.int32), start_s=column(start_s, np.int64),
                      end_s=column(end_s, np.int64), condition=column(condition[order], np.int8))
