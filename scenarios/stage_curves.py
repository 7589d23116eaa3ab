"""The levels that a scenario's water is made from, as curves: what a desk draws beside the gauge's own readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.digests import sha256_of
from scenarios.load import load_scenario, shipped
from scenarios.moments import start_of, zone_of
from scenarios.schema import Scenario
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array
from twin.review.night import Curve

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.run.folder import Run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StageCurve:
    """The level at one gauge over a run."""

    gauge: str
    name: str
    #: [s] from the run's start, and the level above the gauge's zero, (T,) [m].
    times_s: Int64Array
    level_m: FloatArray


def stage_curves(scenario: Scenario, city_file: CityFile, start: datetime) -> list[StageCurve]:
    """Give the curve of each gauge that a scenario's water has levels for; none for rain, rasters or extents.

    Parameters
    ----------
    scenario
        As it was read.
    city_file
        The city of the run.
    start
        Start of the scenario by its own date, also where the run was moved to another day.
    """
    from geodata.hazards.river_stage import find_gauge, hydrograph, zero_of
    from geodata.inputs.times import by_the_clock

    flood = scenario.flood
    if flood is None:
        return []
    source = flood.river_stage or flood.hand
    listed = source.readings if source is not None else (flood.catalogue,) if flood.catalogue is not None else ()
    field, assets, curves = f"flood.{flood.source}", city_file.city.assets, []
    times_s = np.arange(0, scenario.duration + 1, 300, dtype=np.int64)
    for reading in listed:
        if reading.gauge is None:
            continue
        row = find_gauge(reading.gauge, city_file, field)
        graph = hydrograph(reading, start=by_the_clock(start, city_file.city.timezone), folder=scenario.folder,
                           field=field)
        zero_m = zero_of(reading.model_copy(update={"datum": "gauge"}), city_file, field) \
            if reading.datum == "altitude" else 0.0
        curves.append(StageCurve(gauge=str(assets.id[row]), name=str(assets.name[row] or assets.id[row]),
                                 times_s=times_s, level_m=np.asarray(graph.at(times_s), float) - zero_m))
    return curves


def curves_of_run(run: Run) -> list[Curve]:
    """Give the levels that a run's water was made from, by the clock.

    None where its scenario is not at hand any more as it was run: beside where the command runs, or among those that
    ship.
    """
    said = next((one for one in run.info.get("inputs", ()) if one.get("role") == "scenario"), None)
    if said is None:
        return []
    name = Path(str(said["file"])).name
    for file in (Path(str(said["file"])), *(path for path in shipped().values() if path.name == name)):
        try:
            if sha256_of(file) != said["sha256"]:
                continue
            scenario = load_scenario(file)
            own = start_of(scenario, zone_of(run.result.city))
            start = int(run.result.plan.start.timestamp())
            return [Curve(gauge=one.gauge, at=one.times_s + start, level_m=one.level_m)
                    for one in stage_curves(scenario, run.city_file, own)]
        except (InputError, OSError):
            continue
    return []
