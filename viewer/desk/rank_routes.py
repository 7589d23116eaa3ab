"""Questions and acts about what to protect first: the ranking, its plan within a budget, preventive cuts, costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.routing import Route

from twin.deciding.cutting import LEAD_S, Cuts
from twin.deciding.plans import Step, costs_of, greedy
from twin.deciding.ranking import Ranking
from twin.deciding.worth import COUNTS
from twin.errors import InputError
from twin.explaining.ranked import cuts_lines, plan_line, ranked_lines
from twin.quantities import NONE
from twin.world.kinds import LANGUAGES, Role
from viewer.desk.answers import Asked, get, post
from viewer.desk.costs import BUDGET
from viewer.desk.loaded import Loaded
from viewer.desk.rankings import Study
from viewer.desk.requests import RUN_ID
from viewer.desk.tonight import about, brief, named

#: Rows that the page carries; the command's CSV has all.
ROWS = 200
#: Assets that one row may raise: the lamps of a circuit.
MOST_SEEDS = 200


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/rank", _rank), post("/api/rank", _ask), post("/api/rank/stop", _stop),
            post("/api/rank/cost", _cost)]


def run_asked(asked: Asked, name: str) -> Loaded | None:
    """Give the run that is named, else the one in force; None where there is none.

    Raises
    ------
    InputError
        No name of a run, no such run.
    """
    if not name:
        return asked.desk.night().shown
    if not RUN_ID.fullmatch(name):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    return asked.desk.shelf.get(name)


def choices(asked: Asked) -> list[dict[str, Any]]:
    """Give the runs that are done, ensembles apart, the latest asked for first."""
    return [named(entry) for entry in asked.desk.runs.all() if entry.state == "done" and not entry.nights]


def _rank(asked: Asked) -> Any:
    desk, objective = asked.desk, asked.query.get("by", "sites")
    loaded = run_asked(asked, asked.query.get("run", ""))
    found: dict[str, Any] = {**about(desk), "runs": choices(asked), "run": brief(loaded), "by": objective,
                             "state": "none", "progress": {}, "error": "", "costs": desk.costs.all(), "rows": [],
                             "lead_s": LEAD_S, "plan": None, "cuts": []}
    study = None if loaded is None else desk.rankings.get(loaded, objective)
    if loaded is None or study is None:
        return found
    found |= {"state": study.state, "progress": study.progress, "error": study.error, "asked_by": study.by,
              "asked_at": study.at, "key": study.key, "took_s": study.took_s}
    return found if study.ranking is None else {**found, **_told(asked, loaded, study, study.ranking)}


def _told(asked: Asked, loaded: Loaded, study: Study, ranking: Ranking) -> dict[str, Any]:
    given = {key: float(one["cost"]) for key, one in asked.desk.costs.all().items()}
    budget = given.pop(BUDGET, None)
    costs = costs_of(ranking, given)
    why = ""
    steps: tuple[Step, ...] = ()
    if budget is None:
        why = "budget"
    elif np.isnan(costs).all():
        why = "costs"
    else:
        steps = greedy(ranking, costs, budget)
    assert study.cuts is not None
    return {
        "rows": [_row(loaded, ranking, i, float(costs[i]), steps) for i in range(min(len(ranking), ROWS))],
        "count": len(ranking), "untouched": ranking.untouched,
        "lines": {lang: [line.text for line in ranked_lines(ranking, study.pairs, lang)] for lang in LANGUAGES},
        "plan": {"needs": why, "budget": budget, "spent": sum(step.cost for step in steps),
                 "steps": [_asset_of(ranking, step.place) for step in steps],
                 "together": _hours(steps[-1].together if steps else (0.0,) * len(COUNTS)),
                 "sum": _hours(np.sum([ranking.spared[step.place] for step in steps], axis=0) if steps else
                               (0.0,) * len(COUNTS)),
                 "lines": {lang: plan_line(ranking, steps, lang).text if steps else "" for lang in LANGUAGES}},
        "cuts": [_cut(loaded, study.cuts, i) for i in range(min(len(study.cuts), ROWS))],
        "cuts_says": {lang: cuts_lines(ranking.result, LEAD_S, lang)[0].text for lang in LANGUAGES}}


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
        "sites": [str(assets.name[site] or assets.id[site]) for site, things in ranking.single_points if row in things],
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


def _loaded(asked: Asked) -> Loaded:
    loaded = run_asked(asked, asked.text("run", ""))
    if loaded is None:
        raise InputError(field="run", found="no run", expected="a run that is done", remedy="Run a scenario first.")
    return loaded


def _ask(asked: Asked) -> Any:
    study = asked.desk.rankings.ask(_loaded(asked), asked.text("by", "sites"), by=asked.person.name)
    return {"rank": study.key, "state": study.state}


def _stop(asked: Asked) -> Any:
    asked.desk.rankings.stop(_loaded(asked), asked.text("by", "sites"), by=asked.person.name)
    return {}


def _cost(asked: Asked) -> Any:
    cost = asked.said.get("cost")
    if isinstance(cost, bool) or not isinstance(cost, int | float | None):
        raise InputError(field="cost", found=f"{cost!r}"[:80], expected="a number")
    asked.desk.costs.put(asked.text("key"), None if cost is None else float(cost), asked.desk.city_file.city.assets,
                         by=asked.person.name, now=asked.desk.clock.epoch())
    return {}
