"""The town worked by hand: every row of its table, in both directions."""

from __future__ import annotations

from pathlib import Path

from tests.reference.hand_town import EXPECTED, HandTown
from twin.engine.simulate import run
from twin.results.result import Result

#: The whole trace, read through once by hand; a change in it is a change in results and belongs in the changelog.
KEPT = Path(__file__).parent / "hand_town_trace.txt"


def outage_rows(result: Result) -> list[tuple[object, ...]]:
    ids = result.city.assets.id
    return [(ids[o.asset], o.start_s, o.end_s, o.mechanism.word, ids[o.cause], ids[o.root], o.root_mechanism.word,
             o.held_mechanism.word, ids[o.held]) for o in (result.outages[row] for row in range(len(result.outages)))]


def test_the_town_worked_by_hand_comes_out_row_for_row(hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    # The table of design.md is sorted by start and id.
    assert sorted(outage_rows(result), key=lambda row: (row[1], row[0])) == list(EXPECTED)


def test_the_trace_of_the_town_is_the_one_kept(hand_town: HandTown) -> None:
    result = run(hand_town.city, hand_town.plan, hand_town.exposure)
    ids, trace = result.city.assets.id, result.trace
    lines = [f"{e.row} {e.time_s} {e.what.word} {ids[e.asset]} because {e.cause_row}"
             + (f" with {' '.join(map(str, e.contributors))}" if e.contributors else "")
             + (f" {trace.detail[e.row]}" if trace.detail[e.row] else "")
             for e in (trace[row] for row in range(len(trace)))]
    assert lines == KEPT.read_text(encoding="utf-8").splitlines()
