"""What an outage waits for: the water, a stage of repair, a reset, somebody who says that it is back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
from twin.world.crews import scheduled

_DOWN = {What.FLOODED, What.CALLED, What.REPAIR_STARTED, What.REPAIR_UNDONE, What.TRIPPED, What.FAILED, What.CUT,
         What.REPORTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an outage waits for at a moment."""

    #: The asset that holds it.
    holder: Asset
    #: ``recede``, ``crew``, ``delayed`` and ``work`` (by limited crews), one of ``STAGES``, ``reset``, ``declared``
    #: (someone has to say that it is back) or ``reported`` (a fact keeps it out, whatever is computed).
    stage: str
    #: Depth under which repair may begin [m]; NaN elsewhere.
    below_m: float = math.nan
    #: The repair that runs, or that is computed to come; None where there is none.
    repair: Repair | None = None
    #: When the stage ends [s]; -1 where it is not known.
    stage_ends_s: int = NONE
    #: What crews wrote of the delay or of the stage: see ``twin.crews.waits`` and ``twin.engine.workforce``.
    said: Mapping[str, Any] = field(default_factory=dict)
    #: When somebody next sets out for it, as computed [s]; -1 not within the run.
    next_s: int = NONE


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
    if result.plan.crews is not None and state.what in (What.CALLED, What.REPAIR_STARTED):
        told = _by_crews(result, row, moment)
        if told is not None:
            return told
    if state.what is not What.REPAIR_STARTED:
        coming = next((repair for repair in repairs if repair.start_s > moment), None)
        stage = "crew" if state.what is What.CALLED else "recede"
        return Waiting(holder=holder, stage=stage, below_m=below_m, repair=coming)
    # At the end of the repair its last stage is what was waited for.
    repair = next(repair for repair in repairs if repair.start_s == state.time_s)
    last_s = (repair.planned_end_s if repair.end_s == NONE else repair.end_s) - 1
    stage, ends_s = repair.stage_at(min(moment, last_s)) or ("re_energise", NONE)
    return Waiting(holder=holder, stage=stage, below_m=below_m, repair=repair, stage_ends_s=ends_s)


def _by_crews(result: Result, row: int, moment: int) -> Waiting | None:
    """Give what crews wrote last of an asset, a delay or a stage that runs; None where they have nothing to do."""
    story = [e for e in result.trace.of_asset(row) if e.what in (What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED)]
    past = [e for e in story if e.time_s <= moment]
    if not past or not scheduled(result.city.assets, result.plan.crews.owner if result.plan.crews else "")[row]:
        return None
    last = past[-1]
    coming = next((e.time_s for e in story if e.time_s > moment and "crew" in e.detail), NONE)
    return Waiting(holder=result.city.assets[row], stage="delayed" if last.what is What.DELAYED else "work",
                   said=last.detail, next_s=coming)


def _last_of(result: Result, row: int, moment: int) -> Event | None:
    story = [e for e in result.trace.of_asset(row) if e.time_s <= moment and e.what in _DOWN]
    return story[-1] if story else None


def _reported_out(result: Result, row: int, at_s: int) -> bool:
    """Tell whether a fact keeps an asset out at a moment."""
    facts = [e for e in result.trace.of_asset(row) if e.what is What.REPORTED and e.time_s <= at_s]
    facts = [e for e in facts if e.detail.get("state") != "dry"]
    return bool(facts) and facts[-1].detail.get("state") == "out"
