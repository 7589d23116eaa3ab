"""Crews that are shut in: no open street leads away from where they stand, or from the base where they are to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twin.quantities import NONE
from twin.results.crew_days import Doing, Piece, crew_days
from twin.results.result import Result

if TYPE_CHECKING:
    from twin.access.access import Access
    from twin.access.shut_in import ShutIn


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewShut:
    """A crew that is shut in, or will be when its next shift begins."""

    #: Row of the asset at which it stands, or begins.
    asset: int
    #: The second looked at: the moment asked about, or the beginning of its next shift.
    at_s: int
    #: It is on duty at the moment asked about; else it is about its base.
    is_on_duty: bool
    time: ShutIn

    def to_dict(self, result: Result, crew: str) -> dict[str, Any]:
        """Give plain JSON values, moments as ISO texts; ``until`` None: not within the run."""
        moment = result.view.moment
        return {"crew": crew, "asset": str(result.city.assets.id[self.asset]), "at": moment(self.at_s),
                "is_on_duty": self.is_on_duty, "from": moment(self.time.from_s),
                "until": None if self.time.until_s == NONE else moment(self.time.until_s), "streets": self.time.streets}


def crews_shut_in(result: Result, access: Access | None, t_s: int) -> dict[str, CrewShut]:
    """Give the crews that are shut in at a second, by id; nothing where nobody drives.

    One on duty stands where it is free or at work. One off duty is looked at where its next shift begins, and when.
    """
    plan = result.plan.crews
    if plan is None or access is None or plan.travel != "streets":
        return {}
    found, days = {}, crew_days(result)
    for number, crew in enumerate(plan.crews):
        mine = [piece for piece in days if piece.crew == number]
        now = next((piece for piece in mine if piece.start_s <= t_s < piece.end_s), None)
        shut = None if now is None else _shut(access, mine, now, t_s, crew.wade_m)
        if shut is not None:
            found[crew.id] = shut
    return found


def shut_spans(result: Result, access: Access | None) -> list[tuple[int, int, int, CrewShut]]:
    """Give when crews are shut in over a run: rows of ``crew_days``, from when, to when, and how, as at the beginning.

    The answer of ``crews_shut_in`` at each second looked at by ``Access.departures_s``, and to the second where a piece
    begins or a way opens.
    """
    plan = result.plan.crews
    if plan is None or access is None or plan.travel != "streets":
        return []
    found, days = [], crew_days(result)
    for place, piece in enumerate(days):
        mine, wade_m = [one for one in days if one.crew == piece.crew], plan.crews[piece.crew].wade_m
        looked = [int(at_s) for at_s in access.departures_s if piece.start_s < at_s < piece.end_s]
        at_s: int | None = piece.start_s
        while at_s is not None:
            shut = _shut(access, mine, piece, at_s, wade_m)
            end_s = at_s
            if shut is not None:
                start_s = max(piece.start_s, min(shut.time.from_s, at_s)) if shut.is_on_duty else piece.start_s
                end_s = piece.end_s if not shut.is_on_duty or shut.time.until_s == NONE else min(
                    shut.time.until_s, piece.end_s)
                found.append((place, start_s, end_s, shut))
            elif piece.doing in (Doing.OFF, Doing.DRIVING):
                break
            at_s = next((one for one in looked if one > at_s and one >= end_s), None)
    return found


def _shut(access: Access, mine: list[Piece], now: Piece, t_s: int, wade_m: float | None) -> CrewShut | None:
    """Tell whether a crew is shut in at a second within a piece of its day, and since when; None where it is not."""
    # Searching ways wants compiled code, which a page that only tells a situation does without.
    from twin.access.shut_in import shut_in

    if now.doing == Doing.DRIVING:
        return None
    looked = now if now.doing != Doing.OFF else _next(mine, t_s)
    if looked is None:
        return None
    at_s = t_s if looked is now else looked.start_s
    time = shut_in(access, access.place(looked.origin), at_s, wade_m)
    return None if time is None else CrewShut(asset=looked.origin, at_s=at_s, is_on_duty=looked is now, time=time)


def _next(mine: list[Piece], t_s: int) -> Piece | None:
    """Give what a crew off duty does first in its next shift: it begins at its base, or where it was sent ahead."""
    return next((piece for piece in mine if piece.start_s > t_s and piece.doing != Doing.OFF and piece.origin != NONE),
                None)
