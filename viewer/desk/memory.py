"""Memory of the desk's own process: what was freed goes back to the system, where the C library can be asked."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache
from typing import Any

#: ``M_ARENA_MAX`` of glibc, and how many heaps its threads share: by itself it makes eight a core, each with its rest.
_ARENA_MAX, ARENAS = -8, 2


@cache
def _library() -> Any:
    return ctypes.CDLL(None)


def few_heaps() -> None:
    """Have all threads share few heaps, before they are started; other C libraries than glibc are left alone."""
    with suppress(AttributeError, OSError):
        _library().mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give what was freed back to the system."""
    with suppress(AttributeError, OSError):
        _library().malloc_trim(0)
