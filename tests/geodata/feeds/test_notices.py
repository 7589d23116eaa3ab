"""Alerts, closed roads and residents' reports: positions the right way round, ends, tests that must not pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geodata.feeds.alerts import links_of
from geodata.feeds.readers import about_of, read
from geodata.feeds.taken import Taken
from geodata.observations.normal import Why
from tests.geodata.feeds.messages import KNOWN, NOW, spec, taken, values, whys

CAP = spec(type="cap", url="https://alerts.example/cap.atom")
DATEX = spec(type="datex", url="https://roads.example/content.xml")
CALLS = spec(type="open311", url="https://311.example/v2", services=["lamp_dark"])
#: West, south, east, north.
HERE = (4.9, 47.2, 5.2, 47.4)


def near(source: Any, body: bytes, **more: Any) -> Taken:
    about = replace(about_of("feed", source, known=KNOWN, received=NOW), bounds=HERE, **more)
    return read(source, body, about)


def alert(*, status: str = "Actual", kind: str = "Alert", references: str = "", area: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
    <identifier>A7</identifier><sender>prefecture@example</sender><sent>2026-11-29T21:00:00+00:00</sent>
    <status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{references}
    <info><language>en-GB</language><event>Flood</event><headline>Flood warning</headline></info>
    <info><language>fr-FR</language><event>Inondation</event><onset>2026-11-29T22:00:00+01:00</onset>
    <expires>2026-11-30T12:00:00+01:00</expires><headline>Crue de
      l’Ouche</headline><area><areaDesc>Valmont</areaDesc>{area}</area></info></alert>""".encode()


def test_an_alert_is_read_in_french_with_its_area_east_before_north() -> None:
    found = near(CAP, alert(area="<polygon>47.3,5.0 47.3,5.1 47.35,5.1 47.3,5.0</polygon>"
                                 "<polygon>47.31,5.0 47.31,5.1\n 47.35,5.1</polygon>"))
    one = found.notices[0]
    assert (one.id, one.text, one.state, one.is_flood) == ("prefecture@example,A7", "Crue de l’Ouche", "active", True)
    assert one.shapes[0][:2] == ((5.0, 47.3), (5.1, 47.3))
    assert (len(one.shapes), one.begins, one.ends) == (2, 1795986000, 1796036400)
    assert whys(found) == {}


def test_a_circle_is_as_wide_as_it_is_high() -> None:
    one = near(CAP, alert(area="<circle>47.3,5.05 11.12</circle>")).notices[0]
    lon, lat = zip(*one.shapes[0], strict=True)
    assert max(lat) - min(lat) == pytest.approx(0.2, abs=0.001)
    assert (max(lon) - min(lon)) * 0.678 == pytest.approx(0.2, abs=0.001)


def test_an_alert_of_elsewhere_is_passed_over() -> None:
    found = near(CAP, alert(area="<polygon>5.0,47.3 5.1,47.3 5.1,47.35</polygon>"))
    assert (found.notices, found.passed) == ([], 1), "latitude and longitude turned round lie in Africa"


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft", ""])
def test_only_what_is_actual_is_taken(status: str) -> None:
    found = near(CAP, alert(status=status))
    assert (found.notices, whys(found)) == ([], {Why.SIMULATED: 1})


def test_an_update_and_a_cancel_end_what_they_name() -> None:
    named = "<references>prefecture@example,A6,2026-11-29T20:00:00+00:00</references>"
    found = near(CAP, alert(kind="Update", references=named))
    assert (found.ended, len(found.notices)) == ({"prefecture@example,A6"}, 1)
    found = near(CAP, alert(kind="Cancel", references=named))
    assert (found.ended, len(found.notices)) == ({"prefecture@example,A6"}, 0)


@pytest.mark.parametrize(("body", "why"), [
    (alert()[:200], Why.FORM), (b"", Why.FORM), (b"{}", Why.FORM), (b"<html><body/></html>", Why.FORM),
    (b'<!DOCTYPE a [<!ENTITY x "y">]><alert>&x;</alert>', Why.FORM),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><alert/>', Why.FORM),
    (alert().replace(b"2026-11-29T21:00:00+00:00", b"2026-11-29T21:00:00"), Why.ZONE),
    (b"<a>" * 300 + b"</a>" * 300, Why.LARGE)])
def test_documents_that_are_none(body: bytes, why: Why) -> None:
    assert whys(taken(CAP, body)) == {why: 1}


@pytest.mark.parametrize("area", ["<polygon>47.3,5.0 47.3</polygon>", "<polygon>47.3,5.0 47.3,5.1</polygon>",
                                  "<circle>47.3,5.0 far</circle>", "<polygon>247000,850000 1,2 3,4</polygon>"])
def test_a_place_that_is_none_is_refused_and_the_alert_stays(area: str) -> None:
    found = near(CAP, alert(area=area))
    assert (len(found.notices), whys(found)) == (1, {Why.PLACE: 1})


def test_lists_of_alerts_give_their_links() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a.xml"/></entry><entry/></feed>'
    assert links_of(atom) == ["/a.xml"]
    assert links_of(b"<rss><channel><item><link>/b.xml</link></item></channel></rss>") == ["/b.xml"]
    assert links_of(alert()) is None
    assert links_of(b"{}") is None


def roads(*records: str, wrapped: bool = True) -> bytes:
    inner = "".join(f"<sit:situation>{record}</sit:situation>" for record in records)
    body = f"""<sit:d2LogicalModel xmlns:sit="http://datex2.eu/schema/2/2_0"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><sit:payloadPublication xsi:type="sit:SituationPublication">
      <sit:publicationTime>2026-11-29T22:00:00+01:00</sit:publicationTime>{inner}</sit:payloadPublication>
      </sit:d2LogicalModel>"""
    soap = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{}</s:Body></s:Envelope>"
    return (soap.format(body) if wrapped else body).encode()


def closed(name: str = "R1", *, start: str = "2026-11-29T20:00:00+01:00", end: str = "", kind: str = "roadClosed",
           place: str = "<sit:pointCoordinates><sit:latitude>47.3</sit:latitude><sit:longitude>5.05</sit:longitude>"
                        "</sit:pointCoordinates>", status: str = "active") -> str:
    until = f"<sit:overallEndTime>{end}</sit:overallEndTime>" if end else ""
    return f"""<sit:situationRecord xsi:type="sit:RoadOrCarriagewayOrLaneManagement" id="{name}" version="1">
      <sit:validity><sit:validityStatus>{status}</sit:validityStatus><sit:validityTimeSpecification>
      <sit:overallStartTime>{start}</sit:overallStartTime>{until}</sit:validityTimeSpecification></sit:validity>
      <sit:generalPublicComment><sit:comment><sit:values><sit:value lang="fr">Route barrée, RD 905</sit:value>
      </sit:values></sit:comment></sit:generalPublicComment><sit:groupOfLocations>{place}</sit:groupOfLocations>
      <sit:roadOrCarriagewayOrLaneManagementType>{kind}</sit:roadOrCarriagewayOrLaneManagementType>
      </sit:situationRecord>"""


WATER_ON_IT = """<sit:situationRecord xsi:type="sit:EnvironmentalObstruction" id="W1"><sit:groupOfLocations>
  <sit:pointCoordinates><sit:latitude>47.3</sit:latitude><sit:longitude>5.05</sit:longitude></sit:pointCoordinates>
  </sit:groupOfLocations><sit:environmentalObstructionType>flooding</sit:environmentalObstructionType>
  </sit:situationRecord>"""


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_closed_road_is_read_in_its_envelope_or_without(wrapped: bool) -> None:
    found = near(DATEX, roads(closed(), closed("R2", kind="laneClosures"), wrapped=wrapped))
    one = found.notices[0]
    assert (one.id, one.sort, one.state, one.text) == ("R1", "closure", "active", "Route barrée, RD 905")
    assert (one.shapes, found.passed, found.is_whole, whys(found)) == ((((5.05, 47.3),),), 1, True, {})


def test_closures_to_come_and_past_ones_are_told_apart() -> None:
    found = near(DATEX, roads(closed("A", start="2026-12-02T08:00:00+01:00"),
                              closed("B", end="2026-11-29T21:00:00+01:00"), closed("C", status="suspended")))
    assert [one.state for one in found.notices] == ["planned", "over", "over"]


def test_a_closure_until_the_year_9999_has_no_end() -> None:
    found = near(DATEX, roads(closed("A", end="9999-12-31T23:59:59-14:00"),
                              closed("B", start="0001-01-01T00:00:00+14:00")))
    assert [(one.begins is None, one.ends, one.state) for one in found.notices] == [
        (False, None, "active"), (True, None, "active")]


def test_water_on_the_road_is_told_with_the_closure_of_its_situation() -> None:
    found = near(DATEX, roads(closed() + WATER_ON_IT, closed("R2")))
    assert [(one.id, one.sort, one.is_flood) for one in found.notices] == [
        ("R1", "closure", True), ("W1", "obstruction", True), ("R2", "closure", False)]


def test_lines_are_latitude_before_longitude_and_run_along_a_street() -> None:
    asked: list[Any] = []

    def street(line: Any) -> str:
        asked.append(line)
        return "Quai Sud"

    line = "<loc><posList>47.30 5.05 47.31 5.06</posList></loc>"
    one = near(DATEX, roads(closed(place=line)), street=street).notices[0]
    assert (one.street, asked) == ("Quai Sud", [((5.05, 47.3), (5.06, 47.31))])


def test_metres_in_the_place_of_degrees_are_refused_and_the_closure_stays() -> None:
    place = ("<sit:pointCoordinates><sit:latitude>170000.5</sit:latitude><sit:longitude>150000.1</sit:longitude>"
             "</sit:pointCoordinates>")
    found = near(DATEX, roads(closed(place=place)))
    assert (len(found.notices), found.notices[0].shapes, whys(found)) == (1, (), {Why.PLACE: 1})


def test_a_town_order_that_lets_nobody_in_is_a_closure() -> None:
    order = """<sit:trafficRegulation id="D1"><accessRestrictionType>noEntry</accessRestrictionType>
      <gmlLineString><posList>47.30 5.05 47.31 5.06</posList></gmlLineString></sit:trafficRegulation>"""
    body = roads().replace(b"</sit:payloadPublication>", order.encode() + b"</sit:payloadPublication>")
    assert [(one.id, one.sort) for one in near(DATEX, body).notices] == [("D1", "closure")]


def test_a_publication_that_is_cut_ends_nothing() -> None:
    found = near(DATEX, roads(closed())[:-60])
    assert (found.is_whole, found.notices, whys(found)) == (False, [], {Why.FORM: 1})


def call(**more: Any) -> dict[str, Any]:
    return {"service_request_id": "293944", "status": "open", "service_code": "lamp_dark",
            "service_name": "Lampadaire", "description": "my phone is 06…", "address": "12 quai Sud",
            "requested_datetime": "2026-11-29T20:40:00+00:00", "lat": 47.3, "long": "5.05"} | more


def calls(*rows: Any, lamp: str = "L-17") -> Taken:
    import json

    return near(CALLS, json.dumps(list(rows)).encode(), nearest=lambda lon, lat: lamp)


def test_a_report_of_a_dark_lamp_is_a_word_about_the_nearest_one() -> None:
    found = calls(call())
    assert values(found) == [("L-17", "out", 1.0)]
    assert (found.observations[0].quality, found.notices[0].asset, found.notices[0].state) == (
        "resident", "L-17", "active")
    assert "phone" not in str(found.notices), "nothing that says who reported is read"


def test_other_reports_closed_ones_and_those_without_a_lamp_say_nothing_of_lamps() -> None:
    assert values(calls(call(service_code="pothole"))) == []
    found = calls(call(status="closed"))
    assert (values(found), found.notices[0].state) == ([], "over")
    found = calls(call(), lamp="")
    assert (values(found), whys(found), len(found.notices)) == ([], {Why.PLACE: 1}, 1)


@pytest.mark.parametrize(("row", "why"), [
    (call(service_request_id=None), Why.FORM), (call(requested_datetime="2026-11-29T20:40:00"), Why.ZONE),
    (call(requested_datetime=None), Why.ZONE), (call(lat=247000, long=850000), Why.PLACE),
    ({"code": 403, "description": "bad key"}, Why.FORM), (None, Why.FORM)])
def test_a_bad_report_costs_no_other(row: Any, why: Why) -> None:
    found = calls(row, call(service_request_id="2"))
    assert (len(found.observations), whys(found)) == (1, {why: 1})
