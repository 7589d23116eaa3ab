"""Runs that somebody brings to a named person to decide about: open until that run is approved, or somebody says no.

A proposal decides nothing: the approval stays an act of its own, in the name of who gives it.
"""

from __future__ import annotations

from typing import Any

from twin.errors import InputError
from viewer.desk.approvals import check_decidable, check_reason
from viewer.desk.people import Person
from viewer.desk.runs import RunEntry
from viewer.desk.store import Store, publish

TABLES = """
CREATE TABLE IF NOT EXISTS proposal (id INTEGER PRIMARY KEY, run TEXT NOT NULL, number INTEGER NOT NULL,
  other TEXT NOT NULL, decider TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL,
  last_approval INTEGER NOT NULL, declined_by TEXT, declined_at INTEGER, declined_why TEXT);
"""
#: The last proposal of each run: approved where somebody approved that run since.
_LAST = """
SELECT p.*, CASE WHEN p.declined_at IS NOT NULL THEN 'declined' WHEN EXISTS (SELECT 1 FROM approval a
  WHERE a.run = p.run AND a.id > p.last_approval) THEN 'approved' ELSE 'open' END AS state
FROM proposal p WHERE p.id IN (SELECT max(id) FROM proposal GROUP BY run) ORDER BY p.id
"""
OPEN = "open"
_LONGEST_NAME = 80


class Proposals:
    """The proposals of a desk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.add_tables(TABLES)

    def propose(self, entry: RunEntry, other: RunEntry | None, person: Person, *, decider: str, reason: str, now: int
                ) -> None:
        """Bring a run to somebody, alone or held against another one; it takes the place of the last of that run.

        Raises
        ------
        InputError
            A run that is not done, an ensemble, nobody to decide, no reason.
        """
        check_decidable(entry)
        if not decider.strip() or len(decider) > _LONGEST_NAME:
            raise InputError(field="decider", found="no name, or a long one", expected="who is to decide: C. Lenoir")
        check_reason(reason, "why this run is proposed")
        with self.store.act() as tx:
            last = tx.execute("SELECT coalesce(max(id), 0) FROM approval").fetchone()[0]
            tx.execute("INSERT INTO proposal VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
                       (entry.id, entry.number, other.id if other else "", decider.strip(), person.name, now,
                        reason.strip(), last))
            publish(tx, at=now, who=person.name, what="propose", journal=True, body={
                "run": entry.id, "number": entry.number, "against": other.number if other else None,
                "decider": decider.strip(), "reason": reason.strip()})

    def decline(self, run: str, person: Person, *, reason: str, now: int) -> None:
        """Say that a proposed run is not taken.

        Raises
        ------
        InputError
            No open proposal of that run, no reason.
        """
        check_reason(reason, "why it is not taken")
        with self.store.act() as tx:
            row = next((one for one in tx.execute(_LAST).fetchall() if one["run"] == run and one["state"] == OPEN),
                       None)
            if row is None:
                raise InputError(field="run", found="a run that nobody proposes", expected="one that is proposed")
            tx.execute("UPDATE proposal SET declined_by = ?, declined_at = ?, declined_why = ? WHERE id = ?",
                       (person.name, now, reason.strip(), row["id"]))
            publish(tx, at=now, who=person.name, what="propose", journal=True, body={
                "run": run, "number": row["number"], "declined": True, "by": row["by"], "reason": reason.strip()})

    def by_run(self) -> dict[str, dict[str, Any]]:
        """Give the last proposal of each run; ``state`` is ``open``, ``approved`` or ``declined``."""
        return {row["run"]: row for row in self.store.rows(_LAST)}

    def waiting(self) -> dict[str, Any] | None:
        """Give the open proposal that waits longest, with how many wait in all; None where nothing does."""
        rows = [row for row in self.by_run().values() if row["state"] == OPEN]
        if not rows:
            return None
        return {**{key: rows[0][key] for key in ("run", "number", "other", "decider", "by", "at")}, "count": len(rows)}
