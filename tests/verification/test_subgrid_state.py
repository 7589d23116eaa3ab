"""Coarse cells on many strips and tiles: the same results with any number of threads, and after a stop."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import FlowSetup, Inflow, Losses


@pytest.fixture(scope="module")
def plain():
    """Eight strips and five tiles of coarse cells: a brook in one corner, a pond that soaks away in another.

    A drizzle leaves a film that never moves; where there is soil it goes on soaking.
    """
    x, y = sheets.centres(512, 640, 2.0)
    z = 50 + 0.2 * np.random.default_rng(1).random(x.shape)
    soil = Losses(loss_class=(y < 700).astype(np.uint8), conductivity_m_s=np.array([0.0, 1e-5]),
                  suction_m=np.array([0.0, 0.01]))
    return FlowSetup(domain=sheets.ground(z, 2.0), losses=soil, rain=Rain.of([0, 300, 900, 1200], [0.0, 0.024, 0.0]),
                     depth_m=np.where((x > 900) & (x < 1000) & (y > 100) & (y < 200), 0.02, 0.0),
                     inflows=(Inflow(name="brook", line=np.array([[21.0, 1001.0]]), m3_s=Series.constant(0.3)),))


def outcome(model):
    """All that a run gives, as bytes."""
    return (model.depth_m().tobytes(), model.peak_m.tobytes(), model.arrival_s.tobytes(), model.book().to_dict(),
            *(flow.tobytes() for flow in model.flows_m2_s()))


def test_results_do_not_depend_on_the_number_of_threads(plain):
    most = numba.config.NUMBA_NUM_THREADS
    results = []
    for threads in {1, most}:
        numba.set_num_threads(threads)
        model = FlowModel(plain, factor=2)
        model.cells_per_thread = 1
        model.advance(1300.0)
        results.append(outcome(model))
    numba.set_num_threads(most)
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("stop_s", [pytest.param(400.0, marks=pytest.mark.verify), 1300.0])
def test_a_run_that_goes_on_from_a_state_is_identical(plain, stop_s):
    straight = FlowModel(plain, factor=2)
    straight.advance(stop_s)
    kept = {name: np.copy(array) for name, array in straight.state().items()}
    straight.advance(stop_s + 300.0)
    resumed = FlowModel(plain, factor=2)
    resumed.restore(kept)
    resumed.advance(stop_s + 300.0)
    assert outcome(resumed) == outcome(straight)


def test_some_tiles_rest_in_that_plain(plain):
    """Else the tests above would show nothing."""
    model = FlowModel(plain, factor=2)
    model.advance(1400.0)
    state = model.state()
    assert 0 < state["active"].mean() < 0.7
    assert ((state["resting"] > 0) & ~state["active"]).any()
