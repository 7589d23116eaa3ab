"""Members and bounds at several gauges, members of the discharge: who draws what, and what water makes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.twin.ensemble.nights import cells_of
from twin.ensemble.distributions import Discrete
from twin.ensemble.draws import Draws
from twin.ensemble.floods import flood_of
from twin.ensemble.hydrographs import AtGauges, Discharge, Forecast, InflowMembers, Members
from twin.ensemble.moving import moved_of
from twin.ensemble.sharing import floods_shared
from twin.ensemble.uncertain import Flow, Level, Uncertainty
from twin.ensemble.waters import Moved, StageNight
from twin.water.depths import read_depths
from twin.water.hazard import Grid
from twin.water.river_stage import River, gauge_share, stage, surface

HOURS = np.arange(3, dtype=np.int64) * 3600
EVEN = Discrete(values=(0.0, 1.0))


def members(low_m, high_m, which=EVEN):
    return Members(times_s=HOURS, by_m=np.array([[0.0, low_m, 0.0], [0.0, high_m, 0.0]]), which=which)


def nights(uncertain, n, *, has_floods=False):
    drawn = [{} for _ in range(n)]
    return [moved_of(uncertain, Draws(seed=4, index=i), has_floods=has_floods, drawn=drawn[i]) for i in range(n)], drawn


def at_two(*, is_one, names=("up", "down")):
    parts = {"up": members(-0.2, 0.4), "down": members(-0.1, 0.3), "side": members(0.0, 0.1)}
    return Uncertainty(level=Level(members=AtGauges(names=names, parts=tuple(parts[name] for name in names),
                                                    is_one=is_one)))


def test_one_member_of_a_forecast_holds_at_all_its_gauges():
    told, drawn = nights(at_two(is_one=True), 400)
    pairs = Counter(tuple(m.along_m[:, 1].tolist()) for m in told)
    assert set(pairs) == {(-0.2, -0.1), (0.4, 0.3)}
    assert pairs[0.4, 0.3] == pytest.approx(200, abs=40)
    assert {(d["level.members.up"], d["level.members.down"]) for d in drawn} == set(pairs)


def test_gauges_that_are_declared_apart_draw_apart_and_one_more_moves_none():
    told, _ = nights(at_two(is_one=False), 800)
    pairs = Counter(tuple(m.along_m[:, 1].tolist()) for m in told)
    assert set(pairs) == {(-0.2, -0.1), (-0.2, 0.3), (0.4, -0.1), (0.4, 0.3)}
    assert all(count == pytest.approx(200, abs=48) for count in pairs.values())
    more, _ = nights(at_two(is_one=False, names=("side", "up", "down")), 100)
    assert all(np.array_equal(m.along_m, o.along_m[1:]) for m, o in zip(told[:100], more, strict=True))


def test_bounds_of_one_forecast_stand_at_one_quantile_everywhere():
    def bounds(width_m):
        return Forecast(times_s=HOURS, by_m=np.array([[-width_m] * 3, [0.0] * 3, [width_m] * 3]))

    both = AtGauges(names=("up", "down"), parts=(bounds(0.1), bounds(0.3)), is_one=True)
    told, _ = nights(Uncertainty(level=Level(forecast=both)), 50)
    for m in told:
        np.testing.assert_allclose(m.along_m[1], 3 * m.along_m[0], atol=1e-12)
    assert both.highest_m == pytest.approx(3 * bounds(0.1).highest_m)


#: Three stations at 0, 50 and 100 m, one cell of ground at 0 m beside each; gauges at both ends.
RIVER = River(chainage_m=np.array([0.0, 50.0, 100.0]), thalweg_m=np.array([0.0, -1.0, -2.0]),
              cells=np.array([0, 2, 4]), stations=np.arange(3, dtype=np.int32))
GAUGES = np.array([0.0, 100.0])


def valley(levels_m):
    """Give the water of levels (T, 2) at the two gauges."""
    ground = np.array([[-9.0, 0.0]] * 3, np.float32)
    grid = Grid(rows=3, columns=2, transform=(10, 0, 0, 0, -10, 0), crs="EPSG:2154")
    water = stage(ground, grid, RIVER, surface(RIVER, GAUGES, np.array(levels_m)), HOURS, cell_m=(10.0, 10.0),
                  depth_error_m=5.0)
    return replace(water, gauge_share=gauge_share(RIVER, GAUGES))


def test_members_at_two_gauges_bend_the_water_between_them():
    index = replace(cells_of(range(3)), cells=np.array([1, 3, 5]), members=np.arange(3, dtype=np.int32))
    plan = valley([[0.2, 0.2], [0.5, 0.5], [0.2, 0.2]])
    night = StageNight(plan, index, read_depths(plan, index, duration_s=7200))
    moved = Moved(along_m=np.array([[0.0, 0.2, 0.0], [0.0, -0.1, 0.0]]), along_s=HOURS)
    found = night.at(moved).depths
    # 0.2 m more at the upper gauge, 0.1 m less at the lower, half of both in the middle.
    np.testing.assert_allclose(found.at(3600), [0.7, 0.55, 0.4], atol=1e-6)
    own = valley([[0.2, 0.2], [0.7, 0.4], [0.2, 0.2]])
    np.testing.assert_allclose(found.at(5400), read_depths(own, index, duration_s=7200).at(5400), atol=1e-6)


def test_beyond_the_outermost_gauge_the_water_follows_it():
    share = gauge_share(replace(RIVER, chainage_m=np.array([-30.0, 25.0, 130.0])), GAUGES)
    assert share.tolist() == [[1.0, 0.0], [0.75, 0.25], [0.0, 1.0]]


def inflow(at, name, *peaks):
    times_s = np.array([0.0, 3600, 7200])
    return InflowMembers(name=name, which=Discrete(values=tuple(float(k) for k in range(len(peaks)))), members=tuple(
        Discharge(at=at, times_s=times_s, m3_s=np.array([1.0, peak, 1.0])) for peak in peaks))


def test_each_member_of_the_discharge_is_a_flood_that_nights_share():
    told, drawn = nights(Uncertainty(flow=Flow(members=(inflow(0, "Ouche", 80.0, 120.0, 200.0),))), 60,
                         has_floods=True)
    assert {d["flow.members.Ouche"] for d in drawn} == {80.0, 120.0, 200.0}
    assert len({flood_of(m) for m in told}) == 3
    assert "" not in {flood_of(m) for m in told}
    again = {flood_of(m): d["flow.members.Ouche"] for m, d in zip(told, drawn, strict=True)}
    assert all(again[flood_of(m)] == d["flow.members.Ouche"] for m, d in zip(told, drawn, strict=True))


def test_inflows_of_one_forecast_take_one_member_and_others_each_its_own():
    both = (inflow(0, "Ouche", 80.0, 120.0), inflow(2, "Suzon", 8.0, 12.0))
    told, _ = nights(Uncertainty(flow=Flow(members=both)), 40, has_floods=True)
    assert {tuple(float(one.m3_s.max()) for one in m.inflows) for m in told} == {(80.0, 8.0), (120.0, 12.0)}
    assert {tuple(one.at for one in m.inflows) for m in told} == {(0, 2)}
    apart, _ = nights(Uncertainty(flow=Flow(members=both, is_one_forecast=False)), 60, has_floods=True)
    assert len({flood_of(m) for m in apart}) == 4


def test_floods_that_are_shared_hold_each_member_as_often_as_it_weighs():
    """Twelve floods over three even members: four of each, by a Latin hypercube."""
    some = Uncertainty(flow=Flow(members=(inflow(0, "Ouche", 80.0, 120.0, 200.0),), floods=12))
    told, _ = nights(some, 12, has_floods=True)
    assert sorted(Counter(m.inflows[0].m3_s.max() for m in told).values()) == [4, 4, 4]


def test_hydrographs_are_in_the_digest():
    some = [Uncertainty(), at_two(is_one=True), at_two(is_one=False),
            Uncertainty(flow=Flow(members=(inflow(0, "Ouche", 80.0, 120.0),))),
            Uncertainty(flow=Flow(members=(inflow(0, "Ouche", 80.0, 121.0),)))]
    assert len({u.digest for u in some}) == len(some)
    assert some[3].quantities == ("flow.members",)


def test_nights_that_take_one_member_share_its_flood():
    index = np.arange(30)
    some = Uncertainty(flow=Flow(members=(inflow(0, "Ouche", 80.0, 120.0, 200.0),)))
    told, _ = nights(some, 30, has_floods=True)
    flood, keys = floods_shared(some, 4, index), [flood_of(m) for m in told]
    assert len(set(flood.tolist())) == 3
    assert all((flood[i] == flood[k]) == (keys[i] == keys[k]) for i in range(30) for k in range(30))
    assert len(set(floods_shared(at_two(is_one=False), 4, index).tolist())) == 4
    assert len(set(floods_shared(at_two(is_one=True), 4, index).tolist())) == 2
    assert floods_shared(Uncertainty(flow=Flow(floods=3)), 4, np.array([0, 5, 6])).tolist() == [0, 2, 0]
    assert floods_shared(Uncertainty(), 4, index) is None
