"""A1, A2, A4, A6, A7: exact solutions, and what the equations cannot do, said as tests."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.flow import Reference, inflow, stage
from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.setup import FlowSetup


def run(setup, until):
    model = FlowModel(setup)
    model.advance(until)
    assert model.book().created_m3 == 0
    return model


def wave_error(cell_m, **more):
    u, n = more.get("u", 0.4), more.get("n", 0.03)
    model = run(sheets.wave(cell_m, **more), 3600.0)
    x = (np.arange(model.setup.domain.shape[1]) + 0.5) * cell_m
    # The integral of u h(0, t) over time.
    poured = 2 * cell_m * u * sheets.wave_depth(0.0, 1.0, u, n) * 3600.0 ** (10 / 7) * 0.7
    assert model.stored_m3 == pytest.approx(poured, rel=5e-4)
    return float(np.sqrt(np.mean((model.depth_m()[0] - sheets.wave_depth(x, 3600.0, u, n)) ** 2)))


def test_wave_on_a_dry_bed_converges_at_first_order():
    coarse, fine = wave_error(25), wave_error(12.5)
    assert coarse < 0.015
    assert fine < 0.008
    assert coarse / fine > 1.7


def test_fast_wave_needs_advection_and_converges_only_with_it():
    without = [wave_error(dx, u=1.0, n=0.01, length=5000.0) for dx in (25, 12.5)]
    advected = [wave_error(dx, u=1.0, n=0.01, length=5000.0, advection=True) for dx in (25, 12.5)]
    assert without[1] > without[0] > 0.03
    assert advected[0] / advected[1] > 1.4
    assert advected[1] < 0.008


def macdonald_error(cell_m, **case):
    x, setup = sheets.macdonald(cell_m, **case)
    return float(np.abs(run(setup, 5400.0).depth_m()[0] - sheets.macdonald_depth(x)).mean())


@pytest.mark.parametrize("case", [{"full": False}, {"full": False, "rain_m_s": 0.001},
                                  {"full": True, "advection": True},
                                  {"full": True, "rain_m_s": 0.001, "advection": True}],
                         ids=["own equations", "own equations with rain", "advection", "advection with rain"])
def test_steady_flow_over_a_made_bed(case):
    coarse, middle, fine = (macdonald_error(dx, **case) for dx in (10, 5, 2.5))
    assert middle < 2.5e-3
    assert np.log2(coarse / middle) == pytest.approx(1.0, abs=0.1)
    assert np.log2(middle / fine) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("rain_m_s", "most"), [(0.0, 0.03), (0.001, 0.035)])
def test_without_advection_a_bed_of_the_full_equations_has_the_models_error(rain_m_s, most):
    assert macdonald_error(5, full=True, rain_m_s=rain_m_s) < most


def test_steady_discharge_is_exact_in_float64():
    x, setup = sheets.macdonald(20, full=False)
    z = setup.domain.height_m
    slow = Reference(z, 20.0, 0.033, h=setup.depth_m, edges={
        "west": inflow(lambda t: 2.0),
        "east": stage(lambda t: float(sheets.macdonald_depth(1000.0)), z[:, -1], 0.033, 20.0)}).run(40_000.0)
    assert np.abs(slow.qx[0] - 2.0).max() < 1e-10
    assert np.abs(slow.h[0] - sheets.macdonald_depth(x)).mean() < 1e-2


def test_dam_break_on_a_wet_bed_is_that_of_the_equations_solved():
    x, setup = sheets.dam_break(1.0, 0.5, theta=0.8)
    depth = run(setup, 15.0).depth_m()[0]
    exact, plateau, _ = sheets.lie_dam_break(1.0, 0.5, x, 15.0)
    assert np.abs(depth - exact).mean() < 0.008
    assert np.median(depth[(x > 5) & (x < 30)]) == pytest.approx(plateau, abs=0.01)
    assert depth.max() < 1.0 + 1e-3
    assert depth.sum() == pytest.approx(300.0, rel=1e-6)


def test_dam_break_with_advection_has_stokers_shock():
    x, setup = sheets.dam_break(1.0, 0.5, advection=True)
    depth = run(setup, 12.0).depth_m()[0]
    exact, plateau, speed = sheets.stoker(1.0, 0.5, x, 12.0)
    assert np.abs(depth - exact).mean() < 0.004
    assert x[depth > 0.5 * (plateau + 0.5)].max() / 12.0 == pytest.approx(speed, rel=0.03)
    assert depth.max() < 1.0 + 1e-3


@pytest.mark.parametrize("advection", [False, True])
def test_strong_dam_break_is_beyond_the_equations_and_said_so(advection):
    """docs/verification.md says that bores over shallow water come out wrong: this is by how much."""
    x, setup = sheets.dam_break(1.0, 0.1, advection=advection)
    depth = run(setup, 12.0).depth_m()[0]
    exact, _, speed = sheets.stoker(1.0, 0.1, x, 12.0)
    assert np.abs(depth - exact).mean() > 0.01 if advection else x[depth > 0.2].max() / 12.0 < 0.9 * speed
    assert depth.sum() == pytest.approx(220.0, rel=1e-6)


@pytest.mark.parametrize("cell_m", [20, 10])
def test_v_catchment_gives_the_hydrograph(cell_m):
    model = FlowModel(sheets.v_catchment(cell_m))
    for minute, expected in sheets.V_MINUTES[cell_m].items():
        model.advance(minute * 60.0 - 5)
        before = model.book().edges_m3["south"]
        model.advance(minute * 60.0 + 5)
        flow = (before - model.book().edges_m3["south"]) / 10
        assert flow == pytest.approx(expected, rel=0.02, abs=0.005), minute
        if minute == 90:
            assert flow == pytest.approx(4.86, abs=0.02)
    book = model.book()
    assert book.created_m3 == 0
    assert book.rain_m3 == pytest.approx(26244.0, rel=1e-6)
    assert abs(book.relative_error) < 1e-6


def test_flow_on_a_plane_turned_by_45_degrees_is_mannings():
    x, y = sheets.centres(80, 80, 5.0)
    setup = FlowSetup(domain=sheets.ground((400 - x + y) * 0.01 / np.sqrt(2), 5.0, 0.05),
                      depth_m=np.full(x.shape, 0.05))
    model = run(setup, 120.0)
    qx, qy = (flow[38:42, 38:42].mean() for flow in model.flows_m2_s())
    assert np.hypot(qx, qy) / (0.05 ** (5 / 3) * np.sqrt(0.01) / 0.05) == pytest.approx(1.0, abs=1e-3)
    assert qx == pytest.approx(qy, rel=1e-4)


def test_turned_and_mirrored_ground_gives_turned_and_mirrored_water():
    rng = np.random.default_rng(11)
    z = rng.uniform(0, 1, (48, 70)) + 0.01 * np.arange(70)
    depth = rng.uniform(0, 0.3, z.shape)
    plain = run(FlowSetup(domain=sheets.ground(z, 5.0), depth_m=depth), 120.0).depth_m()
    for turn in (np.flipud, np.fliplr, np.transpose):
        turned = run(FlowSetup(domain=sheets.ground(turn(z), 5.0), depth_m=turn(depth)), 120.0).depth_m()
        # Round-off grows where films cross steps of the bed; it stays round-off everywhere else.
        assert np.abs(turned - turn(plain)).max() < 5e-4
        assert np.abs(turned - turn(plain)).mean() < 1e-6
