"""The approved run: the one on the wall, until a named person approves another or its time ends."""

from __future__ import annotations

from typing import Any

from twin.errors import InputError
from viewer.desk.people import Person
from viewer.desk.runs import RunEntry
from viewer.desk.store import Store, publish

TABLES = """
CREATE TABLE IF NOT EXISTS withdrawal (approval INTEGER PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL,
  reason TEXT NOT NULL);
"""
_ROWS = ("SELECT approval.*, w.by AS withdrawn_by, w.at AS withdrawn_at, w.reason AS withdrawn_why FROM approval "
         "LEFT JOIN withdrawal w ON w.approval = approval.id")
#: An approval holds for this long at most [s].
MOST_S = 24 * 3600
_LONGEST = 300


class Approvals:
    """Who approved which run, when, until when, and why."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.add_tables(TABLES)

    def approve(self, entry: RunEntry, person: Person, *, until: int, reason: str, now: int) -> None:
        """Approve a run: from now on it is the one in force.

        Raises
        ------
        InputError
            A run that is not done, an end that is past or too far, no reason.
        """
        check_decidable(entry)
        if not now < until <= now + MOST_S:
            raise InputError(field="until", found="a time that is past or more than a day ahead",
                             expected="within the next 24 h")
        check_reason(reason, "why this run counts")
        with self.store.act() as tx:
            tx.execute("INSERT INTO approval (run, by, duty, at, until, reason) VALUES (?, ?, ?, ?, ?, ?)",
                       (entry.id, person.name, person.duty, now, until, reason.strip()))
            publish(tx, at=now, who=person.name, what="approve", journal=True, body={
                "run": entry.id, "number": entry.number, "name": entry.name, "until": until,
                "reason": reason.strip()})

    def withdraw(self, run: str, person: Person, *, number: int, reason: str, now: int) -> None:
        """Take the approval in force back: from now on nothing is approved.

        Raises
        ------
        InputError
            Another run is in force, or none; no reason.
        """
        check_reason(reason, "why this run no longer counts")
        with self.store.act() as tx:
            row = tx.execute("SELECT id FROM approval WHERE id = (SELECT max(id) FROM approval) AND run = ? "
                             "AND until > ?", (run, now)).fetchone()
            if row is None:
                raise InputError(field="run", found="a run that is not in force", expected="the approved one")
            tx.execute("UPDATE approval SET until = ? WHERE id = ?", (now, row["id"]))
            tx.execute("INSERT INTO withdrawal VALUES (?, ?, ?, ?)", (row["id"], person.name, now, reason.strip()))
            publish(tx, at=now, who=person.name, what="approve", journal=True, body={
                "run": run, "number": number, "withdrawn": True, "until": now, "reason": reason.strip()})

    def last(self) -> dict[str, Any] | None:
        """Give the last approval, over or not, and who took it back; None where nobody approved anything."""
        return self.store.row(f"{_ROWS} ORDER BY id DESC LIMIT 1")

    def by_run(self) -> dict[str, dict[str, Any]]:
        """Give the last approval of each run."""
        return {row["run"]: row for row in self.store.rows(f"{_ROWS} ORDER BY id")}

    def fate(self, run: str, now: int) -> dict[str, Any]:
        """Give what became of the last approval of a run, as of now.

        ``how`` is ``in_force``, ``superseded``, ``expired``, ``withdrawn``, or ``none`` where it had none; ``at`` when
        that came [s since 1970]; ``by`` and ``why`` of a withdrawal.
        """
        row = self.store.row(f"{_ROWS} WHERE run = ? ORDER BY id DESC LIMIT 1", run)
        if row is None:
            return _fate("none")
        if row["withdrawn_at"] is not None:
            return _fate("withdrawn", row["withdrawn_at"], row["withdrawn_by"], row["withdrawn_why"])
        after = self.store.row("SELECT at FROM approval WHERE id > ? ORDER BY id LIMIT 1", row["id"])
        if after is not None and after["at"] <= min(now, row["until"]):
            return _fate("superseded", after["at"])
        return _fate("in_force") if row["until"] > now else _fate("expired", row["until"])


def check_decidable(entry: RunEntry) -> None:
    """Refuse a run about which nobody can decide: one that is not done, or many nights.

    Raises
    ------
    InputError
        As said.
    """
    if entry.state != "done":
        raise InputError(field="run", found="a run that is not done", expected="one that is")
    if entry.nights:
        raise InputError(field="run", found="an ensemble", expected="one run",
                         remedy="Many nights tell how likely; one run is what the wall and the public are shown.")


def check_reason(reason: str, wanted: str) -> None:
    """Refuse a decision without a reason, or with a long one.

    Raises
    ------
    InputError
        As said.
    """
    if not reason.strip() or len(reason) > _LONGEST:
        raise InputError(field="reason", found="no reason, or a long one", expected=wanted)


def _fate(how: str, at: int | None = None, by: str = "", why: str = "") -> dict[str, Any]:
    return {"how": how, "at": at, "by": by, "why": why}
