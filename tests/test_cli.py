"""The front desk: what each command says, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from twin import cli
from twin.cli import progress
from twin.cli.commands.demo import on_day
from twin.cli.commands.flood import volumes
from twin.cli.progress import stages
from twin.errors import InputError
from twin.stages import Progress, Stage

ROOT = Path(__file__).parents[1]
NIGHT = "scenario: Nuit\ncity: valmont\nstart: 2026-11-22T16:00+01:00\nduration: 6h\n"


def commands() -> dict[str, Any]:
    return dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


def twin(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "twin.cli", *words], cwd=options.pop("cwd", ROOT), text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}, **options)


# --- help ------------------------------------------------------------------------------------------------------------


def test_every_command_of_the_contract_is_there() -> None:
    assert set(commands()) == {
        "account", "cache", "check", "compare", "crews", "demo", "drivers", "ensemble", "explain", "export", "flood",
        "import", "irrigate", "list", "observe", "rank", "report", "review", "run", "schema", "serve", "test",
        "year"}


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    assert f"Example:  twin {name}" in capsys.readouterr().out


def test_without_a_word_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) in (0, 2)
    said = capsys.readouterr()
    assert all(name in said.out + said.err for name in commands())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert re.fullmatch(r"twin \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_documents_hold_every_command_and_option(name: str) -> None:
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    section = text.split(f"## twin {name}\n")[1].split("\n## ")[0]
    everywhere = text.split("\n## ")[0]
    for option in (opt for parameter in commands()[name].params for opt in parameter.opts if opt.startswith("--")):
        assert option in section or option in everywhere, option
    assert f"`twin {name}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_help_loads_nothing_heavy_and_answers_at_once() -> None:
    heavy = ["numpy", "numba", "pydantic", "ruamel", "pyogrio", "geopandas", "rasterio", "pyarrow", "simpy", "networkx",
             "pydeck", "scipy", "xarray"]
    code = ("import sys; sys.argv = ['twin', '--help']; from twin.cli import main; main(); "
            f"print('loaded:', *[m for m in {heavy!r} if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"

    def best(words: list[str]) -> float:
        times = []
        for _ in range(4):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
            times.append(time.perf_counter() - begun)
        return min(times)

    # 0.1 s on an idle core, against 0.3 s promised; a busy machine slows the bare interpreter as well.
    bare = best(["-c", "import json, typing, inspect, pathlib"])
    assert best(["-m", "twin.cli", "--help"]) < max(0.3, 8 * bare)


# --- how it ends -----------------------------------------------------------------------------------------------------


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Make ``twin schema`` fail in a given way and give its exit code."""
    import scenarios.editor

    def run(failure: BaseException) -> int:
        def fail() -> str:
            raise failure
        monkeypatch.setattr(scenarios.editor, "schema_text", fail)
        return cli.main(["schema"])
    return run


def test_your_input_ends_with_2_and_the_whole_message(failing: Callable[[BaseException], int],
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(InputError(file="a.yaml", field="step", line=3, column=7, found="'5m'", expected="5min")) == 2
    assert capsys.readouterr().err == "a.yaml:3:7, field 'step': found '5m'; expected 5min.\n"


def test_an_interruption_ends_with_130(failing: Callable[[BaseException], int],
                                       capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.startswith("Interrupted.")


def test_our_mistake_ends_with_1_and_a_file_to_send(failing: Callable[[BaseException], int],
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(ZeroDivisionError("division by zero")) == 1
    said = capsys.readouterr().err
    assert "our mistake, not yours" in said
    assert "Traceback" not in said
    file = re.search(r"this file: (\S+)", said)
    assert file is not None
    told = Path(file[1]).read_text(encoding="utf-8")
    Path(file[1]).unlink()
    assert "ZeroDivisionError" in told
    assert "Traceback" in told


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "the disk is full"), (errno.EACCES, "you may not write or read there"),
    (errno.EROFS, "read-only")])
def test_a_place_that_cannot_be_used_is_told_as_such(failing: Callable[[BaseException], int], number: int, words: str,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(OSError(number, os.strerror(number), "/data/out")) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "/data/out" in said


@pytest.mark.parametrize("words", [["rnu"], ["run"], ["run", "x", "--uot", "y"], ["explain", "a", "b", "--lang", "de"]])
def test_wrong_words_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert "Usage" in capsys.readouterr().err


def test_a_scenario_that_cannot_be_read_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.scenario.yaml").write_text(NIGHT + "steps: 5min\n", encoding="utf-8")
    assert cli.main(["run", str(tmp_path / "a.scenario.yaml"), "--out", str(tmp_path / "out")]) == 2
    assert "a.scenario.yaml:5:1, field 'steps': found the unknown key 'steps'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_reader_that_closes_the_pipe_is_no_failure() -> None:
    done = subprocess.run(f"{sys.executable} -m twin.cli schema | head -1", shell=True, cwd=ROOT, capture_output=True,
                          text=True, check=False)
    assert (done.stdout, done.stderr) == ("{\n", "")


# --- where it writes -------------------------------------------------------------------------------------------------


def test_a_folder_without_a_run_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.odt").write_text("years of work", encoding="utf-8")
    for words in (["run", "ouche-q10", "--out"], ["demo", "--out"]):
        assert cli.main([*words, str(tmp_path / "mine")]) == 2
        assert "found a folder without a run.json" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.odt"]


def test_a_file_is_never_replaced_by_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["run", "ouche-q10", "--out", str(tmp_path / "notes.txt")]) == 2
    assert "found a file" in capsys.readouterr().err


def test_a_folder_that_may_not_be_written_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                     capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    if os.geteuid() == 0:  # root may write anywhere: let the system say no
        monkeypatch.setattr("scenarios.places.os.access", lambda folder, mode: folder != tmp_path / "locked")
    assert cli.main(["run", "ouche-q10", "--out", str(tmp_path / "locked" / "out")]) == 2
    assert "may not be written" in capsys.readouterr().err


# --- what it answers -------------------------------------------------------------------------------------------------


def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Scenario of the city's digital twin"


def test_colour_stays_away_from_pipes() -> None:
    done = twin("run", "no-such-scenario", "--out", "nowhere", env={"FORCE_COLOR": "", "NO_COLOR": "1"})
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "no-such-scenario: no such file" in done.stderr


# --- a whole life, on the town worked by hand ------------------------------------------------------------------------

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
    code = ("import signal, sys, geodata.run.folder as f, twin.cli as c\n"
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


# --- the main job ----------------------------------------------------------------------------------------------------


def test_the_demo_runs_offline_and_explains_a_dry_lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                       capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    def offline(*arguments: Any, **options: Any) -> None:
        raise AssertionError("the demo asked for the network")
    monkeypatch.setenv("COLUMNS", "80")  # of a terminal, and none of a pipe's business: no line is cut
    monkeypatch.setattr(socket, "create_connection", offline)
    monkeypatch.setattr(socket.socket, "connect", offline)
    assert cli.main(["demo", "--date", "2027-07-14", "--out", str(tmp_path / "demo")]) == 0
    said = capsys.readouterr().out
    assert "was moved to Wednesday 14 July 2027" in said
    told = json.loads((tmp_path / "demo" / "run.json").read_text(encoding="utf-8"))
    assert (told["start"], told["issued_at"]) == ("2027-07-14T16:00:00+02:00",) * 2
    assert told["valid_until"] == "2027-07-16T04:00:00+02:00"
    assert [one["at_s"] for one in told["plan"]["declared"]] == [22_200, 74_700], "22:10, and 12:45 of the next day"
    assert re.search(r"lighting cabinets out(, \d+ more in doubt)?; \d+ flooded \(\d+ of them dead by then\), "
                     r"the first is A-\d+", said)
    lamp = re.search(r"fr  La lampe (\S+) .* est éteinte", said)
    assert lamp is not None
    assert f"en  Lamp {lamp[1]}" in said
    assert {"map.html", "run.json", "water.tif", "city.gpkg"} <= {path.name for path in (tmp_path / "demo").iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert cli.main(["explain", str(tmp_path / "demo"), lamp[1], "--lang", "fr"]) == 0
    explained = capsys.readouterr().out
    assert f"La lampe {lamp[1]}" in explained
    assert re.search(r"inondé à 20\s?h\s?39, eau 0,\d\d\s?m, seuil 0,35\s?m, dépassement 0,\d\d\s?m", explained)
    assert "{" not in explained
    assert cli.main(["explain", str(tmp_path / "demo"), lamp[1], "--lang", "en"]) == 0
    explained = capsys.readouterr().out
    assert re.search(r"flooded at 20:39, water 0.\d\d\s?m, threshold 0.35\s?m, 0.\d\d\s?m above", explained)
    assert "{" not in explained


@pytest.mark.parametrize(("day", "start"), [("2028-02-29", "2028-02-29T16:00:00+01:00"),
                                            ("2026-10-24", "2026-10-24T16:00:00+02:00")])
def test_the_demo_keeps_its_clock_and_its_length_on_any_day(day: str, start: str) -> None:
    from datetime import UTC, date, timedelta

    from scenarios import load_scenario, prepare

    prepared = prepare(load_scenario("ouche-q10"))
    moved = on_day(prepared, date.fromisoformat(day))
    assert moved.plan.start.isoformat() == start
    assert moved.plan.valid_until.astimezone(UTC) - moved.plan.start.astimezone(UTC) == timedelta(hours=36)
    assert moved.plan.declared == prepared.plan.declared
    assert on_day(prepared, date.fromisoformat(day)).plan.digest == moved.plan.digest


def test_the_demo_is_not_out_of_date_on_the_day_it_is_made() -> None:
    from datetime import UTC, datetime

    from scenarios import load_scenario, prepare

    assert on_day(prepare(load_scenario("ouche-q10")), None).plan.valid_until > datetime.now(UTC)


def test_a_date_that_is_none_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--date", "14/07/2027", "--out", str(tmp_path / "demo")]) == 2
    assert "field '--date': found '14/07/2027'; expected a day, YYYY-MM-DD" in capsys.readouterr().err


def test_volumes_say_in_and_out_and_nothing_that_rounds_to_zero() -> None:
    book = {"start_m3": 0.0, "rain_m3": 12.0, "inflow_m3": {"Ouche": 3.0}, "edges_m3": {"east": -4.0, "west": 2.0,
            "north": -0.04}, "infiltration_m3": 0.04, "drains_m3": 0.0, "pumped_out_m3": {}, "moved_m3": {"pipe": -1.0},
            "stored_m3": 13.0, "created_m3": 0.0, "error_m3": -1e-7}
    assert list(volumes(book)) == [
        ("rain", 12.0), ("inflow: Ouche", 3.0), ("in over the edge: west", 2.0), ("out over the edge: east", 4.0),
        ("moved inside: pipe", -1.0), ("there at the end", 13.0)]


@pytest.mark.parametrize(("words", "says"), [
    (["flood", "storm", "--out", "w"], "Interrupted. The store keeps what was computed: the same command goes on"),
    (["test", "."], "the flow model was computing is kept in the cache"),
    (["schema"], "Interrupted. Nothing half-written was left behind.")])
def test_an_interruption_says_what_it_leaves(words: list[str], says: str, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*arguments: Any, **more: Any) -> None:
        raise KeyboardInterrupt
    for place in ("scenarios.load_scenario", "scenarios.suite.gather", "scenarios.editor.schema_text"):
        monkeypatch.setattr(place, stop)
    assert cli.main(words) == 130
    assert says in capsys.readouterr().err


def test_without_a_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "QUIET_S", 0.0)
    with stages(computes=True) as stage:
        stage("the water flows: 0.1 of 1.0 h")
    assert capsys.readouterr().err == "the water flows: 0.1 of 1.0 h\n"
    monkeypatch.setattr(progress, "QUIET_S", 3600.0)
    with stages(computes=True) as stage:
        stage("the water flows: 0.2 of 1.0 h")
    assert capsys.readouterr().err == ""


def test_programs_follow_a_run_line_by_line(tmp_path: Path) -> None:
    done = twin("run", "ouche-q10", "--out", "run", "--progress", "json", "--json", cwd=tmp_path)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 0
    assert json.loads(done.stdout)["run"] == "run"
    assert [line["stage"] for line in told if "stage" in line][-1] == "ask"
    read = [line for line in told if line.get("unit") == "frames"]
    assert read[-1]["done"] == read[-1]["of"]
    assert {"doing", "seconds_left"} <= set(read[-1])


def test_progress_is_said_in_the_language_of_the_answer(monkeypatch: pytest.MonkeyPatch,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "QUIET_S", 0.0)
    with stages(computes=True, lang="fr") as stage:
        stage("reading the city")
        stage(Progress(stage=Stage.WATER, doing="the water flows", done=3.25, of=12, unit="h", seconds_left=300))
    assert capsys.readouterr().err.replace("\u00a0", " ") == (
        "lecture de la ville\nl’eau s’écoule : 3,2 sur 12,0 h, encore 5 min environ\n")


def test_whatever_is_said_of_progress_has_its_french() -> None:
    from twin.explaining.doing import DOING, UNITS
    from twin.explaining.words import speech

    told = re.compile(r"""(?:stage\(|doing=|Stage\.[A-Z]+, )"([^"]+)\"""")
    units = re.compile(r"""unit="([^"]+)\"""")
    code = "".join(path.read_text(encoding="utf-8") for folder in ("scenarios", "twin/cli/commands")
                   for path in sorted((ROOT / folder).rglob("*.py")))
    assert set(told.findall(code)) == set(DOING)
    assert set(units.findall(code)) == set(UNITS)
    french = speech("fr").catalogue
    assert all(french.gettext(word) != word for word in DOING)


# --- irrigate ---------------------------------------------------------------------------------------------------------


def test_irrigate_tells_the_ground_of_each_zone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ["irrigate", "valmont", "valmont-summer", "--on", "2026-07-14", "--csv", str(tmp_path / "days.csv"),
             "--save", str(tmp_path / "state.json")]
    assert cli.main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["on"], len(answer["zones"])) == ("2026-07-14", 30)
    assert all(outcome["is_met"] for outcome in answer["expectations"])
    assert len((tmp_path / "days.csv").read_text("utf-8").splitlines()) == 1 + 30 * 92
    assert json.loads((tmp_path / "state.json").read_text("utf-8"))["evening"] == "2026-08-31"
    assert cli.main([*words, "--lang", "fr"]) == 0
    said = capsys.readouterr().out
    assert "le sol contient" in said
    assert "Jours de stress hydrique" in said


def test_irrigate_compares_two_programmes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = ROOT / "scenarios" / "irrigation"
    (tmp_path / "valmont-summer.csv").write_bytes((folder / "valmont-summer.csv").read_bytes())
    plain = (folder / "valmont-summer.irrigation.yaml").read_text("utf-8")
    other = tmp_path / "clock.yaml"
    other.write_text(plain.replace("{depletion: 1.0}", "{fixed_mm: 12}"), "utf-8")
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["against"]["wasted_m3"] > answer["indicators"]["wasted_m3"]
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other), "--lang", "fr"]) == 0
    assert "eau perdue sur sol humide" in capsys.readouterr().out
    other.write_text(plain.replace("to: 2026-08-31", "to: 2026-08-30"), "utf-8")
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--against", str(other)]) == 2
    assert "compared day by day" in capsys.readouterr().err


def test_irrigate_refuses_a_day_outside_of_its_season(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["irrigate", "valmont", "valmont-summer", "--on", "2027-01-01"]) == 2
    assert "a day from 2026-06-01 to 2026-08-31" in capsys.readouterr().err
    assert cli.main(["irrigate", "valmont", "no-such-file"]) == 2
    assert "Shipped: valmont-june, valmont-summer" in capsys.readouterr().err


# --- the cache -------------------------------------------------------------------------------------------------------


def test_the_cache_is_told_and_cleared_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWIN_CACHE", str(tmp_path))
    store = tmp_path / "flow" / ("a" * 24)
    store.mkdir(parents=True)
    (store / "flow.json").write_bytes(b"x" * 2_500_000)
    assert cli.main(["cache", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Computed water: {tmp_path / 'flow'}\n  1 store, 2.5 MB\n  After a run, ")
    assert "60 days" in said
    assert "10 GB" in said
    assert cli.main(["cache", "--lang", "fr"]) == 0
    assert f"Eau calculée\u00a0: {tmp_path / 'flow'}\n  1 calcul conservé, 2,5 Mo\n" in capsys.readouterr().out
    assert cli.main(["cache", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"][0]["bytes"] == 2_500_000
    assert cli.main(["cache", "--clear", "--lang", "fr"]) == 0
    assert "1 calcul supprimé, 2,5 Mo" in capsys.readouterr().out
    assert not store.exists()


@pytest.mark.parametrize(("words", "said"), [
    (["run", "nowhere", "--out", "x", "--lang", "fr"],
     "nowhere\u00a0: fichier introuvable\u00a0; attendu un fichier de scénario"),
    (["run", "nowhere", "--lang=fr"], "Erreur\u00a0: il manque l’option '--out'."),
    (["rnu", "--lang", "fr"], "Erreur\u00a0: commande inconnue\u00a0: 'rnu'"),
    (["import", "a.yaml", "b.yaml", "--lang", "fr"], "attendu un seul fichier de correspondance"),
])
def test_refusals_speak_the_language_of_the_answer(words: list[str], said: str,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert said in capsys.readouterr().err


def test_refusals_speak_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert cli.main(["run", "nowhere", "--out", "x"]) == 2
    assert "attendu un fichier de scénario" in capsys.readouterr().err
    assert cli.main(["run", "nowhere", "--out", "x", "--lang", "en"]) == 2
    assert "expected a scenario file" in capsys.readouterr().err
