"""What one message gave: observations, forecasts, notices, and every part that was refused. Readers only read.

A reader is a function of the message and of what is known of its source; no clock, file or socket in it. What comes in
an unknown shape is refused as a whole, what comes in a known one part by part: one bad value costs no other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from geodata.observations.normal import MOST, Observation, Refusal, Refused, Why, normal, whole_letters

#: Largest message that comes in by itself, and largest answer to a question [bytes].
MOST_BYTES, MOST_ANSWER_BYTES = 2**20, 16 * 2**20
#: Fields of all mappings of one message together; a page of 2,000 readings has some 40,000.
MOST_FIELDS = 200_000
#: Digits of a whole number at most: with more it is beyond the largest number that is no whole one.
_DIGITS = 300
#: Refusals of one message that keep their text; all are counted.
MOST_REASONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a service foretells for one moment, at one issue: never replaced by a later issue."""

    source: str
    series: str
    #: Moment that it is of, and when it was made [s since 1970].
    at: int
    issued: int
    #: Levels that the river stays below with a chance of 10, 50 and 90 % [m]; None where the service gives none.
    low_m: float | None
    mid_m: float | None
    high_m: float | None
    received: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody says of a place for a time: a closed road, an alert, a report. A later one replaces it."""

    source: str
    #: Unique within the source.
    id: str
    #: ``closure``, ``obstruction``, ``alert`` or ``report``.
    sort: str
    #: ``active``, ``planned`` or ``over``.
    state: str
    #: [s since 1970]; None where it is open.
    begins: int | None
    ends: int | None
    #: What people read.
    text: str
    #: Name of the street, or id of the asset, that it is about; empty where none was found.
    street: str = ""
    asset: str = ""
    #: Points, lines and outlines in WGS84, east before north, as one list of points each; empty: it has no place.
    shapes: tuple[tuple[tuple[float, float], ...], ...] = ()
    #: Of flooding.
    is_flood: bool = False
    #: When it was sent [s since 1970].
    sent: int
    received: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reader is told of a message."""

    source: str
    received: datetime
    #: Ids of the city's assets.
    known: frozenset[str]
    #: Names of the outside -> ids of the city; what is not in it is looked for as it stands.
    assets: Mapping[str, str] = field(default_factory=dict)
    #: Topic that it came under, or the rest of the address.
    topic: str = ""
    #: Values before this are held already [s since 1970], and are passed over uncounted.
    since: int = 0
    #: What the configuration says of the form, for forms that are described there.
    form: Any = None
    #: West, south, east, north of the city, with a margin [degrees]; None: everything is of interest.
    bounds: tuple[float, float, float, float] | None = None
    #: Gives the lamp that stands nearest to a longitude and a latitude, empty where none is near.
    nearest: Callable[[float, float], str] | None = None
    #: Gives the street that a line or a point runs along, empty where none is near.
    street: Callable[[Sequence[tuple[float, float]]], str] | None = None


@dataclass(slots=True)
class Taken:
    """What one message gave; readers fill it."""

    about: About
    raw: str
    observations: list[Observation] = field(default_factory=list)
    forecasts: list[Forecast] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    #: How often something was refused, by whose it was and why.
    counts: dict[tuple[str, Why], int] = field(default_factory=dict)
    #: Parts that were understood and are of no use here: of other places, of quantities that nobody asked for.
    passed: int = 0
    #: Notices that this message ends, by id; and whether those that it does not name are over.
    ended: set[str] = field(default_factory=set)
    is_whole: bool = False

    @classmethod
    def of(cls, body: bytes, about: About) -> Taken:
        """Begin with nothing."""
        return cls(about, sha256(body).hexdigest())

    def refuse(self, error: Refusal | Refused) -> None:
        """Count a refusal; the first of a message keep their text."""
        one = error if isinstance(error, Refused) else Refused(source=self.about.source, reason=str(error),
                                                               why=error.why)
        key = (one.source, one.why)
        self.counts[key] = self.counts.get(key, 0) + 1
        if len(self.refused) < MOST_REASONS:
            self.refused.append(one)

    def asset(self, name: Any) -> str:
        """Give the id of the city that a name of the outside stands for.

        Raises
        ------
        Refusal
            The city knows none.
        """
        text = name if isinstance(name, str) else ""
        found = self.about.assets.get(text, text)
        if found not in self.about.known:
            raise Refusal(Why.SERIES, field="series", found=f"{str(name)[:80]!r}",
                          expected="a name under `assets`, or the id of an asset of the city")
        return found

    def put(self, name: Any, what: str, value: Any, *, observed: Any, unit: str | None = None,
            quality: str = "") -> bool:
        """Take one value; refuse it by name where it cannot be relied on. Tell whether it was taken."""
        try:
            if len(self.observations) >= MOST:
                raise Refusal(Why.LARGE, found=f"more than {MOST:,} values in a message", expected=f"{MOST:,} at most")
            one = normal(source=self.about.source, series=self.asset(name), what=what, value=value, unit=unit,
                         observed=observed, received=self.about.received, quality=quality, raw=self.raw)
            if one.observed >= self.about.since:
                self.observations.append(one)
        except Refusal as error:
            self.refuse(error)
            return False
        return True

    def notice(self, one: Notice) -> None:
        """Take a notice, unless it is of another place."""
        here = self.about.bounds
        if here is not None and one.shapes and not any(_meets(shape, here) for shape in one.shapes):
            self.passed += 1
            return
        self.notices.append(one)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it was taken."""
        return not (self.observations or self.forecasts or self.notices)

    @property
    def newest(self) -> int | None:
        """Time of the newest datum [s since 1970]; of forecasts their issue, of notices when they were sent."""
        times = [*(one.observed for one in self.observations), *(one.issued for one in self.forecasts),
                 *(one.sent for one in self.notices)]
        return max(times, default=None)


def _meets(shape: Sequence[tuple[float, float]], here: tuple[float, float, float, float]) -> bool:
    lon, lat = [point[0] for point in shape], [point[1] for point in shape]
    west, south, east, north = here
    return min(lon) <= east and max(lon) >= west and min(lat) <= north and max(lat) >= south


def json_of(body: bytes, *, most_bytes: int = MOST_ANSWER_BYTES, most_fields: int = MOST_FIELDS) -> Any:
    """Give what a message in JSON says.

    Raises
    ------
    Refusal
        No JSON, cut short, too large, with too many fields, with numbers that are none.

    Examples
    --------
    >>> json_of(b'{"level": 2.5}')
    {'level': 2.5}
    """
    if len(body) > most_bytes:
        raise Refusal(Why.LARGE, found=f"{len(body):,} bytes", expected=f"{most_bytes:,} at most")
    fields = 0

    def counted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal fields
        fields += len(pairs)
        if fields > most_fields:
            raise Refusal(Why.LARGE, found=f"more than {most_fields:,} fields", expected=f"{most_fields:,} at most")
        return dict(pairs)

    def no_number(text: str) -> Any:
        raise Refusal(Why.VALUE, found=text, expected="a number")

    try:
        return whole_letters(body, json.loads(
            body, object_pairs_hook=counted, parse_constant=no_number, parse_int=_whole_number))
    except Refusal:
        raise
    except RecursionError:
        raise Refusal(Why.LARGE, found="JSON hundreds deep", expected="an answer") from None
    except ValueError:
        raise Refusal(Why.FORM, found="no JSON, or cut short", expected="a whole message in JSON") from None


def _whole_number(text: str) -> int | float:
    """Give a whole number; one beyond what can be calculated with is endless, and refused where a value is asked."""
    return int(text) if len(text) < _DIGITS else math.inf


def mapping_of(value: Any, field: str) -> Mapping[str, Any]:
    """Give a value that must be a mapping.

    Raises
    ------
    Refusal
        It is none.
    """
    if not isinstance(value, Mapping):
        raise Refusal(Why.FORM, field=field, found=f"{type(value).__name__}", expected="a mapping")
    return value


def list_of(value: Any, field: str) -> list[Any]:
    """Give a value that must be a list.

    Raises
    ------
    Refusal
        It is none.
    """
    if not isinstance(value, list):
        raise Refusal(Why.FORM, field=field, found=f"{type(value).__name__}", expected="a list")
    return value


def number_of(value: Any) -> Any:
    """Give the number that a text holds, for services that write numbers as texts; anything else as it is."""
    if isinstance(value, str):
        try:
            found = float(value.strip().replace(",", "."))
        except ValueError:
            return value
        return found if math.isfinite(found) else value
    return value
