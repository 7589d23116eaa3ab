"""Observed against computed: each asset confirmed, contradicted, or not observed; and which cabinet must have failed.

Silence is never evidence of dark, and a lamp that is off by day proves nothing: only what was said counts, only while
it is fresh, and of lamps only while they should burn. That one burns says by day as well that it is fed.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from twin.live.posterior import best_question, posterior, prior_by_water, suspects
from twin.quantities import NONE, Int32Array
from twin.world.graph import graph_of
from twin.world.kinds import Role
from viewer.desk.alarms import Alarm
from viewer.desk.loaded import Loaded

#: An observation of an asset is fresh for this long [s]; a fact until somebody ends it.
FRESH_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The last word about one asset."""

    asset: int
    is_out: bool
    at: int
    by: str
    is_fact: bool
    lamps_dark: int = 0
    lamps_lit: int = 0


def words_of(loaded: Loaded, facts: list[dict[str, Any]], states: list[dict[str, Any]]) -> list[Word]:
    """Give the last word about each asset: a fact before an observation, a later one before an earlier one.

    Parameters
    ----------
    loaded
        The run whose city they are of.
    facts
        ``Facts.listed``.
    states
        ``Sources.states``: only fresh ones.
    """
    assets = loaded.result.city.assets
    row_of = {str(name): row for row, name in enumerate(assets.id)}
    told: dict[int, Word] = {}
    lamps = assets.of_role(Role.LIGHTS)
    for state in states:
        row = row_of.get(state["series"])
        if row is None or (_says_dark(state, is_lamp=bool(lamps[row])) and not _burns(loaded, row, state["observed"])):
            continue
        known = told.get(row)
        dark = int(state["value"]) if state["what"] == "lamps_dark" else known.lamps_dark if known else 0
        lit = int(state["value"]) if state["what"] == "lamps_lit" else known.lamps_lit if known else 0
        is_out = bool(state["value"]) if state["what"] == "out" else known.is_out if known else dark > 0 and not lit
        told[row] = Word(asset=row, is_out=is_out, at=state["observed"], by=state["source"], is_fact=False,
                         lamps_dark=dark, lamps_lit=lit)
    for fact in facts:
        row = row_of.get(fact["asset"])
        if row is not None and fact["state"] != "dry":
            told[row] = Word(asset=row, is_out=fact["state"] == "out", at=fact["seen_at"], by=fact["caller"],
                             is_fact=True)
    return [told[row] for row in sorted(told)]


def _says_dark(state: dict[str, Any], *, is_lamp: bool) -> bool:
    """Tell whether a word is that light is missing; a cabinet without supply is one by day as by night."""
    return bool(state["value"]) and (state["what"] == "lamps_dark" or (is_lamp and state["what"] == "out"))


def _burns(loaded: Loaded, row: int, at: int) -> bool:
    """Tell whether light behind an asset should burn at a moment."""
    t_s = min(max(at - loaded.start, 0), loaded.duration_s)
    return bool(loaded.view.dark.is_dark(np.array([row], np.int32), t_s)[0])


def compared(loaded: Loaded, words: list[Word], t_s: int) -> dict[str, Any]:
    """Give, by kind, what is computed out and confirmed, contradicted or not seen; and what is out and not computed."""
    assets, is_out = loaded.result.city.assets, loaded.moment(t_s).is_out
    words = [word for word in words if word.at - loaded.start >= _since(loaded, word.asset, t_s)]
    said = {word.asset: word for word in words}
    kinds = np.array(assets.kinds.names, dtype=object)[assets.kind]
    rows: list[dict[str, Any]] = []
    contradicted: list[dict[str, Any]] = []
    unforeseen: list[dict[str, Any]] = []
    for kind in ("substation", "cabinet", "site", "lamp"):
        mine = np.flatnonzero(is_out & (kinds == kind)).tolist()
        seen = [said[row] for row in mine if row in said]
        rows.append({"kind": kind, "confirmed": sum(word.is_out for word in seen),
                     "contradicted": sum(not word.is_out for word in seen), "unseen": len(mine) - len(seen)})
    for word in words:
        if word.is_out != bool(is_out[word.asset]):
            (unforeseen if word.is_out else contradicted).append(_named(loaded, word))
    return {"rows": rows, "contradicted": contradicted, "unforeseen": unforeseen}


def _since(loaded: Loaded, asset: int, t_s: int) -> int:
    """Give since when an asset is computed as it is at a second: a word from before tells nothing of it."""
    o = loaded.result.outages
    mine = np.flatnonzero(o.asset == asset)
    moments = np.concatenate([o.start_s[mine], o.end_s[mine]])
    past = moments[(moments != NONE) & (moments <= t_s)]
    return int(past.max()) if len(past) else -(10**9)


def _named(loaded: Loaded, word: Word) -> dict[str, Any]:
    who = loaded.result.city.assets[word.asset]
    return {"asset": str(who.id), "name": str(who.name), "street": str(who.street or ""), "kind": str(who.kind),
            "at": word.at, "by": word.by, "fact": word.is_fact}


def alarms_by_words(told: dict[str, Any], suspected: list[dict[str, Any]]) -> list[Alarm]:
    """Give the alarms of what was said otherwise than computed: one per asset, one for all that a suspect explains."""
    found = [Alarm(key=f"contradicted:{one['asset']}", sort="contradicted", priority=2, when=one["at"],
                   asset=one["asset"], name=one["name"], street=one["street"], values={"by": one["by"]})
             for one in told["contradicted"]]
    explained: set[str] = set()
    for suspect in suspected[:1]:
        mine = [one for one in told["unforeseen"] if one["asset"] in suspect["explains"]]
        if len(mine) > 1:
            explained |= {one["asset"] for one in mine}
            found.append(Alarm(key=f"suspect:{suspect['asset']}", sort="suspect", priority=2,
                               when=min(one["at"] for one in mine), asset=suspect["asset"], name=suspect["name"],
                               street=suspect["street"],
                               replaces=tuple(f"unforeseen:{one['asset']}" for one in mine),
                               values={"reports": len(mine), "chance": suspect["chance"]}))
    return found + [Alarm(key=f"unforeseen:{one['asset']}", sort="unforeseen", priority=2, when=one["at"],
                          asset=one["asset"], name=one["name"], street=one["street"], values={"by": one["by"]})
                    for one in told["unforeseen"] if one["asset"] not in explained]


def suspected(loaded: Loaded, words: list[Word], t_s: int) -> tuple[list[dict[str, Any]], str]:
    """Give what must have failed, from what was seen dark and lit, and where one more lamp should be asked.

    Only where something is reported out that the run has in service: what is foretold needs no suspect.
    """
    moment = loaded.moment(t_s)
    asset, is_out, lamps_dark, lamps_lit = (np.fromiter(map(attrgetter(name), words), np.int64, len(words))
                                            for name in ("asset", "is_out", "lamps_dark", "lamps_lit"))
    if not np.any((is_out != 0) & ~moment.is_out[asset]):
        return [], ""
    assets = loaded.result.city.assets
    above = np.where(moment.fed_by != NONE, moment.fed_by, graph_of(loaded.result.city).preferred())
    parent, nodes = _tree(loaded, above)
    place = np.full(len(assets), NONE, np.int64)
    place[nodes] = np.arange(len(nodes))
    # What is no node of the tree speaks for what feeds it; at what nothing feeds it says nothing.
    fed_by = np.where(above[asset] != NONE, place[above[asset]], NONE)
    node_of = np.where(place[asset] != NONE, place[asset], fed_by)
    speaks, counts = node_of != NONE, lamps_dark + lamps_lit > 0
    dark, lit = (np.bincount(node_of[speaks], weights=np.where(counts, counted, said)[speaks],
                             minlength=len(nodes)).astype(np.int64)
                 for counted, said in ((lamps_dark, is_out), (lamps_lit, 1 - is_out)))
    prior = _priors(loaded, nodes, moment)
    found = posterior(parent, prior, dark, lit)
    # What the run has out already was foretold: it is no suspect of what was not.
    told = [one for one in suspects(found, most=8) if not moment.is_out[nodes[one.node]]][:3]
    below = {word.asset: _above(parent, place, above, word.asset) for word in words if word.is_out}
    listed = [{"asset": str(assets.id[nodes[one.node]]), "name": str(assets.name[nodes[one.node]] or ""),
               "street": str(assets[int(nodes[one.node])].street or ""),
               "kind": str(assets[int(nodes[one.node])].kind), "chance": round(one.failed, 4),
               "odds": None if np.isinf(one.odds) else round(one.odds, 1),
               "explains": [str(assets.id[row]) for row, ups in below.items() if one.node in ups]} for one in told]
    doubtful = np.argsort(np.abs(found.down - 0.5), kind="stable")[:12].tolist()
    node, gain = best_question(parent, prior, dark, lit, doubtful)
    return listed, str(assets.id[nodes[node]]) if node != NONE and gain > 0.02 else ""


def _above(parent: Int32Array, place: Any, above: Int32Array, row: int) -> set[int]:
    node = int(place[row]) if place[row] != NONE else int(place[above[row]]) if above[row] != NONE else NONE
    found: set[int] = set()
    while node != NONE and node not in found:
        found.add(node)
        node = int(parent[node])
    return found


def _tree(loaded: Loaded, above: Int32Array) -> tuple[Int32Array, Int32Array]:
    """Give what feeds what as a tree, along the feeds in use: parent of each node, and the row of each node.

    Lamps and buildings are reports, not nodes. A ring is opened at its lowest row.
    """
    city = loaded.result.city
    leaf = city.assets.of_role(Role.LIGHTS) | city.assets.of_role(Role.PREMISES)
    nodes = np.flatnonzero(~leaf).astype(np.int32)
    place = np.full(len(leaf), NONE, np.int32)
    place[nodes] = np.arange(len(nodes), dtype=np.int32)
    parent = np.where(above[nodes] != NONE, place[above[nodes]], NONE).astype(np.int32)
    seen = np.zeros(len(nodes), np.int8)
    for node in range(len(nodes)):
        path = []
        while node != NONE and not seen[node]:
            seen[node] = 1
            path.append(node)
            node = int(parent[node])
        if node != NONE and node in path:
            parent[node] = NONE
    return parent, nodes


def _priors(loaded: Loaded, nodes: Int32Array, moment: Any) -> Any:
    """Give the chance that each node has failed by now, from the water that was computed at it."""
    assets, exposure = loaded.result.city.assets, loaded.result.exposure
    depth = np.where((exposure.failed_at_s != NONE) & (exposure.failed_at_s <= moment.t_s), exposure.peak_depth_m,
                     moment.depth_m)
    error_m = np.maximum(np.nan_to_num(assets.height_error_m[nodes]), 0.05)
    prior = np.full(len(nodes), prior_by_water(0.0, 0.0, 0.0))
    for i in np.flatnonzero(depth[nodes] > 0).tolist():
        prior[i] = prior_by_water(float(depth[nodes[i]]), float(assets.fail_m[nodes[i]]), float(error_m[i]))
    return prior.clip(1e-6, 1 - 1e-6)
