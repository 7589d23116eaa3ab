"""The 2D flow in time: local inertia with implicit vector friction (LIE-IV), float32, fused, on active spans of rows.

Order of a step: faces and water in one sweep over the old state (``flow_sweep`` for flat cells, ``flow_subgrid`` for
coarse cells over a fine terrain), special faces (edges, barriers), repair of overdrawn cells, sources, transfers.
Nothing here allocates, reads a clock or knows a file. Layout and groups of arrays: ``flow_arrays``. Equations:
docs/verification.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.kernels.flow.arrays import (
    COLLAPSED,
    DEPTH,
    DT_LEAST,
    NOT_FINITE,
    RAIN_MADE,
    SPEED,
    STATUS,
    STEPS,
    TIME,
    Fields,
    Moves,
    Rule,
    Scalar,
    Series,
    Sources,
    Spans,
    Special,
    Tally,
    f32,
)
from twin.kernels.flow.face import of_bits
from twin.kernels.flow.structures import (
    clear_special,
    count_special,
    mark_special,
    move,
    pour,
    repair,
    special_faces,
    step_for_places,
)
from twin.kernels.flow.subgrid import sweep_subgrid
from twin.kernels.flow.sweep import sweep
from twin.kernels.jit import jit
from twin.quantities import BoolArray, Float32Array, FloatArray, Int32Array


@jit(nogil=True, error_model="numpy")
def advance(spans: Spans, old: Fields, new: Fields, flat: Any, grid: Any, special: Special, sources: Sources,
        moves: Moves, series: Series, weight: Float32Array, carry: Float32Array, rain_t: FloatArray,
        rain_m: FloatArray, tally: Tally, overdrawn: BoolArray, tops: Int32Array, rule: Rule, stop: Scalar,
        slow_at: Scalar, slow_s: Scalar, most_steps: Scalar) -> Scalar:
    """Step from ``clock[TIME]`` to ``stop``, or until the slow clock is due, or over ``most_steps`` steps.

    Gives the number of steps; after an odd number the caller swaps ``old`` with ``new``. The slow clock is due when the
    next step would end more than ``slow_s`` after ``slow_at``.

    flat, grid
        ``Flat`` and None, or None and ``Subgrid``. A branch that asks ``is not None`` of what is None is not compiled.
    weight
        Share of the rain that each cell gets.
    carry
        What float32 could not add to each cell yet [m].
    rain_t, rain_m
        Rain fallen up to each time [m], linear between.
    """
    clock = tally.clock
    dx = rule.cell_m
    steps = 0
    while steps < most_steps and clock[TIME] < stop:
        t = clock[TIME]
        wave = np.sqrt(9.80665 * clock[DEPTH])
        wave = wave + clock[SPEED] if rule.advection else max(wave, 5.0 / 3.0 * clock[SPEED])
        limit = rule.cfl * dx / wave if wave > 0.0 else 1e9
        # What happens at single places is looked up over this step, not over the hours that still water would allow.
        limit = min(limit, rule.dt_most_s)
        if flat is not None:
            limit = step_for_places(special, sources, moves, series, None, t, limit, dx, rule.cfl)
        if grid is not None:
            limit = step_for_places(special, sources, moves, series, grid.storage, t, limit, dx, rule.cfl)
        if not limit < np.inf:
            clock[STATUS] = NOT_FINITE
            return steps
        if limit < min(rule.dt_least_s, rule.dt_most_s):
            clock[STATUS] = COLLAPSED
            return steps
        dt = limit
        if t > slow_at and t + dt > slow_at + slow_s:
            return steps
        # Near the stop the rest is cut into equal steps. Steps that swing to and fro feed energy into waves that the
        # scheme itself keeps neutral (seen in EA1s), so nothing else bends them.
        left = stop - t
        if left < 4.0 * dt:
            dt = left / np.ceil(left / dt)
        # Rain that is due less what was given so far in float32: nothing drifts over a million steps.
        due = np.interp(t + dt, rain_t, rain_m) - clock[RAIN_MADE] if len(rain_t) else 0.0
        rain = f32(due) if due > 0.0 else f32(0)
        clock[RAIN_MADE] += np.float64(rain)
        clear_special(special, new)
        if flat is not None:
            sweep(spans, old, new, flat, old.ux, old.uy, new.ux, new.uy, weight, carry, overdrawn, tops, f32(dt),
                  f32(dx), rain, f32(rule.theta), f32(rule.film_m))
        if grid is not None:
            reach = f32((rule.cfl * dx / dt) ** 2 / 9.80665)
            sweep_subgrid(spans, old, new, grid.storage, grid.x, grid.y, grid.level, grid.free, grid.left, old.ux,
                          old.uy, new.ux, new.uy, weight, carry, overdrawn, tops, f32(dt), f32(dx), rain,
                          f32(rule.theta), f32(rule.film_m), reach)
        speed, depth = np.int32(0), np.int32(0)
        for job in range(len(spans.strip)):
            speed, depth = max(speed, tops[job, 0]), max(depth, tops[job, 1])
        clock[SPEED], clock[DEPTH] = np.float64(of_bits(speed)), np.float64(of_bits(depth))
        if len(special.i):
            if flat is not None:
                special_faces(special, series, old.h, old.h, old, new, tally, new.ux, new.uy, dt, dx,
                              rule.film_m)
            if grid is not None:
                special_faces(special, series, grid.level, grid.free, old, new, tally, new.ux, new.uy, dt, dx,
                              rule.film_m)
            mark_special(special, new.h, overdrawn)
        repair(overdrawn, new, carry, clock, dt, dx)
        count_special(special, new, tally.passed, dt, dx)
        pour(sources, series, new.h, carry, tally.made, t, dt, dx)
        if flat is not None:
            move(moves, None, new.h, carry, tally.moved, t, dt, dx)
        if grid is not None:
            move(moves, grid, new.h, carry, tally.moved, t, dt, dx)
        old, new = new, old
        clock[TIME] = stop if dt == left else t + dt
        clock[STEPS] += 1.0
        clock[DT_LEAST] = min(clock[DT_LEAST], limit)
        steps += 1
    return steps
