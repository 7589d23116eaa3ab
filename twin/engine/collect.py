"""Ledger: the state's log, put in order and turned into the tables that a result is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.engine.state import CityState
from twin.kernels.supply import cascade as k
from twin.kernels.supply.collect import peaks_during, sorted_contributors
from twin.quantities import NONE, Int32Array, Int64Array, TextArray, column
from twin.results.outages import Mechanism, Outages
from twin.results.result import Series
from twin.results.trace import Trace, What
from twin.water.exposure import Exposure, Level, WetPeriods
from twin.world.city import City
from twin.world.plan import Action, Declared, Plan
from twin.world.sun import Darkness, is_dark

_FACT_WORDS = {Action.FACT_OUT: "out", Action.FACT_IN_SERVICE: "in_service", Action.FACT_DRY: "dry",
               Action.FACT_END: "end"}


def order_of_events(state: CityState) -> Int64Array:
    """Give the log's rows in the total order of a trace: time, phase, round of the cascade, asset, serial."""
    events = state.tables.events[:state.event_count]
    # Time is in order already; the rest orders the events of one instant. Keys are packed to sort once.
    inner = (events[:, k.E_PHASE].astype(np.int64) << 32) + events[:, k.E_LEVEL] + 4
    return np.lexsort((events[:, k.E_ASSET], events[:, k.E_ROUND], inner, events[:, k.E_TIME]))


def trace_of(state: CityState, declared: Sequence[Declared], order: Int64Array) -> tuple[Trace, Int32Array]:
    """Give the trace, and the row in it of each row of the log, (R,)."""
    log = state.tables.events[:state.event_count]
    row_of = np.empty(len(log), np.int32)
    row_of[order] = np.arange(len(log), dtype=np.int32)
    events = log[order]
    cause = events[:, k.E_CAUSE]
    pairs = state.tables.contributors[:state.tables.counts[k.CONTRIBUTORS]]
    offsets, contributors = sorted_contributors(row_of[pairs[:, 0]], row_of[pairs[:, 1]], len(log))
    return Trace(
        time_s=column(events[:, k.E_TIME], np.int64), what=column(events[:, k.E_WHAT], np.int8),
        asset=column(events[:, k.E_ASSET], np.int32),
        cause_row=column(np.where(cause < 0, NONE, row_of[np.maximum(cause, 0)]) if len(log) else cause, np.int32),
        offsets=column(offsets, np.int64), contributors=column(contributors, np.int32),
        detail=_details(state, events, declared)), row_of


def _details(state: CityState, events: Int32Array, declared: Sequence[Declared]) -> TextArray:
    """Give what else is known of each event as JSON; empty for most."""
    details = np.full(len(events), "", object)
    what, other = events[:, k.E_WHAT], events[:, k.E_OTHER]
    ids = state.city.assets.id
    for row in np.flatnonzero(np.isin(what, (What.FAILED, What.CUT, What.REPORTED, What.CLEARED))):
        said = declared[other[row]]
        words = {"state": _FACT_WORDS.get(said.action, ""), "by": said.by, "reason": said.reason}
        details[row] = json.dumps({key: value for key, value in words.items() if value}, ensure_ascii=False) \
            if any(words.values()) else ""
    for row in np.flatnonzero(what == What.TRANSFERRED):
        details[row] = json.dumps({"supplier": ids[other[row]]}, ensure_ascii=False)
    details[(what == What.REPAIR_STARTED) & (other > 0)] = '{"dead": true}'
    details.flags.writeable = False
    return details


def outages_of(state: CityState, exposure: Exposure, row_of: Int32Array, night: Darkness, plan: Plan) -> Outages:
    """Give the outages, sorted by start and asset, with what held each, its dark time and the depth at its root."""
    tables, graph = state.tables, state.graph
    table = tables.outages[:tables.counts[k.OUTAGES]].copy()
    k.hold(graph, tables.assets, tables.groups, table)
    table = table[np.lexsort((table[:, k.O_ASSET], table[:, k.O_START]))]
    asset, start_s, end_s = (table[:, c] for c in (k.O_ASSET, k.O_START, k.O_END))
    root, root_by = table[:, k.O_ROOT], table[:, k.O_ROOT_BY]
    until_s = np.where(end_s < 0, plan.duration_s, end_s).astype(np.int64)
    lamp = state.city.assets.of_kind("lamp")[asset] if "lamp" in state.city.assets.kinds.names else np.zeros(
        len(asset), bool)
    dark_s = np.where(lamp, night.seconds(asset, start_s.astype(np.int64), until_s), NONE)
    is_by_water = root_by == Mechanism.FLOODED
    return Outages(
        asset=column(asset, np.int32), start_s=column(start_s, np.int64), end_s=column(end_s, np.int64),
        mechanism=column(table[:, k.O_BY], np.int8), cause=column(table[:, k.O_CAUSE], np.int32),
        root=column(root, np.int32), root_mechanism=column(root_by, np.int8),
        root_depth_m=column(_root_depths(exposure.wet, root, start_s, until_s), np.float32),
        held_mechanism=column(table[:, k.O_HELD_BY], np.int8), held=column(table[:, k.O_HELD], np.int32),
        dark_s=column(dark_s, np.int64), is_doubtful=column(is_by_water & exposure.is_doubtful[root], np.bool_),
        event_row=column(row_of[table[:, k.O_EVENT]] if len(table) else [], np.int32))


def _root_depths(wet: WetPeriods, root: Int32Array, start_s: Int32Array, until_s: Int64Array) -> np.ndarray[Any, Any]:
    """Give the peak depth at the root over the wet periods that meet each outage, (O,) [m]; NaN without water."""
    first = np.searchsorted(wet.asset, root)
    last = np.searchsorted(wet.asset, root, side="right")
    return peaks_during(np.array(wet.start_s), np.array(wet.end_s), np.array(wet.peak_depth_m), first, last,
                        start_s.astype(np.int64), until_s)


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
    houses = np.isin(city.assets.kind, [i for i, name in enumerate(names) if name in ("building", "site")])
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
    is_lamp = np.array([kind == "lamp" for kind, _ in labels], bool)
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
