"""One observation in its normal form, and the reading of it from JSON: what cannot be relied on is refused by name.

A time has an offset or it is refused; one in the future is refused; silence is no observation. Levels are kept in
metres above the gauge's zero, whatever unit they came in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from twin.errors import InputError

#: What can be reported, with its units and what each is multiplied by to be kept.
WHAT: Mapping[str, Mapping[str, float]] = {
    "level": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "out": {"": 1.0},
    "lamps_dark": {"": 1.0},
    "lamps_lit": {"": 1.0},
}
#: Unit that each is kept in.
KEPT_IN = {"level": "m", "out": "", "lamps_dark": "", "lamps_lit": ""}
#: Clocks differ by as much [s]; what is further in the future is refused.
CLOCKS_S = 120
#: Observations in one message at most.
MOST = 20_000
_KEYS = ("source", "series", "what", "value", "unit", "observed", "quality")
_LONGEST = 120


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
        said = json.loads(body)
    except ValueError:
        return [], [Refused(source=source, reason="no JSON")]
    parts = said if isinstance(said, list) else [said]
    if len(parts) > MOST:
        return [], [Refused(source=source, reason=f"{len(parts)} observations in one message, at most {MOST}")]
    found: list[Observation] = []
    refused: list[Refused] = []
    for part in parts:
        own = str(part.get("source", source))[:_LONGEST] if isinstance(part, Mapping) else source
        try:
            found.append(observation(part, source=own, received=received, known=ids, raw=digest))
        except InputError as error:
            refused.append(Refused(source=own, reason=str(error)))
    return found, refused


def observation(said: Any, *, source: str, received: datetime, known: set[str], raw: str) -> Observation:
    """Read one observation.

    Raises
    ------
    InputError
        It lacks a key, has an unknown one, or says what cannot be.
    """
    if not isinstance(said, Mapping):
        raise InputError(found="no mapping", expected=f"a mapping with {', '.join(_KEYS)}")
    if strange := sorted(set(map(str, said)) - set(_KEYS)):
        raise InputError(field=strange[0][:_LONGEST], found="an unknown key", expected=f"one of {', '.join(_KEYS)}")
    if lacking := [key for key in ("series", "what", "value", "observed") if key not in said]:
        raise InputError(field=lacking[0], found="no such key", expected="series, what, value and observed")
    series, what = str(said["series"])[:_LONGEST], str(said["what"])
    if series not in known:
        raise InputError(field="series", found=f"'{series}'", expected="the id of a gauge or another asset of the city")
    if what not in WHAT:
        raise InputError(field="what", found=f"'{what[:_LONGEST]}'", expected=f"one of {', '.join(WHAT)}")
    unit = str(said.get("unit", KEPT_IN[what]))
    if unit not in WHAT[what]:
        raise InputError(field="unit", found=f"'{unit[:_LONGEST]}'",
                         expected=" or ".join(repr(one) for one in WHAT[what]))
    return Observation(source=source, series=series, what=what, value=_value(said["value"], what, unit),
                       unit=KEPT_IN[what], observed=_time(said["observed"], received),
                       received=int(received.timestamp()), quality=str(said.get("quality", ""))[:_LONGEST], raw=raw)


def _value(said: Any, what: str, unit: str) -> float:
    if what == "out":
        if not isinstance(said, bool):
            raise InputError(field="value", found=repr(said)[:_LONGEST], expected="true or false")
        return float(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        raise InputError(field="value", found=repr(said)[:_LONGEST], expected="a number")
    value = said * WHAT[what][unit]
    if what != "level" and (value < 0 or value != int(value)):
        raise InputError(field="value", found=repr(said)[:_LONGEST], expected="a whole number, 0 or more")
    return round(value, 6)


def _time(said: Any, received: datetime) -> int:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        raise InputError(field="observed", found=f"'{str(said)[:_LONGEST]}'",
                         expected="ISO 8601 with offset: 2026-11-22T21:00+01:00") from None
    if moment.tzinfo is None:
        raise InputError(field="observed", found=f"'{said}' without an offset",
                         expected="ISO 8601 with offset: 2026-11-22T21:00+01:00")
    ahead_s = (moment - received).total_seconds()
    if ahead_s > CLOCKS_S:
        raise InputError(field="observed", found=f"a time {ahead_s / 60:.0f} min in the future",
                         expected="a time that is past", remedy="Set the clock of the instrument.")
    return int(moment.astimezone(UTC).timestamp())
