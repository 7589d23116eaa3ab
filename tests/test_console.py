"""The console when it is odd: closed, full, in ASCII, gone, or shown names that would steer it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geodata.city.file import write_city
from geodata.city.model import CityFile
from tests.reference.hand_town import hand_city
from twin import cli
from twin.cli.printing import complain, console_on, print_json, say

ROOT = Path(__file__).parents[1]
NIGHT = ("scenario: Essai d’été\ncity: hand.gpkg\nstart: 2026-11-22T16:00+01:00\nduration: 10h\nstatus: exercise\n"
         "events:\n  - {at: +1h, fail: S1, until: +2h, by: incendie}\n")
ESCAPE = "Rue\x1b]0;owned\x07 \x1b[2J\u202egnip\x9b31m"


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("console")
    city = hand_city()
    write_city(CityFile(city=city, shapes=np.full(len(city.assets), None, object)), folder / "hand.gpkg")
    (folder / "night.scenario.yaml").write_text(NIGHT, encoding="utf-8")
    assert cli.main(["run", str(folder / "night.scenario.yaml"), "--out", str(folder / "run")]) == 0
    return folder / "run"


def shell(command: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, capture_output=True, check=False,
                          env={**os.environ, **more}, timeout=300)


def twin(*words: object) -> str:
    return " ".join([sys.executable, "-m", "twin.cli", *map(str, words)])


def test_a_reader_that_has_seen_enough_is_no_failure(run_dir: Path) -> None:
    # More than a pipe holds: the writer is still at it when its reader goes.
    code = ("import sys; from twin.cli import main; import twin.cli.commands.explain as e\n"
            "e.language_of = lambda lang: print('x\\n' * 200000) or 'en'\n"
            f"sys.exit(main(['explain', {str(run_dir)!r}, 'L3']))")
    done = shell(f"{sys.executable} -c \"$CODE\" | head -1", CODE=code)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"x\n", b"")


def test_a_closed_output_is_no_failure(run_dir: Path) -> None:
    assert shell(f"{twin('explain', run_dir, 'L3')} >&-").returncode == 0
    assert shell(f"{twin('explain', run_dir / 'none', 'L3')} 2>&-").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_output_says_that_the_work_may_stand(run_dir: Path) -> None:
    done = shell(f"{twin('explain', run_dir, 'L3')} >/dev/full")
    assert done.returncode == 2
    assert b"an answer that cannot be written (the disk is full)" in done.stderr
    assert b"may stand already" in done.stderr
    assert b"Nothing was changed" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", pytest.param("latin-1", marks=pytest.mark.verify)])
def test_a_terminal_without_our_letters_is_no_failure(run_dir: Path, tmp_path: Path, encoding: str) -> None:
    for words in (["explain", run_dir, "L3", "--lang", "fr"],
                  ["run", run_dir.parent / "night.scenario.yaml", "--out", tmp_path / "run", "--lang", "fr"]):
        done = shell(twin(*words), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert (done.returncode, done.stderr) == (0, b"")
        assert "calcul" in done.stdout.decode(encoding) or "armoire d'" in done.stdout.decode(encoding)
    done = shell(twin("explain", run_dir, "L3", "--lang", "fr", "--json"), PYTHONIOENCODING=encoding)
    json.loads(done.stdout.decode(encoding))


def test_a_terminal_that_goes_is_an_interruption(run_dir: Path, tmp_path: Path) -> None:
    code = ("import signal, sys, geodata.run.folder as f, twin.cli as c; "
            "signal.signal(signal.SIGHUP, signal.SIG_DFL); "  # whoever started the tests may have it ignored
            "f.describe = lambda *a: signal.raise_signal(signal.SIGHUP); "
            f"sys.exit(c.main(['run', {str(run_dir.parent / 'night.scenario.yaml')!r}, '--out', "
            f"{str(tmp_path / 'out')!r}]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_hangup_that_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli.main(["--version"]) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_names_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table
    from rich.tree import Tree

    say(ESCAPE)
    complain(ESCAPE)
    print_json({"street": ESCAPE, "del": "\x7f\u2028"})
    table, tree = Table(title=ESCAPE), Tree(ESCAPE)
    table.add_column(ESCAPE)
    table.add_row(ESCAPE)
    tree.add(ESCAPE)
    for drawn in (table, tree, ESCAPE):
        console_on().print(drawn)
    said = capsys.readouterr()
    assert said.out.count("owned") >= 6
    assert STEERS.findall(said.out + said.err) == []
    assert json.loads(said.out[said.out.index("{"):said.out.index("}") + 1]) == {
        "street": ESCAPE, "del": "\x7f\u2028"}


def test_names_do_not_steer_a_real_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stdout", screen)
    say(ESCAPE, style="bold")
    assert re.findall("\x1b[^m]*m", screen.getvalue()) == ["\x1b[1m", "\x1b[0m"]
    assert STEERS.findall(screen.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")) == []


def test_names_in_a_city_do_not_steer_check_or_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = hand_city()
    names = np.array([ESCAPE] * len(city.assets), object)
    city_file = CityFile(city=city, shapes=np.full(len(city.assets), None, object))
    write_city(city_file, tmp_path / "hand.gpkg")
    shutil.copyfile(tmp_path / "hand.gpkg", tmp_path / "odd.gpkg")
    import sqlite3

    with sqlite3.connect(tmp_path / "odd.gpkg") as database:
        database.execute("UPDATE metadata SET value = ? WHERE key = 'name'", (names[0],))
        database.execute("UPDATE supplies SET supplier = ? WHERE consumer = 'K1'", (names[0],))
    database.close()
    assert cli.main(["check", str(tmp_path / "odd.gpkg")]) == 2
    said = capsys.readouterr()
    assert "owned" in said.err
    assert STEERS.findall(said.out + said.err) == []
