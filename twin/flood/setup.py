"""What a flood computation is told: ground, rain, rivers, edges, losses and measures. Declared, checked, unchanging."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.flood.domain import SIDES, Domain
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.quantities import Float32Array, FloatArray

UInt8Array = NDArray[np.uint8]
#: A gully that takes more is none [m3/s].
MOST_GULLY_M3_S = 500.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inflow:
    """Water that comes in: at a point, along a line, or over an edge where the line lies on it."""

    name: str
    #: A polyline of one or more points, (N, 2) [m].
    line: FloatArray
    #: Discharge over time [m3/s].
    m3_s: Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edge:
    """A part of the domain's edge that is not a wall; exactly one of ``slope`` and ``level_m``, or neither: open."""

    #: north, east, south or west.
    side: str
    #: Slope of the energy line behind it: normal depth [-]. None with no level: the slope of the bed.
    slope: float | None = None
    #: Water level behind it [m above the terrain's datum].
    level_m: Series | None = None
    #: Part of the side, x (north, south) or y (east, west) [m].
    start_m: float = -np.inf
    end_m: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Barrier:
    """A wall along a line, from when to when; overtopped as a broad-crested weir."""

    name: str
    line: FloatArray
    #: Crest above the terrain's datum, or None where ``height_m`` counts from the ground [m].
    crest_m: float | None = None
    height_m: float | None = None
    from_s: float = -np.inf
    to_s: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pump:
    """Carries water from one place to another, or out of the domain when ``to`` is None."""

    name: str
    at: tuple[float, float]
    to: tuple[float, float] | None
    capacity_m3_s: float
    on_m: float = 0.10
    off_m: float = 0.03
    from_s: float = -np.inf
    to_s: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Culvert:
    """A pipe between two places: an orifice driven by the head between its ends."""

    name: str
    at: tuple[float, float]
    to: tuple[float, float]
    area_m2: float
    capacity_m3_s: float = np.inf
    sill_m: float = 0.0
    flap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gully:
    """A drain at a point: takes what there is up to its capacity, out of the domain."""

    name: str
    at: tuple[float, float]
    capacity_m3_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """Water that leaves downwards: into the ground by class, into drains by cell."""

    #: Class of each cell, (rows, columns): a row of the two tables.
    loss_class: UInt8Array
    #: Saturated conductivity of each class [m/s]; 0 takes nothing.
    conductivity_m_s: FloatArray
    #: Suction head times free pore space of each class [m]; 0 makes the rate constant.
    suction_m: FloatArray
    #: Capacity of drains, (rows, columns) [m/s]; None for no drains.
    drain_m_s: Float32Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlowSetup:
    """One computation, whole."""

    domain: Domain
    rain: Rain | None = None
    inflows: tuple[Inflow, ...] = ()
    edges: tuple[Edge, ...] = ()
    losses: Losses | None = None
    barriers: tuple[Barrier, ...] = ()
    pumps: tuple[Pump, ...] = ()
    culverts: tuple[Culvert, ...] = ()
    gullies: tuple[Gully, ...] = ()
    #: Depth at the start, (rows, columns) [m]; None is dry.
    depth_m: FloatArray | None = None
    advection: bool = False
    #: Weight of a face's own flow against its neighbours'; 0.8 for beds almost without friction.
    theta: float = 0.9
    #: Depth below which no water moves [m].
    film_m: float = 1e-5
    #: Longest step, and how far a wave may go in a step, in cells.
    dt_most_s: float = 5.0
    cfl: float = 0.7
    #: Clock of losses, maxima and sums [s].
    slow_s: float = 10.0
    #: Depth whose first time is the arrival [m].
    arrival_m: float = 0.05
    #: Why these choices hold, and what was mended, in sentences.
    notes: tuple[str, ...] = field(default=())

    def check(self) -> FlowSetup:
        """Give the setup back, or say what cannot be.

        Raises
        ------
        InputError
            An edge's side is unknown, a number is out of range, two parts of the book have one name, a raster has
            another shape.
        """
        moved = [move.name for moves in (self.pumps, self.culverts, self.gullies) for move in moves]
        for what, names in (("inflow", [*SIDES, *(inflow.name for inflow in self.inflows)]),
                            ("barriers", [barrier.name for barrier in self.barriers]),
                            ("pumps, culverts and gullies", moved)):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise InputError(field=what, ids=twice, found="the same name for two of them",
                                 expected="a name of its own for each, unlike those of the domain's sides")
        for edge in self.edges:
            if edge.side not in SIDES:
                raise InputError(field="edges", found=f"'{edge.side}'", expected="one of " + ", ".join(SIDES))
            if edge.slope is not None and edge.level_m is not None:
                raise InputError(field=f"edges.{edge.side}", found="a slope and a level", expected="one of them")
        for barrier in self.barriers:
            if (barrier.crest_m is None) == (barrier.height_m is None):
                raise InputError(field="barriers", ids=(barrier.name,), found="crest_m and height_m both or neither",
                                 expected="exactly one of them")
            if not barrier.from_s < barrier.to_s:
                raise InputError(field="barriers", ids=(barrier.name,),
                                 found=f"a wall from {barrier.from_s:g} s to {barrier.to_s:g} s",
                                 expected="a time to take it away after the time to put it up")
        for pump in self.pumps:
            if not (np.isfinite(pump.capacity_m3_s) and pump.capacity_m3_s > 0 and 0 <= pump.off_m < pump.on_m):
                raise InputError(field="pumps", ids=(pump.name,), found=f"{pump.capacity_m3_s:g} m3/s, on at "
                                 f"{pump.on_m:g} m, off at {pump.off_m:g} m",
                                 expected="a capacity above 0 and a start above the stop")
            if not pump.from_s < pump.to_s:
                raise InputError(field="pumps", ids=(pump.name,),
                                 found=f"a pump from {pump.from_s:g} s to {pump.to_s:g} s",
                                 expected="a time to stop after the time to start")
        for culvert in self.culverts:
            if not (0 < culvert.area_m2 < np.inf and culvert.capacity_m3_s > 0 and 0 <= culvert.sill_m < np.inf):
                raise InputError(field="culverts", ids=(culvert.name,), found=f"{culvert.area_m2:g} m2, at most "
                                 f"{culvert.capacity_m3_s:g} m3/s, a sill at {culvert.sill_m:g} m",
                                 expected="an area and a capacity above 0, and a sill at or above the ground")
        for gully in self.gullies:
            if not 0 < gully.capacity_m3_s <= MOST_GULLY_M3_S:
                raise InputError(field="drains", ids=(gully.name,), found=f"{gully.capacity_m3_s:g} m3/s",
                                 expected=f"a capacity above 0, at most {MOST_GULLY_M3_S:g} m3/s")
        for name, low, value, high in (("theta", 0.5, self.theta, 1.0), ("cfl", 0.05, self.cfl, 1.0),
                                       ("film_m", 1e-7, self.film_m, 0.1), ("slow_s", 0.01, self.slow_s, 10.0),
                                       ("dt_most_s", 1e-3, self.dt_most_s, 60.0)):
            if not low <= value <= high:
                raise InputError(field=name, found=f"{value:g}", expected=f"{low:g} to {high:g}")
        rasters: dict[str, np.ndarray[Any, Any] | None] = {"depth_m": self.depth_m}
        if self.losses is not None:
            rasters |= {"loss_class": self.losses.loss_class, "drain_m_s": self.losses.drain_m_s}
        for name, raster in rasters.items():
            if raster is not None and raster.shape != self.domain.shape:
                raise InputError(field=name, found=f"a raster of {raster.shape}", expected=f"{self.domain.shape}")
        if self.depth_m is not None and not (np.asarray(self.depth_m) >= 0).all():
            raise InputError(field="depth_m", found="a depth below zero or none", expected="0 or more in every cell")
        return self
