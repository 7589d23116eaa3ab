"""The water of an ensemble: how it can stand otherwise, at the assets and along the streets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geodata.cells import index_cells
from geodata.ensemble.floods import FloodFolder
from geodata.hazards.catalogue import CatalogueHazard
from scenarios import pipeline
from scenarios.ensemble.floods import FloodPlan
from scenarios.prepared import Prepared
from scenarios.unsure_water import WITH_LEVEL, has_floods
from twin.ensemble.distributions import Distribution
from twin.ensemble.floods import ASSETS, STREETS, FloodNight
from twin.ensemble.ground import MOST_SD
from twin.ensemble.streets import Streets
from twin.ensemble.waters import FixedNight, NightWater, PickedNight, StageNight
from twin.results.result import Result
from twin.stages import Progress, Stage, Tell, silent
from twin.water.depths import CellIndex, DepthSeries
from twin.water.refill import Refill
from twin.water.river_stage import StageHazard

if TYPE_CHECKING:
    from twin.water.hazard import Hazard

#: Spill levels are followed so far above the plan's water at most [m]; a night beyond it is refused, and told.
_MOST_M = 10.0
#: Quantile that no draw passes: numbers are multiples of 2⁻⁵³.
_LAST = 1 - 2.0 ** -53


@dataclass(kw_only=False, eq=False)
class NightWaters:
    """The water of a plan's nights, opened once for assets and streets.

    Parameters
    ----------
    prepared
        The scenario resolved.
    folder
        Where floods lie that the flow model computes for single nights.
    cache, tell
        As for :func:`scenarios.pipeline.water`.
    """

    prepared: Prepared
    folder: FloodFolder
    cache: Path | None = field(default=None, kw_only=True)
    tell: Tell = field(default=silent, kw_only=True)
    _hazard: Hazard | None = field(default=None, init=False)
    _above_m: float = field(default=0.0, init=False)
    _cells: dict[str, CellIndex] = field(default_factory=dict, init=False)

    def at_assets(self, nominal: DepthSeries | None) -> NightWater | None:
        """Give the water at the assets; None where the scenario has none."""
        if nominal is None or self.prepared.scenario.flood is None:
            return None
        if not self._moves:
            return FixedNight(nominal)
        hazard = self._opened()
        self.tell(Progress(stage=Stage.EXPOSE, doing="finding the cells of each asset"))
        city = self.prepared.city
        self._cells[ASSETS] = index_cells(city.assets, self.prepared.city_file.outlines, city.crs, hazard.grid,
                                          self.prepared.city_file.terrain)
        return self._night(hazard, nominal, ASSETS)

    def streets(self, base: Result) -> Streets | None:
        """Give the streets and their water; None where no crew drives."""
        plan, city_file = self.prepared.plan, self.prepared.city_file
        if plan.crews is None or plan.crews.travel != "streets" or plan.access is None:
            return None
        import shapely

        from geodata.street_network import Streets as Network

        found = Network.of(city_file, plan.access)
        if found is None:
            return None
        middle = shapely.get_coordinates(shapely.line_interpolate_point(found.lines, 0.5, normalized=True))
        water: NightWater | None = None
        if base.street_depths is not None:
            if self._moves:
                hazard = self._opened()
                self._cells[STREETS] = found.cells(city_file.city.crs, hazard.grid)
                water = self._night(hazard, base.street_depths, STREETS)
            else:
                water = FixedNight(base.street_depths)
        return Streets(network=found.network, places=found.places(city_file.city.assets), rules=plan.access,
                       water=water, x_m=middle[:, 0], y_m=middle[:, 1])

    def flood_plan(self) -> FloodPlan | None:
        """Give how floods of single nights are made; None where none is."""
        if not self._has_floods:
            return None
        return FloodPlan(prepared=self.prepared, folder=self.folder, cells=self._cells)

    @property
    def _has_floods(self) -> bool:
        return has_floods(self.prepared.scenario, self.prepared.uncertainty)

    @property
    def _moves(self) -> bool:
        """Whether a night's water is another one than the plan's, beside what is added to its depths."""
        flood = self.prepared.scenario.flood
        return self._has_floods or any(getattr(flood, source, None) is not None for source in WITH_LEVEL)

    def _opened(self) -> Hazard:
        """Give the water; a river stage with its spill levels followed as far up as any night comes."""
        if self._hazard is None:
            self.tell(Progress(stage=Stage.WATER, doing="reading the water"))
            scenario = self.prepared.scenario
            assert scenario.flood is not None
            if not self._has_floods:
                self._above_m = min(reach_m(self.prepared), _MOST_M)
                flood = scenario.flood.model_copy(update={"depth_error_m": self._above_m})
                scenario = scenario.model_copy(update={"flood": flood})
            self._hazard = pipeline.water(replace(self.prepared, scenario=scenario), cache=self.cache)
            assert self._hazard is not None
        return self._hazard

    def _night(self, hazard: Hazard, nominal: DepthSeries, part: str) -> NightWater:
        index = self._cells[part]
        if self._has_floods:
            return FloodNight(nominal=nominal, kept=self.folder, part=part)
        if isinstance(hazard, StageHazard):
            refill = Refill(hazard, index.cells) if self.prepared.uncertainty.crests else None
            return StageNight(hazard, index, nominal, self._above_m, refill)
        # The maps at the cells are all that a night needs of them.
        assert isinstance(hazard, CatalogueHazard)
        return PickedNight(hazard.of_cells(index.cells), replace(index, cells=np.arange(len(index.cells))), nominal)


def reach_m(prepared: Prepared) -> float:
    """Give by how much the water of any night may stand above the plan's [m]: so far its spill is followed."""
    uncertain = prepared.uncertainty
    offset_m, scale = (_most(drawn) for drawn in (uncertain.level.offset_m, uncertain.level.scale))
    for hydrographs in (uncertain.level.members, uncertain.level.forecast):
        if hydrographs is not None:
            offset_m = max(offset_m, 0.0) + max(float(hydrographs.highest_m), 0.0)
    ground_m = 0.0 if uncertain.ground is None else MOST_SD * uncertain.ground.sd_m
    # A factor acts on the rise above the lowest level, ten metres of it.
    return max(offset_m, 0.0) + _MOST_M * max(scale - 1, 0.0) + ground_m


def _most(drawn: Distribution | None) -> float:
    return 0.0 if drawn is None else float(drawn.value(np.array([_LAST]))[0])
