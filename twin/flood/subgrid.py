"""Coarse cells over a fine terrain: storage per cell, depth and conveyance per face, from the fine cells.

Eight or ten metres instead of one or two make a city a hundred times cheaper, and streets between houses, kerbs and
ditches still hold and carry their water. What it cannot know: two pools in one cell that a wall keeps apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.errors import InputError
from twin.flood.bed import Capacity, padded
from twin.flood.domain import Domain
from twin.flood.setup import Losses
from twin.kernels.flow import downscale as flow_downscale
from twin.kernels.flow import pools as flow_pools
from twin.kernels.flow import subgrid as flow_subgrid
from twin.kernels.flow import tables as flow_tables
from twin.kernels.flow.arrays import (
    CLOSED,
    LAST_KNOT,
    NORMAL,
    STRIP_ROWS,
    Conveyance,
    Fields,
    Spans,
    Special,
    Storage,
    Subgrid,
)
from twin.quantities import BoolArray, Float32Array, FloatArray, Int64Array
from twin.water.hazard import Grid


def _whole_cells(values: Any, factor: int, fill: Any) -> Any:
    """Give a raster grown to whole cells at its south and east; the raster itself where it is whole."""
    rows, columns = values.shape
    more = (-rows % factor, -columns % factor)
    return np.pad(values, ((0, more[0]), (0, more[1])), constant_values=fill) if any(more) else values


def _blocks(terrain: Any, factor: int) -> Any:
    """Give a raster of whole cells as blocks, (rows, columns, factor, factor)."""
    rows, columns = terrain.shape[0] // factor, terrain.shape[1] // factor
    return terrain.reshape(rows, factor, columns, factor).swapaxes(1, 2)


def storage_tables(ground_m: FloatArray, filled_m: Float32Array, passable: BoolArray, factor: int
                   ) -> tuple[FloatArray, Storage]:
    """Give the lowest ground of each cell, (rows, columns) [m], and what the cells hold by level, padded.

    Parameters
    ----------
    ground_m, filled_m, passable
        Fine ground, how far hollows in it are filled [m], and where water can stand, in whole cells.
    """
    rows, columns = (size // factor for size in ground_m.shape)
    shape = (rows + 2, columns + 2)
    datum = np.zeros((rows, columns))
    pocket, share, top, full = (np.zeros(shape, np.float32) for _ in range(4))
    knots = np.zeros((*shape, LAST_KNOT + 1), np.float32)
    flow_tables.cell_tables(ground_m, filled_m, passable, factor, datum, pocket, share, top, full, knots)
    at, slope, end, wet = (np.zeros(shape, np.float32) for _ in range(4))
    # No piece holds at first: each cell takes up its own when it is asked for.
    begin = np.full(shape, 1e30, np.float32)
    return datum, Storage(pocket, top, full, share, knots, at, slope, begin, end, wet)


def conveyance_tables(surface_m: FloatArray, passable: BoolArray, manning: FloatArray, datum: FloatArray,
                      fall: Float32Array, factor: int, axis: int) -> Conveyance:
    """Give what the faces between cells carry by level, padded: west faces (``axis`` 0) or north faces (1).

    Parameters
    ----------
    surface_m, passable, manning
        Fine ground without small hollows [m], where water can stand, and Manning's n, in whole cells.
    datum, fall
        Lowest ground of each cell, (rows, columns) [m], and its mean rise by fine row and by fine column,
        (rows, columns, 2) [m].
    """
    rough_at = np.zeros((*datum.shape, len(flow_tables.DEPTHS_M)), np.float32)
    flow_tables.cell_roughness(surface_m, passable, manning, factor, axis, fall, rough_at)
    shape = (datum.shape[0] + 2, datum.shape[1] + 2)
    low0, low1 = np.full(shape, CLOSED, np.float32), np.full(shape, CLOSED, np.float32)
    top, full, share, at, slope, end, more = (np.zeros(shape, np.float32) for _ in range(7))
    depths = np.zeros((*shape, LAST_KNOT + 1), np.float32)
    rough, most = np.ones(shape, np.float32), np.ones(shape, np.float32)
    flow_tables.face_tables(surface_m, passable, factor, axis, datum, rough_at, low0, low1, top, full, share, depths,
                            rough, more, most)
    begin = np.full(shape, 1e30, np.float32)
    return Conveyance(low0, low1, top, full, share, depths, at, slope, begin, end, rough, more, most)


class SubgridBed:
    """Cells ``factor`` times as wide as those of the terrain.

    Parameters
    ----------
    domain, factor
        The terrain, and how many of its cells one of these is wide.
    kept
        Rows and columns of the terrain where a hollow is never a pocket, (K, 2): inflows at a point, the ends of pumps,
        culverts and gullies; the pool of a cell is theirs.

    Raises
    ------
    InputError
        Fewer than two such cells a side.
    """

    flat = None
    noted = None

    def __init__(self, domain: Domain, factor: int, kept: Int64Array) -> None:
        self.terrain, self.factor = domain, factor
        a, b, c, d, e, f = domain.grid.transform
        rows, columns = (-(-size // factor) for size in domain.shape)
        if min(rows, columns) < 2:
            raise InputError(field="flood.model.cell_m", found=f"{rows} x {columns} cells of {a * factor:g} m",
                             expected="two rows and two columns at least")
        terrain, is_open = _whole_cells(domain.height_m, factor, np.nan), _whole_cells(domain.open, factor, False)
        self.manning = _whole_cells(domain.roughness, factor, 0.05)
        places = np.zeros(is_open.shape, np.bool_)
        places[kept[:, 0], kept[:, 1]] = True
        self._ground_m, self.passable = terrain.copy(), is_open.copy()
        flow_pools.keep_one_pool(terrain, is_open, places, factor, self._ground_m, self.passable)
        #: Places behind a levee or a row of houses inside their cell, over the terrain.
        self._apart = ((is_open & ~self.passable) | (self._ground_m > terrain))[:domain.shape[0], :domain.shape[1]]
        self._filled = np.zeros(self.passable.shape, np.float32)
        flow_pools.fill_hollows(self._ground_m, self.passable, places, *domain.shape, factor, self._filled)
        datum, storage = storage_tables(self._ground_m, self._filled, self.passable, factor)
        fall = np.zeros((rows, columns, 2), np.float32)
        flow_tables.cell_falls(self._ground_m, self._filled, self.passable, factor, fall)
        fall_y, fall_x = (padded(fall[:, :, k] * factor) for k in (0, 1))
        surface = self.surface_m
        x, y = (conveyance_tables(surface, self.passable, self.manning, datum, fall, factor, axis)
                for axis in (0, 1))
        shape = (rows + 2, columns + 2)
        # Nothing beyond the rim holds water back.
        level = np.full(shape, -CLOSED, np.float32)
        level[1:-1, 1:-1] = 0.0
        self._datum = datum
        scratch = np.zeros((-(-rows // STRIP_ROWS), columns + 2), np.int32)
        self.grid = Subgrid(storage, x, y, fall_x, fall_y, level, np.zeros(shape, np.float32), scratch)
        share = storage.share[1:-1, 1:-1]
        #: Part of each cell that its pockets cover, padded.
        self._hollow = padded(_blocks(self._filled > 0, factor).mean(axis=(2, 3)))
        self.cells = Domain(
            height_m=np.where(share > 0, datum, np.nan), blocked=np.zeros((rows, columns), bool),
            # Faces have their own.
            roughness=np.broadcast_to(np.float64(0.05), (rows, columns)),
            grid=Grid(rows=rows, columns=columns, crs=domain.grid.crs, transform=(a * factor, b, c, d, e * factor, f)),
            notes=(*domain.notes, f"Computed on cells of {a * factor:g} m that keep the storage and the conveyance of "
                   f"the terrain's cells of {a:g} m."))
        self._lows: list[tuple[float, float]] | None = None
        self._surface = flow_downscale.Surface(*(np.zeros(shape, np.float32) for _ in range(3)))
        self._deepest = np.zeros(shape, np.float32)
        #: When each cell held the most water, and when its deepest place was deepest.
        self._fullest, self._highest = (flow_downscale.Peak(*(np.zeros(shape, np.float32) for _ in range(5)))
                                        for _ in range(2))
        #: Part of each cell under water at the last look.
        self._covered = storage.share.copy()
        self._arrival, self._wet_m = np.full(shape, -1.0, np.float32), 0.0

    @property
    def surface_m(self) -> FloatArray:
        """Ground without its pockets, in whole cells [m]; made when it is asked for."""
        return np.asarray(self._ground_m + self._filled)

    def mean(self, terrain: Any) -> FloatArray:
        """Give the mean of a raster of the terrain over each cell."""
        return np.asarray(_blocks(_whole_cells(np.asarray(terrain), self.factor, 0), self.factor).mean(
            axis=(2, 3), dtype=np.float64))

    def start_m(self, depth_m: FloatArray) -> FloatArray:
        """Give the water of each cell from a depth over the terrain [m]: what stands in its pool."""
        rows, columns = self.terrain.shape
        raised = (self._ground_m[:rows, :columns] - self.terrain.height_m)
        return self.mean(np.where(self.passable[:rows, :columns], np.maximum(depth_m - raised, 0.0), 0.0))

    def stand(self, special: Special, stands: BoolArray) -> None:
        """Close the special faces where something stands, and open the others."""
        tables = (self.grid.x, self.grid.y)
        places = list(zip(special.axis.tolist(), special.i.tolist(), special.j.tolist(), strict=True))
        if self._lows is None:
            # Over an edge with normal flow water leaves down to its bed: none of it stands behind.
            leaves = (special.kind == NORMAL).tolist()
            own = list(zip(special.low0.tolist(), special.low1.tolist(), strict=True))
            self._lows = [own[k] if leaves[k] else (float(tables[axis].low0[i, j]), float(tables[axis].low1[i, j]))
                          for k, (axis, i, j) in enumerate(places)]
        for (axis, i, j), lows in zip(places, self._lows, strict=True):
            tables[axis].low0[i, j], tables[axis].low1[i, j] = lows
        for k in np.flatnonzero(stands):
            axis, i, j = places[k]
            tables[axis].low0[i, j], tables[axis].low1[i, j] = CLOSED, CLOSED

    def capacity(self, terrain: FloatArray) -> Capacity:
        """Give what the ground or the drains of each cell take [m/s], and what of it lies low: streets, mostly."""
        lower = np.zeros(self.cells.shape)
        flow_tables.lower_half(self._ground_m, self.passable, _whole_cells(terrain, self.factor, 0.0), self.factor,
                               lower)
        return Capacity(padded(self.mean(terrain)), padded(lower))

    def suction_m(self, losses: Losses) -> Float32Array:
        """Give suction times free pore space of each cell, padded [m].

        With ``s`` of a cell on one soil and F over the whole cell, Green-Ampt reads dF/dt = s K (1 + s S / F): exact
        where a cell has one soil beside sealed ground, a mean weighted by K where it has several.
        """
        rates = np.where(self.terrain.open, losses.conductivity_m_s[losses.loss_class], 0.0)
        draw = self.mean(rates * losses.suction_m[losses.loss_class])
        return padded(self.mean(rates > 0) * draw / np.maximum(self.mean(rates), 1e-30))

    def wetted(self, capacity: Capacity, rained: Float32Array | None) -> Float32Array:
        """Give a capacity as it holds now, padded [m/s]; where no rain falls water covers the low ground first."""
        assert capacity.lower is not None
        out = np.empty_like(capacity.whole)
        flow_downscale.wetted(capacity.whole, capacity.lower, self._covered, self.grid.storage.share, rained, out)
        return out

    def restored(self, h: Float32Array) -> None:
        """Make levels and free water again: a tile that rests is read by the one beside it."""
        self._levels(h)

    def note(self, spans: Spans, h: Float32Array, now_s: float, wet_m: float) -> None:
        """Note peaks and arrivals."""
        self._wet_m = wet_m
        self._levels(h)
        grid = self.grid
        flow_downscale.note_peaks(spans, grid.storage, grid.x, grid.y, grid.fall_x, grid.fall_y, grid.level, h,
                                  self._hollow, self._surface, self._deepest, self._fullest, self._highest,
                                  self._arrival, self._covered, np.float32(now_s), np.float32(wet_m))

    def _levels(self, h: Float32Array) -> None:
        flow_subgrid.all_levels(self.grid.storage, h, self.grid.level, self.grid.free, self.grid.left)

    def depth_m(self, fields: Fields, carry: Float32Array) -> Float32Array:
        """Give the depth over the terrain [m]; 0 in walls."""
        self._levels(fields.h)
        flow_downscale.surfaces(self.grid.x, self.grid.y, self.grid.fall_x, self.grid.fall_y, self.grid.level,
                                self._surface)
        return self._over(fields.h, self._surface)

    def _over(self, h: Float32Array, surface: flow_downscale.Surface) -> Float32Array:
        out = np.zeros(self.terrain.shape, np.float32)
        flow_downscale.fine_depths(self._ground_m, self._filled, self.passable, self.factor, self._datum,
                                   self.grid.fall_x, self.grid.fall_y, self.grid.storage, h, surface, out)
        flow_downscale.wet_apart(self.terrain.height_m, self._apart, self.factor, out)
        return out

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth so far over the terrain [m]: of each cell when it held most, or was deepest."""
        full, deep = (self._over(peak.h, flow_downscale.Surface(peak.stands, peak.tilt_x, peak.tilt_y))
                      for peak in (self._fullest, self._highest))
        return np.maximum(full, deep, out=full)

    @property
    def arrival_s(self) -> Float32Array:
        """First time that the deepest place of each cell was that deep, where the peak is; over the terrain [s].

        A place apart from the pool of its cell has the first time of the cells beside it.
        """
        own = np.where(self._arrival < 0, np.float32(np.inf), self._arrival)
        beside = np.minimum(np.minimum(own[:-2, 1:-1], own[2:, 1:-1]), np.minimum(own[1:-1, :-2], own[1:-1, 2:]))
        first = np.where(self._apart, self._fine(beside), self._fine(own[1:-1, 1:-1]))
        return np.where((self.peak_m >= self._wet_m) & (first < np.inf), first, np.float32(-1))

    def _fine(self, cells: Float32Array) -> Float32Array:
        """Give values of cells over the terrain."""
        rows, columns = self.terrain.shape
        return np.repeat(np.repeat(cells, self.factor, axis=0), self.factor, axis=1)[:rows, :columns]

    def state(self) -> dict[str, Any]:
        """Give what changes in time; levels and pieces follow from the water (``restored``)."""
        peaks = {f"{name}_{part}": values for name, peak in (("fullest", self._fullest), ("highest", self._highest))
                 for part, values in peak._asdict().items()}
        return {**peaks, "arrival": self._arrival, "covered": self._covered}
