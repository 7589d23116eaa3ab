"""Sources: what came in, from whom, how late; each message is kept as it came, each value once by source and time."""

from __future__ import annotations

import gzip
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from geodata.feeds.readers import about_of, read
from geodata.feeds.schema import Form, SourceSpec
from geodata.feeds.taken import MOST_ANSWER_BYTES, Taken
from geodata.observations.normal import Observation
from viewer.desk.feed_book import TABLES, TICK_S, FeedBook, keep_forecasts, keep_notices
from viewer.desk.places import Places
from viewer.desk.source_words import refusal, says
from viewer.desk.store import Store, publish
from viewer.desk.watch import Watch

#: A source is expected to send this often where nobody said otherwise [s].
PACE_S = 900
#: The inbox is looked into this often [s].
LOOK_S = 2.0
#: Words about light: what is held against what was computed.
WORDS = ("out", "lamps_dark", "lamps_lit")
#: Messages beyond this are kept packed [bytes].
_PACKED = 4096
#: What a source says of itself where nobody configured it: the twin's own form.
_OWN = SourceSpec(type=Form.OBSERVATIONS)

#: The latest word of each asset: a table of one row an asset, for a night holds millions of observations.
LATEST = "SELECT series, what, value, observed, source FROM latest WHERE observed >= ? ORDER BY series, what"


class Sources:
    """The observations of a desk."""

    def __init__(self, store: Store, known: list[str], now: Callable[[], datetime], places: Places | None = None
                 ) -> None:
        self.store, self.known, self.now, self.places = store, frozenset(known), now, places
        store.add_tables(TABLES)
        self.book = FeedBook(store)
        #: Sources that the configuration names.
        self.specs: dict[str, SourceSpec] = {}

    def take(self, body: bytes, *, source: str, sort: str, topic: str = "") -> dict[str, Any]:
        """Take a message; give how many observations it held, how many were refused, and why."""
        spec = self.specs.get(source, _OWN)
        about = about_of(source, spec, known=self.known, received=self.now(), topic=topic)
        taken = read(spec, body, about if self.places is None else self.places.told(about, spec))
        self.keep([(body, taken)], sort=sort)
        return {"accepted": len(taken.observations) + len(taken.forecasts) + len(taken.notices),
                "rejected": [one.reason for one in taken.refused]}

    def keep(self, came: list[tuple[bytes, Taken]], *, sort: str, memory: tuple[str, dict[str, Any]] | None = None
             ) -> None:
        """Keep messages with what they held, all or none; with them what is remembered of a source that is asked."""
        at = int(self.now().timestamp())
        with self.store.note() as tx:
            tallies: dict[str, _Tally] = {}
            for body, taken in came:
                self._keep(tx, body, taken, at, tallies)
            for name, tally in sorted(tallies.items()):
                self._tell(tx, name, tally, sort, at)
            if memory is not None:
                self.book.remember(tx, *memory)

    def _keep(self, tx: Any, body: bytes, taken: Taken, at: int, tallies: dict[str, _Tally]) -> None:
        """Keep one message with what it held, and add it to what its sources sent."""
        name = taken.about.source
        if not taken.is_empty or taken.counts:
            tx.execute("INSERT OR IGNORE INTO raw VALUES (?, ?, ?, ?)", (taken.raw, name, at, packed(body)))
        for one in taken.observations:
            tally = tallies.setdefault(one.source, _Tally())
            tally.accepted += 1
            tally.newest = max(one.observed, tally.newest or one.observed)
            if self._put(tx, one) and one.what == "level":
                last = tally.readings.get(one.series)
                tally.readings[one.series] = one if last is None or one.observed >= last.observed else last
        keep_forecasts(tx, taken.forecasts)
        keep_notices(tx, taken, at)
        if taken.forecasts or taken.notices:
            tally = tallies.setdefault(name, _Tally())
            tally.accepted += len(taken.forecasts) + len(taken.notices)
            tally.newest = max(one for one in (tally.newest, taken.newest) if one is not None)
        for (source, _), n in taken.counts.items():
            tallies.setdefault(source, _Tally()).rejected += n
        for refused in taken.refused:
            tallies[refused.source].reason = refused.reason
        self.book.count(tx, taken, at)

    @staticmethod
    def _tell(tx: Any, name: str, tally: _Tally, sort: str, at: int) -> None:
        """Write down what a source sent, and tell of it once: of many readings of one gauge of the newest."""
        tx.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "newest = max(coalesce(newest, excluded.newest), coalesce(excluded.newest, newest)), "
            "received = excluded.received, accepted = accepted + excluded.accepted, "
            "rejected = rejected + excluded.rejected, "
            "last_reason = CASE WHEN excluded.rejected THEN excluded.last_reason ELSE last_reason END",
            (name, sort, PACE_S, tally.newest, at, tally.accepted, tally.rejected, tally.reason))
        publish(tx, at=at, who="", what="source", body={
            "source": name, "accepted": tally.accepted, "rejected": tally.rejected})
        for one in tally.readings.values():
            publish(tx, at=at, who="", what="reading", body={
                "source": one.source, "series": one.series, "value": one.value, "observed": one.observed})

    @staticmethod
    def _put(tx: Any, one: Observation) -> bool:
        """Keep a value; a corrected one replaces what was there. Tell whether anything changed."""
        done = tx.execute(
            "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, series, what, observed) "
            "DO UPDATE SET value = excluded.value, unit = excluded.unit, received = excluded.received, "
            "quality = excluded.quality, raw = excluded.raw WHERE value <> excluded.value",
            (one.source, one.series, one.observed, one.what, one.value, one.unit, one.received, one.quality, one.raw))
        if not done.rowcount:
            return False
        tx.execute("INSERT OR IGNORE INTO tick VALUES (?, ?)", (one.source, one.observed // TICK_S))
        if one.what in WORDS:
            tx.execute("INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (series, what) DO UPDATE SET "
                       "observed = excluded.observed, value = excluded.value, source = excluded.source "
                       "WHERE excluded.observed >= observed",
                       (one.series, one.what, one.observed, one.value, one.source))
        return True

    def listed(self, now: int) -> list[dict[str, Any]]:
        """Give every source with its newest datum, how late it is, what was refused, and its last day by the hour.

        ``state`` is that of ``state_of``, ``late`` whether something is wrong with it, ``says`` all that in words.
        """
        told = []
        for row in self.store.rows("SELECT * FROM source ORDER BY name"):
            begin = now - 86_400
            ticks = self.store.rows("SELECT tick FROM tick WHERE source = ? AND tick >= ? AND tick <= ? ORDER BY tick",
                                    row["name"], -(-begin // TICK_S), now // TICK_S)
            row |= self.book.of(row["name"])
            state = state_of(row, now)
            row |= {"state": state, "late": state in ("late", "unanswered"), "ticks": [
                (tick["tick"] * TICK_S - begin) // TICK_S for tick in ticks]}
            told.append({**row, "says": {lang: says(lang, row, now) for lang in ("fr", "en")},
                         "refusal": {lang: refusal(lang, row["last_reason"]) for lang in ("fr", "en")}})
        return told

    def levels(self, gauge: str, since: int) -> list[dict[str, Any]]:
        """Give the readings of a gauge, in order of time; of several sources the first by name at each time."""
        return self.store.rows(
            "SELECT observed, value, source, received FROM observation WHERE series = ? AND what = 'level' AND "
            "observed >= ? GROUP BY observed HAVING source = min(source) ORDER BY observed", gauge, since)

    def states(self, since: int) -> list[dict[str, Any]]:
        """Give the latest fresh word of each asset: out, dark or lit lamps. Silence, doors and currents are none."""
        return self.store.rows(LATEST, since)


@dataclass(slots=True)
class _Tally:
    """What one source sent within one batch."""

    accepted: int = 0
    rejected: int = 0
    newest: int | None = None
    reason: str = ""
    readings: dict[str, Observation] = field(default_factory=dict)


def state_of(row: dict[str, Any], now: int) -> str:
    """Give how a source stands: ``fresh``, ``late``, ``listening`` (speaks when something happens) or ``unanswered``.

    Late is a newest datum older than twice the pace, whatever the service answers. One that speaks only when something
    happens is never late; it is unanswered where it never answered, or failed three times.
    """
    if row["failures"] > 2 or (row["failures"] and row["answered"] is None):
        return "unanswered"
    if not row["pace_s"]:
        return "listening"
    return "late" if row["newest"] is None or now - row["newest"] > 2 * row["pace_s"] else "fresh"


def packed(body: bytes) -> bytes:
    """Give a message as it is kept: large ones packed; ``unpacked`` gives it back."""
    return gzip.compress(body, 6, mtime=0) if len(body) > _PACKED else body


def unpacked(kept: bytes, digest: str) -> bytes:
    """Give a message that was kept, as it came."""
    return kept if sha256(kept).hexdigest() == digest else gzip.decompress(kept)


class Inbox:
    """A folder whose files are taken one by one; what was taken is moved to ``done``, what was not to ``refused``."""

    def __init__(self, folder: Path, sources: Sources) -> None:
        self.folder, self.sources = folder, sources
        for name in ("", "done", "refused"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        # A file that somebody took away, or a disk that is full: looked at again.
        self._watch = Watch("inbox", self.look, lambda: LOOK_S, passes=(OSError, sqlite3.Error))

    def start(self) -> None:
        """Look into the folder from now on."""
        self._watch.start()

    def close(self) -> None:
        """Look no more."""
        self._watch.close()

    def look(self) -> int:
        """Take every file that is whole; give how many there were. One is whole when its name ends in ``.json``."""
        files = sorted(path for path in self.folder.glob("*.json") if path.is_file() and not path.is_symlink())
        for path in files:
            took = self._taken(path)
            where = "done" if took["accepted"] or not took["rejected"] else "refused"
            # A name may come twice: the later file stands beside the earlier.
            place = self.folder / where / f"{path.stem}.{secrets.token_hex(3)}.json"
            if took["rejected"]:
                place.with_suffix(".why.txt").write_text("\n".join(took["rejected"]) + "\n", encoding="utf-8")
            path.replace(place)
        return len(files)

    def _taken(self, path: Path) -> dict[str, Any]:
        """Take one file; one that is too large, or over which the desk fails, is put away and costs no other.

        Raises
        ------
        OSError, sqlite3.Error
            The disk takes no more: the file stays.
        """
        size = path.stat().st_size
        if size > MOST_ANSWER_BYTES:
            return {"accepted": 0, "rejected": [f"found {size:,} bytes; expected {MOST_ANSWER_BYTES:,} at most."]}
        try:
            return self.sources.take(path.read_bytes(), source=path.stem.split("_")[0], sort="inbox")
        except (OSError, sqlite3.Error):
            raise
        except Exception as error:
            logging.getLogger(__name__).exception("%s", path)
            return {"accepted": 0, "rejected": [f"found a file over which the desk failed ({type(error).__name__}): "
                                                f"{error}."[:400]]}


def inbox_key(file: Path) -> str:
    """Give the key that machines show when they post to the desk; made once, readable by its owner alone."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        key = secrets.token_urlsafe(24)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(key + "\n")
        return key
