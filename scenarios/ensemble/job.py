"""What the nights of an ensemble share, as one file that every worker of a machine maps: it is in memory once.

The columns stand in the file as they are, each on a boundary of cache lines; what binds them together is a pickle
behind them. A worker that reads its job reads the pickle alone, and each page of a column as it is first needed; who
writes to a column that may be written (few are) gets a page of its own.
"""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np

from twin.ensemble.member import Ensemble

#: Columns begin at multiples of this [bytes].
_LINE = 64


def write_job(ensemble: Ensemble, path: Path) -> str:
    """Write what nights share, and give the SHA-256 of the file.

    Raises
    ------
    OSError
        It cannot be written.
    """
    # Made here once rather than by every worker.
    for name in ("keys", "night", "ground", *(("alternatives",) if ensemble.uncertainty.wrong_links else ())):
        getattr(ensemble, name)
    found = sha256()
    with path.open("wb") as file:
        for piece in _pieces(ensemble):
            found.update(piece)
            file.write(piece)
    return found.hexdigest()


def _pieces(ensemble: Ensemble) -> Iterator[bytes | memoryview]:
    """Give the file piece by piece: where each column begins and how long it is, the pickle last; then all of them."""
    columns: list[pickle.PickleBuffer] = []
    binding = pickle.dumps(ensemble, protocol=5, buffer_callback=columns.append)
    contents = [*(column.raw() for column in columns), memoryview(binding)]
    places = np.empty((len(contents), 2), "<i8")
    at = _after(8 * (1 + places.size))
    for k, content in enumerate(contents):
        places[k] = at, content.nbytes
        at = _after(at + content.nbytes)
    table = np.int64(len(contents)).astype("<i8").tobytes() + places.tobytes()
    yield table
    written = len(table)
    for (begin, length), content in zip(places.tolist(), contents, strict=True):
        yield bytes(begin - written)
        yield content
        written = begin + length


def _after(at: int) -> int:
    return -(-at // _LINE) * _LINE


def read_job(path: Path) -> Ensemble:
    """Map a job; its columns stay in the file.

    Raises
    ------
    OSError
        It is not there.
    """
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    count = int(np.frombuffer(whole[:8], "<i8")[0])
    places = np.frombuffer(whole[8:8 + 16 * count], "<i8").reshape(count, 2).tolist()
    *columns, binding = [whole[begin:begin + length] for begin, length in places]
    ensemble: Ensemble = pickle.loads(binding, buffers=columns)
    return ensemble
