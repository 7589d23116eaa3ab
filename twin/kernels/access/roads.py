"""Streets as arrays: depth, speed and closing of an edge at a second."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array

#: Speed over depth of standing water, w in mm: 0.0009 w² - 0.5529 w + 86.9448 [km/h]. It has no root and rises again
#: from 307 mm on: it is never evaluated at or above a closing limit, and none of those is above 300 mm.
#: Source: Pregnolato et al. 2017, doi:10.1016/j.trd.2017.06.020 (cars).
CURVE_A, CURVE_B, CURVE_C = 0.0009, -0.5529, 86.9448


class Roads(NamedTuple):
    """A network and its water. N junctions, E edges, W edges that ever stand in water."""

    #: Edges at junction ``n`` are ``edge[offsets[n]:offsets[n + 1]]``, the junction at their other end in ``other``.
    offsets: Int64Array
    edge: Int32Array
    other: Int32Array
    #: Junctions at the ends of each edge, its length and limit, (E,).
    start: Int32Array
    end: Int32Array
    length_m: FloatArray
    limit_kmh: FloatArray
    #: Row of each edge in the series, (E,); -1 always dry.
    wet: Int32Array
    #: Depths over time: see ``twin.water.depths.DepthSeries``.
    first: Int32Array
    depth_offsets: Int64Array
    depth_um: Int32Array
    knot_s: Int64Array
    knot_frame: Int32Array
    #: Closed by order from ``closed_from`` until before ``closed_to``, [s]; edge ``e``: ``closed[e]:closed[e + 1]``.
    closed: Int64Array
    closed_from: Int64Array
    closed_to: Int64Array


class Limits(NamedTuple):
    """Depth from which a vehicle enters no edge, over time: a step function, the first step at or before 0."""

    from_s: Int64Array
    depth_um: Int64Array


@jit(nogil=True)
def frame_um(roads: Roads, row: int, frame: int) -> int:
    """Give the depth of a series at a frame [µm]; 0 outside of what it holds."""
    place = frame - roads.first[row]
    if frame < 0 or place < 0 or place >= roads.depth_offsets[row + 1] - roads.depth_offsets[row]:
        return 0
    return int(roads.depth_um[roads.depth_offsets[row] + place])


@jit(nogil=True)
def depth_at(roads: Roads, e: int, t: int) -> int:
    """Give the depth on an edge at a whole second [µm]: linear between frames, as at every asset."""
    row = roads.wet[e]
    if row < 0 or len(roads.knot_s) == 0:
        return 0
    k = min(max(int(np.searchsorted(roads.knot_s, t, side="right")) - 1, 0), len(roads.knot_s) - 1)
    following = min(k + 1, len(roads.knot_s) - 1)
    d0 = frame_um(roads, row, roads.knot_frame[k])
    span = roads.knot_s[following] - roads.knot_s[k]
    if span == 0:
        return d0
    d1 = frame_um(roads, row, roads.knot_frame[following])
    return int((d0 * span + (d1 - d0) * (t - roads.knot_s[k])) // span)


@jit(nogil=True)
def limit_at(limits: Limits, t: int) -> int:
    """Give the closing limit of a second [µm]."""
    return int(limits.depth_um[max(int(np.searchsorted(limits.from_s, t, side="right")) - 1, 0)])


@jit(nogil=True)
def is_open(roads: Roads, limits: Limits, e: int, t: int) -> bool:
    """Tell whether an edge may be entered at a second."""
    for i in range(roads.closed[e], roads.closed[e + 1]):
        if roads.closed_from[i] <= t < roads.closed_to[i]:
            return False
    return bool(depth_at(roads, e, t) < limit_at(limits, t))


@jit(nogil=True)
def speed_on(roads: Roads, limits: Limits, e: int, entered_s: float) -> float:
    """Give the speed on an edge that is entered at a moment [km/h]; 0 where it is closed."""
    if roads.wet[e] < 0 and roads.closed[e] == roads.closed[e + 1]:
        # Most streets are dry all night.
        return float(min(roads.limit_kmh[e], CURVE_C))
    t = int(np.floor(entered_s + 1e-6))
    for i in range(roads.closed[e], roads.closed[e + 1]):
        if roads.closed_from[i] <= t < roads.closed_to[i]:
            return 0.0
    um = depth_at(roads, e, t)
    if um >= limit_at(limits, t):
        return 0.0
    w = um * 1e-3
    return float(min(roads.limit_kmh[e], CURVE_A * w * w + CURVE_B * w + CURVE_C))


@jit(nogil=True)
def turns(roads: Roads, limits: Limits, until_s: int) -> tuple[Int32Array, Int64Array, BoolArray]:
    """Give every second within (0, until_s] at which an edge closes or opens: edge, second, whether it is open then.

    The seconds looked at are those in which the depth of an edge reaches a limit or falls below it, a limit changes, or
    a closing by order begins or ends. Sorted by edge alone, with repeats.
    """
    edge, second, opens = [np.int32(0)], [np.int64(0)], [True]
    levels = np.unique(limits.depth_um)
    for e in range(len(roads.start)):
        row = roads.wet[e]
        asked = [np.int64(0)]
        if row >= 0:
            for k in range(len(roads.knot_s) - 1):
                d0, d1 = frame_um(roads, row, roads.knot_frame[k]), frame_um(roads, row, roads.knot_frame[k + 1])
                span = roads.knot_s[k + 1] - roads.knot_s[k]
                for level in levels:
                    if d0 >= level > d1:
                        # floor((d0 span - fall x) / span) < level first where fall x > (d0 - level) span
                        asked.append(np.int64(roads.knot_s[k] + (d0 - level) * span // (d0 - d1) + 1))
                    elif d1 >= level > d0:
                        # floor((d0 span + rise x) / span) >= level first where rise x >= (level - d0) span
                        asked.append(np.int64(roads.knot_s[k] - (d0 - level) * span // (d1 - d0)))
            asked.extend(limits.from_s)
        for i in range(roads.closed[e], roads.closed[e + 1]):
            asked.append(np.int64(roads.closed_from[i]))
            asked.append(np.int64(roads.closed_to[i]))
        for t in asked[1:]:
            if 0 < t <= until_s:
                now = is_open(roads, limits, e, int(t))
                if now != is_open(roads, limits, e, int(t) - 1):
                    edge.append(np.int32(e))
                    second.append(t)
                    opens.append(now)
    return np.array(edge[1:], np.int32), np.array(second[1:], np.int64), np.array(opens[1:], np.bool_)


@jit(nogil=True)
def deepest(roads: Roads, e: int, from_s: int, to_s: int) -> int:
    """Give the greatest depth on an edge within [from_s, to_s] [µm]."""
    most = max(depth_at(roads, e, from_s), depth_at(roads, e, to_s))
    for t in roads.knot_s:
        if from_s < t < to_s:
            most = max(most, depth_at(roads, e, t))
    return most
