"""Exposure the slow way: look at every whole second of the horizon. Written from the rules, not from the code."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise


def depth_at(times_s, depths_um, t, after):
    """Depth of an asset at second ``t`` [µm], exactly; ``None`` while unknown. ``depths_um`` holds None for unknown."""
    if t <= times_s[0]:
        return depths_um[0]
    if t > times_s[-1]:
        return 0 if after == "dry" else depths_um[-1]
    for (t0, d0), (t1, d1) in pairwise(zip(times_s, depths_um, strict=True)):
        if t == t1:
            return d1
        if t0 <= t < t1:
            if t == t0:
                return d0
            return Fraction(d0 or 0) + Fraction((d1 or 0) - (d0 or 0)) * (t - t0) / (t1 - t0)
    raise AssertionError


def frame_depths(cells_m, members):
    """Depth of an asset at each frame [µm] (None unknown): the largest among its known cells."""
    depths = []
    for frame in cells_m:
        known = [frame[m] for m in members if not math.isnan(frame[m])]
        depths.append(round(max(known) * 1e6) if known else None)
    return depths


def crossings(times_s, depths_um, level_um, duration_s, after):
    """Every (second, is_up) at which the state "at or above the level" changes, from dry before second 0."""
    changes, was = [], False
    for t in range(duration_s):
        is_above = (depth_at(times_s, depths_um, t, after) or 0) >= level_um
        if is_above != was:
            changes.append((t, is_above))
        was = is_above
    return changes


def peak(times_s, depths_um, duration_s, after):
    """Peak over the closed horizon [µm] and the second at which it is first reached."""
    at = [math.floor(depth_at(times_s, depths_um, t, after) or 0) for t in range(duration_s + 1)]
    return max(at), at.index(max(at))


def unknown_seconds(times_s, depths_um, duration_s, after):
    """Seconds of the horizon whose frames, the one before and the one after, are not both known."""
    total = 0
    for t in range(duration_s):
        if t < times_s[0]:
            total += depths_um[0] is None
        elif t >= times_s[-1]:
            total += depths_um[-1] is None and (after == "hold" or t == times_s[-1])
        else:
            i = max(k for k, at in enumerate(times_s) if at <= t)
            total += depths_um[i] is None or depths_um[i + 1] is None
    return total
