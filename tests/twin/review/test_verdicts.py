"""What was foretold of one asset against what was said of it, case by case."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.review.contingency import Contingency
from twin.review.verdicts import Verdict, verdict_of

H = 3600


@pytest.mark.parametrize(("spans", "dark", "lit", "verdict", "error_s"), [
    ([(10 * H, 14 * H)], [11 * H], [9 * H], Verdict.HIT, 0),
    # Foretold at 10 h, last seen in service at 11 h: an hour too early at least.
    ([(10 * H, 14 * H)], [12 * H], [11 * H], Verdict.HIT, -H),
    # Foretold at 10 h, seen out at 9 h: an hour too late at least.
    ([(10 * H, 14 * H)], [9 * H], [8 * H], Verdict.HIT, H),
    # Nobody had seen it in service: too early by how much is not known.
    ([(10 * H, 14 * H)], [12 * H], [], Verdict.HIT, None),
    # Six hours apart is another outage than the one foretold.
    ([(10 * H, 11 * H)], [17 * H], [], Verdict.MISS, None),
    # Close enough: within two hours of its end.
    ([(10 * H, 11 * H)], [int(12.9 * H)], [], Verdict.HIT, None),
    ([], [5 * H], [4 * H], Verdict.MISS, None),
    ([(10 * H, 14 * H)], [], [11 * H], Verdict.FALSE_ALARM, None),
    # Seen in service before it should have been out: says nothing of the forecast.
    ([(10 * H, 14 * H)], [], [9 * H], Verdict.UNSEEN, None),
    # The end of what was foretold is no longer foretold.
    ([(10 * H, 14 * H)], [], [14 * H], Verdict.UNSEEN, None),
    ([], [], [9 * H], Verdict.QUIET, None)])
def test_a_verdict(spans: list[tuple[int, int]], dark: list[int], lit: list[int], verdict: Verdict,
                   error_s: int | None) -> None:
    found = verdict_of(spans, dark, lit)
    assert (found[0], found[2]) == (verdict, error_s)


@given(st.lists(st.integers(0, 90_000), max_size=5), st.lists(st.integers(0, 90_000), max_size=5))
def test_silence_never_counts(dark: list[int], lit: list[int]) -> None:
    """What nobody spoke of while it counted is neither a hit nor a false alarm, whatever was foretold."""
    verdict, _, _ = verdict_of([(100_000, 110_000)], [], sorted(lit))
    assert verdict is Verdict.UNSEEN
    # Words of darkness alone never make a false alarm, words of light alone never a hit or a miss.
    assert verdict_of([(40_000, 50_000)], sorted(dark), [])[0] is not Verdict.FALSE_ALARM
    assert verdict_of([(40_000, 50_000)], [], sorted(lit))[0] not in (Verdict.HIT, Verdict.MISS)


def test_scores_of_nothing_are_no_number() -> None:
    none = Contingency()
    assert all(isnan(value) for value in (none.pod, none.far, none.csi))
    assert (Contingency(hits=1) + Contingency(misses=2)).pod == pytest.approx(1 / 3)
