"""Measures about crews, parts and streets: the same night as their keys of the scenario, told, compared, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geodata.run.folder import read_run
from geodata.run.roads import access_of
from scenarios import load_scenario, prepare, run_scenario
from scenarios.running import Finished
from tests.scenarios.conftest import HEAD
from twin.engine.variants import Base
from twin.errors import InputError
from twin.explaining.compared import compared_lines
from twin.explaining.measured import measure_lines
from twin.results.compare import compare
from twin.world.closing import CloseStreet
from twin.world.crew_edits import ExtraCrew, ExtraStock, PrePosition
from twin.world.plan import Plan

LEVELS = Path(__file__).parents[2] / "scenarios" / "ouche-q100.csv"
WATER = f"flood: {{river_stage: {{river: ouche, gauge: pont-neuf, levels: {LEVELS}, datum: gauge}}}}\n"
TEAMS = """\
access: {CLOSED}
crews:
  policy: most_lamps
  teams:
    - {id: E1, base: S-14, called: "17:30", recall: 30min}
    - {id: E2, base: S-14, called: "17:30", recall: 30minAHEAD}
MORE
  stages: {cabinet: {replace: {part: contacteur}}}
  stock: {contacteur: COUNT}
DELIVERIES
"""
#: Each measure with what the keys say for the same night.
CREW = "{id: E5, base: S-12, people: 3, hours: [[\"2026-11-23T07:00\", \"2026-11-23T17:00\"]]}"
SAME = {
    "{pre_position: E2, place: S-12, at: \"17:00\", lead: 30min}": {"AHEAD": ", ahead: S-12"},
    f"{{extra_crew: {CREW}}}": {"MORE": f"    - {CREW}"},
    "{extra_stock: {contacteur: 3}}": {"COUNT": "5"},
    "{extra_stock: {contacteur: 4}, at: \"2026-11-23T09:00\"}": {
        "DELIVERIES": "  deliveries: [{part: contacteur, at: \"2026-11-23T09:00\", count: 4}]"},
    "{close_street: Rue du Grand-Pont, at: \"19:00\", until: \"2026-11-23T07:00\", by: police}": {
        "CLOSED": "closed: [{street: Rue du Grand-Pont, at: \"19:00\", until: \"2026-11-23T07:00\", by: police}]"}}


def text_of(measures: str = "", **said: str) -> str:
    keys = {"AHEAD": "", "MORE": "", "COUNT": "2", "DELIVERIES": "", "CLOSED": ""} | said
    text = TEAMS
    for key, value in keys.items():
        text = text.replace(key, value)
    return text.replace("\n\n", "\n") + (f"measures:\n  - {measures}\n" if measures else "")


@pytest.fixture
def plan_of(write: Callable[..., Path]) -> Callable[[str], Plan]:
    return lambda text: prepare(load_scenario(write(text, head=HEAD))).plan


@pytest.fixture
def run(write: Callable[..., Path]) -> Callable[[str], Finished]:
    head = HEAD.replace("36h", "36h\nseed: 7")
    return lambda text: run_scenario(load_scenario(write(WATER + text, head=head)), picture=False)


def base_of(finished: Finished, folder: Path) -> Base:
    kept = read_run(finished.write(folder / "run"))
    return Base(kept.result, access_of(kept))


@pytest.mark.parametrize("measure", SAME)
def test_a_measure_says_the_same_as_the_key(plan_of: Callable[[str], Plan], measure: str) -> None:
    as_measure, as_key, without = plan_of(text_of(measure)), plan_of(text_of(**SAME[measure])), plan_of(text_of())
    assert len(as_measure.measures) == 1
    assert replace(as_measure, measures=()) == as_key
    assert as_key != without


def test_each_is_said_in_both_languages(plan_of: Callable[[str], Plan]) -> None:
    from geodata.demo_town import valmont

    def said(measure: str, lang: str) -> str:
        return measure_lines(plan_of(text_of(measure)), valmont().city, lang)[1].text.strip().replace("\u00a0", " ")

    assert [said(measure, "en") for measure in SAME] == [
        "crew E2 sent to S-12 before its first shift (city); to be ordered before 16:30",
        "one crew more, E5, 3 people, from S-12 (city)",
        "more in stock: 3 contacteur (city)",
        "more in stock: 4 contacteur, at Monday 09:00 (city)",
        "Rue du Grand-Pont closed from 19:00 to Monday 07:00 (city)"]
    assert [said(measure, "fr") for measure in SAME] == [
        "équipe E2 envoyée à S-12 avant sa première prise de poste (ville) ; à ordonner avant 16 h 30",
        "une équipe de plus, E5, 3 personnes, depuis S-12 (ville)",
        "en plus au stock : 3 contacteur (ville)",
        "en plus au stock : 4 contacteur, à lundi 9 h 00 (ville)",
        "Rue du Grand-Pont : fermeture de 19 h 00 à lundi 7 h 00 (ville)"]


def test_a_crew_more_is_compared_with_the_night_without(run: Callable[[str], Finished], tmp_path: Path) -> None:
    before, after = run(text_of()), run(text_of(f"{{extra_crew: {CREW}}}"))
    found = compare(before.result, after.result)
    assert found.unlike == (), "the same water and the same draws"
    a, b = found.figures["crew_hours"]
    assert b > a
    assert len(found.changes), "who repairs is told, and what it changes"
    lines = [line.text.replace("\u00a0", " ") for line in compared_lines(found, "fr")]
    assert "Seulement dans le second : une équipe de plus, E5, 3 personnes, depuis S-12." in lines
    assert "1 équipe diffère (E5)." in lines
    # As an edit of the run in memory: the same outages as the scenario with the measure.
    crew = after.result.plan.crews
    assert crew is not None
    five = crew.crews[-1]
    edit = ExtraCrew(five.id, five.base, five.people, five.skills, five.shifts)
    again = base_of(before, tmp_path).with_(edit)
    np.testing.assert_array_equal(again.result.outages.end_s, after.result.outages.end_s)


def test_a_street_closed_in_memory_is_closed_for_the_crews(run: Callable[[str], Finished], tmp_path: Path) -> None:
    before, after = run(text_of()), run(text_of(
        "{close_street: Rue du Grand-Pont, at: \"17:00\"}"))
    edit = CloseStreet("Rue du Grand-Pont", 3600)
    again = base_of(before, tmp_path).with_(edit)
    np.testing.assert_array_equal(again.result.outages.end_s, after.result.outages.end_s)
    assert again.base.access is not None
    assert again.access is not None
    assert (again.base.access.rules.closures, len(again.access.rules.closures)) == ((), 1), "the base keeps its streets"
    lines = [line.text for line in compared_lines(compare(before.result, after.result), "en")]
    assert "1 street is closed otherwise (Rue du Grand-Pont)." in lines or "No difference." in lines


@pytest.mark.parametrize(("measure", "message"), [
    ("{pre_position: E9, place: S-12}", "found crew 'E9'; expected a crew of the plan: E1, E2"),
    ("{pre_position: E2}", "'pre_position' without 'place'"),
    ("{pre_position: E2, place: S-99}", "'measures[0].place'"),
    ("{pre_position: E2, place: A-012-3}", "A-012-3, which has no position"),
    ("{pre_position: E2, place: S-12, at: \"21:00\"}", "'21:00', when the first shift of E2 has begun"),
    ("{extra_crew: {id: E1, base: S-14}}", "a second crew 'E1'"),
    ("{extra_crew: {id: E5}}", "no key 'base'"),
    ("{extra_crew: {id: E5, base: S-99}}", "'measures[0].extra_crew.base'"),
    ("{extra_crew: {id: E5, base: S-14, skills: [BX]}}", "skill 'BX'"),
    ("{extra_crew: {id: E5, base: S-14, hours: [[\"18:00\", \"20:00\"], [\"2026-11-22T19:00\", \"21:00\"]]}}",
     "a shift that begins before the one before it ends"),
    ("{extra_crew: {id: E5, base: S-14, hours: [[\"18:00\", \"07:00\"]]}}", "at most 10 h of work a day"),
    ("{extra_crew: {id: E5, base: S-14}, at: \"18:00\"}", "'at' beside 'extra_crew'"),
    ("{extra_stock: {contacteur: -2}}", "-2"),
    ("{extra_stock: {}}", "extra_stock"),
    ("{extra_stock: {fusible: 2}}", "part 'fusible', which no stage uses up; expected one of contacteur"),
    ("{close_street: Rue du Grand-Pond, at: \"18:00\"}", "Did you mean Rue du Grand-Pont"),
    ("{close_street: Rue du Grand-Pont}", "'close_street' without 'at'"),
    ("{close_street: Rue du Grand-Pont, at: \"18:00\", until: \"+1h\"}", "not after '18:00'")])
def test_what_does_not_fit_is_refused_at_its_place(plan_of: Callable[[str], Plan], measure: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(text_of(measure))
    assert message in str(caught.value)
    assert "night.scenario.yaml:" in str(caught.value)
    assert str(caught.value).count("; expected ") == 1, "said once"


@pytest.mark.parametrize(("measure", "message"), [
    ("{pre_position: E2, place: S-12}", "a night whose crews are unlimited"),
    ("{extra_crew: {id: E5, base: S-14}}", "a night whose crews are unlimited"),
    ("{extra_stock: {contacteur: 2}}", "a night whose crews are unlimited"),
    ("{close_street: Rue du Grand-Pont, at: \"18:00\"}", "a night that computes no streets")])
def test_a_night_without_crews_has_none_to_send(plan_of: Callable[[str], Plan], measure: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(f"measures:\n  - {measure}\n")


def test_a_skill_and_a_part_may_come_with_a_measure(plan_of: Callable[[str], Plan]) -> None:
    needs = text_of(COUNT="0")
    with pytest.raises(InputError, match="of which there is none"):
        plan_of(needs)
    assert plan_of(text_of("{extra_stock: {contacteur: 3}}", COUNT="0")).crews is not None
    none = text_of().replace("base: S-14,", "base: S-14, skills: [BS],")
    with pytest.raises(InputError, match="no crew with BR"):
        plan_of(none)
    with_one = text_of("{extra_crew: {id: E5, base: S-14}}").replace(
        "    - {id: E1, base: S-14,", "    - {id: E1, base: S-14, skills: [BS],").replace(
        "    - {id: E2, base: S-14,", "    - {id: E2, base: S-14, skills: [BS],")
    assert plan_of(with_one).crews is not None


def test_an_edit_refuses_what_the_plan_cannot_take(plan_of: Callable[[str], Plan]) -> None:
    from geodata.demo_town import valmont

    plan, city = plan_of(text_of()), valmont().city
    for edit, said in ((ExtraStock("contacteur", 0), "one or more"),
                       (PrePosition("E2", "S-99"), "S-99"),
                       (ExtraCrew("E5", "S-14", 2, ("BR",), ()), "a crew without hours"),
                       (ExtraCrew("E5", "S-14", 2, ("BX",), ((0, 9),)), "skill 'BX'"),
                       (CloseStreet("Rue du Grand-Pont", -1), "a moment of the run"),
                       (CloseStreet("Rue du Grand-Pont", 9, 3), "a moment after it")):
        with pytest.raises(InputError, match=said):
            edit.apply(plan, city)
