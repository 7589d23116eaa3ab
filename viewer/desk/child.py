"""A command of ``twin`` as the desk's child: it ends when the pipe from the desk closes, whatever becomes of it."""

from __future__ import annotations

import os
import runpy
import signal
import sys
from threading import Thread
from time import sleep

#: Seconds to put things away, once the desk is gone.
_GRACE_S = 5.0


def _watch() -> None:
    """Wait for the end of the pipe, then stop the whole group."""
    # By its number: a reader of `sys.stdin` that still waits holds its lock, and the interpreter cannot end.
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGTERM)
    sleep(_GRACE_S)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run ``twin`` with the words of this process."""
    Thread(target=_watch, daemon=True).start()
    sys.argv[0] = "twin"
    # By name and not by import: nothing imports the front desk.
    runpy.run_module("twin.cli", run_name="__main__")


if __name__ == "__main__":
    main()
