"""Access rules: what a plan says of streets in the water, closed streets, and where help sets out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: No vehicle enters deeper water, whatever a scenario says [m]: cars float, and the speed curve has no meaning.
#: Source: total head of 0.3 m for cars, trid.trb.org/view/1412184.
DEEPEST_M = 0.30
#: Depth from which no street is entered by day (a van) and by night (no water: holes cannot be seen) [m]: assumptions.
DAY_M, NIGHT_M = 0.20, 0.05
#: What there is to be done at a place before the water comes: opening and locking a cabinet [s], an assumption.
WORK_S = 900
#: Time at a site for each person who is brought out of it, one after the other [s]: an assumption without a source, as
#: evacuations of homes were not found measured by head; whoever has a figure of their own says it.
PERSON_S = 60
#: Teams that bring people out, where a plan states none; and the city's crews that are free at the moment, instead.
TEAMS, BY_CREWS = 1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A street closed by order or seen closed."""

    street: str
    from_s: int
    #: First second at which it is open again; -1 not within the run.
    until_s: int = -1
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """From which depth on streets are closed, which are closed by order, and from where help comes."""

    #: Streets at this depth or deeper are entered by nobody: by day, and between sunset and sunrise [m].
    day_m: float = DAY_M
    night_m: float = NIGHT_M
    #: Ids of the places help sets out from.
    bases: tuple[str, ...] = ()
    closures: tuple[Closure, ...] = ()
    #: Seconds at a place before the water comes.
    work_s: int = WORK_S
    #: Seconds at a site for each person brought out of it.
    person_s: int = PERSON_S
    #: How many teams bring people out of one site together; ``BY_CREWS``: as many as crews are free at the moment.
    teams: int = TEAMS
    #: Speed where the city's streets have none of their own, by rank (``main``, ``minor``) [km/h].
    speed_kmh: tuple[tuple[str, float], ...] = (("main", 50.0), ("minor", 30.0))

    def __post_init__(self) -> None:
        if not 0 < self.night_m <= DEEPEST_M or not 0 < self.day_m <= DEEPEST_M:
            raise ValueError(f"streets close between 0 and {DEEPEST_M:g} m of water")

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> AccessRules:
        """Give the rules back from their JSON values."""
        return cls(day_m=table["day_m"], night_m=table["night_m"], bases=tuple(table["bases"]),
                   work_s=table["work_s"], person_s=table.get("person_s", PERSON_S), teams=table.get("teams", TEAMS),
                   speed_kmh=tuple(sorted(table["speed_kmh"].items())),
                   closures=tuple(Closure(**row) for row in table["closures"]))

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values; what is not said otherwise for people is left out, as before it could be said."""
        own = {key: value for key, value, usual in (("person_s", self.person_s, PERSON_S), ("teams", self.teams, TEAMS))
               if value != usual}
        return {**own, "day_m": self.day_m, "night_m": self.night_m, "bases": list(self.bases), "work_s": self.work_s,
                "speed_kmh": dict(self.speed_kmh),
                "closures": [{"street": c.street, "from_s": c.from_s, "until_s": c.until_s, "by": c.by}
                             for c in self.closures]}
