"""The answer to residents' reports: what the leaflet of their street says, of the approved run, in both languages.

Source
------
http://wiki.open311.org/GeoReport_v2/, GET Service Request. The standard has no call that changes a request: the answer
is given where one asks for a request by its number, and told to a service that takes answers in a way of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from xml.etree import ElementTree as ET

from twin.errors import InputError
from viewer.desk.desk import Desk
from viewer.desk.words import tell


class Answers:
    """The answers of the run in force by street, made once."""

    def __init__(self, fields: Path | None) -> None:
        self._fields = fields
        self._key: tuple[str, str] | None = None
        self._made: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def of(self, desk: Desk, report: dict[str, Any]) -> dict[str, Any]:
        """Give a report as GeoReport has a request, with its answer; nothing of who sent it, or from where."""
        assets = desk.city_file.city.assets
        street = str(assets[assets.row(report["asset"])].street or "") if report["asset"] else ""
        made = self._in_force(desk)
        notes = []
        for lang in ("fr", "en"):
            told = made.get(lang, {}).get(street, "")
            notes.append(" ".join([tell(lang, "answer_received"), told or tell(lang, "answer_none")]))
        return {"service_request_id": report["id"], "status": "closed" if report["state"] == "over" else "open",
                "status_notes": " / ".join(notes), "service_name": report["text"],
                "requested_datetime": _stamp(report["begins"] or report["sent"]),
                "updated_datetime": _stamp(desk.clock.epoch())}

    def _in_force(self, desk: Desk) -> dict[str, dict[str, str]]:
        night = desk.night()
        by = str(night.approval["by"]) if night.approval else ""
        key = ("", "") if night.approved is None else (night.approved.entry.id, by)
        with self._lock:
            if key != self._key:
                try:
                    self._made = {} if night.approved is None else desk.bench.ask(
                        "answers", *night.approved.place, by, self._fields)
                except InputError:
                    # What is wrong with the list or the run is the operator's to know.
                    self._made = {}
                self._key = key
            return self._made


def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def xml_of(rows: list[dict[str, Any]], *, are_errors: bool = False) -> bytes:
    """Give requests, or what was wrong, in the form that the standard demands of everybody."""
    root = ET.Element("errors" if are_errors else "service_requests")
    for request in rows:
        one = ET.SubElement(root, "error" if are_errors else "request")
        for key, value in request.items():
            ET.SubElement(one, key).text = str(value)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
