"""Make the figures of docs/verification.md: ``python docs/make_verification.py`` (extra ``figures``), some minutes."""

from __future__ import annotations

import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from geodata.demo_town import valmont  # noqa: E402
from geodata.hazards.flow.build import build_setup  # noqa: E402
from scenarios import load_scenario  # noqa: E402
from tests.verification import sheets  # noqa: E402 - the repository is no installed package here
from tests.verification.test_subgrid import district  # noqa: E402
from twin.flood.model import FlowModel  # noqa: E402

OUT = ROOT / "docs" / "figures"
OURS, EXACT = {"color": "#0b6fa4", "lw": 1.6}, {"color": "#222", "lw": 1.0, "ls": "--"}


def run(setup, until, factor=1):
    """Run a setup."""
    model = FlowModel(setup, factor=factor)
    model.advance(until)
    return model


def save(figure, name, sort="flow"):
    """Write a figure small enough for a repository."""
    OUT.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(OUT / f"{sort}-{name}.png", dpi=80, metadata={"Software": None})
    plt.close(figure)


def waves():
    """A1 and A2."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2))
    for cell, shade in ((25, 0.5), (12.5, 1.0)):
        model = run(sheets.wave(cell), 3600.0)
        x = (np.arange(model.setup.domain.shape[1]) + 0.5) * cell
        left.plot(x, model.depth_m()[0], alpha=shade, label=f"model, {cell:g} m", **OURS)
    left.plot(x, sheets.wave_depth(x, 3600.0), label="exact", **EXACT)
    left.set(title="A1 wave on a dry bed, 1 h", xlabel="m", ylabel="depth [m]", xlim=(0, 1700))
    for full, advection, label in ((True, False, "without advection"), (True, True, "with advection")):
        x, setup = sheets.macdonald(5, full=full, advection=advection)
        right.plot(x, run(setup, 5400.0).depth_m()[0], label=label, alpha=1.0 if advection else 0.5, **OURS)
    right.plot(x, sheets.macdonald_depth(x), label="exact", **EXACT)
    right.set(title="A2 steady flow over MacDonald's bed", xlabel="m")
    left.legend()
    right.legend()
    save(figure, "waves")


def dams():
    """A4: what holds and what does not."""
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.2))
    for axis, (right, advection, exact, title) in zip(axes, (
            (0.5, False, sheets.lie_dam_break, "1 : 0.5, own equations"),
            (0.5, True, sheets.stoker, "1 : 0.5, advection, Stoker"),
            (0.1, True, sheets.stoker, "1 : 0.1, advection: beyond it")), strict=True):
        x, setup = sheets.dam_break(1.0, right, theta=0.9 if advection else 0.8, advection=advection)
        axis.plot(x, run(setup, 12.0).depth_m()[0], label="model", **OURS)
        axis.plot(x, exact(1.0, right, x, 12.0)[0], label="exact", **EXACT)
        axis.set(title=f"A4 dam break {title}", xlabel="m", xlim=(-60, 60))
    axes[0].legend()
    save(figure, "dams")


def planes():
    """A5 and A6."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    for row in sheets.PLANES:
        length, slope, _, rain, lasts = row
        times = np.linspace(0, 2 * lasts, 121)
        flow, _ = sheets.hydrograph(sheets.plane(*row, 5), times)
        middle = [0.5 * (a + b) for a, b in pairwise(times)]
        scale = rain / 3.6e6 * length
        left.plot(np.array(middle) / lasts, flow / 10 / scale, label=f"slope {slope:g}", lw=1.6)
        left.plot(times / lasts, sheets.plane_discharge(*row, times) / scale, **EXACT)
    left.set(title="A5 planes under rain, cells of 5 m", xlabel="time / duration of rain", ylabel="outflow / rain")
    left.legend()
    model = FlowModel(sheets.v_catchment(10))
    minutes, flows, before = np.arange(2, 181, 2), [], 0.0
    for minute in minutes:
        model.advance(minute * 60.0)
        now = -model.book().edges_m3["south"]
        flows.append((now - before) / 120)
        before = now
    right.plot(minutes - 1, flows, label="model, 10 m", **OURS)
    table = sheets.V_MINUTES[10]
    right.plot(list(table), list(table.values()), "k+", label="float64 prototype")
    right.axhline(4.86, **EXACT)
    right.set(title="A6 V-shaped catchment", xlabel="min", ylabel="m3/s")
    right.legend()
    save(figure, "planes")


def agency():
    """EA1s to EA4."""
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.4))
    setup = sheets.ea1s(10)
    model, levels, hours = FlowModel(setup), [], np.arange(0, 20.1, 0.25)
    z = setup.domain.height_m[5]
    for hour in hours:
        model.advance(hour * 3600.0)
        levels.append((model.depth_m()[5] + z)[[0, 40, 60]])
    for k, label in enumerate(("x = 5 m", "x = 405 m", "x = 605 m")):
        axes[0, 0].plot(hours, np.array(levels)[:, k], label=label)
    axes[0, 0].axhline(z[:40].max(), **EXACT)
    axes[0, 0].set(title="EA1s pond behind a ridge (dashed: crest)", xlabel="h", ylabel="level [m]")
    axes[0, 0].legend()
    depth = run(sheets.ea2(), 48 * 3600.0).depth_m()
    points = [(250 + 500 * i, 250 + 500 * j) for i in range(4) for j in range(4)]
    axes[0, 1].bar(np.arange(1, 17), [depth[99 - y // 20, x // 20] for x, y in points], color=OURS["color"])
    axes[0, 1].plot(np.arange(1, 17), sheets.EA2_ACC, "k_", ms=14, label="LISFLOOD-FP ACC")
    axes[0, 1].set(title="EA2 filling of depressions", xlabel="point", ylabel="final depth [m]")
    axes[0, 1].legend()
    for advection in (False, True):
        model = run(sheets.ea3(2, advection=advection), 900.0)
        z = model.setup.domain.height_m[25]
        x = (np.arange(len(z)) + 0.5) * 2
        axes[1, 0].plot(x, z + model.depth_m()[25], alpha=1 if advection else 0.5,
                        label="with advection" if advection else "without", **OURS)
    axes[1, 0].plot(x, z, "k", lw=1)
    axes[1, 0].set(title="EA3 momentum over an obstruction, after 15 min", xlabel="m", ylabel="m", ylim=(9.7, 10.4))
    axes[1, 0].legend()
    model, series, hours = FlowModel(sheets.ea4(5)), [], np.arange(0, 5.01, 0.1)
    for hour in hours:
        model.advance(hour * 3600.0)
        series.append(sheets.at_points(model, sheets.EA4_POINTS))
    lines = axes[1, 1].plot(hours, series, lw=1.4)
    for hour, values in sheets.EA4_DG2.items():
        for line, value in zip(lines, values, strict=True):
            axes[1, 1].plot(hour, value, "o", ms=4, color=line.get_color())
    axes[1, 1].set(title="EA4 wave over a plain, 5 m (dots: LISFLOOD-FP 8 DG2)", xlabel="h", ylabel="depth [m]")
    save(figure, "agency")


def subgrid():
    """Coarse cells over fine terrain."""
    setup = district()
    fine, coarse = run(setup, 5400.0), run(setup, 5400.0, 5)
    figure, axes = plt.subplots(1, 2, figsize=(9, 4.4))
    for axis, depth, title in ((axes[0], fine.depth_m(), "2 m cells"),
                               (axes[1], coarse.depth_m(), "10 m cells, subgrid")):
        shown = np.ma.masked_less(depth, 0.03)
        axis.imshow(setup.domain.blocked, cmap="Greys", vmin=0, vmax=3)
        axis.imshow(shown, cmap="viridis_r", vmin=0, vmax=0.4)
        axis.set(title=title, xticks=[], yticks=[])
    save(figure, "subgrid")


def town():
    """Compute the town's cloudburst on its terrain, on coarse cells over it, and on the terrain averaged to those."""
    scenario, city = load_scenario("valmont-cloudburst"), valmont()
    start = datetime.fromisoformat("2026-07-17T20:00+02:00")

    def setup(**choices):
        return build_setup(scenario.flood.rain, (), scenario.flood.model.model_copy(update=choices), city_file=city,
                           folder=scenario.folder, start=start, duration_s=10_800.0)

    terrain, averaged = setup(cell_m=2.0), setup(cell_m=6.0, subgrid=False)
    peaks = [np.nan_to_num(run(terrain, 10_800.0, factor).peak_m) for factor in (1, 3)]
    peaks.append(np.repeat(np.repeat(np.nan_to_num(run(averaged, 10_800.0).peak_m), 3, axis=0), 3, axis=1))
    draw_town(terrain.domain.blocked, peaks)


def draw_town(blocked, peaks):
    """Draw three peaks over the same quarter."""
    figure, axes = plt.subplots(1, 3, figsize=(15, 5.5))
    crop = (slice(300, 640), slice(640, 980))
    titles = ("2 m cells", "6 m cells over the terrain", "6 m cells, terrain averaged")
    for axis, peak, title in zip(axes, peaks, titles, strict=True):
        axis.imshow(blocked[crop], cmap="Greys", vmin=0, vmax=3)
        axis.imshow(np.ma.masked_less(peak[crop], 0.03), cmap="viridis_r", vmin=0, vmax=0.5)
        axis.set(title=title, xticks=[], yticks=[])
    save(figure, "town")


def ensembles():
    """Draw shares told against what came, and where what came stands among the members, on a synthetic truth."""
    from tests.verification.test_ensembles import FLOODS, floods, ranks

    stated, half = floods(1.0), floods(0.5)
    figure, axes = plt.subplots(1, 3, figsize=(14, 4.4))
    axes[0].plot([0, 1], [0, 1], color="0.6", linewidth=1)
    for told, mark, name in ((stated, "o-", "errors as stated"), (half, "s--", "half of the errors stated")):
        share = told.is_out.mean(axis=1)
        bins = [(share >= low) & (share < high) for low, high in (
            (0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01))]
        bins = [chosen for chosen in bins if chosen.any()]
        points = [(share[b].mean(), told.was_out[b].mean()) for b in bins]
        axes[0].plot(*zip(*points, strict=True), mark, color="k", label=name)
    axes[0].set(xlabel="share of nights in which the cabinet goes out", ylabel="floods in which it did",
                title="reliability")
    axes[0].legend(frameon=False)
    for axis, told, name in ((axes[1], stated, "as stated"), (axes[2], half, "half of the errors stated")):
        count = np.bincount(ranks(told.depth_m, told.true_depth_m) // 2, minlength=10)
        axis.bar(np.arange(10), count, color="0.75", edgecolor="k")
        axis.axhline(FLOODS / 10, color="k", linewidth=1, linestyle=":")
        axis.set(xlabel="what came among 19 members, tenths of the ranks", ylabel="floods", title=name,
                 ylim=(0, FLOODS / 3))
    save(figure, "reliability", "ensemble")


if __name__ == "__main__":
    for make in (waves, dams, planes, agency, subgrid, town, ensembles):
        make()
