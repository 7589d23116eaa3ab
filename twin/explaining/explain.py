"""Explain: why an asset is without service, or by which chain it is fed.

An explanation is a query on the trace. The event that opened an outage names the event that tipped the balance and
the others without which it would not have happened; followed to their ends these form a small tree whose leaves came
from outside: water, a declared failure, a cut. This module builds the tree from plain facts;
``twin.explaining.sentences`` says it in words. Nothing here decides a state: the run did.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.codes import What
from twin.errors import InputError
from twin.quantities import NONE
from twin.results.outages import Outage
from twin.results.result import Result
from twin.results.trace import Event
from twin.water.exposure import recede_level_m
from twin.world.assets import Asset, Source
from twin.world.kinds import STAGES
from twin.world.supplies import Service

#: Events that stand for water coming near without yet changing anything: folded into the flooding they precede.
_PRELUDES = {What.TOUCHED, What.RECEDED, What.WATER_LEFT, What.BUFFER_STARTED, What.REPAIR_STARTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One node of the tree of causes."""

    asset: Asset
    #: What happened to it, and when [s].
    what: What
    time_s: int
    #: ``effect`` for the foot, ``cause`` for the trunk, ``contributor`` for another supplier of the group that had to
    #: be out as well, ``also`` for what happened at the same moment and would have been enough by itself.
    role: str
    #: Peak depth at it and what it can bear [m]; NaN where water has no part in it.
    depth_m: float
    fail_m: float
    #: Its failure could as well not have happened: depth and threshold lie within the error.
    is_doubtful: bool
    #: The link to the asset above it was inferred, not surveyed.
    is_inferred: bool
    #: What else the event knows: ``by``, ``reason``.
    detail: Mapping[str, Any]
    children: tuple[Cause, ...]

    @property
    def margin_m(self) -> float:
        """How far the water stood above what it can bear [m]; NaN without water."""
        return self.depth_m - self.fail_m

    def trunk(self) -> tuple[Cause, ...]:
        """Give the line of causes proper, from here to the one from outside."""
        line = [self]
        while nexts := [child for child in line[-1].children if child.role == "cause"]:
            line.append(nexts[0])
        return tuple(line)

    def walk(self) -> Sequence[Cause]:
        """Give this node and all below it, depth first."""
        return [self, *(node for child in self.children for node in child.walk())]

    def to_dict(self, start: datetime) -> dict[str, Any]:
        """Give plain JSON values; lengths in metres, times in ISO 8601."""
        water = {} if math.isnan(self.depth_m) or self.what is not What.FLOODED else {
            "depth_m": round(self.depth_m, 3), "fail_m": round(self.fail_m, 3), "margin_m": round(self.margin_m, 3)}
        return {"asset": self.asset.id, "kind": self.asset.kind, "event": self.what.word, "role": self.role,
                "time": (start + timedelta(seconds=self.time_s)).isoformat(), **water,
                "operator": self.asset.operator, "owner": self.asset.owner, "doubtful": self.is_doubtful,
                "inferred_link": self.is_inferred, "detail": dict(self.detail),
                "causes": [child.to_dict(start) for child in self.children]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an outage waits for at a moment."""

    #: The asset that holds it.
    holder: Asset
    #: ``recede``, one of ``STAGES``, ``reset``, ``declared`` (someone has to say that it is back) or ``reported`` (a
    #: fact keeps it out, whatever is computed).
    stage: str
    #: Depth under which repair may begin [m]; NaN elsewhere.
    below_m: float = math.nan
    #: When repair began and how long its stages take [s]; -1 where it has not begun.
    since_s: int = NONE
    total_s: int = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an asset is out, or how it is fed."""

    asset: Asset
    lang: str
    #: Moment of the question [s]; -1: the outage as a whole.
    at_s: int
    #: ``out`` or ``in_service``.
    state: str
    #: The outage explained; None where in service.
    outage: Outage | None
    #: The tree, its foot being the asset; None where in service.
    tree: Cause | None
    #: From the asset up to its source, where in service: (asset, link inferred).
    chain: tuple[tuple[Asset, bool], ...]
    waiting: Waiting | None
    #: One sentence for the radio.
    sentence: str
    #: The full form, a sentence or two each.
    paragraphs: tuple[str, ...]
    _start: datetime

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        def moment(seconds: int) -> str | None:
            return None if seconds == NONE else (self._start + timedelta(seconds=seconds)).isoformat()

        outage = self.outage
        return {
            "asset": self.asset.id, "kind": self.asset.kind, "state": self.state, "at": moment(self.at_s),
            "lang": self.lang, "sentence": self.sentence, "paragraphs": list(self.paragraphs),
            "outage": None if outage is None else {
                "start": moment(outage.start_s), "end": moment(outage.end_s), "mechanism": outage.mechanism.word,
                "root_mechanism": outage.root_mechanism.word, "held_mechanism": outage.held_mechanism.word,
                "dark_s": None if outage.dark_s == NONE else outage.dark_s, "doubtful": outage.is_doubtful},
            "causes": None if self.tree is None else self.tree.to_dict(self._start),
            "fed_by": [{"asset": link.id, "kind": link.kind, "inferred_link": inferred}
                       for link, inferred in self.chain],
            "waits_for": None if self.waiting is None else {
                "asset": self.waiting.holder.id, "stage": self.waiting.stage}}


def explain(result: Result, asset_id: str, *, lang: str = "fr", at_s: int | None = None) -> Explanation:
    """Give the tree of causes of an asset's state, and its sentences.

    Parameters
    ----------
    result
        A run.
    asset_id
        Any asset of its city.
    lang
        ``fr`` or ``en``.
    at_s
        Moment [s from start]; without it the outage that was dark for longest, else the longest.

    Raises
    ------
    InputError
        Unknown asset or language, or a moment outside the plan.
    """
    from twin.explaining.sentences import say

    plan, assets = result.plan, result.city.assets
    row = assets.row(asset_id)
    if at_s is not None and not 0 <= at_s <= plan.duration_s:
        zone = ZoneInfo(result.city.timezone)
        asked, begins, ends = ((plan.start + timedelta(seconds=s)).astimezone(zone).isoformat()
                               for s in (at_s, 0, plan.duration_s))
        raise InputError(field="at", found=asked, expected=f"a moment between {begins} and {ends}")
    outage = _outage_of(result, row, at_s)
    tree = None if outage is None else _tree(result, outage)
    chain = _chain(result, row, at_s) if outage is None else ()
    waiting = None if outage is None or tree is None else _waiting(result, outage, tree, at_s)
    sentence, paragraphs = say(result, assets[row], outage, tree, chain, waiting, lang=lang, at_s=at_s)
    return Explanation(
        asset=assets[row], lang=lang, at_s=NONE if at_s is None else at_s,
        state="in_service" if outage is None else "out", outage=outage, tree=tree, chain=chain, waiting=waiting,
        sentence=sentence, paragraphs=paragraphs, _start=plan.start.astimezone(ZoneInfo(result.city.timezone)))


def _outage_of(result: Result, row: int, at_s: int | None) -> Outage | None:
    outages, horizon_s = result.outages, result.plan.duration_s
    mine = [outages[int(o)] for o in np.flatnonzero(outages.asset == row)]
    if at_s is not None:
        mine = [o for o in mine if o.start_s <= at_s and (o.end_s == NONE or at_s < o.end_s)]
    return max(mine, default=None, key=lambda o: (
        o.dark_s, (horizon_s if o.end_s == NONE else o.end_s) - o.start_s, -o.start_s))


def _tree(result: Result, outage: Outage) -> Cause:
    seen: set[int] = set()
    return _node(result, result.trace[outage.event_row], role="effect", above=NONE, seen=seen)


def _node(result: Result, event: Event, *, role: str, above: int, seen: set[int]) -> Cause:
    """Give the node of an event; events of the same asset that lead to it are folded into it."""
    seen.add(event.row)
    trace, exposure = result.trace, result.exposure
    children: list[Cause] = []
    lead, also, detail = event.cause_row, list(event.contributors), dict(event.detail)
    while lead != NONE and trace[lead].asset == event.asset:
        own = trace[lead]
        also += own.contributors
        detail = {**own.detail, **detail}
        lead = own.cause_row
    candidates = [trace[c] for c in (lead, *also) if c != NONE and c not in seen]
    candidates = [c for c in candidates if c.asset != event.asset and c.what not in _PRELUDES]
    ordered = sorted(candidates, key=lambda c: _preference(result, event.asset, c.asset))
    for place, other in enumerate(ordered):
        if other.row not in seen:
            role_below = "cause" if not place else _role_beside(result, event, ordered[0], other)
            children.append(_node(result, other, role=role_below, above=event.asset, seen=seen))
    asset = result.city.assets[event.asset]
    by_water = event.what is What.FLOODED
    return Cause(
        asset=asset, what=event.what, time_s=event.time_s, role=role,
        depth_m=float(exposure.peak_depth_m[event.asset]) if by_water else math.nan,
        fail_m=asset.fail_m if by_water else math.nan,
        is_doubtful=by_water and bool(exposure.is_doubtful[event.asset]),
        is_inferred=above != NONE and _is_inferred(result, event.asset, above), detail=detail,
        children=tuple(children))


def _role_beside(result: Result, event: Event, cause: Event, other: Event) -> str:
    """Tell whether another event was needed beside the cause: only a second supplier of the same group is."""
    supplies = result.city.supplies
    edges = supplies.edges_into(event.asset)
    group = {int(s): int(g) for s, g in zip(supplies.supplier[edges], supplies.group[edges], strict=True)}
    same = cause.asset in group and group.get(other.asset) == group[cause.asset]
    return "contributor" if same else "also"


def _preference(result: Result, consumer: int, supplier: int) -> int:
    """Give the rank of a supplier among those of its consumer: the preferred one of the first group leads the trunk."""
    edges = result.city.supplies.edges_into(consumer)
    places = np.flatnonzero(result.city.supplies.supplier[edges] == supplier)
    return int(places[0]) if len(places) else NONE


def _is_inferred(result: Result, supplier: int, consumer: int) -> bool:
    supplies = result.city.supplies
    edges = supplies.edges_into(consumer)
    link = supplies.supplier[edges] == supplier
    return bool(np.any(supplies.source[edges][link] == Source.INFERRED))


def _is_out(result: Result, row: int, at_s: int) -> bool:
    o = result.outages
    return bool(np.any((o.asset == row) & (o.start_s <= at_s) & ((o.end_s == NONE) | (o.end_s > at_s))))


def _chain(result: Result, row: int, at_s: int | None) -> tuple[tuple[Asset, bool], ...]:
    """Give what feeds an asset in service, link by link: of each group the first supplier that is in service."""
    supplies, assets = result.city.supplies, result.city.assets
    links: list[tuple[Asset, bool]] = []
    visited = {row}
    while True:
        edges = supplies.edges_into(row)
        powers = [e for e in range(edges.start, edges.stop) if supplies.service[e] != Service.CONTROL]
        feeding = next((e for e in powers if at_s is None or not _is_out(result, int(supplies.supplier[e]), at_s)),
                       None)
        if feeding is None or int(supplies.supplier[feeding]) in visited:
            return tuple(links)
        row = int(supplies.supplier[feeding])
        visited.add(row)
        links.append((assets[row], bool(supplies.source[feeding] == Source.INFERRED)))


_DOWN = {What.FLOODED, What.REPAIR_STARTED, What.REPAIR_UNDONE, What.TRIPPED, What.FAILED, What.CUT, What.REPORTED}


def _waiting(result: Result, outage: Outage, tree: Cause, at_s: int | None) -> Waiting:
    """Give what an outage waits for at a moment; without one, the last thing that it waits for before its end."""
    horizon_s = result.plan.duration_s if outage.end_s == NONE else outage.end_s
    moment = horizon_s if at_s is None else at_s

    def last_of(row: int) -> Event | None:
        story = [e for e in result.trace.of_asset(row) if e.time_s <= moment and e.what in _DOWN]
        return story[-1] if story else None

    # What holds an outage longest may not yet have happened: then it waits for what opened it.
    row = outage.held if last_of(outage.held) is not None else tree.trunk()[-1].asset.row
    if _reported_out(result, row, moment - (at_s is None)):
        return Waiting(holder=result.city.assets[row], stage="reported")
    state, holder = last_of(row), result.city.assets[row]
    if state is None or state.what in (What.FAILED, What.CUT, What.REPORTED):
        return Waiting(holder=holder, stage="declared")
    if state.what is What.TRIPPED:
        return Waiting(holder=holder, stage="reset")
    below_m = float(recede_level_m(np.array([holder.touch_m]))[0])
    if state.what is not What.REPAIR_STARTED:
        return Waiting(holder=holder, stage="recede", below_m=below_m)
    kind = result.city.assets.kinds[holder.kind]
    figures = kind.repair_dead_s if state.detail.get("dead") else kind.repair_s
    return Waiting(holder=holder, stage=_stage(figures, moment - state.time_s), below_m=below_m, since_s=state.time_s,
                   total_s=round(sum(stage.value for stage in figures)))


def _reported_out(result: Result, row: int, at_s: int) -> bool:
    """Tell whether a fact keeps an asset out at a moment."""
    facts = [e for e in result.trace.of_asset(row) if e.what is What.REPORTED and e.time_s <= at_s]
    facts = [e for e in facts if e.detail.get("state") != "dry"]
    return bool(facts) and facts[-1].detail.get("state") == "out"


def _stage(figures: Sequence[Any], elapsed_s: int) -> str:
    ends = np.cumsum([figure.value for figure in figures])
    return STAGES[min(int(np.searchsorted(ends, elapsed_s, side="right")), len(STAGES) - 1)]
