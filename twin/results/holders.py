"""Holders: what has to be repaired, reset or declared back before an outage can end, at a second of the run."""

from __future__ import annotations

from twin.quantities import NONE
from twin.results.outages import Outage
from twin.results.result import Result


def holder_at(result: Result, outage: Outage, t_s: int) -> int:
    """Give the asset that an outage waits for at a second: the first that is down by itself, else its root.

    Asked are what holds it longest; its root; its own asset; what tipped the balance, as a circuit that waits for its
    reset while its lamps are repaired; and whose return its asset waits for, where that is repaired.
    """
    unfed = result.unfed.of(outage.asset, t_s)
    asked = (outage.held, outage.root, outage.asset, outage.cause,
             *(() if unfed == NONE else (int(result.unfed.holder[unfed]),)))
    return next((row for row in asked if result.waits.at(row, t_s) != NONE), outage.root)
