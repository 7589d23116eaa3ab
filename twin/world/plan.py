"""Plan: everything a run needs to know beside city and water, spelt out; nothing implicit, hashable."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from twin.codes import Action
from twin.quantities import with_offset
from twin.world.access import AccessRules
from twin.world.crews import CrewPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One thing that the scenario declares about one asset."""

    #: [s] from the start.
    at_s: int
    action: Action
    #: Row of the asset.
    asset: int
    #: Who says so, in the scenario's own words ("appel du 22 h 08"); empty for plain events.
    by: str = ""
    #: Reason given ("incendie"), shown to operators; empty when none.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A fact that moves no asset: a gauge reading, a street. Kept, shown, compared.

    Closed streets count where the plan asks for access: see ``AccessRules.closures``.
    """

    at_s: int
    text: str
    by: str = ""
    #: Of a street: its name, and ``closed`` or ``open``; empty else.
    street: str = ""
    state: str = ""
    #: Of a gauge: its id and what it reads [m]; empty and None else.
    gauge: str = ""
    level_m: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values; what a note does not say has no key."""
        return {name: value for name, value in asdict(self).items()
                if name in ("at_s", "text", "by") or value not in ("", None)}


#: Times at which lamps are switched on and off, "HH:MM", ``sunset`` or ``sunrise``.
Windows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DarkHours:
    """When darkness counts: between sunset and sunrise at the place, or while the city's switching profile is on."""

    #: ``sun`` or ``profile``.
    by: str = "sun"
    #: Local switching times "HH:MM" of a profile with one window a night.
    on: str = ""
    off: str = ""
    #: Windows of a profile with several a night: part-night lighting.
    windows: Windows = ()
    #: Windows of the lamps of single cabinets and of single districts, by id and by name; a cabinet's come first.
    cabinets: tuple[tuple[str, Windows], ...] = ()
    districts: tuple[tuple[str, Windows], ...] = ()

    def __post_init__(self) -> None:
        # From JSON they come as lists.
        object.__setattr__(self, "windows", _windows(self.windows))
        for name in ("cabinets", "districts"):
            object.__setattr__(self, name, tuple((str(key), _windows(own)) for key, own in getattr(self, name)))

    @property
    def every(self) -> Windows:
        """The windows of the profile, one or several."""
        return self.windows or ((self.on, self.off),)

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values; what a plan without part-night lighting does not say has no key."""
        plain: dict[str, Any] = {"by": self.by, "on": self.on, "off": self.off}
        return plain | {name: [list(row) for row in value] for name, value in (
            ("windows", self.windows), ("cabinets", self.cabinets), ("districts", self.districts)) if value}


def _windows(given: Any) -> Windows:
    return tuple((str(on), str(off)) for on, off in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything spelt out. Two equal plans on the same city and water give byte-equal runs."""

    name: str
    #: Start with offset, kept as an offset and not as a zone; all seconds count from here.
    start: datetime
    duration_s: int
    #: Step of the series and of the map's slider [s]; the engine itself is exact to the second.
    step_s: int
    #: ``simulation``, ``exercise`` or ``forecast``.
    status: str
    issued_at: datetime
    valid_until: datetime
    seed: int
    #: Seconds from the last repaired lamp of a circuit until its protection is closed again.
    reset_s: int
    declared: tuple[Declared, ...] = ()
    notes: tuple[Note, ...] = ()
    dark: DarkHours = DarkHours()
    #: Thresholds of the scenario by kind or asset id: already applied to the city's columns, kept here to be said.
    thresholds: tuple[tuple[str, str, float], ...] = ()
    #: Repairs of the scenario: kind, seconds if live and if dead as the water came; already in the city's kinds.
    repair_s: tuple[tuple[str, int, int], ...] = ()
    #: Links that the scenario adds or removes: ``add`` or ``remove``, supplier, consumer, seconds of transfer; a lamp
    #: off its circuit (``isolate``) and a reserve of its own (``reserve``, its seconds); already in the city.
    supplies: tuple[tuple[str, str, str, int], ...] = ()
    #: The hazard as the scenario resolved it: plain JSON values, paths relative, digests beside them.
    flood: str = "{}"
    #: Measures of the scenario, JSON objects: what is done, at what, who decides, what it takes; what they change is
    #: already in the city and among what is declared.
    measures: tuple[str, ...] = ()
    #: When the next run is promised; None where nobody promised one.
    next_update: datetime | None = None
    #: What the public reads as the name of the night: language and text. Without it public files tell town and day.
    public_title: tuple[tuple[str, str], ...] = ()
    #: What texts of the scenario (its name, names of measures, reasons, parts) are in a language: text, language, told.
    texts: tuple[tuple[str, str, str], ...] = ()
    #: Streets in the water; None where nobody asks who can get where.
    access: AccessRules | None = None
    #: Who repairs; None: crews are unlimited.
    crews: CrewPlan | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError("a plan starts at a moment with an offset")
        for name in ("start", "issued_at", "valid_until", "next_update"):
            moment = getattr(self, name)
            object.__setattr__(self, name, None if moment is None else with_offset(moment))
        if self.duration_s <= 0 or self.step_s <= 0:
            raise ValueError("a plan lasts and steps longer than 0 s")

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        plain = asdict(self)
        for name in ("start", "issued_at", "valid_until"):
            plain[name] = getattr(self, name).isoformat()
        # Without a promise there is no key: a plan keeps the digest that it had before there was one to give.
        del plain["next_update"]
        if self.next_update is not None:
            plain["next_update"] = self.next_update.isoformat()
        del plain["public_title"], plain["measures"], plain["texts"]
        if self.texts:
            plain["texts"] = [list(row) for row in self.texts]
        if self.measures:
            plain["measures"] = [json.loads(text) for text in self.measures]
        if self.public_title:
            plain["public_title"] = [list(row) for row in self.public_title]
        del plain["access"], plain["crews"]
        if self.crews is not None:
            plain["crews"] = self.crews.to_dict()
        if self.access is not None:
            plain["access"] = self.access.to_dict()
        plain["dark"] = self.dark.to_dict()
        plain["declared"] = [{**asdict(d), "action": d.action.name.lower()} for d in self.declared]
        plain["thresholds"] = [list(row) for row in self.thresholds]
        plain["repair_s"] = [list(row) for row in self.repair_s]
        plain["supplies"] = [list(row) for row in self.supplies]
        plain["flood"] = json.loads(self.flood)
        return plain

    def told(self, text: str, lang: str) -> str:
        """Give a text of the scenario in a language: as it stands where it has one alone."""
        return next((told for one, language, told in self.texts if (one, language) == (text, lang)), text)

    def cut_at(self, t_s: int) -> dict[int, int]:
        """Give what is itself cut on purpose at a second, by row, and since when; cut twice, from the first."""
        found: dict[int, int] = {}
        for one in sorted(self.declared, key=lambda one: one.at_s):
            if one.at_s <= t_s and one.action is Action.CUT:
                found.setdefault(one.asset, one.at_s)
            elif one.at_s <= t_s and one.action is Action.RESTORE:
                found.pop(one.asset, None)
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of the plan's canonical JSON."""
        return sha256(json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()
