"""The bench: a process beside the desk's own, for what needs libraries that an idle desk should not hold in memory.

It reads cities and runs, draws maps, computes what a variant comes to, ranks, compares and writes files. It is started
by the first question, keeps the last runs open so that the next edit is answered at once, and is ended when nobody has
asked for a while, or when the desk ends, however that comes. What it gives are the same values as in one process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic
from typing import Any, Protocol

from twin.errors import TwinError
from viewer.desk.memory import give_back

#: It is ended when nobody has asked for so long [s]: soon, but after an edit not within the half hour in which the next
#: one may come and wants its answer at once.
REST_S, EDIT_S = 60.0, 1800.0
_EDITS = ("ready", "outcome")
#: Told how far an answer is; what it raises ends the question.
Tell = Callable[[Any], None]


class Bench(Protocol):
    """What answers questions of ``viewer.desk.bench_work.QUESTIONS``."""

    def ask(self, question: str, /, *values: Any, tell: Tell | None = None) -> Any:
        """Give an answer; what the work raises is raised here."""

    def another(self) -> Bench:
        """Give one more, for work of minutes that nobody should wait behind; who asks for it closes it."""

    def warm(self, *place: Any) -> None:
        """Have a run open for the edit to come; it is not waited for."""

    def rest(self, *, at_once: bool = False) -> None:
        """End its process where nobody has asked for a while, or nobody asks now."""

    def close(self) -> None:
        """End it."""


class BenchEnded(TwinError):  # noqa: N818 - it did
    """The process went in the middle of a question: killed, or out of memory."""


class Beside:
    """A bench in a process of its own; safe for several threads, one question at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._until = 0.0

    @property
    def pid(self) -> int | None:
        """Its process; None where none runs."""
        return None if self._process is None else self._process.pid

    def ask(self, question: str, /, *values: Any, tell: Tell | None = None) -> Any:
        """Give an answer.

        Raises
        ------
        BenchEnded
            Its process went meanwhile; the next question starts another.
        """
        with self._lock:
            line, is_over = self._started(), False
            try:
                line.send((question, values, tell is not None))
                while True:
                    sort, value = line.recv()
                    if sort != "tell":
                        is_over = True
                        break
                    assert tell is not None
                    tell(value)
            except (EOFError, OSError):
                raise BenchEnded("what computes beside the desk has ended; asked again, it is started anew") from None
            finally:
                self._until = max(self._until, monotonic() + (EDIT_S if question in _EDITS else REST_S))
                if not is_over:  # it went, or whoever listens wants no more
                    self._end()
        if sort == "raised":
            raise value
        return value

    def another(self) -> Beside:
        """Give one more."""
        return Beside()

    def warm(self, *place: Any) -> None:
        """Have a run open for the edit to come; it is not waited for."""
        def work() -> None:
            with suppress(TwinError):  # who asks for the outcome is told
                self.ask("ready", *place)

        Thread(target=work, name="bench", daemon=True).start()

    def rest(self, *, at_once: bool = False) -> None:
        """End its process where nobody has asked for a while, or nobody asks now; one that answers is left alone."""
        if self._process is not None and (at_once or monotonic() >= self._until) and self._lock.acquire(blocking=False):
            try:
                self._until = 0.0
                self._end()
                give_back()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End it, in the middle of an answer too."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _started(self) -> Connection:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._line is None:
            mine, theirs = socket.socketpair()
            with theirs:
                # Our own interpreter and a fixed module; what it prints by mistake is no answer.
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "viewer.desk.bench_work", str(theirs.fileno())], pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, env=dict(os.environ))
            self._line = Connection(mine.detach())
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None
