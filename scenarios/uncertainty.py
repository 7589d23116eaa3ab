"""What a scenario may say under ``uncertainty:``: what may be otherwise, how, and where that comes from.

The unit of a value stands in its key; each entry names its source.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from geodata.hazards.declared.flow import Spec
from geodata.inputs.times import MOMENT_FORMS, check_moment
from twin.ensemble.distributions import (
    Discrete,
    Distribution,
    Lognormal,
    Normal,
    Quantiles,
    Triangular,
    Uniform,
)
from twin.errors import InputError

#: In place of a kind or an id: every asset that it can hold for.
EVERY = "all"
_FORMS = ("normal", "lognormal", "triangular", "uniform", "discrete", "quantiles")


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise InputError(found=str(value), expected=MOMENT_FORMS)
    return check_moment(value)


Moment = Annotated[str, BeforeValidator(_moment, json_schema_input_type=str), Field(description=MOMENT_FORMS)]
Text = Annotated[str, Field(min_length=1)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Unsure(Spec):
    """A mapping under ``uncertainty:``."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class NormalForm(Unsure):
    """Symmetric about its mean."""

    mean: float = 0.0
    sd: float
    """one standard deviation, above 0"""


class LognormalForm(Unsure):
    """Its natural logarithm is normal: a fragility curve."""

    median: float
    beta: float
    """standard deviation of the natural logarithm, above 0"""


class DiscreteForm(Unsure):
    """One of some values: the members of a forecast."""

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()
    """one for each value; all alike when left out"""


class QuantilesForm(Unsure):
    """What a forecast gives by itself."""

    p10: float
    p50: float
    p90: float


class Drawn(Unsure):
    """A distribution: exactly one of its forms."""

    normal: NormalForm | None = None
    lognormal: LognormalForm | None = None
    triangular: Annotated[tuple[float, float, float], Field(description="lowest, most likely, highest")] | None = None
    uniform: Annotated[tuple[float, float], Field(description="lowest, highest")] | None = None
    discrete: DiscreteForm | None = None
    quantiles: QuantilesForm | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Drawn:
        given = [name for name in _FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(found=" and ".join(f"'{name}'" for name in given) or "no distribution",
                             expected=f"exactly one of {', '.join(_FORMS)}")
        self.made()
        return self

    def made(self) -> Distribution:
        """Give the distribution itself.

        Raises
        ------
        InputError
            Numbers that make none: a width of 0, a lowest value above the highest.
        """
        if self.normal is not None:
            return Normal(mean=self.normal.mean, sd=self.normal.sd)
        if self.lognormal is not None:
            return Lognormal(median=self.lognormal.median, beta=self.lognormal.beta)
        if self.triangular is not None:
            low, mode, high = self.triangular
            return Triangular(low=low, mode=mode, high=high)
        if self.uniform is not None:
            return Uniform(low=self.uniform[0], high=self.uniform[1])
        if self.discrete is not None:
            return Discrete(values=self.discrete.values, weights=self.discrete.weights)
        assert self.quantiles is not None
        return Quantiles(p10=self.quantiles.p10, p50=self.quantiles.p50, p90=self.quantiles.p90)


class Sourced(Drawn):
    """A distribution and where it comes from."""

    source: Text
    """where it comes from: a paper, the errors of past forecasts, an assumption"""


class MembersOf(Unsure):
    """The members of a forecast at one gauge, or of one inflow."""

    file: Text
    """a CSV with a column for each member, read as the plan's own"""
    columns: Annotated[tuple[Text, ...], Field(min_length=2)]
    """the members' columns"""
    weights: tuple[float, ...] = ()
    """one for each member, where each draws by itself; all alike when left out"""


class BoundsOf(Unsure):
    """P10, P50 and P90 at one gauge."""

    file: Text
    """a CSV of levels with a column for each of the three; datum, unit and zone as beside `levels`"""
    p10: Text
    """name of its column"""
    p50: Text
    p90: Text


class MembersUnsure(Unsure):
    """The members of a forecast: hydrographs of the gauge, or of each of several, of which a night takes one."""

    file: Text | None = None
    """a CSV of levels with a column for each member; datum, unit and zone as beside `levels`"""
    columns: Annotated[tuple[Text, ...], Field(min_length=2)] | None = None
    """the members' columns"""
    gauges: dict[str, MembersOf] = Field(default_factory=dict)
    """in place of both: those of each gauge of the plan, by its name there"""
    together: bool | None = None
    """with several gauges: true, one member for all of them (one forecast); false, each gauge its own"""
    weights: tuple[float, ...] = ()
    """one for each member; all alike when left out"""
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> MembersUnsure:
        _check_each(self, "gauges", ("file", "columns"))
        _check_weights(self.gauges, self.weights, together=self.together)
        return self


class InflowsUnsure(Unsure):
    """The members of a forecast of the discharge: hydrographs of an inflow, or of several; a night takes one."""

    file: Text | None = None
    """a CSV of discharges [m3/s] with a column `time` and one for each member"""
    columns: Annotated[tuple[Text, ...], Field(min_length=2)] | None = None
    """the members' columns"""
    inflows: dict[str, MembersOf] = Field(default_factory=dict)
    """in place of both: those of each inflow, by its name; one that does not stand here stays as the plan has it"""
    together: bool | None = None
    """with several inflows: true, one member for all of them (one forecast); false, each inflow its own"""
    weights: tuple[float, ...] = ()
    """one for each member; all alike when left out"""
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> InflowsUnsure:
        _check_each(self, "inflows", ("file", "columns"))
        _check_weights(self.inflows, self.weights, together=self.together)
        return self


class ForecastUnsure(Unsure):
    """A forecast's own P10, P50 and P90 over time, at the gauge or at each of several."""

    file: Text | None = None
    """a CSV of levels with a column for each of the three; datum, unit and zone as beside `levels`"""
    p10: Text | None = None
    """name of its column"""
    p50: Text | None = None
    p90: Text | None = None
    gauges: dict[str, BoundsOf] = Field(default_factory=dict)
    """in place of these: those of each gauge of the plan, by its name there"""
    together: bool | None = None
    """with several gauges: true, one quantile for all of them (one forecast); false, each gauge its own"""
    source: Text

    @model_validator(mode="after")
    def _whole(self) -> ForecastUnsure:
        _check_each(self, "gauges", ("file", "p10", "p50", "p90"))
        return self


def _check_each(said: MembersUnsure | InflowsUnsure | ForecastUnsure, each: str, alone: tuple[str, ...]) -> None:
    """Refuse both or neither of one place and several, a part of one, and several of which nobody says how they hang.

    Raises
    ------
    InputError
        As said.
    """
    given, named = [name for name in alone if getattr(said, name) is not None], getattr(said, each)
    form = ", ".join(f"'{name}'" for name in alone)
    if named and given:
        raise InputError(found=f"'{each}' and '{given[0]}'", expected=f"{form}, or '{each}' with them for each place")
    if not named and len(given) < len(alone):
        lacking = next(name for name in alone if name not in given)
        raise InputError(found=f"no key '{lacking}'", expected=f"{form}, or '{each}' with them for each place")
    if len(named) > 1 and said.together is None:
        raise InputError(found=f"{len(named)} '{each}' without 'together'", expected="'together': true or false",
                         remedy="True: of one forecast, a night takes the same member everywhere. False: each place "
                         "draws by itself.")
    if len(named) < 2 and said.together is not None:
        raise InputError(found=f"'together' without several '{each}'", expected=f"no 'together', or several '{each}'",
                         remedy="Leave it out.")


def _check_weights(named: dict[str, MembersOf], weights: tuple[float, ...], *, together: bool | None) -> None:
    """Refuse weights that stand where they would not count, and members of one forecast that are not as many.

    Raises
    ------
    InputError
        As said.
    """
    if together:
        first, *others = named
        for name in others:
            if len(named[name].columns) != len(named[first].columns):
                raise InputError(found=f"{len(named[name].columns)} members of '{name}', {len(named[first].columns)} "
                                 f"of '{first}'", expected="as many of each",
                                 remedy="The first column of each is one member, the second another, and so on.")
    own = next((name for name, one in named.items() if one.weights), None)
    if together is not False and own is not None:
        raise InputError(found=f"'weights' of '{own}' alone", expected="'weights' beside them, for all",
                         remedy="Members of one forecast weigh the same everywhere.")
    if together is False and weights:
        raise InputError(found="'weights' for all where each draws by itself", expected="'weights' in each entry")


class LevelUnsure(Unsure):
    """The level of the river: `river_stage`, `hand` or `catalogue`; with the flow model, the level behind its edges."""

    offset_m: Sourced | None = None
    """added to every level [m]"""
    scale: Sourced | None = None
    """factor of the rise above the lowest level of the run"""
    shift_s: Sourced | None = None
    """later by this, earlier where negative [s]; for any water"""
    members: MembersUnsure | None = None
    """in place of the plan's level"""
    forecast: ForecastUnsure | None = None
    """in place of the plan's level"""

    @model_validator(mode="after")
    def _says_something(self) -> LevelUnsure:
        names = ("offset_m", "scale", "shift_s", "members", "forecast")
        if all(getattr(self, name) is None for name in names):
            raise InputError(found="nothing", expected="one of " + ", ".join(f"'{name}'" for name in names))
        if self.members is not None and self.forecast is not None:
            raise InputError(found="'members' and 'forecast'", expected="one of them",
                             remedy="Both stand in place of the plan's level.")
        return self


class FlowUnsure(Unsure):
    """What the flow model computes from: `rain` and `inflow`."""

    discharge: Sourced | None = None
    """factor of every inflow"""
    rain: Sourced | None = None
    """factor of the rain"""
    roughness: Sourced | None = None
    """factor of Manning's n everywhere"""
    members: InflowsUnsure | None = None
    """in place of the plan's discharge"""
    floods: Annotated[int, Field(ge=2, le=100_000)] | None = None
    """how many floods are computed and shared by all nights, evenly spread over what is drawn; when left out, each
    night has its own"""


class CrestUnsure(Unsure):
    """The crest of a levee or a barrier of the water."""

    error_m: Drawn
    """added to the crest that it has [m]"""
    source: Text


class PumpUnsure(Unsure):
    """A pump of the water that may fail, and then stands still to the end."""

    probability: Chance
    """of each pump by itself, within the span"""
    from_: Moment | None = Field(default=None, alias="from")
    """begin of the span; the start when left out"""
    to: Moment | None = None
    """end of the span; the end when left out"""
    source: Text


class TravelUnsure(Unsure):
    """How long crews drive."""

    factor: Drawn
    """of what the streets and their water say"""
    each: Literal["night", "asset"] = "night"
    """one factor for the night, or one for each place that is driven to"""
    source: Text


class GroundUnsure(Unsure):
    """Error of terrain and depth, normal and shared by neighbours."""

    sd_m: float = Field(gt=0, le=10)
    """one standard deviation [m]"""
    correlation_m: float = Field(gt=0, le=100_000)
    """distance at which the correlation has fallen to 0.61; no shorter than a cell of the terrain [m]"""
    source: Text


class HeightUnsure(Unsure):
    """Height of the lowest live part: exactly one of `fail_m`, `error_m`, `stated`."""

    fail_m: Drawn | None = None
    """the height above ground itself, a fragility curve [m]"""
    error_m: Drawn | None = None
    """added to the height that each asset has [m]"""
    stated: Literal[True] | None = None
    """true: normal, with the error that the city states for each asset"""
    source: Text

    @model_validator(mode="after")
    def _one_way(self) -> HeightUnsure:
        ways = ("fail_m", "error_m", "stated")
        given = [name for name in ways if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(found=" and ".join(f"'{name}'" for name in given) or "none of them",
                             expected="exactly one of 'fail_m', 'error_m', 'stated'")
        return self


class ProtectionUnsure(Unsure):
    """Protection of the circuits whose own is not known."""

    rcd: Chance
    """probability that such a circuit has an RCD; else fuses"""
    source: Text


class RepairUnsure(Unsure):
    """How long repairs take."""

    factor: Drawn
    """of the duration that the plan has"""
    each: Literal["night", "kind", "asset"] = "asset"
    """one factor for the night, for each kind, or for each asset"""
    source: Text


class LinksUnsure(Unsure):
    """Links of supply that were inferred."""

    wrong: Chance
    """probability that one is wrong: its consumer then hangs on the nearest other supplier of that kind"""
    source: Text


class BreakdownUnsure(Unsure):
    """A failure for a reason outside the model."""

    probability: Chance
    """of each asset by itself, within the span"""
    from_: Moment | None = Field(default=None, alias="from")
    """begin of the span; the start when left out"""
    to: Moment | None = None
    """end of the span; the end when left out"""
    source: Text


class Uncertainty(Unsure):
    """What may be otherwise in the night: `twin ensemble` draws it anew for each member, `twin run` does not."""

    level: LevelUnsure | None = None
    ground: GroundUnsure | None = None
    heights: dict[str, HeightUnsure] = Field(default_factory=dict)
    """by kind, by asset id (which wins), or `all`"""
    protection: ProtectionUnsure | None = None
    repair: dict[str, RepairUnsure] = Field(default_factory=dict)
    """by kind, or `all`"""
    links: LinksUnsure | None = None
    breakdowns: dict[str, BreakdownUnsure] = Field(default_factory=dict)
    """by kind or asset id"""
    flow: FlowUnsure | None = None
    crest: dict[str, CrestUnsure] = Field(default_factory=dict)
    """by the name of a levee or barrier, or `all`"""
    pumps: dict[str, PumpUnsure] = Field(default_factory=dict)
    """by the name of a pump of the flow model, or `all`; with a river stage `all` is what drains the hollows"""
    travel: TravelUnsure | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Uncertainty:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise InputError(found="nothing", expected=f"one of {', '.join(type(self).model_fields)}")
        return self
