"""Intervals: when each asset is out, may be out, or wet, written once for all assets that share them.

All lamps of a circuit go out and come back together: the page stores the list of their intervals once, as a *pattern*,
and a pattern number per lamp. Counting, drawing and telling all read these lists; nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.codes import Level, Mechanism
from twin.explaining.tree import tree_of
from twin.quantities import NONE, BoolArray
from twin.results.condition_spans import Condition
from twin.world.graph import graph_of
from viewer.scene.pack import Packer

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: End of an interval that does not end within the run.
OPEN = 0xFFFF_FFFF
#: Mechanisms of the page beside those of the run: computed in service, and in doubt; under water.
NEAR, TOUCHED = len(Mechanism), len(Mechanism) + 1
#: The word of each mechanism of the page.
MECHANISMS = (*(mechanism.word for mechanism in Mechanism), "near", "touched")
#: An interval: start, end, state, and what its table knows beside.
Row = tuple[int, ...]
#: Cuts an interval of an asset into pieces, which may know more.
Cut = Callable[[Row, int], list[Row]]
#: Columns that every table of intervals has.
_ALWAYS = (("start", "u4"), ("end", "u4"), ("state", "u1"))
#: What an outage or a doubt knows beside: mechanism, cause, root, what holds it and its mechanism, the number of the
#: list of other suppliers that are out too, and when the whole of it begins and ends (a piece in doubt may be shorter).
OUTAGE = (("mech", "u1"), ("cause", "u4"), ("root", "u4"), ("held", "u4"), ("heldmech", "u1"), ("also", "u2"),
          ("since", "u4"), ("until", "u4"))
#: What other conditions know beside: when the reserve is empty.
CONDITION = (("until", "u4"),)


class State(IntEnum):
    """What an interval says of an asset."""

    OUT = 1  #: without service
    MAY = 2  #: without service or not: the answer lies within the errors
    WET = 3  #: water at its feet
    INSIDE = 4  #: water inside
    ON_RESERVE = 5  #: it lives on its battery or tank
    LAST_FEED = 6  #: in service on the last of its alternative suppliers
    NO_SUPPLIER = 7  #: counted as fed, no supplier known


class Patterns:
    """Lists of intervals, each stored once."""

    def __init__(self, beside: tuple[tuple[str, str], ...] = ()) -> None:
        self._columns = (*_ALWAYS, *beside)
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
        table = np.array(self.rows, np.int64).reshape(-1, len(self._columns))
        for i, (column, dtype) in enumerate(self._columns):
            packer.add(f"{name}.{column}", table[:, i], dtype)


@dataclass(frozen=True, slots=True)
class Stories:
    """The intervals without service, in doubt or suspended of each asset, and lists of other suppliers."""

    rows: dict[int, list[Row]]
    #: Numbers in the page of the other suppliers that are out too; the first list is empty.
    also: list[list[int]]


def state_rows(run: Run, number: Any, cut: Cut | None = None) -> Stories:
    """Give the intervals without service, in doubt, or suspended, by asset row, as the run's result says them.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    number
        Number in the page of each asset, (A,).
    cut
        Gives the pieces of an interval of an asset, for the page of an ensemble; None: it stays whole.
    """
    result = run.result
    outages, doubts, c = result.outages, result.doubts, result.conditions
    also, numbers = _also(run, number)
    rows: dict[int, list[Row]] = {}
    # plain numbers: to take them from an array one by one is what would take the time here
    mine = np.flatnonzero(np.isin(c.condition, (Condition.OUT, Condition.MAY_BE_OUT, Condition.SUSPENDED)))
    which = zip(*(column[mine].tolist() for column in (c.asset, c.outage, c.doubt, c.condition, c.start_s, c.end_s)),
                strict=True)
    cause, root, held, mechanism, held_mechanism, start_s, end_s = (column.tolist() for column in (
        outages.cause, outages.root, outages.held, outages.mechanism, outages.held_mechanism, outages.start_s,
        outages.end_s))
    shown = number.tolist()

    def other(who: int, asset: int) -> int:
        return 0 if who in (NONE, asset) else shown[who] + 1

    for asset, outage, doubt, condition, from_s, until_s in which:
        span = from_s, _end(until_s)
        if condition == Condition.SUSPENDED:
            told: Row = (*span, State.OUT, TOUCHED, 0, 0, 0, 0, 0, *span)
        elif outage == NONE:
            told = (*span, State.MAY, NEAR, other(int(doubts.cause[doubt]), asset),
                    other(int(doubts.root[doubt]), asset), 0, 0, 0, int(doubts.start_s[doubt]),
                    _end(doubts.end_s[doubt]))
        else:
            told = (*span, State.MAY if condition == Condition.MAY_BE_OUT else State.OUT, mechanism[outage],
                    other(cause[outage], asset), other(root[outage], asset), other(held[outage], asset),
                    held_mechanism[outage], numbers.get(outage, 0), start_s[outage], _end(end_s[outage]))
        rows.setdefault(asset, []).extend([told] if cut is None else cut(told, asset))
    return Stories(rows, also)


def _end(seconds: Any) -> int:
    return OPEN if seconds == NONE else int(seconds)


def _also(run: Run, number: Any) -> tuple[list[list[int]], dict[int, int]]:
    """Give lists of the other suppliers without which an outage would not have begun, and the list of each outage."""
    result = run.result
    graph = graph_of(result.city)
    several = np.zeros(len(result.city.assets), bool)
    several[graph.group_asset[np.diff(graph.edge_offsets) > 1]] = True
    lists: dict[tuple[int, ...], int] = {(): 0}
    numbers = {}
    for row in np.flatnonzero(several[result.outages.asset]).tolist():
        tree = tree_of(result, result.outages[row])
        beside = tuple(int(number[child.asset.row]) for child in tree.children if child.role == "contributor")
        numbers[row] = lists.setdefault(beside, len(lists))
    return [list(one) for one in lists], numbers


def condition_rows(run: Run) -> dict[int, list[Row]]:
    """Give, by asset row, when it is in service and yet not as usual: on its reserve, its last feed, none known."""
    c = run.result.conditions
    states = {Condition.ON_RESERVE: State.ON_RESERVE, Condition.LAST_FEED: State.LAST_FEED,
              Condition.NO_SUPPLIER: State.NO_SUPPLIER}
    rows: dict[int, list[Row]] = {}
    for i in np.flatnonzero(np.isin(c.condition, list(states))).tolist():
        rows.setdefault(int(c.asset[i]), []).append(
            (int(c.start_s[i]), _end(c.end_s[i]), states[Condition(int(c.condition[i]))], _end(c.reserve_ends_s[i])))
    return rows


def wet_rows(run: Run, chosen: BoolArray) -> dict[int, list[tuple[int, int, int]]]:
    """Give start, end and state (wet, inside) of the water at some assets, (A,), by row; the pieces do not overlap."""
    exposure = run.result.exposure
    crossings = exposure.crossings
    if not len(crossings):
        return {row: [(int(exposure.touched_at_s[row]), _end(exposure.water_left_at_s[row]), int(State.WET))]
                for row in np.flatnonzero(chosen & (exposure.touched_at_s != NONE)).tolist()}
    wet, inside = (_risen(crossings, level, chosen) for level in (Level.TOUCH, Level.FAIL))
    found: dict[int, list[tuple[int, int, int]]] = {}
    for row in sorted({*wet, *inside}):
        in_rooms = joined(inside.get(row, ()))
        around = [piece for span in joined(wet.get(row, ())) for piece in _outside(span, in_rooms)]
        found[row] = sorted([(*span, int(State.WET)) for span in around]
                            + [(*span, int(State.INSIDE)) for span in in_rooms])
    return found


def _risen(crossings: Any, level: Level, chosen: BoolArray) -> dict[int, list[tuple[int, int]]]:
    """Give from when to when the water stands at a level, by row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for i in np.flatnonzero((crossings.level == level) & chosen[crossings.asset]).tolist():
        spans, when = found.setdefault(int(crossings.asset[i]), []), int(crossings.time_s[i])
        if crossings.is_up[i]:
            spans.append((when, OPEN))
        elif spans and spans[-1][1] == OPEN:
            spans[-1] = (spans[-1][0], when)
    return found


def _outside(span: tuple[int, int], holes: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at, end = span
    for first, last in holes:
        if last <= at or first >= end:
            continue
        if at < first:
            yield at, first
        at = last
    if at < end:
        yield at, end


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
