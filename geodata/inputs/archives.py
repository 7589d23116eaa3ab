"""Files in a zip archive, named by a path that goes through it: ``data.zip/eclairage/lampes.shp``."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from geodata.drivers import check_archive
from twin.errors import InputError

_THROUGH = re.compile(r"(.+?\.zip)/(.+)", re.IGNORECASE | re.DOTALL)
#: Members that a message names.
_NAMED = 8


def parted(name: str | Path) -> tuple[str, str] | None:
    """Give the archive that a path goes through and what it names within; None where it goes through none.

    Examples
    --------
    >>> parted("data.zip/eclairage/lampes.shp"), parted("data.zip"), parted("a/b.csv")
    (('data.zip', 'eclairage/lampes.shp'), None, None)
    """
    hit = _THROUGH.fullmatch(str(name).replace("\\", "/"))
    return None if hit is None else (hit[1], hit[2])


def members_like(archive: Path, inner: str, *, file: str, field: str = "") -> list[str]:
    """Give the members of an archive that a name or a pattern means, in order of names.

    Raises
    ------
    InputError
        No such archive, a broken one, no such member.
    """
    if not archive.is_file():
        raise InputError(file=file, field=field, found="no such file", expected=f"the archive {archive.name}",
                         remedy="Paths are relative to the file that names them, or to --data.")
    members = check_archive(archive)
    found = sorted(name for name in members if name == inner) or \
        sorted(name for name in members if fnmatchcase(name, inner) or fnmatchcase(PurePosixPath(name).name, inner))
    if not found:
        held = ", ".join(members[:_NAMED]) + (" …" if len(members) > _NAMED else "")
        raise InputError(file=file, field=field, found=f"no such file: {archive.name} has no '{inner}'",
                         expected=f"one of its files: {held or 'none'}")
    return found


def inner_files(archive: Path, endings: tuple[str, ...]) -> list[str]:
    """Give the files of an archive that end so, in order of names; none of what is no archive."""
    if archive.suffix.lower() != ".zip" or not zipfile.is_zipfile(archive):
        return []
    return sorted(name for name in check_archive(archive) if name.lower().endswith(endings))


@contextmanager
def unpacked(archive: Path, member: str) -> Iterator[Path]:
    """Give a member as a file on the disk, with those that stand beside it under its name, for as long as it is read.

    A shapefile is read with its ``.dbf`` and ``.prj``.
    """
    stem = PurePosixPath(member).name.split(".")[0]
    with TemporaryDirectory(prefix="twin-archive-") as folder, zipfile.ZipFile(archive) as content:
        here = PurePosixPath(member).parent
        for info in content.infolist():
            inner = PurePosixPath(info.filename)
            if not info.is_dir() and inner.parent == here and inner.name.split(".")[0] == stem:
                (Path(folder) / inner.name).write_bytes(content.read(info))
        yield Path(folder) / PurePosixPath(member).name
