"""Runs as processes of their own: what a process is known by, how it is asked to stop, how it dies with the desk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

#: A run that was asked to stop is ended after this [s].
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A process: its number alone may be another's by now, with the time it began it cannot."""

    pid: int
    #: Ticks from the machine's start to the process's; 0 where the system does not say.
    began: int

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Give the identity of a process that runs."""
        return cls(pid, _began(pid))

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        if self.pid <= 0:
            return False
        if Path("/proc/self/stat").exists():
            return self.began != 0 and _began(self.pid) == self.began
        try:
            os.kill(self.pid, 0)
        except OSError:
            return False
        return True


def _began(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    # The name stands in brackets and may hold anything; the 20th word after it is the start.
    state, *words = text.rpartition(")")[2].split()
    return 0 if state == "Z" else int(words[18])


def started(words: Sequence[str]) -> subprocess.Popen[str]:
    """Start a command of ``twin`` in a group of its own; it ends when the pipe to it closes.

    Parameters
    ----------
    words
        What stands after ``twin``; what it says on either stream comes in one.
    """
    return subprocess.Popen(  # our own interpreter and a fixed module
        [sys.executable, "-m", "viewer.desk.child", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"})


def stop(process: subprocess.Popen[str]) -> None:
    """Ask a run and all that it began to stop; what has not after a while is ended."""
    _signal(process, signal.SIGTERM)
    timer = Timer(GRACE_S, _signal, (process, signal.SIGKILL))
    timer.daemon = True
    timer.start()


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
