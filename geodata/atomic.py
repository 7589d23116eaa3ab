"""Writing whole or not at all: beside its final place first, on the disk, then moved there in one step.

A killed process, a full disk, a power cut or a folder that may not be written leaves what stood there before, and
nothing that looks finished. Who writes holds the place (``geodata.locks``): another one waits. What killed ones left
beside it is cleared by the next.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from geodata.causes import cause_of
from geodata.locks import label_of, locked
from geodata.ours import Sort
from twin.errors import InputError

#: What file systems take [bytes].
_LONGEST_NAME = 255
#: No city file, run or store fits into less [bytes].
_LITTLE = 2**20
#: What the libraries raise when the place, not the data, is at fault, by module: one that nobody loaded raises nothing.
_FAILURES = {"pyogrio.errors": ("DataSourceError", "DataLayerError", "FeatureError", "FieldError", "GeometryError"),
             "rasterio.errors": ("RasterioError",), "pyarrow": ("ArrowException",)}


@contextmanager
def beside(target: Path, *, before: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """Hold a place and give an empty folder beside it that is gone afterwards, whatever happens.

    Write in it, then ``move`` what is finished: same disk, so the move is one step. What a killed process left there is
    cleared before.

    Parameters
    ----------
    target
        Where the finished file or folder will stand.
    before
        Called with it while it is held, before anything is cleared.

    Raises
    ------
    InputError
        The place cannot be written: no such folder, no right, no space left.
    """
    try:
        if len(target.name.encode()) > _LONGEST_NAME:
            raise OSError(errno.ENAMETOOLONG, "a name too long")
        with locked(target):
            if before is not None:
                before(target)
            clear(target)
            work = Path(tempfile.mkdtemp(prefix=f".{label_of(target)}.", suffix=".part", dir=target.parent))
            try:
                yield work
            finally:
                with suppress(OSError):
                    shutil.rmtree(work)
    except InputError:
        raise
    except _failures() as failure:
        raise unwritable(target, failure) from failure


def _failures() -> tuple[type[Exception], ...]:
    loaded = [(sys.modules[module], names) for module, names in _FAILURES.items() if module in sys.modules]
    return OSError, sqlite3.Error, *(getattr(module, name) for module, names in loaded for name in names)


@contextmanager
def held(target: Path) -> Iterator[None]:
    """Hold a place for the block, its folder made where there is none; another process waits.

    Raises
    ------
    InputError
        The folder that it stands in cannot be made or written.
    """
    with ExitStack() as stack:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(target))
        except OSError as failure:
            raise unwritable(target, failure) from failure
        yield


def clear(target: Path) -> None:
    """Take away what killed processes left beside a place; call it while the place is held.

    One that was killed between two moves left the earlier folder aside: it is put back.
    """
    left = re.compile(rf"\.{re.escape(label_of(target))}\.[a-z0-9_]{{8}}\.part")
    for found in [path for path in target.parent.iterdir() if left.fullmatch(path.name)]:
        with suppress(OSError):
            if (found / "old").is_dir() and not target.exists():
                (found / "old").replace(target)
            shutil.rmtree(found)


def to_disk(path: Path) -> None:
    """Have the disk hold a file, or a folder with all that is in it.

    Raises
    ------
    OSError
        It has no room for it, or fails.
    """
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            to_disk(inner)
    elif not path.is_file() or path.is_symlink():
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as failure:
        if failure.errno not in {errno.EINVAL, errno.EBADF}:  # a file system that does not sync folders
            raise
    finally:
        os.close(number)


def move(finished: Path, target: Path) -> None:
    """Put a finished file in its place: on the disk first, then moved in one step."""
    to_disk(finished)
    finished.replace(target)
    _note(target.parent)


def _note(folder: Path) -> None:
    """Have the disk hold the names in a folder; where a system does not let one, that is all it promises."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def check_file(out: Path, *, opens: tuple[bytes, ...], sort: str, mark: str = "") -> None:
    """Make sure that a file may be written at ``out``: before the work, not after it.

    Parameters
    ----------
    out
        The file's final place.
    opens
        How files of this sort begin, one way or another, in any case.
    sort
        The sort in words, for the message: "a page".
    mark
        What the twin's own bear near their beginning; files of this sort that do not are somebody else's.

    Raises
    ------
    InputError
        The place holds a folder, a device or a file of another sort; its folder is none, or may not be written.
    """
    if out.exists() or out.is_symlink():
        is_file = out.is_file()
        head = b""
        if is_file:
            with out.open("rb") as file:
                head = file.read(4096)
        is_sort = not head or head.lstrip().lower().startswith(tuple(way.lower() for way in opens))
        if not is_file or not is_sort or (head and mark.encode() not in head):
            found = "a folder" if out.is_dir() else f"{sort} that the twin did not write" if is_sort and is_file \
                else "a file of another sort"
            raise InputError(file=str(out), expected=f"a file that does not exist yet, or {sort} to replace",
                             found=found, remedy="It may be something of yours, so it stays. Choose another place.")
    if len(out.name.encode()) > _LONGEST_NAME:
        raise unwritable(out, OSError(errno.ENAMETOOLONG, "a name too long"))
    if not (out.parent.is_dir() and os.access(out.parent, os.W_OK | os.X_OK)):
        raise unwritable(out, OSError("no such folder"))


def write_whole(out: Path, text: str, *, opens: str | tuple[str, ...], sort: str, mark: str = "") -> None:
    """Write a text file whole or not at all, over nothing but a file of its own sort that the twin wrote.

    Parameters
    ----------
    out
        The file's final place.
    text
        What stands in it; UTF-8.
    opens
        How every file of this sort begins (``<!doctype html``), one way or another, in any case.
    sort
        The sort in words, for the message: "a page".
    mark
        What the twin's own bear near their beginning.

    Raises
    ------
    InputError
        The place holds a folder, a device or a file of another sort, or cannot be written; what stood there stays.
    """
    ways = (opens,) if isinstance(opens, str) else opens
    check_file(out, opens=tuple(way.encode() for way in ways), sort=sort, mark=mark)
    write_bytes(out, text.encode())


def write_bytes(out: Path, data: bytes) -> None:
    """Write a file whole or not at all, over whatever stood there: who asks has checked the place.

    Raises
    ------
    InputError
        It cannot be written; what stood there stays.
    """
    with beside(out) as work:
        finished = work / "new"
        finished.write_bytes(data)
        move(finished, out)


@contextmanager
def whole_folder(out: Path, sort: Sort) -> Iterator[Path]:
    """Give an empty folder to fill, that takes the place of ``out`` when the block ends well.

    What lies in the earlier folder and is not the twin's is kept: it stands in the new one as well.

    Parameters
    ----------
    out
        The folder's final place; an existing one is replaced only if it is of this sort by its content.
    sort
        What is made.

    Raises
    ------
    InputError
        The place holds something else, or cannot be written; what stood there stays.
    """
    if len(out.name.encode()) > _LONGEST_NAME:
        raise unwritable(out, OSError(errno.ENAMETOOLONG, "a name too long"))
    try:
        sort.check(out)
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise unwritable(out, failure) from failure
    with beside(out) as work:
        folder = work / "new"
        folder.mkdir()
        yield folder
        replace_folder(folder, out, sort, work / "old")


def replace_folder(folder: Path, out: Path, sort: Sort, aside: Path) -> None:
    """Put a finished folder in its place, what is not the twin's in the earlier one beside it; call it while held.

    Parameters
    ----------
    folder
        What is finished, on the same disk.
    out
        Its final place.
    sort
        What it is.
    aside
        A place on the same disk, for the earlier folder; the caller takes it away.

    Raises
    ------
    InputError
        What stands at ``out`` has meanwhile become something else, or a file of the user's has the name of a new one.
    OSError
        The place cannot be written.
    """
    sort.check(out)  # again: the work took its time
    if not out.exists():
        to_disk(folder)
        folder.replace(out)
        _note(out.parent)
        return
    strangers = sort.strangers(out)
    taken = [name for name in strangers if (folder / name).exists()]
    if taken:
        raise InputError(file=str(out / taken[0]), found="a file that the twin did not write, where one of its own "
                         "would stand", expected="another name, or another place",
                         remedy="It may be something of yours, so it stays. Move it, or choose another --out.")
    for name in strangers:
        _keep(out / name, folder / name)
    to_disk(folder)
    if not _exchange(folder, out):
        out.replace(aside)
        try:
            folder.replace(out)
        except BaseException:
            with suppress(OSError):
                aside.replace(out)
            raise
    _note(out.parent)


def _keep(there: Path, here: Path) -> None:
    """Let a file or folder stand at a second place: under a second name where the disk allows, else as a copy."""
    if there.is_dir() and not there.is_symlink():
        here.mkdir()
        for inner in there.iterdir():
            _keep(inner, here / inner.name)
        shutil.copystat(there, here)
        return
    try:
        os.link(there, here, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(there, here, follow_symlinks=False)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system or the disk cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    at_here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of linux/fs.h
    return bool(rename(at_here, os.fsencode(one), at_here, os.fsencode(other), exchange) == 0)


def unwritable(target: Path, failure: Exception) -> InputError:
    """Give the error for a place that could not be written, in plain words."""
    parent, number = target.parent, getattr(failure, "errno", None)
    text = " ".join(_said(failure)).lower()
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or "disk is full" in text or "no space" in text \
            or "file too large" in text or "write failed" in text or _is_full(parent):
        found, remedy = "no space left on the disk", "Free some space or choose another disk. Nothing was changed."
    elif number == errno.ENAMETOOLONG:
        found, remedy = "a name too long", "Choose a shorter one."
    elif number == errno.ENOENT or not parent.exists():
        found, remedy = f"no folder '{parent}'", "Make the folder first, or choose another."
    elif number == errno.ENOTDIR or not parent.is_dir():
        found, remedy = f"'{parent}' is a file", "Choose a folder."
    elif number in {errno.EACCES, errno.EPERM, errno.EROFS} or not os.access(parent, os.W_OK):
        found, remedy = f"folder '{parent}' may not be written", "Choose a folder of your own, or ask for the right."
    elif number is None and _free(parent) < _LITTLE:
        # SQLite takes back what did not fit, and then speaks of tables that are missing.
        found = f"a disk with {_free(parent) // 1024} kB left"
        remedy = "Free some space or choose another disk. Nothing was changed."
    else:
        found, remedy = f"it could not be written ({cause_of(failure)})", "Nothing was changed."
    return InputError(file=str(target), found=found, expected="a place that can be written", remedy=remedy)


def _said(failure: BaseException | None) -> Iterator[str]:
    """Give what a failure says, and what those say that it came from."""
    for _ in range(8):  # a chain may end in itself
        if failure is None:
            return
        yield f"{failure}"
        failure = failure.__cause__ or failure.__context__


def _is_full(folder: Path) -> bool:
    return _free(folder) < 4096


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _LITTLE
