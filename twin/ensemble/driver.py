"""Driver: a quantity that is uncertain, and how much of an answer hangs on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One quantity: how much of an answer's variance hangs on it."""

    name: str
    #: Total-order index, and its interval of 95 %.
    total: float
    total_low: float
    total_high: float
    #: First-order index, and its interval.
    first: float
    first_low: float
    first_high: float
    #: Mean absolute change of the answer when this quantity alone is drawn anew, in the answer's unit.
    effect: float
