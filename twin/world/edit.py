"""An edit, and a plan and city after one: what each sort of edit gives, see `twin.world.edits`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from twin.quantities import Int64Array
from twin.stages import Stage
from twin.world.city import City
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A plan and a city after an edit."""

    plan: Plan
    city: City
    #: What every reader must be told of it, plain JSON values.
    warnings: tuple[Mapping[str, Any], ...] = ()


class Edit(Protocol):
    """A change of a plan and its city."""

    #: The first stage of the pipeline that must run again.
    stage: ClassVar[Stage]

    def rows(self, city: City) -> Int64Array:
        """Give the assets at which something changes, (N,); all else follows from them."""

    def apply(self, plan: Plan, city: City) -> Edited:
        """Give plan and city with the change.

        Raises
        ------
        InputError
            It does not fit this city; ``field`` names the part of the edit.
        """
