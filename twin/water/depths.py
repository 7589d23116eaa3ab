"""Depth over time of every asset that ever gets wet: what a raised cabinet, a drawn threshold, a ranking are read from.

The water is read once, frame by frame; crossings, peaks and margins are functions of this series and of heights
(``twin.water.exposure``). Depth is linear between frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from twin.errors import InputError
from twin.quantities import NONE, BoolArray, Float32Array, FloatArray, Int8Array, Int32Array, Int64Array, column
from twin.water.hazard import Hazard
from twin.water.picks import Series, picked
from twin.water.unknown import Unknown

#: Frames whose depths are put into series together.
_AT_ONCE = 8


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
class DepthSeries:
    """The depth at each asset over time, whatever its heights: wet assets alone, (W,), in compressed rows."""

    #: Time of each frame, (T,) [s], strictly increasing.
    times_s: Int64Array
    #: What holds after the last frame: ``hold`` or ``dry`` (``refuse`` where the last frame is the horizon or later).
    after: str
    #: Horizon for which the series was read [s].
    duration_s: int
    #: Rows of the assets that ever stand in water, (W,), increasing.
    asset: Int32Array
    #: First frame of each with water; its depths [µm] from there on are ``depth_um[offsets[w]:offsets[w + 1]]``, and
    #: at all other frames it is dry.
    first: Int32Array
    offsets: Int64Array
    depth_um: Int32Array
    #: ``Coverage``, (A,).
    coverage: Int8Array
    #: Seconds of the horizon in which the depth is unknown and runs as dry, (A,).
    unknown_s: Int64Array
    #: By how much the highest water missed an asset, (A,) [m]; inf where the water does not tell.
    shortfall_m: FloatArray
    #: Error of the depth itself, as stated by its maker [m].
    error_m: float
    _row_of: dict[int, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.asset)

    def __repr__(self) -> str:
        return (f"DepthSeries: {len(self):,} wet assets, {len(self.times_s):,} frames, "
                f"{self.depth_um.nbytes / 1e6:,.1f} MB")

    def knots(self) -> tuple[Int64Array, Int32Array]:
        """Give the moments between which depth is linear, (K,) [s], and the frame that holds at each; -1 dry.

        Before the first frame the first holds; after the last what ``after`` says.
        """
        moments, frames = self.times_s.tolist(), list(range(len(self.times_s)))
        if moments and moments[0] > 0:
            moments, frames = [0, *moments], [0, *frames]
        if moments and moments[-1] < self.duration_s:
            if self.after == "dry":
                moments, frames = [*moments, moments[-1] + 1], [*frames, NONE]
            if moments[-1] < self.duration_s:
                moments, frames = [*moments, self.duration_s], [*frames, frames[-1]]
        return np.array(moments, np.int64), np.array(frames, np.int32)

    def rows_of(self, assets: Int32Array) -> Int32Array:
        """Give the series of assets, (N,); -1 for those that are always dry."""
        place = np.searchsorted(self.asset, assets)
        found = np.append(self.asset, NONE)[place] == assets
        return np.where(found, place, NONE).astype(np.int32)

    def at(self, t_s: int, assets: Int32Array | None = None) -> FloatArray:
        """Give the depth at one second of the horizon, (N,) or (A,) [m]; 0 where dry or unknown.

        Parameters
        ----------
        t_s
            Second within the horizon.
        assets
            Rows asked for, (N,); None: every asset.
        """
        asked = np.arange(len(self.coverage), dtype=np.int32) if assets is None else np.asarray(assets, np.int32)
        out_um = np.zeros(len(asked), np.int64)
        rows = self.rows_of(asked)
        wet, w = np.flatnonzero(rows != NONE), rows[rows != NONE]
        knot_s, knot_frame = self.knots()
        if len(w):
            k = int(np.clip(np.searchsorted(knot_s, t_s, side="right") - 1, 0, len(knot_s) - 1))
            following = min(k + 1, len(knot_s) - 1)
            d0, d1 = self._frame_um(w, int(knot_frame[k])), self._frame_um(w, int(knot_frame[following]))
            span = int(knot_s[following] - knot_s[k])
            out_um[wet] = (d0 * span + (d1 - d0) * (t_s - int(knot_s[k]))) // span if span else d0
        return np.asarray(out_um * 1e-6, np.float64)

    def highest(self, t_s: int, assets: Int32Array) -> FloatArray:
        """Give the highest depth of some assets up to one second of the horizon, (N,) [m]; 0 where dry or unknown."""
        knot_s, knot_frame = self.knots()
        frames = int(knot_frame[:int(np.searchsorted(knot_s, t_s, side="right"))].max(initial=NONE)) + 1
        past_um = np.zeros(len(assets), np.int64)
        for place, w in enumerate(self.rows_of(assets).tolist()):
            if w != NONE:
                held = self.depth_um[self.offsets[w]:self.offsets[w + 1]]
                past_um[place] = held[:max(frames - int(self.first[w]), 0)].max(initial=0)
        return np.asarray(np.maximum(past_um * 1e-6, self.at(t_s, assets)), np.float64)

    def _frame_um(self, rows: Int32Array, frame: int) -> Int64Array:
        """Give the depth of some series at a frame, (N,) [µm]."""
        place = frame - self.first[rows]
        within = (place >= 0) & (place < np.diff(self.offsets)[rows]) & (frame != NONE)
        found = np.zeros(len(rows), np.int64)
        found[within] = self.depth_um[self.offsets[rows[within]] + place[within]]
        return found

    def take(self, assets: Int32Array) -> DepthSeries:
        """Give the series of a city of these assets alone, in this order of rows, increasing."""
        wanted = self.rows_of(assets)
        wet = np.flatnonzero(wanted != NONE)
        rows = wanted[wet]
        sizes = np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        source = np.repeat(self.offsets[:-1][rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return DepthSeries(
            times_s=self.times_s, after=self.after, duration_s=self.duration_s, asset=column(wet, np.int32),
            first=column(self.first[rows], np.int32), offsets=column(offsets, np.int64),
            depth_um=column(self.depth_um[source], np.int32), coverage=column(self.coverage[assets], np.int8),
            unknown_s=column(self.unknown_s[assets], np.int64),
            shortfall_m=column(self.shortfall_m[assets], np.float64), error_m=self.error_m)

    def assert_equal(self, other: DepthSeries) -> None:
        """Raise ``AssertionError`` at the first difference, naming the column."""
        for name in ("times_s", "asset", "first", "offsets", "depth_um", "coverage", "unknown_s", "shortfall_m"):
            np.testing.assert_array_equal(getattr(self, name), getattr(other, name), err_msg=name)
        assert (self.after, self.duration_s, self.error_m) == (other.after, other.duration_s, other.error_m)


def read_depths(hazard: Hazard, index: CellIndex, *, duration_s: int,
                progress: Callable[[int, int], None] | None = None) -> DepthSeries:
    """Give the depth at each asset between 0 and ``duration_s``.

    One thread reads frames ahead while this one sorts them; the outcome does not depend on it.

    Parameters
    ----------
    hazard
        The water.
    index
        Which cells of the hazard's grid each asset is read from.
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
    matters = np.array([_matters(times_s, frame, duration_s) for frame in range(len(times_s))])
    # Water that is picked from maps by its level says so: its assets are then worked through one after the other.
    picks = getattr(hazard, "picks", None)
    asset, first, offsets, depth_um, unknown_s, is_partly, is_wholly = (
        _frame_by_frame(hazard, index, times_s, matters, duration_s, progress) if picks is None else
        picked(picks(index.cells), index.offsets, index.members, times_s, matters, duration_s, hazard.after != "dry"))
    has_cells = np.diff(index.offsets) > 0
    is_wet = np.zeros(len(has_cells), bool)
    is_wet[asset] = True
    coverage = np.array(index.coverage, np.int8)
    coverage[has_cells & is_partly & (coverage == Coverage.INSIDE)] = Coverage.PARTIAL
    # Never seen wet and not always known: nobody can say that it stays dry.
    coverage[has_cells & is_wholly & ~is_wet] = Coverage.UNKNOWN
    outside = ~has_cells & (coverage == Coverage.UNKNOWN)
    return DepthSeries(
        times_s=column(times_s, np.int64), after=hazard.after, duration_s=duration_s, asset=asset, first=first,
        offsets=offsets, depth_um=depth_um, coverage=column(coverage, np.int8),
        unknown_s=column(np.where(outside, duration_s, unknown_s), np.int64),
        shortfall_m=column(_shortfall_m(hazard, index), np.float64), error_m=float(hazard.depth_error_m))


def _frame_by_frame(hazard: Hazard, index: CellIndex, times_s: Int64Array, matters: BoolArray, duration_s: int,
                    progress: Callable[[int, int], None] | None) -> Series:
    """Read the water as it comes."""
    order = _Order.of(index)
    blocks, unknown = _Blocks(len(order.rows)), Unknown(len(order.rows), duration_s)
    for done, frame in enumerate(_frames(hazard, index.cells, order, times_s), start=1):
        if matters[done - 1]:
            blocks.add(done - 1, frame)
        unknown.add(int(times_s[done - 1]), frame.unknown)
        if progress is not None:
            progress(done, len(times_s))
    unknown.end(hold=hazard.after != "dry")
    place = np.argsort(order.rows)
    return Series(*blocks.series(order.rows), unknown.seconds[place], unknown.is_partly[place],
                  unknown.is_wholly[place])


def _matters(times_s: Int64Array, frame: int, duration_s: int) -> bool:
    """Tell whether a frame bears on the horizon: it, the one before or the one after lies within."""
    return bool((frame + 1 == len(times_s) or times_s[frame + 1] > 0)
                and (frame == 0 or times_s[frame - 1] < duration_s))


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
class _Frame:
    """The assets at one frame, in the order of ``_Order``."""

    depth_um: Int32Array
    unknown: Int8Array
    #: Chunks of assets that may not be simply dry.
    is_active: BoolArray


class _Blocks:
    """Frames kept as they come: of each the chunks of assets in which there is water."""

    def __init__(self, assets: int) -> None:
        from twin.kernels.water.depths import CHUNK

        self.lanes, self.chunks = CHUNK, -(-assets // CHUNK)
        self._first, self._last = (np.full(self.chunks * self.lanes, NONE, np.int32) for _ in range(2))
        self._now, self._chunks_now = np.empty((self.chunks, self.lanes), np.int32), np.empty(self.chunks, np.int32)
        #: By frame: its number, the chunks, and which each is.
        self._frames: list[tuple[int, Int32Array, Int32Array]] = []

    def add(self, frame: int, now: _Frame) -> None:
        """Keep what is wet at a frame."""
        from twin.kernels.water.series import keep_wet

        count = keep_wet(now.depth_um, now.is_active, self.lanes, frame, self._first, self._last, self._now,
                         self._chunks_now)
        self._frames.append((frame, self._now[:count].copy(), self._chunks_now[:count].copy()))

    def series(self, rows: Int64Array) -> tuple[Int32Array, Int32Array, Int64Array, Int32Array]:
        """Give the wet assets in order of row, their first frames, where each begins, and all depths."""
        from twin.kernels.water.series import fill_series

        first, last = self._first, self._last
        wet = np.flatnonzero(first[:len(rows)] != NONE)
        wet = wet[np.argsort(rows[wet])]
        sizes = (last[wet] - first[wet] + 1).astype(np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        begins = np.zeros(len(first), np.int64)
        begins[wet] = offsets[:-1] - first[wet]
        depth_um = np.zeros(int(offsets[-1]), np.int32)
        while self._frames:  # what is written is let go: both are never held whole
            some = [self._frames.pop() for _ in range(min(_AT_ONCE, len(self._frames)))][::-1]
            chunks = np.concatenate([of_block for _, _, of_block in some])
            numbers = np.repeat([number for number, _, _ in some], [len(of_block) for _, _, of_block in some])
            # Chunk by chunk: the depths of an asset at these frames lie beside each other in memory.
            order = np.argsort(chunks, kind="stable")
            fill_series(np.concatenate([blocks for _, blocks, _ in some]), chunks, numbers, order, self.lanes, begins,
                        depth_um)
        depth_um.flags.writeable = False
        return column(rows[wet], np.int32), column(first[wet], np.int32), column(offsets, np.int64), depth_um


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
        from twin.kernels.water.depths import CHUNK

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
    """Give the depth of each asset frame by frame, in one buffer; the next frame is read while this one is used."""
    from twin.kernels.water.depths import CHUNK, asset_depths

    n = len(order.rows)
    padded = np.zeros(-(-n // CHUNK) * CHUNK, np.int32)
    unknown, is_active = np.zeros(n, np.int8), np.zeros(len(order.lowest), np.bool_)
    source: Iterator[Float32Array] = (np.array(depth_m, np.float32) for depth_m in hazard.depths(cells))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="frames") as reader:
        ahead = reader.submit(next, source, None)
        for i in range(len(times_s)):
            depth_m = ahead.result()
            if depth_m is None:
                raise InputError(field="flood", found=f"{i} frames", expected=f"{len(times_s)}, as the water announced")
            # After the last frame the source is asked once more: it then knows that it was read to its end.
            ahead = reader.submit(next, source, None)
            asset_depths(order.offsets, order.members, order.lowest, order.highest, depth_m, padded[:n], unknown,
                         is_active)
            yield _Frame(depth_um=padded, unknown=unknown, is_active=is_active)
        ahead.result()
