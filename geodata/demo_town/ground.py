"""Ground of Valmont-sur-Ouche: the river, its tributary and the valley around them.

Everything is said relative to the river: ``rise`` is the height of the ground above the level at which the Ouche
stands full to its natural bank, at the same place along the river. A flood of a given rise wets what lies lower and
is connected. The town's own coordinates run from (0, 0) in the south-west; ``ORIGIN_M`` moves them to Lambert-93.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter, zoom
from scipy.spatial import cKDTree

FloatArray = NDArray[np.float64]

#: South-west corner in EPSG:2154 [m]: hills between Dijon and Beaune, where no such town stands.
ORIGIN_M = (846_000.0, 6_690_000.0)
#: Extent [m] and cell of the terrain [m].
WIDTH_M, HEIGHT_M, CELL_M = 2560.0, 1920.0, 2.0
#: Altitude of the full bank where the river enters, and its fall [m], [m/m].
BANK_M, FALL = 213.40, 0.0011
#: Zero of the gauges below the full bank [m].
ZERO_BELOW_BANK_M = 2.40
#: Depth of the river's bed and of the tributary's below the full bank [m].
BED_M, STREAM_BED_M = 2.60, 1.30
#: Half widths of the wet beds [m].
RIVER_HALF_M, STREAM_HALF_M = 20.0, 3.5
#: The hollow of the Bas-Prés: centre and radius [m]. An old levee rings it; a conduit leads out to the river.
HOLLOW_M, HOLLOW_RADIUS_M = (1870.0, 672.0), 150.0
#: Heart of the old town, on its mound inside the bend [m].
HEART_M = (1190.0, 1085.0)

_RIVER = ((-160, 1015), (120, 1075), (430, 1050), (720, 905), (1010, 812), (1320, 806), (1580, 905), (1850, 985),
          (2130, 935), (2380, 800), (2640, 765), (2800, 790))
_STREAM = ((880, -80), (930, 90), (1010, 220), (960, 370), (905, 500), (965, 630), (1060, 720), (1085, 812))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A watercourse: its axis every 2 m from upstream, in the town's coordinates."""

    #: Axis, (N, 2) [m].
    axis: FloatArray
    #: Distance along it, (N,) [m].
    chainage_m: FloatArray
    half_width_m: float
    tree: cKDTree

    @classmethod
    def through(cls, points: tuple[tuple[float, float], ...], half_width_m: float) -> Course:
        """Lay a smooth axis through the points."""
        knots = np.array(points, float)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
        fine = CubicSpline(along, knots)(np.arange(0.0, along[-1], 2.0))
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(fine, axis=0).T))])
        return cls(axis=fine, chainage_m=steps, half_width_m=half_width_m, tree=cKDTree(fine))

    def nearest(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give chainage and signed distance (positive to the left, looking downstream) of points, (N,) each [m]."""
        distance, index = self.tree.query(points)
        ahead = np.gradient(self.axis, axis=0)[index]
        offset = points - self.axis[index]
        side = np.sign(ahead[:, 0] * offset[:, 1] - ahead[:, 1] * offset[:, 0])
        return self.chainage_m[index], distance * side

    def parallel(self, offset_m: float, first_x_m: float, last_x_m: float) -> FloatArray:
        """Give the line beside the axis between two eastings, (N, 2); positive offsets lie to the left."""
        ahead = np.gradient(self.axis, axis=0)
        ahead /= np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
        line = self.axis + offset_m * np.column_stack([-ahead[:, 1], ahead[:, 0]])
        return line[(line[:, 0] >= first_x_m) & (line[:, 0] <= last_x_m)][::4]


@cache
def river() -> Course:
    """Give the Ouche."""
    return Course.through(_RIVER, RIVER_HALF_M)


@cache
def stream() -> Course:
    """Give the Douix, which comes down from the southern hills and meets the Ouche below the Pont Vieux."""
    return Course.through(_STREAM, STREAM_HALF_M)


def bank_m(points: FloatArray) -> FloatArray:
    """Give the altitude of the full natural bank abreast of points, (N,) [m]."""
    chainage, _ = river().nearest(points)
    return BANK_M - FALL * chainage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """The valley as a raster: rows run down from the north, cells of ``CELL_M``."""

    #: Altitude, (rows, columns) [m].
    height_m: FloatArray
    #: Altitude of the full bank abreast of each cell, (rows, columns) [m].
    bank_m: FloatArray

    def cells(self, points: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give row and column of points, clipped to the raster, (N,) each."""
        rows, columns = self.height_m.shape
        col = np.clip((points[:, 0] / CELL_M).astype(np.int64), 0, columns - 1)
        row = np.clip(((HEIGHT_M - points[:, 1]) / CELL_M).astype(np.int64), 0, rows - 1)
        return row, col

    def at(self, points: FloatArray) -> FloatArray:
        """Give the altitude of the cell that holds each point, (N,) [m]."""
        return self.height_m[self.cells(points)]

    def rise_at(self, points: FloatArray) -> FloatArray:
        """Give the height of the ground above the full bank, (N,) [m]."""
        cells = self.cells(points)
        return self.height_m[cells] - self.bank_m[cells]


def valley(rng: np.random.Generator) -> Relief:
    """Shape the bare valley: bed, banks, levees, flood plain, terraces, mound and hollow; no streets yet."""
    rows, columns = int(HEIGHT_M / CELL_M), int(WIDTH_M / CELL_M)
    x = (np.arange(columns) + 0.5) * CELL_M
    y = HEIGHT_M - (np.arange(rows) + 0.5) * CELL_M
    xx, yy = np.meshgrid(x, y)
    ouche, douix = river(), stream()
    chainage, side = _abreast(ouche, rows, columns)
    beside = np.full((rows, columns), 1e3)
    near = (xx > 700) & (xx < 1250) & (yy < 1000)
    beside[near] = np.abs(douix.nearest(np.column_stack([xx[near], yy[near]]))[1])
    bank = BANK_M - FALL * chainage

    def rough(scale_m: float, height_m: float) -> FloatArray:
        coarse = gaussian_filter(rng.standard_normal((rows // 4 + 1, columns // 4 + 1)), scale_m / (4 * CELL_M))
        return np.asarray(height_m * zoom(coarse / coarse.std(), 4, order=1)[:rows, :columns])

    edge = np.abs(side) - ouche.half_width_m
    town = _between(xx, 740.0, 1700.0, 60.0)
    north = _north(edge, town, xx, yy)
    south = _south(edge, xx, yy)
    blend = 1.0 / (1.0 + np.exp(-side / 6.0))
    rise = blend * north + (1.0 - blend) * south
    rise += (rough(170.0, 0.20) + rough(45.0, 0.07)) * np.clip(edge / 60.0, 0.0, 1.0)
    rise = _hollow(rise, xx, yy, np.clip(edge / 25.0, 0.0, 1.0))
    rise = _carve(rise, beside - douix.half_width_m, STREAM_BED_M, reach_m=75.0, lip_m=0.30)
    bed = -BED_M + (BED_M - 1.15) * np.clip(1.0 + edge / ouche.half_width_m, 0.0, 1.0) ** 4
    shore = np.clip(edge / 5.0, 0.0, 1.0)
    # A quay is a wall: its bank has no slope; elsewhere the bank lies back over five metres.
    shore = np.where((side > 0) & (town > 0.5), (edge > 0).astype(float), shore)
    rise = np.where(edge <= 0, bed, -1.15 + (rise + 1.15) * shore)
    return Relief(height_m=rise + bank, bank_m=bank)


def _abreast(course: Course, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
    """Give chainage and signed distance of every cell: exact at every fourth, bilinear between."""
    x = np.linspace(0.5 * CELL_M, WIDTH_M - 0.5 * CELL_M, columns // 4)
    y = np.linspace(HEIGHT_M - 0.5 * CELL_M, 0.5 * CELL_M, rows // 4)
    xx, yy = np.meshgrid(x, y)
    coarse = course.nearest(np.column_stack([xx.ravel(), yy.ravel()]))
    chainage, side = (zoom(values.reshape(rows // 4, columns // 4), 4, order=1) for values in coarse)
    return chainage, side


def _between(x: FloatArray, first: float, last: float, soft: float) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-(x - first) / soft)) / (1.0 + np.exp((x - last) / soft))


def _north(edge: FloatArray, town: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Shape the north bank: meadows upstream and downstream, quays in the town, the mound, then vineyards."""
    fill = 0.70 * np.clip((edge - 25.0) / 45.0, 0.0, 1.0)
    meadow = fill + 0.35 + 0.0062 * edge + 0.00002 * np.clip(edge - 120.0, 0.0, None) ** 2
    quay = 1.15 + 0.0070 * edge
    mound = 2.6 * np.exp(-(((x - HEART_M[0]) / 300.0) ** 2 + ((y - HEART_M[1] - 30) / 190.0) ** 2))
    hill = 0.045 * np.clip(edge - 560.0 - 0.10 * (x - 1200.0), 0.0, None)
    return town * quay + (1.0 - town) * meadow + mound + hill


def _south(edge: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Shape the south bank: a low natural levee, the flood plain of the faubourg behind it, then the terrace."""
    plain = 0.22 + 0.0036 * edge
    # Upstream and downstream the villas were built on filled land.
    fill = 0.75 / (1.0 + np.exp((x - 610.0) / 45.0)) + 0.45 / (1.0 + np.exp(-(x - 1985.0) / 40.0))
    plain = plain + fill * np.clip((edge - 18.0) / 40.0, 0.0, 1.0)
    levee = 0.42 * np.exp(-((edge - 14.0) / 22.0) ** 2)
    dip = 0.34 * np.exp(-(((x - 1430.0) / 190.0) ** 2 + ((y - 690.0) / 75.0) ** 2))
    dip += 0.22 * np.exp(-(((x - 690.0) / 140.0) ** 2 + ((y - 770.0) / 70.0) ** 2))
    reach = 370.0 + 55.0 * np.sin(x / 260.0 + 0.6)
    terrace = 2.4 / (1.0 + np.exp(-(edge - reach) / 38.0))
    hill = 0.040 * np.clip(edge - reach - 160.0, 0.0, None)
    # Ramps to the wash places and the old ford break the levee: there the water comes in first.
    gaps = sum(np.exp(-((x - gap) / 26.0) ** 2) for gap in (640.0, 1275.0, 1500.0, 2120.0))
    return levee * (1.0 - 0.85 * np.clip(gaps, 0.0, 1.0)) + plain - dip + terrace + hill


def _hollow(rise: FloatArray, x: FloatArray, y: FloatArray, land: FloatArray) -> FloatArray:
    """Sink the hollow and raise the old levee around it, on land only."""
    east, north = x - HOLLOW_M[0], (y - HOLLOW_M[1]) * 1.30
    angle = np.arctan2(north, east)
    r = np.hypot(east, north) * (1.0 + 0.10 * np.sin(2 * angle + 0.8) + 0.07 * np.sin(3 * angle + 2.0))
    inside = 1.0 / (1.0 + np.exp((r - HOLLOW_RADIUS_M) / 14.0))
    rise = rise + land * (inside * (0.05 + 0.00001 * r**2 - rise))
    crest = 1.62 * np.exp(-(((r - HOLLOW_RADIUS_M - 32.0) / 17.0) ** 2))
    return np.maximum(rise, land * crest)


def _carve(rise: FloatArray, edge: FloatArray, depth_m: float, *, reach_m: float, lip_m: float) -> FloatArray:
    """Let a stream lie in its own small valley."""
    floor = np.minimum(rise, lip_m + 0.62 * rise)
    lowered = floor + (rise - floor) * np.clip(edge / reach_m, 0.0, 1.0)
    near = np.exp(-((np.clip(edge, 0.0, None) / reach_m) ** 2))
    rise = near * lowered + (1.0 - near) * rise
    # The bed keeps its depth below the ground it crosses on the hill and meets the river's below.
    bed = rise - depth_m
    return np.where(edge <= 0, bed, np.where(edge < 3.0, bed + depth_m * edge / 3.0, rise))


def gauge_zero_m(chainage_m: float) -> float:
    """Give the altitude of a gauge's zero at a place along the river [m]."""
    return round(BANK_M - FALL * chainage_m - ZERO_BELOW_BANK_M, 2)
