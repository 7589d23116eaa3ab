"""Coarse cells over a fine terrain: the sheets that hold for them, and the fine computation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.verification import sheets
from twin.errors import InputError
from twin.flood.book import FlowUnstable
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow


def district(n=200):
    """Streets, courtyards and hollows on a slope, 2 m cells."""
    x, y = sheets.centres(n, n, 2.0)
    z = 100 + 0.01 * x + 0.004 * y + 0.8 * np.sin(x / 60) * np.cos(y / 80)
    z += 0.03 * np.random.default_rng(4).standard_normal((n, n))
    street = ((x % 60) < 10) | ((y % 80) < 10)
    block = ((x % 60) > 14) & ((x % 60) < 50) & ((y % 80) > 14) & ((y % 80) < 60)
    yard = ((x % 60) > 26) & ((x % 60) < 36) & ((y % 80) > 26) & ((y % 80) < 50)
    return FlowSetup(domain=sheets.ground(z - 0.15 * street, 2.0, np.where(street, .016, .04), blocked=block & ~yard),
                     rain=Rain.storm(60, 3600.0), edges=(Edge(side="west"), Edge(side="south")))


def overlap(a, b, depth_m=0.1):
    """Intersection over union of what is flooded."""
    return ((a >= depth_m) & (b >= depth_m)).sum() / ((a >= depth_m) | (b >= depth_m)).sum()


@pytest.fixture(scope="module")
def storm():
    """The district at 2 m and at 10 m, in the storm and after it: (fine, coarse, depths by time)."""
    setup = district()
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=5)
    seen = {}
    for time in (2700.0, 5400.0):
        for model in (fine, coarse):
            model.advance(time)
        seen[time] = fine.depth_m(), coarse.depth_m(), fine.book(), coarse.book()
    return fine, coarse, seen


@pytest.mark.parametrize(("time", "least"), [(2700.0, 0.85), (5400.0, 0.94)])
def test_coarse_cells_flood_what_fine_cells_flood(storm, time, least):
    a, b, fine, coarse = storm[2][time]
    assert overlap(a, b) >= least
    assert (b >= 0.1).sum() == pytest.approx((a >= 0.1).sum(), rel=0.05)
    # What stands on the ground and what has left, in the storm and after it.
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.05)
    assert coarse.edges_m3["west"] == pytest.approx(fine.edges_m3["west"], rel=0.05)


def test_coarse_peaks_are_the_fine_peaks(storm):
    fine, coarse, _ = storm
    assert overlap(fine.peak_m, coarse.peak_m) >= 0.82
    assert (coarse.peak_m >= 0.1).sum() == pytest.approx((fine.peak_m >= 0.1).sum(), rel=0.07)
    wet = (fine.peak_m >= 0.1) & (coarse.peak_m >= 0.1)
    assert np.abs(fine.peak_m - coarse.peak_m)[wet].mean() < 0.01
    assert ((coarse.arrival_s >= 0) == (coarse.peak_m >= coarse.setup.arrival_m)).mean() > 0.95


def test_book_of_coarse_cells_balances(storm):
    for _, _, fine, coarse in storm[2].values():
        assert abs(coarse.relative_error) < 1e-6
        assert (coarse.created_m3, coarse.repairs) == (0, 0)
        assert coarse.rain_m3 == pytest.approx(fine.rain_m3, rel=1e-6)


def test_depth_over_the_terrain_holds_the_water_of_the_cells(storm):
    coarse = storm[1]
    assert np.nansum(coarse.depth_m()) * 4.0 == pytest.approx(coarse.stored_m3, rel=1e-4)


@pytest.mark.parametrize("row", sheets.PLANES)
def test_coarse_cells_on_a_plane_are_the_kinematic_plane(row):
    """A5 on cells of 5 m over a terrain of 1 m: as on flat cells of 5 m."""
    length, slope, n, rain_mm_h, rain_s = row
    x, _ = sheets.centres(10, length, 1.0)
    setup = FlowSetup(domain=sheets.ground((length - x) * slope, 1.0, n), rain=Rain.uniform(rain_mm_h, rain_s),
                      edges=(Edge(side="east", slope=slope),), slow_s=5.0)
    times = np.linspace(0, 2 * rain_s, 121)
    flow, model = sheets.hydrograph(setup, times, factor=5)
    exact = np.array([sheets.plane_discharge(*row, np.linspace(a, b, 21)).mean()
                      for a, b in pairwise(times)])
    assert sheets.nse(flow / 10, exact) > 0.998
    assert flow.max() / 10 == pytest.approx(rain_mm_h / 3.6e6 * length, rel=1e-3)
    assert model.book().created_m3 == 0


@pytest.mark.parametrize(("slope", "n", "rain_mm_h"), [(.008, .016, 60), (.008, .016, 400), (.03, .03, 60),
                                                       (.002, .02, 100)])
@pytest.mark.parametrize("noise_m", [0.0, 0.01, 0.02])
def test_water_on_rough_ground_is_that_of_the_fine_computation(noise_m, slope, n, rain_mm_h):
    """Pockets and bumps: how much stands on a rough street in a steady rain, and how much stays."""
    x, _ = sheets.centres(20, 100, 2.0)
    z = 50 + slope * (200 - x) + noise_m * np.random.default_rng(3).standard_normal(x.shape)
    setup = FlowSetup(domain=sheets.ground(z, 2.0, n), rain=Rain.uniform(rain_mm_h, 5400.0),
                      edges=(Edge(side="east", slope=slope),))
    fine, coarse = sheets.both(setup, 5400.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.15 if noise_m == 0.02 else 0.07)
    for model in (fine, coarse):
        model.advance(3 * 3600.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.3)


def test_uniform_flow_on_coarse_cells_is_mannings_in_any_direction():
    x, y = sheets.centres(160, 160, 2.0)
    setup = FlowSetup(domain=sheets.ground(100 + (y - x) * 0.01 / np.sqrt(2), 2.0, 0.05),
                      depth_m=np.full(x.shape, 0.05))
    model = FlowModel(setup, factor=4)
    model.advance(30.0)
    qx, qy = (q[15:25, 15:25] for q in model.flows_m2_s())
    assert np.hypot(qx, qy) == pytest.approx(np.full((10, 10), 0.05 ** (5 / 3) * 0.1 / 0.05), rel=1e-3)


def test_still_water_between_emerged_banks_stays_still():
    x, y = sheets.centres(60, 60, 2.0)
    z = 2.0 + 0.8 * np.sin(x / 14) * np.cos(y / 11)
    setup = FlowSetup(domain=sheets.ground(z, 2.0, 0.03), depth_m=np.maximum(2.0 - z, 0))
    model = FlowModel(setup, factor=5)
    model.advance(3600.0)
    wet = setup.depth_m > 0.05
    assert np.abs(model.depth_m() - setup.depth_m)[wet].max() < 0.02
    assert max(np.abs(q).max() for q in model.flows_m2_s()) < 2e-4
    assert model.stored_m3 == pytest.approx(setup.depth_m.sum() * 4, rel=1e-6)


def test_pond_under_a_level_at_the_edge_is_the_connected_bathtub():
    x, y = sheets.centres(60, 90, 2.0)
    z = 0.02 * x + 0.6 * np.sin(x / 15) * np.cos(y / 25)
    model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0, 0.05),
                                edges=(Edge(side="west", level_m=Series.of([0, 3600], [0, 1.5])),)), factor=5)
    model.advance(3 * 3600.0)
    ponded = model.depth_m() > 0.05
    assert ponded.sum() > 500
    assert (model.depth_m() + z)[ponded] == pytest.approx(np.full(ponded.sum(), 1.5), abs=0.01)


def test_pond_on_a_tilted_bed_stands_at_one_level():
    x, _ = sheets.centres(40, 40, 2.0)
    setup = FlowSetup(domain=sheets.ground(10 + 0.02 * x, 2.0), rain=Rain.uniform(120, 600.0))
    model = FlowModel(setup, factor=4)
    model.advance(6 * 3600.0)
    depth = model.depth_m()
    level = (depth + setup.domain.height_m)[depth > 0.02]
    assert np.ptp(level) < 0.01
    # 20 mm over 80 m x 80 m in the corner of a wedge: h^2 / (2 slope) = 0.02 * 80.
    assert depth.max() == pytest.approx(np.sqrt(2 * 0.02 * 0.02 * 80) - 0.02, abs=0.03)


def test_hollow_inside_a_cell_keeps_its_water():
    z = np.full((20, 20), 1.0)
    z[2, 2] = 0.5
    model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0), rain=Rain.uniform(60, 600.0),
                                edges=tuple(Edge(side=side) for side in ("north", "east", "south", "west"))), factor=5)
    model.advance(12 * 3600.0)
    # 10 mm on a cell of 25 fine ones are half of what the hollow holds; the ground around gives the rest.
    assert model.depth_m()[2, 2] == pytest.approx(0.5, abs=0.03)
    assert model.depth_m()[10:, 10:].max() < 0.002


def test_cells_cut_by_the_rim_keep_their_edge_and_their_rain():
    x, _ = sheets.centres(23, 52, 2.0)
    setup = FlowSetup(domain=sheets.ground(10 - 0.01 * x, 2.0), rain=Rain.uniform(30, 600.0),
                      edges=(Edge(side="east", slope=0.01),))
    model = FlowModel(setup, factor=5)
    model.advance(3 * 3600.0)
    book = model.book()
    assert model.depth_m().shape == (23, 52)
    assert book.rain_m3 == pytest.approx(0.005 * 23 * 52 * 4, rel=1e-6)
    assert book.edges_m3["east"] == pytest.approx(-book.rain_m3, rel=0.03)
    assert abs(book.relative_error) < 1e-6


def test_rain_rasters_fall_where_they_say():
    where = np.zeros((40, 60), np.float32)
    where[:, :30] = 40.0
    rain = Rain.of([0, 600], [40.0], raster=lambda k: where)
    model = FlowModel(FlowSetup(domain=sheets.ground(np.zeros((40, 60)), 2.0, 0.5), rain=rain), factor=5)
    model.advance(600.0)
    assert model.book().rain_m3 == pytest.approx(40 / 6000 * 40 * 30 * 4, rel=1e-6)
    assert model.depth_m()[:, :20].mean() > 5 * model.depth_m()[:, 40:].mean()


def test_advection_on_coarse_cells_is_that_of_flat_ones():
    """EA3 on cells of 5 m over a terrain of 1 m."""
    model = FlowModel(sheets.ea3(1), factor=5)
    model.advance(900.0)
    first, second = sheets.at_points(model, [(150, 50), (250, 50)])
    assert first == pytest.approx(0.232, abs=0.012)
    assert second == pytest.approx(0.070, abs=0.03)
    assert model.book().stored_m3 == pytest.approx(1310.0, rel=2e-4)


def test_domain_of_one_coarse_cell_is_refused():
    with pytest.raises(InputError, match=r"1 x 2 cells of 20 m; expected two rows and two columns"):
        FlowModel(FlowSetup(domain=sheets.ground(np.zeros((10, 20)), 2.0)), factor=10)


def test_still_water_is_still_water_before_the_first_step_and_in_the_peak():
    x, y = sheets.centres(60, 60, 2.0)
    z = 2.0 + 0.8 * np.sin(x / 14) * np.cos(y / 11)
    setup = FlowSetup(domain=sheets.ground(z, 2.0, 0.03), depth_m=np.maximum(2.0 - z, 0))
    model = FlowModel(setup, factor=5)
    # A bank that a cell holds on its far side is less sharp than the terrain.
    for depth in (model.depth_m(), model.peak_m):
        assert np.abs(depth - setup.depth_m).max() < 0.015
        assert np.abs(depth - setup.depth_m).mean() < 0.001


def test_river_in_a_valley_is_level_across_and_falls_along():
    x, y = sheets.centres(60, 150, 2.0)
    z = 10 + 0.004 * (300 - x) + 0.002 * np.abs(y - 60)
    setup = FlowSetup(domain=sheets.ground(z, 2.0), edges=(Edge(side="east", slope=0.004),), inflows=(
        Inflow(name="river", line=np.array([[11.0, 61.0]]), m3_s=Series.constant(0.5)),))
    fine, coarse = sheets.both(setup, 3600.0)
    away = (slice(None), slice(40, 145))
    assert np.abs(coarse.depth_m() - fine.depth_m())[away].max() < 0.01
    # When the first of it comes, and how high it gets.
    row = (30, slice(20, 145, 5))
    assert coarse.peak_m[row] == pytest.approx(fine.peak_m[row], abs=0.004)
    assert (coarse.arrival_s[row] > 0).all()
    assert coarse.arrival_s[row] == pytest.approx(fine.arrival_s[row], abs=120)


def test_gutters_hold_and_carry_what_the_fine_computation_says():
    """A gutter every 10 m: without the profile of a cell twice the water would stand."""
    x, y = sheets.centres(40, 100, 2.0)
    setup = FlowSetup(domain=sheets.ground(50 + 0.01 * (200 - x) + 0.05 * np.abs((y % 10) - 5), 2.0, 0.016),
                      rain=Rain.uniform(60, 5400.0), edges=(Edge(side="east", slope=0.01),))
    fine, coarse = sheets.both(setup, 5400.0)
    # A fifth stands on the sides, on its way to the gutter, which coarse cells do not know.
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.2)


def test_sliver_of_water_along_a_wall_does_not_swing():
    """Cells that are open along one side only answer five times as fast as the step thinks."""
    x, y = sheets.centres(60, 100, 2.0)
    blocked = np.tile(np.arange(100) % 5 != 0, (60, 1)) & (x > 60) & (x < 140) & (y > 40) & (y < 80)
    depth = np.where(blocked, 0.0, 1.0 + 0.02 * np.sin(x / 200 * np.pi))
    model = FlowModel(FlowSetup(domain=sheets.ground(np.zeros(x.shape), 2.0, 0.01, blocked=blocked), depth_m=depth),
                      factor=5)
    model.advance(600.0)
    assert np.abs(model.depth_m() - 1.0)[~blocked].max() < 0.03
    assert model.book().repairs == 0


def test_number_that_is_lost_ends_the_run():
    x, _ = sheets.centres(40, 40, 2.0)
    model = FlowModel(FlowSetup(domain=sheets.ground(10 + 0.01 * x, 2.0), rain=Rain.uniform(20, 600.0)), factor=5)
    model.advance(60.0)
    state = model.state()
    state["h"][3, 3] = np.nan
    with pytest.raises(FlowUnstable, match="not finite") as caught:
        model.advance(600.0)
    # Which step notices it depends on how a processor compares with NaN: by then it may have spread by two cells.
    assert max(abs(np.array(caught.value.cell) - 2)) <= 2
