"""The flow model: a setup packed for the kernels, and the run in time.

Three clocks: the step of the flow (as long as waves allow), the slow clock (losses, maxima, sums; 10 s at most), and
the frames that the caller asks for. Only tiles with water that can move, and one ring around them, are computed; while
rain falls, all that it falls on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np

from twin.errors import InputError
from twin.flood.bed import Bed, Capacity, FlatBed
from twin.flood.book import Book, Cancelled
from twin.flood.domain import roof_shares
from twin.flood.instability import unstable
from twin.flood.packing import pack, single_places
from twin.flood.setup import FlowSetup
from twin.flood.subgrid import SubgridBed
from twin.kernels.flow import arrays
from twin.kernels.flow import slow as flow_slow
from twin.kernels.flow import step as flow
from twin.kernels.flow.arrays import STRIP_ROWS, TILE_COLUMNS
from twin.quantities import BoolArray, Float32Array, FloatArray

#: A look at which tiles are wet holds for this many steps: less than the 32 rows that water needs to cross a tile.
STEPS_PER_LOOK = 24
#: A wave faster than this is no flood [m/s]; the shortest step follows from it.
FASTEST_M_S = 200.0

#: A sweep of fewer cells is done before a second thread has started.
CELLS_PER_THREAD = 40_000

Progress = Callable[[float, float], None]


def _fields(shape: tuple[int, int], count: int) -> list[Float32Array]:
    """Give arrays of zeros that start 320 bytes apart in a page.

    A row loop reads a dozen of them at the same place; where all begin on a page, the lines fall on each other in the
    first cache (measured: 4 to 8 % of a sweep).
    """
    size = shape[0] * shape[1]
    room = size + (-size) % 1024 + 80
    store = np.zeros((count, room), np.float32)
    return [row[:size].reshape(shape) for row in store]


class FlowModel:
    """A computation under way. ``advance`` moves it in time; everything else looks at it.

    Parameters
    ----------
    setup
        What to compute, checked here.
    factor
        How many cells of the terrain a cell of the computation is wide. More than 1: coarse cells that keep the storage
        and the conveyance of the terrain inside them.

    Raises
    ------
    InputError
        The setup cannot be, or a place of it lies outside the domain, in a wall, or nowhere near a face.
    """

    def __init__(self, setup: FlowSetup, *, factor: int = 1) -> None:
        self.setup = setup.check()
        #: Cells a thread must have to be worth its start; the results do not depend on it.
        self.cells_per_thread = CELLS_PER_THREAD
        domain = setup.domain
        shape = tuple(-(-size // factor) + 2 for size in domain.shape)
        shape = (shape[0], shape[1])
        self._rows, self._columns = shape[0] - 2, shape[1] - 2
        h, qx, qy, h2, qx2, qy2, self._carry, self._weight, *ground = _fields(shape, 8 + (3 if factor == 1 else 0))
        self.bed: Bed = FlatBed(domain, ground) if factor == 1 else SubgridBed(domain, factor, single_places(setup))
        self._area = self.bed.cells.cell_m**2
        velocities: list[Any] = [np.zeros(shape, np.float32) for _ in range(4)] if setup.advection else [None] * 4
        self._old = arrays.Fields(h, qx, qy, *velocities[:2])
        self._new = arrays.Fields(h2, qx2, qy2, *velocities[2:])
        if setup.depth_m is not None:
            h[1:-1, 1:-1] = self.bed.start_m(setup.depth_m)
            h2[...] = h
        self._packed = pack(setup, self.bed)
        self._barriers = self._packed.special.kind == arrays.BARRIER
        self._standing: BoolArray | None = None
        self._rule = arrays.Rule(float(self.bed.cells.cell_m), setup.theta, setup.film_m, setup.cfl, setup.dt_most_s,
                                 setup.cfl * self.bed.cells.cell_m / FASTEST_M_S, setup.advection)
        self._rain_t, self._rain_m = setup.rain.fallen_m() if setup.rain else (np.empty(0), np.empty(0))
        self._rain_interval = -1
        self._rain_volume = 0.0
        #: Rain fallen at the last look [m].
        self._rain_at_look = 0.0
        self._rate, self._suction, self._soaked, self._drain = self._pack_losses(shape)
        self._lost = np.zeros(2)
        self._overdrawn = np.zeros(shape[0], np.bool_)
        strips, tiles = -(-self._rows // STRIP_ROWS), -(-self._columns // TILE_COLUMNS)
        self._tops = np.zeros((strips, 2), np.int32)
        self._active = np.ones((strips, tiles), np.bool_)
        self._pinned = self._pin(strips, tiles)
        self._rained = np.zeros((strips, tiles), np.bool_)
        #: Metres of water that rest in tiles which are not computed, and that the computed ones held at the last look.
        self._resting = np.zeros((strips, tiles))
        self._flowing = 0.0
        self._spans, self._cells_active = self._lay(self._active)
        self._tally = arrays.Tally(np.zeros(10), np.zeros(len(self._packed.series.first)),
                                   np.zeros((len(self._packed.special.i), 2)), np.zeros(len(self._packed.moves.kind)))
        self._clock = self._tally.clock
        self._clock[arrays.DT_LEAST] = np.inf
        self._clock[arrays.DEPTH] = self._deepest()
        self._slow_at = 0.0
        self._stand()
        self._look(raining=False)
        self._settle(0.0)
        self._start_m3 = self.stored_m3

    @property
    def time_s(self) -> float:
        """Time reached [s from the start]."""
        return float(self._clock[arrays.TIME])

    @property
    def stored_m3(self) -> float:
        """Water in the domain at the last look of the slow clock [m3]."""
        return (self._flowing + float(np.sum(self._resting[~self._active]))) * self._area

    def depth_m(self) -> Float32Array:
        """Give the depth over the terrain, (rows, columns) [m]; NaN where the terrain is void, 0 in buildings."""
        out = self.bed.depth_m(self._old, self._carry)
        out[~np.isfinite(self.setup.domain.height_m)] = np.nan
        return out

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth at any look of the slow clock, over the terrain, (rows, columns) [m]."""
        return self.bed.peak_m

    @property
    def arrival_s(self) -> Float32Array:
        """First time at the setup's arrival depth, over the terrain, (rows, columns) [s]; -1 never."""
        return self.bed.arrival_s

    def flows_m2_s(self) -> tuple[Float32Array, Float32Array]:
        """Give the flow per metre through west faces, (rows, columns + 1), and north faces, (rows + 1, columns)."""
        return self._old.qx[1:-1, 1:].copy(), self._old.qy[1:, 1:-1].copy()

    def advance(self, until_s: float, *, cancel: Callable[[], bool] | None = None) -> None:
        """Compute up to ``until_s``.

        Raises
        ------
        FlowUnstable
            The step collapses or a number is lost; names the cell, the time and the cause.
        Cancelled
            ``cancel`` said so; the state is whole.
        """
        allowed = numba.get_num_threads()
        try:
            while self.time_s < until_s:
                if cancel is not None and cancel():
                    raise Cancelled(self.time_s)
                self._step_to(min(until_s, self._next_event()), allowed)
                self._slow()
        finally:
            numba.set_num_threads(allowed)

    def frames(self, times_s: FloatArray, *, progress: Progress | None = None,
               cancel: Callable[[], bool] | None = None) -> Iterator[tuple[float, Float32Array]]:
        """Run through ``times_s`` and give the depth at each of them after the present; see ``advance``."""
        for time_s in times_s:
            if time_s < self.time_s:
                continue
            self.advance(float(time_s), cancel=cancel)
            if progress is not None:
                progress(float(time_s), float(times_s[-1]))
            yield float(time_s), self.depth_m()

    def book(self) -> Book:
        """Give the book of the water at the last look of the slow clock."""
        packed, tally, clock = self._packed, self._tally, self._clock
        sides: dict[str, float] = {}
        over_edges = 0.0
        inflow = {name: float(tally.made[packed.first_inside + k]) for k, name in enumerate(packed.inside)}
        for name, group, sign in packed.groups:
            volume = float(np.sum(tally.passed[group]) * sign)
            target = inflow if name in packed.over_edges else sides
            target[name] = target.get(name, 0.0) + volume
            if target is sides:
                over_edges += float(np.sum(tally.passed[group, 0 if sign > 0 else 1]) * sign)
        leaves = packed.moves.to_i < 0
        out = {name: float(tally.moved[k]) for k, name in enumerate(packed.moved) if leaves[k]}
        inside = {name: float(tally.moved[k]) for k, name in enumerate(packed.moved) if not leaves[k]}
        return Book(time_s=self.time_s, start_m3=self._start_m3, rain_m3=self._rain_volume, inflow_m3=inflow,
                    edges_m3=sides, edges_in_m3=over_edges, infiltration_m3=float(self._lost[0]),
                    drains_m3=float(self._lost[1]), pumped_out_m3=out, moved_m3=inside, stored_m3=self.stored_m3,
                    created_m3=float(clock[arrays.CREATED]), steps=int(clock[arrays.STEPS]),
                    shortest_step_s=float(clock[arrays.DT_LEAST]), repairs=int(clock[arrays.REPAIRS]),
                    cell_updates=float(clock[arrays.CELLS]), notes=self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or assumed, in sentences."""
        rain = self.setup.rain.notes if self.setup.rain else ()
        return (*self.bed.cells.notes, *rain, *self._packed.notes, *self.setup.notes)

    def state(self) -> dict[str, Any]:
        """Give all that changes in time, as arrays: ``restore`` of it goes on with identical results."""
        fields = {name: array for name, array in self._old._asdict().items() if array is not None}
        soil = {} if self._soaked is None else {"soaked": self._soaked}
        return {**fields, **soil, **self.bed.state(), **self._tally._asdict(), "carry": self._carry,
                "move_on": self._packed.moves.on, "lost": self._lost, "active": self._active,
                "resting": self._resting, "numbers": np.array([self._rain_volume, self._slow_at, self._start_m3,
                                                                self._flowing, self._rain_at_look])}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that ``state`` gave for the same setup.

        Raises
        ------
        InputError
            The state is of another setup.
        """
        own = self.state()
        for name, array in own.items():
            if name not in state or state[name].shape != array.shape:
                raise InputError(field="checkpoint", found=f"'{name}' of another run", expected="a state of this setup",
                                 remedy="Remove the checkpoint and start again.")
            array[...] = state[name]
        self._rain_volume, self._slow_at, self._start_m3, self._flowing, self._rain_at_look = (
            float(v) for v in state["numbers"])
        for new, old in zip(self._new, self._old, strict=True):
            if new is not None:
                new[...] = old
        self._spans, self._cells_active = self._lay(self._active)
        self._rain_interval = -1
        self.bed.restored(self._old.h)
        self._stand()

    def _pack_losses(self, shape: tuple[int, int]) -> tuple[Capacity | None, Any, Any, Capacity | None]:
        """Give what the ground takes, suction, water in the ground and drains; None for what nobody asks for."""
        losses, is_open = self.setup.losses, self.setup.domain.open
        if losses is None:
            return None, None, None, None
        drain = (None if losses.drain_m_s is None
                 else self.bed.capacity(np.where(is_open, losses.drain_m_s, 0.0).astype(np.float64)))
        if not losses.conductivity_m_s.any():
            return None, None, None, drain
        rate = self.bed.capacity(np.where(is_open, losses.conductivity_m_s[losses.loss_class], 0.0))
        return rate, self.bed.suction_m(losses), np.zeros(shape, np.float32), drain

    def _deepest(self) -> float:
        """Give the greatest depth of the start [m]."""
        depth = self.setup.depth_m
        return 0.0 if depth is None else float(np.max(depth, initial=0.0, where=self.setup.domain.open))

    def _stand(self) -> None:
        """Put up the barriers of this moment, and take the others away."""
        special = self._packed.special
        now = self._barriers & (special.from_s <= self.time_s) & (self.time_s < special.to_s)
        if self._standing is None or (now != self._standing).any():
            self.bed.stand(special, now)
            self._standing = now

    def _pin(self, strips: int, tiles: int) -> BoolArray:
        """Mark the tiles that always are computed: those with edges, barriers, sources, pumps."""
        pinned = np.zeros((strips, tiles), np.bool_)
        special, sources, moves = self._packed.special, self._packed.sources, self._packed.moves
        for i, j in ((special.i, special.j), (special.i - (special.axis == 1), special.j - (special.axis == 0)),
                     (sources.i, sources.j), (moves.i, moves.j), (moves.to_i, moves.to_j)):
            keep = (i >= 1) & (i <= self._rows) & (j >= 1) & (j <= self._columns)
            pinned[(i[keep] - 1) // STRIP_ROWS, (j[keep] - 1) // TILE_COLUMNS] = True
        return pinned

    def _next_event(self) -> float:
        """Give the next time at which the rules change: a wall comes or goes, the rain starts, changes or ends."""
        special, moves = self._packed.special, self._packed.moves
        rain = self._rain_t if self.setup.rain and self.setup.rain.raster else self._rain_t[[0, -1]] if len(
            self._rain_t) else np.empty(0)
        times = np.concatenate([special.from_s, special.to_s, moves.from_s, moves.to_s, rain])
        later = times[times > self.time_s]
        return float(later.min()) if len(later) else np.inf

    def _choose_rain(self) -> bool:
        """Lay out the rain of the interval at hand; gives whether it rains now."""
        rain = self.setup.rain
        if rain is None:
            return False
        interval = int(np.searchsorted(rain.times_s, self.time_s, side="right")) - 1
        falls = 0 <= interval < len(rain.mm_h) if rain.raster else self._rain_t[0] <= self.time_s < self._rain_t[-1]
        key = interval if rain.raster else 0
        if falls and key != self._rain_interval:
            self._rain_interval = key
            domain = self.setup.domain
            where = None
            if rain.raster:
                where = np.asarray(rain.raster(interval), np.float64) / max(rain.mm_h[interval], 1e-12)
            share = self.bed.mean(roof_shares(domain.open, domain.blocked, where))
            self._weight[1:-1, 1:-1] = share
            self._weight_sum = float(np.sum(self._weight, dtype=np.float64))
            self._rained = np.zeros_like(self._active)
            wet = np.argwhere(share > 0)
            self._rained[wet[:, 0] // STRIP_ROWS, wet[:, 1] // TILE_COLUMNS] = True
        return bool(falls)

    def _step_to(self, stop: float, allowed: int) -> None:
        """Step the flow to ``stop`` or until the slow clock is due, looking now and then which tiles are wet."""
        packed, clock = self._packed, self._clock
        raining = self._choose_rain()
        self._stand()
        none = np.empty(0)
        while self.time_s < stop:
            self._look(raining=raining)
            before = clock[arrays.RAIN_MADE]
            most = 10**9 if self._active.all() else STEPS_PER_LOOK
            numba.set_num_threads(max(1, min(allowed, self._cells_active // self.cells_per_thread)))
            steps = flow.advance(
                self._spans, self._old, self._new, self.bed.flat, self.bed.grid, packed.special, packed.sources,
                packed.moves, packed.series, self._weight, self._carry, self._rain_t if raining else none,
                self._rain_m if raining else none, self._tally, self._overdrawn, self._tops, self._rule, stop,
                self._slow_at, self.setup.slow_s, most)
            if steps % 2:
                self._old, self._new = self._new, self._old
            if raining:
                self._rain_volume += (clock[arrays.RAIN_MADE] - before) * self._weight_sum * self._area
            clock[arrays.CELLS] += steps * self._cells_active
            if clock[arrays.STATUS] != arrays.REACHED:
                raise unstable(self._packed, self._rule, self.bed, self._old, self._clock)
            if steps < most:
                return

    def _look(self, *, raining: bool) -> None:
        """Find the tiles to compute: wet ones with a ring around them, rained ones, those with edges and sources."""
        wet = np.zeros_like(self._active)
        flow_slow.wet_tiles(self._old.h, wet, self.setup.film_m)
        wet |= self._pinned
        if raining:
            wet |= self._rained
        grown = wet.copy()
        grown[1:] |= wet[:-1]
        grown[:-1] |= wet[1:]
        ring = grown.copy()
        ring[:, 1:] |= grown[:, :-1]
        ring[:, :-1] |= grown[:, 1:]
        if (ring == self._active).all():
            return
        leaving = self._active & ~ring
        if leaving.any():
            old, new = self._old, self._new
            flow_slow.rest_tiles(leaving, old, new, old.ux, old.uy, new.ux, new.uy, self._carry, self._resting)
        self._active = ring
        self._spans, self._cells_active = self._lay(ring)

    def _lay(self, tiles: BoolArray, *, joined: bool = True) -> tuple[arrays.Spans, int]:
        """Give tiles as spans of columns, and their cells; neighbours in a strip make one span where ``joined``."""
        strips, first, begin, end = [], [0], [], []
        cells = 0
        for strip, row in enumerate(tiles):
            if not row.any():
                continue
            if joined:
                edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
                pairs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
            else:
                pairs = [(int(tile), int(tile) + 1) for tile in np.flatnonzero(row)]
            strips.append(strip)
            height = min(STRIP_ROWS, self._rows - strip * STRIP_ROWS)
            for a, b in pairs:
                begin.append(1 + a * TILE_COLUMNS)
                end.append(min(1 + b * TILE_COLUMNS, self._columns + 1))
                cells += (end[-1] - begin[-1]) * height
            first.append(len(begin))
        return arrays.Spans(*(np.array(part, np.int32) for part in (strips, first, begin, end))), cells

    def _slow(self) -> None:
        """Take the losses since the last look, note maxima and sums."""
        span = self.time_s - self._slow_at
        self._slow_at = self.time_s
        self._settle(span)

    def _settle(self, span_s: float) -> None:
        """Settle the tiles that are computed, and those that rest but still hold a film.

        Raises
        ------
        FlowUnstable
            A number was lost.
        """
        fallen = float(self._clock[arrays.RAIN_MADE])
        # Where rain fell since the last look all ground is wet; elsewhere what water covers.
        rained = self._weight if fallen > self._rain_at_look else None
        rate, drain = (None if capacity is None else self.bed.wetted(capacity, rained)
                       for capacity in (self._rate, self._drain))
        self._rain_at_look = fallen
        sums = self._settle_spans(self._spans, span_s, rate, drain)
        self._flowing = float(np.sum(sums[:, 0]))
        if not np.isfinite(self._flowing):
            raise unstable(self._packed, self._rule, self.bed, self._old, self._clock)
        # A film that rests goes on soaking; where nothing is left nothing is done.
        still = ~self._active & (self._resting > 0)
        if still.any() and (rate is not None or drain is not None):
            self._resting[still] = self._settle_spans(self._lay(still, joined=False)[0], span_s, rate, drain)[:, 0]
        self.bed.note(self._spans, self._old.h, self.time_s, self.setup.arrival_m)

    def _settle_spans(self, spans: arrays.Spans, span_s: float, rate: Float32Array | None,
                      drain: Float32Array | None) -> FloatArray:
        """Settle some spans; gives their sums, (spans, 3), and books what was lost."""
        sums = np.zeros((len(spans.begin), 3))
        peak, arrival = self.bed.noted or (None, None)
        flow_slow.settle(spans, self._old.h, self._new.h, self._carry, rate, self._suction, self._soaked, drain, peak,
                         arrival, np.float32(span_s), np.float32(self.time_s), np.float32(self.setup.arrival_m), sums)
        self._lost += np.sum(sums[:, 1:], axis=0) * self._area
        return sums
