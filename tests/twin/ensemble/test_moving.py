"""What is drawn of the water: crests, pumps, floods that nights share, members and the own bounds of a forecast."""

from __future__ import annotations

import numpy as np
import pytest

from twin.ensemble.distributions import Discrete, Normal, Triangular, Uniform
from twin.ensemble.draws import Draws
from twin.ensemble.floods import flood_of
from twin.ensemble.hydrographs import Forecast, Members
from twin.ensemble.moving import moved_of
from twin.ensemble.uncertain import Crest, Flow, Level, PumpFailure, Uncertainty

HOURS = np.arange(3, dtype=np.int64) * 3600


def nights(uncertain, n, *, has_floods=True, arms=None):
    return [moved_of(uncertain, Draws(seed=4, index=i, arms=arms or {}), has_floods=has_floods) for i in range(n)]


def crest(name, at):
    return Crest(at=at, name=name, error_m=Normal(mean=0, sd=0.1))


def test_each_crest_has_a_number_of_its_own_and_one_more_moves_none():
    one = nights(Uncertainty(crests=(crest("quay", 0),)), 50)
    both = nights(Uncertainty(crests=(crest("dyke", 0), crest("quay", 1))), 50)
    assert [m.crest_m[0] for m in one] == [m.crest_m[1] for m in both]
    dyke, quay = np.array([m.crest_m for m in both]).T
    assert abs(np.corrcoef(dyke, quay)[0, 1]) < 0.4
    assert 0.05 < dyke.std() < 0.15


def test_a_pump_fails_as_often_as_said_at_any_second_of_its_span():
    pump = PumpFailure(at=1, name="P1", probability=0.3, from_s=3600, to_s=7200)
    fails_s = np.array([m.pump_fails_s for m in nights(Uncertainty(pumps=(pump,)), 1000)])
    assert np.all(fails_s[:, 0] == -1)
    failed = fails_s[fails_s[:, 1] >= 0, 1]
    assert len(failed) == pytest.approx(300, abs=45)
    assert 3600 <= failed.min() < 3700
    assert 7100 < failed.max() < 7200


def test_hollows_are_not_drained_as_often_as_said():
    drain = PumpFailure(at=-1, name="the hollows", probability=0.25, from_s=0, to_s=1)
    told = nights(Uncertainty(pumps=(drain,)), 1000, has_floods=False)
    assert sum(m.is_undrained for m in told) == pytest.approx(250, abs=42)
    assert all(m.pump_fails_s == () for m in told)


def test_nights_that_share_floods_have_so_many_evenly_spread():
    k = 8
    uncertain = Uncertainty(flow=Flow(discharge=Uniform(low=0.5, high=1.5), roughness=Uniform(low=1, high=2), floods=k),
                            level=Level(shift_s=Uniform(low=0, high=3600)))
    told = nights(uncertain, 5 * k)
    assert [flood_of(m) for m in told[:k]] == [flood_of(m) for m in told[-k:]]
    assert len({flood_of(m) for m in told}) == k
    # One in each of as many equal parts, in another order for each quantity.
    places = [[int(k * u) for u in us] for us in ([m.discharge - 0.5 for m in told[:k]],
                                                  [m.roughness - 1 for m in told[:k]])]
    assert [sorted(place) for place in places] == [list(range(k))] * 2
    assert places[0] != places[1]
    # What is added to a flood is each night's own.
    assert len({m.shift_s for m in told}) > 4 * k


def test_shared_numbers_are_uniform_within_their_parts():
    drawn = np.array([[Draws(seed=s, index=i).shared("flow.rain", 4) for i in range(4)] for s in range(500)])
    assert np.all(np.sort((drawn * 4).astype(int), axis=1) == np.arange(4))
    inner = (drawn * 4) % 1
    assert inner.mean() == pytest.approx(0.5, abs=0.02)
    assert inner.var() == pytest.approx(1 / 12, abs=0.005)
    assert np.abs(np.corrcoef(inner.T) - np.eye(4)).max() < 0.15


def test_another_quantity_drawn_anew_leaves_the_others_of_a_flood():
    uncertain = Uncertainty(flow=Flow(discharge=Uniform(low=0.5, high=1.5), rain=Uniform(low=0, high=1), floods=4))
    before, after = nights(uncertain, 4), nights(uncertain, 4, arms={"flow.rain": 1})
    assert [m.discharge for m in before] == [m.discharge for m in after]
    assert [m.rain for m in before] != [m.rain for m in after]


def test_each_night_has_a_flood_of_its_own_where_none_is_shared():
    told = nights(Uncertainty(flow=Flow(discharge=Uniform(low=0.5, high=1.5))), 30)
    assert len({flood_of(m) for m in told}) == 30


def test_a_night_takes_one_member_of_a_forecast_as_often_as_it_weighs():
    by_m = np.array([[0.0, 0.1, 0.2], [0.0, 0.5, -0.1]])
    members = Members(times_s=HOURS, by_m=by_m, which=Discrete(values=(0.0, 1.0), weights=(3.0, 1.0)))
    told = nights(Uncertainty(level=Level(members=members)), 800, has_floods=False)
    second = [m for m in told if m.along_m[1] == 0.5]
    assert len(second) == pytest.approx(200, abs=38)
    assert all(np.array_equal(m.along_m, by_m[int(m in second)]) for m in told[:20])
    assert members.highest_m == 0.5


def test_a_night_stands_at_one_quantile_of_a_forecast_all_along():
    by_m = np.array([[-0.1, -0.2, -0.4], [0.0, 0.1, 0.0], [0.1, 0.5, 0.8]])
    forecast = Forecast(times_s=HOURS, by_m=by_m)
    for q, row in ((0.1, 0), (0.5, 1), (0.9, 2)):
        np.testing.assert_allclose(forecast.at(q), by_m[row], atol=1e-12)
    told = np.array([m.along_m for m in nights(Uncertainty(level=Level(forecast=forecast)), 2000, has_floods=False)])
    np.testing.assert_allclose(np.quantile(told, (0.1, 0.5, 0.9), axis=0), by_m, atol=0.06)
    # The order of nights is the same at each hour: none crosses another.
    assert np.all(np.argsort(told[:, 1], kind="stable") == np.argsort(told[:, 2], kind="stable"))


def test_the_digest_tells_all_of_it_apart():
    def members(by_m):
        return Uncertainty(level=Level(members=Members(times_s=HOURS, by_m=np.array(by_m), which=Discrete(
            values=(0.0, 1.0)))))

    some = [Uncertainty(), Uncertainty(crests=(crest("a", 0),)), Uncertainty(crests=(crest("b", 0),)),
            Uncertainty(flow=Flow(rain=Triangular(low=0, mode=1, high=2))),
            Uncertainty(flow=Flow(rain=Triangular(low=0, mode=1, high=2), floods=4)),
            members([[0.0, 0, 0], [0, 0, 1]]), members([[0.0, 0, 1], [0, 0, 1]])]
    assert len({u.digest for u in some}) == len(some)
