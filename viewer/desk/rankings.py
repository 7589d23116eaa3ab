"""What to protect first: ranked at a bench of its own with progress and stop, and kept by the digest of the run.

What was ranked stays in memory; that it was asked for, by whom and when, stays in the desk's tables. A desk that starts
again ranks it again as soon as somebody looks at it, and says so: no packed objects are read from a disk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

import twin
from twin.deciding.terms import OBJECTIVES
from twin.errors import InputError
from twin.stages import Progress
from viewer.desk.bench import Bench, BenchEnded
from viewer.desk.loaded import Loaded
from viewer.desk.store import Store, publish

#: Rankings that are kept, by use.
KEPT = 4
#: A line of progress is passed on this often [s].
EVERY_S = 0.25
RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"

_TABLES = """
CREATE TABLE IF NOT EXISTS ranking (key TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL);
"""


class _Stopped(Exception):  # noqa: N818 - it is nobody's error
    """Somebody does not want it any more."""


@dataclass(slots=True, eq=False)
class Study:
    """One ranking: what is asked, how far it is, and what came of it."""

    key: str
    run: str
    objective: str
    by: str
    at: int
    state: str = RUNNING
    #: Its last progress, as ``Progress.to_dict`` gives it.
    progress: dict[str, Any] = field(default_factory=dict)
    #: Why it failed, or who stopped it.
    error: str = ""
    took_s: float = 0.0
    #: Whether it is ranked again, for the desk was restarted since it was asked for.
    is_again: bool = False
    #: What the bench ranked, packed, for the bench to unpack beside the run; None until it is done.
    packed: bytes | None = None
    #: Step curves that were asked for, by thing and by which.
    curves: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    stop: Event = field(default_factory=Event)


class Rankings:
    """The rankings of a desk; safe for several threads. One is computed at a time."""

    def __init__(self, store: Store, now: Callable[[], int], bench: Bench) -> None:
        self.store, self.now, self._bench = store, now, bench
        self._at_work: Bench | None = None
        self._lock, self._turn = Lock(), Lock()
        self._kept: OrderedDict[str, Study] = OrderedDict()
        store.add_tables(_TABLES)
        #: What was asked for before the desk was restarted, and is not ranked yet.
        self._before = {str(row["key"]): row for row in store.rows("SELECT key, by, at FROM ranking")}

    def get(self, loaded: Loaded, objective: str) -> Study | None:
        """Give the ranking of a run by an objective, as far as it is; None where nobody asked for it.

        One that was asked for before the desk was restarted begins again.

        Raises
        ------
        InputError
            No such objective.
        """
        key = _key(loaded, objective)
        with self._lock:
            known, before = self._kept.get(key), self._before.pop(key, None)
            if known is not None or before is None:
                return known
            study = self._take(Study(key, loaded.entry.id, objective, before["by"], before["at"], is_again=True))
        self._begin(study, loaded)
        return study

    def ask(self, loaded: Loaded, objective: str, *, by: str) -> Study:
        """Begin a ranking, or give the one that is there: a run with the same plan has the same one.

        Raises
        ------
        InputError
            No such objective.
        """
        key = _key(loaded, objective)
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known.state in (RUNNING, DONE):
                self._kept.move_to_end(key)
                return known
            study = Study(key, loaded.entry.id, objective, by, self.now())
            # First on the disk: what it does not take was not asked for.
            with self.store.act() as tx:
                tx.execute("INSERT OR REPLACE INTO ranking (key, by, at) VALUES (?, ?, ?)", (key, by, study.at))
            self._before.pop(key, None)
            self._take(study)
        self._begin(study, loaded)
        return study

    def _take(self, study: Study) -> Study:
        """Keep a ranking, and let those go that were not looked at for longest."""
        self._kept[study.key] = study
        self._kept.move_to_end(study.key)
        done = [name for name, one in self._kept.items() if one.state != RUNNING]
        for name in done[:max(0, len(self._kept) - KEPT)]:
            del self._kept[name]
        return study

    def _begin(self, study: Study, loaded: Loaded) -> None:
        Thread(target=self._work, args=(study, loaded), name=f"rank-{study.key[:6]}", daemon=True).start()

    def curve(self, loaded: Loaded, objective: str, asset: str, which: str) -> dict[str, Any]:
        """Give a step curve of a thing, as ``viewer.desk.rank_page.curves`` does; one that was made is kept.

        Raises
        ------
        InputError
            Nothing was ranked; the thing is not among it; no such curve.
        """
        study = self.get(loaded, objective)
        if study is None or study.packed is None:
            raise InputError(field="run", found="a run that was not ranked", expected="one whose ranking is done")
        key = asset, which
        if key not in study.curves:
            # One curve a question: an edit of a variant waits for no more than one.
            study.curves[key] = self._bench.ask("curves", *loaded.place, study.packed, asset, which)
        return study.curves[key]

    def stop(self, loaded: Loaded, objective: str, *, by: str) -> None:
        """Stop a ranking that goes.

        Raises
        ------
        InputError
            It does not go.
        """
        study = self.get(loaded, objective)
        if study is None or study.state != RUNNING:
            raise InputError(field="run", found="a ranking that does not run", expected="one that does")
        study.error = by
        study.stop.set()
        with self.store.act() as tx:
            tx.execute("DELETE FROM ranking WHERE key = ?", (study.key,))

    def close(self) -> None:
        """End what goes."""
        with self._lock:
            for study in self._kept.values():
                study.stop.set()
        at_work = self._at_work
        if at_work is not None:
            at_work.close()

    def _work(self, study: Study, loaded: Loaded) -> None:
        with self._turn:
            began, last = monotonic(), 0.0

            def tell(progress: Progress) -> None:
                nonlocal last
                if study.stop.is_set():
                    raise _Stopped
                study.progress = progress.to_dict()
                if monotonic() - last >= EVERY_S:
                    last = monotonic()
                    self._say(study, "progress", {"rank": study.key, **study.progress})

            try:
                if study.stop.is_set():
                    raise _Stopped
                packed = self._ranked(loaded, study.objective, tell)
                if study.stop.is_set():
                    raise _Stopped
                study.packed, study.state = packed, DONE
            except _Stopped:
                study.state = STOPPED
            except (InputError, BenchEnded, ValueError, IndexError, MemoryError) as error:
                study.state, study.error = (STOPPED, study.error) if study.stop.is_set() else (FAILED, str(error))
            study.took_s = round(monotonic() - began, 1)
        self._say(study, "rank", {"rank": study.key, "state": study.state})

    def _ranked(self, loaded: Loaded, objective: str, tell: Callable[[Progress], None]) -> bytes:
        bench = self._at_work = self._bench.another()
        try:
            return bytes(bench.ask("rank", *loaded.place, objective, tell=tell))
        finally:
            self._at_work = None
            if bench is not self._bench:
                bench.close()

    def _say(self, study: Study, what: str, body: dict[str, Any]) -> None:
        with self.store.note() as tx:
            publish(tx, at=self.now(), who=study.by, what=what, body=body)


def _key(loaded: Loaded, objective: str) -> str:
    if objective not in OBJECTIVES:
        raise InputError(field="by", found=f"'{objective[:40]}'", expected=f"one of {', '.join(OBJECTIVES)}")
    plan = str(loaded.run.info.get("plan_sha256", loaded.entry.id))
    return sha256(f"{twin.__version__}\n{plan}\n{objective}".encode()).hexdigest()[:16]
