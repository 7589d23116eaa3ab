"""Quarters of an hour: the only times that a public file tells of what goes out, gets wet and comes back.

Times to the second are those of one feeder or one house: whoever sorts by them reads the network off. A start is moved
back and an end on, so that nothing that lasts gets lost and nobody is told light where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: Length of a quarter [s].
QUARTER_S = 900
#: End of an interval that does not end within the run.
OPEN = 0xFFFF_FFFF

#: Start and end, seconds from the start of the run.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quarters:
    """Rounds seconds from the start of a run to quarters of the clock on the wall."""

    #: Seconds by which the run starts after a quarter.
    past_s: int

    @classmethod
    def of(cls, start: datetime) -> Quarters:
        """Give the quarters of a run; offsets of all time zones in use are whole quarters."""
        return cls(int(start.timestamp()) % QUARTER_S)

    def down(self, seconds: int) -> int:
        """Give the quarter that has begun; never before the start of the run."""
        return max(0, (seconds + self.past_s) // QUARTER_S * QUARTER_S - self.past_s)

    def up(self, seconds: int) -> int:
        """Give the quarter that is next, or is now; what is open stays open."""
        return seconds if seconds == OPEN else -(-(seconds + self.past_s) // QUARTER_S) * QUARTER_S - self.past_s

    def nearest(self, seconds: int) -> int:
        """Give the nearest quarter, for what has no safe side."""
        return self.down(seconds + QUARTER_S // 2)

    def outward(self, spans: Iterable[Span]) -> list[Span]:
        """Give spans rounded outward, joined where they meet, in order.

        Examples
        --------
        >>> Quarters(0).outward([(1000, 1100), (4000, OPEN), (1801, 2000)])
        [(900, 2700), (3600, 4294967295)]
        """
        out: list[Span] = []
        for start, end in sorted((self.down(start), self.up(end)) for start, end in spans):
            if out and start <= out[-1][1]:
                out[-1] = (out[-1][0], max(out[-1][1], end))
            else:
                out.append((start, end))
        return out


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Give what is left of spans outside others; both in order and without overlaps.

    Examples
    --------
    >>> without([(0, 10)], [(2, 3), (8, 20)])
    [(0, 2), (3, 8)]
    """
    busy, left = list(taken), []
    for start, end in spans:
        for other, until in busy:
            if until <= start or other >= end:
                continue
            if other > start:
                left.append((start, other))
            start = max(start, until)
        if start < end:
            left.append((start, end))
    return left
