"""An asset in service, in words: what feeds it, that it may be out all the same, what kept it, and the water there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from twin.codes import What
from twin.explaining.loss_words import unsure_words
from twin.explaining.sure_words import link_inferred, nights_of
from twin.explaining.teller import Teller
from twin.explaining.told import Told
from twin.quantities import NONE
from twin.results.condition_spans import Condition
from twin.results.doubts import Doubt
from twin.world.assets import Asset
from twin.world.graph import without_supplier
from twin.world.kinds import Role


def fed_sentence(teller: Teller, told: Told) -> str:
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
    root, nights = teller.result.city.assets[doubt.root], nights_of(teller)
    margin_m = abs(float(teller.result.exposure.margin_m[doubt.root]))
    cause = (teller.text("so it is in some of the {n} nights drawn for this plan", n=teller.speech.number(nights))
             if nights else
             teller.text("the water comes within {margin} of its threshold, less than the error of the heights",
                         margin=teller.speech.depth(margin_m)) if root.row == asset.row else
             teller.text("at {root} the water comes within {margin} of the threshold, less than the error of the "
                         "heights", root=teller.asset(root), margin=teller.speech.depth(margin_m)))
    values: dict[str, Any] = {"asset": teller.placed(asset), "start": teller.clock(doubt.start_s), "cause": cause}
    if at_s is not None:
        return teller.text("{asset} {lost}: {cause}.", lost=unsure_words(teller, asset, at_s), **values)
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


def saved(teller: Teller, asset: Asset, at_s: int | None) -> list[str]:
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


def water(teller: Teller, asset: Asset) -> list[str]:
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
    if bool(np.asarray(exposure.is_doubtful)[asset.row]) and not nights_of(teller):
        lines.append(teller.text("Uncertain: that is less than the error of the heights; it may go out all the same.",
                                 of=asset))
    return lines


def inferred_chain(teller: Teller, asset: Asset, chain: tuple[tuple[Asset, bool], ...]) -> list[str]:
    """Say which links of a chain of supply are inferred."""
    consumers = [asset, *(link for link, _ in chain)]
    return [link_inferred(teller, link, consumer)
            for (link, inferred), consumer in zip(chain, consumers, strict=False) if inferred]


def supply_unknown(teller: Teller, told: Told) -> list[str]:
    """Say where a chain of supply ends because nobody knows what feeds its last link."""
    if told.outage is not None or not told.chain or not told.is_supplier_known:
        return []
    last = told.chain[-1][0]
    if not without_supplier(teller.result.city)[last.row]:
        return []
    return [teller.text("What feeds {asset} is not known: it counts as fed.", asset=teller.asset(last))]
