"""Rankings, plans, cuts and what would have kept a lamp lit: by hand, and against runs of the whole."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from geodata.run.ranking import cuts_to_dict, main_streets, ranking_to_dict, write_csv, write_cuts_csv
from tests.nights import night
from tests.reference.one_cabinet import HOUR, one_night
from twin.codes import Action
from twin.deciding.cutting import cuts
from twin.deciding.keeping import what_would_keep
from twin.deciding.plans import costs_of, greedy, pairs
from twin.deciding.ranking import Ranking, rank
from twin.deciding.terms import COUNTS, OBJECTIVES
from twin.deciding.worth import Worth, order
from twin.engine.variants import Base
from twin.errors import InputError
from twin.explaining.kept import kept_lines, kept_to_dict
from twin.explaining.ranked import cuts_table, plan_line, plan_table, ranked_lines, ranked_table
from twin.results.result import Result
from twin.world.edits import Declare, Raise

LAMP_S = COUNTS.index("lamp_s")


@pytest.fixture(scope="module")
def q100() -> Ranking:
    run = night("ouche-q100")
    return rank(run.result, is_main=main_streets(run.city_file))


def place_of(ranking: Ranking, name: str) -> int:
    return ranking.asset.tolist().index(ranking.result.city.assets.row(name))


def lamp_hours(result: Result) -> float:
    return float(result.outages.dark_s.clip(0).sum()) / 3600


# --- one cabinet, by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("raise_m", "out_s", "hours"), [
    (0.0, 4.4 * HOUR, 504.0), (0.25, 5.4 * HOUR, 464.0), (0.50, 6.4 * HOUR, 424.0), (0.65, 7 * HOUR, 400.0),
    (0.66, None, 0.0)])
def test_a_quarter_of_a_metre_spares_little_and_66_cm_all(raise_m: float, out_s: float | None, hours: float) -> None:
    result = Base(one_night()).with_(Raise("A", raise_m)).result if raise_m else one_night()
    mine = result.outages.asset == result.city.assets.row("A")
    assert lamp_hours(result) == pytest.approx(hours, abs=0.01)
    assert result.outages.start_s[mine].tolist() == ([] if out_s is None else [round(out_s)])
    if out_s is not None:
        assert result.outages.end_s[mine].tolist() == [21 * HOUR + 361], "back at 12:06:01"


@pytest.mark.parametrize(("at_s", "back_s", "hours"), [
    (3 * HOUR + 1200, 18 * HOUR + 361, 546.67), (4 * HOUR + 1439, 18 * HOUR + 361, 504.01),
    (4 * HOUR + 1440, 21 * HOUR + 361, 504.00)])
def test_a_cut_buys_a_shorter_repair_with_darkness_and_one_second_decides(at_s: int, back_s: int, hours: float) -> None:
    result = Base(one_night()).with_(Declare(Action.CUT, "A", at_s), Declare(Action.RESTORE, "A", 15 * HOUR)).result
    mine = result.outages.asset == result.city.assets.row("A")
    assert result.outages.end_s[mine].tolist() == [back_s]
    assert lamp_hours(result) == pytest.approx(hours, abs=0.01)


def test_the_smallest_height_is_66_cm_and_ten_more_with_more_water() -> None:
    found = rank(one_night())
    at = place_of(found, "A")
    assert (found.height_cm[at], found.height_more_cm[at]) == (66, 76)
    assert found.spared[at][LAMP_S] / 3600 == pytest.approx(504.0, abs=0.01)
    assert found.then_root[at] == -1
    assert found.untouched == 2, "the substation and the circuit"


def test_it_is_told_what_would_have_kept_a_lamp_lit() -> None:
    result = one_night()
    lamp = result.outages[int(np.flatnonzero(result.outages.asset == result.city.assets.row("L07"))[0])]
    kept = what_would_keep(result, lamp)
    assert (kept.sort, kept.asset, kept.height_cm) == ("raise", result.city.assets.row("A"), 66)
    assert kept.cut is not None
    assert kept.cut.at_s == 3 * HOUR + 23 * 60, "the last whole minute before the water touches it, 18:23"
    assert kept.cut.back_s - kept.cut.back_then_s == 3 * HOUR
    assert kept.cut.darker_s == 61 * 60
    said = kept_lines(result, lamp, kept, "fr")
    assert said[0] == ("Le service aurait tenu avec l’armoire d’éclairage A plus haut de 0,66\u00a0m\u00a0: le plus "
                       "petit changement qui suffise parmi ceux essayés (vérifié par un calcul).")
    assert said[1] == ("Si l’armoire d’éclairage A avait été coupée à 18\u00a0h\u00a023, avant que l’eau "
                       "l’atteigne\u00a0: "
                       "retour 3\u00a0h plus tôt, mais 1\u00a0h\u00a001 de plus dans le noir, car la coupure vient "
                       "avant l’eau.")
    assert kept_to_dict(result, kept)["height_m"] == 0.66
    assert kept_lines(result, lamp, kept, "en")[1] == (
        "If lighting cabinet A had been cut at 18:23, before the water reached it: back 3\u00a0h earlier, but "
        "1\u00a0h\u00a001\u00a0min more in the dark, for the cut comes first.")


def test_nobody_lifts_a_house(q100: Ranking) -> None:
    result = q100.result
    school = result.outages[int(np.flatnonzero(result.outages.asset == result.city.assets.row("S-04"))[0])]
    assert what_would_keep(result, school).sort == "nothing"


# --- the hundred-year night -----------------------------------------------------------------------------------


def test_cabinets_that_no_water_reaches_are_a_count() -> None:
    found = rank(night("ouche-q100").result, kinds=["cabinet"])
    # 24 of 100 have water at their live parts; no other can be spared anything.
    assert (len(found), found.untouched) == (24, 76)


def test_the_refuge_puts_its_substation_above_any_cabinet_and_light_alone_orders_otherwise(q100: Ranking) -> None:
    kinds = [q100.result.city.assets[row].kind for row in q100.asset.tolist()]
    assert str(q100.result.city.assets.id[q100.asset[0]]) == "P-02"
    assert kinds.index("cabinet") > 0
    people = rank(q100.result, objective="people", kinds=["substation", "service_box"])
    lamps = rank(q100.result, objective="lamps", kinds=["substation", "service_box"])
    assert lamps.place_by_lamps.tolist() == list(range(1, len(lamps) + 1))
    assert sorted(people.asset.tolist()) == sorted(lamps.asset.tolist())


def test_each_objective_has_its_order_and_ties_keep_theirs() -> None:
    # a refuge for an hour; a hundred houses; a dark quarter; the same again; a main street
    gains = np.array([[3600.0, 0, 0, 0], [0, 9e5, 10, 0], [0, 0, 8e5, 0], [0, 0, 8e5, 0], [0, 0, 7e5, 7e5]])
    assert order(gains, "sites").tolist() == [0, 1, 2, 3, 4]
    assert order(gains, "people").tolist() == [1, 0, 2, 3, 4]
    assert order(gains, "lamps").tolist() == [2, 3, 4, 1, 0]
    assert order(gains, "streets").tolist() == [4, 2, 3, 1, 0]


@pytest.mark.parametrize("name", ["P-02", "P-13", "C-06", "A-012", "A-002-1", "A-083"])
def test_each_figure_is_that_of_a_run_with_the_thing_lifted(q100: Ranking, name: str) -> None:
    at, result = place_of(q100, name), q100.result
    ids = result.city.assets.id
    lifted = Base(result).with_(*(Raise(str(ids[row]), q100.height_cm[at] / 100) for row in q100.seeds[at].tolist()))
    whole = np.zeros(len(result.city.assets), np.int32)
    worth = q100.worth
    spared = worth.of_each(Base(result).intervals, whole, 1)[0] - worth.of_each(lifted.intervals, whole, 1)[0]
    np.testing.assert_allclose(q100.spared[at], spared)


@pytest.mark.parametrize("name", ["P-01", "C-06", "A-012", "A-002-1"])
def test_a_centimetre_less_is_not_enough(q100: Ranking, name: str) -> None:
    at, result = place_of(q100, name), q100.result
    for row in q100.seeds[at].tolist():
        lower = Base(result).with_(Raise(str(result.city.assets.id[row]), q100.height_cm[at] / 100))
        assert lower.exposure.failed_at_s[row] == -1
    deepest = max(q100.seeds[at].tolist(), key=lambda row: -float(result.exposure.margin_m[row]))
    lower = Base(result).with_(Raise(str(result.city.assets.id[deepest]), q100.height_cm[at] / 100 - 0.01))
    assert lower.exposure.failed_at_s[deepest] != -1


@pytest.mark.parametrize("name", ["P-05", "C-19", "A-039", "A-012"])
def test_the_loss_of_a_thing_is_that_of_a_run_without_it(q100: Ranking, name: str) -> None:
    result = q100.result
    whole = np.zeros(len(result.city.assets), np.int32)
    worth = Worth.of(result)
    lost = Base(result).with_(Declare(Action.FAIL, name, 0))
    expected = worth.of_each(lost.intervals, whole, 1)[0] - worth.of_each(Base(result).intervals, whole, 1)[0]
    from twin.deciding.batches import Reaches, Trials
    from twin.deciding.ranking import _losses

    rows = np.array([result.city.assets.row(name)], np.int32)
    costs, _ = _losses(Trials(result), worth, rows, Reaches(result, [rows]), lambda done: None)
    np.testing.assert_allclose(costs[0], expected)
    if name in {str(result.city.assets.id[row]) for row in q100.asset}:
        np.testing.assert_allclose(q100.loss[place_of(q100, name)][:3], expected[:3])


def test_a_012_alone_is_spared_only_until_its_substation_drowns(q100: Ranking) -> None:
    at = place_of(q100, "A-012")
    assert str(q100.result.city.assets.id[q100.then_root[at]]) == "P-01"
    assert q100.result.view.moment(int(q100.then_s[at])) == "2026-11-22T21:18:57+01:00"
    table = ranked_table(q100, "fr", len(q100))
    row = next(row for row in table.rows if row[1] == "A-012")
    assert row[11].startswith("puis P-01, 21\u00a0h\u00a018")
    assert row[4] == "ville"
    assert table.rows[0][4] == "à demander au gestionnaire"


def test_the_sites_that_hang_on_one_thing_are_named(q100: Ranking) -> None:
    ids = q100.result.city.assets.id
    points = {str(ids[site]): [str(ids[row]) for row in rows] for site, rows in q100.single_points}
    assert points["S-03"] == ["P-02"]
    assert "S-01" not in points, "the hospital has two feeds"
    assert any("Gymnase" in line.text and "P-02" in line.text for line in ranked_lines(q100, (), "fr"))


def test_a_pair_spares_what_a_run_with_both_spares(q100: Ranking) -> None:
    found = pairs(q100)
    one = found[0]
    rows = np.concatenate([q100.seeds[place] for place in one.places])
    heights = {row: max(q100.height_cm[place] for place in one.places if row in q100.seeds[place]) / 100
               for row in rows.tolist()}
    both = Base(q100.result).with_(*(Raise(str(q100.result.city.assets.id[row]), float(height))
                                     for row, height in heights.items()))
    whole = np.zeros(len(q100.result.city.assets), np.int32)
    spared = q100.worth.of_each(Base(q100.result).intervals, whole, 1)[0] - q100.worth.of_each(
        both.intervals, whole, 1)[0]
    np.testing.assert_allclose(one.together, spared)
    np.testing.assert_allclose(one.beyond, spared - q100.spared[one.places[0]] - q100.spared[one.places[1]])


def test_a_plan_keeps_to_its_budget_and_adds_what_it_says(q100: Ranking) -> None:
    costs = costs_of(q100, {"cabinet": 1500, "P-02": 40_000})
    steps = greedy(q100, costs, 46_000)
    assert sum(step.cost for step in steps) <= 46_000
    assert str(q100.result.city.assets.id[q100.asset[steps[0].place]]) == "P-02"
    np.testing.assert_allclose(np.sum([step.adds for step in steps], axis=0), steps[-1].together)
    assert len(plan_table(q100, steps, "en").rows) == len(steps) == 5
    assert plan_line(q100, steps, "en").text == ("The city's own work: 6,000; to be asked of the grid operator: "
                                                 "40,000.")
    assert greedy(q100, costs, 0) == ()


def test_a_budget_without_costs_and_unknown_ids_are_refused(q100: Ranking) -> None:
    with pytest.raises(InputError, match="a budget without costs"):
        greedy(q100, costs_of(q100, {}), 1000)
    with pytest.raises(InputError, match="A-0123"):
        costs_of(q100, {"A-0123": 5})
    with pytest.raises(InputError, match="0 or more"):
        costs_of(q100, {"cabinet": -5})
    with pytest.raises(InputError, match="--budget"):
        greedy(q100, costs_of(q100, {"cabinet": 5}), -1)
    with pytest.raises(InputError, match="kind"):
        rank(q100.result, kinds=["lampe"])


def test_a_cut_is_told_with_its_price(q100: Ranking) -> None:
    found = cuts(q100.result)
    ids = q100.result.city.assets.id
    at = [str(ids[row]) for row in found.asset].index("A-012")
    made = Base(q100.result).with_(Declare(Action.CUT, "A-012", int(found.at_s[at])),
                                   Declare(Action.RESTORE, "A-012", int(found.until_s[at])))
    whole, worth = np.zeros(len(ids), np.int32), Worth.of(q100.result)
    expected = worth.of_each(made.intervals, whole, 1)[0] - worth.of_each(Base(q100.result).intervals, whole, 1)[0]
    np.testing.assert_allclose(found.costs[at][:3], expected[:3])
    assert found.live_after_s[at] == 0
    assert (found.near_s <= found.live_s - found.live_after_s).all()
    assert np.all(np.diff(found.near_s) <= 0)
    assert len(cuts_table(found, "fr", 5).rows) == 5


def test_files_hold_what_is_printed(q100: Ranking, tmp_path: Path) -> None:
    write_csv(q100, tmp_path / "rank.csv")
    write_cuts_csv(cuts(q100.result), tmp_path / "cuts.csv")
    with (tmp_path / "rank.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(q100)
    assert rows[0]["asset_id"] == "P-02"
    told = ranking_to_dict(q100, pairs(q100), greedy(q100, costs_of(q100, {"cabinet": 1500}), 3000))
    assert json.loads(json.dumps(told))["untouched"] == q100.untouched
    assert float(rows[0]["lamp_hours_spared"]) == told["rows"][0]["lamp_hours_spared"] == round(
        q100.spared[0][LAMP_S] / 3600, 2)
    assert len(json.loads(json.dumps(cuts_to_dict(cuts(q100.result))))["rows"]) == len(cuts(q100.result))


def test_objectives_name_counts() -> None:
    assert all(set(names) <= set(COUNTS) for names in OBJECTIVES.values())
