"""Stages of the pipeline, and how far a long one is. Every stage takes arrays and gives arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from time import monotonic
from typing import Any


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
    #: What is being done, in English words for people; :mod:`twin.explaining.doing` has the French ones.
    doing: str
    done: float = 0.0
    #: What ``done`` counts up to; 0: not known.
    of: float = 0.0
    #: What both count: hours, frames; empty: nothing.
    unit: str = ""
    #: Seconds to its end, as far as can be told; None where not.
    seconds_left: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        left = self.seconds_left
        return {"stage": self.stage.word, "doing": self.doing, "done": self.done, "of": self.of, "unit": self.unit,
                "seconds_left": None if left is None else round(left, 1)}


#: Told how far a stage is. What it raises ends the stage there: that is how work is cancelled.
Tell = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""


class Paced:
    """Tells how far one piece of work is, and from its pace so far when it will end.

    Examples
    --------
    >>> told: list[Progress] = []
    >>> frames = Paced(told.append, Stage.EXPOSE, "reading", unit="frames", clock=iter([0.0, 10.0, 30.0]).__next__)
    >>> frames(0, 4), frames(1, 4), frames(3, 4)
    (None, None, None)
    >>> [progress.seconds_left for progress in told]
    [None, 30.0, 10.0]
    """

    def __init__(self, tell: Tell, stage: Stage, doing: str, *, unit: str = "",
                 clock: Callable[[], float] = monotonic) -> None:
        self.tell, self.stage, self.doing, self.unit, self.clock = tell, stage, doing, unit, clock
        self._first: tuple[float, float] | None = None

    def __call__(self, done: float, of: float) -> None:
        """Tell that so much is done of so much."""
        now = self.clock()
        # What a run before had done already is no pace of this one.
        since, before = self._first = self._first or (now, done)
        left = (of - done) * (now - since) / (done - before) if done > before else None
        self.tell(Progress(stage=self.stage, doing=self.doing, done=done, of=of, unit=self.unit, seconds_left=left))
