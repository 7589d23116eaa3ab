"""The runs of a desk: its folder is the truth, this index is made of it whenever the desk starts.

``runs/ID`` is a run as `twin run` leaves it; ``runs/ID.json`` says who asked for it, when, of what scenario, and what
became of it. A run whose process is gone and that left no folder was interrupted, not failed. A folder without a file
beside it came from elsewhere and is shown as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from geodata.ensemble.place import NAME, run_within
from geodata.run.head import run_head
from geodata.wording import refusal_text
from twin.errors import InputError
from twin.world.kinds import LANGUAGES
from viewer.desk.processes import Identity
from viewer.desk.requests import RUN_ID, Request

#: States of a run; words of files and pages.
QUEUED, RUNNING, DONE, FAILED, INTERRUPTED, STOPPED = "queued", "running", "done", "failed", "interrupted", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run in the index. Moments in seconds since 1970; None for not yet."""

    id: str
    number: int
    name: str
    state: str
    #: What the name is in a language, where the scenario says so.
    names: dict[str, str] = field(default_factory=dict)
    scenario: str = ""
    base: str = ""
    date: str = ""
    city: str = ""
    by: str = ""
    asked_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    #: What went wrong, as the command said it.
    error: str = ""
    #: The same where it was a refusal, by its parts: each reader is told it in the language that is theirs.
    refused: dict[str, Any] = field(default_factory=dict)
    #: Nights of an ensemble; 0: a run.
    nights: int = 0
    #: Streets that others announced as closed and that it carries.
    closures: list[str] = field(default_factory=list)
    #: Sources as they stood when it was asked for: ``name`` and ``newest`` datum [s since 1970], None for none.
    inputs: list[dict[str, Any]] = field(default_factory=list)
    pid: int = 0
    began: int = 0
    #: What ``run.json`` says first: status, start, duration_s, issued_at, valid_until, plan_sha256.
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, str]:
        """What went wrong, by language; nothing where the command alone has words for it."""
        try:
            return {lang: refusal_text(InputError.of_parts(self.refused), lang) for lang in LANGUAGES} \
                if self.refused else {}
        except (TypeError, ValueError):  # kept by a version that says it otherwise
            return {}

    @property
    def is_variant(self) -> bool:
        """Whether it answers "what if", and is not the night itself."""
        return bool(self.base)

    def named(self) -> dict[str, Any]:
        """Give what it is called."""
        return {"id": self.id, "number": self.number, "name": self.name, "nights": self.nights}


class Runs:
    """The index; safe for several threads."""

    def __init__(self, folder: Path, *, writes: bool = True) -> None:
        """Make the index of a folder; ``writes``: keep what became of each run there, as only its desk may."""
        self.folder, self._writes = folder, writes
        self._lock = Lock()
        self._entries: dict[str, RunEntry] = {}
        if writes:
            folder.mkdir(parents=True, exist_ok=True)
        self._rebuild()

    def _rebuild(self) -> None:
        found: dict[str, RunEntry] = {}
        for file in sorted(self.folder.glob("*.json")):
            if RUN_ID.fullmatch(file.stem) and (entry := _read(file)) is not None:
                found[entry.id] = self._settled(entry)
        number = max((entry.number for entry in found.values()), default=0)
        for path in sorted(self.folder.glob("*")):
            if path.is_dir() and RUN_ID.fullmatch(path.name) and path.name not in found and (head := _head(path)):
                number += 1
                found[path.name] = RunEntry(id=path.name, number=number, name=head["name"], names=head["names"],
                                            state=DONE, head=head, nights=nights_in(path))
        self._entries = found

    def _settled(self, entry: RunEntry) -> RunEntry:
        """Give what became of a run, as its folder and its process say."""
        path = self.folder / entry.id
        if entry.state in (QUEUED, RUNNING) or (entry.state == DONE and not path.is_dir()):
            alive = Identity(entry.pid, entry.began).is_alive
            head = _head(path)
            if head and not alive:
                entry = replace(entry, state=DONE, head=head, names=head["names"],
                                ended_at=entry.ended_at or int(path.stat().st_mtime))
            elif not alive:
                entry = replace(entry, state=INTERRUPTED)
            if self._writes:
                self._write(entry)
        return entry

    def all(self) -> list[RunEntry]:
        """Give every run, the latest asked for first."""
        with self._lock:
            return sorted(self._entries.values(), key=lambda entry: -entry.number)

    def texts(self) -> list[list[str]]:
        """Give what names of runs are in a language: text, language, told."""
        return [list(row) for row in sorted({(entry.name, lang, told) for entry in self.all()
                                             for lang, told in entry.names.items()})]

    def get(self, run_id: str) -> RunEntry:
        """Give a run.

        Raises
        ------
        InputError
            No such run.
        """
        if (entry := self.find(run_id)) is None:
            raise InputError(field="run", found="no such run", expected="one of the list")
        return entry

    def find(self, run_id: str) -> RunEntry | None:
        """Give a run; None where there is no such run any more."""
        with self._lock:
            return self._entries.get(run_id)

    def path(self, run_id: str) -> Path:
        """Give the folder of a run that is done.

        Raises
        ------
        InputError
            No such run, or one that left no folder.
        """
        if self.get(run_id).state != DONE:
            raise InputError(field="run", found="a run that is not done", expected="one that is")
        return self.folder / run_id

    def latest(self) -> RunEntry | None:
        """Give the night that was computed last, variants apart."""
        return next((entry for entry in self.all() if entry.state == DONE and not entry.is_variant
                     and not entry.nights), None)

    def ask(self, request: Request, *, by: str, at: int, inputs: Sequence[dict[str, Any]] = ()
            ) -> tuple[RunEntry, bool]:
        """Add a run to the index; give it, and whether it is new: one that is done or on its way is not made again."""
        with self._lock:
            known = self._entries.get(request.id)
            if known is not None and known.state in (QUEUED, RUNNING, DONE):
                return known, False
            number = known.number if known else 1 + max((e.number for e in self._entries.values()), default=0)
            entry = RunEntry(id=request.id, number=number, name=request.name, names=request.names, state=QUEUED,
                             base=request.base, scenario=str(request.scenario), date=request.date,
                             city=request.city, by=by, asked_at=at,
                             nights=request.nights, closures=list(request.closures), inputs=list(inputs))
            # First on the disk: what it does not take was not asked for.
            self._write(entry)
            self._entries[entry.id] = entry
            return entry, True

    def take_back(self, run_id: str, before: RunEntry | None) -> None:
        """Take a request back that could not be kept whole: the run is again what it was before, or none."""
        with self._lock:
            if before is None:
                self._entries.pop(run_id, None)
                (self.folder / f"{run_id}.json").unlink(missing_ok=True)
            else:
                self._keep(before)

    def known(self, run_id: str) -> RunEntry | None:
        """Give a run; None where there is none."""
        with self._lock:
            return self._entries.get(run_id)

    def change(self, run_id: str, **changes: Any) -> RunEntry:
        """Change what is known of a run, on the disk too; where that is full, the folder tells after a restart."""
        with self._lock:
            entry = replace(self._entries[run_id], **changes)
            self._keep(entry)
            return entry

    def finished(self, run_id: str, *, at: int) -> RunEntry:
        """Give what a run that left its folder will be once it is taken as done."""
        return replace(self.get(run_id), state=DONE, ended_at=at, pid=0, began=0,
                       head=_head(self.folder / run_id) or {})

    def finish(self, entry: RunEntry) -> RunEntry:
        """Take a run as done, as ``finished`` gave it."""
        with self._lock:
            self._keep(entry)
            return entry

    def _keep(self, entry: RunEntry) -> None:
        self._entries[entry.id] = entry
        with suppress(OSError):
            self._write(entry)

    def _write(self, entry: RunEntry) -> None:
        file = self.folder / f"{entry.id}.json"
        beside = file.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as out:
            json.dump(asdict(entry), out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)


def _read(file: Path) -> RunEntry | None:
    try:
        return RunEntry(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        return None


def _head(path: Path) -> dict[str, Any] | None:
    """Give what a run says first of itself, an ensemble of the run of its plan; None where it is not whole."""
    try:
        return run_head(run_within(path))
    except InputError:
        return None


def nights_in(path: Path) -> int:
    """Give how many nights an ensemble counts; 0 where it does not say."""
    try:
        return int(json.loads((path / NAME).read_text("utf-8"))["n"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
