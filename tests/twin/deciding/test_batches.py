"""Changes run together give what each gives alone, in any city: rings, second feeds, trips and buffers included."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.random_cities import random_case
from twin.codes import Action
from twin.deciding.batches import Reaches, Trials
from twin.engine.part import Intervals
from twin.engine.simulate import run
from twin.quantities import NONE
from twin.results.result import Result
from twin.world.plan import Declared


def result_of(seed: int) -> Result:
    case = random_case(seed)
    return run(case.city, case.plan, case.exposure)


def of_owner(made: Intervals, owner: np.ndarray, place: int) -> list[tuple[int, ...]]:
    """Give the outages of what one change reaches, as rows."""
    mine = np.flatnonzero(owner[made.asset] == place)
    names = ("asset", "start_s", "end_s", "mechanism", "root")
    return sorted(zip(*(getattr(made, name)[mine].tolist() for name in names), strict=True))


@pytest.mark.parametrize("seed", range(150))
def test_a_batch_gives_what_each_change_gives_alone(seed: int) -> None:
    result = result_of(seed)
    trials = Trials(result)
    everyone = [np.array([row], np.int32) for row in range(len(result.city.assets))]
    reaches = Reaches(result, everyone)
    seen: list[int] = []
    for batch in reaches.batches:
        seen += batch.members
        lost = np.concatenate([everyone[place] for place in batch.members])
        told = [Declared(at_s=5, action=Action.FAIL, asset=int(row)) for row in lost]
        together = {"lost": trials.declared(lost, told), "dry": trials.kept_dry(lost)}
        for place in batch.members:
            row = everyone[place]
            alone = {"lost": trials.declared(row, [Declared(at_s=5, action=Action.FAIL, asset=int(row[0]))]),
                     "dry": trials.kept_dry(row)}
            for name, made in together.items():
                assert of_owner(made, batch.owner, place) == of_owner(alone[name], batch.owner, place), (name, place)
    assert sorted(seen) == list(range(len(everyone))), "each change is in one batch"


@pytest.mark.parametrize("seed", range(60))
def test_what_a_change_does_not_reach_stays_as_it_was(seed: int) -> None:
    result = result_of(seed)
    trials = Trials(result)
    for place, reach in enumerate(Reaches(result, [np.array([row], np.int32)
                                                   for row in range(len(result.city.assets))]).of):
        made = trials.declared(np.array([place], np.int32), [Declared(at_s=5, action=Action.FAIL, asset=place)])
        assert set(made.asset.tolist()) <= set(reach.tolist())
        inside = np.full(len(result.city.assets), NONE)
        inside[reach] = 0
        whole = run(result.city, _with(result, place), result.exposure)
        theirs = Intervals.of(whole.outages)
        assert of_owner(theirs, inside, 0) == of_owner(made, inside, 0)
        rest = np.where(inside == NONE, 0, NONE)
        assert of_owner(theirs, rest, 0) == of_owner(trials.intervals, rest, 0), "nobody else notices"


def _with(result: Result, row: int):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(result.plan, declared=(*result.plan.declared, Declared(at_s=5, action=Action.FAIL, asset=row)))
