"""The slow twin of twin/kernels/flow/step.py: float64, plain numpy, whole arrays, no tiles, no tricks.

Same equations, same order of a step, written to be read. Depths are (rows, columns); ``qx`` is (rows, columns + 1),
``qy`` is (rows + 1, columns), the outer faces are the edges.
"""

from __future__ import annotations

import numpy as np

G = 9.80665
WALL = 5e5


def face_flow(dz, h0, h1, q, before, behind, across, n2, dt, dx, theta, film, advection=0.0):
    """New flow of faces [m2/s] and the depth there [m]."""
    hf = np.maximum(h0 + np.minimum(dz, 0), h1 - np.maximum(dz, 0))
    hs = np.maximum(hf, film)
    drive = G * hs * dt / dx * (dz + h0 - h1) - dt * advection
    qb = q + (1 - theta) * (0.5 * (before + behind) - q)
    b = np.where(qb * drive >= 0, qb, q) + drive
    a = G * dt * n2 / hs ** (7 / 3)
    bt = across * (1 + a * np.hypot(q, across))
    new = 2 * b / (1 + np.sqrt(1 + 4 * a * np.hypot(b, bt)))
    return np.where((hf > film) & (np.abs(dz) < WALL), new, 0.0), hs


class Reference:
    """A computation in float64. ``edges``: side -> function (t, dt, h beside it, q) -> flow inwards [m2/s]."""

    def __init__(self, z, dx, n, *, h=0.0, rain=None, edges=None, theta=0.9, film=1e-5, dt_most=5.0, cfl=0.7,
                 advection=False):
        self.z, self.dx = np.asarray(z, float), dx
        self.n = np.broadcast_to(np.asarray(n, float), self.z.shape)
        rows, columns = self.z.shape
        self.h = np.broadcast_to(np.asarray(h, float), self.z.shape).copy()
        self.qx, self.qy = np.zeros((rows, columns + 1)), np.zeros((rows + 1, columns))
        self.ux, self.uy = np.zeros_like(self.qx), np.zeros_like(self.qy)
        self.rain, self.edges = rain or (lambda t, dt: 0.0), edges or {}
        self.theta, self.film, self.dt_most, self.cfl, self.advection = theta, film, dt_most, cfl, advection
        self.t, self.steps, self.speed, self.created = 0.0, 0, 0.0, 0.0

    def run(self, until):
        while self.t < until:
            self.step(until)
        return self

    def step(self, until):
        deepest = self.h.max()
        wave = (np.sqrt(G * deepest) + self.speed if self.advection
                else max(np.sqrt(G * deepest), 5 / 3 * self.speed))
        dt = min(self.dt_most, self.cfl * self.dx / wave if wave > 0 else np.inf)
        left = until - self.t
        dt = left / np.ceil(left / dt) if left < 4 * dt else dt
        qx, qy, speed = self._faces(dt)
        self._edges(qx, qy, dt)
        rain = self.rain(self.t, dt)
        # The limiter: a cell gives no more than it has.
        out = (np.maximum(-qx[:, :-1], 0) + np.maximum(qx[:, 1:], 0) + np.maximum(-qy[:-1], 0) + np.maximum(qy[1:], 0))
        have = (self.h + rain) * self.dx / dt
        share = np.where(out > have, have / np.maximum(out, 1e-300), 1.0)
        qx[:, 1:] *= np.where(qx[:, 1:] > 0, share, 1.0)
        qx[:, :-1] *= np.where(qx[:, :-1] < 0, share, 1.0)
        qy[1:] *= np.where(qy[1:] > 0, share, 1.0)
        qy[:-1] *= np.where(qy[:-1] < 0, share, 1.0)
        self.h = self.h + dt / self.dx * (qx[:, :-1] - qx[:, 1:] + qy[:-1] - qy[1:]) + rain
        self.created += -np.minimum(self.h, 0).sum() * self.dx**2
        self.h = np.maximum(self.h, 0.0)
        self.qx, self.qy, self.speed = qx, qy, speed
        self.t = until if dt == left else self.t + dt
        self.steps += 1

    def _faces(self, dt):
        z, h, n = self.z, self.h, self.n
        qx, qy = np.zeros_like(self.qx), np.zeros_like(self.qy)
        across_x = 0.25 * (self.qy[:-1, :-1] + self.qy[:-1, 1:] + self.qy[1:, :-1] + self.qy[1:, 1:])
        across_y = 0.25 * (self.qx[:-1, :-1] + self.qx[:-1, 1:] + self.qx[1:, :-1] + self.qx[1:, 1:])
        ax = self._advection(self.qx, self.ux, across_x) if self.advection else 0.0
        ay = self._advection(self.qy.T, self.uy.T, across_y.T).T if self.advection else 0.0
        speed = 0.0
        for q, new, dz, h0, h1, across, a, n2, keep in (
                (self.qx, qx, z[:, :-1] - z[:, 1:], h[:, :-1], h[:, 1:], across_x, ax,
                 (0.5 * (n[:, :-1] + n[:, 1:])) ** 2, self.ux),
                (self.qy.T, qy.T, (z[:-1] - z[1:]).T, h[:-1].T, h[1:].T, across_y.T, np.transpose(ay),
                 (0.5 * (n[:-1] + n[1:]).T) ** 2, self.uy.T)):
            hf = np.maximum(h0 + np.minimum(dz, 0), h1 - np.maximum(dz, 0))
            a = np.clip(a, -np.maximum(hf, 0), np.maximum(hf, 0))
            new[:, 1:-1], deep = face_flow(dz, h0, h1, q[:, 1:-1], q[:, :-2], q[:, 2:], across, n2, dt, self.dx,
                                           self.theta, self.film, a)
            keep[:, 1:-1] = new[:, 1:-1] / deep
            if new[:, 1:-1].size:
                speed = max(speed, np.abs(keep[:, 1:-1]).max())
        return qx, qy, speed

    def _advection(self, q, u, across):
        """Upwind advection of inner faces [m2/s2], along q (second axis) and across it."""
        qd, qu = 0.5 * (q[:, :-2] + q[:, 1:-1]), 0.5 * (q[:, 1:-1] + q[:, 2:])
        ud, uu = 0.5 * (u[:, :-2] + u[:, 1:-1]), 0.5 * (u[:, 1:-1] + u[:, 2:])
        a = np.where(qd > 0, qd * (u[:, 1:-1] - u[:, :-2]) + ud * (q[:, 1:-1] - q[:, :-2]), 0.0)
        a += np.where(qu < 0, qu * (u[:, 2:] - u[:, 1:-1]) + uu * (q[:, 2:] - q[:, 1:-1]), 0.0)
        inner = np.pad(u[:, 1:-1], ((1, 1), (0, 0)))
        a += np.where(across > 0, across * (inner[1:-1] - inner[:-2]), across * (inner[2:] - inner[1:-1]))
        return a / self.dx

    def _edges(self, qx, qy, dt):
        for side, rule in self.edges.items():
            if side == "west":
                qx[:, 0] = rule(self.t, dt, self.h[:, 0], self.qx[:, 0])
                self.ux[:, 0] = qx[:, 0] / np.maximum(self.h[:, 0], self.film)
            elif side == "east":
                qx[:, -1] = -rule(self.t, dt, self.h[:, -1], -self.qx[:, -1])
                self.ux[:, -1] = qx[:, -1] / np.maximum(self.h[:, -1], self.film)
            elif side == "north":
                qy[0] = rule(self.t, dt, self.h[0], self.qy[0])
                self.uy[0] = qy[0] / np.maximum(self.h[0], self.film)
            else:
                qy[-1] = -rule(self.t, dt, self.h[-1], -self.qy[-1])
                self.uy[-1] = qy[-1] / np.maximum(self.h[-1], self.film)


def inflow(q):
    """An edge that pours q(t) [m2/s] in."""
    return lambda t, dt, h, old: np.full_like(h, q(t + 0.5 * dt))


def normal(slope, n):
    """An edge that lets water leave at normal depth."""
    return lambda t, dt, h, old: -np.where(h > 1e-5, h ** (5 / 3) * np.sqrt(slope) / n, 0.0)


def stage(level, z, n, dx):
    """An edge with a level behind it."""
    def rule(t, dt, h, old):
        outside = np.maximum(level(t + dt) - z, 0.0)
        return face_flow(0.0, outside, h, old, old, old, 0.0, n**2, dt, dx, 1.0, 1e-5)[0]
    return rule
