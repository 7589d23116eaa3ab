"""What the front desk says while it works, and when it is interrupted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.front_desk import twin
from twin import cli
from twin.cli import progress
from twin.cli.commands.flood import volumes
from twin.cli.progress import stages
from twin.stages import Progress, Stage

ROOT = Path(__file__).parents[1]



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
