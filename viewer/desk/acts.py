"""What to do first: the last moments to act, as the run has them, and what became of each."""

from __future__ import annotations

from typing import Any

from twin.errors import InputError
from viewer.desk.loaded import Loaded
from viewer.desk.store import Store, publish

#: States of an act.
STATES = ("to_give", "under_way", "on_site", "done", "missed", "not_needed")
_LONGEST = 80
#: Acts that are past and still shown.
PAST = 40


class Acts:
    """The acts of a night."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def listed(self, loaded: Loaded, now: int) -> dict[str, Any]:
        """Give what is ahead, the next first, and what is past, the latest first; each with what became of it."""
        kept = {row["key"]: row for row in self.store.rows("SELECT * FROM act")}
        moments = loaded.result.indicators.get("last_moment_to_act", {}).get("rows", ())
        rows = [_act(loaded, row, kept) for row in moments]
        ahead = [row for row in rows if row["before"] > now]
        past = [row for row in rows if row["before"] <= now][::-1]
        for row in past:
            if row["state"] == "to_give":
                row["state"] = "missed"
        return {"ahead": ahead, "past": past[:PAST], "past_counts": {
            state: sum(row["state"] == state for row in past) for state in STATES}}

    def change(self, key: str, *, state: str, crew: str, version: int, by: str, now: int) -> int:
        """Say what became of an act; give its new version.

        Raises
        ------
        InputError
            An unknown state, or somebody changed it meanwhile: who.
        """
        if state not in STATES or len(crew) > _LONGEST or len(key) > _LONGEST:
            raise InputError(field="state", found=f"'{state[:20]}'", expected=f"one of {', '.join(STATES)}")
        with self.store.act() as tx:
            row = tx.execute("SELECT * FROM act WHERE key = ?", (key,)).fetchone()
            if (row["version"] if row else 0) != version:
                raise InputError(field="version", found=f"changed by {row['by'] if row else 'nobody'} meanwhile",
                                 expected="the act as it stands now")
            tx.execute("INSERT OR REPLACE INTO act VALUES (?, ?, ?, ?, ?, ?)",
                       (key, state, crew.strip(), by, now, version + 1))
            publish(tx, at=now, who=by, what="act", journal=True,
                    body={"asset": key, "state": state, "crew": crew.strip()})
        return version + 1


def _act(loaded: Loaded, row: dict[str, Any], kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    who = loaded.result.city.assets[loaded.result.city.assets.row(row["asset"])]
    known = kept.get(str(row["asset"]), {})
    return {"asset": row["asset"], "kind": str(who.kind), "street": row["street"] or "", "lamps": row["lamps"],
            "owner": str(who.owner or ""), "before": loaded.epoch_of(row["act_before"]),
            "failed": loaded.epoch_of(row["failed_at"]), "doubtful": row["doubtful"],
            "state": known.get("state", "to_give"), "crew": known.get("crew", ""), "by": known.get("by", ""),
            "at": known.get("at"), "version": known.get("version", 0)}
