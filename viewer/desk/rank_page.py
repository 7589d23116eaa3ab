"""What the screen of what to protect first shows of a ranking: rows, a plan within a budget, preventive cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.deciding.cutting import Cuts
from twin.deciding.heights import HeightCurve, hangs_on, height_curve
from twin.deciding.plans import Pair, Step, costs_of, greedy
from twin.deciding.ranking import MORE_WATER_M, Ranking
from twin.deciding.terms import COUNTS, LEAD_S, OBJECTIVES
from twin.errors import InputError
from twin.explaining.ranked import cuts_lines, plan_line, ranked_lines
from twin.quantities import NONE
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.loaded import Loaded
from viewer.desk.whole import Whole

#: Rows that the page carries; the command's CSV has all.
ROWS = 200
#: Assets that one row may raise: the lamps of a circuit.
MOST_SEEDS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """What was ranked of a run."""

    ranking: Ranking
    pairs: tuple[Pair, ...]
    cuts: Cuts


def told(loaded: Loaded, ranked: Ranked, given: Mapping[str, float], budget: float | None) -> dict[str, Any]:
    """Give what the screen shows of a ranking.

    Parameters
    ----------
    loaded
        Its run.
    ranked
        What was ranked of it.
    given
        Costs that people typed, by kind or by asset's id.
    budget
        What may be spent; None where nobody said.
    """
    ranking = ranked.ranking
    costs = costs_of(ranking, given)
    why = ""
    steps: tuple[Step, ...] = ()
    if budget is None:
        why = "budget"
    elif np.isnan(costs).all():
        why = "costs"
    else:
        steps = greedy(ranking, costs, budget)
    return {
        "rows": [{**_row(loaded, ranking, i, float(costs[i]), steps), "pairs": _pairs(ranked, i)}
                 for i in range(min(len(ranking), ROWS))],
        "count": len(ranking), "untouched": ranking.untouched,
        "lines": {lang: [line.text for line in ranked_lines(ranking, ranked.pairs, lang)] for lang in LANGUAGES},
        "plan": {"needs": why, "budget": budget, "spent": sum(step.cost for step in steps),
                 "steps": [_step(ranking, step) for step in steps],
                 "together": _hours(steps[-1].together if steps else (0.0,) * len(COUNTS)),
                 "sum": _hours(np.sum([ranking.spared[step.place] for step in steps], axis=0) if steps else
                               (0.0,) * len(COUNTS)),
                 "lines": {lang: plan_line(ranking, steps, lang).text if steps else "" for lang in LANGUAGES}},
        "cuts": [_cut(loaded, ranked.cuts, i) for i in range(min(len(ranked.cuts), ROWS))],
        "cuts_says": {lang: cuts_lines(ranking.result, LEAD_S, lang)[0].text for lang in LANGUAGES}}


def curves(loaded: Whole, ranked: Ranked, asset: str, which: str) -> dict[str, Any]:
    """Give what a thing's loss costs by how far it is raised.

    Parameters
    ----------
    loaded
        Its run.
    ranked
        What was ranked of it.
    asset
        The thing.
    which
        ``this`` at the water of the run, with what the thing hangs on alone; ``more`` at ``MORE_WATER_M`` more;
        ``with`` what puts it out all the same protected too.

    Raises
    ------
    InputError
        It is not among what was ranked; no such curve; a run without depths over time.
    """
    ranking = ranked.ranking
    assets = ranking.result.city.assets
    row = assets.row(asset)
    place = int(np.flatnonzero(ranking.asset == row)[0]) if row in ranking.asset else NONE
    if place == NONE:
        raise InputError(field="asset", found=f"'{asset}', which no water reaches", expected="one of the ranking")
    if which == "this":
        return {"curve": _curve(height_curve(ranking, place)), "by": _by(ranking, place), "more_m": MORE_WATER_M,
                "hangs_on": [str(assets.id[one]) for one in hangs_on(ranking.result, row)]}
    if which == "more":
        return {"curve": _curve(height_curve(ranking, place, loaded.in_more_water))}
    then = int(ranking.then_root[place])
    if which != "with" or then == NONE:
        raise InputError(field="which", found=f"'{which[:20]}'", expected="one of this, more, with")
    other = np.flatnonzero(ranking.asset == then)
    kept = ranking.seeds[int(other[0])].tolist() if len(other) else [then]
    return {"curve": _curve(height_curve(ranking, place, kept=kept)), "asset": str(assets.id[then])}


def _curve(curve: HeightCurve) -> dict[str, Any]:
    return {"cm": curve.height_cm.tolist(), "enough_cm": curve.enough_cm,
            "hours": {name.removesuffix("_s"): (column / 3600).round(1).tolist()
                      for name, column in zip(COUNTS, curve.cost.T, strict=True)}}


def _by(ranking: Ranking, place: int) -> str:
    """Give the count that a thing is drawn by: the first of the objective that protecting it moves."""
    for name in OBJECTIVES[ranking.objective]:
        if ranking.spared[place][COUNTS.index(name)] >= 1:
            return name.removesuffix("_s")
    return "lamp"


def _pairs(ranked: Ranked, place: int) -> list[dict[str, Any]]:
    """Give the things with which one spares another sum than both alone, and by how much."""
    ranking = ranked.ranking
    return [{"asset": _asset_of(ranking, pair.places[pair.places[0] == place]), "beyond": _hours(pair.beyond)}
            for pair in ranked.pairs if place in pair.places]


def _step(ranking: Ranking, step: Step) -> dict[str, Any]:
    return {"asset": _asset_of(ranking, step.place), "place": step.place + 1, "cost": step.cost,
            "height_m": int(ranking.height_cm[step.place]) / 100, "adds": _hours(step.adds)}


def _asset_of(ranking: Ranking, place: int) -> str:
    return str(ranking.result.city.assets.id[ranking.asset[place]])


def _hours(seconds: Any) -> dict[str, float]:
    return {name.removesuffix("_s"): round(float(value) / 3600, 1) for name, value in zip(COUNTS, seconds, strict=True)}


def _who(loaded: Loaded, row: int) -> dict[str, Any]:
    assets = loaded.result.city.assets
    asset = assets[row]
    return {"asset": str(asset.id), "name": str(asset.name or ""), "kind": str(asset.kind),
            "street": str(asset.street or ""), "by": "grid" if assets.has_role(row, Role.GRID) else "city"}


def _row(loaded: Loaded, ranking: Ranking, i: int, cost: float, steps: tuple[Step, ...]) -> dict[str, Any]:
    assets, row = loaded.result.city.assets, int(ranking.asset[i])
    then = int(ranking.then_root[i])
    seeds = [str(assets.id[one]) for one in ranking.seeds[i].tolist()]
    return {
        **_who(loaded, row), "place": i + 1, "by_lamps": int(ranking.place_by_lamps[i]),
        "spared": _hours(ranking.spared[i]), "lost": _hours(ranking.loss[i]),
        "height_m": int(ranking.height_cm[i]) / 100, "more_m": int(ranking.height_more_cm[i]) / 100,
        "then": "" if then == NONE else str(assets.id[then]),
        "then_at": None if then == NONE else loaded.start + int(ranking.then_s[i]),
        "still": int(ranking.still_dark[i]), "alone_lamps": int(ranking.alone_lamps[i]),
        "sites": [assets.called(site) for site, things in ranking.single_points if row in things],
        "cost": None if np.isnan(cost) else cost,
        "step": next((k for k, step in enumerate(steps, 1) if step.place == i), None),
        # A circuit is protected by its lamps; so many of them that no line holds them are nobody's single act.
        "raises": seeds if len(seeds) <= MOST_SEEDS else []}


def _cut(loaded: Loaded, cuts: Cuts, i: int) -> dict[str, Any]:
    until = int(cuts.until_s[i])
    return {**_who(loaded, int(cuts.asset[i])), "at_s": int(cuts.at_s[i]), "at": loaded.start + int(cuts.at_s[i]),
            "until_s": None if until >= loaded.duration_s else until,
            "until": None if until >= loaded.duration_s else loaded.start + until,
            "live_s": int(cuts.live_s[i]), "live_after_s": int(cuts.live_after_s[i]), "near_s": int(cuts.near_s[i]),
            "near": [word for word, flag in (("site", cuts.near_site[i]), ("main", cuts.near_main[i]),
                                             ("houses", cuts.near_houses[i])) if flag],
            "costs": _hours(cuts.costs[i])}
