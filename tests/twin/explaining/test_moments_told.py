"""Moments and causes as they are told: the hour of the change of the clock, and a doubt that changes its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.nights import LIVED_NIGHT, night
from twin.explaining.explain import explain
from twin.explaining.listed import listed_rows
from twin.results.listing import listing

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("start", ["2026-10-24T16:00+02:00", "2027-03-27T16:00+01:00"])
def test_an_explanation_tells_moments_after_the_change_of_the_clock_right(start: str) -> None:
    """A-012 is out from the evening until noon of the next day: the clock has changed in between."""
    result = night("ouche-q10").result
    begins = datetime.fromisoformat(start)
    moved = replace(result, plan=replace(result.plan, start=begins))
    row = result.city.assets.row("A-012")
    own = next(o for o in (result.outages[k] for k in range(len(result.outages))) if o.asset == row)
    told = explain(moved, "A-012", "en", own.start_s).to_dict()

    def moment(seconds: int) -> str:
        return (begins.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(PARIS).isoformat()

    assert (told["outage"]["start"], told["outage"]["end"]) == (moment(own.start_s), moment(own.end_s))
    assert told["outage"]["end"][-6:] != told["outage"]["start"][-6:], "another offset"
    assert told["at"] == moment(own.start_s)
    times = [one["time"] for one in _walk(told["causes"])]
    assert times
    assert all(datetime.fromisoformat(one) <= begins + timedelta(seconds=own.start_s) for one in times)


def _walk(cause: dict[str, Any]) -> list[dict[str, Any]]:
    return [cause, *(one for child in cause["causes"] for one in _walk(child))]


def test_a_list_tells_why_by_what_is_in_force() -> None:
    """B-0562 may be out by P-12 from 22:20, and from 23:52 by the water in it: list and explanation say the latter."""
    result = night(LIVED_NIGHT).result
    row = result.city.assets.row("B-0562")
    before, after = ((result.doubts[k].start_s, str(result.city.assets.id[result.doubts[k].root]))
                     for k in range(len(result.doubts)) if result.doubts.asset[k] == row)
    assert [before[1], after[1]] == ["P-12", "B-0562"]
    for t_s, root in ((after[0] - 1, "P-12"), (after[0], "B-0562"), (after[0] + 1, "B-0562")):
        found = listing(result, t_s, kinds=["building"])
        one, said = next((one, said) for one, said in zip(found.rows, listed_rows(found, "fr"), strict=True)
                         if one.asset.id == "B-0562")
        assert one.root is not None
        assert one.root.id == root, t_s
        assert one.since_s == before[0], "since the earliest moment, as everywhere"
        assert (said.why == "Inondé") == (root == "B-0562"), said.why
        assert ("P-12" in explain(result, "B-0562", "fr", t_s).sentence) == (root == "P-12")
