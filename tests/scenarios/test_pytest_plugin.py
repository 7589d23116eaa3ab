"""A city keeps its scenarios under test with the plugin; loading it costs nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Only this plugin, whether or not the package is installed here.
ALONE = {"PYTHONPATH": str(ROOT), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
HEAVY = ("numpy", "numba", "pydantic", "ruamel", "pyogrio", "rasterio", "shapely", "pyarrow", "twin")


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = ("import sys, pytest; before = set(sys.modules); import scenarios.pytest_plugin; "
            "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))")
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(loaded.split()) & set(HEAVY) == set()


def collected(folder: Path, *options: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "scenarios.pytest_plugin", "-p", "no:cacheprovider", "-q",
         "--collect-only", "--rootdir", str(folder), *options, str(folder)],
        cwd=folder, capture_output=True, text=True, check=False, env=ALONE)
    return sorted(line.split("::")[0] for line in done.stdout.splitlines() if "::" in line)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nights").mkdir()
    for name in ("a.scenario.yaml", "b.yaml", "nights/c.scenario.yaml", "nights/d.yml"):
        (tmp_path / name).write_text("scenario: a\n", encoding="utf-8")
    return tmp_path


def test_only_scenario_files_are_collected(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    assert collected(folder) == ["a.scenario.yaml", "nights/c.scenario.yaml"]


@pytest.mark.parametrize(("option", "names"), [
    ("nights", ["nights/c.scenario.yaml"]), ("b.yaml", ["b.yaml"]), ("nights/*.yml", ["nights/d.yml"])])
def test_the_ini_option_names_what_is_collected_instead(folder: Path, option: str, names: list[str]) -> None:
    (folder / "pytest.ini").write_text(f"[pytest]\ntwin_scenarios = {option}\n", encoding="utf-8")
    assert collected(folder) == names


def test_a_failure_shows_the_report_and_no_traceback(write: Callable[..., Path]) -> None:
    path = write("thresholds: {cabinet: {fail: 0.4}}\n")
    (path.parent / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "scenarios.pytest_plugin", "-p", "no:cacheprovider", "-q",
         "--rootdir", str(path.parent), str(path)],
        cwd=path.parent, capture_output=True, text=True, check=False, env=ALONE)
    assert done.returncode == 1
    assert "scenario.yaml:5:24, field 'thresholds.cabinet.fail': found the unknown key 'fail'" in done.stdout
    assert "Traceback" not in done.stdout
    assert "scenarios/suite.py" not in done.stdout
