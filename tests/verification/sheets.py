"""The set-ups of the verification sheets, shared by the tests and by docs/make_verification.py."""

from __future__ import annotations

import numpy as np

from twin.flood.domain import Domain
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow
from twin.water.hazard import Grid

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


def hydrograph(setup, times_s, side="east", factor=1):
    """Run and give the outflow over a side between the times [m3/s], and the model."""
    model = FlowModel(setup, factor=factor)
    out = [0.0]
    for t in times_s[1:]:
        model.advance(float(t))
        out.append(-model.book().edges_m3.get(side, 0.0))
    return np.diff(out) / np.diff(times_s), model


def both(setup, *times, factor=5):
    """The fine and the coarse computation, run to the last of some times."""
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=factor)
    for time in times:
        fine.advance(time)
        coarse.advance(time)
    return fine, coarse


def nse(got, exact):
    """Nash-Sutcliffe efficiency."""
    return 1 - np.sum((got - exact) ** 2) / np.sum((exact - exact.mean()) ** 2)


# A1: a wave that does not break, over a dry level bed. Hunter et al. 2005, doi:10.1029/2004WR003741.
def wave_depth(x, t, u=0.4, n=0.03):
    """Exact depth at x [m] and t [s]."""
    return (7 / 3 * n**2 * u**2 * np.maximum(u * t - x, 0)) ** (3 / 7)


def wave(cell_m, u=0.4, n=0.03, length=2500.0, end_s=3600.0, advection=False):
    times = np.linspace(0, end_s, 1801)
    series = Series.of(times, 2 * cell_m * u * wave_depth(0.0, times, u, n))
    inflow = Inflow(name="wave", line=np.array([[0.0, 0.0], [0.0, 2 * cell_m]]), m3_s=series)
    return FlowSetup(domain=ground(np.zeros((2, round(length / cell_m))), cell_m, n), inflows=(inflow,),
                     advection=advection)


# A2: steady flow over a bed made for its surface. MacDonald et al. 1997; SWASHES 3.2.1, doi:10.1002/fld.3741.
def macdonald_depth(x):
    return (4 / G) ** (1 / 3) * (1 + 0.5 * np.exp(-16 * (x / 1000 - 0.5) ** 2))


def macdonald_bed(x, *, full, rain_m_s=0.0, n=0.033):
    """Bed of the flow for the full equations, or for those without advection, by fine integration."""
    fine = np.linspace(0, 1000, 100_001)
    q = 2.0 if rain_m_s == 0 else 1 + rain_m_s * fine
    h = macdonald_depth(fine)
    slope_h = np.gradient(h, fine)
    fall = -slope_h - n**2 * q**2 / h ** (10 / 3)
    if full:
        fall = (q**2 / (G * h**3) - 1) * slope_h - n**2 * q**2 / h ** (10 / 3) - 2 * q * rain_m_s / (G * h**2)
    z = np.concatenate([[0.0], np.cumsum(0.5 * (fall[1:] + fall[:-1]) * np.diff(fine))])
    return np.interp(x, fine, z - z[-1])


def macdonald(cell_m, *, full, rain_m_s=0.0, advection=False, end_s=5400.0):
    x = centres(2, round(1000 / cell_m), cell_m)[0]
    z = macdonald_bed(x, full=full, rain_m_s=rain_m_s)
    q = 2.0 if rain_m_s == 0 else 1.0
    line = np.array([[0.0, 0.0], [0.0, 2 * cell_m]])
    rain = Rain(times_s=np.array([0.0, end_s + 1]), mm_h=np.array([rain_m_s * 3.6e6])) if rain_m_s else None
    return x[0], FlowSetup(
        domain=ground(z, cell_m, 0.033), rain=rain, depth_m=macdonald_depth(x), advection=advection,
        inflows=(Inflow(name="top", line=line, m3_s=Series.constant(q * 2 * cell_m)),),
        edges=(Edge(side="east", level_m=Series.constant(float(macdonald_depth(1000.0)))),))


# A4: dam break on a wet bed.
def dam_break(left, right, *, theta=0.9, advection=False):
    """200 m, cells of 0.5 m, no friction."""
    x = centres(2, 400, 0.5)[0]
    flat = np.zeros(x.shape)
    domain = Domain(height_m=flat, roughness=flat, blocked=flat.astype(bool), grid=grid(2, 400, 0.5))
    return x[0] - 100, FlowSetup(domain=domain, depth_m=np.where(x < 100, left, right), theta=theta,
                                 advection=advection)


def _root(f, low, high):
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if f(middle) > 0 else (middle, high)
    return 0.5 * (low + high)


def lie_dam_break(left, right, x, t):
    """Exact solution of the equations without advection: depth at x, depth and speed of the shock."""
    def excess(hm):
        return np.sqrt(G * (hm + right) / 2) * (hm - right) - 2 / 3 * np.sqrt(G) * (left**1.5 - hm**1.5)
    hm = _root(excess, right, left)
    shock = np.sqrt(G * (hm + right) / 2)
    fan = (np.minimum(x, 0) / t) ** 2 / G
    return np.where(x < -np.sqrt(G * left) * t, left,
                    np.where(x < -np.sqrt(G * hm) * t, fan, np.where(x < shock * t, hm, right))), hm, shock


def stoker(left, right, x, t):
    """Exact solution of the full equations (Stoker 1957): depth at x, depth and speed of the shock."""
    cl, cr = np.sqrt(G * left), np.sqrt(G * right)

    def excess(hm):
        shock = cr * np.sqrt(0.5 * hm / right * (hm / right + 1))
        return shock * (1 - right / hm) - 2 * (cl - np.sqrt(G * hm))
    hm = _root(excess, right, left)
    shock = cr * np.sqrt(0.5 * hm / right * (hm / right + 1))
    um = shock * (1 - right / hm)
    fan = (2 * cl - x / t) ** 2 / (9 * G)
    return np.where(x < -cl * t, left, np.where(x < (um - np.sqrt(G * hm)) * t, fan, np.where(x < shock * t, hm, right))
                    ), hm, shock


# A6: V-shaped catchment. Di Giammarco et al. 1996, doi:10.1016/S0022-1694(96)80008-5.
V_MINUTES = {20: {30: 2.422, 60: 4.820, 90: 4.860, 100: 3.842, 120: 1.619, 150: 0.517},
             10: {20: .798, 30: 2.309, 40: 4.089, 60: 4.850, 90: 4.860, 95: 4.483, 100: 3.776, 110: 2.481, 120: 1.603,
                  150: .508, 180: .216}}


def v_catchment(cell_m):
    x, y = centres(round(1000 / cell_m), round(1620 / cell_m), cell_m)
    across = np.maximum(np.abs(x - 810) - 10, 0)
    z = 0.05 * across + 0.02 * y
    n = np.where(np.abs(x - 810) < 10, 0.15, 0.015)
    return FlowSetup(domain=ground(z, cell_m, n), rain=Rain.uniform(10.8, 5400.0),
                     edges=(Edge(side="south", slope=0.02, start_m=800, end_m=820),))


# The Environment Agency's tests. Neelz & Pender 2013, SC120002.
def ea1s(cell_m):
    """EA test 1 on a bed of straight pieces: a pond cut off behind a ridge."""
    x = centres(round(100 / cell_m), round(700 / cell_m), cell_m)[0]
    z = np.interp(x, [0, 100, 300, 400, 500, 700], [9.60, 9.60, 10.25, 9.70, 9.70, 10.50])
    level = Series.of([0, 300, 3600, 39600, 43200, 72000], [9.7, 9.7, 10.35, 10.35, 9.7, 9.7])
    return FlowSetup(domain=ground(z, cell_m, 0.03), depth_m=np.maximum(9.7 - z, 0),
                     edges=(Edge(side="west", level_m=level),))


EA2_ACC = np.array([.1762, .2818, .2811, .2797, .2852, .2847, .2830, .2800, .2819, .2855, .2823, .1510, .1255, .0885,
                    .0146, .0000])


def ea2_bed(cell_m=20.0):
    x, y = centres(round(2000 / cell_m), round(2000 / cell_m), cell_m)
    x, y = x - 1, y - 1
    return 8.668 - x / 2000 + y / 1500 - 0.5 * np.sin(np.pi * x / 500) ** 2 * np.sin(np.pi * y / 500) ** 2


def ea2():
    """EA test 2: filling of depressions."""
    inflow = Inflow(name="corner", line=np.array([[0.0, 1900.0], [0.0, 2000.0]]),
                    m3_s=Series.of(np.array([0, 5, 10, 86, 91]) * 60.0, [0, 0, 20, 20, 0]))
    return FlowSetup(domain=ground(ea2_bed(), 20.0, 0.03), inflows=(inflow,))


def ea3(cell_m, *, advection=True):
    """EA test 3: momentum over an obstruction."""
    nodes = [147, 149, 251, 253, 255, 257, 259, 261, 263, 265, 267, 269, 271, 273, 275]
    heights = [9.7544, 9.7502, 9.7505, 9.7544, 9.7622, 9.7738, 9.7889, 9.8074, 9.8289, 9.8531, 9.8796, 9.9080, 9.9378,
               9.9687, 10.0]
    x = centres(round(100 / cell_m), round(300 / cell_m), cell_m)[0]
    fine = np.concatenate([np.arange(0, 146), nodes[:2], np.arange(150, 251), nodes[2:], [299, 300]])
    z = np.concatenate([10.7326 - 0.005 * (np.arange(0, 146) + 49), heights[:2],
                        9.875 - 0.125 * np.cos(2 * np.pi * (np.arange(150, 251) - 150) / 100), heights[2:],
                        [10.3770, 10.3927]])
    inflow = Inflow(name="wave", line=np.array([[0.0, 0.0], [0.0, 100.0]]),
                    m3_s=Series.of([0, 5, 15, 25, 35], [0, 0, 65.5, 65.5, 0]))
    return FlowSetup(domain=ground(np.interp(x, fine, z), cell_m, 0.01), inflows=(inflow,), advection=advection)


EA4_POINTS = ((50, 1000), (100, 1000), (200, 1000), (300, 1000), (400, 1000), (300, 1300))
#: LISFLOOD-FP 8.0 DG2 at 5 m and ACC at 1 m, the official series: hour -> depth at the points [m].
EA4_DG2 = {0.5: (.1983, .1407, .0003, 0, 0, 0), 1: (.3092, .2461, .1739, .1137, 0, 0),
           2: (.3221, .2689, .2166, .1830, .1546, .1475), 3: (.3241, .2727, .2240, .1946, .1718, .1665)}
EA4_ACC = {0.5: (.2024, .1431, 0, 0, 0, 0), 1: (.3132, .2487, .1753, .1146, 0, 0),
           2: (.3262, .2715, .2180, .1839, .1554, .1486), 3: (.3283, .2752, .2253, .1955, .1725, .1674),
           4: (.3293, .2771, .2287, .2008, .1800, .1755)}
EA4_ARRIVAL_MIN = (9.9, 16.0, 29.8, 44.8, 60.6, 65.7)


def ea4(cell_m):
    """EA test 4: a flood wave over a flat plain."""
    inflow = Inflow(name="breach", line=np.array([[0.0, 990.0], [0.0, 1010.0]]),
                    m3_s=Series.of(np.array([0, 5, 60, 240, 300]) * 60.0, [0, 0, 20, 20, 0]))
    return FlowSetup(domain=ground(np.zeros((round(2000 / cell_m), round(1000 / cell_m))), cell_m, 0.05),
                     inflows=(inflow,), arrival_m=0.01)


def at_points(model, points):
    """Depth at places [m], of the cell that holds each."""
    x, y = np.array(points, float).T
    return model.depth_m().ravel()[model.setup.domain.grid.cell_of(x, y)]
