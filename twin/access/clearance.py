"""Clearance: the way that leads through the least water, where no way is open to the vehicles of a plan."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from twin.access.access import Access, in_a_row
from twin.kernels.access.roads import depth_at
from twin.quantities import NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A way between two places, as the water stands at one second."""

    #: Deepest water on it, the head where it is known [m].
    deepest_m: float
    #: Streets in order, each once in a row; those without a name left out.
    streets: tuple[str, ...]


def least_water(access: Access, start: tuple[int, float], to: tuple[int, float], t_s: int) -> Clearance | None:
    """Give the way whose deepest water is least, of those the shortest; None where streets closed by order leave none.

    No limit of a vehicle counts: it is the way for a boat, or for whoever wades higher. Bridges carry no depth.

    Parameters
    ----------
    access
        The streets in the water.
    start, to
        Edge and metre of both ends.
    t_s
        The second at which all depths are read.
    """
    if start[0] == NONE or to[0] == NONE:
        return None
    roads, net = access.roads, access.network

    def depth_um(edge: int) -> int:
        return int(depth_at(roads, edge, min(max(t_s, 0), access.duration_s)))

    def is_ordered(edge: int) -> bool:
        return any(roads.closed_from[i] <= t_s < roads.closed_to[i]
                   for i in range(int(roads.closed[edge]), int(roads.closed[edge + 1])))

    if is_ordered(start[0]) or is_ordered(to[0]):
        return None
    first_um, last_um = depth_um(start[0]), depth_um(to[0])
    if start[0] == to[0]:
        return Clearance(deepest_m=first_um * 1e-6, streets=_named(access, (start[0],)))
    length_m = net.length_m
    queue: list[tuple[int, float, int, tuple[int, ...]]] = [
        (first_um, start[1], int(net.start[start[0]]), (start[0],)),
        (first_um, float(length_m[start[0]]) - start[1], int(net.end[start[0]]), (start[0],))]
    heapq.heapify(queue)
    left: set[int] = set()
    ends = (int(net.start[to[0]]), int(net.end[to[0]]))
    while queue:
        most_um, metres, node, edges = heapq.heappop(queue)
        if node in left:
            continue
        left.add(node)
        if node in ends:
            return Clearance(deepest_m=max(most_um, last_um) * 1e-6, streets=_named(access, (*edges, to[0])))
        for i in range(int(roads.offsets[node]), int(roads.offsets[node + 1])):
            edge, other = int(roads.edge[i]), int(roads.other[i])
            if other not in left and not is_ordered(edge):
                heapq.heappush(queue, (max(most_um, depth_um(edge)), metres + float(length_m[edge]), other,
                                       (*edges, edge)))
    return None


def _named(access: Access, edges: tuple[int, ...]) -> tuple[str, ...]:
    return in_a_row(access.network.name_of(edge) for edge in edges)
