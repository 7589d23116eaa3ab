"""Any JSON by a mapping: pointers, words for true and false, zones, units, absent values."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.observations.normal import Why
from tests.geodata.feeds.messages import spec, taken, values, whys

CLOCK = {"sent": "2026-11-29T22:00:00+01:00", "cabinet": "armoire-12", "feed": "OK", "door": 0,
         "phases": {"l1_v": 231.0}}
MAPPING = {"asset": "/cabinet", "time": "/sent", "values": [
    {"what": "out", "at": "/feed", "means_true": ["LOST"], "means_false": ["OK"]},
    {"what": "door_open", "at": "/door", "means_true": [1], "means_false": [0]},
    {"what": "voltage", "at": "/phases/l1_v", "unit": "V"}]}


def clocks(**change: Any) -> Any:
    return spec(type="json", url="https://c.example", assets={"armoire-12": "A-012"}, mapping=MAPPING | change)


def test_a_message_is_read_by_its_pointers() -> None:
    found = taken(clocks(), CLOCK)
    assert values(found) == [("A-012", "out", 0.0), ("A-012", "door_open", 0.0), ("A-012", "voltage", 231.0)]
    assert {one.observed for one in found.observations} == {1795986000}
    assert whys(found) == {}


@pytest.mark.parametrize(("change", "why", "n"), [
    ({"feed": "?"}, Why.VALUE, 1), ({"door": True}, Why.VALUE, 1), ({"phases": {"l1_v": None}}, Why.VALUE, 1),
    ({"sent": "2026-11-29T22:00:00"}, Why.ZONE, 3), ({"sent": None}, Why.ZONE, 3),
    ({"sent": "2026-11-29T23:00:00+01:00"}, Why.FUTURE, 3), ({"cabinet": "armoire-99"}, Why.SERIES, 3),
    ({"cabinet": None}, Why.SERIES, 3), ({"cabinet": ["A-012"]}, Why.SERIES, 3)])
def test_what_cannot_be_relied_on_is_refused_by_reason(change: dict[str, Any], why: Why, n: int) -> None:
    assert whys(taken(clocks(), CLOCK | change)) == {why: n}


def test_a_message_without_any_of_the_values_is_refused() -> None:
    assert whys(taken(clocks(), {"sent": CLOCK["sent"], "cabinet": "armoire-12"})) == {Why.FORM: 1}


def test_a_time_without_offset_counts_where_the_mapping_names_its_zone() -> None:
    found = taken(clocks(zone="Europe/Paris"), CLOCK | {"sent": "2026-11-29T22:00:00"})
    assert {one.observed for one in found.observations} == {1795986000}


def test_times_count_seconds_or_milliseconds_too() -> None:
    for form, sent in (("unix", 1795986000), ("unix", "1795986000"), ("unix_ms", 1795986000000)):
        found = taken(clocks(time_form=form), CLOCK | {"sent": sent})
        assert {one.observed for one in found.observations} == {1795986000}
    assert whys(taken(clocks(time_form="unix"), CLOCK | {"sent": 1e300})) == {Why.ZONE: 1}


def test_lists_topics_and_constants_name_the_asset() -> None:
    values_ = [{"what": "level", "at": "/h", "unit": "cm"}]
    listed = spec(type="json", url="https://c.example", mapping={
        "each": "/rows", "asset": "/id", "time": "/t", "values": values_})
    rows = [{"id": "pont-neuf", "t": "2026-11-29T20:00Z", "h": 231}, {"id": "pont-neuf", "t": "2026-11-29T20:05Z"}]
    found = taken(listed, {"rows": rows})
    assert (values(found), whys(found)) == ([("pont-neuf", "level", 2.31)], {Why.FORM: 1})
    topic = spec(type="json", url="https://c.example", mapping={
        "asset": "topic:2", "time": "received", "values": values_})
    assert values(taken(topic, {"h": 50}, topic="town/gauges/pont-neuf")) == [("pont-neuf", "level", 0.5)]
    constant = spec(type="json", url="https://c.example", mapping={
        "asset": "=pont-neuf", "time": "received", "values": values_})
    assert values(taken(constant, {"h": "50,5"})) == [("pont-neuf", "level", 0.505)]


def test_a_factor_makes_the_unit_and_an_absent_value_can_be_meant() -> None:
    source = spec(type="json", url="https://c.example", mapping={
        "asset": "=A-012", "time": "received", "values": [
            {"what": "voltage", "at": "/u", "times": 0.1}, {"what": "out", "at": "/alarm", "absent": False}]})
    assert values(taken(source, {"u": 2305})) == [("A-012", "voltage", 230.5), ("A-012", "out", 0.0)]
