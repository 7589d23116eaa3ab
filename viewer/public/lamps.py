"""Lamps as the public sees them: how many of a stretch of street are out, and when; not which of them.

All lamps of a circuit go out in one second. A file that says of each lamp when it goes out is a plan of the circuits,
also where times are rounded: what is dark at once, side by side, hangs on one feeder. So a street is cut into stretches
of some 200 m, and the outages of a stretch are dealt out among its lamps in an order that has nothing to do with who
feeds them. Every count by street and moment stays right to the quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.ensemble.moments import Likelihood
from twin.quantities import NONE
from twin.water.depths import Coverage
from twin.world.kinds import Role
from viewer.public.quarters import OPEN, Quarters, Span, without
from viewer.scene.likely import code_of

if TYPE_CHECKING:
    from geodata.run.folder import Run

#: States of an interval; of an ensemble MAY stands never by itself but with its word: MAY + a code of ``Likely``.
OUT, MAY = 1, 2
#: How long a stretch may be [m], and how many lamps it holds at least, where its street has as many.
STRETCH_M, LEAST_LAMPS = 200.0, 6

#: Start, end and state.
Interval = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicLamps:
    """Columns of the lamps, (L,) each, in order of street and number."""

    #: Number of its street in the list of streets, 0 none.
    street: Any
    #: Number of its stretch.
    stretch: Any
    #: Whether the water's maker does not cover it.
    is_unknown: Any
    #: Place in ``patterns`` of what is told of it.
    pattern: Any
    #: Lists of intervals; the first is empty: never out.
    patterns: tuple[tuple[Interval, ...], ...]

    def __len__(self) -> int:
        return len(self.pattern)

    def series(self, times_s: Any, state: int = OUT) -> Any:
        """Give how many lamps are in a state at each of these times, (T,)."""
        counts = np.zeros(len(times_s), np.int64)
        weight = np.bincount(self.pattern, minlength=len(self.patterns))
        for intervals, lamps in zip(self.patterns, weight.tolist(), strict=True):
            for start, end, is_in in intervals:
                if is_in == state:
                    counts[(times_s >= start) & (times_s < end)] += lamps
        return counts

    def ever(self) -> tuple[int, int]:
        """Give how many lamps go out at some time, and how many more may."""
        out = np.array([any(state == OUT for _, _, state in one) for one in self.patterns])[self.pattern]
        may = np.array([bool(one) for one in self.patterns])[self.pattern] & ~out
        return int(out.sum()), int(may.sum())


def no_lamps() -> PublicLamps:
    """Give the lamps of a city that has none, or tells nothing of them."""
    none = np.zeros(0, np.int64)
    return PublicLamps(street=none, stretch=none, is_unknown=none.astype(bool), pattern=none, patterns=((),))


def lamps_of(run: Run, street_of: Any, quarters: Quarters, likelihood: Likelihood | None = None
             ) -> tuple[Any, PublicLamps]:
    """Give the rows of the lamps of a run, (L,), in the order of what is told of them, and that.

    Parameters
    ----------
    run
        ``geodata.run.folder.Run``.
    street_of
        Number of the street of each asset, (A,); 0 none.
    quarters
        How times are rounded.
    likelihood
        How likely each asset is out over time, where many nights tell it.
    """
    assets = run.result.city.assets
    rows = np.flatnonzero(assets.of_kind("lamp")) if "lamp" in assets.kinds.names else np.zeros(0, np.int64)
    rows = rows[np.lexsort((assets.id[rows].astype(str), street_of[rows]))]
    unknown = np.asarray(run.result.exposure.coverage)[rows] == Coverage.UNKNOWN
    stretch = stretches(street_of[rows], assets.x_m[rows], assets.y_m[rows])
    told = _told(run, quarters, likelihood)
    lists = [told.get(row, ()) for row in rows.tolist()]
    dealt = _dealt(lists, stretch, unknown, assets.id[rows])
    numbers: dict[tuple[Interval, ...], int] = {(): 0}
    pattern = np.array([numbers.setdefault(one, len(numbers)) for one in dealt], np.int64)
    return rows, PublicLamps(street=street_of[rows], stretch=stretch, is_unknown=unknown, pattern=pattern,
                             patterns=tuple(numbers))


def stretches(street: Any, x_m: Any, y_m: Any) -> Any:
    """Give the number of the stretch of each lamp, (L,): its street cut across into pieces of as many lamps each.

    Lamps without a street go by squares of the ground. A lamp without a place goes with the first of its street.
    """
    placed = np.isfinite(x_m) & np.isfinite(y_m)
    found = np.zeros(len(street), np.int64)
    nameless = np.flatnonzero((street == 0) & placed)
    squares = np.floor(np.column_stack([x_m[nameless], y_m[nameless]]) / STRETCH_M)
    found[nameless] = 1 + np.unique(squares, axis=0, return_inverse=True)[1].reshape(-1)
    following = int(found.max(initial=0)) + 1
    order = np.argsort(street, kind="stable")
    for lamps in np.split(order, np.flatnonzero(np.diff(street[order])) + 1) if len(order) else ():
        if not street[lamps[0]]:
            continue
        here = lamps[placed[lamps]]
        pieces = 1
        if len(here) > LEAST_LAMPS:
            points = np.column_stack([x_m[here], y_m[here]])
            points -= points.mean(axis=0)
            along = points @ np.linalg.svd(points, full_matrices=False)[2][0]
            pieces = max(1, min(int(np.ceil(np.ptp(along) / STRETCH_M)), len(here) // LEAST_LAMPS))
            for k, part in enumerate(np.array_split(here[np.argsort(along, kind="stable")], pieces)):
                found[part] = following + k
        else:
            found[here] = following
        found[lamps[~placed[lamps]]] = following
        following += pieces
    return found


def _told(run: Run, quarters: Quarters, likelihood: Likelihood | None) -> Mapping[int, tuple[Interval, ...]]:
    """Give, by row, when each lamp is out and when it may be, rounded outward; a quarter with doubt is told as that.

    Of two words of an ensemble the likelier one holds.
    """
    spans = run.result.spans
    lamp = run.result.city.assets.of_role(Role.LIGHTS)
    found: dict[int, dict[int, list[Span]]] = {}
    for i in np.flatnonzero(lamp[spans.asset]).tolist():
        asset, start, end = int(spans.asset[i]), int(spans.start_s[i]), int(spans.end_s[i])
        states = found.setdefault(asset, {})
        if spans.is_sure[i] or likelihood is None:
            pieces = [(start, end, OUT if spans.is_sure[i] else MAY)]
        else:
            pieces = [(at, until, MAY + code_of(tenths)) for at, until, tenths in likelihood.within(asset, start, end)]
        for at, until, state in pieces:
            states.setdefault(state, []).append((at, OPEN if until == NONE else until))
    told = {}
    for row, states in found.items():
        before = _surely(states.get(OUT, []), [span for state in states if state != OUT for span in states[state]],
                         quarters)
        own: list[Interval] = [(*span, OUT) for span in before]
        for state in sorted(states.keys() - {OUT}, reverse=True):
            spared = without(quarters.outward(states[state]), before)
            own += [(*span, state) for span in spared]
            before = sorted([*before, *spared])
        told[row] = tuple(sorted(own))
    return told


def _surely(sure: list[Span], maybe: list[Span], quarters: Quarters) -> list[Span]:
    """Give when a lamp is told as out, in quarters: not in one in which it also only may be, but where that is all.

    Rounding makes what is in doubt no certainty; an outage within one such quarter is told all the same.
    """
    doubtful = quarters.outward(maybe)
    told = [part for span in quarters.outward(sure) for part in without([span], doubtful) or [span]]
    return sorted(told)


def _dealt(lists: list[tuple[Interval, ...]], stretch: Any, unknown: Any, ids: Any) -> list[tuple[Interval, ...]]:
    """Deal the lists of each stretch out among its lamps, by a hash of their number.

    The water's maker's bounds are no secret, and the count of lamps that he does not cover must hold: what lies
    beyond them is dealt for itself.
    """
    group = stretch * 2 + unknown
    dealt: list[tuple[Interval, ...]] = [()] * len(lists)
    order = np.argsort(group, kind="stable")
    for lamps in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else ():
        here = lamps.tolist()
        held = sorted(lists[k] for k in here if lists[k])
        if held:
            shuffled = sorted(here, key=lambda k: blake2b(str(ids[k]).encode(), digest_size=8).digest())
            for k, intervals in zip(shuffled, held, strict=False):
                dealt[k] = intervals
    return dealt
