"""What a loss costs by height raised: by hand, against runs of the whole, and at ten centimetres more water."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geodata.run.ranking import main_streets
from tests.nights import night
from tests.reference.one_cabinet import one_night
from twin.deciding.heights import hangs_on, height_curve, in_more_water
from twin.deciding.ranking import MORE_WATER_M, Ranking, rank
from twin.deciding.terms import COUNTS
from twin.deciding.worth import Worth
from twin.engine.part import Intervals
from twin.engine.variants import Base
from twin.errors import InputError
from twin.results.result import Result
from twin.world.edits import Raise

LAMP_S = COUNTS.index("lamp_s")


@pytest.fixture(scope="module")
def q100() -> Ranking:
    run = night("ouche-q100")
    return rank(run.result, is_main=main_streets(run.city_file))


@pytest.fixture(scope="module")
def deep(q100: Ranking) -> Result:
    return in_more_water(q100.result)


def place_of(ranking: Ranking, name: str) -> int:
    return ranking.asset.tolist().index(ranking.result.city.assets.row(name))


def whole_cost(ranking: Ranking, place: int, base: Result, height_cm: int) -> np.ndarray:
    """Give the cost by running the whole city with the thing raised."""
    ids = ranking.result.city.assets.id
    edits = [Raise(str(ids[row]), height_cm / 100) for row in ranking.seeds[place].tolist()]
    owner = np.full(len(ids), -1, np.int32)
    owner[ranking.reach[place]] = 0
    return Worth.of_each(ranking.worth, Intervals.of(Base(base).with_(*edits).result.outages), owner, 1)[0]


def test_one_cabinet_by_hand() -> None:
    ranking = rank(one_night())
    curve = height_curve(ranking, place_of(ranking, "A"))
    hours = {height: curve.at(height)[LAMP_S] / 3600 for height in (0, 25, 50, 65, 66)}
    assert hours == pytest.approx({0: 504.0, 25: 464.0, 50: 424.0, 65: 400.0, 66: 0.0}, abs=0.01)
    assert curve.enough_cm == 66
    higher = height_curve(ranking, place_of(ranking, "A"), in_more_water(one_night()))
    assert higher.enough_cm == 76, "ten centimetres more water take ten more of height"
    assert higher.at(75)[LAMP_S] > 0
    assert higher.at(76)[LAMP_S] == 0


@pytest.mark.parametrize("name", ["P-02", "P-13", "C-06", "A-002-1"])
def test_it_is_what_runs_of_the_whole_give(q100: Ranking, deep: Result, name: str) -> None:
    place = place_of(q100, name)
    for base in (q100.result, deep):
        curve = height_curve(q100, place, base)
        for height in (0, int(curve.height_cm[len(curve.height_cm) // 2]), int(curve.height_cm[-1])):
            np.testing.assert_allclose(curve.at(height), whole_cost(q100, place, base, height), atol=1e-6)


def test_it_begins_at_the_loss_and_ends_where_nothing_more_is_spared(q100: Ranking, deep: Result) -> None:
    for place in range(0, len(q100), 7):
        curve = height_curve(q100, place)
        enough = int(q100.height_cm[place])
        np.testing.assert_allclose(curve.cost[0] - curve.at(enough), q100.spared[place], atol=1e-6)
        assert curve.enough_cm <= enough, "the smallest sufficient height keeps it in service; less may spare as much"
        assert np.all(np.diff(curve.cost, axis=0) <= 1e-6), "more protection never hurts"
        more = height_curve(q100, place, deep)
        assert more.enough_cm <= int(q100.height_more_cm[place])
        assert more.cost[0][LAMP_S] >= curve.cost[0][LAMP_S] - 1e-6, "more water spares nobody"


def test_with_what_puts_it_out_all_the_same_a_pair_is_worth_more(q100: Ranking) -> None:
    place = place_of(q100, "A-012")
    then = int(q100.then_root[place])
    assert then >= 0
    alone, both = height_curve(q100, place), height_curve(q100, place, kept=[then])
    top = int(alone.height_cm[-1])
    assert both.at(top)[LAMP_S] < alone.at(top)[LAMP_S]


def test_what_lies_on_every_way(q100: Ranking) -> None:
    assets = q100.result.city.assets
    circuit = assets.row("A-002-1")
    assert assets.row("A-002") in hangs_on(q100.result, circuit), "its cabinet is the only one it has"
    for site, things in q100.single_points:
        assert set(things) <= set(hangs_on(q100.result, site))


def test_water_that_was_not_kept_is_said(q100: Ranking) -> None:
    bare = replace(q100.result, exposure=replace(q100.result.exposure, depths=None))
    with pytest.raises(InputError, match="without depths over time"):
        in_more_water(bare)
    with pytest.raises(InputError, match="without depths over time"):
        height_curve(q100, 0, bare)
    assert MORE_WATER_M == 0.10
