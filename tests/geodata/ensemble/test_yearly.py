"""A year of real folders: damage of runs and ensembles, what a measure saves of it, and the files that say so."""

from __future__ import annotations

import csv
import json
import re
import shutil

import pytest

from scenarios import load_scenario, prepare
from scenarios.ensemble.making import run_ensemble
from tests.nights import night, twenty_nights
from twin.cli.entry import main

N = 20
CURVES = "curve,depth_m,fraction,source\ngear,0,0,assumption\ngear,0.01,1,assumption\n"
DAMAGE = """currency: EUR
curves: own.csv
damage:
  building: {curve: jrc-europe-residential, value_per_m2: 900, floor_m: 0.15, source: assumption}
  substation: {curve: gear, value: 400000, above: live_parts, source: assumption}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("year")
    (made / "own.csv").write_text(CURVES, "utf-8")
    (made / "damage.yaml").write_text(DAMAGE, "utf-8")
    scenario = load_scenario("ouche-q100-ensemble")
    text = scenario.path.read_text("utf-8").split("expect:")[0].replace(
        "ouche-q100.csv", str(scenario.path.parent / "ouche-q100.csv"))
    raised = made / "raised.scenario.yaml"
    raised.write_text(text + "measures: [{raise: [P-01, P-02, P-12, P-13], by_m: 2}]\n", "utf-8")
    shutil.copytree(night("ouche-q10").path, made / "q10")
    shutil.copytree(twenty_nights(), made / "plain")
    run_ensemble(prepare(load_scenario(raised)), N, made / "raised")
    return made


def test_a_measure_saves_what_the_nights_differ_by(folder, capsys):
    asked = ["year", f"{folder / 'q10'}=10", f"{folder / 'plain'}=100", "--damage",
             str(folder / "damage.yaml"), "--harmless", "5", "--csv", str(folder / "year.csv"), "--json"]
    assert main(asked) == 0
    alone = json.loads(capsys.readouterr().out)
    damage = alone["figures"]["damage"]
    assert damage["unit"] == "EUR"
    assert damage["total"] == pytest.approx(sum(
        alone["figures"][name]["total"] for name in ("damage:building", "damage:substation")))
    # The convention, by hand.
    low, high = damage["nights"]
    assert damage["total"] == pytest.approx(0.05 * low + 0.045 * (low + high) + 0.01 * high)
    assert damage["curve"][0]["low"] == damage["curve"][0]["high"]
    assert damage["curve"][1]["low"] < high < damage["curve"][1]["high"]
    rows = list(csv.DictReader((folder / "year.csv").read_text("utf-8").splitlines()))
    assert [row["return_period_years"] for row in rows if row["figure"] == "damage"] == ["10.0", "100.0", ""]
    assert float(rows[2]["mean"]) == pytest.approx(damage["total"], rel=1e-6)


def test_what_is_raised_is_spared_and_houses_are_not(folder, capsys):
    assert main(["year", f"{folder / 'plain'}=100", "--against", f"{folder / 'raised'}=100", "--damage",
                 str(folder / "damage.yaml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["figures"]
    assert found["damage:building"]["change"] == {"value": 0, "low": 0, "high": 0}
    change = found["damage:substation"]["change"]
    assert change["low"] < change["value"] < change["high"] < 0
    assert found["damage"]["change"]["value"] == pytest.approx(change["value"])


@pytest.mark.parametrize(("lang", "said"), [("fr", ["La mesure évite", "Dommages attendus par an", "dont postes"]),
                                            ("en", ["The measure saves", "Expected damage in a year", "of it sub"])])
def test_it_is_told_and_drawn(folder, capsys, lang, said):
    figure = folder / "year.svg"
    assert main(["year", f"{folder / 'plain'}=100", "--against", f"{folder / 'raised'}=100", "--damage",
                 str(folder / "damage.yaml"), "--figure", str(figure), "--lang", lang]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in said:
        assert words in told
    drawn = figure.read_text("utf-8")
    assert drawn.startswith("<svg")
    assert "&lt;" not in drawn
    assert re.search(r'class="line other" d="M', drawn), "the curve with the measure"


def test_without_values_the_figure_is_that_of_lamp_hours(folder):
    figure = folder / "lamps.svg"
    assert main(["year", f"{folder / 'plain'}=100", "--figure", str(figure), "--lang", "fr"]) == 0
    assert "heures-lampes" in figure.read_text("utf-8")
