"""Exposure: what the water does at each asset, a function of its depth over time and of the asset's heights.

Crossings of three levels are kept: ``touch_m`` (water touches it), ``fail_m`` (water reaches its lowest live part)
and the recede level min(0.10 m, touch_m) below which repair may begin. An up-crossing is the first whole second with
depth at or above the level, a down-crossing the first with depth below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.codes import Level
from twin.quantities import NONE, BoolArray, Float32Array, FloatArray, Int8Array, Int32Array, Int64Array, column
from twin.water.depths import CellIndex, Coverage, DepthSeries, read_depths
from twin.water.hazard import Hazard
from twin.world.assets import Assets

#: Water has left an asset for repair when its depth is below this, or below ``touch_m`` where that is lower [m].
RECEDE_M = 0.10
#: The least water that counts: a level at or below the ground (a cellar's) is reached by this much [m].
LEAST_DEPTH_M = 0.001
_NEVER_UM = 2**31 - 1


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

    def __repr__(self) -> str:
        return f"Crossings: {len(self):,} rows"

    @classmethod
    def of(cls, time_s: Any, asset: Any, level: Any, is_up: Any) -> Crossings:
        """Sort crossings that come in any order."""
        time_s, asset, level = np.asarray(time_s, np.int64), np.asarray(asset), np.asarray(level)
        # One key a row: sorting whole numbers is several times as fast as by columns.
        order = np.argsort((time_s * len(Level) + level) << 32 | asset.astype(np.int64))
        return cls(time_s=column(time_s[order], np.int64), asset=column(asset[order], np.int32),
                   level=column(level[order], np.int8), is_up=column(np.asarray(is_up)[order], np.bool_))

    def where(self, mask: BoolArray) -> Crossings:
        """Give those of a mask, (X,)."""
        return Crossings(time_s=column(self.time_s[mask], np.int64), asset=column(self.asset[mask], np.int32),
                         level=column(self.level[mask], np.int8), is_up=column(self.is_up[mask], np.bool_))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WetPeriods:
    """Every period in which water stands at an asset's ``touch_m`` or above, (P,) each, sorted by asset, then start.

    An asset that water does not touch but may fail is taken at its ``fail_m``.
    """

    asset: Int32Array
    start_s: Int64Array
    #: First second below the level again; -1: still wet at the horizon.
    end_s: Int64Array
    #: Peak depth of the period [m], and when it is first reached.
    peak_depth_m: Float32Array
    peak_time_s: Int64Array

    def __len__(self) -> int:
        return len(self.asset)

    def __repr__(self) -> str:
        return f"WetPeriods: {len(self):,} rows"

    @classmethod
    def none(cls) -> WetPeriods:
        """Give no period at all."""
        return cls(asset=column([], np.int32), start_s=column([], np.int64), end_s=column([], np.int64),
                   peak_depth_m=column([], np.float32), peak_time_s=column([], np.int64))

    def of_asset(self, asset: int) -> slice:
        """Give the periods of an asset: they stand together."""
        first, last = np.searchsorted(self.asset, [asset, asset + 1])
        return slice(int(first), int(last))

    def peak_during(self, asset: int, start_s: int, end_s: int) -> float:
        """Give the peak depth [m] at an asset over the wet periods that meet [start, end); NaN without water.

        ``end_s`` -1 stands for the horizon. A period that meets the interval only in part counts with its whole peak.
        """
        rows = self.of_asset(asset)
        begins, ends, last = self.start_s[rows], self.end_s[rows], np.iinfo(np.int64).max
        meets = (begins < (last if end_s == NONE else end_s)) & (np.where(ends == NONE, last, ends) > start_s)
        return float(self.peak_depth_m[rows][meets].max()) if np.any(meets) else float("nan")


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
    #: ``fail_m`` - peak depth [m]; negative where the live part was under water; NaN where there is no ``fail_m`` or
    #: the peak is unknown.
    margin_m: FloatArray
    #: |margin| is within the errors of height and depth: the outcome could be the other. A dry asset counts where the
    #: hazard tells by how much the water missed it, and that with ``fail_m`` is within the errors.
    is_doubtful: BoolArray
    coverage: Int8Array
    #: Wet periods with their peaks: what the depth at a root was during one outage.
    wet: WetPeriods = field(default_factory=WetPeriods.none)
    #: Seconds of the horizon in which the depth is unknown and runs as dry, (A,); empty where nobody counted.
    unknown_s: Int64Array = field(default_factory=lambda: column([], np.int64))
    #: Depth over time, of which all this is a function; None where there is no water, or it was not kept.
    depths: DepthSeries | None = None

    def __len__(self) -> int:
        return len(self.peak_depth_m)

    def __repr__(self) -> str:
        return f"Exposure: {len(self):,} rows, {len(self.wet):,} wet periods"


def recede_level_m(touch_m: FloatArray) -> FloatArray:
    """Give the level below which water has left an asset, (A,) [m]; NaN where water does not touch it.

    Examples
    --------
    >>> recede_level_m(np.array([0.05, 0.2, np.nan])).tolist()
    [0.05, 0.1, nan]
    """
    return np.where(np.isnan(touch_m), np.nan, np.minimum(RECEDE_M, touch_m))


def levels_um(assets: Assets, rows: Int32Array, fail_m: FloatArray | None = None) -> Int32Array:
    """Give the touch, fail and recede levels of assets as whole micrometres, (3, N).

    Parameters
    ----------
    assets, rows
        The assets, and which of them.
    fail_m
        Other heights of the lowest live part, (N,) [m]; None: their own.
    """
    touch, fail = assets.touch_m[rows], assets.fail_m[rows] if fail_m is None else fail_m
    return np.stack([_micrometres(level_m) for level_m in (
        np.where(np.isnan(touch), fail, touch), fail, recede_level_m(touch))])


def _micrometres(level_m: FloatArray) -> Int32Array:
    """Give levels as whole micrometres, never below the least depth; 2³¹ - 1 where there is none."""
    missing = np.isnan(level_m) | (level_m > 2000)
    whole = np.rint(np.maximum(np.where(missing, 0.0, level_m), LEAST_DEPTH_M) * 1e6)
    return np.where(missing, _NEVER_UM, whole).astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """What a pass over series gives: crossings in their order, and per series its peak and its open wet period."""

    time_s: Int64Array
    row: Int32Array
    level: Int8Array
    is_up: BoolArray
    period_um: Int32Array
    period_time_s: Int64Array
    peak_um: Int32Array
    peak_time_s: Int64Array
    open_um: Int32Array
    open_time_s: Int64Array
    is_open: BoolArray


def _pass(depths: DepthSeries, heights_um: Int32Array) -> _Found:
    """Go through every series once."""
    from twin.kernels.water.series import crossings_of

    n = len(depths)
    knot_s, knot_frame = depths.knots()
    peak_um, open_um = np.zeros(n, np.int32), np.zeros(n, np.int32)
    peak_time_s, open_time_s = np.full(n, NONE, np.int64), np.full(n, NONE, np.int64)
    is_open = np.zeros(n, bool)
    most = int(np.diff(depths.offsets).max(initial=0))
    room = max(16 * n, 3 * (most + 4) + 3, 1024)
    parts: list[tuple[Any, ...]] = []
    begin = 0
    while True:
        out = (np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int8), np.empty(room, np.bool_),
               np.empty(room, np.int32), np.empty(room, np.int64))
        count = np.zeros(1, np.int64)
        begin = crossings_of(np.asarray(depths.first), np.asarray(depths.offsets), np.asarray(depths.depth_um), knot_s,
                             knot_frame, heights_um, depths.duration_s, begin, peak_um, peak_time_s, open_um,
                             open_time_s, is_open, *out, count)
        parts.append(tuple(values[:count[0]] for values in out))
        if begin >= n:
            break
    time_s, row, level, is_up, period_um, period_time_s = (
        parts[0] if len(parts) == 1 else tuple(np.concatenate(values) for values in zip(*parts, strict=True)))
    return _Found(time_s=time_s, row=row, level=level, is_up=is_up, period_um=period_um, period_time_s=period_time_s,
                  peak_um=peak_um, peak_time_s=peak_time_s, open_um=open_um, open_time_s=open_time_s, is_open=is_open)


def _wet_periods(found: _Found, asset: Int32Array) -> WetPeriods:
    """Give the periods between rises above the touch level and falls below it."""
    touch = found.level == Level.TOUCH
    ups, downs = np.flatnonzero(touch & found.is_up), np.flatnonzero(touch & ~found.is_up)
    by_series = found.row.astype(np.int64) << 32 | found.time_s
    ups, downs = ups[np.argsort(by_series[ups])], downs[np.argsort(by_series[downs])]
    row = found.row[ups]
    # Rises and falls of an asset take turns and begin with a rise; only its last rise may lack a fall.
    is_closed = np.ones(len(ups), bool)
    if len(ups):
        is_last = np.append(row[1:] != row[:-1], True)
        is_closed[is_last & found.is_open[row]] = False
    end_s, peak, when = np.full(len(ups), NONE), found.open_um[row], found.open_time_s[row]
    end_s[is_closed] = found.time_s[downs]
    peak[is_closed], when[is_closed] = found.period_um[downs], found.period_time_s[downs]
    return WetPeriods(asset=column(asset[row], np.int32), start_s=column(found.time_s[ups], np.int64),
                      end_s=column(end_s, np.int64), peak_depth_m=column(peak * 1e-6, np.float32),
                      peak_time_s=column(when, np.int64))


def exposure_of(depths: DepthSeries, assets: Assets) -> Exposure:
    """Give what the water does at each asset, with the heights that the assets have.

    Parameters
    ----------
    depths
        Depth over time at each asset.
    assets
        The assets, with the heights that count.
    """
    n = len(assets)
    found = _pass(depths, levels_um(assets, depths.asset))
    wet = _wet_periods(found, depths.asset)
    has_touch = ~np.isnan(assets.touch_m)
    crossings = _crossings(found, depths, assets)

    def spread(values: Any, fill: Any, kind: Any) -> Any:
        whole = np.full(n, fill, kind)
        whole[depths.asset] = values
        return whole

    def first(level: Level) -> Int64Array:
        rows = np.flatnonzero((crossings.level == level) & crossings.is_up)[::-1]
        at_s = np.full(n, NONE, np.int64)
        at_s[crossings.asset[rows]] = crossings.time_s[rows]
        return at_s

    # The wet periods of an asset stand in order of time, so its last one is what stays; only a level of touch counts.
    left_s = np.full(n, NONE, np.int64)
    left_s[wet.asset] = wet.end_s
    is_known = _is_known(depths)
    peak_m = spread(found.peak_um * 1e-6, 0.0, np.float64)
    fail_m = np.where(np.isnan(assets.fail_m), np.nan, np.maximum(assets.fail_m, LEAST_DEPTH_M))
    margin_m = np.where(is_known, fail_m - peak_m, np.nan)
    return Exposure(
        crossings=crossings, peak_depth_m=column(np.where(is_known, peak_m, np.nan), np.float32),
        peak_time_s=column(np.where(is_known, spread(found.peak_time_s, NONE, np.int64), NONE), np.int64),
        touched_at_s=column(np.where(has_touch, first(Level.TOUCH), NONE), np.int64),
        failed_at_s=column(first(Level.FAIL), np.int64),
        water_left_at_s=column(np.where(has_touch, left_s, NONE), np.int64), margin_m=column(margin_m, np.float64),
        is_doubtful=column(is_in_doubt(depths, assets, margin_m, peak_m == 0), np.bool_),
        coverage=depths.coverage, wet=wet, unknown_s=depths.unknown_s, depths=depths)


def crossed(depths: DepthSeries, assets: Assets) -> tuple[Crossings, Float32Array]:
    """Give the crossings alone, and the peak depth of each series, (W,) [m], NaN where it is not known.

    What a night of many needs of :func:`exposure_of`, whose values these are.
    """
    found = _pass(depths, levels_um(assets, depths.asset))
    peak_m = np.where(_is_known(depths)[depths.asset], found.peak_um * 1e-6, np.nan)
    return _crossings(found, depths, assets), column(peak_m, np.float32)


def _crossings(found: _Found, depths: DepthSeries, assets: Assets) -> Crossings:
    asset = depths.asset[found.row] if len(found.row) else np.empty(0, np.int32)
    # Where water touches nothing, touches were followed for the wet periods alone.
    is_real = (found.level != Level.TOUCH) | ~np.isnan(assets.touch_m[asset])
    return Crossings.of(found.time_s[is_real], asset[is_real], found.level[is_real], found.is_up[is_real])


def _is_known(depths: DepthSeries) -> BoolArray:
    return np.asarray((depths.coverage != Coverage.UNKNOWN) & (depths.coverage != Coverage.NONE))


def fail_crossings(depths: DepthSeries, assets: Assets, rows: Int32Array, fail_m: FloatArray) -> Crossings:
    """Give the crossings of other heights of the lowest live part, of these assets alone.

    Parameters
    ----------
    depths, assets
        As for ``exposure_of``.
    rows
        Assets, (N,), increasing.
    fail_m
        Height of the lowest live part of each, (N,) [m].
    """
    part = depths.take(rows)
    found = _pass(part, levels_um(assets, rows[part.asset], fail_m[part.asset]))
    fail = found.level == Level.FAIL
    return Crossings.of(found.time_s[fail], rows[part.asset[found.row[fail]]], found.level[fail], found.is_up[fail])


def errors_m(depths: DepthSeries, assets: Assets) -> FloatArray:
    """Give the error of the depth above the lowest live part, (A,) [m]: of heights, ground and water together."""
    return np.hypot(np.nan_to_num(assets.height_error_m), depths.error_m)


def is_in_doubt(depths: DepthSeries, assets: Assets, margin_m: FloatArray, is_dry: BoolArray) -> BoolArray:
    """Tell whose own outcome could be the other: the water comes within the errors of its lowest live part, (A,)."""
    error_m = errors_m(depths, assets)
    with np.errstate(invalid="ignore"):
        # A dry asset is doubtful where the water is known to have missed it by less than the errors.
        short_m = np.where(is_dry, margin_m + depths.shortfall_m, np.abs(margin_m))
        return np.asarray((error_m > 0) & (short_m <= error_m + 1e-9))


def expose(hazard: Hazard, index: CellIndex, assets: Assets, *, duration_s: int,
           progress: Callable[[int, int], None] | None = None) -> Exposure:
    """Read the water and give what it does at each asset between 0 and ``duration_s``.

    Parameters
    ----------
    hazard, index, duration_s, progress
        As for :func:`twin.water.depths.read_depths`.
    assets
        The assets, with the heights that count.

    Raises
    ------
    InputError
        As :func:`twin.water.depths.read_depths`.
    """
    return exposure_of(read_depths(hazard, index, duration_s=duration_s, progress=progress), assets)


def dry(assets: Assets) -> Exposure:
    """Give the exposure of a scenario without water: everything dry, and known to be."""
    n = len(assets)
    has_place = ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m)
    never = column(NONE, np.int64, n)
    return Exposure(
        crossings=Crossings.of([], np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, bool)),
        peak_depth_m=column(np.where(has_place, 0.0, np.nan), np.float32), peak_time_s=never, touched_at_s=never,
        failed_at_s=never, water_left_at_s=never, margin_m=column(assets.fail_m, np.float64),
        is_doubtful=column(False, np.bool_, n),
        coverage=column(np.where(has_place, Coverage.INSIDE, Coverage.NONE), np.int8),
        unknown_s=column(0, np.int64, n))
