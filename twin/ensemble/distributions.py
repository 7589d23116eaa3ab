"""Distributions of what is not known: each turns a uniform number into a value of its own.

By their inverse distribution function: one uniform number, one value, so that two plans that draw the same number are
compared in the same night.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from twin.errors import InputError
from twin.quantities import FloatArray

#: Standard normal quantile of 0.9: P10 and P90 lie this many standard deviations from the median.
Z90 = 1.2815515655446004


class Distribution(Protocol):
    """What is known of a quantity that is not known."""

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,), each above 0 and below 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """Symmetric about its mean; ``sd`` is one standard deviation."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _finite("normal", self.mean, self.sd)
        _width("normal.sd", self.sd)

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        return np.asarray(self.mean + self.sd * normal_quantile(u))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """Its natural logarithm is normal, with the standard deviation ``beta``, as fragility curves are given."""

    median: float
    beta: float

    def __post_init__(self) -> None:
        _finite("lognormal", self.median, self.beta)
        if self.median <= 0:
            raise InputError(field="lognormal.median", found=f"{self.median:g}", expected="above 0")
        _width("lognormal.beta", self.beta)

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        return np.asarray(self.median * np.exp(self.beta * normal_quantile(u)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular:
    """From ``low`` to ``high``, most likely at ``mode``."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _finite("triangular", self.low, self.mode, self.high)
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise InputError(field="triangular", found=f"{self.low:g}, {self.mode:g}, {self.high:g}",
                             expected="lowest, most likely and highest, in this order and not all one")

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        width = self.high - self.low
        at_mode = (self.mode - self.low) / width
        rising = self.low + np.sqrt(u * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - u) * width * (self.high - self.mode))
        return np.where(u < at_mode, rising, falling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Anywhere between ``low`` and ``high``, none more likely than another."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _finite("uniform", self.low, self.high)
        if self.low >= self.high:
            raise InputError(field="uniform", found=f"{self.low:g} to {self.high:g}", expected="the lower number first")

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        return np.asarray(self.low + (self.high - self.low) * u)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrete:
    """One of some values, the members of a forecast for example, each with its weight."""

    values: tuple[float, ...]
    #: As many as values, summing to anything above 0; empty: all alike.
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _finite("discrete.values", *self.values)
        _finite("discrete.weights", *self.weights)
        if not self.values:
            raise InputError(field="discrete.values", found="an empty list", expected="one value or more")
        if self.weights and len(self.weights) != len(self.values):
            raise InputError(field="discrete.weights", found=f"{len(self.weights)} weights",
                             expected=f"one for each of the {len(self.values)} values")
        if self.weights and (min(self.weights) < 0 or sum(self.weights) <= 0):
            raise InputError(field="discrete.weights", found=f"{min(self.weights):g}" if min(self.weights) < 0
                             else "no weight above 0", expected="weights of 0 or more, one above 0")

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        shares = np.cumsum(self.weights or [1.0] * len(self.values))
        place = np.searchsorted(shares, np.asarray(u) * shares[-1], side="right")
        return np.asarray(np.array(self.values, np.float64)[np.minimum(place, len(shares) - 1)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """A forecast's own P10, P50 and P90: two half normals that meet at the median and go through all three."""

    p10: float
    p50: float
    p90: float

    def __post_init__(self) -> None:
        _finite("quantiles", self.p10, self.p50, self.p90)
        if not self.p10 <= self.p50 <= self.p90 or self.p10 == self.p90:
            raise InputError(field="quantiles", found=f"{self.p10:g}, {self.p50:g}, {self.p90:g}",
                             expected="P10, P50 and P90, in this order and not all one")

    def value(self, u: FloatArray) -> FloatArray:
        """Give the quantiles at ``u``, (N,)."""
        z = normal_quantile(u)
        below, above = (self.p50 - self.p10) / Z90, (self.p90 - self.p50) / Z90
        return np.asarray(self.p50 + np.where(z < 0, below, above) * z)


def _finite(name: str, *numbers: float) -> None:
    for number in numbers:
        if not np.isfinite(number):
            raise InputError(field=name, found=f"{number}", expected="a finite number")


def _width(name: str, width: float) -> None:
    if width <= 0:
        raise InputError(field=name, found=f"{width:g}", expected="a width above 0",
                         remedy="What is known for certain does not stand under `uncertainty`.")


#: Coefficients of Wichura's rational approximations: numerator and denominator near the middle, and in two parts of
#: the tails; highest power first.
_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
     1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
     687.1870074920579083, 42.313330701600911252, 1.0))
_TAIL = (
    (7.7454501427834140764e-4, .0227238449892691845833, .24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, .0151986665636164571966, .14810397642748007459,
     .68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0))
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, .0012426609473880784386, .026532189526576123093,
     .29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     .0148753612908506148525, .13692988092273580531, .59983220655588793769, 1.0))


def normal_quantile(u: Any) -> FloatArray:
    """Give the quantiles of the standard normal distribution, (N,), to 1 part in 10¹⁶.

    Parameters
    ----------
    u
        Probabilities above 0 and below 1, (N,).

    Source
    ------
    Wichura 1988, algorithm AS 241, Applied Statistics 37(3), doi:10.2307/2347330.

    Examples
    --------
    >>> normal_quantile(np.array([0.1, 0.5, 0.975])).round(4).tolist()
    [-1.2816, 0.0, 1.96]
    """
    u = np.atleast_1d(np.asarray(u, np.float64))
    q = u - 0.5
    found = q * _ratio(_MIDDLE, 0.180625 - q * q)
    tail = np.flatnonzero(np.abs(q) > 0.425)
    if len(tail):
        r = np.sqrt(-np.log(np.where(q[tail] < 0, u[tail], 1 - u[tail])))
        away = np.where(r <= 5, _ratio(_TAIL, r - 1.6), _ratio(_FAR_TAIL, r - 5))
        found[tail] = np.copysign(away, q[tail])
    return np.asarray(found)


def _ratio(of: tuple[tuple[float, ...], tuple[float, ...]], r: FloatArray) -> FloatArray:
    return np.asarray(np.polyval(of[0], r) / np.polyval(of[1], r))
