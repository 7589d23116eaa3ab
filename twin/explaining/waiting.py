"""What an outage waits for: the water, a stage of repair, a reset, somebody who says that it is back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.codes import What
from twin.explaining.tree import Cause
from twin.quantities import NONE
from twin.results.outages import Outage
from twin.results.repairs import Repair, repairs_of
from twin.results.result import Result
from twin.results.trace import Event
from twin.water.exposure import recede_level_m
from twin.world.assets import Asset

_DOWN = {What.FLOODED, What.CALLED, What.REPAIR_STARTED, What.REPAIR_UNDONE, What.TRIPPED, What.FAILED, What.CUT,
         What.REPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an outage waits for at a moment."""

    #: The asset that holds it.
    holder: Asset
    #: ``recede``, ``crew``, one of ``STAGES``, ``reset``, ``declared`` (someone has to say that it is back) or
    #: ``reported`` (a fact keeps it out, whatever is computed).
    stage: str
    #: Depth under which repair may begin [m]; NaN elsewhere.
    below_m: float = math.nan
    #: The repair that runs, or that is computed to come; None where there is none.
    repair: Repair | None = None
    #: When the stage ends [s]; -1 where it is not known.
    stage_ends_s: int = NONE


def waiting_of(result: Result, outage: Outage, tree: Cause, at_s: int | None) -> Waiting:
    """Give what an outage waits for at a moment; without one, the last thing that it waits for before its end."""
    horizon_s = result.plan.duration_s if outage.end_s == NONE else outage.end_s
    moment = horizon_s if at_s is None else at_s
    # What holds an outage longest may not yet have happened: then it waits for what opened it.
    row = outage.held if _last_of(result, outage.held, moment) is not None else tree.trunk()[-1].asset.row
    if _reported_out(result, row, moment - (at_s is None)):
        return Waiting(holder=result.city.assets[row], stage="reported")
    return waiting_at(result, row, moment)


def waiting_at(result: Result, row: int, moment: int) -> Waiting:
    """Give what an asset that is down by itself waits for at a moment [s]."""
    state, holder = _last_of(result, row, moment), result.city.assets[row]
    if state is None or state.what in (What.FAILED, What.CUT, What.REPORTED):
        return Waiting(holder=holder, stage="declared")
    if state.what is What.TRIPPED:
        return Waiting(holder=holder, stage="reset")
    below_m = float(recede_level_m(np.array([holder.touch_m]))[0])
    repairs = repairs_of(result.trace, result.city.assets).of_asset(row)
    if state.what is not What.REPAIR_STARTED:
        coming = next((repair for repair in repairs if repair.start_s > moment), None)
        stage = "crew" if state.what is What.CALLED else "recede"
        return Waiting(holder=holder, stage=stage, below_m=below_m, repair=coming)
    # At the end of the repair its last stage is what was waited for.
    repair = next(repair for repair in repairs if repair.start_s == state.time_s)
    last_s = (repair.planned_end_s if repair.end_s == NONE else repair.end_s) - 1
    stage, ends_s = repair.stage_at(min(moment, last_s)) or ("re_energise", NONE)
    return Waiting(holder=holder, stage=stage, below_m=below_m, repair=repair, stage_ends_s=ends_s)


def _last_of(result: Result, row: int, moment: int) -> Event | None:
    story = [e for e in result.trace.of_asset(row) if e.time_s <= moment and e.what in _DOWN]
    return story[-1] if story else None


def _reported_out(result: Result, row: int, at_s: int) -> bool:
    """Tell whether a fact keeps an asset out at a moment."""
    facts = [e for e in result.trace.of_asset(row) if e.what is What.REPORTED and e.time_s <= at_s]
    facts = [e for e in facts if e.detail.get("state") != "dry"]
    return bool(facts) and facts[-1].detail.get("state") == "out"
