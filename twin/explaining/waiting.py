"""What an outage waits for: the water, a stage of repair, a reset, somebody who says that it is back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE
from twin.results.holders import holder_at
from twin.results.outages import Outage
from twin.results.repairs import Repair
from twin.results.result import Result
from twin.results.waits import WAITS, Waits, waits_of
from twin.water.exposure import recede_level_m
from twin.world.assets import Asset
from twin.world.crews import scheduled
from twin.world.kinds import STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an outage waits for at a moment."""

    #: The asset that holds it.
    holder: Asset
    #: One of ``twin.results.waits.WAITS``, or ``supply`` (nothing of its own keeps it down: a changeover, or a ring
    #: without a source).
    stage: str
    #: Depth under which repair may begin [m]; NaN elsewhere.
    below_m: float = math.nan
    #: The repair that runs, or that is computed to come; None where there is none.
    repair: Repair | None = None
    #: When the stage ends [s]; -1 where it is not known.
    stage_ends_s: int = NONE
    #: Whether limited crews have it: they wait for something, or are at a stage.
    is_by_crews: bool = False
    #: What crews wrote of the delay or of the stage: see ``twin.crews.waits`` and ``twin.engine.workforce``.
    said: Mapping[str, Any] = field(default_factory=dict)
    #: When somebody next sets out for it, as computed [s]; -1 not within the run.
    next_s: int = NONE


def waiting_of(result: Result, outage: Outage, at_s: int | None) -> Waiting:
    """Give what an outage waits for at a moment; without one, the last repair that it waits for before its end."""
    if at_s is None:
        last_s = (result.plan.duration_s if outage.end_s == NONE else outage.end_s) - 1
        is_down = waits_for(result, outage.held).at(outage.held, last_s) != NONE
        return waiting_at(result, outage.held if is_down else outage.root, last_s)
    holder = holder_at(result, outage, at_s)
    if result.waits.at(holder, at_s) == NONE:
        return Waiting(holder=result.city.assets[holder], stage="supply")
    return waiting_at(result, holder, at_s)


def waits_for(result: Result, *assets: int) -> Waits:
    """Give the waits of a few assets alone: one explanation does not read the whole trace."""
    chosen = np.zeros(len(result.city.assets), bool)
    chosen[list(assets)] = True
    return waits_of(result.trace, result.repairs, chosen)


def waiting_at(result: Result, row: int, moment: int) -> Waiting:
    """Give what an asset that is down by itself waits for at a moment [s]."""
    waits, holder = waits_for(result, row), result.city.assets[row]
    at = waits.last(row, moment)
    if at == NONE:
        return Waiting(holder=holder, stage="declared")
    what, repair = WAITS[int(waits.what[at])], int(waits.repair[at])
    if result.plan.crews is not None and (what == "crew" or what in STAGES):
        told = _by_crews(result, row, moment, what)
        if told is not None:
            return told
    below_m = math.nan if what in ("declared", "reset", "reported") else float(
        recede_level_m(np.array([holder.touch_m]))[0])
    return Waiting(holder=holder, stage=what, below_m=below_m, stage_ends_s=int(waits.ends_s[at]),
                   repair=None if repair == NONE else result.repairs[repair])


def _by_crews(result: Result, row: int, moment: int, what: str) -> Waiting | None:
    """Give what crews wrote last of an asset, a delay or a stage that runs; None where they have nothing to do."""
    story = [e for e in result.trace.of_asset(row) if e.what in (What.DELAYED, What.STAGE_STARTED, What.TEST_FAILED)]
    past = [e for e in story if e.time_s <= moment]
    if not past or not scheduled(result.city.assets, result.plan.crews.owner if result.plan.crews else "")[row]:
        return None
    last = past[-1]
    coming = next((e.time_s for e in story if e.time_s > moment and "crew" in e.detail), NONE)
    return Waiting(holder=result.city.assets[row], stage=what, is_by_crews=True, said=last.detail, next_s=coming)
