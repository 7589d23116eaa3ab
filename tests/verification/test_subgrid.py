"""Subgrid tables: a 10 m computation over 2 m terrain against the 2 m computation, and its tables by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.verification import sheets
from twin.errors import InputError
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow, Losses, Pump
from twin.flood.subgrid import KNOTS, SubgridModel, cell_tables, face_tables


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


def test_coarse_cells_flood_what_fine_cells_flood():
    setup = district()
    fine, coarse = FlowModel(setup), SubgridModel(setup, 5)
    for model in (fine, coarse):
        model.advance(5400.0)
    for a, b, least in ((fine.depth_m(), coarse.depth_m(), 0.85), (fine.peak_m, coarse.peak_m, 0.75)):
        both, either = ((a >= 0.1) & (b >= 0.1)).sum(), ((a >= 0.1) | (b >= 0.1)).sum()
        assert both / either >= least
    book = coarse.book()
    assert abs(book.relative_error) < 1e-6
    assert book.created_m3 == 0
    assert book.rain_m3 == pytest.approx(fine.book().rain_m3, rel=1e-4)
    assert book.edges_m3["west"] == pytest.approx(fine.book().edges_m3["west"], rel=0.2)


def test_pond_on_a_tilted_bed_stands_at_one_level():
    x, _ = sheets.centres(40, 40, 2.0)
    setup = FlowSetup(domain=sheets.ground(10 + 0.02 * x, 2.0), rain=Rain.uniform(120, 600.0))
    model = SubgridModel(setup, 4)
    model.advance(6 * 3600.0)
    depth = model.depth_m()
    level = (depth + setup.domain.height_m)[depth > 0.02]
    assert np.ptp(level) < 0.01
    # 20 mm over 80 m x 80 m in the corner of a wedge: h^2 / (2 slope) = 0.02 * 80.
    assert depth.max() == pytest.approx(np.sqrt(2 * 0.02 * 0.02 * 80) - 0.02, abs=0.03)


def test_tables_of_a_cell_are_its_hypsometry():
    z = np.array([[1.0, 1.0, 2.0, 2.0], [1.0, 3.0, 2.0, 2.0]])
    lowest, share, top, levels = cell_tables(z, np.ones(z.shape, bool), 2)
    assert lowest.tolist() == [[1.0, 2.0]]
    assert share.tolist() == [[1.0, 1.0]]
    # Three fine cells of 2 m under the fourth's ground, a centimetre over all.
    assert top[0, 0] == pytest.approx(0.75 * 2.0 + 0.01)
    assert levels[0, 0, -1] == pytest.approx(2.01)
    assert levels[0, 1, -1] == pytest.approx(0.01)
    half = levels[0, 0, KNOTS // 2]
    assert 0.75 * half == pytest.approx(top[0, 0] / 4)


def test_face_of_a_flat_bed_conveys_as_manning_says_and_a_wall_nothing():
    z, free = np.zeros((4, 8)), np.ones((4, 8), bool)
    step, low, top, depth, conveyance = face_tables(z, free, np.full((4, 8), 0.03), np.zeros((1, 2)), 4)
    assert (step[0, 0], low[0, 0], top[0, 0]) == (0, 0, 1.0)
    assert depth[0, 0, -1] == 1.0
    assert conveyance[0, 0] == pytest.approx(depth[0, 0] ** (5 / 3) / 0.03)
    free[:, 4] = False
    assert face_tables(z, free, np.full((4, 8), 0.03), np.zeros((1, 2)), 4)[2][0, 0] == 0


def test_books_of_a_river_over_an_edge_with_losses_balance():
    setup = district(100)
    losses = Losses(loss_class=np.ones((100, 100), np.uint8), conductivity_m_s=np.array([0.0, 1e-6]),
                    suction_m=np.array([0.0, 0.02]), drain_m_s=np.full((100, 100), 1e-6, np.float32))
    river = Inflow(name="river", line=np.array([[200.0, 0.0], [200.0, 9.0]]), m3_s=Series.of([0, 60], [0, 0.5]))
    model = SubgridModel(FlowSetup(domain=setup.domain, rain=Rain.uniform(40, 600), inflows=(river,), losses=losses,
                                   edges=(Edge(side="west"),)), 5)
    model.advance(1200.0)
    book = model.book()
    assert abs(book.relative_error) < 1e-6
    assert book.inflow_m3["river"] == pytest.approx(0.5 * (1200 - 30), rel=1e-3)
    assert book.infiltration_m3 > 0
    assert book.drains_m3 > 0


def test_what_only_the_full_model_does_is_refused():
    with pytest.raises(InputError, match="pumps with subgrid"):
        SubgridModel(FlowSetup(domain=sheets.ground(np.zeros((20, 20)), 2.0),
                               pumps=(Pump(name="p", at=(5, 5), to=None, capacity_m3_s=1),)), 5)
