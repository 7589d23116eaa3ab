"""Valmont-sur-Ouche: the built-in town, made by code from a seed. It does not exist.

``valmont()`` gives it as a city file. Making it takes seconds, so it is kept in the user's cache folder under a name
that depends on the generator's own source and on the versions of what it is built with: another generator, another
town, never a stale one.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geodata.city.model import CityFile

__all__ = ["cache_folder", "valmont"]

#: What the town's bytes depend on beside this folder's own source.
_BUILT_WITH = ("numpy", "scipy", "shapely", "rasterio", "pyogrio")


@cache
def valmont() -> CityFile:
    """Give the town: from the cache folder when it holds this very town, else made anew and kept there.

    A cache that cannot be written or read is no error: the town is made in memory.
    """
    from geodata.city.file import read_city, write_city
    from geodata.city.place import terrain_path
    from twin.errors import InputError

    path = cache_folder() / f"valmont-{_digest()[:16]}.gpkg"
    if path.is_file():
        try:
            return read_city(path)
        except (InputError, OSError):
            for damaged in (path, terrain_path(path)):
                damaged.unlink(missing_ok=True)
    from geodata.demo_town.made import make_city_file  # loads half of scipy, which a town that is kept needs not

    made = make_city_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_city(made, path)
        return read_city(path)
    except (InputError, OSError):
        return made


def cache_folder() -> Path:
    """Give the user's cache folder of the twin: ``TWIN_CACHE``, else the system's usual place."""
    if given := os.environ.get("TWIN_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "citytwin"


def _digest() -> str:
    """Give the hash of everything the town's bytes depend on."""
    here = Path(__file__).parent
    digest = sha256()
    sources = [*here.glob("*.py"), *(here.parent / name for name in ("city/file.py", "terrain.py")),
               here.parents[1] / "twin" / "data" / "kinds.toml"]
    for path in sorted(sources):
        digest.update(path.name.encode() + path.read_bytes())
    for package in _BUILT_WITH:
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()
