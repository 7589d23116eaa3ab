"""Libraries in C that write on the terminal past everybody: what they have to say is told in our words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def hushed() -> Iterator[None]:
    """Let nothing reach the file descriptor of standard error within the block; Python's own stream is flushed before.

    libtiff prints ``_tiffSeekProc: No space left on device`` on a full disk, past GDAL's handler; the error itself
    comes as an exception, or when the file is read back.
    """
    with suppress(OSError, ValueError, AttributeError):  # closed, or none
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # nobody listens
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
