"""What the flow model must refuse, with the message: never numbers that look right."""

from __future__ import annotations

import numpy as np
import pytest

from tests.verification import sheets
from twin.errors import InputError
from twin.flood.book import FlowUnstable
from twin.flood.domain import Domain
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Pump

FLAT = np.full((20, 30), 10.0)


def setup(**more):
    return FlowSetup(domain=sheets.ground(FLAT, 5.0), **more)


def river(name):
    return Inflow(name=name, line=np.array([[50.0, 50.0]]), m3_s=Series.constant(1))


def hole():
    z = FLAT.copy()
    z[10, 12:14] = np.nan
    return z


def test_hole_in_the_terrain_is_refused_or_counted_as_a_wall():
    with pytest.raises(InputError, match=r"2 cells without a height inside the domain, the first in row 11, column 13"):
        sheets.ground(hole(), 5.0, voids="refuse")
    domain = sheets.ground(hole(), 5.0)
    assert domain.notes == ("2 cells inside the terrain have no height and are walls.",)
    model = FlowModel(FlowSetup(domain=domain, rain=Rain.uniform(50, 60)))
    model.advance(120)
    assert np.isnan(model.depth_m()[10, 12])
    assert model.book().rain_m3 == pytest.approx(50 / 3.6e6 * 60 * 598 * 25, rel=1e-6)


def test_no_data_at_the_rim_is_the_shape_of_the_domain():
    z = FLAT.copy()
    z[:3, :5] = np.nan
    assert sheets.ground(z, 5.0, voids="refuse").notes == ()


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Domain.of(FLAT, sheets.grid(20, 30, 5.0), unit="ft"), "heights in ft; expected heights in metres"),
    (lambda: sheets.ground(FLAT * 3000, 5.0), "Heights in feet or a no-data value that is not declared"),
    (lambda: sheets.ground(FLAT, 5.0, 0.0), "Manning's n of 0 in 600 cells"),
    (lambda: sheets.ground(FLAT, 5.0, 40.0), "Strickler"),
    (lambda: Rain.of([0, 60, 120], [5, np.nan]), "no value in 1 of 2 intervals, the first at 60 s"),
    (lambda: Rain.of([0, 60, 120], [5, -1]), "-1 mm/h at 60 s"),
    (lambda: Rain.of([0, 60, 60], [5, 1]), "an interval that does not last"),
    (lambda: Rain.of([0, 60], [5000]), "5000 mm/h at 0 s; expected at most 1000"),
    (lambda: Series.of([0, 60, 30], [1, 2, 3]), "row 3 at 30 s after 60 s"),
    (lambda: Series.of([0, 60], [1, 2]).until(90, after="refuse", field="inflow"), "a series that ends at 60 s with 2"),
    (lambda: FlowModel(setup(inflows=(Inflow(name="q", line=np.array([[500.0, 5.0]]), m3_s=Series.constant(1)),))),
     "q: found a place at 500, 5; expected one inside 0, 0 to 150, 100"),
    (lambda: FlowModel(setup(inflows=(Inflow(name="q", line=np.array([[50.0, 5.0]]), m3_s=Series.constant(-1)),))),
     "-1 m3/s"),
    (lambda: FlowModel(setup(barriers=(Barrier(name="wall", line=np.array([[500.0, 0], [500, 50]]), crest_m=12),))),
     "wall: found a line that follows no side between two cells of 5 m"),
    (lambda: FlowModel(setup(barriers=(Barrier(name="wall", line=np.array([[50.0, 0], [50, 50]])),))),
     "both or neither"),
    (lambda: FlowModel(setup(pumps=(Pump(name="p", at=(10, 10), to=(900, 10), capacity_m3_s=1),))),
     "field 'pumps.to', p: found a place at 900, 10"),
    (lambda: FlowModel(setup(pumps=(Pump(name="p", at=(10, 10), to=None, capacity_m3_s=0),))), "a capacity above 0"),
    (lambda: FlowModel(setup(culverts=(Culvert(name="c", at=(11, 11), to=(12, 12), area_m2=1),))),
     "both ends in one cell"),
    (lambda: FlowModel(setup(pumps=(Pump(name="p", at=(10, 10), to=None, capacity_m3_s=1, from_s=300, to_s=120),))),
     "a time to stop after the time to start"),
    (lambda: setup(inflows=(river("q"), river("q"))).check(), "field 'inflow', q: found the same name for two of them"),
    (lambda: setup(inflows=(river("west"),)).check(), "unlike those of the domain's sides"),
    (lambda: setup(pumps=(Pump(name="g", at=(10, 10), to=None, capacity_m3_s=1),),
                   gullies=(Gully(name="g", at=(11, 11), capacity_m3_s=1),)).check(), "the same name for two of them"),
    *((lambda c=c: setup(gullies=(Gully(name="g", at=(11, 11), capacity_m3_s=c),)).check(), "at most 500 m3/s")
      for c in (-1, 0, 1e9, np.nan)),
    *((lambda more=more: setup(culverts=(Culvert(name="c", at=(11, 11), to=(90, 11), **more),)).check(),
       "an area and a capacity above 0") for more in ({"area_m2": 0}, {"area_m2": np.inf}, {"area_m2": np.nan},
                                                      {"area_m2": 1, "capacity_m3_s": -1},
                                                      {"area_m2": 1, "sill_m": np.nan})),
    (lambda: FlowModel(setup(pumps=(Pump(name="p", at=(846100, 6690860.25), to=None, capacity_m3_s=1),))),
     "found a place at 846100, 6690860.25; expected"),
    (lambda: FlowModel(setup(edges=(Edge(side="up"),))), "'up'; expected one of north, east, south, west"),
    (lambda: FlowModel(setup(depth_m=np.full((20, 30), -1.0))), "a depth below zero"),
])
def test_bad_input_is_refused_with_its_reason(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert message in str(caught.value)


def test_gap_in_the_rain_can_be_taken_as_dry_and_is_counted():
    rain = Rain.of([0, 60, 120], [5, np.nan], gaps="dry")
    assert rain.mm_h.tolist() == [5, 0]
    assert rain.notes == ("1 of 2 intervals of the rain had no value and were taken as dry.",)


def test_barrier_below_the_ground_is_said_not_silent():
    model = FlowModel(setup(barriers=(Barrier(name="wall", line=np.array([[50.0, 0], [50, 50]]), crest_m=9.0),)))
    assert "The crest of 'wall' lies at or below the ground along 10 of 10 faces: no wall there." in model.notes


def test_collapsing_step_names_cell_time_and_cause():
    depth = np.zeros((20, 30))
    depth[7, 9] = 40_000.0
    model = FlowModel(setup(depth_m=depth))
    with pytest.raises(FlowUnstable) as caught:
        model.advance(60.0)
    error = caught.value
    assert error.cell == (7, 9)
    assert error.time_s == 0.0
    assert "water 40000.00 m deep" in str(error)
    assert "row 8, column 10" in str(error)


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize(("measure", "field", "ids", "says"), [
    ({"inflows": (Inflow(name="main", line=np.array([[77.0, 52.0]]), m3_s=Series.constant(1e9)), river("brook"))},
     "inflow", ("main",), "1e+09 m3/s of inflow 'main'"),
    ({"inflows": (Inflow(name="Ouche", line=np.array([[0.0, 20.0], [0.0, 60.0]]), m3_s=Series.constant(1e12)),)},
     "inflow", ("Ouche",), "1e+12 m3/s of inflow 'Ouche'"),
    ({"edges": (Edge(side="south"), Edge(side="east", level_m=Series.constant(48_500)))}, "edges.east", (),
     "a level of 48500 m, 48490.0 m above the ground"),
    ({"pumps": (Pump(name="p", at=(11, 11), to=(91, 11), capacity_m3_s=1e12),)}, "pumps", ("p",),
     "1e+12 m3/s of pump 'p'"),
])
def test_a_first_step_that_collapses_names_what_asks_for_it(measure, field, ids, says, factor):
    model = FlowModel(setup(**measure), factor=factor)
    with pytest.raises(FlowUnstable) as caught:
        model.advance(60.0)
    assert (caught.value.field, caught.value.ids, caught.value.time_s) == (field, ids, 0.0)
    assert says in str(caught.value)
    assert "Check its unit" in str(caught.value)


def test_places_on_the_edge_belong_to_the_cell_inside():
    domain = sheets.ground(FLAT, 5.0)
    assert [domain.cell(x, y, field="at", name="p") for x, y in ((0, 0), (150, 0), (0, 100), (150, 100))] \
        == [(19, 0), (19, 29), (0, 0), (0, 29)]
