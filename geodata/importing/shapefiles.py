"""Shapefiles, whose parts say how long they are: GDAL gives what it finds, blank where bytes are missing or shifted."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from twin.errors import InputError

CUT = "Is it whole? A download that was cut off looks like this."
#: A table is looked into up to this size; none of a city's is larger [bytes].
_MOST_BYTES = 512 * 2**20


def check_whole(path: Path, name: str) -> None:
    """Refuse a shapefile, or one in an archive, that is shorter than it says, or whose table is shifted.

    Raises
    ------
    InputError
        Records would come without geometry, or with the values of others.
    """
    for part, size, data in _parts(path):
        label = name if PurePosixPath(part).suffix.lower() == path.suffix.lower() else f"{name}: {part}"
        if part.lower().endswith(".shp"):
            # ESRI Shapefile Technical Description, 1998: file length in 16-bit words, big-endian, bytes 24 to 27
            said = 2 * int.from_bytes(data[24:28], "big")
            if said > size:
                raise InputError(file=label, found=f"{size:,} bytes where its header says {said:,}",
                                 expected="a whole file", remedy=CUT)
        else:
            _check_table(data, size, label)


def _check_table(data: bytes, size: int, name: str) -> None:
    """Refuse a table of dBase that lacks bytes, or in which a record begins elsewhere than its header says."""
    if len(data) < 32:
        return
    # dBase III file header: records (bytes 4 to 7), length of the header (8 to 9) and of a record (10 to 11)
    records, head, length = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    said = head + records * length
    if said > size:
        raise InputError(file=name, found=f"{size:,} bytes where its header says {said:,}", expected="a whole table",
                         remedy=CUT)
    if not records or not length or len(data) < said:
        return
    marks = np.frombuffer(data, dtype=np.uint8, count=records * length, offset=head)[::length]
    wrong = np.flatnonzero((marks != ord(" ")) & (marks != ord("*")))  # kept, or struck out
    if len(wrong):
        raise _shifted(name, f"record {int(wrong[0]) + 1:,} that does not begin where its header says")
    if data[said:said + 1] not in (b"", b"\x1a", b"\0"):  # the end of the file, marked or not
        raise _shifted(name, f"{size:,} bytes where its header says {said:,}")


def _shifted(name: str, found: str) -> InputError:
    return InputError(file=name, found=found, expected="records of one length",
                      remedy="Bytes are lost or added within: export it again.")


def _parts(path: Path) -> Iterator[tuple[str, int, bytes]]:
    """Give name, size and bytes of what there is to look at: heads of shapes, tables up to a bound."""
    if path.suffix.lower() == ".shp":
        for one in (path, *(path.with_suffix(end) for end in (".dbf", ".DBF"))):
            if one.is_file():
                size = one.stat().st_size
                with one.open("rb") as stream:
                    yield one.name, size, stream.read(_enough(one.name, size))
    elif path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = {member.filename for member in archive.infolist()}
            for member in archive.infolist():
                own = PurePosixPath(member.filename)
                if own.suffix.lower() == ".shp" or (own.suffix.lower() == ".dbf" and any(
                        str(own.with_suffix(end)) in members for end in (".shp", ".SHP"))):
                    with archive.open(member) as stream:
                        yield member.filename, member.file_size, stream.read(_enough(own.name, member.file_size))


def _enough(name: str, size: int) -> int:
    return size if name.lower().endswith(".dbf") and size <= _MOST_BYTES else 32
