"""Questions and acts about ensembles: how likely, before when, because of what, how sure; and to draw the nights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.routing import Route

from scenarios.load import SUFFIX, load_scenario
from scenarios.schema import Scenario
from scenarios.unsure_water import WITH_LEVEL
from scenarios.writing import set_uncertainty, slug, write_variant
from twin.errors import InputError
from viewer.desk.answers import Asked, get, post
from viewer.desk.draft_routes import check_source
from viewer.desk.loaded import Loaded
from viewer.desk.rank_routes import choices
from viewer.desk.requests import RUN_ID, request_of
from viewer.desk.tonight import about

#: Nights that the desk draws, at least and at most: more are `twin ensemble`'s.
LEAST_NIGHTS, MOST_NIGHTS = 20, 2000
#: Errors that may be typed: of the level [cm] and of the hour [min].
MOST_CM, MOST_MIN = 200, 600
#: Repairs take from 0.7 to 1.7 times what the city says, most often as long: an assumption that is named as one.
REPAIR = (0.7, 1.0, 1.7)


def routes() -> list[Route]:
    """Give the routes."""
    return [get("/api/likely", _likely), get("/api/likely/asset", _asset), get("/api/likely/drawn", _drawn),
            post("/api/likely", _ask)]


def _likely(asked: Asked) -> Any:
    """Give the ensemble that is asked for, else the last; all there are and all that are on their way."""
    desk, wanted = asked.desk, asked.query.get("run", "")
    entries = [entry for entry in desk.runs.all() if entry.nights]
    places = {place["id"]: place for place in desk.queue.places()}
    done = [entry for entry in entries if entry.state == "done"]
    chosen = next((entry for entry in done if entry.id == wanted), done[0] if done else None)
    found: dict[str, Any] = {
        **about(desk), "runs": choices(asked), "run": None, "most": MOST_NIGHTS, "least": LEAST_NIGHTS,
        "ensembles": [{**entry.named(), "state": entry.state, "by": entry.by, "asked_at": entry.asked_at,
                       "error": entry.error, "said": entry.said, "base": entry.base,
                       "place": places.get(entry.id, {}).get("place"),
                       "progress": places.get(entry.id, {}).get("progress")} for entry in entries]}
    if chosen is None:
        return found
    loaded = desk.shelf.get(chosen.id)
    return {**found, **desk.bench.ask("likely", *loaded.place)}


def _ensemble_of(asked: Asked) -> Loaded:
    run = asked.query.get("run", "")
    if not RUN_ID.fullmatch(run):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    loaded = asked.desk.shelf.get(run)
    if not loaded.is_ensemble:
        raise InputError(field="run", found="one run", expected="an ensemble", remedy="Draw its nights first.")
    return loaded


def _asset(asked: Asked) -> Any:
    """Give how likely an asset, or half of a street's lamps, goes out, at all and before a moment; what decides."""
    loaded, until = _ensemble_of(asked), asked.query.get("before", "")
    if until and not (until.isdigit() and len(until) < 12):
        raise InputError(field="before", found=f"'{until[:20]}'", expected="a moment, or nothing")
    moment, street = int(until) if until else None, asked.query.get("street", "")[:200]
    if street:
        return asked.desk.bench.ask("likely_street", *loaded.place, street, moment)
    return asked.desk.bench.ask("likely_asset", *loaded.place, asked.query.get("asset", ""), moment)


def _drawn(asked: Asked) -> Any:
    """Give what the scenario of a run says may be otherwise, and whether its level may be drawn."""
    loaded = asked.desk.shelf.get(_checked(asked.query.get("run", "")))
    check_source(loaded)
    scenario = load_scenario(loaded.entry.scenario)
    return {"stated": sorted(scenario.uncertainty.model_dump(exclude_none=True)) if scenario.uncertainty else None,
            "has_level": _has_level(scenario)}


def _checked(run: str) -> str:
    if not RUN_ID.fullmatch(run):
        raise InputError(field="run", found="no name of a run", expected="one of the list")
    return run


def _has_level(scenario: Scenario) -> bool:
    return any(getattr(scenario.flood, source, None) is not None for source in WITH_LEVEL)


def _ask(asked: Asked) -> Any:
    """Draw nights of a run: by what its scenario says is uncertain, else by what is typed, in a file of its own."""
    desk = asked.desk
    loaded, nights = desk.shelf.get(_checked(asked.text("run"))), asked.whole("nights")
    if not LEAST_NIGHTS <= nights <= MOST_NIGHTS:
        raise InputError(field="nights", found=f"{nights}", expected=f"{LEAST_NIGHTS} to {MOST_NIGHTS}")
    if loaded.is_ensemble:
        raise InputError(field="run", found="an ensemble", expected="one run")
    check_source(loaded)
    file = Path(loaded.entry.scenario)
    scenario = load_scenario(file)
    if scenario.uncertainty is None:
        file = _written(asked, loaded, scenario)
    entry = desk.queue.ask(request_of(file, city=desk.city, base=loaded.entry.id, date=loaded.entry.date,
                                      nights=nights), by=asked.person.name)
    return {"id": entry.id, "number": entry.number, "state": entry.state}


def _written(asked: Asked, loaded: Loaded, scenario: Scenario) -> Path:
    """Write the scenario of a run with what is typed as uncertain; the same again gives the same file."""
    level_cm, shift_min = asked.whole("level_cm", 0), asked.whole("shift_min", 0)
    for name, value, most in (("level_cm", level_cm, MOST_CM), ("shift_min", shift_min, MOST_MIN)):
        if not 0 <= value <= most:
            raise InputError(field=name, found=f"{value}", expected=f"0 to {most}")
    source = f"typed at the desk by {asked.person.name}"
    level: dict[str, Any] = {}
    if level_cm and _has_level(scenario):
        level["offset_m"] = {"normal": {"mean": 0, "sd": level_cm / 100}, "source": source}
    if shift_min:
        level["shift_s"] = {"normal": {"mean": 0, "sd": shift_min * 60}, "source": source}
    said: dict[str, Any] = {"level": level} if level and scenario.flood is not None else {}
    said["heights"] = {"all": {"stated": True, "source": "the error that the city states for each kind"}}
    said["repair"] = {"all": {"factor": {"triangular": list(REPAIR)}, "each": "asset", "source": "assumption"}}
    name = loaded.result.plan.name
    file = asked.desk.folder / "scenarios" / f"{slug(name)}-{loaded.entry.id[:4]}-{level_cm}cm-{shift_min}min{SUFFIX}"
    write_variant(Path(loaded.entry.scenario), name, (), file, assets=loaded.result.city.assets)
    set_uncertainty(file, said)
    return file
