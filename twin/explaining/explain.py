"""Explain: why an asset is without service, or by which chain it is fed; at a moment, or over the run.

The tree of causes is a query on the trace, the state at a moment a question to the result: nothing here decides a
state. ``twin.explaining.sentences`` says it in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from twin.errors import InputError
from twin.explaining.sentences import say
from twin.explaining.told import Told
from twin.explaining.tree import Cause, is_inferred, tree_of
from twin.explaining.waiting import Waiting, waiting_of
from twin.quantities import NONE
from twin.results.doubts import Doubt
from twin.results.losses import Loss
from twin.results.moment import AssetAt, moment_of
from twin.results.outages import Outage
from twin.results.result import Result
from twin.world.assets import Asset
from twin.world.graph import graph_of, without_supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an asset is out, or how it is fed."""

    asset: Asset
    lang: str
    #: Moment of the question [s]; -1: the run as a whole.
    at_s: int
    #: ``out``, ``in_service``, ``may_be_out`` (in service by the run, and in doubt), ``suspended`` (a zone under
    #: water), ``no_supplier`` (counted as fed).
    state: str
    #: The outage explained; None where in service.
    outage: Outage | None
    #: The doubt at that moment, or the first of the run; None where the answer is certain.
    doubt: Doubt | None
    #: The asset at the moment asked for; None without one.
    now: AssetAt | None
    #: The tree, its foot being the asset; None where in service.
    tree: Cause | None
    #: From the asset up to its source, where in service: (asset, link inferred).
    chain: tuple[tuple[Asset, bool], ...]
    waiting: Waiting | None
    #: One sentence for the radio.
    sentence: str
    #: The full form, a sentence or two each.
    paragraphs: tuple[str, ...]
    #: Its own repair is done and what feeds it is out at the moment: since when [s], and whose return it waits for; -1
    #: and None elsewhere.
    repaired_s: int
    unfed_by: Asset | None
    #: The loss in force at the moment or next to come: possible, computed and sure moment; None for none.
    loss: Loss | None
    #: Writes a second of the run as ISO 8601 in the city's zone, None for -1: as every other output does.
    _moment: Callable[[int], str | None] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return self.sentence

    def _beside(self, moment: Callable[[int], str | None]) -> dict[str, Any]:
        """Give what stands beside the state: a repair that is done, the loss in force or next to come."""
        loss = self.loss
        return {"may_be_out_from": None if loss is None else moment(loss.may_s),
                "out_computed_from": None if loss is None else moment(loss.computed_s),
                "out_surely_from": None if loss is None else moment(loss.sure_s),
                "repaired": moment(self.repaired_s), "unfed_by": None if self.unfed_by is None else self.unfed_by.id}

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        outage, doubt, now, moment = self.outage, self.doubt, self.now, self._moment
        return {
            "asset": self.asset.id, "kind": self.asset.kind, "state": self.state, "at": moment(self.at_s),
            "lang": self.lang, "sentence": self.sentence, "paragraphs": list(self.paragraphs),
            "outage": None if outage is None else {
                "start": moment(outage.start_s), "end": moment(outage.end_s), "mechanism": outage.mechanism.word,
                "root_mechanism": outage.root_mechanism.word, "held_mechanism": outage.held_mechanism.word,
                "dark_s": None if outage.dark_s == NONE else outage.dark_s, "doubtful": outage.is_doubtful},
            "doubt": None if doubt is None else {
                "start": moment(doubt.start_s), "end": moment(doubt.end_s),
                "computed": "out" if doubt.is_out else "in_service"},
            "now": None if now is None else {
                "condition": now.condition.word, "depth_m": None if np.isnan(now.depth_m) else round(now.depth_m, 3),
                "trend": {1: "rising", 0: "steady", -1: "falling"}[now.trend], "wet_since": moment(now.wet_since_s),
                "reserve_until": moment(now.reserve_ends_s), "damage": now.damage.word,
                "touched_since_test": moment(now.touched_since_test_s),
                "flooded_since_test": moment(now.flooded_since_test_s), "unsupervised": now.is_unsupervised,
                **self._beside(moment)},
            "causes": None if self.tree is None else self.tree.to_dict(moment),
            "fed_by": [{"asset": link.id, "kind": link.kind, "inferred_link": inferred}
                       for link, inferred in self.chain],
            "waits_for": None if self.waiting is None else {
                "asset": self.waiting.holder.id, "stage": self.waiting.stage,
                "stage_ends": moment(self.waiting.stage_ends_s), **_by_crews(self.waiting, moment)}}


def _by_crews(waiting: Waiting, moment: Callable[[int], str | None]) -> dict[str, Any]:
    """Give what crews said of a wait or a stage, and when somebody next sets out; nothing where none are limited."""
    if not waiting.said:
        return {}
    told = {key: waiting.said[key] for key in ("for", "crew", "part", "skill") if key in waiting.said}
    until_s = waiting.said.get("until_s")
    return {**told, **({} if until_s is None else {"planned_until": moment(int(until_s))}),
            "next": moment(waiting.next_s)}


def explain(result: Result, asset_id: str, lang: str = "fr", at_s: int | None = None) -> Explanation:
    """Give the tree of causes of an asset's state, and its sentences.

    Parameters
    ----------
    result
        A run.
    asset_id
        Any asset of its city; one that never failed is explained by the chain that feeds it.
    lang
        ``fr`` or ``en``.
    at_s
        Moment [s from start]; without it the outage that was dark for longest, else the longest.

    Raises
    ------
    InputError
        Unknown asset or language, or a moment outside the plan.
    """
    plan, assets = result.plan, result.city.assets
    row = assets.row(asset_id)
    if at_s is not None and not 0 <= at_s <= plan.duration_s:
        zone = ZoneInfo(result.city.timezone)
        asked, begins, ends = ((plan.start + timedelta(seconds=s)).astimezone(zone).isoformat()
                               for s in (at_s, 0, plan.duration_s))
        raise InputError(field="at", found=asked, expected=f"a moment between {begins} and {ends}")
    now = None if at_s is None else moment_of(result, at_s).of(row)
    outage = _outage_of(result, row, now)
    doubt = _doubt_of(result, row, now)
    tree = None if outage is None else tree_of(result, outage, at_s)
    chain = _chain(result, row, at_s) if outage is None else ()
    waiting = None if outage is None else waiting_of(result, outage, at_s)
    told = Told(asset=assets[row], outage=outage, doubt=doubt, now=now, tree=tree, chain=chain, waiting=waiting,
                is_supplier_known=not bool(without_supplier(result.city)[row]), at_s=at_s)
    sentence, paragraphs = say(result, told, lang)
    unfed = NONE if now is None else now.unfed
    state = "out" if outage is not None else "suspended" if _is_suspended(result, row, at_s) else (
        "may_be_out" if doubt is not None else "in_service" if told.is_supplier_known else "no_supplier")
    return Explanation(
        asset=assets[row], lang=lang, at_s=NONE if at_s is None else at_s, state=state, outage=outage, doubt=doubt,
        now=now, tree=tree, chain=chain, waiting=waiting, sentence=sentence, paragraphs=paragraphs,
        loss=None if at_s is None else result.losses.next(row, at_s),
        repaired_s=NONE if unfed == NONE else int(result.unfed.start_s[unfed]),
        unfed_by=None if unfed == NONE else assets[int(result.unfed.holder[unfed])],
        _moment=result.view.moment)


def _outage_of(result: Result, row: int, now: AssetAt | None) -> Outage | None:
    outages, horizon_s = result.outages, result.plan.duration_s
    if now is not None:
        return None if now.outage == NONE else outages[now.outage]
    mine = [outages[int(o)] for o in np.flatnonzero(outages.asset == row)]
    return max(mine, default=None, key=lambda o: (
        o.dark_s, (horizon_s if o.end_s == NONE else o.end_s) - o.start_s, -o.start_s))


def _is_suspended(result: Result, row: int, at_s: int | None) -> bool:
    """Tell whether water stands on a zone at a moment, or at any."""
    stops = result.suspensions
    return bool(np.any(stops.by_water[stops.of_asset(row, at_s)]))


def _doubt_of(result: Result, row: int, now: AssetAt | None) -> Doubt | None:
    """Give the doubt at a moment; of the run as a whole the longest of those in which it may go out."""
    if now is not None:
        return None if now.doubt == NONE else result.doubts[now.doubt]
    horizon_s = result.plan.duration_s
    return max(result.doubts.of_asset(row), default=None, key=lambda d: (
        not d.is_out, (horizon_s if d.end_s == NONE else d.end_s) - d.start_s, -d.start_s))


def _chain(result: Result, row: int, at_s: int | None) -> tuple[tuple[Asset, bool], ...]:
    """Give what feeds an asset in service, link by link: by preference, or as in use at a moment."""
    above = graph_of(result.city).chain(row) if at_s is None else moment_of(result, at_s).chain(row)
    return tuple((result.city.assets[supplier], is_inferred(result, supplier, consumer))
                 for supplier, consumer in zip(above, [row, *above], strict=False))
