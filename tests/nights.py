"""A night of the built-in town, run once per process: what exports and pages are tested on."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from geodata.run.folder import Run, read_run
from scenarios import load_scenario, run_scenario, shipped

#: The hundred-year night as it was lived through at the desk: a preventive cut, a broken feed, a second feed for the
#: refuge, a gauge that reads higher than was forecast, a cabinet seen in service, a closed street and a note.
LIVED = """\
scenario: Nuit du poste de commandement
city: valmont
start: 2026-11-22T16:00+01:00
duration: 36h
step: 5min
seed: 7
flood: {river_stage: {river: ouche, gauge: pont-neuf, levels: LEVELS, datum: gauge}}
supplies:
  - {add: {supplier: P-07, consumer: S-03, transfer_s: 900}}
events:
  - {at: "17:40", cut: [A-012, A-026], reason: coupure préventive}
  - {at: "21:30", fail: P-03, until: "2026-11-23T01:00", reason: défaut de câble}
facts:
  - {at: "20:30", street: Quai des Lavandières, state: closed, by: police}
  - {at: "21:00", gauge: pont-neuf, level_m: 3.75, by: équipe 1}
  - {at: "21:20", asset: A-077, state: in_service, by: équipe 2}
  - {at: "22:00", note: "groupe attendu, livré 23 h"}
"""
#: What ``night`` knows it by.
LIVED_NIGHT = "lived"


@cache
def night(name: str = "ouche-q10") -> Run:
    """Give a shipped scenario, or ``LIVED_NIGHT``, as a run read back from its folder."""
    folder = Path(tempfile.mkdtemp(prefix="twin-night-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if name == LIVED_NIGHT:
        file = folder / "night.scenario.yaml"
        levels = shipped()["ouche-q100"].with_name("ouche-q100.csv")
        file.write_text(LIVED.replace("LEVELS", str(levels)), encoding="utf-8")
        return read_run(run_scenario(load_scenario(file)).write(folder / "run"))
    return read_run(run_scenario(name).write(folder / "run"))
