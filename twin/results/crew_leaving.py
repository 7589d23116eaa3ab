"""Crews that are to leave where they stand before the way out closes, or that are shut in: as acts of a moment."""

from __future__ import annotations

from dataclasses import replace

from twin.access.access import Access
from twin.quantities import NONE
from twin.results.crew_days import Doing, Piece, crew_days
from twin.results.situation import THREAT_S, Situation
from twin.results.to_do import Act


def with_crews(told: Situation, access: Access, acts: list[Act]) -> list[Act]:
    """Give acts with those that concern where crews stand.

    A crew on duty at a place from which no street will lead away within six hours, or that water comes to, is told to
    leave before. One that is shut in already is told with the site that is brought out where it stands; elsewhere by
    itself, at once.

    Parameters
    ----------
    told
        A situation with its crews that are shut in.
    access
        The streets in the water of its run.
    acts
        The acts ahead.
    """
    plan = told.result.plan.crews
    if plan is None or plan.travel != "streets":
        return acts
    found = list(acts)
    for piece in crew_days(told.result):
        if not piece.start_s <= told.t_s < piece.end_s or piece.doing not in (Doing.FREE, Doing.WORKING):
            continue
        crew = plan.crews[piece.crew].id
        if (shut := told.shut.get(crew)) is None:
            found = _added(found, _leaving(told, access, piece, crew))
            continue
        place = next((i for i, act in enumerate(found)
                      if act.sort == "evacuate" and act.assets[0] == piece.asset), None)
        if place is None:
            found = _added(found, _act(crew, piece.asset, told.t_s, shut.time.from_s, shut.time.until_s, is_now=True))
        else:
            found[place] = replace(found[place], crews=(*found[place].crews, crew), shut_s=shut.time.from_s,
                                   open_s=shut.time.until_s)
    return found


def _added(acts: list[Act], act: Act | None) -> list[Act]:
    """Give acts with one more; crews that are to leave one place at one moment leave as one."""
    if act is None:
        return acts
    for i, other in enumerate(acts):
        if (other.sort, other.assets, other.before_s) == (act.sort, act.assets, act.before_s):
            return [*acts[:i], replace(other, crews=(*other.crews, *act.crews)), *acts[i + 1:]]
    return [*acts, act]


def _leaving(told: Situation, access: Access, piece: Piece, crew: str) -> Act | None:
    # Searching ways wants compiled code, which a page that only tells a situation does without.
    from twin.access.shut_in import shut_in

    plan = told.result.plan.crews
    assert plan is not None
    until_s = min(piece.end_s, told.t_s + THREAT_S)
    place, wade_m = access.place(piece.asset), plan.crews[piece.crew].wade_m
    looked = [int(at_s) for at_s in access.departures_s if told.t_s < at_s <= until_s]
    shut = next((time for at_s in looked if (time := shut_in(access, place, at_s, wade_m)) is not None), None)
    wet_s = int(told.result.exposure.touched_at_s[piece.asset])
    ends = [at_s for at_s in (NONE if shut is None else shut.from_s, wet_s) if told.t_s < at_s <= until_s]
    if not ends:
        return None
    act = _act(crew, piece.asset, min(ends), NONE if shut is None else shut.from_s,
               NONE if shut is None else shut.until_s)
    row = told.result.city.assets.row
    trips = [(trip.lasts_s, base, trip.streets) for base in access.rules.bases if row(base) != piece.asset
             and (trip := access.trip(place, access.place(row(base)), told.t_s)) is not None]
    return act if not trips else replace(act, base=min(trips)[1], way=min(trips)[2])


def _act(crew: str, asset: int, before_s: int, shut_s: int, open_s: int, *, is_now: bool = False) -> Act:
    return Act(sort="crew", before_s=before_s, assets=(asset,), by="city", lamps=0, live=0, people=0, depth_m=0.0,
               crews=(crew,), shut_s=shut_s, open_s=open_s, is_now=is_now)
