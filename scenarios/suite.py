"""Scenarios as tests: many files, one report each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios.expect import Outcome
from scenarios.load import SUFFIX, find_scenario, load_scenario
from scenarios.resolve import prepare
from scenarios.running import run_scenario
from twin.errors import InputError
from twin.stages import Progress, Stage, Tell, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How one scenario came out."""

    #: Its name, or its file's where it cannot be read.
    name: str
    file: str
    outcomes: tuple[Outcome, ...]
    #: Complaints that kept it from running; empty when it ran.
    error: str

    @property
    def is_met(self) -> bool:
        """It ran and all that it expects holds."""
        return not self.error and all(outcome.is_met for outcome in self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {"name": self.name, "file": self.file, "is_met": self.is_met, "error": self.error or None,
                "outcomes": [asdict(outcome) for outcome in self.outcomes]}


def gather(paths: Sequence[Path]) -> list[Path]:
    """Give the scenario files among paths: a folder gives every ``*.scenario.yaml`` in it, at any depth.

    Raises
    ------
    InputError
        A path that does not exist, a folder without a scenario.
    """
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [find_scenario(path)]
        if not found:
            raise InputError(file=str(path), found="a folder without a scenario", expected=f"files named *{SUFFIX}")
        files.update(dict.fromkeys(found))
    return list(files)


def run_suite(files: Sequence[Path], *, city: str | Path | None = None, issued_at: str | None = None,
              tell: Tell = silent, say: Callable[[InputError], str] = str) -> list[Report]:
    """Run scenarios one after the other and hold their expectations.

    Parameters
    ----------
    files
        Scenario files.
    city
        City to use instead of the scenarios' own.
    issued_at
        Issue time of forecasts that name none.
    tell
        Told which of them is running.
    say
        Gives what is wrong with a scenario in the words of a report.
    """
    reports = []
    for i, file in enumerate(files, start=1):
        tell(Progress(stage=Stage.RESOLVE, doing=file.name.removesuffix(SUFFIX), done=i, of=len(files)))
        reports.append(run_one(file, city=city, issued_at=issued_at, say=say))
    return reports


def run_one(file: Path, *, city: str | Path | None = None, issued_at: str | None = None,
            say: Callable[[InputError], str] = str) -> Report:
    """Run one scenario and hold its expectations; what is wrong with it stands in the report."""
    name = file.name.removesuffix(SUFFIX)
    try:
        scenario = load_scenario(file)
        name = scenario.scenario
        needs_issue = scenario.status == "forecast" and scenario.issued is None
        prepared = prepare(scenario, city=city, issued_at=issued_at if needs_issue else None)
        finished = run_scenario(prepared, picture=False)
    except InputError as error:
        return Report(name=name, file=str(file), outcomes=(), error=say(error))
    return Report(name=name, file=str(file), outcomes=tuple(finished.expectations()), error="")


def as_text(report: Report) -> str:
    """Give a report as a table in plain text, failures marked: for pytest and for logs.

    Examples
    --------
    >>> print(as_text(Report(name="Q10", file="q10.scenario.yaml", error="", outcomes=(Outcome(
    ...     where="expect[0]", line=14, subject="lamp at 21:00", expected="out 300 to 500", found="12",
    ...     is_met=False),))))
    Q10 (q10.scenario.yaml): 0 of 1 expectations hold
    FAILS  line 14  lamp at 21:00  expected out 300 to 500  found 12
    """
    if report.error:
        return f"{report.name} ({report.file}) does not run:\n{report.error}"
    met = sum(outcome.is_met for outcome in report.outcomes)
    rows = [("holds" if o.is_met else "FAILS", f"line {o.line}" if o.line else o.where, o.subject,
             f"expected {o.expected}", f"found {o.found}") for o in report.outcomes]
    widths = [max(len(row[i]) for row in rows) for i in range(5)] if rows else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{report.name} ({report.file}): {met} of {len(rows)} expectations hold", *lines])
