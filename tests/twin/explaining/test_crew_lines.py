"""The work of crews in lines: bars, visits, positions, and what waits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.twin.crews.test_cases import BEGIN_S, case, crews
from twin.explaining.crew_lines import crew_lines, return_lines
from twin.explaining.first_lines import first_lines
from twin.results.queue import queue_at
from twin.results.result import Result
from twin.results.returns import Returns
from twin.results.summary import summarise
from twin.world.assets import Labels


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
    assert told[-1] == "lundi 8 h 40 : rien n’attend."


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


def test_streets_come_back_within_a_range() -> None:
    result = case(2)
    returns = Returns(p50_s=result.outages.end_s, p90_s=result.outages.end_s, samples=10,
                      street=np.array([0, 1, 2], np.int32), street_p50_s=np.array([1000, 5000, -1]),
                      street_p90_s=np.array([2000, -1, -1]))
    street = Labels.of(["Rue A", "Rue B", "Rue C", *[""] * (len(result.city.assets) - 3)])
    result = replace(result, returns=returns,
                     city=replace(result.city, assets=result.city.assets.replaced(street=street)))
    told = [line.text.replace("\u00a0", " ") for line in return_lines(result, "fr")]
    assert told == [
        "Retour de toutes les lampes, par rue, sur 10 nuits : une chance sur deux, neuf sur dix",
        "  Rue A : entre 16 h 15 et 16 h 45", "  Rue B : après 17 h 15, peut-être pas pendant la durée calculée",
        "  Rue C : pas pendant la durée calculée"]
    assert return_lines(case(2), "en")[0].text == "No nights were drawn: there are no ranges of return."


def test_the_first_lines_tell_of_crews_and_of_what_still_waits() -> None:
    result = case(1, policy="list", order=("A3",))
    kinds = result.city.assets.kinds
    short = replace(result, plan=replace(result.plan, duration_s=20_000))
    told = [line.text.replace("\u00a0", " ") for line in first_lines(summarise(short), kinds, "fr")]
    assert "1 équipe ; à la fin 1 réparation est en attente : 1 attend une équipe" in told


def test_a_run_without_crews_says_so() -> None:
    result = case(2)
    result = replace(result, plan=replace(result.plan, crews=None))
    assert lines(result, "en") == ["This run has no crews: repairs begin as soon as the water has left."]
