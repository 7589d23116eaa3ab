"""Locks: from when to when a zone must not or cannot be watered, and why. Read from a run; never computed here.

Water on a zone, its controller flooded or without supply come from the run's own suspensions; the sanitary release is
a fact that a person gives; winter and hands are declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from functools import cached_property

import numpy as np

from twin.codes import Mechanism
from twin.irrigation.calendar import Calendar
from twin.kernels.soil import tables
from twin.quantities import NONE
from twin.results.result import Result
from twin.world.assets import Asset


class Reason(IntEnum):
    """Why a zone is locked, the gravest first."""

    UNDER_WATER = 0  #: water stands on it
    CONTROLLER_FLOODED = 1  #: its controller flooded, and is not repaired
    CONTROLLER_UNPOWERED = 2  #: its controller waits for what feeds it
    CONTROLLER_OUT = 3  #: its controller is out for another reason
    SANITARY = 4  #: it was under water, and nobody has released it yet
    WINTER = 5  #: winterised
    BY_HAND = 6  #: somebody switched it off

    @property
    def word(self) -> str:
        """The word used in files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One lock of one zone."""

    #: Row of the zone.
    zone: int
    #: Seconds from the season's first midnight; before it negative.
    start_s: int
    #: -1: no end is known.
    end_s: int
    reason: Reason
    #: Asset at fault, id and kind; None where there is none: the controller, the cabinet that it waits for.
    asset: Asset | None = None
    #: Who locked it by hand, and why.
    by: str = ""
    #: Controller in between; None where it is itself at fault.
    controller: Asset | None = None


@dataclass(frozen=True, eq=False)
class Locks:
    """All locks of a season, sorted by zone, then start."""

    rows: tuple[Lock, ...]
    #: Whether they keep controllers from watering; else water on a zone fills its ground, and no more.
    blocks: bool = True

    @staticmethod
    def of(rows: Sequence[Lock]) -> Locks:
        """Give locks in order."""
        return Locks(tuple(sorted(rows, key=lambda lock: (lock.zone, lock.start_s, lock.reason, lock.end_s))))

    def of_zone(self, zone: int) -> list[Lock]:
        """Give the locks of one zone in order."""
        return self._by_zone.get(zone, [])

    @cached_property
    def _by_zone(self) -> dict[int, list[Lock]]:
        found: dict[int, list[Lock]] = {}
        for lock in self.rows:
            found.setdefault(lock.zone, []).append(lock)
        return found

    def at(self, zone: int, at_s: int) -> list[Lock]:
        """Give the locks in force at a second, the gravest first."""
        found = [lock for lock in self.of_zone(zone)
                 if lock.start_s <= at_s and (lock.end_s == NONE or at_s < lock.end_s)]
        return sorted(found, key=lambda lock: lock.reason)

    def packed(self, end_s: int) -> tables.LockColumns:
        """Give the columns of the kernel; locks without an end last as long as the season, which ends at ``end_s``."""
        # A programme of the last evening runs past midnight.
        beyond = end_s + 2 * 86_400
        return tables.LockColumns(
            zone=np.array([lock.zone for lock in self.rows], np.int32),
            start_s=np.array([lock.start_s for lock in self.rows], np.int64),
            end_s=np.array([beyond if lock.end_s == NONE else lock.end_s for lock in self.rows], np.int64),
            reason=np.array([lock.reason for lock in self.rows], np.int8),
            blocks=np.full(len(self.rows), self.blocks))


def locks_of_run(result: Result, zone_of: Mapping[int, int], calendar: Calendar) -> list[Lock]:
    """Give the locks that a run's suspensions are: one for each, two where a flooded controller then waits for supply.

    Parameters
    ----------
    result
        A run.
    zone_of
        Row of the season's zone by the row of the asset.
    calendar
        Days of the season.
    """
    stops, shift_s = result.suspensions, calendar.seconds(result.plan.start)

    def second(t_s: int) -> int:
        return NONE if t_s == NONE else t_s + shift_s

    locks: list[Lock] = []
    for row in range(len(stops)):
        zone = zone_of.get(int(stops.asset[row]))
        if zone is None:
            continue
        start_s, end_s = int(stops.start_s[row]), int(stops.end_s[row])
        if stops.by_water[row]:
            locks.append(Lock(zone=zone, start_s=second(start_s), end_s=second(end_s), reason=Reason.UNDER_WATER))
            continue
        locks += [replace(lock, zone=zone, start_s=second(lock.start_s), end_s=second(lock.end_s))
                  for lock in _of_outage(result, int(stops.outage[row]))]
    return locks


def _of_outage(result: Result, outage: int) -> list[Lock]:
    """Give the locks of one outage of a zone, in seconds of the run: its controller's own, then what that waits for."""
    o, assets = result.outages, result.city.assets
    start_s, end_s = int(o.start_s[outage]), int(o.end_s[outage])
    controller = int(o.cause[outage])
    plain = Lock(zone=NONE, start_s=start_s, end_s=end_s, reason=Reason.CONTROLLER_OUT, asset=assets[controller])
    theirs = np.flatnonzero((o.asset == controller) & (o.start_s <= start_s)
                            & ((o.end_s == NONE) | (o.end_s > start_s)))
    if not len(theirs):
        return [plain]
    its = int(theirs[-1])
    mechanism = Mechanism(int(o.mechanism[its]))
    waiting = replace(plain, reason=Reason.CONTROLLER_UNPOWERED, controller=assets[controller])
    if mechanism in (Mechanism.SUPPLY_LOST, Mechanism.BUFFER_EMPTY):
        return [replace(waiting, asset=assets[int(o.cause[its])])]
    if mechanism != Mechanism.FLOODED:
        return [plain]
    flooded = replace(plain, reason=Reason.CONTROLLER_FLOODED)
    repaired_s = max((r.end_s for r in result.repairs.of_asset(controller) if not r.is_undone and r.end_s != NONE
                      and r.end_s >= start_s and (end_s == NONE or r.end_s < end_s)), default=NONE)
    if repaired_s == NONE:
        return [flooded]
    held = int(o.held[its]) if o.held[its] != NONE else controller
    return [replace(flooded, end_s=repaired_s), replace(waiting, start_s=repaired_s, asset=assets[held])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A person has released a zone after a flood: rinsed, tested, safe to water. A fact."""

    #: Row of the zone.
    zone: int
    at: datetime
    by: str


def sanitary_locks(locks: Sequence[Lock], releases: Sequence[Release], calendar: Calendar,
                   waiting: Sequence[int] = ()) -> list[Lock]:
    """Give the locks of zones that were under water, each until the first release that is given after the water left.

    Parameters
    ----------
    locks
        Those known; water on a zone is among them.
    releases
        Given by persons. One given before the water left releases nothing.
    waiting
        Zones that wait for their release as the season begins.
    """
    given = sorted((release.zone, calendar.seconds(release.at)) for release in releases)
    found = []
    left = [(lock.zone, lock.end_s) for lock in locks if lock.reason is Reason.UNDER_WATER and lock.end_s != NONE]
    for zone, left_s in sorted({*left, *((zone, -1) for zone in waiting)}):
        end_s = next((at_s for z, at_s in given if z == zone and at_s >= left_s), NONE)
        found.append(Lock(zone=zone, start_s=left_s, end_s=end_s, reason=Reason.SANITARY))
    return [lock for lock in found if lock.end_s == NONE or lock.end_s > lock.start_s]


def ended(locks: Sequence[Lock], zones: set[int], reasons: Sequence[Reason], at_s: int) -> list[Lock]:
    """Give the locks with those of some zones and reasons ended by a fact: what is in force at that second ends there.

    Those that begin later stay.
    """
    def is_met(lock: Lock) -> bool:
        return (lock.zone in zones and lock.reason in reasons and lock.start_s <= at_s
                and (lock.end_s == NONE or lock.end_s > at_s))

    return [replace(lock, end_s=at_s) if is_met(lock) else lock for lock in locks]
