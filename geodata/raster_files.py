"""Which files one raster is made of: one, several by pattern or list, those of a folder or an archive, those of a VRT.

Models write one depth per terrain tile and a VRT that holds them together. A VRT is not given to GDAL: it is read here,
and only a mosaic of plain tiles that stand beside it or below is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

from geodata.drivers import check_archive, regular
from geodata.inputs.archives import members_like, parted
from geodata.inputs.time_names import natural
from twin.errors import InputError

#: Endings of rasters: what is taken from a folder or an archive.
ENDINGS = (".tif", ".tiff", ".asc", ".hgt", ".img", ".bil", ".wd", ".grd", ".flt", ".map", ".dem")
#: Files that stand beside rasters and are none: a pattern may match them too.
BESIDE = (".xml", ".prj", ".tfw", ".tifw", ".wld", ".ovr", ".msk", ".aux", ".hdr", ".clr", ".stx", ".qml", ".qmd",
          ".sld", ".csv", ".md5", ".pdf", ".txt", ".json", ".cpg", ".dbf", ".lgd", ".rrd", ".jgw", ".blw", ".bpw")
_MOST_VRT = 16 * 2**20
#: A pattern that matches more than this is a slip.
_MOST_MATCHES = 200_000
#: What a plain tile of a VRT may say of itself; anything else changes its values.
_PLAIN = {"SourceFilename", "SourceBand", "SourceProperties", "SrcRect", "DstRect", "NODATA"}


@dataclass(frozen=True, slots=True)
class RasterFile:
    """One file that holds cells."""

    #: What is opened: a path on this disk, or one in an archive as ``/vsizip/...``.
    path: str
    #: How messages call it: the file's name, with its archive's or VRT's where it comes from one.
    name: str
    #: The file on this disk whose bytes are read.
    on_disk: Path
    #: Upper left corner by the VRT that names it, x and y; None without one.
    corner: tuple[float, float] | None = None
    #: CRS, value for missing and unit by the VRT that names it; None without one.
    crs: str | None = None
    nodata: float | None = None
    unit: str | None = None


def files_of(named: str | Sequence[str], folder: Path, *, field: str, what: str = "a raster") -> list[RasterFile]:
    """Give the files of one raster.

    Parameters
    ----------
    named
        A file, a pattern (``tiles/*.tif``), a folder, a zip archive, a file or pattern in one
        (``all.zip/tiles/*.tif``), a VRT; or a list of them.
    folder
        What relative names are relative to.
    what
        For messages: what one of them should hold.

    Raises
    ------
    InputError
        Nothing of that name, an archive or a VRT that lacks a tile or may not be read.
    """
    texts = [named] if isinstance(named, str) else list(named)
    found: list[RasterFile] = []
    lacking: list[str] = []
    for text in texts:
        if (within := parted(text)) is not None and not _exists(folder / text):
            found += _members(folder / within[0], within[1], text, field)
            continue
        paths = _matching(text, folder, field)
        lacking += [path.name for path in paths if not _exists(path)]
        found += [file for path in paths if _exists(path) for file in expanded(path, field=field, what=what)]
    if lacking and len(texts) > 1:
        raise InputError(field=field, ids=lacking, found=f"{len(lacking)} of {len(texts)} tiles that do not exist",
                         expected="files relative to the scenario")
    if lacking:
        raise InputError(file=texts[0], field=field, found="no such file", expected=what,
                         remedy="Paths are relative to the file that names them.")
    return found


def _members(archive: Path, inner: str, text: str, field: str) -> list[RasterFile]:
    """Give the rasters of an archive that a path through it names."""
    names = sorted((name for name in members_like(archive, inner, file=text, field=field)
                    if not name.lower().endswith(BESIDE)), key=natural)
    return [RasterFile(f"/vsizip/{archive.absolute()}/{name}", f"{archive.name}/{name}", archive) for name in names]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long
        return False


def is_pattern(text: str) -> bool:
    """Tell whether a name is a pattern."""
    return any(letter in text for letter in "*?[")


def _matching(text: str, folder: Path, field: str) -> list[Path]:
    # A file of that very name comes before what its brackets would match.
    if not is_pattern(text) or _exists(folder / text):
        return [folder / text]
    found = matching(text, folder)
    if not found:
        raise InputError(field=field, found=f"no file like '{text}'",
                         expected="rasters; a pattern, tiles/*.tif for example",
                         remedy="The pattern is relative to the file that names it.")
    return found


def matching(pattern: str, folder: Path) -> list[Path]:
    """Give the rasters that a pattern names, numbers in their names counted as numbers; what stands beside them not."""
    root, inner = (Path("/"), pattern.lstrip("/")) if Path(pattern).is_absolute() else (folder, pattern)
    if root == Path("/") and is_pattern(inner.split("/")[0]):
        return []  # the whole disk
    try:
        found = list(islice(root.glob(inner), _MOST_MATCHES))
    except (ValueError, OSError):  # a pattern that older Pythons cannot read matches nothing in newer ones
        return []
    return sorted((path for path in found if path.suffix.lower() not in BESIDE), key=lambda path: natural(path.name))


def expanded(path: Path, *, field: str, what: str = "a raster") -> list[RasterFile]:
    """Give the files that one name on the disk stands for: itself, or those of a folder, an archive, a VRT.

    Raises
    ------
    InputError
        None in it, a device, an archive or VRT that may not be read.
    """
    if path.is_dir():
        inner = sorted((p for p in path.iterdir() if p.suffix.lower() in ENDINGS), key=lambda p: natural(p.name))
        if not inner:
            raise InputError(file=path.name, field=field, found="no raster in it",
                             expected=f"files ending in {', '.join(ENDINGS)}")
        return [RasterFile(str(p), p.name, p) for p in inner]
    regular(path, file=path.name, field=field, expected=what)
    with path.open("rb") as file:
        head = file.read(512)
    if head[:4] == b"PK\x03\x04" or path.suffix.lower() == ".zip":
        members = check_archive(path)
        rasters = sorted((n for n in members if n.lower().endswith(ENDINGS)), key=natural)
        if not rasters:
            held = ", ".join(members[:5])
            raise InputError(file=path.name, field=field, found=f"an archive of {held or 'nothing'}",
                             expected=f"rasters in it, ending in {', '.join(ENDINGS)}",
                             remedy="A VRT in an archive is passed over: its tiles are read themselves.")
        return [RasterFile(f"/vsizip/{path.absolute()}/{name}", f"{path.name}/{name}", path) for name in rasters]
    if b"<VRTDataset" in head:
        return _tiles_of_vrt(path, field)
    return [RasterFile(str(path), path.name, path)]


def _tiles_of_vrt(path: Path, field: str) -> list[RasterFile]:
    root = _vrt(path, field)
    try:
        transform = [float(v) for v in (root.findtext("GeoTransform") or "").split(",")]
    except ValueError:
        transform = []
    if len(transform) != 6 or not all(map(math.isfinite, transform)) or transform[2] or transform[4]:
        raise _no_mosaic(path, field, "no plain GeoTransform")
    bands = root.findall("VRTRasterBand")
    if root.get("subClass") or len(bands) != 1 or bands[0].get("subClass"):
        what = root.get("subClass") or (bands[0].get("subClass") if bands else "") or f"{len(bands)} bands"
        raise _no_mosaic(path, field, str(what))
    band = bands[0]
    if root.find("MaskBand") is not None or band.find("MaskBand") is not None:
        raise _no_mosaic(path, field, "a mask")
    if _number(band.findtext("Scale"), 1.0) != 1.0 or _number(band.findtext("Offset"), 0.0) != 0.0:
        raise _no_mosaic(path, field, "values that it scales")
    declared = band.findtext("NoDataValue")
    found, lacking = [], []
    for source in band:
        if source.tag not in ("SimpleSource", "ComplexSource"):
            if source.tag.endswith("Source") or source.tag in ("PixelFunctionCode", "PixelFunctionType"):
                raise _no_mosaic(path, field, source.tag)
            continue
        tile, corner = _tile(path, source, transform, field)
        if _exists(tile):
            nodata = _number(source.findtext("NODATA") or declared, math.nan)
            found.append(RasterFile(str(tile), f"{path.name}/{tile.name}", tile, corner, root.findtext("SRS"),
                                    None if math.isnan(nodata) else nodata, band.findtext("UnitType")))
        else:
            lacking.append(tile.name)
    if lacking:
        raise InputError(file=path.name, field=field, ids=lacking, expected="all its tiles beside it",
                         found=f"a VRT that lacks {len(lacking)} of its {len(lacking) + len(found)} tiles "
                         f"({', '.join(lacking[:5])})", remedy="Copy them too, or name the tiles that are there.")
    if not found:
        raise _no_mosaic(path, field, "no tile")
    return found


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return math.nan


def _vrt(path: Path, field: str) -> ET.Element:
    if path.stat().st_size > _MOST_VRT:
        raise _no_mosaic(path, field, f"{path.stat().st_size / 2**20:.0f} MB of text")
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _no_mosaic(path, field, "entities")
    try:
        return ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise InputError(file=path.name, field=field, found=f"a VRT that is no whole XML ({error})",
                         expected="a mosaic of tiles", remedy="Copy it again.") from None


def _tile(path: Path, source: ET.Element, transform: list[float], field: str
          ) -> tuple[Path, tuple[float, float]]:
    """Give the file of one tile, and its upper left corner by the VRT."""
    strange = {child.tag for child in source} - _PLAIN
    if strange:
        raise _no_mosaic(path, field, ", ".join(sorted(strange)))
    named = source.find("SourceFilename")
    text = (named.text or "").strip() if named is not None else ""
    home = path.parent.resolve()
    is_relative = named is not None and named.get("relativeToVRT") == "1"
    try:
        tile = (home / text).resolve() if is_relative or not Path(text).is_absolute() else Path(text).resolve()
        inside = tile.is_relative_to(home)
    except (OSError, ValueError):
        inside = False
    if not text or not inside or "://" in text or text.startswith(("/vsi", "<")):
        raise InputError(file=path.name, field=field, found="a VRT that names a file elsewhere",
                         expected="tiles beside it or below",
                         remedy="Copy the tiles beside the VRT and make it again with relative names.")
    if (source.findtext("SourceBand") or "1").strip() != "1":
        raise _no_mosaic(path, field, f"band {source.findtext('SourceBand')}")
    try:
        taken, put = ([float(source.find(tag).get(key)) for key in ("xOff", "yOff", "xSize", "ySize")]  # type: ignore[union-attr,arg-type]
                      for tag in ("SrcRect", "DstRect"))
    except (AttributeError, TypeError, ValueError):
        raise _no_mosaic(path, field, "tiles without a place") from None
    if any(abs(a - b) > 1e-3 for a, b in zip(taken[2:], put[2:], strict=True)) or any(abs(v) > 1e-3 for v in taken[:2]):
        raise _no_mosaic(path, field, "tiles that it cuts or resamples")
    return tile, (transform[0] + put[0] * transform[1], transform[3] + put[1] * transform[5])


def _no_mosaic(path: Path, field: str, why: str) -> InputError:
    return InputError(file=path.name, field=field, found=f"a VRT that is no plain mosaic of tiles ({why[:80]})",
                      expected="one band of whole tiles, as gdalbuildvrt writes it",
                      remedy="Write it out first: gdal_translate IN.vrt OUT.tif.")
