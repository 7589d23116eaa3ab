"""Run a scenario from its file to its folder: every stage, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios import pipeline
from scenarios.expect import Outcome, evaluate
from scenarios.prepared import Prepared
from scenarios.resolve import prepare
from scenarios.schema import Scenario
from twin.kernels.supply import beside
from twin.quantities import Int64Array
from twin.results.result import Result
from twin.stages import Progress, Stage, Tell, silent

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from geodata.run.frames import Tables
    from scenarios.irrigation.loading import PreparedSeason
    from twin.explaining.explain import Explanation
    from twin.irrigation.gardens import Gardens
    from twin.results.outages import Outages
    from twin.water.hazard import Envelope, Grid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """A run with all that its folder needs; the questions one may put to it are those of ``result``."""

    prepared: Prepared
    result: Result
    #: The water's picture and frame; None where the scenario has no water.
    envelope: Envelope | None
    grid: Grid | None
    times_s: Int64Array
    #: The season that the night is a part of, as it was made and as it came out; None where the scenario names none.
    season: tuple[PreparedSeason, Gardens] | None = None

    def __repr__(self) -> str:
        return repr(self.result)

    @property
    def city_file(self) -> CityFile:
        """The city used."""
        return self.prepared.city_file

    @property
    def outages(self) -> Outages:
        """Every outage."""
        return self.result.outages

    @property
    def tables(self) -> Tables:
        """The tables of the run folder, with ids and moments: ``finished.tables.outages.to_pandas()``."""
        from geodata.run.frames import Tables

        return Tables(self.result, self.city_file.outlines)

    def explain(self, asset_id: str, lang: str = "fr", at_s: int | None = None) -> Explanation:
        """Explain an asset's state; see :func:`twin.explaining.explain.explain`."""
        from twin.explaining.explain import explain

        return explain(self.result, asset_id, lang, at_s)

    def to_graph(self) -> Any:
        """Give the city as a networkx graph."""
        return self.result.to_graph()

    def expectations(self) -> list[Outcome]:
        """Give how each expectation of the scenario came out."""
        outcomes = evaluate(self.prepared.scenario, self.result)
        if self.season is None:
            return outcomes
        from scenarios.irrigation.answers import expectations

        ready, gardens = self.season
        return [*outcomes, *expectations(ready, gardens.told)]

    def write(self, out: Path | str) -> Path:
        """Write the run folder, whole or not at all.

        Raises
        ------
        InputError
            The place exists and is no run, or cannot be written.
        """
        from geodata.run.folder import write_run

        out = Path(out)
        write_run(self.result, self.city_file, self.envelope, self.grid, self.times_s, out,
                  [file.to_dict() for file in self.prepared.inputs],
                  gardens=None if self.season is None else self.season[1])
        return out


def run_scenario(scenario: Prepared | Scenario | str | Path, *, tell: Tell = silent, picture: bool = True,
                 cache: Path | None = None) -> Finished:
    """Run a scenario: its stages one after the other.

    Parameters
    ----------
    scenario
        A prepared scenario; a scenario, or its name or file, is prepared first.
    tell
        Told how far each stage is; what it raises stops the run there.
    picture
        False: without the picture of the water, which only maps need.
    cache
        Folder for computed water; None: the user's cache folder.

    Raises
    ------
    InputError
        Water that cannot be read, or ends before the run does.
    """
    beside.begin()
    prepared = _prepared(scenario)
    hazard = pipeline.water(prepared, cache=cache, tell=tell)
    exposure = pipeline.expose(prepared, hazard, tell=tell)
    access = pipeline.reach(prepared, hazard, tell=tell)
    result = pipeline.simulate(prepared, exposure, access=access, told=pipeline.told_by(hazard), tell=tell)
    season = None
    if prepared.scenario.irrigation is not None:
        from scenarios.irrigation.night import season_of

        tell(Progress(stage=Stage.SIMULATE, doing="following the water in the ground"))
        season = season_of(prepared.scenario, prepared.city_file, result)
        if season is not None:
            result = replace(result, indicators={**result.indicators, "irrigation": season[1].told.to_dict()})
    envelope = None
    if hazard is not None and picture:
        tell(Progress(stage=Stage.ASK, doing="drawing the water"))
        envelope = hazard.envelope()
    pipeline.tidy(prepared, cache)
    return Finished(prepared=prepared, result=result, envelope=envelope,
                    grid=None if hazard is None else hazard.grid,
                    times_s=np.zeros(0, np.int64) if hazard is None else hazard.times_s, season=season)


def _prepared(scenario: Prepared | Scenario | str | Path) -> Prepared:
    if isinstance(scenario, Prepared):
        return scenario
    if isinstance(scenario, Scenario):
        return prepare(scenario)
    from scenarios.load import load_scenario

    return prepare(load_scenario(scenario))
