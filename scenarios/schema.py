"""What a scenario file may say: every key, its form, and what it means.

A scenario is short because the city brings the rest; what it leaves out has one documented default.
:mod:`scenarios.resolve` turns it into a plan in which nothing is implicit. Unknown keys are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PrivateAttr, Tag, model_validator

from geodata.hazards.declared.flood import FloodSpec
from scenarios.access_schema import AccessPart
from scenarios.crews_schema import CrewsPart
from scenarios.forms import AssetId, AssetIds, Duration, Moment, Named, Part, Range, Words, named, shown
from scenarios.irrigation_schema import IrrigationPart, name_alone
from scenarios.measure_spec import Measure
from scenarios.reading import Document
from scenarios.uncertainty import Uncertainty
from twin.codes import Mechanism
from twin.errors import InputError

#: Words of the mechanisms, as files have them.
MechanismWord = Literal["flooded", "tripped", "supply_lost", "buffer_empty", "cut", "failed"]
assert MechanismWord.__args__ == tuple(m.word for m in Mechanism)  # type: ignore[attr-defined]


class Event(Part):
    """Something done to assets: exactly one of `fail`, `cut`, `restore`."""

    at: Moment
    fail: AssetIds | None = None
    """it breaks for a reason outside the model"""
    cut: AssetIds | None = None
    """it is opened on purpose, before the water comes, say"""
    restore: AssetIds | None = None
    """ends a `fail` or a `cut`"""
    until: Moment | None = None
    """with `fail` or `cut`: restored then"""
    reason: Words = ""
    """shown to operators: incendie, coupure préventive"""
    by: Words = ""
    """who decided or reported it"""

    @model_validator(mode="after")
    def _one_action(self) -> Event:
        given = [name for name in ("fail", "cut", "restore") if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(found=" and ".join(f"'{name}'" for name in given) or "none of them",
                             expected="exactly one of 'fail', 'cut', 'restore'",
                             remedy="Write one entry for each." if given else "")
        if self.until is not None and self.restore is not None:
            raise InputError(found="'until' beside 'restore'", expected="'until' with 'fail' or 'cut' only")
        return self


class Fact(Part):
    """Something seen: it beats the computation from its time on. About an asset, a gauge, a street, or a `note`."""

    at: Moment
    asset: AssetIds | None = None
    state: Literal["out", "in_service", "dry", "ends", "closed", "open"] | None = None
    """of an asset: out, in_service, dry, ends (computed again from here on); of a street: closed, open"""
    gauge: AssetId | None = None
    """a gauge that was read: kept, shown and compared, never computed with"""
    level_m: float | None = Field(default=None, ge=-1000, le=10_000)
    """what the gauge reads [m above its zero]"""
    street: str | None = None
    """name of a street, seen `closed` or `open`"""
    note: Words | None = None
    """anything else, in words"""
    by: Words = ""
    """who says so: appel du 22 h 08"""

    @model_validator(mode="after")
    def _about_one_thing(self) -> Fact:
        subjects = [name for name in ("asset", "gauge", "street", "note") if getattr(self, name) is not None]
        if len(subjects) != 1:
            raise InputError(found=" and ".join(f"'{name}'" for name in subjects) or "none of them",
                             expected="a fact about exactly one of 'asset', 'gauge', 'street', 'note'")
        states = {"asset": ("out", "in_service", "dry", "ends"), "street": ("closed", "open")}.get(subjects[0], ())
        if states and self.state not in states:
            raise InputError(found=f"state {shown(self.state)} beside '{subjects[0]}'",
                             expected=f"one of {', '.join(states)}")
        if not states and self.state is not None:
            raise InputError(found=f"a state beside '{subjects[0]}'", expected="a state of an asset or a street only")
        if (subjects[0] == "gauge") != (self.level_m is not None):
            lonely = "'gauge' without 'level_m'" if subjects[0] == "gauge" else "'level_m' without 'gauge'"
            raise InputError(found=lonely, expected="'gauge' and 'level_m' together")
        return self


class Threshold(Part):
    """Heights above ground that replace the city's."""

    touch_m: float | None = Field(default=None, ge=-20, le=50)
    """water touches it [m above ground; negative for cellars]"""
    fail_m: float | None = Field(default=None, ge=-20, le=50)
    """water reaches its lowest live part [m above ground]"""

    @model_validator(mode="after")
    def _says_something(self) -> Threshold:
        if self.touch_m is None and self.fail_m is None:
            raise InputError(found="neither 'touch_m' nor 'fail_m'", expected="one of them, or both")
        if self.touch_m is not None and self.fail_m is not None and self.fail_m < self.touch_m:
            raise InputError(found=f"fail_m {self.fail_m:g} below touch_m {self.touch_m:g}",
                             expected="fail_m at or above touch_m")
        return self


class Repair(Part):
    """Seconds from dry to back in service; 'live' when it was live as the water came, 'dead' when it was cut first."""

    live: int = Field(ge=0, le=366 * 86_400)
    dead: int | None = Field(default=None, ge=0, le=366 * 86_400)

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, value: Any) -> Any:
        return {"live": value} if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _dead_is_shorter(self) -> Repair:
        if self.dead is not None and self.dead > self.live:
            raise InputError(found=f"dead {self.dead} s above live {self.live} s",
                             expected="the repair of what was dead to be no longer")
        return self


class Link(Part):
    """A link of supply, the way the service flows."""

    supplier: AssetId
    consumer: AssetId
    transfer_s: int = Field(default=0, ge=0, le=366 * 86_400)
    """seconds until it delivers once the group has lost the supplier it had (with `add`)"""


class SupplyChange(Part):
    """A link that the scenario adds or takes away, for the whole run: exactly one of the two."""

    add: Link | None = None
    """one more supplier for an asset's power, after those that it has: a second feed, a generator"""
    remove: Link | None = None
    """one of several suppliers taken away; to cut the only one, say `cut` or `fail` under `events`"""

    @model_validator(mode="after")
    def _one_change(self) -> SupplyChange:
        if (self.add is None) == (self.remove is None):
            raise InputError(found="both" if self.add else "neither", expected="exactly one of 'add' and 'remove'")
        return self


Switching = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|sunset|sunrise)$",
                                 description="a local time HH:MM, sunset or sunrise")]
Window = tuple[Switching, Switching]
Windows = Annotated[tuple[Window, ...], Field(min_length=1)]


class Dark(Part):
    """When darkness counts: the sun at the place, or the city's switching profile, part-night lighting included."""

    by: Literal["sun", "profile"] = "sun"
    on: Switching | None = None
    """local time at which the lamps are switched on (profile), or `sunset`"""
    off: Switching | None = None
    """local time at which they are switched off (profile), or `sunrise`"""
    windows: Windows | None = None
    """several windows a night, each [on, off], in place of `on` and `off`"""
    cabinets: dict[AssetId, Windows] = Field(default={})
    """windows of the lamps of single cabinets, by id"""
    districts: dict[str, Windows] = Field(default={})
    """windows of the lamps of single districts, by name; a cabinet's come first"""

    @model_validator(mode="before")
    @classmethod
    def _of_a_list(cls, value: Any) -> Any:
        """Read a list of profiles, one a window, as one profile of several windows."""
        if not isinstance(value, list | tuple):
            return value
        pairs = [(part.get("on"), part.get("off")) for part in value
                 if isinstance(part, Mapping) and set(part) == {"by", "on", "off"} and part["by"] == "profile"]
        if not value or len(pairs) != len(value):
            raise InputError(found="a list", expected="profiles, each with 'by: profile', 'on' and 'off'",
                             remedy="Or write `by: profile` and `windows: [[\"17:45\", \"23:00\"], …]`.")
        return {"by": "profile", "windows": pairs}

    @model_validator(mode="after")
    def _profile_has_times(self) -> Dark:
        has_one = self.on is not None or self.off is not None
        if self.by == "profile" and self.windows is None and (self.on is None or self.off is None):
            raise InputError(found="a profile without its times", expected="'on' and 'off', HH:MM")
        if self.windows is not None and has_one:
            raise InputError(found="'windows' beside 'on' or 'off'", expected="one or the other")
        if self.by == "sun" and (has_one or self.windows is not None):
            raise InputError(found="switching times beside 'by: sun'", expected="'by: profile' with 'on' and 'off'")
        for on, off in [*(self.windows or ()), *(w for own in (*self.cabinets.values(), *self.districts.values())
                                                 for w in own)]:
            if on == off:
                raise InputError(found=f"a window from {on} to {off}", expected="two different times")
        return self


class ExpectCounts(Part):
    """Counts that must hold at a moment; without `at`: how many ever were, over the whole run."""

    at: Moment | None = None
    kind: str
    mechanism: MechanismWord | None = None
    """count in `out` and `dark` only what is out by this mechanism"""
    street: str | None = None
    district: str | None = None
    out: Range | None = None
    """assets of this kind that do not deliver their service"""
    dark: Range | None = None
    """those of them at a moment of darkness (lamps)"""
    wet: Range | None = None
    """assets with water at or above touch_m"""
    flooded: Range | None = None
    """assets with water at or above fail_m"""
    doubtful: Range | None = None
    """assets that may be out and may not, at the moment or at any; doubt travels along supplies"""

    @model_validator(mode="after")
    def _says_something(self) -> ExpectCounts:
        names = ("out", "dark", "wet", "flooded", "doubtful")
        if all(getattr(self, name) is None for name in names):
            raise InputError(found="no count", expected=f"one of {', '.join(names)}, a number or [lowest, highest]")
        return self


class ExpectAsset(Part):
    """What must hold for one asset: some outage of it (in force at `at` where given) fulfils all that is said."""

    asset: AssetId
    at: Moment | None = None
    state: Literal["out", "suspended", "may_be_out", "on_reserve", "last_feed", "no_supplier",
                   "in_service"] | None = None
    """at that moment, the worst that holds; without `at`: out, ever, or in_service, which means never out"""
    mechanism: MechanismWord | None = None
    cause: AssetId | None = None
    root: AssetId | None = None
    root_mechanism: MechanismWord | None = None
    held: AssetId | None = None
    """what held it: the root of what cleared last"""
    held_mechanism: MechanismWord | None = None
    start: Annotated[tuple[Moment, Moment], Field(description="opened between these two moments")] | None = None
    end: Annotated[tuple[Moment, Moment], Field(description="back in service between these two moments")] | None = None
    dark_s: Range | None = None
    """seconds of darkness over all its outages [s]"""
    outages: Range | None = None
    """number of its outages"""
    doubtful: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ExpectAsset:
        said = self.model_fields_set - {"asset", "at"}
        if not said:
            raise InputError(found="nothing expected of it", expected="one of state, mechanism, cause, root, held, "
                             "start, end, dark_s, outages, doubtful")
        if self.at is None and self.state not in (None, "out", "in_service"):
            raise InputError(found=f"state {self.state} without a moment",
                             expected="'at' beside it, or out or in_service")
        of_an_outage = {"mechanism", "cause", "root", "root_mechanism", "held", "held_mechanism", "start", "end"}
        if self.state not in (None, "out", "may_be_out") and said & of_an_outage:
            raise InputError(found=f"state {self.state} beside what an outage has", expected="one or the other")
        return self


def _expect_tag(value: Any) -> str:
    has_asset = "asset" in value if isinstance(value, Mapping) else isinstance(value, ExpectAsset)
    return "of an asset" if has_asset else "of a kind"


Expect = Annotated[Annotated[ExpectCounts, Tag("of a kind")] | Annotated[ExpectAsset, Tag("of an asset")],
                   Discriminator(_expect_tag)]


def _or_file(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [{"type": "string"}, *schema["anyOf"]]


class Scenario(Part):
    """A short hand-written file: a city, a flood, what is done and seen, and what is expected of the answer."""

    scenario: Named
    """its name, as operators will read it; it never stands in a public file"""
    public_title: dict[Literal["fr", "en"], Annotated[str, AfterValidator(named)]] = {}
    """its name for the public, by language: {fr: Crue de l’Ouche, en: Flood of the Ouche}; without it town and day"""
    description: str = ""
    """what it is for"""
    city: str | None = None
    """a city file (.gpkg), relative to this file, or `valmont`, the built-in town; `--city` overrides it"""
    start: Moment
    """ISO 8601; without offset it is the city's wall clock"""
    duration: Duration
    step: Duration = 300
    """step of the tables and of the map's slider; the engine itself is exact to the second"""
    status: Literal["simulation", "exercise", "forecast"] = "simulation"
    issued: Moment | None = None
    """issue time; its start when left out; a forecast must have one here or by `--issued`"""
    valid_until: Moment | None = None
    """past it the answer is out of date; its end when left out"""
    next_update: Moment | None = None
    """when the next answer is promised; shown beside the issue time"""
    seed: int = Field(default=0, ge=0, lt=2**63)
    flood: FloodSpec | None = None
    """the water; without it nothing gets wet"""
    events: tuple[Event, ...] = ()
    facts: tuple[Fact, ...] = ()
    thresholds: dict[str, Threshold] = Field(default={})
    """by kind (all assets of it) or by asset id (which wins)"""
    repair_s: dict[str, Repair] = Field(default={})
    """by kind: seconds from dry to back in service"""
    supplies: tuple[SupplyChange, ...] = ()
    """links of supply added or taken away"""
    measures: tuple[Measure, ...] = ()
    """what is done about it: each with who decides, people, lead and cost where known"""
    reset_s: int = Field(default=1800, ge=0, le=366 * 86_400)
    """seconds from a circuit's last repaired lamp until its protection is closed again"""
    dark: Dark = Dark()
    access: AccessPart | None = None
    """streets in the water: what closes them, and where help sets out"""
    crews: CrewsPart | None = Field(default=None, json_schema_extra=_or_file)
    """who repairs after water, or a file that says so; without it crews are unlimited"""
    irrigation: Annotated[IrrigationPart, BeforeValidator(
        name_alone, json_schema_input_type=str | IrrigationPart)] | None = None
    """the season of irrigation that the night is a part of: a programme file, or the name of a shipped one"""
    uncertainty: Uncertainty | None = None
    """what may be otherwise, for `twin ensemble`"""
    expect: tuple[Expect, ...] = ()
    """what must hold: makes the scenario a test"""

    _document: Document | None = PrivateAttr(default=None)
    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """File it was read from; None when it was made in code."""
        return self._path

    @property
    def folder(self) -> Path:
        """Folder that its relative paths start from."""
        return self._path.parent if self._path else Path()

    def complaint(self, path: tuple[str | int, ...], *, found: str, expected: str, remedy: str = "",
                  ids: tuple[str, ...] = (), of_key: bool = False) -> InputError:
        """Give the error that points at a place of the file."""
        document = self._document or Document(file="", data={})
        error = document.complaint(path, found=found, expected=expected, remedy=remedy, ids=ids, of_key=of_key)
        if self._document is None:
            error.line = error.column = 0
        return error
