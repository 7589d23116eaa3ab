"""A run as its files alone tell it: read with Parquet, SQLite and JSON, and none of the twin's own functions.

What every output is held against by ``tests/verification/asked.py``. The rules are those of ``docs/file-formats.md``,
``docs/glossary.md`` and ``docs/privacy.md``, written anew.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq

NEVER = 1 << 60
QUARTER_S = 900
#: Kinds of the built-in town by what is counted.
GROUPS = {"lamps": "lamp", "cabinets": "cabinet", "sites": "site", "signals": "traffic_signal",
          "lift_stations": "lift_station", "buildings": "building"}
SOURCES = {"substation", "gauge"}


class Spans:
    """Intervals of assets: half open, in seconds from the start of the run."""

    def __init__(self, asset: Any, start: Any, end: Any, told: list[dict[str, Any]]) -> None:
        self.asset, self.start, self.end, self.told = asset, start, end, told
        self.by: dict[int, list[int]] = defaultdict(list)
        for k, one in enumerate(asset.tolist()):
            self.by[one].append(k)

    def at(self, t_s: int) -> Any:
        """Give the rows in force at a second."""
        return np.flatnonzero((self.start <= t_s) & (t_s < self.end))

    def of(self, asset: int, t_s: int) -> int:
        """Give the row in force of an asset; -1 without one."""
        found = [k for k in self.by.get(asset, ()) if self.start[k] <= t_s < self.end[k]]
        assert len(found) < 2, "two rows of one asset at one second"
        return found[0] if found else -1


class Tables:
    """The files of one run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info = json.loads((folder / "run.json").read_text("utf-8"))
        self.start = int(datetime.fromisoformat(self.info["start"]).timestamp())
        self.horizon_s = int(self.info["duration_s"])
        self.step_s = int(self.info["plan"]["step_s"])
        self.issued_s = int(datetime.fromisoformat(self.info["issued_at"]).timestamp()) - self.start
        exposure = pq.read_table(folder / "exposure.parquet", columns=["asset_id", "kind", "touched_at", "failed_at"])
        self.ids: list[str] = exposure["asset_id"].to_pylist()
        self.row = {one: k for k, one in enumerate(self.ids)}
        self.kind = np.array(exposure["kind"].to_pylist())
        self.touched_s, self.failed_s = (self._seconds(exposure[name].to_pylist()) for name in (
            "touched_at", "failed_at"))
        self.outages, self.doubts, self.wet = (self._spans(name) for name in ("outages", "doubts", "wet_periods"))
        self._events()
        self._city()

    def _seconds(self, moments: list[Any]) -> Any:
        return np.array([NEVER if one is None else round(one.timestamp()) - self.start for one in moments], np.int64)

    def _spans(self, name: str) -> Spans:
        told = pq.read_table(self.folder / f"{name}.parquet").to_pylist()
        return Spans(np.array([self.row[one["asset_id"]] for one in told], np.int64),
                     self._seconds([one["start"] for one in told]), self._seconds([one["end"] for one in told]), told)

    def _events(self) -> None:
        """Read who lives on a reserve, what water reached and what was tested."""
        self.reserves: list[tuple[int, int, int]] = []
        self.reached: dict[str, dict[int, list[int]]] = {name: defaultdict(list) for name in (
            "touched", "flooded", "repaired")}
        begun: dict[int, int] = {}
        for one in pq.read_table(self.folder / "events.parquet", columns=["time", "event", "asset_id"]).to_pylist():
            at_s, what = round(one["time"].timestamp()) - self.start, one["event"]
            asset = self.row.get(one["asset_id"], -1)
            if what in self.reached:
                self.reached[what][asset].append(at_s)
            if what == "buffer_started":
                begun[asset] = at_s
            elif what in ("buffer_emptied", "fed", "restored") and asset in begun:
                self.reserves.append((asset, begun.pop(asset), at_s))
        self.reserves += [(asset, at_s, NEVER) for asset, at_s in begun.items()]

    def _city(self) -> None:
        """Read who is fed by whom, and which street each lamp stands in."""
        with sqlite3.connect(f"file:{self.folder / 'city.gpkg'}?mode=ro", uri=True) as city:
            streets = dict(city.execute("select id, name from street"))
            self.street = [""] * len(self.ids)
            for one, street in city.execute("select id, street_id from lamp"):
                self.street[self.row[one]] = streets.get(street) or (street or "").removeprefix("=")
            groups: dict[tuple[int, int], list[int]] = defaultdict(list)
            for supplier, consumer, service, group in city.execute(
                    'select supplier, consumer, service, "group" from supplies'):
                if service != "control":
                    groups[self.row[consumer], group].append(self.row[supplier])
        fed = {consumer for consumer, _ in groups}
        self.alternatives = {key: found for key, found in groups.items() if len(found) > 1}
        self.supplierless = np.array([k for k in range(len(self.ids))
                                      if k not in fed and self.kind[k] not in SOURCES], np.int64)

    # A moment

    def condition(self, t_s: int) -> Any:
        """Give what each asset is at a second, the worst that holds, in the words of the glossary."""
        out, doubt, wet = (np.zeros(len(self.ids), bool) for _ in range(3))
        for mask, spans in ((out, self.outages), (doubt, self.doubts), (wet, self.wet)):
            mask[spans.asset[spans.at(t_s)]] = True
        found = np.full(len(self.ids), "in_service", "U12")
        found[self.supplierless] = "no_supplier"
        for (consumer, _), suppliers in self.alternatives.items():
            if not out[consumer] and sum(not out[one] for one in suppliers) == 1:
                found[consumer] = "last_feed"
        for asset, from_s, to_s in self.reserves:
            if from_s <= t_s < to_s and not out[asset]:
                found[asset] = "on_reserve"
        found[out] = "out"
        found[doubt] = "may_be_out"
        found[(self.kind == "zone") & wet & ~(out & ~doubt)] = "suspended"
        return found

    def counts(self, t_s: int) -> dict[str, tuple[int, int]]:
        """Give how many of each group are surely out, how many more may be, and how many buildings stand in water."""
        condition = self.condition(t_s)
        told = {name: (int((condition[self.kind == kind] == "out").sum()),
                       int((condition[self.kind == kind] == "may_be_out").sum())) for name, kind in GROUPS.items()}
        wet = self.wet.asset[self.wet.at(t_s)]
        return {**told, "wet": (int((self.kind[wet] == "building").sum()), 0)}

    def since(self, asset: int, t_s: int) -> int:
        """Give since when an asset is out, or may be; -1 where neither."""
        for spans in (self.outages, self.doubts):
            if (row := spans.of(asset, t_s)) >= 0:
                return int(spans.start[row])
        return -1

    def may_since(self, asset: int, t_s: int) -> int:
        """Give the earliest second from which an asset is or may be out without a break; -1 where neither."""
        mine = sorted((int(spans.start[k]), int(spans.end[k])) for spans in (self.outages, self.doubts)
                      for k in spans.by.get(asset, ()))
        first, reached = -1, -1
        for start, end in mine:
            if start > t_s:
                break
            first = start if start > reached else first
            reached = max(reached, end)
        return first if reached > t_s else -1

    def root(self, asset: int, t_s: int) -> tuple[str, str] | None:
        """Give where the chain of causes of an outage, or of a doubt, ends, and how that went out."""
        for spans in (self.outages, self.doubts):
            if (row := spans.of(asset, t_s)) >= 0:
                return str(spans.told[row]["root_asset_id"]), str(spans.told[row]["root_mechanism"])
        return None

    def untested(self, what: str, asset: int, t_s: int) -> int:
        """Give when water first ``touched`` it, or ``flooded`` its live parts, since its last test; -1 never."""
        tested = max((at for at in self.reached["repaired"].get(asset, ()) if at <= t_s), default=-1)
        return min((at for at in self.reached[what].get(asset, ()) if tested < at <= t_s), default=-1)

    def depth(self, asset: int, t_s: int) -> float:
        """Give the depth at an asset at a second [m]: linear between frames, 0 where the table has no row."""
        first, um = self._depths.get(asset, (0, []))
        if not um:
            return 0.0
        times, after = self._frames

        def frame(k: int) -> int:
            return um[k - first] if first <= k < first + len(um) else 0

        if t_s <= times[0]:
            return frame(0) / 1e6
        if t_s >= times[-1]:
            return frame(len(times) - 1) / 1e6 if t_s == times[-1] or after != "dry" else 0.0
        k = bisect_right(times, t_s) - 1
        share = (t_s - times[k]) / (times[k + 1] - times[k])
        return (frame(k) * (1 - share) + frame(k + 1) * share) / 1e6

    @cached_property
    def _frames(self) -> tuple[list[int], str]:
        said = json.loads((pq.read_schema(self.folder / "depths.parquet").metadata or {})[b"twin"])
        return said["times_s"], said["after"]

    @cached_property
    def _depths(self) -> dict[int, tuple[int, list[int]]]:
        """First frame and depths [µm] of each asset that the water ever reaches."""
        if not (self.folder / "depths.parquet").exists():
            return {}
        return {self.row[one["asset_id"]]: (one["first_frame"], one["depth_um"])
                for one in pq.read_table(self.folder / "depths.parquet").to_pylist()}

    @cached_property
    def changes(self) -> list[int]:
        """Seconds at which anything changes, within the run."""
        spans = (self.outages, self.doubts, self.wet)
        every = np.unique(np.concatenate([column for one in spans for column in (one.start, one.end)]))
        return [int(one) for one in every if 0 <= one <= self.horizon_s]

    # The run

    def most_out(self, kind: str, *, is_sure: bool) -> int:
        """Give the most of a kind that are out at one second: as computed, or surely."""
        o, d = self.outages, self.doubts
        change: Counter[int] = Counter()
        for k in np.flatnonzero(self.kind[o.asset] == kind).tolist():
            change[int(o.start[k])] += 1
            change[int(o.end[k])] -= 1
        if is_sure:
            for k in np.flatnonzero(self.kind[d.asset] == kind).tolist():
                if d.told[k]["computed"] == "out":
                    change[int(d.start[k])] -= 1
                    change[int(d.end[k])] += 1
        return int(max((0, *np.cumsum([change[at] for at in sorted(change)]).tolist())))

    def ever(self, kind: str) -> int:
        """Give how many of a kind are ever out."""
        return len(np.unique(self.outages.asset[self.kind[self.outages.asset] == kind]))

    @cached_property
    def lamp_hours(self) -> float:
        """Hours of lamps out in the dark."""
        return sum(one["dark_s"] or 0 for one in self.outages.told) / 3600

    # What is public

    @cached_property
    def _told(self) -> dict[int, tuple[set[int], set[int]]]:
        """Quarters of the clock in which each lamp is told out, and those in which it is told as maybe.

        A quarter that doubt touches is told as doubt; an outage all of whose quarters it touches is told all the same.
        """
        last = (self.start + self.horizon_s) // QUARTER_S

        def quarters(start: int, end: int) -> set[int]:
            until = last if end >= NEVER else -(-(self.start + end) // QUARTER_S) - 1
            return set(range((self.start + start) // QUARTER_S, min(until, last) + 1))

        found = {}
        for lamp in {*self.outages.by, *self.doubts.by}:
            if self.kind[lamp] != "lamp":
                continue
            doubt = [(int(self.doubts.start[k]), int(self.doubts.end[k])) for k in self.doubts.by.get(lamp, ())]
            may = set().union(*(quarters(*one) for one in doubt))
            out: set[int] = set()
            for start, end in self.sure(lamp):
                mine = quarters(start, end)
                out |= (mine - may) or mine
            found[lamp] = (out, may - out)
        return found

    def sure(self, asset: int) -> list[tuple[int, int]]:
        """Give when an asset is surely out: its outages less its doubts."""
        doubt = sorted((int(self.doubts.start[k]), int(self.doubts.end[k])) for k in self.doubts.by.get(asset, ()))
        left = []
        for k in self.outages.by.get(asset, ()):
            at, end = int(self.outages.start[k]), int(self.outages.end[k])
            for first, last in doubt:
                if last > at and first < end:
                    if first > at:
                        left.append((at, first))
                    at = last
            if at < end:
                left.append((at, end))
        return left

    def public(self, t_s: int | None) -> dict[str, tuple[int, int]]:
        """Give lamps out and maybe out by street, as is public: at a quarter, or ever (to the second)."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for lamp, (out, may) in self._told.items():
            if t_s is None:
                is_out, is_may = bool(self.sure(lamp)), True
            else:
                quarter = (self.start + t_s) // QUARTER_S
                is_out, is_may = quarter in out, quarter in may
            if self.street[lamp] and (is_out or is_may):
                found[self.street[lamp]][0 if is_out else 1] += 1
        return {street: (out, may) for street, (out, may) in found.items()}

    def at_the_second(self, t_s: int) -> dict[str, tuple[int, int]]:
        """Give lamps surely out and maybe out by street at a second, not rounded."""
        condition = self.condition(t_s)
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for word, k in (("out", 0), ("may_be_out", 1)):
            for lamp in np.flatnonzero((self.kind == "lamp") & (condition == word)).tolist():
                if self.street[lamp]:
                    found[self.street[lamp]][k] += 1
        return {street: (out, may) for street, (out, may) in found.items()}


def iso(tables: Tables, t_s: int) -> str | None:
    """Write a second as the outputs write moments; None for never."""
    return None if not 0 <= t_s < NEVER else datetime.fromtimestamp(
        tables.start + t_s, ZoneInfo(tables.info["timezone"])).isoformat()
