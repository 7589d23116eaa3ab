"""In a year: from nights with return periods to what is to be expected in a year on average.

The convention. A night of return period T is passed with probability 1/T in a year. Between two nights a figure is
straight over that probability (trapezoids). Rarer than the rarest night it stays as that night has it. More frequent
than the most frequent it falls straight to 0 at the return period of what does no harm, where one is told; where none
is, these floods are left out and the sum is a lower bound.

Source
------
The integral over the exceedance probability is the expected annual damage of flood practice: Olsen et al. 2015,
doi:10.3390/w7010255, on trapezoids and on what is assumed at both ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from twin.ensemble.confidence import Difference, spread_of, variance_of_mean
from twin.errors import InputError
from twin.quantities import FloatArray, Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class InAYear:
    """A figure in a year on average, and the three parts that it is the sum of."""

    total: float
    #: Floods more frequent than the most frequent night, between the nights, and rarer than the rarest.
    below: float
    between: float
    beyond: float


def weights(years: Sequence[float], harmless_years: float | None = None) -> FloatArray:
    """Give how much each night counts in a year, (3, N): below, between and beyond the nights.

    Parameters
    ----------
    years
        Return periods, (N,), increasing.
    harmless_years
        Return period of what does no harm; None: not known.

    Raises
    ------
    InputError
        Return periods that do not increase, or are below a year; what is harmless is rarer than the first night.

    Examples
    --------
    >>> weights([10, 100], 5).round(3).tolist()
    [[0.05, 0.0], [0.045, 0.045], [0.0, 0.01]]
    """
    periods = np.asarray(years, np.float64)
    if not len(periods) or not np.all(np.isfinite(periods)) or np.any(periods < 1):
        raise InputError(field="years", found=", ".join(f"{t:g}" for t in periods) or "none",
                         expected="return periods of a year or more")
    if np.any(np.diff(periods) <= 0):
        raise InputError(field="years", found=", ".join(f"{t:g}" for t in periods), expected="each return period once")
    if harmless_years is not None and not 1 <= harmless_years <= periods[0]:
        raise InputError(field="--harmless", found=f"{harmless_years:g} years",
                         expected=f"between a year and the most frequent night, {periods[0]:g} years")
    passed = 1 / periods
    found = np.zeros((3, len(periods)))
    if harmless_years is not None:
        found[0, 0] = (1 / harmless_years - passed[0]) / 2
    steps = -np.diff(passed) / 2
    found[1, :-1] += steps
    found[1, 1:] += steps
    found[2, -1] = passed[-1]
    return found


def in_a_year(years: Sequence[float], values: Sequence[float], harmless_years: float | None = None) -> InAYear:
    """Give a figure in a year on average.

    Parameters
    ----------
    years, values
        Return period and figure of each night, (N,).
    harmless_years
        As for :func:`weights`.
    """
    below, between, beyond = (float(part) for part in weights(years, harmless_years) @ np.asarray(values, np.float64))
    return InAYear(total=below + between + beyond, below=below, between=between, beyond=beyond)


def saved_in_a_year(years: Sequence[float], pairs: Sequence[Difference], harmless_years: float | None = None
                    ) -> Difference:
    """Give what changes in a year on average, from the paired difference of each night, with its interval of 95 %.

    Nights of different return periods are drawn apart, so that their variances add up.
    """
    w = weights(years, harmless_years).sum(axis=0)
    value = float(sum(k * pair.value for k, pair in zip(w, pairs, strict=True)))
    half = sqrt(sum((k * (pair.high - pair.value)) ** 2 for k, pair in zip(w, pairs, strict=True)))
    return Difference(value, value - half, value + half, min(pair.n for pair in pairs),
                      float(np.median([pair.variance_ratio for pair in pairs])))


def sure_in_a_year(years: Sequence[float], nights: Sequence[FloatArray], harmless_years: float | None = None,
                   floods: Sequence[Int64Array | None] = ()) -> tuple[float, float]:
    """Give the interval of 95 % of a figure in a year, from all nights of each return period; one night has none.

    ``floods`` is the flood of each night where nights share them, as for :func:`twin.ensemble.confidence.paired`.
    """
    w = weights(years, harmless_years).sum(axis=0)
    value = float(sum(k * values.mean() for k, values in zip(w, nights, strict=True)))
    shared = floods or [None] * len(nights)
    # Each with its own quantile: few floods are less sure of their variance.
    half = sqrt(sum((k * spread_of(flood)) ** 2 * variance_of_mean(values, flood) for k, values, flood in zip(
        w, nights, shared, strict=True)))
    return value - half, value + half
