"""Legs: the pieces of edges that a trip drives, with the metres between which it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twin.access.network import StreetNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One edge of a trip."""

    edge: int
    #: Metres from the edge's start at which it is entered and left; the first may be the larger.
    from_m: float
    to_m: float
    #: Seconds from the start of the run.
    entered_s: float
    left_s: float


def along(network: StreetNetwork, start: tuple[int, float], to: tuple[int, float], edges: Sequence[int]
          ) -> Iterator[tuple[int, float, float]]:
    """Give each edge of a way with the metres at which it is entered and left.

    Parameters
    ----------
    network
        The streets.
    start, to
        Edge and metre of both ends; a place at a junction may name another edge of it than the one that is driven.
    edges
        The edges driven, in order.
    """
    edge, metre = start
    for place, e in enumerate(edges):
        length_m, ends = float(network.length_m[e]), (int(network.start[e]), int(network.end[e]))
        from_m = metre if e == edge else 0.0 if ends[0] == _node(network, edge, metre) else length_m
        if place < len(edges) - 1:
            following = edges[place + 1]
            others = (int(network.start[following]), int(network.end[following]))
            # Between two streets that meet at both ends, the far one.
            to_m = length_m if ends[1] in others and (ends[0] not in others or from_m == 0.0) else 0.0
        else:
            to_m = to[1] if e == to[0] else 0.0 if ends[0] == _node(network, *to) else length_m
        yield e, from_m, to_m
        edge, metre = e, to_m


def _node(network: StreetNetwork, edge: int, metre: float) -> int:
    """Give the junction at which a place stands."""
    return int(network.start[edge] if metre == 0.0 else network.end[edge])
