"""The engine: the agenda that simpy holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.reference.cities import plan_of
from tests.reference.hand_town import HORIZON_S, HandTown
from twin.engine.clock import Engine, in_order
from twin.engine.simulate import run
from twin.engine.state import CityState
from twin.water.exposure import dry
from twin.world.city import City
from twin.world.plan import Action, Declared


def engine_of(town: HandTown, told: list[int]) -> Engine:
    state = CityState(town.city, town.exposure.crossings, reset_s=town.plan.reset_s)

    def on_instant(at_s: int, horizon_s: int) -> None:
        assert horizon_s == HORIZON_S
        state.validate()
        told.append(at_s)

    return Engine(state, town.plan, on_instant)


def test_the_agenda_holds_what_is_declared_and_a_beat_each_hour(hand_town: HandTown) -> None:
    told: list[int] = []
    state = engine_of(hand_town, told).run()
    assert {36000, 37800, 39600, 43200} <= set(told)
    assert told == sorted(set(told))
    assert told[-1] == state.now_s == HORIZON_S - 1
    assert len(told) < 45


def test_the_horizon_ends_a_run_to_the_second(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation"})
    for at_s, outages in ((99, 1), (100, 0), (150, 0)):
        plan = plan_of(100, declared=(Declared(at_s=at_s, action=Action.FAIL, asset=0),))
        assert len(run(city, plan, dry(city.assets)).outages) == outages


def test_what_was_declared_before_the_start_holds_from_it(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "L": "lamp"}, [("S", "L")])
    plan = plan_of(100, declared=(Declared(at_s=-500, action=Action.CUT, asset=0),))
    result = run(city, plan, dry(city.assets))
    assert result.outages.start_s.tolist() == [0, 0]


def test_one_second_is_a_horizon(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation"})
    assert len(run(city, plan_of(1), dry(city.assets)).outages) == 0


def test_declared_things_are_lived_by_time_then_row() -> None:
    said = tuple(Declared(at_s=t, action=Action.FAIL, asset=a) for t, a in ((5, 2), (5, 1), (-3, 9), (0, 0), (99, 0)))
    assert [(d.at_s, d.asset) for d in in_order(plan_of(50, declared=said))] == [(0, 0), (-3, 9), (5, 1), (5, 2)]


def test_a_second_of_both_ends_and_beginnings_leaves_no_outage_of_no_time(hand_town: HandTown) -> None:
    row = hand_town.city.assets.row
    plan = replace(hand_town.plan, declared=(
        Declared(at_s=100, action=Action.FAIL, asset=row("S1")),
        Declared(at_s=200, action=Action.RESTORE, asset=row("S1")),
        Declared(at_s=200, action=Action.FAIL, asset=row("S2"))))
    outages = run(hand_town.city, plan, hand_town.exposure).outages
    assert row("C2") not in outages.asset.tolist()
