"""The work of crews in lines: bars, visits, positions, and what waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.twin.crews.test_cases import BEGIN_S, case, crews
from twin.explaining.crew_lines import crew_lines
from twin.results.queue import queue_at
from twin.results.result import Result


@pytest.fixture(scope="module")
def result() -> Result:
    return case(2)


def lines(result: Result, lang: str, at_s: int | None = None) -> list[str]:
    return [line.text.replace("\u00a0", " ").replace("\u202f", " ")
            for line in crew_lines(result, lang, None if at_s is None else at_s + BEGIN_S)]


def test_each_crew_has_a_bar_and_its_visits(result: Result) -> None:
    told = lines(result, "fr")
    assert told[0].startswith("16 h 00 à lundi 8 h 40 : ▒ en route")
    assert told[1].startswith("|█████████████▒")
    assert told[1].endswith("| 1")
    assert "  de 16 h 04 à 18 h 59 : remplacement des pièces, l’armoire d’éclairage A1" in told
    assert "  de 18 h 59 à 19 h 10 : accès de l’équipe, l’armoire d’éclairage A3 (X-A1, D-X, D-A3)" in told
    assert told[-1] == "Rien n’attend : lundi 8 h 40."


def test_at_a_moment_it_tells_where_they_are_and_what_waits(result: Result) -> None:
    assert lines(result, "en", 5000) == [
        "1: 16:04 to 18:59: replacement of parts, lighting cabinet A1",
        "2: 16:35 to 19:30: replacement of parts, lighting cabinet A2", "At 17:25 1 repair waits for a crew."]
    queue = queue_at(result.trace, 5000 + BEGIN_S)
    assert [str(result.city.assets.id[row]) for row in queue.asset] == ["A3"]


def test_a_derogation_is_said_first() -> None:
    plan = crews(2, derogation="maire, crue centennale")
    result = case(2)
    result = replace(result, plan=replace(result.plan, crews=plan))
    first = crew_lines(result, "fr")[0]
    assert first.text.replace("\u00a0", " ") == (
        "Horaires au-delà des limites, par dérogation : maire, crue centennale")
    assert first.is_alarm


def test_a_run_without_crews_says_so() -> None:
    result = case(2)
    result = replace(result, plan=replace(result.plan, crews=None))
    assert lines(result, "en") == ["This run has no crews: repairs begin as soon as the water has left."]
