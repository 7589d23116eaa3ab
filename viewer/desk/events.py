"""Events to browsers: a stream that goes on where it was cut (Last-Event-ID), fed by the table."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncIterator
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from viewer.desk.store import Store

#: A browser tries again after this [ms]. A sign of life every so often keeps proxies from hanging up and tells a line
#: that is quiet from one that is dead: pages wait for it (``SILENT_MS`` in ``viewer/page/desk/net.js``) [s].
RETRY_MS, PING_S = 2000, 15.0
#: Events sent at once.
BATCH = 200
#: Events kept as text for all readers.
KEPT = 2000


class _Tail:
    """The last events as they are sent, read from the table once for all readers.

    Fifty readers that each ask the table make the page's own question wait: every query lets the thread that takes
    observations in go first.
    """

    def __init__(self, last: int) -> None:
        self._lock, self._is_new = Lock(), True
        #: All events after this one are in it.
        self._from = last
        self._ids: list[int] = []
        self._texts: list[str] = []

    def mark(self) -> None:
        """Take that there is more in the table."""
        self._is_new = True

    def after(self, store: Store, number: int) -> list[tuple[int, str]] | None:
        """Give the events after one, at most ``BATCH``; None where they are older than what is kept."""
        with self._lock:
            while self._is_new:
                self._is_new = False
                last = self._ids[-1] if self._ids else self._from
                rows = store.rows("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", last, KEPT)
                self._is_new |= len(rows) == KEPT
                self._ids += [int(row["id"]) for row in rows]
                self._texts += [said(row) for row in rows]
                if len(self._ids) > KEPT:
                    self._from = self._ids[-KEPT - 1]
                    del self._ids[:-KEPT], self._texts[:-KEPT]
            if number < self._from:
                return None
            place = bisect_right(self._ids, number)
            return list(zip(self._ids[place:place + BATCH], self._texts[place:place + BATCH], strict=True))


_tails: WeakKeyDictionary[Store, _Tail] = WeakKeyDictionary()


def _tail_of(store: Store) -> _Tail:
    tail = _tails.get(store)
    if tail is None:
        tail = _Tail(int(store.rows("SELECT coalesce(max(id), 0) AS last FROM event")[0]["last"]))
        _tails[store] = tail
        store.listen(tail.mark)
    return tail


async def stream(store: Store, after: int | None, stop: asyncio.Event, *, ping_s: float = PING_S) -> AsyncIterator[str]:
    """Give the text of a stream of server-sent events.

    Parameters
    ----------
    store
        The desk's tables.
    after
        Number of the last event that the browser has; None for one that only wants what comes.
    stop
        Set when the desk closes: the stream then ends by itself.
    ping_s
        Seconds of quiet after which a sign of life goes out.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    # It hears of a change before the reader does, whom it then has it ready for.
    tail = _tail_of(store)
    unlisten = store.listen(wake)
    try:
        bounds = store.rows("SELECT coalesce(min(id), 0) AS first, coalesce(max(id), 0) AS last FROM event")[0]
        yield f"retry: {RETRY_MS}\n\n"
        if after is None or after > bounds["last"]:
            after = int(bounds["last"])
        elif after < bounds["first"] - 1:
            # What lies between is gone: the page takes a new picture.
            after = int(bounds["last"])
            yield f"id: {after}\nevent: reset\ndata: {{}}\n\n"
        yield f"id: {after}\nevent: hello\ndata: {{}}\n\n"
        while not stop.is_set():
            changed.clear()
            found = tail.after(store, after)
            if found is None:
                rows = store.rows("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", after, BATCH)
                found = [(int(row["id"]), said(row)) for row in rows]
            for number, text in found:
                after = number
                yield text
            if len(found) == BATCH:
                continue
            if not changed.is_set() and not await _waited(changed, stop, ping_s):
                yield "event: ping\ndata: {}\n\n"
    finally:
        unlisten()


async def _waited(changed: asyncio.Event, stop: asyncio.Event, seconds: float) -> bool:
    """Wait for a change or the end; tell whether one came before the time was over."""
    waits = [asyncio.ensure_future(changed.wait()), asyncio.ensure_future(stop.wait())]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
    return bool(done)


def said(row: dict[str, Any]) -> str:
    """Give one event as the stream says it."""
    data = {"at": row["at"], "who": row["who"], "what": row["what"], "body": json.loads(row["body"])}
    return f"id: {row['id']}\nevent: {row['what']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
