"""Events to browsers: a stream that goes on where it was cut (Last-Event-ID), fed by the table."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from viewer.desk.store import Store

#: A browser tries again after this [ms]; a comment every so often keeps proxies from hanging up [s].
RETRY_MS, PING_S = 2000, 15.0
#: Events sent at once.
BATCH = 200


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
        Seconds between comments.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

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
            for row in store.rows("SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?", after, BATCH):
                after = int(row["id"])
                yield said(row)
            if not changed.is_set() and not await _waited(changed, stop, ping_s):
                yield ": ping\n\n"
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
