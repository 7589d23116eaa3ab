"""What to do first: the last moments to act, as the run has them, whom to warn, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.codes import Mechanism
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.together import as_one, ranges
from twin.world.assets import Assets
from twin.world.kinds import Role
from viewer.desk.loaded import Loaded
from viewer.desk.store import Store, publish

#: States of an act.
STATES = ("to_give", "under_way", "on_site", "done", "missed", "not_needed")
_LONGEST = 80
#: Acts that are past and still shown.
PAST = 40
#: Acts that go as one at most.
_MOST = 200


class Acts:
    """The acts of a night."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def listed(self, loaded: Loaded, now: int) -> dict[str, Any]:
        """Give what is ahead, the next first, and what is past, the latest first; each with what became of it.

        ``groups`` is what is ahead with the acts that go as one told as one, see ``groups_of``.
        """
        rows = self._rows(loaded)
        ahead = [row for row in rows if row["before"] > now]
        past = [row for row in rows if row["before"] <= now][::-1]
        for row in past:
            if row["state"] == "to_give":
                row["state"] = "missed"
        return {"ahead": ahead, "groups": groups_of(loaded.result.city.assets, ahead), "past": past[:PAST],
                "past_counts": {
            state: sum(row["state"] == state for row in past) for state in STATES}}

    def overdue(self, loaded: Loaded, now: int) -> list[dict[str, Any]]:
        """Give the acts that somebody went to do, past their moment and said done by nobody, as ``groups_of``."""
        return groups_of(loaded.result.city.assets, [row for row in self._rows(loaded) if row["before"] <= now
                                                     and row["state"] in ("under_way", "on_site")])

    def gone(self) -> set[str]:
        """Give who went to do an act and is not said to be back: as they were named."""
        return {row["crew"] for row in self.store.rows(
            "SELECT DISTINCT crew FROM act WHERE state IN ('under_way', 'on_site')")}

    def _rows(self, loaded: Loaded) -> list[dict[str, Any]]:
        kept = {row["key"]: row for row in self.store.rows("SELECT * FROM act")}
        moments = loaded.result.indicators.get("last_moment_to_act", {}).get("rows", ())
        return sorted([*(_act(loaded, row, kept) for row in moments), *_warnings(loaded, kept)],
                      key=lambda row: row["before"])

    def change(self, versions: Mapping[str, int], *, state: str, crew: str, by: str, now: int) -> dict[str, int]:
        """Say what became of an act, or of several that go as one: of all, or of none; give their new versions.

        Parameters
        ----------
        versions
            The assets of the acts, each with its version as whoever says it saw it.

        Raises
        ------
        InputError
            An unknown state, or somebody changed one of them meanwhile: who.
        """
        if state not in STATES or len(crew) > _LONGEST or not 0 < len(versions) <= _MOST or any(
                len(key) > _LONGEST for key in versions):
            raise InputError(field="state", found=f"'{state[:20]}'", expected=f"one of {', '.join(STATES)}")
        with self.store.act() as tx:
            for key, version in versions.items():
                row = tx.execute("SELECT * FROM act WHERE key = ?", (key,)).fetchone()
                if (row["version"] if row else 0) != version:
                    raise InputError(field="version", found=f"changed by {row['by'] if row else 'nobody'} meanwhile",
                                     expected="the act as it stands now")
                tx.execute("INSERT OR REPLACE INTO act VALUES (?, ?, ?, ?, ?, ?)",
                           (key, state, crew.strip(), by, now, version + 1))
            publish(tx, at=now, who=by, what="act", journal=True, body={
                "asset": listed_ids(list(versions)), "assets": list(versions), "state": state, "crew": crew.strip()})
        return {key: version + 1 for key, version in versions.items()}


def listed_ids(ids: list[str]) -> str:
    """Give ids as they stand in a line of the log: those that follow each other by their first and last.

    Examples
    --------
    >>> listed_ids(["A-083", "A-081", "A-082", "A-090"])
    'A-081…A-083, A-090'
    """
    return ", ".join(first if first == last else f"{first}…{last}" for first, last in ranges(ids))


def groups_of(assets: Assets, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give acts with those told as one that go as one, the next first.

    Each group is its first act with ``assets`` and their ``versions``, ``ranges`` of their ids, ``streets``, and the
    lamps of all. Acts of another sort, state or crew go by themselves; so does each site that is warned.

    Parameters
    ----------
    assets
        The city's.
    rows
        Acts, as ``Acts.listed`` has them.
    """
    at = [assets.row(row["asset"]) for row in rows]
    alike = [(row["state"], row["crew"], row["owner"], row["asset"] if row["sort"] == "warn" else "") for row in rows]
    groups = []
    for places in as_one(assets, at, [row["before"] for row in rows], alike):
        mine = [rows[place] for place in places]
        first = mine[0]
        groups.append({
            **first, "assets": [row["asset"] for row in mine],
            "versions": {row["asset"]: row["version"] for row in mine},
            "ranges": [list(pair) for pair in ranges([row["asset"] for row in mine])],
            "streets": list(dict.fromkeys(row["street"] for row in mine if row["street"])),
            "lamps": sum(row["lamps"] for row in mine), "doubtful": all(row["doubtful"] for row in mine),
            "failed": min((row["failed"] for row in mine if row["failed"]), default=None), "members": mine})
    return groups


def _act(loaded: Loaded, row: dict[str, Any], kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Give the act of a cabinet: to cut it before its water, by streets that are open."""
    told = {"sort": "cut", "binds": row.get("binds", "touch"), "by_streets": list(row.get("by", ())),
            "lamps": row["lamps"], "people": None, "doubtful": row["doubtful"], "base": row.get("base") or ""}
    return _noted(loaded, str(row["asset"]), kept) | told | {
        "before": loaded.epoch_of(row["act_before"]), "failed": loaded.epoch_of(row["failed_at"])}


def _warnings(loaded: Loaded, kept: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the vital sites to warn, each before the first that befalls it: water, an empty reserve, loss of power."""
    assets, o, exposure = loaded.result.city.assets, loaded.result.outages, loaded.result.exposure
    rows = []
    for site in np.flatnonzero(assets.of_role(Role.VITAL)).tolist():
        wet_s, losses = int(exposure.touched_at_s[site]), loaded.result.losses
        empty = set(o.start_s[(o.asset == site) & (o.mechanism == Mechanism.BUFFER_EMPTY)].tolist())
        comes = [(wet_s, "water")] if wet_s != NONE else []
        # At the earliest moment at which it may be lost, sure or not.
        comes += [(at_s, "reserve" if at_s in empty else "power") for at_s in losses.may_s[losses.of(site)].tolist()]
        # What is so at the start of the run was no news to anybody.
        first = min((one for one in comes if one[0] > 0), default=None)
        if first is None:
            continue
        people = assets.people[site]
        rows.append(_noted(loaded, str(assets.id[site]), kept) | {
            "sort": "warn", "binds": first[1], "base": "", "by_streets": [], "lamps": 0, "failed": None,
            "doubtful": first[1] == "water" and bool(exposure.is_doubtful[site]),
            "people": None if np.isnan(people) else int(people), "before": loaded.start + first[0]})
    return rows


def _noted(loaded: Loaded, asset: str, kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Give what an act is on, and what became of it."""
    who, known = loaded.result.city.assets[loaded.result.city.assets.row(asset)], kept.get(asset, {})
    return {"asset": asset, "name": str(who.name or asset), "kind": str(who.kind), "street": str(who.street or ""),
            "owner": str(who.owner or ""), "state": known.get("state", "to_give"), "crew": known.get("crew", ""),
            "by": known.get("by", ""), "at": known.get("at"), "version": known.get("version", 0)}
