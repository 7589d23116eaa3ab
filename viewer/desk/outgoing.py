"""What leaves the desk by itself, where the configuration says so: entities to a context broker, alerts, answers.

All of it is of the approved run and of what the public list lets out. How each service answers is seen with the
sources. A failure is tried again, later each time; nothing that was approved meanwhile is told out of order.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Protocol
from urllib.parse import quote

from geodata.feeds.asking import AskFailed, wait_s
from geodata.feeds.schema import ObserveSpec, OutSpec, PushSpec
from geodata.feeds.telling import tell
from twin.errors import InputError, TwinError
from viewer.desk.alert_book import AlertBook
from viewer.desk.answers_out import Answers
from viewer.desk.desk import Desk
from viewer.desk.open_data import OpenData
from viewer.desk.watch import Watch

#: What is approved is looked at this often, and a service that failed is tried again after so long at first [s].
LOOK_S, AGAIN_S = 5.0, 60
#: The names under which the services stand among the sources.
BROKER, ALERTS, ANSWERS = "out-broker", "out-alerts", "out-answers"
TABLES = """
CREATE TABLE IF NOT EXISTS told (name TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (name, key)) WITHOUT ROWID;
"""


class Tell(Protocol):
    """What tells an address: ``geodata.feeds.telling.tell``, or its stand-in."""

    def __call__(self, url: str, body: bytes, *, sort: str, method: str = "POST",
                 headers: Mapping[str, str] | None = None) -> int:
        """Tell once."""


class Outgoing:
    """What a desk gives and tells."""

    def __init__(self, desk: Desk, spec: OutSpec, *, tells: Tell = tell, chance: Callable[[], float] = random.random,
                 env: Mapping[str, str] = os.environ) -> None:
        """Make it; nothing is told before ``start``.

        Raises
        ------
        InputError
            A variable of the environment that is not set.
        """
        self.desk, self.spec, self._tell, self._chance = desk, spec, tells, chance
        self.fields = None if spec.fields is None else Path(spec.fields)
        self.open_data = OpenData(self.fields)
        self.answers = Answers(self.fields)
        self.alerts = AlertBook(desk.store)
        self._services = {name: one for name, one in ((BROKER, spec.broker), (ALERTS, spec.alerts_to),
                                                      (ANSWERS, spec.answers_to)) if one is not None}
        self._headers = {name: _headers_of(name, one, env) for name, one in self._services.items()}
        desk.store.add_tables(TABLES)
        for name in self._services:
            desk.sources.book.enter(name, way="told", sort=name.removeprefix("out-"), pace_s=0)
        #: The entities that the broker has.
        self._said = b""
        self._turn = Lock()
        # A run that is half copied, a disk that is full: looked at again.
        self._watch = Watch("outgoing", self.look, lambda: LOOK_S, passes=(TwinError, OSError, sqlite3.Error))

    def start(self) -> None:
        """Look at what is approved from now on."""
        self._watch.start()

    def close(self) -> None:
        """Tell no more."""
        self._watch.close()

    def look(self) -> None:
        """Write the alert that follows, and tell each service what it does not know yet."""
        with self._turn:
            if self.spec.alerts or ALERTS in self._services:
                self.alerts.look(self.desk, self.fields)
            for name, work in ((BROKER, self._entities), (ALERTS, self._alerts), (ANSWERS, self._answers)):
                if name in self._services and self._is_due(name):
                    self._try(name, work)

    def _is_due(self, name: str) -> bool:
        next_at, now = self.desk.sources.book.next_of(name), self.desk.clock.epoch()
        return next_at is None or next_at <= now or next_at - now > 2 * 86_400

    def _try(self, name: str, work: Callable[[PushSpec, Mapping[str, str]], bool]) -> None:
        book, now = self.desk.sources.book, self.desk.clock.epoch()
        try:
            if work(self._services[name], self._headers[name]):
                book.answered(name, at=now, next_at=None)
        except AskFailed as error:
            failures = book.failures_of(name) + 1
            book.failed(name, at=now, next_at=now + wait_s(AGAIN_S, failures, self._chance(), error.retry_after_s),
                        sort=error.sort, said=error.said)

    def _entities(self, service: PushSpec, headers: Mapping[str, str]) -> bool:
        """Tell the broker what has changed; what is no longer approved is taken out there."""
        document = self.open_data.document(self.desk, "entities.jsonld") or b"[]"
        if document is self._said:
            return False
        entities = json.loads(document)
        bodies = {one["id"]: json.dumps(one, ensure_ascii=False, sort_keys=True).encode() for one in entities}
        known = self._known(BROKER)
        digests = {name: sha256(body).hexdigest() for name, body in bodies.items()}
        changed = [name for name, digest in digests.items() if known.get(name) != digest]
        gone = sorted(set(known) - set(digests))
        base = f"{service.url.rstrip('/')}/entityOperations"
        for begin in range(0, len(changed), _BATCH):
            part = changed[begin:begin + _BATCH]
            self._tell(f"{base}/upsert", b"[" + b",".join(bodies[name] for name in part) + b"]",
                       sort="application/ld+json", headers=headers)
            self._know(BROKER, {name: digests[name] for name in part})
        for begin in range(0, len(gone), _BATCH):
            part = gone[begin:begin + _BATCH]
            self._tell(f"{base}/delete", json.dumps(part).encode(), sort="application/json", headers=headers)
            self._forget(BROKER, part)
        self._said = document
        return bool(changed or gone)

    def _alerts(self, service: PushSpec, headers: Mapping[str, str]) -> bool:
        """Tell the messages in their order; one that has expired unsaid is no longer worth saying, a Cancel is."""
        is_told = False
        while (row := self.alerts.untold()) is not None:
            now = self.desk.clock.epoch()
            if row["expires"] > now:
                self._tell(service.url, bytes(row["body"]), sort="application/cap+xml", headers=headers)
                is_told = True
            self.alerts.told(row["id"], now)
        return is_told

    def _answers(self, service: PushSpec, headers: Mapping[str, str]) -> bool:
        """Tell the answer to each report that is open, where it reads otherwise than what was told."""
        known, is_told = self._known(ANSWERS), False
        for report in self.desk.sources.book.notices(self.desk.clock.epoch()):
            if report["sort"] != "report" or not report["asset"]:
                continue
            answer = self.answers.of(self.desk, report)
            body = json.dumps(answer, ensure_ascii=False).encode()
            digest = sha256(answer["status_notes"].encode()).hexdigest()
            if known.get(report["id"]) == digest:
                continue
            self._tell(service.url.replace("{id}", quote(report["id"], safe="")), body, sort="application/json",
                       method=service.method, headers=headers)
            self._know(ANSWERS, {report["id"]: digest})
            is_told = True
        return is_told

    def _known(self, name: str) -> dict[str, str]:
        return {row["key"]: row["digest"] for row in self.desk.store.rows("SELECT key, digest FROM told WHERE name = ?",
                                                                          name)}

    def _know(self, name: str, digests: Mapping[str, str]) -> None:
        now = self.desk.clock.epoch()
        with self.desk.store.note() as tx:
            tx.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)",
                           [(name, key, digest, now) for key, digest in digests.items()])

    def _forget(self, name: str, keys: list[str]) -> None:
        with self.desk.store.note() as tx:
            tx.executemany("DELETE FROM told WHERE name = ? AND key = ?", [(name, key) for key in keys])


#: Entities of one question to a broker.
_BATCH = 200


def observe(desk: Desk, spec: ObserveSpec) -> Outgoing:
    """Ask and listen to the sources of a configuration, and let out what it says, once the desk starts.

    Raises
    ------
    InputError
        A folder that another feeds, a variable of the environment that is not set.
    """
    desk.observe(spec)
    made = desk.outgoing = Outgoing(desk, spec.out)
    return made


def outgoing_of(desk: Desk) -> Outgoing | None:
    """Give what leaves a desk; None where nothing does."""
    return desk.outgoing if isinstance(desk.outgoing, Outgoing) else None


def _headers_of(name: str, service: PushSpec, env: Mapping[str, str]) -> dict[str, str]:
    for variable in service.headers_env.values():
        if variable not in env:
            raise InputError(field=f"out.{name.removeprefix('out-')}", expected="it holds the header",
                             found=f"no variable {variable} in the environment",
                             remedy=f"Set it before: export {variable}=…")
    return {key: env[variable] for key, variable in service.headers_env.items()}


def state_of(desk: Desk) -> dict[str, Any]:
    """Give what leaves the desk, for whoever asks at it: messages sent, and why the run in force is none."""
    out = outgoing_of(desk)
    wanted = ("kind", "identifier", "sent", "expires", "at", "told", "run")
    rows = [] if out is None else [{key: row[key] for key in wanted} for row in out.alerts.listed()]
    return {"alerts": rows, "refusal": "" if out is None else out.alerts.refusal}
