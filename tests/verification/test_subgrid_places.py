"""Levees, houses, barriers, edges, inflows, pumps and losses on coarse cells: what they do in the fine computation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.verification import sheets
from twin.errors import InputError
from twin.flood.model import FlowModel
from twin.flood.rain import Rain
from twin.flood.series import Series
from twin.flood.setup import Barrier, Culvert, Edge, FlowSetup, Gully, Inflow, Losses, Pump


def valley():
    """A valley that falls to the east, 10 m wide steps of 2 m cells."""
    x, y = sheets.centres(60, 150, 2.0)
    return 10 + 0.004 * (300 - x) + 0.002 * np.abs(y - 60)


def test_barrier_ponds_water_that_comes_back_when_it_goes():
    river = Inflow(name="river", line=np.array([[11.0, 61.0]]), m3_s=Series.constant(0.5))
    wall = Barrier(name="wall", line=np.array([[150.0, 0.0], [150.0, 120.0]]), crest_m=15.0, to_s=3600.0)
    out = (Edge(side="east", slope=0.004),)
    free = FlowModel(FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), edges=out), factor=5)
    held = FlowModel(FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), edges=out, barriers=(wall,)),
                     factor=5)
    for model in (free, held):
        model.advance(3600.0)
    assert held.depth_m()[:, 76:].max() < 1e-3
    assert held.depth_m()[30, 70] > 2 * free.depth_m()[30, 70]
    for model in (free, held):
        model.advance(4 * 3600.0)
    assert held.depth_m()[30, 70] == pytest.approx(free.depth_m()[30, 70], abs=0.02)
    assert abs(held.book().relative_error) < 1e-6


def test_low_barrier_is_overtopped_as_in_the_fine_computation():
    river = Inflow(name="river", line=np.array([[11.0, 61.0]]), m3_s=Series.constant(0.5))
    wall = Barrier(name="wall", line=np.array([[150.0, 0.0], [150.0, 120.0]]), height_m=0.4)
    setup = FlowSetup(domain=sheets.ground(valley(), 2.0), inflows=(river,), barriers=(wall,),
                      edges=(Edge(side="east", slope=0.004),))
    fine, coarse = sheets.both(setup, 4 * 3600.0)
    level = [float((model.depth_m() + valley())[30, 70]) for model in (fine, coarse)]
    assert level[1] == pytest.approx(level[0], abs=0.03)
    assert coarse.book().edges_m3["east"] == pytest.approx(fine.book().edges_m3["east"], rel=0.05)


def test_pump_culvert_and_gully_move_what_they_can():
    z = np.full((40, 60), 5.0)
    z[:, 28:32] = 7.0
    setup = FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(np.arange(60) < 28, 0.5, 0.0) * np.ones((40, 1)),
                      culverts=(Culvert(name="pipe", at=(40.0, 40.0), to=(80.0, 40.0), area_m2=0.1),),
                      pumps=(Pump(name="pump", at=(20.0, 20.0), to=None, capacity_m3_s=0.02, on_m=0.3, off_m=0.2),),
                      gullies=(Gully(name="gully", at=(100.0, 40.0), capacity_m3_s=0.001),))
    fine, coarse = sheets.both(setup, 3600.0)
    a, b = fine.book(), coarse.book()
    assert a.moved_m3["pipe"] > 50
    assert b.moved_m3["pipe"] == pytest.approx(a.moved_m3["pipe"], rel=0.05)
    assert b.pumped_out_m3["pump"] == pytest.approx(72.0, rel=0.01)
    assert b.pumped_out_m3["gully"] == pytest.approx(a.pumped_out_m3["gully"], rel=0.03)
    assert abs(b.relative_error) < 1e-6


def test_wet_part_of_a_cell_soaks_when_the_rain_is_over():
    """A ditch in a lawn: in the rain the whole lawn takes water, after it only the ditch does."""
    z = np.full((40, 40), 1.0)
    z[:, 10:12] = 0.0
    losses = Losses(loss_class=np.ones(z.shape, np.uint8), conductivity_m_s=np.array([0.0, 1e-5]),
                    suction_m=np.array([0.0, 0.0]))
    setup = FlowSetup(domain=sheets.ground(z, 2.0), losses=losses, depth_m=np.where(z < 1, 0.5, 0.0))
    fine, coarse = sheets.both(setup, 3600.0)
    assert fine.book().infiltration_m3 == pytest.approx(1e-5 * 3600 * 2 * 40 * 4, rel=0.01)
    assert coarse.book().infiltration_m3 == pytest.approx(fine.book().infiltration_m3, rel=0.05)


@pytest.mark.parametrize("factor", [2, 5, 10])
def test_levee_holds_wherever_it_crosses_a_cell(factor):
    """One fine cell thick, straight at each place of a coarse cell, and slanting."""
    x, y = sheets.centres(60, 120, 2.0)
    off = x - 0.7 * y
    lines = [(x < c, np.abs(x - c) < 1, x > c) for c in np.arange(101.0, 101.0 + 2 * factor, 2.0)]
    lines.append((off < 77.8, np.abs(off - 80) < 2.2, off > 82.2))
    for wet, levee, dry in lines:
        z = np.where(levee, 9.0, 5 - 0.002 * x)
        model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(wet & ~levee, 1.0, 0.0)),
                          factor=factor)
        model.advance(200.0)
        assert model.depth_m()[dry & ~levee].max() == 0


@pytest.mark.parametrize("factor", [3, 10])
def test_slanting_row_of_houses_holds(factor):
    x, y = sheets.centres(60, 120, 2.0)
    off = x - 0.7 * y
    houses = np.abs(off - 80) < 6
    model = FlowModel(FlowSetup(domain=sheets.ground(5 - 0.002 * x, 2.0, blocked=houses),
                                depth_m=np.where(off < 74, 1.0, 0.0)), factor=factor)
    model.advance(200.0)
    assert model.depth_m()[off > 86].max() == 0


def test_town_that_is_turned_against_the_grid_drains_through_its_streets():
    """Streets of 10 m at 30 degrees, 10 m cells: no straight row of a cell is all street."""
    x, y = sheets.centres(150, 150, 2.0)
    t = np.deg2rad(30)
    u, v = x * np.cos(t) + y * np.sin(t) + 1000, y * np.cos(t) - x * np.sin(t) + 1000
    houses = (u % 50 > 10) & (v % 70 > 10)
    fine, coarse = sheets.both(FlowSetup(domain=sheets.ground(100 + 0.01 * x + 0.006 * y, 2.0, 0.02, blocked=houses),
                                  rain=Rain.storm(60, 1800.0), edges=(Edge(side="west"), Edge(side="south"))), 5400.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.2)
    assert coarse.depth_m().max() == pytest.approx(fine.depth_m().max(), abs=0.05)


def test_still_water_over_a_drowned_cliff_and_a_deep_channel_stays_still():
    """More relief in a cell than its fine knots reach."""
    x, _ = sheets.centres(61, 97, 2.0)
    for z, level in ((np.where(x < 97, 0.0, 5.0), 8.0), (np.where(np.abs(x - 97) < 3, -5.0, 0.0), 1.0)):
        model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0), depth_m=level - z), factor=5)
        model.advance(200.0)
        assert model.depth_m() + z == pytest.approx(np.full(z.shape, level), abs=1e-4)
        assert max(np.abs(q).max() for q in model.flows_m2_s()) < 1e-4


def test_levee_with_a_gap_lets_water_through_the_gap():
    x, y = sheets.centres(60, 120, 2.0)
    z = np.where((np.abs(x - 101) < 1) & (np.abs(y - 60) > 8), 9.0, 5 - 0.002 * x)
    setup = FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(x < 100, 1.0, 0.0))
    fine, coarse = sheets.both(setup, 120.0, 600.0)
    beyond = [float(model.depth_m()[x > 103].sum() * 4) for model in (fine, coarse)]
    assert beyond[0] > 1000
    assert beyond[1] == pytest.approx(beyond[0], rel=0.15)


def test_levee_behind_the_rim_keeps_a_level_out():
    for side, columns in (("west", (1, 2, 3)), ("east", (96, 97, 98))):
        for column in columns:
            z = np.zeros((40, 100))
            z[:, column] = 3.0
            model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0), edges=(
                Edge(side=side, level_m=Series.constant(0.8)),)), factor=5)
            model.advance(1200.0)
            inner = slice(5, None) if side == "west" else slice(0, 95)
            assert model.depth_m()[:, inner].max() == 0


def test_places_behind_a_levee_show_the_water_on_their_side():
    """The levee crosses the cells of columns 50 to 54; the land behind it is flooded from the east."""
    x, _ = sheets.centres(40, 100, 2.0)
    z = np.where(np.abs(x - 103) < 1, 9.0, 0.0) + np.where(x < 103, 0.0, 0.05)
    setup = FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(x > 104, 0.5, 0.0))
    fine, coarse = sheets.both(setup, 600.0)
    land = (slice(None), slice(52, 55))
    assert fine.depth_m()[land].min() > 0.4
    assert coarse.depth_m()[land] == pytest.approx(fine.depth_m()[land], abs=0.05)
    assert coarse.depth_m()[:, :51].max() == 0
    assert (coarse.arrival_s[land] >= 0).all()
    assert coarse.peak_m[land].min() > 0.4


@pytest.mark.parametrize("thing", ["houses", "levee"])
def test_barrier_along_houses_or_a_levee_opens_nothing(thing):
    x, _ = sheets.centres(40, 80, 2.0)
    z = 5.0 + 0.002 * (160 - x)
    houses = np.zeros(z.shape, bool)
    if thing == "houses":
        houses[:, 40:42] = True
    else:
        z[:, 38] += 1.5
    wall = Barrier(name="wall", line=np.array([[80.0, 0.0], [80.0, 80.0]]), height_m=0.2)
    depth = np.where(x < 75, 0.5, 0.0)
    for barriers in ((), (wall,)):
        model = FlowModel(FlowSetup(domain=sheets.ground(z, 2.0, blocked=houses), depth_m=depth, barriers=barriers),
                          factor=5)
        model.advance(600.0)
        assert model.depth_m()[:, 45:].max() == 0


def test_barrier_shorter_than_a_cell_closes_the_gap_that_it_stands_in():
    x, _ = sheets.centres(40, 80, 2.0)
    houses = np.zeros(x.shape, bool)
    houses[:, 40] = True
    houses[20, 40] = False
    gate = Barrier(name="gate", line=np.array([[81.0, 38.0], [81.0, 40.0]]), crest_m=8.0)
    through = []
    for barriers in ((), (gate,)):
        model = FlowModel(FlowSetup(domain=sheets.ground(np.full(x.shape, 5.0), 2.0, blocked=houses),
                                    depth_m=np.where(houses, 0.0, np.where(x < 80, 0.3, 0.0)), barriers=barriers),
                          factor=5)
        model.advance(300.0)
        through.append(model.depth_m()[:, 45:].sum())
    assert through[0] > 10
    assert through[1] == 0


@pytest.mark.parametrize("factor", [1, 2, 10])
@pytest.mark.parametrize(("low", "high"), [(52, 66), (44, 60)])
def test_barrier_from_house_to_house_leaves_no_gap(factor, low, high):
    x, y = sheets.centres(60, 100, 2.0)
    houses = (x > 80) & (x < 130) & ((y < low) | (y > high))
    wall = Barrier(name="wall", line=np.array([[100.0, low], [100.0, high]]), crest_m=5.0)
    model = FlowModel(FlowSetup(domain=sheets.ground(np.full(x.shape, 3.0), 2.0, blocked=houses), barriers=(wall,),
                                depth_m=np.where((x < 80) & ~houses, 1.0, 0.0)), factor=factor)
    model.advance(300.0)
    assert model.depth_m()[x > 130].max() == 0


@pytest.mark.parametrize("factor", [1, 5])
def test_barriers_that_follow_each_other_on_one_line_both_stand(factor):
    x, _ = sheets.centres(60, 100, 2.0)
    line = np.array([[100.0, 0.0], [100.0, 120.0]])
    walls = (Barrier(name="first", line=line, crest_m=9.0, to_s=600.0),
             Barrier(name="second", line=line, crest_m=9.0, from_s=600.0, to_s=1200.0))
    model = FlowModel(FlowSetup(domain=sheets.ground(5 - 0.002 * x, 2.0), barriers=walls,
                                depth_m=np.where(x < 100, 0.5, 0.0)), factor=factor)
    model.advance(1200.0)
    assert model.depth_m()[x > 104].max() == 0
    model.advance(1800.0)
    assert model.depth_m()[x > 104].max() > 0.1


def test_higher_of_two_barriers_on_one_side_of_a_cell_counts():
    x, _ = sheets.centres(60, 100, 2.0)
    walls = tuple(Barrier(name=f"{at:g}", line=np.array([[at, 0.0], [at, 120.0]]), crest_m=crest)
                  for at, crest in ((98.0, 5.0), (104.0, 9.0)))
    model = FlowModel(FlowSetup(domain=sheets.ground(5 - 0.002 * x, 2.0), barriers=walls,
                                depth_m=np.where(x < 96, 0.5, 0.0)), factor=5)
    model.advance(900.0)
    assert model.depth_m()[x > 106].max() == 0


@pytest.mark.parametrize("factor", [1, 5])
def test_drowned_barrier_lets_the_water_come_to_rest(factor):
    """A millimetre of difference over a wall far below the water stays one."""
    x, _ = sheets.centres(60, 100, 2.0)
    wall = Barrier(name="wall", line=np.array([[100.0, 0.0], [100.0, 120.0]]), crest_m=0.5)
    model = FlowModel(FlowSetup(domain=sheets.ground(0.0 * x, 2.0), barriers=(wall,),
                                depth_m=np.where(x < 100, 2.001, 2.0)), factor=factor)
    model.advance(1200.0)
    assert np.ptp(model.depth_m()) < 1e-3
    assert model.book().repairs == 0


def test_barrier_along_the_rim_is_refused():
    with pytest.raises(InputError, match=r"a line that follows no side between two cells of 10 m; expected a line "
                       r"inside .*, and off its rim"):
        FlowModel(FlowSetup(domain=sheets.ground(np.zeros((40, 40)), 2.0), barriers=(
            Barrier(name="wall", line=np.array([[78.0, 0.0], [78.0, 80.0]]), crest_m=3.0),)), factor=5)


@pytest.mark.parametrize("factor", [1, 5, 10])
def test_level_that_jumps_behind_an_edge_comes_in_and_goes(factor):
    """What is dry looks no hours ahead for its step; the book counts what came, not what is left of it."""
    x, y = sheets.centres(60, 100, 2.0)
    level = Series.of([0, 100, 101, 1800, 1801, 3600], [-5.0, -5.0, 3.0, 3.0, -5.0, -5.0])
    model = FlowModel(FlowSetup(domain=sheets.ground(0.05 * np.abs(y - 60) + 0.01 * x, 2.0),
                                edges=(Edge(side="west", level_m=level),)), factor=factor)
    model.advance(3600.0)
    book = model.book()
    assert model.peak_m.max() == pytest.approx(3.1, abs=0.2)
    assert book.edges_in_m3 > 1000 * book.stored_m3
    assert abs(book.relative_error) < 1e-6


def test_two_inflows_over_one_coarse_cell_both_come_in():
    x, _ = sheets.centres(40, 80, 2.0)
    model = FlowModel(FlowSetup(domain=sheets.ground(20 - 0.002 * x, 2.0), edges=(Edge(side="east", slope=0.002),),
                                inflows=(
        Inflow(name="brook", line=np.array([[0.0, 41.0], [0.0, 45.0]]), m3_s=Series.constant(0.3)),
        Inflow(name="drain", line=np.array([[0.0, 47.0], [0.0, 49.0]]), m3_s=Series.constant(0.2)))), factor=5)
    model.advance(600.0)
    assert model.book().inflow_m3 == {"brook": pytest.approx(180, rel=1e-6), "drain": pytest.approx(120, rel=1e-6)}
    assert abs(model.book().relative_error) < 1e-6


def test_pump_in_a_sump_finds_its_water():
    """A hollow of one fine cell would be a pocket, which no pump reaches."""
    z = np.full((40, 40), 5.0)
    z[12, 12] = 4.0
    fine, coarse = sheets.both(FlowSetup(domain=sheets.ground(z, 2.0), rain=Rain.uniform(40, 3600.0), pumps=(
        Pump(name="pump", at=(25.0, 55.0), to=None, capacity_m3_s=0.02, on_m=0.3, off_m=0.05),)), 5400.0)
    assert fine.book().pumped_out_m3["pump"] > 80
    assert coarse.book().pumped_out_m3["pump"] == pytest.approx(fine.book().pumped_out_m3["pump"], rel=0.15)


def slope_with_a_pond():
    x, _ = sheets.centres(40, 100, 2.0)
    z = 5 + 0.1 * x
    return z, np.maximum(9 - z, 0.0)


@pytest.mark.parametrize(("x", "pumped"), [(31.0, 720.0), (35.0, 0.0)])
def test_pump_on_a_slope_starts_by_the_depth_where_it_stands(x, pumped):
    """Half a metre stands there at x = 35, and a metre in the lowest corner of its cell."""
    z, depth = slope_with_a_pond()
    pump = Pump(name="pump", at=(x, 41.0), to=None, capacity_m3_s=0.2, on_m=0.6, off_m=0.2)
    for model in sheets.both(FlowSetup(domain=sheets.ground(z, 2.0), depth_m=depth, pumps=(pump,)), 3600.0):
        assert model.book().pumped_out_m3["pump"] == pytest.approx(pumped, abs=1.0)


@pytest.mark.parametrize(("inlet", "outlet"), [(31.0, 169.0), (9.0, 191.0), (9.0, 161.0)])
def test_culvert_on_slopes_runs_by_the_ground_at_its_ends(inlet, outlet):
    x, _ = sheets.centres(40, 100, 2.0)
    z = 5 + 0.05 * np.minimum(x, 200 - x)
    pipe = Culvert(name="pipe", at=(inlet, 41.0), to=(outlet, 41.0), area_m2=0.3)
    setup = FlowSetup(domain=sheets.ground(z, 2.0), depth_m=np.where(x < 100, np.maximum(7 - z, 0), 0.0),
                      culverts=(pipe,))
    fine, coarse = sheets.both(setup, 1800.0, 4 * 7200.0)
    assert fine.book().moved_m3["pipe"] > 100
    assert coarse.book().moved_m3["pipe"] == pytest.approx(fine.book().moved_m3["pipe"], rel=0.02)


def test_level_behind_an_edge_lets_a_film_out_no_faster_than_it_runs():
    x, _ = sheets.centres(40, 100, 2.0)
    setup = FlowSetup(domain=sheets.ground(0.02 * x, 2.0), rain=Rain.uniform(60, 1800.0),
                      edges=(Edge(side="west", level_m=Series.constant(0.0)),))
    fine, coarse = sheets.both(setup, 1200.0, 1800.0)
    assert coarse.stored_m3 == pytest.approx(fine.stored_m3, rel=0.15)
    assert coarse.stored_m3 > fine.stored_m3
    assert coarse.book().repairs == 0


@pytest.mark.parametrize("losses", ["drains", "soil"])
def test_hours_without_rain_in_a_rain_take_water_where_it_stands(losses):
    """A ditch in a lawn, under a rain whose hours are all zero."""
    z = np.full((40, 40), 1.0)
    z[:, 10:12] = 0.0
    rate = 4e-6
    soil = Losses(loss_class=np.ones(z.shape, np.uint8), suction_m=np.zeros(2),
                  conductivity_m_s=np.array([0.0, rate if losses == "soil" else 0.0]),
                  drain_m_s=np.full(z.shape, rate, np.float32) if losses == "drains" else None)
    setup = FlowSetup(domain=sheets.ground(z, 2.0), losses=soil, depth_m=np.where(z < 1, 0.5, 0.0),
                      rain=Rain.of([0, 600, 4200, 4800], [0.0, 0.0, 0.0]))
    for model in sheets.both(setup, 3600.0):
        taken = model.book().drains_m3 if losses == "drains" else model.book().infiltration_m3
        assert taken == pytest.approx(rate * 3600 * 2 * 40 * 4, rel=1e-3)


def test_soil_beside_sealed_ground_in_one_cell_takes_what_it_takes_alone():
    """Green-Ampt on half of each cell: with the suction of the whole it would take a third more at first."""
    x, y = sheets.centres(40, 100, 2.0)
    soil = Losses(loss_class=((y % 20) < 10).astype(np.uint8), conductivity_m_s=np.array([0.0, 2e-6]),
                  suction_m=np.array([0.0, 0.05]))
    setup = FlowSetup(domain=sheets.ground(5 + 0.0 * x, 2.0), rain=Rain.uniform(60, 1800.0), losses=soil)
    fine, coarse = sheets.both(setup, 1800.0, factor=10)
    assert coarse.book().infiltration_m3 == pytest.approx(fine.book().infiltration_m3, rel=0.04)


def test_ends_of_a_pump_in_one_coarse_cell_are_refused():
    with pytest.raises(InputError, match="both ends in one cell; expected two places at least 10 m apart"):
        FlowModel(FlowSetup(domain=sheets.ground(np.zeros((20, 20)), 2.0),
                            pumps=(Pump(name="p", at=(1, 1), to=(5, 5), capacity_m3_s=1),)), factor=5)
