"""Acts for people and the way there: from a base in time by open streets, or that no base has a way any more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from geodata.run.folder import Run, read_run
from geodata.run.roads import access_if_kept
from scenarios import load_scenario, run_scenario, shipped
from tests.nights import night
from twin.explaining.act_words import act_row
from twin.explaining.listed import teller_of
from twin.results.act_ways import with_ways
from twin.results.situation import situation
from twin.results.to_do import sites_in_water


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Give the hundred-year night with two bases, and streets that take 0.30 m by day and 0.10 m by night."""
    folder = tmp_path_factory.mktemp("ways")
    levels = shipped()["ouche-q100"].with_name("ouche-q100.csv")
    (folder / "night.yaml").write_text(json.dumps({
        "scenario": "Crue", "city": "valmont", "start": "2026-11-22T16:00+01:00", "duration": "12h",
        "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "levels": str(levels), "datum": "gauge"}},
        "access": {"day_m": 0.30, "night_m": 0.10, "bases": ["S-14", "S-12"]}}), encoding="utf-8")
    return read_run(run_scenario(load_scenario(folder / "night.yaml"), picture=False).write(folder / "run"))


def test_acts_for_people_say_the_way_there_and_back_or_that_there_is_none(run: Run) -> None:
    access, assets = access_if_kept(run), run.result.city.assets
    assert access is not None
    wet = sites_in_water(run.result)
    there = back = cut_off = 0
    for t_s in (0, 2 * 3600, 4 * 3600, 6 * 3600):
        told = situation(run.result, t_s)
        water = {act.assets: act.before_s for act in told.acts if act.sort != "cut"}
        shown = with_ways(told, access)
        assert {act.assets for act in shown.acts} == {act.assets for act in told.acts}
        begun = [max(act.begin_s, t_s) for act in shown.acts]
        assert begun == sorted(begun), "by when somebody is at it"
        for act in shown.acts:
            if act.sort == "cut":
                continue
            to = access.place(act.assets[0])
            assert act.needs_s == (60 * act.people if act.sort == "evacuate" else 0)
            if act.is_cut_off:
                cut_off += 1
                assert act.least is not None
                assert act.before_s == water[act.assets]
                assert act.sort != "evacuate" or not wet[assets.row(act.least.base)]
                continue
            assert act.sort != "evacuate" or not wet[assets.row(act.base)], "a base in the water sends nobody"
            start = access.place(assets.row(act.base))
            now = access.trip(start, to, t_s)
            assert now is not None
            assert act.way == now.streets
            leaving = access.trip(start, to, act.before_s)
            assert leaving is not None
            done_s = act.before_s + leaving.lasts_s + (60 * act.brings if act.brings >= 0 else act.needs_s)
            assert done_s <= water[act.assets]
            there += 1
            if act.sort == "evacuate":
                back += 1
                assert act.brings >= 0 or access.trip(to, start, done_s) is not None
    assert there
    assert back
    assert cut_off


def test_a_site_that_is_its_own_base_is_helped_from_the_next(run: Run) -> None:
    """The municipal workshop is a base, and people are brought out of it: not from itself."""
    access, assets = access_if_kept(run), run.result.city.assets
    assert access is not None
    workshop = assets.row("S-14")
    act = next(act for act in with_ways(situation(run.result, 6 * 3600, most_acts=99), access).acts
               if act.assets == (workshop,))
    assert act.base != "S-14"
    assert act.is_cut_off
    assert act.least is not None
    assert act.least.base == "S-12"


def test_what_is_live_now_has_a_way_to_its_first_place(run: Run) -> None:
    access = access_if_kept(run)
    assert access is not None
    told = situation(run.result, 6 * 3600)
    shown = with_ways(told, access)
    assert [act.assets for act in shown.now] == [act.assets for act in told.now]
    city = next(act for act in shown.now if act.by == "city")
    assert city.is_cut_off == (not city.base)
    assert city.is_cut_off == (city.least is not None)
    assert next(act for act in shown.now if act.by == "grid").base == "", "the grid's own bases are not known"


def test_without_bases_nothing_is_said_of_the_way(run: Run) -> None:
    told = situation(run.result, 3600)
    assert with_ways(told, None) is told
    calm = night()
    assert access_if_kept(calm) is None


def test_teams_share_the_people_of_a_site_rounded_up(run: Run) -> None:
    access = access_if_kept(run)
    assert access is not None
    three = replace(access, rules=replace(access.rules, teams=3))
    told = situation(run.result, 6 * 3600)
    for act in with_ways(told, three).acts:
        if act.sort == "evacuate":
            assert (act.teams, act.needs_s) == (3, 60 * -(-act.people // 3))


def test_a_crew_is_told_to_leave_before_its_way_out_closes_and_where_it_is_shut_in() -> None:
    """E1 stands free at S-14, from which no street leads away from 20:34 on; E2 was sent to the dry S-12."""
    night_run = night("ouche-q100-crews")
    access = access_if_kept(night_run)
    result, ids = night_run.result, night_run.result.city.assets.id
    at_18 = with_ways(situation(result, 2 * 3600), access)
    leave = next(act for act in at_18.acts if act.sort == "crew")
    assert (leave.crews, str(ids[leave.assets[0]]), leave.base) == (("E1",), "S-14", "S-12")
    assert leave.way, "by which streets"
    assert leave.before_s == leave.shut_s
    assert access is not None
    assert with_ways(situation(result, leave.shut_s - 1), access).shut.keys() & {"E1"} == set()
    at_22 = with_ways(situation(result, 6 * 3600), access)
    assert not any(act.sort == "crew" for act in at_22.acts), "it is told with the site that is brought out there"
    site = next(act for act in at_22.acts if act.crews)
    assert (site.sort, site.crews, str(ids[site.assets[0]])) == ("evacuate", ("E1",), "S-14")
    teller = teller_of(result, "fr", 6 * 3600)
    assert act_row(teller, site, 6 * 3600, is_whole=True)[4].endswith("l’équipe E1, bloquée là, peut commencer")
    assert act_row(teller, site, 6 * 3600)[2] == "secours\u00a0; équipe E1 sur place"


def test_a_cut_that_nobody_reaches_says_where_it_is_cut_instead_and_what_hangs_there() -> None:
    night_run = night("ouche-q100-crews")
    result = night_run.result
    told = with_ways(situation(result, 6 * 3600), access_if_kept(night_run))
    city = next(act for act in told.now if act.by == "city")
    assert city.is_cut_off
    above = [str(result.city.assets.id[row]) for row in city.upstream]
    assert above == ["C-22", "P-12"], "the nearest of the grid above what is in service; without a critical site first"
    dark = dict(zip(above, city.upstream_darkens, strict=True))
    assert dark["C-22"] == ()
    assert [str(result.city.assets.id[row]) for row in dark["P-12"]] == ["S-11"]
    whole = act_row(teller_of(result, "fr", told.t_s), city, told.t_s, {"grid": "09 00"}, is_whole=True)[3]
    assert "faire couper en amont\u00a0: C-22, P-12 (alimente l’EHPAD Les Tilleuls)" in whole
    assert "(gestionnaire, tél. 09 00)" in whole
    for act in (*told.now, *told.acts):
        if act.is_cut_off:
            assert act.sort != "cut" or act.by == "grid" or act.upstream, "or that there is none"
