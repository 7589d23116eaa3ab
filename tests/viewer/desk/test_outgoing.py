"""What leaves the desk by itself: entities to a broker, alerts with their references, answers to residents' reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import xmlschema

from geodata.crs import way_between
from geodata.feeds.alerts import links_of
from geodata.feeds.readers import about_of, read
from geodata.feeds.schema import ObserveSpec
from tests.geodata.feeds.loopback import Said, Web, web
from tests.viewer.desk.conftest import Seat
from tests.viewer.desk.test_open_data import approve
from twin.errors import InputError
from twin.world.kinds import Role
from viewer.desk.desk import Desk
from viewer.desk.outgoing import ANSWERS, BROKER, Outgoing, observe
from viewer.desk.people import Standing
from viewer.outputs.cap_reference import NAMESPACE

SCHEMA = xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas/CAP-v1.2.xsd")
CANARY = "Zorglub-Canary"


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as made:
        yield made


@pytest.fixture
def later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the desk's clock forward."""
    began = desk.clock.epoch()
    monkeypatch.setattr(type(desk.clock), "epoch", lambda self: began)

    def wait(seconds: int) -> None:
        now = desk.clock.epoch() + seconds
        monkeypatch.setattr(type(desk.clock), "epoch", lambda self: now)

    return wait


def opened(desk: Desk, **out: Any) -> Outgoing:
    return observe(desk, ObserveSpec.model_validate({"out": out, "sources": {
        "calls": {"type": "open311", "url": "https://311.example/v2", "services": ["lamp_dark"]}}}))


def reported(desk: Desk, name: str = "R-7") -> str:
    """Have a resident report a lamp of a street that goes dark; give the street."""
    night = desk.night().shown
    assert night is not None
    o, assets = night.result.outages, desk.city_file.city.assets
    lamp = next(row for row in o.asset.tolist() if assets.has_role(row, Role.LIGHTS) and assets[row].street)
    lon, lat = way_between(desk.city_file.city.crs, "EPSG:4326").transform(assets.x_m[lamp], assets.y_m[lamp])
    spec = desk.sources.specs["calls"]
    at = datetime.fromtimestamp(desk.clock.epoch() - 300, UTC).isoformat()
    body = json.dumps([{"service_request_id": name, "status": "open", "service_code": "lamp_dark", "lat": lat, "long":
                        lon, "service_name": "Lampadaire éteint", "requested_datetime": at, "description": CANARY,
                        "first_name": CANARY, "phone": CANARY}]).encode()
    about = about_of("calls", spec, known=desk.sources.known, received=datetime.fromtimestamp(desk.clock.epoch(), UTC))
    assert desk.sources.places is not None
    desk.sources.keep([(body, read(spec, body, desk.sources.places.told(about, spec)))], sort="open311")
    return str(assets[lamp].street)


def alert(body: bytes) -> dict[str, str]:
    SCHEMA.validate(BytesIO(body))
    root = ET.fromstring(body)
    said = {one.tag.removeprefix(f"{{{NAMESPACE}}}"): one.text or "" for one in root}
    return {**said, "expires": root.findtext(f"{{{NAMESPACE}}}info/{{{NAMESPACE}}}expires") or ""}


def test_approved_is_an_alert_the_next_its_update_and_its_end_a_cancel(desk: Desk, later: Any) -> None:
    out = opened(desk, alerts=True)
    client, seat = Seat(desk, name="").client, Seat(desk)
    out.look()
    assert out.alerts.listed() == [], "nobody approved anything"
    run = approve(desk)
    out.look()
    out.look()
    later(60)
    approve(desk)
    out.look()
    assert seat.post(f"/api/runs/{run}/withdraw", reason="relevé faux").status_code == 200
    later(60)
    out.look()
    out.look()
    feed = client.get("/open/alerts.atom")
    links = links_of(feed.content)
    assert links is not None
    cancel, update, first = (alert(client.get(f"/open/{link}").content) for link in links)
    assert [one["msgType"] for one in (first, update, cancel)] == ["Alert", "Update", "Cancel"]
    mine = [f"{one['sender']},{one['identifier']},{one['sent']}" for one in (first, update)]
    assert "references" not in first
    assert (update["references"], cancel["references"]) == (mine[0], " ".join(mine))
    sent = [datetime.fromisoformat(one["sent"]) for one in (first, update, cancel)]
    assert sent[0] < sent[1] < sent[2] < min(datetime.fromisoformat(one["expires"]) for one in (first, update, cancel))
    csv = seat.get("/journal.csv?lang=fr").text
    assert "alerte CAP émise" in csv
    assert "alerte CAP mise à jour" in csv
    assert "alerte CAP annulée" in csv
    assert "retire l’approbation du calcul n° 1" in csv


def test_an_approval_that_ends_by_itself_takes_its_alert_back(desk: Desk, later: Any) -> None:
    out = opened(desk, alerts=True)
    approve(desk)
    out.look()
    later(3601)
    out.look()
    assert [row["kind"] for row in out.alerts.listed()] == ["Cancel", "Alert"]


def test_a_night_that_is_over_is_no_alert_and_says_why_once(desk: Desk, later: Any) -> None:
    out = opened(desk, alerts=True)
    later(3 * 86_400)
    approve(desk)
    asked: list[str] = []
    ask = desk.bench.ask
    desk.bench.ask = lambda question, *values, **more: (  # type: ignore[method-assign]
        asked.append(question), ask(question, *values, **more))[1]
    out.look()
    out.look()
    assert asked.count("alert") == 1
    assert out.alerts.listed() == []
    assert "a night that is over" in Seat(desk).json("/api/outgoing")["refusal"]


def test_only_the_run_in_force_is_taken_back_and_only_by_operators(desk: Desk) -> None:
    run = desk.runs.all()[0].id
    assert Seat(desk).post(f"/api/runs/{run}/withdraw", reason="relevé faux").status_code == 422
    approve(desk)
    reader = Seat(desk, name="Mur", standing=Standing.READER)
    assert reader.post(f"/api/runs/{run}/withdraw", reason="relevé faux").status_code == 403
    assert Seat(desk).post(f"/api/runs/{run}/withdraw", reason="relevé faux").status_code == 200
    assert desk.night().approved is None


def test_alerts_are_told_in_their_order_and_again_where_the_service_failed(desk: Desk, service: Web, later: Any,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_KEY", "s3cret")
    service.says("/cap", Said(status=503), Said(status=202))
    out = opened(desk, alerts_to={"url": f"{service.url}/cap", "headers_env": {"x-key": "ALERT_KEY"}})
    run = approve(desk)
    out.look()
    assert [alert(body)["msgType"] for _, _, _, body in service.sent] == ["Alert"]
    row = next(one for one in desk.sources.listed(desk.clock.epoch()) if one["name"] == "out-alerts")
    assert (row["state"], row["failure"]) == ("unanswered", "busy")
    Seat(desk).post(f"/api/runs/{run}/withdraw", reason="relevé faux")
    out.look()
    assert len(service.sent) == 1, "it is not asked again at once"
    later(200)
    out.look()
    assert [alert(body)["msgType"] for _, _, _, body in service.sent] == ["Alert", "Alert", "Cancel"]
    method, path, headers, _ = service.sent[-1]
    assert (method, path, headers["x-key"]) == ("POST", "/cap", "s3cret")
    assert headers["content-type"] == "application/cap+xml"
    assert next(one for one in desk.sources.listed(desk.clock.epoch()) if one["name"] == "out-alerts")["failures"] == 0


def test_a_broker_is_told_what_changed_and_loses_what_no_longer_holds(desk: Desk, service: Web, later: Any) -> None:
    service.says("/ngsi-ld/v1/entityOperations/upsert", Said(status=201))
    service.says("/ngsi-ld/v1/entityOperations/delete", Said(status=204))
    out = opened(desk, broker={"url": f"{service.url}/ngsi-ld/v1"})
    out.look()
    assert service.sent == [], "nothing is approved"
    run = approve(desk)
    out.look()
    out.look()
    (method, path, headers, body), = service.sent
    assert (method, path, headers["content-type"]) == (
        "POST", "/ngsi-ld/v1/entityOperations/upsert", "application/ld+json")
    sent = json.loads(body)
    assert len(sent) > 20
    assert {(one["type"], "@context" in one) for one in sent} == {("StreetLightingOutlook", True)}
    assert sorted(one["id"] for one in sent) == sorted(
        one["id"] for one in json.loads(out.open_data.document(desk, "entities.jsonld") or b""))
    Seat(desk).post(f"/api/runs/{run}/withdraw", reason="relevé faux")
    out.look()
    assert sorted(json.loads(service.sent[-1][3])) == sorted(one["id"] for one in sent)
    assert service.sent[-1][1].endswith("/delete")


def test_a_broker_that_takes_a_part_is_a_failure_that_is_seen(desk: Desk, service: Web) -> None:
    service.says("/ngsi-ld/v1/entityOperations/upsert", Said(status=207, body={"errors": [{"entityId": "x"}]}))
    out = opened(desk, broker={"url": f"{service.url}/ngsi-ld/v1"})
    approve(desk)
    out.look()
    row = next(one for one in desk.sources.listed(desk.clock.epoch()) if one["name"] == BROKER)
    assert (row["failure"], row["late"]) == ("status", True)
    assert "207" in row["failure_said"]


def test_a_report_is_answered_where_its_sender_asks(desk: Desk) -> None:
    opened(desk, answers=True)
    street = reported(desk)
    client = Seat(desk, name="").client
    early = client.get("/open311/v2/requests/R-7.json").json()[0]
    assert early["status"] == "open"
    assert early["status_notes"] == (
        "Signalement reçu et transmis au centre de contrôle. Aucune prévision n’est publiée en ce moment. / "
        "Your report has been received and passed on to the control room. No forecast is published at the moment.")
    approve(desk)
    told, = client.get("/open311/v2/requests.json?service_request_id=R-7").json()
    assert set(told) == {"service_request_id", "status", "status_notes", "service_name", "requested_datetime",
                         "updated_datetime"}
    loaded = desk.night().approved
    assert loaded is not None
    words = desk.bench.ask("answers", *loaded.place, "R. Morel", None)
    assert words["fr"][street] in told["status_notes"]
    assert words["en"][street] in told["status_notes"]
    assert "Cause\xa0: selon le calcul" in words["fr"][street]
    assert "Diffusé par R. Morel" in words["fr"][street]
    root = ET.fromstring(client.get("/open311/v2/requests/R-7.xml").content)
    assert root.findtext("request/status_notes") == told["status_notes"]
    assert client.get("/open311/v2/requests/none.json").status_code == 404
    assert ET.fromstring(client.get("/open311/v2/requests.xml").content).findtext("error/code") == "400"


def test_a_service_that_takes_answers_is_told_each_once(desk: Desk, service: Web) -> None:
    service.says("/v2/requests/R%2F7.json", Said(status=200))
    out = opened(desk, answers_to={"url": f"{service.url}/v2/requests/{{id}}.json", "method": "PUT"})
    reported(desk, "R/7")
    approve(desk)
    out.look()
    out.look()
    (method, path, _, body), = service.sent
    assert (method, path) == ("PUT", "/v2/requests/R%2F7.json")
    assert json.loads(body)["service_request_id"] == "R/7"
    assert next(one for one in desk.sources.listed(desk.clock.epoch()) if one["name"] == ANSWERS)["failures"] == 0


def test_nothing_of_the_network_the_desk_or_the_reporters_leaves(desk: Desk, service: Web) -> None:
    """Ids of the network, lines of the log, callers and what residents wrote of themselves are in none of it."""
    for path in ("/ngsi-ld/v1/entityOperations/upsert", "/cap", "/v2/R-7"):
        service.says(path, Said(status=200))
    out = opened(desk, open_data=True, alerts=True, answers=True, broker={"url": f"{service.url}/ngsi-ld/v1"},
                 alerts_to={"url": f"{service.url}/cap"}, answers_to={"url": f"{service.url}/v2/{{id}}"})
    seat = Seat(desk)
    seat.post("/api/note", text=CANARY)
    assert seat.post("/api/facts", asset="A-012", state="out", caller=CANARY).status_code == 200
    reported(desk)
    approve(desk)
    out.look()
    client = Seat(desk, name="").client
    links = links_of(client.get("/open/alerts.atom").content) or []
    bodies = [body for *_, body in service.sent]
    assert len(bodies) == 3
    bodies += [client.get(path).content for path in (
        "/open/entities.jsonld", "/open/streets.geojson", "/open/alerts.atom", "/open311/v2/requests/R-7.json",
        "/open311/v2/requests/R-7.xml", *(f"/open/{link}" for link in links))]
    assets = desk.city_file.city.assets
    secret = {str(assets.id[row]) for kind in ("cabinet", "circuit", "substation", "service_box", "building", "lamp")
              for row in np.flatnonzero(assets.of_kind(kind))} | {CANARY}
    for body in bodies:
        text = body.decode()
        for sign in '"<>,;()[]{}':
            text = text.replace(sign, " ")
        assert not set(text.split()) & secret
        assert CANARY not in body.decode()


def test_a_desk_without_them_answers_none_of_them(desk: Desk) -> None:
    opened(desk)
    client = Seat(desk, name="").client
    for path in ("/open/alerts.atom", "/open/alerts/x.xml", "/open311/v2/requests/1.json", "/open/entities.jsonld"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(("out", "why"), [
    ({"broker": {"url": "ftp://x"}}, "https"), ({"answers_to": {"url": "https://x.example/"}}, "{id}"),
    ({"alerts_to": {"url": "https://a:b@x.example/"}}, "password")])
def test_a_service_that_cannot_be_is_refused(out: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        ObserveSpec.model_validate({"sources": {"a": {"type": "observations"}}, "out": out})
    assert why in str(refused.value)


def test_a_key_that_is_missing_is_said_before_the_desk_opens(desk: Desk) -> None:
    with pytest.raises(InputError, match="no variable NO_SUCH_KEY"):
        opened(desk, broker={"url": "https://x.example/ngsi-ld/v1", "headers_env": {"x-key": "NO_SUCH_KEY"}})
