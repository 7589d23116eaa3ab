"""What goes out together, word for word in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.ensemble.asking import all_at_once, outs_of
from geodata.ensemble.folder import read_ensemble
from tests.viewer.desk.test_likely import written
from twin.cli.entry import main
from twin.ensemble.together import joint_of
from twin.explaining.together import joint_lines


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    file = written(folder, "night")
    assert main(["ensemble", str(file), "-n", "20", "--workers", "1", "--out", str(folder / "out"), "--progress",
                 "none"]) == 0
    return folder / "out"


def test_all_at_one_moment_is_counted_night_by_night(folder):
    found = read_ensemble(folder)
    rows = found.base.city.assets.rows(["S-08", "S-13"])
    out, once = outs_of(found, rows), all_at_once(found, rows)
    assert 0 < once.sum() <= out.all(axis=1).sum() < len(out)
    joint = joint_of(out, once)
    english = joint_lines(found.base, joint, [found.base.city.assets[int(row)] for row in rows], "en")
    assert english[0] == "Together: critical site “École des Bas-Prés” and critical site “Gendarmerie”."
    assert english[1].startswith("All out in one night: ")
    assert english[2].startswith("All out at one moment: ")
    assert english[3].startswith("One of them at least: ")
    french = [plain(line) for line in joint_lines(found.base, joint, [found.base.city.assets[int(r)] for r in rows],
                                                  "fr")]
    assert french[0] == "Ensemble : l’établissement « École des Bas-Prés » et l’établissement « Gendarmerie »."
    assert french[1].startswith("Tous touchés dans une même nuit : ")
    assert french[2].startswith("Tous touchés à un même moment : ")
    assert french[3].startswith("L’un d’eux au moins : ")


def test_the_commands_tell_it(folder, capsys):
    assert main(["explain", str(folder), "S-08", "--with", "S-13", "--with", "S-01", "--lang", "en"]) == 0
    assert "All out in one night: in none of the 20 nights." in " ".join(capsys.readouterr().out.split())
    assert main(["list", str(folder), "--together", "--lang", "fr"]) == 0
    said = plain(" ".join(capsys.readouterr().out.split()))
    assert "2 établissements sensibles ou plus sans courant dans une même nuit : " in said
    assert "Ensemble " in said
    assert main(["list", str(folder), "--together", "--kind", "circuit", "--json"]) == 0
    assert '"groups"' in capsys.readouterr().out


@pytest.mark.parametrize(("words", "message"), [
    (["explain", "S-08", "--with", "S-08"], "another asset"),
    (["explain", "S-08", "--with", "S-13", "--at", "22:00"], "--at beside --with"),
    (["explain", "S-08", "--with", "S-999"], "S-999"),
    (["list", "--together", "--at", "22:00"], "--together beside another choice")])
def test_what_cannot_be_asked_together_is_refused(folder, capsys, words, message):
    assert main([words[0], str(folder), *words[1:]]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_run_is_no_ensemble(folder, capsys):
    assert main(["explain", str(folder / "base"), "S-08", "--with", "S-13"]) == 2
    assert main(["list", str(folder / "base"), "--together"]) == 2
    assert "an ensemble" in " ".join(capsys.readouterr().err.split())


def test_no_night_lacks_an_asset_that_it_counts(folder):
    found = read_ensemble(folder)
    some = found.answers.asset[found.answers.out > 0][:50]
    np.testing.assert_array_equal(outs_of(found, some).sum(axis=0), found.answers.out[found.answers.out > 0][:50])
