"""Ways of acts: from which base, by which streets, until when one can leave; where none is open, the least water.

People are brought out there and back: the way, the time that they take, and the way back, all before the water and by
streets that are open as they are entered. A base that is itself to be evacuated sends nobody.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.access.access import Access
from twin.access.clearance import least_water
from twin.quantities import NONE
from twin.results.crew_days import Doing, crew_days
from twin.results.crew_leaving import with_crews
from twin.results.crew_shut import crews_shut_in
from twin.results.result import Result
from twin.results.situation import Situation
from twin.results.to_do import Act, Least, darkened, sites_in_water, upstream
from twin.world.access import BY_CREWS


def with_ways(told: Situation, access: Access | None) -> Situation:
    """Give a situation whose acts say the way, for people before when to leave, and which crews are shut in.

    For people it is the way of the base that can leave last: that still gets there, has done its work, and is back at a
    base, before the water is at the door and by open streets. For a generator it is the way there alone. Acts that no
    base can do so tell the way with the least water, for a boat or a vehicle that wades higher. Cuts ahead have their
    ways already; a cut for now by the city's hand has the way to the first of its places that an open
    one leads to, and names those that none leads to.

    Parameters
    ----------
    told
        A situation.
    access
        The streets in the water of its run; None where the run has none.
    """
    if access is None:
        return told
    told = replace(told, shut=crews_shut_in(told.result, access, told.t_s))
    if not access.rules.bases:
        return told
    result, t_s = told.result, told.t_s
    teams = _teams(told, access)
    acts = [_with_way(result, access, t_s, replace(act, teams=teams) if act.sort == "evacuate" else act)
            for act in told.acts]
    acts = [_with_upstream(told, act) for act in with_crews(told, access, acts)]
    return replace(told, acts=tuple(sorted(acts, key=lambda act: (max(act.begin_s, t_s), act.before_s, act.assets))),
                   now=tuple(_with_upstream(told, _with_way_now(result, access, t_s, act)) for act in told.now))


def _with_upstream(told: Situation, act: Act) -> Act:
    """Give a cut by the city's hand with where else the places that nobody reaches in time can be cut."""
    if act.sort != "cut" or act.by != "city" or not (act.is_cut_off or act.cut_off):
        return act
    above = upstream(told.moment, act.cut_off or act.assets)
    return replace(act, upstream=above, upstream_darkens=tuple(darkened(told.moment, (row,)) for row in above))


def _teams(told: Situation, access: Access) -> int:
    """Give how many teams bring people out together: as the plan states, or its crews that are free and can set out."""
    stated, plan = access.rules.teams, told.result.plan.crews
    if stated != BY_CREWS or plan is None:
        return max(stated, 1)
    free = {piece.crew for piece in crew_days(told.result)
            if piece.start_s <= told.t_s < piece.end_s and piece.doing == Doing.FREE}
    return sum(number in free and crew.id not in told.shut for number, crew in enumerate(plan.crews))


def bases_of(result: Result, access: Access, act: Act) -> list[str]:
    """Give the bases that help can set out from for an act: for people not those that water comes into."""
    if act.sort != "evacuate":
        return list(access.rules.bases)
    wet = sites_in_water(result)
    return [base for base in access.rules.bases if not wet[result.city.assets.row(base)]]


def _with_way(result: Result, access: Access, t_s: int, act: Act) -> Act:
    if act.sort == "evacuate":
        # They share the people of one site; without a team nobody is brought out, and one would take so long.
        act = replace(act, needs_s=access.rules.person_s * -(-act.people // max(act.teams, 1)))
    if act.sort == "cut":
        return _with_least(result, access, t_s, act) if act.is_cut_off else act
    if access.place(act.assets[0])[0] == NONE:
        return act
    bases = bases_of(result, access, act)
    found = [(leave_s, -place, base) for place, base in enumerate(bases if act.teams else ())
             if (leave_s := _leaves_s(result, access, t_s, act, base)) != NONE]
    if not found:
        some = [(brings, -place, base) for place, base in enumerate(bases if act.teams else ())
                if (brings := _brings(result, access, t_s, act, base)) > 0]
        if not some:
            return _with_least(result, access, t_s, replace(act, is_cut_off=True))
        brings, _, base = max(some)
        act, leave_s = replace(act, brings=brings), t_s
    else:
        leave_s, _, base = max(found)
    trip = access.trip(access.place(result.city.assets.row(base)), access.place(act.assets[0]), t_s)
    # Between two departures that were looked at nothing is known but for the water at the place itself.
    return replace(act, before_s=leave_s, base=base, way=() if trip is None else trip.streets)


def _leaves_s(result: Result, access: Access, t_s: int, act: Act, base: str) -> int:
    """Give the last departure looked at from a base, without a gap from now on, that does an act in time; -1 none."""
    start, to = access.place(result.city.assets.row(base)), access.place(act.assets[0])
    last_s = NONE
    for at_s in np.unique(np.append(access.departures_s[access.departures_s > t_s], t_s)).tolist():
        lasts_s = int(access.seconds(start, [to], at_s)[0])
        done_s = at_s + lasts_s + act.needs_s
        if lasts_s < 0 or done_s > act.before_s:
            break
        if act.sort == "evacuate" and access.seconds(to, [start], done_s)[0] < 0:
            break
        last_s = at_s
    return last_s


def _brings(result: Result, access: Access, t_s: int, act: Act, base: str) -> int:
    """Give how many people the teams that leave a base at once bring out and back before the water."""
    start, to = access.place(result.city.assets.row(base)), access.place(act.assets[0])
    lasts_s = int(access.seconds(start, [to], t_s)[0])
    if act.sort != "evacuate" or lasts_s < 0:
        return 0
    arrives_s, per_s = t_s + lasts_s, access.rules.person_s
    ends = np.append(access.departures_s[(access.departures_s > arrives_s) & (access.departures_s < act.before_s)],
                     act.before_s)
    back_s = [int(at_s) for at_s in ends if access.seconds(to, [start], int(at_s))[0] >= 0]
    return min((max(back_s, default=arrives_s) - arrives_s) // per_s * act.teams, act.people)


def _with_way_now(result: Result, access: Access, t_s: int, act: Act) -> Act:
    """Give a cut for now with the way to the first of its places that one leads to, and those that none leads to."""
    row = result.city.assets.row
    on_street = [place for place in act.assets if access.place(place)[0] != NONE]
    if act.by != "city" or not on_street:
        return act
    to = [access.place(place) for place in on_street]
    bases = [(base, access.place(row(base))) for base in bases_of(result, access, act)]
    lasts_s = np.array([access.seconds(start, to, t_s) for _, start in bases]).reshape(len(bases), len(to))
    is_open: list[bool] = [bool((one >= 0).any()) for one in lasts_s.T]
    cut_off = tuple(place for place, one in zip(on_street, is_open, strict=True) if not one)
    if not any(is_open):
        return _with_least(result, access, t_s, replace(act, is_cut_off=True, cut_off=cut_off))
    first = is_open.index(True)
    _, base, way = min((trip.lasts_s, base, trip.streets) for base, start in bases
                       if (trip := access.trip(start, to[first], t_s)) is not None)
    return replace(act, base=base, way=way, cut_off=cut_off, goes_to=on_street[first])


def _with_least(result: Result, access: Access, t_s: int, act: Act) -> Act:
    """Give an act with the way through the least water, of all its places and all bases that may send somebody."""
    row = result.city.assets.row
    bases = [(base, access.place(row(base))) for base in bases_of(result, access, act)]
    found = [(way.deepest_m, order, place, base, way.streets) for order, place in enumerate(act.assets)
             for base, start in bases if (way := least_water(access, start, access.place(place), t_s)) is not None]
    if not found:
        return act
    deepest_m, _, place, base, streets = min(found, key=lambda one: one[:2])
    is_open = access.trip(access.place(row(base)), access.place(place), t_s) is not None
    return replace(act, goes_to=place,
                   least=Least(base=base, streets=streets, deepest_m=deepest_m, is_open=is_open))
