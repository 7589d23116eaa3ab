"""Streets over time: when each edge is closed, and by which edges a place is reached from a base."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray, FloatArray, Int32Array, Int64Array, column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Closed:
    """When edges are closed, (C,) each, sorted by edge, then start."""

    edge: Int32Array
    #: First second closed, and first second open again; -1: not within the run [s].
    start_s: Int64Array
    end_s: Int64Array
    #: Whether an order closes it at some second of that time; else the water alone does.
    is_ordered: BoolArray
    #: Deepest water in that time, and the highest total head: the same where no velocity is known [m].
    depth_m: FloatArray
    head_m: FloatArray

    def __len__(self) -> int:
        return len(self.edge)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ways:
    """By which edges assets are reached from one base, (W,) each, sorted by asset, then start.

    A row begins where the way becomes another one. Between two rows of an asset that do not meet there is no way.
    """

    asset: Int32Array
    #: First departure looked at that goes this way, and the first after it that does not; -1: all later ones do [s].
    start_s: Int64Array
    end_s: Int64Array
    #: Seconds that the trip takes at the first of them.
    trip_s: Int32Array
    #: The edges of row ``w``, in order, are ``edge[offsets[w]:offsets[w + 1]]``.
    offsets: Int64Array
    edge: Int32Array

    def __len__(self) -> int:
        return len(self.asset)

    @classmethod
    def of(cls, rows: Int64Array, offsets: Int64Array, edge: Int32Array, depart_s: Int64Array, assets: Int32Array
           ) -> Ways:
        """Give the ways from the rows of ``changing_ways``: place, departure, seconds, number of the row."""
        rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
        following = np.append(rows[1:], [[NONE, 0, 0, 0]], axis=0)
        end_s = np.where(following[:, 0] == rows[:, 0], depart_s[following[:, 1]], NONE)
        has_way = rows[:, 2] != NONE
        rows, end_s = rows[has_way], end_s[has_way]
        sizes = np.diff(offsets)[rows[:, 3]]
        ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        source = np.repeat(offsets[:-1][rows[:, 3]] - ends[:-1], sizes) + np.arange(ends[-1])
        return cls(asset=column(assets[rows[:, 0]], np.int32), start_s=column(depart_s[rows[:, 1]], np.int64),
                   end_s=column(end_s, np.int64), trip_s=column(rows[:, 2], np.int32), offsets=column(ends, np.int64),
                   edge=column(edge[source], np.int32))
