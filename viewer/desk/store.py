"""The desk's table of events and of what people did, in SQLite.

Write-ahead log; what a person did is on the disk before the answer goes out (``synchronous=FULL``), what machines send
may lose its last seconds with the power (``NORMAL``) and is never corrupt. Every writer takes the lock at once
(``BEGIN IMMEDIATE``): a deferred one fails at its first write, whatever time it was given.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from twin.errors import InputError

#: Events kept for a browser that comes back; a journal's line is kept for ever.
KEPT_EVENTS = 20_000
#: Progress of runs is kept for this long [s].
PROGRESS_S = 3600
#: Version of the tables, in the file's header.
VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,
  what TEXT NOT NULL, body TEXT NOT NULL, is_journal INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS session (hash TEXT PRIMARY KEY, name TEXT NOT NULL, duty TEXT NOT NULL, role TEXT NOT NULL,
  made INTEGER NOT NULL, seen INTEGER NOT NULL, ended INTEGER);
CREATE TABLE IF NOT EXISTS alarm (key TEXT PRIMARY KEY, body TEXT NOT NULL, since INTEGER NOT NULL, ended INTEGER,
  ack_by TEXT, ack_at INTEGER, shelved_until INTEGER, shelved_by TEXT);
CREATE TABLE IF NOT EXISTS approval (id INTEGER PRIMARY KEY, run TEXT NOT NULL, by TEXT NOT NULL, duty TEXT NOT NULL,
  at INTEGER NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fact (id INTEGER PRIMARY KEY, asset TEXT NOT NULL, state TEXT NOT NULL,
  seen_at INTEGER NOT NULL, told_at INTEGER NOT NULL, caller TEXT NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL,
  renew_s INTEGER NOT NULL, ended INTEGER, ended_by TEXT);
CREATE TABLE IF NOT EXISTS act (key TEXT PRIMARY KEY, state TEXT NOT NULL, crew TEXT NOT NULL, by TEXT NOT NULL,
  at INTEGER NOT NULL, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS cost (key TEXT PRIMARY KEY, cost REAL NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS draft (id TEXT PRIMARY KEY, name TEXT NOT NULL, base TEXT NOT NULL, made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL, version INTEGER NOT NULL, changed_by TEXT NOT NULL, lines TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS draft_before (draft TEXT NOT NULL, version INTEGER NOT NULL, lines TEXT NOT NULL,
  PRIMARY KEY (draft, version));
CREATE TABLE IF NOT EXISTS report (id TEXT PRIMARY KEY, sort TEXT NOT NULL, run TEXT NOT NULL, number INTEGER NOT NULL,
  name TEXT NOT NULL, status TEXT NOT NULL, is_approved INTEGER NOT NULL, lang TEXT NOT NULL, street TEXT NOT NULL,
  moment INTEGER, at INTEGER NOT NULL, by TEXT NOT NULL, released_by TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, sort TEXT NOT NULL, pace_s INTEGER NOT NULL, newest INTEGER,
  received INTEGER, accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, last_reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS observation (source TEXT NOT NULL, series TEXT NOT NULL, observed INTEGER NOT NULL,
  what TEXT NOT NULL, value REAL NOT NULL, unit TEXT NOT NULL, received INTEGER NOT NULL, quality TEXT NOT NULL,
  raw TEXT NOT NULL, PRIMARY KEY (source, series, what, observed)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS observation_series ON observation (series, what, observed);
CREATE TABLE IF NOT EXISTS raw (digest TEXT PRIMARY KEY, source TEXT NOT NULL, received INTEGER NOT NULL,
  body BLOB NOT NULL) WITHOUT ROWID;
"""


class Store:
    """The tables of one desk, and who is told when an event comes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock()
        self._listeners: list[Callable[[], None]] = []
        self._writer = self._opened()
        found = int(self._writer.execute("PRAGMA user_version").fetchone()[0])
        if found not in (0, VERSION):
            raise InputError(file=str(file), found=f"tables of version {found}", expected=f"version {VERSION}",
                             remedy="Give the desk a folder of its own, or the program that wrote this one.")
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.executescript(f"{_TABLES} PRAGMA user_version={VERSION};")
        # Who asks does not wait for what machines send to be written: with a log ahead (WAL) both go on.
        self._reading, self._reader = Lock(), self._opened()
        #: Changes as others write, ourselves on the other line included.
        self._version = 0

    def _opened(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False, timeout=10)
        made.row_factory = sqlite3.Row
        return made

    @contextmanager
    def act(self) -> Iterator[sqlite3.Connection]:
        """Write what a person did: it is on the disk when the block ends."""
        with self._writing("FULL") as tx:
            yield tx

    @contextmanager
    def note(self) -> Iterator[sqlite3.Connection]:
        """Write what a machine sent."""
        with self._writing("NORMAL") as tx:
            yield tx

    @contextmanager
    def _writing(self, how: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._writer.execute(f"PRAGMA synchronous={how}")
            self._writer.execute("BEGIN IMMEDIATE")
            before = self._writer.total_changes
            try:
                yield self._writer
            except BaseException:
                # A full disk has SQLite roll back by itself.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            changed = self._writer.total_changes > before
        if changed:
            for listener in list(self._listeners):
                listener()

    def add_tables(self, tables: str) -> None:
        """Make tables where there are none yet."""
        with self._lock:
            self._writer.executescript(tables)

    def rows(self, question: str, *values: Any) -> list[dict[str, Any]]:
        """Give the rows that a question finds; no transaction stays open."""
        with self._reading:
            return [dict(row) for row in self._reader.execute(question, values)]

    def row(self, question: str, *values: Any) -> dict[str, Any] | None:
        """Give the first row that a question finds."""
        found = self.rows(question, *values)
        return found[0] if found else None

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Tell somebody of every change; give what ends it."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told)

    def heed(self) -> bool:
        """Tell those who listen that somebody else wrote, as `twin observe` does beside the desk; tell whether so."""
        with self._reading:
            version = int(self._reader.execute("PRAGMA data_version").fetchone()[0])
        if version == self._version:
            return False
        self._version = version
        for listener in list(self._listeners):
            listener()
        return True

    def tidy(self, now: int) -> int:
        """Drop what nobody waits for, give the log's room back, and tell how many events went.

        Lines of the main courante stay for ever, and so do alarms, facts, acts, approvals, variants and reports, which
        have tables of their own. Progress of runs goes after ``PROGRESS_S``; other events as soon as ``KEPT_EVENTS``
        newer ones are there: a browser that was away for longer takes a new picture.

        Parameters
        ----------
        now
            Time at the desk [s since 1970].
        """
        with self.note() as tx:
            gone = tx.execute(
                "DELETE FROM event WHERE is_journal = 0 AND ((what = 'progress' AND at < ?) "
                "OR id < (SELECT max(id) FROM event) - ?)", (now - PROGRESS_S, KEPT_EVENTS)).rowcount
        with self._lock, self._reading:
            self._writer.execute("PRAGMA wal_checkpoint(RESTART)")
        return gone

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._reading:
            self._reader.close()
            self._writer.close()


def publish(tx: sqlite3.Connection, *, at: int, who: str, what: str, body: dict[str, Any],
            journal: bool = False) -> int:
    """Add an event to the table; give its number.

    Parameters
    ----------
    tx
        What ``act`` or ``note`` gave: the event stands or falls with what it tells of.
    at
        Time at the desk [s since 1970].
    who
        Name of the person; empty for the machine.
    what
        One of ``reading``, ``alarm``, ``ack``, ``act``, ``run``, ``progress``, ``approve``, ``fact``, ``source``,
        ``draft``, ``note``, ``enter``, ``rank``,
        ``report``, ``propose``.
    body
        Plain JSON values: keys of texts and what fills them, never sentences.
    journal
        Whether the main courante keeps it.
    """
    done = tx.execute("INSERT INTO event (at, who, what, body, is_journal) VALUES (?, ?, ?, ?, ?)",
                      (at, who, what, json.dumps(body, ensure_ascii=False), int(journal)))
    return int(done.lastrowid or 0)
