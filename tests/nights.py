"""A night of the built-in town, run once for all workers: what exports and pages are tested on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geodata.run.folder import Run, read_run
from scenarios import load_scenario, prepare, run_scenario, shipped
from scenarios.ensemble.making import run_ensemble
from tests.shared import made_once

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


def night(name: str = "ouche-q10") -> Run:
    """Give a shipped scenario, or ``LIVED_NIGHT``, as a run read back from its folder."""
    return _read(name)


@cache
def _read(name: str) -> Run:
    return read_run(made_once(f"night-{name}", lambda folder: _write(name, folder)))


def _write(name: str, folder: Path) -> None:
    if name != LIVED_NIGHT:
        run_scenario(name).write(folder)
        return
    file = made_once("lived", lambda place: place.mkdir()) / "night.scenario.yaml"
    levels = shipped()["ouche-q100"].with_name("ouche-q100.csv")
    file.write_text(LIVED.replace("LEVELS", str(levels)), encoding="utf-8")
    run_scenario(load_scenario(file)).write(folder)


def twenty_nights() -> Path:
    """Give the folder of twenty nights of the shipped hundred-year ensemble: copy it before anything is written."""
    return made_once("twenty-nights", lambda folder: run_ensemble(
        prepare(load_scenario("ouche-q100-ensemble")), 20, folder))
