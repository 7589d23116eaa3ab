"""When something comes back, in words: one rounding and one wording for each meaning.

Times of return rest on durations assumed: people read them to the quarter of an hour by the clock on the wall, rounded
outward; exact seconds stand in tables alone. Where crews are unlimited a return is the earliest that can be; with the
crews of a plan it is what that plan gives.
"""

from __future__ import annotations

from twin.explaining.teller import Teller
from twin.quantities import NONE
from twin.results.returns import early, late


def roughly(teller: Teller, at_s: int) -> str:
    """Give a moment of return, or the far end of a range: rounded up to the quarter."""
    return teller.clock(late(at_s, teller.result.plan.start))


def from_roughly(teller: Teller, at_s: int) -> str:
    """Give the near end of a range: rounded down to the quarter."""
    return teller.clock(early(at_s, teller.result.plan.start))


def back(teller: Teller, end_s: int) -> str:
    """Say when something is back, without a full stop; ``end_s`` [s] -1: not within the time computed."""
    if end_s == NONE:
        return teller.text("not back within the time computed")
    if teller.result.plan.crews is None:
        return teller.text("back at the earliest about {time}", time=roughly(teller, end_s))
    return teller.text("back about {time}", time=roughly(teller, end_s))
