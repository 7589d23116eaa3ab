"""The irrigated zones of a run: the season that its night is a part of, asked by assets and seconds of the run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.errors import InputError
from twin.irrigation.indicators import Indicators
from twin.irrigation.locks import Lock
from twin.irrigation.restart import Restart, restarts
from twin.irrigation.season import Balance
from twin.quantities import NONE
from twin.world.city import City
from twin.world.plan import Plan


@dataclass(frozen=True, kw_only=True, eq=False)
class Gardens:
    """A season with a run in it. Days are the season's; seconds are the run's, from its start."""

    #: Name of the season.
    name: str
    told: Indicators
    #: Row of each zone's asset, (Z,).
    rows: tuple[int, ...]
    #: Second of the season at which the run starts.
    shift_s: int
    duration_s: int

    @staticmethod
    def of(name: str, told: Indicators, city: City, plan: Plan) -> Gardens:
        """Give the gardens of a run.

        Raises
        ------
        InputError
            A run that the days of the season do not cover; a zone that the city lacks.
        """
        season = told.balance.season
        calendar = season.calendar
        begins, ends = calendar.seconds(plan.start), calendar.seconds(plan.start) + plan.duration_s
        if begins < 0 or ends > int(calendar.start_s[-1]):
            raise InputError(field="irrigation", found=f"a season from {calendar.first} to {calendar.last}",
                             expected=f"days that cover the run, which starts on {plan.start.date()} and lasts "
                             f"{plan.duration_s / 3600:g} h",
                             remedy="Give the season other days, or the run another date (--date).")
        return Gardens(name=name, told=told, rows=tuple(city.assets.row(zone.id) for zone in season.zones),
                       shift_s=begins, duration_s=plan.duration_s)

    @property
    def balance(self) -> Balance:
        """The water of each zone on each day."""
        return self.told.balance

    @cached_property
    def zone_of(self) -> dict[int, int]:
        """Row of the season's zone by the row of its asset."""
        return {row: z for z, row in enumerate(self.rows)}

    @cached_property
    def restarts(self) -> dict[int, tuple[int, Restart]]:
        """Rank, from 1, and restart of each zone that has one, by its row in the season."""
        return {restart.zone: (rank, restart) for rank, restart in enumerate(restarts(self.balance), start=1)}

    def day_at(self, t_s: int) -> int:
        """Give the day of the season in which a second of the run falls."""
        return min(self.balance.season.calendar.day_of(self.shift_s + t_s), self.balance.season.calendar.days - 1)

    def lock_at(self, zone: int, t_s: int) -> Lock | None:
        """Give the gravest lock of a zone at a second of the run; None where there is none."""
        return next(iter(self.balance.season.locks.at(zone, self.shift_s + t_s)), None)

    def locks(self, zone: int) -> list[tuple[int, int, Lock]]:
        """Give from when to when which lock is the gravest of a zone, in seconds of the run.

        Returns
        -------
        (from, to, lock), clipped to the run; to is -1 where the lock outlasts it.
        """
        begin, end = self.shift_s, self.shift_s + self.duration_s
        mine = self.balance.season.locks.of_zone(zone)
        edges = sorted({begin, *(t for lock in mine for t in (lock.start_s, lock.end_s) if begin < t < end)})
        found: list[tuple[int, int, Lock]] = []
        for a, b in zip(edges, [*edges[1:], end], strict=True):
            gravest = next(iter(self.balance.season.locks.at(zone, a)), None)
            if gravest is None:
                continue
            if found and found[-1][1] == a - begin and found[-1][2] is gravest:
                found[-1] = (found[-1][0], b - begin, gravest)
            else:
                found.append((a - begin, b - begin, gravest))
        return [(a, NONE if b == self.duration_s and (lock.end_s == NONE or lock.end_s > end) else b, lock)
                for a, b, lock in found]

    def controlled(self, asset_id: str) -> list[int]:
        """Give the zones that a controller waters, by its id."""
        return [z for z, zone in enumerate(self.balance.season.zones) if zone.controller == asset_id]

    def midnights(self) -> list[tuple[int, int]]:
        """Give the days of the season that the run touches, each with the second of the run at which it begins."""
        first, last = self.day_at(0), self.day_at(max(self.duration_s - 1, 0))
        starts = np.asarray(self.balance.season.calendar.start_s)
        return [(d, int(starts[d]) - self.shift_s) for d in range(first, last + 1)]
