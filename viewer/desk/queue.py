"""The queue: runs one after the other, each a process of its own, with progress and stop; they end with the desk."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any

from twin.errors import InputError, TwinError
from twin.explaining.words import speech
from twin.world.kinds import LANGUAGES
from viewer.desk import runs as states
from viewer.desk.processes import Identity, started, stop
from viewer.desk.requests import Request
from viewer.desk.runs import RunEntry, Runs
from viewer.desk.store import Store, publish

#: Requests that wait at most; more are refused, with what to do.
MOST_WAITING = 50
#: Lines kept of what a run says beside its progress: its complaint, should it fail.
KEPT_LINES = 400
#: Letters of a complaint that are kept: a refusal is read whole.
LONGEST_ERROR = 20_000
#: A line of progress is passed on this often [s].
EVERY_S = 0.25


@dataclass(slots=True)
class _Going:
    process: subprocess.Popen[str]
    #: Who asked it to stop; empty while nobody did.
    stopped_by: str = ""
    #: Its last progress: stage, doing, done, of, seconds_left.
    progress: dict[str, Any] = field(default_factory=dict)
    #: The parts of the refusal that the command ended with.
    refused: dict[str, Any] = field(default_factory=dict)


class Queue:
    """Runs what is asked for, ``workers`` at once."""

    def __init__(self, index: Runs, store: Store, now: Callable[[], int], *, workers: int = 1,
                 opened: Callable[[RunEntry, Path], object] = lambda entry, path: None) -> None:
        """Begin to take requests; ``opened`` has a night open before it is told as done: nobody waits for that."""
        self.runs, self.store, self.now, self._opened = index, store, now, opened
        self._waiting: deque[str] = deque()
        self._going: dict[str, _Going] = {}
        self._wake = Condition()
        self._closed = False
        self._threads = [Thread(target=self._work, name=f"run-{i}", daemon=True) for i in range(workers)]
        for thread in self._threads:
            thread.start()

    def ask(self, request: Request, *, by: str) -> RunEntry:
        """Put a run into the queue, or give the one that is there.

        Raises
        ------
        InputError
            Too many wait already.
        """
        with self._wake:
            if len(self._waiting) >= MOST_WAITING:
                raise InputError(found=f"{len(self._waiting)} runs that wait", expected="fewer",
                                 remedy="Take some out of the queue first.")
            before = self.runs.known(request.id)
            entry, is_new = self.runs.ask(request, by=by, at=self.now(), inputs=self.store.rows(
                "SELECT name, newest FROM source ORDER BY name"))
            if is_new:
                try:
                    self._publish(entry, journal=True)
                except BaseException:
                    self.runs.take_back(entry.id, before)
                    raise
                self._waiting.append(entry.id)
                self._wake.notify()
            return entry

    def stop(self, run_id: str, *, by: str) -> None:
        """Stop a run, or take it out of the queue.

        Raises
        ------
        InputError
            It neither runs nor waits.
        """
        with self._wake:
            if run_id in self._going:
                self._going[run_id].stopped_by = by
                stop(self._going[run_id].process)
                return
            if run_id not in self._waiting:
                raise InputError(field="run", found="a run that neither runs nor waits", expected="one that does")
            self._waiting.remove(run_id)
        self._tell(self.runs.change(run_id, state=states.STOPPED, ended_at=self.now()), by=by, journal=True)

    def places(self) -> list[dict[str, Any]]:
        """Give what runs with its progress, then what waits with its place."""
        with self._wake:
            return [*({"id": run_id, "place": 0, "progress": dict(going.progress)}
                      for run_id, going in self._going.items()),
                    *({"id": run_id, "place": place, "progress": {}}
                      for place, run_id in enumerate(self._waiting, 1))]

    def close(self) -> None:
        """End what runs and take no more; what waited is found again as interrupted."""
        with self._wake:
            self._closed = True
            going = list(self._going.values())
            self._wake.notify_all()
        for one in going:
            stop(one.process)
        for thread in self._threads:
            thread.join(timeout=10)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                run_id = self._waiting.popleft()
                going = self._start(run_id)
            if going is not None:
                self._follow(run_id, going)

    def _start(self, run_id: str) -> _Going | None:
        entry = self.runs.get(run_id)
        out = self.runs.folder / run_id
        what = ["ensemble", entry.scenario, "-n", str(entry.nights)] if entry.nights else ["run", entry.scenario]
        words = [*what, "--out", str(out), "--json", *_progress_option()]
        words += ["--date", entry.date] if entry.date else []
        words += ["--city", entry.city] if entry.city else []
        try:
            going = _Going(started(words))
        except OSError as error:
            self._tell(self.runs.change(run_id, state=states.FAILED, ended_at=self.now(), error=str(error)))
            return None
        who = Identity.of(going.process.pid)
        self._going[run_id] = going
        self._tell(self.runs.change(run_id, state=states.RUNNING, started_at=self.now(), pid=who.pid, began=who.began))
        return going

    def _follow(self, run_id: str, going: _Going) -> None:
        """Pass on how far a run is until it ends, then say what became of it."""
        last = 0.0
        said: deque[str] = deque(maxlen=KEPT_LINES)
        assert going.process.stdout is not None
        for line in going.process.stdout:
            if refused := _refused(line):
                going.refused = refused
                continue
            told = _progress(line)
            if told is None:
                said.append(line)
                continue
            going.progress = told
            if monotonic() - last >= EVERY_S:
                last = monotonic()
                with suppress(sqlite3.Error), self.store.note() as tx:
                    publish(tx, at=self.now(), who="", what="progress", body={"run": run_id, **told})
        code = going.process.wait()
        for pipe in (going.process.stdin, going.process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()
        with self._wake:
            del self._going[run_id]
        self._end(run_id, code, going, "".join(said))

    def _end(self, run_id: str, code: int, going: _Going, said: str) -> None:
        at, stopped_by = self.now(), going.stopped_by
        # The folder of an ensemble is there from its first nights on: what it ended with tells whether it is whole.
        if code == 0 and (self.runs.folder / run_id).is_dir():
            entry = self.runs.finished(run_id, at=at)
            if not entry.is_variant and not entry.nights:
                with suppress(TwinError, OSError):  # who asks for it is told
                    self._opened(entry, self.runs.folder / run_id)
            self._tell(self.runs.finish(entry), journal=True)
        elif stopped_by:
            self._tell(self.runs.change(run_id, state=states.STOPPED, ended_at=at, pid=0), by=stopped_by, journal=True)
        elif self._closed or code in (130, -15, -9):
            self._tell(self.runs.change(run_id, state=states.INTERRUPTED, ended_at=at, pid=0), journal=True)
        else:
            error = said.strip()[-LONGEST_ERROR:]
            self._tell(self.runs.change(run_id, state=states.FAILED, ended_at=at, pid=0, error=error,
                                        refused=going.refused), journal=True)

    def _tell(self, entry: RunEntry, *, by: str = "", journal: bool = False) -> None:
        """Tell what became of a run; a disk that is full ends no queue: the list of runs says it all the same."""
        with suppress(sqlite3.Error):
            self._publish(entry, by=by, journal=journal)

    def _publish(self, entry: RunEntry, *, by: str = "", journal: bool = False) -> None:
        with self.store.note() as tx:
            publish(tx, at=self.now(), who=by or entry.by, what="run", journal=journal,
                    body={"run": entry.id, "number": entry.number, "name": entry.name, "names": entry.names,
                          "state": entry.state})


def _progress(line: str) -> dict[str, Any] | None:
    """Give what a line of output says of progress; None where it is something else."""
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or not {"stage", "doing"} & set(told):
        return None
    doing = str(told.get("doing") or told.get("stage"))
    return {**{key: told[key] for key in ("stage", "doing", "done", "of", "seconds_left") if key in told},
            "said": {lang: speech(lang).text(doing) if "{" not in doing else doing for lang in LANGUAGES}}


def _refused(line: str) -> dict[str, Any]:
    """Give the parts of a refusal that a line of output tells; nothing where it is something else."""
    if not line.startswith('{"refused":'):
        return {}
    try:
        told = json.loads(line)["refused"]
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@cache
def _progress_option() -> tuple[str, ...]:
    """Give the words that ask for progress as lines of JSON; none where this version has none."""
    said = subprocess.run([sys.executable, "-m", "twin.cli", "run", "--help"], capture_output=True, text=True,
                          check=False)
    return ("--progress", "json") if "--progress" in said.stdout else ()
