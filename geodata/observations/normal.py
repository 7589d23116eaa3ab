"""One observation in its normal form, and the reading of it from JSON: what cannot be relied on is refused by name.

A time has an offset or it is refused; one in the future is refused; silence is no observation. Levels are kept in
metres above the gauge's zero, whatever unit they came in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from twin.errors import InputError

#: What can be reported, with its units and what each is multiplied by to be kept; the first is the unit it is kept in.
WHAT: Mapping[str, Mapping[str, float]] = {
    "level": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "flow": {"m3/s": 1.0, "l/s": 0.001},
    "voltage": {"V": 1.0},
    "current": {"A": 1.0, "mA": 0.001},
    "power": {"W": 1.0, "kW": 1000.0},
    "out": {"": 1.0},
    "silent": {"": 1.0},
    "door_open": {"": 1.0},
    "water": {"": 1.0},
    "faulty": {"": 1.0},
    "lamps_dark": {"": 1.0},
    "lamps_lit": {"": 1.0},
}
#: What no river and no cabinet has, lowest and highest in the unit that it is kept in: millimetres taken for metres, a
#: code for no reading (-9999), a broken probe.
LIMITS: Mapping[str, tuple[float, float]] = {
    "level": (-100.0, 200.0), "flow": (-1e6, 1e6), "voltage": (-1e5, 1e5), "current": (-1e5, 1e5), "power": (-1e9, 1e9),
    "lamps_dark": (0, 1e7), "lamps_lit": (0, 1e7)}
#: Unit that each is kept in.
KEPT_IN = {what: next(iter(units)) for what, units in WHAT.items()}
#: True or false: without service; heard no more; a door stands open; a sensor stands in water; a fault that darkens
#: nothing by itself.
FLAGS = frozenset({"out", "silent", "door_open", "water", "faulty"})
#: Whole numbers, 0 or more.
COUNTS = frozenset({"lamps_dark", "lamps_lit"})
#: Clocks differ by as much [s]; what is further in the future is refused, and what is older than that is no news.
CLOCKS_S, OLDEST_S = 120, 400 * 86_400
#: Observations in one message at most.
MOST = 20_000
_KEYS = ("source", "series", "what", "value", "unit", "observed", "quality")
_LONGEST = 120
#: No number that JSON can hold stands for a value beyond this; whole numbers there have no end.
_ENDLESS = 1e300
#: Half of a letter beyond the first 65,536, written out (``\\ud83c`` alone) or in bytes: no text that can be kept.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")


class Why(StrEnum):
    """Why something was refused; refusals are counted by it."""

    FORM = "form"  #: not in the shape that was agreed, or cut short
    SERIES = "series"  #: of a station or an asset that the city does not know
    WHAT = "what"  #: of a quantity that is not read
    UNIT = "unit"
    VALUE = "value"  #: null, no number, not in its range
    ZONE = "zone"  #: a time without offset, or none that can be read
    FUTURE = "future"
    OLD = "old"
    SIMULATED = "simulated"  #: a test that must not pass for the field
    LARGE = "large"  #: too many bytes, fields or values
    GAP = "gap"  #: messages that were sent and never came
    PLACE = "place"  #: nothing of the city stands there


class Refusal(InputError):  # noqa: N818 - it is one
    """A part of a message that is not taken."""

    def __init__(self, why: Why, *, found: str, expected: str, field: str = "", remedy: str = "") -> None:
        super().__init__(found=found[:200], expected=expected, field=field[:_LONGEST], remedy=remedy)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One value of one series at one time."""

    source: str
    #: Id of the gauge or of another asset.
    series: str
    #: A key of ``WHAT``.
    what: str
    value: float
    unit: str
    #: [s since 1970].
    observed: int
    received: int
    quality: str
    #: SHA-256 of the message that it came in.
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A part of a message that is no observation, and why."""

    source: str
    reason: str
    why: Why = Why.FORM
    #: What was found and expected; None where the message itself is the fault.
    refusal: Refusal | None = None


def read_message(body: bytes, *, source: str, received: datetime, known: Iterable[str]
                 ) -> tuple[list[Observation], list[Refused]]:
    """Read a message: an observation, or a list of them, as JSON.

    Parameters
    ----------
    body
        The message as it came.
    source
        Whose it is, where it does not say so itself.
    received
        When it came.
    known
        Ids of the city's assets.

    Returns
    -------
    The observations, and every part that was refused. A message that is no JSON is refused as a whole.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> now = datetime(2026, 11, 22, 20, 5, tzinfo=timezone.utc)
    >>> text = b'{"series": "pont-neuf", "what": "level", "unit": "mm", "value": 3750, "observed": "2026-11-22T20:00Z"}'
    >>> found, refused = read_message(text, source="hub", received=now, known=["pont-neuf"])
    >>> found[0].value, found[0].unit, refused
    (3.75, 'm', [])
    """
    digest, ids = sha256(body).hexdigest(), set(known)
    try:
        said = whole_letters(body, json.loads(body))
    except (ValueError, RecursionError):
        return [], [Refused(source=source, reason="no JSON")]
    parts = said if isinstance(said, list) else [said]
    if len(parts) > MOST:
        return [], [Refused(source=source, reason=f"{len(parts)} observations in one message, at most {MOST}",
                            why=Why.LARGE)]
    found: list[Observation] = []
    refused: list[Refused] = []
    for part in parts:
        own = str(part.get("source", source))[:_LONGEST] if isinstance(part, Mapping) else source
        try:
            found.append(observation(part, source=own, received=received, known=ids, raw=digest))
        except Refusal as error:
            refused.append(Refused(source=own, reason=str(error), why=error.why, refusal=error))
    return found, refused


def has_halves(body: bytes) -> bool:
    """Tell whether a message in JSON may hold half a letter, which no table and no file takes."""
    # In two or four bytes a letter they stand as such.
    return _HALF.search(body) is not None or b"\x00" in body[:4] or body[:2] in (b"\xff\xfe", b"\xfe\xff")


def whole_letters(body: bytes, said: Any) -> Any:
    r"""Give what a message says with U+FFFD for each half of a letter: one bad text costs no other.

    Examples
    --------
    >>> whole_letters(rb'["\ud83c", 1]', ["\ud83c", 1])
    ['�', 1]
    """
    return _whole_letters(said) if has_halves(body) else said


def _whole_letters(said: Any) -> Any:
    if isinstance(said, str):
        return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in said)
    if isinstance(said, Mapping):
        return {_whole_letters(key): _whole_letters(value) for key, value in said.items()}
    return [_whole_letters(one) for one in said] if isinstance(said, list) else said


def observation(said: Any, *, source: str, received: datetime, known: set[str], raw: str) -> Observation:
    """Read one observation.

    Raises
    ------
    Refusal
        It lacks a key, has an unknown one, or says what cannot be.
    """
    if not isinstance(said, Mapping):
        raise Refusal(Why.FORM, found="no mapping", expected=f"a mapping with {', '.join(_KEYS)}")
    if strange := sorted(set(map(str, said)) - set(_KEYS)):
        raise Refusal(Why.FORM, field=strange[0], found="an unknown key", expected=f"one of {', '.join(_KEYS)}")
    if lacking := [key for key in ("series", "what", "value", "observed") if key not in said]:
        raise Refusal(Why.FORM, field=lacking[0], found="no such key", expected="series, what, value and observed")
    series, what = str(said["series"])[:_LONGEST], str(said["what"])
    if series not in known:
        raise Refusal(Why.SERIES, field="series", found=f"'{series}'",
                      expected="the id of a gauge or another asset of the city")
    return normal(source=source, series=series, what=what, value=said["value"], observed=said["observed"],
                  unit=None if "unit" not in said else str(said["unit"]), received=received,
                  quality=str(said.get("quality", "")), raw=raw)


def normal(*, source: str, series: str, what: str, value: Any, observed: Any, unit: str | None = None,
           received: datetime, quality: str = "", raw: str) -> Observation:
    """Give an observation of a known series, checked.

    Parameters
    ----------
    value
        A number in ``unit``, or true or false.
    observed
        A moment, or ISO 8601 with offset.
    unit
        None: the one that the quantity is kept in.

    Raises
    ------
    Refusal
        An unknown quantity or unit; a value or a time that cannot be.
    """
    if what not in WHAT:
        raise Refusal(Why.WHAT, field="what", found=f"'{what[:_LONGEST]}'", expected=f"one of {', '.join(WHAT)}")
    own = KEPT_IN[what] if unit is None else unit
    if own not in WHAT[what]:
        raise Refusal(Why.UNIT, field="unit", found=f"'{own[:_LONGEST]}'",
                      expected=" or ".join(repr(one) for one in WHAT[what]))
    return Observation(source=source, series=series, what=what, value=_value(value, what, own), unit=KEPT_IN[what],
                       observed=seconds_of(observed, received), received=int(received.timestamp()),
                       quality=quality[:_LONGEST], raw=raw)


def _value(said: Any, what: str, unit: str) -> float:
    if what in FLAGS:
        if not isinstance(said, bool):
            raise Refusal(Why.VALUE, field="value", found=repr(said), expected="true or false")
        return float(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or not abs(said) < _ENDLESS:
        raise Refusal(Why.VALUE, field="value", found=repr(said)[:_LONGEST], expected="a number")
    value = said * WHAT[what][unit]
    low, high = LIMITS[what]
    if not low <= value <= high:
        raise Refusal(Why.VALUE, field="value", found=f"{repr(said)[:40]} {unit}".strip(),
                      expected=f"{low:g} to {high:g} {KEPT_IN[what]}".strip())
    if what in COUNTS and (value < 0 or value != int(value)):
        raise Refusal(Why.VALUE, field="value", found=repr(said)[:_LONGEST], expected="a whole number, 0 or more")
    return round(value, 6)


def moment_of(said: Any) -> datetime:
    """Give a moment that a message says.

    Raises
    ------
    Refusal
        No ISO 8601, or without an offset.
    """
    text = said.isoformat() if isinstance(said, datetime) else str(said)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        found = f"'{text[:_LONGEST]}'" + ("" if moment is None else " without an offset")
        raise Refusal(Why.ZONE, field="observed", found=found, expected="ISO 8601 with offset: 2026-11-22T21:00+01:00")
    return moment


def seconds_of(said: Any, received: datetime) -> int:
    """Give when something was observed [s since 1970].

    Raises
    ------
    Refusal
        No moment, one without offset, one in the future, one of another year.
    """
    moment = moment_of(said)
    ahead_s = (moment - received).total_seconds()
    if ahead_s > CLOCKS_S:
        raise Refusal(Why.FUTURE, field="observed", found=f"a time {ahead_s / 60:.0f} min in the future",
                      expected="a time that is past", remedy="Set the clock of the instrument.")
    if ahead_s < -OLDEST_S:
        raise Refusal(Why.OLD, field="observed", found=f"'{moment.isoformat()}'", expected="a time within 400 days",
                      remedy="Set the clock of the instrument.")
    return int(moment.astimezone(UTC).timestamp())
