"""Coarse cells over a fine terrain: their tables by hand, the sheets that hold for them, and the fine computation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.verification import sheets
from twin.errors import InputError
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Losses, Pump
from twin.flood.subgrid import conveyance_tables, storage_tables
from twin.kernels import flow_subgrid, flow_tables
from twin.kernels.flow_arrays import CLOSED, KNOTS, ROOT_G


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
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=5)
    for model in (fine, coarse):
        model.advance(5400.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.15 if noise_m == 0.02 else 0.07)
    for model in (fine, coarse):
        model.advance(3 * 3600.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.4, abs=0.0004 * 40 * 200)


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


def tables(z, free=None, n=4, manning=0.03):
    """Datum, storage and west faces of a terrain without hollows."""
    z = np.asarray(z, float)
    free = np.ones(z.shape, bool) if free is None else free
    none = np.zeros(z.shape, np.float32)
    datum, storage = storage_tables(z, none, free, n)
    fall = np.zeros((*datum.shape, 2), np.float32)
    flow_tables.cell_falls(z, none, free, n, fall)
    return datum, storage, conveyance_tables(z, free, np.full(z.shape, manning), datum, fall, n, 0), fall


def test_tables_of_a_cell_are_its_hypsometry():
    datum, storage, _, _ = tables([[1.0, 1.0, 2.0, 2.0], [1.0, 3.0, 2.0, 2.0]], n=2)
    assert datum.tolist() == [[1.0, 2.0]]
    assert storage.share[1, 1:3].tolist() == [1.0, 1.0]
    # Three fine cells of 2 m under the fourth's ground, a centimetre over all.
    assert storage.top[1, 1] == pytest.approx(0.75 * 2.0 + 0.01)
    assert storage.knots[1, 1, -1] == pytest.approx(2.01)
    assert storage.knots[1, 2, -1] == pytest.approx(0.01)
    assert 0.75 * storage.knots[1, 1, KNOTS // 2] == pytest.approx(storage.top[1, 1] / 4)


@pytest.mark.parametrize("water_m", [0.0, 1e-4, 0.02, 0.3, 0.9, 1.51, 4.0])
def test_level_and_water_of_a_cell_are_each_others_inverse(water_m):
    rng = np.random.default_rng(5)
    _, storage, _, _ = tables(rng.random((8, 8)) * 2)
    level, wet = flow_subgrid.level_of(storage, 1, 2, np.float32(water_m))
    assert flow_subgrid.water_of(storage, 1, 2, np.float32(level)) == pytest.approx(water_m, abs=2e-6)
    assert 0 < wet <= 1


def test_piece_of_a_cell_holds_where_it_says():
    rng = np.random.default_rng(6)
    _, storage, _, _ = tables(rng.random((4, 4)))
    for water in np.linspace(0, 1.5, 301, dtype=np.float32):
        at, slope, begin, end = flow_subgrid.piece_of_cell(storage, 1, 1, water)
        assert begin <= water < end
        exact = np.interp(water, storage.top[1, 1] * (np.arange(KNOTS + 1) / KNOTS) ** 2, storage.knots[1, 1])
        if water <= storage.top[1, 1]:
            assert at + slope * water == pytest.approx(exact, abs=1e-6)


def test_face_of_a_flat_bed_conveys_as_manning_says_and_a_wall_nothing():
    _, _, faces, _ = tables(np.zeros((4, 8)))
    assert (faces.low0[1, 2], faces.low1[1, 2], faces.top[1, 2]) == (0, 0, 1.0)
    assert faces.depths[1, 2] == pytest.approx((np.arange(KNOTS + 1) / KNOTS) ** 2)
    assert faces.rough[1, 2] == pytest.approx(ROOT_G * 0.03)
    assert faces.more[1, 2] == pytest.approx(0, abs=1e-6)
    free = np.ones((4, 8), bool)
    free[:, 4] = False
    assert tables(np.zeros((4, 8)), free)[2].low0[1, 2] == CLOSED


def test_half_of_a_face_behind_a_house_carries_half():
    free = np.ones((4, 8), bool)
    free[:2, 3:5] = False
    _, _, faces, _ = tables(np.zeros((4, 8)), free)
    assert faces.share[1, 2] == 0.5
    assert faces.depths[1, 2, -1] == pytest.approx(0.5)


def test_levee_inside_a_cell_is_the_bed_of_the_face_and_a_bump_is_not():
    z = np.zeros((4, 12))
    z[:, 5] = 1.0
    assert tables(z)[2].low1[1, 2] == 1.0
    z[:, 5] = 0.1
    assert tables(z)[2].low1[1, 2] == pytest.approx(0.0)


def test_slope_of_a_cell_is_no_crest():
    _, columns = np.indices((4, 12))
    z = columns * 0.5
    _, _, faces, fall = tables(z)
    # The higher of the two fine cells that touch: the first of the upper cell.
    assert faces.low1[1, 2] == 0.0
    assert faces.low0[1, 2] == 2.0
    assert fall[0, 1].tolist() == pytest.approx([0.0, 0.5])


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


def valley():
    """A valley that falls to the east, 10 m wide steps of 2 m cells."""
    x, y = sheets.centres(60, 150, 2.0)
    return 10 + 0.004 * (300 - x) + 0.002 * np.abs(y - 60)


def test_barrier_ponds_water_that_comes_back_when_it_goes():
    river = Inflow(name="river", line=np.array([[11.0, 61.0]]), m3_s=Series.constant(0.5))
    wall = Barrier(name="wall", line=np.array([[150.0, 0.0], [150.0, 120.0]]), crest_m=15.0, to_s=3600.0)
    out = (Edge(side="east", slope=0.004),)
    free = FlowModel(FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), edges=out), factor=5)
    held = FlowModel(FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), edges=out, barriers=(wall,)),
                     factor=5)
    for model in (free, held):
        model.advance(3600.0)
    assert held.depth_m()[:, 76:].max() < 1e-3
    assert held.depth_m()[30, 70] > 2 * free.depth_m()[30, 70]
    for model in (free, held):
        model.advance(4 * 3600.0)
    assert held.depth_m()[30, 70] == pytest.approx(free.depth_m()[30, 70], abs=0.02)
    assert abs(held.book().relative_error) < 1e-6


def test_low_barrier_is_overtopped_as_in_the_fine_computation():
    river = Inflow(name="river", line=np.array([[11.0, 61.0]]), m3_s=Series.constant(0.5))
    wall = Barrier(name="wall", line=np.array([[150.0, 0.0], [150.0, 120.0]]), height_m=0.4)
    setup = FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), barriers=(wall,),
                      edges=(Edge(side="east", slope=0.004),))
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=5)
    for model in (fine, coarse):
        model.advance(4 * 3600.0)
    level = [float((model.depth_m() + valley())[30, 70]) for model in (fine, coarse)]
    assert level[1] == pytest.approx(level[0], abs=0.03)
    assert coarse.book().edges_m3["east"] == pytest.approx(fine.book().edges_m3["east"], rel=0.05)


def test_pump_culvert_and_gully_move_what_they_can():
    z = np.full((40, 60), 5.0)
    z[:, 28:32] = 7.0
    setup = FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(np.arange(60) < 28, 0.5, 0.0) * np.ones((40, 1)),
                      culverts=(Culvert(name="pipe", at=(40.0, 40.0), to=(80.0, 40.0), area_m2=0.1),),
                      pumps=(Pump(name="pump", at=(20.0, 20.0), to=None, capacity_m3_s=0.02, on_m=0.3, off_m=0.2),),
                      gullies=(Gully(name="gully", at=(100.0, 40.0), capacity_m3_s=0.001),))
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=5)
    for model in (fine, coarse):
        model.advance(3600.0)
    a, b = fine.book(), coarse.book()
    assert a.moved_m3["pipe"] > 50
    assert b.moved_m3["pipe"] == pytest.approx(a.moved_m3["pipe"], rel=0.05)
    assert b.pumped_out_m3["pump"] == pytest.approx(72.0, rel=0.01)
    assert b.pumped_out_m3["gully"] == pytest.approx(a.pumped_out_m3["gully"], rel=0.03)
    assert abs(b.relative_error) < 1e-6


def test_wet_part_of_a_cell_soaks_when_the_rain_is_over():
    """A ditch in a lawn: in the rain the whole lawn takes water, after it only the ditch does."""
    z = np.full((40, 40), 1.0)
    z[:, 10:12] = 0.0
    losses = Losses(loss_class=np.ones(z.shape, np.uint8), conductivity_m_s=np.array([0.0, 1e-5]),
                    suction_m=np.array([0.0, 0.0]))
    setup = FlowSetup(domain=sheets.ground(z, 2.0), losses=losses, depth_m=np.where(z < 1, 0.5, 0.0))
    fine, coarse = FlowModel(setup), FlowModel(setup, factor=5)
    for model in (fine, coarse):
        model.advance(3600.0)
    assert fine.book().infiltration_m3 == pytest.approx(1e-5 * 3600 * 2 * 40 * 4, rel=0.01)
    assert coarse.book().infiltration_m3 == pytest.approx(fine.book().infiltration_m3, rel=0.05)


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


def test_ends_of_a_pump_in_one_coarse_cell_are_refused():
    with pytest.raises(InputError, match="both ends in one cell; expected two places at least 10 m apart"):
        FlowModel(FlowSetup(domain=sheets.ground(np.zeros((20, 20)), 2.0),
                            pumps=(Pump(name="p", at=(1, 1), to=(5, 5), capacity_m3_s=1),)), factor=5)
