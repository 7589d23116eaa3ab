"""Open data at addresses that stay: the approved run by the public list, for the city's portal and its context broker.

No session is asked for, so nothing is given but what a named person approved, and only while that holds. Where nothing
is approved the address answers all the same, with nothing in it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twin.errors import InputError
from viewer.desk.answers import desk_of
from viewer.desk.answers_out import xml_of
from viewer.desk.outgoing import Outgoing, outgoing_of

_ATOM = "http://www.w3.org/2005/Atom"
#: Reports of one question; the standard lets a service set its own limit.
_MOST_ASKED = 50


def routes() -> list[Route]:
    """Give the routes."""
    both = ["GET", "HEAD"]
    return [Route("/open/{name}", _open, methods=both), Route("/open/alerts/{name}", _alert, methods=both),
            Route("/open311/v2/requests.{form}", _requests, methods=both),
            Route("/open311/v2/requests/{report}.{form}", _requests, methods=both)]


def _given(request: Request, what: str) -> Outgoing | None:
    """Give what leaves the desk, where its configuration lets that out."""
    out = outgoing_of(desk_of(request))
    return out if out is not None and getattr(out.spec, what) else None


async def _open(request: Request) -> Response:
    desk, name = desk_of(request), request.path_params["name"]
    if name == "alerts.atom":
        return await _alerts(request)
    out = _given(request, "open_data")
    if out is None:
        return JSONResponse({"error": "no open data"}, 404)
    try:
        body = await run_in_threadpool(out.open_data.document, desk, name)
    except InputError:
        # What is wrong with the list or the run is the operator's to know, not the portal's.
        return JSONResponse({"error": "no open data"}, 503)
    if body is None:
        return JSONResponse({"error": "no such file"}, 404)
    return _document(request, body, "application/ld+json" if name.endswith(".jsonld") else "application/geo+json")


def _document(request: Request, body: bytes, sort: str) -> Response:
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache", "cross-origin-resource-policy": "cross-origin"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=sort, headers=headers)


async def _alerts(request: Request) -> Response:
    """Give the list of alerts as Atom: each entry links to its message at this address."""
    out = _given(request, "alerts")
    if out is None:
        return JSONResponse({"error": "no alerts"}, 404)
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")
    rows = await run_in_threadpool(out.alerts.listed)
    _put(feed, id="urn:citytwin:alerts", title=desk_of(request).city_file.city.name,
         updated=_stamp(rows[0]["at"] if rows else 0))
    for row in rows:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _put(entry, id=row["identifier"], title=row["kind"], updated=_stamp(row["sent"]))
        ET.SubElement(entry, f"{{{_ATOM}}}link", href=f"alerts/{row['identifier']}.xml", type="application/cap+xml")
    return _document(request, ET.tostring(feed, encoding="utf-8", xml_declaration=True), "application/atom+xml")


def _put(parent: ET.Element, **children: str) -> None:
    for tag, text in children.items():
        ET.SubElement(parent, f"{{{_ATOM}}}{tag}").text = text


async def _alert(request: Request) -> Response:
    out = _given(request, "alerts")
    name = request.path_params["name"]
    body = None
    if out is not None and name.endswith(".xml"):
        body = await run_in_threadpool(out.alerts.get, name.removesuffix(".xml"))
    return JSONResponse({"error": "no such alert"}, 404) if body is None else _document(
        request, body, "application/cap+xml")


async def _requests(request: Request) -> Response:
    """Answer residents' reports by their numbers, as GeoReport v2 has it."""
    out, form = _given(request, "answers"), request.path_params["form"]
    if out is None or form not in ("json", "xml"):
        return JSONResponse({"error": "no answers"}, 404)
    asked = request.path_params.get("report") or request.query_params.get("service_request_id", "")
    names = [name for name in asked.split(",") if 0 < len(name) <= 200][:_MOST_ASKED]
    if not names:
        return _said([{"code": 400, "description": "service_request_id was not provided"}], form, 400)
    found = await run_in_threadpool(_found, out, names)
    if not found:
        return _said([{"code": 404, "description": "service_request_id not found"}], form, 404)
    return _said(found, form)


def _found(out: Outgoing, names: list[str]) -> list[dict[str, Any]]:
    rows = [row for name in names for row in out.desk.sources.book.reports(name)]
    return [out.answers.of(out.desk, row) for row in rows]


def _said(rows: list[dict[str, Any]], form: str, status: int = 200) -> Response:
    body = xml_of(rows, are_errors=status != 200) if form == "xml" else json.dumps(rows, ensure_ascii=False).encode()
    return Response(body, status, media_type=f"application/{form}",
                    headers={"cache-control": "no-cache", "cross-origin-resource-policy": "cross-origin"})


def _stamp(second: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(second, UTC).isoformat()
