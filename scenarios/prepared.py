"""A scenario made ready: all that a run needs beside its water, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.inputs import Input
from scenarios.schema import Scenario
from twin.ensemble.uncertain import Uncertainty
from twin.world.city import City
from twin.world.plan import Plan

if TYPE_CHECKING:
    from geodata.city.model import CityFile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """All that a run needs beside its water, checked."""

    scenario: Scenario
    plan: Plan
    #: The city with the scenario's heights, repairs and links.
    city_file: CityFile
    #: Every file that the answer rests on, with its digest.
    inputs: tuple[Input, ...]
    #: What every reader must be told before the run has begun.
    warnings: tuple[Mapping[str, Any], ...]
    #: What may be otherwise, for an ensemble of such nights.
    uncertainty: Uncertainty

    @property
    def city(self) -> City:
        """The engine's part of the city."""
        return self.city_file.city
