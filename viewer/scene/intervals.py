"""Intervals: when each asset is out, may be out, or wet, written once for all assets that share them.

All lamps of a circuit go out and come back together: the page stores the list of their intervals once, as a *pattern*,
and a pattern number per lamp. Counting, drawing and telling all read these lists; nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.codes import Level, Mechanism
from twin.quantities import NONE
from viewer.scene.pack import Packer

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: End of an interval that does not end within the run.
OPEN = 0xFFFF_FFFF
#: Mechanisms of the page beside those of the run: computed in service, and in doubt; under water.
NEAR, TOUCHED = len(Mechanism), len(Mechanism) + 1
#: The word of each mechanism of the page.
MECHANISMS = (*(mechanism.word for mechanism in Mechanism), "near", "touched")
#: Columns of an interval: start, end, state, mechanism, cause, root, held, held mechanism.
Row = tuple[int, int, int, int, int, int, int, int]
_COLUMNS = (("start", "u4"), ("end", "u4"), ("state", "u1"), ("mech", "u1"), ("cause", "u4"), ("root", "u4"),
            ("held", "u4"), ("heldmech", "u1"))


class State(IntEnum):
    """What an interval says of an asset."""

    OUT = 1  #: without service
    MAY = 2  #: without service or not: the answer lies within the errors
    WET = 3  #: water at its feet
    INSIDE = 4  #: water inside


class Patterns:
    """Lists of intervals, each stored once."""

    def __init__(self) -> None:
        self._number: dict[tuple[Row, ...], int] = {}
        #: All intervals; those of pattern ``p`` are ``rows[offsets[p]:offsets[p + 1]]``. Pattern 0 is empty: never out.
        self.rows: list[Row] = []
        self.offsets = [0, 0]

    def number(self, rows: Iterable[Row]) -> int:
        """Give the number of a list of intervals, new or known; 0 for the empty list."""
        key = tuple(sorted(rows))
        if not key:
            return 0
        if key not in self._number:
            self.rows.extend(key)
            self.offsets.append(len(self.rows))
            self._number[key] = len(self.offsets) - 2
        return self._number[key]

    def pack(self, packer: Packer, name: str) -> None:
        """Add the lists as columns ``name.offsets``, ``name.start`` and so on."""
        packer.add(f"{name}.offsets", self.offsets, "u4", delta=True)
        table = np.array(self.rows, np.int64).reshape(-1, len(_COLUMNS))
        for i, (column, dtype) in enumerate(_COLUMNS):
            packer.add(f"{name}.{column}", table[:, i], dtype)


def state_rows(run: Run, number: Any) -> dict[int, list[Row]]:
    """Give the intervals without service, in doubt, or suspended, by asset row, as the run's result says them.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    number
        Number in the page of each asset, (A,).
    """
    result = run.result
    outages, doubts, spans = result.outages, result.doubts, result.spans
    rows: dict[int, list[Row]] = {}
    for asset, start, last, sure, outage, doubt in zip(
            *(column.tolist() for column in (spans.asset, spans.start_s, spans.end_s, spans.is_sure, spans.outage,
                                             spans.doubt)), strict=True):

        def other(who: int, asset: int = asset) -> int:
            return 0 if who in (NONE, asset) else int(number[who]) + 1

        end, state = OPEN if last == NONE else last, State.OUT if sure else State.MAY
        if outage == NONE:
            told: tuple[int, ...] = (NEAR, other(int(doubts.cause[doubt])), other(int(doubts.root[doubt])), 0, 0)
        else:
            told = (int(outages.mechanism[outage]), other(int(outages.cause[outage])),
                    other(int(outages.root[outage])), other(int(outages.held[outage])),
                    int(outages.held_mechanism[outage]))
        rows.setdefault(asset, []).append((start, end, state, *told))
    suspended = result.suspensions
    for i in np.flatnonzero(suspended.by_water).tolist():
        last = int(suspended.end_s[i])
        rows.setdefault(int(suspended.asset[i]), []).append(
            (int(suspended.start_s[i]), OPEN if last == NONE else last, State.OUT, TOUCHED, 0, 0, 0, 0))
    return rows


def wet_rows(run: Run, kind: str = "building") -> dict[int, list[tuple[int, int, int]]]:
    """Give start, end and state (wet, inside) of the water at the assets of a kind, by asset row."""
    assets, exposure = run.result.city.assets, run.result.exposure
    crossings = exposure.crossings
    found: dict[int, list[tuple[int, int, int]]] = {}
    if kind not in assets.kinds.names:
        return found
    of_kind = assets.of_kind(kind)
    if len(crossings):
        for level, state in ((Level.TOUCH, State.WET), (Level.FAIL, State.INSIDE)):
            here = np.flatnonzero((crossings.level == level) & of_kind[crossings.asset])
            for i in here.tolist():
                intervals = found.setdefault(int(crossings.asset[i]), [])
                when = int(crossings.time_s[i])
                if crossings.is_up[i]:
                    intervals.append((when, OPEN, int(state)))
                else:
                    for k in range(len(intervals) - 1, -1, -1):
                        if intervals[k][2] == state and intervals[k][1] == OPEN:
                            intervals[k] = (intervals[k][0], when, int(state))
                            break
        return found
    for asset in np.flatnonzero(of_kind & (exposure.touched_at_s != NONE)).tolist():
        left = int(exposure.water_left_at_s[asset])
        found[asset] = [(int(exposure.touched_at_s[asset]), OPEN if left == NONE else left, int(State.WET))]
    return found


def joined(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the union of intervals, in order.

    Examples
    --------
    >>> joined([(5, 9), (0, 3), (2, 4)])
    [(0, 4), (5, 9)]
    """
    out: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
