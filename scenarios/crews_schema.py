"""What a scenario may say of crews: the key ``crews:``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from geodata.inputs.times import DURATION_FORMS
from scenarios.forms import AssetId, AssetIds, Duration, Moment, Part, TwoNames, Words, duration, shown
from twin.errors import InputError
from twin.world.access import DEEPEST_M


def _lasts(value: Any) -> Any:
    """Read how long a stage takes: one duration, lowest, likeliest and highest, or ``{mean: ...}``."""
    if isinstance(value, list | tuple):
        if len(value) != 3:
            raise InputError(found=f"a list of {len(value)}", expected="lowest, likeliest and highest: [2h, 3h, 7h]")
        low, mode, high = (duration(one) for one in value)
        if not low <= mode <= high:
            raise InputError(found=shown(value), expected="lowest, likeliest and highest in order")
        return ("triangular", (float(low), float(mode), float(high)))
    if isinstance(value, Mapping):
        if set(value) != {"mean"}:
            raise InputError(found=f"keys {', '.join(map(str, value))}", expected="{mean: 2h}")
        return ("exponential", (float(duration(value["mean"])),))
    return ("fixed", (float(duration(value)),))


Forms = Annotated[tuple[str, tuple[float, ...]], BeforeValidator(
    _lasts, json_schema_input_type=str | list[str] | dict[str, str]), Field(
        description=f"{DURATION_FORMS}; or [lowest, likeliest, highest]; or {{mean: 2h}}, exponential")]
Owner = Literal["city", "grid", "water"]


class Team(Part):
    """People who go together."""

    id: AssetId
    base: AssetId
    """id of the place that it sets out from at the beginning of a shift"""
    people: int = Field(default=2, ge=1, le=50)
    skills: tuple[str, ...] = ("BR",)
    """electrical roles that somebody of it has: BS, BR, B1V, B2V, BC; BR unless said"""
    wade_m: Annotated[float, Field(gt=0, le=DEEPEST_M)] | None = None
    """depth from which its vehicle enters no street by day [m]; the plan's `day_m` unless said"""
    called: Moment | None = None
    """when it is called; its hours begin then: 10 h of work, 11 h of rest, and so on"""
    recall: Duration | None = None
    """from the call until it stands at its base; part of its hours"""
    hours: tuple[tuple[Moment, Moment], ...] = ()
    """shifts instead of `called`: [[22:00, 08:00], [19:00, 05:00]]"""
    ahead: AssetId | None = None
    """id of a place to which it was sent before its first shift"""

    @model_validator(mode="after")
    def _one_way_of_hours(self) -> Team:
        if self.hours and (self.called is not None or self.recall is not None):
            raise InputError(found="'hours' beside 'called' or 'recall'", expected="one or the other")
        return self


class StagePart(Part):
    """What a stage of a kind asks for; what is not said is as in `crew_stages.toml`."""

    lasts: Forms | None = None
    """how long it takes; as the kind says unless given"""
    crew: bool | None = None
    """whether a crew is there; drying needs nobody"""
    skill: str | None = None
    """electrical role; empty: none"""
    dark: bool | None = None
    """whether it may begin between sunset and sunrise"""
    fails: Annotated[float, Field(ge=0, le=1)] | None = None
    """probability that the test at its end fails: dried and tested again, once"""
    part: str | None = None
    """reference of a part that it uses up"""


class Delivery(Part):
    """Parts that come."""

    part: str
    at: Moment
    count: int = Field(ge=1, le=100_000)


StageName = Literal["reach", "inspect", "clean_dry", "replace", "re_energise"]


class CrewsPart(Part):
    """Who repairs after water. Without it crews are unlimited."""

    teams: tuple[Team, ...]
    owner: Owner = "city"
    """whose they are: only what is this owner's to mend is scheduled"""
    policy: Literal["nearest", "most_lamps", "critical_first", "list"] = "nearest"
    order: AssetIds = ()
    """ids in order, with `policy: list`"""
    reserve: int = Field(default=0, ge=0)
    """crews kept for jobs of priority 0"""
    priority: dict[AssetId, Annotated[int, Field(ge=0, le=9)]] = {}
    """priorities by id, 0 first; 0 for what a vital site hangs on, for signals and lift stations, 1 for all else"""
    travel: Literal["streets", "none"] = "streets"
    """`none`: everybody is everywhere at once"""
    stages: dict[str, dict[StageName, StagePart]] = {}
    """by kind and stage"""
    stock: dict[str, Annotated[int, Field(ge=0, le=100_000)]] = {}
    """parts by reference; a reference that is not here is never short"""
    deliveries: tuple[Delivery, ...] = ()
    part_names: dict[str, TwoNames] = {}
    """what parts are called, by reference, in both languages: {contacteur: {fr: contacteur, en: contactor}}"""
    derogation: Words = ""
    """who lets the limits of hours be broken, and why"""
    search: Duration | None = None
    """to part a tripped circuit and try one half, while its wet lamps are looked for; not counted without it"""
    samples: int = Field(default=0, ge=0, le=10_000)
    """nights drawn for the range of returns; 0: none"""

    @model_validator(mode="after")
    def _fits(self) -> CrewsPart:
        if not self.teams:
            raise InputError(found="no team", expected="at least one under 'teams'",
                             remedy="Leave `crews` out where crews are unlimited.")
        if self.policy == "list" and not self.order:
            raise InputError(found="policy list without 'order'", expected="'order', a list of ids")
        if self.order and self.policy != "list":
            raise InputError(found=f"'order' beside policy {self.policy}", expected="'policy: list'")
        if self.reserve >= len(self.teams):
            raise InputError(found=f"a reserve of {self.reserve} of {len(self.teams)} crews",
                             expected="at least one crew for all other jobs")
        return self
