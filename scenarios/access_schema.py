"""What a scenario may say of streets in the water: the key ``access:``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.forms import AssetIds, Duration, Moment, Part, Words
from twin.errors import InputError
from twin.world.access import DAY_M, DEEPEST_M, NIGHT_M, PERSON_S, TEAMS, WORK_S

Depth = Annotated[float, Field(gt=0, le=DEEPEST_M)]
Speed = Annotated[float, Field(gt=0, le=130)]


class ClosedStreet(Part):
    """A street closed by order; what is seen closed is a fact."""

    street: str
    """its name"""
    at: Moment
    until: Moment | None = None
    """open again; without it closed to the end"""
    by: Words = ""
    """who ordered it"""


class AccessPart(Part):
    """From which depth on nobody enters a street, which are closed, and where help sets out."""

    day_m: Depth = DAY_M
    """closing depth by day [m]: 0.20, a van, unless said; 0.30 at most, beyond it cars float"""
    night_m: Depth = NIGHT_M
    """closing depth between sunset and sunrise [m]: 0.05 unless said, holes cannot be seen"""
    bases: AssetIds = ()
    """ids of the places help sets out from: of each asset it is told when it can be reached from there"""
    closed: tuple[ClosedStreet, ...] = ()
    """streets closed by order, bridges too"""
    work: Duration = WORK_S
    """time at a place before the water comes: opening, locking, testing; 15 min unless said"""
    per_person: Duration = PERSON_S
    """time to bring one person out of a site, one after the other; 1 min unless said, an assumption without a source"""
    teams: Annotated[int, Field(ge=1, le=1000)] | Literal["crews"] = TEAMS
    """teams that bring people out of one site together: a number, or crews for the crews that are free at the moment;
    1 unless said"""
    speed_kmh: dict[Literal["main", "minor"], Speed] = {}
    """speed by rank where the streets of the city have no limit of their own [km/h]: main 50, minor 30 unless said"""

    @model_validator(mode="after")
    def _night_is_stricter(self) -> AccessPart:
        if self.night_m > self.day_m:
            raise InputError(found=f"night_m {self.night_m:g} above day_m {self.day_m:g}",
                             expected="night_m at or below day_m", remedy="Say both day_m and night_m.")
        return self
