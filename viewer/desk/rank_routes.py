"""Questions and acts about what to protect first: the ranking, its plan within a budget, preventive cuts, costs."""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from twin.deciding.terms import LEAD_S
from twin.errors import InputError
from viewer.desk.answers import Asked, get, post
from viewer.desk.costs import BUDGET
from viewer.desk.loaded import Loaded
from viewer.desk.requests import RUN_ID
from viewer.desk.tonight import about, brief


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/rank", _rank), get("/api/rank/curve", _curve), post("/api/rank", _ask),
            post("/api/rank/stop", _stop), post("/api/rank/cost", _cost)]


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
    return [entry.named() for entry in asked.desk.runs.all() if entry.state == "done" and not entry.nights]


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
              "asked_at": study.at, "key": study.key, "took_s": study.took_s, "is_again": study.is_again}
    if study.packed is None:
        return found
    given = {key: float(one["cost"]) for key, one in found["costs"].items()}
    budget = given.pop(BUDGET, None)
    return {**found, **desk.bench.ask("ranked", *loaded.place, study.packed, given, budget)}


def _curve(asked: Asked) -> Any:
    loaded = run_asked(asked, asked.query.get("run", ""))
    if loaded is None:
        raise InputError(field="run", found="no run", expected="a run that is done")
    return asked.desk.rankings.curve(loaded, asked.query.get("by", "sites"), asked.query.get("asset", "")[:80],
                                     asked.query.get("which", "this")[:20])


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
