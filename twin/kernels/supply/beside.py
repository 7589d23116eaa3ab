"""A first start on two cores: a process compiles the kernels of the cascade beside the one that reads city and water.

They take more than half of what a first start takes, and nothing before the cascade needs them: a command begins it as
soon as it knows that it will run one. The other process leaves them on disk, where this one finds them. It says
nothing, and its failing costs time alone.
"""

from __future__ import annotations

import os
import subprocess
import sys

from twin.kernels.jit import is_on_disk

#: A small night that makes numba compile all that a run of any city needs of them.
_WARMING = "twin.engine.warming"
_beside: subprocess.Popen[bytes] | None = None


def begin() -> bool:
    """Start the process where the kernels are not on disk yet and there is a core for it; tell whether it goes."""
    global _beside  # noqa: PLW0603 - one in the life of a process
    if _beside is not None or (os.cpu_count() or 1) < 2:
        return False
    from twin.kernels.supply.run import advance

    if is_on_disk(advance):
        return False
    quiet = subprocess.DEVNULL
    _beside = subprocess.Popen([sys.executable, "-m", _WARMING], stdin=quiet, stdout=quiet, stderr=quiet)
    return True


def wait() -> None:
    """Wait for what was begun: two processes that compile the same take twice as long."""
    global _beside  # noqa: PLW0603
    if _beside is not None:
        _beside.wait()
        _beside = None
