"""``twin import --draft``: two commands from files to a city, nothing overwritten, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geodata.city.file import read_city
from tests.geodata.importing.drafting.test_draft import CABINETS, LAMPS
from twin import cli


@pytest.fixture
def gis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "armoires.csv").write_text(CABINETS, encoding="utf-8")
    (tmp_path / "lampes.csv").write_text(LAMPS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_commands_make_a_city(gis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "--draft", "armoires.csv", "lampes.csv", "--out", "bourg.yaml", "--city", "Bourg"]) == 0
    said = capsys.readouterr().out
    assert "lampes: 30 records, taken as lamp, supplied by ARMOIRE, DEPART" in said
    assert "Tried: 39 assets, 36 supplies, 0 times doubtful." in said
    assert "then: twin import bourg.yaml --out bourg.gpkg" in said
    assert cli.main(["import", "bourg.yaml", "--out", "bourg.gpkg"]) == 0
    assert read_city(gis / "bourg.gpkg").city.name == "Bourg"


def test_files_stand_in_folders_and_have_brackets_in_their_names(gis: Path) -> None:
    (gis / "in").mkdir()
    (gis / "in" / "lampes[1].csv").write_text(LAMPS, encoding="utf-8")
    assert cli.main(["import", "--draft", "in/lampes[1].csv", "--out", "out/bourg.yaml"]) == 0
    assert 'file: "../in/lampes[1].csv"' in (gis / "out" / "bourg.yaml").read_text(encoding="utf-8")


def test_a_mapping_that_is_there_is_not_overwritten(gis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (gis / "bourg.yaml").write_text("mine", encoding="utf-8")
    assert cli.main(["import", "--draft", "armoires.csv", "--out", "bourg.yaml"]) == 2
    assert "A draft never overwrites a mapping" in capsys.readouterr().err
    assert (gis / "bourg.yaml").read_text(encoding="utf-8") == "mine"


def test_without_a_place_the_mapping_goes_to_the_output_alone(gis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "--draft", ".", "--city", "Bourg"]) == 0
    said = capsys.readouterr()
    (gis / "piped.yaml").write_text(said.out, encoding="utf-8")
    assert "To be looked at:" in said.err
    assert cli.main(["import", "piped.yaml", "--out", "bourg.gpkg"]) == 0


def test_a_draft_for_programs(gis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "--draft", "armoires.csv", "lampes.csv", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["imports"] is True
    assert answer["report"]["supplies"] == 36
    assert {"where", "text"} == set(answer["unsure"][0])


@pytest.mark.parametrize(("words", "said"), [
    (["armoires.csv", "lampes.csv", "--out", "x.gpkg"], "To have a mapping drafted from them"),
    (["bourg.yaml"], "the city file to write: --out CITY.gpkg"),
    (["--draft", "none.csv"], "none.csv: no such file"),
    (["--draft", "lampes.csv", "--data", "in"], "--data beside --draft"),
])
def test_what_cannot_be_meant_is_refused(gis: Path, capsys: pytest.CaptureFixture[str], words: list[str],
                                         said: str) -> None:
    assert cli.main(["import", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_mapping_whose_paths_hold_the_folder_is_met_with_data_too(gis: Path,
                                                                    capsys: pytest.CaptureFixture[str]) -> None:
    """The path is not doubled: ``in/in/lampes.csv`` is nowhere."""
    (gis / "in").mkdir()
    for name in ("armoires.csv", "lampes.csv"):
        (gis / name).rename(gis / "in" / name)
    assert cli.main(["import", "--draft", "in/armoires.csv", "in/lampes.csv", "--out", "bourg.yaml"]) == 0
    assert cli.main(["import", "bourg.yaml", "--data", "in", "--out", "bourg.gpkg", "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert "mènent aux fichiers depuis son propre dossier, non depuis in" in said
    (gis / "in" / "lampes.csv").unlink()
    assert cli.main(["import", "bourg.yaml", "--data", "in", "--out", "b.gpkg"]) == 2
    assert "lampes.csv: no such file" in capsys.readouterr().err
