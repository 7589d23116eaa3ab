"""Stages of the pipeline, and how far a long one is. Every stage takes arrays and gives arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """Where a change re-enters: nothing above it is computed again."""

    RESOLVE = 0  #: a scenario to a plan
    WATER = 1  #: the depth of the water over time
    EXPOSE = 2  #: the water at each asset
    SIMULATE = 3  #: who goes out, and why
    ASK = 4  #: lists, pictures, explanations

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stage is."""

    stage: Stage
    #: What is being done, in words for people.
    doing: str
    done: float = 0.0
    #: What ``done`` counts up to; 0: not known.
    of: float = 0.0
    #: Seconds to its end, as far as can be told; None where not.
    seconds_left: float | None = None


#: Told how far a stage is. What it raises ends the stage there: that is how work is cancelled.
Tell = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""
