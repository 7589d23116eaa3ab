"""Cases of the domain study that stand in no other file: each with its figures, to the second.

Which test holds which case is listed in docs/verification.md.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geodata.run.journal import grid_rows
from scenarios import load_scenario, run_scenario, shipped
from tests.nights import LIVED_NIGHT, night
from tests.reference.one_cabinet import HOUR, one_night
from twin import cli
from twin.codes import Action
from twin.deciding.ranking import rank
from twin.engine.simulate import run
from twin.engine.variants import Base
from twin.explaining.explain import explain
from twin.explaining.first_lines import first_lines
from twin.explaining.situation import page_of
from twin.results.listing import listing
from twin.results.live_parts import live_parts
from twin.results.result import Result
from twin.results.situation import situation
from twin.results.summary import summarise
from twin.world.assets import Labels
from twin.world.crews import Crew, CrewPlan, StageRule, scheduled
from twin.world.edits import Declare, Raise
from twin.world.kinds import STAGES, Role

AT_18, AT_22, AT_06 = 2 * HOUR, 6 * HOUR, 14 * HOUR


# C9


def test_no_shipped_night_has_crews_unless_it_says_so() -> None:
    told = {name: load_scenario(name) for name in shipped()}
    assert {name for name, scenario in told.items() if scenario.crews is not None} == {
        name for name in told if name.startswith("ouche-q100-crews")}


@pytest.mark.parametrize("name", ["ouche-q10", "valmont-substation", *(pytest.param(
    name, marks=pytest.mark.verify) for name in ("ouche-q100", "valmont-facts", "valmont-flash-flood",
                                                "valmont-preventive-cut", "valmont-cloudburst", "valmont-inflow"))])
def test_crews_without_limit_and_distance_change_nothing_of_a_shipped_night(name: str) -> None:
    """Lamps of one street are one visit, done one after the other: here each lamp stands in a street of its own."""
    result = night(name).result
    assets = result.city.assets
    street = ["" if is_lamp else word for is_lamp, word in zip(assets.of_role(Role.LIGHTS), assets.street, strict=True)]
    city = replace(result.city, assets=assets.replaced(street=Labels.of(street)))
    free = run(city, result.plan, result.exposure)
    # As many crews as there is ever to repair, what is in doubt included.
    may_need = np.union1d(free.outages.asset, np.flatnonzero(free.exposure.is_doubtful))
    count = int(scheduled(assets, "city")[may_need].sum())
    plan = CrewPlan(crews=tuple(Crew(id=str(i), base="S-14") for i in range(max(count, 1))), travel="none",
                    stages=tuple((kind.name, stage, StageRule()) for kind in assets.kinds for stage in STAGES))
    limited = run(city, replace(result.plan, crews=plan), result.exposure)
    for column in ("asset", "start_s", "end_s", "mechanism", "cause", "root", "root_mechanism", "root_depth_m", "held",
                   "held_mechanism", "dark_s", "is_doubtful"):
        left, right = (np.asarray(getattr(one.outages, column)) for one in (limited, free))
        assert left.dtype == right.dtype
        assert left.tobytes() == right.tobytes(), column
    assert json.dumps(dict(limited.indicators), sort_keys=True) == json.dumps(dict(free.indicators), sort_keys=True)


# C11


def test_the_last_moment_is_when_to_leave_before_the_road_closes(tmp_path: Path) -> None:
    told = {"scenario": "Crue", "city": "valmont", "start": "2026-11-22T16:00+01:00", "duration": "36h",
            "flood": {"river_stage": {"river": "ouche", "gauge": "pont-neuf", "datum": "gauge",
                                      "levels": str(shipped()["ouche-q100"].with_name("ouche-q100.csv"))}},
            "access": {"day_m": 0.30, "night_m": 0.30, "bases": "S-14"}}
    (tmp_path / "night.yaml").write_text(json.dumps(told), encoding="utf-8")
    result = run_scenario(load_scenario(tmp_path / "night.yaml"), picture=False).result
    rows = {row["asset"]: row for row in result.indicators["last_moment_to_act"]["rows"]}
    assert Counter(row["binds"] for row in rows.values()) == {"access": 23, "touch": 8, "none": 1}
    # The road is lost at 19:05; the last departure that gets through is that of 19:00, less 5 min 59 s of travel and a
    # quarter of an hour of work. The water itself comes at 23:25.
    far = rows["A-093"]
    assert [far[name][11:19] for name in ("access_lost", "access_until", "act_before", "touched_at")] == [
        "19:05:00", "19:00:00", "18:39:01", "23:25:09"]
    assert (far["binds"], far["trip_s"], far["work_s"]) == ("access", 359, 900)
    # Next to the river it is the water: 17:51:08, less 2 min 11 s and the work.
    near = rows["A-012"]
    assert (near["binds"], near["act_before"][11:19], near["trip_s"]) == ("touch", "17:33:57", 131)
    assert rows["A-009"]["act_before"][11:19] == "18:39:38"


def test_what_is_dead_by_a_cut_has_no_last_moment() -> None:
    rows = {row["asset"] for row in night(LIVED_NIGHT).result.indicators["last_moment_to_act"]["rows"]}
    assert not rows & {"A-012", "A-026"}, "cut at 17:40, before their water"
    assert "A-077" in {row["asset"] for row in night("ouche-q100").result.indicators["last_moment_to_act"]["rows"]}


# M1


def live(result: Result) -> list[tuple[float, float]]:
    """Give when the cabinet stands in water and may be live, hours from 15:00."""
    parts = live_parts(result.view)
    return [(int(a) / HOUR, int(b) / HOUR) for a, b in zip(parts.from_s, parts.to_s, strict=True)]


def test_a_higher_cabinet_stands_live_in_water_later_and_a_cut_one_never() -> None:
    base = Base(one_night())
    raised = {by_m: live(base.with_(Raise("A", by_m)).result) for by_m in (0.25, 0.50, 0.65, 0.66, 1.00)}
    assert [hours[0][0] for hours in (live(base.result), *list(raised.values())[:4])] == pytest.approx(
        [3.4, 4.4, 5.4, 6.0, 6 + 144 / 3600]), "from the touch: 18:24, 19:24, 20:24, 21:00, 21:02:24"
    assert raised[1.00] == [], "touched at 1.10 m, and there is 1.00"
    assert raised[0.66][0][1] == pytest.approx(11.96, abs=0.001), "to the ebb: it never fails"

    def cut(at_s: int) -> list[tuple[float, float]]:
        return live(base.with_(Declare(Action.CUT, "A", at_s), Declare(Action.RESTORE, "A", 15 * HOUR)).result)

    assert cut(3 * HOUR + 1200) == [], "18:20, before its water"
    assert cut(4 * HOUR + 1439) == [pytest.approx((3.4, 4.4), abs=0.001)], "19:23:59: an hour all but a second"


def test_a_cabinet_that_is_cut_is_no_place_to_cut() -> None:
    lived, untouched = night(LIVED_NIGHT).result, night("ouche-q100").result
    places = [{row["cut"] for row in one.indicators["may_be_live"]["rows"]} for one in (lived, untouched)]
    assert {"A-012", "A-026"} <= places[1]
    assert not places[0] & {"A-012", "A-026"}
    assert not {act.sort for act in situation(lived, AT_18, most_acts=99).acts
                if lived.city.assets.row("A-012") in act.assets}


# M3, M8


@pytest.mark.parametrize(("lang", "words"), [("fr", "Aucune différence."), ("en", "No difference.")])
def test_a_run_beside_itself_ends_well(lang: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(night("ouche-q100").path)
    assert cli.main(["compare", folder, folder, "--lang", lang]) == 0
    assert words in capsys.readouterr().out


def test_the_refuge_comes_first_and_the_order_by_lamps_is_another() -> None:
    """On the night without the cut the substation of the refuge leads by lamp-hours as well: there the two agree."""
    for name, by_lamps in (("ouche-q100", 1), ("valmont-preventive-cut", 25)):
        found = rank(night(name).result)
        assets = found.result.city.assets
        assert str(assets.id[found.asset[0]]) == "P-02", "the refuge of 400 hangs on it"
        assert found.place_by_lamps[0] == by_lamps
        assert sorted(found.place_by_lamps.tolist()) == list(range(1, len(found) + 1))
    assert str(assets.id[found.asset[found.place_by_lamps.tolist().index(1)]]) == "P-13"


# P1


def test_a_gauge_above_its_forecast_is_the_first_line_of_the_page() -> None:
    result = night(LIVED_NIGHT).result
    page = page_of(situation(result, AT_22, since_s=4 * HOUR), "fr")
    assert page.headline == ("L’Ouche au Pont-Neuf\u00a0: 3,75\u00a0m lu à 21\u00a0h\u00a000, calculé "
                             "3,49\u00a0m\u00a0: 26 cm de plus.")
    assert any("niveaux décalés de +0,26\u00a0m" in line for line in page.alarms)
    said = [line.text for line in first_lines(summarise(result), result.city.assets.kinds, "fr")]
    place = next(k for k, line in enumerate(said) if "indique 3,75\u00a0m à 21\u00a0h\u00a000" in line)
    assert place == 1, "and of what the terminal says under its heading"
    assert "0,26\u00a0m plus haut" in said[1]


# P4, P5


def test_the_hand_over_lists_all_that_water_reached_since_its_last_test_cut_or_not(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_ = night("valmont-preventive-cut")
    assert cli.main(["report", str(run_.path), "--at", "2026-11-23T06:00", "--out", str(tmp_path / "p.html"),
                     "--handover", str(tmp_path / "h.csv"), "--lang", "en"]) == 0
    capsys.readouterr()
    with (tmp_path / "h.csv").open(encoding="utf-8") as file:
        rows = {row["asset_id"]: row for row in csv.DictReader(file)}
    untested = {name for name, row in rows.items() if "do_not_re_energise" in row["states"].split(";")}
    assert untested >= {"P-01", "P-02", "A-012"}
    assert {rows[name]["root_mechanism"] for name in ("P-01", "P-02", "A-012")} == {"cut"}
    assert rows["A-012"]["touched_since_test"] == "2026-11-22T17:51:08+01:00"
    assert rows["P-02"]["flooded_since_test"] == "2026-11-22T21:06:57+01:00"
    # All of it: what a list of the moment gives for every kind, and nothing that stayed dry.
    found = listing(run_.result, AT_06, states=["do_not_re_energise"])
    assert untested == {row.asset.id for row in found.rows}
    dry = {str(name) for name in run_.result.city.assets.id[run_.result.exposure.peak_depth_m == 0]}
    assert not untested & dry


def test_the_list_for_the_grid_has_supplies_since_when_and_the_sites_behind() -> None:
    rows = {row[0]: row for row in grid_rows(night("valmont-preventive-cut").result, AT_06)}
    assert rows["P-01"][2:6] == ("Rue de l’Écluse", "grid", "Réseau électrique de l’Ouche", "2026-11-22T18:30:00+01:00")
    assert rows["P-01"][8:] == (True, 4, 228, 106, "Centre hospitalier Saint-Antoine; École du Lavoir", 490, False)
    assert rows["P-02"][8:] == (True, 4, 238, 94, "Gymnase Jean-Moulin (refuge)", 400, False)


# P6


def test_at_18_the_cluster_of_midnight_is_named_with_all_that_goes() -> None:
    cluster = next(one for one in night("ouche-q100").result.indicators["clusters"] if one["from"][11:16] == "00:20")
    assert [cluster[name][11:19] for name in ("from", "to")] == ["00:20:58", "00:22:01"]
    assert cluster["out"] == {"substation": 1, "service_box": 1, "cabinet": 5, "circuit": 13, "lamp": 188,
                              "building": 82, "controller": 1, "zone": 3, "site": 1, "lift_station": 1, "pump": 1}
    assert [site["asset"] for site in cluster["sites"]] == ["S-08"]
    result = night("ouche-q100").result
    # Four minutes hold the 84 houses that were counted by hand: two more fail after it.
    o = result.outages
    window = (o.start_s >= 8 * HOUR + 1200) & (o.start_s < 8 * HOUR + 1440)
    houses = result.city.assets.of_kind("building")[o.asset] & window
    assert houses.sum() == 84
    gone = {str(name) for name in result.city.assets.id[o.asset[window]]}
    assert {"S-08", "R-02", "PO-01", "P-13"} <= gone
    said = " ".join(page_of(situation(result, AT_18), "fr").alarms)
    assert "188 lampes en 2 min, 1\u00a0poste électrique, 5\u00a0armoires" in said
    assert "1\u00a0poste de relevage, 1\u00a0pompe, École des Bas-Prés" in said


# P7, P8


def test_the_commands_of_the_night_answer(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(night("ouche-q100").path)
    assert cli.main(["list", folder, "--at", "02:00", "--kind", "site,traffic_signal,lift_station", "--json"]) == 0
    rows = {row["asset_id"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert {name for name, row in rows.items() if "out" in row["states"]} == {
        "S-03", "S-04", "S-08", "F-02", "F-04", "F-05", "F-10", "R-01", "R-02"}
    # Two are computed to be out too, yet in doubt; a third is in doubt alone.
    assert {name for name, row in rows.items() if "may_be_out" in row["states"]} == {"S-11", "S-13", "S-14"}
    assert [rows[name]["out_computed_from"] is not None for name in ("S-11", "S-13", "S-14")] == [True, True, False]
    assert cli.main(["explain", folder, "Rue du Bois", "--lang", "fr"]) == 0
    assert capsys.readouterr().out.startswith("Rue du Bois\u00a0: 46 lampes sur 46 perdent leur courant")


def test_the_summary_is_french_where_french_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "ouche-q100", "--out", str(tmp_path / "run"), "--lang", "fr"]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ")
    for line in ("Gymnase Jean-Moulin (refuge) (400 personnes) : sans électricité, de 21 h 06 à mardi 3 h 45",
                 "École des Bas-Prés (140 personnes) : sans électricité, de lundi 0 h 21 à la fin du calcul",
                 "Centre hospitalier Saint-Antoine (310 personnes) : sur sa réserve, de 21 h 18 à 21 h 20",
                 "EHPAD Les Tilleuls (84 personnes) : électricité incertaine, de 22 h 25 à la fin du calcul"):
        assert line in said
    assert "without power" not in said


# P9


@pytest.mark.parametrize("name", ["ouche-q100", "valmont-preventive-cut"])
def test_flooded_counts_exposure(name: str) -> None:
    result = night(name).result
    cabinet = result.city.assets.of_kind("cabinet")
    assert int((result.exposure.failed_at_s >= 0)[cabinet].sum()) == 24
    assert result.indicators["flooded"]["cabinet"]["count"] == 24


# P10, P11


def test_on_its_battery_a_hospital_has_fifteen_minutes_left() -> None:
    said = explain(night(LIVED_NIGHT).result, "S-01", "fr", 5 * HOUR + 2700)
    assert "vit sur sa réserve\u00a0: il reste 15\u00a0min" in said.sentence
    assert any("sans courant à partir de 22\u00a0h\u00a000" in line for line in said.paragraphs)


def test_the_stages_of_a_repair_add_up() -> None:
    result = night("valmont-preventive-cut").result
    repair, = result.repairs.of_asset(result.city.assets.row("P-02"))
    ends = [result.view.moment(at_s) for at_s in (repair.start_s, repair.planned_end_s)]
    assert ends == ["2026-11-23T10:04:19+01:00", "2026-11-23T17:34:19+01:00"], "10:04 and 7 h 30 are 17:34"
    stages_s = [end_s - begin_s for _, begin_s, end_s in repair.stages]
    assert sum(stages_s) == repair.planned_end_s - repair.start_s == 7.5 * HOUR
    said = " ".join(explain(result, "P-02", "fr", AT_06).paragraphs)
    assert "Calculé pour lundi 10\u00a0h\u00a004\u00a0; puis 7\u00a0h\u00a030 de travail" in said
