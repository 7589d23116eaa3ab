"""Making the nights of an ensemble, on as many processes as one likes.

This process is one of the workers, each other one a process of its own that is handed blocks of nights; a block is
written as a file by who made it. What is on the disk is what was made: a killed worker costs time and no result, and
who stops here goes on later with the same command.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from geodata.ensemble.blocks import missing
from scenarios.ensemble.job import write_job
from scenarios.ensemble.worker import make_block
from twin.ensemble.member import Ensemble, member
from twin.errors import InputError
from twin.stages import Paced, Stage, Tell, silent

#: Workers that die this often in a row without having made a single night are not tried again; nor is a block that was
#: lost this often.
_TRIES, _LOST = 3, 10


def workers_here() -> int:
    """Give how many processes this machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make(ensemble: Ensemble, folder: Path, indices: Sequence[int], *, workers: int = 1, tell: Tell = silent) -> None:
    """Make those nights that are not there yet.

    Parameters
    ----------
    ensemble
        What the nights share.
    folder
        Folder of the ensemble; blocks go to ``members`` in it.
    indices
        Nights wanted.
    workers
        Processes, this one among them.
    tell
        Told how far it is; what it raises stops the work, and what was made stays.

    Raises
    ------
    InputError
        Blocks of another ensemble in the folder; workers that die again and again.
    OSError
        The disk is full or may not be written; what was made stays.
    """
    lacking = missing(folder, ensemble.digest, indices)
    wanted = sum(len(nights) for nights in lacking.values())
    if not wanted:
        return
    paced = Paced(tell, Stage.SIMULATE, "making nights", unit="nights")
    done, all_ = len(indices) - wanted, len(indices)
    paced(done, all_)
    if workers == 1 or len(lacking) == 1:
        for block, nights in lacking.items():
            def told(_: int) -> None:
                nonlocal done
                done += 1
                paced(done, all_)

            make_block(ensemble, folder, block, nights, told)
        return
    _share_out(ensemble, folder, lacking, min(workers, len(lacking)), paced, done, all_)


class _Worker:
    """A process with the blocks that it was handed and has not written yet."""

    def __init__(self, job: Path, folder: Path) -> None:
        self.blocks: dict[int, Sequence[int]] = {}
        #: Nights made, and of them those that are not on the disk.
        self.made = self.unwritten = 0
        # The packages are found where this process found them; each worker is one thread.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OMP_NUM_THREADS": "1",
                                    "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scenarios.ensemble.worker", str(job), str(folder)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout
        self._rest = b""

    def ask(self, block: int | None, nights: Sequence[int] = ()) -> None:
        """Hand it a block, or tell it that there is none left."""
        if block is not None:
            self.blocks[block] = nights
        # One that is gone already is found so when its output ends.
        with suppress(BrokenPipeError):
            self.input.write((json.dumps([] if block is None else [block, list(nights)]) + "\n").encode())
            self.input.flush()

    def read(self) -> list[str] | None:
        """Give the lines that it said since; None: its output has ended."""
        chunk = os.read(self.output.fileno(), 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [line.decode() for line in lines] if chunk else None

    def end(self) -> int:
        """End the process, if it has not ended by itself, and give its exit code."""
        with suppress(BrokenPipeError):
            self.input.close()
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.output.close()
        return code

    def last_words(self) -> str:
        """Give the last line that it wrote on standard error."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        self.errors.close()
        return lines[-1] if lines else ""


class _Pool:
    """Workers that take blocks one after the other; one that dies is replaced, and gives back what it had not written.

    Each has one block more than it works on, so that it never waits, as long as there are enough for all.
    """

    def __init__(self, folder: Path, job: Path, selector: selectors.BaseSelector) -> None:
        self.folder, self.job, self.selector = folder, job, selector
        self.waiting: deque[tuple[int, Sequence[int]]] = deque()
        self.alive: list[_Worker] = []
        self._tries = 0
        self._lost: Counter[int] = Counter()

    def start(self) -> None:
        """Start a worker; it has nothing to do yet."""
        worker = _Worker(self.job, self.folder)
        self.alive.append(worker)
        self.selector.register(worker.output, selectors.EVENT_READ, worker)

    def share(self, lacking: Mapping[int, Sequence[int]]) -> None:
        """Hand out blocks: the job is written."""
        self.waiting.extend(sorted(lacking.items()))
        for worker in self.alive:
            self._feed(worker)

    def listen(self, wait_s: float | None) -> int:
        """Take what the workers say; give how many nights more, or fewer, are made.

        Parameters
        ----------
        wait_s
            How long to wait for a word [s]; None: until there is one.

        Raises
        ------
        InputError
            Workers that end again and again; a full disk.
        """
        return sum(self.hear(key.data) for key, _ in self.selector.select(wait_s))

    def hear(self, worker: _Worker) -> int:
        """Take what a worker says; give how many nights more, or fewer, are made."""
        lines = worker.read()
        if lines is None:
            return self._replace(worker)
        for line in lines:
            if line == "night":
                worker.made += 1
                worker.unwritten += 1
            else:
                block = int(line.split()[1])
                worker.unwritten -= len(worker.blocks.pop(block))
                self._hand(worker)
        return lines.count("night")

    def _feed(self, worker: _Worker) -> None:
        self._hand(worker)
        self._hand(worker)

    def _hand(self, worker: _Worker) -> None:
        # One block ahead only where each other still gets one: else the last ones wait for who is busy.
        if self.waiting and (not worker.blocks or len(self.waiting) > len(self.alive)):
            worker.ask(*self.waiting.popleft())
        elif not worker.blocks:
            worker.ask(None)

    def _replace(self, worker: _Worker) -> int:
        """Take a worker whose output has ended: well, or with blocks that it never wrote."""
        self.selector.unregister(worker.output)
        self.alive.remove(worker)
        code, words = worker.end(), worker.last_words()
        if not worker.blocks:
            return 0
        self.waiting.extendleft(reversed(worker.blocks.items()))
        self._tries = 0 if worker.made else self._tries + 1
        self._lost.update(list(worker.blocks))
        if self._tries >= _TRIES or max(self._lost.values()) >= _LOST or "No space left" in words:
            raise _died(code, words, self.folder)
        self.start()
        self._feed(self.alive[-1])
        return -worker.unwritten

    def end(self) -> None:
        """End all workers."""
        for worker in self.alive:
            worker.end()
            worker.errors.close()


def _share_out(ensemble: Ensemble, folder: Path, lacking: Mapping[int, Sequence[int]], workers: int, paced: Paced,
               done: int, all_: int) -> None:
    with tempfile.TemporaryDirectory(prefix="twin-ensemble-") as scratch, selectors.DefaultSelector() as selector:
        job = Path(scratch) / "job"
        pool = _Pool(folder, job, selector)

        def told(more: int) -> None:
            nonlocal done
            done += more
            paced(done, all_)

        try:
            for _ in range(workers - 1):
                pool.start()
            # While they start, once here: what has to be compiled is then on the disk, and no two do it side by side.
            with suppress(Exception):
                member(ensemble, next(iter(lacking.values()))[0])
            write_job(ensemble, job)
            pool.share(lacking)
            while pool.waiting or pool.alive:
                if pool.waiting:
                    block, nights = pool.waiting.popleft()
                    make_block(ensemble, folder, block, nights, lambda _: told(1 + pool.listen(0)))
                else:
                    told(pool.listen(None))
        finally:
            pool.end()


def _died(code: int, words: str, folder: Path) -> InputError:
    if "No space left" in words:
        return InputError(file=str(folder), found="a full disk", expected="room for the nights",
                          remedy="What was made is kept: make room, and the same command goes on.")
    why = words or ("killed: too little memory for so many workers, perhaps" if code < 0 else "no reason told")
    return InputError(file=str(folder), found=f"workers that end again and again (code {code}: {why})",
                      expected="workers that make their nights", remedy="What was made is kept. Try --workers 1.")
