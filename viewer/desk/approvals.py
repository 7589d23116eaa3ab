"""The approved run: the one on the wall, until a named person approves another or its time ends."""

from __future__ import annotations

from typing import Any

from twin.errors import InputError
from viewer.desk.people import Person
from viewer.desk.runs import RunEntry
from viewer.desk.store import Store, publish

#: An approval holds for this long at most [s].
MOST_S = 24 * 3600
_LONGEST = 300


class Approvals:
    """Who approved which run, when, until when, and why."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def approve(self, entry: RunEntry, person: Person, *, until: int, reason: str, now: int) -> None:
        """Approve a run: from now on it is the one in force.

        Raises
        ------
        InputError
            A run that is not done, an end that is past or too far, no reason.
        """
        if entry.state != "done":
            raise InputError(field="run", found="a run that is not done", expected="one that is")
        if entry.nights:
            raise InputError(field="run", found="an ensemble", expected="one run",
                             remedy="Many nights tell how likely; one run is what the wall and the public are shown.")
        if not now < until <= now + MOST_S:
            raise InputError(field="until", found="a time that is past or more than a day ahead",
                             expected="within the next 24 h")
        if not reason.strip() or len(reason) > _LONGEST:
            raise InputError(field="reason", found="no reason, or a long one", expected="why this run counts")
        with self.store.act() as tx:
            tx.execute("INSERT INTO approval (run, by, duty, at, until, reason) VALUES (?, ?, ?, ?, ?, ?)",
                       (entry.id, person.name, person.duty, now, until, reason.strip()))
            publish(tx, at=now, who=person.name, what="approve", journal=True, body={
                "run": entry.id, "number": entry.number, "name": entry.name, "until": until,
                "reason": reason.strip()})

    def withdraw(self, run: str, person: Person, *, number: int, now: int) -> None:
        """Take the approval in force back: from now on nothing is approved.

        Raises
        ------
        InputError
            Another run is in force, or none.
        """
        with self.store.act() as tx:
            done = tx.execute("UPDATE approval SET until = ?1 WHERE id = (SELECT max(id) FROM approval) AND run = ?2 "
                              "AND until > ?1", (now, run))
            if not done.rowcount:
                raise InputError(field="run", found="a run that is not in force", expected="the approved one")
            publish(tx, at=now, who=person.name, what="approve", journal=True, body={
                "run": run, "number": number, "withdrawn": True, "until": now})

    def last(self) -> dict[str, Any] | None:
        """Give the last approval, over or not; None where nobody approved anything."""
        return self.store.row("SELECT * FROM approval ORDER BY id DESC LIMIT 1")

    def by_run(self) -> dict[str, dict[str, Any]]:
        """Give the last approval of each run."""
        return {row["run"]: row for row in self.store.rows("SELECT * FROM approval ORDER BY id")}
