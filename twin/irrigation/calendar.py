"""The days of a season as the clocks of the city have them: midnights and times of day in seconds from the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from twin.errors import InputError
from twin.quantities import BoolArray, Int64Array, seconds_between, with_offset

#: A season longer than this is a slip of the pen [days].
LONGEST_D = 3700


@dataclass(frozen=True)
class Calendar:
    """Days from ``first`` on, in a zone."""

    first: date
    days: int
    #: IANA time zone.
    timezone: str

    def __post_init__(self) -> None:
        if not 0 < self.days <= LONGEST_D:
            raise InputError(field="to", found=f"{self.days} days", expected=f"1 to {LONGEST_D} days",
                             remedy="'to' is the last day, and not before 'from'.")

    @cached_property
    def start(self) -> datetime:
        """The first midnight, with offset."""
        return with_offset(datetime.combine(self.first, time(0), tzinfo=ZoneInfo(self.timezone)))

    @cached_property
    def start_s(self) -> Int64Array:
        """Midnights, (D + 1,) [s from the first]; the last one is the end."""
        return np.array([self.second(d, 0) for d in range(self.days + 1)], np.int64)

    @property
    def last(self) -> date:
        """The last day."""
        return self.day(self.days - 1)

    def day(self, d: int) -> date:
        """Give a day by its number."""
        return self.first + timedelta(days=d)

    def number(self, day: date) -> int:
        """Give the number of a day, outside of 0 to ``days`` - 1 where it is none of the season's."""
        return (day - self.first).days

    def second(self, d: int, minutes: int) -> int:
        """Give the second at which the clocks of day ``d`` show a time of day; minutes may pass midnight."""
        day, minutes = self.day(d) + timedelta(days=minutes // 1440), minutes % 1440
        moment = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=ZoneInfo(self.timezone))
        return seconds_between(self.start, moment)

    def seconds(self, moment: datetime) -> int:
        """Give a moment, with offset, in seconds from the first midnight."""
        return seconds_between(self.start, moment)

    def moment(self, seconds: int) -> datetime:
        """Give a second as the clocks of the city show it."""
        return (self.start + timedelta(seconds=int(seconds))).astimezone(ZoneInfo(self.timezone))

    def day_of(self, seconds: int) -> int:
        """Give the number of the day that a second falls in."""
        return int(np.searchsorted(self.start_s, seconds, side="right")) - 1

    def within(self, first: date | None, last: date | None) -> BoolArray:
        """Tell which days lie from one day to another, both included, (D,); None: open."""
        a = 0 if first is None else max(self.number(first), 0)
        b = self.days if last is None else self.number(last) + 1
        inside = np.zeros(self.days, bool)
        inside[a:max(b, 0)] = True
        return inside
