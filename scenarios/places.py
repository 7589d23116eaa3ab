"""Where a run may go: refused before the work, not after it. ``geodata.atomic`` puts it there, whole."""

from __future__ import annotations

import os
from pathlib import Path

from geodata.ours import RUN
from twin.errors import InputError


def check_place(out: Path) -> None:
    """Make sure that a run folder may stand at ``out``.

    Raises
    ------
    InputError
        Something stands there that is no run; its parent does not exist or may not be written.
    """
    if len(out.name.encode()) > 255:
        raise InputError(file=str(out), found="a name too long", expected="a folder, new or of an earlier run",
                         remedy="Choose a shorter --out.")
    RUN.check(out)
    parent = next(folder for folder in out.absolute().parents if folder.exists())
    if not parent.is_dir():
        raise InputError(file=str(out), found=f"'{parent}', a file", expected="a folder to put the run in",
                         remedy="Choose another --out.")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(file=str(out), found=f"folder '{parent}' may not be written",
                         expected="a folder that you may write", remedy="Choose another --out, or ask for the right.")
