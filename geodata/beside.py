"""Which files are read with one: masks, CRS and headers beside a raster, the parts of a shapefile, tiles of a VRT.

What an answer rests on is every file whose bytes were read: a depth raster with the same bytes and another ``.prj``
beside it gives another answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

#: Put after the whole name: ``depth.tif.msk``.
_AFTER_NAME = (".aux.xml", ".ovr", ".msk", ".prj", ".xml")
#: Put in place of the ending: ``depth.tfw``. What of them GDAL reads depends on the sort of the file.
_IN_PLACE = {
    **dict.fromkeys((".tif", ".tiff"), (".tfw", ".tifw", ".tiffw", ".wld", ".prj", ".aux", ".rpb", ".imd")),
    **dict.fromkeys((".asc", ".wd", ".grd", ".dem", ".map"), (".prj", ".aux", ".wld")),
    **dict.fromkeys((".bil", ".flt", ".img", ".bin", ".dat"), (".hdr", ".prj", ".blw", ".clr", ".stx", ".ige", ".rrd",
                                                              ".aux")),
    ".shp": (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"), ".dbf": (".cpg", ".dbt", ".fpt"),
    ".tab": (".dat", ".map", ".id", ".ind"), ".mif": (".mid",), ".gml": (".gfs", ".xsd"), ".csv": (".csvt", ".prj")}


def files_read(path: Path) -> list[Path]:
    """Give a file and those on this disk that are read with it, each once; a VRT's tiles with theirs.

    Nothing is refused here: whoever reads the file says what is wrong with it.
    """
    found = {path: None, **dict.fromkeys(_beside(path))}
    if is_vrt(path):
        from geodata.raster_files import expanded
        from twin.errors import InputError

        try:
            tiles = [tile.on_disk for tile in expanded(path, field="")]
        except (InputError, OSError):
            tiles = []
        for tile in tiles:
            found |= {tile: None, **dict.fromkeys(_beside(tile))}
    return list(found)


def is_vrt(path: Path) -> bool:
    """Tell whether a file is a VRT by its content."""
    try:
        with path.open("rb") as file:
            return b"<VRTDataset" in file.read(512)
    except OSError:
        return False


def _beside(path: Path) -> Iterable[Path]:
    by_name = _names_in(path.parent)
    name, stem = path.name.casefold(), path.stem.casefold()
    wanted = [name + ending for ending in _AFTER_NAME] + [stem + end for end in _IN_PLACE.get(path.suffix.lower(), ())]
    return [path.parent / by_name[key] for key in wanted if key in by_name and by_name[key] != path.name]


def _names_in(folder: Path) -> dict[str, str]:
    try:
        return _listed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return {}


@lru_cache(maxsize=32)
def _listed(folder: Path, _changed_ns: int) -> dict[str, str]:
    """Give the names of the files in a folder by their small letters: a series asks for the same one again."""
    return {entry.name.casefold(): entry.name for entry in folder.iterdir() if entry.is_file()}
