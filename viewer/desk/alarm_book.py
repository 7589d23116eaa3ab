"""States of alarms: active or over, acknowledged or not, shelved until a time. A cause that comes back is a new alarm.

Words of OPC UA Part 9. Over and acknowledged leaves the list; over and not acknowledged stays until somebody has seen
it. A shelved one comes back by itself, and so does one that gets worse: whoever acknowledged or shelved it saw less
than it is by now, so it is to be acknowledged again (EEMUA 191: re-alarm where the priority rises). Better and as bad
again is no news.

What rang within the last minutes is *new*. What the desk finds when it is opened on a folder without alarms rang with
its opening: it is to be acknowledged, and not new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from twin.errors import InputError
from viewer.desk.alarms import Alarm
from viewer.desk.store import Store, publish

#: Shelved for a shift at most [s].
MOST_SHELVED_S = 12 * 3600
#: An alarm is new for so long after it rang, where nobody acknowledged it [s].
NEW_S = 600


class AlarmBook:
    """The alarms of a desk and what people did about them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._is_open = False

    def update(self, active: Iterable[Alarm], now: int) -> int:
        """Take what is active now; tell of what is new, worse or over. Give how many are new or sound again."""
        known = {row["key"]: row for row in self.store.rows("SELECT * FROM alarm")}
        current = {alarm.key: alarm for alarm in active}
        replaced = {key for alarm in current.values() for key in alarm.replaces} - set(current)
        fresh = 0
        at_opening, self._is_open = not self._is_open and not known, True
        with self.store.note() as tx:
            for key, alarm in current.items():
                row = known.get(key)
                before = json.loads(row["body"]) if row is not None and row["ended"] is None else None
                told = alarm.to_dict()
                worst, seen = _worst(told, before), row is not None and (row["ack_at"] or row["shelved_until"])
                is_worse = before is not None and worst != (before.get("worst") or _worst(before, None))
                worse_at = now if is_worse and seen else before and before.get("worse_at")
                was_there = at_opening if before is None else before.get("at_opening", False)
                body = json.dumps({**told, "worst": worst, "worse_at": worse_at, "at_opening": was_there},
                                  ensure_ascii=False)
                if row is None or row["ended"] is not None:
                    fresh += 1
                    tx.execute("INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, NULL, NULL, NULL, NULL, NULL)",
                               (key, body, now))
                    publish(tx, at=now, who="", what="alarm", journal=True, body={"key": key, "alarm": told})
                elif is_worse and seen:
                    fresh += 1
                    tx.execute("UPDATE alarm SET body = ?, ack_at = NULL, ack_by = NULL, shelved_until = NULL, "
                               "shelved_by = NULL WHERE key = ?", (body, key))
                    publish(tx, at=now, who="", what="alarm", journal=True,
                            body={"key": key, "worse": True, "alarm": told})
                elif row["body"] != body:
                    tx.execute("UPDATE alarm SET body = ? WHERE key = ?", (body, key))
            for key in replaced & set(known):
                # Its cause has an alarm of its own by now: nobody has to see this one too.
                tx.execute("UPDATE alarm SET ended = coalesce(ended, ?), ack_at = coalesce(ack_at, ?), "
                           "ack_by = coalesce(ack_by, '') WHERE key = ?", (now, now, key))
            for key, row in known.items():
                if key not in current and key not in replaced and row["ended"] is None:
                    tx.execute("UPDATE alarm SET ended = ? WHERE key = ?", (now, key))
                    publish(tx, at=now, who="", what="alarm", journal=True,
                            body={"key": key, "over": True, "alarm": json.loads(row["body"])})
            # Over and seen: nobody needs it any more; a week later the table forgets it.
            tx.execute("DELETE FROM alarm WHERE ended IS NOT NULL AND ack_at IS NOT NULL AND ended < ?",
                       (now - 7 * 86_400,))
        return fresh

    def acknowledge(self, key: str, *, by: str, now: int) -> dict[str, Any]:
        """Note that somebody has seen an alarm.

        Raises
        ------
        InputError
            No such alarm, or somebody was first: who, and when.
        """
        with self.store.act() as tx:
            row = self._open(tx, key)
            if row["ack_at"] is not None:
                raise InputError(field="alarm", found=f"acknowledged by {row['ack_by']}", expected="one that is not")
            tx.execute("UPDATE alarm SET ack_by = ?, ack_at = ? WHERE key = ?", (by, now, key))
            publish(tx, at=now, who=by, what="ack", journal=True,
                    body={"key": key, "alarm": json.loads(row["body"])})
        return {"ack_by": by, "ack_at": now}

    def shelve(self, key: str, *, until: int, by: str, now: int) -> None:
        """Put an alarm aside until a time; it comes back by itself.

        Raises
        ------
        InputError
            No such alarm, a time that is past or beyond a shift.
        """
        if not now < until <= now + MOST_SHELVED_S:
            raise InputError(field="until", found="a time that is past or beyond a shift",
                             expected="within the next 12 h")
        with self.store.act() as tx:
            row = self._open(tx, key)
            tx.execute("UPDATE alarm SET shelved_until = ?, shelved_by = ? WHERE key = ?", (until, by, key))
            publish(tx, at=now, who=by, what="ack", journal=True,
                    body={"key": key, "until": until, "alarm": json.loads(row["body"])})

    def listed(self, now: int) -> list[dict[str, Any]]:
        """Give the alarms that stand on the screen: not acknowledged first, then by priority, the last to ring first.

        ``since`` is when it rang first, ``rang`` when it rang last [s since 1970]; ``is_of_opening``: with the opening
        of the desk; ``is_new``: not so, and within ``NEW_S``.
        """
        rows = self.store.rows("SELECT * FROM alarm WHERE ended IS NULL OR ack_at IS NULL")
        told = []
        for row in rows:
            body = json.loads(row["body"])
            shelved = row["shelved_until"] if row["shelved_until"] and row["shelved_until"] > now else None
            body.pop("worst", None)
            told.append({"worse_at": None, "at_opening": False, **body, "since": row["since"], "ended": row["ended"],
                         "ack_by": row["ack_by"], "ack_at": row["ack_at"], "shelved_until": shelved,
                         "shelved_by": row["shelved_by"]})
        for one in told:
            one["rang"] = one["worse_at"] or one["since"]
            one["is_of_opening"] = one.pop("at_opening") and one["worse_at"] is None
            is_open = one["ack_at"] is None and one["shelved_until"] is None
            one["is_new"] = is_open and not one["is_of_opening"] and now - one["rang"] <= NEW_S
        return sorted(told, key=lambda a: (a["shelved_until"] is not None, a["ack_at"] is not None, a["priority"],
                                           -a["rang"], a["when"], a["key"]))

    def counts(self, now: int) -> dict[str, Any]:
        """Give how many are active, new, to be acknowledged and shelved, and which rang last of those to be.

        ``first``: the key of the first of the list; ``last``: keys of those that rang last, and when.
        """
        every = self.listed(now)
        rows = [one for one in every if one["shelved_until"] is None]
        unseen = [one for one in rows if one["ack_at"] is None]
        rang = max((one["rang"] for one in unseen), default=None)
        last = [one for one in unseen if one["rang"] == rang]
        return {"unseen": len(unseen), "active": sum(one["ended"] is None for one in rows),
                "new": sum(one["is_new"] for one in rows), "shelved": len(every) - len(rows),
                "first": unseen[0]["key"] if unseen else "",
                "last": {"keys": [one["key"] for one in last], "rang": rang,
                         "at_opening": all(one["is_of_opening"] for one in last)} if last else None}

    def last(self) -> dict[str, Any] | None:
        """Give the last alarm that is over and seen, within the week that the table keeps; None without any."""
        # One whose cause got an alarm of its own was seen by nobody.
        row = self.store.row("SELECT * FROM alarm WHERE ended IS NOT NULL AND ack_by <> '' ORDER BY ended DESC, key "
                             "LIMIT 1")
        return None if row is None else {**json.loads(row["body"]), "ended": row["ended"], "ack_by": row["ack_by"]}

    @staticmethod
    def _open(tx: Any, key: str) -> Any:
        row = tx.execute("SELECT * FROM alarm WHERE key = ? AND (ended IS NULL OR ack_at IS NULL)", (key,)).fetchone()
        if row is None:
            raise InputError(field="alarm", found="no such alarm", expected="one of the list")
        return row


def _worst(alarm: dict[str, Any], before: dict[str, Any] | None) -> list[int]:
    """Give the most pressing priority and the highest step that an alarm has had since it came."""
    priority, step = alarm["priority"], alarm.get("step", 0)
    if before is None:
        return [priority, step]
    known = before.get("worst") or _worst(before, None)
    return [min(known[0], priority), max(known[1], step)]
