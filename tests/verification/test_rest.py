"""A3 (lake at rest): still water over any bed stays still."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.flow import Reference
from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.series import Series
from twin.flood.setup import Edge, FlowSetup, Inflow


def hump():
    x = (np.arange(500) + 0.5) * 0.05
    return np.tile(np.maximum(0, 0.2 - 0.05 * (x - 10) ** 2), (2, 1)), 0.05, 0.1, 100.0


def rough():
    return np.random.default_rng(3).uniform(0, 2, (80, 80)), 5.0, 1.0, 3600.0


@pytest.mark.parametrize("bed", [hump, rough])
def test_lake_stays_at_rest_exactly_in_float64(bed):
    z, dx, level, end = bed()
    run = Reference(z, dx, 0.03, h=np.maximum(level - z, 0)).run(min(end, 600.0))
    assert np.abs(run.qx).max() < 1e-14
    assert np.abs(run.qy).max() < 1e-14
    assert np.abs(run.h - np.maximum(level - z, 0)).max() < 1e-14


@pytest.mark.parametrize("datum", [0.0, 100.0, 2000.0])
@pytest.mark.parametrize("bed", [hump, rough])
def test_lake_stays_at_rest_in_float32_at_any_datum(bed, datum):
    z, dx, level, end = bed()
    depth = np.maximum(level - z, 0)
    model = FlowModel(FlowSetup(domain=sheets.ground(z + datum, dx), depth_m=depth))
    model.advance(end)
    flows = model.flows_m2_s()
    assert max(np.abs(flow).max() for flow in flows) <= 5e-6
    wet = depth > 0
    assert np.abs(model.depth_m()[wet] - depth[wet]).max() < 2e-6
    assert abs(model.book().relative_error) < 1e-7


def test_level_that_jumps_behind_an_edge_is_followed_from_the_first_step():
    """A metre and a half of water before a steep dry bed: the first step knows of it."""
    x, y = sheets.centres(60, 90, 2.0)
    z = 0.02 * x + 0.6 * np.sin(x / 15) * np.cos(y / 25)
    model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0, 0.05),
                                edges=(Edge(side="west", level_m=Series.constant(1.5)),)))
    model.advance(1200.0)
    assert model.book().shortest_step_s > 0.1
    assert (model.depth_m() + z)[:, 0] == pytest.approx(np.full(60, 1.5), abs=0.02)


def test_river_into_one_cell_does_not_stand_there_as_a_tower():
    """In its first steps too: 20 m3/s into a cell of 2 m, 60 m each 12 s if it stood."""
    model = FlowModel(FlowSetup(domain=sheets.ground(np.zeros((60, 60)), 2.0, 0.03), inflows=(
        Inflow(name="main", line=np.array([[61.0, 61.0]]), m3_s=Series.constant(20.0)),)))
    model.advance(60.0)
    assert model.peak_m.max() < 3.0
    assert model.book().stored_m3 == pytest.approx(1200.0, rel=1e-6)
