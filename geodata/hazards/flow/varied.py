"""The flow of one night of many: the plan's, with other discharge, rain, roughness, levels, crests or pumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twin.ensemble.waters import Moved
from twin.flood.domain import ROUGHNESS_RANGE
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Edge, FlowSetup, Inflow, Pump
from twin.quantities import NONE, Float32Array

#: A wall that counts from the ground is never lower than this [m].
_LEAST_WALL_M = 0.001


def varied(setup: FlowSetup, moved: Moved, *, warm_up_s: float) -> FlowSetup:
    """Give the computation of a night.

    Parameters
    ----------
    setup
        That of the plan.
    moved
        How the night differs; what is added after the computation (a time shift, the error of the ground) is left out.
    warm_up_s
        By how much the model's clock begins before the plan's [s].
    """
    rain = setup.rain
    low, high = ROUGHNESS_RANGE
    roughness = setup.domain.roughness if moved.roughness == 1.0 else np.clip(
        setup.domain.roughness * moved.roughness, low, high)
    barriers, pumps = setup.barriers, setup.pumps
    if any(moved.crest_m):
        by_m = [*moved.crest_m, *[0.0] * (len(barriers) - len(moved.crest_m))]
        barriers = tuple(_higher(barrier, m) for barrier, m in zip(barriers, by_m, strict=True))
    if any(s != NONE for s in moved.pump_fails_s):
        fails_s = [*moved.pump_fails_s, *[NONE] * (len(pumps) - len(moved.pump_fails_s))]
        some = (_until(pump, s + warm_up_s if s != NONE else np.inf) for pump, s in zip(pumps, fails_s, strict=True))
        pumps = tuple(pump for pump in some if pump is not None)
    return replace(
        setup, domain=replace(setup.domain, roughness=roughness), barriers=barriers, pumps=pumps,
        rain=rain if rain is None or moved.rain == 1.0 else _rained(rain, moved.rain),
        inflows=_inflows(setup, moved, warm_up_s),
        edges=setup.edges if moved.offset_m == 0.0 else tuple(
            edge if edge.level_m is None else _raised(edge, edge.level_m, moved.offset_m) for edge in setup.edges))


def _inflows(setup: FlowSetup, moved: Moved, warm_up_s: float) -> tuple[Inflow, ...]:
    """Give the inflows of a night: hydrographs of their own where they have them, times its factor."""
    taken = {one.at: Series.of(one.times_s + warm_up_s, one.m3_s) for one in moved.inflows}
    if not taken and moved.discharge == 1.0:
        return setup.inflows
    return tuple(replace(inflow, m3_s=_scaled(taken.get(at, inflow.m3_s), moved.discharge))
                 for at, inflow in enumerate(setup.inflows))


def _scaled(series: Series, factor: float) -> Series:
    return Series.of(series.times_s, series.values * factor)


def _raised(edge: Edge, level_m: Series, by_m: float) -> Edge:
    return replace(edge, level_m=Series.of(level_m.times_s, level_m.values + by_m))


def _rained(rain: Rain, factor: float) -> Rain:
    raster: Callable[[int], Float32Array] | None = rain.raster
    if raster is None:
        return replace(rain, mm_h=rain.mm_h * factor)
    usual = raster
    return replace(rain, mm_h=rain.mm_h * factor, raster=lambda k: (usual(k) * np.float32(factor)).astype(np.float32))


def _higher(barrier: Barrier, by_m: float) -> Barrier:
    if barrier.crest_m is not None:
        return replace(barrier, crest_m=barrier.crest_m + by_m)
    assert barrier.height_m is not None
    return replace(barrier, height_m=max(barrier.height_m + by_m, _LEAST_WALL_M))


def _until(pump: Pump, fails_s: float) -> Pump | None:
    """Give the pump up to its failure; None where it fails before it would start."""
    to_s = min(pump.to_s, fails_s)
    return replace(pump, to_s=to_s) if pump.from_s < to_s else None
