"""pytest plugin: a city keeps its scenarios under test.

It installs with the package and collects ``*.scenario.yaml``; where the ini option ``twin_scenarios`` lists paths
(files, folders or patterns, relative to the root), only those. One scenario is one test: it runs, and all that it
expects holds. Loading the plugin imports nothing of the twin: that waits until a scenario runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

_SUFFIX = ".scenario.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option ``twin_scenarios``."""
    parser.addini("twin_scenarios", type="linelist", default=[],
                  help="scenario files, folders or patterns to collect, relative to the root; "
                       f"without it every *{_SUFFIX} that pytest comes by")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    wanted = parent.config.getini("twin_scenarios")
    is_wanted = _is_among(file_path, wanted, parent.config.rootpath) if wanted else file_path.name.endswith(_SUFFIX)
    return ScenarioFile.from_parent(parent, path=file_path) if is_wanted else None


def _is_among(path: Path, wanted: Iterable[str], root: Path) -> bool:
    for entry in wanted:
        place = root / entry
        if place.is_dir():
            if place in path.parents and path.name.endswith(_SUFFIX):
                return True
        elif path == place or path in root.glob(entry):
            return True
    return False


class ScenarioFile(pytest.File):
    """A scenario file."""

    def collect(self) -> Iterable[pytest.Item]:
        """Give its one test."""
        yield ScenarioItem.from_parent(self, name="expect")


class ScenarioFailed(Exception):  # noqa: N818 - it is shown as it is named
    """A scenario did not run, or an expectation does not hold; the text is the whole report."""


class ScenarioItem(pytest.Item):
    """A scenario whose expectations must hold."""

    def runtest(self) -> None:
        """Run it."""
        from scenarios.suite import as_text, run_one

        report = run_one(self.path, issued_at="now")
        if not report.is_met:
            raise ScenarioFailed(as_text(report))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the report of a scenario without a traceback; that of a mistake of ours with it."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Give the name shown beside the result."""
        return self.path, 0, f"scenario {self.path.name.removesuffix(_SUFFIX)}"
