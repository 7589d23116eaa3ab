"""River stage over terrain: a level along the river, filled outward over the ground.

Three rules carry the method.

1. The surface slopes along the river: straight between gauges, parallel to the monotone thalweg beyond the outermost
   (or everywhere, with one gauge). Across the river it is level: a cell takes the station nearest to it.
2. A cell is wet when water can reach it from the river without passing ground above the surface: its *spill level*,
   found once by a priority flood over heights taken relative to the surface, tells it for every level.
3. On the fall, what the river can no longer reach keeps its water at the spill level (the lip) and drains at a stated
   rate.

Arrays in, arrays out; files and geometry are ``geodata``'s. docs/water.md states what is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.kernels.water.spill import UNREACHED, depths_at, drainage, nearest_seed, spill_levels, stage_envelope
from twin.quantities import Float32Array, FloatArray, Int32Array, Int64Array
from twin.water.hazard import WATER_STEPS_M, Doubt, Envelope, Grid

_MM = 1000.0
#: Spill levels are followed this far above the highest level at most [m].
_DOUBT_M = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levee:
    """A protection, as cells."""

    cells: Int64Array
    #: Altitude of the crest, and level of the river up to which it protects [m].
    crest_m: float
    protects_to_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Walls:
    """What it takes to fill the ground again with its levees higher or lower; relative to the surface beside, in order.

    :class:`twin.water.refill.Refill` does it.
    """

    #: Cells of each levee, and the ground, the crest and the protection level on each of them [m].
    cells: tuple[Int64Array, ...]
    ground_m: tuple[Float32Array, ...]
    crest_m: tuple[FloatArray, ...]
    guard_m: tuple[FloatArray, ...]
    #: Cells of the river, the ends of conduits, (D, 2), their sills, (D,), and the levels that were followed [mm].
    river: Int64Array
    conduit_ends: Int64Array
    conduit_mm: Int32Array
    lowest_mm: int
    highest_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduit:
    """A culvert that joins two cells above its sill."""

    at: int
    to: int
    #: Altitude of the sill [m].
    sill_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class River:
    """The river as the fill needs it."""

    #: Distance along the river from its upstream end, (K,), increasing [m].
    chainage_m: FloatArray
    #: Altitude of the thalweg at each station, (K,), never rising downstream [m].
    thalweg_m: FloatArray
    #: Cells of the river and the station of each, (S,).
    cells: Int64Array
    stations: Int32Array


def monotone_thalweg(height_m: FloatArray) -> FloatArray:
    """Give the profile that never rises downstream and is nearest to the heights (least squares).

    Pool adjacent violators: neighbours that rise are replaced by their mean until none rises. NaN is left out and
    filled from its neighbours.

    Parameters
    ----------
    height_m
        Terrain under the river from upstream, (K,) [m].

    Examples
    --------
    >>> monotone_thalweg(np.array([5.0, 3.0, 4.0, 1.0])).tolist()
    [5.0, 3.5, 3.5, 1.0]
    """
    known = np.flatnonzero(~np.isnan(height_m))
    if not len(known):
        return np.array(height_m, float)
    filled = np.interp(np.arange(len(height_m)), known, height_m[known])
    means: list[float] = []
    sizes: list[int] = []
    for value in filled:
        mean, size = float(value), 1
        while means and means[-1] < mean:
            mean = (mean * size + means[-1] * sizes[-1]) / (size + sizes[-1])
            size += sizes[-1]
            means.pop()
            sizes.pop()
        means.append(mean)
        sizes.append(size)
    return np.repeat(means, sizes)


def surface(river: River, gauge_chainage_m: FloatArray, levels_m: FloatArray) -> FloatArray:
    """Give the water surface at each station, (T, K) [m].

    Parameters
    ----------
    river
        The river.
    gauge_chainage_m
        Place of each gauge along it, (G,), strictly increasing [m].
    levels_m
        Altitude of the water at each gauge over time, (T, G) [m].
    """
    at = np.interp(gauge_chainage_m, river.chainage_m, river.thalweg_m)
    inside = np.clip(river.chainage_m, gauge_chainage_m[0], gauge_chainage_m[-1])
    if len(gauge_chainage_m) == 1:
        straight = np.repeat(levels_m, len(river.chainage_m), axis=1)
    else:
        right = np.clip(np.searchsorted(gauge_chainage_m, inside), 1, len(gauge_chainage_m) - 1)
        share = (inside - gauge_chainage_m[right - 1]) / (gauge_chainage_m[right] - gauge_chainage_m[right - 1])
        straight = levels_m[:, right - 1] * (1 - share) + levels_m[:, right] * share
    outermost = np.where(river.chainage_m < gauge_chainage_m[0], at[0], at[-1])
    beyond = np.where(inside == river.chainage_m, 0.0, river.thalweg_m - outermost)
    return np.asarray(straight + beyond)


def gauge_share(river: River, gauge_chainage_m: FloatArray) -> FloatArray:
    """Give what each gauge counts for in the level at each station, (K, G); each row comes to 1.

    Parameters
    ----------
    river, gauge_chainage_m
        As for :func:`surface`.

    Examples
    --------
    >>> still = np.zeros(3)
    >>> river = River(chainage_m=np.array([0.0, 50, 100]), thalweg_m=still, cells=still, stations=still)
    >>> gauge_share(river, np.array([0.0, 100.0])).tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
    """
    own = np.eye(len(gauge_chainage_m))
    return np.stack([np.interp(river.chainage_m, gauge_chainage_m, column) for column in own], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StageHazard:
    """Water of a river stage: a :class:`twin.water.hazard.Hazard`."""

    grid: Grid
    times_s: Int64Array
    after: str
    notes: tuple[str, ...]
    depth_error_m: float
    #: Rate at which cut-off water drains [m/s].
    drain_m_s: float
    #: Station of each cell, (N,); -1: not computed.
    station: Int32Array
    #: Height and spill level of each cell relative to the reference surface, (N,) [m]; NaN void, inf never reached.
    height_m: Float32Array
    spill_m: Float32Array
    #: Spill level without levees, and protection level, (N,) [m]; empty without levees.
    open_m: Float32Array
    guard_m: Float32Array
    #: Level relative to the reference surface, (T, K) [m].
    level_m: FloatArray
    doubts: tuple[Doubt, ...] = ()
    #: What each gauge counts for at each station, in the order of the scenario's gauges, (K, G); None with one gauge.
    gauge_share: FloatArray | None = None
    #: Its levees; None where it has none.
    walls: Walls | None = None

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, frame by frame [m]."""
        station, height_m, spill_m = self.station[cells], self.height_m[cells], self.spill_m[cells]
        open_m, guard_m = (values[cells] if len(values) else values for values in (self.open_m, self.guard_m))
        since_s, depth_m = np.full(len(cells), np.nan), np.empty(len(cells), np.float32)
        before_m, before_s = self.level_m[0], float(self.times_s[0])
        for time_s, level_m in zip(self.times_s, self.level_m, strict=True):
            depths_at(station, height_m, spill_m, open_m, guard_m, before_m, level_m, since_s, depth_m, before_s,
                      float(time_s), self.drain_m_s)
            before_m, before_s = level_m, float(time_s)
            yield depth_m

    def shortfall_m(self, cells: Int64Array) -> Float32Array:
        """Give by how much the highest water missed each cell, (C,) [m]; 0 where it came, inf where nobody can say.

        What counts is the ground, or the lip behind which the cell lies.
        """
        station, spill_m = self.station[cells], self.spill_m[cells]
        top_m = self.level_m.max(axis=0)[np.maximum(station, 0)]
        missing = (station < 0) | np.isnan(self.height_m[cells])
        return np.where(missing, np.inf, np.maximum(spill_m - top_m, 0.0)).astype(np.float32)

    def envelope(self) -> Envelope:
        """Give peak and first and last wet frame of every cell, from the levels alone."""
        level_m = np.ascontiguousarray(self.level_m.T)
        n, steps = self.grid.cells, len(WATER_STEPS_M)
        peak_m = np.empty(n, np.float32)
        first, last = np.empty((steps, n), np.int16), np.empty((steps, n), np.int16)
        stage_envelope(self.station, self.height_m, self.spill_m, self.open_m, self.guard_m, level_m,
                       np.maximum.accumulate(level_m, axis=1),
                       np.ascontiguousarray(np.maximum.accumulate(level_m[:, ::-1], axis=1)[:, ::-1]),
                       self.times_s, np.array(WATER_STEPS_M), self.drain_m_s, peak_m, first, last)
        shape = (self.grid.rows, self.grid.columns)
        return Envelope(peak_m=peak_m.reshape(shape), first=first.reshape(steps, *shape),
                        last=last.reshape(steps, *shape))


def stage(terrain_m: Float32Array, grid: Grid, river: River, surface_m: FloatArray, times_s: Int64Array, *,
          cell_m: tuple[float, float], levees: tuple[Levee, ...] = (), conduits: tuple[Conduit, ...] = (),
          drain_mm_h: float = 0.0, reach_m: float = np.inf, method: str = "fill", after: str = "refuse",
          notes: tuple[str, ...] = (), depth_error_m: float = 0.0) -> StageHazard:
    """Give the water that a surface along the river makes over terrain.

    Parameters
    ----------
    terrain_m
        Altitudes, (rows, columns) [m]; NaN in voids.
    grid
        Frame of the terrain.
    river
        The river.
    surface_m
        Altitude of the water at each station, (T, K) [m].
    times_s
        Times of the frames, (T,).
    cell_m
        Height and width of a cell on the ground [m].
    levees, conduits
        What stands in the way, and what leads through it; fill only.
    drain_mm_h
        Rate at which cut-off water drains [mm/h].
    reach_m
        Cells farther from the river are not computed [m].
    method
        ``fill``: connected fill from the river; ``hand``: height above nearest drainage, every low cell is wet.
    after, notes, depth_error_m
        As in :class:`twin.water.hazard.Hazard`.
    """
    # The reference is the surface at the peak of each station: at the peak of the flood what is joined is exact.
    reference_m = surface_m.max(axis=0)
    level_m = surface_m - reference_m
    seed_station = np.full(grid.cells, -1, np.int32)
    seed_station[river.cells] = river.stations
    ground_m = terrain_m.ravel()
    if method == "hand":
        rank = np.empty(grid.cells, np.int64)
        rank[np.argsort(ground_m, kind="stable")] = np.arange(grid.cells)
        station = drainage(ground_m.astype(np.float64), river.cells, seed_station, rank, grid.columns)
    else:
        station = nearest_seed(seed_station, grid.rows, grid.columns, *cell_m, min(reach_m, 1e12))
    beside = np.where(station >= 0, reference_m[np.maximum(station, 0)], np.nan)
    height_m = (ground_m - beside).astype(np.float32)
    none = np.empty(0, np.float32)
    if method == "hand":
        return StageHazard(
            grid=grid, times_s=times_s, after=after, notes=notes, depth_error_m=depth_error_m, drain_m_s=0.0,
            station=station, height_m=height_m, spill_m=height_m, open_m=none, guard_m=none, level_m=level_m)
    # Beyond the highest level as far as the error reaches: what is missed by less is doubtful.
    beyond_m = min(depth_error_m, _DOUBT_M) + 0.5
    lowest, highest = int(np.floor(level_m.min() * _MM)) - 1, int(np.ceil((level_m.max() + beyond_m) * _MM))
    ends = np.array([(c.at, c.to) for c in conduits], np.int64).reshape(-1, 2)
    sills = np.array([_sill_mm(c, beside) for c in conduits], np.int32)
    open_m, guard_m, walls = none, none, None
    if levees:
        walls = Walls(cells=tuple(levee.cells for levee in levees), river=river.cells, conduit_ends=ends,
                      ground_m=tuple(height_m[levee.cells] for levee in levees), conduit_mm=sills, lowest_mm=lowest,
                      crest_m=tuple(levee.crest_m - beside[levee.cells] for levee in levees), highest_mm=highest,
                      guard_m=tuple(levee.protects_to_m - beside[levee.cells] for levee in levees))
        guard_mm = np.full(grid.cells, UNREACHED, np.int32)
        for levee in levees:
            guard_mm[levee.cells] = relative_mm(levee.protects_to_m - beside[levee.cells])
        open_m = metres_of(spill_levels(relative_mm(height_m), river.cells, ends, sills, guard_mm, grid.columns, lowest,
                                      highest), height_m)
        guard_m = np.where(guard_mm == UNREACHED, np.inf, guard_mm / _MM).astype(np.float32)
        for levee in levees:
            crest_m = (levee.crest_m - beside[levee.cells]).astype(np.float32)
            height_m[levee.cells] = np.fmax(height_m[levee.cells], crest_m)
            open_m[levee.cells] = np.inf  # the crest itself is high ground, not ground behind it
    spill_m = metres_of(spill_levels(relative_mm(height_m), river.cells, ends, sills, np.empty(0, np.int32),
                                   grid.columns, lowest, highest), height_m)
    return StageHazard(
        grid=grid, times_s=times_s, after=after, notes=notes, depth_error_m=depth_error_m,
        drain_m_s=drain_mm_h / _MM / 3600, station=station, height_m=height_m, spill_m=spill_m, open_m=open_m,
        guard_m=guard_m, level_m=level_m, walls=walls)


def _sill_mm(conduit: Conduit, beside: FloatArray) -> int:
    """Give a sill relative to the surface; where its ends lie at two stations, the higher of the two."""
    both = conduit.sill_m - beside[[conduit.at, conduit.to]]
    return UNREACHED if np.isnan(both).all() else int(np.ceil(np.nanmax(both) * _MM))


def relative_mm(height_m: FloatArray | Float32Array) -> Int32Array:
    """Give heights as whole millimetres, rounded up; ``UNREACHED`` for NaN and for what no flood reaches."""
    # A hundredth of a millimetre of grace: float32 would lift whole millimetres by one.
    mm = np.ceil(np.asarray(height_m, np.float64) * _MM - 0.01)
    with np.errstate(invalid="ignore"):
        far = ~(np.abs(mm) < UNREACHED)
    return np.where(far, UNREACHED, np.where(far, 0, mm)).astype(np.int32)


def metres_of(spill_mm: Int32Array, height_m: Float32Array) -> Float32Array:
    """Give spill levels in metres: the ground itself where nothing holds the water back, inf where never reached."""
    metres = np.where(spill_mm == UNREACHED, np.inf, spill_mm / _MM)
    return np.where(spill_mm == relative_mm(height_m), height_m, metres).astype(np.float32)
