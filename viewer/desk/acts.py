"""What to do first: the last moments to act, as the run has them, whom to warn, and what became of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.codes import Mechanism
from twin.errors import InputError
from twin.quantities import NONE
from twin.world.kinds import Role
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
        rows = self._rows(loaded)
        ahead = [row for row in rows if row["before"] > now]
        past = [row for row in rows if row["before"] <= now][::-1]
        for row in past:
            if row["state"] == "to_give":
                row["state"] = "missed"
        return {"ahead": ahead, "past": past[:PAST], "past_counts": {
            state: sum(row["state"] == state for row in past) for state in STATES}}

    def overdue(self, loaded: Loaded, now: int) -> list[dict[str, Any]]:
        """Give the acts that somebody went to do, whose moment is past, and that nobody has said are done."""
        return [row for row in self._rows(loaded) if row["before"] <= now and row["state"] in ("under_way", "on_site")]

    def _rows(self, loaded: Loaded) -> list[dict[str, Any]]:
        kept = {row["key"]: row for row in self.store.rows("SELECT * FROM act")}
        moments = loaded.result.indicators.get("last_moment_to_act", {}).get("rows", ())
        return sorted([*(_act(loaded, row, kept) for row in moments), *_warnings(loaded, kept)],
                      key=lambda row: row["before"])

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
    """Give the act of a cabinet: to cut it before its water, by streets that are open."""
    told = {"sort": "cut", "binds": row.get("binds", "touch"), "by_streets": list(row.get("by", ())),
            "lamps": row["lamps"], "people": None, "doubtful": row["doubtful"]}
    return _noted(loaded, str(row["asset"]), kept) | told | {
        "before": loaded.epoch_of(row["act_before"]), "failed": loaded.epoch_of(row["failed_at"])}


def _warnings(loaded: Loaded, kept: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the vital sites to warn, each before the first that befalls it: water, an empty reserve, loss of power."""
    assets, o, exposure = loaded.result.city.assets, loaded.result.outages, loaded.result.exposure
    rows = []
    for site in np.flatnonzero(assets.of_role(Role.VITAL)).tolist():
        wet_s, losses = int(exposure.touched_at_s[site]), loaded.result.losses
        first, last = np.searchsorted(losses.asset, [site, site + 1])
        empty = set(o.start_s[(o.asset == site) & (o.mechanism == Mechanism.BUFFER_EMPTY)].tolist())
        comes = [(wet_s, "water")] if wet_s != NONE else []
        # At the earliest moment at which it may be lost, sure or not.
        comes += [(at_s, "reserve" if at_s in empty else "power") for at_s in losses.may_s[first:last].tolist()]
        # What is so at the start of the run was no news to anybody.
        first = min((one for one in comes if one[0] > 0), default=None)
        if first is None:
            continue
        people = assets.people[site]
        rows.append(_noted(loaded, str(assets.id[site]), kept) | {
            "sort": "warn", "binds": first[1], "by_streets": [], "lamps": 0, "failed": None,
            "doubtful": first[1] == "water" and bool(exposure.is_doubtful[site]),
            "people": None if np.isnan(people) else int(people), "before": loaded.start + first[0]})
    return rows


def _noted(loaded: Loaded, asset: str, kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Give what an act is on, and what became of it."""
    who, known = loaded.result.city.assets[loaded.result.city.assets.row(asset)], kept.get(asset, {})
    return {"asset": asset, "name": str(who.name or asset), "kind": str(who.kind), "street": str(who.street or ""),
            "owner": str(who.owner or ""), "state": known.get("state", "to_give"), "crew": known.get("crew", ""),
            "by": known.get("by", ""), "at": known.get("at"), "version": known.get("version", 0)}
