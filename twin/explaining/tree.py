"""The tree of causes of an outage: a query on the trace.

The event that opened an outage names the event that tipped the balance and the others without which it would not have
happened; followed to their ends these form a small tree whose leaves came from outside: water, a declared failure, a
cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.codes import What
from twin.quantities import NONE
from twin.results.moment import Moment, moment_of
from twin.results.outages import Outage
from twin.results.result import Result
from twin.results.trace import Event
from twin.world.assets import Asset, Source

#: Events that stand for water coming near without yet changing anything: folded into the flooding they precede.
_PRELUDES = {What.TOUCHED, What.RECEDED, What.WATER_LEFT, What.BUFFER_STARTED, What.REPAIR_STARTED,
             What.STAGE_STARTED, What.CALLED}


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
    #: Peak depth at it, of the run or up to the moment asked for, and what it can bear [m]; NaN where water has no part
    #: in it.
    depth_m: float
    fail_m: float
    #: The water comes higher after the moment asked for.
    is_so_far: bool
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

    def to_dict(self, moment: Callable[[int], str | None]) -> dict[str, Any]:
        """Give plain JSON values; lengths in metres, times as ``moment`` writes a second of the run."""
        water = {} if math.isnan(self.depth_m) or self.what is not What.FLOODED else {
            "depth_m": round(self.depth_m, 3), "fail_m": round(self.fail_m, 3), "margin_m": round(self.margin_m, 3)}
        return {"asset": self.asset.id, "kind": self.asset.kind, "event": self.what.word, "role": self.role,
                "time": moment(self.time_s), **water,
                "operator": self.asset.operator, "owner": self.asset.owner, "doubtful": self.is_doubtful,
                "inferred_link": self.is_inferred, "detail": dict(self.detail),
                "causes": [child.to_dict(moment) for child in self.children]}


def tree_of(result: Result, outage: Outage, at_s: int | None = None) -> Cause:
    """Give the tree of causes of an outage, its foot being the asset; with the water up to a moment, or of the run."""
    moment = None if at_s is None else moment_of(result, at_s)
    return _node(result, moment, result.trace[outage.event_row], role="effect", above=NONE, seen=set())


def _node(result: Result, moment: Moment | None, event: Event, *, role: str, above: int, seen: set[int]) -> Cause:
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
            children.append(_node(result, moment, other, role=role_below, above=event.asset, seen=seen))
    asset = result.city.assets[event.asset]
    by_water = event.what is What.FLOODED
    depth_m = exposure.peak_depth_m[event.asset] if moment is None else moment.highest_m(
        np.array([event.asset], np.int32))[0]
    return Cause(
        asset=asset, what=event.what, time_s=event.time_s, role=role,
        depth_m=float(depth_m) if by_water else math.nan,
        fail_m=asset.fail_m if by_water else math.nan,
        is_so_far=moment is not None and by_water and int(exposure.peak_time_s[event.asset]) > moment.t_s,
        is_doubtful=by_water and bool(exposure.is_doubtful[event.asset]),
        is_inferred=above != NONE and is_inferred(result, event.asset, above), detail=detail,
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


def is_inferred(result: Result, supplier: int, consumer: int) -> bool:
    """Tell whether the link between two assets was inferred, not surveyed."""
    supplies = result.city.supplies
    edges = supplies.edges_into(consumer)
    link = supplies.supplier[edges] == supplier
    return bool(np.any(supplies.source[edges][link] == Source.INFERRED))
