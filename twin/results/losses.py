"""Losses: when each asset may be without service first, when the run computes it so, and when it is sure.

The earliest moment at which something may be lost is the deadline of whoever has to act before it: it is asked here, by
the map, the report, the lists, the explanations and the desk, so that they all name the same one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.codes import Mechanism
from twin.quantities import NONE, BoolArray, Int8Array, Int32Array, Int64Array, column
from twin.results.doubts import Doubts
from twin.results.outages import Outages
from twin.results.spans import Spans

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One time in which an asset is, or may be, without service. Seconds from the start, -1 for never."""

    asset: int
    #: From when it may be without service: nothing is earlier.
    may_s: int
    #: From when the run computes it so, in doubt or not; and from when nothing within the errors says otherwise.
    computed_s: int
    sure_s: int
    #: When it is over for certain; -1: not within the horizon.
    end_s: int
    #: Why at the earliest: how it comes about, and where the chain of causes ends.
    mechanism: Mechanism
    root: int

    @property
    def is_sure_at_once(self) -> bool:
        """Nothing is in doubt as it begins."""
        return self.sure_s == self.may_s


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """Columns of all losses, (L,) each, sorted by asset, then start; between two it is surely in service."""

    asset: Int32Array
    may_s: Int64Array
    computed_s: Int64Array
    sure_s: Int64Array
    end_s: Int64Array
    mechanism: Int8Array
    root: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    def __getitem__(self, row: int) -> Loss:
        return Loss(asset=int(self.asset[row]), may_s=int(self.may_s[row]), computed_s=int(self.computed_s[row]),
                    sure_s=int(self.sure_s[row]), end_s=int(self.end_s[row]),
                    mechanism=Mechanism(int(self.mechanism[row])), root=int(self.root[row]))

    def next(self, asset: int, t_s: int) -> Loss | None:
        """Give the loss of an asset that is in force at a second, else the next to come; None where none is."""
        return next((self[row] for row in self.of(asset) if self.end_s[row] == NONE or self.end_s[row] > t_s), None)

    def of(self, asset: int) -> range:
        """Give the rows of an asset, in order of time."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return range(int(first), int(last))


def losses_of(spans: Spans, outages: Outages, doubts: Doubts) -> Losses:
    """Give the losses: spans of one asset that follow on one another without a gap are one."""
    if not len(spans):
        none = column([], np.int64)
        return Losses(asset=column([], np.int32), may_s=none, computed_s=none, sure_s=none, end_s=none,
                      mechanism=column([], np.int8), root=column([], np.int32))
    begins = np.append(True, (spans.asset[1:] != spans.asset[:-1]) | (spans.start_s[1:] != spans.end_s[:-1]))
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(spans)) - 1
    by_doubt = spans.doubt[first] != NONE
    doubt, outage = np.where(by_doubt, spans.doubt[first], 0), np.where(by_doubt, 0, spans.outage[first])
    mechanism, root = ((np.where(by_doubt, getattr(doubts, name)[doubt] if len(doubts) else 0,
                                 getattr(outages, name)[outage] if len(outages) else 0))
                       for name in ("root_mechanism", "root"))
    return Losses(asset=column(spans.asset[first], np.int32), may_s=column(spans.start_s[first], np.int64),
                  computed_s=_earliest(spans, spans.outage != NONE, first),
                  sure_s=_earliest(spans, spans.is_sure, first),
                  end_s=column(spans.end_s[last], np.int64), mechanism=column(mechanism, np.int8),
                  root=column(root, np.int32))


def _earliest(spans: Spans, wanted: BoolArray, first: Int64Array) -> Int64Array:
    """Give the first start of some spans among those of each loss; -1 where there is none."""
    found = np.minimum.reduceat(np.where(wanted, spans.start_s, _NEVER), first)
    return column(np.where(found == _NEVER, NONE, found), np.int64)
