"""The book of feeds: when each source was asked and answers, what was refused and why, forecasts and notices."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

import numpy as np

from geodata.feeds.taken import Forecast, Taken
from twin.live.judging import passed
from viewer.desk.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS feed (name TEXT PRIMARY KEY, way TEXT NOT NULL, asked INTEGER, answered INTEGER,
  next INTEGER, failures INTEGER NOT NULL DEFAULT 0, failure TEXT NOT NULL DEFAULT '',
  failure_said TEXT NOT NULL DEFAULT '', memory TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS refusal (source TEXT NOT NULL, why TEXT NOT NULL, n INTEGER NOT NULL, last INTEGER NOT NULL,
  reason TEXT NOT NULL, PRIMARY KEY (source, why)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecast (source TEXT NOT NULL, series TEXT NOT NULL, issued INTEGER NOT NULL,
  at INTEGER NOT NULL, low_m REAL, mid_m REAL, high_m REAL, received INTEGER NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (source, series, issued, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice (source TEXT NOT NULL, id TEXT NOT NULL, sort TEXT NOT NULL, state TEXT NOT NULL,
  begins INTEGER, ends INTEGER, text TEXT NOT NULL, street TEXT NOT NULL, asset TEXT NOT NULL, shapes TEXT NOT NULL,
  is_flood INTEGER NOT NULL, sent INTEGER NOT NULL, received INTEGER NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest (series TEXT NOT NULL, what TEXT NOT NULL, observed INTEGER NOT NULL,
  value REAL NOT NULL, source TEXT NOT NULL, PRIMARY KEY (series, what)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tick (source TEXT NOT NULL, tick INTEGER NOT NULL, PRIMARY KEY (source, tick)) WITHOUT ROWID;
INSERT INTO latest SELECT series, what, max(observed), value, source FROM observation
  WHERE what IN ('out', 'lamps_dark', 'lamps_lit') AND NOT EXISTS (SELECT 1 FROM latest) GROUP BY series, what;
INSERT INTO tick SELECT DISTINCT source, observed / 900 FROM observation WHERE NOT EXISTS (SELECT 1 FROM tick);
"""
#: How long ahead forecasts are held against what came [s].
LEAD_S = 6 * 3600
#: A source shows in which quarters of an hour it spoke [s].
TICK_S = 900
#: What a source has where it is not one that the configuration names.
_NOTHING: dict[str, Any] = {"way": "", "asked": None, "answered": None, "next": None, "failures": 0, "failure": "",
                            "failure_said": ""}


class FeedBook:
    """How the feeds of a store stand."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def enter(self, name: str, *, way: str, sort: str, pace_s: int) -> None:
        """Write a source down as soon as it is configured: one that never spoke is seen as well."""
        with self.store.note() as tx:
            tx.execute("INSERT INTO source VALUES (?, ?, ?, NULL, NULL, 0, 0, '') ON CONFLICT (name) DO UPDATE SET "
                       "sort = excluded.sort, pace_s = excluded.pace_s", (name, sort, pace_s))
            tx.execute("INSERT INTO feed (name, way) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET way = excluded.way",
                       (name, way))

    def memory(self, name: str) -> dict[str, Any]:
        """Give what is remembered of a source that is asked; empty where nothing is, or what is there is none."""
        row = self.store.row("SELECT memory FROM feed WHERE name = ?", name)
        try:
            found = json.loads(row["memory"]) if row else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @staticmethod
    def remember(tx: sqlite3.Connection, name: str, memory: dict[str, Any]) -> None:
        """Keep what is remembered of a source, with what came in."""
        tx.execute("UPDATE feed SET memory = ? WHERE name = ?", (json.dumps(memory), name))

    def next_of(self, name: str) -> int | None:
        """Give when a source is to be asked next [s since 1970]; None for never yet."""
        row = self.store.row("SELECT next FROM feed WHERE name = ?", name)
        return None if row is None or row["next"] is None else int(row["next"])

    def failures_of(self, name: str) -> int:
        """Give how often in a row a source failed to answer."""
        row = self.store.row("SELECT failures FROM feed WHERE name = ?", name)
        return int(row["failures"]) if row else 0

    def answered(self, name: str, *, at: int, next_at: int | None) -> None:
        """Write down that a source answered."""
        with self.store.note() as tx:
            tx.execute("UPDATE feed SET asked = ?, answered = ?, next = ?, failures = 0, failure = '', "
                       "failure_said = '' WHERE name = ?", (at, at, next_at, name))

    def failed(self, name: str, *, at: int, next_at: int | None, sort: str, said: str) -> None:
        """Write down that a source did not."""
        with self.store.note() as tx:
            tx.execute("UPDATE feed SET asked = ?, next = ?, failures = failures + 1, failure = ?, failure_said = ? "
                       "WHERE name = ?", (at, next_at, sort, said[:200], name))

    @staticmethod
    def count(tx: sqlite3.Connection, taken: Taken, at: int) -> None:
        """Count the refusals of a message by their why, each with its last text."""
        told = {(one.source, one.why): one.reason for one in taken.refused}
        for (source, why), n in taken.counts.items():
            tx.execute("INSERT INTO refusal VALUES (?, ?, ?, ?, ?) ON CONFLICT (source, why) DO UPDATE SET "
                       "n = n + excluded.n, last = excluded.last, "
                       "reason = CASE WHEN excluded.reason = '' THEN reason ELSE excluded.reason END",
                       (source, why.value, n, at, told.get((source, why), "")))

    def of(self, name: str) -> dict[str, Any]:
        """Give how a source stands: last question, last answer, next question, failures, refusals by their why."""
        row = self.store.row("SELECT way, asked, answered, next, failures, failure, failure_said FROM feed "
                             "WHERE name = ?", name)
        refused = self.store.rows("SELECT why, n, last, reason FROM refusal WHERE source = ? ORDER BY n DESC, why",
                                  name)
        return {**(row or _NOTHING), "refusals": refused}

    def forecasts(self, gauge: str, before: int) -> list[dict[str, Any]]:
        """Give the points of the last forecast of a gauge that was issued before a moment, in order of time."""
        return self.store.rows(
            "SELECT source, issued, at, low_m, mid_m, high_m FROM forecast WHERE series = ?1 AND issued = (SELECT "
            "max(issued) FROM forecast WHERE series = ?1 AND issued <= ?2) ORDER BY at", gauge, before)

    def passed(self, gauge: str, now: int, lead_s: int = LEAD_S) -> tuple[int, int]:
        """Give how often the river passed what was foretold so long ahead, and of how many forecasts that is known.

        Each issue counts once: by its middle at that lead, or the nearest within half an hour of it, against the
        reading nearest to that moment within ten minutes.
        """
        rows = self.store.rows(
            "SELECT issued, at, mid_m FROM forecast WHERE series = ?1 AND mid_m IS NOT NULL AND at <= ?2 AND "
            "abs(at - issued - ?3) <= 1800 ORDER BY issued, abs(at - issued - ?3), source", gauge, now, lead_s)
        first: dict[int, dict[str, Any]] = {}
        for row in rows:
            if row["issued"] in first:
                continue
            came = self.store.row(
                "SELECT value FROM observation WHERE series = ?1 AND what = 'level' AND observed BETWEEN ?2 - 600 AND "
                "?2 + 600 ORDER BY abs(observed - ?2), source LIMIT 1", gauge, row["at"])
            if came is not None:
                first[row["issued"]] = {**row, "came": came["value"]}
        return passed(np.array([row["mid_m"] for row in first.values()]),
                      np.array([row["came"] for row in first.values()]))

    def reports(self, name: str) -> list[dict[str, Any]]:
        """Give the reports of residents of one number, over or not: of each source that has it."""
        return self.store.rows("SELECT * FROM notice WHERE sort = 'report' AND id = ? ORDER BY source", name)

    def notices(self, now: int) -> list[dict[str, Any]]:
        """Give the notices that are in force or planned, the latest first; one whose time is over is over."""
        rows = self.store.rows("SELECT * FROM notice WHERE state <> 'over' AND (ends IS NULL OR ends > ?) "
                               "ORDER BY sent DESC, id", now)
        return [{**row, "shapes": json.loads(row["shapes"]), "is_flood": bool(row["is_flood"]),
                 "state": "planned" if row["begins"] is not None and row["begins"] > now else "active"}
                for row in rows]


def keep_forecasts(tx: sqlite3.Connection, forecasts: Iterable[Forecast]) -> None:
    """Keep forecasts: an issue that is there stays as it came."""
    tx.executemany("INSERT OR IGNORE INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   [(one.source, one.series, one.issued, one.at, one.low_m, one.mid_m, one.high_m, one.received,
                     one.raw) for one in forecasts])


def keep_notices(tx: sqlite3.Connection, taken: Taken, at: int) -> None:
    """Keep notices: a later one takes the place of an earlier, and what a whole publication lacks is over."""
    source = taken.about.source
    for one in taken.notices:
        tx.execute(
            "INSERT INTO notice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, id) DO UPDATE "
            "SET sort = excluded.sort, state = excluded.state, begins = excluded.begins, ends = excluded.ends, "
            "text = excluded.text, street = excluded.street, asset = excluded.asset, shapes = excluded.shapes, "
            "is_flood = excluded.is_flood, sent = excluded.sent, received = excluded.received, raw = excluded.raw "
            "WHERE excluded.sent >= sent",
            (source, one.id, one.sort, one.state, one.begins, one.ends, one.text, one.street, one.asset,
             json.dumps(one.shapes), int(one.is_flood), one.sent, one.received, one.raw))
    for name in taken.ended:
        tx.execute("UPDATE notice SET state = 'over', ends = coalesce(ends, ?) WHERE source = ? AND id = ?",
                   (at, source, name))
    if taken.is_whole:
        there = {row[0] for row in tx.execute("SELECT id FROM notice WHERE source = ? AND state <> 'over'", (source,))}
        for name in there - {one.id for one in taken.notices}:
            tx.execute("UPDATE notice SET state = 'over', ends = coalesce(ends, ?) WHERE source = ? AND id = ?",
                       (at, source, name))
