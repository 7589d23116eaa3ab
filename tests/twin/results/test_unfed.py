"""Repaired is not re-powered: what waits for its supply alone, and the same words for it everywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geodata.run.listing import to_dict
from tests.nights import night
from twin.cli import app
from twin.codes import What
from twin.explaining.explain import explain
from twin.explaining.listed import listed_rows
from twin.quantities import NONE
from twin.results.listing import listing
from twin.results.moment import Damage, moment_of

CREWS = "ouche-q100-crews"
NIGHTS = (CREWS, "ouche-q100", "valmont-preventive-cut", "valmont-facts")
#: What was repaired on the hundred-year night before its substation came back, and whose return it waits for.
WAITING = {"A-094": "P-13", "A-012": "P-01", "C-08": "P-02", "R-01": "P-02"}


@pytest.mark.parametrize("name", NIGHTS)
def test_what_is_repaired_and_unfed_is_out_without_damage_and_nothing_of_its_own_keeps_it_down(name: str) -> None:
    result = night(name).result
    found = result.unfed
    for k in range(len(found)):
        asset, holder = int(found.asset[k]), int(found.holder[k])
        end_s = result.plan.duration_s if found.end_s[k] == NONE else int(found.end_s[k])
        for t in (int(found.start_s[k]), (int(found.start_s[k]) + end_s) // 2, end_s - 1):
            now = moment_of(result, t).of(asset)
            assert now.damage is Damage.SOUND
            assert (now.outage != NONE, now.unfed) == (True, k)
            assert result.waits.at(asset, t) == NONE, "nothing of its own is waited for"
        assert holder != asset
        if found.end_s[k] != NONE and end_s < result.plan.duration_s:
            assert moment_of(result, end_s).of(asset).unfed == NONE


@pytest.mark.parametrize("name", NIGHTS)
def test_no_repair_that_ends_in_an_outage_is_left_out(name: str) -> None:
    result = night(name).result
    trace = result.trace
    for row in np.flatnonzero(trace.what == What.REPAIRED).tolist():
        asset, t = int(trace.asset[row]), int(trace.time_s[row])
        now = moment_of(result, t).of(asset)
        is_alone = result.waits.at(asset, t) == NONE
        assert (now.unfed != NONE) == (now.outage != NONE and is_alone and now.damage is Damage.SOUND), (
            result.city.assets.id[asset])


@pytest.mark.parametrize(("asset", "holder"), WAITING.items())
def test_list_table_and_explanation_say_it_in_the_same_words(asset: str, holder: str) -> None:
    run = night(CREWS)
    result, row = run.result, run.result.city.assets.row(asset)
    k = int(np.flatnonzero(result.unfed.asset == row)[0])
    t = int(result.unfed.start_s[k]) + 60
    found = listing(result, t, states=["repaired"])
    mine = next(one for one in found.rows if one.asset.id == asset)
    assert mine.waits_for is not None
    assert (mine.waits_for.id, "repaired" in mine.states) == (holder, True)
    table = next(one for one in to_dict(found)["rows"] if one["asset_id"] == asset)
    repaired_at = result.view.moment(int(result.unfed.start_s[k]))
    assert (table["waits_for"], table["repaired_at"]) == (holder, repaired_at)
    for lang, words in (("en", f"repaired, without power until {holder} is back"),
                        ("fr", f"sans courant avant le retour de {holder}")):
        said = next(one for one, listed in zip(listed_rows(found, lang), found.rows, strict=True)
                    if listed.asset.id == asset).state
        told = explain(result, asset, lang, t)
        assert words in said
        assert any(words in line for line in told.paragraphs), told.paragraphs
        assert told.to_dict()["now"]["unfed_by"] == holder
    before = explain(result, asset, "en", int(result.unfed.start_s[k]) - 60)
    assert not any("repaired, without" in line for line in before.paragraphs)


def test_the_table_of_the_list_has_it(tmp_path: Path) -> None:
    run, out = night(CREWS), tmp_path / "list.csv"
    k = int(np.flatnonzero(run.result.unfed.asset == run.result.city.assets.row("R-01"))[0])
    at = run.result.view.moment(int(run.result.unfed.start_s[k]) + 60)
    said = CliRunner().invoke(app, ["list", str(run.path), "--at", str(at), "--state", "repaired", "--csv", str(out),
                                    "--json"])
    assert said.exit_code == 0, said.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["asset_id"]: row for row in csv.DictReader(file)}
    assert rows["R-01"]["waits_for"] == "P-02"
    assert json.loads(said.output)["counts"]["lift_station"]["repaired"] == 1
