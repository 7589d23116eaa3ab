"""What the desk gives without a session: the approved run by the public list, at an address that stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geodata.feeds.schema import ObserveSpec
from tests.viewer.desk.conftest import Seat
from viewer.desk.desk import Desk
from viewer.desk.outgoing import observe

SOURCES = {"posts": {"type": "observations"}}


def opened(desk: Desk, **out: Any) -> Any:
    observe(desk, ObserveSpec.model_validate({"sources": SOURCES, "out": {"open_data": True} | out}))
    return Seat(desk, name="").client


def approve(desk: Desk) -> str:
    seat, run = Seat(desk), desk.runs.latest()
    assert run is not None
    answer = seat.post(f"/api/runs/{run.id}/approve", until=desk.clock.epoch() + 3600, reason="checked with the gauge")
    assert answer.status_code == 200, answer.text
    return run.id


def test_a_desk_gives_nothing_unless_it_is_told_to(desk: Desk) -> None:
    assert Seat(desk, name="").client.get("/open/streets.geojson").status_code == 404
    assert opened(desk, open_data=False).get("/open/streets.geojson").status_code == 404


def test_the_address_stays_and_is_empty_until_somebody_approves(desk: Desk) -> None:
    client = opened(desk)
    told = client.get("/open/streets.geojson")
    assert (told.status_code, told.json()) == (200, {
        "type": "FeatureCollection", "features": [], "about": {"status": "nothing released"}})
    assert client.get("/open/entities.jsonld").json() == []
    approve(desk)
    told = client.get("/open/streets.geojson")
    assert told.headers["content-type"] == "application/geo+json"
    about, features = told.json()["about"], told.json()["features"]
    assert (about["status"], about["released_by"]) == ("exercise", "R. Morel")
    assert len(features) > 20
    assert client.get("/open/streets.geojson", headers={"if-none-match": told.headers["etag"]}).status_code == 304
    entity = next(one for one in client.get("/open/entities.jsonld").json() if "location" in one)
    assert entity["id"].startswith("urn:ngsi-ld:StreetLightingOutlook:")
    assert (entity["type"], entity["isComputed"]["value"], entity["lamps"]["type"]) == (
        "StreetLightingOutlook", True, "Property")


def test_nothing_of_the_network_and_no_single_lamps_outage_leaves(desk: Desk) -> None:
    client = opened(desk)
    approve(desk)
    assets = desk.city_file.city.assets
    secret = {str(assets.id[row]) for kind in ("cabinet", "circuit", "substation", "service_box", "building")
              for row in assets.of_kind(kind).nonzero()[0]}
    for name in ("lamps.geojson", "streets.geojson", "street_hours.geojson", "blocks.geojson", "junctions.geojson",
                 "entities.jsonld"):
        text = client.get(f"/open/{name}").text
        words = set(text.replace('"', " ").split())
        assert not words & secret, name
    lamps = client.get("/open/lamps.geojson").json()["features"]
    assert {key for lamp in lamps for key in lamp["properties"]} <= {"lamp", "street"}


def test_the_citys_own_list_rules(desk: Desk, tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text('[block]\nfields = ["outline"]\n', encoding="utf-8")
    client = opened(desk, fields=str(fields))
    approve(desk)
    assert client.get("/open/streets.geojson").json()["features"] == []
    assert client.get("/open/entities.jsonld").json() == []


@pytest.mark.parametrize("name", ["run.json", "..%2Fdesk.sqlite", "streets.csv", "inbox.key"])
def test_no_other_file_is_given(desk: Desk, name: str) -> None:
    client = opened(desk)
    approve(desk)
    assert client.get(f"/open/{name}").status_code == 404


def test_what_no_longer_holds_is_no_longer_given(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = opened(desk)
    approve(desk)
    assert client.get("/open/streets.geojson").json()["features"]
    now = desk.clock.epoch()
    monkeypatch.setattr(type(desk.clock), "epoch", lambda self: now + 3601)
    assert client.get("/open/streets.geojson").json()["features"] == []


def test_a_gateway_posts_below_its_own_address(desk: Desk) -> None:
    from datetime import UTC, datetime

    desk.observe(ObserveSpec.model_validate({"sources": {"lamps": {"type": "talq", "pace": 0}}}))
    at = datetime.fromtimestamp(desk.clock.epoch() - 60, UTC).isoformat()
    body = {"address": "logger-1", "entries": [{"data": {
        "type": "EventLogData", "srcAddress": "A-012/meter", "timestamp": at, "eventType": "supplyLoss",
        "startEndFlag": True}}]}
    client = Seat(desk, name="").client
    sent = [client.post("/inbox/lamps/log-reports?clientAddress=1", content=json.dumps(body), headers={
        "content-type": "application/json", "authorization": f"Bearer {key}"}) for key in ("guess", desk.inbox_key)]
    assert [one.status_code for one in sent] == [401, 200]
    assert desk.sources.states(0)[0]["series"] == "A-012"


def test_a_closed_road_of_the_city_is_given_as_the_fact_that_it_would_be(desk: Desk) -> None:
    from datetime import UTC, datetime

    import numpy as np

    from geodata.crs import way_between
    from geodata.feeds.readers import about_of, read
    from scenarios.schema import Fact
    from tests.geodata.feeds.messages import spec
    from tests.geodata.feeds.test_notices import closed, roads

    city = desk.city_file
    street = city.context["street"]
    row = int(np.argmax([shape.length for shape in street.geometry]))
    ends = way_between(city.city.crs, "EPSG:4326")
    along = [street.geometry[row].interpolate(share, normalized=True).coords[0] for share in (0.1, 0.5, 0.9)]
    line = " ".join(f"{lat} {lon}" for lon, lat in (ends.transform(*point) for point in along))
    now = datetime.fromtimestamp(desk.clock.epoch(), UTC).isoformat()
    body = roads(closed(place=f"<loc><posList>{line}</posList></loc>", start="2026-11-22T20:00:00+01:00")).replace(
        b"2026-11-29T22:00:00+01:00", now.encode())
    source = spec(type="datex", url="https://roads.example/content.xml")
    about = about_of("roads", source, known=desk.sources.known, received=desk.clock.now())
    assert desk.sources.places is not None
    desk.sources.keep([(body, read(source, body, desk.sources.places.told(about, source)))], sort="datex")
    told = Seat(desk).json("/api/notices")["rows"][0]
    assert told["fact"] == {"at": "2026-11-22T20:00+01:00", "street": str(street.name[row]), "state": "closed",
                            "by": "roads"}
    assert Fact.model_validate(told["fact"]).street == str(street.name[row])
