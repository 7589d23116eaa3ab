"""Two runs of one night: who is better off, who is worse off, by how much, and because of what.

Seconds are compared as sets: an asset is worse off by the seconds in which it is out in the second run and not in the
first, better off by those in which it is out in the first alone. Both stand beside each other; an outage that merely
moves has both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np

from twin.codes import Mechanism
from twin.errors import InputError
from twin.quantities import NONE, Int32Array, Int64Array, column
from twin.results.later import Later, later
from twin.results.live_parts import live_parts
from twin.results.result import Result
from twin.results.view import View, hours
from twin.world.kinds import Role
from twin.world.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """What changes for each asset, (N,) each, in rows of the first run; only assets for which something does."""

    asset: Int32Array
    #: Seconds out in the second run alone, and in the first alone; of them those in the dark, lamps only.
    worse_s: Int64Array
    better_s: Int64Array
    worse_dark_s: Int64Array
    better_dark_s: Int64Array
    #: First second out in each run, and when it is back for good; -1 never out, or not back.
    first_s: tuple[Int64Array, Int64Array]
    back_s: tuple[Int64Array, Int64Array]
    #: Outage of the second run that adds most seconds, and of the first that takes most away; -1 where none does.
    worse_outage: Int32Array
    better_outage: Int32Array

    def __len__(self) -> int:
        return len(self.asset)


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Two runs beside each other."""

    first: Result
    second: Result
    #: In what the two nights differ beside their plans: ``water``, ``seed``; empty for two runs of one night.
    unlike: tuple[str, ...]
    #: Figures by name, in each run.
    figures: Mapping[str, tuple[float, float]]
    changes: Changes
    #: Row in the second run of each asset of the first, (A,).
    row_of: Int32Array

    @cached_property
    def later(self) -> tuple[Later, ...]:
        """What crews bring back later in the second run, and where they were meanwhile; nothing without crews."""
        return later(self.first, self.second, self.row_of)

    @property
    def is_nothing(self) -> bool:
        """Whether the two answers are one: nobody is out longer or shorter, and every figure is the same."""
        return not len(self.changes) and all(a == b for a, b in self.figures.values())

    def groups(self, *, worse: bool) -> list[dict[str, Any]]:
        """Give who is worse off, or better off, by the root of what makes the difference, the most seconds first."""
        changes, result = self.changes, self.second if worse else self.first
        outage, seconds = (changes.worse_outage, changes.worse_s) if worse else (
            changes.better_outage, changes.better_s)
        dark = changes.worse_dark_s if worse else changes.better_dark_s
        rows = np.flatnonzero(outage != NONE)
        o, assets = result.outages, result.city.assets
        told = []
        for root in np.unique(o.root[outage[rows]]).tolist():
            mine = rows[o.root[outage[rows]] == root]
            kind, names = self.first.city.assets.kind[changes.asset[mine]], self.first.city.assets.kinds.names
            count = np.bincount(kind, minlength=len(names)).tolist()
            told.append({
                "root": str(assets.id[root]), "kind": assets[root].kind, "street": assets.street[root],
                "mechanism": Mechanism(int(o.root_mechanism[outage[mine[0]]])).word,
                "assets": {name: n for name, n in zip(names, count, strict=True) if n},
                "seconds": int(seconds[mine].sum()), "dark_s": int(dark[mine].sum())})
        return sorted(told, key=lambda group: (-group["dark_s"], -group["seconds"], group["root"]))


def compare(first: Result, second: Result) -> Comparison:
    """Compare two runs of one night.

    Parameters
    ----------
    first, second
        The runs; usually one without and one with a measure.

    Raises
    ------
    InputError
        Runs of other cities, or of other hours: their assets or seconds do not meet.
    """
    check_alike(first, second)
    row_of = _rows_of(first, second)
    unlike = [name for name, differs in (
        ("water", _river(first.plan) != _river(second.plan)), ("seed", first.plan.seed != second.plan.seed)) if differs]
    mine, theirs = _Outages.of(first, None), _Outages.of(second, row_of)
    figures = {name: (a, b) for (name, a), b in zip(_figures(first).items(), _figures(second).values(), strict=True)}
    return Comparison(first=first, second=second, unlike=tuple(unlike), row_of=row_of,
                      figures=figures | _crew_hours(first, second),
                      changes=_changes(mine, theirs, len(first.city.assets)))


def _river(plan: Plan) -> Any:
    """Give what a plan says of its flood, without the walls and pumps that its measures put into it at the end."""
    flood = json.loads(plan.flood)
    sorts = [json.loads(text).get("measure") for text in plan.measures]
    for part, key, sort in (("river_stage", "levees", "barrier"), ("model", "barriers", "barrier"),
                            ("model", "pumps", "pump")):
        own = flood.get(part) or {}
        if key in own and sort in sorts:
            own[key] = own[key][:max(0, len(own[key]) - sorts.count(sort))]
    digests = {str(one["file"]): str(one["sha256"]) for one in flood.pop("files", ())}
    return _by_content(flood, digests), sorted(digests.values())


def _by_content(value: Any, digests: Mapping[str, str]) -> Any:
    """Give what is said with each file by what is in it: where it lies, and what it is called, is no other water."""
    if isinstance(value, dict):
        return {key: _by_content(one, digests) for key, one in value.items()}
    if isinstance(value, list):
        return [_by_content(one, digests) for one in value]
    name = PurePath(value).name if isinstance(value, str) else ""
    return digests.get(name, name) if name and (name in digests or name != value) else value


def check_alike(first: Result, second: Result) -> None:
    """Refuse two runs whose assets or seconds do not meet.

    Raises
    ------
    InputError
        Runs of other cities, or of other hours.
    """
    a, b = first.plan, second.plan
    if first.city.name != second.city.name or set(first.city.assets.id) != set(second.city.assets.id):
        raise InputError(found=f"a run of {second.city.name} with {len(second.city.assets):,} assets",
                         expected=f"a run of {first.city.name} with the same {len(first.city.assets):,} assets",
                         remedy="Two runs are compared asset by asset: run both scenarios on one city file.")
    if (a.start, a.duration_s) != (b.start, b.duration_s):
        raise InputError(found=f"a run from {b.start.isoformat(timespec='minutes')} for {b.duration_s / 3600:g} h",
                         expected=f"one from {a.start.isoformat(timespec='minutes')} for {a.duration_s / 3600:g} h",
                         remedy="Two runs are compared second by second: give both scenarios one start and duration.")


def _rows_of(first: Result, second: Result) -> Int32Array:
    if np.array_equal(first.city.assets.id, second.city.assets.id):
        return np.arange(len(first.city.assets), dtype=np.int32)
    place = {name: row for row, name in enumerate(second.city.assets.id.tolist())}
    return column([place[name] for name in first.city.assets.id.tolist()], np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Outages:
    """Outages of a run by rows of the first one, sorted by asset, then start; ends clipped to the horizon."""

    asset: Int64Array
    start_s: Int64Array
    end_s: Int64Array
    is_back: Any
    dark_s: Int64Array
    #: Row in the run's own table.
    row: Int64Array
    width: int
    #: Time out [s] of all outages before each, (O + 1,).
    before_s: Int64Array

    @classmethod
    def of(cls, result: Result, row_of: Int32Array | None) -> _Outages:
        o, horizon_s = result.outages, result.plan.duration_s
        asset = o.asset.astype(np.int64)
        if row_of is not None:
            mine = np.empty(len(row_of), np.int64)
            mine[row_of] = np.arange(len(row_of))
            asset = mine[asset]
        order = np.lexsort((o.start_s, asset))
        start_s, end_s = o.start_s[order], np.where(o.end_s == NONE, horizon_s, o.end_s)[order]
        return cls(asset=asset[order], start_s=start_s, end_s=end_s, is_back=(o.end_s != NONE)[order],
                   dark_s=o.dark_s[order].clip(0), row=order, width=horizon_s + 2,
                   before_s=np.concatenate([[0], np.cumsum(end_s - start_s)]))

    def out_until(self, asset: Int64Array, t_s: Int64Array) -> Int64Array:
        """Give how long each asset has been out by a second, counted over all outages that stand before it, (N,)."""
        if not len(self.asset):
            return np.zeros(len(asset), np.int64)
        k = np.searchsorted(self.asset * self.width + self.start_s, asset * self.width + t_s, side="right") - 1
        within = (k >= 0) & (self.asset[k] == asset)
        running = np.where(within, np.minimum(t_s, self.end_s[k]) - self.start_s[k], (self.end_s - self.start_s)[k])
        return np.where(k >= 0, self.before_s[k] + running, 0)

    def alone_s(self, other: _Outages) -> Int64Array:
        """Give the seconds of each outage in which the other run has the asset in service, (O,)."""
        shared = other.out_until(self.asset, self.end_s) - other.out_until(self.asset, self.start_s)
        return self.end_s - self.start_s - shared


def _changes(mine: _Outages, theirs: _Outages, n: int) -> Changes:
    lost, spared = theirs.alone_s(mine), mine.alone_s(theirs)
    worse_s, better_s = (np.bincount(side.asset, weights=alone, minlength=n).astype(np.int64)
                         for side, alone in ((theirs, lost), (mine, spared)))
    asset = np.flatnonzero((worse_s > 0) | (better_s > 0))
    dark = [np.bincount(side.asset, weights=side.dark_s, minlength=n).astype(np.int64)[asset]
            for side in (mine, theirs)]
    return Changes(
        asset=column(asset, np.int32), worse_s=worse_s[asset], better_s=better_s[asset],
        worse_dark_s=(dark[1] - dark[0]).clip(0), better_dark_s=(dark[0] - dark[1]).clip(0),
        first_s=(_first(mine, n)[asset], _first(theirs, n)[asset]),
        back_s=(_back(mine, n)[asset], _back(theirs, n)[asset]),
        worse_outage=_largest(theirs, lost, n)[asset], better_outage=_largest(mine, spared, n)[asset])


def _first(side: _Outages, n: int) -> Int64Array:
    found = np.full(n, NONE, np.int64)
    found[side.asset[::-1]] = side.start_s[::-1]
    return found


def _back(side: _Outages, n: int) -> Int64Array:
    found = np.full(n, NONE, np.int64)
    found[side.asset] = np.where(side.is_back, side.end_s, NONE)
    return found


def _largest(side: _Outages, seconds: Int64Array, n: int) -> Int32Array:
    found = np.full(n, NONE, np.int32)
    order = np.argsort(seconds, kind="stable")
    order = order[seconds[order] > 0]
    found[side.asset[order]] = side.row[order]
    return found


def _crew_hours(first: Result, second: Result) -> dict[str, tuple[float, float]]:
    """Give the hours of crews at work and on the road, where one of the runs has crews."""
    if first.plan.crews is None and second.plan.crews is None:
        return {}
    a, b = (sum((result.plan.duration_s if shift.end_s == NONE else shift.end_s) - shift.start_s
                for shift in result.crew_work) for result in (first, second))
    return {"crew_hours": (hours(a), hours(b))}


def _figures(result: Result) -> dict[str, float]:
    """Give the figures that two runs are compared by."""
    told, assets, o = result.indicators, result.city.assets, result.outages
    view = View(result.plan, result.city, result.exposure, o, result.doubts)
    out_s = view.end_s - o.start_s
    people = np.nan_to_num(assets.people[o.asset])
    vital, premises = assets.of_role(Role.VITAL)[o.asset], assets.of_role(Role.PREMISES)[o.asset]
    live = live_parts(view)
    return {
        "lamps_ever_out": told["lamps"]["ever_out"], "lamps_ever_dark": told["lamps"]["ever_dark"],
        "lamps_out_at_worst": told["lamps"]["surely"]["most"], "lamps_not_back": told["lamps"]["not_back"],
        "lamp_hours_dark": told["lamps"]["lamp_hours_dark"],
        "sites_without_power": len(np.unique(o.asset[vital])), "site_hours_without_power": hours(out_s[vital].sum()),
        "people_hours_without_power": hours((out_s * people)[premises | vital].sum()),
        "buildings_without_power": told["buildings"]["without_power"], "buildings_wet": told["buildings"]["wet"],
        "buildings_flooded_inside": told["buildings"]["flooded_inside"],
        "gear_flooded": sum(row["count"] for row in told["flooded"].values()),
        "gear_flooded_live": sum(row["live"] for row in told["flooded"].values()),
        "hours_live_in_water": hours((live.to_s - live.from_s).sum()),
        "zones_suspended": told["zones"]["suspended"],
        "may_be_out": told["doubtful"]["count"]}
