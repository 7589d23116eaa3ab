"""What may be otherwise in a night, spelt out: each quantity with its distribution and source, by rows of a city."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from twin.ensemble.distributions import Distribution
from twin.ensemble.hydrographs import AtGauges, Forecast, InflowMembers, Members, bytes_of, told_of
from twin.quantities import Int32Array

#: Whether a quantity has one value for the night, one for each kind, or one for each asset.
EACH = ("night", "kind", "asset")
#: Name of what drains the hollows of a river stage among the pumps.
HOLLOWS = "the hollows"
#: What may be otherwise of a river's level, and of what the flow model computes from, by the names of the fields.
LEVEL, FLOW = ("offset_m", "scale", "shift_s", "members", "forecast"), ("discharge", "rain", "roughness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The river's level: by how much it stands higher, how much steeper it rises, how much later it comes."""

    offset_m: Distribution | None = None
    #: Factor of the rise above the lowest level of the run.
    scale: Distribution | None = None
    shift_s: Distribution | None = None
    members: Members | AtGauges | None = None
    forecast: Forecast | AtGauges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the flow model computes from: factors of what the plan says, and hydrographs in place of its inflows."""

    discharge: Distribution | None = None
    rain: Distribution | None = None
    roughness: Distribution | None = None
    #: Inflows that take a member of a forecast each; those that do not stand here stay as the plan has them.
    members: tuple[InflowMembers, ...] = ()
    #: The members of all inflows are of one forecast: one number of the night holds for all; else each has its own.
    is_one_forecast: bool = True
    #: How many floods the nights share, each of them with numbers of its own; None: every night has its own.
    floods: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crest:
    """The crest of a levee or a barrier."""

    #: Its place among those of the water, and its name.
    at: int
    name: str
    #: Added to the crest that it has [m].
    error_m: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpFailure:
    """A pump of the water that may fail for the rest of the night, at any second of a span."""

    #: Its place among the pumps of the flow model; -1: what drains the hollows of a river stage, all night.
    at: int
    name: str
    probability: float
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """How long crews drive, as a factor of what the streets and their water say."""

    factor: Distribution
    #: Of ``EACH``, but for ``kind``: one factor for the night, or one for each place that is driven to.
    each: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Error of terrain and depth: normal, and shared by neighbours."""

    sd_m: float
    correlation_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Height:
    """Height of the lowest live part of some assets."""

    rows: Int32Array
    distribution: Distribution
    #: True: the height above ground itself, a fragility curve; False: an error added to the height that each has.
    is_absolute: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Own:
    """Each asset's own height is in error by a normal number of the error that the city states for it."""

    rows: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duration:
    """How long repairs of a kind take, as a factor of what the plan says."""

    rows: Int32Array
    factor: Distribution
    #: Of ``EACH``.
    each: str
    #: Name of the kind.
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Breakdown:
    """Assets that may fail for a reason outside the model, each by itself, at any second of a span."""

    rows: Int32Array
    probability: float
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Uncertainty:
    """All that may be otherwise; what stands here is drawn anew for each member."""

    level: Level = Level()
    ground: Ground | None = None
    #: Of two entries for one asset the later counts.
    heights: tuple[Height | Own, ...] = ()
    #: Probability that a circuit whose protection is an assumption has an RCD; else it has fuses.
    rcd: float | None = None
    repairs: tuple[Duration, ...] = ()
    #: Probability that an inferred link is wrong: the supplier is then the nearest other one of its kind.
    wrong_links: float = 0.0
    breakdowns: tuple[Breakdown, ...] = ()
    flow: Flow = Flow()
    crests: tuple[Crest, ...] = ()
    pumps: tuple[PumpFailure, ...] = ()
    travel: Travel | None = None
    #: The plan's crews have stages whose length, or tests whose outcome, chance decides.
    crews: bool = False
    #: Where each comes from, by the name of the quantity.
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of all that is drawn, in a fixed order: what may drive an answer."""
        return tuple(self._quantities())

    def _quantities(self) -> Iterator[str]:
        for name in LEVEL:
            if getattr(self.level, name) is not None:
                yield f"level.{name}"
        for name in FLOW:
            if getattr(self.flow, name) is not None:
                yield f"flow.{name}"
        if self.flow.members:
            yield "flow.members"
        for name, is_drawn in (("ground", self.ground is not None), ("heights", bool(self.heights)),
                               ("protection", self.rcd is not None), ("repair", bool(self.repairs)),
                               ("links", self.wrong_links > 0), ("breakdowns", bool(self.breakdowns)),
                               ("crest", bool(self.crests)), ("pumps", bool(self.pumps)),
                               ("travel", self.travel is not None), ("crews", self.crews)):
            if is_drawn:
                yield name

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values; rows of assets as their number."""
        more = {"flow": {name: _told(drawn) for name in FLOW if (drawn := getattr(self.flow, name)) is not None} | (
                    {} if self.flow.floods is None else {"floods": self.flow.floods}) | (
                    {} if not self.flow.members else {"members": [m.to_dict() for m in self.flow.members],
                                                      "together": self.flow.is_one_forecast}),
                "crests": [{"name": c.name, "at": c.at, "error_m": _told(c.error_m)} for c in self.crests],
                "pumps": [asdict(p) for p in self.pumps],
                "travel": None if self.travel is None else {"each": self.travel.each,
                                                            "factor": _told(self.travel.factor)}}
        # What is not said leaves no trace: ensembles made before it could be said keep their digest.
        return {name: value for name, value in more.items() if value} | {
                "level": {name: _told(getattr(self.level, name)) for name in LEVEL
                          if getattr(self.level, name) is not None},
                "ground": None if self.ground is None else asdict(self.ground),
                "heights": [{"assets": len(h.rows)} | ({"error": "stated"} if isinstance(h, Own) else {
                    "is_absolute": h.is_absolute, "distribution": _told(h.distribution)}) for h in self.heights],
                "rcd": self.rcd,
                "repairs": [{"kind": r.kind, "each": r.each, "factor": _told(r.factor)} for r in self.repairs],
                "wrong_links": self.wrong_links,
                "breakdowns": [{"assets": len(b.rows), "probability": b.probability, "from_s": b.from_s,
                                "to_s": b.to_s} for b in self.breakdowns],
                "sources": dict(self.sources)}

    @property
    def digest(self) -> str:
        """SHA-256 of all that is said, the rows included."""
        told = json.dumps(self.to_dict(), sort_keys=True)
        rows = [part.rows.tobytes() for part in (*self.heights, *self.repairs, *self.breakdowns)]
        rows += bytes_of(self.level.members or self.level.forecast, self.flow.members)
        return sha256(told.encode() + b"".join(rows)).hexdigest()


def _told(said: Distribution | Members | Forecast | AtGauges) -> dict[str, Any]:
    if isinstance(said, Members | Forecast | AtGauges):
        return dict(told_of(said))
    return {type(said).__name__.lower(): asdict(said)}  # type: ignore[call-overload]
