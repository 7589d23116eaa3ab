"""Hub'Eau v2: millimetres and litres, pages by cursor, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from geodata.feeds.hubeau import read_hubeau
from geodata.feeds.readers import about_of
from geodata.observations.normal import Why
from tests.geodata.feeds.messages import KNOWN, NOW, hubeau_page, hubeau_row, spec, taken, values, whys

HUB = spec(type="hubeau", url="https://hub.example/api/v2/hydrometrie/observations_tr",
           stations={"B720000001": "pont-neuf"})


def test_levels_come_in_millimetres_and_discharges_in_litres() -> None:
    found = taken(HUB, hubeau_page(hubeau_row(), hubeau_row(grandeur_hydro="Q", resultat_obs=1250.0)))
    assert values(found) == [("pont-neuf", "level", 0.491), ("pont-neuf", "flow", 1.25)]
    assert {(one.observed, one.unit) for one in found.observations} == {(1795984200, "m"), (1795984200, "m3/s")}
    assert found.refused == []


def test_negative_levels_and_discharges_are_as_good_as_others() -> None:
    found = taken(HUB, hubeau_page(hubeau_row(resultat_obs=-255), hubeau_row(grandeur_hydro="Q", resultat_obs=-1200)))
    assert [one.value for one in found.observations] == [-0.255, -1.2]


def test_a_row_of_the_whole_site_doubles_its_station_and_is_passed_over() -> None:
    found = taken(HUB, hubeau_page(hubeau_row(), hubeau_row(code_station=None, grandeur_hydro="Q")))
    assert (len(found.observations), whys(found)) == (1, {})


@pytest.mark.parametrize(("change", "why"), [
    ({"resultat_obs": None}, Why.VALUE), ({"resultat_obs": "491"}, Why.VALUE), ({"date_obs": None}, Why.ZONE),
    ({"date_obs": "2026-11-29T20:30:00"}, Why.ZONE), ({"date_obs": "2026-11-29T22:30:00Z"}, Why.FUTURE),
    ({"date_obs": "1970-01-01T00:00:00Z"}, Why.OLD), ({"code_station": "X000000000"}, Why.SERIES),
    ({"grandeur_hydro": "T"}, Why.WHAT), ({"code_systeme_alti_serie": 3}, Why.UNIT)])
def test_one_bad_row_costs_no_other(change: dict[str, Any], why: Why) -> None:
    found = taken(HUB, hubeau_page(hubeau_row(**change), hubeau_row(date_obs="2026-11-29T20:25:00Z")))
    assert (len(found.observations), whys(found)) == (1, {why: 1})


@pytest.mark.parametrize("body", [b"", b"{", b'{"data": 5}', b"[]", b'{"count": 0}', b"<html>", b'{"data": [NaN]}',
                                  b"\xff", b"[" * 100_000])
def test_what_is_no_page_is_refused_whole(body: bytes) -> None:
    found, cursor = read_hubeau(body, about_of("hub", HUB, known=KNOWN, received=NOW))
    assert found.is_empty
    assert sum(found.counts.values()) == 1
    assert cursor == ""


def test_how_a_value_came_about_is_its_quality() -> None:
    rows = [hubeau_row(code_methode_obs=8), hubeau_row(code_methode_obs=12), hubeau_row(code_qualification_obs=12)]
    assert [one.quality for one in taken(HUB, hubeau_page(*rows)).observations] == ["computed", "interpolated",
                                                                                   "doubtful"]


def test_a_million_fields_are_refused_within_their_size() -> None:
    body = b"{" + b",".join(b'"f%d":0' % i for i in range(1_000_000)) + b"}"
    found = taken(HUB, body)
    assert (found.is_empty, whys(found)) == (True, {Why.LARGE: 1})
