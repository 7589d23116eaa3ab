"""The stream of events: it goes on where it was cut, without a gap and without a double, and ends with the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.viewer.desk.test_runs import until
from twin.errors import InputError
from viewer.desk import store as stores
from viewer.desk.desk import Desk
from viewer.desk.events import stream
from viewer.desk.store import KEPT_EVENTS, Store, publish


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "desk.sqlite")


def told(store: Store, n: int, *, who: str = "") -> None:
    for i in range(n):
        with store.note() as tx:
            publish(tx, at=i, who=who, what="note", body={"text": f"{i}"})


async def taken(store: Store, after: int | None, n: int, *, then: int = 0) -> list[str]:
    """Take ``n`` parts of a stream; ``then`` events come while it waits."""
    stop, parts = asyncio.Event(), []
    source = stream(store, after, stop, ping_s=0.05)
    async for part in source:
        parts.append(part)
        if part.startswith("id") and "hello" in part and then:
            told(store, then)
        if len(parts) >= n:
            stop.set()
    return parts


def ids(parts: list[str]) -> list[int]:
    return [int(found[1]) for part in parts if (found := re.match(r"id: (\d+)\nevent: note", part))]


def test_a_browser_that_comes_back_misses_nothing_and_hears_nothing_twice(store: Store) -> None:
    told(store, 80)
    assert ids(asyncio.run(taken(store, 75, 7))) == [76, 77, 78, 79, 80]
    assert ids(asyncio.run(taken(store, 80, 5, then=3))) == [81, 82, 83]


def test_who_asks_for_nothing_hears_what_comes(store: Store) -> None:
    told(store, 5)
    assert ids(asyncio.run(taken(store, None, 4, then=2))) == [6, 7]


def test_a_number_that_is_gone_asks_for_a_new_picture(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "KEPT_EVENTS", 10)
    told(store, 50)
    store.tidy(0)
    parts = asyncio.run(taken(store, 5, 3))
    assert any("event: reset" in part for part in parts)
    assert ids(parts) == []


def test_quiet_is_no_silence(store: Store) -> None:
    assert "event: ping\ndata: {}\n\n" in asyncio.run(taken(store, None, 4))


def test_the_journal_is_kept_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "KEPT_EVENTS", 1)
    with store.act() as tx:
        publish(tx, at=1, who="R. Morel", what="note", body={"text": "kept"}, journal=True)
    told(store, 20)
    store.tidy(0)
    assert store.rows("SELECT count(*) AS n FROM event WHERE is_journal = 1")[0]["n"] == 1


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    def half() -> None:
        with store.act() as tx:
            publish(tx, at=1, who="", what="note", body={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert store.rows("SELECT * FROM event") == []


def test_acts_of_people_are_on_the_disk_at_once(store: Store) -> None:
    with store.act() as tx:
        assert tx.execute("PRAGMA synchronous").fetchone()[0] == 2
    with store.note() as tx:
        assert tx.execute("PRAGMA synchronous").fetchone()[0] == 1
    assert store.rows("PRAGMA journal_mode")[0]["journal_mode"] == "wal"


def test_tables_of_another_version_are_refused(store: Store, tmp_path: Path) -> None:
    with store.note() as tx:
        tx.execute("PRAGMA user_version=99")
    store.close()
    with pytest.raises(InputError, match="version 99"):
        Store(tmp_path / "desk.sqlite")


def test_progress_goes_and_what_people_did_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.sqlite")
    with store.note() as tx:
        for at in (0, 100, 8000):
            publish(tx, at=at, who="", what="progress", body={"run": "a"})
        for k in range(50):
            publish(tx, at=k, who="R. Morel", what="ack", journal=True, body={"n": k})
            publish(tx, at=k, who="", what="reading", body={"n": k})
    assert store.tidy(8200) == 2, "progress that is older than an hour, and nothing else"
    with store.note() as tx:
        tx.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'event'", (KEPT_EVENTS,))
        publish(tx, at=8300, who="", what="reading", body={})
    assert store.tidy(8300) == 51, "what a browser no longer waits for"
    left = store.rows("SELECT what, count(*) AS n FROM event GROUP BY what ORDER BY what")
    assert left == [{"what": "ack", "n": 50}, {"what": "reading", "n": 1}]
    store.close()


def test_a_desk_tidies_by_itself(open_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr("viewer.desk.desk.TICK_S", 0.01)
    monkeypatch.setattr("viewer.desk.store.Store.tidy", lambda self, now: told.append(now))
    desk = open_desk()
    desk.start()
    until(lambda: told)
    assert told == [pytest.approx(desk.clock.epoch(), abs=60)]
