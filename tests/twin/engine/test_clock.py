"""The engine: what is declared, and crews on simpy's clock."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import pytest
import simpy

from tests.reference.cities import plan_of
from tests.reference.hand_town import HORIZON_S, HandTown
from tests.reference.water import water_at
from twin.codes import Action
from twin.engine.clock import Engine
from twin.engine.cuts import in_order
from twin.engine.events import Note
from twin.engine.simulate import run
from twin.engine.state import CityState
from twin.quantities import Int32Array
from twin.water.exposure import dry
from twin.world.city import City
from twin.world.plan import Declared


def engine_of(town: HandTown, told: list[int]) -> Engine:
    state = CityState(town.city, town.exposure.crossings, reset_s=town.plan.reset_s)

    def on_instant(at_s: int, horizon_s: int) -> None:
        assert horizon_s == HORIZON_S
        state.validate()
        told.append(at_s)

    return Engine(state, town.plan, on_instant=on_instant)


def test_the_agenda_holds_what_is_declared_and_the_end(hand_town: HandTown) -> None:
    told: list[int] = []
    state = engine_of(hand_town, told).run()
    assert told == [36000, 37800, 39600, 43200, HORIZON_S - 1]
    assert state.now_s == HORIZON_S - 1


class OneAfterTheOther:
    """A crew that takes jobs in the order in which they were called for, each of one length."""

    def __init__(self, length_s: int) -> None:
        self.length_s, self.free_at_s = length_s, 0
        self.jobs: dict[int, simpy.Process] = {}
        self._begun: list[int] = []
        self._repaired: list[int] = []

    def send(self, clock: simpy.Environment, assets: Int32Array) -> None:
        for asset in assets.tolist():
            self.jobs[asset] = clock.process(self.work(clock, asset))

    def work(self, clock: simpy.Environment, asset: int) -> Generator[simpy.Event, None, None]:
        wait_s = max(self.free_at_s - int(clock.now), 0)
        self.free_at_s = int(clock.now) + wait_s + self.length_s
        try:
            yield clock.timeout(wait_s)
            self._begun.append(asset)
            yield clock.timeout(self.length_s)
            self._repaired.append(asset)
        except simpy.Interrupt:
            return

    def call_off(self, clock: simpy.Environment, assets: Int32Array) -> None:
        for asset in assets.tolist():
            self.jobs.pop(asset).interrupt()

    def begun(self) -> Int32Array:
        found, self._begun = np.array(self._begun, np.int32), []
        return found

    def repaired(self) -> Int32Array:
        found, self._repaired = np.array(self._repaired, np.int32), []
        return found

    def notes(self) -> list[Note]:
        return []


def test_a_crew_works_one_job_after_the_other(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "A": "cabinet", "B": "cabinet"}, [("S", "A"), ("S", "B")])
    water = water_at(city.assets, [0, 10, 20], {"A": [1.0, 0.0, 0.0], "B": [1.0, 0.0, 0.0]}, 1000)
    state = CityState(city, water.crossings, reset_s=0, needs_crew=np.ones(3, bool))
    Engine(state, plan_of(1000), OneAfterTheOther(100)).run()
    o = state.tables.outages[:2]
    left_s = int(water.water_left_at_s[city.assets.row("A")])
    assert dict(zip(o["asset"].tolist(), o["end"].tolist(), strict=True)) == {1: left_s + 100, 2: left_s + 200}


def test_a_state_that_asks_an_engine_without_crews_is_our_mistake(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "A": "cabinet"}, [("S", "A")])
    water = water_at(city.assets, [0, 10], {"A": [1.0, 0.0]}, 100)
    state = CityState(city, water.crossings, reset_s=0, needs_crew=np.ones(2, bool))
    with pytest.raises(TypeError, match="Dispatch"):
        Engine(state, plan_of(100)).run()


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
