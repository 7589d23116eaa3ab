"""Facts by phone or radio: what somebody saw, when, and who wrote it down. They age, and ask to be renewed."""

from __future__ import annotations

from typing import Any

from twin.errors import InputError
from viewer.desk.store import Store, publish

#: What can be seen of an asset: words of scenario files.
STATES = ("out", "in_service", "dry")
#: A fact asks to be renewed after this [s].
RENEW_S = 3600
#: Clocks differ by as much; what was seen later than now was not seen [s].
_CLOCKS_S = 120
_LONGEST = 200


class Facts:
    """The facts of a desk."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def report(self, *, asset: str, state: str, seen_at: int, caller: str, note: str, by: str, now: int) -> int:
        """Write a fact down; give its number. An earlier one of the same asset ends with it.

        Raises
        ------
        InputError
            A state that cannot be seen, a time to come, no caller.
        """
        if state not in STATES:
            raise InputError(field="state", found=f"'{state}'", expected=f"one of {', '.join(STATES)}")
        if seen_at > now + _CLOCKS_S or seen_at < now - 7 * 86_400:
            raise InputError(field="seen_at", found="a time to come, or more than a week ago",
                             expected="when it was seen")
        if not caller.strip() or len(caller) > _LONGEST or len(note) > _LONGEST:
            raise InputError(field="caller", found="nobody, or a long text", expected="who says so: riverain, équipe 2")
        with self.store.act() as tx:
            tx.execute("UPDATE fact SET ended = ?, ended_by = ? WHERE asset = ? AND ended IS NULL", (now, by, asset))
            done = tx.execute(
                "INSERT INTO fact (asset, state, seen_at, told_at, caller, note, by, renew_s) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (asset, state, seen_at, now, caller.strip(), note.strip(), by, RENEW_S))
            number = int(done.lastrowid or 0)
            publish(tx, at=now, who=by, what="fact", journal=True, body={
                "fact": number, "asset": asset, "state": state, "seen_at": seen_at, "caller": caller.strip(),
                "note": note.strip()})
        return number

    def end(self, number: int, *, by: str, now: int) -> None:
        """End a fact: from now on what is computed counts again.

        Raises
        ------
        InputError
            No such fact, or it has ended.
        """
        with self.store.act() as tx:
            row = tx.execute("SELECT * FROM fact WHERE id = ? AND ended IS NULL", (number,)).fetchone()
            if row is None:
                raise InputError(field="fact", found="no such fact in force", expected="one of the list")
            tx.execute("UPDATE fact SET ended = ?, ended_by = ? WHERE id = ?", (now, by, number))
            publish(tx, at=now, who=by, what="fact", journal=True,
                    body={"fact": number, "asset": row["asset"], "state": "ends"})

    def listed(self, now: int) -> list[dict[str, Any]]:
        """Give the facts in force, the latest first, each with whether it asks to be renewed."""
        rows = self.store.rows("SELECT * FROM fact WHERE ended IS NULL ORDER BY seen_at DESC, id DESC")
        return [{**row, "renew": now - row["seen_at"] > row["renew_s"]} for row in rows]
