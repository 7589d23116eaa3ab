"""Writing whole or not at all: beside its final place first, then moved there in one step.

A killed process, a full disk or a folder that may not be written leaves what stood there before, and nothing that
looks finished.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from rasterio.errors import RasterioError

from twin.errors import InputError

#: What file systems take [bytes].
_LONGEST_NAME = 255
#: What the libraries raise when the place, not the data, is at fault.
_FAILURES = (OSError, DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, RasterioError,
             sqlite3.Error, pa.ArrowException)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside ``target`` that is gone afterwards, whatever happens.

    Write in it, then move what is finished with ``Path.replace``: same disk, so the move is one step.

    Parameters
    ----------
    target
        Where the finished file or folder will stand.

    Raises
    ------
    InputError
        The place cannot be written: no such folder, no right, no space left.
    """
    work: Path | None = None
    try:
        if len(target.name.encode()) > _LONGEST_NAME:
            raise OSError(errno.ENAMETOOLONG, "a name too long")
        work = Path(tempfile.mkdtemp(prefix=f".{target.name[:60]}.", suffix=".part", dir=target.parent))
        yield work
    except InputError:
        raise
    except _FAILURES as failure:
        raise unwritable(target, failure) from failure
    finally:
        if work is not None:
            with suppress(OSError):
                shutil.rmtree(work)


def check_file(out: Path, *, opens: tuple[bytes, ...], sort: str) -> None:
    """Make sure that a file may be written at ``out``: before the work, not after it.

    Parameters
    ----------
    out
        The file's final place.
    opens
        How files of this sort begin, one way or another, in any case.
    sort
        The sort in words, for the message: "a page".

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
                head = file.read(512)
        if not is_file or (head and not head.lstrip().lower().startswith(tuple(way.lower() for way in opens))):
            raise InputError(file=str(out), expected=f"a file that does not exist yet, or {sort} to replace",
                             found="a folder" if out.is_dir() else "a file of another sort",
                             remedy="It may be something of yours, so it stays. Choose another place.")
    if len(out.name.encode()) > _LONGEST_NAME:
        raise unwritable(out, OSError(errno.ENAMETOOLONG, "a name too long"))
    if not (out.parent.is_dir() and os.access(out.parent, os.W_OK | os.X_OK)):
        raise unwritable(out, OSError("no such folder"))


def write_whole(out: Path, text: str, *, opens: str, sort: str) -> None:
    """Write a text file whole or not at all, over nothing but a file of its own sort.

    Parameters
    ----------
    out
        The file's final place.
    text
        What stands in it; UTF-8.
    opens
        How every file of this sort begins (``<!doctype html``), in any case.
    sort
        The sort in words, for the message: "a page".

    Raises
    ------
    InputError
        The place holds a folder, a device or a file of another sort, or cannot be written; what stood there stays.
    """
    check_file(out, opens=(opens.encode(),), sort=sort)
    with beside(out) as work:
        finished = work / "new"
        finished.write_text(text, encoding="utf-8", newline="\n")
        finished.replace(out)


@contextmanager
def whole_folder(out: Path, *, holds: str) -> Iterator[Path]:
    """Give an empty folder to fill, that takes the place of ``out`` when the block ends well.

    Parameters
    ----------
    out
        The folder's final place; an existing one is replaced only if it holds the file ``holds``.
    holds
        Name of the file that tells a folder of this sort from something of the user's.

    Raises
    ------
    InputError
        The place holds something else, or cannot be written; what stood there stays.
    """
    if len(out.name.encode()) > _LONGEST_NAME:
        raise unwritable(out, OSError(errno.ENAMETOOLONG, "a name too long"))
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise InputError(file=str(out), found="a file", remedy="Choose another --out.",
                         expected=f"a folder that does not exist yet, or one with a {holds} to replace")
    if out.exists() and not (out / holds).is_file():
        raise InputError(file=str(out), found=f"a folder without a {holds}",
                         expected=f"a folder that does not exist yet, or one with a {holds} to replace",
                         remedy="It may hold something of yours, so it stays. Choose another --out.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise unwritable(out, failure) from failure
    with beside(out) as work:
        folder = work / "new"
        folder.mkdir()
        yield folder
        _move(folder, out, work / "old")


def _move(folder: Path, out: Path, aside: Path) -> None:
    """Put the finished folder in its place; what stood there comes back if that fails."""
    if not out.exists():
        folder.replace(out)
        return
    out.replace(aside)
    try:
        folder.replace(out)
    except BaseException:
        with suppress(OSError):
            aside.replace(out)
        raise


def unwritable(target: Path, failure: Exception) -> InputError:
    """Give the error for a place that could not be written, in plain words."""
    parent, number = target.parent, getattr(failure, "errno", None)
    text = f"{failure}".lower()
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or "disk is full" in text or "no space" in text \
            or "file too large" in text or _is_full(parent):
        found, remedy = "no space left on the disk", "Free some space or choose another disk. Nothing was changed."
    elif number == errno.ENAMETOOLONG:
        found, remedy = "a name too long", "Choose a shorter one."
    elif number == errno.ENOENT or not parent.exists():
        found, remedy = f"no folder '{parent}'", "Make the folder first, or choose another."
    elif number == errno.ENOTDIR or not parent.is_dir():
        found, remedy = f"'{parent}' is a file", "Choose a folder."
    elif number in {errno.EACCES, errno.EPERM, errno.EROFS} or not os.access(parent, os.W_OK):
        found, remedy = f"folder '{parent}' may not be written", "Choose a folder of your own, or ask for the right."
    else:
        found, remedy = f"it could not be written ({failure})", "Nothing was changed."
    return InputError(file=str(target), found=found, expected="a place that can be written", remedy=remedy)


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < 4096
    except OSError:
        return False
