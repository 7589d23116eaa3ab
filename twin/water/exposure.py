"""Exposure: what the water does at each asset.

Crossings of three levels are kept: ``touch_m`` (water touches it), ``fail_m`` (water reaches its lowest live part)
and the recede level min(0.10 m, touch_m) below which repair may begin. An up-crossing is the first whole second with
depth at or above the level, a down-crossing the first with depth below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.codes import Level
from twin.errors import InputError
from twin.quantities import NONE, BoolArray, Float32Array, FloatArray, Int8Array, Int32Array, Int64Array, column
from twin.water.hazard import Hazard
from twin.world.assets import Assets

#: Water has left an asset for repair when its depth is below this, or below ``touch_m`` where that is lower [m].
RECEDE_M = 0.10
#: The least water that counts: a level at or below the ground (a cellar's) is reached by this much [m].
FILM_M = 0.001
_NEVER_UM = 2**31 - 1
_Scalar = TypeVar("_Scalar", bound=np.generic)


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

    def __repr__(self) -> str:
        return f"Crossings: {len(self):,} rows"


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


def _micrometres(level_m: FloatArray) -> Int32Array:
    """Give levels as whole micrometres, never below the film; 2³¹ - 1 where there is none."""
    missing = np.isnan(level_m) | (level_m > 2000)
    whole = np.rint(np.maximum(np.where(missing, 0.0, level_m), FILM_M) * 1e6)
    return np.where(missing, _NEVER_UM, whole).astype(np.int32)


class _Reduction:
    """The running figures of all assets while frames go by."""

    def __init__(self, assets: Assets, rows: Int64Array, duration_s: int) -> None:
        n = len(assets)
        self.rows = rows
        touch_m = np.where(np.isnan(assets.touch_m), assets.fail_m, assets.touch_m)
        self.levels_um = np.stack([_micrometres(level_m)[rows] for level_m in
                                   (touch_m, assets.fail_m, recede_level_m(assets.touch_m))])
        self.duration_s = duration_s
        self.above = np.zeros(n, np.int8)
        self.peak_um, self.peak_time_s = np.zeros(n, np.int32), np.full(n, NONE, np.int64)
        self.period_um, self.period_time_s = np.zeros(n, np.int32), np.full(n, NONE, np.int64)
        self.unknown_s, self.ever = np.zeros(n, np.int64), np.zeros(n, np.int8)
        self.is_first = True
        self._room = max(4096, n // 4)
        self._rows: list[tuple[NDArray[Any], ...]] = []

    def between(self, before: _Frame, now: _Frame) -> None:
        """Take in the interval between two frames; what lies outside the horizon is left out."""
        start_s, end_s = max(before.time_s, 0), min(now.time_s, self.duration_s)
        if start_s >= end_s:
            return
        # numba is loaded when water is read, not when a saved run is explained.
        from twin.kernels.water.exposure import crossings_between

        last_s = end_s - (end_s == self.duration_s)
        asset = 0
        while asset < len(self.above):
            out = (np.empty(self._room, np.int64), np.empty(self._room, np.int32), np.empty(self._room, np.int8),
                   np.empty(self._room, np.bool_), np.empty(self._room, np.int32), np.empty(self._room, np.int64))
            count = np.zeros(1, np.int64)
            asset = crossings_between(
                before.depth_um, now.depth_um, before.unknown, now.unknown,
                before.is_active, now.is_active, self.levels_um, self.above, self.peak_um,
                self.peak_time_s, self.period_um, self.period_time_s, self.unknown_s, self.ever, *out, count,
                asset, before.time_s, now.time_s, start_s, end_s, last_s, self.is_first)
            if count[0]:
                self._rows.append(tuple(values[:count[0]].copy() for values in out))
        self.is_first = False

    def by_row(self, values: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """Put a running figure back into the order of the assets."""
        back = np.empty_like(values)
        back[self.rows] = values
        return back

    def crossings(self) -> tuple[Crossings, WetPeriods]:
        """Give every crossing in order, and the wet periods that they bound."""
        kinds = (np.int64, np.int32, np.int8, np.bool_, np.int32, np.int64)
        time_s, asset, level, is_up, peak_um, peak_time_s = (
            np.concatenate([rows[i] for rows in self._rows]) if self._rows else np.empty(0, kind)
            for i, kind in enumerate(kinds))
        asset = self.rows[asset].astype(np.int32)
        # One key a row: sorting whole numbers is several times as fast as by columns.
        order = np.argsort((time_s * len(Level) + level) << 32 | asset)
        crossings = Crossings(time_s=column(time_s[order], np.int64), asset=column(asset[order], np.int32),
                              level=column(level[order], np.int8), is_up=column(is_up[order], np.bool_))
        up, down = (level == Level.TOUCH) & is_up, (level == Level.TOUCH) & ~is_up
        by_asset = asset.astype(np.int64) << 32 | time_s
        rows = np.flatnonzero(up)[np.argsort(by_asset[up])]
        falls = np.flatnonzero(down)[np.argsort(by_asset[down])]
        # Rises and falls of an asset take turns and begin with a rise; only its last rise may lack a fall.
        is_closed = np.ones(len(rows), bool)
        last_of_asset = np.append(asset[rows][1:] != asset[rows][:-1], True) if len(rows) else np.zeros(0, bool)
        above, period_um = self.by_row(self.above), self.by_row(self.period_um)
        period_time_s = self.by_row(self.period_time_s)
        is_closed[last_of_asset & ((above[asset[rows]] & 1) > 0)] = False
        end_s, peak, when = np.full(len(rows), NONE), period_um[asset[rows]], period_time_s[asset[rows]]
        end_s[is_closed], peak[is_closed], when[is_closed] = time_s[falls], peak_um[falls], peak_time_s[falls]
        return crossings, WetPeriods(
            asset=column(asset[rows], np.int32), start_s=column(time_s[rows], np.int64),
            end_s=column(end_s, np.int64), peak_depth_m=column(peak * 1e-6, np.float32),
            peak_time_s=column(when, np.int64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    time_s: int
    depth_um: Int32Array
    unknown: Int8Array
    #: Chunks of assets that may not be simply dry.
    is_active: BoolArray

    def at(self, time_s: int) -> _Frame:
        return replace(self, time_s=time_s)


def expose(hazard: Hazard, index: CellIndex, assets: Assets, *, duration_s: int,
           progress: Callable[[int, int], None] | None = None) -> Exposure:
    """Give what the water does at each asset between 0 and ``duration_s``.

    One thread reads frames ahead while this one reduces; the outcome does not depend on it.

    Parameters
    ----------
    hazard
        The water.
    index
        Which cells of the hazard's grid each asset is read from.
    assets
        The assets, with the heights that count.
    duration_s
        Horizon [s].
    progress
        Told the frames done and the frames in all.

    Raises
    ------
    InputError
        The horizon outlasts the last frame and the hazard's ``after`` is ``refuse``; a hazard without frames, or whose
        times do not increase.
    """
    times_s = np.asarray(hazard.times_s, np.int64)
    check_times(times_s, hazard.after, duration_s)
    order = _Order.of(index)
    reduction = _Reduction(assets, order.rows, duration_s)
    before: _Frame | None = None
    for done, now in enumerate(_frames(hazard, index.cells, order, times_s), start=1):
        # Before the first frame the first holds.
        reduction.between(before or now.at(min(0, now.time_s)), now)
        before = now
        if progress is not None:
            progress(done, len(times_s))
    if before is not None and before.time_s < duration_s:
        if hazard.after == "dry":
            gone = _Frame(time_s=before.time_s + 1, depth_um=np.zeros_like(before.depth_um),
                          unknown=np.zeros_like(before.unknown), is_active=np.zeros_like(before.is_active))
            reduction.between(before, gone)
            before = gone
        reduction.between(before, before.at(duration_s))
    return _exposure(reduction, index, assets, hazard.depth_error_m, _shortfall_m(hazard, index))


def _shortfall_m(hazard: Hazard, index: CellIndex) -> FloatArray:
    """Give by how much the highest water missed each asset, (A,) [m]; inf where the water does not tell."""
    missed = np.full(len(index.offsets) - 1, np.inf)
    tell = getattr(hazard, "shortfall_m", None)
    if tell is not None and len(index.members):
        of_cells = np.asarray(tell(index.cells), np.float64)[index.members]
        has_cells = np.diff(index.offsets) > 0
        missed[has_cells] = np.minimum.reduceat(of_cells, index.offsets[:-1][has_cells])
    return missed


def check_times(times_s: Int64Array, after: str, duration_s: int) -> None:
    """Refuse times that do not increase, and water that ends before the run when nobody says what follows.

    Raises
    ------
    InputError
        As said.
    """
    if not len(times_s):
        raise InputError(field="flood", found="water without a single frame", expected="one frame or more")
    if np.any(np.diff(times_s) <= 0):
        row = int(np.flatnonzero(np.diff(times_s) <= 0)[0])
        raise InputError(field="flood", found=f"frame {row + 2} at {times_s[row + 1]} s after frame {row + 1} at "
                         f"{times_s[row]} s", expected="times that increase",
                         remedy="Sort the frames, drop the repeated.")
    if after == "refuse" and times_s[-1] < duration_s:
        raise InputError(field="flood.after", found=f"water that ends {times_s[-1]} s after the start",
                         expected=f"frames up to the end of the run, {duration_s} s after the start",
                         remedy="Shorten the duration, or say `after: hold` or `after: dry`.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Order:
    """The assets in order of their cells: memory is then read from end to end, ten times as fast as at random."""

    #: Row of the asset at each place, (A,).
    rows: Int64Array
    offsets: Int64Array
    members: Int32Array
    #: Least and greatest of ``members`` in each chunk of assets; -1 in a chunk without any.
    lowest: Int32Array
    highest: Int32Array

    @classmethod
    def of(cls, index: CellIndex) -> _Order:
        from twin.kernels.water.exposure import CHUNK

        sizes = np.diff(index.offsets)
        has_cells = sizes > 0
        key = np.full(len(sizes), NONE, np.int64)
        key[has_cells] = index.members[index.offsets[:-1][has_cells]]
        rows = np.argsort(key, kind="stable")
        offsets = np.zeros(len(index.offsets), np.int64)
        np.cumsum(sizes[rows], out=offsets[1:])
        shift = np.repeat(index.offsets[:-1][rows] - offsets[:-1], sizes[rows])
        members = index.members[np.arange(len(index.members)) + shift]
        begin = offsets[:-1:CHUNK]
        lowest, highest = (np.full(len(begin), NONE, np.int32) for _ in range(2))
        filled = np.append(begin[1:], len(members)) > begin
        if len(members):
            # Chunks without members begin where the next one does: leaving them out keeps the bounds of the others.
            lowest[filled] = np.minimum.reduceat(members, begin[filled])
            highest[filled] = np.maximum.reduceat(members, begin[filled])
        return cls(rows=rows, offsets=offsets, members=members, lowest=lowest, highest=highest)


def _frames(hazard: Hazard, cells: Int64Array, order: _Order, times_s: Int64Array) -> Iterator[_Frame]:
    """Give the depth of each asset frame by frame; the next frame is read while this one is reduced.

    Two frames live at a time: the one given and the one before it.
    """
    from twin.kernels.water.exposure import asset_depths

    n = len(order.rows)
    buffers = [(np.zeros(n, np.int32), np.zeros(n, np.int8), np.zeros(len(order.lowest), np.bool_)) for _ in range(2)]
    source = (np.array(depth_m, np.float32) for depth_m in hazard.depths(cells))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="frames") as reader:
        ahead = reader.submit(next, source, None)
        for i, time_s in enumerate(times_s):
            depth_m = ahead.result()
            if depth_m is None:
                raise InputError(field="flood", found=f"{i} frames", expected=f"{len(times_s)}, as the water announced")
            # After the last frame the source is asked once more: it then knows that it was read to its end.
            ahead = reader.submit(next, source, None)
            depth_um, unknown, is_active = buffers[i % 2]
            asset_depths(order.offsets, order.members, order.lowest, order.highest, depth_m, depth_um, unknown,
                         is_active)
            yield _Frame(time_s=int(time_s), depth_um=depth_um, unknown=unknown, is_active=is_active)
        ahead.result()


def _exposure(reduction: _Reduction, index: CellIndex, assets: Assets, depth_error_m: float,
              shortfall_m: FloatArray) -> Exposure:
    """Turn the running figures into the columns of ``Exposure``."""
    crossings, wet = reduction.crossings()
    n = len(assets)

    def first(level: Level) -> Int64Array:
        rows = np.flatnonzero((crossings.level == level) & crossings.is_up)[::-1]
        at_s = np.full(n, NONE, np.int64)
        at_s[crossings.asset[rows]] = crossings.time_s[rows]
        return at_s

    # The wet periods of an asset stand in order of time, so its last one is what stays; only a level of touch counts.
    left_s = np.full(n, NONE, np.int64)
    left_s[wet.asset] = wet.end_s
    has_touch = ~np.isnan(assets.touch_m)
    has_cells = np.diff(index.offsets) > 0
    coverage = np.array(index.coverage, np.int8)
    ever, peak_um = reduction.by_row(reduction.ever), reduction.by_row(reduction.peak_um)
    some, all_ = (ever & 1) > 0, (ever & 2) > 0
    is_dry = peak_um == 0
    # Never seen wet and not always known: nobody can say that it stays dry.
    unknown = has_cells & all_ & is_dry
    coverage[has_cells & some & (coverage == Coverage.INSIDE)] = Coverage.PARTIAL
    coverage[unknown] = Coverage.UNKNOWN
    is_known = has_cells & ~unknown
    peak_m = peak_um * 1e-6
    fail_m = np.where(np.isnan(assets.fail_m), np.nan, np.maximum(assets.fail_m, FILM_M))
    margin_m = np.where(is_known, fail_m - peak_m, np.nan)
    error_m = np.hypot(np.nan_to_num(assets.height_error_m), depth_error_m)
    with np.errstate(invalid="ignore"):
        # A dry asset is doubtful where the water is known to have missed it by less than the errors.
        short_m = np.where(is_dry, margin_m + shortfall_m, np.abs(margin_m))
        is_doubtful = is_known & (error_m > 0) & (short_m <= error_m + 1e-9)
    touched_at_s = np.where(has_touch, first(Level.TOUCH), NONE)
    return Exposure(
        crossings=crossings if np.all(has_touch | ~has_cells) else _real(crossings, has_touch),
        peak_depth_m=column(np.where(is_known, peak_m, np.nan), np.float32),
        peak_time_s=column(np.where(is_known & ~is_dry, reduction.by_row(reduction.peak_time_s), NONE), np.int64),
        touched_at_s=column(touched_at_s, np.int64), failed_at_s=column(first(Level.FAIL), np.int64),
        water_left_at_s=column(np.where(has_touch, left_s, NONE), np.int64), margin_m=column(margin_m, np.float64),
        is_doubtful=column(is_doubtful, np.bool_), coverage=column(coverage, np.int8), wet=wet,
        unknown_s=column(np.where(~has_cells & (coverage == Coverage.UNKNOWN), reduction.duration_s,
                                  reduction.by_row(reduction.unknown_s)), np.int64))


def _real(crossings: Crossings, has_touch: BoolArray) -> Crossings:
    """Leave out the touches of assets that water does not touch: they were followed for their wet periods alone."""
    keep = (crossings.level != Level.TOUCH) | has_touch[crossings.asset]
    return Crossings(time_s=column(crossings.time_s[keep], np.int64), asset=column(crossings.asset[keep], np.int32),
                     level=column(crossings.level[keep], np.int8), is_up=column(crossings.is_up[keep], np.bool_))


def dry(assets: Assets) -> Exposure:
    """Give the exposure of a scenario without water: everything dry, and known to be."""
    n = len(assets)
    has_place = ~np.isnan(assets.x_m) & ~np.isnan(assets.y_m)
    never = column(NONE, np.int64, n)
    return Exposure(
        crossings=Crossings(time_s=column([], np.int64), asset=column([], np.int32), level=column([], np.int8),
                            is_up=column([], np.bool_)),
        peak_depth_m=column(np.where(has_place, 0.0, np.nan), np.float32), peak_time_s=never, touched_at_s=never,
        failed_at_s=never, water_left_at_s=never, margin_m=column(assets.fail_m, np.float64),
        is_doubtful=column(False, np.bool_, n),
        coverage=column(np.where(has_place, Coverage.INSIDE, Coverage.NONE), np.int8),
        unknown_s=column(0, np.int64, n))
