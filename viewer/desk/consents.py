"""What people at the desk answered to closed roads that others announce: taken into the next run, or left."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from twin.errors import InputError
from viewer.desk.store import Store, publish

TABLES = """
CREATE TABLE IF NOT EXISTS consent (source TEXT NOT NULL, id TEXT NOT NULL, answer TEXT NOT NULL, digest TEXT NOT NULL,
  by TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID;
"""
TAKE, LEAVE, UNDO = "take", "leave", "undo"


class Consents:
    """The answers of a desk; an answer is to a street and its times, and is asked for again where these change."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.add_tables(TABLES)

    def answer(self, notice: dict[str, Any], answer: str, *, by: str, now: int) -> None:
        """Take a closure into the runs that follow, leave it, or take the answer back.

        Raises
        ------
        InputError
            Another answer, or a closure of no street of the city.
        """
        if answer not in (TAKE, LEAVE, UNDO):
            raise InputError(field="answer", found=f"'{answer[:20]}'", expected=f"{TAKE}, {LEAVE} or {UNDO}")
        if not notice["street"]:
            raise InputError(field="id", found="a closure of no street of the city", expected="one of a street")
        key = notice["source"], notice["id"]
        with self.store.act() as tx:
            if answer == UNDO:
                tx.execute("DELETE FROM consent WHERE source = ? AND id = ?", key)
            else:
                tx.execute("INSERT OR REPLACE INTO consent VALUES (?, ?, ?, ?, ?, ?)",
                           (*key, answer, _digest(notice), by, now))
            publish(tx, at=now, who=by, what="closure", journal=True, body={
                "source": key[0], "id": key[1], "street": notice["street"], "answer": answer})

    def given(self, notice: dict[str, Any]) -> dict[str, Any]:
        """Give the answer to a closure: ``answer`` (empty: none), ``by``, ``at``, ``is_changed`` since it was given."""
        row = self.store.row("SELECT * FROM consent WHERE source = ? AND id = ?", notice["source"], notice["id"])
        if row is None:
            return {"answer": "", "by": "", "at": None, "is_changed": False}
        is_changed = row["digest"] != _digest(notice)
        return {"answer": "" if is_changed else row["answer"], "by": row["by"], "at": row["at"],
                "is_changed": is_changed}


def _digest(notice: dict[str, Any]) -> str:
    return sha256(repr([notice[key] for key in ("street", "begins", "ends")]).encode()).hexdigest()[:16]
