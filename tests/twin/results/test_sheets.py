"""Crew sheets: visits in order, the way street by street, what is done there, what must not be re-energised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.twin.crews.test_cases import BEGIN_S, STREETS, case, crews, night, streets, town
from twin.access.by_street import StreetLeg
from twin.codes import Action
from twin.explaining.listed import teller_of
from twin.explaining.sheeted import _leg, sheet_lines, sheet_page
from twin.results.sheets import sheets
from twin.world.crews import StageRule
from twin.world.plan import Declared


def test_a_sheet_has_the_visits_of_its_crew_with_the_way_street_by_street() -> None:
    result = case(2)
    access = streets(result.city)
    first, second = sheets(result, access, BEGIN_S)
    ids = result.city.assets.id
    assert [[ids[row] for row in visit.assets] for visit in first.visits] == [["A1"], ["A3"]]
    assert [[ids[row] for row in visit.assets] for visit in second.visits] == [["A2"]]
    a3 = first.visits[1]
    assert (a3.leaves_s - BEGIN_S, a3.arrives_s - BEGIN_S, a3.ends_s - BEGIN_S) == (10_680, 11_340, 21_840)
    assert (a3.origin, [ids[row] for row in a3.circuits], a3.stages) == ("A1", ["S"], ("replace",))
    # At 30 km/h: 1,000 m in 120 s, 500 m in 60 s, then 4,000 m.
    assert [(leg.street, leg.length_m, leg.enters_s - BEGIN_S, leg.depth_m) for leg in a3.legs] == [
        ("X-A1", 1000, 10_680, 0.0), ("D-X", 500, 10_800, 0.0), ("D-A3", 4000, 10_860, 0.0)]
    assert a3.is_not_to_be_re_energised


def test_water_on_the_way_is_told_on_arrival_and_now() -> None:
    result = case(2, ways={name: way for name, way in STREETS.items() if name != "D-A3"})
    access = streets(result.city, {name: way for name, way in STREETS.items() if name != "D-A3"})
    first, second = sheets(result, access, BEGIN_S + 3600)
    visit = next(visit for sheet in (first, second) for visit in sheet.visits
                 if result.city.assets.id[visit.assets[0]] == "A3")
    assert [(leg.street, leg.depth_m, leg.now_m) for leg in visit.legs][-1] == ("X-A3", 0.29, 0.45)
    assert visit.leaves_s - BEGIN_S == 12_000


def test_what_is_over_is_counted() -> None:
    result = case(2)
    first, second = sheets(result, streets(result.city), BEGIN_S + 13_000)
    assert (first.past, len(first.visits), second.past, len(second.visits)) == (1, 1, 1, 0)
    said = sheet_lines(sheet_page(second, "en"))
    assert "The run has no visit for this crew from now on." in said
    assert "1 visit is over by the run." in said


def test_water_that_comes_back_ends_a_visit_and_the_sheet_says_so() -> None:
    city = town({"inspect": 1000, "replace": 4000}, ["A1"])
    result = night(city, {"A1": [(-BEGIN_S, 0), (2500, 3000)]}, crews(1, travel="none"))
    sheet, = sheets(result, None, BEGIN_S + 100)
    assert [(visit.is_undone, visit.stages, visit.ends_s - BEGIN_S) for visit in sheet.visits] == [
        (True, ("inspect", "replace"), 2500), (False, ("inspect", "replace"), 8000)]
    assert any(line.startswith("D’après le calcul, l’eau revient à A1 (") for line in sheet_page(sheet, "fr").warnings)


def test_stages_parted_by_drying_are_two_visits() -> None:
    city = town({"inspect": 1000, "clean_dry": 2000, "re_energise": 500}, ["A1"])
    stages = (("cabinet", "inspect", StageRule()), ("cabinet", "clean_dry", StageRule(crew=False)),
              ("cabinet", "re_energise", StageRule()))
    sheet, = sheets(night(city, {"A1": 0}, crews(1, travel="none", stages=stages)), None, BEGIN_S)
    assert [(visit.stages, visit.leaves_s - BEGIN_S, visit.ends_s - BEGIN_S) for visit in sheet.visits] == [
        (("inspect",), 0, 1000), (("re_energise",), 3000, 3500)]


@pytest.mark.parametrize(("lang", "row"), [
    ("fr", ("2", "18\u00a0h\u00a059, 19\u00a0h\u00a010, 22\u00a0h\u00a005", "Armoire d’éclairage A3", "S",
            "remplacer ce que l’eau a atteint", "de A1 → X-A1 → D-X → D-A3", "au sec")),
    ("en", ("2", "18:59, 19:10, 22:05", "Lighting cabinet A3", "S", "replace what water reached",
            "from A1 → X-A1 → D-X → D-A3", "dry"))])
def test_a_sheet_speaks_both_languages(lang: str, row: tuple[str, ...]) -> None:
    result = case(2)
    page = sheet_page(sheets(result, streets(result.city), BEGIN_S + 3600)[0], lang, {"E2": "06 00"})
    found = list(page.rows[1])
    found[2] = found[2].split(", ")[0]
    assert tuple(found) == row
    assert page.phones == (("E2", "06 00"),)
    assert len(page.headings) == len(page.rows[0])


def test_without_crews_there_are_no_sheets() -> None:
    from dataclasses import replace

    result = case(1)
    assert sheets(replace(result, plan=replace(result.plan, crews=None)), None, 0) == ()


def test_a_repair_behind_a_dead_supply_says_before_which_return_it_has_no_effect() -> None:
    city = town({"inspect": 1000, "re_energise": 500}, ["A1"])
    supply = city.assets.row("S")
    result = night(city, {"A1": 0}, crews(1, travel="none"), declared=(
        Declared(at_s=0, action=Action.FAIL, asset=supply), Declared(at_s=50_000, action=Action.RESTORE, asset=supply)))
    sheet, = sheets(result, None, BEGIN_S)
    visit = sheet.visits[-1]
    assert (visit.stages[-1], visit.ends_s < 50_000) == ("re_energise", True)
    assert (visit.held_by, visit.held_until_s) == (supply, 50_000)
    page = sheet_page(sheet, "fr")
    assert "A1\u00a0: sans effet avant le retour de S (vers lundi 6\u00a0h\u00a000)." in page.warnings
    assert page.rows[-1][4].endswith("sans effet avant le retour de S")
    without = night(city, {"A1": 0}, crews(1, travel="none"))
    assert {visit.held_by for visit in sheets(without, None, BEGIN_S)[0].visits} == {-1}


def test_a_crew_without_a_word_to_do_is_told_why() -> None:
    """C1's first crew at 10,680 s: A3 is ready, the streets are open; before the water leaves, it waits."""
    result = night(town({"inspect": 1000}, ["A1", "A2"]), {"A1": 3000, "A2": 3000}, crews(1, travel="none"))
    sheet, = sheets(result, None, BEGIN_S + 1000)
    assert sheet.waits == (("recede", 2),)
    page = sheet_page(sheet, "en")
    assert any(line.startswith("Nothing to do before ") and line.endswith(": 2 repairs wait for the water to fall.")
               for line in page.facts)
    busy, = sheets(result, None, BEGIN_S + 3500)
    assert not any(line.startswith("Nothing to do") for line in sheet_page(busy, "en").facts)


def test_a_crew_sent_ahead_says_so() -> None:
    plan = crews(1, travel="none")
    city = town({"inspect": 1000}, ["A1"])
    result = night(city, {"A1": 0}, replace(plan, crews=(replace(plan.crews[0], stands_at="A1"),)))
    sheet, = sheets(result, None, BEGIN_S)
    assert sheet_page(sheet, "fr").facts[0].startswith("2 personnes, base D, envoyée d’avance à A1")


@pytest.mark.parametrize(("deepest_m", "least_m", "said"), [
    (0.199, 0.199, "X (under 0.20 m)"), (0.194, 0.194, "X (0.19 m)"), (0.195, 0.02, "X (under 0.20 m in places)"),
    (0.12, 0.0, "X (0.12 m in places)"), (0.001, 0.001, "X")])
def test_a_depth_is_never_rounded_to_the_limit_of_a_street_that_is_open(deepest_m: float, least_m: float, said: str
                                                                       ) -> None:
    leg = StreetLeg(street="X", length_m=10.0, enters_s=0, depth_m=deepest_m, now_m=deepest_m, least_m=least_m,
                    limit_m=0.2, is_bridge=False)
    told = _leg(teller_of(case(2), "en"), leg).replace("\u00a0", " ")
    assert told.replace(f" / {round(deepest_m + 1e-9, 2):.2f} m", "") == said


def test_what_only_controls_a_signal_does_not_feed_it() -> None:
    from tests.nights import night
    from twin.results.sheets import _circuits

    result = night("ouche-q100").result
    ids = result.city.assets.id
    assert [str(ids[row]) for row in _circuits(result, (result.city.assets.row("F-02"),))] == ["A-028"], "not F-01"
