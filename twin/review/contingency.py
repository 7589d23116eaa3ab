"""Contingency: how often what was foretold came, and the three scores that say it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Contingency:
    """Counts of assets that somebody saw, by what was foretold of them and what came.

    Source
    ------
    Wilks 2019, Statistical Methods in the Atmospheric Sciences, ch. 9: the two-by-two table and its scores.

    Examples
    --------
    >>> seen = Contingency(hits=6, misses=2, false_alarms=4, quiet=20)
    >>> seen.pod, seen.far, seen.csi
    (0.75, 0.4, 0.5)
    """

    #: Foretold and came.
    hits: int = 0
    #: Came and was not foretold.
    misses: int = 0
    #: Foretold and did not come.
    false_alarms: int = 0
    #: Neither.
    quiet: int = 0

    def __add__(self, other: Contingency) -> Contingency:
        """Give the counts of both."""
        return Contingency(hits=self.hits + other.hits, misses=self.misses + other.misses,
                           false_alarms=self.false_alarms + other.false_alarms, quiet=self.quiet + other.quiet)

    @property
    def pod(self) -> float:
        """Probability of detection: of what came, the share that was foretold; NaN where nothing came."""
        came = self.hits + self.misses
        return self.hits / came if came else nan

    @property
    def far(self) -> float:
        """False alarm ratio: of what was foretold, the share that did not come; NaN where nothing was foretold."""
        foretold = self.hits + self.false_alarms
        return self.false_alarms / foretold if foretold else nan

    @property
    def csi(self) -> float:
        """Critical success index: hits among all that came or was foretold; NaN where there is neither."""
        told = self.hits + self.misses + self.false_alarms
        return self.hits / told if told else nan
