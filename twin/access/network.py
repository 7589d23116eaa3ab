"""Street network: junctions, the edges between them, and the places of assets along them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array, column

#: An asset this near a junction stands on it [m].
AT_JUNCTION_M = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class StreetNetwork:
    """Edges between junctions, both ways: N junctions, E edges. One-way streets are driven both ways in a flood."""

    #: Junctions at the ends of each edge, (E,).
    start: Int32Array
    end: Int32Array
    #: [m], (E,); above 0.
    length_m: FloatArray
    #: Speed limit [km/h], (E,); and whether it is an assumption by rank.
    limit_kmh: FloatArray
    is_limit_assumed: BoolArray
    #: On a bridge as a whole: it carries no depth. Under something: it does, as any other.
    is_bridge: BoolArray
    is_underpass: BoolArray
    #: Place of each edge's name in ``names``, (E,); -1 without one.
    street: Int32Array
    names: tuple[str, ...]
    #: Number of junctions.
    junctions: int
    #: Streets of the city that are left out, since no vehicle drives there; edges that cross water on the map without
    #: a bridge that the city knows: they carry the depth of the river, and close.
    not_driven: int = 0
    over_rivers: int = 0

    def __len__(self) -> int:
        return len(self.start)

    def __repr__(self) -> str:
        return f"StreetNetwork: {self.junctions:,} junctions, {len(self):,} edges"

    @cached_property
    def adjacency(self) -> tuple[Int64Array, Int32Array, Int32Array]:
        """Give the edges at each junction, compressed: offsets (N + 1,), edge and junction at its other end, (2 E,)."""
        node = np.concatenate([self.start, self.end])
        order = np.argsort(node, kind="stable")
        offsets = np.zeros(self.junctions + 1, np.int64)
        np.cumsum(np.bincount(node, minlength=self.junctions), out=offsets[1:])
        edge = np.concatenate([np.arange(len(self)), np.arange(len(self))])[order].astype(np.int32)
        return offsets, edge, np.concatenate([self.end, self.start])[order].astype(np.int32)

    def name_of(self, edge: int) -> str:
        """Give the name of an edge's street; empty where it has none."""
        return "" if self.street[edge] == NONE else self.names[self.street[edge]]

    def edges_of(self, street: str) -> Int32Array:
        """Give the edges of a street."""
        code = self.names.index(street) if street in self.names else -2
        return np.flatnonzero(self.street == code).astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where assets stand along the streets, (A,) each."""

    #: -1: too far from every street.
    edge: Int32Array
    #: Metres from the edge's start; exactly 0 or the edge's length at a junction.
    metre: FloatArray
    #: Metres from the street.
    off_m: FloatArray

    @classmethod
    def of(cls, network: StreetNetwork, edge: Int32Array, metre: FloatArray, off_m: FloatArray) -> Places:
        """Put places on their edges; one at a hand's breadth of a junction stands on it."""
        length_m = network.length_m[edge] if len(network) else np.zeros(len(edge))
        metre = np.where(metre <= AT_JUNCTION_M, 0.0, np.where(length_m - metre <= AT_JUNCTION_M, length_m, metre))
        return cls(edge=column(edge, np.int32), metre=column(metre, np.float64), off_m=column(off_m, np.float64))
