"""Repaired is not re-powered: what waits for its supply alone, and the same words for it everywhere."""

from __future__ import annotations

import csv
import json
from itertools import groupby
from operator import itemgetter
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
    found, horizon_s = result.unfed, result.plan.duration_s
    end_s = np.where(found.end_s == NONE, horizon_s, found.end_s)
    assert len(found) > 0
    assert np.all(found.holder != found.asset)
    # In order of time: the state of a whole city is made once for all that are asked about at that second.
    asked = sorted({(int(t), k) for times in (found.start_s, (found.start_s + end_s) // 2, end_s - 1)
                    for k, t in enumerate(times.tolist())})
    for t, rows in groupby(asked, key=itemgetter(0)):
        moment = moment_of(result, t)
        for _, k in rows:
            now = moment.of(int(found.asset[k]))
            assert now.damage is Damage.SOUND
            assert (now.outage != NONE, now.unfed) == (True, k)
            assert result.waits.at(int(found.asset[k]), t) == NONE, "nothing of its own is waited for"
    over = sorted((int(end_s[k]), k) for k in np.flatnonzero((found.end_s != NONE) & (end_s < horizon_s)).tolist())
    for t, rows in groupby(over, key=itemgetter(0)):
        moment = moment_of(result, t)
        assert [k for _, k in rows if moment.of(int(found.asset[k])).unfed != NONE] == []


@pytest.mark.parametrize("name", NIGHTS)
def test_no_repair_that_ends_in_an_outage_is_left_out(name: str) -> None:
    result = night(name).result
    trace = result.trace
    repaired = sorted((int(trace.time_s[row]), int(trace.asset[row]))
                      for row in np.flatnonzero(trace.what == What.REPAIRED).tolist())
    assert len(repaired) > 0
    for t, rows in groupby(repaired, key=itemgetter(0)):
        moment = moment_of(result, t)
        for _, asset in rows:
            now = moment.of(asset)
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
