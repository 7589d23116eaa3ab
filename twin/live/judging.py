"""Judging: how good forecasts of a level were by lead time, against doing nothing, and how often they were passed."""

from __future__ import annotations

import numpy as np

from twin.quantities import FloatArray


def rms(foretold_m: FloatArray, came_m: FloatArray) -> float:
    """Give the root of the mean square error [m]; NaN of nothing."""
    error = np.asarray(foretold_m, float) - np.asarray(came_m, float)
    return float(np.sqrt(np.mean(error ** 2))) if len(error) else float("nan")


def skill(foretold_m: FloatArray, came_m: FloatArray, last_m: FloatArray) -> float:
    """Give the share of persistence's square error that a forecast takes away: 1 perfect, 0 no better, below 0 worse.

    Parameters
    ----------
    foretold_m, came_m
        Forecast and outcome at one lead time, (N,) [m].
    last_m
        What was read when each forecast was issued, (N,) [m].

    Examples
    --------
    >>> skill(np.array([2.0, 3.0]), np.array([2.1, 3.1]), np.array([1.1, 2.1]))
    0.99
    """
    by_last = rms(last_m, came_m) ** 2
    return float("nan") if not by_last else round(1 - rms(foretold_m, came_m) ** 2 / by_last, 12)


def passed(foretold_m: FloatArray, came_m: FloatArray) -> tuple[int, int]:
    """Give how often the river passed what was foretold, and of how many: "3 of 4 times at this lead".

    Examples
    --------
    >>> passed(np.array([5.85, 6.07, 6.10, 6.16]), np.array([5.80, 6.20, 6.28, 6.39]))
    (3, 4)
    """
    return int((np.asarray(came_m) > np.asarray(foretold_m)).sum()), len(foretold_m)
