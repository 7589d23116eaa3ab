"""A night that is over: what was computed at each issue, what was seen of assets, and what gauges read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import Action
from twin.errors import InputError
from twin.quantities import BoolArray, FloatArray, Int32Array, Int64Array, column
from twin.results.result import Result
from twin.world.city import City


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """The level foretold at one gauge."""

    gauge: str
    #: [s since 1970], rising, and the level above the gauge's zero [m], (T,) each.
    at: Int64Array
    level_m: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Issue:
    """One run of the night: what was known and foretold when it was issued."""

    name: str
    #: [s since 1970]
    issued: int
    result: Result
    #: Levels that its water was made from; empty where it has none at hand.
    curves: Sequence[Curve] = ()

    @classmethod
    def of(cls, name: str, result: Result, curves: Sequence[Curve] = ()) -> Issue:
        """Make one of a run: it counts as issued at its last fact, for it cannot have foretold what it was told."""
        plan = result.plan
        start = int(plan.start.timestamp())
        told = [start + one.at_s for one in plan.declared if one.action >= Action.FACT_OUT]
        return cls(name=name, issued=max([int(plan.issued_at.timestamp()), *told]), result=result, curves=curves)

    @property
    def start(self) -> int:
        """Start of the run [s since 1970]."""
        return int(self.result.plan.start.timestamp())

    @property
    def until(self) -> int:
        """End of the run [s since 1970]."""
        return self.start + self.result.plan.duration_s


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """What was said of assets, in order of time, (W,) each."""

    asset: Int32Array
    #: [s since 1970]
    at: Int64Array
    is_out: BoolArray

    def __len__(self) -> int:
        return len(self.asset)

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, bool]]) -> Words:
        """Make the columns of rows of asset, moment [s since 1970] and whether it was out, in any order."""
        ordered = sorted(set(rows), key=lambda row: (row[1], row[0], row[2]))
        return cls(asset=column([row[0] for row in ordered], np.int32),
                   at=column([row[1] for row in ordered], np.int64),
                   is_out=column([row[2] for row in ordered], np.bool_))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """What a gauge read, in order of time, (R,) each; faulty readings are left out by whoever makes it."""

    gauge: str
    #: [s since 1970], and above the gauge's zero [m].
    at: Int64Array
    level_m: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Night:
    """Everything of one night. Issues are in the order in which they were issued."""

    issues: Sequence[Issue]
    words: Words
    readings: Sequence[Readings] = ()
    #: How many of the words came by people: calls, radio, crews.
    called: int = 0
    #: Words and readings that could not be used, with the reason and how many.
    left_out: Sequence[tuple[str, int]] = ()

    def __post_init__(self) -> None:
        check_issues(self.issues)


def by_the_clock(city: City, at: int) -> datetime:
    """Give a moment [s since 1970] by the clocks of a city."""
    return datetime.fromtimestamp(at, ZoneInfo(city.timezone))


def check_issues(issues: Sequence[Issue]) -> None:
    """Refuse a night without a run, or with runs of two cities.

    Raises
    ------
    InputError
        Either of it.
    """
    if not issues:
        raise InputError(found="a night without a run", expected="at least one run that was issued before the end")
    first = issues[0].result.city.assets.id
    for issue in issues[1:]:
        if not np.array_equal(issue.result.city.assets.id, first):
            raise InputError(field=issue.name, found="a run of a city with other assets",
                             expected=f"the assets of {issues[0].name}",
                             remedy="Review the runs of each city by themselves.")
