"""What may be out follows from the nights, to the second."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.cities import city_of, plan_of
from tests.twin.ensemble.test_answers import night
from twin.codes import Action, Mechanism
from twin.engine.simulate import run
from twin.ensemble.doubting import doubts_of_nights, with_doubts
from twin.ensemble.moments import Moments
from twin.ensemble.tally import Tally
from twin.water.exposure import dry
from twin.world.plan import Declared

P, C, L = range(3)


@pytest.fixture(scope="module")
def base():
    """The cabinet fails from 1000 to 2000 s, and with it its lamp."""
    city = city_of({"P": "substation", "C": "cabinet", "L": "lamp"}, [("P", "C"), ("C", "L")])
    plan = plan_of(6000, declared=(Declared(at_s=1000, action=Action.FAIL, asset=C),
                                   Declared(at_s=2000, action=Action.RESTORE, asset=C)))
    return run(city, plan, dry(city.assets))


def doubts(base, nights):
    tally, moments = Tally(base.city), Moments()
    for i, outages in enumerate(nights):
        made = night(i, outages)
        tally.add(made)
        moments.add(made)
    return doubts_of_nights(base, tally.answers(), moments)


def told(found):
    return sorted((int(a), int(s), int(e), bool(o)) for a, s, e, o in zip(
        found.asset, found.start_s, found.end_s, found.is_out, strict=True))


def both(start_s, end_s):
    return [(C, start_s, end_s, 0, C, 5), (L, start_s, end_s, 0, C, 5)]


def test_nights_that_all_agree_with_the_run_leave_no_doubt(base):
    assert len(doubts(base, [both(1000, 2000)] * 20)) == 0


def test_one_night_in_twenty_is_hardly_any(base):
    assert len(doubts(base, [both(1000, 2000)] * 19 + [[]])) == 0
    assert told(doubts(base, [both(1000, 2000)] * 18 + [[], []])) == [(C, 1000, 2000, True), (L, 1000, 2000, True)]


def test_doubt_lies_where_nights_differ_to_the_second(base):
    found = doubts(base, [both(900 + 20 * i, 1900 + 20 * i) for i in range(20)])
    # More than one night in twenty is out from 920 to 2260; nineteen or more from 1260 to 1920.
    assert told(found) == [(a, *span) for a in (C, L) for span in (
        (920, 1000, False), (1000, 1260, True), (1920, 2000, True), (2000, 2260, False))]
    row = int(np.flatnonzero((found.asset == L) & ~found.is_out)[0])
    assert (found[row].mechanism, found[row].cause, found[row].root) == (Mechanism.SUPPLY_LOST, C, C)


def test_what_only_the_nights_know_of_is_in_doubt_too(base):
    found = doubts(base, [both(1000, 2000) + [(P, 5000, -1, 0, P, 0)] * (i % 2) for i in range(20)])
    assert told(found) == [(P, 5000, -1, False)]
    assert Mechanism(int(found.mechanism[0])) is Mechanism.FLOODED


def test_the_run_keeps_its_outages_and_counts_its_doubts(base):
    found = with_doubts(base, doubts(base, [both(1000, 2000)] * 10 + [[]] * 10), "digest", 20)
    np.testing.assert_array_equal(found.outages.start_s, base.outages.start_s)
    assert found.outages.is_doubtful.all()
    assert not base.outages.is_doubtful.any()
    assert found.indicators["doubtful"]["count"] == 2
    assert found.provenance["doubts_of"] == {"ensemble": "digest", "nights": 20}


def test_an_outage_that_is_sure_at_some_moment_is_not_doubtful(base):
    found = with_doubts(base, doubts(base, [both(900 + 20 * i, 1900 + 20 * i) for i in range(20)]), "digest", 20)
    assert len(found.doubts)
    assert not found.outages.is_doubtful.any()
