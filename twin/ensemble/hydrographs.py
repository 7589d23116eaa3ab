"""The hydrographs of a forecast: its members, or its own P10, P50 and P90; at one gauge, at several, of inflows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.ensemble.distributions import Z90, Discrete, normal_quantile
from twin.quantities import FloatArray, Int64Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """The members of a forecast: hydrographs of one gauge, of which a night takes one."""

    #: Seconds from the start, (T,), increasing, and by how much each member stands above the plan's level, (M, T) [m].
    times_s: Int64Array
    by_m: FloatArray
    #: Which one a number between 0 and 1 takes.
    which: Discrete

    def at(self, u: float) -> FloatArray:
        """Give by how much the level of a night is higher, (T,) [m]."""
        return np.asarray(self.by_m[number_of(self.which, u)])

    @property
    def highest_m(self) -> float:
        """By how much the highest member stands above the plan's level at most [m]."""
        return float(self.by_m.max())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """P10, P50 and P90 of a forecast over time: a night stands at one quantile of it from beginning to end."""

    #: Seconds from the start, (T,), increasing, and by how much each of the three stands above the plan's, (3, T) [m].
    times_s: Int64Array
    by_m: FloatArray

    @property
    def highest_m(self) -> float:
        """By how much a night may stand above the plan's level: no draw passes this [m]."""
        return float(self.at(1 - 2.0 ** -53).max())

    def at(self, u: float) -> FloatArray:
        """Give by how much the level of a night is higher, (T,) [m]: two half normals that meet at the median."""
        low_m, middle_m, high_m = self.by_m
        z = float(normal_quantile(u)[0]) / Z90
        return np.asarray(middle_m + (z * (middle_m - low_m) if z < 0 else z * (high_m - middle_m)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtGauges:
    """Members, or bounds, of each of several gauges, in the order in which the water has them."""

    names: tuple[str, ...]
    parts: tuple[Members | Forecast, ...]
    #: True: of one forecast, so that one number of the night holds at all gauges; False: each gauge has its own.
    is_one: bool

    @property
    def times_s(self) -> Int64Array:
        """Seconds from the start, (T,): those of all gauges."""
        return self.parts[0].times_s

    @property
    def highest_m(self) -> float:
        """By how much a night may stand above the plan's level at some gauge [m]."""
        return max(part.highest_m for part in self.parts)

    def at(self, u: FloatArray) -> FloatArray:
        """Give by how much the level of a night is higher at each gauge, (G, T) [m]; ``u`` has a number for each."""
        return np.stack([part.at(float(one)) for part, one in zip(self.parts, u, strict=True)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discharge:
    """The hydrograph that an inflow of the flow model takes in a night."""

    #: Place of the inflow among those of the flow model.
    at: int
    #: Seconds from the start of the run, (T,), increasing, and the discharge, (T,) [m³/s].
    times_s: FloatArray
    m3_s: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InflowMembers:
    """The members of a forecast of an inflow of the flow model, of which a night takes one."""

    #: Name of the inflow.
    name: str
    #: What each member is, (M,).
    members: tuple[Discharge, ...]
    #: Which one a number between 0 and 1 takes.
    which: Discrete

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values; each member by its highest discharge."""
        return {"inflow": self.name, "peaks_m3_s": [float(one.m3_s.max()) for one in self.members],
                "weights": list(self.which.weights)}


def number_of(which: Discrete, u: float) -> int:
    """Give the number of the member that a number between 0 and 1 takes, from 0."""
    return int(which.value(np.array([u]))[0])


def bytes_of(level: Members | Forecast | AtGauges | None, inflows: tuple[InflowMembers, ...]) -> list[bytes]:
    """Give all numbers of hydrographs, for a digest."""
    parts = () if level is None else level.parts if isinstance(level, AtGauges) else (level,)
    told = [column.tobytes() for part in parts for column in (part.times_s, part.by_m)]
    return told + [column.tobytes() for inflow in inflows for one in inflow.members
                   for column in (one.times_s, one.m3_s)]


def told_of(level: Members | Forecast | AtGauges) -> Mapping[str, Any]:
    """Give the hydrographs of a level, plain JSON values."""
    if isinstance(level, AtGauges):
        return {"gauges": {name: dict(told_of(part)) for name, part in zip(level.names, level.parts, strict=True)},
                "together": level.is_one}
    if isinstance(level, Members):
        return {"members": len(level.by_m), "discrete": {"values": level.which.values, "weights": level.which.weights}}
    return {"forecast": {name: float(np.max(by_m)) for name, by_m in zip(("p10", "p50", "p90"), level.by_m,
                                                                         strict=True)}}
