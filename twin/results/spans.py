"""Spans: each asset's time out or in doubt, in pieces that are one or the other; lists, maps and pages read these.

An outage may be sure for an hour and in doubt for another: it is cut where doubt begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray, Int32Array, Int64Array, column
from twin.results.doubts import Doubts
from twin.results.outages import Outages

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Columns of all spans, (S,) each, sorted by asset, then start; those of one asset do not overlap."""

    asset: Int32Array
    start_s: Int64Array
    #: -1: not over at the horizon.
    end_s: Int64Array
    #: Out, and nothing within the errors says otherwise; else in doubt: out or not.
    is_sure: BoolArray
    #: Row in ``outages`` that it is a part of; -1 where the run computes the asset in service.
    outage: Int32Array
    #: Row in ``doubts``; -1 where it is sure.
    doubt: Int32Array

    def __len__(self) -> int:
        return len(self.asset)


def spans_of(outages: Outages, doubts: Doubts) -> Spans:
    """Cut outages where doubt begins and ends, and add the doubts of assets that are computed in service."""
    pieces = _Pieces()
    doubted = np.flatnonzero(doubts.is_out)
    doubted = doubted[np.lexsort((doubts.start_s[doubted], doubts.asset[doubted]))]
    asset = doubts.asset[doubted]
    is_cut = np.isin(outages.asset, asset)
    for row in np.flatnonzero(is_cut).tolist():
        first, last = np.searchsorted(asset, [outages.asset[row], outages.asset[row] + 1])
        _cut(pieces, outages, doubts, row, doubted[first:last].tolist())
    whole, may = np.flatnonzero(~is_cut), np.flatnonzero(~doubts.is_out)
    none = np.full(len(whole), NONE), np.full(len(may), NONE)
    joined = {
        "asset": np.concatenate([outages.asset[whole], doubts.asset[may], pieces.of(0)]),
        "start_s": np.concatenate([outages.start_s[whole], doubts.start_s[may], pieces.of(1)]),
        "end_s": np.concatenate([outages.end_s[whole], doubts.end_s[may], pieces.of(2)]),
        "outage": np.concatenate([whole, none[1], pieces.of(3)]),
        "doubt": np.concatenate([none[0], may, pieces.of(4)])}
    order = np.lexsort((joined["start_s"], joined["asset"]))
    return Spans(asset=column(joined["asset"][order], np.int32), start_s=column(joined["start_s"][order], np.int64),
                 end_s=column(joined["end_s"][order], np.int64),
                 is_sure=column(joined["doubt"][order] == NONE, np.bool_),
                 outage=column(joined["outage"][order], np.int32), doubt=column(joined["doubt"][order], np.int32))


class _Pieces(list[tuple[int, int, int, int, int]]):
    """Rows of asset, start, end, outage and doubt."""

    def of(self, place: int) -> Int64Array:
        return np.array([piece[place] for piece in self], np.int64)


def _cut(pieces: _Pieces, outages: Outages, doubts: Doubts, row: int, doubted: list[int]) -> None:
    asset, at_s, last_s = int(outages.asset[row]), int(outages.start_s[row]), int(outages.end_s[row])
    until_s = _NEVER if last_s == NONE else last_s
    for doubt in doubted:
        begin_s, end_s = max(int(doubts.start_s[doubt]), at_s), int(doubts.end_s[doubt])
        end_s = min(_NEVER if end_s == NONE else end_s, until_s)
        if begin_s >= end_s:
            continue
        if at_s < begin_s:
            pieces.append((asset, at_s, begin_s, row, NONE))
        pieces.append((asset, begin_s, NONE if end_s == _NEVER else end_s, row, doubt))
        at_s = end_s
    if at_s < until_s:
        pieces.append((asset, at_s, last_s, row, NONE))
