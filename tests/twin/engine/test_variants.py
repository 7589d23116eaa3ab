"""A variant equals a run of the whole with the same edits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nights import night
from twin.codes import Action
from twin.engine.part import Intervals
from twin.engine.variants import Base
from twin.errors import InputError
from twin.stages import Stage
from twin.world.edits import (
    AddSupplier,
    Declare,
    Edit,
    Isolate,
    Protect,
    Raise,
    RemoveSupplier,
    Repair,
    Reserve,
    Threshold,
)


def assert_same(mine: Intervals, theirs: Intervals) -> None:
    for name in Intervals.__slots__:
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), err_msg=name)


@pytest.mark.parametrize("edits", [
    [Raise("A-012", 0.5)], [Raise("A-012", -0.3)], [Threshold("cabinet", touch_m=0.6, fail_m=0.8)],
    [Threshold("lamp", touch_m=0.4, fail_m=0.5)], [Declare(Action.CUT, "C-19", 3 * 3600)],
    [Declare(Action.FACT_IN_SERVICE, "A-012", 6 * 3600)], [AddSupplier("P-02", "A-012", 300)],
    [Repair("cabinet", 3600, 1800)], [Protect("C-19", 0.9)], [Reserve("A-012", 7200)],
    [Isolate("L-4600"), Declare(Action.CUT, "L-4600", 3600)],
    [Raise("C-19", 1.0), Declare(Action.CUT, "A-079", 4 * 3600)], []],
    ids=lambda edits: ", ".join(type(edit).__name__ for edit in edits) or "nothing")
def test_a_variant_gives_what_a_run_of_the_whole_gives(edits: list[Edit]) -> None:
    variant = Base(night().result).with_(*edits)
    assert_same(variant.intervals, Intervals.of(variant.result.outages))


def test_a_second_feed_may_be_taken_away() -> None:
    base = Base(night().result)
    fed = base.with_(AddSupplier("P-02", "A-012", 300))
    again = Base(fed.result).with_(RemoveSupplier("P-02", "A-012"))
    assert_same(again.intervals, base.intervals)


def test_an_edit_that_moves_the_water_is_refused() -> None:
    class Barrier:
        stage = Stage.WATER

    with pytest.raises(InputError, match="leaves the water"):
        Base(night().result).with_(Barrier())  # type: ignore[arg-type]


def test_a_variant_is_known_by_its_edits_and_says_what_it_stands_on() -> None:
    base = Base(night().result)
    variant = base.with_(Raise("A-012", 0.5))
    assert variant.result.provenance["variant_of"] == base.result.plan.digest
    assert variant.digest == base.with_(Raise("A-012", 0.5)).digest != base.with_(Raise("A-012", 0.6)).digest
    assert variant.reached.sum() < len(variant.reached)
