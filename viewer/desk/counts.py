"""Counts of a run at a few moments: what is out now and what will be. Asked of the run, nothing is computed anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.counts import counted, wet_buildings
from twin.world.kinds import Role
from viewer.desk.loaded import Loaded

#: Hours from now that the table has a column for.
HOURS = (0, 1, 3, 6, 12)


def counts(loaded: Loaded, now: int) -> list[dict[str, Any]]:
    """Give lamps surely out, more that may be, cabinets and sites out, buildings in water; None beyond the run."""
    columns: list[dict[str, int] | None] = []
    for hours in HOURS:
        t_s = loaded.at(now + hours * 3600)
        if t_s is None:
            columns.append(None)
            continue
        moment = loaded.moment(t_s)
        told = {name: counted(moment, name) for name in ("lamps", "cabinets", "sites")}
        columns.append({**{name: one.out for name, one in told.items()}, "doubt": told["lamps"].may,
                        "wet": wet_buildings(moment)})
    return [{"row": name, "values": [None if column is None else column[name] for column in columns]}
            for name in ("lamps", "doubt", "cabinets", "sites", "wet")]


def sites(loaded: Loaded, now: int) -> list[dict[str, Any]]:
    """Give the vital sites that are or will be without power, on reserve, on their last feed or wet.

    Those that are out now come first, then those that it comes to soonest.

    ``state`` is ``out``, ``may_be_out``, ``reserve``, ``will_be_out``, ``may_go_out``, ``will_be_wet`` or
    ``last_feed``; ``when`` [s since 1970] since or from when, at the earliest.
    """
    t_s = loaded.at(now)
    if t_s is None:
        return []
    assets, moment = loaded.result.city.assets, loaded.moment(t_s)
    o, exposure = loaded.result.outages, loaded.result.exposure
    told = []
    for row in np.flatnonzero(assets.of_role(Role.VITAL)).tolist():
        who = assets[row]
        # The earliest moment at which it may be lost is the one that is told.
        loss = loaded.result.losses.next(row, t_s)
        lost_s = NONE if loss is None else loss.may_s
        wet_s, reserve_s = int(exposure.touched_at_s[row]), int(moment.reserve_ends_s[row])
        if moment.condition[row] == Condition.OUT:
            state, when = "out", int(o.start_s[moment.outage[row]])
        elif moment.condition[row] == Condition.MAY_BE_OUT:
            state, when = "may_be_out", lost_s
        elif reserve_s != NONE:
            state, when = "reserve", reserve_s
        elif wet_s > t_s and (lost_s == NONE or wet_s <= lost_s):
            state, when = "will_be_wet", wet_s
        elif loss is not None:
            state, when = "will_be_out" if loss.is_sure_at_once else "may_go_out", lost_s
        elif moment.is_on_last_feed[row]:
            state, when = "last_feed", t_s
        else:
            continue
        urgency = -1 if state == "out" else when if when > t_s else t_s + 86_400
        feed = int(moment.fed_by[row])
        told.append((urgency, {"asset": str(who.id), "name": str(who.name or who.id), "street": str(who.street or ""),
                               "people": None if np.isnan(assets.people[row]) else int(assets.people[row]),
                               "state": state, "when": loaded.start + when,
                               "feed": "" if feed == NONE else assets.called(feed)}))
    return [one for _, one in sorted(told, key=lambda pair: (pair[0], pair[1]["asset"]))]


def series(loaded: Loaded) -> dict[str, Any]:
    """Give the lamps out over the run, a value per step: for the slider."""
    times = list(range(0, loaded.duration_s + 1, max(300, loaded.result.plan.step_s)))
    return {"start": loaded.start, "step": times[1] - times[0] if len(times) > 1 else 300,
            "out": loaded.lamps_out(times)}
