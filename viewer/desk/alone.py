"""One process a folder: who holds it holds it until it ends, however that comes."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from twin.errors import InputError


def alone(folder: Path, lock: str, *, found: str) -> IO[str]:
    """Hold a folder for one process; closing what is given lets it go.

    Parameters
    ----------
    lock
        Name of the file that is locked in it.
    found
        What holds it already, for the message.

    Raises
    ------
    InputError
        Another process holds it.
    """
    file = (folder / lock).open("a", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InputError(file=str(folder), found=found, expected="a folder of its own",
                         remedy="Open that one, or give another --folder.") from None
    return file
