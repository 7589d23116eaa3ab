"""Feeds at work: each source that is asked in a thread of its own, each broker listened to, until the end is asked for.

When each is asked next stands in the store: a process that starts again does not ask sooner. A source that fails, or
whose reader does, harms no other; what it said is seen at the desk.
"""

from __future__ import annotations

import copy
import os
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event
from typing import Any

from geodata.feeds.asking import AskFailed, ask, wait_s
from geodata.feeds.broker import Listener, Message, Told
from geodata.feeds.pulling import Ask, Round, pulled
from geodata.feeds.readers import about_of, read
from geodata.feeds.schema import ObserveSpec, SourceSpec, Way
from geodata.feeds.taken import Taken
from geodata.observations.normal import Refused, Why
from twin.errors import InputError
from viewer.desk.sources import Sources
from viewer.desk.watch import Watch

#: Who asks and listens for a folder holds this; two would ask twice, and throw each other out at brokers.
OBSERVING, OBSERVED_ALREADY = "observe.lock", "a folder that another `twin observe` or `twin serve` feeds"
#: The clock is looked at this often while a source waits [s]: it may be set.
_LOOK_S = 5.0


class Feeding:
    """The feeds of one configuration."""

    def __init__(self, spec: ObserveSpec, sources: Sources, *, asks: Ask = ask,
                 chance: Callable[[], float] = random.random) -> None:
        self.spec, self.sources, self._ask, self._chance = spec, sources, asks, chance
        self._stop = Event()
        self._troubled: dict[str, str] = {}
        self._secrets = {name: secrets_of(name, one) for name, one in spec.sources.items()}
        sources.specs.update(spec.sources)
        for name, one in spec.sources.items():
            sources.book.enter(name, way=one.way.value, sort=one.type.value, pace_s=one.pace_s)
        self._listeners = {name: Listener(one, self._told(name, one), password=self._secrets[name].get("password"))
                           for name, one in spec.sources.items() if one.way == Way.BROKER}
        self._watches = [Watch(f"feed {name}", partial(self._look, name), partial(self._wait_s, name), at_once=True)
                         for name, one in spec.sources.items() if one.way == Way.ASKED]

    def start(self) -> None:
        """Ask and listen from now on."""
        for listener in self._listeners.values():
            listener.start()
        for watch in self._watches:
            watch.start()

    def close(self) -> None:
        """Ask and listen no more."""
        self._stop.set()
        for watch in self._watches:
            watch.stop()
        for listener in self._listeners.values():
            listener.close()
        for watch in self._watches:
            watch.close()

    def once(self, name: str) -> bool:
        """Ask a source once; tell whether it answered. Whatever happens is written down."""
        spec, book, now = self.spec.sources[name], self.sources.book, self.sources.now()
        at = int(now.timestamp())
        headers = {key: value for key, value in self._secrets[name].items() if key != "password"}
        try:
            one = Round(name=name, spec=spec, memory=copy.deepcopy(book.memory(name)), now=now,
                        known=self.sources.known, ask=self._ask, headers=headers, rest=self._stop.wait,
                        place=self._placed)
            for body, taken in pulled(one):
                self.sources.keep([(body, taken)], sort=spec.type.value, memory=(name, one.memory))
            self.sources.keep([], sort=spec.type.value, memory=(name, one.memory))
            book.answered(name, at=at, next_at=at + wait_s(spec.every_s, 0, self._chance()))
        except AskFailed as error:
            self._failed(name, error.sort, error.said, error.retry_after_s)
            return False
        except (sqlite3.Error, OSError) as error:
            self._failed(name, "disk", str(error))
            return False
        except Exception as error:  # one source's fault is no other's end
            self._failed(name, "ours", f"{type(error).__name__}: {error}")
            return False
        self._troubled.pop(name, None)
        return True

    def _placed(self, about: Any, spec: SourceSpec) -> Any:
        places = self.sources.places
        return about if places is None else places.told(about, spec)

    def _failed(self, name: str, sort: str, said: str, retry_after_s: int | None = None) -> None:
        spec, at = self.spec.sources[name], int(self.sources.now().timestamp())
        try:
            failures = self.sources.book.failures_of(name) + 1
            next_at = at + wait_s(spec.every_s, failures, self._chance(), retry_after_s)
            self.sources.book.failed(name, at=at, next_at=next_at, sort=sort, said=said)
        except sqlite3.Error as error:
            # The disk itself is full: it is said by the alarm of the source, whose newest datum grows old.
            self._troubled[name] = str(error)

    def _look(self, name: str) -> None:
        if self._due(name):
            self.once(name)

    def _wait_s(self, name: str) -> float:
        return _LOOK_S if name in self._troubled else min(_LOOK_S, 1.0)

    def _due(self, name: str) -> bool:
        """Tell whether a source is to be asked now; one that waits longer than it can has had its clock set back."""
        try:
            next_at = self.sources.book.next_of(name)
        except sqlite3.Error:
            return False
        now = int(self.sources.now().timestamp())
        return next_at is None or next_at <= now or next_at - now > 2 * 86_400

    def _told(self, name: str, spec: SourceSpec) -> Told:
        book = self.sources.book

        def keep(messages: Sequence[Message]) -> None:
            came = []
            for message in messages:
                about = self._placed(about_of(name, spec, known=self.sources.known, received=self.sources.now(),
                                              topic=message.topic), spec)
                came.append((message.body, read(spec, message.body, about)))
            self.sources.keep(came, sort=spec.type.value)

        def epoch() -> int:
            return int(self.sources.now().timestamp())

        def connected() -> None:
            try:
                book.answered(name, at=epoch(), next_at=None)
            except sqlite3.Error as error:  # what is raised here would end the client's own thread
                self._troubled[name] = str(error)

        def missed(n: int, said: str) -> None:
            taken = Taken.of(b"", about_of(name, spec, known=self.sources.known, received=self.sources.now()))
            for _ in range(n):
                taken.refuse(Refused(source=name, reason=said, why=Why.GAP))
            try:
                self.sources.keep([(b"", taken)], sort=spec.type.value)
            except sqlite3.Error as error:
                self._troubled[name] = str(error)

        def lost(sort: str, said: str) -> None:
            try:
                book.failed(name, at=epoch(), next_at=None, sort=sort, said=said)
            except sqlite3.Error as error:
                self._troubled[name] = str(error)

        return Told(keep=keep, connected=connected, lost=lost, missed=missed)


def secrets_of(name: str, spec: SourceSpec, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give the headers and the password of a source, from the environment.

    Raises
    ------
    InputError
        A variable that is not set.
    """
    wanted = {**spec.headers_env, **({"password": spec.password_env} if spec.password_env else {})}
    for key, variable in wanted.items():
        if variable not in env:
            raise InputError(field=f"sources.{name}", found=f"no variable {variable} in the environment",
                             expected=f"it holds the {key}", remedy=f"Set it before: export {variable}=…")
    return {key: env[variable] for key, variable in wanted.items()}
