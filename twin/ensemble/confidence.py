"""How sure a share, a quantile or a difference of so many members is, and how many more a sharper one needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor, inf, lgamma, log, log1p, pi, sqrt, tan

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
    #: How many members with a flood of their own would be as sure: ``n`` where each has its own.
    effective: float

    @property
    def value(self) -> float:
        """The share itself; NaN where there is no member."""
        return self.count / self.n if self.n else float("nan")

    @property
    def design_effect(self) -> float:
        """By how much its variance is larger than that of as many members with a flood of their own; 1: not at all."""
        return self.n / self.effective if self.effective else 1.0


def share_of(count: int, n: int, effective: float | None = None) -> Share:
    """Give a share with its interval of 95 %.

    Wilson's interval; where it happens never or always, the exact bound of 95 % on that side (the rule of three).

    Parameters
    ----------
    count, n
        Members in which it happens, and all of them.
    effective
        How many of them count as independent, where they share floods; None: all.

    Source
    ------
    Wilson 1927, doi:10.1080/01621459.1927.10502953; Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286; with an
    effective number in place of n: Korn and Graubard 1998, Survey Methodology 24, 193-201.

    Examples
    --------
    >>> share = share_of(50, 1000)
    >>> round(share.low, 4), round(share.high, 4)
    (0.0381, 0.0653)
    >>> round(share_of(0, 1000).high, 5)
    0.00299
    >>> share_of(500, 1000, 50).low == share_of(25, 50).low
    True
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n}")
    if n == 0:
        return Share(0, 0, 0.0, 1.0, 0.0)
    independent = float(n) if effective is None else min(float(n), effective)
    if count in (0, n):
        far = 1 - _ALPHA ** (1 / independent)
        low, high = (0.0, far) if count == 0 else (1 - far, 1.0)
        return Share(count, n, low, high, independent)
    p, spread = count / n, Z * Z / independent
    middle = (p + spread / 2) / (1 + spread)
    half = sqrt(p * (1 - p) * spread + spread * spread / 4) / (1 + spread)
    return Share(count, n, middle - half, middle + half, independent)


def share_in(happens: BoolArray, flood: Int64Array | None = None) -> Share:
    """Give how often something happens in some members, with its interval of 95 %.

    Where members share floods, as many of them count as independent as the scatter between floods says: all of them
    where the flood does not matter, as many as there are floods where it decides alone.

    Parameters
    ----------
    happens
        Whether it happens, (N,).
    flood
        As for :func:`paired`.

    Examples
    --------
    >>> flood = np.arange(40) % 10
    >>> share_in(flood < 5, flood).effective, round(share_in(np.arange(40) < 20, flood).effective)
    (10.0, 40)
    """
    count, n = int(happens.sum()), len(happens)
    return share_of(count, n, None if flood is None or not n else float(
        effective_in(flood, np.zeros(count, np.int64), np.flatnonzero(happens), 1)[0]))


def effective_in(flood: Int64Array, what: Int64Array, member: Int64Array, whats: int) -> FloatArray:
    """Give how many members count as independent for the share in which each of several things happens, (W,).

    Never fewer than as if the flood decided alone, never more than there are. Between these the variance of the share
    is taken from flood to flood, with Student's quantile for as few floods.

    Parameters
    ----------
    flood
        Number of the flood of each member, (N,).
    what, member
        What happens, 0 to ``whats`` - 1, and in which member, (E,) each; no pair twice.
    whats
        How many things there are, W.

    Source
    ------
    As for :func:`share_of`; the least is Kish 1965, Survey Sampling, section 5.4, with all of a flood alike.
    """
    n = len(flood)
    _, number, counts = np.unique(flood, return_inverse=True, return_counts=True)
    size, floods = counts.astype(np.float64), len(counts)
    least = n * n / float(np.sum(size * size))
    if floods < 2:
        return np.full(whats, least)
    # How often each thing happens in each flood: only the pairs that do.
    pair, count = np.unique(what.astype(np.int64) * floods + number[member], return_counts=True)
    at, place = pair // floods, pair % floods
    share = np.bincount(at, weights=count, minlength=whats) / n
    # Over all floods Σ (s - p m)² = Σ s² - 2 p Σ s m + p² Σ m².
    off = (np.bincount(at, weights=count * count, minlength=whats)
           - 2 * share * np.bincount(at, weights=count * size[place], minlength=whats)
           + share ** 2 * np.sum(size * size))
    variance = floods / (floods - 1) * off / n ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = share * (1 - share) / variance * (Z / student(floods - 1)) ** 2
    # What happens never or always says nothing of how floods differ.
    return np.clip(np.where((share > 0) & (share < 1), found, least), least, n)


def fewest_in(flood: Int64Array, what: Int64Array, member: Int64Array, whats: int) -> FloatArray:
    """Give as how many the members in which each of several things happens count at least, (W,); 0 where it never does.

    As if the flood decided alone: (Σ c)² / Σ c² for c of them on each flood. Parameters as for :func:`effective_in`.

    Source
    ------
    As there.

    Examples
    --------
    >>> fewest_in(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 2, 3]), 3)
    array([1., 3., 0.])
    """
    floods, number = np.unique(flood, return_inverse=True)
    pair, count = np.unique(what.astype(np.int64) * len(floods) + number[member], return_counts=True)
    squares = np.bincount(pair // max(len(floods), 1), weights=count * count, minlength=whats)
    return np.bincount(what, minlength=whats) ** 2 / np.maximum(squares, 1.0)


def student(freedom: int) -> float:
    """Give the two-sided quantile of 95 % of Student's distribution.

    Source
    ------
    Abramowitz and Stegun 1964, 26.7.5; 1 and 2 degrees of freedom in closed form.

    Examples
    --------
    >>> [round(student(k), 2) for k in (1, 2, 3, 9, 39)], round(student(10**9), 4)
    ([12.71, 4.3, 3.18, 2.26, 2.02], 1.96)
    """
    if freedom == 1:
        return tan(pi * (0.5 - _ALPHA / 2))
    if freedom == 2:
        return (1 - _ALPHA) * sqrt(2 / (1 - (1 - _ALPHA) ** 2))
    z, v = Z, float(freedom)
    return (z + (z ** 3 + z) / (4 * v) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v ** 2)
            + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3)
            + (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92160 * v ** 4))


def spread_of(flood: Int64Array | None) -> float:
    """Give how many standard errors an interval of 95 % reaches: more where they are taken from few floods."""
    return Z if flood is None else student(max(len(np.unique(flood)) - 1, 1))


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


def quantile_of(values: FloatArray, q: float, effective: float | None = None) -> Quantile:
    """Give a quantile by order statistics: the least value with at least a share ``q`` of all at or below it.

    Its interval lies between two ranks, by the binomial distribution, and assumes nothing of the values.

    Parameters
    ----------
    values
        One a member, (N,), N ≥ 1; inf stands for later than the horizon.
    q
        Above 0 and below 1.
    effective
        How many of the members count as independent, where they share floods; None: all.

    Source
    ------
    David and Nagaraja, Order Statistics, 3rd ed., section 7.1; where members share floods the shares at the two ranks
    are carried over (Woodruff 1952, doi:10.1080/01621459.1952.10483443).

    Examples
    --------
    >>> quantile_of(np.arange(1.0, 101.0), 0.5)
    Quantile(value=50.0, low=40.0, high=61.0)
    """
    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    if n == 0:
        raise ValueError("a quantile of nothing")
    low, high = ranks_of(n, q, n if effective is None else effective)
    return Quantile(float(ordered[rank_of(n, q)]), float(ordered[low - 1]) if low >= 1 else -inf,
                    float(ordered[high - 1]) if high <= n else inf)


def rank_of(n: int, q: float) -> int:
    """Give the place, from 0, of a quantile among ``n`` sorted values."""
    return max(ceil(n * q - 1e-9), 1) - 1


def ranks_of(n: int, q: float, effective: float) -> tuple[int, int]:
    """Give the ranks, from 1, between which a quantile of ``n`` members lies with 95 %; 0 and n + 1: not bounded.

    Where fewer count as independent the ranks are those of as few, at the same shares of all, rounded outward.

    Examples
    --------
    >>> ranks_of(1000, 0.1, 1000), ranks_of(1000, 0.1, 40), ranks_of(20, 0.1, 20)
    ((82, 120), (1, 225), (0, 6))
    """
    few = min(floor(effective + 1e-9), n)
    low, high = _ranks(few, q)
    return (low - 1) * n // few + 1 if low else 0, -(-high * n // few) if high <= few else n + 1


@lru_cache(maxsize=100_000)
def _ranks(n: int, q: float) -> tuple[int, int]:
    # Far from the quantile nothing is left of the distribution.
    far = 10 * sqrt(n * q * (1 - q)) + 10
    k = np.arange(max(floor(n * q - far), 0), min(ceil(n * q + far), n) + 1)
    steps = np.log(n - k[:-1]) - np.log(k[1:]) + log(q) - log1p(-q)
    first = lgamma(n + 1) - lgamma(k[0] + 1) - lgamma(n - k[0] + 1) + k[0] * log(q) + (n - k[0]) * log1p(-q)
    # P(at most k of n lie at or below the quantile)
    below = np.cumsum(np.exp(first + np.concatenate([[0.0], np.cumsum(steps)])))
    low, high = np.searchsorted(below, _ALPHA / 2, "right"), np.searchsorted(below, 1 - _ALPHA / 2)
    return int(k[0] + low), int(k[0] + high + 1)


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
    half = spread_of(flood) * sqrt(variance_of_mean(each, flood))
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
