"""Acts for people and the way there: from a base in time by open streets, or that no base has a way any more."""

from __future__ import annotations

import json

import pytest

from geodata.run.folder import Run, read_run
from geodata.run.roads import access_if_kept
from scenarios import load_scenario, run_scenario, shipped
from tests.nights import night
from twin.results.act_ways import with_ways
from twin.results.situation import situation


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


def test_acts_for_people_say_the_way_or_that_there_is_none(run: Run) -> None:
    access, assets = access_if_kept(run), run.result.city.assets
    assert access is not None
    bases = [access.place(assets.row(base)) for base in access.rules.bases]
    ways = cut_off = 0
    for t_s in (0, 2 * 3600, 4 * 3600, 6 * 3600):
        told = situation(run.result, t_s)
        water = {act.assets: act.before_s for act in told.acts if act.sort != "cut"}
        shown = with_ways(told, access)
        assert {act.assets for act in shown.acts} == {act.assets for act in told.acts}
        assert [act.before_s for act in shown.acts] == sorted(act.before_s for act in shown.acts)
        for act in shown.acts:
            if act.sort == "cut":
                assert act in told.acts
                continue
            to = access.place(act.assets[0])
            if act.is_cut_off:
                cut_off += 1
                assert all(access.trip(base, to, t_s) is None for base in bases)
                assert act.before_s == water[act.assets]
                continue
            ways += 1
            start = access.place(assets.row(act.base))
            now = access.trip(start, to, t_s)
            assert now is not None
            assert act.way == now.streets
            leaving = access.trip(start, to, act.before_s)
            assert leaving is not None
            assert act.before_s == t_s or act.before_s + leaving.lasts_s <= water[act.assets]
    assert ways
    assert cut_off


def test_without_bases_nothing_is_said_of_the_way(run: Run) -> None:
    told = situation(run.result, 3600)
    assert with_ways(told, None) is told
    calm = night()
    assert access_if_kept(calm) is None
