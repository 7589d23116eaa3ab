"""A3 (lake at rest): still water over any bed stays still."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.flow import Reference
from tests.verification import sheets
from twin.flood.model import FlowModel
from twin.flood.setup import FlowSetup


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
