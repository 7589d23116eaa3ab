"""Intervals: when each asset is out, may be out, or wet, written once for all assets that share them.

All lamps of a circuit go out and come back together: the page stores the list of their intervals once, as a *pattern*,
and a pattern number per lamp. Counting, drawing and telling all read these lists; nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.quantities import NONE
from twin.results.outages import Mechanism
from twin.results.trace import What
from twin.water.exposure import Level
from twin.world.supplies import Service
from viewer.scene.pack import Packer

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: End of an interval that does not end within the run.
OPEN = 0xFFFF_FFFF
#: Mechanisms of the page beside those of the run: in service though its water is near the threshold; under water.
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


def outage_rows(run: Run, number: Any) -> dict[int, list[Row]]:
    """Give the intervals without service by asset row.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    number
        Number in the page of each asset, (A,), or None: causes are left out (0 stands for the asset itself).
    """
    outages = run.result.outages
    rows: dict[int, list[Row]] = {}
    for i in range(len(outages)):
        asset = int(outages.asset[i])
        end = int(outages.end_s[i])

        def other(who: int, asset: int = asset) -> int:
            return 0 if number is None or who in (NONE, asset) else int(number[who]) + 1

        rows.setdefault(asset, []).append((
            int(outages.start_s[i]), OPEN if end == NONE else end,
            State.MAY if outages.is_doubtful[i] else State.OUT, 0 if number is None else int(outages.mechanism[i]),
            other(int(outages.cause[i])), other(int(outages.root[i])), other(int(outages.held[i])),
            0 if number is None else int(outages.held_mechanism[i])))
    return rows


def doubtful_rows(run: Run, number: Any = None) -> dict[int, list[Row]]:
    """Give the intervals in which an asset that stays in service might not: its water is within the errors.

    They last from the first touch until the water has left, and reach what hangs on that asset alone: no other
    supplier in the group, no battery. With ``number`` (as for ``outage_rows``) each names the supplier it hangs on.
    """
    exposure, outages, plan = run.result.exposure, run.result.outages, run.result.plan
    assets, supplies = run.result.city.assets, run.result.city.supplies
    own_failure = np.zeros(len(assets), bool)
    own_failure[outages.asset[outages.mechanism == Mechanism.FLOODED]] = True
    doubtful = np.flatnonzero(np.asarray(exposure.is_doubtful) & ~own_failure & (exposure.touched_at_s != NONE))
    rows: dict[int, list[Row]] = {}
    if not len(doubtful):
        return rows
    by_supplier = np.argsort(supplies.supplier, kind="stable")
    ordered = supplies.supplier[by_supplier]
    names = assets.kinds.names
    wanted = {names.index(name) for name in ("building",) if name in names}
    for asset in doubtful.tolist():
        if int(assets.kind[asset]) in wanted:
            continue
        left = int(exposure.water_left_at_s[asset])
        window = (int(exposure.touched_at_s[asset]), plan.duration_s if left == NONE else left)
        todo, seen = [(asset, NONE)], {asset}
        while todo:
            one, above = todo.pop()
            mechanism, cause, root = (0, 0, 0) if number is None else (
                NEAR, 0 if above == NONE else int(number[above]) + 1, 0 if one == asset else int(number[asset]) + 1)
            rows.setdefault(one, []).append((window[0], window[1], State.MAY, mechanism, cause, root, 0, 0))
            first, end = np.searchsorted(ordered, [one, one + 1])
            for edge in by_supplier[first:end].tolist():
                consumer = int(supplies.consumer[edge])
                into = supplies.edges_into(consumer)
                alone = int((supplies.group[into] == supplies.group[edge]).sum()) == 1
                feeds = supplies.service[edge] != Service.CONTROL
                if alone and feeds and not assets.buffer_s[consumer] and consumer not in seen:
                    seen.add(consumer)
                    todo.append((consumer, one))
    return rows


def suspended_rows(run: Run) -> dict[int, list[Row]]:
    """Give the intervals in which a zone of watering stands under water, by asset row: it waters nothing then."""
    return {asset: [(start, end, State.OUT, TOUCHED, 0, 0, 0, 0) for start, end in joined(
        (start, end) for start, end, state in spans if state == State.WET)]
            for asset, spans in wet_rows(run, "zone").items()}


def merged(certain: Mapping[int, list[Row]], doubtful: Mapping[int, list[Row]]) -> dict[int, list[Row]]:
    """Join both, the certain first: doubt is said only where the asset is in service."""
    rows = {asset: list(given) for asset, given in certain.items()}
    for asset, windows in doubtful.items():
        taken = sorted((row[0], row[1]) for row in rows.get(asset, ()))
        free: list[Row] = []
        for window in sorted(windows):
            start = max([window[0], *[row[1] for row in free]])
            for busy_start, busy_end in taken:
                if busy_end <= start or busy_start >= window[1]:
                    continue
                if busy_start > start:
                    free.append((start, busy_start, *window[2:]))
                start = max(start, busy_end)
            if start < window[1]:
                free.append((start, window[1], *window[2:]))
        if free:
            rows.setdefault(asset, []).extend(free)
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


def repairs(run: Run) -> dict[int, list[tuple[int, int]]]:
    """Give the repairs of each flooded asset, by row: when the stages start (the water has left) and when they end.

    A repair that the water undid ends where the water came back; one that outlasts the run ends with it.
    """
    trace, plan = run.result.trace, run.result.plan
    found: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(np.isin(trace.what, [What.REPAIR_STARTED, What.REPAIR_UNDONE, What.MENDED])).tolist():
        asset, when, what = int(trace.asset[row]), int(trace.time_s[row]), int(trace.what[row])
        if what == What.REPAIR_STARTED:
            found.setdefault(asset, []).append((when, plan.duration_s))
        elif found.get(asset):
            found[asset][-1] = (found[asset][-1][0], when)
    return found
