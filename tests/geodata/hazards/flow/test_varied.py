"""The flow of a night has the discharge, rain, roughness, levels, crests and pumps that were drawn, nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geodata.hazards.flow.varied import varied
from twin.ensemble.waters import Moved
from twin.flood.domain import ROUGHNESS_RANGE, Domain
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Edge, FlowSetup, Inflow, Pump
from twin.water.hazard import Grid

LINE = np.array([[5.0, 5.0], [15.0, 5.0]])


@pytest.fixture
def plan():
    grid = Grid(rows=3, columns=4, transform=(10, 0, 0, 0, -10, 30), crs="EPSG:2154")
    return FlowSetup(
        domain=Domain.of(np.zeros((3, 4)), grid, np.full((3, 4), 0.04)), rain=Rain.of([0, 600, 1200], [20.0, 0.0]),
        inflows=(Inflow(name="river", line=LINE, m3_s=Series.of([0, 60], [1.0, 3.0])),),
        edges=(Edge(side="west", level_m=Series.of([0, 60], [2.0, 2.5])), Edge(side="east", slope=0.01)),
        barriers=(Barrier(name="quay", line=LINE, crest_m=3.0), Barrier(name="sacks", line=LINE, height_m=0.4)),
        pumps=(Pump(name="P1", at=(5, 5), to=None, capacity_m3_s=1.0),
               Pump(name="P2", at=(15, 5), to=None, capacity_m3_s=1.0, from_s=7200.0)))


def test_a_night_as_the_plan_has_it_is_the_plan(plan):
    same = varied(plan, Moved(shift_s=600, local_m=np.ones(3)), warm_up_s=0)
    for name in ("rain", "inflows", "edges", "barriers", "pumps"):
        assert getattr(same, name) is getattr(plan, name), name
    assert same.domain.roughness is plan.domain.roughness


def test_each_draw_moves_its_own(plan):
    moved = Moved(discharge=1.5, rain=2.0, roughness=0.5, offset_m=-0.25, crest_m=(0.1, -0.1))
    night = varied(plan, moved, warm_up_s=0)
    assert night.inflows[0].m3_s.values.tolist() == [1.5, 4.5]
    assert night.rain.mm_h.tolist() == [40.0, 0.0]
    assert np.all(night.domain.roughness == 0.02)
    assert night.edges[0].level_m.values.tolist() == [1.75, 2.25]
    assert night.edges[1] is plan.edges[1]
    assert night.barriers[0].crest_m == pytest.approx(3.1)
    assert night.barriers[1].height_m == pytest.approx(0.3)
    night.check()


def test_roughness_stays_within_what_is_believed_and_a_wall_above_the_ground(plan):
    low, high = ROUGHNESS_RANGE
    assert np.all(varied(plan, Moved(roughness=100.0), warm_up_s=0).domain.roughness == high)
    assert np.all(varied(plan, Moved(roughness=0.0), warm_up_s=0).domain.roughness == low)
    assert 0 < varied(plan, Moved(crest_m=(0.0, -2.0)), warm_up_s=0).barriers[1].height_m < 0.01


def test_a_pump_stands_still_from_its_failure_by_the_clock_of_the_model(plan):
    night = varied(plan, Moved(pump_fails_s=(1800,)), warm_up_s=3600)
    assert [pump.to_s for pump in night.pumps] == [5400, np.inf]
    # One that fails before it starts never runs.
    assert [pump.name for pump in varied(plan, Moved(pump_fails_s=(-1, 3600)), warm_up_s=3600).pumps] == ["P1"]


def test_rasters_of_rain_are_scaled_too(plan):
    rain = replace(plan.rain, raster=lambda k: np.full((3, 4), 10.0 * (k + 1), np.float32))
    night = varied(replace(plan, rain=rain), Moved(rain=0.5), warm_up_s=0)
    assert np.all(night.rain.raster(1) == 10.0)
