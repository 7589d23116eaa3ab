"""What a scenario may say under ``measures``: each entry is one measure, with who decides it and what it takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from scenarios.crews_schema import Team
from scenarios.forms import AssetId, AssetIds, Duration, Moment, Part, Words
from twin.errors import InputError

Point = tuple[float, float]
#: Who decides, and whose work it is.
Authority = Literal["city", "grid", "prefect", "water", "hospital", "other"]
#: What a measure may be, by the key that says it.
SORTS = ("raise", "protect", "cut", "isolate", "feed", "generator", "close_irrigation", "refuge", "barrier", "pump",
         "pre_position", "close_street", "extra_crew", "extra_stock")
#: Which other keys belong to which: those that must be there, and those that may.
_NEEDS = {"raise": {"by_m"}, "protect": {"to_m"}, "cut": {"at"}, "isolate": {"at"}, "feed": {"supplier"},
          "generator": {"fuel"}, "close_irrigation": {"at"}, "refuge": {"instead"},
          "barrier": set(), "pump": {"m3_s"}, "pre_position": {"place"}, "close_street": {"at"}, "extra_crew": set(),
          "extra_stock": set()}
_MAY = {"raise": {"at"}, "protect": {"at"}, "cut": {"until", "safe_return"}, "isolate": set(),
        "feed": {"changeover", "at"}, "generator": {"at"}, "close_irrigation": {"until"}, "refuge": set(),
        "barrier": {"crest_m", "height_m", "at", "until"}, "pump": {"to", "at", "until"}, "pre_position": {"at"},
        "close_street": {"until"}, "extra_crew": set(), "extra_stock": {"at"}}
_COMMON = {"name", "authority", "by", "lead", "people", "cost", "note"}


class Measure(Part):
    """One measure: exactly one of the first fourteen keys says which."""

    raise_: AssetIds | None = Field(default=None, alias="raise")
    """lifted by `by_m`: heights of touch and failure move together, for the whole run"""
    protect: AssetIds | None = None
    """sealed or sandbagged: water reaches its live parts at `to_m` only, for the whole run"""
    cut: AssetIds | None = None
    """opened on purpose at `at`, until `until`, or with `safe_return` until the water has left it and the gear on it"""
    isolate: AssetIds | None = None
    """lamps taken off their circuit at `at`, to the end: out, and no longer able to open its protection"""
    feed: AssetId | None = None
    """gets one more supplier, `supplier`, behind those that it has; `changeover` is how long that takes each time"""
    generator: AssetIds | None = None
    """a generator stands ready there from `at` on: a reserve of `fuel` from the moment that its supply is lost"""
    close_irrigation: AssetIds | None = None
    """irrigation zones that water nothing from `at` to `until`"""
    refuge: AssetId | None = None
    """another refuge is chosen: the people of this site are at `instead`, for the whole run"""
    barrier: Annotated[tuple[Point, ...], Field(min_length=2)] | None = None
    """a temporary wall along these points in the city's CRS, its crest at `crest_m` or `height_m`; moves the water"""
    pump: Point | None = None
    """takes `m3_s` from here to `to` or out of the domain, from `at` to `until`; moves the water"""
    pre_position: AssetId | None = None
    """id of a crew that is sent to `place` before its first shift, and sets out from there"""
    close_street: str | None = None
    """name of a street, or of a bridge, that nobody enters from `at` to `until`"""
    extra_crew: Team | None = None
    """one crew more, as under `crews: teams`"""
    extra_stock: Annotated[dict[str, Annotated[int, Field(ge=1, le=100_000)]], Field(min_length=1)] | None = None
    """more parts by reference: from the beginning, or delivered at `at`"""

    at: Moment | None = None
    """when it is done: its effect begins then, or it has to be ready by then"""
    until: Moment | None = None
    """when it ends"""
    by_m: float | None = Field(default=None, gt=0, le=20)
    """with `raise`: how much higher [m]"""
    to_m: float | None = Field(default=None, gt=0, le=20)
    """with `protect`: height above the ground up to which it holds [m]"""
    safe_return: bool = False
    """with `cut`: closed again when the water has left it and all gear in the street that hangs on it"""
    supplier: AssetId | None = None
    """with `feed`: what feeds it too"""
    instead: AssetId | None = None
    """with `refuge`: the site where they are"""
    place: AssetId | None = None
    """with `pre_position`: where it stands when its first shift begins"""
    changeover: Duration | None = None
    """with `feed`: how long until it delivers, once the others have failed"""
    fuel: Duration | None = None
    """with `generator`: how long it runs"""
    crest_m: float | None = None
    """with `barrier`: altitude of its crest [m]"""
    height_m: float | None = Field(default=None, gt=0, le=50)
    """with `barrier` and the flow model: height of its crest above the ground [m]"""
    to: Point | Literal["out"] | None = None
    """with `pump`: where the water goes; out of the domain without it"""
    m3_s: float | None = Field(default=None, gt=0, le=500)
    """with `pump`: what it takes [m3/s]"""

    name: Words = ""
    """what people call it; in both languages, {fr: rehausse, en: raising}"""
    authority: Authority | None = None
    """who decides it; without it the grid for what is the grid's, else the city"""
    by: Words = ""
    """who does it"""
    lead: Duration | None = None
    """from the order to the moment at which it is done: to be ordered that long before `at`"""
    people: int | None = Field(default=None, ge=1, le=10_000)
    """how many it takes"""
    cost: float | None = Field(default=None, ge=0)
    """what it costs, in any money"""
    note: Words = ""
    """anything else"""

    @property
    def sort(self) -> str:
        """The key that says what it is."""
        return next(name for name in SORTS if getattr(self, "raise_" if name == "raise" else name) is not None)

    @model_validator(mode="after")
    def _one_measure(self) -> Measure:
        given = [name for name in SORTS if getattr(self, "raise_" if name == "raise" else name) is not None]
        if len(given) != 1:
            raise InputError(found=" and ".join(f"'{name}'" for name in given) or "none of them",
                             expected=f"exactly one of {', '.join(SORTS)}")
        sort = given[0]
        said = self.model_fields_set - _COMMON - {"raise_", sort}
        if missing := sorted(_NEEDS[sort] - said):
            raise InputError(found=f"'{sort}' without '{missing[0]}'", expected=f"'{missing[0]}' beside it")
        if other := sorted(said - _NEEDS[sort] - _MAY[sort]):
            keys = ", ".join(sorted(_NEEDS[sort] | _MAY[sort])) or "no other key but what is common to all"
            raise InputError(found=f"'{other[0]}' beside '{sort}'", expected=keys)
        if self.safe_return and self.until is not None:
            raise InputError(found="'safe_return' beside 'until'", expected="one or the other")
        if sort == "barrier" and (self.crest_m is None) == (self.height_m is None):
            raise InputError(found="neither 'crest_m' nor 'height_m'" if self.crest_m is None else "both",
                             expected="exactly one: crest_m is an altitude, height_m counts from the ground")
        return self
