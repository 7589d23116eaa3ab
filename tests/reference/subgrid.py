"""The slow twins of coarse cells: what a cell holds, what a face carries, where its pool lies, and a step. Float64.

Written to be read, from the fine cells themselves: no knots, no pieces, no spans.
"""

from __future__ import annotations

import heapq

import numpy as np

from tests.reference.flow import G
from twin.kernels.flow.arrays import KNOTS, UPPER_KNOTS

CREST_M = 0.25


def places(top, full):
    """Where the knots of a table stand."""
    upper = np.arange(1, UPPER_KNOTS + 1) / UPPER_KNOTS
    return np.concatenate([float(top) * (np.arange(KNOTS + 1) / KNOTS) ** 2, float(top) + float(full - top) * upper])


def level_of(ground, water, count):
    """Level over the lowest of some heights under ``water``, the mean over ``count`` places: bisection [m]."""
    over = np.sort(np.asarray(ground)) - np.min(ground)
    low, high = 0.0, over[-1] + water * count
    for _ in range(200):
        middle = 0.5 * (low + high)
        held = np.maximum(middle - over, 0).sum() / count
        low, high = (middle, high) if held < water else (low, middle)
    return 0.5 * (low + high)


def carries(bed, level):
    """Mean depth of a face at a level over the lowest of its rows; inf carries nothing [m]."""
    bed = np.asarray(bed, float)
    return np.maximum(level - (bed - bed.min()), 0).mean()


def heights_from(ground, start):
    """How high water from ``start`` must stand to get to each place of a raster, over sides; inf in walls [m]."""
    level = np.full(ground.shape, np.inf)
    waiting = [(ground[start], start)]
    while waiting:
        height, (r, c) = heapq.heappop(waiting)
        if level[r, c] <= height:
            continue
        level[r, c] = height
        for i, j in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= i < ground.shape[0] and 0 <= j < ground.shape[1] and np.isfinite(ground[i, j]):
                heapq.heappush(waiting, (max(height, ground[i, j]), (i, j)))
    return level


def one_pool(cell):
    """Ground of a cell that holds one pool, inf in walls: that of the lowest place of its largest open piece."""
    pieces = {}
    for start in zip(*np.nonzero(np.isfinite(cell)), strict=True):
        piece = np.isfinite(heights_from(cell, start))
        pieces.setdefault(piece.tobytes(), piece)
    if not pieces:
        return cell.copy()
    largest = max(pieces.values(), key=np.count_nonzero)
    start = np.unravel_index(np.argmin(np.where(largest, cell, np.inf)), cell.shape)
    level = heights_from(cell, tuple(int(v) for v in start))
    return np.where(level - np.where(np.isfinite(cell), cell, 0) >= CREST_M, level, cell)


class Reference:
    """A computation on coarse cells in float64, over the tables of a model; no edges, rain alone."""

    def __init__(self, grid, dx, *, h, rain=None, theta=0.9, film=1e-5, dt_most=5.0, cfl=0.7):
        self.grid, self.dx, self.h = grid, dx, np.pad(np.asarray(h, float), 1)
        self.qx, self.qy = np.zeros(self.h.shape), np.zeros(self.h.shape)
        self.rain = rain or (lambda t, dt: 0.0)
        self.theta, self.film, self.dt_most, self.cfl = theta, film, dt_most, cfl
        self.t, self.steps, self.speed, self.depth = 0.0, 0, 0.0, 0.0

    def levels(self):
        """Level of each cell, its free water, and the part of it that is wet."""
        s = self.grid.storage
        free = np.maximum(self.h - s.pocket, 0)
        level, wet = np.zeros(self.h.shape), np.ones(self.h.shape)
        for i, j in zip(*np.nonzero(s.share > 0), strict=True):
            water, knots = places(s.top[i, j], s.full[i, j]), s.knots[i, j].astype(float)
            if free[i, j] >= water[-1]:
                level[i, j], wet[i, j] = knots[-1] + (free[i, j] - water[-1]) / s.share[i, j], s.share[i, j]
            else:
                k = np.searchsorted(water, free[i, j], side="right") - 1
                wet[i, j] = (water[k + 1] - water[k]) / (knots[k + 1] - knots[k])
                level[i, j] = knots[k] + (free[i, j] - water[k]) / wet[i, j]
        return level, free, wet

    def _along(self, face, level, free, wet, q, across, axis, dt):
        """New flow through the faces along an axis, its speed, and the level over each."""
        new, speed, deepest = np.zeros(q.shape), 0.0, 0.0
        di, dj = (0, 1) if axis == 0 else (1, 0)
        reach = (self.cfl * self.dx / dt) ** 2 / G
        for i in range(1, q.shape[0] - 1):
            for j in range(1, q.shape[1] - 1):
                if face.low0[i, j] > 1e5:
                    continue

                w0, w1 = level[i - di, j - dj] - face.low0[i, j], level[i, j] - face.low1[i, j]
                at_knots, table = places(face.top[i, j], face.full[i, j]), face.depths[i, j].astype(float)
                # The straight piece of the table that holds at the higher level; the lower one is read off it too.
                if max(w0, w1) >= at_knots[-1]:
                    slope = float(face.share[i, j])
                    at = table[-1] - slope * at_knots[-1]
                else:
                    k = max(np.searchsorted(at_knots, max(w0, w1), side="right") - 1, 0)
                    slope = (table[k + 1] - table[k]) / (at_knots[k + 1] - at_knots[k])
                    at = table[k] - slope * at_knots[k]
                film = free[i - di, j - dj] if w0 >= w1 else free[i, j]
                deep = max(min(at + slope * max(w0, w1), film), at + slope * min(w0, w1))
                if deep <= self.film or film <= self.film:
                    continue
                moved = min(deep, reach * min(wet[i - di, j - dj], wet[i, j]))
                n = face.rough[i, j] + face.more[i, j] * min(1 / deep, face.most[i, j])
                a = dt * n**2 * moved * deep ** (-10 / 3)
                side = 0.25 * (across[i - di, j - dj] + across[i, j] + across[i - di + dj, j - dj + di]
                               + across[i + dj, j + di])
                drive = G * dt / self.dx * moved * (w0 - w1)
                mixed = q[i, j] + (1 - self.theta) * (0.5 * (q[i - di, j - dj] + q[i + di, j + dj]) - q[i, j])
                b = (mixed if mixed * drive >= 0 else q[i, j]) + drive
                bt = side * (1 + a * np.hypot(q[i, j], side))
                new[i, j] = 2 * b / (1 + np.sqrt(1 + 4 * a * np.hypot(b, bt)))
                speed, deepest = max(speed, abs(new[i, j]) / deep), max(deepest, w0, w1)
        return new, speed, deepest

    def run(self, until):
        while self.t < until:
            wave = max(np.sqrt(G * self.depth), 5 / 3 * self.speed)
            dt = min(self.dt_most, self.cfl * self.dx / wave if wave > 0 else np.inf)
            left = until - self.t
            dt = left / np.ceil(left / dt) if left < 4 * dt else dt
            level, free, wet = self.levels()
            qx, speed_x, deep_x = self._along(self.grid.x, level, free, wet, self.qx, self.qy, 0, dt)
            qy, speed_y, deep_y = self._along(self.grid.y, level, free, wet, self.qy, self.qx, 1, dt)
            self.qx, self.qy, self.speed, self.depth = qx, qy, max(speed_x, speed_y), max(deep_x, deep_y)
            inner = (slice(1, -1), slice(1, -1))
            self.h[inner] += self.rain(self.t, dt) + dt / self.dx * (
                qx[1:-1, 1:-1] - qx[1:-1, 2:] + qy[1:-1, 1:-1] - qy[2:, 1:-1])
            assert (self.h >= -1e-12).all()
            self.t, self.steps = until if dt == left else self.t + dt, self.steps + 1
        return self
