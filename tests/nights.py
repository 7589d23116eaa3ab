"""A night of the built-in town, run once per process: what exports and pages are tested on."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from geodata.run.folder import Run, read_run
from scenarios import run_scenario


@cache
def night(name: str = "ouche-q10") -> Run:
    """Give a shipped scenario as a run read back from its folder."""
    folder = Path(tempfile.mkdtemp(prefix="twin-night-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return read_run(run_scenario(name).write(folder / "run"))
