"""Why a library or the system could not do it: one of a dozen causes, with its own words in brackets.

The cause is told by class and number where there are any, else by what libraries are known to write. It is plain
English here, and French where a refusal is told in French; the words in brackets stay those of the library, which is
what one looks for on the web.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping

_NO_RIGHT = "no right to read or write there"
_FULL = "the disk is full"
#: By number of the system.
_BY_NUMBER: Mapping[int, str] = {
    errno.ENOENT: "no such file or folder", errno.EACCES: _NO_RIGHT, errno.EPERM: _NO_RIGHT,
    errno.EROFS: "a disk that may only be read", errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EFBIG: _FULL,
    errno.EISDIR: "a folder in place of a file", errno.ENOTDIR: "a file in place of a folder",
    errno.EMFILE: "too many open files", errno.ENFILE: "too many open files", errno.ENOMEM: "too little memory",
    errno.EIO: "a disk or a network that fails", errno.ESTALE: "a disk or a network that fails",
    errno.ENAMETOOLONG: "a name that is too long", errno.ELOOP: "a link that leads to itself",
    errno.EBUSY: "a file that another program holds"}
#: By what GDAL, SQLite, HDF5, TIFF and others write.
_BY_WORDS: tuple[tuple[str, str], ...] = (
    (r"no such file|does not exist in the file system|file not found", _BY_NUMBER[errno.ENOENT]),
    (r"permission denied|access is denied|attempt to write a readonly", _NO_RIGHT),
    (r"no space left|disk is full|disk full|cannot write .*bytes", _FULL),
    (r"is a directory", _BY_NUMBER[errno.EISDIR]),
    (r"too many open files", _BY_NUMBER[errno.EMFILE]),
    (r"out of memory|cannot allocate|unable to allocate", _BY_NUMBER[errno.ENOMEM]),
    (r"database is locked|unable to lock file|resource temporarily unavailable", _BY_NUMBER[errno.EBUSY]),
    (r"not recogni[sz]ed as|file is not a database|file signature not found|not a (valid |known )?\S+ file|"
     r"did not find a match in any of xarray|unknown file format", "a file of a form that is not known"),
    (r"truncat|end of file|eof|not enough data|read error|got \d+ bytes, expected|breaks off|disk image is malformed|"
     r"scanline|strip \d|tile \d", "a file that is cut off or damaged"),
    (r"disk i/o error|input/output error|i/o failure", _BY_NUMBER[errno.EIO]),
    (r"codec can't decode|invalid start byte|invalid utf-?8", "letters in another encoding"))
#: Of what a library says, so much is kept [characters].
_LONGEST = 160


def cause_of(error: BaseException) -> str:
    """Give why something could not be read or written.

    Parameters
    ----------
    error
        What a library or the system raised.

    Returns
    -------
    str
        A cause with the library's own first line in brackets; that line alone where the cause is none of those known.

    Examples
    --------
    >>> cause_of(PermissionError(13, "Permission denied"))
    'no right to read or write there [Permission denied]'
    >>> cause_of(RuntimeError("'a.tif' not recognized as being in a supported file format."))
    "a file of a form that is not known ['a.tif' not recognized as being in a supported file format]"
    """
    number = error.errno if isinstance(error, OSError) else None
    own = (error.strerror or "" if isinstance(error, OSError) else "") or str(error)
    first = own.splitlines()[0][:_LONGEST].rstrip(". ") if own.strip() else type(error).__name__
    cause = _BY_NUMBER.get(number) if number is not None else None
    if cause is None:
        cause = next((said for words, said in _BY_WORDS if re.search(words, first, re.IGNORECASE)), None)
    return first if cause is None else f"{cause} [{first}]"
