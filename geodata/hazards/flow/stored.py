"""A store of water, read back as a hazard: every frame is checked against what was written.

A store is a folder: a zarr 3 group with ``depth_mm`` (frame, row, column; 65535 is no terrain), ``peak_m`` and
``arrival_s`` over the whole run, and ``flow.json`` with the times, the grid, the book of the water, the hash of
everything that went in, a checksum of every frame, and one of all that it says itself. Where ``velocity`` was asked for
``speed_mm_s`` stands beside the depths.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import zarr

from geodata.inputs.plain_file import bytes_of
from geodata.seals import SEAL, seal_of
from twin.errors import InputError
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import WATER_STEPS_M, Envelope, Grid, total_head_m

INFO = "flow.json"
#: A depth as it is kept: whole millimetres, and this for no terrain.
UNKNOWN_MM = 65535


class FlowFrames:
    """A store of frames as a hazard.

    Parameters
    ----------
    path
        The folder.
    after
        What holds after the last frame.
    shift_s
        Added to the times of the frames [s].
    depth_error_m
        Error of the depth [m]; the store's own without it.
    again
        Makes the store again where a part of it turns out to be damaged; without it that is the reader's error.

    Raises
    ------
    InputError
        No store, one that is not finished, one that is damaged; the last may come when a frame is read, too.
    """

    def __init__(self, path: Path, *, after: str = "refuse", shift_s: int = 0,
                 depth_error_m: float | None = None, again: Callable[[], None] | None = None) -> None:
        self.path, self.after, self._again = path, after, again
        self.info = info_of(path)
        if self.info.get("complete") is not True:
            raise InputError(file=str(path), found="a store whose computation did not end", expected="a finished store",
                             remedy="Run the same `twin flood` again: it goes on where it stopped.")
        self._envelope: Envelope | None = None
        with whole(path):
            shape = self.info["grid"]
            self.grid = Grid(rows=shape["rows"], columns=shape["columns"], transform=tuple(shape["transform"]),
                             crs=shape["crs"])
            self.times_s: Int64Array = np.array(list(self.info["times_s"]), dtype=np.int64) + shift_s
            self.notes: tuple[str, ...] = tuple(self.info["notes"])
            self.depth_error_m = float(self.info["depth_error_m"] if depth_error_m is None else depth_error_m)
            self._group = zarr.open_group(path, mode="r")
            frames = self._group["depth_mm"]
            if frames.shape != (len(self.times_s), self.grid.rows, self.grid.columns):
                raise ValueError(f"frames of {frames.shape}")
            # A chunk that is not there would be read as no terrain, and run as dry.
            if frames.nchunks_initialized != self.info.get("chunks", frames.nchunks_initialized):
                raise ValueError(f"{frames.nchunks_initialized} of {self.info['chunks']} chunks")
            #: Checksum of each frame and of the maxima; None in a store of an older version.
            self._sums: Mapping[str, Any] | None = self.info.get("crc32")
            if self._sums is not None and len(self._sums["depth_mm"]) != len(self.times_s):
                raise ValueError(f"{len(self._sums['depth_mm'])} checksums")

    def check(self) -> None:
        """Read everything once.

        Raises
        ------
        InputError
            A part is damaged.
        """
        for k in range(len(self.times_s)):
            self._read("depth_mm", k)
            if self.is_flowing:
                self._read("speed_mm_s", k)
        for name in ("peak_m", "arrival_s"):
            self._read(name)

    def _read(self, name: str, k: int | None = None) -> Any:
        """Give an array, or a frame of it, as it was written; make the store again where it is not."""
        try:
            return self._checked(name, k)
        except InputError:
            if self._again is None:
                raise
            again, self._again = self._again, None  # once: what is damaged at once again is the disk's fault
            again()
            return self._checked(name, k)

    def _checked(self, name: str, k: int | None) -> Any:
        with whole(self.path):
            values = np.asarray(self._group[name][...] if k is None else self._group[name][k])
            known = None if self._sums is None else self._sums[name] if k is None else self._sums[name][k]
            if known is not None and sum_of(values) != known:
                raise ValueError(f"{name if k is None else f'frame {k + 1}'} is not what was written")
        return values

    def __getstate__(self) -> dict[str, Any]:
        """Give what goes to another process: it reads; only this one makes what is damaged again."""
        return {**self.__dict__, "_again": None}

    @property
    def book(self) -> Mapping[str, Any]:
        """Where the water came from and went [m3], as ``twin.flood.book.Book.to_dict`` gives it."""
        book: Mapping[str, Any] = self.info["book"]
        return book

    @property
    def complaint(self) -> str:
        """That the book does not balance, in a sentence that is one of the notes; empty where it does."""
        return str(self.info.get("complaint", ""))

    def frame(self, k: int) -> Float32Array:
        """Give the depth at frame ``k``, (rows, columns) [m]; NaN where there is no terrain."""
        return _metres(self._read("depth_mm", k))

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, one (C,) array a frame [m]; the envelope is made on the way."""
        peak = np.zeros((self.grid.rows, self.grid.columns), np.uint16)
        first = np.full((len(WATER_STEPS_M), *peak.shape), -1, np.int16)
        last = first.copy()
        unknown = np.zeros(peak.shape, bool)
        for k in range(len(self.times_s)):
            depth = self._read("depth_mm", k)
            if k == 0:
                unknown = depth == UNKNOWN_MM
            yield _metres(depth.ravel()[cells])
            np.maximum(peak, depth, out=peak)
            for step, metres in enumerate(WATER_STEPS_M):
                wet = depth >= round(metres * 1000)
                wet &= ~unknown
                last[step][wet] = k
                wet &= first[step] < 0
                first[step][wet] = k
        peak[unknown] = UNKNOWN_MM
        self._envelope = Envelope(peak_m=_metres(peak), first=first, last=last)

    @property
    def is_flowing(self) -> bool:
        """Whether its frames hold the speed of the water."""
        return self.info.get("velocity") is True

    def speed(self, k: int) -> Float32Array:
        """Give the speed at frame ``k``, (rows, columns) [m/s]; 0 where it is dry."""
        return _metres(self._read("speed_mm_s", k))

    def heads(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the total head at these cells, frame by frame [m]: depth and speed height together."""
        for k in range(len(self.times_s)):
            yield total_head_m(self.frame(k).ravel()[cells], self.speed(k).ravel()[cells])

    def envelope(self) -> Envelope:
        """Give the picture of the water."""
        if self._envelope is None:
            for _ in self.depths(np.zeros(0, np.int64)):
                pass
        assert self._envelope is not None
        return self._envelope

    @property
    def peak_m(self) -> Float32Array:
        """Greatest depth between the frames as well, (rows, columns) [m]."""
        return np.asarray(self._read("peak_m"), np.float32)

    @property
    def arrival_s(self) -> Float32Array:
        """First time at 0.05 m, (rows, columns) [s from the start]; NaN never."""
        return np.asarray(self._read("arrival_s"), np.float32)


def info_of(path: Path) -> dict[str, Any]:
    """Give what a store says of itself.

    Raises
    ------
    InputError
        No store there, or a text that is none of its own.
    """
    file = path / INFO
    if not file.exists():
        raise InputError(file=str(path), found="no flow.json in it" if path.exists() else "no such folder",
                         expected="a store that `twin flood` wrote")
    try:
        info: dict[str, Any] = json.loads(bytes_of(file, expected="a store of water").decode("utf-8"))
    except (ValueError, OSError, RecursionError):
        raise InputError(file=str(file), found="no JSON", expected="a store that `twin flood` wrote",
                         remedy="Compute it again.") from None
    if not isinstance(info, dict):
        raise InputError(file=str(file), found="JSON of another sort", expected="a store that `twin flood` wrote",
                         remedy="Compute it again.")
    told = info.pop(SEAL, None)  # stores of an older version have none
    if told is not None and told != seal_of(info):
        raise InputError(file=str(file), found="a damaged store (it does not say what was written)",
                         expected="a store that `twin flood` wrote", remedy="Copy it again, or compute it again.")
    return info


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Say of a store that cannot be read that it is damaged."""
    try:
        yield
    except InputError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OSError, RuntimeError) as error:
        raise InputError(file=str(path), found=f"a damaged store ({error})", expected="a store that `twin flood` wrote",
                         remedy="Copy the folder again, or delete it and compute it again. Did another `twin flood` "
                         "replace it just now? Then try again.") from error


def sum_of(values: Any) -> int:
    """Give the checksum of an array, whatever its order in memory."""
    return crc32(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)


def millimetres(depth_m: Float32Array) -> Any:
    """Give depths as they are kept, (rows, columns) [mm]."""
    with np.errstate(invalid="ignore"):
        whole = np.minimum(np.rint(depth_m * np.float32(1000)), UNKNOWN_MM - 1)
    return np.where(np.isnan(depth_m), UNKNOWN_MM, np.nan_to_num(whole)).astype(np.uint16)


def _metres(depth_mm: Any) -> Float32Array:
    metres = depth_mm.astype(np.float32) * np.float32(0.001)
    metres[depth_mm == UNKNOWN_MM] = np.nan
    return np.asarray(metres, np.float32)
