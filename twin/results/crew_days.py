"""Crew days: where each crew is and what it does, second by second of a run, without a gap; pages draw it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from twin.quantities import NONE
from twin.results.crew_work import Shift
from twin.results.result import Result
from twin.world.crews import Crew
from twin.world.kinds import STAGES


class Doing(IntEnum):
    """What a crew does."""

    OFF = 0  #: off duty: not called yet, or at rest
    FREE = 1  #: on duty, and nothing to do that it could
    DRIVING = 2  #: on its way
    WORKING = 3  #: at work


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A time in which a crew does one thing."""

    #: Place in the plan's crews.
    crew: int
    start_s: int
    #: Clipped to the run.
    end_s: int
    doing: Doing
    #: Row of the asset at which it is; while it drives, where it goes.
    asset: int
    #: Row of the asset that it set out from; that at which it is where it does not drive.
    origin: int
    #: Assets of one visit, their stage as a place in ``STAGES`` and when it was planned to be free; 0 and -1 else.
    count: int = 0
    stage: int = NONE
    until_s: int = NONE
    #: Streets of the trip.
    streets: tuple[str, ...] = ()


def crew_days(result: Result) -> list[Piece]:
    """Give what each crew does from the start to the end of a run, by crew, then time; nothing without crews."""
    plan = result.plan.crews
    if plan is None:
        return []
    drives = plan.travel == "streets"
    work: dict[str, list[Shift]] = {}
    for shift in result.crew_work:
        work.setdefault(shift.crew, []).append(shift)
    return [piece for place, crew in enumerate(plan.crews)
            for piece in _day(result, place, crew, work.get(crew.id, []), drives=drives)]


def _day(result: Result, place: int, crew: Crew, work: list[Shift], *, drives: bool) -> Iterator[Piece]:
    horizon_s, row = result.plan.duration_s, result.city.assets.row
    base, stands = row(crew.base), row(crew.stands_at or crew.base)
    at, now_s = base, 0
    duty = [(begin, end) for begin, end in crew.shifts if begin < horizon_s]
    first_s = duty[0][0] if duty else horizon_s

    def idle(until_s: int) -> Iterator[Piece]:
        """Fill the time up to the next work: off duty, or free; a shift begins at the base."""
        nonlocal at, now_s
        while now_s < until_s:
            shift = next(((begin, end) for begin, end in duty if begin <= now_s < end), None)
            if shift is not None and shift[0] == now_s and drives:
                at = stands if now_s == first_s else base
            next_s = shift[1] if shift is not None else min(
                (begin for begin, _ in duty if begin > now_s), default=horizon_s)
            end_s = min(next_s, until_s, horizon_s)
            yield Piece(crew=place, start_s=now_s, end_s=end_s, doing=Doing.FREE if shift else Doing.OFF, asset=at,
                        origin=at)
            now_s = end_s

    for one in work:
        yield from idle(one.start_s)
        if any(begin == one.start_s for begin, _ in duty) and drives:
            at = stands if one.start_s == first_s else base
        end_s = horizon_s if one.end_s == NONE else min(one.end_s, horizon_s)
        if end_s <= one.start_s:
            continue
        is_trip = drives and STAGES.index(one.stage) == 0
        yield Piece(crew=place, start_s=one.start_s, end_s=end_s, doing=Doing.DRIVING if is_trip else Doing.WORKING,
                    asset=one.asset, origin=at if is_trip else one.asset, count=one.count,
                    stage=STAGES.index(one.stage), until_s=one.until_s, streets=one.streets)
        now_s = end_s
        if not is_trip:
            at = one.asset
    yield from idle(horizon_s)
