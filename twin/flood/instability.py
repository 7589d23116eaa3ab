"""Why a computation cannot go on: the cell that runs too fast, or what comes into one."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.flood.bed import Bed
from twin.flood.book import FlowUnstable
from twin.flood.domain import Domain
from twin.flood.packing import Packed
from twin.kernels.flow import arrays
from twin.kernels.flow.structures import step_for_places
from twin.quantities import FloatArray


def unstable(packed: Packed, rule: arrays.Rule, bed: Bed, fields: arrays.Fields, clock: FloatArray) -> FlowUnstable:
    """Find what stopped a run, the cell or what comes into one, and say why."""
    wave = np.sqrt(9.80665 * clock[arrays.DEPTH]) + 5.0 / 3.0 * clock[arrays.SPEED]
    if clock[arrays.STATUS] == arrays.COLLAPSED and wave * rule.dt_least_s < rule.cfl * rule.cell_m:
        return _asked_too_much(packed, rule, bed, float(clock[arrays.TIME]))
    h = fields.h[1:-1, 1:-1]
    speed = np.maximum(np.abs(fields.qx[1:-1, 1:-1]), np.abs(fields.qy[1:-1, 1:-1])) / np.maximum(h, 1e-4)
    lost = ~(np.isfinite(h) & np.isfinite(speed))
    measure = np.where(lost, np.inf, np.maximum(speed, np.sqrt(9.80665 * np.maximum(h, 0.0))))
    row, col = (int(v) for v in np.unravel_index(int(np.argmax(measure)), h.shape))
    if lost.any():
        cause = "a number was lost (not finite)"
    else:
        cause = f"water {float(h[row, col]):.2f} m deep moves at {float(speed[row, col]):.0f} m/s"
    return _at(row, col, bed.cells, float(clock[arrays.TIME]), cause, "Look at the terrain there (a pit, a spike, a "
               "void taken for a height) and at inflows and levels nearby.")


def _at(row: int, col: int, cells: Domain, time_s: float, cause: str, remedy: str) -> FlowUnstable:
    a, _, c, _, e, f = cells.grid.transform
    return FlowUnstable(time_s=time_s, row=row, column=col, x=c + a * (col + 0.5), y=f + e * (row + 0.5), cause=cause,
                        remedy=remedy)


def _asked_too_much(packed: Packed, rule: arrays.Rule, bed: Bed, t: float) -> FlowUnstable:
    """Find the inflow, pump or level that asks for the shortest step: ``step_for_places`` for each alone."""
    special, sources, series, moves = packed.special, packed.sources, packed.series, packed.moves
    none = slice(0, 0)

    def step(k: slice = none, source: slice = none, move: slice = none) -> float:
        storage = None if bed.grid is None else bed.grid.storage
        return float(step_for_places(_part(special, k), _part(sources, source), _part(moves, move), series, storage, t,
                                     rule.dt_most_s, rule.cell_m, rule.cfl))

    def most(k: int) -> float:
        part = slice(series.first[k], series.first[k + 1])
        return float(np.interp([t, t + rule.dt_most_s], series.times_s[part], series.values[part]).max())

    asks: list[tuple[float, str, str, str, int, int]] = []
    for name, faces, _ in packed.groups:
        for k in faces:
            i, j, asked = int(special.i[k]), int(special.j[k]), step(k=slice(k, k + 1))
            if special.kind[k] == arrays.FLOW:
                asks.append((asked, "inflow", name, f"{most(special.series[k]):g} m3/s of inflow '{name}'", i, j))
            elif special.kind[k] == arrays.STAGE:
                value = most(special.series[k])
                asks.append((asked, f"edges.{name}", "", f"a level of {value:g} m, {value - special.number[k]:.1f} m "
                             "above the ground", i, j))
    for k in range(len(sources.i)):
        name = packed.inside[sources.series[k] - packed.first_inside]
        asks.append((step(source=slice(k, k + 1)), "inflow", name, f"{most(sources.series[k]):g} m3/s of inflow "
                     f"'{name}'", int(sources.i[k]), int(sources.j[k])))
    for k in np.flatnonzero((moves.kind == arrays.PUMP) & (moves.to_i >= 0)):
        name = packed.moved[k]
        asks.append((step(move=slice(k, k + 1)), "pumps", name, f"{moves.capacity_m3_s[k]:g} m3/s of pump '{name}'",
                     int(moves.to_i[k]), int(moves.to_j[k])))
    _, field, name, what, i, j = min(asks)
    # Edges have their faces beyond the last row and column.
    row, col = min(i - 1, bed.cells.shape[0] - 1), min(j - 1, bed.cells.shape[1] - 1)
    error = _at(row, col, bed.cells, t, f"{what}, more than a step of {rule.dt_least_s:.2g} s can carry,",
                "Check its unit and its value, or give it more cells.")
    error.field, error.ids = field, (name,) if name else ()
    return error


def _part(group: Any, keep: slice) -> Any:
    """Give some members of a group of arrays."""
    return type(group)(*(array[keep] for array in group))
