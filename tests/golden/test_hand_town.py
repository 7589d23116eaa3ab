"""The town worked by hand: every row of its table, in both directions."""

from __future__ import annotations

from tests.reference.hand_town import EXPECTED, HandTown
from twin.result import Result
from twin.run import run


def outage_rows(result: Result) -> list[tuple[object, ...]]:
    ids = result.city.assets.id
    return [(ids[o.asset], o.start_s, o.end_s, o.mechanism.word, ids[o.cause], ids[o.root], o.root_mechanism.word,
             o.held_mechanism.word, ids[o.held]) for o in (result.outages[row] for row in range(len(result.outages)))]


def test_the_town_worked_by_hand_comes_out_row_for_row(hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    # The table of design.md is sorted by start and id.
    assert sorted(outage_rows(result), key=lambda row: (row[1], row[0])) == list(EXPECTED)
