"""The figures of a year: of each night with its interval, in a year, and what a measure changes of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np

from twin.ensemble.confidence import Difference, paired, spread_of, variance_of_mean
from twin.ensemble.year import InAYear, in_a_year, saved_in_a_year, sure_in_a_year
from twin.quantities import FloatArray, Int64Array


class Nights(Protocol):
    """The nights of one return period: many, or the one of a run."""

    @property
    def is_ensemble(self) -> bool:
        """Whether they are drawn."""

    @property
    def index(self) -> Int64Array:
        """Number of each night, (n,)."""

    @property
    def figures(self) -> Mapping[str, FloatArray]:
        """Figures of each night by name, (n,)."""

    @property
    def flood(self) -> Int64Array | None:
        """Number of the flood of each, (N,), where they share floods; None: each has its own."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at one return period: the mean of its nights with its interval of 95 %; a single night has none."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigure:
    """One figure: the points of its curve, what it comes to in a year, and what a measure changes."""

    nights: tuple[Point, ...]
    year: InAYear
    #: Interval of the sum; None where no night is drawn.
    interval: tuple[float, float] | None
    #: Second less first at each return period, and in a year; empty and None without a measure.
    changes: tuple[Difference, ...] = ()
    change: Difference | None = None


def yearly(years: Sequence[float], first: Sequence[Nights], second: Sequence[Nights] = (),
           harmless_years: float | None = None) -> dict[str, YearFigure]:
    """Give the figures that all nights have.

    Parameters
    ----------
    years, first
        Return periods, increasing, and the nights of each.
    second
        The same nights with a measure; empty without one.
    harmless_years
        As for :func:`twin.ensemble.year.weights`.

    Raises
    ------
    InputError
        As :func:`twin.ensemble.year.weights`.
    """
    found = {}
    shared = [side.flood for side in first]
    for name in (name for name in first[0].figures if all(name in side.figures for side in (*first, *second))):
        values = [side.figures[name] for side in first]
        changes = tuple(_change(a, b, name) for a, b in zip(first, second, strict=True)) if second else ()
        found[name] = YearFigure(
            nights=tuple(_point(side.figures[name], flood) for side, flood in zip(first, shared, strict=True)),
            year=in_a_year(years, [float(v.mean()) for v in values], harmless_years),
            interval=sure_in_a_year(years, values, harmless_years, shared) if any(
                side.is_ensemble for side in first) else None,
            changes=changes, change=saved_in_a_year(years, changes, harmless_years) if changes else None)
    return found


def _point(values: FloatArray, flood: Int64Array | None) -> Point:
    mean, n = float(values.mean()), len(values)
    half = spread_of(flood) * sqrt(variance_of_mean(values, flood))
    return Point(mean, mean - half, mean + half, n)


def _change(first: Nights, second: Nights, name: str) -> Difference:
    """Give the mean change night by night; of what has one night in common, that one."""
    _, mine, theirs = np.intersect1d(first.index, second.index, return_indices=True)
    one, two = first.figures[name], second.figures[name]
    if len(mine) > 1:
        return paired(one[mine], two[theirs], None if first.flood is None else first.flood[mine])
    change = float(two.mean() - one.mean())
    return Difference(change, change, change, 1, 1.0)
