"""A9 (book-keeping): every cubic metre, over every combination of processes; rain on deep water; thread counts."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.flow import Reference, normal
from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Losses, Pump

ROWS, COLUMNS, CELL = 40, 70, 5.0


def town(seed, *, processes, advection=False, threads=None):
    """A rough slope with blocks and any of the processes."""
    rng = np.random.default_rng(seed)
    x, y = sheets.centres(ROWS, COLUMNS, CELL)
    z = 100 + 0.02 * x + 0.01 * y + 0.4 * rng.random((ROWS, COLUMNS))
    blocked = np.zeros((ROWS, COLUMNS), bool)
    if "blocks" in processes:
        for r, c in rng.integers(4, 36, (12, 2)):
            blocked[r:r + 3, c:c + 4] = True
    clear = (slice(0, 4), slice(0, 60))
    blocked[clear] = False
    losses = None
    if "losses" in processes:
        losses = Losses(loss_class=rng.integers(0, 3, (ROWS, COLUMNS)).astype(np.uint8),
                        conductivity_m_s=np.array([0.0, 3e-6, 2e-6]), suction_m=np.array([0.0, 0.05, 0.0]),
                        drain_m_s=np.where(rng.random((ROWS, COLUMNS)) < 0.2, 5e-6, 0).astype(np.float32))
    at = [(12.5, 187.5), (62.5, 187.5), (112.5, 187.5)]
    return FlowSetup(
        domain=sheets.ground(z, CELL, 0.03, blocked=blocked), losses=losses, advection=advection,
        rain=Rain.of([0, 120, 300], [90.0, 30.0]) if "rain" in processes else None,
        inflows=(Inflow(name="river", line=np.array([[350.0, 20.0], [350.0, 60.0]]),
                        m3_s=Series.of([0, 60, 600], [0, 3, 1])),
                 Inflow(name="main", line=np.array([at[2]]), m3_s=Series.constant(0.05)))
        if "inflow" in processes else (),
        edges=(Edge(side="west"), Edge(side="north", slope=0.01), Edge(
            side="south", level_m=Series.of([0, 300], [100.2, 101.0]), start_m=0, end_m=150))
        if "edges" in processes else (),
        barriers=(Barrier(name="wall", line=np.array([[100.0, 0.0], [180.0, 200.0]]), height_m=0.3, from_s=60.0,
                          to_s=240.0),) if "barrier" in processes else (),
        pumps=(Pump(name="out", at=at[0], to=None, capacity_m3_s=0.02, on_m=0.005, off_m=0.001),
               Pump(name="over", at=at[1], to=at[2], capacity_m3_s=0.01, on_m=0.005, off_m=0.001))
        if "pumps" in processes else (),
        culverts=(Culvert(name="pipe", at=at[1], to=at[0], area_m2=0.2),) if "pumps" in processes else (),
        gullies=(Gully(name="gully", at=at[0], capacity_m3_s=0.005),) if "losses" in processes else ())


PROCESSES = ("rain", "inflow", "edges", "losses", "barrier", "pumps", "blocks")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 5), st.sets(st.sampled_from(PROCESSES), min_size=1), st.booleans(), st.sampled_from([1, 2, 3]))
def test_book_balances_over_any_combination_of_processes(seed, processes, advection, factor):
    model = FlowModel(town(seed, processes=processes, advection=advection), factor=factor)
    model.advance(400.0)
    book = model.book()
    assert abs(book.relative_error) < 1e-6, book
    assert book.created_m3 == 0
    assert book.complaint(advection=False) == ""
    assert (model.depth_m() >= 0).all()
    if "rain" in processes:
        roofs = model.setup.domain.blocked.sum()
        assert book.rain_m3 == pytest.approx(0.0045 * ROWS * COLUMNS * CELL**2, rel=1e-5), roofs
    if "inflow" in processes:
        assert book.inflow_m3["main"] == pytest.approx(20.0, rel=1e-6)
        assert book.inflow_m3["river"] == pytest.approx(Series.of([0, 60, 400], [0, 3, 3 - 2 * 340 / 540]).values
                                                        @ [30, 200, 170], rel=1e-5)


@pytest.mark.parametrize("factor", [1, 2])
def test_results_do_not_depend_on_the_number_of_threads(factor):
    most = numba.config.NUMBA_NUM_THREADS
    setup = town(1, processes=PROCESSES)
    results = []
    for threads in {1, most}:
        numba.set_num_threads(threads)
        model = FlowModel(setup, factor=factor)
        # Small domains take one thread by themselves: ask for more.
        model.cells_per_thread = 1
        model.advance(300.0)
        results.append((model.depth_m().tobytes(), model.book().to_dict()))
    numba.set_num_threads(most)
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("advection", [False, True])
@pytest.mark.parametrize("factor", [1, 2])
def test_a_run_that_goes_on_from_a_state_is_identical(factor, advection):
    setup = town(2, processes=PROCESSES, advection=advection)
    straight = FlowModel(setup, factor=factor)
    straight.advance(150.0)
    kept = {name: np.copy(array) for name, array in straight.state().items()}
    straight.advance(400.0)
    resumed = FlowModel(setup, factor=factor)
    resumed.restore(kept)
    resumed.advance(400.0)
    assert resumed.depth_m().tobytes() == straight.depth_m().tobytes()
    assert resumed.peak_m.tobytes() == straight.peak_m.tobytes()
    assert resumed.book() == straight.book()


@pytest.mark.parametrize("dt", [0.02, 0.1])
def test_drizzle_on_deep_water_is_not_lost(dt):
    model = FlowModel(FlowSetup(domain=sheets.ground(np.zeros((4, 4)), 100.0), depth_m=np.full((4, 4), 2.0),
                                rain=Rain.uniform(10.0, 60.0), dt_most_s=dt))
    model.advance(60.0)
    assert model.depth_m() - 2.0 == pytest.approx(10 / 3.6e6 * 60 * np.ones((4, 4)), abs=2.5e-7)
    assert model.stored_m3 - 2.0 * 160000 == pytest.approx(10 / 3.6e6 * 60 * 160000, rel=1e-6)


def test_float32_kernels_agree_with_the_float64_reference():
    rng = np.random.default_rng(7)
    x, y = sheets.centres(40, 130, 5.0)
    z = 50 + 0.02 * x + 0.4 * rng.random((40, 130)) + 2 * ((x > 200) & (x < 260) & (y > 60) & (y < 120))
    n = rng.choice([0.02, 0.05], z.shape)
    setup = FlowSetup(domain=sheets.ground(z, 5.0, n), rain=Rain.uniform(80.0, 900.0),
                      edges=(Edge(side="west", slope=0.02),))
    model = FlowModel(setup)
    model.advance(1200.0)
    fallen = lambda t: 80 / 3.6e6 * np.minimum(t, 900.0)  # noqa: E731
    slow = Reference(z, 5.0, n, rain=lambda t, dt: fallen(t + dt) - fallen(t),
                     edges={"west": normal(0.02, n[:, 0])})
    # The reference stops where the rules of the model change: at the end of the rain.
    slow.run(900.0).run(1200.0)
    assert slow.created == pytest.approx(0, abs=1e-9)
    assert np.abs(model.depth_m() - slow.h).mean() < 2e-5
    assert np.abs(model.depth_m() - slow.h).max() < 2e-3
    assert abs(model.book().steps - slow.steps) <= 2


def test_pond_under_a_level_at_the_edge_is_the_connected_bathtub():
    """A10: what a level at the edge fills in the end is what lies below it and hangs together with the edge."""
    x, y = sheets.centres(40, 60, 5.0)
    z = 0.012 * x + 1.2 * np.sin(x / 15) * np.cos(y / 25)
    level = 2.0
    low = z < level
    reached = np.zeros_like(low)
    reached[:, 0] = low[:, 0]
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= low
        if (grown == reached).all():
            break
        reached = grown
    assert (low & ~reached).any()
    model = FlowModel(FlowSetup(domain=sheets.ground(z, 5.0, 0.05),
                                edges=(Edge(side="west", level_m=Series.constant(level)),)))
    model.advance(2 * 3600.0)
    expected = np.where(reached, level - z, 0.0)
    # At the rim a film may stand on the first dry cell.
    assert np.abs(model.depth_m() - expected)[expected > 0.01].max() < 1e-3
    assert model.stored_m3 == pytest.approx(expected.sum() * 25, rel=1e-3)
