"""What is now, what is to come, what is waited for: the sentences about a moment of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.codes import What
from twin.explaining.back_words import roughly
from twin.explaining.crew_words import STAGE_WORDS, at_work_now, delayed, range_of_return, whose
from twin.explaining.loss_words import lost_words
from twin.explaining.repaired_words import repaired_at
from twin.explaining.river_words import datum, highest, level_now, trend
from twin.explaining.teller import Teller
from twin.explaining.tree import Cause
from twin.explaining.waiting import Waiting, waiting_at, waits_for
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.doubts import Doubt
from twin.results.moment import DRY_M, AssetAt, Damage, moment_of
from twin.results.outages import Outage
from twin.results.situation import rivers
from twin.results.waits import WAITS
from twin.world.assets import Asset
from twin.world.kinds import Role


def now_and_ahead(teller: Teller, wet: Asset, now: AssetAt | None, outage: Outage | None,
                  doubt: Doubt | None) -> list[str]:
    """Say what the water does now at an asset, and what is to come: apart, and only where a moment was asked for.

    Of a gauge the level is told, and without a moment how high it comes.

    Parameters
    ----------
    teller
        The run, and how it is told.
    wet
        The asset whose water matters: the root of an outage, else the asset itself.
    now, outage, doubt
        The asset asked about at the moment, and what is in force there.
    """
    if now is None:
        return _level(teller, wet, None)
    lines = _level(teller, wet, now.t_s) or _depth_now(teller, wet, now.t_s)
    if outage is not None:
        if (told := range_of_return(teller, outage, now.t_s)):
            lines.append(told)
        elif outage.end_s == NONE:
            lines.append(teller.text("Ahead: not back within the time computed."))
        elif _is_declared(teller, outage):
            lines.append(teller.text("Ahead: back about {time}, as declared.", time=roughly(teller, outage.end_s)))
        else:
            message = ("Ahead: back at the earliest about {time}, by durations assumed and crews without limit."
                       if teller.result.plan.crews is None else
                       "Ahead: back about {time}, by durations assumed and the crews of this plan.")
            lines.append(teller.text(message, time=roughly(teller, outage.end_s)))
    elif doubt is None and (loss := teller.result.losses.next(now.asset, now.t_s)) is not None:
        lines.append(teller.text("Ahead: {what}.", what=lost_words(teller, loss, now.t_s)))
    return lines


def _level(teller: Teller, asset: Asset, t_s: int | None) -> list[str]:
    """Say of a gauge the level above its zero, as its readers have it, not the depth of the water at its foot."""
    if not teller.result.city.assets.of_role(Role.GAUGE)[asset.row]:
        return []
    for river in rivers(teller.result, 0 if t_s is None else t_s):
        if river.asset == asset.row:
            said = [highest(teller, river)] if t_s is None else [
                level_now(teller, river, t_s), trend(teller, river, t_s)]
            return [*said, datum(teller, river, float(river.level_m.max()) if t_s is None else river.now_m)]
    return [teller.text("No level was computed at this gauge: it needs a zero, and water that reaches it.")]


def _is_declared(teller: Teller, outage: Outage) -> bool:
    """Tell whether somebody's word ends an outage, as of a cut: no duration assumed, and no crew."""
    waits = waits_for(teller.result, outage.held)
    last = waits.at(outage.held, outage.end_s - 1)
    return last != NONE and WAITS[int(waits.what[last])] == "declared"


def _depth_now(teller: Teller, asset: Asset, t_s: int) -> list[str]:
    exposure = teller.result.exposure
    peak_m, peak_s = float(exposure.peak_depth_m[asset.row]), int(exposure.peak_time_s[asset.row])
    if math.isnan(peak_m) or peak_s == NONE:
        return []
    moment = moment_of(teller.result, t_s)
    depth_m = float(moment.depth_m[asset.row])
    lines = []
    if not math.isnan(depth_m):
        values: dict[str, Any] = {"asset": teller.asset(asset), "depth": teller.speech.depth(depth_m)}
        match int(moment.trend[asset.row]):
            case _ if depth_m <= 0:
                lines.append(teller.text("Now: no water at {asset}.", **values))
            case trend if depth_m < DRY_M:
                message = "Now: less than {depth} of water at {asset}, rising." if trend > 0 else \
                    "Now: less than {depth} of water at {asset}."
                lines.append(teller.text(message, **values | {"depth": teller.speech.depth(0.01)}))
            case 1:
                lines.append(teller.text("Now: {depth} of water at {asset}, rising.", **values))
            case -1:
                lines.append(teller.text("Now: {depth} of water at {asset}, falling.", **values))
            case _:
                lines.append(teller.text("Now: {depth} of water at {asset}, steady.", **values))
    peak: dict[str, Any] = {"time": teller.clock(peak_s), "depth": teller.speech.depth(peak_m)}
    lines.append(teller.text("Ahead: {depth} at its highest, at {time}.", **peak) if peak_s > t_s else
                 teller.text("It was at its highest at {time}: {depth}.", **peak))
    return lines


def waits(teller: Teller, asset: Asset, waiting: Waiting | None, outage: Outage, at_s: int | None) -> list[str]:
    """Say what an outage waits for; and, where another asset holds it, what its own repair waits for."""
    is_over = at_s is None and outage.end_s != NONE
    if waiting is None or (is_over and waiting.stage in ("declared", "reset")):
        return []
    lines = [_waits(teller, waiting, at_s)]
    if at_s is not None and (done := repaired_at(teller, asset, at_s)):
        lines.insert(0, f"{Speech.sentence(teller.asset(asset))}{teller.colon} {done}.")
    if waiting.stage not in ("declared", "reset", "reported", "supply") and (other := whose(teller, waiting)):
        lines.append(other)
    if at_s is not None and waiting.holder.row != asset.row:
        moment = moment_of(teller.result, at_s)
        if moment.damage[asset.row] != Damage.SOUND:
            lines.append(_waits(teller, waiting_at(teller.result, asset.row, at_s), at_s))
    return lines


def _waits(teller: Teller, waiting: Waiting, at_s: int | None) -> str:
    holder = teller.asset(waiting.holder)
    below = "" if math.isnan(waiting.below_m) else teller.speech.depth(waiting.below_m)
    repair = waiting.repair
    if waiting.is_by_crews:
        return delayed(teller, waiting, at_s) if waiting.stage == "crew" else at_work_now(teller, waiting)
    if waiting.stage == "reported":
        return teller.text("Return to service waits for the fact to end that keeps it out ({asset}).", asset=holder)
    if waiting.stage == "recede":
        said = teller.text("Return to service waits for the water at {asset} to fall below {below}.", asset=holder,
                           below=below)
        if at_s is None or repair is None:
            return said
        return said + " " + teller.text("Computed for {time}; then {duration} of work by the durations assumed.",
                                        time=teller.clock(repair.start_s),
                                        duration=teller.speech.duration(repair.planned_end_s - repair.start_s))
    if waiting.stage == "supply":
        return teller.text("Return to service waits for the supply to return ({asset}).", asset=holder)
    if waiting.stage == "crew":
        return teller.text("Return to service waits for a crew at {asset}.", asset=holder)
    if waiting.stage == "reset":
        return teller.text("Return to service waits for the wet lamps of {asset} to be repaired, then for its reset.",
                           asset=holder)
    if waiting.stage == "declared" or repair is None:
        return teller.text("Return to service waits for {asset} to be declared back.", asset=holder)
    if at_s is None:
        return teller.text("Repair of {asset} starts from {time}, once the water is below {below}, and takes "
                           "{duration} by the durations assumed.", asset=holder, time=teller.clock(repair.start_s),
                           below=below, duration=teller.speech.duration(repair.planned_end_s - repair.start_s))
    return teller.text("Stage for {asset}: {stage}; {duration} of work left by the durations assumed.", asset=holder,
                       stage=teller.text(STAGE_WORDS[waiting.stage]),
                       duration=teller.speech.duration(max(repair.planned_end_s - at_s, 0)))


def wet_since(teller: Teller, tree: Cause, outage: Outage, at_s: int | None) -> list[str]:
    """Say of what is out for another reason that water reached its live parts meanwhile: a cut hides no water."""
    horizon_s = teller.result.plan.duration_s if outage.end_s == NONE else outage.end_s
    t_s = horizon_s - (outage.end_s != NONE) if at_s is None else at_s
    nodes = [node for node in tree.trunk() if node.what is not What.FLOODED]
    return [line for node in nodes for line in untested(teller, node.asset, t_s)]


def to_be_cut(teller: Teller, asset: Asset, now: AssetAt | None, said: Sequence[str]) -> list[str]:
    """Say that an asset may be live in water at a moment and what is to be opened, and that it waits for a test.

    Parameters
    ----------
    teller
        The run, and how it is told.
    asset, now
        The asset, and how it stands at the moment; None without a moment: nothing is said.
    said
        What is said of it already: it waits for a test once.
    """
    if now is None:
        return []
    moment, assets = moment_of(teller.result, now.t_s), teller.result.city.assets
    lines, cut = [], int(moment.to_cut[asset.row])
    if moment.is_live_by_unknown[asset.row]:
        lines.append(teller.text("May be live in water: its supply is not known; to be cut by whoever feeds it."))
    elif cut != NONE:
        lines.append(teller.text("May be live in water: {asset} to be cut.", asset=teller.asset(assets[cut])))
    if not moment.is_not_to_be_re_energised[asset.row] or not set(untested(teller, asset, now.t_s)).isdisjoint(said):
        return lines
    reached = [at_s for at_s in (now.touched_since_test_s, now.flooded_since_test_s) if at_s != NONE]
    message = ("Water has reached it since its last test ({asset}, {time}): not to be switched on again without "
               "inspection and insulation test." if moment.is_out[asset.row] else
               "Water has reached it since its last test ({asset}, {time}): once off, not to be switched on again "
               "without inspection and insulation test.")
    return [*lines, teller.text(message, of=asset, asset=teller.asset(asset), time=teller.clock(min(reached)))]


def untested(teller: Teller, asset: Asset, t_s: int) -> list[str]:
    """Say that water has reached live parts which nobody has tested since, out or seen in service."""
    moment = moment_of(teller.result, t_s)
    since_s = int(moment.flooded_since_test_s[asset.row])
    if since_s == NONE:
        return []
    is_so_far = int(teller.result.exposure.peak_time_s[asset.row]) > t_s
    highest_m = float(moment.highest_m(np.array([asset.row], np.int32))[0])
    message = ("Since its last test water has reached the live parts ({asset}, {time}, {depth}): not to be switched on "
               "again without inspection and insulation test." if moment.is_out[asset.row] else
               "Since its last test water has reached the live parts ({asset}, {time}, {depth}): once off, not to be "
               "switched on again without inspection and insulation test.")
    return [teller.text(message, asset=teller.asset(asset), time=teller.clock(since_s),
                        depth=teller.highest(highest_m, is_so_far=is_so_far))]
