"""The water of one night of many: the same river, standing higher or lower, earlier or later, over other ground.

What moves the water is said once, by :class:`Moved`; what is computed for it depends on where the water comes from.

- A *river stage* is followed exactly: every cell knows its spill level, so that another level along the river needs
  no other fill (:class:`StageNight`). The error of terrain and depth counts as the water at the asset being as much
  higher, the lips around it included.
- *Maps by level* are picked and interpolated anew (:class:`PickedNight`).
- *Any other water* is taken as it was computed, moved in time alone (:class:`FixedNight`).

For the last two the error of terrain and depth moves the depth of what is wet; what the water misses stays dry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from twin.ensemble.hydrographs import Discharge
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int64Array, column
from twin.water.depths import CellIndex, DepthSeries, read_depths
from twin.water.refill import Refill
from twin.water.river_stage import StageHazard


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moved:
    """How the water of a night differs from that of the plan."""

    #: Added to every level [m].
    offset_m: float = 0.0
    #: The rise above the lowest level of the run is multiplied by this.
    scale: float = 1.0
    #: Later by this, earlier where negative [s].
    shift_s: int = 0
    #: By how much the water stands higher above the ground at each asset, (A,) [m]; None: nowhere.
    local_m: FloatArray | None = None
    #: By how much the level stands higher over time, (T,) [m], or at each gauge, (G, T), and when, (T,) [s]; None: at
    #: no time.
    along_m: FloatArray | None = None
    along_s: Int64Array | None = None
    #: Added to the crest of each levee or barrier, in the order of the water's own [m]; none: nothing.
    crest_m: tuple[float, ...] = ()
    #: Second from which each pump of the flow model has failed; -1 never.
    pump_fails_s: tuple[int, ...] = ()
    #: What drains the hollows of a river stage does not run: what the river left in them stays.
    is_undrained: bool = False
    #: Factors of discharge, rain and roughness.
    discharge: float = 1.0
    rain: float = 1.0
    roughness: float = 1.0
    #: Hydrographs of inflows in place of the plan's.
    inflows: tuple[Discharge, ...] = ()

    def along(self, times_s: Int64Array, share: FloatArray | None = None) -> FloatArray | float:
        """Give by how much the level stands higher at some times, (N,) [m], as it does all along.

        Parameters
        ----------
        times_s
            The times, (N,).
        share
            What each gauge counts for at each station, (K, G), where the plan has several: then (K, N).
        """
        if self.along_m is None or self.along_s is None:
            return 0.0
        if self.along_m.ndim == 1:
            return np.asarray(np.interp(times_s, self.along_s, self.along_m))
        assert share is not None
        return np.asarray(share @ np.stack([np.interp(times_s, self.along_s, one) for one in self.along_m]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flooded:
    """The water of a night at the assets."""

    depths: DepthSeries
    #: Assets at which its depth is unknown at some frame and runs as dry, (A,).
    is_unknown: BoolArray
    #: Assets at which no map tells from which level on it stands there, and it is taken as deep as it may be, (A,);
    #: None: at none.
    is_held_back: BoolArray | None = None


class NightWater(Protocol):
    """Gives the water of a night."""

    #: Whether each night has a flood of its own that was computed before: see ``twin.ensemble.flows``.
    has_floods: bool

    def at(self, moved: Moved) -> Flooded:
        """Give the depth over time at each asset."""


class StageNight:
    """A river stage over terrain.

    Parameters
    ----------
    hazard
        The plan's water; its spill levels are followed as far up as any night of the ensemble reaches.
    index
        Cells of each asset.
    nominal
        The depths of the plan itself.
    reach_m
        By how much a night may stand above the plan's highest water: so far its spill levels were followed [m].
    refill
        Fills the ground again where the crests of levees may be otherwise; None where they are as the plan says.
    """

    has_floods = False

    def __init__(self, hazard: StageHazard, index: CellIndex, nominal: DepthSeries, reach_m: float = np.inf,
                 refill: Refill | None = None) -> None:
        self.nominal, self.reach_m, self.refill = nominal, reach_m, refill
        cells = index.cells
        self._cells: tuple[Any, ...] = (index.offsets, index.members, hazard.station[cells], hazard.height_m[cells],
                                        hazard.spill_m[cells], *(values[cells] if len(values) else values for values in
                                                                 (hazard.open_m, hazard.guard_m)))
        level_m = np.ascontiguousarray(hazard.level_m.T)
        self._level_m: FloatArray = level_m
        self._times_s, self._drain_m_s, self._share = np.array(hazard.times_s), hazard.drain_m_s, hazard.gauge_share
        self._room = max(2 * len(nominal.depth_um), 1024)

    def at(self, moved: Moved) -> Flooded:
        """Give the depth over time at each asset.

        Raises
        ------
        InputError
            A night that stands higher above the plan's than its water was followed.
        """
        from twin.kernels.water.night import night_series

        n = len(self.nominal.coverage)
        higher_m = np.full(n, moved.offset_m)
        if moved.local_m is not None:
            higher_m += moved.local_m
        level_m = self._level_m + moved.along(self._times_s, self._share)
        lowest_m, highest_m = level_m.min(axis=1), level_m.max(axis=1)
        above_m = float(np.max(higher_m, initial=0) + max(moved.scale - 1, 0) * (highest_m - lowest_m).max(initial=0)
                        + (highest_m - self._level_m.max(axis=1)).max(initial=0))
        # Half a metre more was followed, for whatever is missed by little.
        if above_m > self.reach_m + 0.5:
            raise InputError(found=f"a night whose water stands {above_m:.2f} m above the plan's",
                             expected=f"{self.reach_m + 0.5:.2f} m at most",
                             remedy="Give `uncertainty.level` and `ground` narrower distributions.")
        row, first, ends = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int64)
        cells = self._cells
        if self.refill is not None and any(moved.crest_m):
            cells = (*cells[:3], *self.refill.at(moved.crest_m))
        drain_m_s = 0.0 if moved.is_undrained else self._drain_m_s
        is_unknown, scratch = np.empty(n, np.bool_), np.empty(len(self._times_s), np.int32)
        while True:
            depth_um = np.empty(self._room, np.int32)
            arguments: tuple[Any, ...] = (*cells, level_m, lowest_m, highest_m, self._times_s, drain_m_s, moved.scale,
                                          higher_m, scratch, row, first, ends, depth_um, is_unknown)
            count = night_series(*arguments)
            if count >= 0:
                break
            self._room *= 2
        return Flooded(is_unknown=is_unknown, depths=later(replace(
            self.nominal, times_s=column(self._times_s, np.int64), asset=column(row[:count], np.int32),
            first=column(first[:count], np.int32), offsets=np.concatenate([[0], ends[:count]]),
            depth_um=depth_um[:int(ends[count - 1]) if count else 0], _row_of={}), moved.shift_s))


class PickedNight:
    """Maps by gauge level, picked by other levels.

    Parameters
    ----------
    hazard
        A hazard with ``level_m``, the level at each frame, (T,) [m], that tells of which cells it is held back
        (``twin.water.picks.PickedWater``).
    index, nominal
        As for :class:`StageNight`.
    """

    has_floods = False

    def __init__(self, hazard: Any, index: CellIndex, nominal: DepthSeries) -> None:
        self.hazard, self.index, self.nominal = hazard, index, nominal

    def at(self, moved: Moved) -> Flooded:
        """Give the depth over time at each asset."""
        level_m = self.hazard.level_m + moved.along(self.hazard.times_s)
        other_m = level_m + (moved.scale - 1) * (level_m - level_m.min()) + moved.offset_m
        other = replace(self.hazard, level_m=other_m)
        depths = read_depths(other, self.index, duration_s=self.nominal.duration_s)
        return Flooded(is_held_back=self._held_back(other), depths=later(deeper(depths, moved.local_m), moved.shift_s),
                       is_unknown=np.asarray(depths.unknown_s > 0))

    def _held_back(self, hazard: Any) -> BoolArray | None:
        """Tell of which assets some cell is taken as deep as it may be, (A,); None where maps tell it of all."""
        held = hazard.held_back(self.index.cells)
        if not held.any():
            return None
        count = np.concatenate([[0], np.cumsum(held[self.index.members])])
        return np.asarray(np.diff(count[self.index.offsets]) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class FixedNight:
    """Water that was computed once, whatever its source."""

    nominal: DepthSeries
    has_floods = False

    def at(self, moved: Moved) -> Flooded:
        """Give the depth over time at each asset."""
        return Flooded(depths=later(deeper(self.nominal, moved.local_m), moved.shift_s),
                       is_unknown=np.asarray(self.nominal.unknown_s > 0))


def deeper(depths: DepthSeries, local_m: FloatArray | None) -> DepthSeries:
    """Give the series with what is wet deeper or shallower by as much."""
    if local_m is None:
        return depths
    by_um = np.rint(local_m[depths.asset] * 1e6).astype(np.int64)
    each = np.repeat(by_um, np.diff(depths.offsets))
    moved = np.where(depths.depth_um > 0, np.maximum(depths.depth_um + each, 0), 0)
    return replace(depths, depth_um=column(moved, np.int32), _row_of={})


def later(depths: DepthSeries, shift_s: int) -> DepthSeries:
    """Give the series later; where it then begins after the start, its first frame holds, and at its end its last."""
    if not shift_s:
        return depths
    times_s = depths.times_s + shift_s
    ends_early = len(times_s) > 0 and times_s[-1] < depths.duration_s
    return replace(depths, times_s=column(times_s, np.int64), _row_of={},
                   after="hold" if depths.after == "refuse" and ends_early else depths.after)
