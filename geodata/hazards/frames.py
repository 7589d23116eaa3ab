"""Frames that stand in files: read ahead, sampled, and summed into the picture of the water on the way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from twin.errors import InputError
from twin.kernels.water.frames import accumulate
from twin.quantities import Float32Array, Int64Array
from twin.water.hazard import WATER_STEPS_M, Doubt, Envelope, Grid, total_head_m

#: Frames in the air at a time: enough to keep two readers busy, few enough to stay small.
_AHEAD = 3


class EnvelopeSum:
    """The picture of the water, frame by frame."""

    def __init__(self, grid: Grid) -> None:
        n, steps = grid.cells, len(WATER_STEPS_M)
        self._shape = (grid.rows, grid.columns)
        self._peak_m, self._unknown = np.zeros(n, np.float32), np.zeros(n, np.bool_)
        self._first, self._last = np.full((steps, n), -1, np.int16), np.full((steps, n), -1, np.int16)
        self._steps_m = np.array(WATER_STEPS_M, np.float32)

    def add(self, frame: int, depth_m: Float32Array) -> None:
        """Take in frame number ``frame``, (rows, columns) or flat [m]."""
        accumulate(depth_m.reshape(-1), self._peak_m, self._first, self._last, self._unknown, self._steps_m, frame)

    def envelope(self) -> Envelope:
        """Give the picture of all frames so far; a cell never seen wet and not always known is unknown."""
        peak_m = np.where(self._unknown & (self._peak_m == 0), np.float32(np.nan), self._peak_m)
        return Envelope(peak_m=peak_m.reshape(self._shape), first=self._first.reshape(-1, *self._shape),
                        last=self._last.reshape(-1, *self._shape))


def read_ahead(read: Callable[[int], Float32Array], count: int) -> Iterator[Float32Array]:
    """Give ``read(0)``, ``read(1)``... in order, two threads reading ahead of the caller."""
    readers = min(2, os.cpu_count() or 1)
    with ThreadPoolExecutor(max_workers=readers, thread_name_prefix="raster") as pool:
        waiting: deque[Future[Float32Array]] = deque()
        for frame in range(count):
            waiting.append(pool.submit(read, frame))
            if len(waiting) >= _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class Judge(Protocol):
    """Judges frames that go by."""

    def reset(self) -> None:
        """Forget the frames seen: they are read again."""

    def finish(self) -> tuple[Doubt, ...]:
        """Give what must be said aloud of all frames; refuse what they are not."""


@dataclass(slots=True, kw_only=True, eq=False)
class FrameHazard:
    """Water whose frames are read one by one: a :class:`twin.water.hazard.Hazard`."""

    grid: Grid
    times_s: Int64Array
    after: str
    notes: tuple[str, ...]
    depth_error_m: float
    #: Reads one frame, (rows, columns) [m], NaN unknown; called from several threads.
    read: Callable[[int], Float32Array]
    #: What is known before a frame is read, then with what all of them told.
    doubts: tuple[Doubt, ...] = ()
    #: Judges the frames as a whole: told when they are read from the start again, asked when they were read to the end.
    judge: Judge | None = None
    #: Reads how fast the water flows in one frame, (rows, columns) [m/s], NaN unknown; None: nobody says.
    read_speed: Callable[[int], Float32Array] | None = None
    _said: tuple[Doubt, ...] = field(default=(), init=False, repr=False)
    _envelope: Envelope | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.times_s) > np.iinfo(np.int16).max:
            raise InputError(field="flood", found=f"{len(self.times_s)} frames",
                             expected=f"at most {np.iinfo(np.int16).max}", remedy="Shorten the run or widen the step.")
        self._said = self.doubts

    def depths(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the depth at these cells, frame by frame [m]; the envelope comes with it."""
        envelope = EnvelopeSum(self.grid)
        if self.judge is not None:
            self.judge.reset()
        for i, frame in enumerate(read_ahead(self.read, len(self.times_s))):
            envelope.add(i, frame)
            yield frame.reshape(-1)[cells]
        if self.judge is not None:
            self.doubts = (*self._said, *self.judge.finish())
        self._envelope = envelope.envelope()

    @property
    def is_flowing(self) -> bool:
        """Whether it knows how fast its water flows."""
        return self.read_speed is not None

    def heads(self, cells: Int64Array) -> Iterator[Float32Array]:
        """Give the total head at these cells, frame by frame [m]: depth and speed height together."""
        assert self.read_speed is not None
        unknown: list[int] = []
        for head_m in read_ahead(lambda frame: self._head(frame, unknown), len(self.times_s)):
            yield head_m.reshape(-1)[cells]
        if unknown and (count := max(unknown)):
            doubt = Doubt(
                f"The velocity is not known in up to {count} wet cells of a frame: the water counts as standing there.",
                f"La vitesse est inconnue dans {count} mailles en eau au plus d’un pas de temps : l’eau y compte comme "
                "immobile.")
            self._said = (*self._said, doubt)
            self.doubts = (*self.doubts, doubt)

    def _head(self, frame: int, unknown: list[int]) -> Float32Array:
        assert self.read_speed is not None
        depth_m, speed_m_s = self.read(frame), self.read_speed(frame)
        unknown.append(int(np.count_nonzero(np.isnan(speed_m_s) & (depth_m > 0))))
        return total_head_m(depth_m, speed_m_s)

    def envelope(self) -> Envelope:
        """Give the picture of the water; free after ``depths`` was read to its end."""
        if self._envelope is None:
            for _ in self.depths(np.empty(0, np.int64)):
                pass
        assert self._envelope is not None
        return self._envelope
