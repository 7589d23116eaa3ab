"""Fill and spill: hollows by hand, against a slow reference, and against the flow model (A10)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import fill_spill as reference
from tests.verification import sheets
from twin.errors import InputError
from twin.flood.fill_spill import fill_spill
from twin.flood.model import FlowModel
from twin.flood.series import Series
from twin.flood.setup import FlowSetup, Inflow


def profile(*heights):
    """A valley one cell wide, walled in on both sides."""
    return np.array([[np.nan] * len(heights), heights, [np.nan] * len(heights)])


def poured(ground, *amounts):
    """Water at columns of the middle row."""
    volume = np.zeros(ground.shape)
    for column, amount in amounts:
        volume[1, column] = amount
    return volume


def depths(ground, volume, **more):
    answer = fill_spill(ground, 1.0, volume_m3=volume, **more)
    assert answer.stored_m3 + answer.spilled_m3 + answer.runoff_m3 == pytest.approx(answer.given_m3, rel=1e-9)
    assert np.nansum(answer.depth_m) == pytest.approx(answer.stored_m3, rel=1e-9)
    return answer.depth_m[1].tolist(), answer


def test_one_bowl_fills_by_its_shape_then_spills_over_the_open_edge():
    ground = profile(3, 1, 0, 1, 2)
    # 1 m3 lifts the lowest cell to its neighbours; 1.5 m3 more is 0.5 m on three cells; it holds 4 + 1 - 1 = 4 m3.
    assert depths(ground, poured(ground, (2, 1.0)))[0] == [0, 0, 1, 0, 0]
    assert depths(ground, poured(ground, (1, 2.5)))[0] == [0, 0.5, 1.5, 0.5, 0]
    row, answer = depths(ground, poured(ground, (0, 3.0), (2, 4.0)))
    assert row == [0, 1, 2, 1, 0]
    assert (answer.stored_m3, answer.spilled_m3, answer.runoff_m3) == (4.0, 3.0, 0.0)


def test_behind_walls_the_water_rises_above_every_height():
    ground = profile(3, 1, 0, 1, 2)
    assert depths(ground, poured(ground, (2, 13.0)), open_edges=False)[0] == pytest.approx([1, 3, 4, 3, 2])


def test_ground_that_falls_to_the_edge_keeps_nothing():
    answer = fill_spill(np.array([[3.0, 2.0, 1.0]] * 3), 2.0, rain_mm=50)
    assert answer.runoff_m3 == pytest.approx(9 * 4 * 0.05)
    assert answer.stored_m3 == answer.spilled_m3 == 0.0


def test_two_bowls_spill_over_their_lip_and_become_one():
    ground = profile(9, 0, 4, 1, 9)
    assert depths(ground, poured(ground, (1, 3.0)))[0] == [0, 3, 0, 0, 0]
    assert depths(ground, poured(ground, (1, 6.0)))[0] == [0, 4, 0, 2, 0]
    assert depths(ground, poured(ground, (3, 4.0)))[0] == [0, 1, 0, 3, 0]
    # 7 m3 fill both to the lip; 3 m3 more stand on three cells.
    assert depths(ground, poured(ground, (1, 10.0)))[0] == pytest.approx([0, 5, 1, 4, 0])


def test_nested_hollows_fill_from_the_inside_out():
    #               A     B        C
    ground = profile(8, 0, 2, 1, 5, 3, 6)
    # A holds 2, B 1; both together to the lip at 5: 5 + 3 + 4 = 12; then C takes 2; all three to 6: 6 + 4 + 5 + 1 + 3.
    assert depths(ground, poured(ground, (3, 3.0)))[0] == [0, 2, 0, 1, 0, 0, 0]
    assert depths(ground, poured(ground, (3, 6.0)))[0] == [0, 3, 1, 2, 0, 0, 0]
    assert depths(ground, poured(ground, (1, 13.0)))[0] == [0, 5, 3, 4, 0, 1, 0]
    row, answer = depths(ground, poured(ground, (1, 20.0)))
    assert row == [0, 6, 4, 5, 1, 3, 0]
    assert answer.spilled_m3 == pytest.approx(1.0)


@st.composite
def terrains(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    heights = st.one_of(st.integers(0, 4).map(float), st.floats(0, 4, width=16), st.just(None))
    ground = [[draw(heights) for _ in range(columns)] for _ in range(rows)]
    amounts = st.one_of(st.just(0.0), st.floats(0, 12, width=16))
    water = [[0.0 if z is None else draw(amounts) for z in row] for row in ground]
    return ground, water, draw(st.booleans())


@settings(max_examples=300, deadline=None)
@given(terrains())
def test_agrees_with_the_slow_reference(case):
    ground, water, open_edges = case
    height = np.array([[np.nan if z is None else z for z in row] for row in ground], float)
    answer = fill_spill(height, 1.0, volume_m3=np.array(water), open_edges=open_edges)
    depth, left = reference.fill_spill(ground, water, open_edges)
    expected = np.array([[np.nan if d is None else d for d in row] for row in depth], float)
    assert answer.depth_m == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert answer.spilled_m3 + answer.runoff_m3 == pytest.approx(left, abs=1e-9)
    assert np.nansum(answer.depth_m) == pytest.approx(answer.stored_m3, abs=1e-9)


def test_the_balance_holds_on_rough_ground_high_above_the_sea():
    ground = 1800 + np.random.default_rng(5).uniform(0, 3, (300, 400))
    answer = fill_spill(ground, 2.0, rain_mm=400)
    assert answer.given_m3 == pytest.approx(300 * 400 * 4 * 0.4, rel=1e-12)
    assert answer.stored_m3 + answer.spilled_m3 + answer.runoff_m3 == pytest.approx(answer.given_m3, rel=1e-9)
    assert answer.depth_m.sum() * 4 == pytest.approx(answer.stored_m3, rel=1e-9)
    assert min(answer.stored_m3, answer.spilled_m3, answer.runoff_m3) > 0
    # Water at rest: no wet cell stands higher than the surface beside it.
    level = ground + answer.depth_m
    for axis in (0, 1):
        for turned in (level, np.flip(level, axis)):
            wet = (answer.depth_m if turned is level else np.flip(answer.depth_m, axis)) > 0
            here, beside = (slice(None, -1), slice(1, None)) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
            assert (turned[beside][wet[here]] >= turned[here][wet[here]] - 1e-9).all()


@pytest.mark.parametrize("more", [{}, {"rain_mm": -1.0}, {"rain_mm": 1.0, "volume_m3": np.zeros((2, 2))},
                                  {"volume_m3": np.zeros((3, 2))}, {"volume_m3": np.full((2, 2), np.nan)},
                                  {"volume_m3": np.ones((2, 2))}])
def test_water_that_cannot_be_is_refused(more):
    with pytest.raises(InputError):
        fill_spill(np.array([[0.0, 1.0], [2.0, np.nan]]), 1.0, **more)


@pytest.mark.parametrize("ground", [np.zeros(4), np.array([[0.0, np.inf]])])
def test_ground_that_cannot_be_is_refused(ground):
    with pytest.raises(InputError, match="height_m"):
        fill_spill(ground, 1.0, rain_mm=1.0)


@pytest.mark.parametrize("volume_m3", [8_000.0, 30_000.0])
def test_a_slow_inflow_ends_as_the_static_ponds(volume_m3):
    """A10: two hollows of EA2's bed; the smaller volume stays in the first, the larger spills into the second."""
    cell_m = 20.0
    x, y = sheets.centres(25, 50, cell_m)
    z = 8.668 - x / 2000 + y / 1500 - 0.5 * np.sin(np.pi * x / 500) ** 2 * np.sin(np.pi * y / 500) ** 2
    row, column = 12, 12
    at = np.array([[x[row, column], y[row, column]]])
    hours = 4.0
    inflow = Inflow(name="hose", line=at, m3_s=Series.of([0.0, hours * 3600, hours * 3600 + 1, 1e6],
                                                         [volume_m3 / hours / 3600] * 2 + [0.0] * 2))
    model = FlowModel(FlowSetup(domain=sheets.ground(z, cell_m, 0.03), inflows=(inflow,)))
    model.advance(48 * 3600.0)
    volume = np.zeros(z.shape)
    volume[row, column] = model.stored_m3
    static = fill_spill(z, cell_m, volume_m3=volume, open_edges=False)
    dynamic = model.depth_m()
    wet = static.depth_m > 0.02
    first, second = wet[:, :25], wet[:, 25:]
    assert first.any()
    assert second.any() == (volume_m3 > 20_000)
    slope = np.hypot(1 / 2000, 1 / 1500)
    assert np.abs(dynamic - static.depth_m)[wet].max() < 1e-3 + 0.5 * cell_m * slope
