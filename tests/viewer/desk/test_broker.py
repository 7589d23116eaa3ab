"""A real broker: a listener that is killed again and again loses nothing; a broker that forgets is counted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from geodata.feeds.broker import Listener, Message, Told
from tests.geodata.feeds.messages import spec
from viewer.desk.store import Store

mqtt = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed")
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
ROOT = Path(__file__).parents[3]
#: Nothing here takes as long [s].
PATIENCE_S = 60


def until(done: Callable[[], Any], what: str) -> None:
    end, waits = time.monotonic() + PATIENCE_S, Event()
    while not done():
        assert time.monotonic() < end, what
        waits.wait(0.02)


class Broker:
    """A mosquitto of the test's own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                                "max_queued_messages 100000\n", encoding="utf-8")
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        until(self._answers, "mosquitto did not start")

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path)
    yield made
    made.kill()


@pytest.fixture
def publish(broker: Broker) -> Iterator[Callable[[str, bytes], None]]:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()

    def send(topic: str, body: bytes) -> None:
        client.publish(topic, body, qos=1).wait_for_publish(PATIENCE_S)

    yield send
    client.disconnect()
    client.loop_stop()


def observer(folder: Path, port: int) -> subprocess.Popen[str]:
    made = subprocess.Popen([sys.executable, "-m", "tests.viewer.desk.observer", str(folder), str(port)], cwd=ROOT,
                            env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True)
    assert made.stdout is not None
    assert "listening\n" in iter(made.stdout.readline, ""), "it ended before it listened"
    return made


def test_a_listener_that_is_killed_loses_nothing(tmp_path: Path, broker: Broker,
                                                 publish: Callable[[str, bytes], None]) -> None:
    start = datetime.now(UTC) - timedelta(hours=2)

    def send(n: int) -> None:
        publish("town/pont-neuf", json.dumps({"t": (start + timedelta(seconds=n)).isoformat(), "h": n}).encode())

    process, sent = observer(tmp_path, broker.port), 400
    for n in range(sent):
        send(n)
        if n % 100 == 50:
            # Right after a commit, before its acknowledgement, or between two: whatever it is doing.
            process.send_signal(signal.SIGKILL)
            process.communicate()
        if n % 100 == 80:
            process = observer(tmp_path, broker.port)
    store = Store(tmp_path / "desk.sqlite")
    try:
        until(lambda: store.rows("SELECT count(*) AS n FROM observation")[0]["n"] == sent, "messages are missing")
        rows = store.rows("SELECT value FROM observation ORDER BY observed")
        assert [round(row["value"] * 100) for row in rows] == list(range(sent)), "each once"
        assert store.rows("SELECT why FROM refusal") == []
    finally:
        process.communicate("", timeout=PATIENCE_S)
        store.close()


class Heard:
    """What a listener reported."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.connected = 0
        self.lost: list[str] = []
        self.missed: list[str] = []
        self.fails = 0

    def keep(self, messages: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("database or disk is full")
        self.messages += messages

    def told(self) -> Told:
        def connected() -> None:
            self.connected += 1

        return Told(keep=self.keep, connected=connected, lost=lambda sort, said: self.lost.append(sort),
                    missed=lambda n, said: self.missed.append(said))


def listener(broker: Broker, heard: Heard) -> Listener:
    return Listener(spec(type="observations", broker=f"mqtt://127.0.0.1:{broker.port}", topics=["a/#"],
                         client_id="one"), heard.told())


def test_what_cannot_be_kept_is_not_acknowledged_and_is_kept_later(broker: Broker,
                                                                  publish: Callable[[str, bytes], None]) -> None:
    heard = Heard()
    heard.fails = 1
    listens = listener(broker, heard)
    listens.start()
    until(lambda: heard.connected, "no connection")
    publish("a/b", b"1")
    until(lambda: heard.messages, "it was lost")
    listens.close()
    assert (heard.lost, [one.body for one in heard.messages], heard.messages[0].topic) == (["disk"], [b"1"], "a/b")


def test_a_broker_that_forgot_us_is_a_gap(broker: Broker) -> None:
    heard = Heard()
    listens = listener(broker, heard)
    listens.start()
    until(lambda: heard.connected == 1, "no connection")
    broker.kill()
    until(lambda: "broker" in heard.lost, "the loss was not seen")
    broker.start()
    until(lambda: heard.connected == 2, "no second connection")
    listens.close()
    assert heard.missed == ["the broker forgot this client: what came meanwhile is lost"]
