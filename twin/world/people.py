"""Where people are: those of one place in another, a refuge that is chosen instead of one that will lose its power."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from twin.errors import InputError
from twin.quantities import Int64Array, column
from twin.stages import Stage
from twin.world.assets import Assets
from twin.world.city import City
from twin.world.edit import Edited
from twin.world.kinds import Role
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True)
class MovePeople:
    """The people of a critical site are at another one, for the whole run: no water and no supply changes."""

    stage: ClassVar[Stage] = Stage.SIMULATE

    site: str
    #: Where they are instead, beside those who are there already.
    instead: str

    def rows(self, city: City) -> Int64Array:
        """Give both sites, (2,)."""
        return np.array([city.assets.row(self.site), city.assets.row(self.instead)])

    def apply(self, plan: Plan, city: City) -> Edited:
        """Give plan and city with the people at the other site.

        Raises
        ------
        InputError
            One of them is no critical site, both are one, or nobody knows how many people the first has.
        """
        assets = city.assets
        here, there = _site(assets, self.site, ""), _site(assets, self.instead, "instead")
        if here == there:
            raise InputError(field="instead", found=f"{self.site} instead of itself", expected="another site",
                             ids=(self.site,))
        people = assets.people.copy()
        if np.isnan(people[here]) or people[here] == 0:
            raise InputError(found=f"{self.site}, whose number of people is not known",
                             expected="a site with people: `people` in the city file", ids=(self.site,))
        people[there] = np.nansum(people[[here, there]])
        people[here] = 0
        said = json.dumps({"measure": "refuge", "assets": [self.site], "instead": self.instead, "authority": "city"},
                          ensure_ascii=False, sort_keys=True)
        return Edited(plan=replace(plan, measures=(*plan.measures, said)),
                      city=replace(city, assets=assets.replaced(people=column(people, np.float64))))


def _site(assets: Assets, name: str, field: str) -> int:
    row = assets.row(name)
    if not assets.has_role(row, Role.VITAL):
        raise InputError(field=field, found=f"{name}, a {assets[row].kind}", expected="a critical site", ids=(name,))
    return row
