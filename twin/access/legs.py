"""Legs: a trip street by street, with the water in each now and as it is entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from twin.access.access import Access
from twin.kernels.access.roads import depth_at, speed_on
from twin.kernels.access.travel import way
from twin.quantities import NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One street of a trip; a street without a name is one leg as far as it goes."""

    #: Empty without one.
    street: str
    length_m: float
    #: When it is entered [s].
    enters_s: int
    #: Deepest water on what is driven of it, as each part is entered, and at another moment asked about [m].
    depth_m: float
    now_m: float
    is_bridge: bool


def legs(access: Access, start: tuple[int, float], to: tuple[int, float], depart_s: int, now_s: int,
         wade_m: float | None = None) -> tuple[Leg, ...]:
    """Give the fastest trip between two places (edge, metre) street by street; nothing where there is no way.

    Parameters
    ----------
    access
        The streets in the water.
    start, to
        Where it begins and ends.
    depart_s
        When one leaves [s].
    now_s
        The moment for ``Leg.now_m`` [s].
    wade_m
        Depth from which the vehicle enters no street by day; None: the plan's.
    """
    if start[0] == NONE or to[0] == NONE:
        return ()
    lasts_s, edges = way(access.roads, access.limits(wade_m), start[0], start[1], depart_s, to[0], to[1])
    if lasts_s < 0:
        return ()
    parts = list(_parts(access, edges.tolist(), start, to, depart_s, wade_m))
    found = []
    for name, group in groupby(parts, key=lambda part: access.network.name_of(part[0])):
        mine = list(group)
        found.append(Leg(
            street=name, length_m=sum(metres for _, metres, _ in mine), enters_s=int(np.floor(mine[0][2] + 1e-6)),
            depth_m=max(_depth_m(access, e, int(np.floor(at_s + 1e-6))) for e, _, at_s in mine),
            now_m=max(_depth_m(access, e, now_s) for e, _, _ in mine),
            is_bridge=all(bool(access.network.is_bridge[e]) for e, _, _ in mine)))
    return tuple(found)


def _depth_m(access: Access, edge: int, t_s: int) -> float:
    return round(float(depth_at(access.roads, edge, min(max(t_s, 0), access.duration_s))) * 1e-6, 3)


def _parts(access: Access, edges: list[int], start: tuple[int, float], to: tuple[int, float], depart_s: int,
           wade_m: float | None) -> Iterator[tuple[int, float, float]]:
    """Give each edge of a trip with the metres driven of it, and when it is entered [s]."""
    net, at_s, node = access.network, float(depart_s), NONE
    if edges == [start[0]] == [to[0]]:
        yield start[0], abs(to[1] - start[1]), at_s
        return
    for place, e in enumerate(edges):
        ends, length_m = (int(net.start[e]), int(net.end[e])), float(net.length_m[e])
        if place == 0 and e == start[0] and 0 < start[1] < length_m:
            # Left by the end that the next edge, or the place at its end, hangs on.
            leaves = _shared(access, e, edges[1] if len(edges) > 1 else to[0], to if len(edges) == 1 else None)
            metres, node = (start[1] if leaves == ends[0] else length_m - start[1]), leaves
        else:
            if node == NONE:
                node = _from(access, start)
            if place == len(edges) - 1 and e == to[0] and 0 < to[1] < length_m:
                metres, node = (to[1] if node == ends[0] else length_m - to[1]), NONE
            else:
                metres, node = length_m, ends[1] if node == ends[0] else ends[0]
        yield e, metres, at_s
        at_s += metres * 3.6 / speed_on(access.roads, access.limits(wade_m), e, at_s)


def _from(access: Access, place: tuple[int, float]) -> int:
    """Give the junction that a place stands on."""
    return int(access.network.start[place[0]] if place[1] <= 0 else access.network.end[place[0]])


def _shared(access: Access, edge: int, other: int, place: tuple[int, float] | None) -> int:
    """Give the junction by which an edge is left for another, or for a place that stands on a junction."""
    net = access.network
    ends = {int(net.start[edge]), int(net.end[edge])}
    onto = {_from(access, place)} if place is not None else {int(net.start[other]), int(net.end[other])}
    return min(ends & onto, default=int(net.end[edge]))
