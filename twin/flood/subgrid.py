"""A coarse computation over a fine terrain: storage per cell, depth and conveyance per face, from the fine cells.

Eight or ten metres instead of one or two make a city a hundred times cheaper, and streets between houses, kerbs and
ditches still hold and carry their water. What it cannot know: two pools in one cell that a wall keeps apart. Barriers,
pumps, culverts, gullies and advection need the full model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.flood.book import Book, Cancelled, FlowUnstable
from twin.flood.domain import SIDES, Domain, roof_shares
from twin.flood.model import FASTEST_M_S, STEPS_PER_LOOK, FlowModel
from twin.flood.packing import LEAST_SLOPE
from twin.flood.setup import FlowSetup
from twin.hazard import Grid
from twin.kernels import flow, flow_slow, flow_subgrid
from twin.quantities import BoolArray, Float32Array, FloatArray

#: Knots of the tables.
KNOTS = 10
#: Tables of faces reach this far above the highest ground of a face [m].
ABOVE_M = 1.0
#: Parts into which the unsealed share of a cell is rounded.
_SHARES = 20


def _blocks(fine: Any, factor: int) -> Any:
    """Give a raster as blocks, (rows, columns, factor, factor)."""
    rows, columns = fine.shape[0] // factor, fine.shape[1] // factor
    cut = np.asarray(fine)[:rows * factor, :columns * factor]
    return cut.reshape(rows, factor, columns, factor).swapaxes(1, 2)


def cell_tables(z: FloatArray, is_open: BoolArray, factor: int) -> tuple[FloatArray, FloatArray, FloatArray, Any]:
    """Give lowest ground [m], open share, volume at the top [m] and levels (rows, columns, K + 1) [m] of coarse cells.

    Parameters
    ----------
    z, is_open
        Fine ground [m] and where water can stand, (fine rows, fine columns).
    """
    ground = np.where(is_open, z, np.inf)
    sorted_z = np.sort(_blocks(ground, factor).reshape(*(n // factor for n in z.shape), factor * factor), axis=2)
    known = np.isfinite(sorted_z)
    count = known.sum(axis=2)
    lowest = np.where(count > 0, sorted_z[..., 0], 0.0)
    height = np.where(known, sorted_z - lowest[..., None], 0.0)
    total = factor * factor
    # Volume when the level stands at the k-th lowest ground: k times its height less what the ground fills of it.
    before = np.cumsum(height, axis=2) - height
    volume = np.where(known, (np.arange(total) * height - before) / total, np.inf)
    # The top lies above the highest ground, so that a flat cell has a table too.
    above = 0.01
    last = np.maximum(count - 1, 0)[..., None]
    highest = np.take_along_axis(height, last, 2)[..., 0]
    share = count / total
    top = np.where(count > 0, np.take_along_axis(np.where(known, volume, 0.0), last, 2)[..., 0] + above * share, 0.0)
    levels = np.zeros((*count.shape, KNOTS + 1))
    for k in range(KNOTS + 1):
        wanted = top * (k / KNOTS) ** 2
        wet = np.clip((volume <= wanted[..., None]).sum(axis=2), 1, None)
        under = np.take_along_axis(before + height, (wet - 1)[..., None], 2)[..., 0]
        levels[..., k] = np.where(count > 0, (wanted * total + under) / wet, 0.0)
    levels[..., KNOTS] = np.where(count > 0, highest + above, 0.0)
    return lowest, share, top, levels


def face_tables(z: FloatArray, is_open: BoolArray, roughness: FloatArray, lowest: FloatArray, factor: int
                ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give step, low, top (rows, columns), mean depth and conveyance (rows, columns, K + 1) of inner west faces.

    The bed of a face is, for each fine row that crosses it, the higher of the two fine cells that touch there; a row
    that a wall closes within half a cell on either side carries nothing.
    """
    rows, columns = lowest.shape
    z = z[:rows * factor, :columns * factor]
    is_open = is_open[:rows * factor, :columns * factor]
    n = roughness[:rows * factor, :columns * factor]
    edge = np.arange(1, columns) * factor
    bed = np.maximum(z[:, edge - 1], z[:, edge])
    rough = 0.5 * (n[:, edge - 1] + n[:, edge])
    passing = np.ones(bed.shape, bool)
    for reach in range(max(factor // 2, 1)):
        passing &= is_open[:, edge - 1 - reach] & is_open[:, edge + reach]
    bed = np.where(passing, bed, np.inf).reshape(rows, factor, columns - 1)
    rough = rough.reshape(rows, factor, columns - 1)
    low = bed.min(axis=1)
    wall = ~np.isfinite(low)
    low = np.where(wall, 0.0, low)
    height = np.where(np.isfinite(bed), bed - low[:, None], np.inf)
    highest = np.where(np.isfinite(height), height, 0.0).max(axis=1)
    top = np.where(wall, 0.0, highest + ABOVE_M)
    depth, conveyance = np.zeros((rows, columns - 1, KNOTS + 1)), np.zeros((rows, columns - 1, KNOTS + 1))
    for k in range(1, KNOTS + 1):
        over = np.maximum((top * (k / KNOTS) ** 2)[:, None] - height, 0.0)
        depth[..., k] = over.mean(axis=1)
        conveyance[..., k] = (over ** (5 / 3) / rough).mean(axis=1)
    return lowest[:, :-1] - lowest[:, 1:], np.where(wall, 0.0, low - lowest[:, :-1]), top, depth, conveyance


def _pad(values: Any, rows: int, columns: int, row: int, column: int) -> Float32Array:
    """Give an array as float32 in a padded field, its first cell at ``row, column``."""
    out = np.zeros((rows + 2, columns + 2, *values.shape[2:]), np.float32)
    out[row:row + values.shape[0], column:column + values.shape[1]] = values
    return out


class SubgridModel:
    """A computation under way, as ``FlowModel``, on cells ``factor`` times those of the setup's terrain.

    Raises
    ------
    InputError
        The setup asks for what only the full model does, or has fewer than two coarse cells a side.
    """

    def __init__(self, setup: FlowSetup, factor: int) -> None:
        self.setup, self.factor = setup.check(), factor
        for name in ("barriers", "pumps", "culverts", "gullies", "depth_m"):
            if getattr(setup, name) is not None and len(getattr(setup, name)):
                raise InputError(field=f"flood.model.{name}", found=f"{name} with subgrid",
                                 expected="the full model for them", remedy="Leave subgrid out, or give larger cells.")
        if setup.advection or any(edge.level_m is not None for edge in setup.edges):
            raise InputError(field="flood.model", found="advection or an edge with a level, with subgrid",
                             expected="the full model for them", remedy="Leave subgrid out.")
        domain = setup.domain
        a, b, c, d, e, f = domain.grid.transform
        rows, columns = domain.shape[0] // factor, domain.shape[1] // factor
        if min(rows, columns) < 2:
            raise InputError(field="flood.model.cell_m", found=f"{rows} x {columns} cells",
                             expected="two rows and two columns at least")
        self.grid = Grid(rows=rows, columns=columns, crs=domain.grid.crs,
                         transform=(a * factor, b, c, d, e * factor, f))
        self._fine = (rows * factor, columns * factor)
        is_open = domain.open
        z = np.where(is_open, domain.height_m, 0.0)
        self._lowest, share, top, levels = cell_tables(z, is_open, factor)
        steps = face_tables(z, is_open, domain.roughness, self._lowest, factor)
        turned = face_tables(z.T, is_open.T, domain.roughness.T, self._lowest.T, factor)
        self._x = [_pad(v, rows, columns, 1, 2) for v in steps]
        self._y = [_pad(np.swapaxes(v, 0, 1), rows, columns, 2, 1) for v in turned]
        self._top, self._share = _pad(top, rows, columns, 1, 1), _pad(share, rows, columns, 1, 1)
        self._level = _pad(levels, rows, columns, 1, 1)
        # Coarse machinery (tiles, inflows, sums) is that of the full model over the open cells at their lowest ground.
        rough = _blocks(domain.roughness, factor).mean(axis=(2, 3))
        coarse = Domain(height_m=np.where(share > 0, self._lowest, np.nan), roughness=rough,
                        blocked=np.zeros((rows, columns), bool), grid=self.grid)
        self.base = FlowModel(FlowSetup(domain=coarse, inflows=setup.inflows, edges=(), rain=None,
                                        film_m=setup.film_m, slow_s=setup.slow_s))
        self._rain_t, self._rain_m = setup.rain.fallen_m() if setup.rain else (np.empty(0), np.empty(0))
        if setup.rain is not None and setup.rain.raster is not None:
            raise InputError(field="flood.rain.rasters", found="rain rasters with subgrid", expected="uniform rain",
                             remedy="Leave subgrid out.")
        weight = roof_shares(is_open, domain.blocked)
        self.base._weight[1:-1, 1:-1] = np.where(share > 0, _blocks(weight, factor).mean(axis=(2, 3)), 0.0)
        self._weight_sum = float(np.sum(self.base._weight, dtype=np.float64))
        self._losses(factor)
        self._e, self._e2 = np.zeros_like(self.base._h), np.zeros_like(self.base._h)
        self._edges = self._pack_edges(domain)
        self._edge_m3 = np.zeros(len(self._edges))
        self._peak_e = np.zeros((rows, columns), np.float32)
        self._arrival = np.full((rows, columns), -1.0, np.float32)
        self._scratch = np.zeros(rows)
        self._none = np.zeros_like(self.base._h)

    @property
    def time_s(self) -> float:
        """Time reached [s]."""
        return self.base.time_s

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended or assumed, in sentences."""
        return (*self.base.notes, *self.setup.domain.notes, *self.setup.notes,
                f"Computed on cells of {self.grid.transform[0]:g} m with the storage and conveyance of the terrain's.")

    def _losses(self, factor: int) -> None:
        losses = self.setup.losses
        if losses is None:
            self._soil = None
            return
        best = int(np.argmax(losses.conductivity_m_s))
        unsealed = (losses.conductivity_m_s[losses.loss_class] > 0) & self.setup.domain.open
        part = np.rint(_blocks(unsealed, factor).mean(axis=(2, 3)) * _SHARES).astype(np.uint8)
        shares = np.arange(_SHARES + 1) / _SHARES
        drains = np.zeros((0, 0), np.float32)
        if losses.drain_m_s is not None:
            drains = _pad(_blocks(losses.drain_m_s, factor).mean(axis=(2, 3)), part.shape[0], part.shape[1], 1, 1)
        self._soil = (np.pad(part, 1), shares * losses.conductivity_m_s[best], shares * losses.suction_m[best], drains)
        self.base._soaked = np.zeros_like(self.base._h)

    def _pack_edges(self, domain: Domain) -> list[tuple[str, Any, Any, Any, Any]]:
        """Give each open edge as side, coarse cells, root of its slope, and tables of its conveyance."""
        packed = []
        for edge in self.setup.edges:
            row, col = self.base.setup.domain.edge_cells(edge.side, edge.start_m, edge.end_m)
            back = {"west": (0, 1), "east": (0, -1), "north": (1, 0), "south": (-1, 0)}[edge.side]
            fall = (self._lowest[row + back[0], col + back[1]] - self._lowest[row, col]) / self.grid.transform[0]
            slope = np.full(len(row), edge.slope) if edge.slope is not None else np.maximum(fall, LEAST_SLOPE)
            _, _, top, _, carries = self._x if SIDES[edge.side] == 0 else self._y
            # The conveyance of an edge is that of the face behind it.
            shift = {"west": (0, 1), "east": (0, 0), "north": (1, 0), "south": (0, 0)}[edge.side]
            face = (row + 1 + shift[0], col + 1 + shift[1])
            packed.append((edge.side, (row + 1, col + 1), np.sqrt(slope), top[face], carries[face]))
        return packed

    def advance(self, until_s: float, *, cancel: Callable[[], bool] | None = None) -> None:
        """Compute up to ``until_s``; see ``FlowModel.advance``."""
        base = self.base
        steps = 0
        while self.time_s < until_s:
            if cancel is not None and steps % 50 == 0 and cancel():
                raise Cancelled(self.time_s)
            if steps % STEPS_PER_LOOK == 0:
                raining = len(self._rain_t) > 0 and self._rain_t[0] <= self.time_s < self._rain_t[-1]
                base._rained = np.ones_like(base._active) if raining else np.zeros_like(base._active)
                base._look(raining=raining)
            turns = [t for t in (*self._rain_t[:1], *self._rain_t[-1:]) if t > self.time_s]
            self._step(min([until_s, *turns]))
            steps = 0 if self.time_s in turns else steps + 1
            next_step = max(float(base._clock[flow.DT_LAST]), 1e-9)
            if self.time_s >= until_s or self.time_s + next_step > base._slow_at + self.setup.slow_s:
                self._slow()

    def _step(self, stop: float) -> None:
        base, s, clock = self.base, self.setup, self.base._clock
        dx = self.grid.transform[0]
        wave = max(np.sqrt(9.80665 * clock[flow.DEPTH]), 5 / 3 * clock[flow.SPEED])
        limit = s.cfl * dx / wave if wave > 0 else s.dt_most_s
        if not s.cfl * dx / FASTEST_M_S <= limit < np.inf:
            raise self._unstable()
        left = stop - self.time_s
        dt = min(limit, s.dt_most_s)
        if left < 4.0 * dt:
            dt = float(left / np.ceil(left / dt))
        rain = np.float32(0)
        if len(self._rain_t):
            rain = np.float32(max(np.interp(self.time_s + dt, self._rain_t, self._rain_m) - clock[flow.RAIN_MADE], 0.0))
            clock[flow.RAIN_MADE] += float(rain)
        tops = np.zeros((max(len(base._jobs[0]), 1), 2), np.float32)
        strips, spans, begins, ends = base._jobs
        step_x, low_x, top_x, area_x, carry_x = self._x
        step_y, low_y, top_y, area_y, carry_y = self._y
        flow_subgrid.sweep(strips, spans, begins, ends, base._h, self._e, base._qx, base._qy, step_x, low_x, top_x,
                           area_x, carry_x, step_y, low_y, top_y, area_y, carry_y, self._top, self._share, self._level,
                           base._h2, self._e2, base._qx2, base._qy2, base._weight, base._carry, base._overdrawn, tops,
                            flow.STRIP_ROWS, np.float32(dt), np.float32(dx), rain,
                           np.float32(s.theta), np.float32(s.film_m))
        clock[flow.SPEED], clock[flow.DEPTH] = float(tops[:, 0].max()), float(tops[:, 1].max())
        base._h, base._h2, self._e, self._e2 = base._h2, base._h, self._e2, self._e
        base._qx, base._qx2, base._qy, base._qy2 = base._qx2, base._qx, base._qy2, base._qy
        if base._overdrawn.any():
            flow.repair(base._overdrawn, base._h, base._carry, base._qx, base._qy, clock, dt, dx)
        self._drain_edges(dt, dx)
        sources = base._sources
        if len(sources.i):
            flow.sources(sources.i, sources.j, sources.share, sources.series, sources.series_first, sources.series_t,
                         sources.series_v, base._h, base._carry, base._made, self.time_s, dt, dx)
        self._pour_edges(dt, dx)
        clock[flow.TIME] = stop if dt == left else self.time_s + dt
        clock[flow.STEPS] += 1
        clock[flow.DT_LAST] = dt
        clock[flow.CELLS] += base._cells_active
        clock[flow.DT_LEAST] = min(clock[flow.DT_LEAST], limit)

    def _drain_edges(self, dt: float, dx: float) -> None:
        """Let water leave over open edges at normal depth, no more than there is."""
        v, area = self.base._h, dx * dx
        for k, (_, cells, root, top, carries) in enumerate(self._edges):
            w = np.maximum(self._e[cells], 0.0)
            u = np.sqrt(np.minimum(w / np.maximum(top, 1e-6), 1.0)) * KNOTS
            knot = np.minimum(u.astype(np.int64), KNOTS - 1)
            line = np.arange(len(w))
            flow_out = (carries[line, knot] + (u - knot) * (carries[line, knot + 1] - carries[line, knot])) * root
            out = np.minimum(flow_out * dt / dx, v[cells] * 0.5).astype(np.float32)
            v[cells] -= out
            self._edge_m3[k] -= float(np.sum(out, dtype=np.float64)) * area

    def _pour_edges(self, dt: float, dx: float) -> None:
        """Pour inflows over an edge into the cells behind it."""
        base = self.base
        faces = base._faces
        if not len(faces.i):
            return
        inner_i = np.minimum(faces.i, base._h.shape[0] - 2)
        inner_j = np.minimum(faces.j, base._h.shape[1] - 2)
        t = self.time_s
        for k in range(len(faces.i)):
            series = faces.used[faces.series[k]]
            volume = faces.a[k] * dx * 0.5 * (series.at(t) + series.at(t + dt)) * dt
            base._h[inner_i[k], inner_j[k]] += np.float32(volume / (dx * dx))
            base._passed[k] += volume * faces.side[k]

    def _slow(self) -> None:
        base = self.base
        span = self.time_s - base._slow_at
        if self._soil is not None and span > 0:
            part, rate, storage, drains = self._soil
            flow_slow.lose(base._h, base._h2, base._carry, part, rate, storage, base._soaked, drains, base._taken, span)
            base._lost += np.sum(base._taken, axis=0) * base._area
        base._slow_at = self.time_s
        flow_subgrid.levels_of(base._h, self._e, self._top, self._share, self._level)
        self._survey()

    def _survey(self) -> None:
        self.base._survey()
        flow_slow.survey(self._e, self._none, self._peak_e, self._arrival, self._scratch, self.time_s,
                         self.setup.arrival_m)

    def _over(self, level: FloatArray) -> Float32Array:
        """Give the depth over the fine terrain from levels of the coarse cells, (fine rows, fine columns) [m]."""
        domain = self.setup.domain
        out = np.zeros(domain.shape, np.float32)
        rows, columns = self._fine
        surface = np.repeat(np.repeat(self._lowest + level, self.factor, axis=0), self.factor, axis=1)
        wet = np.repeat(np.repeat(level > 0, self.factor, axis=0), self.factor, axis=1) & domain.open[:rows, :columns]
        z = domain.height_m[:rows, :columns]
        out[:rows, :columns] = np.where(wet, np.maximum(surface - np.nan_to_num(z), 0.0), 0.0)
        out[~np.isfinite(domain.height_m)] = np.nan
        return out

    def depth_m(self) -> Float32Array:
        """Give the depth over the fine terrain, (fine rows, fine columns) [m]."""
        flow_subgrid.levels_of(self.base._h, self._e, self._top, self._share, self._level)
        return self._over(self._e[1:-1, 1:-1].astype(np.float64))

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth over the fine terrain, (fine rows, fine columns) [m]."""
        return np.nan_to_num(self._over(self._peak_e.astype(np.float64)))

    @property
    def arrival_s(self) -> Float32Array:
        """First time at the arrival depth at the lowest ground of the coarse cell, fine raster [s]; -1 never."""
        out = np.full(self.setup.domain.shape, -1.0, np.float32)
        rows, columns = self._fine
        out[:rows, :columns] = np.repeat(np.repeat(self._arrival, self.factor, axis=0), self.factor, axis=1)
        out[self.peak_m < self.setup.arrival_m] = -1.0
        return out

    def book(self) -> Book:
        """Give the book of the water; see ``FlowModel.book``."""
        book = self.base.book()
        edges = dict(book.edges_m3)
        for (side, *_), volume in zip(self._edges, self._edge_m3, strict=True):
            edges[side] = edges.get(side, 0.0) + float(volume)
        rain = float(self.base._clock[flow.RAIN_MADE]) * self._weight_sum * self.base._area
        return replace(book, rain_m3=rain, edges_m3=edges, notes=self.notes)

    def state(self) -> dict[str, Any]:
        """Give all that changes in time; see ``FlowModel.state``."""
        return {**self.base.state(), "e": self._e, "edge_m3": self._edge_m3, "peak_e": self._peak_e,
                "arrival_e": self._arrival, "soaked": self.base._soaked}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state; see ``FlowModel.restore``."""
        self.base.restore({name: state[name] for name in self.base.state()})
        for name, array in (("e", self._e), ("edge_m3", self._edge_m3), ("peak_e", self._peak_e),
                            ("arrival_e", self._arrival)):
            array[...] = state[name]
        self._e2[...] = self._e

    def _unstable(self) -> FlowUnstable:
        row, col = (int(v) for v in np.unravel_index(int(np.argmax(self._e[1:-1, 1:-1])), self._lowest.shape))
        a, _, c, _, e, f = self.grid.transform
        return FlowUnstable(time_s=self.time_s, row=row, column=col, x=c + a * (col + 0.5), y=f + e * (row + 0.5),
                            cause=f"water {float(self._e[row + 1, col + 1]):.2f} m deep outruns the step",
                            remedy="Look at the terrain there (a pit, a spike) and at inflows nearby.")
