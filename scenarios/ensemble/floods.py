"""The floods of an ensemble whose water the flow model computes: made before its nights, each once.

A flood is known by the numbers that made it. One that lies in the folder of the ensemble is not computed again, nor one
whose frames the user's cache still has from another ensemble of the same water; one that was stopped goes on from its
last checkpoint. The flow model uses all processors, so that floods are made one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata.ensemble.floods import FloodFolder
from geodata.hazards.flow.store import open_flow
from geodata.hazards.flow.varied import varied
from geodata.inputs.times import by_the_clock
from scenarios import pipeline
from scenarios.flooding import placed
from scenarios.moments import start_of, zone_of
from scenarios.prepared import Prepared
from twin.ensemble.floods import flood_of
from twin.ensemble.member import Ensemble, flood_at
from twin.ensemble.waters import Moved
from twin.stages import Paced, Stage, Tell, silent
from twin.water.depths import CellIndex, read_depths


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloodPlan:
    """How the floods of an ensemble are made, and where they lie."""

    prepared: Prepared
    folder: FloodFolder
    #: Where depths are read: at the assets, and along the streets where crews drive.
    cells: dict[str, CellIndex]

    def make(self, ensemble: Ensemble, indices: Sequence[int], *, first: float = 0.0, cache: Path | None = None,
             tell: Tell = silent) -> int:
        """Make the floods of some nights that are not there yet; give how many those nights have.

        Parameters
        ----------
        ensemble, indices
            The nights.
        first
            Which to begin with, as a share of all: machines that share a folder begin at different ones.
        cache
            As for :func:`scenarios.pipeline.water`.
        tell
            Told how far it is; what it raises stops the work, and what was made stays.

        Raises
        ------
        InputError
            What the flow model refuses; floods of another ensemble in the folder.
        OSError
            The disk is full or may not be written; what was made stays.
        """
        moves = (flood_at(ensemble, index) for index in indices)
        floods = {key: moved for moved in moves if moved is not None and (key := flood_of(moved))}
        lacking = [key for key in floods if not self.folder.has(key)]
        turn = int(first * len(lacking))
        paced = Paced(tell, Stage.WATER, "computing the floods of the nights", unit="floods")
        done = len(floods) - len(lacking)
        for key in (*lacking[turn:], *lacking[:turn]):
            paced(done, len(floods))
            # Another machine may have made it meanwhile.
            if not self.folder.has(key):
                self._compute(key, floods[key], cache, paced, done, len(floods))
            done += 1
        if lacking:
            paced(done, len(floods))
            pipeline.tidy(self.prepared, cache)
        return len(floods)

    def _compute(self, key: str, moved: Moved, cache: Path | None, paced: Paced, done: int, of: int) -> None:
        scenario, city_file = self.prepared.scenario, self.prepared.city_file
        flood = scenario.flood
        assert flood is not None
        start = by_the_clock(start_of(scenario, zone_of(self.prepared.city)), self.prepared.city.timezone)
        frames = placed(scenario, lambda: open_flow(
            flood, city_file=city_file, folder=scenario.folder, start=start, duration_s=scenario.duration,
            cache=cache or pipeline.own_cache(),
            vary=lambda setup: varied(setup, moved, warm_up_s=flood.flow_model.warm_up),
            progress=lambda reached_s, end_s: paced(done + reached_s / end_s, of)))
        duration_s = self.prepared.plan.duration_s
        self.folder.write(key, {part: read_depths(frames, index, duration_s=duration_s)
                                for part, index in self.cells.items()})
