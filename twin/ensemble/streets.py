"""Streets of an ensemble: where crews drive, in the water of each night."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.access.access import Access
from twin.access.network import Places, StreetNetwork
from twin.ensemble.draws import Draws
from twin.ensemble.ground import GroundError
from twin.ensemble.waters import Moved, NightWater
from twin.quantities import FloatArray
from twin.world.access import AccessRules
from twin.world.city import City
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Streets:
    """The streets of a city, and their water in any night."""

    network: StreetNetwork
    #: Where each asset stands, (A,).
    places: Places
    rules: AccessRules
    #: None where the scenario has no water.
    water: NightWater | None
    #: Middle of each edge, (E,) [m]: where the error of the ground is read.
    x_m: FloatArray
    y_m: FloatArray

    def access(self, plan: Plan, city: City, moved: Moved | None, ground: GroundError | None, draws: Draws) -> Access:
        """Give the streets in the water of a night.

        Parameters
        ----------
        plan, city
            Of the night.
        moved
            How its water differs from the plan's; None where there is none.
        ground, draws
            The error of the ground, and the numbers of the night: neighbours of an edge share its error.
        """
        if self.water is None or moved is None:
            return Access.of(self.network, None, self.places, self.rules, plan, city)
        local_m = None if ground is None else replace(ground, x_m=self.x_m, y_m=self.y_m).at(draws)
        depths = self.water.at(replace(moved, local_m=local_m)).depths
        return Access.of(self.network, depths, self.places, self.rules, plan, city)
