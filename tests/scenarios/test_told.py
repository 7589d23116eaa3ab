"""Texts of a scenario in both languages: kept in the plan, told in the language that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.demo_town import valmont
from scenarios import load_scenario, prepare
from scenarios.load import shipped
from scenarios.reading import read_document
from tests.nights import night
from tests.scenarios.conftest import HEAD
from twin.errors import InputError
from twin.explaining.listed import listed_heading
from twin.explaining.measured import measure_lines
from twin.results.listing import listing
from twin.world.plan import Plan

BOTH = HEAD.replace("scenario: Nuit de crue", "scenario: {fr: Nuit de crue, en: Night of flood}")
MEASURE = """\
measures:
  - {cut: A-012, at: "18:30", by: {fr: régie, en: the city}, name: {fr: coupure préventive, en: preventive cut}}
"""


@pytest.fixture
def plan_of(write: Callable[..., Path]) -> Callable[..., Plan]:
    return lambda text="", head=BOTH: prepare(load_scenario(write(text, head=head))).plan


def test_a_text_is_told_in_the_language_asked_for(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(MEASURE)
    assert (plan.name, plan.told(plan.name, "fr"), plan.told(plan.name, "en")) == (
        "Nuit de crue", "Nuit de crue", "Night of flood")
    assert plan.told("said by nobody", "en") == "said by nobody"
    city = valmont().city
    assert "(preventive cut, city)" in measure_lines(plan, city, "en")[1].text
    assert "(coupure préventive, ville)" in measure_lines(plan, city, "fr")[1].text


def test_one_language_is_as_it_was(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(head=HEAD)
    assert plan.texts == ()
    assert "texts" not in plan.to_dict(), "a plan keeps the digest that it had"
    assert plan.told(plan.name, "en") == "Nuit de crue"


def test_both_come_back_from_the_run_folder_and_stand_in_its_lists() -> None:
    from geodata.run.manifest import plan_of as read_plan

    plan = night("ouche-q100").result.plan
    assert plan.texts
    assert read_plan(plan.to_dict()) == plan
    listed = listing(night("ouche-q100").result, 6 * 3600)
    assert listed_heading(listed, "en").startswith("Hundred-year flood of the Ouche (simulation)")
    assert listed_heading(listed, "fr").startswith("Crue centennale de l’Ouche")


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_named_in_both_languages(name: str) -> None:
    document = read_document(shipped()[name])
    assert set(document.data["scenario"]) == {"fr", "en"}
    said = [entry[key] for part in ("measures", "events", "facts") for entry in document.data.get(part, ())
            for key in ("name", "by", "reason", "note") if key in entry]
    assert all(set(text) == {"fr", "en"} for text in said)


@pytest.mark.parametrize(("head", "text", "message"), [
    (HEAD.replace("Nuit de crue", "{fr: Crue}"), "", "found keys fr; expected a text, or one in each language"),
    (HEAD.replace("Nuit de crue", "{fr: Crue, en: \"\"}"), "", "an empty text"),
    (HEAD.replace("Nuit de crue", "{fr: Crue, de: Flut}"), "", "keys fr, de"),
    (HEAD, MEASURE + "  - {cut: A-013, at: \"18:30\", name: {fr: coupure préventive, en: power cut}}\n",
     "'power cut' for 'coupure préventive', which is 'preventive cut' elsewhere"),
    (HEAD, "crews: {travel: none, teams: [{id: E1, base: S-14}], part_names: {vis: {fr: vis, en: screw}}}\n",
     "part 'vis', which no stage uses up"),
    (HEAD, "crews: {travel: none, teams: [{id: E1, base: S-14}], part_names: {vis: screw}}\n",
     "a text in each language")])
def test_what_is_no_pair_of_texts_is_refused(plan_of: Callable[..., Plan], head: str, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(text, head=head)
    assert message in str(caught.value)
    assert "night.scenario.yaml:" in str(caught.value)
