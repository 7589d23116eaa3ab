"""A desk's night as it was kept: its runs, the facts, the readings; read without opening the desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geodata.observations.night import Fact, night_of
from geodata.observations.normal import Observation
from geodata.run.folder import read_run
from twin.errors import InputError
from twin.review.night import Curve, Issue, Night
from viewer.desk.loaded import Loaded
from viewer.desk.runs import DONE, Runs

_STATES = {"out": True, "in_service": False}


def is_desk(folder: Path) -> bool:
    """Tell whether a folder is a desk's."""
    return (folder / "desk.sqlite").is_file()


def kept_night(folder: Path) -> Night:
    """Give the night of a desk: all its runs but variants, every fact, every observation.

    Raises
    ------
    InputError
        A desk without a run that is done, or whose tables cannot be read.
    """
    file = folder / "desk.sqlite"
    runs = Runs(folder / "runs", writes=False)
    issues = [_issue(Loaded(entry, read_run(runs.path(entry.id)))) for entry in reversed(runs.all())
            if entry.state == DONE and not entry.is_variant]
    if not issues:
        raise InputError(file=str(folder), found="no run of the night that is done",
                         expected="the folder of a desk in which a night was run")
    try:
        facts = [Fact(asset_id=row["asset"], at=row["seen_at"], is_out=_STATES[row["state"]])
                 for row in _rows(file, "SELECT asset, state, seen_at FROM fact") if row["state"] in _STATES]
        observed = [Observation(**row) for row in _rows(file, "SELECT * FROM observation")]
    except (sqlite3.Error, TypeError) as error:
        raise InputError(file=str(file), found=str(error), expected="the tables of a desk") from None
    return night_of(issues, observed, facts)


def _issue(loaded: Loaded) -> Issue:
    curves = [Curve(gauge=one.gauge, at=one.times_s + loaded.start, level_m=one.level_m) for one in loaded.curves]
    return Issue.of(f"n° {loaded.entry.number}", loaded.result, curves)


def _rows(file: Path, question: str) -> Iterator[dict[str, Any]]:
    tables = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        tables.row_factory = sqlite3.Row
        yield from (dict(row) for row in tables.execute(question))
    finally:
        tables.close()
