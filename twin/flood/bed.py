"""What a computation stands on: which cells are computed, and how their water becomes depth over the terrain.

``FlatBed`` computes the cells of the terrain; ``twin.flood.subgrid.SubgridBed`` larger ones that keep the storage and
the conveyance of the terrain inside them. Places are padded rows and columns, as the kernels count them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from twin.flood.domain import Domain
from twin.flood.setup import Losses
from twin.kernels.flow.arrays import CLOSED, ROOT_G, Fields, Flat, Spans, Special, Subgrid
from twin.quantities import BoolArray, Float32Array, FloatArray


class Capacity(NamedTuple):
    """What cells take in a second when all of their ground is wet, padded [m/s]."""

    whole: Float32Array
    #: The part of it that the lower half of the open ground takes; None where a cell is flat.
    lower: Float32Array | None


class Bed(Protocol):
    """What the model asks of a bed."""

    @property
    def cells(self) -> Domain:
        """The cells that are computed, their lowest ground as height."""

    @property
    def factor(self) -> int:
        """How many cells of the terrain one of them is wide."""

    @property
    def surface_m(self) -> FloatArray:
        """Ground that water runs over, in whole cells, (rows * factor, columns * factor) [m]."""

    @property
    def passable(self) -> BoolArray:
        """Where in it water can be."""

    @property
    def manning(self) -> FloatArray:
        """Manning's n of it [s/m^(1/3)]."""

    @property
    def flat(self) -> Flat | None:
        """What the kernels read of flat cells."""

    @property
    def grid(self) -> Subgrid | None:
        """What they read of coarse cells over a terrain; one of the two is there."""

    @property
    def noted(self) -> tuple[Float32Array, Float32Array] | None:
        """Peaks and arrivals for the slow clock to note; None where ``note`` does it."""

    def mean(self, terrain: Any) -> FloatArray:
        """Give the mean of a raster of the terrain over each cell."""

    def start_m(self, depth_m: FloatArray) -> FloatArray:
        """Give the water of each cell from a depth over the terrain [m]."""

    def stand(self, special: Special, stands: BoolArray) -> None:
        """Close the special faces where something stands, and open the others."""

    def capacity(self, terrain: FloatArray) -> Capacity:
        """Give what the ground or the drains of each cell take, from the terrain's cells [m/s]."""

    def suction_m(self, losses: Losses) -> Float32Array:
        """Give suction times free pore space of each cell, padded [m]."""

    def wetted(self, capacity: Capacity, rained: Float32Array | None) -> Float32Array:
        """Give a capacity as it holds now, padded [m/s]: ground that is dry takes nothing.

        ``rained`` is the share of the rain that each cell got since the last look; None for no rain.
        """

    def restored(self, h: Float32Array) -> None:
        """Make again what follows from the water of a state."""

    def note(self, spans: Spans, h: Float32Array, now_s: float, wet_m: float) -> None:
        """Note peaks and arrivals."""

    def depth_m(self, fields: Fields, carry: Float32Array) -> Float32Array:
        """Give the depth over the terrain of the setup [m]; 0 in walls."""

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth so far over the terrain [m]."""

    @property
    def arrival_s(self) -> Float32Array:
        """First time at the arrival depth over the terrain [s]; -1 never."""

    def state(self) -> dict[str, Any]:
        """Give what changes in time, as arrays that may be written to."""


def padded(values: Any, fill: float = 0.0) -> Float32Array:
    """Give a raster with one ghost cell on each side, as float32."""
    inner = np.asarray(values)
    out = np.full((inner.shape[0] + 2, inner.shape[1] + 2), fill, dtype=np.float32)
    out[1:-1, 1:-1] = inner
    return out


class FlatBed:
    """Cells of the computation that are cells of the terrain."""

    factor = 1
    grid = None

    def __init__(self, domain: Domain, fields: list[Float32Array]) -> None:
        self.cells = domain
        self.surface_m, self.passable, self.manning = domain.height_m, domain.open, domain.roughness
        step_x, step_y, rough = fields
        self._steps(step_x, step_y)
        rough[...] = padded(ROOT_G * domain.roughness, 0.05)
        self.flat = Flat(step_x, step_y, rough)
        self._plain: list[float] | None = None
        self._peak, self._arrival = np.zeros(domain.shape, np.float32), np.full(domain.shape, -1.0, np.float32)
        self.noted = (self._peak, self._arrival)

    def _steps(self, x: Float32Array, y: Float32Array) -> None:
        """Make the bed steps in float64 and keep them as float32; every face beside a wall is closed."""
        z, wall = np.zeros(x.shape), np.ones(x.shape, np.bool_)
        z[1:-1, 1:-1] = np.where(self.passable, self.surface_m, 0.0)
        wall[1:-1, 1:-1] = ~self.passable
        x[...], y[...] = CLOSED, CLOSED
        x[:, 1:] = np.where(wall[:, 1:] | wall[:, :-1], CLOSED, z[:, :-1] - z[:, 1:])
        y[1:] = np.where(wall[1:] | wall[:-1], CLOSED, z[:-1] - z[1:])

    def mean(self, terrain: Any) -> FloatArray:
        """Give the raster as it is."""
        return np.asarray(terrain, np.float64)

    def start_m(self, depth_m: FloatArray) -> FloatArray:
        """Give the depth of each open cell [m]."""
        return np.where(self.passable, depth_m, 0.0)

    def stand(self, special: Special, stands: BoolArray) -> None:
        """Close the special faces where something stands, and open the others."""
        steps = [self.flat.step_x, self.flat.step_y]
        places = list(zip(special.axis.tolist(), special.i.tolist(), special.j.tolist(), strict=True))
        if self._plain is None:
            self._plain = [float(steps[axis][i, j]) for axis, i, j in places]
        for (axis, i, j), plain in zip(places, self._plain, strict=True):
            steps[axis][i, j] = plain
        for k in np.flatnonzero(stands):
            axis, i, j = places[k]
            steps[axis][i, j] = CLOSED

    def capacity(self, terrain: FloatArray) -> Capacity:
        """Give the capacity of each cell [m/s]."""
        return Capacity(padded(terrain), None)

    def suction_m(self, losses: Losses) -> Float32Array:
        """Give suction times free pore space of each cell, padded [m]."""
        return padded(losses.suction_m[losses.loss_class])

    def wetted(self, capacity: Capacity, rained: Float32Array | None) -> Float32Array:
        """Give the capacity: a flat cell is wet or dry as a whole."""
        return capacity.whole

    def restored(self, h: Float32Array) -> None:
        """Do nothing: nothing follows from the water."""

    def note(self, spans: Spans, h: Float32Array, now_s: float, wet_m: float) -> None:
        """Do nothing: the slow clock has noted it."""

    def depth_m(self, fields: Fields, carry: Float32Array) -> Float32Array:
        """Give the depth, (rows, columns) [m]."""
        out = fields.h[1:-1, 1:-1] + carry[1:-1, 1:-1]
        np.maximum(out, 0.0, out=out)
        return out

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth so far, (rows, columns) [m]."""
        return self._peak

    @property
    def arrival_s(self) -> Float32Array:
        """First time at the arrival depth, (rows, columns) [s]; -1 never."""
        return self._arrival

    def state(self) -> dict[str, Any]:
        """Give what changes in time."""
        return {"peak": self._peak, "arrival": self._arrival}
