"""The night that a programme file names, run before its season."""

from __future__ import annotations

from scenarios.irrigation.loading import Programmed
from scenarios.load import load_scenario, shipped
from scenarios.moving import on_day
from scenarios.resolve import prepare
from scenarios.running import Finished, run_scenario
from twin.stages import Tell, silent


def run_night(programmed: Programmed, city: str | None, tell: Tell = silent) -> Finished | None:
    """Run the night that a programme file names; None where it names none.

    Parameters
    ----------
    programmed
        The file.
    city
        City file, in place of the scenario's own; None or ``valmont``: the scenario's.
    tell
        Told how far each stage is.
    """
    night = programmed.spec.night
    if night is None:
        return None
    path = programmed.path.parent / night.scenario
    name = night.scenario if night.scenario in shipped() and not path.is_file() else path
    prepared = prepare(load_scenario(name), city=None if city in (None, "valmont") else city)
    if night.on is not None:
        prepared = on_day(prepared, night.on)
    return run_scenario(prepared, tell=tell, picture=False)
