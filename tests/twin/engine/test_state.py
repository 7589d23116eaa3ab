"""The state by itself: its table of moves, its invariants, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.reference.hand_town import HORIZON_S, HandTown
from tests.reference.random_cities import random_case
from twin import kernels
from twin.codes import Action, AssetState, Level, Mechanism, What
from twin.engine.events import Begun, CallOff, Declared, Dispatch, Elapsed
from twin.engine.moves import MOVES, REGIONS, TOLD, moves_table, states_diagram
from twin.engine.state import CityState
from twin.errors import InvalidTransition
from twin.kernels.supply import codes
from twin.kernels.supply.run import advance
from twin.water.exposure import dry
from twin.world.city import City

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("what", list(What))
def test_every_event_moves_a_state_or_is_only_told(what: What) -> None:
    assert (what in TOLD) != any(event is what for _, event in MOVES)


@pytest.mark.parametrize(("state", "what"), list(MOVES))
def test_every_move_stays_in_its_region(state: AssetState, what: What) -> None:
    def region(of: AssetState) -> str:
        reached = {name: {start} for name, start in REGIONS.items()}
        for _ in AssetState:
            for states in reached.values():
                states |= {after for (before, _), after in MOVES.items() if before in states}
        return next(name for name, states in reached.items() if of in states)

    assert region(state) == region(MOVES[state, what])
    assert moves_table()[state, what] == MOVES[state, what]


def test_the_kernel_names_every_code_by_its_own_number() -> None:
    prefixes = {What: "W_", Mechanism: "M_", AssetState: ""}
    for enum, prefix in prefixes.items():
        for member in enum:
            # A stage follows from a beginning, the other two are what crews write: no kernel does.
            if member not in (What.STAGE_STARTED, What.DELAYED, What.TEST_FAILED):
                assert getattr(codes, prefix + member.name) == member.value
    assert [1 << level for level in Level] == [codes.TOUCH, codes.FAIL, codes.RECEDE]


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    text = (DOCS / "states.md").read_text(encoding="utf-8")
    drawn = re.search(r"```mermaid\n(.*?)```", text, re.DOTALL)
    assert drawn is not None
    assert drawn.group(1) == states_diagram(), (
        "run `python -m twin.engine.moves` and paste its diagram into docs/states.md")


def test_a_move_that_the_table_lacks_is_refused_with_the_story_so_far(hand_town: HandTown) -> None:
    state = CityState(hand_town.city, hand_town.exposure.crossings, reset_s=1800)
    state.handle(Elapsed(at_s=5000))
    lamp = hand_town.city.assets.row("L2")
    moves = moves_table()
    moves[AssetState.SOUND, What.FLOODED] = -1
    state.graph = state.graph._replace(moves=moves)
    with pytest.raises(InvalidTransition, match=r"L2: no move from SOUND on FLOODED(.|\n)*4682 s: touched") as raised:
        state.handle(Elapsed(at_s=7000))
    assert raised.value.asset == "L2"
    assert state.damage[lamp] == AssetState.SOUND


def test_a_state_with_crews_without_limit_asks_for_nothing(hand_town: HandTown) -> None:
    state = CityState(hand_town.city, hand_town.exposure.crossings, reset_s=1800)
    assert state.handle(Elapsed(at_s=HORIZON_S - 1)) == []
    assert state.now_s == HORIZON_S - 1


def test_a_state_that_needs_crews_stops_where_a_repair_may_begin(hand_town: HandTown) -> None:
    town, row = hand_town.city, hand_town.city.assets.row
    needs = np.zeros(len(town.assets), bool)
    needs[row("C1")] = True
    state = CityState(town, hand_town.exposure.crossings, reset_s=1800, needs_crew=needs)
    asked, = state.handle(Elapsed(at_s=HORIZON_S - 1))
    assert isinstance(asked, Dispatch)
    assert asked.assets.tolist() == [row("C1")]
    assert asked.at_s == state.now_s < HORIZON_S - 1
    state.validate()
    # The second wave comes before anybody began: the job is called off, and called for again when it has left.
    state.handle(Begun(at_s=state.now_s, assets=asked.assets))
    off, = state.handle(Elapsed(at_s=HORIZON_S - 1))
    assert isinstance(off, CallOff)
    assert off.assets.tolist() == [row("C1")]
    again, = state.handle(Elapsed(at_s=HORIZON_S - 1))
    assert isinstance(again, Dispatch)
    state.handle(Begun(at_s=state.now_s, assets=again.assets))
    assert state.handle(Declared(at_s=60_000, repaired=again.assets)) == []
    assert state.is_in_service[row("C1")]
    state.validate()


def test_a_crew_begins_nothing_that_was_not_called_for(hand_town: HandTown) -> None:
    state = CityState(hand_town.city, hand_town.exposure.crossings, reset_s=1800)
    state.handle(Elapsed(at_s=100))
    with pytest.raises(InvalidTransition, match="no move from SOUND on REPAIR_STARTED"):
        state.handle(Begun(at_s=100, assets=np.array([0], np.int32)))


def test_an_event_from_the_past_is_refused(hand_town: HandTown) -> None:
    state = CityState(hand_town.city, hand_town.exposure.crossings, reset_s=1800)
    state.handle(Elapsed(at_s=100))
    with pytest.raises(ValueError, match="lived through 100 s"):
        state.handle(Declared(at_s=100, assets=np.array([0], np.int32), actions=np.array([Action.FAIL], np.int8)))


@pytest.mark.parametrize("seed", range(25))
def test_the_invariants_hold_in_every_second(seed: int) -> None:
    case = random_case(seed)
    state = CityState(case.city, case.exposure.crossings, reset_s=case.plan.reset_s)
    by_time: dict[int, list[tuple[int, int]]] = {}
    for said in case.plan.declared:
        by_time.setdefault(max(said.at_s, 0), []).append((said.asset, said.action))
    for t in range(0, case.plan.duration_s, 3):
        for at in range(max(t - 2, 0), t + 1):
            if at in by_time:
                told = sorted(by_time[at], key=lambda pair: pair[0])
                state.handle(Declared(at_s=at, assets=np.array([a for a, _ in told], np.int32),
                                      actions=np.array([b for _, b in told], np.int8)))
        if state.now_s < t:
            state.handle(Elapsed(at_s=t))
        state.validate()


def test_a_broken_invariant_is_named(tiny_city: Callable[..., City]) -> None:
    city = tiny_city({"S": "substation", "L": "lamp"}, [("S", "L")])
    state = CityState(city, dry(city.assets).crossings, reset_s=0)
    state.handle(Elapsed(at_s=1))
    state.tables.assets["service"][1] = AssetState.OUT
    with pytest.raises(AssertionError, match="L is in service and should not be"):
        state.validate()


def test_kernels_have_no_docstringless_public_function() -> None:
    assert kernels.__doc__
    assert advance.__doc__
