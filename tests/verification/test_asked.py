"""Outputs of nights put to the question at drawn seconds, against the tables of their folders alone: none may differ.

The whole round is run by hand with seeds of one's own (``tests/verification/asked.py``); here it is a small one.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from scenarios import shipped
from tests.nights import LIVED_NIGHT, night
from tests.verification.asked import Asked, ask_night, moments
from tests.verification.asked_plans import asked_of_plans
from tests.verification.asked_tables import NEVER, Tables
from tests.viewer.page_browser import chromium

#: Few for every change; all of them for `make verify`.
FEW = ("ouche-q10", "valmont-preventive-cut")


def told_otherwise(name: str, seed: int, seconds: int, assets: int, browser: Any = None) -> list[str]:
    """Ask about a night, and give what was answered otherwise."""
    asked = Asked()
    ask_night(asked, night(name).path, random.Random(seed), seconds, assets, browser)
    assert asked.of["result"] > 1000
    return [f"{n} {what} {asked.first[what]}" for what, n in asked.otherwise.items()]


@pytest.mark.parametrize("name", FEW)
def test_outputs_answer_as_the_tables(name: str) -> None:
    assert told_otherwise(name, 1201, 3, 20) == []


@pytest.mark.verify
@pytest.mark.browser
@pytest.mark.parametrize("name", [*sorted(shipped()), LIVED_NIGHT])
def test_outputs_and_pages_of_every_night_answer_as_the_tables(name: str) -> None:
    with chromium() as browser:
        assert told_otherwise(name, 1202, 12, 60, browser) == []


@pytest.mark.parametrize("second", ["ouche-q100-levee", "ouche-q100-crews"])
def test_a_comparison_counts_as_the_tables_of_both(second: str) -> None:
    asked = Asked()
    asked_of_plans(asked, night("ouche-q100").path, night(second).path, random.Random(1203), 200)
    assert [f"{n} {what} {asked.first[what]}" for what, n in asked.otherwise.items()] == []


def test_a_wrong_answer_is_found() -> None:
    """The same night with one outage less in its table: list, counts, explanation and papers then say otherwise."""
    tables = Tables(night("ouche-q10").path)
    t_s = moments(tables, random.Random(3), 9)[4]
    whole = tables.condition(t_s)
    at = tables.outages.at(t_s)
    assert len(at), "somebody is out"
    tables.outages.start[at[0]] = NEVER
    assert (tables.condition(t_s) != whole).sum() == 1


def test_seconds_that_are_drawn_hold_every_edge() -> None:
    """Start, horizon, issue, midnight, quarters and minutes: all lie within the run."""
    tables = Tables(night("ouche-q10").path)
    drawn = {one for seed in range(9) for one in moments(tables, random.Random(seed), 600)}
    midnight = 8 * 3600
    assert {0, midnight - 1, midnight, midnight + 1, tables.horizon_s} <= drawn
    assert min(drawn) >= 0
    assert max(drawn) <= tables.horizon_s
