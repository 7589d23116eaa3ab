"""The one door to numba: cached where a cache folder is writable, uncached with a notice elsewhere.

numba raises at import when it may not write its cache. A read-only installation (a container, a shared drive) must
still run, so the decorator falls back and says so once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba
from numba.core.event import Listener, install_listener

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(signature: str | None = None, **options: Any) -> Callable[[Function], Function]:
    """Compile a kernel on first use and keep it on disk.

    Parameters
    ----------
    signature
        Types of a small helper that is called with many constants: numba else compiles it once for each constant.
    options
        Passed to ``numba.njit`` (``parallel``, ``fastmath``, ``inline``, ``nogil``).
    """
    types = () if signature is None else (signature,)

    def decorate(function: Function) -> Function:
        try:
            return cast(Function, numba.njit(*types, cache=True, **options)(function))
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            _notice()
            return cast(Function, numba.njit(*types, **options)(function))

    return decorate


@contextmanager
def when_compiling(tell: Callable[[], None]) -> Iterator[None]:
    """Call ``tell`` once, as soon as a kernel that is not on disk yet has to be compiled within the block."""
    with install_listener("numba:compile", _Once(tell)):
        yield


class _Once(Listener):  # type: ignore[misc]
    """A listener to numba that speaks up once."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell: Callable[[], None] | None = tell

    def on_start(self, event: Any) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()

    def on_end(self, event: Any) -> None:
        """Nothing to say."""


_noticed = False


def _notice() -> None:
    global _noticed  # noqa: PLW0603 - said once in the life of a process
    if not _noticed:
        _noticed = True
        warnings.warn("compiled kernels cannot be kept: each start compiles them again. Set NUMBA_CACHE_DIR to a "
                      "folder that may be written.", RuntimeWarning, stacklevel=4)
