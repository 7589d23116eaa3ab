"""Residents' reports in: Open311 GeoReport v2. A report of a dark lamp is a word about the lamp that stands nearest.

Nothing that says who reported is read: the standard's answer holds none of it, and what stands there against the
standard is not taken.

Source
------
http://wiki.open311.org/GeoReport_v2/, GET Service Requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geodata.feeds.alerts import on_earth
from geodata.feeds.schema import SourceSpec
from geodata.feeds.taken import About, Notice, Taken, json_of, list_of, mapping_of, number_of
from geodata.observations.normal import Refusal, Why, seconds_of

_LONGEST = 200


def read_open311(body: bytes, about: About) -> Taken:
    """Read a list of requests."""
    taken = Taken.of(body, about)
    try:
        said = json_of(body)
        if isinstance(said, dict):
            said = said.get("service_requests", said.get("requests"))
        rows = list_of(said, "requests")
    except Refusal as error:
        taken.refuse(error)
        return taken
    for row in rows:
        try:
            _request(taken, mapping_of(row, "requests"))
        except Refusal as error:
            taken.refuse(error)
    return taken


def _request(taken: Taken, row: Mapping[str, Any]) -> None:
    if "code" in row and "description" in row and "service_request_id" not in row:
        raise Refusal(Why.FORM, found=f"an error ({row['code']})", expected="requests")
    name = row.get("service_request_id")
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        raise Refusal(Why.FORM, field="service_request_id", found=repr(name), expected="an id")
    about = taken.about
    sent = seconds_of(row.get("requested_datetime"), about.received)
    lon, lat = number_of(row.get("long")), number_of(row.get("lat"))
    has_place = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lon, lat))
    shapes = ((on_earth(float(lon), float(lat)),),) if has_place else ()
    is_open = row.get("status") != "closed"
    spec = about.form
    is_dark = isinstance(spec, SourceSpec) and str(row.get("service_code")) in spec.services
    lamp = about.nearest(*shapes[0][0]) if is_dark and shapes and about.nearest is not None else ""
    before = len(taken.notices)
    taken.notice(Notice(
        source=about.source, id=str(name)[:_LONGEST], sort="report", state="active" if is_open else "over", begins=sent,
        ends=None, text=str(row.get("service_name") or row.get("service_code") or "")[:_LONGEST], asset=lamp,
        shapes=shapes, sent=sent, received=int(about.received.timestamp()), raw=taken.raw))
    if len(taken.notices) == before or not is_dark or not is_open:
        return
    if not lamp:
        raise Refusal(Why.PLACE, found="a report of a dark lamp", expected="a lamp near it")
    taken.put(lamp, "out", True, observed=row.get("requested_datetime"), quality="resident")
