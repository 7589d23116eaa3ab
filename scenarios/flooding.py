"""What a scenario says of its flood: as a plan keeps it, and with the line of whatever is wrong in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scenarios.complaints import Complaints
from scenarios.inputs import flood_files
from scenarios.reading import KeyPath
from scenarios.schema import Scenario
from twin.errors import InputError, InputErrors

if TYPE_CHECKING:
    from geodata.city.model import CityFile

_Got = TypeVar("_Got")


def flood_json(scenario: Scenario) -> str:
    """Give what the scenario says of its flood, and its files with their digests, as canonical JSON."""
    if scenario.flood is None:
        return "{}"
    plain = scenario.flood.model_dump(mode="json", exclude_none=True)
    return json.dumps({**plain, "files": [f.to_dict() for f in flood_files(scenario)]}, ensure_ascii=False,
                      sort_keys=True)


def hear_of_water(scenario: Scenario, city_file: CityFile, start: datetime, complaints: Complaints) -> None:
    """Complain of the water as well, so that all is told at once; of what the flow model would first compute, not."""
    flood = scenario.flood
    if flood is None or flood.rain is not None or flood.inflow is not None:
        return
    from geodata.hazards import open_hazard

    complaints.heard(lambda: placed(scenario, lambda: open_hazard(
        flood, city_file=city_file, folder=scenario.folder, start=start, duration_s=scenario.duration, cache=None)))


def placed(scenario: Scenario, opened: Callable[[], _Got]) -> _Got:
    """Give what ``opened`` gives; its complaints about the flood get their line in the scenario."""
    try:
        return opened()
    except InputErrors:
        raise
    except InputError as error:
        if error.line:
            raise
        # A complaint about the water's own key gets its line in the scenario; one about a file that the scenario names
        # gets the line that names it; what is wrong inside a file keeps that file's place.
        if error.file:
            naming = _naming(scenario, error.file) if error.found.startswith("no such") else None
            if naming is None:
                raise
            raise scenario.complaint(naming, found=f"'{error.file}': {error.found}", expected=error.expected,
                                     remedy=error.remedy) from None
        field = error.field if error.field.startswith("flood") else f"flood.{error.field}" if error.field else "flood"
        path = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", field))
        raise scenario.complaint(path, found=error.found, expected=error.expected,
                                 remedy=error.remedy, ids=error.ids) from None


def _naming(scenario: Scenario, file: str) -> KeyPath | None:
    """Give the place of the scenario that names a file."""
    if scenario._document is None:
        return None
    for path in scenario._document.values:
        value: Any = scenario._document.data
        for part in path:
            value = value[part]
        if isinstance(value, str) and value in (file, Path(file).name) and path[:1] == ("flood",):
            return path
    return None
