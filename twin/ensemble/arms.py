"""The nights that tell what drives an answer: two sets of draws, and the first with one quantity of the second.

Whole quantities are exchanged: all heights of a city at once, the whole field of the terrain's error. That is the
design of Saltelli for groups: with ``d`` quantities and ``n`` nights of each it takes ``n (d + 2)`` nights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

#: Names of the two sets of draws.
FIRST: Final = "first"
SECOND: Final = "second"


def arms_of(quantities: Sequence[str]) -> dict[str, Mapping[str, int]]:
    """Give the arms of each set of nights by name: the first, the second, and the first with one of the second.

    Examples
    --------
    >>> arms_of(["heights", "repair"])["heights"]
    {'heights': 1}
    """
    arms: dict[str, Mapping[str, int]] = {FIRST: {}, SECOND: dict.fromkeys(quantities, 1)}
    return arms | {name: {name: 1} for name in quantities}
