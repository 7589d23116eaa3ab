"""What processes hold in memory of their own, beside files that they map and share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def own_mib(process: int) -> float:
    """Give what a process holds that no other shares and that stands in no file: anonymous memory [MiB].

    Raises
    ------
    OSError
        There is no such process, or not of this user; or no Linux.
    """
    for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children() -> list[int]:
    """Give the processes that this one started and that still run."""
    return [int(text) for task in Path("/proc/self/task").iterdir()
            for text in (task / "children").read_text("ascii").split()]


@contextmanager
def most_of_children(module: str, every_s: float = 0.5) -> Iterator[dict[int, float]]:
    """Watch the processes that this one starts within the block: the most that each held of its own [MiB].

    Parameters
    ----------
    module
        What they run, ``python -m`` this; a process that is about to is still a copy of this one.
    every_s
        How often to look [s]: looking costs some milliseconds a process.
    """
    most: dict[int, float] = {}
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(every_s):
            for process in children():
                try:
                    if module.encode() not in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0"):
                        continue
                    most[process] = max(most.get(process, 0.0), own_mib(process))
                except OSError:  # it has ended meanwhile
                    continue

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()
