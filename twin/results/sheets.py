"""Crew sheets: what each crew goes to and in which order, by which streets, in how much water, and what it does there.

All of it is what the run computes from a moment on; what is over by then is a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.access.access import Access
from twin.access.by_street import StreetLeg, street_legs
from twin.quantities import NONE
from twin.results.crew_shut import CrewShut, crews_shut_in
from twin.results.crew_work import Shift
from twin.results.moment import Damage, Moment, moment_of
from twin.results.queue import queue_at
from twin.results.result import Result
from twin.world.crews import Crew, scheduled
from twin.world.graph import graph_of
from twin.world.kinds import STAGES, Role
from twin.world.supplies import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One place that a crew goes to, or stands at. Seconds from the start."""

    #: Rows of the assets, lamps of one street together, increasing.
    assets: tuple[int, ...]
    #: Rows of what feeds them with power, each once: circuits, cabinets, substations.
    circuits: tuple[int, ...]
    #: When it sets out; where nobody drives, when it begins.
    leaves_s: int
    #: When the work begins there; -1 where the trip is not over at the horizon, or was broken off.
    arrives_s: int
    #: When it is over; -1 not within the horizon.
    ends_s: int
    #: Words of ``STAGES``, without the trip, in order.
    stages: tuple[str, ...]
    #: Id of the place that it sets out from; empty where nobody drives.
    origin: str
    #: The trip, street by street; empty where nobody drives, or it goes nowhere.
    legs: tuple[StreetLeg, ...]
    #: Depth at the deepest of the assets, at the moment asked about and on arrival [m]; NaN where unknown.
    now_m: float
    arrival_m: float
    #: Water comes back and drives the crew away.
    is_undone: bool
    #: Water reached one of them since its last test: not to be re-energised before the next.
    is_not_to_be_re_energised: bool
    #: Row of what keeps it without power though it is repaired, and when that is back; -1 for nothing, and never.
    held_by: int = NONE
    held_until_s: int = NONE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """What lies ahead of one crew at a moment."""

    result: Result
    t_s: int
    crew: Crew
    visits: tuple[Visit, ...]
    #: Visits that are over.
    past: int
    #: Its shift now, or the next one; (-1, -1) without one.
    shift: tuple[int, int]
    #: Of all that these crews are to mend, how many wait for what at the moment, the most first: ``recede`` for the
    #: water to fall, else as ``twin.results.queue.REASONS``.
    waits: tuple[tuple[str, int], ...] = ()
    #: It is shut in, or its base is when its shift begins; None where it is not, or nobody drives.
    shut: CrewShut | None = None

    @property
    def next_s(self) -> int:
        """When it next sets out or is at work [s]; -1 not within the run."""
        return min((visit.leaves_s for visit in self.visits), default=NONE)


def sheets(result: Result, access: Access | None, t_s: int) -> tuple[Sheet, ...]:
    """Give the sheet of each crew; nothing where crews are unlimited.

    Parameters
    ----------
    result
        A run.
    access
        Its streets in the water; None where nobody drives.
    t_s
        The moment [s from the start]: what is over by then is counted, all else is told.
    """
    plan = result.plan.crews
    if plan is None:
        return ()
    moment, waits = moment_of(result, t_s), _waits(result, plan.owner, t_s)
    shut = crews_shut_in(result, access, t_s)
    found = []
    for crew in plan.crews:
        groups = list(_groups([shift for shift in result.crew_work if shift.crew == crew.id]))
        ahead = [group for group in groups if group[-1].end_s == NONE or group[-1].end_s > t_s]
        found.append(Sheet(
            result=result, t_s=t_s, crew=crew, past=len(groups) - len(ahead),
            visits=tuple(_visit(result, access, moment, crew, group) for group in ahead),
            shift=next((shift for shift in crew.shifts if shift[1] > t_s), (NONE, NONE)), waits=waits,
            shut=shut.get(crew.id)))
    return tuple(found)


def _waits(result: Result, owner: str, t_s: int) -> tuple[tuple[str, int], ...]:
    """Give how many repairs of this owner's wait for what at a second, the most first."""
    damaged = moment_of(result, t_s).damage == Damage.FLOODED
    counts = queue_at(result.trace, t_s).counts()
    under_water = int((scheduled(result.city.assets, owner) & damaged).sum())
    return tuple(sorted((*counts.items(), *([("recede", under_water)] if under_water else [])),
                        key=lambda row: (-row[1], row[0])))


def _groups(work: list[Shift]) -> Iterator[list[Shift]]:
    """Give the stages of each visit together: one begins with a trip, at another place, or after a break."""
    group: list[Shift] = []
    for shift in work:
        if group and (shift.stage == "reach" or shift.asset not in group[0].assets or shift.start_s != group[-1].end_s):
            yield group
            group = []
        group.append(shift)
    if group:
        yield group


def _visit(result: Result, access: Access | None, moment: Moment, crew: Crew, group: list[Shift]) -> Visit:
    first, assets = group[0], result.city.assets
    rows = tuple(sorted({row for shift in group for row in shift.assets}))
    work = [shift for shift in group if shift.stage != "reach"]
    arrives_s = work[0].start_s if work else NONE
    way: tuple[StreetLeg, ...] = ()
    if access is not None and first.origin:
        way = street_legs(access, access.place(assets.row(first.origin)), access.place(first.asset), first.start_s,
                          moment.t_s, crew.wade_m)
    is_last = bool(work) and work[-1].stage == STAGES[-1]
    held_by, held_until_s = _held(result, rows, group[-1].end_s) if is_last else (NONE, NONE)
    return Visit(
        held_by=held_by, held_until_s=held_until_s, assets=rows,
        circuits=_circuits(result, rows), leaves_s=first.start_s, arrives_s=arrives_s,
        ends_s=group[-1].end_s, stages=tuple(dict.fromkeys(shift.stage for shift in work)), origin=first.origin,
        legs=way, now_m=_deepest(result, rows, moment.t_s),
        arrival_m=_deepest(result, rows, arrives_s if arrives_s != NONE else first.start_s),
        is_undone=group[-1].is_undone,
        is_not_to_be_re_energised=bool(moment.is_not_to_be_re_energised[list(rows)].any()))


def _held(result: Result, rows: tuple[int, ...], done_s: int) -> tuple[int, int]:
    """Give what repaired things still wait for at a second, and when they are in service; -1 twice for nothing."""
    found = [row for asset in rows if done_s != NONE and (row := result.unfed.of(asset, done_s)) != NONE]
    if not found:
        return NONE, NONE
    last = max(found, key=lambda row: (result.unfed.end_s[row] == NONE, result.unfed.end_s[row]))
    return int(result.unfed.holder[last]), int(result.unfed.end_s[last])


def _circuits(result: Result, rows: tuple[int, ...]) -> tuple[int, ...]:
    """Give what feeds each with power: a lamp's circuit, a cabinet's suppliers; what only controls it feeds nothing."""
    assets, graph, s = result.city.assets, graph_of(result.city), result.city.supplies
    above = graph.nearest_above(assets.of_role(Role.CIRCUIT))
    found = []
    for row in rows:
        if assets.has_role(row, Role.LIGHTS) and above[row] != NONE:
            found.append(int(above[row]))
        else:
            found += s.supplier[(s.consumer == row) & (s.service == Service.POWER)].tolist()
    return tuple(dict.fromkeys(found))


def _deepest(result: Result, rows: tuple[int, ...], t_s: int) -> float:
    depths = result.exposure.depths
    if depths is None:
        return 0.0
    return float(np.max(depths.at(t_s, np.array(rows, np.int32))))
