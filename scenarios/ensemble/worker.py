"""A process that makes blocks of nights: ``python -m scenarios.ensemble.worker JOB FOLDER``.

It reads a block to make on each line of standard input, ``[block, indices]``, and tells by lines on standard output
each night (``night``) and each block that is on the disk (``block 7``); ``[]`` ends it. When its parent goes, its input
ends, and so does it, at once.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from queue import SimpleQueue

from geodata.ensemble.blocks import write_block
from scenarios.ensemble.job import read_job
from twin.ensemble.member import Ensemble, Outcome, member


def make_block(ensemble: Ensemble, folder: Path, block: int, indices: Sequence[int], told: Callable[[int], None]
               ) -> None:
    """Make the nights of a block and write it; a night that cannot be made is written down with why."""
    nights: list[Outcome] = []
    failed: dict[int, str] = {}
    for index in indices:
        try:
            nights.append(member(ensemble, index))
        except (OSError, MemoryError):
            raise
        except Exception as error:
            failed[index] = f"{type(error).__name__}: {error}"
        told(index)
    write_block(folder, block, ensemble.digest, nights, failed)
    _give_back()


def _give_back() -> None:
    """Give freed memory back to the system: a worker else grows for hundreds of nights, by what lies between."""
    if (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Give what the C library does that with; None where it has nothing for it (only glibc has)."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def _listen(asked: SimpleQueue[str]) -> None:
    """Hand on what is asked for; stop this process when the input ends: nobody waits for its nights any more."""
    for line in sys.stdin:
        asked.put(line)
    os._exit(3)


def main(job: str, folder: str) -> None:
    """Make the blocks that standard input asks for."""
    asked: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    # The job is there once a block is asked for.
    ensemble = None
    while wanted := json.loads(asked.get()):
        ensemble = ensemble or read_job(Path(job))
        block, nights = wanted
        make_block(ensemble, Path(folder), block, nights, lambda _: say("night"))
        say(f"block {block}")


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Nothing is open any more: no time for taking modules apart one by one.
    os._exit(0)
