"""The key ``irrigation:`` of a scenario: the season that its night is a part of."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.inputs import Input, digest
from scenarios.irrigation.loading import PreparedSeason, Programmed, find_programme, prepare_season, read_programme
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.irrigation.gardens import Gardens
from twin.irrigation.indicators import Indicators
from twin.irrigation.season import balance

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from twin.results.result import Result


def programme_of(scenario: Scenario) -> Programmed:
    """Read the programme file that a scenario names.

    Raises
    ------
    InputError, InputErrors
        No such file, or what is wrong in it.
    """
    assert scenario.irrigation is not None
    name = scenario.irrigation.programme
    path = scenario.folder / name
    path = path if path.is_file() else find_programme(name)
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=16)
def _read(path: Path, _changed_ns: int, _size: int) -> Programmed:
    """Read a file once for the check before a run and for the run itself: YAML takes longer than the season."""
    return read_programme(path)


def state_of(scenario: Scenario) -> Path | None:
    """Give the file of what an earlier season left; None where the scenario names none."""
    assert scenario.irrigation is not None
    state = scenario.irrigation.state
    return None if state is None else scenario.folder / state


def irrigation_files(scenario: Scenario) -> tuple[Input, ...]:
    """Give the files that the season of a scenario rests on: its programme, its weather, what an earlier one left.

    Raises
    ------
    InputError, InputErrors
        A programme file that cannot be read.
    """
    if scenario.irrigation is None:
        return ()
    programmed = programme_of(scenario)
    spec, folder = programmed.spec, programmed.path.parent
    files = [programmed.path, folder / spec.weather.file, *(folder / one.file for one in spec.stations.values())]
    files += [] if spec.forecast is None else [folder / spec.forecast.file]
    state = state_of(scenario)
    files += [] if state is None else [state]
    return tuple(Input(role="irrigation", file=path.name, sha256=digest(path)) for path in files if path.is_file())


def season_of(scenario: Scenario, city_file: CityFile, result: Result) -> tuple[PreparedSeason, Gardens] | None:
    """Give the season of a run, its suspensions counted; None where the scenario names none.

    Raises
    ------
    InputError, InputErrors
        What is wrong with the programme, its weather or the state; days that do not cover the run.
    """
    if scenario.irrigation is None:
        return None
    programmed = programme_of(scenario)
    ready = prepare_season(programmed, city_file, result, state_of(scenario))
    told = Indicators(balance(ready.season), programmed.spec.eur_m3)
    try:
        return ready, Gardens.of(programmed.spec.season, told, result.city, result.plan)
    except InputError as error:
        error.file = str(programmed.path)
        raise
