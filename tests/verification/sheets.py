"""The set-ups of the verification sheets, shared by the tests and by docs/make_verification.py."""

from __future__ import annotations

import numpy as np

from twin.flood.domain import Domain
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.setup import Edge, FlowSetup
from twin.hazard import Grid

G = 9.80665


def grid(rows, columns, cell_m):
    """A grid whose south-west corner is the origin."""
    return Grid(rows=rows, columns=columns, transform=(cell_m, 0, 0, 0, -cell_m, rows * cell_m), crs="EPSG:2154")


def ground(z, cell_m, roughness=0.03, **more):
    z = np.atleast_2d(np.asarray(z, float))
    return Domain.of(z, grid(*z.shape, cell_m), roughness, **more)


def centres(rows, columns, cell_m):
    """x and y of the centres of cells, y from north to south."""
    x = (np.arange(columns) + 0.5) * cell_m
    y = (rows - np.arange(rows) - 0.5) * cell_m
    return np.meshgrid(x, y)


# A5: kinematic planes. Length, slope, Manning's n, rain [mm/h], duration of the rain [s].
PLANES = ((200, .005, .05, 20, 5400), (100, .02, .03, 60, 1800), (100, .05, .015, 60, 900), (100, .2, .03, 60, 900),
          (100, .5, .03, 100, 900))


def plane(length, slope, n, rain_mm_h, rain_s, cell_m):
    """A plane that falls to the east, with normal flow over its lower edge; two rows."""
    columns = round(length / cell_m)
    x, _ = centres(2, columns, cell_m)
    return FlowSetup(domain=ground((length - x) * slope, cell_m, n), rain=Rain.uniform(rain_mm_h, rain_s),
                     edges=(Edge(side="east", slope=slope),), slow_s=5.0)


def plane_discharge(length, slope, n, rain_mm_h, rain_s, t):
    """Exact discharge at the foot of a kinematic plane [m2/s] at times t: rising, equilibrium, recession."""
    rain = rain_mm_h / 3.6e6
    alpha, m = np.sqrt(slope) / n, 5 / 3
    tc = (length / (alpha * rain ** (m - 1))) ** (1 / m)
    q = np.where(t < min(tc, rain_s), alpha * (rain * np.maximum(t, 0)) ** m, rain * length)
    for k in np.flatnonzero(t > rain_s):
        low, high = 0.0, (rain * length / alpha) ** (1 / m)
        for _ in range(60):
            h = 0.5 * (low + high)
            reach = alpha * h**m / rain + alpha * m * h ** (m - 1) * (t[k] - rain_s)
            low, high = (h, high) if reach < length else (low, h)
        q[k] = alpha * high**m
    return q


def hydrograph(setup, times_s, side="east"):
    """Run and give the outflow over a side between the times [m3/s], and the model."""
    model = FlowModel(setup)
    out = [0.0]
    for t in times_s[1:]:
        model.advance(float(t))
        out.append(-model.book().edges_m3.get(side, 0.0))
    return np.diff(out) / np.diff(times_s), model


def nse(got, exact):
    """Nash-Sutcliffe efficiency."""
    return 1 - np.sum((got - exact) ** 2) / np.sum((exact - exact.mean()) ** 2)
