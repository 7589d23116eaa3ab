"""Context brokers: four shapes of one value, units by code, dirty examples; SensorThings by topic."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.observations.normal import Why
from tests.geodata.feeds.messages import spec, taken, values, whys

LIGHTS = spec(type="ngsi-ld")
WATER = spec(type="ngsi-ld", assets={"urn:ngsi-ld:FloodMonitoring:G1": "pont-neuf"},
             values=[{"what": "level", "at": "currentLevel"}])
AT = "2026-11-29T21:04:00Z"


def notified(*entities: Any) -> dict[str, Any]:
    return {"id": "urn:ngsi-ld:Notification:5fd0", "type": "Notification", "subscriptionId": "urn:x",
            "notifiedAt": "2026-11-29T21:04:05.120Z", "data": list(entities)}


def lamp(value: Any, name: str = "powerState") -> dict[str, Any]:
    return {"id": "urn:ngsi-ld:Streetlight:L-17", "type": "Streetlight", name: value}


@pytest.mark.parametrize("value", [
    {"type": "Property", "value": "on", "observedAt": AT}, {"value": "on", "observedAt": AT}, "on",
    [{"type": "Property", "value": "on", "observedAt": AT, "datasetId": "urn:a"},
     {"type": "Property", "value": "on", "observedAt": AT, "datasetId": "urn:b"}]])
def test_the_four_shapes_say_the_same(value: Any) -> None:
    found = taken(LIGHTS, notified(lamp(value)))
    assert set(values(found)) == {("L-17", "out", 0.0)}
    assert whys(found) == {}


def test_over_a_broker_it_comes_wrapped_and_long_names_are_short_ones() -> None:
    long = {"https://smartdatamodels.org/dataModel.Streetlighting/powerState": {"value": "on", "observedAt": AT}}
    body = {"metadata": {"Content-Type": "application/json", "Link": "..."}, "body": notified(
        {"id": "urn:ngsi-ld:Streetlight:L-17", "type": "Streetlight"} | long)}
    assert values(taken(LIGHTS, body)) == [("L-17", "out", 0.0)]


def test_a_lamp_that_is_off_says_nothing_and_a_broken_one_does() -> None:
    found = taken(LIGHTS, notified(lamp({"value": "off", "observedAt": AT})))
    assert (values(found), whys(found), found.passed) == ([], {}, 1)
    found = taken(LIGHTS, notified(lamp({"value": "defectiveLamp", "observedAt": AT}, "status")))
    assert values(found) == [("L-17", "out", 1.0)]
    assert values(taken(LIGHTS, notified(lamp({"value": "brokenLantern"}, "status")))) == [("L-17", "faulty", 1.0)]


def test_the_older_form_has_its_time_in_metadata_or_beside() -> None:
    instant = {"TimeInstant": {"type": "DateTime", "value": AT}}
    for entity in (lamp({"type": "Text", "value": "on", "metadata": instant}),
                   lamp({"type": "Text", "value": "on"}) | {"dateObserved": {"type": "DateTime", "value": AT}},
                   lamp("on") | {"dateObserved": {"type": "Property", "value": {"@type": "DateTime", "@value": AT}}}):
        found = taken(LIGHTS, {"subscriptionId": "5f", "data": [entity]})
        assert [(one.observed, one.quality) for one in found.observations] == [(1795986240, "")]


def test_units_are_those_of_the_code() -> None:
    def level(value: Any, **more: Any) -> Any:
        entity = {"id": "urn:ngsi-ld:FloodMonitoring:G1", "type": "FloodMonitoring",
                  "currentLevel": {"type": "Property", "value": value, "observedAt": AT} | more}
        return taken(WATER, notified(entity))

    assert values(level(231, unitCode="CMT")) == [("pont-neuf", "level", 2.31)]
    assert values(level(2.31)) == [("pont-neuf", "level", 2.31)]
    assert whys(level(7.6, unitCode="FOT")) == {Why.UNIT: 1}
    assert whys(level(2.31, unitCode="MQS")) == {Why.UNIT: 1}


@pytest.mark.parametrize(("entity", "why"), [
    ({"id": "Pune-NoiseLevelObserved", "type": "Streetlight", "powerState": "on"}, Why.SERIES),
    (lamp({"type": "Relationship", "object": "urn:x"}), Why.FORM), (lamp({"type": "string"}), Why.FORM),
    (lamp({"value": "on", "observedAt": "2026-11-29T21:04:00"}), Why.ZONE), (None, Why.FORM),
    (lamp({"value": "on", "observedAt": "2026-11-30T02:33:00+05:30"}), None)])
def test_dirty_examples_are_refused_and_their_neighbours_are_not(entity: Any, why: Why | None) -> None:
    found = taken(LIGHTS, notified(entity, lamp({"value": "on", "observedAt": AT})))
    assert whys(found) == ({why: 1} if why else {})
    assert ("L-17", "out", 0.0) in values(found)


STREAM = spec(type="sensorthings", broker="mqtt://b.example", topics=["v1.1/#"], client_id="x",
              datastreams={"1": {"asset": "pont-neuf", "what": "level", "unit": "m"}})


def observation(**more: Any) -> dict[str, Any]:
    return {"@iot.id": 5, "phenomenonTime": "2026-11-29T21:00:00Z", "resultTime": None, "result": 2.31,
            "Datastream@iot.navigationLink": "https://s.example/v1.1/Observations(5)/Datastream"} | more


def test_the_topic_carries_the_datastream() -> None:
    topic = "v1.1/Datastreams(1)/Observations"
    assert values(taken(STREAM, observation(), topic=topic)) == [("pont-neuf", "level", 2.31)]
    found = taken(STREAM, observation(phenomenonTime="2026-11-29T20:50:00Z/2026-11-29T21:00:00Z"), topic=topic)
    assert [one.observed for one in found.observations] == [1795986000], "a mean is known at its end"
    assert values(taken(STREAM, {"value": [observation(Datastream={"@iot.id": 1})]})) == [("pont-neuf", "level", 2.31)]


@pytest.mark.parametrize(("change", "topic", "why"), [
    ({}, "v1.1/Datastreams(2)/Observations", Why.SERIES), ({}, "", Why.SERIES),
    ({"result": None}, "v1.1/Datastreams(1)/Observations", Why.VALUE),
    ({"phenomenonTime": "2026-11-29T21:00:00"}, "v1.1/Datastreams(1)/Observations", Why.ZONE),
    ({"phenomenonTime": "2026-11-29T21:00:00Z/2026-11-29T20:50:00Z"}, "v1.1/Datastreams(1)/Observations", Why.ZONE)])
def test_observations_that_are_none(change: dict[str, Any], topic: str, why: Why) -> None:
    assert whys(taken(STREAM, observation(**change), topic=topic)) == {why: 1}
