"""The front desk: its words, how it ends, where it writes, in which language it refuses."""

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

from tests.front_desk import twin
from twin import cli
from twin.errors import InputError

ROOT = Path(__file__).parents[1]
NIGHT = "scenario: Nuit\ncity: valmont\nstart: 2026-11-22T16:00+01:00\nduration: 6h\n"


def commands() -> dict[str, Any]:
    return dict(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]





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


def test_a_page_of_a_run_loads_nothing_of_what_makes_nights(tmp_path: Path) -> None:
    code = ("import sys; from scenarios.running import run_scenario; "
            "run_scenario(sys.argv[1]).write(sys.argv[2])")
    subprocess.run([sys.executable, "-c", code, "ouche-q10", str(tmp_path / "run")], cwd=ROOT, check=True)
    code = ("import sys; from twin.cli import main; main(sys.argv[1:]); "
            "print('loaded:', *sorted(m for m in sys.modules if m == 'numba' or m.startswith('twin.engine.')))")
    done = subprocess.run([sys.executable, "-c", code, "export", str(tmp_path / "run"), "--out",
                           str(tmp_path / "map.html")], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


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


# --- in which language it refuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "said"), [
    (["run", "nowhere", "--out", "x", "--lang", "fr"],
     "nowhere\u00a0: fichier introuvable\u00a0; attendu\u00a0: un fichier de scénario"),
    (["run", "nowhere", "--lang=fr"], "Erreur\u00a0: il manque l’option '--out'."),
    (["rnu", "--lang", "fr"], "Erreur\u00a0: commande inconnue\u00a0: 'rnu'"),
    (["import", "a.yaml", "b.yaml", "--lang", "fr"], "attendu\u00a0: un seul fichier de correspondance"),
])
def test_refusals_speak_the_language_of_the_answer(words: list[str], said: str,
                                                   capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert said in capsys.readouterr().err


def test_refusals_speak_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert cli.main(["run", "nowhere", "--out", "x"]) == 2
    assert "attendu\u00a0: un fichier de scénario" in capsys.readouterr().err
    assert cli.main(["run", "nowhere", "--out", "x", "--lang", "en"]) == 2
    assert "expected a scenario file" in capsys.readouterr().err


def test_a_page_is_not_written_under_the_name_of_another_sort_of_file(tmp_path: Path) -> None:
    done = twin("export", "valmont", "--out", str(tmp_path / "carte.pdf"))
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "carte.pdf").exists()
