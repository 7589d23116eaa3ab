"""The desk under load and under kills: nothing that was answered is lost, no reader misses or hears an event twice."""

from __future__ import annotations

import http.client
import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.desk import day, endure, growth
from benchmarks.edit import through_http
from benchmarks.kills import killed
from tests.viewer.desk.conftest import EVENING, placed
from tests.viewer.desk.test_browser import Served
from viewer.desk.answers import COOKIE
from viewer.desk.clock import DeskClock
from viewer.desk.desk import Desk
from viewer.desk.people import Standing
from viewer.desk.sources import LATEST, Sources
from viewer.desk.store import Store, publish

#: Writes facts, acknowledgements and approvals as the desk does, and says each once it is answered.
WRITER = """
import sys
from pathlib import Path
from viewer.desk.store import Store, publish
store = Store(Path(sys.argv[1]))
n = store.rows("SELECT count(*) AS n FROM fact")[0]["n"]
while True:
    n += 1
    with store.act() as tx:
        tx.execute("INSERT INTO fact (asset, state, seen_at, told_at, caller, note, by, renew_s) "
                   "VALUES (?, 'out', 0, 0, 'c', '', 'b', 1)", (f"A-{n}",))
        publish(tx, at=n, who="b", what="fact", journal=True, body={"fact": n})
    with store.note() as tx:
        publish(tx, at=n, who="", what="reading", body={})
    print(n, flush=True)
"""


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.verify)])
def test_what_was_answered_is_there_after_a_kill(tmp_path: Path, kills: int) -> None:
    chance, file = random.Random(7), tmp_path / "desk.sqlite"
    answered = 0
    for _ in range(kills):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 60)):
            answered = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        left = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        answered = max([answered, *map(int, left)])
        store = Store(file)
        facts = [row["asset"] for row in store.rows("SELECT asset FROM fact ORDER BY id")]
        assert facts[:answered] == [f"A-{n}" for n in range(1, answered + 1)]
        assert len(facts) - answered <= 1, "at most the one that was not answered yet"
        journal = [json.loads(row["body"])["fact"] for row in store.rows(
            "SELECT body FROM event WHERE is_journal = 1 ORDER BY id")]
        assert journal == list(range(1, len(facts) + 1)), "fact and line of the log stand or fall together"
        store.close()


@pytest.mark.verify
def test_a_desk_that_is_killed_a_hundred_times_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    """The desk itself, as people start it, killed while somebody reports, approves and acknowledges."""
    told = killed(tmp_path, times=100)
    assert {sort: lost for sort, (_, lost) in told.items()} == {"fact": 0, "approval": 0, "ack": 0}
    assert all(n > 0 for n, _ in told.values()), told


@pytest.fixture
def served(tmp_path: Path, town: Any) -> Iterator[Served]:
    desk = Desk(tmp_path, "valmont", town, DeskClock.set_to(EVENING))
    one = Served(desk)
    yield one
    one.close()
    desk.close()


class Reader(threading.Thread):
    """A browser on the stream, until it has heard a last event."""

    def __init__(self, served: Served, cookie: str, want: list[int]) -> None:
        super().__init__(daemon=True)
        self.served, self.cookie, self.want = served, cookie, want
        self.heard: list[int] = []
        self.ready = threading.Event()

    def run(self) -> None:
        host = self.served.address.removeprefix("http://")
        line = http.client.HTTPConnection(host, timeout=120)
        line.request("GET", "/events", headers={"cookie": self.cookie})
        stream = line.getresponse()
        assert stream.status == 200
        number, kind = 0, ""
        for raw in stream:
            text = raw.decode().strip()
            if text.startswith("id: "):
                number = int(text[4:])
            elif text.startswith("event: "):
                kind = text[7:]
                if kind == "hello":
                    self.ready.set()
                else:
                    assert kind != "reset"
                    self.heard.append(number)
                    if self.want and number >= self.want[0]:
                        break
        line.close()


@pytest.mark.parametrize(("readers", "messages", "values"), [
    (8, 12, 100), pytest.param(50, 60, 2000, marks=pytest.mark.verify)])
def test_every_reader_hears_every_event_once(served: Served, readers: int, messages: int, values: int) -> None:
    """Each message holds a second's worth of telemetry; one reading in it, which is an event of its own."""
    desk = served.desk
    cookies = [f"{COOKIE}={token}" for token, _ in (desk.people.enter(
        desk.people.key(Standing.READER), name=f"r{n}", duty="") for n in range(readers))]
    want: list[int] = []
    sat = [Reader(served, cookie, want) for cookie in cookies]
    for one in sat:
        one.start()
    assert all(one.ready.wait(60) for one in sat)
    first = int(desk.store.rows("SELECT max(id) AS n FROM event")[0]["n"])
    assets = [str(name) for name in desk.city_file.city.assets.id[:values - 1]]
    start = int(EVENING.timestamp()) - 3600
    for n in range(messages):
        at = datetime.fromtimestamp(start + n, UTC).isoformat()
        body = json.dumps([{"series": asset, "what": "out", "value": False, "observed": at} for asset in assets]
                          + [{"series": "pont-neuf", "what": "level", "value": 2 + n / 1000, "observed": at}])
        took = desk.sources.take(body.encode(), source="load", sort="inbox")
        assert took["rejected"] == []
    with desk.store.note() as tx:
        last = publish(tx, at=0, who="", what="note", body={"text": "end"})
        want.append(last)
    for one in sat:
        one.join(timeout=120)
        assert not one.is_alive()
    kept = [row["id"] for row in desk.store.rows("SELECT id FROM event WHERE id > ? ORDER BY id", first)]
    assert len(kept) == 2 * messages + 1
    for one in sat:
        assert [number for number in one.heard if number > first] == kept
    rows = desk.store.rows("SELECT count(*) AS n FROM observation")[0]["n"]
    assert rows == messages * (len(assets) + 1)


@pytest.mark.parametrize(("seconds", "readers", "rate", "scenario"), [
    pytest.param(600, 50, 2000, "ouche-q10", marks=pytest.mark.verify), (4, 3, 100, "")])
def test_a_desk_under_load_loses_and_doubles_nothing(tmp_path: Path, seconds: int, readers: int, rate: int,
                                                     scenario: str) -> None:
    """A desk in a process of its own, as it is opened. Its times are told by `python -m benchmarks.desk`."""
    told = endure(tmp_path, seconds=seconds, readers=readers, rate=rate, scenario=scenario)
    assert (told.lost, told.doubled) == (0, 0), told
    assert told.events > 0
    assert told.taken % rate == 0, "each message was taken whole"


@pytest.mark.parametrize("hours", [pytest.param(24, marks=pytest.mark.verify), 2])
def test_memory_does_not_grow_over_a_day(tmp_path: Path, hours: int) -> None:
    placed(tmp_path)
    memory = day(tmp_path, hours=hours, looks=60 if hours > 2 else 6)
    assert len(memory) == hours + 1
    assert max(memory) < 200, memory
    if hours >= 24:
        assert growth(memory, settled=4) < 0.5, memory


def test_the_latest_words_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    """Without it each look compares every observation with every other: minutes a look by the end of a night."""
    store = Store(tmp_path / "desk.sqlite")
    with store.note() as tx:
        tx.execute("INSERT INTO observation VALUES ('s', 'A-1', 100, 'out', 1, '', 100, '', '')")
        tx.execute("INSERT INTO observation VALUES ('s', 'A-1', 200, 'out', 0, '', 200, '', '')")
    sources = Sources(store, ["A-1"], lambda: datetime.now(UTC))
    assert [row["value"] for row in sources.states(0)] == [0], "a store of before is read once"
    assert [row["detail"] for row in store.rows(f"EXPLAIN QUERY PLAN {LATEST}", 0)] == ["SCAN latest"]
    store.close()


def test_edits_through_http_reach_their_street_and_are_timed(tmp_path: Path) -> None:
    told = through_http(2_000, tmp_path)
    assert told, "cabinets in water, each raised and cut"
    # A cabinet, its circuit and its hundred lamps.
    assert all(one["reached"] >= 102 for one in told)
    assert all(0 < one["computed_s"] < one["all_s"] and 0 < one["kept_s"] < one["all_s"] for one in told)
