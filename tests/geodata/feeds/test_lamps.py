"""TALQ, The Things Stack, Sigfox: what is absent, what an instant is, what silence is."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.observations.normal import Why
from tests.geodata.feeds.messages import spec, taken, values, whys

TALQ = spec(type="talq", assets={"cab-3/segment2": "K-3"}, values=[{"what": "current", "at": "phase1Current"}])


def event(name: str, address: str = "lamp-17/lampMonitor", **more: Any) -> dict[str, Any]:
    return {"data": {"type": "EventLogData", "srcAddress": address, "timestamp": "2026-11-29T21:03:58Z",
                     "eventType": name} | more}


def report(*entries: Any) -> dict[str, Any]:
    return {"address": "logger-1", "entries": list(entries)}


def test_a_log_report_is_read_as_the_schemas_have_it() -> None:
    found = taken(TALQ, report(
        event("supplyLoss", startEndFlag=True), event("circuitBreakerTripped", "cab-3/segment2", startEndFlag=True),
        {"data": {"type": "AttributeLogData", "srcAddress": "cab-3/meter", "timestamp": "2026-11-29T21:04:00Z",
                  "attributeName": "phase1Current", "attributeValue": {
                      "type": "AttributeFloat", "value": 0.0, "timestamp": "2026-11-29T21:04:00Z"}}}))
    assert values(found) == [("lamp-17", "out", 1.0), ("K-3", "out", 1.0), ("cab-3", "current", 0.0)]
    assert whys(found) == {}


def test_an_event_without_its_flag_is_an_instant_and_never_an_end() -> None:
    rows = [event("supplyLoss"), event("supplyLoss", startEndFlag=True), event("supplyLoss", startEndFlag=False)]
    assert [value for _, _, value in values(taken(TALQ, report(*rows)))] == [1.0, 1.0, 0.0]


def test_loss_of_communication_is_silence_and_not_darkness() -> None:
    assert values(taken(TALQ, report(event("communicationFailure", startEndFlag=True)))) == [("lamp-17", "silent", 1.0)]


def test_a_lamp_that_was_cycled_came_back() -> None:
    assert values(taken(TALQ, report(event("powerCycleSeen")))) == [("lamp-17", "out", 0.0)]


def test_half_a_cabinet_is_no_cabinet() -> None:
    found = taken(TALQ, report(event("circuitBreakerTripped", "cab-3/segment1", startEndFlag=True)))
    assert (values(found), whys(found)) == ([], {Why.SERIES: 1}), "a segment needs a line of its own"


@pytest.mark.parametrize(("entry", "why"), [
    (event("supplyLoss", startEndFlag="true"), Why.VALUE), (event("supplyLoss", timestamp="2026-11-29T21:03:58"),
                                                            Why.ZONE),
    (event("supplyLoss", "lamp-99/lampMonitor"), Why.SERIES), (event("supplyLoss", address=None), Why.SERIES),
    ({"data": {"type": "Other"}}, Why.FORM), ({}, Why.FORM), (5, Why.FORM)])
def test_a_bad_entry_costs_no_other(entry: Any, why: Why) -> None:
    if isinstance(entry, dict) and entry.get("data", {}).get("address", 0) is None:
        entry["data"]["srcAddress"] = None
    found = taken(TALQ, report(entry, event("lampFailure", startEndFlag=True)))
    assert (len(found.observations), whys(found)) == (1, {why: 1})


def test_events_and_attributes_of_no_use_are_passed_over_uncounted() -> None:
    found = taken(TALQ, report(event("localOverride"), event("someVendorEvent"), {
        "data": {"type": "AttributeLogData", "srcAddress": "lamp-17/x", "attributeName": "temperature"}}))
    assert (values(found), whys(found), found.passed) == ([], {}, 3)


LORA = spec(type="things-stack", values=[
    {"what": "level", "at": "/level_cm", "unit": "cm"}, {"what": "out", "at": "/on", "means_true": [False],
                                                        "means_false": [True]}], assets={"probe": "pont-neuf"})


def uplink(payload: Any = None, **more: Any) -> dict[str, Any]:
    return {"end_device_ids": {"device_id": "probe", "application_ids": {"application_id": "lights"},
                               "dev_eui": "0004A30B001C0530"},
            "received_at": "2026-11-29T21:04:01.123456789Z",
            "uplink_message": {"f_port": 2, "f_cnt": 118, "frm_payload": "AQ==", "rx_metadata": [],
                               "decoded_payload": {"level_cm": 231, "on": True} if payload is None else payload,
                               "received_at": "2026-11-29T21:04:00.987654321Z"} | more}


def test_an_uplink_is_read_to_the_second() -> None:
    found = taken(LORA, uplink())
    assert values(found) == [("pont-neuf", "level", 2.31), ("pont-neuf", "out", 0.0)]
    assert {one.observed for one in found.observations} == {1795986240}
    assert values(taken(LORA, {"result": uplink()})) == values(found), "as its store gives it again"


def test_zeros_that_were_left_out_are_zeros() -> None:
    assert values(taken(LORA, uplink({"level_cm": 231}))) == [("pont-neuf", "level", 2.31), ("pont-neuf", "out", 1.0)]
    assert values(taken(LORA, uplink({}))) == [("pont-neuf", "level", 0.0), ("pont-neuf", "out", 1.0)]


def test_another_message_of_the_same_device_is_not_read_as_zeros() -> None:
    found = taken(LORA, uplink({"battery": 3.6}))
    assert (values(found), found.passed, whys(found)) == ([], 1, {})


@pytest.mark.parametrize(("body", "why"), [
    (uplink() | {"simulated": True}, Why.SIMULATED), (uplink({"level_cm": "high", "on": True}), Why.VALUE),
    ({"join_accept": {}}, Why.FORM), (uplink([1, 2]), Why.FORM)])
def test_uplinks_that_are_none(body: Any, why: Why) -> None:
    assert whys(taken(LORA, body)) == {why: 1}


FOX = spec(type="sigfox", assets={"1A2B3C": "A-012"}, values=[
    {"what": "door_open", "byte": 0, "bit": 3}, {"what": "voltage", "byte": 1, "bytes": 2, "unit": "V", "times": 0.1}])


def callback(**more: Any) -> dict[str, Any]:
    return {"device": "1A2B3C", "time": "1795986000", "data": "080902", "seqNumber": "77", "duplicate": "false"} | more


def test_a_callback_is_read_by_its_bytes() -> None:
    found = taken(FOX, callback())
    assert values(found) == [("A-012", "door_open", 1.0), ("A-012", "voltage", 230.6)]
    assert {one.observed for one in found.observations} == {1795986000}


@pytest.mark.parametrize(("change", "refused", "passed"), [
    ({"duplicate": "true"}, {}, 1), ({"duplicate": True}, {}, 1), ({"data": "08"}, {Why.FORM: 1}, 0),
    ({"data": "zz"}, {Why.FORM: 1}, 0), ({"data": "00" * 13}, {Why.FORM: 1}, 0), ({"time": None}, {Why.ZONE: 1}, 0),
    ({"time": "1795996000"}, {Why.FUTURE: 2}, 0), ({"device": "FFFFFF"}, {Why.SERIES: 2}, 0)])
def test_callbacks_that_are_doubled_or_none(change: dict[str, Any], refused: dict[Why, int], passed: int) -> None:
    found = taken(FOX, callback(**change))
    assert (whys(found), found.passed) == (refused, passed)
