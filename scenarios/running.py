"""Run a prepared scenario: water at the assets, the cascade, the picture of the water."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.expect import Outcome, evaluate
from scenarios.resolve import Prepared, prepare
from scenarios.schema import Scenario
from twin.quantities import Int64Array
from twin.results.result import Result

if TYPE_CHECKING:
    from geodata.city.model import CityFile
    from twin.explaining.explain import Explanation
    from twin.results.outages import Outages
    from twin.water.hazard import Envelope, Grid, Hazard

#: Told at the start of each stage, for a progress line: a stage of ``STAGES``.
Progress = Callable[[str], None]

#: Stages of a run, in order, in words for people.
STAGES = {"index": "finding the cells of each asset", "expose": "reading the water at each asset",
          "cascade": "following the outages", "picture": "drawing the water"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """A run with all that its folder needs; the questions one may put to it are those of ``result``."""

    prepared: Prepared
    result: Result
    #: The water's picture and frame; None where the scenario has no water.
    envelope: Envelope | None
    grid: Grid | None
    times_s: Int64Array

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

    def explain(self, asset_id: str, lang: str = "fr", at_s: int | None = None) -> Explanation:
        """Explain an asset's state; see :func:`twin.explaining.explain.explain`."""
        from twin.explaining.explain import explain

        return explain(self.result, asset_id, lang, at_s)

    def to_graph(self) -> Any:
        """Give the city as a networkx graph."""
        return self.result.to_graph()

    def expectations(self) -> list[Outcome]:
        """Give how each expectation of the scenario came out."""
        return evaluate(self.prepared.scenario, self.result)

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
                  [file.to_dict() for file in self.prepared.inputs])
        return out


def run_scenario(scenario: Prepared | Scenario | str | Path, *, progress: Progress | None = None,
                 picture: bool = True) -> Finished:
    """Run a scenario.

    Parameters
    ----------
    scenario
        A prepared scenario; a scenario, or its name or file, is prepared first.
    progress
        Called with a word of ``STAGES`` as each stage begins.
    picture
        False: without the picture of the water, which only maps need.

    Raises
    ------
    InputError
        Water that cannot be read, or ends before the run does.
    """
    prepared = _prepared(scenario)
    tell = progress or (lambda stage: None)
    hazard, city_file, plan = prepared.hazard, prepared.city_file, prepared.plan
    assets = prepared.city.assets
    tell("index")
    if hazard is None:
        from twin.water.exposure import dry

        exposure = dry(assets)
    else:
        from geodata.cells import index_cells
        from twin.water.exposure import expose

        index = index_cells(assets, city_file.outlines, prepared.city.crs, hazard.grid, city_file.terrain)
        tell("expose")
        exposure = expose(hazard, index, assets, duration_s=plan.duration_s)
    tell("cascade")
    from scenarios.measures import after_water, check_ready
    from twin.engine.simulate import run

    prepared = after_water(prepared, exposure)
    plan = prepared.plan
    warnings = _warnings(prepared, hazard)
    result = run(prepared.city, plan, exposure, provenance={"inputs": [f.to_dict() for f in prepared.inputs]},
                 warnings=tuple(warnings))
    check_ready(prepared, result)
    tell("picture")
    envelope = hazard.envelope() if hazard is not None and picture else None
    return Finished(prepared=prepared, result=result, envelope=envelope,
                    grid=None if hazard is None else hazard.grid,
                    times_s=np.zeros(0, np.int64) if hazard is None else hazard.times_s)


def _warnings(prepared: Prepared, hazard: Hazard | None) -> list[Mapping[str, Any]]:
    """Give what every reader must be told of a run before it began, and of its water now that it was read."""
    doubts = getattr(hazard, "doubts", ())
    aloud = {doubt.en for doubt in doubts}
    # Only the flow model keeps a book of its water.
    complaint = getattr(hazard, "complaint", "")
    return [*prepared.warnings,
            *({"warning": "water_book" if note == complaint else "water", "text": note}
              for note in (hazard.notes if hazard else ()) if note not in aloud),
            *({"warning": "water_doubt", "text": doubt.en, "text_fr": doubt.fr} for doubt in doubts)]


def _prepared(scenario: Prepared | Scenario | str | Path) -> Prepared:
    if isinstance(scenario, Prepared):
        return scenario
    if isinstance(scenario, Scenario):
        return prepare(scenario)
    from scenarios.load import load_scenario

    return prepare(load_scenario(scenario))
