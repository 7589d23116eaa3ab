"""The flow model: a setup packed for the kernels, and the run in time.

Three clocks: the step of the flow (as long as waves allow), the slow clock (losses, maxima, sums; 10 s at most), and
the frames that the caller asks for. Only tiles with water that can move, and one ring around them, are computed; while
rain falls, all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numba
import numpy as np

from twin.errors import InputError
from twin.flood.book import Book, Cancelled, FlowUnstable
from twin.flood.domain import roof_shares
from twin.flood.packing import Faces, Moves, Sources, pack_faces, pack_moves, pack_sources
from twin.flood.setup import FlowSetup
from twin.kernels import flow, flow_slow
from twin.quantities import BoolArray, Float32Array, FloatArray

#: A look at which tiles are wet holds for this many steps: less than the 32 rows that water needs to cross a tile.
STEPS_PER_LOOK = 24
#: A wave faster than this is no flood [m/s]; the shortest step follows from it.
FASTEST_M_S = 200.0

#: A sweep of fewer cells is done before a second thread has started.
CELLS_PER_THREAD = 40_000

Progress = Callable[[float, float], None]


def _padded(values: Any, fill: float = 0.0) -> Float32Array:
    """Give a raster with one ghost cell on each side, as float32."""
    inner = np.asarray(values)
    out = np.full((inner.shape[0] + 2, inner.shape[1] + 2), fill, dtype=np.float32)
    out[1:-1, 1:-1] = inner
    return out


class FlowModel:
    """A computation under way. ``advance`` moves it in time; everything else looks at it.

    Parameters
    ----------
    setup
        What to compute, checked here.

    Raises
    ------
    InputError
        The setup cannot be, or a place of it lies outside the domain, in a wall, or nowhere near a face.
    """

    def __init__(self, setup: FlowSetup) -> None:
        self.setup = setup.check()
        #: Cells a thread must have to be worth its start; the results do not depend on it.
        self.cells_per_thread = CELLS_PER_THREAD
        domain = setup.domain
        rows, columns = domain.shape
        shape = (rows + 2, columns + 2)
        self.open = domain.open
        self._area = domain.cell_m**2
        self._faces: Faces = pack_faces(setup)
        self._sources: Sources = pack_sources(setup, self._faces)
        self._moves: Moves = pack_moves(setup)
        self._dzx, self._dzy = self._bed_steps()
        self._rough = _padded(np.sqrt(9.80665) * domain.roughness, 0.05)
        self._h = np.zeros(shape, np.float32)
        if setup.depth_m is not None:
            self._h[1:-1, 1:-1] = np.where(self.open, setup.depth_m, 0.0)
        self._h2 = self._h.copy()
        self._qx, self._qy, self._qx2, self._qy2, self._carry = (np.zeros(shape, np.float32) for _ in range(5))
        velocity = shape if setup.advection else (1, 1)
        self._ux, self._uy, self._ux2, self._uy2 = (np.zeros(velocity, np.float32) for _ in range(4))
        self._weight = np.zeros(shape, np.float32)
        self._rain_t, self._rain_m = setup.rain.fallen_m() if setup.rain else (np.empty(0), np.empty(0))
        self._rain_interval = -1
        self._rain_volume = 0.0
        losses = setup.losses
        self._loss_class = np.pad(losses.loss_class, 1) if losses else np.zeros((1, 1), np.uint8)
        self._soaked = np.zeros(shape if losses else (1, 1), np.float32)
        drains = losses.drain_m_s if losses else None
        self._drain = np.zeros((0, 0), np.float32) if drains is None else _padded(drains)
        self.peak_m = np.zeros((rows, columns), np.float32)
        #: First time at the setup's arrival depth, (rows, columns) [s]; -1 never.
        self.arrival_s = np.full((rows, columns), -1.0, np.float32)
        self._stored = np.zeros(rows)
        self._taken = np.zeros((rows, 2))
        self._lost = np.zeros(2)
        self._overdrawn = np.zeros(rows + 2, np.bool_)
        strips, tiles = -(-rows // flow.STRIP_ROWS), -(-columns // flow.TILE_COLUMNS)
        self._tops = np.zeros((strips, 2), np.int32)
        self._active = np.zeros((strips, tiles), np.bool_)
        self._pinned = self._pin(strips, tiles)
        self._rained = np.zeros((strips, tiles), np.bool_)
        self._jobs: list[Any] = []
        self._cells_active = 0
        self._clock = np.zeros(11)
        self._clock[flow.DT_LEAST] = np.inf
        self._clock[flow.DEPTH] = float(self._h.max())
        self._slow_at = 0.0
        self._passed = np.zeros(len(self._faces.i))
        self._made = np.zeros(len(self._sources.series_first))
        self._moved = np.zeros(len(self._moves.kind))
        self._look(raining=False)
        self._survey()
        self._start_m3 = self.stored_m3

    @property
    def time_s(self) -> float:
        """Time reached [s from the start]."""
        return float(self._clock[flow.TIME])

    @property
    def stored_m3(self) -> float:
        """Water in the domain at the last look of the slow clock [m3]."""
        return float(np.sum(self._stored)) * self._area

    def depth_m(self) -> Float32Array:
        """Give the depth, (rows, columns) [m]; NaN where the terrain is void, 0 in buildings."""
        out = self._h[1:-1, 1:-1] + self._carry[1:-1, 1:-1]
        np.maximum(out, 0.0, out=out)
        out[~np.isfinite(self.setup.domain.height_m)] = np.nan
        return out

    def flows_m2_s(self) -> tuple[Float32Array, Float32Array]:
        """Give the flow per metre through west faces, (rows, columns + 1), and north faces, (rows + 1, columns)."""
        return self._qx[1:-1, 1:].copy(), self._qy[1:, 1:-1].copy()

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
        made, passed, moved = self._made, self._passed, self._moved
        sides: dict[str, float] = {}
        first = len(self._faces.used)
        inflow = {name: float(made[first + k]) for k, name in enumerate(self._sources.names)}
        for name, group, sign in self._faces.groups:
            volume = float(np.sum(passed[group]) * sign)
            target = inflow if name in self._faces.names else sides
            target[name] = target.get(name, 0.0) + volume
        out = {name: float(moved[k]) for k, name in enumerate(self._moves.names) if self._moves.to_i[k] < 0}
        inside = {name: float(moved[k]) for k, name in enumerate(self._moves.names) if self._moves.to_i[k] >= 0}
        return Book(time_s=self.time_s, start_m3=self._start_m3, rain_m3=self._rain_volume, inflow_m3=inflow,
                    edges_m3=sides, infiltration_m3=float(self._lost[0]), drains_m3=float(self._lost[1]),
                    pumped_out_m3=out, moved_m3=inside, stored_m3=self.stored_m3,
                    created_m3=float(self._clock[flow.CREATED]), steps=int(self._clock[flow.STEPS]),
                    shortest_step_s=float(self._clock[flow.DT_LEAST]), repairs=int(self._clock[flow.REPAIRS]),
                    cell_updates=float(self._clock[flow.CELLS]), notes=self.notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or assumed, in sentences."""
        rain = self.setup.rain.notes if self.setup.rain else ()
        return (*self.setup.domain.notes, *rain, *self._faces.notes, *self.setup.notes)

    def state(self) -> dict[str, Any]:
        """Give all that changes in time, as arrays: ``restore`` of it goes on with identical results."""
        return {"h": self._h, "qx": self._qx, "qy": self._qy, "carry": self._carry, "soaked": self._soaked,
                "peak": self.peak_m, "arrival": self.arrival_s, "clock": self._clock, "made": self._made,
                "passed": self._passed, "moved": self._moved, "move_on": self._moves.on, "lost": self._lost,
                "stored": self._stored, "ux": self._ux, "uy": self._uy,
                "numbers": np.array([self._rain_volume, self._slow_at, self._start_m3])}

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
        self._rain_volume, self._slow_at, self._start_m3 = (float(v) for v in state["numbers"])
        for new, old in ((self._h2, self._h), (self._qx2, self._qx), (self._qy2, self._qy), (self._ux2, self._ux),
                         (self._uy2, self._uy)):
            new[...] = old
        self._active[:] = True
        self._jobs = []
        self._rain_interval = -1
        self._look(raining=False)

    def _bed_steps(self) -> tuple[Float32Array, Float32Array]:
        """Make the bed steps in float64 and keep them as float32; every face beside a wall is closed."""
        domain = self.setup.domain
        rows, columns = domain.shape
        z = np.zeros((rows + 2, columns + 2))
        z[1:-1, 1:-1] = np.where(self.open, domain.height_m, 0.0)
        wall = np.ones(z.shape, np.bool_)
        wall[1:-1, 1:-1] = ~self.open
        dzx, dzy = np.full(z.shape, flow.CLOSED, np.float32), np.full(z.shape, flow.CLOSED, np.float32)
        dzx[:, 1:] = np.where(wall[:, 1:] | wall[:, :-1], flow.CLOSED, z[:, :-1] - z[:, 1:])
        dzy[1:] = np.where(wall[1:] | wall[:-1], flow.CLOSED, z[:-1] - z[1:])
        inner = self._faces.side == 0
        for axis, array in ((0, dzx), (1, dzy)):
            pick = inner & (self._faces.axis == axis)
            array[self._faces.i[pick], self._faces.j[pick]] = flow.CLOSED
        return dzx, dzy

    def _pin(self, strips: int, tiles: int) -> BoolArray:
        """Mark the tiles that always are computed: those with edges, barriers, sources, pumps."""
        pinned = np.zeros((strips, tiles), np.bool_)
        rows, columns = self.setup.domain.shape
        for i, j in ((self._faces.i, self._faces.j), (self._faces.i - (self._faces.axis == 1), self._faces.j
                     - (self._faces.axis == 0)), (self._sources.i, self._sources.j),
                     (self._moves.i, self._moves.j), (self._moves.to_i, self._moves.to_j)):
            keep = (i >= 1) & (i <= rows) & (j >= 1) & (j <= columns)
            pinned[(i[keep] - 1) // flow.STRIP_ROWS, (j[keep] - 1) // flow.TILE_COLUMNS] = True
        return pinned

    def _next_event(self) -> float:
        """Give the next time at which the rules change: a wall comes or goes, the rain starts, changes or ends."""
        times = np.concatenate([self._faces.from_s, self._faces.to_s, self._moves.number[:, 5],
                                self._moves.number[:, 6],
                                self._rain_t if self.setup.rain and self.setup.rain.raster else self._rain_t[[0, -1]]
                                if len(self._rain_t) else np.empty(0)])
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
            blocked = self.setup.domain.blocked
            where = np.ones(self.open.shape)
            if rain.raster:
                where = np.asarray(rain.raster(interval), np.float64) / max(rain.mm_h[interval], 1e-12)
            share = roof_shares(self.open, blocked, where) if blocked.any() else np.where(self.open, where, 0.0)
            self._weight[1:-1, 1:-1] = share
            self._weight_sum = float(np.sum(self._weight, dtype=np.float64))
            self._rained = np.zeros_like(self._active)
            wet = np.argwhere(share > 0)
            self._rained[wet[:, 0] // flow.STRIP_ROWS, wet[:, 1] // flow.TILE_COLUMNS] = True
        return bool(falls)

    def _step_to(self, stop: float, allowed: int) -> None:
        """Step the flow to ``stop`` or until the slow clock is due, looking now and then which tiles are wet."""
        s, faces, sources, moves = self.setup, self._faces, self._sources, self._moves
        raining = self._choose_rain()
        while self.time_s < stop:
            self._look(raining=raining)
            before = self._clock[flow.RAIN_MADE]
            most = 10**9 if self._active.all() else STEPS_PER_LOOK
            strips, spans, begins, ends = self._jobs
            numba.set_num_threads(max(1, min(allowed, self._cells_active // self.cells_per_thread)))
            steps = flow.advance(
                strips, spans, begins, ends,
                faces.axis, faces.i, faces.j, faces.kind, faces.side, faces.series, faces.a, faces.b, faces.from_s,
                faces.to_s, sources.i, sources.j, sources.share, sources.series, sources.series_first,
                sources.series_t, sources.series_v, moves.kind, moves.i, moves.j, moves.to_i, moves.to_j,
                moves.number, moves.on, self._h, self._qx, self._qy, self._h2, self._qx2, self._qy2,
                self._dzx, self._dzy, self._rough, self._weight, self._carry,
                self._rain_t if raining else np.empty(0), self._rain_m if raining else np.empty(0),
                self._clock, self._made, self._passed, self._moved, self._overdrawn, self._tops, stop,
                self._slow_at, s.slow_s, most, s.domain.cell_m, s.theta, s.film_m, s.dt_most_s,
                s.cfl * s.domain.cell_m / FASTEST_M_S, s.cfl, self._ux, self._uy, self._ux2, self._uy2, s.advection)
            if steps % 2:
                self._h, self._h2 = self._h2, self._h
                self._qx, self._qx2 = self._qx2, self._qx
                self._qy, self._qy2 = self._qy2, self._qy
                self._ux, self._ux2 = self._ux2, self._ux
                self._uy, self._uy2 = self._uy2, self._uy
            if raining:
                self._rain_volume += (self._clock[flow.RAIN_MADE] - before) * self._weight_sum * self._area
            self._clock[flow.CELLS] += steps * self._cells_active
            if self._clock[flow.STATUS] != flow.REACHED:
                raise self._unstable()
            if steps < most:
                return

    def _look(self, *, raining: bool) -> None:
        """Find the tiles to compute: wet ones with a ring around them, rained ones, those with edges and sources."""
        wet = np.zeros_like(self._active)
        flow_slow.wet_tiles(self._h, wet, flow.STRIP_ROWS, flow.TILE_COLUMNS, self.setup.film_m)
        wet |= self._pinned
        if raining:
            wet |= self._rained
        grown = wet.copy()
        grown[1:] |= wet[:-1]
        grown[:-1] |= wet[1:]
        ring = grown.copy()
        ring[:, 1:] |= grown[:, :-1]
        ring[:, :-1] |= grown[:, 1:]
        if self._jobs and (ring == self._active).all():
            return
        leaving = self._active & ~ring
        if leaving.any():
            flow_slow.rest_tiles(leaving, self._h, self._qx, self._qy, self._h2, self._qx2, self._qy2, self._ux,
                                 self._uy, self._ux2, self._uy2, flow.STRIP_ROWS, flow.TILE_COLUMNS)
        self._active = ring
        self._jobs = self._spans()

    def _spans(self) -> list[Any]:
        """Give the active tiles as jobs of spans of columns; neighbours in a strip make one span."""
        rows, columns = self.setup.domain.shape
        job_strip, job_first, first, last = [], [0], [], []
        cells = 0
        for strip, row in enumerate(self._active):
            edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
            if not len(edges):
                continue
            job_strip.append(strip)
            for begin, end in zip(edges[::2], edges[1::2], strict=True):
                first.append(1 + begin * flow.TILE_COLUMNS)
                last.append(min(1 + end * flow.TILE_COLUMNS, columns + 1))
                cells += (last[-1] - first[-1]) * min(flow.STRIP_ROWS, rows - strip * flow.STRIP_ROWS)
            job_first.append(len(first))
        self._cells_active = cells
        return [np.array(part, dtype=np.int32) for part in (job_strip, job_first, first, last)]

    def _slow(self) -> None:
        """Take the losses since the last look, note maxima and sums."""
        losses = self.setup.losses
        span = self.time_s - self._slow_at
        if losses is not None and span > 0:
            flow_slow.lose(self._h, self._h2, self._carry, self._loss_class, losses.conductivity_m_s, losses.suction_m,
                           self._soaked, self._drain, self._taken, span)
            self._lost += np.sum(self._taken, axis=0) * self._area
        self._slow_at = self.time_s
        self._survey()

    def _survey(self) -> None:
        flow_slow.survey(self._h, self._carry, self.peak_m, self.arrival_s, self._stored, self.time_s,
                         self.setup.arrival_m)

    def _unstable(self) -> FlowUnstable:
        """Find the cell that stopped the run, and say why."""
        h = self._h[1:-1, 1:-1]
        speed = np.maximum(np.abs(self._qx[1:-1, 1:-1]), np.abs(self._qy[1:-1, 1:-1])) / np.maximum(h, 1e-4)
        lost = ~(np.isfinite(h) & np.isfinite(speed))
        measure = np.where(lost, np.inf, np.maximum(speed, np.sqrt(9.80665 * np.maximum(h, 0.0))))
        row, col = (int(v) for v in np.unravel_index(int(np.argmax(measure)), h.shape))
        if lost.any():
            cause = "a number was lost (not finite)"
        else:
            cause = f"water {float(h[row, col]):.2f} m deep moves at {float(speed[row, col]):.0f} m/s"
        a, _, c, _, e, f = self.setup.domain.grid.transform
        return FlowUnstable(time_s=self.time_s, row=row, column=col, x=c + a * (col + 0.5), y=f + e * (row + 0.5),
                            cause=cause, remedy="Look at the terrain there (a pit, a spike, a void taken for a height) "
                            "and at inflows and levels nearby.")
