"""MQTT: a message is acknowledged once it is kept, so that a killed process loses none.

At least once and kept once (values are upserted) is exactly once. The session outlives the process (``clean_session``
false): the broker keeps what comes meanwhile, as far as its queue goes; that it forgot us is counted as a gap. Messages
of quality of service 0 are not kept by anybody: what comes while nobody listens is lost.

Needs paho-mqtt 2, the extra ``live``.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from geodata.feeds.schema import SourceSpec
from twin.errors import InputError

#: Messages that are read and kept at once; messages that wait at most, beyond which those of QoS 0 are dropped.
BATCH, MOST_WAITING = 500, 20_000
#: Waits for more messages before what came is kept [s]; between two connections at least and at most [s].
_GATHER_S, _SOONEST_S, _LATEST_S = 0.05, 1, 120
#: A connection that breaks within this long [s], so many times in a row, is another program with our name.
_SHORT_S, _SHORT_TIMES = 5.0, 5


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as it came."""

    topic: str
    body: bytes
    is_retained: bool
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener reports: the calls are made in its own threads."""

    #: Keeps messages; what it raises leaves them unacknowledged.
    keep: Callable[[Sequence[Message]], None]
    connected: Callable[[], None]
    #: Why the connection broke: ``broker``, ``refused``, ``certificate``, ``twice``; and what was said.
    lost: Callable[[str, str], None]
    #: Messages that were sent and will never come: how many where it is known, and what happened.
    missed: Callable[[int, str], None]


class Listener:
    """Listens to one broker."""

    def __init__(self, spec: SourceSpec, told: Told, *, password: str | None = None) -> None:
        self._spec, self._told = spec, told
        self._waiting: SimpleQueue[Message] = SimpleQueue()
        self._stop = Event()
        self._since, self._short, self._known = 0.0, 0, False
        self._client = self._made(password)
        self._thread = Thread(target=self._keep, name="mqtt", daemon=True)

    def _made(self, password: str | None) -> Any:
        mqtt = paho()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=self._spec.client_id, clean_session=False,
                             protocol=mqtt.MQTTv311, manual_ack=True)
        if self._spec.user:
            client.username_pw_set(self._spec.user, password)
        if urlsplit(self._spec.broker or "").scheme == "mqtts":
            client.tls_set_context(ssl.create_default_context())
        client.reconnect_delay_set(_SOONEST_S, _LATEST_S)
        client.on_connect, client.on_disconnect, client.on_message = self._connected, self._lost, self._came
        client.on_subscribe = self._granted
        client.on_connect_fail = lambda *_: self._told.lost("broker", "no connection")
        return client

    def start(self) -> None:
        """Listen from now on; a broker that is not there is tried again."""
        parts = urlsplit(self._spec.broker or "")
        self._thread.start()
        self._client.connect_async(parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883),
                                   keepalive=30)
        self._client.loop_start()

    def close(self) -> None:
        """Keep what came, then listen no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, client: Any, data: Any, flags: Any, reason: Any, more: Any) -> None:
        if reason.is_failure:
            self._told.lost("refused", str(reason))
            return
        if self._known and not flags.session_present:
            self._told.missed(1, "the broker forgot this client: what came meanwhile is lost")
        self._known, self._since = True, time.monotonic()
        client.subscribe([(topic, 1) for topic in self._spec.topics])

    def _granted(self, client: Any, data: Any, mid: int, reasons: Any, more: Any) -> None:
        """Count as connected once the broker grants the topics: one may be let in and told nothing."""
        refused = [topic for topic, reason in zip(self._spec.topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self._told.lost("refused", f"no right to {', '.join(refused)}")
        else:
            self._told.connected()

    def _lost(self, client: Any, data: Any, flags: Any, reason: Any, more: Any) -> None:
        if self._stop.is_set():
            return
        self._short = self._short + 1 if time.monotonic() - self._since < _SHORT_S else 0
        self._told.lost("twice" if self._short >= _SHORT_TIMES else "broker", str(reason))

    def _came(self, client: Any, data: Any, message: Any) -> None:
        if message.qos == 0 and self._waiting.qsize() >= MOST_WAITING:
            self._told.missed(1, f"more than {MOST_WAITING:,} messages wait")
            return
        self._waiting.put(Message(message.topic, bytes(message.payload), bool(message.retain), message.mid,
                                  message.qos))

    def _keep(self) -> None:
        """Keep what waits, then acknowledge it; what could not be kept is tried again, in order."""
        while not (self._stop.is_set() and self._waiting.empty()):
            batch = self._gathered()
            while batch:
                try:
                    self._told.keep(batch)
                    break
                except Exception as error:  # whatever it is, nothing is acknowledged that is not kept
                    self._told.lost("disk", f"{type(error).__name__}: {error}"[:200])
                    if self._stop.wait(2.0):
                        return
            for one in batch:
                self._client.ack(one.mid, one.qos)

    def _gathered(self) -> list[Message]:
        batch: list[Message] = []
        try:
            batch.append(self._waiting.get(timeout=0.2))
            until = time.monotonic() + _GATHER_S
            while len(batch) < BATCH:
                batch.append(self._waiting.get(timeout=max(0.0, until - time.monotonic())))
        except Empty:
            pass
        return batch


def paho() -> Any:
    """Give the MQTT client of paho.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        from paho.mqtt import client
    except ImportError:
        raise InputError(field="broker", found="no MQTT client", expected="paho-mqtt 2 beside the twin",
                         remedy="Install the extra: pip install 'citytwin[live]'.") from None
    return client
