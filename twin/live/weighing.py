"""Weighing: what a reading says of a level, and of each member of a set of runs; and how good a set is."""

from __future__ import annotations

import numpy as np

from twin.quantities import FloatArray, Int64Array


def updated(prior_m: float, prior_sd_m: float, read_m: float, read_sd_m: float) -> tuple[float, float, float]:
    """Give the gain, the level and its standard deviation after a reading (Kalman, one level).

    Examples
    --------
    >>> [round(value, 6) for value in updated(3.1, 0.25, 3.4, 0.05)]
    [0.961538, 3.388462, 0.049029]
    """
    gain = prior_sd_m ** 2 / (prior_sd_m ** 2 + read_sd_m ** 2)
    return gain, prior_m + gain * (read_m - prior_m), float(np.sqrt(1 - gain)) * prior_sd_m


def weights(members_m: FloatArray, read_m: float, sd_m: float) -> FloatArray:
    """Give the weight of each member after a reading, (M,), summing to 1.

    ``sd_m`` is the error of the reading and of the model together: at 0.1 to 0.2 m, or all weight falls on one member.

    Examples
    --------
    >>> weights(np.array([2.8, 3.0, 3.1, 3.3, 3.6]), 3.2, 0.1).round(6).tolist()
    [0.000249, 0.100318, 0.449593, 0.449593, 0.000249]
    """
    exponent = -0.5 * ((np.asarray(members_m, float) - read_m) / sd_m) ** 2
    w = np.exp(exponent - exponent.max())
    return np.asarray(w / w.sum())


def effective(weight: FloatArray) -> float:
    """Give how many equal members a weighted set is worth; below half of them it is time to resample.

    Examples
    --------
    >>> round(effective(weights(np.array([2.8, 3.0, 3.1, 3.3, 3.6]), 3.2, 0.1)), 4)
    2.4135
    """
    return float(1 / (weight ** 2).sum())


def resampled(weight: FloatArray, start: float) -> Int64Array:
    """Give the members that a systematic draw takes, (M,); ``start`` is the one random number, 0 to 1.

    Examples
    --------
    >>> resampled(weights(np.array([2.8, 3.0, 3.1, 3.3, 3.6]), 3.2, 0.1), 0.1).tolist()
    [1, 2, 2, 3, 3]
    """
    n = len(weight)
    return np.asarray(np.searchsorted(np.cumsum(weight), (start + np.arange(n)) / n, side="right").clip(0, n - 1))


def crps(members_m: FloatArray, read_m: float, *, fair: bool = False) -> float:
    """Give the continuous ranked probability score of a set against what came [m]; ``fair``: as if it were endless.

    Source
    ------
    Ferro 2014, doi:10.1002/qj.2270.

    Examples
    --------
    >>> sets = np.array([2.8, 3.0, 3.1, 3.3, 3.6])
    >>> round(crps(sets, 3.2), 3), round(crps(sets, 3.2, fair=True), 3)
    (0.088, 0.05)
    """
    x = np.asarray(members_m, float)
    n = len(x)
    apart = float(np.abs(x[:, None] - x[None, :]).sum())
    return float(np.abs(x - read_m).mean()) - apart / (2 * n * ((n - 1) if fair else n))
