"""Alerts out: the approved run as a CAP alert, the next approved one as its Update, an approval's end as its Cancel.

One chain at a time: while a message holds, the next refers to it. Nothing is sent for a night that is over, or in which
nothing goes out that the public is told of; where such a night takes the place of one that was warned of, that warning
is taken back. What was sent is kept for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from twin.errors import InputError
from viewer.desk.announced import Announced
from viewer.desk.desk import Desk
from viewer.desk.reports import CONTACTS
from viewer.desk.store import Store, publish

TABLES = """
CREATE TABLE IF NOT EXISTS alert_out (id INTEGER PRIMARY KEY, approval INTEGER NOT NULL, run TEXT NOT NULL,
  kind TEXT NOT NULL, identifier TEXT NOT NULL, sent INTEGER NOT NULL, expires INTEGER NOT NULL, at INTEGER NOT NULL,
  body BLOB NOT NULL, told INTEGER);
"""
_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")


class AlertBook:
    """The alerts of a desk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.add_tables(TABLES)
        #: The approval that the last refusal is of, and why: asked once, not every few seconds.
        self._refused: tuple[int, str] | None = None

    @property
    def refusal(self) -> str:
        """Why the run in force is no alert; empty where it is one."""
        return "" if self._refused is None else self._refused[1]

    def last(self) -> dict[str, Any] | None:
        """Give the last message; None before the first."""
        return self.store.row("SELECT * FROM alert_out ORDER BY id DESC LIMIT 1")

    def listed(self, most: int = 50) -> list[dict[str, Any]]:
        """Give the messages, the latest first."""
        return self.store.rows("SELECT * FROM alert_out ORDER BY id DESC LIMIT ?", most)

    def get(self, identifier: str) -> bytes | None:
        """Give a message by its identifier."""
        row = self.store.row("SELECT body FROM alert_out WHERE identifier = ?", identifier) if _NAME.fullmatch(
            identifier) else None
        return None if row is None else bytes(row["body"])

    def untold(self) -> dict[str, Any] | None:
        """Give the oldest message that nobody was told of yet: a Cancel never arrives before what it cancels."""
        return self.store.row("SELECT * FROM alert_out WHERE told IS NULL ORDER BY id LIMIT 1")

    def told(self, number: int, at: int) -> None:
        """Write down that a message arrived."""
        with self.store.note() as tx:
            tx.execute("UPDATE alert_out SET told = ? WHERE id = ?", (at, number))

    def look(self, desk: Desk, fields: Path | None) -> bool:
        """Write the message that follows from what is approved and what was sent; tell whether there is one."""
        now, night, last = desk.clock.epoch(), desk.night(), self.last()
        holds = last is not None and last["kind"] != "Cancel" and last["expires"] > now
        earlier = bytes(last["body"]) if last is not None and holds else b""
        approval, approved = night.approval, night.approved
        if approved is not None and approval is not None:
            number = int(approval["id"])
            is_said = last is not None and last["approval"] == number
            if is_said or (self._refused is not None and self._refused[0] == number):
                return False
            wish = _wish(desk, str(approval["by"]), fields, earlier)
            try:
                body = desk.bench.ask("alert", *approved.place, wish)
            except InputError as error:
                self._refused = (number, str(error))
                # The night that is now in force warns of nothing: an earlier warning does not outlive it.
                return bool(earlier) and self._cancel(desk, last, wish, number)
            self._refused = None
            self._keep(body, number, approved.entry.id, approved.entry.number, now)
            return True
        if not earlier or last is None:
            return False
        return self._cancel(desk, last, _wish(desk, "", fields, earlier), int(last["approval"]))

    def _cancel(self, desk: Desk, last: dict[str, Any] | None, wish: Announced, approval: int) -> bool:
        """Take the last message back, in the name of who approved its run."""
        assert last is not None
        row = self.store.row("SELECT by FROM approval WHERE id = ?", last["approval"])
        wish = Announced(released_by=str(row["by"]) if row else wish.released_by, now=wish.now, contacts=wish.contacts,
                         fields=wish.fields, earlier=wish.earlier, cancels=True)
        try:
            loaded = desk.shelf.get(last["run"])
            body = desk.bench.ask("alert", *loaded.place, wish)
        except InputError as error:
            self._refused = (approval, str(error))
            return False
        self._keep(body, approval, last["run"], loaded.entry.number, desk.clock.epoch())
        return True

    def _keep(self, body: bytes, approval: int, run: str, number: int, now: int) -> None:
        said = Said.of(body)
        with self.store.act() as tx:
            tx.execute("INSERT INTO alert_out (approval, run, kind, identifier, sent, expires, at, body) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       (approval, run, said.kind, said.identifier, said.sent, said.expires, now, body))
            publish(tx, at=now, who="", what="alert", journal=True, body={
                "kind": said.kind, "identifier": said.identifier, "number": number, "expires": said.expires})


def _wish(desk: Desk, released_by: str, fields: Path | None, earlier: bytes) -> Announced:
    contacts = desk.folder / CONTACTS
    return Announced(released_by=released_by, now=datetime.fromtimestamp(desk.clock.epoch(), UTC), fields=fields,
                     contacts=contacts if contacts.is_file() else None, earlier=earlier)


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says of itself. Moments in seconds since 1970."""

    kind: str
    identifier: str
    sent: int
    expires: int

    @classmethod
    def of(cls, body: bytes) -> Said:
        """Read it from a message of our own."""
        root = ET.fromstring(body)
        text = {one.tag.rpartition("}")[2]: one.text or "" for one in (*root, *next(
            one for one in root if one.tag.endswith("}info")))}
        return cls(text["msgType"], text["identifier"], *(
            int(datetime.fromisoformat(text[name]).timestamp()) for name in ("sent", "expires")))
