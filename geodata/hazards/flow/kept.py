"""What is kept of computed water, in the cache: each store by the hash of its inputs, up to a bound.

A run that computes water tidies up when it is done. What nobody has read for ``MOST_DAYS`` goes, and beyond
``MOST_BYTES`` what nobody has read for longest. What a run reads or computes at that moment stays, whatever its size,
and so does what was read last: the night of today is not computed twice.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from geodata.hazards.flow.stored import INFO
from geodata.locks import locked_at_once, mark_of, unread

#: All stores together [bytes].
MOST_BYTES = 10 * 10**9
#: Days without a reader.
MOST_DAYS = 60
_STORE, _UNFINISHED = re.compile(r"[0-9a-f]{24}"), re.compile(r"\.([0-9a-f]{24})\.[0-9a-f]{16}\.water")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A store of water in the cache, or the beginning of one."""

    path: Path
    #: The place that is locked for it.
    place: Path
    bytes: int
    #: When somebody last began to read or compute it [s since 1970].
    used_s: float
    #: False: a computation that was stopped, which goes on from there.
    is_whole: bool


def home_of(cache: Path) -> Path:
    """Give the folder of the stores in a cache."""
    return cache / "flow"


def kept(cache: Path) -> list[Kept]:
    """Give what is kept, the latest used first; what else lies in the folder is not the twin's."""
    home = home_of(cache)
    found = []
    with suppress(OSError):
        for path in sorted(home.iterdir()):
            begun = _UNFINISHED.fullmatch(path.name)
            if (begun or _STORE.fullmatch(path.name)) and path.is_dir() and not path.is_symlink():
                place = home / begun[1] if begun else path
                found.append(Kept(path=path, place=place, bytes=sum(_sizes(path)), is_whole=not begun,
                                  used_s=max(_changed(mark_of(place)), _changed(path), _changed(path / INFO))))
    return sorted(found, key=lambda one: (-one.used_s, one.path.name))


def tidy(cache: Path, *, most_bytes: int = MOST_BYTES, most_days: float = MOST_DAYS) -> list[Kept]:
    """Take away what is beyond the bounds and nobody reads or computes; give what went.

    Parameters
    ----------
    most_bytes, most_days
        The bounds; 0 bytes takes away all that is free, the latest too.
    """
    gone, held, now_s = [], 0, time.time()
    for i, one in enumerate(kept(cache)):
        is_old = now_s - one.used_s > most_days * 86400
        is_over = held + one.bytes > most_bytes and (i > 0 or most_bytes == 0)
        if (is_old or is_over) and _taken_away(one):
            gone.append(one)
        else:
            held += one.bytes
    _clear_marks(home_of(cache))
    return gone


def _clear_marks(home: Path) -> None:
    """Take away the marks of readers whose store is gone."""
    with suppress(OSError):
        places = {one.place for one in kept(home.parent)}
        for mark in home.glob(".*.read"):
            place = home / mark.name[1:-5]
            if _STORE.fullmatch(place.name) and place not in places:
                with unread(place) as is_free:
                    if is_free:
                        mark.unlink(missing_ok=True)


def _taken_away(one: Kept) -> bool:
    """Take a store away unless somebody reads or computes it; whoever asks for it meanwhile waits, and finds none."""
    try:
        with unread(one.place) as is_free, locked_at_once(one.place) as is_idle:
            if not (is_free and is_idle):
                return False
            # Half of a store is never found in its place: under this name it is cleared away as what was not finished.
            away = one.path if not one.is_whole else one.place.with_name(f".{one.place.name}.{'0' * 16}.water")
            if away != one.path:
                shutil.rmtree(away, ignore_errors=True)
                one.path.rename(away)
            shutil.rmtree(away)
            mark_of(one.place).unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with suppress(OSError):
            if not path.is_symlink() and path.is_file():
                yield path.stat().st_size


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
