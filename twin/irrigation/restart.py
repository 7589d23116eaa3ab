"""Restarting after a flood: for each zone its steps in order, who must come, and which zone comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from twin.irrigation.locks import Lock, Reason
from twin.irrigation.season import Balance
from twin.quantities import NONE
from twin.world.assets import Asset


class RestartStep(IntEnum):
    """Steps of a restart, in their order."""

    RECEDE = 0  #: the water leaves
    CONTROLLER = 1  #: the controller is repaired
    SUPPLY = 2  #: what feeds it is back
    FLUSH = 3  #: pipes are flushed, filters cleaned
    TEST = 4  #: each valve is opened and closed
    RELEASE = 5  #: a person gives the sanitary release
    WATER = 6  #: the ground has dried to where it must be watered

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One step of one zone."""

    step: RestartStep
    #: When it is done or over [s from the season's first midnight]; -1: not known.
    done_s: int
    #: Asset concerned; None: the zone itself.
    asset: Asset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """The restart of one zone."""

    zone: int
    steps: tuple[Due, ...]
    #: First day of the season, after the flood, on which its ground asks for water; -1: none.
    needed_day: int

    def waiting(self, at_s: int) -> Due | None:
        """Give the first step that is not done at a second; None where all are."""
        return next((due for due in self.steps if due.done_s == NONE or due.done_s > at_s), None)


def restarts(balance: Balance) -> list[Restart]:
    """Give the restart of every zone that was under water or lost its controller by water, the most pressing first.

    Order: the day on which the ground asks for water, young trees and beds before lawns on one day, then the zone's id.
    """
    season = balance.season
    found = []
    for zone in sorted({lock.zone for lock in season.locks.rows if lock.reason <= Reason.SANITARY
                        and lock.reason is not Reason.CONTROLLER_OUT}):
        locks = season.locks.of_zone(zone)
        if any(lock.reason in (Reason.UNDER_WATER, Reason.CONTROLLER_FLOODED, Reason.SANITARY) for lock in locks):
            found.append(_of_zone(balance, zone, locks))
    ranks = {"young_trees": 0, "bed": 1, "shrubs": 2, "sports_field": 3, "lawn": 4}

    def key(restart: Restart) -> tuple[int, int, str]:
        zone = season.zones[restart.zone]
        day = season.calendar.days if restart.needed_day == NONE else restart.needed_day
        return day, ranks.get(zone.vegetation.use, 5), zone.id

    return sorted(found, key=key)


def _of_zone(balance: Balance, zone: int, locks: Sequence[Lock]) -> Restart:
    season = balance.season
    by_reason = {reason: [lock for lock in locks if lock.reason is reason] for reason in Reason}
    steps = []
    for step, reason in ((RestartStep.RECEDE, Reason.UNDER_WATER), (RestartStep.CONTROLLER, Reason.CONTROLLER_FLOODED),
                         (RestartStep.SUPPLY, Reason.CONTROLLER_UNPOWERED)):
        if by_reason[reason]:
            last = by_reason[reason][-1]
            steps.append(Due(step=step, done_s=last.end_s, asset=last.asset))
    sanitary = by_reason[Reason.SANITARY]
    is_open = any(lock.end_s == NONE for lock in by_reason[Reason.UNDER_WATER])
    if sanitary or is_open:
        # Whoever releases a zone has flushed and tested it before: one fact says all three.
        done_s = NONE if is_open else sanitary[-1].end_s
        steps += [Due(step=step, done_s=done_s) for step in (RestartStep.FLUSH, RestartStep.TEST, RestartStep.RELEASE)]
    after_s = max((due.done_s for due in steps if due.done_s != NONE), default=0)
    first_d = min(max(season.calendar.day_of(max(after_s, 0)), 0), season.calendar.days - 1)
    c = balance.columns
    before = np.concatenate([[season.state.depletion_mm[zone]], c.depletion_mm[zone, :-1]])
    dry = np.flatnonzero(before[first_d:] > c.allowed_mm[zone, first_d:])
    needed = first_d + int(dry[0]) if len(dry) and all(due.done_s != NONE for due in steps) else NONE
    done_s = NONE if needed == NONE else int(season.calendar.start_s[needed])
    return Restart(zone=zone, steps=(*steps, Due(step=RestartStep.WATER, done_s=done_s)), needed_day=needed)
