"""A night put together for its review: runs as they were issued, what was reported of assets, what gauges read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from geodata.observations.normal import Observation
from twin.codes import Action
from twin.live.gauge import Fault, faults
from twin.review.night import Issue, Night, Readings, Words, check_issues

_FACTS = {Action.FACT_OUT: True, Action.FACT_IN_SERVICE: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What somebody saw of an asset."""

    asset_id: str
    #: [s since 1970]
    at: int
    is_out: bool


def night_of(runs: Sequence[Issue], observations: Iterable[Observation] = (), facts: Iterable[Fact] = ()) -> Night:
    """Put a night together.

    Parameters
    ----------
    runs
        In any order. The facts that a run was given are words of the night, too.
    observations
        What instruments sent. A cabinet of which some lamps are dark and some lit says neither.
    facts
        What people saw, beside the facts in the runs.

    Raises
    ------
    InputError
        No run; runs of cities with other assets.
    """
    issues = sorted(runs, key=lambda issue: issue.issued)
    check_issues(issues)
    assets = issues[-1].result.city.assets
    row_of = {str(name): row for row, name in enumerate(assets.id)}
    left: Counter[str] = Counter()
    observed = list(observations)
    seen = {(fact.asset_id, fact.at, fact.is_out) for fact in facts}
    for one in issues:
        ids = one.result.city.assets.id
        seen |= {(str(ids[declared.asset]), one.start + declared.at_s, _FACTS[declared.action])
                 for declared in one.result.plan.declared if declared.action in _FACTS}
    words = [(row_of[asset], at, is_out) for asset, at, is_out in seen if asset in row_of]
    left["unknown"] += len(seen) - len(words)
    sent, mixed = _states(observed)
    words += [(row_of[asset], at, is_out) for asset, at, is_out in sent if asset in row_of]
    left["unknown"] += sum(asset not in row_of for asset, _, _ in sent)
    left["mixed"] += mixed
    readings, faulty = _readings(observed)
    left.update({f"gauge_{fault}": n for fault, n in faulty.items()})
    return Night(issues=issues, words=Words.of(words), readings=readings, called=len(seen),
                 left_out=[(reason, n) for reason, n in sorted(left.items()) if n])


def _states(observed: Sequence[Observation]) -> tuple[list[tuple[str, int, bool]], int]:
    """Give what was said of assets, and how many messages said neither."""
    said: dict[tuple[str, int], dict[str, float]] = {}
    for one in observed:
        if one.what in ("out", "lamps_dark", "lamps_lit"):
            said.setdefault((one.series, one.observed), {})[one.what] = one.value
    found, mixed = [], 0
    for (asset, at), values in said.items():
        dark, lit = values.get("lamps_dark", 0), values.get("lamps_lit", 0)
        if "out" in values:
            found.append((asset, at, bool(values["out"])))
        elif bool(dark) != bool(lit):
            found.append((asset, at, dark > 0))
        else:
            mixed += 1
    return found, mixed


def _readings(observed: Sequence[Observation]) -> tuple[list[Readings], Counter[str]]:
    """Give the sound readings of each gauge, and how many dropped out by fault; of several sources the first."""
    by_gauge: dict[str, dict[int, tuple[str, float]]] = {}
    for one in observed:
        if one.what == "level":
            mine = by_gauge.setdefault(one.series, {})
            mine[one.observed] = min(mine.get(one.observed, (one.source, one.value)), (one.source, one.value))
    found, left = [], Counter[str]()
    for gauge, rows in sorted(by_gauge.items()):
        at = np.array(sorted(rows), np.int64)
        level_m = np.array([rows[moment][1] for moment in at.tolist()])
        wrong = faults(at.astype(float), level_m)
        left.update(fault.value for fault in wrong if fault is not Fault.NONE)
        sound = np.array([fault is Fault.NONE for fault in wrong])
        found.append(Readings(gauge=gauge, at=at[sound], level_m=level_m[sound]))
    return found, left
