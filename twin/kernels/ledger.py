"""Kernels that finish the tables of a run: who holds the outages that are open at the end, contributors, peaks."""

from __future__ import annotations

import numpy as np

from twin.kernels._jit import jit
from twin.kernels.cascade import (
    BUFFER,
    CUT,
    DAMAGE,
    EDGES,
    FACT,
    FACT_OUT,
    FAILED,
    FAILURE,
    GROUPS,
    IN_SERVICE,
    IN_USE,
    IS_CONTROL,
    LAST_LAMP,
    M_BUFFER_EMPTY,
    M_CUT,
    M_FAILED,
    M_FLOODED,
    M_SUPPLY_LOST,
    M_TRIPPED,
    O_ASSET,
    O_END,
    O_HELD,
    O_HELD_BY,
    O_ROOT,
    PROTECTION,
    SERVICE,
    SOUND,
    SUPPLIER,
    SWITCH,
    TRIP_LAMP,
    TRIPPED,
    WET_LAMPS,
    Graph,
    Table,
)
from twin.quantities import Float32Array, Int32Array, Int64Array


@jit()
def hold(graph: Graph, assets: Table, groups: Table, outages: Table) -> None:
    """Fill in what holds each outage that is open at the horizon: own condition first, else along the supply."""
    for o in range(len(outages)):
        if outages[o, O_END] >= 0:
            continue
        a = outages[o, O_ASSET]
        by = -1
        holder = -1
        steps = 0
        while holder < 0:
            own = -1
            if assets[a, DAMAGE] != SOUND:
                own = M_FLOODED
            elif assets[a, PROTECTION] == TRIPPED:
                own = M_TRIPPED
            elif assets[a, FACT] == FACT_OUT or assets[a, FAILURE] == FAILED:
                own = M_FAILED
            elif assets[a, SWITCH] == CUT:
                own = M_CUT
            if by < 0:
                by = own if own >= 0 else (M_BUFFER_EMPTY if graph.assets[a, BUFFER] > 0 else M_SUPPLY_LOST)
            if own == M_TRIPPED:
                # Lamps still wet: the one that opened it stands for them; all mended: the last of them.
                holder = assets[a, TRIP_LAMP] if assets[a, WET_LAMPS] > 0 else assets[a, LAST_LAMP]
            elif own >= 0:
                holder = a
            else:
                above = -1
                for g in range(graph.assets[a, GROUPS], graph.assets[a + 1, GROUPS]):
                    if above >= 0 or graph.groups[g, IS_CONTROL] or groups[g, IN_USE] >= 0:
                        continue
                    for e in range(graph.groups[g, EDGES], graph.groups[g + 1, EDGES]):
                        if assets[graph.edges[e, SUPPLIER], SERVICE] != IN_SERVICE:
                            above = graph.edges[e, SUPPLIER]
                            break
                steps += 1
                if above < 0 or steps > len(assets):
                    # A transfer runs, or a cycle holds itself down: what opened it stands for what holds it.
                    holder = outages[o, O_ROOT]
                a = above if above >= 0 else a
        outages[o, O_HELD_BY] = by
        outages[o, O_HELD] = holder


@jit()
def sorted_contributors(event: Int32Array, contributor: Int32Array, events: int) -> tuple[Int64Array, Int32Array]:
    """Give contributors in compressed rows, offsets (R + 1,) and rows, each event's own in increasing order."""
    offsets = np.zeros(events + 1, np.int64)
    for i in range(len(event)):
        offsets[event[i] + 1] += 1
    for r in range(events):
        offsets[r + 1] += offsets[r]
    filled = offsets[:-1].copy()
    found = np.empty(len(event), np.int32)
    for i in range(len(event)):
        # Insertion: an event has few contributors.
        j = filled[event[i]]
        filled[event[i]] += 1
        while j > offsets[event[i]] and found[j - 1] > contributor[i]:
            found[j] = found[j - 1]
            j -= 1
        found[j] = contributor[i]
    return offsets, found


@jit()
def peaks_during(start_s: Int64Array, end_s: Int64Array, peak_m: Float32Array, first: Int64Array, last: Int64Array,
                 from_s: Int64Array, until_s: Int64Array) -> Float32Array:
    """Give the largest peak of the wet periods ``first[i]:last[i]`` that meet [from, until), (O,) [m]; NaN for none."""
    peaks = np.full(len(from_s), np.nan, np.float32)
    for i in range(len(from_s)):
        for p in range(first[i], last[i]):
            if start_s[p] < until_s[i] and (end_s[p] < 0 or end_s[p] > from_s[i]) and not peaks[i] >= peak_m[p]:
                peaks[i] = peak_m[p]
    return peaks
