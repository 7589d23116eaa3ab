"""Crew sheets: what each crew goes to and in which order, by which streets, in how much water, and what it does there.

All of it is what the run computes from a moment on; what is over by then is a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.access.access import Access
from twin.access.by_street import StreetLeg, street_legs
from twin.quantities import NONE
from twin.results.crew_days import Doing, Piece, crew_days
from twin.results.crew_shut import CrewShut, crews_shut_in
from twin.results.crew_work import Shift
from twin.results.moment import DRY_M, Damage, Moment, moment_of
from twin.results.queue import queue_at
from twin.results.result import Result
from twin.results.to_do import sites_in_water
from twin.world.crews import Crew, scheduled
from twin.world.graph import graph_of
from twin.world.kinds import STAGES, Role
from twin.world.supplies import Service

if TYPE_CHECKING:
    from twin.access.shut_in import ShutIn


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The water where a crew stands until it leaves; of one off duty, where its next shift begins. Seconds as above."""

    asset: int
    #: The moment asked about, or when the shift begins; and when it leaves, or the shift is over.
    from_s: int
    until_s: int
    #: Depth at the place as it begins, and in its street, which is empty without a name [m].
    depth_m: float
    street: str
    street_m: float
    #: When water first comes; ``from_s`` where it is there, -1 not before ``until_s``.
    wet_s: int
    #: The highest water in this time [m], and when.
    highest_m: float
    highest_s: int
    #: By the run water comes inside the site, or may.
    is_entered: bool
    #: From when to when no street leads away; -1 for never, and not within the run. Of a crew that is not shut in yet.
    shuts_s: int = NONE
    opens_s: int = NONE


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
    #: Where it stands, and the water there; None where nobody drives, or it is on its way.
    stand: Stand | None = None

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
    found, days = [], crew_days(result)
    for number, crew in enumerate(plan.crews):
        groups = list(_groups([shift for shift in result.crew_work if shift.crew == crew.id]))
        ahead = [group for group in groups if group[-1].end_s == NONE or group[-1].end_s > t_s]
        found.append(Sheet(
            result=result, t_s=t_s, crew=crew, past=len(groups) - len(ahead),
            visits=tuple(_visit(result, access, moment, crew, group) for group in ahead),
            shift=next((shift for shift in crew.shifts if shift[1] > t_s), (NONE, NONE)), waits=waits,
            shut=shut.get(crew.id), stand=None if access is None or plan.travel != "streets" else _stand(
                result, access, [piece for piece in days if piece.crew == number], t_s, crew, is_shut=crew.id in shut)))
    return tuple(found)


def _stand(result: Result, access: Access, mine: list[Piece], t_s: int, crew: Crew, *, is_shut: bool) -> Stand | None:
    """Give where a crew stands from a second on, or begins its next shift; None on its way, or without a shift."""
    ahead = [piece for piece in mine if piece.end_s > t_s]
    if ahead and ahead[0].doing == Doing.OFF:
        ahead = ahead[1:]
    if not ahead or ahead[0].doing == Doing.DRIVING or ahead[0].origin == NONE:
        return None
    asset, from_s = ahead[0].asset, max(ahead[0].start_s, t_s)
    until_s = next((piece.start_s for piece in ahead
                    if piece.doing in (Doing.DRIVING, Doing.OFF) or piece.asset != asset), ahead[-1].end_s)
    place = access.place(asset)
    looked = sorted({from_s, *(int(at_s) for at_s in access.departures_s if from_s < at_s <= until_s)})
    depths_m = [_deepest(result, (asset,), at_s) for at_s in looked]
    highest_m = max(depths_m)
    shut = None if is_shut else _shuts(access, place, looked[1:], crew.wade_m)
    return Stand(
        asset=asset, from_s=from_s, until_s=until_s, depth_m=depths_m[0],
        street="" if place[0] == NONE else access.network.name_of(place[0]),
        street_m=0.0 if place[0] == NONE else float(str(access.water_on(place[0], from_s)["depth_m"])),
        wet_s=next((at_s for at_s, depth_m in zip(looked, depths_m, strict=True) if depth_m >= DRY_M), NONE),
        highest_m=highest_m, highest_s=looked[depths_m.index(highest_m)],
        is_entered=bool(sites_in_water(result)[asset]), shuts_s=NONE if shut is None else shut.from_s,
        opens_s=NONE if shut is None else shut.until_s)


def _shuts(access: Access, place: tuple[int, float], looked: list[int], wade_m: float | None) -> ShutIn | None:
    """Give the first time among some seconds in which no street leads away from a place; None where one always does."""
    # Searching ways wants compiled code, which a page that only tells a situation does without.
    from twin.access.shut_in import shut_in

    return next((time for at_s in looked if (time := shut_in(access, place, at_s, wade_m)) is not None), None)


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
