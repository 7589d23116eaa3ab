"""Streets: what was foretold of the light in each street against what was seen, for those who live there.

A cabinet that is seen out has its lamps out. One that is seen in service proves nothing of a lamp, whose circuit may
have tripped, but contradicts an outage that was foretold because of that cabinet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.quantities import NONE, BoolArray
from twin.review.night import Issue, Night
from twin.review.verdicts import NEAR_S, Verdict, verdict_of
from twin.world.graph import graph_of
from twin.world.kinds import Role

#: Order in which streets are told. A street is what most of its lamps are that somebody spoke of; the first of ties.
ORDER = (Verdict.HIT, Verdict.MISS, Verdict.FALSE_ALARM, Verdict.UNSEEN)

_Moments = dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class _Foretold:
    """Of each lamp when it is foretold out [s since 1970], and what the outages come from."""

    spans: dict[int, list[tuple[int, int]]]
    roots: dict[int, set[int]]


def judge_streets(night: Night, *, near_s: int = NEAR_S) -> dict[str, Verdict]:
    """Give the verdict of each street in which a lamp was foretold out, or seen dark; sorted by name.

    Parameters
    ----------
    night
        Of each lamp the last run counts that was issued before it was first seen dark, or else last seen lit; of a lamp
        that nobody spoke of the last run of all.
    near_s
        See ``verdict_of``.
    """
    city = night.issues[-1].result.city
    is_lamp = city.assets.of_role(Role.LIGHTS)
    dark, lit = _words(night, is_lamp)
    foretold = [_foretold(issue, is_lamp) for issue in night.issues]
    issued = [issue.issued for issue in night.issues]
    found: dict[str, list[Verdict]] = {}
    for lamp in sorted({*dark, *(lamp for one in foretold for lamp in one.spans)}):
        street = city.assets.street[lamp]
        if not street:
            continue
        roots = set().union(*(one.roots.get(lamp, set()) for one in foretold))
        seen = sorted({*lit.get(lamp, ()), *(at for root in roots for at in lit.get(root, ()))})
        moment = dark[lamp][0] if lamp in dark else seen[-1] if seen else None
        place = len(issued) - 1 if moment is None else int(np.searchsorted(issued, moment)) - 1
        if place != NONE:
            spans = foretold[place].spans.get(lamp, [])
            found.setdefault(street, []).append(verdict_of(spans, dark.get(lamp, []), seen, near_s=near_s)[0])
    return {street: _most(found[street]) for street in sorted(found) if set(found[street]) & set(ORDER)}


def _most(of: list[Verdict]) -> Verdict:
    seen = [one for one in ORDER if one is not Verdict.UNSEEN and one in of]
    return max(seen, key=of.count) if seen else Verdict.UNSEEN


def _words(night: Night, is_lamp: BoolArray) -> tuple[Mapping[int, list[int]], Mapping[int, list[int]]]:
    """Give when each lamp was seen dark, by itself or with what feeds it; and when each asset was seen in service."""
    graph, words = graph_of(night.issues[-1].result.city), night.words
    below: dict[int, list[int]] = {}
    dark: _Moments = {}
    lit: _Moments = {}
    for asset, at, is_out in zip(words.asset.tolist(), words.at.tolist(), words.is_out.tolist(), strict=True):
        if not is_out:
            lit.setdefault(asset, []).append(at)
            continue
        if asset not in below:
            seed = np.zeros(len(is_lamp), bool)
            seed[asset] = True
            below[asset] = np.flatnonzero((graph.downstream(seed) | seed) & is_lamp).tolist()
        for lamp in below[asset]:
            dark.setdefault(lamp, []).append(at)
    return dark, lit


def _foretold(issue: Issue, is_lamp: BoolArray) -> _Foretold:
    spans, outages = issue.result.spans, issue.result.outages
    end = np.where(spans.end_s == NONE, issue.result.plan.duration_s, spans.end_s) + issue.start
    start = np.maximum(spans.start_s + issue.start, issue.issued)
    found = _Foretold({}, {})
    for row in np.flatnonzero(spans.is_sure & is_lamp[spans.asset] & (end > issue.issued)).tolist():
        lamp = int(spans.asset[row])
        found.spans.setdefault(lamp, []).append((int(start[row]), int(end[row])))
        found.roots.setdefault(lamp, set()).add(int(outages.root[spans.outage[row]]))
    return found
