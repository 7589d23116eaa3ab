"""The state's log, put in order and turned into the tables that a result is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.codes import Action, Level, Mechanism, Phase, What
from twin.engine.state import CityState
from twin.kernels.supply import codes as k
from twin.kernels.supply.collect import peaks_during, sorted_contributors
from twin.kernels.supply.holding import hold
from twin.kernels.supply.tables import Records
from twin.quantities import NONE, Int32Array, Int64Array, TextArray, column
from twin.results.outages import Outages
from twin.results.result import Series
from twin.results.trace import Trace
from twin.water.exposure import Exposure, WetPeriods
from twin.world.city import City
from twin.world.kinds import STAGES, Role
from twin.world.plan import Declared, Plan
from twin.world.sun import Darkness, is_dark

_FACT_WORDS = {Action.FACT_OUT: "out", Action.FACT_IN_SERVICE: "in_service", Action.FACT_DRY: "dry",
               Action.FACT_END: "end"}

#: Bits of a whole number that is not negative.
_WHOLE_BITS = 63


def log_of(state: CityState) -> Records:
    """Give the log of a state with the stages of every repair, which follow from its beginning and its kind."""
    log = state.tables.events[:state.event_count]
    return np.concatenate([_bare(log), _bare(_stages(state, log))]).view(log.dtype)[:, 0]


def _bare(log: Records) -> Int32Array:
    """Give a log as plain numbers, (R, fields): numpy copies them as they lie, and records field by field."""
    return log.view(np.int32).reshape(len(log), log.dtype.itemsize // 4)


def _stages(state: CityState, log: Records) -> Records:
    """Give an event for each stage of a repair as it begins; one that has no stage of some kind passes it over.

    Crews that are limited write their own stages: this is for repairs that run by themselves.
    """
    assets = state.city.assets
    starts = np.flatnonzero((log["what"] == What.REPAIR_STARTED) & ~state.needs_crew[log["asset"]])
    asset, start_s, is_dead = (log[name][starts] for name in ("asset", "time", "other"))
    stage_s = np.where((is_dead > 0)[:, None], assets.kinds.stage_dead_s[assets.kind[asset]],
                       assets.kinds.stage_s[assets.kind[asset]])
    if state.others is not None:
        stage_s = state.others.stages_s(asset, is_dead > 0, stage_s)
    begins_s = start_s[:, None] + np.cumsum(stage_s, axis=1) - stage_s
    ends_s = _ends_of_repairs(log, starts)
    repair, stage = np.nonzero((stage_s > 0) & (begins_s < ends_s[:, None]))
    rows = np.full(len(repair), -1, log.dtype)
    rows["time"], rows["what"], rows["asset"] = begins_s[repair, stage], What.STAGE_STARTED, asset[repair]
    rows["cause"], rows["phase"], rows["level"] = starts[repair], Phase.DISPATCH, 2
    rows["round"], rows["other"] = stage, stage
    return rows


def _ends_of_repairs(log: Records, starts: Int64Array) -> Int64Array:
    """Give the second in which each repair ended or was undone, (R,); beyond all time where neither came."""
    width = np.int64(1) << 32
    over = np.flatnonzero(np.isin(log["what"], (What.REPAIRED, What.REPAIR_UNDONE)))
    # Of one asset they take turns: the first end at or behind a start, in the order of the log, is its own.
    ends = np.sort(log["asset"][over] * width + over)
    place = np.searchsorted(ends, log["asset"][starts] * width + starts)
    found = np.append(ends, -1)[place]
    is_own = found // width == log["asset"][starts]
    end_s = log["time"][np.where(is_own, found % width, 0)].astype(np.int64) if len(log) else found
    return np.where(is_own, end_s, np.iinfo(np.int64).max)


def order_of(log: Records) -> Int64Array:
    """Give the rows of a log in the total order of a trace: time, phase, round of the cascade, asset, serial."""
    keys = [log["time"], log["phase"], log["level"], log["round"], log["asset"]]
    key, bits = np.zeros(len(log), np.int64), 0
    for values in reversed(keys):
        lowest, highest = int(values.min(initial=0)), int(values.max(initial=0))
        width = (highest - lowest).bit_length()
        if bits + width > _WHOLE_BITS:
            return np.lexsort(keys[::-1])
        key |= (values.astype(np.int64) - lowest) << bits
        bits += width
    # One key a row; time is in order already but for the stages, of which a stable sort makes use.
    return np.argsort(key, kind="stable")


def rows_of(order: Int64Array) -> Int32Array:
    """Give the row in the trace of each row of a log that is put in this order, (R,)."""
    row_of = np.empty(len(order), np.int32)
    row_of[order] = np.arange(len(order), dtype=np.int32)
    return row_of


def trace_of(state: CityState, log: Records, order: Int64Array, declared: Sequence[Declared]) -> Trace:
    """Give the trace: a log in the order of ``order_of``. It reads the state and changes nothing."""
    row_of = rows_of(order)
    events = _bare(log).take(order, axis=0).view(log.dtype)[:, 0]
    cause = events["cause"]
    pairs = state.tables.contributors[:state.tables.counts[k.CONTRIBUTORS]]
    offsets, contributors = sorted_contributors(row_of[pairs[:, 0]], row_of[pairs[:, 1]], len(log))
    what = events["what"]
    is_taken_over = what == What.TRANSFERRED
    return Trace(
        time_s=column(events["time"], np.int64), what=column(what, np.int8),
        asset=column(events["asset"], np.int32),
        cause_row=column(np.where(cause < 0, NONE, row_of[np.maximum(cause, 0)]) if len(log) else cause, np.int32),
        offsets=column(offsets, np.int64), contributors=column(contributors, np.int32),
        other=column(np.where(is_taken_over, events["other"], NONE), np.int32),
        stage=column(np.where(what == What.STAGE_STARTED, events["other"], NONE), np.int8),
        detail=_details(state, events, declared, order))


def _details(state: CityState, events: Records, declared: Sequence[Declared], order: Int64Array) -> TextArray:
    """Give what else is known of each event as JSON; empty for most."""
    what, other = events["what"], events["other"]
    ids = state.city.assets.id
    # Most say nothing or one of a few things: they are looked up, not made one by one.
    said = np.array(["", '{"dead": true}', *(f'{{"stage": "{stage}"}}' for stage in STAGES)], object)
    is_stage = what == What.STAGE_STARTED
    is_dead = ((what == What.REPAIR_STARTED) | (what == What.CALLED)) & (other > 0)
    details = said[np.where(is_stage, 2 + other, is_dead)]
    for row in np.flatnonzero(np.isin(what, (What.FAILED, What.CUT, What.REPORTED, What.CLEARED))):
        told = declared[other[row]]
        words = {"state": _FACT_WORDS.get(told.action, ""), "by": told.by, "reason": told.reason}
        details[row] = json.dumps({key: value for key, value in words.items() if value}, ensure_ascii=False) \
            if any(words.values()) else ""
    for row in np.flatnonzero(what == What.TRANSFERRED):
        details[row] = json.dumps({"supplier": ids[other[row]]}, ensure_ascii=False)
    if state.remarks:
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        for serial, remark in state.remarks.items():
            at = int(place[serial])
            details[at] = json.dumps({**(json.loads(details[at]) if details[at] else {}), **remark},
                                     ensure_ascii=False)
    details.flags.writeable = False
    return details


def outages_of(state: CityState, exposure: Exposure, row_of: Int32Array, night: Darkness, plan: Plan) -> Outages:
    """Give the outages, sorted by start and asset, with what held each, its dark time and the depth at its root."""
    rows = int(state.tables.counts[k.OUTAGES])
    hold(state.graph, state.tables, rows)
    table = state.tables.outages[:rows]
    table = table[np.lexsort((table["asset"], table["start"]))]
    asset, root, root_by = table["asset"], table["root"], table["root_by"]
    start_s, end_s = table["start"].astype(np.int64), table["end"].astype(np.int64)
    until_s = np.where(end_s < 0, plan.duration_s, end_s)
    is_lamp = state.city.assets.kinds.lights[state.city.assets.kind[asset]]
    dark_s = np.where(is_lamp, night.seconds(asset, start_s, until_s), NONE)
    return Outages(
        asset=column(asset, np.int32), start_s=column(start_s, np.int64), end_s=column(end_s, np.int64),
        mechanism=column(table["by"], np.int8), cause=column(table["cause"], np.int32),
        root=column(root, np.int32), root_mechanism=column(root_by, np.int8),
        root_depth_m=column(_root_depths(exposure.wet, root, start_s, until_s), np.float32),
        held_mechanism=column(table["held_by"], np.int8), held=column(table["held"], np.int32),
        dark_s=column(dark_s, np.int64), is_doubtful=column(False, np.bool_, rows),
        event_row=column(row_of[table["event"]] if rows else [], np.int32))


def _root_depths(wet: WetPeriods, root: Int32Array, start_s: Int64Array, until_s: Int64Array) -> np.ndarray[Any, Any]:
    """Give the peak depth at the root over the wet periods that meet each outage, (O,) [m]; NaN without water."""
    first = np.searchsorted(wet.asset, root)
    last = np.searchsorted(wet.asset, root, side="right")
    return peaks_during(np.array(wet.start_s), np.array(wet.end_s), np.array(wet.peak_depth_m), first, last,
                        start_s, until_s)


def series_of(city: City, exposure: Exposure, outages: Outages, night: Darkness, plan: Plan) -> Series:
    """Give the counts of assets out, per step, kind and mechanism; and of buildings wet and flooded inside.

    A row stands where its count is above 0, and at the first step for each kind and mechanism that ever has one.
    """
    steps = np.arange(0, plan.duration_s + 1, plan.step_s)
    names = city.assets.kinds.names
    until_s = np.where(outages.end_s < 0, plan.duration_s + 1, outages.end_s)
    words = [Mechanism(m).word for m in range(len(Mechanism))]
    of_label = city.assets.kind[outages.asset].astype(np.int64) * len(words) + outages.mechanism
    counts = _running(steps, outages.start_s, until_s, of_label, len(names) * len(words))
    in_dark = np.zeros_like(counts)
    for group, periods in enumerate(night.groups):
        # Lamps of other switching times are dark at other times: each group is counted by its own.
        rows = night.group[outages.asset] == group
        in_dark += _running(steps, outages.start_s[rows], until_s[rows], of_label[rows],
                            len(names) * len(words)) * is_dark(periods, steps)
    labels = [(kind, word) for kind in names for word in words]
    water = exposure.crossings
    houses = city.assets.of_role(Role.PREMISES)
    for level, word in ((Level.TOUCH, "wet"), (Level.FAIL, "flooded_inside")):
        chosen = (water.level == level) & houses[water.asset]
        change = np.where(water.is_up[chosen], 1, -1)
        kinds = city.assets.kind[water.asset[chosen]]
        for kind in np.unique(kinds):
            steps_in = np.searchsorted(steps, water.time_s[chosen][kinds == kind], side="left")
            total = np.bincount(steps_in, weights=change[kinds == kind], minlength=len(steps) + 1)[:len(steps)]
            counts = np.vstack([counts, np.cumsum(total).astype(np.int64)])
            in_dark = np.vstack([in_dark, np.zeros(len(steps), np.int64)])
            labels.append((names[kind], word))
    ever = np.asarray(counts.any(axis=1))
    shown = (counts > 0) & ever[:, None]
    shown[ever, 0] = True
    step, label = np.nonzero(shown.T)
    out = counts[label, step]
    lights = {kind.name for kind in city.assets.kinds if Role.LIGHTS in kind.roles}
    is_lamp = np.array([kind in lights for kind, _ in labels], bool)
    dark = in_dark[label, step] * is_lamp[label]
    kind_words, mechanism_words = (np.array([row[i] for row in labels], object) for i in (0, 1))
    return Series(time_s=column(steps[step], np.int64), kind=column(kind_words[label], np.object_),
                  mechanism=column(mechanism_words[label], np.object_), out=column(out, np.int32),
                  dark=column(dark, np.int32))


def _running(steps: Int64Array, start_s: Int64Array, end_s: Int64Array, label: Int64Array, labels: int) -> Int64Array:
    """Give how many intervals [start, end) of each label hold each step, (labels, steps)."""
    width = len(steps) + 1
    change = np.bincount(label * width + np.searchsorted(steps, start_s), minlength=labels * width)
    change -= np.bincount(label * width + np.searchsorted(steps, end_s), minlength=labels * width)
    return np.asarray(np.cumsum(change.reshape(labels, width)[:, :-1], axis=1))


def contradictions(state: CityState, declared: Sequence[Declared]) -> list[dict[str, Any]]:
    """Give the facts that the computation contradicts while they hold, each with the first moment."""
    found = []
    for said, at_s in zip(declared, state.tables.contradicted_s, strict=True):
        if at_s >= 0:
            found.append({"warning": "contradiction", "asset_id": state.city.assets.id[said.asset],
                          "fact": _FACT_WORDS[said.action], "fact_at_s": max(said.at_s, 0), "by": said.by,
                          "computed": {"out": "in_service", "in_service": "out", "dry": "wet"}[
                              _FACT_WORDS[said.action]], "from_s": int(at_s)})
    return found
