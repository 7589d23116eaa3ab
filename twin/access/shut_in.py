"""Shut in: a place from which open streets lead nowhere much, since when and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.access.access import Access
from twin.kernels.access.roads import Limits, Roads
from twin.kernels.access.travel import drive
from twin.quantities import NONE, BoolArray

#: Where open streets lead to less than this share of the junctions that are reached without water, a vehicle is shut
#: in: an assumption.
SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutIn:
    """A time in which a vehicle at one place is shut in. Seconds from the start."""

    #: The first second without a way out; 0 where there was none from the start.
    from_s: int
    #: The first second with a way out again; -1 not within the run.
    until_s: int
    #: Named streets that are reached all the same, at the second asked about.
    streets: int


def shut_in(access: Access, place: tuple[int, float], t_s: int, wade_m: float | None = None) -> ShutIn | None:
    """Give the time around a second in which a vehicle at a place is shut in; None where it is not.

    Parameters
    ----------
    access
        The streets in the water.
    place
        Edge and metre; off every street nobody is shut in.
    t_s
        The second.
    wade_m
        Depth from which the vehicle enters no street by day [m]; None: the plan's.
    """
    if place[0] == NONE:
        return None
    limits, net = access.limits(wade_m), access.network
    dry = access.roads._replace(wet=np.full(len(net), NONE, np.int32), closed=np.zeros(len(net) + 1, np.int64))
    least = SHARE * int(_reached(dry, limits, access, place, 0).sum())

    def is_shut(at_s: int) -> bool:
        return int(_reached(access.roads, limits, access, place, at_s).sum()) < least

    there = _reached(access.roads, limits, access, place, t_s)
    if int(there.sum()) >= least:
        return None
    names = {net.name_of(edge) for edge in np.flatnonzero(there[net.start] | there[net.end]).tolist()
             if access.street_state(edge, t_s, wade_m)[0]}
    looked = access.departures_s
    before, from_s = looked[looked < t_s][::-1].tolist(), t_s
    for at_s in before:
        if not is_shut(at_s):
            from_s = _turn(at_s, from_s, is_shut)
            break
        from_s = at_s
    last_s, until_s = t_s, NONE
    for at_s in looked[looked > t_s].tolist():
        if not is_shut(at_s):
            until_s = _turn(last_s, at_s, lambda one: not is_shut(one))
            break
        last_s = at_s
    return ShutIn(from_s=from_s, until_s=until_s, streets=len(names - {""}))


def _turn(before_s: int, after_s: int, holds: Callable[[int], bool]) -> int:
    """Give the first second at which something holds that did not before, between two at which it is known."""
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        before_s, after_s = (before_s, middle_s) if holds(middle_s) else (middle_s, after_s)
    return after_s


def _reached(roads: Roads, limits: Limits, access: Access, place: tuple[int, float], at_s: int) -> BoolArray:
    """Tell which junctions a way leads to, (N,); not the one at which the vehicle stands."""
    n, room = access.network.junctions, 2 * len(access.network) + 4
    arrival_s = np.empty(n)
    drive(roads, limits, place[0], place[1], float(at_s), arrival_s, np.empty(n, np.int32), np.empty(room),
          np.empty(room, np.int32))
    return np.isfinite(arrival_s) & (arrival_s > at_s)
