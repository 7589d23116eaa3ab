"""The front desk over the life of a night: run, explain, test, check, export, on the town worked by hand."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from twin import cli

ROOT = Path(__file__).parents[1]


HAND = """\
scenario: Nuit de panne
city: hand.gpkg
start: 2026-11-22T16:00+01:00
duration: 36h
status: exercise
events:
  - {at: +10h, fail: S1, until: +11h, reason: incendie}
  - {at: +630min, fail: S2, until: +12h}
expect:
  - {at: +38400s, kind: lamp, out: 4}
  - {asset: I1, mechanism: buffer_empty, root: S1}
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the hand-worked town as a city file and a night of failures beside it."""
    import numpy as np

    from geodata.city.file import write_city
    from geodata.city.model import CityFile
    from tests.reference.hand_town import hand_city

    folder = tmp_path_factory.mktemp("hand")
    city = hand_city()
    write_city(CityFile(city=city, shapes=np.full(len(city.assets), None, object)), folder / "hand.gpkg")
    (folder / "night.scenario.yaml").write_text(HAND, encoding="utf-8")
    return folder / "night.scenario.yaml"


@pytest.fixture(scope="module")
def run_dir(night: Path) -> Path:
    """Give the run folder of that night."""
    assert cli.main(["run", str(night), "--out", str(night.parent / "run")]) == 0
    return night.parent / "run"


def test_a_run_leaves_the_files_of_the_contract(run_dir: Path) -> None:
    assert {"run.json", "outages.parquet", "exposure.parquet", "events.parquet", "timeline.parquet", "city.gpkg"} <= {
        path.name for path in run_dir.iterdir()}
    told = json.loads((run_dir / "run.json").read_text(encoding="utf-8"))
    assert told["status"] == "exercise"
    assert [file["file"] for file in told["inputs"]] == ["night.scenario.yaml", "hand.gpkg"]
    assert str(run_dir.parent) not in json.dumps(told), "a path of this computer"


def test_the_same_run_twice_gives_the_same_bytes(run_dir: Path, night: Path, tmp_path: Path,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", str(night), "--out", str(tmp_path / "again"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["lamps_out_at_worst"]) == ("exercise", 4)
    for path in run_dir.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(("lang", "kept"), [("fr", "gardé dans le dossier, sans rapport avec ce calcul : notes.txt"),
                                            ("en", "kept in the folder, not of this run: notes.txt")])
def test_a_run_replaces_an_earlier_run_and_keeps_what_else_lies_there(
        night: Path, tmp_path: Path, lang: str, kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", str(night), "--out", str(tmp_path / "out"), "--lang", lang]
    assert cli.main(command) == 0
    assert kept not in capsys.readouterr().out
    (tmp_path / "out/outages.parquet").unlink()
    (tmp_path / "out/notes.txt").write_text("mine", encoding="utf-8")
    assert cli.main(command) == 0
    assert kept in capsys.readouterr().out
    assert (tmp_path / "out/outages.parquet").is_file()
    assert (tmp_path / "out/notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_another_programs_run_json_stays(night: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text("{}", encoding="utf-8")
    assert cli.main(["run", str(night), "--out", str(tmp_path / "out")]) == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run.json"]


@pytest.mark.parametrize("name", ["inventory.gpkg", "lamps.terrain.tif"])
def test_an_import_never_takes_the_place_of_what_it_reads(tmp_path: Path, name: str,
                                                          capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(b"")  # nothing there to read, but its own
    (tmp_path / "map.yaml").write_text(
        "city: Town\ntimezone: Europe/Paris\ncrs: EPSG:2154\nlayers:\n  - kind: lamp\n"
        f"    file: {name}\n    id: ID\n", encoding="utf-8")
    out = tmp_path / (name if name.endswith("gpkg") else "lamps.gpkg")
    assert cli.main(["import", str(tmp_path / "map.yaml"), "--out", str(out)]) == 2
    assert "found a file that the city is made from" in capsys.readouterr().err
    assert (tmp_path / name).exists()


@pytest.mark.parametrize(("lang", "words"), [("fr", "est en panne"), ("en", "is broken down")])
def test_explain_says_why_and_draws_the_tree(run_dir: Path, lang: str, words: str,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(run_dir), "L3", "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert words in said
    assert "incendie" in said
    tree = [line for line in said.splitlines() if re.search(r"\b(L3|K2|C2|S1|S2)\b", line) and "─" in line]
    assert [re.findall(r"\b(K2|C2|S1|S2)\b", line)[0] for line in tree[:3]] == ["K2", "C2", "S1"]


def test_explain_at_a_moment_in_json(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(run_dir), "L3", "--at", "02:40", "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["asset"], told["state"], told["causes"]["asset"]) == ("L3", "out", "L3")
    assert cli.main(["explain", str(run_dir), "L3", "--at", "17:00", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["causes"]) == ("in_service", None)
    assert [link["asset"] for link in told["fed_by"]] == ["K2", "C2", "S1"]


@pytest.mark.parametrize(("words", "message"), [
    (["L9"], "found asset 'L9'"), (["L3", "--at", "+40h"], "field '--at': found '+40h'; expected a moment of the run"),
    (["L3", "--at", "soon"], "field '--at': found 'soon'")])
def test_explain_refuses_what_is_not_there(run_dir: Path, words: list[str], message: str,
                                           capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(run_dir), *words]) == 2
    assert message in capsys.readouterr().err


def test_explain_of_a_folder_that_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", str(tmp_path), "L3"]) == 2
    assert "found no run.json in it" in capsys.readouterr().err


def test_expectations_that_hold_end_with_0_and_one_that_fails_with_3(night: Path, tmp_path: Path,
                                                                     capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["test", str(night.parent)]) == 0
    assert "3 of 3 expectations hold, in 1 scenario." in capsys.readouterr().out
    wrong = night.parent / "wrong.yaml"
    wrong.write_text(HAND.replace("out: 4", "out: [1, 2]"), encoding="utf-8")
    assert cli.main(["test", str(wrong)]) == 3
    said = capsys.readouterr().out
    assert re.search(r"10\s+lamp at \+38400s\s+out 1 to 2\s+4\s+FAILS", said)
    assert "2 of 3 expectations hold, in 1 scenario." in said
    assert cli.main(["test", str(wrong), "--json"]) == 3
    [report] = json.loads(capsys.readouterr().out)
    assert [outcome["is_met"] for outcome in report["outcomes"]] == [False, True, True]


def test_a_scenario_that_does_not_run_ends_the_test_with_2(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = night.parent / "broken.yaml"
    broken.write_text(HAND.replace("asset: I1", "asset: I7"), encoding="utf-8")
    assert cli.main(["test", str(broken), str(night)]) == 2
    said = capsys.readouterr().out
    assert "found asset 'I7'" in said
    assert "3 of 3 expectations hold" in said, "the others are held all the same"


def test_check_tells_people_and_programs(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(night.parent / "hand.gpkg")]) == 0
    assert "test town" in capsys.readouterr().out
    assert cli.main(["check", str(night.parent / "hand.gpkg"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["assets"]["lamp"] == 4


@pytest.mark.parametrize(("failure", "code", "words"), [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 2, "no space left on the disk"),
    (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), 2, "may not be written"),
    (KeyboardInterrupt(), 130, "Interrupted.")])
def test_a_run_that_cannot_end_leaves_nothing(night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                              failure: BaseException, code: int, words: str,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    import geodata.run.folder

    def fail(*arguments: Any) -> None:
        raise failure
    monkeypatch.setattr(geodata.run.folder, "describe", fail)
    assert cli.main(["run", str(night), "--out", str(tmp_path / "out")]) == code
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_stopped_leaves_nothing(night: Path, tmp_path: Path) -> None:
    code = ("import signal, sys, geodata.run.folder as f, twin.cli as c; "
            "f.describe = lambda *a: signal.raise_signal(signal.SIGTERM); "
            f"sys.exit(c.main(['run', {str(night)!r}, '--out', {str(tmp_path / 'out')!r}]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted. Nothing half-written was left behind. Water that "
                                              "the flow model was computing is kept in the cache: the same command "
                                              "goes on from its last checkpoint.\n")
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_that_the_compiler_swallows_is_one_all_the_same(night: Path, tmp_path: Path) -> None:
    # Whoever ignores an interruption hands that on to what it starts, as a shell does in the background.
    code = ("import signal, sys, geodata.run.folder as f, twin.cli as c\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "def swallow(*a):\n"
            "    try:\n        signal.raise_signal(signal.SIGINT)\n"
            "    except KeyboardInterrupt:\n        raise RuntimeError('no compiled object yet')\n"
            "f.describe = swallow\n"
            f"sys.exit(c.main(['run', {str(night)!r}, '--out', {str(tmp_path / 'out')!r}]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted. Nothing half-written was left behind. Water that "
                                              "the flow model was computing is kept in the cache: the same command "
                                              "goes on from its last checkpoint.\n")


def test_export_names_the_file_and_its_size(run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(run_dir), "--format", "csv", "--out", str(tmp_path / "open"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] > 0
    assert (tmp_path / "open" / "datapackage.json").is_file()


def test_the_citys_own_list_says_what_may_leave(run_dir: Path, tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    from importlib import resources

    shipped = resources.files("viewer").joinpath("data/public_fields.toml").read_text("utf-8")
    ours, data = tmp_path / "ours.toml", tmp_path / "open"
    ours.write_text(shipped.replace('fields = ["position", "street", "id"]', 'fields = ["position", "street"]'),
                    encoding="utf-8")
    words = ["export", str(run_dir), "--format", "csv", "--out", str(data)]
    assert cli.main(words) == 0
    assert "lamp" in (data / "lamps.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert cli.main([*words, "--fields", str(ours)]) == 0
    assert "lamp" not in (data / "lamps.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    sizes = []
    for more in ([], ["--fields", str(ours)]):
        page = tmp_path / f"page{len(more)}.html"
        assert cli.main(["export", str(run_dir), "--public", "--out", str(page), *more]) == 0
        sizes.append(page.stat().st_size)
    assert sizes[1] < sizes[0]
    capsys.readouterr()
    assert cli.main(["export", str(run_dir), "--out", str(tmp_path / "map.html"), "--fields", str(ours)]) == 2
    assert "--public" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "said"), [
    (None, "No such file"), ("[lamp", "expected TOML"), ('lamp = ["position"]', "no list of words"),
    ('[lamp]\nfields = ["positions"]', "expected one of id, position, street"),
    ("[lampe]\nfields = ['id']", "cabinet")])
def test_a_list_that_is_none_is_refused(run_dir: Path, tmp_path: Path, text: str | None, said: str,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    ours = tmp_path / "ours.toml"
    if text is not None:
        ours.write_text(text, encoding="utf-8")
    assert cli.main(["export", str(run_dir), "--public", "--out", str(tmp_path / "a.html"), "--fields", str(ours)]) == 2
    told = capsys.readouterr().err
    assert "ours.toml" in told
    assert said in told


def test_a_night_that_is_over_is_said_where_it_is_run_and_exported(run_dir: Path, night: Path, tmp_path: Path,
                                                                   capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    said = (r"OUT OF DATE: valid until Tuesday 24 November 2026, 04:00\. Its map opens as expired.*"
            "`twin run SCENARIO --date today`")
    assert cli.main(["run", str(night), "--out", str(tmp_path / "old")]) == 0
    assert re.search(said, capsys.readouterr().out)
    assert cli.main(["export", str(tmp_path / "old"), "--public", "--out", str(tmp_path / "old.html")]) == 0
    assert re.search(said, capsys.readouterr().out)
    assert cli.main(["export", str(tmp_path / "old"), "--out", str(tmp_path / "map.html"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["expired"] is True
    assert cli.main(["export", str(tmp_path / "old"), "--format", "cap", "--out", str(tmp_path / "a.xml")]) == 2
    assert "a night that is over" in capsys.readouterr().err


def test_a_date_moves_an_exercise_with_all_that_is_in_it(night: Path, tmp_path: Path,
                                                         capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["run", str(night), "--date", "today", "--out", str(tmp_path / "now")]) == 0
    said = capsys.readouterr().out
    assert "The night was moved to" in said
    assert "OUT OF DATE" not in said
    assert cli.main(["run", str(night), "--date", "2028-02-29", "--out", str(tmp_path / "leap")]) == 0
    told = json.loads((tmp_path / "leap" / "run.json").read_text(encoding="utf-8"))
    assert (told["start"], told["valid_until"]) == ("2028-02-29T16:00:00+01:00", "2028-03-02T04:00:00+01:00")
    assert [one["at_s"] for one in told["plan"]["declared"]] == [36_000, 37_800, 39_600, 43_200]
    assert {"warning": "moved", "from": "2026-11-22T16:00:00+01:00", "to": told["start"]} in told["warnings"]
    assert cli.main(["export", str(tmp_path / "now"), "--format", "cap", "--out", str(tmp_path / "a.xml")]) == 0
    assert cli.main(["export", str(tmp_path / "now"), "--format", "cap", "--update", str(tmp_path / "a.xml"),
                     "--out", str(tmp_path / "b.xml")]) == 0
    assert "<msgType>Update</msgType>" in (tmp_path / "b.xml").read_text(encoding="utf-8")


def test_a_forecast_stays_on_its_day_and_a_date_alone(night: Path, tmp_path: Path,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    forecast = night.with_name("forecast.scenario.yaml")
    forecast.write_text(HAND.replace("status: exercise", "status: forecast\nissued: 2026-11-22T16:00+01:00"), "utf-8")
    for words, message in (([str(forecast), "--date", "today"], "a forecast moved to another day"),
                           ([str(night), "--date", "today", "--issued", "now"], "--date beside --issued"),
                           ([str(night), "--date", "tomorrow"], "expected a day, YYYY-MM-DD, or today")):
        assert cli.main(["run", *words, "--out", str(tmp_path / "run")]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "run").exists()


def test_whoever_publishes_is_told_what_was_guessed_or_is_missing(run_dir: Path, tmp_path: Path,
                                                                  capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["export", str(run_dir), "--public", "--out", str(tmp_path / "a.html")]) == 0
    said = capsys.readouterr().out
    assert "emergency numbers are those of FR, guessed from the time zone Europe/Paris" in said
    assert "no public title" in said
    assert cli.main(["export", str(run_dir), "--out", str(tmp_path / "map.html"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes"] == [], "the operator's map publishes nothing"


@pytest.mark.parametrize(("words", "message"), [
    (["--update", "a.xml"], "--update for what is no alert"), (["--all-clear"], "--all-clear for what is no alert"),
    (["--format", "cap", "--update", "a.xml", "--cancel", "b.xml"], "--update beside --cancel")])
def test_options_of_alerts_are_for_alerts(words: list[str], message: str, run_dir: Path, tmp_path: Path,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", str(run_dir), *words, "--out", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
