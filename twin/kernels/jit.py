"""The one door to numba: cached where a cache folder is writable, uncached with a notice elsewhere.

numba raises at import when it may not write its cache. A read-only installation (a container, a shared drive) must
still run, so the decorator falls back and says so once.
"""

from __future__ import annotations

import pickle
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.event import Listener, install_listener
from numba.core.options import DefaultOptions

Function = TypeVar("Function", bound=Callable[..., Any])

#: Option of a kernel that makes no array, but only reads and writes those that it is handed. numba else counts up and
#: down, atomically, whenever an array or a record of one is looked at: two thirds of the time of a run. The option is
#: no public part of numba: where it is not found, only time is lost.
LEAN: dict[str, Any] = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}


def jit(signature: str | None = None, **options: Any) -> Callable[[Function], Function]:
    """Compile a kernel on first use and keep it on disk.

    Parameters
    ----------
    signature
        Types of a small helper that is called with many constants: numba else compiles it once for each constant.
    options
        Passed to ``numba.njit`` (``parallel``, ``fastmath``, ``inline``, ``nogil``; ``**LEAN``).
    """
    def decorate(function: Function) -> Function:
        try:
            kernel = numba.njit(cache=True, **options)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            _notice()
            kernel = numba.njit(**options)(function)
        _distrust(kernel)
        # Before anything is compiled: what a signature compiles at once is looked up on disk as well.
        _watch_helpers(kernel, function)
        if signature is not None:
            kernel.compile(signature)
            kernel.disable_compile()
        return cast(Function, kernel)

    return decorate


#: A digest in front of every compiled kernel on disk [bytes].
_DIGEST = 16


def _distrust(kernel: Any) -> None:
    """Compile again what is damaged on disk: numba would fail at every start, or run what a turned bit made of it.

    The ways in and out of its cache are no public part of numba: where they are not found, only that is lost.
    """
    files: Any = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if not all(hasattr(files, name) for name in ("_load_index", "_load_data", "_save_data", "_data_path", "_dump",
                                                 "_open_for_write")):
        return
    load_index = files._load_index

    def index() -> Any:
        try:
            return load_index()
        except OSError:
            raise
        except Exception:  # a damaged pickle may raise anything
            return {}

    def load(name: str) -> Any:
        data = Path(files._data_path(name)).read_bytes()
        if blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() != data[:_DIGEST]:
            raise OSError("a damaged kernel")  # numba compiles what it cannot open
        return pickle.loads(data[_DIGEST:])

    def save(name: str, data: Any) -> None:
        packed = files._dump(data)
        with files._open_for_write(files._data_path(name)) as file:
            file.write(blake2b(packed, digest_size=_DIGEST).digest() + packed)

    files._load_index, files._load_data, files._save_data = index, load, save


def is_on_disk(kernel: Any) -> bool:
    """Tell whether something compiled of a kernel is on disk and fits its files; True where nobody can tell."""
    files: Any = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    return not hasattr(files, "_load_index") or bool(files._load_index())


#: How a kernel module names another whose functions or constants it compiles into its own.
_BORROWED = re.compile(r"^from ([\w.]*kernels[\w.]*) import", re.MULTILINE)


def _watch_helpers(kernel: Any, function: Callable[..., Any]) -> None:
    """Make what is on disk stale when a helper in another file changes, not only the kernel's own file.

    numba stamps an entry with the time and size of the kernel's own file, and would go on using a helper that was
    compiled into it long ago. The stamp is no public part of numba: where it is not found, only that is lost.
    """
    files = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    own = getattr(files, "_source_stamp", None)
    if files is not None and own is not None:
        files._source_stamp = (own, *_stamps(function.__module__))


@cache
def _stamps(module: str) -> tuple[tuple[float, int], ...]:
    """Give time and size of every file of kernels that a module borrows from, at one or more removes."""
    found: dict[str, tuple[float, int]] = {}
    waiting = [module]
    while waiting:
        path = getattr(sys.modules.get(waiting.pop()), "__file__", None)
        if path is None or path in found:
            continue
        state = Path(path).stat()
        found[path] = (state.st_mtime, state.st_size)
        waiting += _BORROWED.findall(Path(path).read_text(encoding="utf-8"))
    return tuple(stamp for _, stamp in sorted(found.items()))


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
