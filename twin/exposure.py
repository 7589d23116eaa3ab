"""Exposure: what the water does at each asset.

Crossings of three levels are kept: ``touch_m`` (water touches it), ``fail_m`` (water reaches its lowest live part)
and the recede level min(0.10 m, touch_m) below which repair may begin. An up-crossing is the first whole second with
depth at or above the level, a down-crossing the first with depth below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.quantities import BoolArray, Float32Array, FloatArray, Int8Array, Int32Array, Int64Array

#: Water has left an asset for repair when its depth is below this, or below ``touch_m`` where that is lower [m].
RECEDE_M = 0.10


class Level(IntEnum):
    """The levels whose crossing is recorded."""

    TOUCH = 0
    FAIL = 1
    RECEDE = 2


class Coverage(IntEnum):
    """How much of an asset the hazard covers. All but ``INSIDE`` is said in every answer."""

    INSIDE = 0
    PARTIAL = 1  #: part of its footprint is outside or unknown
    UNKNOWN = 2  #: the hazard does not say: it runs as dry
    NONE = 3  #: no position (a circuit): water does not come to it

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellIndex:
    """Which cells of a hazard's grid each asset is read from: compressed rows (CSR). Made by ``geodata``.

    The depth of an asset is the largest among its cells: a point has one, a building those that its outline touches
    (those that the terrain raises as building left out), a zone those of its footprint.
    """

    #: Distinct cells, (C,), increasing: what is asked of the hazard.
    cells: Int64Array
    #: Asset ``a`` is read from ``members[offsets[a]:offsets[a + 1]]``, (A + 1,).
    offsets: Int64Array
    #: Positions in ``cells``, (M,).
    members: Int32Array
    #: ``Coverage`` by geometry alone, (A,): ``NONE`` no position, ``PARTIAL`` or ``UNKNOWN`` outside the grid.
    coverage: Int8Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossings:
    """Every crossing of every level, (X,) each, sorted by time, then level, then asset."""

    time_s: Int64Array
    asset: Int32Array
    #: ``Level``.
    level: Int8Array
    is_up: BoolArray

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """What the water does at each asset, (A,) each, within the horizon."""

    crossings: Crossings
    #: Peak depth [m]; NaN unknown, 0 dry.
    peak_depth_m: Float32Array
    #: When the peak is first reached; -1 where dry or unknown.
    peak_time_s: Int64Array
    #: First touch, first failure depth, last fall below ``touch_m``; -1 never (or still wet at the horizon).
    touched_at_s: Int64Array
    failed_at_s: Int64Array
    water_left_at_s: Int64Array
    #: ``fail_m`` - peak depth [m]; negative where the live part was under water; NaN where there is no ``fail_m``.
    margin_m: FloatArray
    #: |margin| within the errors of height and depth: the outcome could be the other.
    is_doubtful: BoolArray
    coverage: Int8Array

    def __len__(self) -> int:
        return len(self.peak_depth_m)


def recede_level_m(touch_m: FloatArray) -> FloatArray:
    """Give the level below which water has left an asset, (A,) [m]; NaN where water does not touch it.

    Examples
    --------
    >>> recede_level_m(np.array([0.05, 0.2, np.nan])).tolist()
    [0.05, 0.1, nan]
    """
    return np.where(np.isnan(touch_m), np.nan, np.minimum(RECEDE_M, touch_m))
