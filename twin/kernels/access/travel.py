"""Fastest ways along streets whose water changes: Dijkstra over arrays, each edge read as it is entered.

Every junction is left at the second at which it is first reached: nobody waits on the road. Where a street opens
later, waiting could be faster; whoever wants that sets out later.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.access.roads import CURVE_C, Limits, Roads, speed_on
from twin.kernels.jit import jit
from twin.quantities import FloatArray, Int32Array, Int64Array


@jit(nogil=True)
def _seconds(metres: float, kmh: float) -> float:
    return np.inf if kmh == 0.0 else metres * 3.6 / kmh


@jit(nogil=True)
def drive(roads: Roads, limits: Limits, edge: int, metre: float, depart_s: float, arrival_s: FloatArray,
          via: Int32Array, heap_s: FloatArray, heap_n: Int32Array) -> None:
    """Find when each junction is first reached.

    Parameters
    ----------
    roads, limits
        The streets, and from which depth on the vehicle enters none.
    edge, metre
        Where it stands: an edge, and how far from its start [m].
    depart_s
        When it leaves [s].
    arrival_s
        Out: (N,) [s]; inf where there is no way.
    via
        Out: edge by which each junction is reached, (N,); -1 none, -2 along the edge on which the vehicle stood.
    heap_s, heap_n
        Room for the queue, (2 E + 2,) each.
    """
    arrival_s[:] = np.inf
    via[:] = -1
    count = 0
    for side in range(2):
        node = roads.start[edge] if side == 0 else roads.end[edge]
        metres = metre if side == 0 else roads.length_m[edge] - metre
        lasts_s = 0.0 if metres <= 0.0 else _seconds(metres, speed_on(roads, limits, edge, depart_s))
        if depart_s + lasts_s < arrival_s[node]:
            arrival_s[node] = depart_s + lasts_s
            via[node] = -1 if metres <= 0.0 else -2
            count = _push(heap_s, heap_n, count, arrival_s[node], node)
    while count > 0:
        t, node = heap_s[0], heap_n[0]
        count = _pop(heap_s, heap_n, count)
        if t > arrival_s[node]:
            continue
        for i in range(roads.offsets[node], roads.offsets[node + 1]):
            other, e = roads.other[i], roads.edge[i]
            # Speed is bounded: who cannot be first is not looked at.
            if t + roads.length_m[e] * 3.6 / roads.limit_kmh[e] >= arrival_s[other]:
                continue
            if roads.wet[e] < 0 and roads.closed[e] == roads.closed[e + 1]:
                # Most streets are dry all night: what cannot be slower is not asked for.
                reached_s = t + roads.length_m[e] * 3.6 / min(roads.limit_kmh[e], CURVE_C)
            else:
                reached_s = t + _seconds(roads.length_m[e], speed_on(roads, limits, e, t))
            if reached_s < arrival_s[other]:
                arrival_s[other] = reached_s
                via[other] = e
                count = _push(heap_s, heap_n, count, reached_s, other)


@jit(nogil=True)
def _push(heap_s: FloatArray, heap_n: Int32Array, count: int, t: float, node: int) -> int:
    i = count
    while i > 0:
        parent = (i - 1) >> 1
        if heap_s[parent] < t or (heap_s[parent] == t and heap_n[parent] <= node):
            break
        heap_s[i], heap_n[i] = heap_s[parent], heap_n[parent]
        i = parent
    heap_s[i], heap_n[i] = t, node
    return count + 1


@jit(nogil=True)
def _pop(heap_s: FloatArray, heap_n: Int32Array, count: int) -> int:
    count -= 1
    t, node = heap_s[count], heap_n[count]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= count:
            break
        if child + 1 < count and (heap_s[child + 1] < heap_s[child] or (
                heap_s[child + 1] == heap_s[child] and heap_n[child + 1] < heap_n[child])):
            child += 1
        if t < heap_s[child] or (t == heap_s[child] and node <= heap_n[child]):
            break
        heap_s[i], heap_n[i] = heap_s[child], heap_n[child]
        i = child
    heap_s[i], heap_n[i] = t, node
    return count


@jit(nogil=True)
def reached_at(edge: int, metre: float, depart_s: float, to_edge: int, to_metre: float, ends_s: tuple[float, float],
               speeds: tuple[float, float, float], length_m: float) -> tuple[float, int]:
    """Give when a place is reached [s], inf never, and by which end of its edge: 0 start, 1 end, 2 along the edge.

    Parameters
    ----------
    edge, metre, depart_s
        Where the vehicle stood, and when it left.
    to_edge, to_metre
        The place.
    ends_s
        When both ends of the place's edge are reached.
    speeds
        Speed on it as entered from its start, from its end and at departure [km/h]; 0 closed.
    length_m
        Its length.
    """
    best, side = np.inf, -1
    for end in range(2):
        metres = to_metre if end == 0 else length_m - to_metre
        t = ends_s[end] + (0.0 if metres <= 0.0 else _seconds(metres, speeds[end]))
        if t < best:
            best, side = t, end
    if to_edge == edge:
        metres = abs(to_metre - metre)
        t = depart_s + (0.0 if metres <= 0.0 else _seconds(metres, speeds[2]))
        if t <= best and t < np.inf:
            best, side = t, 2
    return best, side


@jit(nogil=True)
def _speeds(roads: Roads, limits: Limits, e: int, depart_s: float, arrival_s: FloatArray
            ) -> tuple[float, float, float]:
    """Give the speeds on an edge as entered from its start, from its end, and at departure; 0 where never."""
    from_start, from_end = arrival_s[roads.start[e]], arrival_s[roads.end[e]]
    return (0.0 if from_start == np.inf else speed_on(roads, limits, e, from_start),
            0.0 if from_end == np.inf else speed_on(roads, limits, e, from_end),
            speed_on(roads, limits, e, depart_s))


@jit(nogil=True)
def whole_seconds(lasts_s: float) -> int:
    """Round a trip up to a whole second, once; -1 where there is no way."""
    return -1 if lasts_s == np.inf else int(np.ceil(lasts_s - 1e-6))


@jit(nogil=True)
def trips(roads: Roads, limits: Limits, edge: int, metre: float, depart_s: Int64Array, to_edge: Int32Array,
          to_metre: FloatArray, lasts_s: Int32Array) -> None:
    """Find how long it takes to each of many places, leaving at each of many seconds.

    Parameters
    ----------
    depart_s
        Seconds of departure, (T,).
    to_edge, to_metre
        The places, (P,); edge -1 off every street.
    lasts_s
        Out: (T, P) [s], rounded up; -1 where there is no way.
    """
    n, room = len(roads.offsets) - 1, 2 * len(roads.start) + 4
    arrival_s, via = np.empty(n), np.empty(n, np.int32)
    heap_s, heap_n = np.empty(room), np.empty(room, np.int32)
    edges = np.unique(to_edge[to_edge >= 0])
    speeds = np.zeros((len(roads.start), 3))
    for i in range(len(depart_s)):
        left_s = float(depart_s[i])
        drive(roads, limits, edge, metre, left_s, arrival_s, via, heap_s, heap_n)
        for e in edges:
            speeds[e, 0], speeds[e, 1], speeds[e, 2] = _speeds(roads, limits, e, left_s, arrival_s)
        for p in range(len(to_edge)):
            e = to_edge[p]
            if e < 0:
                lasts_s[i, p] = -1
                continue
            t, _ = reached_at(edge, metre, left_s, e, to_metre[p], (arrival_s[roads.start[e]], arrival_s[roads.end[e]]),
                              (speeds[e, 0], speeds[e, 1], speeds[e, 2]), roads.length_m[e])
            lasts_s[i, p] = whole_seconds(t - left_s)


@jit(nogil=True)
def _walked(roads: Roads, via: Int32Array, edge: int, to_edge: int, to_metre: float, side: int) -> list[np.int32]:
    """Give the edges of a trip from its end to its start, after a 0 that is none; ``side`` as ``reached_at`` has it."""
    edges = [np.int32(0)]
    if side == 2:
        edges.append(np.int32(edge))
        return edges
    node = roads.start[to_edge] if side == 0 else roads.end[to_edge]
    if (to_metre if side == 0 else roads.length_m[to_edge] - to_metre) > 0.0:
        edges.append(np.int32(to_edge))
    while via[node] >= 0:
        e = via[node]
        edges.append(np.int32(e))
        node = roads.end[e] if roads.start[e] == node else roads.start[e]
    if via[node] == -2:
        edges.append(np.int32(edge))
    return edges


@jit(nogil=True)
def way(roads: Roads, limits: Limits, edge: int, metre: float, depart_s: int, to_edge: int, to_metre: float
        ) -> tuple[int, Int32Array]:
    """Give the seconds of one trip, -1 where there is no way, and the edges driven, in order."""
    n, room = len(roads.offsets) - 1, 2 * len(roads.start) + 4
    arrival_s, via = np.empty(n), np.empty(n, np.int32)
    drive(roads, limits, edge, metre, float(depart_s), arrival_s, via, np.empty(room), np.empty(room, np.int32))
    ends_s = (arrival_s[roads.start[to_edge]], arrival_s[roads.end[to_edge]])
    t, side = reached_at(edge, metre, float(depart_s), to_edge, to_metre, ends_s,
                         _speeds(roads, limits, to_edge, float(depart_s), arrival_s), roads.length_m[to_edge])
    if t == np.inf:
        return -1, np.empty(0, np.int32)
    edges = _walked(roads, via, edge, to_edge, to_metre, side)
    return whole_seconds(t - depart_s), np.array(edges[:0:-1], np.int32)


@jit(nogil=True)
def changing_ways(roads: Roads, limits: Limits, edge: int, metre: float, depart_s: Int64Array, to_edge: Int32Array,
                  to_metre: FloatArray) -> tuple[Int32Array, Int32Array, Int32Array, Int64Array, Int32Array]:
    """Find by which edges each of many places is reached, wherever that changes from one departure to the next.

    Parameters
    ----------
    depart_s
        Seconds of departure, (T,), increasing.
    to_edge, to_metre
        The places, (P,); edge -1 off every street.

    Returns
    -------
    Of each change, by departure, then place: place, departure, seconds of the trip (-1: no way any more), offsets and
    edges driven, in order. A place that cannot be reached at first has no row before it can.
    """
    n, room = len(roads.offsets) - 1, 2 * len(roads.start) + 4
    arrival_s, via = np.empty(n), np.empty(n, np.int32)
    heap_s, heap_n = np.empty(room), np.empty(room, np.int32)
    place, at, lasts_s, offsets, found = ([np.int32(0)], [np.int32(0)], [np.int32(0)], [np.int64(0)], [np.int32(0)])
    last = [np.zeros(0, np.int32) for _ in range(len(to_edge))]
    for i in range(len(depart_s)):
        left_s = float(depart_s[i])
        drive(roads, limits, edge, metre, left_s, arrival_s, via, heap_s, heap_n)
        for p in range(len(to_edge)):
            e = to_edge[p]
            if e < 0:
                continue
            ends_s = (arrival_s[roads.start[e]], arrival_s[roads.end[e]])
            t, side = reached_at(edge, metre, left_s, e, to_metre[p], ends_s,
                                 _speeds(roads, limits, e, left_s, arrival_s), roads.length_m[e])
            edges = np.zeros(0, np.int32)
            if t < np.inf:
                # A place where one stands already is reached by the edge that one stands on.
                walked = _walked(roads, via, edge, e, to_metre[p], side)
                edges = np.array(walked[:0:-1], np.int32) if len(walked) > 1 else np.full(1, edge, np.int32)
            if len(edges) == len(last[p]) and np.all(edges == last[p]):
                continue
            last[p] = edges
            place.append(np.int32(p))
            at.append(np.int32(i))
            lasts_s.append(np.int32(whole_seconds(t - left_s)))
            found.extend(edges)
            offsets.append(np.int64(len(found) - 1))
    return (np.array(place[1:], np.int32), np.array(at[1:], np.int32), np.array(lasts_s[1:], np.int32),
            np.array(offsets, np.int64), np.array(found[1:], np.int32))
