"""Plans: what they say of themselves without a run."""

from dataclasses import replace

from tests.nights import night
from twin.codes import Action
from twin.world.plan import Declared


def test_what_is_cut_twice_is_cut_since_the_first_time_until_it_is_restored() -> None:
    declared = (Declared(at_s=100, action=Action.CUT, asset=5), Declared(at_s=300, action=Action.CUT, asset=5),
                Declared(at_s=200, action=Action.CUT, asset=6), Declared(at_s=400, action=Action.RESTORE, asset=5),
                Declared(at_s=500, action=Action.CUT, asset=5))
    plan = replace(night("ouche-q10").result.plan, declared=declared)
    assert [plan.cut_at(t) for t in (99, 100, 350, 400, 500)] == [{}, {5: 100}, {5: 100, 6: 200}, {6: 200},
                                                                 {6: 200, 5: 500}]
