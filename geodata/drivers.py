"""What geodata lets GDAL open: files of known forms, on this disk, of a size that memory holds.

GDAL looks at content, not at names: a text that calls itself ``terrain.tif`` may be a VRT or a WMS description, and
GDAL would fetch what it points to, from the network or from anywhere on the disk. Hence drivers by allow-list: those
named here read one file and what belongs to it, and nothing else. A VRT is read by :mod:`geodata.raster_files`, which
lets it name tiles beside it.
"""

from __future__ import annotations

import math
import sqlite3
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.causes import cause_of
from twin.errors import InputError

if TYPE_CHECKING:
    from rasterio import DatasetReader

#: Rasters of depths, altitudes and values over the ground. PNG and JPEG are pictures; netCDF and HDF5 have their own
#: reader (geodata.hazards.netcdf); VRT, WMS, WCS, STAC and the like point to other files or to the network.
RASTERS = ("GTiff", "AAIGrid", "GRASSASCIIGrid", "SRTMHGT", "HFA", "EHdr", "ENVI", "GSAG", "GSBG", "GS7BG", "SAGA",
           "RST", "PCRaster", "XYZ", "DTED", "USGSDEM", "BT")
#: Vectors and tables. Left out on purpose: all that opens what its text points to (OGR_VRT, WFS, OAPIF, CSW, CARTO,
#: GMLAS, GPSBabel, STACIT...) or a database (PostgreSQL, MySQL).
VECTORS = ("ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "JSONFG", "FlatGeobuf", "GML",
           "KML", "LIBKML", "GPX", "OSM", "CSV", "XLSX", "ODS", "MapInfo File", "DXF", "DGN", "OpenFileGDB", "SQLite",
           "GeoRSS", "JML", "MapML", "EDIGEO", "VFK", "LVBAG", "S57", "OGR_GMT", "AVCBin", "AVCE00", "Selafin", "MEM",
           "Memory")
#: Cells that are read into memory at once: 250 million are 1 GB as they stand and about 3 GB while they are read.
MOST_CELLS = 250_000_000
#: One block of a compressed raster is unpacked whole, whatever part of it is asked for [bytes].
_MOST_BLOCK = 512 * 2**20
#: A member of an archive, unpacked, and all of them together [bytes].
_MOST_MEMBER, _MOST_ARCHIVE = 4 * 2**30, 16 * 2**30
#: What begins like this is a text that points elsewhere.
_POINTERS = (b"<VRTDataset", b"<OGRVRTDataSource", b"<GDAL_WMS", b"<WMS_", b"<WCS_GDAL", b"<OGRWFSDataSource", b"<wfs:",
             b"<GDALTileIndexDataset", b"<StacCatalog", b"<GDALWMTS")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def regular(path: Path, *, expected: str, file: str = "", field: str = "", remedy: str = "") -> None:
    """Make sure that a path is a plain file: no folder, pipe or device, whose end nobody knows.

    Raises
    ------
    InputError
        It is none, or does not exist.
    """
    shown = file or path.name
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # missing, or a name that no file can have
        raise InputError(file=shown, field=field, found="no such file", expected=expected,
                         remedy=remedy or "Paths are relative to the file that names them.") from None
    if not stat.S_ISREG(mode):
        is_device = stat.S_ISCHR(mode) or stat.S_ISBLK(mode)
        what = "a folder" if stat.S_ISDIR(mode) else "a device" if is_device else "a pipe"
        raise InputError(file=shown, field=field, found=f"{what}, no plain file", expected=expected)


def points_elsewhere(path: Path) -> bool:
    """Tell whether a file is a text that points to other files or to the network: a VRT, a WMS or WFS description."""
    with path.open("rb") as file:
        head = file.read(2048)
    return any(sign in head for sign in _POINTERS)


def check_archive(path: Path) -> list[str]:
    """Give the members of a zip archive; refuse one that is broken, or that unpacks to more than memory holds.

    Raises
    ------
    InputError
        As said.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(file=path.name, found="a broken zip archive", expected="a whole one",
                         remedy="Copy it again: it may be truncated.") from None
    largest = max((member.file_size for member in members), default=0)
    total = sum(member.file_size for member in members)
    if largest > _MOST_MEMBER or total > _MOST_ARCHIVE:
        raise InputError(file=path.name, found=f"an archive that unpacks to {total / 2**30:,.0f} GB",
                         expected=f"at most {_MOST_MEMBER // 2**30} GB a file and {_MOST_ARCHIVE // 2**30} GB in all",
                         remedy="Unpack it, look at what it holds, and name the file that is meant.")
    return [member.filename for member in members if not member.is_dir()]


def check_cells(rows: int, columns: int, *, file: str, field: str = "", remedy: str = "") -> None:
    """Refuse more cells than memory holds, before they are read.

    Raises
    ------
    InputError
        More than ``MOST_CELLS``.
    """
    if rows * columns > MOST_CELLS:
        raise InputError(file=file, field=field, found=f"{rows:,} x {columns:,} cells to read at once",
                         expected=f"at most {MOST_CELLS / 1e6:.0f} million",
                         remedy=remedy or "Cut it to the area that is meant, or make its cells larger.")


@contextmanager
def opened_raster(path: str | Path) -> Iterator[DatasetReader]:
    """Open a raster; a file that is missing, truncated, of no known form or none at all is the reader's error.

    Parameters
    ----------
    path
        A file, or one in an archive as ``/vsizip/...`` (its archive checked before).

    Raises
    ------
    InputError
        The file cannot be opened or read, points elsewhere, or says nowhere where its cells lie.
    """
    # Loaded when a raster is read, not when a scenario is.
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import DatasetReader

    name = Path(path).name
    if not any(kept[0] == "ignore" and kept[2] is NotGeoreferencedWarning for kept in warnings.filters):
        # Refused below, in words that help. Once for all threads: what a `with` changes here is shared by them.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
    is_inner = str(path).startswith("/vsizip/")
    if not is_inner:
        regular(Path(path), file=str(path), expected="a raster")
        _check_beside(Path(path))
        if points_elsewhere(Path(path)):
            raise InputError(file=name, found="a text that points to other files or to the network (VRT, WMS and the "
                             "like)", expected="a raster that holds its own values (GeoTIFF, ASC)",
                             remedy="Write it out first: gdal_translate IN OUT.tif.")
    try:
        with rasterio.Env(), DatasetReader(str(path), driver=list(RASTERS)) as dataset:
            _check_header(dataset, name)
            yield dataset
    except RasterioError as error:
        raise InputError(file=name, found="a file that GDAL cannot read: broken off, or no raster "
                         f"({cause_of(error)})",
                         expected="a whole raster", remedy="Copy it again: it may be truncated. GeoTIFF, ASC, HGT, "
                         "IMG, BIL and Surfer grids are read.") from None


def _check_header(dataset: DatasetReader, name: str) -> None:
    if dataset.transform.is_identity:
        raise InputError(file=name, remedy="Georeference it again.",
                         found=("no CRS and " if dataset.crs is None else "") + "no place in the CRS (no georeference)",
                         expected="a raster that says where its cells lie")
    a, b, c, d, e, f = tuple(dataset.transform)[:6]
    if not all(map(math.isfinite, (a, b, c, d, e, f))) or not abs(a * e - b * d) > 0:
        raise InputError(file=name, found=f"cells of {a:g} x {e:g}", remedy="Georeference it again.",
                         expected="a raster that says where its cells lie")
    if "OVERVIEW_FILE" in dataset.tags(ns="OVERVIEWS"):
        raise InputError(file=name, found="overviews in another file", expected="a raster that holds its own values")
    for (high, wide), dtype in zip(dataset.block_shapes, dataset.dtypes, strict=True):
        size = high * wide * _bytes_of(dtype)
        if size > _MOST_BLOCK:
            raise InputError(file=name, found=f"one block of {high:,} x {wide:,} cells, {size / 2**30:.1f} GB unpacked",
                             expected="blocks of 512 MB at most",
                             remedy="Write it in tiles: gdal_translate -co TILED=YES IN OUT.tif.")


def _bytes_of(dtype: str) -> int:
    return int("".join(letter for letter in dtype if letter.isdigit()) or 8) // 8


def _check_beside(path: Path) -> None:
    """Refuse masks and overviews beside a raster that are no TIFF: GDAL opens them by content, whatever they are."""
    for ending in (".msk", ".ovr", ".OVR", ".MSK"):
        beside = path.with_name(path.name + ending)
        if beside.is_file():
            with beside.open("rb") as file:
                head = file.read(4)
            if head not in _TIFF and head[:4] != b"EHFA":
                raise InputError(file=beside.name, found=f"a file beside {path.name} that is no TIFF",
                                 expected="the mask or the overviews of that raster",
                                 remedy="Move it away if it does not belong to the raster.")
    aux = path.with_name(f"{path.name}.aux.xml")
    if aux.is_file():
        with aux.open("rb") as file:
            text = file.read(16 * 2**20)
        if b"OVERVIEW_FILE" in text or b"<SourceFilename" in text:
            raise InputError(file=aux.name, found="a sidecar that points to another file",
                             expected="statistics and the CRS of its raster", remedy="Move it away.")


def check_vector(path: Path, *, file: str = "", field: str = "", expected: str = "a vector file") -> None:
    """Make sure that GDAL may open a vector file: on this disk, of a known form, of a size that memory holds.

    Call it before every reader of pyogrio. From the first call on, the drivers that reach other files or the network
    are out of this process.

    Raises
    ------
    InputError
        No plain file (nor a folder ``.gdb``), a text that points elsewhere, an archive too large.
    """
    shown = file or path.name
    if path.is_dir() and path.suffix.lower() == ".gdb":
        pass
    else:
        regular(path, file=shown, field=field, expected=expected)
        if points_elsewhere(path):
            raise InputError(file=shown, field=field, expected="a file that holds its own records",
                             found="a text that points to other files or to the network (VRT, WFS and the like)",
                             remedy="Save the data itself, as GeoPackage or GeoJSON.")
        if path.suffix.lower() == ".zip":
            check_archive(path)
        _check_views(path, shown, field)
    _only_known_vectors()


def _check_views(path: Path, file: str, field: str) -> None:
    """Refuse a database with a view that calls itself: it may never end, and GDAL asks it for all that it has."""
    with path.open("rb") as stream:
        if stream.read(16) != b"SQLite format 3\0":
            return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            endless = [str(name) for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = "
                                                                   "'view'") if "recursive" in str(sql).lower()]
    except sqlite3.Error:  # damaged: GDAL says how
        return
    if endless:
        raise InputError(file=file, field=field, ids=endless, found="views that call themselves",
                         expected="layers and tables", remedy="Save what they show as layers of their own.")


@lru_cache(maxsize=1)
def _only_known_vectors() -> None:
    """Take the drivers that are not on the list out of pyogrio's GDAL, once a process.

    pyogrio opens with every driver that is registered; GDAL takes those out that ``GDAL_SKIP`` names whenever its
    drivers are registered, which ``_register_drivers`` does again.
    """
    import pyogrio
    import pyogrio.core

    unwanted = sorted(set(pyogrio.list_drivers()) - set(VECTORS))
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(unwanted), "CPL_VSIL_CURL_ALLOWED_FILENAME": "none"})
    pyogrio.core._register_drivers()
    pyogrio.set_gdal_config_options({"GDAL_SKIP": None})
    left = sorted(set(pyogrio.list_drivers()) - set(VECTORS))
    if left:
        raise RuntimeError(f"GDAL kept drivers that may reach the network: {', '.join(left)}")
