"""A run that is part of a season, on the pages: operator’s map, public page, open data; nothing of gear leaves."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from geodata.run.folder import Run
from tests.nights import night
from twin.irrigation.locks import Reason
from viewer.outputs.open_data import export_open_data
from viewer.outputs.page import export_map
from viewer.public.allowed import Allowed
from viewer.public.gardens import public_gardens
from viewer.scene.compose import pack_scene
from viewer.scene.gardens import LOCKS, STEPS, WATERINGS
from viewer.words import registers

#: Controllers, cabinets and substations of Valmont, and those who gave facts: never in a public file.
GEAR = re.compile(r"\bPA-\d|\bA-0\d\d\b|\bP-0\d\b|équipe Sud|espaces verts")


@pytest.fixture(scope="module")
def run() -> Run:
    return night("valmont-june")


def told(run: Run) -> Any:
    return pack_scene(run).packer._texts["gardens"]


def test_the_map_is_told_what_each_ground_holds_and_what_locks_it(run: Run) -> None:
    assert run.gardens is not None
    gardens = told(run)
    assert gardens["days"] == [-57_600, 28_800, 115_200]
    assert len(gardens["zones"]) == 30
    first = gardens["zones"][0]
    balance = run.gardens.balance
    assert first["lost"] == [round(10 * float(balance.columns.depletion_mm[0, d])) for d in (11, 12, 13)]
    assert [LOCKS[lock[2]] for lock in first["locks"]] == [
        "under_water", "controller_flooded", "controller_unpowered", "sanitary"]
    assert [STEPS[step[0]] for step in first["steps"]] == [
        "recede", "controller", "supply", "flush", "test", "release", "water"]
    assert first["steps"][1][3] == "Espaces verts"
    assert gardens["figures"] == run.result.indicators["irrigation"]


def test_every_lock_step_and_watering_has_its_words() -> None:
    from viewer.states import states

    for lang in ("fr", "en"):
        words = registers()[lang]
        for reason in Reason:
            assert f"locked_{reason.word}" in words
            assert f"layer_lock_{reason.word}" in words
            assert f"lock_{reason.word}" in states()["symbols"]
        assert all(f"step_{step}" in words for step in STEPS)
        assert all(f"watering_{word}" in words for word in WATERINGS)


def test_the_public_page_says_why_watering_stopped_and_names_no_gear(run: Run, tmp_path: Path) -> None:
    text = export_map(run, tmp_path / "p.html", public=True, lang="fr").read_text("utf-8")
    section = text[text.index('id="gardens"'):text.index('<section class="about">')]
    assert "Pourquoi cette pelouse est jaune" in section
    assert "Why this lawn is yellow" in section
    assert "Parc des Lavandières, zone 1" in section
    assert "Inondé\u00a0: l’arrosage reprendra après un contrôle sanitaire." in section
    assert not GEAR.search(section)
    assert "Autres jardins" in section


def test_open_data_has_a_row_for_each_garden_and_day(run: Run, tmp_path: Path) -> None:
    out = export_open_data(run, tmp_path / "open", format="csv")
    text = (out / "gardens.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 90
    assert not GEAR.search(text)
    drowned = [row for row in rows if row["garden"] == "Parc des Lavandières, zone 1"]
    assert [row["watering"] for row in drowned] == ["under_water", "controller_unpowered", "sanitary"]
    assert drowned[1]["since"] == "2026-06-12"
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    table = next(one for one in package["resources"] if one["name"] == "gardens")
    assert [field["name"] for field in table["schema"]["fields"]] == ["garden", "day", "watering", "since", "dry_since"]


@pytest.mark.parametrize("fields", ["", 'fields = ["name"]', 'fields = ["watering"]'])
def test_a_list_without_both_words_keeps_the_gardens(run: Run, tmp_path: Path, fields: str) -> None:
    kept = tmp_path / "list.toml"
    kept.write_text(f"[zone]\n{fields or 'fields = []'}\n[lamp]\nfields = [\"street\"]\n", "utf-8")
    assert public_gardens(run, Allowed.read(kept)) == ()
    text = export_map(run, tmp_path / "p.html", public=True, lang="fr", fields=kept).read_text("utf-8")
    assert 'id="gardens"' not in text
    out = export_open_data(run, tmp_path / "open", format="csv", fields=kept)
    assert not (out / "gardens.csv").exists()
