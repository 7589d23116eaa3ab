"""Sentences: an explanation in words, for the radio (one sentence) and for the desk (the full form).

Present tense throughout: a run is a computation of a night, not its report. Every sentence stands in the catalogue
and is tested word for word in both languages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.codes import What
from twin.explaining.access_words import access_lines
from twin.explaining.at_moment import now_and_ahead, to_be_cut, untested, waits, wet_since
from twin.explaining.fact_words import facts
from twin.explaining.listed import teller_of
from twin.explaining.loss_words import lost_words
from twin.explaining.sure_words import coverage_lines, sure_part
from twin.explaining.teller import Teller
from twin.explaining.tree import Cause
from twin.explaining.waiting import Waiting
from twin.explaining.words import Speech
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.doubts import Doubt
from twin.results.moment import AssetAt, moment_of
from twin.results.outages import Outage
from twin.results.result import Result
from twin.water.depths import Coverage
from twin.world.assets import Asset
from twin.world.graph import graph_of, without_supplier
from twin.world.kinds import Role

#: Assets named in a list before the rest is counted.
_SHOWN = 4
#: How what has a role is said to be without service; every other kind is "out of service".
_STATE = {Role.PREMISES: "without power", Role.CIRCUIT: "without power", Role.WATERS: "without watering"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be said of an asset, found by ``twin.explaining.explain``."""

    asset: Asset
    outage: Outage | None
    doubt: Doubt | None
    now: AssetAt | None
    tree: Cause | None
    chain: tuple[tuple[Asset, bool], ...]
    waiting: Waiting | None
    is_supplier_known: bool
    #: Moment of the question [s]; None: the run as a whole.
    at_s: int | None


def say(result: Result, told: Told, lang: str) -> tuple[str, tuple[str, ...]]:
    """Give the one sentence and the full form of an explanation.

    Returns
    -------
    The sentence, and the paragraphs, the first of which is the sentence.
    """
    teller = teller_of(result, lang)
    asset, outage, tree, at_s = told.asset, told.outage, told.tree, told.at_s
    if outage is None or tree is None:
        sentence = _fed(teller, told)
        full = [sentence, *now_and_ahead(teller, asset, told.now, outage, told.doubt),
                *(untested(teller, asset, told.now.t_s) if told.now is not None else []),
                *_saved(teller, asset, at_s), *facts(teller, [asset], at_s),
                *(_water(teller, asset) if told.now is None else []), *_inferred_chain(teller, asset, told.chain)]
    else:
        sentence = _out(teller, asset, outage, tree, at_s)
        concerned = [*(node.asset for node in tree.walk()), *([told.waiting.holder] if told.waiting else [])]
        full = [sentence, *now_and_ahead(teller, tree.trunk()[-1].asset, told.now, outage, told.doubt),
                *_story(teller, tree), *_alternatives(teller, tree), *_dark(teller, outage),
                *_held(teller, outage, tree), *waits(teller, asset, told.waiting, outage, at_s),
                *wet_since(teller, tree, outage, at_s),
                *_without(teller, outage, tree),
                *facts(teller, concerned, at_s), *_who(teller, tree), *_doubts(teller, told, tree)]
        if teller.has_role(asset, Role.PREMISES) and tree.what is not What.FLOODED:
            full += _water(teller, asset)
    above = [result.city.assets[row] for row in graph_of(result.city).chain(asset.row) if Coverage(int(
        result.exposure.coverage[row])) is Coverage.NONE]  # what feeds it may stand in water that nobody sees
    full += [*to_be_cut(teller, asset, told.now, full), *_unknown(teller, told),
             *(line for one in (asset, *above) for line in coverage_lines(teller, one)),
             *access_lines(teller, asset)]
    return Speech.sentence(sentence), tuple(Speech.sentence(line) for line in full)


def _state(teller: Teller, asset: Asset, outage: Outage, at_s: int | None) -> str:
    if teller.has_role(asset, Role.LIGHTS):
        lit_hours = outage.dark_s > 0 if at_s is None else teller.is_dark(asset, at_s)
        return teller.text("dark", of=asset) if lit_hours else teller.text("without power")
    return teller.text(next((said for role, said in _STATE.items() if teller.has_role(asset, role)), "out of service"))


def _out(teller: Teller, asset: Asset, outage: Outage, tree: Cause, at_s: int | None) -> str:
    values: dict[str, Any] = {"asset": teller.placed(asset), "state": _state(teller, asset, outage, at_s),
              "start": teller.clock(outage.start_s), "cause": _cause(teller, tree)}
    if at_s is not None and (lost := _unsure(teller, asset, at_s)):
        return teller.text("{asset} {lost}: {cause}.", lost=lost, **values)
    if at_s is not None:
        return teller.text("{asset} has been {state} since {start}: {cause}.", **values)
    sure = sure_part(teller, outage)
    if sure is None and outage.end_s == NONE:
        return teller.text("{asset} may be {state} from {start}, perhaps not back within the time computed: {cause}.",
                           **values)
    if outage.end_s == NONE:
        return teller.text("{asset} is {state} from {start}{sure} and not back within the time computed: {cause}.",
                           **values, sure=sure)
    start, end = teller.span(outage.start_s, outage.end_s)
    values |= {"start": start, "end": end}
    if sure is None:
        return teller.text("{asset} may be {state} from {start} to {end}: {cause}.", **values)
    return teller.text("{asset} is {state} from {start} to {end}{sure}: {cause}.", **values, sure=sure)


def _unsure(teller: Teller, asset: Asset, at_s: int) -> str:
    """Say since when an asset in doubt may be out, and when that is sure; empty where nothing is in doubt."""
    loss = teller.result.losses.next(asset.row, at_s)
    is_may = moment_of(teller.result, at_s).condition[asset.row] == Condition.MAY_BE_OUT
    return "" if loss is None or not is_may else lost_words(teller, loss, at_s)


def _cause(teller: Teller, tree: Cause) -> str:
    """Give the clause that names the root, how it reaches the asset, and the back-up that failed too."""
    clause = _root(teller, tree)
    also = next((node for node in tree.walk() if node.role == "contributor"), None)
    if also is None:
        return clause
    return teller.text("{clause}, and its back-up, {other}, is out too", of=also.asset, clause=clause,
                       other=teller.asset(also.asset))


def _root(teller: Teller, tree: Cause) -> str:
    trunk = tree.trunk()
    root = trunk[-1]
    if root is tree:
        return _own(teller, root)
    where = teller.speech.where(tree.asset, root.asset)
    tripped = next((node for node in trunk if node.what is What.TRIPPED), None)
    depth: dict[str, Any] = {}
    if root.what is What.FLOODED:
        depth = _heights(teller, root)
    if tripped is not None and depth:
        aside = teller.text(", {where},", where=where) if where else ""
        return teller.text("{root}{aside} has its live parts in water ({depth}, threshold {fail}) "
                           "and trips {circuit}", root=teller.placed(root.asset), aside=aside,
                           circuit=teller.asset(tripped.asset), **depth)
    stands = teller.text(" and stands {where}", where=where) if where else ""
    via = next((node.asset for node in reversed(trunk[1:-1]) if not teller.has_role(node.asset, Role.CIRCUIT)), None)
    feeds = teller.text("which feeds it") if via is None else teller.text("which feeds {via}", via=teller.asset(via))
    values = {"root": teller.placed(root.asset), "feeds": feeds, "stands": stands, **_declared(teller, root)}
    match root.what:
        case What.FLOODED:
            return teller.text("{root}, {feeds}{stands}, is in water ({depth}, threshold {fail})",
                               **values, **depth)
        case What.CUT:
            return teller.text("{root}, {feeds}{stands}, is switched off on purpose from {time}{why}", of=root.asset,
                               **values)
        case What.REPORTED:
            return teller.text("{root}, {feeds}{stands}, is reported out of service from {time}{why}", of=root.asset,
                               **values)
        case What.FAILED:
            return teller.text("{root}, {feeds}{stands}, is broken down from {time}{why}", of=root.asset, **values)
        case _:
            return teller.text("{root}, {feeds}{stands}, is cut off from every source", of=root.asset, **values)


def _heights(teller: Teller, node: Cause) -> dict[str, Any]:
    """Say how high the water came at a cause, and what it can bear."""
    return {"depth": teller.highest(node.depth_m, is_so_far=node.is_so_far), "fail": teller.speech.depth(node.fail_m)}


def _own(teller: Teller, root: Cause) -> str:
    match root.what:
        case What.FLOODED:
            inside = teller.has_role(root.asset, Role.PREMISES)
            message = ("water comes inside ({depth}, threshold {fail}) and the power there is off"
                       if inside else
                       "water reaches its live parts ({depth}, threshold {fail})")
            return teller.text(message, **_heights(teller, root))
        case What.CUT:
            return teller.text("it is switched off on purpose{why}", of=root.asset, **_declared(teller, root))
        case What.REPORTED:
            return teller.text("it is reported out of service{why}", of=root.asset, **_declared(teller, root))
        case What.FAILED:
            return teller.text("it breaks down{why}", of=root.asset, **_declared(teller, root))
        case _:
            return teller.text("it is cut off from every source", of=root.asset)


def _declared(teller: Teller, node: Cause) -> dict[str, Any]:
    """Give when, and in brackets why or by whom, of what a scenario or a fact declares."""
    said = teller.result.plan.told(str(node.detail.get("reason") or node.detail.get("by") or ""), teller.speech.lang)
    return {"time": teller.clock(node.time_s), "why": f" ({said})" if said else ""}


_STORY = {
    What.FLOODED: "{time}: {asset} has its live parts in water, {depth}, threshold {fail}, "
                  "{margin} above it.",
    What.TRIPPED: "{time}: {asset} trips.",
    What.SUPPLY_LOST: "{time}: {asset} loses its supply.",
    What.BUFFER_EMPTIED: "{time}: {asset} has used up its reserve.",
    What.CUT: "{time}: {asset} is switched off on purpose{why}.",
    What.FAILED: "{time}: {asset} breaks down{why}.",
    What.REPORTED: "{time}: {asset} is reported out of service{why}.",
}


def _story(teller: Teller, tree: Cause) -> list[str]:
    """Give the trunk in order of time, one line an event."""
    lines = []
    for node in reversed(tree.trunk()):
        values: dict[str, Any] = {"time": teller.clock(node.time_s), "asset": teller.asset(node.asset),
                                  "why": _declared(teller, node)["why"]}
        if node.what is What.FLOODED:
            values |= {**_heights(teller, node), "margin": teller.speech.depth(node.margin_m)}
        message = _STORY.get(node.what, _STORY[What.SUPPLY_LOST])
        if node.what is What.FLOODED and teller.has_role(node.asset, Role.PREMISES):
            message = "{time}: water comes inside {asset}, {depth}, threshold {fail}, {margin} above it."
        lines.append(teller.text(message, of=node.asset, **values))
    return lines


def _alternatives(teller: Teller, tree: Cause) -> list[str]:
    """Give the other losses that were needed, and what else came at the same moment."""
    lines = [teller.text("Also needed for this: {asset} is out too, from {time}.", of=node.asset,
                         asset=teller.asset(node.asset), time=teller.clock(node.time_s))
             for node in tree.walk() if node.role == "contributor"]
    also = [teller.asset(node.asset) for node in tree.walk() if node.role == "also"]
    if also:
        shown = also if len(also) <= _SHOWN else [*also[:_SHOWN], teller.speech.plural(
            "{n} more", "{n} more", len(also) - _SHOWN)]
        lines.append(teller.text("At the same moment also: {assets}.", assets=teller.speech.listing(shown)))
    return lines


def _dark(teller: Teller, outage: Outage) -> list[str]:
    if outage.dark_s <= 0:
        return []
    return [teller.text("In darkness for {duration} in all.", duration=teller.speech.duration(outage.dark_s))]


def _held(teller: Teller, outage: Outage, tree: Cause) -> list[str]:
    root = tree.trunk()[-1].asset
    if outage.held in (root.row, tree.asset.row):
        return []
    holder = teller.result.city.assets[outage.held]
    return [teller.text("What holds it longest: {asset}.", asset=teller.asset(holder))]


def _without(teller: Teller, outage: Outage, tree: Cause) -> list[str]:
    """Give the counterfactual, where one asset's height alone decides it."""
    root = tree.trunk()[-1]
    alone = len(tree.walk()) == len(tree.trunk()) and outage.held in (root.asset.row, tree.asset.row)
    if root.what is not What.FLOODED or not alone or not root.margin_m > 0:
        return []
    if teller.has_role(root.asset, Role.PREMISES):
        return [teller.text("With {margin} less water, none would come inside {asset}.",
                            margin=teller.speech.depth(root.margin_m), asset=teller.asset(root.asset))]
    return [teller.text("With {margin} less water, or set higher by as much, {asset} would stay in service.",
                        of=root.asset, margin=teller.speech.depth(root.margin_m), asset=teller.asset(root.asset))]


def _who(teller: Teller, tree: Cause) -> list[str]:
    root = tree.trunk()[-1].asset
    if not (root.operator or root.owner):
        return []
    if root.operator and root.owner:
        return [teller.text("{asset}: operated by {operator}, owned by {owner}.", asset=teller.asset(root),
                            operator=root.operator, owner=root.owner)]
    message = "{asset}: operated by {who}." if root.operator else "{asset}: owned by {who}."
    return [teller.text(message, asset=teller.asset(root), who=root.operator or root.owner)]


def _nights(teller: Teller) -> int:
    """Give how many nights of an ensemble the doubt of this run is drawn from; 0 where it follows from errors."""
    return int(teller.result.provenance.get("doubts_of", {}).get("nights", 0))


def _doubts(teller: Teller, told: Told, tree: Cause) -> list[str]:
    nights = _nights(teller)
    lines = [] if nights else [
        teller.text("Uncertain: at {asset} the water comes within {margin} of the threshold, less than the error of "
                    "the heights.", asset=teller.asset(node.asset), margin=teller.speech.depth(abs(node.margin_m)))
        for node in tree.walk() if node.is_doubtful]
    if nights and told.doubt is not None:
        lines.append(teller.text("Uncertain: service is kept in some of the {n} nights drawn for this plan.",
                                 n=teller.speech.number(nights)))
    parents = {id(child): node for node in tree.walk() for child in node.children}
    lines += [_link(teller, node.asset, parents[id(node)].asset) for node in tree.walk() if node.is_inferred]
    return lines


def _link(teller: Teller, supplier: Asset, consumer: Asset) -> str:
    return teller.text("The link between {supplier} and {consumer} is inferred, not surveyed.",
                       supplier=teller.asset(supplier), consumer=teller.asset(consumer))


def _inferred_chain(teller: Teller, asset: Asset, chain: tuple[tuple[Asset, bool], ...]) -> list[str]:
    consumers = [asset, *(link for link, _ in chain)]
    return [_link(teller, link, consumer)
            for (link, inferred), consumer in zip(chain, consumers, strict=False) if inferred]


def _fed(teller: Teller, told: Told) -> str:
    """Give the sentence of an asset that the run has in service."""
    asset, at_s = told.asset, told.at_s
    if teller.has_role(asset, Role.WATERS) and (wet := _wet_span(teller, asset, at_s)):
        return teller.text("{asset} is not watered from {start} to {end}: water stands on it ({depth} at its highest).",
                           asset=teller.placed(asset), start=wet[0], end=wet[1],
                           depth=teller.speech.depth(float(teller.result.exposure.peak_depth_m[asset.row])))
    if told.doubt is not None:
        return _may(teller, asset, told.doubt, at_s)
    chain = [link for link, _ in told.chain]
    values: dict[str, Any] = {
        "asset": teller.placed(asset), "chain": teller.speech.listing([teller.asset(link) for link in chain])}
    if not told.is_supplier_known:
        return teller.text("{asset} counts as fed: no supplier is known for it.", of=asset, **values)
    if at_s is None:
        took_over = [a for a in _took_over(teller, asset) if a.id not in {link.id for link in chain}]
        if chain and took_over:
            values["others"] = teller.speech.listing([teller.asset(other) for other in took_over])
            return teller.text("{asset} stays in service throughout, fed by {chain}, then by {others}.", of=asset,
                               **values)
        message = ("{asset} stays in service throughout, fed by {chain}." if chain else
                   "{asset} stays in service throughout.")
        return teller.text(message, of=asset, **values)
    if told.now is not None and told.now.condition is Condition.ON_RESERVE:
        left = teller.speech.duration(told.now.reserve_ends_s - at_s)
        return teller.text("{asset} lives on its reserve, {left} left.", of=asset, left=left, **values)
    if told.now is not None and told.now.condition is Condition.LAST_FEED and chain:
        return teller.text("{asset} is in service on its last feed: {chain}.", of=asset, **values)
    lit = teller.has_role(asset, Role.LIGHTS) and teller.is_dark(asset, at_s)
    message = (("{asset} is lit, fed by {chain}." if chain else "{asset} is lit.") if lit else
               "{asset} is in service, fed by {chain}." if chain else "{asset} is in service.")
    return teller.text(message, of=asset, **values)


def _may(teller: Teller, asset: Asset, doubt: Doubt, at_s: int | None) -> str:
    """Give the sentence of an asset that the run has in service, and that may be out all the same."""
    root, nights = teller.result.city.assets[doubt.root], _nights(teller)
    margin_m = abs(float(teller.result.exposure.margin_m[doubt.root]))
    cause = (teller.text("so it is in some of the {n} nights drawn for this plan", n=teller.speech.number(nights))
             if nights else
             teller.text("the water comes within {margin} of its threshold, less than the error of the heights",
                         margin=teller.speech.depth(margin_m)) if root.row == asset.row else
             teller.text("at {root} the water comes within {margin} of the threshold, less than the error of the "
                         "heights", root=teller.asset(root), margin=teller.speech.depth(margin_m)))
    values: dict[str, Any] = {"asset": teller.placed(asset), "start": teller.clock(doubt.start_s), "cause": cause}
    if at_s is not None:
        return teller.text("{asset} {lost}: {cause}.", lost=_unsure(teller, asset, at_s), **values)
    if doubt.end_s == NONE:
        return teller.text("{asset} may be out from {start} on: {cause}.", of=asset, **values)
    start, end = teller.span(doubt.start_s, doubt.end_s)
    return teller.text("{asset} may be out from {start} to {end}: {cause}.", of=asset,
                       **{**values, "start": start, "end": end})


def _wet_span(teller: Teller, asset: Asset, at_s: int | None) -> tuple[str, str] | None:
    """Give from when to when water stands on an asset, if it does so at the moment asked for."""
    exposure, horizon_s = teller.result.exposure, teller.result.plan.duration_s
    first_s, left_s = int(exposure.touched_at_s[asset.row]), int(exposure.water_left_at_s[asset.row])
    last_s = horizon_s if left_s == NONE else left_s
    if first_s == NONE or (at_s is not None and not first_s <= at_s < last_s):
        return None
    return teller.span(first_s, last_s)


def _took_over(teller: Teller, asset: Asset) -> list[Asset]:
    """Give the suppliers that took an asset over, each once, in order."""
    ids = [str(e.detail["supplier"]) for e in teller.result.trace.of_asset(asset.row)
           if e.what is What.TRANSFERRED and "supplier" in e.detail]
    assets = teller.result.city.assets
    return [assets[assets.row(name)] for name in dict.fromkeys(ids)]


def _saved(teller: Teller, asset: Asset, at_s: int | None) -> list[str]:
    """Give what kept an asset in service: its battery or tank, another supplier."""
    lines, assets = [], teller.result.city.assets
    for event in teller.result.trace.of_asset(asset.row):
        if at_s is not None and event.time_s > at_s:
            break
        if event.what is What.BUFFER_STARTED:
            lines.append(teller.text("{time}: its reserve takes over.", time=teller.clock(event.time_s)))
        elif event.what is What.TRANSFERRED and "supplier" in event.detail:
            supplier = assets[assets.row(str(event.detail["supplier"]))]
            lines.append(teller.text("{time}: {asset} takes over.", time=teller.clock(event.time_s),
                                     asset=teller.asset(supplier)))
    return lines


def _water(teller: Teller, asset: Asset) -> list[str]:
    """Give what the water does at an asset that it does not fail."""
    exposure = teller.result.exposure
    peak_m = float(exposure.peak_depth_m[asset.row])
    touched_s = int(exposure.touched_at_s[asset.row])
    if math.isnan(peak_m) or touched_s == NONE:
        return []
    lines = []
    if math.isnan(asset.fail_m) or peak_m >= asset.fail_m:
        lines.append(teller.text("Water touches it from {time}: {depth} at its highest.", time=teller.clock(touched_s),
                                 depth=teller.speech.depth(peak_m)))
    else:
        lines.append(teller.text("Water touches it from {time}: {depth} at its highest, {margin} under its threshold.",
                                 time=teller.clock(touched_s), depth=teller.speech.depth(peak_m),
                                 margin=teller.speech.depth(asset.fail_m - peak_m)))
    if bool(np.asarray(exposure.is_doubtful)[asset.row]) and not _nights(teller):
        lines.append(teller.text("Uncertain: that is less than the error of the heights; it may go out all the same.",
                                 of=asset))
    return lines


def _unknown(teller: Teller, told: Told) -> list[str]:
    """Say where a chain of supply ends because nobody knows what feeds its last link."""
    if told.outage is not None or not told.chain or not told.is_supplier_known:
        return []
    last = told.chain[-1][0]
    if not without_supplier(teller.result.city)[last.row]:
        return []
    return [teller.text("What feeds {asset} is not known: it counts as fed.", asset=teller.asset(last))]
