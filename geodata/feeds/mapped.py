"""Any JSON, read by a mapping: JSON pointers to asset, time and values. Serves HTTP, MQTT and what others wrap.

Source
------
JSON pointers: RFC 6901.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from geodata.feeds.schema import MappingSpec, ValueSpec
from geodata.feeds.taken import About, Taken, json_of, list_of, number_of
from geodata.inputs.time_zones import zone_of
from geodata.observations.normal import FLAGS, Refusal, Why

#: What nothing stands at.
MISSING = object()


def read_mapped(body: bytes, about: About) -> Taken:
    """Read a message by the mapping in ``about.form``."""
    taken, spec = Taken.of(body, about), about.form
    assert isinstance(spec, MappingSpec)
    try:
        said = json_of(body)
        parts = list_of(at(said, spec.each), spec.each) if spec.each else [said]
    except Refusal as error:
        taken.refuse(error)
        return taken
    for part in parts:
        try:
            asset, moment = _asset(part, spec, about), _moment(part, spec, about)
            put_values(taken, part, spec.values, asset=asset, observed=moment)
        except Refusal as error:
            taken.refuse(error)
    return taken


def at(said: Any, pointer: str) -> Any:
    """Give what a JSON pointer leads to; ``MISSING`` for nothing.

    Examples
    --------
    >>> at({"a": [{"b/c": 5}]}, "/a/0/b~1c"), at({"a": 1}, "/b") is MISSING
    (5, True)
    """
    here = said
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and name in here:
            here = here[name]
        elif isinstance(here, list) and name.isdecimal() and len(name) < 8 and int(name) < len(here):
            here = here[int(name)]
        else:
            return MISSING
    return here


def put_values(taken: Taken, said: Any, specs: Sequence[ValueSpec], *, asset: Any, observed: Any, quality: str = ""
               ) -> None:
    """Take the values of one part of a message.

    Raises
    ------
    Refusal
        None of them stands in it.
    """
    found = [(spec, at(said, spec.at)) for spec in specs]
    told = [(spec, spec.absent if value is MISSING else value) for spec, value in found
            if value is not MISSING or spec.absent is not None]
    if not told:
        raise Refusal(Why.FORM, found="none of the values", expected=", ".join(spec.at for spec in specs)[:200])
    for spec, value in told:
        put_value(taken, spec, value, asset=asset, observed=observed, quality=quality)


def put_value(taken: Taken, spec: ValueSpec, value: Any, *, asset: Any, observed: Any, quality: str = "") -> None:
    """Take one value as its line says, or refuse it."""
    try:
        taken.put(asset, spec.what, meant(spec, value), unit=spec.unit, observed=observed, quality=quality)
    except Refusal as error:
        taken.refuse(error)


def meant(spec: ValueSpec, value: Any) -> Any:
    """Give what a raw value means.

    Raises
    ------
    Refusal
        It says neither true nor false.
    """
    if spec.what in FLAGS:
        for word, words in ((True, spec.means_true), (False, spec.means_false)):
            if any(type(one) is type(value) and one == value for one in words):
                return word
        if not isinstance(value, bool) or spec.means_true or spec.means_false:
            expected = [*spec.means_true, *spec.means_false] or ["true", "false"]
            raise Refusal(Why.VALUE, field=spec.at, found=repr(value)[:80], expected=f"one of {expected}"[:200])
        return value
    number = number_of(value)
    return number if isinstance(number, bool) or not isinstance(number, int | float) else number * spec.times


def _asset(part: Any, spec: MappingSpec, about: About) -> Any:
    if spec.asset.startswith("="):
        return spec.asset[1:]
    if spec.asset.startswith("topic:"):
        levels, place = about.topic.split("/"), spec.asset[6:]
        return levels[int(place)] if place.isdecimal() and int(place) < len(levels) else None
    found = at(part, spec.asset)
    return None if found is MISSING else str(found) if isinstance(found, int) and not isinstance(found, bool) else found


def _moment(part: Any, spec: MappingSpec, about: About) -> Any:
    """Give the time of a part; what has no offset is read in the zone of the mapping, where it names one."""
    if spec.time == "received":
        return about.received
    found = at(part, spec.time) if spec.time else None
    if spec.time_form != "iso":
        return unix(found, 1000 if spec.time_form == "unix_ms" else 1)
    if spec.zone is None or not isinstance(found, str):
        return None if found is MISSING else found
    try:
        moment = datetime.fromisoformat(found)
    except ValueError:
        return found
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_of(spec.zone))


def unix(value: Any, per_second: int = 1) -> datetime:
    """Give the moment of a count since 1970.

    Raises
    ------
    Refusal
        No number, or one of no time.
    """
    number = number_of(value)
    try:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError
        return datetime.fromtimestamp(number / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        raise Refusal(Why.ZONE, field="observed", found=repr(value)[:80], expected="a count since 1970") from None
