"""Access on the built-in town: the last moment to act is that of the road where the road closes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from geodata.demo_town import valmont
from geodata.street_network import Streets
from scenarios import Scenario, run_scenario
from scenarios.running import Finished
from twin.access.access import Access
from twin.errors import InputError
from twin.explaining.first_lines import first_lines
from twin.explaining.listed import listed_rows, teller_of
from twin.explaining.way_words import way_lines
from twin.results.acts import at
from twin.results.listing import listing
from twin.results.reach import Reach
from twin.results.summary import summarise
from twin.world.access import AccessRules


@pytest.fixture(scope="module")
def night(scenario_of_night: Callable[..., Scenario]) -> Finished:
    return run_scenario(scenario_of_night(), picture=False)


@pytest.fixture(scope="module")
def scenario_of_night(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scenario]:
    from scenarios import load_scenario, shipped

    levels = shipped()["ouche-q100"].with_name("ouche-q100.csv")

    def make(**more: Any) -> Scenario:
        import json

        told: dict[str, Any] = {
            "scenario": "Crue", "city": "valmont", "start": "2026-11-22T16:00+01:00", "duration": "36h",
            "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "levels": str(levels), "datum": "gauge"}},
            "access": {"day_m": 0.30, "night_m": 0.30, "bases": "S-14"}, **more}
        path = tmp_path_factory.mktemp("night") / "night.yaml"
        path.write_text(json.dumps(told), encoding="utf-8")
        return load_scenario(path)

    return make


def test_the_last_moment_is_that_of_the_road_where_it_closes_first(night: Finished) -> None:
    rows = {row["asset"]: row for row in night.result.indicators["last_moment_to_act"]["rows"]}
    cabinet = rows["A-093"]
    assert cabinet["binds"] == "access"
    assert cabinet["access_lost"][11:16] == "19:05"
    assert cabinet["touched_at"][11:16] == "23:25"
    until = datetime.fromisoformat(cabinet["access_until"])
    assert (until - datetime.fromisoformat(cabinet["act_before"])).total_seconds() == cabinet["trip_s"] + 900
    assert rows["A-009"]["access_lost"][11:16] == "19:05"
    assert rows["A-012"]["binds"] == "touch"
    assert cabinet["by"][0] == "Rue du Pré-aux-Clercs"


def test_what_no_way_leads_to_is_neither_past_nor_ahead(night: Finished) -> None:
    told = at(night.result.indicators["last_moment_to_act"], "2026-11-22T18:30:00+01:00")
    assert [row["asset"] for row in told["unreachable"]] == ["A-029"]
    assert told["ahead"][0]["asset"] == "A-013"
    assert len(told["past"]) + len(told["ahead"]) == 31


def test_a_cluster_tells_when_to_leave_for_its_first_cause(night: Finished) -> None:
    cluster = next(c for c in night.result.indicators["clusters"] if c["from"][11:16] == "00:20")
    assert cluster["lamps"] == 188
    # Water comes at 00:20; the way is lost after 22:05.
    assert cluster["act_before"][11:16] < "22:05"
    assert cluster["act_before"] < cluster["from"]


def test_dry_cabinets_that_are_cut_off_are_told(night: Finished) -> None:
    access = night.result.indicators["access"]
    assert access["islands"]["cabinet"] == 68
    hospital = next(row for row in access["cut_off"]["rows"] if row["asset"] == "S-01")
    assert hospital["reached"][0]["closed"][11:16] == "19:05"
    for lang, words in (("fr", "au sec, mais coupés par les routes"), ("en", "dry, but cut off for a time")):
        lines = first_lines(summarise(night.result), night.result.city.assets.kinds, lang)
        assert any(words in line.text for line in lines)


@pytest.mark.parametrize(("lang", "words"), [
    ("fr", "Accès depuis S-14\u00a0: jusqu’à 19\u00a0h\u00a000 et à partir de lundi 9\u00a0h\u00a045."),
    ("en", "Access from S-14: until 19:00 and from Monday 09:45 on.")])
def test_explain_tells_from_when_to_when_a_place_is_reached(night: Finished, lang: str, words: str) -> None:
    assert words in night.explain("S-01", lang).paragraphs
    # The workshop itself is always at hand.
    assert not any(line.startswith(words[:6]) for line in night.explain("S-14", lang).paragraphs)


def access_of(night: Finished) -> Access:
    result, rules = night.result, night.result.plan.access
    assert rules is not None
    streets = Streets.of(night.city_file, rules)
    assert streets is not None
    return Access.of(streets.network, result.street_depths, streets.places(result.city.assets), rules, result.plan,
                     result.city)


def test_who_is_cut_off_is_a_list_at_a_moment(night: Finished) -> None:
    access = access_of(night)
    reach = Reach.of(access, night.result.view)
    at_22 = 6 * 3600
    found = listing(night.result, at_22, kinds=["cabinet"], states=["cut_off"], cut_off=reach.cut_off())
    assert len(found.rows) == 50  # of 68 in the whole night
    row = next(row for row in found.rows if row.asset.id == "A-001")
    assert row.states == ("cut_off", "unreachable", "in_service")
    moment = night.result.view.moment
    assert (str(moment(row.cut_off_s))[11:16], str(moment(row.reached_s))[11:16]) == (
        "19:00", "09:45")
    told = [one for one in listed_rows(found, "fr") if one.asset == "A-001"]
    assert told[0].state == ("Au sec, mais coupé de toute base de 19\u00a0h\u00a000 à lundi 9\u00a0h\u00a045\u00a0; "
                             "en service")
    # Wet ones are out of reach as well, and no gauge is an island: it stands in its river.
    both = listing(night.result, at_22, states=["unreachable"], cut_off=reach.cut_off())
    assert {"A-012"} <= {row.asset.id for row in both.rows if row.states[0] != "cut_off"}
    assert "gauge" not in night.result.indicators["access"]["islands"]
    with pytest.raises(InputError, match="bases"):
        listing(night.result, at_22, states=["unreachable"])


def test_explain_tells_the_streets_and_which_bound_of_the_last_moment_comes_first(night: Finished) -> None:
    access = access_of(night)
    assets = night.result.city.assets

    def said(asset: str, t_s: int | None, lang: str = "en") -> list[str]:
        return way_lines(access, teller_of(night.result, lang, t_s or 0), assets[assets.row(asset)], t_s)

    way, last = said("A-093", 3600)
    assert way.startswith("Way from S-14 at 17:00: 3\u00a0min, by Rue du Pré-aux-Clercs, ")
    assert "The way decides: it is open until 19:00, the water comes at 23:25." in last
    assert not last.endswith("past.")
    assert said("A-093", 10 * 3600)[0] == "Way from S-14 at 02:00: none is open."
    assert said("A-093", 10 * 3600)[1].endswith("That moment is past.")
    assert "C’est l’eau qui décide\u00a0; son arrivée\u00a0: 17\u00a0h\u00a051." in said("A-012", 1800, "fr")[1]
    assert said("A-029", None) == ["To act there before the water: no base reaches lighting cabinet A-029 in time."]
    # Of a house, which the run does not list by itself.
    assert said("B-0100", None) == ["Access from S-14: until 22:05 and from Monday 09:45 on."]


def test_a_closed_bridge_cuts_the_town(scenario_of_night: Callable[..., Scenario]) -> None:
    facts = [{"at": "16:30", "street": name, "state": "closed"}
             for name in ("Rue du Grand-Pont", "Avenue du Pont-Neuf", "Avenue de la République")]
    night = run_scenario(scenario_of_night(facts=facts), picture=False)
    rows = {row["asset"]: row for row in night.result.indicators["access"]["cut_off"]["rows"]}
    assert rows["S-01"]["reached"][0]["closed"][11:16] == "16:30"


def test_without_access_nothing_is_told_of_it(scenario_of_night: Callable[..., Scenario]) -> None:
    night = run_scenario(scenario_of_night(access=None, duration="2h"), picture=False)
    assert "access" not in night.result.indicators
    assert "access" not in night.result.plan.to_dict()


def test_streets_meet_where_they_share_a_point_and_bridges_stay_dry() -> None:
    streets = Streets.of(valmont(), AccessRules())
    assert streets is not None
    network = streets.network
    assert (len(network), network.junctions) == (1046, 682)
    assert network.length_m.min() > 0
    assert network.is_limit_assumed.all()
