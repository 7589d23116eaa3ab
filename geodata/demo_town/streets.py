"""Streets of Valmont: main axes laid by hand, the others grown along the lie of the land.

A direction field blends the river, the rings around the old town's heart and the slope of the hills. Streets follow
it and keep their distance from each other (evenly spaced streamlines: Jobard and Lefer 1997,
doi:10.1007/978-3-7091-6876-9_5; for streets: Chen et al. 2008, doi:10.1145/1360612.1360702). The planar network that
results is trimmed of stubs and cut into named streets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter

from geodata.demo_town.ground import CELL_M, HEART_M, HEIGHT_M, WIDTH_M, Course, Relief

FloatArray = NDArray[np.float64]

#: Width between house fronts by rank [m].
WIDTHS_M = {"boulevard": 22.0, "avenue": 18.0, "quay": 14.0, "route": 12.0, "rue": 9.5, "lane": 7.0}
#: Ranks that the map draws as main streets.
MAIN = ("boulevard", "avenue", "quay", "route")
_STEP_M, _OCCUPIED_M = 8.0, 4.0

#: Main axes: name, rank, points in the town's coordinates [m]. Quays and riverside roads follow the river instead.
_AXES: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...] = (
    ("Rue du Grand-Pont", "avenue", ((1196, 730), (1190, 800), (1182, 900), (1190, 1010))),
    ("Avenue de la Gare", "avenue", ((1192, 1175), (1215, 1300), (1200, 1420), (1215, 1560))),
    ("Avenue du Pont-Neuf", "avenue", ((1530, 640), (1515, 760), (1495, 880), (1475, 1010))),
    ("Avenue de Langres", "avenue", ((1475, 1010), (1530, 1150), (1640, 1290), (1790, 1440), (1900, 1640))),
    ("Avenue de la République", "avenue", ((818, 640), (845, 770), (862, 890), (885, 1020))),
    ("Avenue de Dijon", "avenue", ((885, 1020), (815, 1170), (700, 1310), (620, 1450), (560, 1660))),
    ("Boulevard des Remparts", "boulevard", ((885, 1020), (905, 1170), (985, 1285), (1110, 1345), (1215, 1352))),
    ("Boulevard Carnot", "boulevard", ((1215, 1352), (1330, 1330), (1425, 1245), (1480, 1130), (1475, 1010))),
    ("Boulevard du Midi", "boulevard", ((430, 690), (620, 650), (818, 640), (1000, 590), (1205, 560), (1400, 590),
                                        (1530, 640))),
    ("Avenue des Prés", "avenue", ((1530, 640), (1640, 560), (1800, 505), (2010, 500), (2200, 560))),
    ("Avenue du Faubourg", "avenue", ((1196, 730), (1205, 560), (1230, 400), (1290, 240), (1300, 60))),
    ("Route de Beaune", "route", ((818, 640), (740, 500), (600, 360), (420, 220), (250, 60))),
    ("Route de Dole", "route", ((2200, 560), (2350, 520), (2560, 470))),
    ("Route d’Auxerre", "route", ((885, 1020), (740, 1060), (560, 1180), (350, 1240), (0, 1260))),
    ("Route de Gray", "route", ((1475, 1010), (1640, 1070), (1830, 1150), (2050, 1150), (2300, 1090), (2560, 1070))),
    ("Rue de la Liberté", "rue", ((1262, 1098), (1350, 1112), (1480, 1130))),
    ("Rue des Carmes", "rue", ((1246, 1042), (1320, 985), (1395, 900))),
    ("Rue Saint-Bénigne", "rue", ((1246, 1130), (1320, 1215), (1372, 1302))),
    ("Rue Haute", "route", ((620, 1450), (860, 1480), (1215, 1560), (1500, 1530), (1790, 1440))),
)


@dataclass(slots=True, kw_only=True, eq=False)
class Street:
    """A street under construction: its axis and rank; the name comes last."""

    line: FloatArray
    rank: str
    name: str = ""
    width_m: float = field(default=0.0)

    @property
    def shape(self) -> shapely.LineString:
        """Give the axis as a line."""
        return shapely.LineString(self.line)


def smooth(points: tuple[tuple[float, float], ...], step_m: float = 8.0) -> FloatArray:
    """Give a smooth curve through points, one vertex every ``step_m``, (N, 2)."""
    knots = np.array(points, float)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    count = max(2, int(along[-1] / step_m) + 1)
    return np.asarray(CubicSpline(along, knots, bc_type="natural")(np.linspace(0, along[-1], count)))


def main_streets(ouche: Course) -> list[Street]:
    """Lay the main axes: quays along the river, bridges, boulevards on the old ramparts, roads out of town."""
    streets = [Street(line=smooth(points), rank=rank, name=name) for name, rank, points in _AXES]
    # The two oldest streets run round the mound; the others grew between them.
    turn = np.linspace(0.0, 2 * np.pi, 61)
    for name, radius in (("Rue Ronde", 74.0), ("Rue du Tour-de-Ville", 148.0)):
        sway = radius * (1.0 + 0.05 * np.sin(2 * turn + 0.5) + 0.03 * np.sin(3 * turn))
        line = np.column_stack([HEART_M[0] + 1.05 * sway * np.cos(turn), HEART_M[1] + 0.97 * sway * np.sin(turn)])
        streets.append(Street(line=line, rank="rue", name=name))
    beside = ouche.half_width_m + 13.0
    for name, offset, first, last in (
            ("Quai de la Fontaine", beside, 610.0, 862.0), ("Quai de la République", beside, 862.0, 1190.0),
            ("Quai des Carmes", beside, 1190.0, 1487.0), ("Quai du Port", beside, 1487.0, 1720.0),
            ("Quai des Jardiniers", -beside, 560.0, 852.0), ("Quai des Tanneurs", -beside, 852.0, 1192.0),
            ("Quai des Lavandières", -beside, 1192.0, 1505.0), ("Quai Gambetta", -beside - 3, 1505.0, 1720.0)):
        streets.append(Street(line=ouche.parallel(offset, first, last), rank="quay", name=name))
    for street in streets:
        street.width_m = WIDTHS_M[street.rank]
    return streets


def town_mask(points: FloatArray) -> NDArray[np.bool_]:
    """Tell which points lie in the built-up town, (N,): a rounded shape stretched along the roads."""
    x, y = points[:, 0] - 1270.0, points[:, 1] - 985.0
    angle = np.arctan2(y / 0.66, x)
    reach = 1060.0 + 75.0 * np.sin(3 * angle + 0.6) + 45.0 * np.sin(5 * angle + 2.1) + 30.0 * np.sin(9 * angle)
    return np.asarray(np.hypot(x, y / 0.66) < reach)


class Field:
    """Direction of the streets at any point, as an angle of the first family; the second stands across it."""

    def __init__(self, ouche: Course, relief: Relief) -> None:
        self._ouche = ouche
        ahead = np.gradient(ouche.axis, axis=0)
        self._river_angle = np.arctan2(ahead[:, 1], ahead[:, 0])
        low = gaussian_filter(relief.height_m[::5, ::5], 8.0)
        down, right = np.gradient(low)
        self._slope_angle = np.arctan2(-down, right) + np.pi / 2
        self._steepness = np.hypot(down, right) / (5 * CELL_M)
        phase = np.random.default_rng(11).uniform(0, 2 * np.pi, 6)
        self._phase = phase

    def __call__(self, point: FloatArray) -> tuple[float, float]:
        """Give the angle [rad] and the distance from the river [m] at a point."""
        distance, index = self._ouche.tree.query(point)
        weights = [1.1 * np.exp(-(distance / 230.0) ** 2), 0.25]
        sway = 0.16 * np.sin(point[0] / 210.0 + self._phase[0]) + 0.16 * np.sin(point[1] / 170.0 + self._phase[1])
        angles = [self._river_angle[index], 0.12 + sway]
        dx, dy = point[0] - HEART_M[0], point[1] - HEART_M[1]
        radius = np.hypot(dx, dy)
        weights.append(1.5 * np.exp(-(radius / 330.0) ** 4) if dy > -260 else 0.0)
        angles.append(np.arctan2(dy, dx) + np.pi / 2)
        row = min(max(int((HEIGHT_M - point[1]) / (5 * CELL_M)), 0), self._slope_angle.shape[0] - 1)
        col = min(max(int(point[0] / (5 * CELL_M)), 0), self._slope_angle.shape[1] - 1)
        weights.append(min(1.0, 22.0 * self._steepness[row, col]))
        angles.append(self._slope_angle[row, col])
        # Fourfold symmetry: a crossing of two streets looks the same after a quarter turn.
        c = sum(w * np.cos(4 * a) for w, a in zip(weights, angles, strict=True))
        s = sum(w * np.sin(4 * a) for w, a in zip(weights, angles, strict=True))
        return float(np.arctan2(s, c) / 4), float(distance)


class Grower:
    """Grows minor streets between the main ones."""

    def __init__(self, ouche: Course, relief: Relief, mains: list[Street], barred: shapely.Geometry,
                 rng: np.random.Generator) -> None:
        self._field, self._rng = Field(ouche, relief), rng
        shape = (int(HEIGHT_M / _OCCUPIED_M) + 1, int(WIDTH_M / _OCCUPIED_M) + 1)
        self._taken = np.zeros((2, *shape), dtype=bool)
        self._wet = ouche.half_width_m + 8.0
        self._barred = barred
        shapely.prepare(self._barred)
        self._queue: deque[tuple[int, FloatArray]] = deque()
        self._families: list[int] = []
        for street in mains:
            self._settle(street.line, None)

    def spacing(self, point: FloatArray) -> float:
        """Give the wanted distance between parallel streets [m]: tight in the old town, wide at the edge."""
        away = np.hypot((point[0] - HEART_M[0]) / 1.25, point[1] - HEART_M[1] + 60.0)
        return float(np.clip(47.0 + 0.034 * away, 51.0, 80.0))

    def grow(self) -> list[Street]:
        """Grow until no seed has room left, then seed what stayed empty."""
        streets = self._grow_queue()
        x, y = np.meshgrid(np.arange(40.0, WIDTH_M, 34.0), np.arange(40.0, HEIGHT_M, 34.0))
        for seed in self._rng.permutation(np.column_stack([x.ravel(), y.ravel()])):
            if self._is_free(seed):
                self._queue.extend([(0, seed), (1, seed)])
        return streets + self._grow_queue()

    def _grow_queue(self) -> list[Street]:
        streets: list[Street] = []
        while self._queue:
            family, seed = self._queue.popleft()
            if self._is_taken(family, seed, 0.80):
                continue
            back = self._trace(family, seed, -1.0, np.empty((0, 2)))
            ahead = self._trace(family, seed, 1.0, back[12:])
            line = np.vstack([back[::-1], seed[None], ahead])
            if len(line) * _STEP_M < 84.0:
                continue
            streets.append(Street(line=line, rank="rue", width_m=WIDTHS_M["rue"]))
            self._settle(line, family)
        return streets

    def _direction(self, family: int, point: FloatArray, before: FloatArray) -> FloatArray:
        angle, _ = self._field(point)
        options = [angle + quarter * np.pi / 2 for quarter in range(4)]
        best = max(options, key=lambda a: before[0] * np.cos(a) + before[1] * np.sin(a))
        return np.array([np.cos(best), np.sin(best)])

    def _trace(self, family: int, seed: FloatArray, sense: float, behind: FloatArray) -> FloatArray:
        angle, _ = self._field(seed)
        angle += family * np.pi / 2
        ahead = sense * np.array([np.cos(angle), np.sin(angle)])
        point, line = seed, []
        for _ in range(110):
            mid = point + 0.5 * _STEP_M * ahead
            ahead = self._direction(family, mid, ahead)
            point = point + _STEP_M * ahead
            if not self._is_free(point) or self._is_taken(family, point, 0.55):
                break
            line.append(point)
            # A ring closes on itself: stop before it is walked a second time.
            walked = np.vstack([behind, *line[:-12]])
            if len(walked) and np.hypot(*(walked - point).T).min() < 0.6 * self.spacing(point):
                break
        return np.array(line).reshape(-1, 2)

    def _is_free(self, point: FloatArray) -> bool:
        if not town_mask(point[None])[0]:
            return False
        _, distance = self._field(point)
        return distance > self._wet and not shapely.contains_xy(self._barred, *point)

    def _is_taken(self, family: int, point: FloatArray, share: float) -> bool:
        """Tell whether a street of the same family lies within ``share`` of the wanted spacing."""
        reach = int(share * self.spacing(point) / _OCCUPIED_M)
        row, col = int(point[1] / _OCCUPIED_M), int(point[0] / _OCCUPIED_M)
        window = self._taken[family, max(row - reach, 0):row + reach + 1, max(col - reach, 0):col + reach + 1]
        rows, cols = np.nonzero(window)
        if not len(rows):
            return False
        away = (rows - min(row, reach)) ** 2 + (cols - min(col, reach)) ** 2
        return bool(away.min() <= reach**2)

    def _settle(self, line: FloatArray, family: int | None) -> None:
        """Mark a street as there and seed its sides. A main street belongs to the family that it runs with."""
        ahead = np.gradient(line, axis=0)
        for i, (point, step) in enumerate(zip(line, ahead, strict=True)):
            angle, _ = self._field(point)
            turn = (np.arctan2(step[1], step[0]) - angle) % np.pi
            own = family if family is not None else int(np.pi / 4 < turn < 3 * np.pi / 4)
            row, col = int(point[1] / _OCCUPIED_M), int(point[0] / _OCCUPIED_M)
            if 0 <= row < self._taken.shape[1] and 0 <= col < self._taken.shape[2]:
                self._taken[own, row, col] = True
            if i % 4 == 2:
                across = np.array([-step[1], step[0]]) / np.hypot(*step)
                for side in (1.0, -1.0):
                    seed = point + side * self.spacing(point) * self._rng.uniform(0.92, 1.12) * across
                    if 0 < seed[0] < WIDTH_M and 0 < seed[1] < HEIGHT_M and self._is_free(seed):
                        self._queue.append((own, seed))
                if i % 8 == 2 and self._is_free(point):
                    self._queue.append((1 - own, point))
