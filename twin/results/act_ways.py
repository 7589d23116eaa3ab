"""Ways of acts for people: from which base, by which streets, and until when one can leave."""

from __future__ import annotations

from dataclasses import replace

from twin.access.access import Access
from twin.quantities import NONE
from twin.results.result import Result
from twin.results.situation import Act, Situation


def with_ways(told: Situation, access: Access | None) -> Situation:
    """Give a situation whose acts for people say the way, and before when to leave; itself without bases.

    The way is the fastest from any base at the moment. To leave in time is before the last departure for which that
    base still has a way, and so that one arrives before the water; the work at the place itself is not counted, nor the
    way back. What no base reaches any more is said so. Cuts have their ways already.

    Parameters
    ----------
    told
        A situation.
    access
        The streets in the water of its run; None where the run has none.
    """
    if access is None or not access.rules.bases:
        return told
    acts = [act if act.sort == "cut" else _with_way(told.result, access, told.t_s, act) for act in told.acts]
    return replace(told, acts=tuple(sorted(acts, key=lambda act: (act.before_s, act.assets))))


def _with_way(result: Result, access: Access, t_s: int, act: Act) -> Act:
    to, row = access.place(act.assets[0]), result.city.assets.row
    trips = [(trip.lasts_s, base, trip) for base in access.rules.bases
             if (trip := access.trip(access.place(row(base)), to, t_s)) is not None]
    if to[0] == NONE:
        return act
    if not trips:
        return replace(act, is_cut_off=True)
    _, base, trip = min(trips, key=lambda one: one[:2])
    start, leave_s = access.place(row(base)), t_s
    for at_s in access.departures_s.tolist():
        if at_s <= t_s:
            continue
        lasts_s = int(access.seconds(start, [to], at_s)[0])
        if lasts_s < 0 or at_s + lasts_s > act.before_s:
            break
        leave_s = at_s
    # Between two departures that were looked at nothing is known but for the water at the place itself.
    return replace(act, before_s=max(leave_s, t_s), base=base, way=trip.streets)
