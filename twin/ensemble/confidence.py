"""How sure a share, a quantile or a difference of so many members is, and how many more a sharper one needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, comb, exp, inf, lgamma, log, log1p, sqrt

import numpy as np

from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int64Array

#: Two-sided 95 %: standard deviations of the normal distribution.
Z = 1.959963984540054
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """How often something happens: ``count`` of ``n`` members, and what the true share may be."""

    count: int
    n: int
    #: Interval of 95 %.
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; NaN where there is no member."""
        return self.count / self.n if self.n else float("nan")


def share_of(count: int, n: int, floods: int = 0) -> Share:
    """Give a share with its interval of 95 %.

    Wilson's interval; where it happens never or always, the exact bound of 95 % on that side (the rule of three).

    Parameters
    ----------
    count, n
        Members in which it happens, and all of them.
    floods
        How many floods the members share: no more of them then count as independent. 0: each has its own.

    Source
    ------
    Wilson 1927, doi:10.1080/01621459.1927.10502953; Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> share = share_of(50, 1000)
    >>> round(share.low, 4), round(share.high, 4)
    (0.0381, 0.0653)
    >>> round(share_of(0, 1000).high, 5)
    0.00299
    >>> share_of(500, 1000, floods=50).low == share_of(25, 50).low
    True
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n}")
    if n == 0:
        return Share(0, 0, 0.0, 1.0)
    independent = min(n, floods) if floods else n
    if count in (0, n):
        far = 1 - _ALPHA ** (1 / independent)
        return Share(count, n, 0.0, far) if count == 0 else Share(count, n, 1 - far, 1.0)
    p, spread = count / n, Z * Z / independent
    middle = (p + spread / 2) / (1 + spread)
    half = sqrt(p * (1 - p) * spread + spread * spread / 4) / (1 + spread)
    return Share(count, n, middle - half, middle + half)


def members_for(share: float, half_width: float) -> int:
    """Give how many members make a share as sharp as ± ``half_width``, at 95 %.

    Examples
    --------
    >>> members_for(0.05, 0.01)
    1825
    """
    if not half_width > 0:
        raise InputError(field="half_width", found=f"{half_width:g}", expected="above 0")
    return ceil(Z * Z * share * (1 - share) / half_width ** 2)


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of some members, with its interval of 95 %; both are values that members had."""

    value: float
    #: -inf or inf where there are too few members to bound it.
    low: float
    high: float


def quantile_of(values: FloatArray, q: float) -> Quantile:
    """Give a quantile by order statistics: the least value with at least a share ``q`` of all at or below it.

    Its interval lies between two ranks, by the binomial distribution, and assumes nothing of the values.

    Parameters
    ----------
    values
        One a member, (N,), N ≥ 1; inf stands for later than the horizon.
    q
        Above 0 and below 1.

    Source
    ------
    David and Nagaraja, Order Statistics, 3rd ed., section 7.1.

    Examples
    --------
    >>> quantile_of(np.arange(1.0, 101.0), 0.5)
    Quantile(value=50.0, low=40.0, high=61.0)
    """
    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    if n == 0:
        raise ValueError("a quantile of nothing")
    low, high = _ranks(n, q)
    return Quantile(float(ordered[rank_of(n, q)]), float(ordered[low - 1]) if low >= 1 else -inf,
                    float(ordered[high - 1]) if high <= n else inf)


def rank_of(n: int, q: float) -> int:
    """Give the place, from 0, of a quantile among ``n`` sorted values."""
    return max(ceil(n * q - 1e-9), 1) - 1


def _ranks(n: int, q: float) -> tuple[int, int]:
    """Give the ranks, from 1, between which a quantile lies with 95 %; 0 and n + 1: not bounded."""
    low, high, below = 0, n + 1, 0.0
    for k in range(n + 1):
        # P(fewer than k + 1 of n lie at or below the quantile)
        below += _binomial(k, n, q)
        if below <= _ALPHA / 2:
            low = k + 1
        if below >= 1 - _ALPHA / 2:
            high = k + 1
            break
    return low, high


def _binomial(k: int, n: int, q: float) -> float:
    if n <= 50:
        return float(comb(n, k) * q ** k * (1 - q) ** (n - k))
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) + (n - k) * log1p(-q))


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference of pairs, with its interval of 95 %."""

    value: float
    low: float
    high: float
    n: int
    #: Variance of the difference if the two had been drawn apart, over that of the pairs: what pairing saves.
    variance_ratio: float


def paired(first: FloatArray, second: FloatArray, flood: Int64Array | None = None) -> Difference:
    """Give the mean of ``second`` less ``first``, member by member.

    Parameters
    ----------
    first, second
        One a member, (N,), of the same nights; N ≥ 2.
    flood
        Number of the flood of each member, (N,), where members share floods: those of one are not independent. None:
        each has its own.

    Source
    ------
    Variance of a mean of clusters: Liang and Zeger 1986, doi:10.1093/biomet/73.1.13.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.shape != b.shape or len(a) < 2:
        raise ValueError(f"pairs of {len(a)} and {len(b)}")
    each = b - a
    mean, variance = float(each.mean()), float(each.var(ddof=1))
    half = Z * sqrt(variance_of_mean(each, flood))
    apart = float(a.var(ddof=1) + b.var(ddof=1))
    return Difference(mean, mean - half, mean + half, len(each), apart / variance if variance else inf)


def nights_for(difference: Difference) -> int:
    """Give how many nights tell a mean difference of this size from none, at 95 %: its interval then ends at 0.

    Examples
    --------
    >>> nights_for(Difference(2.0, -2.0, 6.0, 50, 1.0))
    200
    """
    half = (difference.high - difference.low) / 2
    return ceil(difference.n * (half / difference.value) ** 2)


def paired_share(first: BoolArray, second: BoolArray, flood: Int64Array | None = None) -> Difference:
    """Give the difference of two shares, ``second`` less ``first``, of the same nights.

    Half a night is added to each of the four ways in which a pair can fall out: where all pairs do alike, the interval
    then has the width that so few of them leave, and not none. Where members share floods the interval is at least
    that of the clusters.

    Parameters
    ----------
    first, second
        Whether it happens, (N,); N ≥ 2.
    flood
        As for :func:`paired`.

    Source
    ------
    Agresti and Min 2005, doi:10.1002/sim.1781.

    Examples
    --------
    >>> saved = paired_share(np.array([True] * 8 + [False] * 32), np.zeros(40, bool))
    >>> round(saved.value, 3), round(saved.low, 3), round(saved.high, 3)
    (-0.2, -0.318, -0.063)
    """
    found, n = paired(first.astype(np.float64), second.astype(np.float64), flood), len(first)
    worse, better = int((second & ~first).sum()) + 0.5, int((first & ~second).sum()) + 0.5
    middle = (worse - better) / (n + 2)
    half = Z * sqrt((worse + better) / (n + 2) - middle ** 2) / sqrt(n + 2)
    low, high = middle - half, middle + half
    if flood is not None:
        low, high = min(low, found.low), max(high, found.high)
    return replace(found, low=max(low, -1.0), high=min(high, 1.0))


def floods_of(index: Int64Array, floods: int) -> Int64Array | None:
    """Give the number of the flood of each night, (N,); None where each has its own."""
    return np.asarray(index) % floods if floods else None


def variance_of_mean(values: FloatArray, flood: Int64Array | None = None) -> float:
    """Give the variance of the mean of some members, (N,); 0 for one member, inf where they share one flood.

    ``flood`` is as for :func:`paired`.
    """
    n = len(values)
    if n < 2:
        return 0.0
    if flood is None:
        return float(np.var(values, ddof=1)) / n
    sums = np.bincount(flood, weights=values - np.mean(values))[np.unique(flood)]
    k = len(sums)
    return float(k / (k - 1) * np.sum(sums ** 2) / n ** 2) if k > 1 else inf
