"""Streets as a net: the nearest supplier along streets, for links that no file holds.

Cables follow streets. Every consumer and every supplier is put on its nearest street segment; distances run along the
net from all suppliers at once (one Dijkstra with many sources).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from twin.quantities import NONE, FloatArray, Int64Array, TextArray

#: Ends of streets nearer than this are one node [m]: digitised ends seldom meet to the millimetre.
SNAP_M = 0.5
#: Farther from every street than this, an asset does not stand on one [m].
OFF_STREET_M = 150.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StreetNet:
    """Segments of streets between nodes."""

    #: Ends of each segment, (S, 2, 2) [m].
    ends: FloatArray
    #: Node of each end, (S, 2).
    nodes: Int64Array
    #: Number of nodes.
    size: int
    #: Index over the segments.
    tree: shapely.STRtree

    @classmethod
    def of(cls, lines: TextArray) -> StreetNet | None:
        """Give the net of lines (multi-lines and outlines of squares too), ``None`` where there is none."""
        parts = shapely.get_parts(lines[~shapely.is_missing(lines)])
        parts = np.concatenate([parts[np.isin(shapely.get_type_id(parts), (1, 2))],
                                shapely.boundary(parts[shapely.get_type_id(parts) == 3])])
        parts = shapely.get_parts(parts)
        points, line = shapely.get_coordinates(parts, return_index=True)
        if len(points) < 2:
            return None
        inside = line[1:] == line[:-1]
        ends = np.stack([points[:-1][inside], points[1:][inside]], axis=1)
        ends = ends[np.hypot(*(ends[:, 1] - ends[:, 0]).T) > 0]
        if not len(ends):
            return None
        keys = np.round(ends.reshape(-1, 2) / SNAP_M).astype(np.int64)
        _, nodes = np.unique(keys, axis=0, return_inverse=True)
        return cls(ends=ends, nodes=nodes.reshape(-1, 2), size=int(nodes.max()) + 1,
                   tree=shapely.STRtree(shapely.linestrings(ends)))

    def project(self, points: FloatArray) -> tuple[Int64Array, FloatArray, FloatArray]:
        """Give the nearest segment of each point (-1 too far), how far along it, and how far off it [m]."""
        segment = np.full(len(points), NONE, dtype=np.int64)
        which, hit = self.tree.query_nearest(shapely.points(points), max_distance=OFF_STREET_M, all_matches=False)
        segment[which] = hit
        a, b = self.ends[segment, 0], self.ends[segment, 1]
        along = b - a
        length = np.hypot(along[:, 0], along[:, 1])
        t = np.clip(((points - a) * along).sum(axis=1) / np.maximum(length, 1e-12) ** 2, 0, 1)
        off = np.hypot(*(points - (a + t[:, None] * along)).T)
        return segment, t * length, off

    def part(self, points: FloatArray) -> Int64Array:
        """Give the connected part of the net that each point stands on, (N,); -1 too far from every street."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        graph = csr_array((np.ones(len(self.nodes)), (self.nodes[:, 0], self.nodes[:, 1])),
                          shape=(self.size, self.size))
        parts = connected_components(graph, directed=False)[1]
        segment = self.project(points)[0]
        return np.where(segment == NONE, NONE, parts[self.nodes[segment, 0]])

    def nearest(self, consumers: FloatArray, suppliers: FloatArray,
                within_m: float) -> tuple[Int64Array, FloatArray]:
        """Give the supplier nearest along streets to each consumer, and how far it is.

        Parameters
        ----------
        consumers, suppliers
            Positions, (C, 2) and (S, 2) [m].
        within_m
            Farther suppliers do not count [m].

        Returns
        -------
        tuple
            Index of the supplier, (C,), -1 where none; distance from consumer to supplier, both ways to the street
            included, (C,) [m], NaN where none.
        """
        s_segment, s_along, s_off = self.project(suppliers)
        c_segment, c_along, c_off = self.project(consumers)
        length = np.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T)
        on = np.flatnonzero(s_segment != NONE)
        # one node more per supplier, tied to both ends of its segment
        tied = self.size + np.arange(len(on))
        start = np.concatenate([self.nodes[:, 0], tied, tied])
        stop = np.concatenate([self.nodes[:, 1], self.nodes[s_segment[on], 0], self.nodes[s_segment[on], 1]])
        weight = np.concatenate([length, s_along[on] + s_off[on], length[s_segment[on]] - s_along[on] + s_off[on]])
        total = self.size + len(on)
        reach, origin = _dijkstra(start, stop, np.maximum(weight, 1e-6), total, tied, within_m)
        best = np.full(len(consumers), np.inf)
        which = np.full(len(consumers), NONE, dtype=np.int64)
        placed = np.flatnonzero(c_segment != NONE)
        for end in (0, 1):
            node = self.nodes[c_segment[placed], end]
            way = c_along[placed] if end == 0 else length[c_segment[placed]] - c_along[placed]
            distance = reach[node] + way + c_off[placed]
            better = distance < best[placed]
            best[placed[better]] = distance[better]
            which[placed[better]] = on[origin[node[better]] - self.size]
        self._same_segment(consumers, suppliers, (c_segment, c_along, c_off), (s_segment, s_along, s_off), best, which)
        far = ~(best <= within_m)
        which[far], best[far] = NONE, np.nan
        return which, best

    def _same_segment(self, consumers: FloatArray, suppliers: FloatArray,
                      c: tuple[Int64Array, FloatArray, FloatArray], s: tuple[Int64Array, FloatArray, FloatArray],
                      best: FloatArray, which: Int64Array) -> None:
        """Let suppliers on a consumer's own segment compete: the way between them meets no node."""
        for supplier in np.flatnonzero(s[0] != NONE):
            here = np.flatnonzero(c[0] == s[0][supplier])
            distance = np.abs(c[1][here] - s[1][supplier]) + c[2][here] + s[2][supplier]
            better = distance < best[here]
            best[here[better]], which[here[better]] = distance[better], supplier


def _dijkstra(start: Int64Array, stop: Int64Array, weight: FloatArray, size: int, sources: Int64Array,
              limit: float) -> tuple[FloatArray, Int64Array]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    # parallel segments: the shortest one counts, a sparse matrix would add them up
    low, high = np.minimum(start, stop), np.maximum(start, stop)
    order = np.lexsort((weight, high, low))
    low, high, weight = low[order], high[order], weight[order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    first &= low != high
    graph = csr_array((weight[first], (low[first], high[first])), shape=(size, size))
    reach, _, origin = dijkstra(graph, directed=False, indices=sources, limit=limit, min_only=True,
                                return_predecessors=True)
    return reach, origin
