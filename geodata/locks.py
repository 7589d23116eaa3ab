"""One writer at a place: another one waits until it is done, and says so.

A lock is a hidden file beside the place that the system takes back when its holder ends, however it ends. Where a file
system knows no locks, or the system has none, writers go unlocked: every one of them still writes whole or not at all.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Longest name that is used as it is in the names of hidden files beside it [characters].
_LONGEST = 60

_tell: ContextVar[Callable[[str], None] | None] = ContextVar("tell", default=None)


@contextmanager
def telling(tell: Callable[[str], None]) -> Iterator[None]:
    """Have ``tell`` told, within the block, that a place is waited for."""
    token = _tell.set(tell)
    try:
        yield
    finally:
        _tell.reset(token)


class _Held:
    """A lock of this process: one thread at a time, which may take it again."""

    def __init__(self) -> None:
        self.lock, self.users, self.depth, self.file = threading.RLock(), 0, 0, -1


_held: dict[Path, _Held] = {}
_guard = threading.Lock()


def label_of(target: Path) -> str:
    """Give what hidden files beside a place are called after: its name, a long one cut and told apart by a digest.

    Examples
    --------
    >>> label_of(Path("runs/q10"))
    'q10'
    """
    name = target.name
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST - 9]}~{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold a place for the block, alone among all processes and threads that ask; wait for it where it is held.

    The thread that holds it may take it again.

    Parameters
    ----------
    target
        The file or folder that is to be written; its folder must exist.

    Raises
    ------
    OSError
        The folder that it stands in may not be written.
    """
    place = target.parent.resolve() / target.name
    with _guard:
        held = _held.setdefault(place, _Held())
        held.users += 1
    try:
        with held.lock:
            file = place.with_name(f".{label_of(place)}.lock") if place.name else place / ".lock"
            if held.depth == 0:
                held.file = _take(file, target)
            held.depth += 1
            try:
                yield
            finally:
                held.depth -= 1
                if held.depth == 0:
                    _give_back(file, held.file)
    finally:
        with _guard:
            held.users -= 1
            if not held.users:
                del _held[place]


@contextmanager
def locked_at_once(target: Path) -> Iterator[bool]:
    """Hold a place for the block as ``locked`` does, but wait for nobody: gives False where it is held."""
    file = target.with_name(f".{label_of(target)}.lock")
    number = _opened(file, waits=False)
    try:
        yield number is not None
    finally:
        if number is not None:
            _give_back(file, number)


class Reading:
    """A mark that somebody reads a place: as long as one is held, ``unread`` says no. Many may read at once."""

    def __init__(self, target: Path) -> None:
        self._number: int | None = None
        with suppress(OSError):  # a folder that may only be read: nobody takes away what is in it
            self._number = _opened(mark_of(target), is_shared=True)
            os.utime(mark_of(target))

    def end(self) -> None:
        """Read no longer. The mark stays: its age is how long nobody has read the place."""
        if self._number is not None:
            os.close(self._number)
            self._number = None


def mark_of(target: Path) -> Path:
    """Give the hidden file by which readers of a place are known, and when the last of them came."""
    return target.with_name(f".{label_of(target)}.read")


@contextmanager
def unread(target: Path) -> Iterator[bool]:
    """Keep readers from a place for the block; gives False where somebody reads it, or where that cannot be known."""
    mark = mark_of(target)
    was_there = mark.exists()
    number = None if fcntl is None else _opened(mark, waits=False)
    try:
        yield number is not None
    finally:
        if number is not None:
            if not was_there:  # its age would tell of a reader that there was not
                mark.unlink(missing_ok=True)
            os.close(number)


def _opened(file: Path, *, is_shared: bool = False, waits: bool = True) -> int | None:
    """Open a hidden file, made where it is missing, and lock it; None where ``waits`` is False and another holds it."""
    while True:
        number = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0),
                         0o666)
        try:
            if fcntl is not None:
                how = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
                fcntl.flock(number, how if waits else how | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(number), file.stat()):
                    return number
        except BlockingIOError:
            os.close(number)
            return None
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def _take(file: Path, target: Path) -> int:
    """Lock a file that is made for it; give its descriptor."""
    while True:
        number = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0),
                         0o666)
        try:
            _wait(number, target)
            # Whoever held it has taken the file away: what is locked is no longer what the next one opens.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(number), file.stat()):
                    os.ftruncate(number, 0)
                    os.write(number, f"{os.getpid()}\n".encode())
                    return number
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def _wait(number: int, target: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell = _tell.get()
        if tell is not None:
            holder = os.pread(number, 20, 0).decode("ascii", "replace").strip()
            tell(f"Waiting: another twin{f' (process {holder})' if holder.isdigit() else ''} is writing {target}.")
        fcntl.flock(number, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        pass


def _give_back(file: Path, number: int) -> None:
    with suppress(OSError):
        file.unlink()
    if fcntl is not None:
        with suppress(OSError):  # said aloud: a child that was forked meanwhile has the descriptor as well
            fcntl.flock(number, fcntl.LOCK_UN)
    os.close(number)
