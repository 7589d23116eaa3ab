"""What chance decides of the water of a night."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

import numpy as np

from twin.ensemble.draws import Draws, keys_of
from twin.ensemble.hydrographs import AtGauges, Discharge, number_of
from twin.ensemble.uncertain import Flow, Level, Uncertainty
from twin.ensemble.waters import Moved
from twin.quantities import NONE, FloatArray, Int64Array

#: Turns the key of a pump into that of the second at which it fails.
_WHEN = np.uint64(0x5851F42D4C957F2D)


def moved_of(uncertain: Uncertainty, draws: Draws, *, has_floods: bool, drawn: MutableMapping[str, float] | None = None
             ) -> Moved:
    """Give how the water of a night differs from the plan's; the error of the ground is not in it.

    Parameters
    ----------
    uncertain, draws
        What may be otherwise, and the numbers of the night.
    has_floods
        The flow model computes it: what it computes from may be shared by several nights.
    drawn
        Out: what was drawn, by name.
    """
    told: MutableMapping[str, float] = {} if drawn is None else drawn
    level, flow = uncertain.level, uncertain.flow

    def number(quantity: str, key: np.uint64 | None = None, *, of_flood: bool = has_floods) -> float:
        if of_flood and flow.floods is not None:
            return draws.shared(quantity, flow.floods, 0 if key is None else key)
        return draws.one(quantity) if key is None else float(draws.each(quantity, np.array([key]))[0])

    for name in ("offset_m", "scale", "shift_s"):
        if (distribution := getattr(level, name)) is not None:
            u = number(f"level.{name}", of_flood=has_floods and name == "offset_m")
            told[f"level.{name}"] = float(distribution.value(np.array([u]))[0])
    for name in ("discharge", "rain", "roughness"):
        if (distribution := getattr(flow, name)) is not None:
            told[f"flow.{name}"] = max(float(distribution.value(np.array([number(f"flow.{name}")]))[0]), 0.0)
    crest_m = _crests(uncertain, number, told)
    fails_s, is_undrained = _pumps(uncertain, number, told)
    along_m, along_s = _levels(level, draws, told)
    return Moved(
        offset_m=told.get("level.offset_m", 0.0), scale=max(told.get("level.scale", 1.0), 0.0),
        shift_s=round(told.get("level.shift_s", 0.0)), along_m=along_m, along_s=along_s, crest_m=crest_m,
        pump_fails_s=fails_s, inflows=_inflows(flow, number, told), is_undrained=is_undrained,
        discharge=told.get("flow.discharge", 1.0), rain=told.get("flow.rain", 1.0),
        roughness=told.get("flow.roughness", 1.0))


def _levels(level: Level, draws: Draws, told: MutableMapping[str, float]
            ) -> tuple[FloatArray | None, Int64Array | None]:
    """Give by how much the level stands higher over time, at each gauge where there are several, and when."""
    hydrographs = level.members or level.forecast
    if hydrographs is None:
        return None, None
    name = "level.members" if level.members is not None else "level.forecast"
    if not isinstance(hydrographs, AtGauges):
        along_m = hydrographs.at(draws.one(name))
        told[name] = _farthest(along_m)
        return along_m, hydrographs.times_s
    gauges = hydrographs.names
    u = np.full(len(gauges), draws.one(name)) if hydrographs.is_one else draws.each(name, keys_of(gauges))
    along_m = hydrographs.at(u)
    told.update({f"{name}.{gauge}": _farthest(one) for gauge, one in zip(gauges, along_m, strict=True)})
    return along_m, hydrographs.times_s


def _farthest(along_m: FloatArray) -> float:
    """Give the level where it is farthest from the plan's [m]."""
    return float(along_m[np.abs(along_m).argmax()]) if len(along_m) else 0.0


def _inflows(flow: Flow, number: Callable[..., float], told: MutableMapping[str, float]) -> tuple[Discharge, ...]:
    """Give the hydrographs of a night's inflows; told is the highest discharge of each."""
    taken: list[Discharge] = []
    for inflow, key in zip(flow.members, keys_of(m.name for m in flow.members), strict=True):
        u = number("flow.members") if flow.is_one_forecast else number("flow.members", key)
        taken.append(inflow.members[number_of(inflow.which, u)])
        told[f"flow.members.{inflow.name}"] = float(taken[-1].m3_s.max())
    return tuple(taken)


def _crests(uncertain: Uncertainty, number: Callable[..., float], told: MutableMapping[str, float]
            ) -> tuple[float, ...]:
    """Give what is added to each crest of the water [m]."""
    error_m = [0.0] * (1 + max((crest.at for crest in uncertain.crests), default=NONE))
    for crest, key in zip(uncertain.crests, keys_of(c.name for c in uncertain.crests), strict=True):
        error_m[crest.at] = float(crest.error_m.value(np.array([number("crest", key)]))[0])
        told[f"crest.{crest.name}"] = error_m[crest.at]
    return tuple(error_m)


def _pumps(uncertain: Uncertainty, number: Callable[..., float], told: MutableMapping[str, float]
           ) -> tuple[tuple[int, ...], bool]:
    """Give the second from which each pump of the flow model has failed, and whether hollows are not drained."""
    fails_s = [NONE] * (1 + max((pump.at for pump in uncertain.pumps), default=NONE))
    is_undrained = False
    for pump, key in zip(uncertain.pumps, keys_of(p.name for p in uncertain.pumps), strict=True):
        fails = number("pumps", key) < pump.probability
        told[f"pumps.{pump.name}"] = float(fails)
        if fails and pump.at == NONE:
            is_undrained = True
        elif fails:
            when = number("pumps", key ^ _WHEN)
            fails_s[pump.at] = pump.from_s + int(when * (pump.to_s - pump.from_s))
    return tuple(fails_s), is_undrained
