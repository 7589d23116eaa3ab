"""An outage in words: its sentence, how long it is dark, what would have helped, whose the root is, what is unsure."""

from __future__ import annotations

from typing import Any

from twin.codes import What
from twin.explaining.cause_words import cause_clause
from twin.explaining.loss_words import unsure_words
from twin.explaining.sure_words import link_inferred, nights_of, sure_part
from twin.explaining.teller import Teller
from twin.explaining.told import Told
from twin.explaining.tree import Cause
from twin.quantities import NONE
from twin.results.outages import Outage
from twin.world.assets import Asset
from twin.world.kinds import Role

#: How what has a role is said to be without service; every other kind is "out of service".
_STATE = {Role.PREMISES: "without power", Role.CIRCUIT: "without power", Role.WATERS: "without watering"}


def out_sentence(teller: Teller, asset: Asset, outage: Outage, tree: Cause, at_s: int | None) -> str:
    """Give the sentence of an asset that the run has out."""
    values: dict[str, Any] = {"asset": teller.placed(asset), "state": _state(teller, asset, outage, at_s),
              "start": teller.clock(outage.start_s), "cause": cause_clause(teller, tree)}
    if at_s is not None and (lost := unsure_words(teller, asset, at_s)):
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


def _state(teller: Teller, asset: Asset, outage: Outage, at_s: int | None) -> str:
    if teller.has_role(asset, Role.LIGHTS):
        lit_hours = outage.dark_s > 0 if at_s is None else teller.is_dark(asset, at_s)
        return teller.text("dark", of=asset) if lit_hours else teller.text("without power")
    return teller.text(next((said for role, said in _STATE.items() if teller.has_role(asset, role)), "out of service"))


def in_darkness(teller: Teller, outage: Outage) -> list[str]:
    """Say how long a lamp is out in the dark."""
    if outage.dark_s <= 0:
        return []
    return [teller.text("In darkness for {duration} in all.", duration=teller.speech.duration(outage.dark_s))]


def held_longest(teller: Teller, outage: Outage, tree: Cause) -> list[str]:
    """Say what holds an outage longest, where that is neither the asset nor the root."""
    root = tree.trunk()[-1].asset
    if outage.held in (root.row, tree.asset.row):
        return []
    holder = teller.result.city.assets[outage.held]
    return [teller.text("What holds it longest: {asset}.", asset=teller.asset(holder))]


def what_would_have_helped(teller: Teller, outage: Outage, tree: Cause) -> list[str]:
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


def whose_root(teller: Teller, tree: Cause) -> list[str]:
    """Say who operates and who owns the root."""
    root = tree.trunk()[-1].asset
    if not (root.operator or root.owner):
        return []
    if root.operator and root.owner:
        return [teller.text("{asset}: operated by {operator}, owned by {owner}.", asset=teller.asset(root),
                            operator=root.operator, owner=root.owner)]
    message = "{asset}: operated by {who}." if root.operator else "{asset}: owned by {who}."
    return [teller.text(message, asset=teller.asset(root), who=root.operator or root.owner)]


def doubts(teller: Teller, told: Told, tree: Cause) -> list[str]:
    """Say where heights or links leave the story unsure."""
    nights = nights_of(teller)
    lines = [] if nights else [
        teller.text("Uncertain: at {asset} the water comes within {margin} of the threshold, less than the error of "
                    "the heights.", asset=teller.asset(node.asset), margin=teller.speech.depth(abs(node.margin_m)))
        for node in tree.walk() if node.is_doubtful]
    if nights and told.doubt is not None:
        lines.append(teller.text("Uncertain: service is kept in some of the {n} nights drawn for this plan.",
                                 n=teller.speech.number(nights)))
    parents = {id(child): node for node in tree.walk() for child in node.children}
    lines += [link_inferred(teller, node.asset, parents[id(node)].asset) for node in tree.walk() if node.is_inferred]
    return lines
