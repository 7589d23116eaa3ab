"""What context brokers and observation servers send: NGSI-LD and NGSI-v2 notifications, SensorThings observations.

Sources
-------
ETSI GS CIM 009 (NGSI-LD); Smart Data Models, Streetlighting; OGC SensorThings API 1.1, MQTT extension.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from geodata.feeds.mapped import put_value
from geodata.feeds.schema import SourceSpec, ValueSpec
from geodata.feeds.taken import About, Taken, json_of, list_of, mapping_of, number_of
from geodata.observations.normal import Refusal, Why, moment_of

#: UN/CEFACT codes of units.
UNIT_CODES = {"MTR": "m", "CMT": "cm", "MMT": "mm", "MQS": "m3/s", "G51": "l/s", "VLT": "V", "AMP": "A", "WTT": "W",
              "KWT": "kW"}
#: Attributes of Streetlight that are read where the configuration says nothing of them. A lamp that is off may be off
#: on purpose: only one that is on says something.
_STREETLIGHT = (
    ValueSpec(what="out", at="powerState", means_false=("on", "low")),
    ValueSpec(what="out", at="status", means_true=("defectiveLamp",)),
    ValueSpec(what="faulty", at="status", means_true=("columnIssue", "brokenLantern"), means_false=("ok",)))
_NOT_ATTRIBUTES = {"id", "type", "@context", "scope"}
_DATASTREAM = re.compile(r"Datastreams\('?([^()']{1,60})'?\)")


def read_ngsi(body: bytes, about: About) -> Taken:
    """Read a notification: normalised, concise, simplified, or several values by ``datasetId``; NGSI-v2 too.

    Wrapped with its headers, as Orion-LD sends it over MQTT, or bare.
    """
    taken = Taken.of(body, about)
    try:
        said = mapping_of(json_of(body), "notification")
        if "body" in said and "metadata" in said:
            said = mapping_of(said["body"], "body")
        entities = list_of(said.get("data"), "data")
    except Refusal as error:
        taken.refuse(error)
        return taken
    for entity in entities:
        try:
            _entity(taken, mapping_of(entity, "data"), said.get("notifiedAt"))
        except Refusal as error:
            taken.refuse(error)
    return taken


def _entity(taken: Taken, entity: Mapping[str, Any], notified: Any) -> None:
    asset = _asset(taken.about, entity.get("id", entity.get("@id")))
    attributes = {_short(str(name)): value for name, value in entity.items() if name not in _NOT_ATTRIBUTES}
    whole = _plain_time(attributes.get("dateObserved")) or _plain_time(attributes.get("TimeInstant"))
    spec = taken.about.form
    own = spec.values if isinstance(spec, SourceSpec) else ()
    specs = [*own, *(one for one in _STREETLIGHT if all(one.at != mine.at for mine in own))]
    used = False
    for one in specs:
        if one.at not in attributes:
            continue
        used = True
        for value, unit, moment in _values(attributes[one.at]):
            if one not in own and value not in (*one.means_true, *one.means_false):
                taken.passed += 1
                continue
            try:
                put_value(taken, one if unit is None else _in_unit(one, unit), value, asset=asset,
                          observed=moment or whole or notified,
                          quality="" if moment or whole else "time of the notification")
            except Refusal as error:
                taken.refuse(error)
    if not used:
        taken.passed += 1


def _asset(about: About, name: Any) -> Any:
    """Give the id that a URN stands for: by its line, whole, or by what follows its type."""
    if not isinstance(name, str) or name in about.assets or not name.startswith("urn:ngsi-ld:"):
        return name
    return name.split(":", 3)[-1]


def _values(said: Any) -> Iterator[tuple[Any, str | None, Any]]:
    """Give value, unit and time of an attribute, whatever shape it has."""
    if isinstance(said, list):
        for one in said:
            yield from _values(one)
    elif isinstance(said, Mapping):
        if said.get("type") == "Relationship" or "object" in said:
            raise Refusal(Why.FORM, found="a relationship", expected="a property")
        if "value" not in said:
            raise Refusal(Why.FORM, found="an attribute without a value", expected="a value")
        metadata = said.get("metadata")
        instant = _plain_time(metadata.get("TimeInstant")) if isinstance(metadata, Mapping) else None
        unit = said.get("unitCode")
        value = said["value"]
        yield (number_of(value) if unit else value, None if unit is None else str(unit),
               said.get("observedAt") or instant)
    else:
        yield said, None, None


def _in_unit(spec: ValueSpec, code: str) -> ValueSpec:
    unit = UNIT_CODES.get(code, code)
    try:
        return ValueSpec(**(spec.model_dump() | {"unit": unit}))
    except ValueError:
        raise Refusal(Why.UNIT, field="unitCode", found=f"'{code[:40]}' of {spec.what}",
                      expected=f"one of {', '.join(UNIT_CODES)}") from None


def _plain_time(said: Any) -> Any:
    for _ in range(3):
        if isinstance(said, Mapping):
            said = said.get("value", said.get("@value"))
    return said if isinstance(said, str) else None


def _short(name: str) -> str:
    """Give the short name of an attribute: what follows the last / or # of its long one."""
    return re.split(r"[/#]", name)[-1]


def read_sensorthings(body: bytes, about: About) -> Taken:
    """Read an observation, or a list of them; over MQTT the topic names the datastream."""
    taken, spec = Taken.of(body, about), about.form
    assert isinstance(spec, SourceSpec)
    try:
        said = mapping_of(json_of(body), "observation")
        parts = list_of(said["value"], "value") if isinstance(said.get("value"), list) else [said]
    except Refusal as error:
        taken.refuse(error)
        return taken
    for part in parts:
        try:
            _observation(taken, spec, mapping_of(part, "value"))
        except Refusal as error:
            taken.refuse(error)
    return taken


def _observation(taken: Taken, spec: SourceSpec, said: Mapping[str, Any]) -> None:
    key = _stream(said, taken.about.topic)
    stream = spec.datastreams.get(key)
    if stream is None:
        raise Refusal(Why.SERIES, field="datastreams", found=f"Datastreams({key})",
                      expected=f"one of {', '.join(spec.datastreams)}"[:200])
    moment = said.get("phenomenonTime") or said.get("resultTime")
    if isinstance(moment, str) and "/" in moment:
        # A mean over an interval is known at its end.
        first, _, moment = moment.partition("/")
        if moment_of(first) > moment_of(moment):
            raise Refusal(Why.ZONE, field="phenomenonTime", found=f"{first}/{moment}",
                          expected="an end after its start")
    taken.put(stream.asset, stream.what, number_of(said.get("result")), unit=stream.unit, observed=moment)


def _stream(said: Mapping[str, Any], topic: str) -> str:
    expanded = said.get("Datastream")
    if isinstance(expanded, Mapping) and "@iot.id" in expanded:
        return str(expanded["@iot.id"])
    for text in (topic, str(said.get("Datastream@iot.navigationLink", ""))):
        if found := _DATASTREAM.search(text):
            return found[1]
    return ""
