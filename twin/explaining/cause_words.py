"""Why an asset is out, in words: the clause that names the root, the story up to it, and what else was needed."""

from __future__ import annotations

from typing import Any

from twin.codes import What
from twin.explaining.teller import Teller
from twin.explaining.tree import Cause
from twin.world.kinds import Role

#: Assets named in a list before the rest is counted.
_SHOWN = 4


def cause_clause(teller: Teller, tree: Cause) -> str:
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
        depth = heights(teller, root)
    if tripped is not None and depth:
        aside = teller.text(", {where},", where=where) if where else ""
        return teller.text("{root}{aside} has its live parts in water ({depth}, threshold {fail}) "
                           "and trips {circuit}", root=teller.placed(root.asset), aside=aside,
                           circuit=teller.asset(tripped.asset), **depth)
    stands = teller.text(" and stands {where}", where=where) if where else ""
    via = next((node.asset for node in reversed(trunk[1:-1]) if not teller.has_role(node.asset, Role.CIRCUIT)), None)
    feeds = teller.text("which feeds it") if via is None else teller.text("which feeds {via}", via=teller.asset(via))
    values = {"root": teller.placed(root.asset), "feeds": feeds, "stands": stands, **declared(teller, root)}
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


def heights(teller: Teller, node: Cause) -> dict[str, Any]:
    """Say how high the water came at a cause, and what it can bear."""
    return {"depth": teller.highest(node.depth_m, is_so_far=node.is_so_far), "fail": teller.speech.depth(node.fail_m)}


def _own(teller: Teller, root: Cause) -> str:
    match root.what:
        case What.FLOODED:
            inside = teller.has_role(root.asset, Role.PREMISES)
            message = ("water comes inside ({depth}, threshold {fail}) and the power there is off"
                       if inside else
                       "water reaches its live parts ({depth}, threshold {fail})")
            return teller.text(message, **heights(teller, root))
        case What.CUT:
            return teller.text("it is switched off on purpose{why}", of=root.asset, **declared(teller, root))
        case What.REPORTED:
            return teller.text("it is reported out of service{why}", of=root.asset, **declared(teller, root))
        case What.FAILED:
            return teller.text("it breaks down{why}", of=root.asset, **declared(teller, root))
        case _:
            return teller.text("it is cut off from every source", of=root.asset)


def declared(teller: Teller, node: Cause) -> dict[str, Any]:
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


def story(teller: Teller, tree: Cause) -> list[str]:
    """Give the trunk in order of time, one line an event."""
    lines = []
    for node in reversed(tree.trunk()):
        values: dict[str, Any] = {"time": teller.clock(node.time_s), "asset": teller.asset(node.asset),
                                  "why": declared(teller, node)["why"]}
        if node.what is What.FLOODED:
            values |= {**heights(teller, node), "margin": teller.speech.depth(node.margin_m)}
        message = _STORY.get(node.what, _STORY[What.SUPPLY_LOST])
        if node.what is What.FLOODED and teller.has_role(node.asset, Role.PREMISES):
            message = "{time}: water comes inside {asset}, {depth}, threshold {fail}, {margin} above it."
        lines.append(teller.text(message, of=node.asset, **values))
    return lines


def alternatives(teller: Teller, tree: Cause) -> list[str]:
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
