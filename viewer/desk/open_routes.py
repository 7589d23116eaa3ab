"""Open data at addresses that stay: the approved run by the public list, for the city's portal and its context broker.

No session is asked for, so nothing is given but what a named person approved, and only while that holds. Where nothing
is approved the address answers all the same, with nothing in it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twin.errors import InputError
from viewer.desk.answers import desk_of
from viewer.desk.desk import Desk

#: Tables of the open data, each a file of its name.
TABLES = ("lamps", "streets", "street_hours", "blocks", "junctions")
_NOTHING = {"status": "nothing released"}


def routes() -> list[Route]:
    """Give the routes."""
    return [Route("/open/{name}", _open, methods=["GET", "HEAD"])]


class OpenData:
    """The documents of the run in force, made once."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._made: dict[str, bytes] = {}
        self._lock = Lock()

    def document(self, desk: Desk, name: str) -> bytes | None:
        """Give a document; None for one that is never given."""
        night, lock = desk.night(), self._lock
        approved, by = night.approved, str(night.approval["by"]) if night.approval else ""
        fields = desk.feeding.spec.out.fields if desk.feeding is not None else None
        with lock:
            key = ("", "") if approved is None else (approved.entry.id, by)
            if key != self._key or not self._made:
                made = {} if approved is None else desk.bench.ask(
                    "documents", *approved.place, by, None if fields is None else Path(fields))
                self._made, self._key = _whole(made), key
            return self._made.get(name)


def _whole(made: dict[str, bytes]) -> dict[str, bytes]:
    """Give every document that has an address: what a night does not hold is there with nothing in it."""
    first = next((body for name, body in made.items() if name.endswith(".geojson")), None)
    about = _NOTHING if first is None else json.loads(first)["about"]
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": [], "about": about}
    bare = json.dumps(empty, ensure_ascii=False).encode()
    return {**{f"{table}.geojson": made.get(f"{table}.geojson", bare) for table in TABLES},
            "entities.jsonld": made.get("entities.jsonld", b"[]")}


async def _open(request: Request) -> Response:
    desk, name = desk_of(request), request.path_params["name"]
    if desk.feeding is None or not desk.feeding.spec.out.open_data:
        return JSONResponse({"error": "no open data"}, 404)
    try:
        body = await run_in_threadpool(request.app.state.open_data.document, desk, name)
    except InputError:
        # What is wrong with the list or the run is the operator's to know, not the portal's.
        return JSONResponse({"error": "no open data"}, 503)
    if body is None:
        return JSONResponse({"error": "no such file"}, 404)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache", "cross-origin-resource-policy": "cross-origin"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    sort = "application/ld+json" if name.endswith(".jsonld") else "application/geo+json"
    return Response(body, media_type=sort, headers=headers)
