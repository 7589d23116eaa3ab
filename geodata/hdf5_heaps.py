"""Damage of an HDF5 file that its library would go round for ever: told before anybody opens the file with it.

Lists of dimensions, references and texts of any length stand in global heaps: collections of objects one behind the
other, each with its size. An object that takes no room stands before itself, and the library (1.14 to 2.0) never gets
past it; it holds the interpreter meanwhile, so that no time limit inside the process ends it. Source: HDF5 File Format
Specification 3.0, III.E "Disk Format: Level 1E - Global Heap".
"""

from __future__ import annotations

import mmap
from pathlib import Path

#: A collection of objects, its version and three bytes that are zero.
_COLLECTION = b"GCOL\x01\x00\x00\x00"
#: Sizes wrap round here, as in the library.
_WRAP = 1 << 64


def endless_heap(path: Path) -> int | None:
    """Give where a collection of objects stands that never ends.

    Parameters
    ----------
    path
        An HDF5 file. It is looked through whole, a gigabyte in less than a second once it is in memory.

    Returns
    -------
    int | None
        The place of the collection in the file [bytes]; None where there is none.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        width = _width_of_lengths(data)
        at = data.find(_COLLECTION)
        while at >= 0:
            if _is_endless(data, at, width):
                return at
            at = data.find(_COLLECTION, at + len(_COLLECTION))
    return None


def _width_of_lengths(data: mmap.mmap) -> int:
    """Give how many bytes a length has: the head of the file says so, at a place that its version tells."""
    head = data[:15].ljust(15, b"\0")
    return head[14] if head[8] < 2 else head[10]


def _is_endless(data: mmap.mmap, at: int, width: int) -> bool:
    """Walk through the objects of a collection as the library does."""
    def length(place: int) -> int:
        return int.from_bytes(data[place:place + width], "little")

    # Heads of collections and of objects are both 8 bytes and a length, filled up to eights.
    head = 8 + -(-width // 8) * 8
    end = min(at + length(at + 8), len(data))
    place = at + head
    while place + head <= end:
        size = length(place + 8)
        is_free = data[place:place + 2] == b"\0\0"
        room = size if is_free else (head + -(-size // 8) * 8) % _WRAP
        if room == 0:
            return True
        place += room
    return False
