"""EA1s, EA2, EA3, EA4: the tests of the UK Environment Agency (SC120002) whose ground is given by formulas."""

from __future__ import annotations

import numpy as np
import pytest

from tests.verification import sheets
from twin.flood.model import FlowModel


@pytest.mark.parametrize("cell_m", [10, pytest.param(5, marks=pytest.mark.verify)])
def test_ea1s_pond_behind_a_ridge_keeps_its_water(cell_m):
    model = FlowModel(sheets.ea1s(cell_m))
    z = model.setup.domain.height_m
    row, columns = z.shape[0] // 2, [int(400 / cell_m), int(600 / cell_m)]
    model.advance(39_600.0)
    assert (model.depth_m() + z)[row, columns] == pytest.approx([10.35, 10.35], abs=0.005)
    model.advance(72_000.0)
    level = (model.depth_m() + z)[row]
    crest = z[row, :columns[0]].max()
    # What the crest holds back stands level behind it.
    assert np.ptp(level[columns]) < 1e-3
    assert crest <= level[columns[0]] <= crest + 0.006
    assert level[0] < 9.80


def test_ea2_depressions_fill_in_turn():
    model = FlowModel(sheets.ea2())
    model.advance(48 * 3600.0)
    depth = model.depth_m()
    points = [(250 + 500 * i, 250 + 500 * j) for i in range(4) for j in range(4)]
    got = np.array([depth[99 - y // 20, x // 20] for x, y in points])
    assert np.abs(got - sheets.EA2_ACC).max() < 2e-3
    assert model.book().stored_m3 == pytest.approx(97_200.0, rel=1e-5)


@pytest.mark.parametrize("cell_m", [5, 2])
def test_ea3_momentum_carries_water_over_the_obstruction(cell_m):
    model = FlowModel(sheets.ea3(cell_m))
    model.advance(900.0)
    first, second = sheets.at_points(model, [(150, 50), (250, 50)])
    assert first == pytest.approx(0.232, abs=0.006)
    assert second == pytest.approx(0.070, abs=0.012)
    assert model.book().stored_m3 == pytest.approx(1310.0, rel=2e-4)


def test_ea3_without_advection_is_stable_and_keeps_its_mass():
    model = FlowModel(sheets.ea3(2, advection=False))
    model.advance(900.0)
    assert model.book().stored_m3 == pytest.approx(1310.0, rel=1e-6)
    assert model.depth_m().max() < 1.0


@pytest.mark.parametrize(("cell_m", "dg2_mm", "acc_mm"), [(10, 14, 14),
                                                          pytest.param(5, 4, 6, marks=pytest.mark.verify)])
def test_ea4_wave_over_a_plain_is_that_of_the_full_equations(cell_m, dg2_mm, acc_mm):
    model = FlowModel(sheets.ea4(cell_m))
    for hour in (1, 2, 3, 4):
        model.advance(hour * 3600.0)
        got = sheets.at_points(model, sheets.EA4_POINTS)
        for table, most in ((sheets.EA4_DG2, dg2_mm), (sheets.EA4_ACC, acc_mm)):
            expected = np.array(table.get(hour, [0.0] * 6))
            wet = expected > 0
            assert np.abs(got - expected)[wet].max(initial=0) * 1000 <= most, (hour, got)
    model.advance(5 * 3600.0)
    assert model.book().stored_m3 == pytest.approx(20 * 60 * (0.5 * 55 + 180 + 0.5 * 60), rel=1e-5)
    x, y = np.array(sheets.EA4_POINTS).T
    arrival = model.arrival_s.ravel()[model.setup.domain.grid.cell_of(x + 0.1, y + 0.1)]
    assert arrival / 60 == pytest.approx(np.array(sheets.EA4_ARRIVAL_MIN), abs=2)
