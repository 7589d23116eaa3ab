"""What a programme file may say: a season of irrigation, every key with its meaning. Unknown keys are refused."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from geodata.inputs.times import duration_s
from geodata.weather.specs import ForecastSpec, WeatherPart, WeatherSpec
from twin.irrigation.data import soils, vegetation
from twin.irrigation.orders import USES, minutes

_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
         "lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


def _clock(value: Any) -> Any:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError(f"{value!r}; expected a time of day, \"22:00\", in quotes")
    return value


def _pause(value: Any) -> Any:
    return round(duration_s(value))


def _weekdays(value: Any) -> Any:
    if value == "all":
        return frozenset(range(7))
    if not isinstance(value, list) or not value:
        raise ValueError(f"{value!r}; expected a list of days, [tue, fri] or [mar, ven], or all")
    wrong = [day for day in value if str(day).casefold() not in _DAYS]
    if wrong:
        raise ValueError(f"'{wrong[0]}'; expected one of {', '.join(_DAYS)}")
    return frozenset(_DAYS[str(day).casefold()] for day in value)


def _known(names: Any, what: str) -> Any:
    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"'{value}'; expected a {what}: {', '.join(names)}")
        return value

    return check




DayWord = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven", "sam", "dim"]


def _somebody(value: str) -> str:
    if not value.strip():
        raise ValueError("nobody; expected who says so: a name, a service, a call")
    return value


Somebody = Annotated[str, AfterValidator(_somebody)]
Clock = Annotated[str, BeforeValidator(_clock)]
Seconds = Annotated[int, BeforeValidator(_pause, json_schema_input_type=str | Literal[0])]
Weekdays = Annotated[frozenset[int], BeforeValidator(
    _weekdays, json_schema_input_type=Literal["all"] | list[DayWord])]
SoilName = Annotated[str, AfterValidator(_known(tuple(soils()), "soil"))]
PlantName = Annotated[str, AfterValidator(_known(tuple(vegetation()), "plant"))]
UseName = Annotated[str, AfterValidator(_known(USES, "use"))]
Ids = Annotated[list[str], BeforeValidator(lambda v: [v] if isinstance(v, str) else v,
                                           json_schema_input_type=str | list[str]), Field(min_length=1)]
HoursSpec = list[tuple[Clock, Clock]]
Share = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e7)]


class Part(WeatherPart):
    """A mapping of a programme file."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ZoneSpec(Part):
    """What is known of a zone; what is not takes the defaults, and is counted."""

    soil: SoilName | None = None
    vegetation: PlantName | None = None
    area_m2: Positive | None = None
    """without it the area of its outline in the city"""
    taw_mm: Positive | None = None
    """available water of the root zone, where it was measured"""
    root_m: Annotated[float, Field(gt=0, le=10)] | None = None
    kc: Annotated[float, Field(gt=0, le=2)] | None = None
    kc_by_month: Annotated[list[Annotated[float, Field(gt=0, le=2)]], Field(min_length=12, max_length=12)] | None = None
    curve_number: Annotated[float, Field(gt=0, le=100)] | None = None
    condition: Literal["good", "fair", "poor"] = "good"
    """of the grass, for the curve number"""
    dual: bool = False
    """the dual crop coefficient, evaporation of the ground apart"""
    wetted: Share = 1.0
    """share of its ground that watering wets"""
    station: str | None = None
    """weather station by name; without it the nearest"""
    slope_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """mean slope of its ground: rain runs off sooner"""
    rate_mm_h: Annotated[float, Field(gt=0, le=1000)] | None = None
    """of its own heads, in place of the programme's"""
    efficiency: Share | None = None
    """of its own heads, in place of the programme's"""
    depletion_mm: Annotated[float, Field(ge=0, le=1000)] | None = None
    """on the morning of the first day, where no state is carried"""


class TriggerSpec(Part):
    """What starts a programme: exactly one of three."""

    depletion: Annotated[float, Field(gt=0, le=3)] | None = None
    """the ground has lost this share of what it may lose without stress: it is filled up"""
    fixed_mm: Positive | None = None
    """the same gross depth on each of its days"""
    replace_et: Annotated[float, Field(gt=0, le=3)] | None = None
    """this share of what evaporated since the last watering, less rain"""

    @model_validator(mode="after")
    def _one(self) -> TriggerSpec:
        if sum(v is not None for v in (self.depletion, self.fixed_mm, self.replace_et)) != 1:
            raise ValueError("none or several; expected exactly one of 'depletion', 'fixed_mm', 'replace_et'")
        return self


class HoldSpec(Part):
    """Rain that is forecast holds watering back, for a stated time."""

    above_mm: Annotated[float, Field(ge=0, le=1000)]
    within_days: Annotated[int, Field(ge=1, le=14)] = 1
    at_most: Annotated[int, Field(ge=1, le=14)] = 1
    """waterings left out one after the other, at most"""


class ProgrammeSpec(Part):
    """What a controller is told to do."""

    name: str
    zones: Literal["all"] | Ids | None = None
    uses: list[UseName] | None = None
    """zones by what grows on them, in place of `zones`"""
    days: Weekdays
    hours: tuple[Clock, Clock]
    """its window, from and to; it may pass midnight"""
    rate_mm_h: Annotated[float, Field(ge=0, le=1000)]
    efficiency: Share
    trigger: TriggerSpec
    refill: Annotated[float, Field(gt=0, le=2)] = 1.0
    """share of the depletion that is filled up: room for rain"""
    most_mm: Positive | None = None
    cycle: Seconds = 0
    """longest run without a pause, on slopes and clay"""
    soak: Seconds = 0
    valve: Literal["normally_closed", "latching"] = "normally_closed"
    in_forbidden_hours: Literal["move", "refuse"] = "move"
    forecast_hold: HoldSpec | None = None

    @model_validator(mode="after")
    def _zones_or_uses(self) -> ProgrammeSpec:
        if (self.zones is None) == (self.uses is None):
            raise ValueError("both or neither; expected 'zones' or 'uses'")
        if (self.cycle == 0) != (self.soak == 0):
            raise ValueError("one of them; expected 'cycle' and 'soak' together")
        if self.hours[0] == self.hours[1]:
            raise ValueError(f"a window from {self.hours[0]} to itself; expected two different times")
        return self

    @property
    def window(self) -> tuple[int, int]:
        """Beginning and length of its hours [minutes]."""
        begin, end = minutes(self.hours[0]), minutes(self.hours[1])
        return begin, (end - begin) % 1440 or 1440


class OrderSpec(Part):
    """An order of drought. Without `forbidden` the national minimum of its level holds."""

    name: str
    """as people cite it: arrêté no 2026-412"""
    level: Literal["vigilance", "alerte", "alerte_renforcee", "crise"]
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    forbidden: dict[UseName, HoursSpec] | None = None
    """forbidden hours by use, in place of the national minimum: {lawn: [["08:00", "20:00"]]}"""
    derogations: dict[str, HoursSpec] = Field(default_factory=dict)
    """forbidden hours of single zones by derogation: [] forbids nothing"""


class FactSpec(Part):
    """What a person says of zones or controllers. It holds from its time on."""

    at: datetime
    zones: Ids | None = None
    controllers: Ids | None = None
    state: Literal["released", "dry", "in_service"]
    """released: flushed, tested, safe to water; dry: the water has left; in_service: the controller works"""
    by: Somebody

    @model_validator(mode="after")
    def _of_what(self) -> FactSpec:
        wanted = "controllers" if self.state == "in_service" else "zones"
        if getattr(self, wanted) is None or (self.zones is not None and self.controllers is not None):
            raise ValueError(f"'{self.state}' without '{wanted}', or both; expected '{wanted}' alone")
        return self


class OffSpec(Part):
    """Zones that somebody switched off, or that are winterised."""

    zones: Literal["all"] | Ids
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    by: str = ""


class GivenSpec(Part):
    """Water given by hand on a day."""

    zones: Ids
    on: date
    mm: Positive
    """gross depth"""
    by: str = ""


class ObservationSpec(Part):
    """What a probe sees of a zone on the morning of a day: exactly one of four."""

    zone: str
    on: date
    probe: str = ""
    depletion_mm: Annotated[float, Field(ge=0)] | None = None
    percent: float | None = None
    """water content [%]"""
    m3_m3: float | None = None
    """water content [m³/m³]"""
    tension_kpa: float | None = None
    """matric tension; by `curve`, else by the soil's own"""
    curve: list[tuple[float, float]] | None = None
    """of the probe: [kPa, m³/m³], by rising tension"""

    @model_validator(mode="after")
    def _one(self) -> ObservationSpec:
        names = ("depletion_mm", "percent", "m3_m3", "tension_kpa")
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise ValueError(f"none or several; expected exactly one of {', '.join(names)}")
        return self


class MeterSpec(Part):
    """What a meter read for a zone on a day; 0 says that nothing was given."""

    zone: str
    on: date
    m3: Annotated[float, Field(ge=0)]


class NightSpec(Part):
    """A scenario that is run first: its water and outages suspend watering. A run folder counts in its place."""

    scenario: str
    """a scenario file, relative to this one, or the name of a shipped one"""
    on: date | None = None
    """day that the night is moved to; without it its own"""


class ExpectSpec(Part):
    """What must hold of a zone, on a day or over the season."""

    zone: str
    on: date | None = None
    depletion_mm: tuple[float, float] | None = None
    applied_m3: tuple[float, float] | None = None
    stress_days: tuple[int, int] | None = None
    locked_by: str | None = None
    """a reason (under_water, sanitary, …), or the id of the asset at fault; none: it is not locked"""


class SeasonSpec(Part):
    """A season of irrigation."""

    season: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    weather: WeatherSpec
    stations: dict[str, WeatherSpec] = Field(default_factory=dict)
    """more weather stations, by name: a zone takes the one that it names, else the nearest, else that of `weather`"""
    night: NightSpec | None = None
    forecast: ForecastSpec | None = None
    defaults: ZoneSpec = ZoneSpec()
    zones: dict[str, ZoneSpec] = Field(default_factory=dict)
    programmes: list[ProgrammeSpec] = Field(default_factory=list)
    drought: list[OrderSpec] = Field(default_factory=list)
    facts: list[FactSpec] = Field(default_factory=list)
    off: list[OffSpec] = Field(default_factory=list)
    winter: list[OffSpec] = Field(default_factory=list)
    by_hand: list[GivenSpec] = Field(default_factory=list)
    observations: list[ObservationSpec] = Field(default_factory=list)
    meters: list[MeterSpec] = Field(default_factory=list)
    eur_m3: Annotated[float, Field(ge=0, le=1000)] | None = None
    expect: list[ExpectSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> SeasonSpec:
        if self.last < self.first:
            raise ValueError(f"'to' {self.last} before 'from' {self.first}; expected the first day first")
        return self
