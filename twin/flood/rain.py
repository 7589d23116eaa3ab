"""Rain: how much has fallen up to each moment, and where.

Rain is kept as depth fallen since the start, so no step of the model misses a part of it. Over the domain it is
uniform, or a raster for each interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.quantities import Float32Array, FloatArray, column

#: Heaviest rain that is believed [mm/h]: the record hour is 305 mm (Holt, 1947, 42 min); a test uses 400.
HEAVIEST_MM_H = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rain:
    """Rain over time: interval ``k`` runs from ``times_s[k]`` to ``times_s[k + 1]``; dry before and after."""

    #: Bounds of the intervals, (K + 1,), strictly increasing [s from the start].
    times_s: FloatArray
    #: Intensity of each interval, (K,) [mm/h]; with rasters the greatest of the raster.
    mm_h: FloatArray
    #: Gives interval ``k`` as a raster over the domain, (rows, columns) [mm/h]; None for uniform rain.
    raster: Callable[[int], Float32Array] | None = None
    #: What was mended, in sentences.
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, times_s: object, mm_h: object, *, gaps: str = "refuse", source: str = "",
           raster: Callable[[int], Float32Array] | None = None, field: str = "rain", lines: Sequence[int] = ()) -> Rain:
        """Check rain. ``gaps`` says what a missing value is: ``refuse`` or ``dry`` (counted in the notes).

        ``source``, ``field`` and ``lines`` are the file, the key and the line of each interval, for messages.

        Raises
        ------
        InputError
            Negative, beyond belief, missing, or times that do not increase.
        """
        bounds, rates = column(times_s, np.float64), np.array(mm_h, dtype=np.float64)

        def where(k: int | None = None) -> dict[str, Any]:
            return {"file": source, "field": field, "line": lines[k] if lines and k is not None else 0}

        if rates.ndim != 1 or len(bounds) != len(rates) + 1 or not len(rates):
            raise InputError(**where(), found=f"{len(bounds)} bounds and {rates.size} values",
                             expected="one bound more than values")
        short = np.flatnonzero(~(np.diff(bounds) > 0) | ~np.isfinite(np.diff(bounds)))
        if len(short):
            raise InputError(**where(short[0]), found=f"an interval that does not last, at {bounds[short[0]]:g} s",
                             expected="times that increase")
        missing = np.flatnonzero(np.isnan(rates))
        notes: tuple[str, ...] = ()
        if len(missing):
            if gaps == "refuse":
                raise InputError(**where(missing[0]), found=f"no value in {len(missing)} of {len(rates)} intervals, "
                                 f"the first at {bounds[missing[0]]:g} s", expected="a value in every interval",
                                 remedy="Fill the gaps, or say gaps: dry to take them as dry.")
            rates[missing] = 0.0
            notes = (f"{len(missing)} of {len(rates)} intervals of the rain had no value and were taken as dry.",)
        below = np.flatnonzero(rates < 0)
        if len(below):
            raise InputError(**where(below[0]), found=f"{rates[below[0]]:g} mm/h at {bounds[below[0]]:g} s (below 0 in "
                             f"{len(below)} of {len(rates)} intervals)", expected="0 or more")
        heaviest = int(rates.argmax())
        if not rates[heaviest] <= HEAVIEST_MM_H:
            raise InputError(**where(heaviest), found=f"{rates[heaviest]:g} mm/h at {bounds[heaviest]:g} s",
                             expected=f"at most {HEAVIEST_MM_H:g} mm/h", remedy="Rain is an intensity in mm per hour; "
                             "a depth per interval must be divided by the hours of the interval.")
        rates.flags.writeable = False
        return cls(times_s=bounds, mm_h=rates, raster=raster, notes=notes)

    @classmethod
    def uniform(cls, mm_h: float, lasts_s: float, starts_s: float = 0.0) -> Rain:
        """Give a constant rain."""
        return cls.of([starts_s, starts_s + lasts_s], [mm_h])

    @classmethod
    def storm(cls, total_mm: float, duration_s: float, *, shape: str = "triangle", peak_at: float = 0.5,
              peak_duration_s: float | None = None, peak_share: float = 0.6, starts_s: float = 0.0,
              step_s: float = 60.0, field: str = "rain") -> Rain:
        """Give a design storm in steps of ``step_s`` that sum up to ``total_mm``.

        ``double_triangle`` is Desbordes' storm: ``peak_share`` of the rain falls in ``peak_duration_s`` (a quarter of
        the duration when not given) around the peak. Source: Desbordes, 1978; Certu, La ville et son assainissement,
        2003, annex.

        Raises
        ------
        InputError
            Heavier than is believed.
        """
        steps = max(round(duration_s / step_s), 1)
        bounds = np.linspace(0.0, duration_s, steps + 1)
        peak = peak_at * duration_s
        if shape == "uniform":
            fallen = bounds / duration_s
        elif shape == "triangle":
            fallen = _triangle(bounds, 0.0, peak, duration_s)
        else:
            width = 0.25 * duration_s if peak_duration_s is None else min(peak_duration_s, duration_s)
            begin = min(max(peak - 0.5 * width, 0.0), duration_s - width)
            fallen = ((1 - peak_share) * _triangle(bounds, 0.0, peak, duration_s)
                      + peak_share * _triangle(bounds, begin, begin + 0.5 * width, begin + width))
        rates = np.diff(fallen) * total_mm / (np.diff(bounds) / 3600.0)
        if rates.max() > HEAVIEST_MM_H:
            raise InputError(field=field, found=f"a storm with a peak of {rates.max():g} mm/h",
                             expected=f"at most {HEAVIEST_MM_H:g} mm/h",
                             remedy="Give it less rain, a longer duration or a broader peak.")
        return cls.of(starts_s + bounds, rates, field=field)

    def fallen_m(self) -> tuple[FloatArray, FloatArray]:
        """Give the times and the depth fallen up to each of them [m]."""
        depth = np.concatenate([[0.0], np.cumsum(self.mm_h * np.diff(self.times_s) / 3.6e6)])
        return np.array(self.times_s), depth

    @property
    def total_mm(self) -> float:
        """Rain of the whole storm where it is heaviest [mm]."""
        return float(self.fallen_m()[1][-1] * 1000.0)


def _triangle(t: FloatArray, begin: float, peak: float, end: float) -> FloatArray:
    """Give the part of a triangular storm that has fallen at each time."""
    base = end - begin
    rising = np.clip(t - begin, 0.0, peak - begin)
    falling = np.clip(end - t, 0.0, end - peak)
    up = rising**2 / (base * max(peak - begin, 1e-9))
    down = 1.0 - falling**2 / (base * max(end - peak, 1e-9))
    return np.asarray(np.where(t <= peak, up, down))
