"""The stages between a plan and its answer: water, exposure, simulation.

Each takes what the one before gave and nothing else, so that a variant re-enters where its edits do, and a stage may
run in another process: what goes in and out can be pickled.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.flooding import placed
from scenarios.measures import after_water, check_ready
from scenarios.moments import start_of, zone_of
from scenarios.prepared import Prepared
from twin.results.result import Result
from twin.stages import Paced, Progress, Stage, Tell, silent

if TYPE_CHECKING:
    from twin.access.access import Access
    from twin.water.exposure import Exposure
    from twin.water.hazard import Hazard


def water(prepared: Prepared, *, cache: Path | None = None, tell: Tell = silent) -> Hazard | None:
    """Give the water of a plan; None where its scenario has none. May take hours where the flow model runs.

    Parameters
    ----------
    prepared
        A scenario resolved.
    cache
        Folder for computed water; None: the user's cache folder. A computation that was stopped, by what ``tell``
        raised or otherwise, goes on from there.
    tell
        Told how far it is.

    Raises
    ------
    InputError
        Water that cannot be read, that ends before the run, or that does not meet the city.
    """
    scenario = prepared.scenario
    flood = scenario.flood
    if flood is None:
        return None
    from geodata.hazards import open_hazard

    tell(Progress(stage=Stage.WATER, doing="reading the water"))
    # As the scenario says it: its files keep their own dates when the night is moved to another day.
    start = start_of(scenario, zone_of(prepared.city))
    flows = Paced(tell, Stage.WATER, "the water flows", unit="h")
    return placed(scenario, lambda: open_hazard(
        flood, city_file=prepared.city_file, folder=scenario.folder, start=start, duration_s=scenario.duration,
        cache=cache or own_cache(), progress=lambda reached_s, end_s: flows(reached_s / 3600, end_s / 3600)))


def expose(prepared: Prepared, hazard: Hazard | None, *, tell: Tell = silent) -> Exposure:
    """Give what the water does at each asset.

    Raises
    ------
    InputError
        Frames that cannot be read.
    """
    from twin.water.exposure import dry

    assets, city_file = prepared.city.assets, prepared.city_file
    if hazard is None:
        return dry(assets)
    from geodata.cells import index_cells
    from twin.water.exposure import expose as exposed

    tell(Progress(stage=Stage.EXPOSE, doing="finding the cells of each asset"))
    index = index_cells(assets, city_file.outlines, prepared.city.crs, hazard.grid, city_file.terrain)
    reads = Paced(tell, Stage.EXPOSE, "reading the water at each asset", unit="frames")
    return exposed(hazard, index, assets, duration_s=prepared.plan.duration_s, progress=reads)


def reach(prepared: Prepared, hazard: Hazard | None, *, tell: Tell = silent) -> Access | None:
    """Give the streets in the water; None where the plan does not ask for them.

    Raises
    ------
    InputError
        Frames that cannot be read.
    """
    if prepared.plan.access is None:
        return None
    from scenarios.plan_access import access_of

    tell(Progress(stage=Stage.EXPOSE, doing="reading the water along the streets"))
    return access_of(prepared.city_file, prepared.plan, hazard)


def simulate(prepared: Prepared, exposure: Exposure, *, access: Access | None = None,
             told: tuple[Mapping[str, Any], ...] = (), tell: Tell = silent) -> Result:
    """Give the answer: who goes out, when and why.

    Parameters
    ----------
    prepared, exposure
        What is resolved, and what the water does.
    access
        The streets in the water, from :func:`reach`.
    told
        What the water has to say, from :func:`told_by`.
    tell
        Told that it begins.
    """
    from twin.engine.simulate import run

    tell(Progress(stage=Stage.SIMULATE, doing="following the outages"))
    prepared = after_water(prepared, exposure)
    result = run(prepared.city, prepared.plan, exposure, provenance={"inputs": [f.to_dict() for f in prepared.inputs]},
                 warnings=(*prepared.warnings, *told), access=access)
    check_ready(prepared, result)
    return result


def tidy(prepared: Prepared, cache: Path | None = None) -> None:
    """Keep the water that was computed within its bounds; what was read by this run stays."""
    flood = prepared.scenario.flood
    home = cache or own_cache()
    if flood is not None and (flood.rain is not None or flood.inflow is not None) and home is not None:
        from geodata.hazards.flow.kept import tidy as tidied

        tidied(home)


def told_by(hazard: Hazard | None) -> tuple[Mapping[str, Any], ...]:
    """Give what every reader must be told of the water, now that its frames were read; plain JSON values."""
    from geodata.wording import wording

    french = wording("fr")
    doubts = getattr(hazard, "doubts", ())
    aloud = {doubt.en for doubt in doubts}
    # Only the flow model keeps a book of its water.
    complaint = getattr(hazard, "complaint", "")
    return (*({"warning": "water_book" if note == complaint else "water", "text": note,
               "text_fr": french.told(note)} for note in (hazard.notes if hazard else ()) if note not in aloud),
            *({"warning": "water_doubt", "text": doubt.en, "text_fr": doubt.fr} for doubt in doubts))


def own_cache() -> Path | None:
    """Give the user's cache folder; None where it cannot be written: water is then computed each time."""
    from geodata.demo_town import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
