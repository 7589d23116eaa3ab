"""A file read whole, after a look at what it is: a pipe or a device has no end, and a slip of a name may be a film."""

from __future__ import annotations

from pathlib import Path

from geodata.drivers import regular
from twin.errors import InputError

#: More than any text of this project's kinds comes to [bytes].
MOST_BYTES = 2 * 2**30


def bytes_of(path: Path, *, expected: str, file: str = "", field: str = "", most: int = MOST_BYTES) -> bytes:
    """Give the bytes of a file.

    Parameters
    ----------
    path
        The file.
    expected
        What it should be, in words.
    file, field
        How messages name it, and where it is named.
    most
        Largest size [bytes].

    Raises
    ------
    InputError
        A pipe or a device, a file that is larger.
    OSError
        No such file, a folder, no right to read it.
    """
    if path.exists() and not path.is_dir():
        regular(path, file=file or str(path), field=field, expected=expected)
        size = path.stat().st_size
        if size > most:
            raise InputError(file=file or str(path), field=field, found=f"{size / 2**20:,.0f} MB",
                             expected=f"{expected}, of {most / 2**20:,.0f} MB at most")
    return path.read_bytes()
