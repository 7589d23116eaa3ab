"""Observations in their normal form: kept in one unit, and refused by name where they cannot be relied on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from geodata.observations.normal import Observation, Refused, read_message

NOW = datetime(2026, 11, 22, 20, 5, tzinfo=UTC)
GOOD = {"series": "pont-neuf", "what": "level", "unit": "mm", "value": 3750, "observed": "2026-11-22T21:00+01:00"}


def read(*said: Any) -> tuple[list[Observation], list[Refused]]:
    return read_message(json.dumps(list(said)).encode(), source="hub", received=NOW, known=["pont-neuf", "A-012"])


def test_levels_are_kept_in_metres_whatever_unit_they_came_in() -> None:
    found, refused = read(GOOD, {**GOOD, "unit": "m", "value": 3.75}, {**GOOD, "unit": "cm", "value": 375})
    assert refused == []
    assert {(one.value, one.unit, one.observed) for one in found} == {(3.75, "m", 1795377600)}


def test_a_negative_level_is_a_level() -> None:
    assert read({**GOOD, "value": -255})[0][0].value == pytest.approx(-0.255)


@pytest.mark.parametrize(("change", "why"), [
    ({"observed": "2026-11-22T21:00"}, "without an offset"), ({"observed": "2026-11-22T22:00+01:00"}, "in the future"),
    ({"observed": "yesterday"}, "ISO 8601"), ({"unit": "ft"}, "'m' or 'cm' or 'mm'"), ({"series": "A-999"}, "A-999"),
    ({"value": None}, "a number"), ({"value": True}, "a number"), ({"value": "3750"}, "a number"),
    ({"value": 3750, "unit": "m"}, "-100 to 200 m"), ({"value": -9999, "unit": "m"}, "-100 to 200 m"),
    ({"what": "temperature"}, "temperature"), ({"colour": "red"}, "unknown key"),
    ({"series": "A-012", "what": "out", "unit": "", "value": 1}, "true or false"),
    ({"series": "A-012", "what": "lamps_dark", "unit": "", "value": 1.5}, "whole number")])
def test_what_cannot_be_relied_on_is_refused_by_name(change: dict[str, Any], why: str) -> None:
    found, refused = read(GOOD, {**GOOD, **change})
    assert len(found) == 1, "the rest of the message counts"
    assert why in refused[0].reason


def test_a_message_that_is_no_json_is_refused_whole() -> None:
    assert read_message(b"\xff\xfe", source="hub", received=NOW, known=[]) == (
        [], [Refused(source="hub", reason="no JSON")])
    assert "no mapping" in read("text")[1][0].reason


def test_endless_numbers_are_no_values() -> None:
    body = b'{"series": "pont-neuf", "what": "level", "value": 1e999, "observed": "2026-11-22T20:00Z"}'
    assert "a number" in read_message(body, source="hub", received=NOW, known=["pont-neuf"])[1][0].reason
