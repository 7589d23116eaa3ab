"""How likely each asset is out at a moment, in tenths of the nights: what maps of probability draw.

A share is told by its word and in tenths, never finer: the same bounds serve both, so that *7 times out of 10* is
always *possible* and *8 times out of 10* always *likely*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.ensemble.answers import CERTAIN_FROM, LIKELY_FROM, POSSIBLE_FROM, Word
from twin.quantities import NONE, Int8Array, Int32Array, Int64Array, column

if TYPE_CHECKING:
    from twin.ensemble.member import Outcome

#: Share of the nights in which an asset may be out at a moment before anybody is told.
HARDLY = 0.05
#: Shares from which 1, 2 … 10 tenths are told. The first and the eighth are passed, not reached.
_TENTHS = (HARDLY, 0.15, POSSIBLE_FROM, 0.35, 0.45, 0.55, 0.65, LIKELY_FROM, 0.85, CERTAIN_FROM)
_PASSED = (1, 8)
#: Tenths of which each word holds: up to 2 unlikely, up to 7 possible, beyond likely; 10 almost certain.
_UNLIKELY_TO, _POSSIBLE_TO = 2, 7


def tenths_of(count: Int64Array, n: int) -> Int8Array:
    """Give in how many tenths of ``n`` nights something happens: 0 hardly ever, 10 almost always.

    Parameters
    ----------
    count
        Nights in which it happens, (N,).
    n
        Nights.

    Examples
    --------
    >>> tenths_of(np.array([0, 5, 6, 25, 75, 76, 94, 95]), 100).tolist()
    [0, 0, 1, 3, 7, 8, 9, 10]
    """
    counts, found = np.asarray(count, np.int64), np.zeros(len(count), np.int8)
    for k, share in enumerate(_TENTHS, start=1):
        # In whole hundredths: a share of three quarters is one in floating point too.
        hundredths = round(100 * share) * n
        found += (100 * counts > hundredths) if k in _PASSED else (100 * counts >= hundredths)
    return column(found, np.int8)


def word_of_tenths(tenths: int) -> Word:
    """Give the word of a share told in tenths; hardly ever is told as unlikely.

    Examples
    --------
    >>> [str(word_of_tenths(tenths)) for tenths in (0, 2, 3, 7, 8, 10)]
    ['unlikely', 'unlikely', 'possible', 'possible', 'likely', 'certain']
    """
    if tenths <= _UNLIKELY_TO:
        return Word.UNLIKELY
    return Word.POSSIBLE if tenths <= _POSSIBLE_TO else Word.LIKELY if tenths < len(_TENTHS) else Word.CERTAIN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihood:
    """How likely each asset is out, over time: (N,) each, sorted by asset, then start; what is left out is hardly ever.

    Those of one asset follow each other without an overlap.
    """

    asset: Int32Array
    start_s: Int64Array
    #: -1: to the horizon.
    end_s: Int64Array
    #: Tenths of the nights, 1 to 10.
    tenths: Int8Array

    def __len__(self) -> int:
        return len(self.asset)

    def __repr__(self) -> str:
        return f"Likelihood: {len(self):,} intervals"

    def within(self, asset: int, start_s: int, end_s: int) -> Iterator[tuple[int, int, int]]:
        """Cut a while of an asset, ``end_s`` -1 to the horizon, by its tenths: start, end and tenths of each piece."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        at, until = start_s, np.inf if end_s == NONE else end_s
        for i in range(int(first), int(last)):
            begin = int(self.start_s[i])
            end = np.inf if self.end_s[i] == NONE else int(self.end_s[i])
            if end <= at or begin >= until:
                continue
            if begin > at:
                yield at, begin, 0
                at = begin
            end = min(end, until)
            yield at, NONE if end == np.inf else int(end), int(self.tenths[i])
            if end == np.inf:
                return
            at = int(end)
        if at < until:
            yield at, end_s, 0


class Moments:
    """When each asset is out in each of the nights: taken in one after the other, in any order."""

    def __init__(self) -> None:
        self._asset: list[Int32Array] = []
        self._start_s: list[Int32Array] = []
        self._end_s: list[Int32Array] = []

    def add(self, night: Outcome) -> None:
        """Take a night in."""
        self._asset.append(night.asset)
        self._start_s.append(night.start_s)
        self._end_s.append(night.end_s)

    def out_in(self, nights: int, duration_s: int) -> tuple[Int32Array, Int64Array, Int64Array]:
        """Give when each asset is out in at least so many nights: asset, start and end, (N,), sorted; end -1 never."""
        asset, time_s, count = self._counts(duration_s)
        return _runs(asset, time_s, (count >= nights).astype(np.int8), duration_s)[:3]

    def likelihood(self, n: int, duration_s: int) -> Likelihood:
        """Give how likely each asset is out at each moment, of ``n`` nights."""
        asset, time_s, count = self._counts(duration_s)
        who, start_s, end_s, tenths = _runs(asset, time_s, tenths_of(count, n), duration_s)
        return Likelihood(asset=who, start_s=start_s, end_s=end_s, tenths=tenths)

    def _counts(self, duration_s: int) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Give in how many nights each asset is out from each second on at which that changes: asset, time, count."""
        none = np.empty(0, np.int32)
        asset = np.concatenate([none, *self._asset]).astype(np.int64)
        start_s, end_s = (np.concatenate([none, *parts]).astype(np.int64) for parts in (self._start_s, self._end_s))
        until_s = np.where(end_s == NONE, duration_s, end_s)
        # Asset, time and whether it ends in one number. Those of a night are in order: a stable sort merges such runs.
        key = np.sort(np.concatenate([(asset << 32 | start_s) << 1, (asset << 32 | until_s) << 1 | 1]), kind="stable")
        running = np.cumsum(1 - 2 * (key & 1))
        key >>= 1
        last = np.append(key[1:] != key[:-1], True) if len(key) else np.empty(0, bool)
        return key[last] >> 32, key[last] & 0xFFFFFFFF, running[last]


def _runs(asset: Int64Array, time_s: Int64Array, value: Int8Array, duration_s: int
          ) -> tuple[Int32Array, Int64Array, Int64Array, Int8Array]:
    """Join what has one value; leave out what has 0. All that begins for an asset ends for it with 0."""
    before = np.append(np.int8(0), value[:-1])[:len(value)]
    changes = np.flatnonzero(value != before)
    asset, time_s, value = asset[changes], time_s[changes], value[changes]
    # Each change but to 0 holds until the next one, which is of the same asset.
    begins = np.flatnonzero(value > 0)
    end_s = time_s[np.minimum(begins + 1, len(time_s) - 1)]
    return (column(asset[begins], np.int32), column(time_s[begins], np.int64),
            column(np.where(end_s >= duration_s, NONE, end_s), np.int64), column(value[begins], np.int8))
