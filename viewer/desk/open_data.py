"""The documents of the run in force, made once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from viewer.desk.desk import Desk

#: Tables of the open data, each a file of its name.
TABLES = ("lamps", "streets", "street_hours", "blocks", "junctions")
_NOTHING = {"status": "nothing released"}


class OpenData:
    """The documents of the run in force, made once."""

    def __init__(self, fields: Path | None = None) -> None:
        self._fields = fields
        self._key: tuple[Any, ...] = ()
        self._made: dict[str, bytes] = {}
        self._lock = Lock()

    def document(self, desk: Desk, name: str) -> bytes | None:
        """Give a document; None for one that is never given."""
        night, lock = desk.night(), self._lock
        approved, by = night.approved, str(night.approval["by"]) if night.approval else ""
        with lock:
            ended = None if approved is not None or night.approval is None else desk.approvals.fate(
                night.approval["run"], desk.clock.epoch())
            key = ("", str(ended)) if approved is None else (approved.entry.id, by)
            if key != self._key or not self._made:
                made = {} if approved is None else desk.bench.ask(
                    "documents", *approved.place, by, self._fields)
                self._made, self._key = _whole(made, ended), key
            return self._made.get(name)


def _whole(made: dict[str, bytes], ended: dict[str, Any] | None) -> dict[str, bytes]:
    """Give every document that has an address: what a night does not hold is there with nothing in it.

    Where what was given is no longer in force, it says that and since when; who took it back, and why, stays inside.
    """
    first = next((body for name, body in made.items() if name.endswith(".geojson")), None)
    nothing = _NOTHING if ended is None or ended["at"] is None else {
        "status": ended["how"], "since": datetime.fromtimestamp(ended["at"], UTC).isoformat()}
    about = nothing if first is None else json.loads(first)["about"]
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": [], "about": about}
    bare = json.dumps(empty, ensure_ascii=False).encode()
    return {**{f"{table}.geojson": made.get(f"{table}.geojson", bare) for table in TABLES},
            "entities.jsonld": made.get("entities.jsonld", b"[]")}
