"""Where a city file may stand: on nothing, or on an earlier city of the twin's with the terrain that belongs to it.

A city and its terrain are two files that change together. The city holds the digest of its terrain; a process that was
killed between the two moves left the new city beside its place, and the next one to look puts it there.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from geodata.atomic import unwritable
from geodata.city.layers import FORMAT
from geodata.city.package import Package
from geodata.digests import sha256_of
from geodata.locks import label_of
from twin.errors import InputError

#: What the terrain of a city says of who wrote it.
SOFTWARE = "citytwin"
#: Beginning of the ``format`` of city files of any version.
_ANY_VERSION = FORMAT.rstrip("0123456789")
_REMEDY = "What is no city file is never overwritten. Choose another --out, town.gpkg for example."


def terrain_path(path: Path) -> Path:
    """Give where the terrain of a city file stands."""
    return path.with_name(f"{path.stem}.terrain.tif")


def check_city_place(path: Path, read: Iterable[Path] = ()) -> None:
    """Make sure that a city file may stand at ``path``, and its terrain beside it.

    Parameters
    ----------
    path
        The place.
    read
        Files that the city is made from: they are never overwritten.

    Raises
    ------
    InputError
        A folder, a file of another sort, a database that is no city, a terrain that is not the twin's, a file that is
        read, no name for a file.
    """
    try:
        if not path.name or path.is_dir():
            raise InputError(file=str(path), found="a folder", expected="a name for the city file", remedy=_REMEDY)
        for mine in (path, terrain_path(path)):
            if mine.exists() and not mine.is_file():
                raise InputError(file=str(mine), found="no plain file", expected="a place for the city file",
                                 remedy=_REMEDY)
            if mine.exists() and any(source.is_file() and source.samefile(mine) for source in read):
                raise InputError(file=str(mine), found="a file that the city is made from", remedy=_REMEDY,
                                 expected="a place of its own")
        if path.exists() and path.stat().st_size and _facts(path) is None:
            raise InputError(file=str(path), found=_what_it_is(path), remedy=_REMEDY,
                             expected="a place where nothing stands, or an earlier city file to replace")
        if terrain_path(path).exists() and not _is_our_terrain(path):
            raise InputError(file=str(terrain_path(path)), found="a terrain that the twin did not write",
                             expected="nothing, or the terrain of an earlier city file",
                             remedy="It may be something of yours, so it stays. Move it, or choose another --out.")
    except OSError as failure:
        raise unwritable(path, failure) from failure


def finish(path: Path) -> None:
    """Put a city in its place that was written whole with the terrain that stands there, and not moved any more.

    Nothing happens where there is none, or where the folder may not be written.
    """
    left = re.compile(rf"\.{re.escape(label_of(path))}\.[a-z0-9_]{{8}}\.part")
    with suppress(OSError):
        folders = [folder for folder in path.parent.iterdir() if left.fullmatch(folder.name)]
        waiting = [folder / "city.gpkg" for folder in folders if (folder / "ready").is_file()]
        if not waiting or not terrain_path(path).is_file():
            return
        digest = sha256_of(terrain_path(path))
        for city in waiting:
            facts = _facts(city) if city.is_file() else None
            if facts is not None and facts.get("terrain_sha256") == digest:
                city.replace(path)


def _facts(path: Path) -> dict[str, str] | None:
    """Give what a city file says of itself; None where it is none."""
    try:
        with Package(path) as package:
            if not {"metadata", "supplies"} <= set(package.tables):
                return None
            facts = package.pairs("metadata", "key", "value")
    except InputError:
        return None
    return facts if facts.get("format", "").startswith(_ANY_VERSION) else None


def _what_it_is(path: Path) -> str:
    with path.open("rb") as file:
        is_database = file.read(16) == b"SQLite format 3\0"
    return "a database that is no city file, or a damaged one" if is_database else "a file of another sort"


def _is_our_terrain(path: Path) -> bool:
    """Tell whether the terrain beside a city is the twin's: it says so, or an older city beside it does."""
    stands = terrain_path(path)
    if not stands.stat().st_size:
        return True
    with suppress(RasterioError), warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning), \
            rasterio.open(stands, driver="GTiff") as raster:
        if raster.tags().get("TIFFTAG_SOFTWARE") == SOFTWARE:
            return True
    facts = (_facts(path) if path.is_file() else None) or {}
    return facts.get("terrain") == "beside" and "terrain_sha256" not in facts
