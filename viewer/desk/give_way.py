"""Work that nobody waits for within the second lets what somebody waits for go first."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

#: How much a run lets others go first: three quarters of a core for whoever contends with it, and all that is left.
RUNS_NICE = 5


def give_way(by: int = RUNS_NICE) -> None:
    """Let others of this machine go first, this process and what it begins.

    A session of its own is, on Linux desktops and containers, a group of its own to the scheduler (`autogroup`), within
    which alone niceness counts: the group is told too. Where the system has none, or does not let us, nothing is lost.
    """
    with suppress(OSError):
        os.nice(by)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(f"{by}\n", encoding="ascii")
