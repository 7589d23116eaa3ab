"""Error of terrain and depth at each asset: neighbours share it, as far as the terrain's errors hang together.

One number for each cell would average out over a street and say that nothing is uncertain. The error is a Gaussian
field: independent numbers at the nodes of a square lattice, each spread over the assets around it by a cubic B-spline
and scaled to one variance everywhere. The numbers are keyed by their nodes, so that an asset more changes no other's.
Over a distance d the correlation is that of a bell, exp(-d² / 2L²), within 0.03.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.ensemble.distributions import normal_quantile
from twin.ensemble.draws import Draws, Keys
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array

#: Spacing of the lattice in correlation lengths: a cubic B-spline over it has that length.
_SPACING = 1.5 ** 0.5
#: Errors beyond this many standard deviations are not drawn: the water has to be followed as far.
MOST_SD = 6.0


@dataclass(frozen=True, eq=False)
class GroundError:
    """The field at some places."""

    #: Places, (N,) [m] in a projected CRS; where NaN, the error is 0.
    x_m: FloatArray
    y_m: FloatArray
    #: Standard deviation, and the distance at which the correlation has fallen to 0.61 [m].
    sd_m: float
    correlation_m: float

    def __post_init__(self) -> None:
        for name, value in (("sd_m", self.sd_m), ("correlation_m", self.correlation_m)):
            if not (np.isfinite(value) and value > 0):
                raise InputError(field=f"ground.{name}", found=f"{value:g} m", expected="above 0 m")

    def at(self, draws: Draws) -> FloatArray:
        """Give the error of a night at each place, (N,) [m]: how much lower the ground, or higher the water, is."""
        keys, node, weight, known = self._lattice
        error_m = np.zeros(len(self.x_m))
        z = normal_quantile(draws.each("ground", keys)) if len(keys) else np.zeros(0)
        error_m[known] = self.sd_m * np.clip(np.einsum("nk,nk->n", weight, z[node]), -MOST_SD, MOST_SD)
        return error_m

    @cached_property
    def _lattice(self) -> tuple[Keys, Int64Array, FloatArray, Int64Array]:
        """Keys of the nodes, (M,); node, (K, 16), and weight of each place with a position; those places, (K,)."""
        known = np.flatnonzero(~(np.isnan(self.x_m) | np.isnan(self.y_m)))
        spacing_m = _SPACING * self.correlation_m
        column, across = _spline(self.x_m[known] / spacing_m)
        row, down = _spline(self.y_m[known] / spacing_m)
        weight = (down[:, :, None] * across[:, None, :]).reshape(-1, 16)
        weight = weight / np.linalg.norm(weight, axis=1, keepdims=True)
        # Nodes within half a million spacings of the origin of the CRS: both numbers of one fit a key.
        names = (row[:, :, None] << 32) ^ (column[:, None, :] & 0xFFFFFFFF)
        keys, node = np.unique(names.reshape(-1), return_inverse=True)
        return keys.view(np.uint64), node.reshape(-1, 16), weight, known


def _spline(place: FloatArray) -> tuple[Int64Array, FloatArray]:
    """Give the four nodes around each place, (N, 4), and the weights of a cubic B-spline at them."""
    below = np.floor(place)
    t = place - below
    weights = np.stack([(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3], 1) / 6
    return below.astype(np.int64)[:, None] + np.arange(-1, 3), weights
