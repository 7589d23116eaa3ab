"""Kernels that finish the tables of a run: contributors in compressed rows, peaks during outages."""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import jit
from twin.quantities import Float32Array, Int32Array, Int64Array


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
