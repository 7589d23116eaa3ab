"""A street closed by order, as an edit: nobody drives on it from then on. No water and no supply changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from twin.errors import InputError
from twin.quantities import NONE, Int64Array
from twin.stages import Stage
from twin.world.access import Closure
from twin.world.city import City
from twin.world.edit import Edited
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True)
class CloseStreet:
    """A street that nobody enters from a moment on; bridges too."""

    #: Its name.
    street: str
    #: [s] from the start.
    from_s: int
    #: First second at which it is open again; -1: not within the run.
    until_s: int = NONE
    by: str = ""
    stage: ClassVar[Stage] = Stage.SIMULATE

    def rows(self, city: City) -> Int64Array:
        """Give no asset, (0,): it is crews that come later, and with them every asset may change."""
        return np.zeros(0, np.int64)

    def apply(self, plan: Plan, city: City) -> Edited:
        """Add it to the closed streets.

        Raises
        ------
        InputError
            A night that asks nobody who can get where, a moment beyond the run, an end that is none.
        """
        if plan.access is None:
            raise InputError(field="close_street", found="a night that computes no streets", expected="one with "
                             "`access`, or with `crews` that drive", remedy="Add `access: {}`.")
        if not 0 <= self.from_s <= plan.duration_s:
            raise InputError(field="at", found=f"{self.from_s} s from the start",
                             expected=f"a moment of the run, 0 to {plan.duration_s} s")
        if self.until_s != NONE and self.until_s <= self.from_s:
            raise InputError(field="until", found=f"{self.until_s} s, not after {self.from_s} s",
                             expected="a moment after it")
        closed = Closure(street=self.street, from_s=self.from_s, until_s=self.until_s, by=self.by)
        rules = replace(plan.access, closures=(*plan.access.closures, closed))
        return Edited(plan=replace(plan, access=rules), city=city)
