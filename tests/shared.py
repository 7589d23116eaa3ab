"""What many tests read and none changes is made once for all workers of one test run, by whoever asks first."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

#: Where the folder of this test run stands; set by the process that starts the workers, which inherit it.
PLACE = "TWIN_TESTS_SHARED"


@cache
def place() -> Path:
    """Give the folder of this test run; outside one, a folder of this process alone."""
    if PLACE in os.environ:
        return Path(os.environ[PLACE])
    folder = Path(tempfile.mkdtemp(prefix="twin-shared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Give a file or folder that ``make`` writes at a path, unless another worker has written it.

    Whoever changes what is there changes it for everybody: copy it first.
    """
    made = place() / name
    with (place() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            # Beside, then moved: what was begun and failed is not found by the next.
            part = place() / "parts" / name
            shutil.rmtree(part.parent / name, ignore_errors=True)
            part.parent.mkdir(exist_ok=True)
            make(part)
            part.rename(made)
    return made
