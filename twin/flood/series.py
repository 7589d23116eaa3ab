"""A value over time: hydrographs, stages, the rain of a gauge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.quantities import FloatArray, column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Values at times, linear between them; the first is held before, the last after.

    Examples
    --------
    >>> Series.of([0, 60], [0.0, 6.0]).at(30.0)
    3.0
    """

    #: Times, (T,), strictly increasing [s from the start].
    times_s: FloatArray
    #: Value at each time, (T,); the unit is the user's.
    values: FloatArray

    @classmethod
    def of(cls, times_s: object, values: object, *, field: str = "series", file: str = "", ids: Sequence[str] = (),
           lines: Sequence[int] = ()) -> Series:
        """Check and keep a series; ``lines`` says where in ``file`` each row stands.

        Raises
        ------
        InputError
            Empty, not a number somewhere, times that do not increase, or two lengths.
        """
        where: dict[str, Any] = {"file": file, "field": field, "ids": ids}
        times, numbers = column(times_s, np.float64), column(values, np.float64)
        if len(times) != len(numbers) or not len(times):
            raise InputError(**where, found=f"{len(times)} times and {len(numbers)} values",
                             expected="as many values as times, at least one")
        bad = np.flatnonzero(~(np.isfinite(times) & np.isfinite(numbers)))
        if len(bad):
            raise InputError(**where, line=lines[bad[0]] if lines else 0, expected="a time and a value in every row",
                             found=f"no number in {len(bad)} of {len(times)} rows, the first in row {bad[0] + 1}")
        back = np.flatnonzero(np.diff(times) <= 0)
        if len(back):
            raise InputError(**where, line=lines[back[0] + 1] if lines else 0,
                             found=f"row {back[0] + 2} at {times[back[0] + 1]:g} s after {times[back[0]]:g} s",
                             expected="times that increase from row to row")
        return cls(times_s=times, values=numbers)

    @classmethod
    def constant(cls, value: float) -> Series:
        """Give a series that never changes."""
        return cls.of([0.0], [value])

    def at(self, time_s: float) -> float:
        """Give the value at one time."""
        return float(np.interp(time_s, self.times_s, self.values))

    def until(self, end_s: float, *, after: str, field: str, file: str = "", ids: Sequence[str] = (), line: int = 0
              ) -> Series:
        """Give the series as it holds to ``end_s``: ``after`` is ``refuse``, ``hold`` or ``zero``.

        Raises
        ------
        InputError
            It ends before ``end_s`` and ``after`` is ``refuse``.
        """
        last = float(self.times_s[-1])
        if last >= end_s or after == "hold" or (after == "refuse" and self.values[-1] == 0.0):
            return self
        if after == "zero":
            return Series.of(np.append(self.times_s, last + 1.0), np.append(self.values, 0.0), field=field, file=file)
        raise InputError(file=file, field=field, ids=ids, line=line,
                         found=f"a series that ends at {last:g} s with {self.values[-1]:g}",
                         expected=f"values up to the end of the run, {end_s:g} s",
                         remedy="Give more values, or say what holds after the last: after: hold, or after: zero.")
