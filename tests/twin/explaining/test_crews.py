"""What a repair waits for, and who is at it, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.twin.crews.test_cases import BEGIN_S, PLAIN, STREETS, case, crews, night, town
from twin.explaining.explain import explain
from twin.results.result import Result
from twin.world.crews import StageRule


def said(result: Result, asset: str, at_s: int, lang: str) -> str:
    return "\n".join(explain(result, asset, lang, at_s + BEGIN_S).paragraphs).replace("\u00a0", " ").replace(
        "\u202f", " ")


@pytest.mark.parametrize(("lang", "words"), [
    ("fr", "La remise en service attend une équipe (l’armoire d’éclairage A3). 1 est à A1 jusqu’à 18 h 59 et 2 est à "
           "A2 jusqu’à 19 h 30."),
    ("en", "Return to service waits for a crew at lighting cabinet A3. 1 is at A1 until 18:59 and 2 is at A2 until "
           "19:30.")])
def test_waiting_for_a_crew_names_where_crews_are(lang: str, words: str) -> None:
    assert words in said(case(2), "A3", 5000, lang)


@pytest.mark.parametrize(("lang", "words"), [
    ("fr", "attend l’accès (l’armoire d’éclairage A3) : tous les chemins qui y mènent sont sous l’eau ou fermés. Selon "
           "le calcul, une équipe s’en charge : 19 h 21."),
    ("en", "waits for access to lighting cabinet A3: each way there is under water or closed. By the run a crew sets "
           "out for it at 19:21.")])
def test_waiting_for_access(lang: str, words: str) -> None:
    ways = {name: way for name, way in STREETS.items() if name != "D-A3"}
    assert words in said(case(2, ways=ways), "A3", 11_000, lang)


@pytest.mark.parametrize(("rule", "french", "english"), [
    (StageRule(part="contacteur"), "attend une pièce (l’armoire d’éclairage A1) : contacteur. Livraison : 17 h 23.",
     "waits for a part for lighting cabinet A1: contacteur. A delivery comes at 17:23."),
    (StageRule(skill="BC"), "attend une équipe habilitée BC (l’armoire d’éclairage A1) : il n’y en a pas.",
     "waits for a crew qualified BC at lighting cabinet A1: there is none."),
    (StageRule(dark=False), "attend le jour (l’armoire d’éclairage A1). Lever du soleil : lundi",
     "waits for daylight at lighting cabinet A1. The sun rises at Monday")])
def test_other_waits(rule: StageRule, french: str, english: str) -> None:
    city = town({"replace": 1000}, ["A1"])
    plan = crews(1, travel="none", stages=(*PLAIN, ("cabinet", "replace", rule)), stock=(("contacteur", 0),),
                 deliveries=(("contacteur", 5000, 1),))
    # With parts to come at once daylight is already over where it counts.
    ready = 4000 if not rule.dark else 0
    result = night(city, {"A1": ready}, plan)
    assert french in said(result, "A1", ready + 10, "fr")
    assert english in said(result, "A1", ready + 10, "en")


def test_programs_read_what_is_waited_for() -> None:
    waits = explain(case(2), "A3", "en", 5000 + BEGIN_S).to_dict()["waits_for"]
    assert (waits["asset"], waits["stage"], waits["for"]) == ("A3", "crew", "crew")
    assert waits["next"] == "2026-11-22T18:59:40+01:00"
    works = explain(case(2), "A1", "en", 5000 + BEGIN_S).to_dict()["waits_for"]
    assert (works["stage"], works["crew"], works["planned_until"]) == ("replace", "1", "2026-11-22T18:59:40+01:00")


def test_stages_say_who_is_at_them() -> None:
    city = town({"inspect": 1000, "clean_dry": 2000, "re_energise": 500}, ["A1"])
    stages = (*PLAIN, ("cabinet", "clean_dry", StageRule(crew=False)), ("cabinet", "re_energise", StageRule(fails=1.0)))
    result = night(city, {"A1": 0}, crews(1, travel="none", stages=stages))
    assert "Étape pour l’armoire d’éclairage A1 : contrôle, 1, prévue jusqu’à 16 h 18." in said(result, "A1", 10, "fr")
    assert "Stage for lighting cabinet A1: cleaning and drying, which needs no crew." in said(result, "A1", 1500, "en")


def test_what_is_not_ours_waits_for_its_operator() -> None:
    city = town({"replace": 1000}, ["A1"])
    result = night(city, {"S": 0, "A1": 0}, crews(1, travel="none"))
    assert "attend le gestionnaire : aucune équipe de ce plan n’en est chargée." in said(result, "S", 100, "fr")
    assert "It waits for its operator: no crew of this plan mends it." in said(result, "S", 100, "en")


def test_crews_that_are_kept_and_hours_that_do_not_suffice() -> None:
    city = town({"replace": 4000}, ["A1", "A2"])
    kept = night(city, {"A1": 0, "A2": 0}, crews(2, travel="none", reserve=1, priority=(("A1", 1), ("A2", 1))))
    assert ("attend une équipe (l’armoire d’éclairage A2) : celles qui sont libres sont réservées aux urgences. 1 est "
            "à A1 jusqu’à") in said(kept, "A2", 100, "fr")
    plan = crews(1, travel="none")
    shifts = ((0, 3000), (20_000, 60_000))
    short = night(city, {"A1": 0}, replace(plan, crews=(replace(plan.crews[0], shifts=shifts),)))
    assert ("waits for a crew whose hours suffice for the work at lighting cabinet A1. The next shift begins at 21:33."
            ) in said(short, "A1", 100, "en")
